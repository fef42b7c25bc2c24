"""The facts of a chip that a task needs: found by the task's words, told to the model.

A small model knows no chip well: it puts TIM4_SR of one STM8 at the address of another and takes the vector of the
wrong timer. What is looked up here comes from the chip's own file (`datasets/chips`), by plain words: a name of a
register or bit in the text, else a subject (`facts_of/words.yaml`, English and Chinese) and what that finds on the
target (`facts_of/<target>.yaml`). How well is measured by `python -m benchmarks.retrieval`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from corpus.chips import Chip
from corpus.records import Language
from generators.model.fact_words import VECTOR, Fact, told_facts
from generators.model.subjects import Subject, subjects_of, words_file

__all__ = ["Fact", "facts_for", "told"]

# What a subject's patterns weigh, and what other words add or take away. A fact needs ENOUGH: a `likely` one has it, one
# that must be `asked` for has it with one further word. Tried on the first half of the questions of
# tests/generators/model/questions.yaml.
WEIGHTS: Mapping[str, float] = {"sure": 1.0, "likely": 0.6, "asked": 0.25}
RAISED, LOWERED = 0.4, 0.5
ENOUGH = 0.6
# A name that stands in the text goes before all that its words find; a bit's name, which several registers of one chip
# may have, less so.
NAMED, NAMED_BIT = 2.0, 1.0
# Each further mention of a subject, up to three, puts what it finds a little forward.
MENTION = 0.05

_NAME = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9_]*(?:->[A-Za-z0-9_]+)?")
_SLOT = re.compile(r"\{(\d)(?:\|(\w+))?\}")
# Words of prose that are bits or registers too.
_PROSE = frozenset(("A", "B", "P", "C", "I", "SP", "AL", "OR", "ACK", "STOP", "START", "BUSY", "IDLE", "ADC", "LOCK"))


def facts_for(text: str, chip: Chip, most: int = 12) -> tuple[Fact, ...]:
    """The facts that a task's words ask for, the surest first, at most `most`; none for a chip that is not on file."""
    if not chip.complete:
        return ()
    known = told_facts(chip)
    scores = _scores(text, chip)
    order = {name: place for place, name in enumerate(scores)}
    enough = (name for name, score in scores.items() if score >= ENOUGH - 1e-9)
    ranked = sorted(enough, key=lambda name: (-round(scores[name], 6), order[name]))
    return tuple(known[name] for name in ranked[:most])


def told(facts: Sequence[Fact], language: Language) -> str:
    """The facts as lines for a prompt, with their sources behind them; "" for none."""
    if not facts:
        return ""
    sources = "；" if language == "zh" else "; "
    lines = [f"- {fact.words(language)}" for fact in facts]
    listed = sources.join(dict.fromkeys(fact.source for fact in facts))
    return "\n".join([*lines, f"（出处：{listed}）" if language == "zh" else f"(Sources: {listed})"])


def _scores(text: str, chip: Chip) -> dict[str, float]:
    """What each fact that the text asks for weighs."""
    rules = words_file(chip.target)
    names = tuple(_names(chip))
    scores: dict[str, float] = defaultdict(float)
    subjects = subjects_of(text)
    for name, weight in _named(text, chip):
        scores[name] += weight
    for subject, rule in rules["finds"].items():
        if subject in subjects:
            for name, weight in _found(names, rule, subjects[subject]):
                scores[name] = max(scores[name], weight) if scores[name] < NAMED else scores[name]
    for sign, key in ((RAISED, "raises"), (-LOWERED, "lowers")):
        for subject, patterns in rules[key].items():
            if subject in subjects:
                for name in _matching(tuple(scores), patterns):
                    scores[name] += sign
    for name, others in rules["instead"].items():
        if scores.get(name, 0) >= WEIGHTS["sure"]:
            for other in _matching(tuple(scores), others):
                scores[other] -= LOWERED if scores[other] < NAMED else 0
    for name, weight in list(_following(chip, scores)):
        scores[name] = max(scores.get(name, 0), weight)
    return scores


