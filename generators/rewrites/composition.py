"""Chains of rewrites, drafted before any tool runs: rules drawn for structural difference, then one author's style."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Literal

from corpus.source.shape import Shape, distance, shape_of
from corpus.source.stream import token_stream
from corpus.source.unit import STATEMENTS, Unit
from generators.rewrites.apply import Proposal, propose, sites_of
from generators.rewrites.catalogue import NOT_WRITTEN_ANEW
from generators.rewrites.opposites import undoes
from generators.rewrites.rule import Context, Finder, Refusal, Rule

Level = Literal["layout", "spelling", "expressions", "statements", "data"]

WEIGHTS: dict[Level, int] = {"layout": 1, "spelling": 1, "expressions": 2, "statements": 4, "data": 5}
"""How likely a rule is drawn, by the largest thing that it changes. By experience: a loop, a branch or a helper makes
a program read differently, an operand seldom does, and renames alone make copies."""

ANEW = 2 / 3
"""The share of chains that keep to what an expert would write from scratch: those alone are shown for a request."""


def level(rule: Rule) -> Level:
    """What a rule changes at the least, as its own examples show it.

    `layout` leaves the tokens, `spelling` the normalised tree (names, literals, braces); `data` changes what stands at
    the top of a file (functions, declarations, macros), `statements` which statements there are or their order.
    """
    known = _LEVELS.get(rule.find)
    if known is None:
        found = [_level_of(before.encode(), after.encode()) for before, after in rule.changes]
        known = _LEVELS[rule.find] = min(found, key=list(WEIGHTS).index, default="expressions")
    return known


# By finder: a Rule's own hash goes over all its examples, and levels are asked for at every draw.
_LEVELS: dict[Finder, Level] = {}


def _level_of(before: bytes, after: bytes) -> Level:
    if shape_of(before).digest == shape_of(after).digest:
        return "layout" if token_stream(before) == token_stream(after) else "spelling"
    old, new = Unit.parse(before), Unit.parse(after)
    tops = [Counter(node.type for node in unit.root.named_children if node.type in _TOP) for unit in (old, new)]
    if tops[0] != tops[1]:
        return "data"
    kinds = [Counter(node.type for node in unit.walk(*_TOLD)) for unit in (old, new)]
    texts = [[unit.text(node) for node in unit.walk("expression_statement")] for unit in (old, new)]
    moved = texts[0] != texts[1] and sorted(texts[0]) == sorted(texts[1])
    return "statements" if moved or kinds[0] != kinds[1] else "expressions"


_TOP = frozenset(
    {
        "declaration", "enum_specifier", "function_definition", "preproc_def", "preproc_function_def",
        "struct_specifier", "type_definition", "union_specifier",
    }
)  # fmt: skip
# A block comes and goes with its braces.
_TOLD = tuple(sorted((STATEMENTS | {"else_clause"}) - {"compound_statement"}))


def is_style(rule: Rule) -> bool:
    """Whether a rule is part of an author's hand: spelling, layout, and a form of expression used all over a file."""
    return level(rule) in ("layout", "spelling") or (rule.scope == "file" and level(rule) == "expressions")


@dataclass(frozen=True, slots=True)
class Draft:
    """A chain that no tool has seen: what to do step by step, and the shape that it comes to.

    `distance` is from the root of the lineage, `near` says that it is below what was asked; `refused` are
    (rule, reason) of the rules that were drawn and found no place.
    """

    proposals: tuple[Proposal, ...]
    refused: tuple[tuple[str, str], ...]
    shape: Shape
    distance: float
    near: bool

    @property
    def source(self) -> bytes:
        """The text that the chain ends in; only where there are proposals."""
        return self.proposals[-1].source


