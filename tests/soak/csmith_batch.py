"""What one process does with some programs: grow their chains, run all, and look into what differs."""

from __future__ import annotations

import difflib
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from corpus.source.unit import Unit
from tests.soak.chains import Chain, RuleCrashed, grow, shortest
from tests.soak.csmith_programs import is_small
from tests.soak.judges import Answer, Judge, avr, host, mcs51, opinions
from validators.sandbox.runner import Sandbox


class Failure(TypedDict):
    """One variant that does not do what its program did, or a rule that raised.

    `kind` is differs, refused, crashed, endless or raised; `shortest` are those of the chain's `rules` that it needs;
    `opinions` say by compiler whether it sees a difference, too. The files lie in `folder`.
    """

    seed: int
    chain: str
    style: str
    judge: str
    kind: str
    rules: list[str]
    shortest: list[str]
    before: str
    after: str
    opinions: dict[str, str]
    whose: str
    folder: str


class Record(TypedDict):
    """One seed's outcome, as it stands in a line of `done.jsonl`.

    `state` is "run", or why the program is of no use. `variants` counts those run, by judge; `suspects` proposals that
    were taken back.
    """

    seed: int
    state: str
    variants: dict[str, int]
    chains: int
    rules: dict[str, int]
    suspects: dict[str, int]
    failures: list[Failure]
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked of each program. Small programs up to the seed `mcs51` run on the 8051, too."""

    chains: int
    longest: int
    mcs51: int
    folder: Path


@dataclass
class _Subject:
    """One program with its chains and what came of them."""

    seed: int
    text: str
    state: str = "run"
    chains: list[Chain] = field(default_factory=list)
    suspects: Counter[str] = field(default_factory=Counter)
    variants: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)


class Batch:
    """Examines seeds in one sandbox, which it does not own."""

    def __init__(self, sandbox: Sandbox, settings: Settings) -> None:
        self._sandbox = sandbox
        self._settings = settings
        self._host = host(sandbox)
        self._avr = avr(sandbox)
        self._mcs51 = mcs51(sandbox)
        self._opinions: dict[str, list[Judge]] = {}

    def examine(self, texts: Mapping[int, str]) -> list[Record]:
        """The record of each program, by its seed."""
        began, spent = time.process_time(), self._sandbox.cpu_s
        subjects = [_Subject(*pair) for pair in texts.items()]
        self._admit(subjects)
        running = [subject for subject in subjects if subject.state == "run"]
        for subject in running:
            self._grow(subject)
        self._compare(self._host, running)
        self._compare(self._avr, running)
        self._compare(self._mcs51, [s for s in running if is_small(s.seed) and s.seed <= self._settings.mcs51])
        cpu_s = (time.process_time() - began + self._sandbox.cpu_s - spent) / len(texts)
        return [_record(subject, cpu_s) for subject in subjects]

    def _admit(self, subjects: Sequence[_Subject]) -> None:
        """Says of each program whether it can be used: it must parse, end soon, and say something."""
        for subject, answer in zip(subjects, self._host.answers([s.text for s in subjects], base=True), strict=True):
            if answer.ending != "done":
                subject.state = answer.ending
            elif not answer.words:
                subject.state = "says-nothing"
            elif Unit.parse(subject.text.encode()).error is not None:
                subject.state = "does-not-parse"

    def _grow(self, subject: _Subject) -> None:
        for number in range(self._settings.chains):
            seed = f"{subject.seed}/{number}"
            try:
                chain = grow(subject.text, seed, longest=self._settings.longest)
            except RuleCrashed as crashed:
                subject.failures.append(self._crash(subject, seed, crashed))
                continue
            subject.suspects += chain.suspects
            if chain.rules:
                subject.chains.append(chain)

    def _compare(self, judge: Judge, subjects: Sequence[_Subject]) -> None:
        """Runs the programs, then the variants of those that this target can run."""
        bases = judge.answers([subject.text for subject in subjects], base=True)
        able = [(subject, base) for subject, base in zip(subjects, bases, strict=True) if base.ending == "done"]
        pairs = [(s, base, chain) for s, base in able for chain in s.chains]
        answers = judge.answers([chain.last for _, _, chain in pairs])
        for (subject, base, chain), answer in zip(pairs, answers, strict=True):
            subject.variants[judge.name] += 1
            if answer.ending != "no-room" and answer != base:
                subject.failures.append(self._failure(judge, subject, base, chain, answer))

    def _failure(self, judge: Judge, subject: _Subject, base: Answer, chain: Chain, answer: Answer) -> Failure:
        """What is told of a variant that went wrong, with the files in a folder of its own."""

        def fails(tried: Chain) -> bool:
            found = judge.answers([tried.last])[0]
            return found != base and found.ending == answer.ending

        least = shortest(chain, fails)
        name = f"{subject.seed}-{chain.seed.rpartition('/')[2]}-{judge.name.split()[0]}"
        told = {op.name: _word(*op.answers([subject.text, least.last])) for op in self._asked(judge)}
        trapped = judge.name.endswith("traps") and answer.ending == "crashed"
        failure: Failure = {
            "seed": subject.seed,
            "chain": chain.seed,
            "style": chain.style.name,
            "judge": judge.name,
            "kind": "differs" if answer.ending == "done" else answer.ending,
            "rules": list(chain.rules),
            "shortest": list(least.rules),
            "before": base.words[:2000],
            "after": answer.words[:2000],
            "opinions": told,
            "whose": whose(told, trapped=trapped),
            "folder": name,
        }
        self._save(failure, {"before.c": subject.text, "after.c": least.last, "steps.diff": _steps(least)})
        return failure

    def _crash(self, subject: _Subject, seed: str, crashed: RuleCrashed) -> Failure:
        name = f"{subject.seed}-{seed.rpartition('/')[2]}-{crashed.rule}"
        failure: Failure = {
            "seed": subject.seed,
            "chain": seed,
            "style": Chain(seed, (), ()).style.name,
            "judge": "",
            "kind": "raised",
            "rules": [crashed.rule],
            "shortest": [crashed.rule],
            "before": "",
            "after": crashed.trace[-2000:],
            "opinions": {},
            "whose": "ours",
            "folder": name,
        }
        self._save(failure, {"before.c": crashed.text})
        return failure

    def _asked(self, judge: Judge) -> list[Judge]:
        if judge.name not in self._opinions:
            self._opinions[judge.name] = opinions(self._sandbox, judge)
        return self._opinions[judge.name]

    def _save(self, failure: Failure, files: dict[str, str]) -> None:
        folder = self._settings.folder / "failures" / failure["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "failure.json").write_text(json.dumps(failure, indent=1) + "\n", encoding="utf-8")
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")


def whose(told: dict[str, str], *, trapped: bool = False) -> str:
    """Whose fault a difference is, by what other compilers said: `ours`, or `compiler` where all of them see none.

    One that is of the same make as the first (`--stack-auto`) can only add to the picture. Code that traps where the
    original did not is ours: it is the rewrite that brought in what C leaves open.
    """
    counted = [word for name, word in told.items() if word != "cannot-say" and "--stack-auto" not in name]
    return "ours" if trapped or "differs" in counted or not counted else "compiler"


def _word(before: Answer, after: Answer) -> str:
    """What one compiler says of a program and its variant."""
    if before.ending != "done" or after.ending == "no-room":
        return "cannot-say"
    return "same" if before == after else "differs"


def _steps(chain: Chain) -> str:
    """The chain as one diff a step."""
    parts = []
    for rule, before, after in zip(chain.rules, chain.texts, chain.texts[1:], strict=False):
        lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), "before", rule)
        parts.append("".join(line if line.endswith("\n") else f"{line}\n" for line in lines))
    return "\n".join(parts)


def _record(subject: _Subject, cpu_s: float) -> Record:
    return {
        "seed": subject.seed,
        "state": subject.state,
        "variants": dict(subject.variants),
        "chains": len(subject.chains),
        "rules": dict(Counter(rule for chain in subject.chains for rule in chain.rules)),
        "suspects": dict(subject.suspects),
        "failures": subject.failures,
        "cpu_s": round(cpu_s, 3),
    }
