"""The same rewrites done with ast-grep's patterns: how long each takes, and how often both make the same text."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.seeds import Seed
from corpus.source.edits import apply_edits
from corpus.source.unit import Unit
from generators.rewrites.apply import edits_of
from generators.rewrites.catalogue import RULES
from generators.rewrites.remembered import found_by
from generators.rewrites.rule import Context
from generators.rewrites.style import STYLES


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rewrite as a pattern and a template over its variables; `where` is about the node that it matched."""

    rule: str
    pattern: str
    template: str
    where: Callable[[Any], bool] = lambda node: True


def _is_step(node: Any) -> bool:
    parent = node.parent()
    return parent is not None and parent.kind() in ("expression_statement", "for_statement")


PATTERNS = (
    Pattern("step-form", "$A++", "++$A", _is_step),
    Pattern("subscript-as-pointer", "$A[$B]", "*($A + $B)"),
    Pattern("spelt-out-assignment", "$A += $B", "$A = $A + $B"),
    Pattern("spelt-out-assignment", "$A |= $B", "$A = $A | $B"),
    Pattern("relation-flip", "$A < $B", "$B > $A"),
    Pattern("commuted", "$A | $B", "$B | $A"),
)
TERSE = next(style for style in STYLES if style.step == "pre")


def compared(seeds: Sequence[Seed]) -> Iterator[str]:
    """Lines about both, the ratio first; one that says so where ast-grep is not installed."""
    try:
        from ast_grep_py import SgRoot
    except ImportError:
        yield "ast-grep           not installed"
        return
    finds = {rule.name: rule.find for rule in RULES}
    wanted = list(dict.fromkeys(pattern.rule for pattern in PATTERNS))
    spent = {"theirs": 0.0, "ours": 0.0}
    theirs: set[str] = set()
    ours: set[str] = set()
    refused = 0
    for number, seed in enumerate(seeds):
        source = seed.program + "\n" * 20  # a text that nobody has looked at
        before = time.process_time()
        top = SgRoot(source, "c").root()
        made = []
        for one in PATTERNS:
            for node in top.find_all(pattern=one.pattern):
                if one.where(node):
                    text = one.template
                    for name in "AB":
                        if (found := node.get_match(name)) is not None:
                            text = text.replace(f"${name}", found.text())
                    made.append(top.commit_edits([node.replace(text)]))
                    SgRoot(made[-1], "c").root()
        spent["theirs"] += time.process_time() - before
        theirs.update(f"{number} {text}" for text in made)

        before = time.process_time()
        unit = Unit.parse(source.encode())
        context = Context(TERSE, random.Random(0), frozenset(), frozenset(seed.sheet.delays))
        changed = []
        for name in wanted:
            sites, refusals = found_by(finds[name], unit, context)
            refused += len(refusals)
            for site in sites:
                changed.append(apply_edits(unit.src, edits_of([site])))
                assert Unit.parse(changed[-1]).error is None
        spent["ours"] += time.process_time() - before
        ours.update(f"{number} {text.decode()}" for text in changed)
    each = {"theirs": spent["theirs"] / len(theirs), "ours": spent["ours"] / len(ours)}
    yield f"{len(wanted)} rewrites alone   {each['ours'] / each['theirs']:.2f} times ast-grep's time for a variant"
    yield (
        f"same texts         {len(ours & theirs)} of our {len(ours)} and its {len(theirs)};"
        f" {refused} places are refused as not sure"
    )
