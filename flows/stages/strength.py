"""How strong a seed's harness is: the share of faults planted in its program that the harness itself refuses.

A fault counts as caught when an expectation of the harness fails, or the program crashes or never ends. One that only a
comparison with the right program shows (`compared`) is missed, for whoever has that harness alone could not tell it.
"""

from __future__ import annotations

import difflib
import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.seeds import Seed
from flows.proof import Proved, Prover, Ran
from flows.sight import Sight
from generators.mutants.operator import Faulty
from generators.mutants.sites import all_faults
from generators.templates import default_filling
from validators.sandbox.runner import Sandbox

ENOUGH = 0.9
"""The least share of behaviour-changing faults that a harness must catch."""

MOST = 250
"""Faults tried in one seed. The shipped seeds have 50 to 220 places for faults of behaviour."""

SYNTAX = 2
"""Faults tried for each operator that breaks the syntax: nearly all of them are refused by the compiler."""

TOGETHER = 32
"""Faults run from one start of the simulator."""

Outcome = Literal["caught", "compared", "silent", "argued", "equivalent", "timing", "finding", "refused", "unknown"]
"""What became of a fault. `caught`, `compared` and `silent` count; the others do not:

- `caught`: the harness fails. `compared`: it passes, but a run differs from the right program's. `silent`: other
  machine code, and no run differs.
- `equivalent`: the same machine code, or shown to mean the same (see `Sight`). `argued`: the author proved in
  `equivalent` that no run can differ. `timing`: no run differs, and what was changed is how long the program waits.
- `finding`: only a static check can tell (a dropped volatile). `refused`: it does not compile. `unknown`: a tool broke.
"""

COUNTED: tuple[Outcome, ...] = ("caught", "compared", "silent")


@dataclass(frozen=True, slots=True)
class Tried:
    """One fault and what became of it. `line` is the program's, `text` the line that names it in `equivalent`: as it
    reads with the fault, or without it where it is gone. `diff` is what was changed, `seen` the evidence."""

    operator: str
    line: int
    text: str
    outcome: Outcome
    seen: str
    diff: str


@dataclass(frozen=True, slots=True)
class Strength:
    """What the harness of one seed caught. `wrong` says what is wrong with the seed itself, or with its entries of
    `equivalent`; empty where nothing is."""

    seed: str
    tried: tuple[Tried, ...] = ()
    wrong: tuple[str, ...] = ()

    def count(self, *outcomes: Outcome) -> int:
        """How many faults had one of these outcomes."""
        return sum(one.outcome in outcomes for one in self.tried)

    @property
    def share(self) -> float:
        """Caught by the harness, of all that change what the program does: 0..1, and 0 where there is none."""
        counted = self.count(*COUNTED)
        return self.count("caught") / counted if counted else 0.0

    @property
    def passed(self) -> bool:
        """Whether the harness is strong enough and every entry of `equivalent` holds."""
        return not self.wrong and self.share >= ENOUGH


def digest_of(seed: Seed) -> str:
    """What a stored figure is true for: 12 hex digits of the SHA-256 of program and harness."""
    return hashlib.sha256((seed.program + seed.harness).encode()).hexdigest()[:12]


def planted(seed: Seed, root: Proved, most: int = MOST) -> list[Faulty]:
    """The faults to try, the same ones each time; those that the seed argues about always are among them."""
    argued = {(one.rule, one.text) for one in seed.sheet.equivalent}
    taken: list[Faulty] = []
    syntax: dict[str, int] = {}
    counted = 0
    for one in all_faults(root.unit, random.Random(f"strength/{seed.id}")):
        if one.effect == "compile":
            syntax[one.step.name] = syntax.get(one.step.name, 0) + 1
            if syntax[one.step.name] > SYNTAX:
                continue
        elif counted < most:
            counted += 1
        elif (one.step.name, mutated_line(seed.program, one.source.decode())) not in argued:
            continue
        taken.append(one)
    return taken


