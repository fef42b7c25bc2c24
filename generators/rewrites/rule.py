"""What a rewrite rule is: a function that finds sites, with its docstring and its examples beside it.

A rule looks at a parsed unit and yields, for every place where it could act, either a `Site` (the byte edits that
would do it) or a `Refusal` (why it must not). It changes nothing itself: `generators.rewrites.apply` chooses sites
and applies the edits, so that finding, choosing and changing stay apart and a diff, a label and the lineage all follow
from the same edits.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.style import Style


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may ask besides the unit.

    `style` is the author profile in force; `rng` decides names and forms *before* a site is made; `held` are the names
    that the behaviour harness uses: a rename of one is allowed and must be recorded as an alias; `free_delays` are the
    functions of this unit that only wait and on whose exact length nobody counts, as its seed says.
    """

    style: Style
    rng: random.Random
    held: frozenset[str] = frozenset()
    free_delays: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Site:
    """One place where a rule acts: its edits, its choices in words, and the harness-visible names it changes.

    `ask` is what a person would say for this very direction of the rule, in English and Chinese; without it, the rule's
    own `en` and `zh` stand. `way` names the direction in one short word, for a rule that acts in more than one: the
    words of `generators/rewrites/words/` are keyed by it.
    """

    edits: tuple[Edit, ...]
    params: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    ask: tuple[str, str] | None = None
    way: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One place where a rule will not act, with a short reason word."""

    start: int
    reason: str


Finder = Callable[[Unit, Context], Iterator["Site | Refusal"]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rewrite.

    `scope` says whether one site is taken (structure) or all of them together (style: a person is consistent).
    `tokens_kept` marks rules that touch layout and comments only; `renames` those whose params are (old, new) names,
    which a comment may speak of, so that the words change there too. `en` and `zh` say in an imperative what a person
    would ask for to get this change. `changes` are (before, after) of whole units; on `keeps` the rule must find no
    site.
    """

    name: str
    family: str
    scope: Literal["site", "file"]
    en: str
    zh: str
    find: Finder
    changes: tuple[tuple[str, str], ...]
    keeps: tuple[str, ...]
    tokens_kept: bool = False
    renames: bool = False

    @property
    def doc(self) -> str:
        """The docstring: what the rule does, why it is sound on these chips, when it refuses."""
        return (self.find.__doc__ or "").strip()


def rewrite(
    *,
    family: str,
    en: str,
    zh: str,
    changes: Sequence[tuple[str, str]],
    keeps: Sequence[str],
    scope: Literal["site", "file"] = "site",
    tokens_kept: bool = False,
    renames: bool = False,
) -> Callable[[Finder], Rule]:
    """Turns a finder into a `Rule` named after it (underscores become hyphens)."""

    def named(find: Finder) -> Rule:
        name = getattr(find, "__name__", "").replace("_", "-")
        return Rule(name, family, scope, en, zh, find, tuple(changes), tuple(keeps), tokens_kept, renames)

    return named
