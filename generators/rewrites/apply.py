"""Chooses among a rule's sites and applies the edits; the only place that changes a program's text."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.records import Step
from corpus.source.edits import Edit
from corpus.source.lexer import lexed
from corpus.source.unit import Unit
from generators.rewrites.remembered import found_by, per_unit
from generators.rewrites.rule import Context, Refusal, Rule, Site

# Under these names a step keeps what a person would ask for to get it, the direction of the rule, in which function,
# and the line, where the function has more such places.
ASKED = ("ask-en", "ask-zh")
WAY = "ask-way"
WITHIN = "within"
AT = "ask-at"
TOLD = frozenset((*ASKED, WAY, WITHIN, AT))

_WORD = re.compile(rb"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rewritten unit that still has to be proved: its text, the step, the names it changed for the harness."""

    source: bytes
    step: Step
    aliases: tuple[tuple[str, str], ...]


def sites_of(rule: Rule, unit: Unit, context: Context) -> tuple[list[Site], list[Refusal]]:
    """Where the rule could act and where it will not."""
    sites, refusals = found_by(rule.find, unit, context)
    return list(sites), list(refusals)


def propose(rule: Rule, unit: Unit, context: Context) -> Proposal | Refusal:
    """One application of the rule: at one site drawn by `context.rng`, or at all of them for a rule of style.

    The result parses wherever the input did and has every comment that the input had (unless the rule is about
    layout and comments; a rename may change its names in them): otherwise it is refused, reason `broke-parse` or
    `lost-comment`.
    """
    sites, refusals = sites_of(rule, unit, context)
    if not sites:
        return refusals[0] if refusals else Refusal(0, "no-site")
    chosen = [context.rng.choice(sites)] if rule.scope == "site" else together(sites)
    edits = edits_of(chosen)
    made = unit.edited(edits)
    if made.src == unit.src:
        return Refusal(edits[0].start, "no-change")
    if (reason := breaks(rule, unit, chosen, made)) is not None:
        return Refusal(edits[0].start, reason)
    asked = [pair for site in chosen[:1] if site.ask for pair in zip(ASKED, site.ask, strict=True)]
    if chosen[0].way:
        asked.append((WAY, chosen[0].way))
    if rule.scope == "site" and (function := _function(unit, chosen[0])):
        asked.append((WITHIN, function))
        alike = [site for site in sites if site.way == chosen[0].way and _function(unit, site) == function]
        if len(alike) > 1 and (line := _line(unit, chosen[0])):
            asked.append((AT, line))
    params = tuple(dict.fromkeys([*asked, *(pair for site in chosen for pair in site.params)]))
    aliases = tuple(dict.fromkeys(pair for site in chosen for pair in site.aliases))
    step = Step(
        kind="rewrite",
        name=rule.name,
        family=rule.family,
        params=params,
        edits=tuple((edit.start, edit.end, edit.text.decode("utf-8", "replace")) for edit in edits),
    )
    return Proposal(made.src, step, aliases)


def together(sites: Sequence[Site]) -> list[Site]:
    """The sites that a rule of style takes: in order, none that touches an earlier one's, all of them going one way."""
    chosen = _apart(sites)
    return [site for site in chosen if site.way == chosen[0].way]


def edits_of(sites: Iterable[Site]) -> list[Edit]:
    """All edits of these sites, in order."""
    return sorted((edit for site in sites for edit in site.edits), key=lambda edit: (edit.start, edit.end))


def breaks(rule: Rule, unit: Unit, chosen: Sequence[Site], made: Unit) -> str | None:
    """Why `made`, which the edits of the chosen sites make of the unit, must not be proposed; None where it may."""
    if made.error is not None and unit.error is None:
        return "broke-parse"
    names = {name.encode() for site in chosen for pair in site.params for name in pair} if rule.renames else set()
    if not rule.tokens_kept and _comments(made, names) != _comments(unit, names):
        return "lost-comment"
    return None


def order(rules: Iterable[Rule], rng: random.Random) -> Iterator[Rule]:
    """Every rule once, families drawn first, so that a family with many rules or sites does not crowd out the rest."""
    families: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        families[rule.family].append(rule)
    for members in families.values():
        rng.shuffle(members)
    while families:
        family = rng.choice(list(families))
        yield families[family].pop()
        if not families[family]:
            del families[family]


def rename_aliases(
    earlier: tuple[tuple[str, str], ...], later: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """The harness's names after one more step: each pair is (name in the harness, name in the unit)."""
    moves = dict(later)
    joined = [(harness, moves.pop(unit, unit)) for harness, unit in earlier]
    return tuple((old, new) for old, new in (*joined, *moves.items()) if old != new)


def _function(unit: Unit, site: Site) -> str:
    """The one function inside of which a site changes anything; empty where there is none, or more than one."""
    found = {
        name for edit in site.edits for start, end, name in _functions(unit) if start < edit.start and edit.end <= end
    }
    return found.pop() if len(found) == 1 else ""


@per_unit
def _functions(unit: Unit) -> tuple[tuple[int, int, str], ...]:
    """Start, end and name of each function."""
    return tuple((f.start_byte, f.end_byte, unit.function_name(f).decode()) for f in unit.functions())


def _line(unit: Unit, site: Site) -> str:
    """The code of the first line that a site changes, without its comments."""
    start = min(edit.start for edit in site.edits)
    start, end = unit.line_start(start), unit.line_end(start)
    for comment in unit.comments(start, end):
        end = min(end, max(start, comment.start))
    return unit.src[start:end].decode("utf-8", "replace").strip()


def _apart(sites: Sequence[Site]) -> list[Site]:
    """The sites in order, without those whose edits touch an earlier one's."""
    taken: list[Site] = []
    used: list[Edit] = []
    for site in sites:
        if all(edit.end <= other.start or other.end <= edit.start for edit in site.edits for other in used):
            taken.append(site)
            used.extend(site.edits)
    return taken


def _comments(unit: Unit, names: set[bytes]) -> list[bytes]:
    """The comments, with one sign for all of `names`: a rename may put one in place of another there."""
    if not names:
        return _sorted_comments(unit)
    return sorted(
        _WORD.sub(lambda word: b"$" if word[0] in names else word[0], text) for text in _sorted_comments(unit)
    )


@per_unit
def _sorted_comments(unit: Unit) -> list[bytes]:
    return sorted(unit.src[start:end] for _, start, end in lexed(unit.src).of("comment"))