def measured(seed: Seed, sandbox: Sandbox, cycles: int, part: int = 0, parts: int = 1, most: int = MOST) -> Strength:
    """One part of a seed's faults, tried in runs of at most so many cycles; `joined` makes one of all parts.

    Raises MissingTool, CoreFailed.
    """
    prover = Prover(sandbox, seed, cycles, coverage=False)
    root = prover.root(default_filling(seed), default=True)
    if not isinstance(root, Proved):
        failed = root.failed
        return Strength(seed.id, (), (f"{failed.gate}: {failed.reason}: {failed.evidence}" if failed else "",))
    sight = Sight(sandbox, seed, root)
    faults = planted(seed, root, most)[part::parts]
    tried: list[Tried] = []
    for first in range(0, len(faults), TOGETHER):
        some = faults[first : first + TOGETHER]
        ran = prover.mutants([(root, one) for one in some])
        tried += [_tried(sight, one, found) for one, found in zip(some, ran, strict=True)]
    return Strength(seed.id, tuple(tried))


def joined(seed: Seed, parts: Iterable[Strength]) -> Strength:
    """All parts as one, by line, with the seed's entries of `equivalent` held against what was found."""
    parts = list(parts)
    wrong = tuple(dict.fromkeys(words for part in parts for words in part.wrong))
    tried = sorted((one for part in parts for one in part.tried), key=lambda t: (t.line, t.operator, t.diff))
    if wrong:
        return Strength(seed.id, (), wrong)
    entries = {(one.rule, one.text): number for number, one in enumerate(seed.sheet.equivalent)}
    found: dict[int, set[Outcome]] = {}
    for place, one in enumerate(tried):
        number = entries.get((one.operator, one.text))
        if number is not None:
            found.setdefault(number, set()).add(one.outcome)
            if one.outcome == "silent":
                tried[place] = replace(one, outcome="argued", seen=seed.sheet.equivalent[number].because)
    return Strength(seed.id, tuple(tried), tuple(_disproved(seed, found)))


def _disproved(seed: Seed, found: dict[int, set[Outcome]]) -> list[str]:
    wrong = []
    for number, entry in enumerate(seed.sheet.equivalent):
        outcomes = found.get(number, set())
        if "silent" in outcomes:
            continue
        problem = "matches no fault of the program"
        if outcomes:
            problem = f"is not needed: that fault is {', '.join(sorted(outcomes))}"
        wrong.append(f"equivalent.{number}: {entry.rule}: {entry.text!r} {problem}")
    return wrong


def _tried(sight: Sight, one: Faulty, ran: Ran) -> Tried:
    outcome, seen = _judged(one, ran)
    if outcome == "silent" and ran.built is not None:
        outcome, seen = sight.of(one, ran.built)
    source = one.source.decode("utf-8", "replace")
    before, after = sight.seed.program.splitlines(), source.splitlines()
    lines = [line for line in difflib.unified_diff(before, after, n=0, lineterm="") if line[:2] not in ("--", "++")]
    diff = "\n".join(line for line in lines if not line.startswith("@@"))
    return Tried(one.step.name, one.line, mutated_line(sight.seed.program, source), outcome, seen, diff)


def _judged(one: Faulty, ran: Ran) -> tuple[Outcome, str]:
    """What the compiler, the simulator and the harness say."""
    verdict, fault = ran.program.verdicts[-1], ran.program.fault
    if ran.harness is None:
        if fault is not None:
            return ("finding" if fault.kind == "finding" else "refused"), fault.seen
        if verdict.reason == "equivalent":
            return "equivalent", verdict.evidence
        broke = verdict.outcome == "unknown" and verdict.reason != "no-diagnostic"
        return ("unknown" if broke else "refused"), f"{verdict.reason}: {verdict.evidence}"
    if ran.harness.outcome == "unknown":
        return "unknown", ran.harness.evidence
    if not ran.harness.passed:
        return "caught", f"{ran.harness.reason}: {ran.harness.evidence}"
    if fault is not None:
        return "compared", fault.seen
    return ("finding" if one.effect == "finding" else "silent"), verdict.evidence


def mutated_line(before: str, after: str) -> str:
    """The first line that differs, stripped: as it reads after the change, or before it where it is gone."""
    old, new = before.splitlines(), after.splitlines()
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            lines: Sequence[str] = [line for line in new[k:m] if line.strip()] or old[i:j]
            return lines[0].strip()
    return ""
