"""The rewrites of a variant in words: each step once, its names as the reader of the parent knows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from corpus.records import Step
from generators.rewrites.apply import ASKED, AT, TOLD, WAY, WITHIN
from generators.rewrites.catalogue import RULES
from generators.rewrites.words import SLOTS
from generators.tasks.material import StepWords

_RULES = {rule.name: rule for rule in RULES}
_MADE = ("new", "other")
_WORD = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r"`[^`\n]*`")

Pairs = tuple[tuple[str, str], ...]


def told(steps: Iterable[Step]) -> tuple[StepWords, ...]:
    """The rewrites in the order applied; steps alike in rule, direction and names are told once.

    What the parent had goes by its name there, what a step made by its name in the end.
    """
    rewrites = [step for step in steps if step.kind == "rewrite"]
    names = _Names([_renamed(step) for step in rewrites])
    found: dict[StepWords, None] = {}
    for step in rewrites:
        rule, params = _RULES[step.name], dict(step.params)
        pairs = names.later.pop(0)
        own = {} if rule.renames else {slot: value for slot, value in params.items() if slot in SLOTS - {"function"}}
        names.made.update(own[slot] for slot in _MADE if slot in own)
        slots = {slot: value if slot == "value" else names.told(value) for slot, value in own.items()}
        if function := params.get(WITHIN):
            slots["function"] = names.told(function)
        en, zh = (params.get(asked, text) for asked, text in zip(ASKED, (rule.en, rule.zh), strict=True))
        words = StepWords(
            rule.name,
            rule.family,
            _QUOTED.sub(lambda code: names.inside(code[0]), en),
            _QUOTED.sub(lambda code: names.inside(code[0]), zh),
            params.get(WAY, ""),
            tuple(sorted(slots.items())),
            names.inside(params.get(AT, "")),
            tuple((names.before.get(old, old), names.after(new)) for old, new in pairs),
        )
        found.setdefault(words)
        names.before |= {new: names.before.get(old, old) for old, new in pairs}
    return tuple(found)


def _renamed(step: Step) -> Pairs:
    return tuple(pair for pair in step.params if pair[0] not in TOLD) if _RULES[step.name].renames else ()


@dataclass(slots=True)
class _Names:
    """What names are called at a point of a chain: `before` the steps up to there, after the `later` ones.

    `made` are the names that no earlier version had.
    """

    later: list[Pairs]
    before: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)

    def told(self, name: str) -> str:
        """A name of this point as the reader of the parent finds it; of what was made, as it is in the end."""
        old = self.before.get(name, name)
        return self.after(old) if old in self.made else old

    def after(self, name: str) -> str:
        """What the later steps make of a name."""
        for pairs in self.later:
            name = dict(pairs).get(name, name)
        return name

    def inside(self, code: str) -> str:
        """The code with its names told."""
        return _WORD.sub(lambda word: self.told(word[0]), code)