def _names(chip: Chip) -> Iterator[str]:
    """The names of all facts that are worth telling: of a 16-bit register's halves and aliases, the register."""
    wide = {r.address: r for r in reversed(chip.registers) if r.width == 16}
    for register in chip.registers:
        whole = wide.get(register.address) or wide.get(register.address - 1)
        if whole is None or whole is register:
            yield register.name
    yield from (VECTOR + vector.name for vector in chip.vectors)
    yield from ("memory", "clock")


def _named(text: str, chip: Chip) -> Iterator[tuple[str, float]]:
    """Facts whose register, bit or handler the text names."""
    holders = defaultdict(list)
    for register in chip.registers:
        for bit, _ in register.bits:
            holders[bit].append(register.name)
    for word in dict.fromkeys(_NAME.findall(text)):
        name = word.replace("->", "_")
        vector = re.fullmatch(r"(\w+?)_(?:vect|IRQHandler|Handler|VECTOR)", name)
        if name in chip.by_name and (name not in _PROSE or "->" in word):
            yield name, NAMED
        elif vector is not None and chip.vector(vector[1]) is not None:
            yield VECTOR + vector[1], NAMED
        elif name not in _PROSE and len(holders[name]) == 1:
            yield holders[name][0], NAMED_BIT


def _found(names: Iterable[str], rule: Mapping[str, Any], subject: Subject) -> Iterator[tuple[str, float]]:
    """What a subject finds, with the weight of each."""
    numbers = {str(number) for number in rule.get("numbers", ())}
    which = [one for one in subject.which if not numbers or one[0] in numbers]
    if subject.which and not which:
        return
    more = MENTION * min(subject.mentions - 1, 3)
    for groups in which or [(rule.get("default", ""),)]:
        for kind, weight in WEIGHTS.items():
            patterns = [_filled(pattern, groups) for pattern in rule.get(kind, ())]
            for name in _matching(tuple(names), patterns):
                yield name, weight + more


def _following(chip: Chip, scores: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """What the chip's structure adds to what was found: what ends an interrupt's request and, on a Cortex-M, the bit
    that switches a peripheral's clock on and the register that enables the interrupt."""
    for name, score in scores.items():
        if score < ENOUGH:
            continue
        vector = chip.vector(name.removeprefix(VECTOR)) if name.startswith(VECTOR) else None
        if vector is not None and chip.target == "cortex-m" and vector.number >= 0:
            yield f"NVIC_ISER{vector.number // 32}", WEIGHTS["likely"]
        for gate in _gates(chip, name):
            yield gate, WEIGHTS["sure"]


def _gates(chip: Chip, name: str) -> Iterator[str]:
    """The register that has the clock enable of a register's peripheral: TIM2EN, IOPBEN."""
    peripheral = re.sub(r"^GPIO", "IOP", name.partition("_")[0])
    register, _ = chip.bit_names.get(f"{peripheral}EN", (None, 0))
    if chip.target == "cortex-m" and register is not None:
        yield register.name


@lru_cache(maxsize=65536)
def _fits(pattern: str, name: str) -> bool:
    return re.fullmatch(pattern, name) is not None


def _matching(names: Iterable[str], patterns: Iterable[str]) -> Iterator[str]:
    """The names that fit one of the patterns, in the patterns' order."""
    listed = tuple(names)
    yield from dict.fromkeys(name for pattern in patterns for name in listed if _fits(pattern, name))


def _filled(pattern: str, groups: Sequence[str]) -> str:
    """A pattern with what stood for its slots: {1}, or with {1|BCD} its place among these letters."""

    def put(slot: re.Match[str]) -> str:
        place = int(slot[1]) - 1
        text = groups[place] if place < len(groups) else ""
        if slot[2] is None:
            return text
        return str(slot[2].index(text)) if text and text in slot[2] else "-"

    return _SLOT.sub(put, pattern)
