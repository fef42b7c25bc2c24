"""How well a task's words find the facts of its chip: precision and recall after the first k facts.

    python -m benchmarks.retrieval
    python -m benchmarks.retrieval --misses 10        what was not found most often, and what was found in vain

Asks the questions of tests/generators/model/questions.yaml. `told` is the mean number of facts found; precision is the
share of them that the question wants, recall the share of what it wants that is among them, each the mean over the
questions. A task that wants more than k facts cannot have a recall of 1. The second half of the questions was not
looked at when the words were written.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from ruamel.yaml import YAML

from corpus.chips import Chip, Family, chip_for
from corpus.records import Language
from corpus.seeds import load_seed
from generators.model.facts import facts_for
from generators.tasks.row import folded
from generators.templates import default_filling

QUESTIONS = Path("tests/generators/model/questions.yaml")
SEEDS = Path("datasets/seeds")
DEPTHS = (4, 8, 12)
TARGETS: tuple[Family, ...] = ("mcs51", "stm8", "avr", "cortex-m")


@dataclass(frozen=True)
class Question:
    """A task's words, its chip, and the names of the facts that it wants. `kind` is `seeds` or `hand`; `held` says that
    it was not looked at when the words were written."""

    kind: str
    text: str
    language: Language
    chip: Chip
    wants: frozenset[str]
    held: bool


@dataclass(frozen=True)
class Score:
    """Means over some questions: facts told, and precision and recall, each a share 0..1."""

    questions: int
    told: float
    precision: float
    recall: float


def questions(path: Path = QUESTIONS, seeds: Path = SEEDS) -> Iterator[Question]:
    """The labelled questions. Raises FileNotFoundError where a file is missing."""
    data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    for place, entry in enumerate(data["seeds"]):
        seed = load_seed(seeds / entry["seed"])
        chip = chip_for(seed.sheet.target, seed.sheet.chip)
        for language in ("en", "zh"):
            text = folded(default_filling(seed).words(seed.sheet.instruction.of(language, ("question",))[-1]))
            yield Question("seeds", text, language, chip, frozenset(entry["wants"]), place % 2 == 1)
    for place, entry in enumerate(data["hand"]):
        language = "en" if entry["text"].isascii() else "zh"
        chip = next(c for c in (chip_for(t, entry["chip"]) for t in TARGETS) if c.complete)
        yield Question("hand", entry["text"], language, chip, frozenset(entry["wants"]), place % 2 == 1)


def score(asked: Sequence[Question], most: int) -> Score:
    """Precision and recall of the first `most` facts. A question that finds nothing has precision 0."""
    told, precision, recall = [], [], []
    for question in asked:
        names = {fact.name for fact in facts_for(question.text, question.chip, most)}
        right = len(names & question.wants)
        told.append(len(names))
        precision.append(right / len(names) if names else 0.0)
        recall.append(right / len(question.wants))
    return Score(len(asked), fmean(told), fmean(precision), fmean(recall))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", type=int, default=0, help="print this many of each kind, of the first half only")
    wanted = parser.parse_args()
    every = list(questions())
    print(f"{'':<22}{'n':>4}" + "".join(f"{f'told P R @{k}':>20}" for k in DEPTHS))
    for label, chosen in _groups(every):
        scores = [score(chosen, k) for k in DEPTHS]
        cells = "".join(f"{s.told:>8.1f} {s.precision:>5.2f} {s.recall:>5.2f}" for s in scores)
        print(f"{label:<22}{len(chosen):>4}{cells}")
    if wanted.misses:
        _misses([question for question in every if not question.held], wanted.misses)


def _groups(every: list[Question]) -> Iterator[tuple[str, list[Question]]]:
    for target in TARGETS:
        for held in (False, True):
            chosen = [q for q in every if q.chip.target == target and q.held == held]
            yield f"{target}{', held out' if held else ''}", chosen
    for kind in ("seeds", "hand"):
        yield f"{kind}, held out", [q for q in every if q.kind == kind and q.held]
    for language in ("en", "zh"):
        yield f"{language}, held out", [q for q in every if q.language == language and q.held]
    yield "all, held out", [q for q in every if q.held]
    yield "all", every


def _misses(asked: list[Question], most: int) -> None:
    lost: Counter[str] = Counter()
    vain: Counter[str] = Counter()
    for question in asked:
        names = {fact.name for fact in facts_for(question.text, question.chip)}
        lost.update(f"{question.chip.target} {name}" for name in question.wants - names)
        vain.update(f"{question.chip.target} {name}" for name in names - question.wants)
    print("not found:", ", ".join(f"{name} {n}" for name, n in lost.most_common(most)))
    print("in vain:", ", ".join(f"{name} {n}" for name, n in vain.most_common(most)))


if __name__ == "__main__":
    main()
