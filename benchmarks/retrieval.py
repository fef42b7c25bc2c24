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
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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


@dataclass(frozen=True, eq=False)
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
        spoken: Language = "en" if entry["text"].isascii() else "zh"
        chip = next(c for c in (chip_for(t, entry["chip"]) for t in TARGETS) if c.complete)
        yield Question("hand", entry["text"], spoken, chip, frozenset(entry["wants"]), place % 2 == 1)


def score(asked: Sequence[Question], most: int) -> Score:
    """Precision and recall of the first `most` facts. A question that finds nothing has precision 0."""
    return _means([(q.wants, [fact.name for fact in facts_for(q.text, q.chip, most)]) for q in asked])


def _means(pairs: Sequence[tuple[frozenset[str], list[str]]]) -> Score:
    right = [len(wants.intersection(names)) for wants, names in pairs]
    precision = [n / len(names) if names else 0.0 for n, (_, names) in zip(right, pairs, strict=True)]
    recall = [n / len(wants) for n, (wants, _) in zip(right, pairs, strict=True)]
    return Score(len(pairs), fmean(len(names) for _, names in pairs), fmean(precision), fmean(recall))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", type=int, default=0, help="print this many of each kind, of the first half only")
    wanted = parser.parse_args()
    every = list(questions())
    before = time.process_time()
    found = {q: [fact.name for fact in facts_for(q.text, q.chip)] for q in every}
    spent = time.process_time() - before
    print(f"{'':<22}{'n':>4}" + "".join(f"{f'told P R @{k}':>20}" for k in DEPTHS))
    for label, chosen in _groups(every):
        _print(label, [_means([(q.wants, found[q][:k]) for q in chosen]) for k in DEPTHS])
    held = [q for q in every if q.held]
    alone = [(q.wants, _names_alone(q)) for q in held]
    _print("names alone, held out", [_means([(wants, names[:k]) for wants, names in alone]) for k in DEPTHS])
    print(f"{1000 * spent / len(every):.1f} ms of CPU a question, the reading of the chips' files among them")
    if wanted.misses:
        _misses({q: names for q, names in found.items() if not q.held}, wanted.misses)


def _print(label: str, scores: Sequence[Score]) -> None:
    cells = "".join(f"{s.told:>8.1f} {s.precision:>5.2f} {s.recall:>5.2f}" for s in scores)
    print(f"{label:<22}{scores[0].questions:>4}{cells}")


def _names_alone(question: Question) -> list[str]:
    """What a search for the names of registers in the text gives."""
    words = re.findall(r"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9_]*", question.text)
    return [word for word in dict.fromkeys(words) if word in question.chip.by_name]


def _groups(every: Sequence[Question]) -> Iterator[tuple[str, list[Question]]]:
    for target in TARGETS:
        for held in (False, True):
            chosen = [q for q in every if q.chip.target == target and q.held == held]
            yield f"{target}{', held out' if held else ''}", chosen
    for kind in ("seeds", "hand"):
        yield f"{kind}, held out", [q for q in every if q.kind == kind and q.held]
    for language in ("en", "zh"):
        yield f"{language}, held out", [q for q in every if q.language == language and q.held]
    yield "all, held out", [q for q in every if q.held]
    yield "all", list(every)


def _misses(found: Mapping[Question, list[str]], most: int) -> None:
    lost: Counter[str] = Counter()
    vain: Counter[str] = Counter()
    for question, names in found.items():
        target = question.chip.target
        lost.update(f"{target} {name}" for name in question.wants.difference(names))
        vain.update(f"{target} {name}" for name in names if name not in question.wants)
    print("not found:", ", ".join(f"{name} {n}" for name, n in lost.most_common(most)))
    print("in vain:", ", ".join(f"{name} {n}" for name, n in vain.most_common(most)))


if __name__ == "__main__":
    main()
