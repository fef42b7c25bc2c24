"""Random chains of rewrites with nothing proved in between, and what is left of a chain that went wrong.

A step draws from a seed of its own (the chain's and the rule's name), so that a chain can be made again without some of
its steps: what a step then does may differ, and counts all the same while the failure stays.
"""

from __future__ import annotations

import random
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from corpus.source.unit import Unit
from generators.rewrites.apply import Proposal, order, propose, rename_aliases
from generators.rewrites.catalogue import RULES
from generators.rewrites.opposites import undoes
from generators.rewrites.rule import Context, Refusal, Rule
from generators.rewrites.style import STYLES, Style

LONGEST = 8

_RULES = {rule.name: rule for rule in RULES}
_SUSPECT = ("broke-parse", "lost-comment")
"""Refusals by which a rule shows that it made something wrong."""


class RuleCrashed(Exception):
    """A rule raised: its name, what it was given, and where."""

    def __init__(self, rule: str, text: str, trace: str) -> None:
        super().__init__(f"{rule}: {trace.strip().splitlines()[-1]}")
        self.rule = rule
        self.text = text
        self.trace = trace


@dataclass(frozen=True, slots=True)
class Chain:
    """A rewritten program: `texts` has the original and what each of `rules` made of it, in the style of one author.

    `aliases` are the names of the original that are others in the last text. `suspects` counts, by rule and reason,
    proposals that were taken back since they did not parse or lost a comment.
    """

    seed: str
    rules: tuple[str, ...]
    texts: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...] = ()
    suspects: Counter[str] = field(default_factory=Counter)

    @property
    def last(self) -> str:
        """What the whole chain made."""
        return self.texts[-1]

    @property
    def style(self) -> Style:
        """The author."""
        return random.Random(f"{self.seed}/style").choice(STYLES)


def grow(text: str, seed: str, *, longest: int = LONGEST, held: frozenset[str] = frozenset()) -> Chain:
    """A chain of 1 to `longest` rules drawn from the whole catalogue; shorter where no more rules find a place.

    `held` are names that a harness uses. Raises RuleCrashed.
    """
    rng = random.Random(seed)
    wanted = rng.randint(1, longest)
    chain = Chain(seed, (), (text,))
    for rule in order(RULES, rng):
        if len(chain.rules) == wanted:
            break
        if not undoes(rule.name, chain.rules):
            chain = _stepped(chain, rule, held) or chain
    return chain


def again(text: str, seed: str, rules: Sequence[str], *, held: frozenset[str] = frozenset()) -> Chain | None:
    """The chain of these rules; None where one of them finds no place. Raises RuleCrashed."""
    chain: Chain | None = Chain(seed, (), (text,))
    for name in rules:
        if chain is not None:
            chain = _stepped(chain, _RULES[name], held)
    return chain


def shortest(chain: Chain, fails: Callable[[Chain], bool], *, held: frozenset[str] = frozenset()) -> Chain:
    """The chain without the steps that its failure does not need."""
    place = len(chain.rules) - 1
    while place >= 0:
        rules = (*chain.rules[:place], *chain.rules[place + 1 :])
        tried = again(chain.texts[0], chain.seed, rules, held=held) if rules else None
        if tried is not None and fails(tried):
            chain = tried
        place -= 1
    return chain


def _stepped(chain: Chain, rule: Rule, held: frozenset[str]) -> Chain | None:
    """The chain with one more rule; None where it refuses."""
    context = Context(chain.style, random.Random(f"{chain.seed}/{rule.name}"), held)
    try:
        found = propose(rule, Unit.parse(chain.last.encode()), context)
    except Exception as error:  # whatever a rule raises is one of the defects looked for
        raise RuleCrashed(rule.name, chain.last, traceback.format_exc()) from error
    if isinstance(found, Refusal):
        if found.reason in _SUSPECT:
            chain.suspects[f"{rule.name}: {found.reason}"] += 1
        return None
    assert isinstance(found, Proposal)
    aliases = rename_aliases(chain.aliases, found.aliases)
    texts = (*chain.texts, found.source.decode())
    return Chain(chain.seed, (*chain.rules, rule.name), texts, aliases, chain.suspects)