@dataclass(frozen=True)
class Composition:
    """What one chain is to be, drawn before its first step: one author, `length` steps of which `styled` are style.

    `most` is the longest that it may become where it is nearer than `nearest` to its root.
    """

    rules: tuple[Rule, ...]
    context: Context
    length: int
    styled: int
    most: int
    nearest: float = 0.0

    @classmethod
    def drawn(cls, rules: Iterable[Rule], context: Context, most: int, nearest: float = 0.0) -> Composition:
        """A chain of 1 to `most` steps, at most half of them style, the odd one included, and at least one structure.

        It holds only rules that an expert writes from scratch in two cases of three.
        """
        rng = context.rng
        length = rng.randint(1, most)
        styled = min(length - 1, rng.randint(0, (length + 1) // 2))
        chosen = tuple(rules)
        if rng.random() < ANEW:
            chosen = tuple(rule for rule in chosen if rule.name not in NOT_WRITTEN_ANEW) or chosen
        return cls(chosen, context, length, styled, most, nearest)

    def draft(self, root: Unit, tip: Unit, done: Sequence[str] = (), barred: Collection[str] = ()) -> Draft:
        """The steps that lead from `tip` to the end of the chain, structure first, so that style covers all of it.

        `done` are the rules that led from `root` to `tip`, `barred` those that must not be tried. Style alone is
        drafted only where no rule of structure has a place.
        """
        growth = _Growth(self, self.context, root, tip, list(done))
        left = [rule for rule in self.rules if rule.name not in barred and rule.name not in done]
        built = [rule for rule in left if not is_style(rule)]
        manner = [rule for rule in left if is_style(rule)]
        styles = {rule.name for rule in self.rules if is_style(rule)}
        styled = sum(name in styles for name in done)
        structural = len(done) - styled
        while structural < self.length - self.styled and growth.step(built):
            structural += 1
        while growth.near and structural + styled < self.most and growth.step(built):
            structural += 1
        wanted = min(self.styled, self.most - structural) if structural else max(1, self.styled)
        while styled < wanted and growth.step(manner):
            styled += 1
        return growth.drafted()


_FAMILY = attrgetter("family")


@dataclass
class _Growth:
    """A draft in the making."""

    wish: Composition
    context: Context
    root: Unit
    tip: Unit
    taken: list[str]
    families: set[str] = field(default_factory=set)
    proposals: list[Proposal] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def step(self, rules: list[Rule]) -> bool:
        """One more step by one of `rules`, which are used up as they are drawn; a family new to the chain first."""
        while rules:
            rule = self.draw(rules)
            del rules[next(at for at, other in enumerate(rules) if other is rule)]
            if undoes(rule.name, self.taken):
                continue
            proposal = propose(rule, self.tip, self.context)
            if isinstance(proposal, Refusal):
                self.refused.append((rule.name, proposal.reason))
                continue
            self.proposals.append(proposal)
            self.taken.append(rule.name)
            self.families.add(rule.family)
            self.tip = Unit.parse(proposal.source)
            if rule.renames:
                new = dict(proposal.step.params)
                self.context = replace(
                    self.context, free_delays=frozenset(new.get(name, name) for name in self.context.free_delays)
                )
            return True
        return False

    def draw(self, rules: list[Rule]) -> Rule:
        """By weight; the rules of a family share its chance."""
        fresh = [rule for rule in rules if rule.family not in self.families] or rules
        members = Counter(map(_FAMILY, fresh))
        weights = [WEIGHTS[_LEVELS.get(rule.find) or level(rule)] / members[rule.family] for rule in fresh]
        return self.context.rng.choices(fresh, weights)[0]

    @property
    def distance(self) -> float:
        return distance(shape_of(self.root.src), shape_of(self.tip.src))

    @property
    def near(self) -> bool:
        return self.wish.nearest > 0 and self.distance < self.wish.nearest

    def drafted(self) -> Draft:
        far = self.distance
        near = far < self.wish.nearest
        return Draft(tuple(self.proposals), tuple(self.refused), shape_of(self.tip.src), far, near)


def count_sites(rules: Iterable[Rule], unit: Unit, context: Context) -> dict[str, int]:
    """In how many places each rule that changes the tree could act on its own; those that could in none are left out.

    A rule that takes all its sites together counts as one.
    """
    found: dict[str, int] = {}
    for rule in rules:
        if level(rule) not in ("layout", "spelling"):
            sites, _ = sites_of(rule, unit, context)
            if sites:
                found[rule.name] = len(sites) if rule.scope == "site" else 1
    return found
