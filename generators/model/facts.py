"""The facts of a chip that a task needs: found by the task's words, told to the model.

A small model knows no chip well: it puts TIM4_SR of one STM8 at the address of another and takes the vector of the
wrong timer. What is looked up here comes from the chip's own file (`datasets/chips`), by plain words: a name of a
register or bit in the text, else a topic (`facts_of/words.yaml`, English and Chinese) and what that finds on the
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
from generators.model.topics import topics_of, words_file

__all__ = ["Fact", "facts_for", "told"]

# What a topic's patterns weigh, and what other words add or take away. A fact needs ENOUGH: a `likely` one has it,
# one that must be `asked` for has it with one further word. Tried on the first half of the questions of
# tests/generators/model/questions.yaml.
WEIGHTS: Mapping[str, float] = {"sure": 1.0, "likely": 0.6, "asked": 0.25}
RAISED, LOWERED = 0.4, 0.5
ENOUGH = 0.6
# A name that stands in the text goes before all that its words find; the name of a bit and the number of an interrupt
# go before most.
NAMED, NAMED_PART = 2.0, 1.0
# Each further mention of a topic, up to three, puts what it finds a little forward.
MENTION = 0.05
# Without its clock a peripheral does nothing, so that what enables it goes before the peripheral's own registers.
GATE, ENABLE = 1.2, 0.8

_NAME = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9_]*(?:->[A-Za-z0-9_]+)?")
_SLOT = re.compile(r"\{(\d)(?:\|(\w+))?\}")
_HANDLER = re.compile(r"(\w+?)_(?:vect|IRQHandler|Handler|VECTOR)")
_NUMBER = re.compile(
    r"(?:(?<!external )\binterrupt(?: number)?|\bvector(?: number)?|(?<!外部)中断号?|中断向量|向量)"
    r"[ =]?(\d{1,2})(?![\d 次]|x)",
    re.IGNORECASE,
)
# Words of prose that are bits or registers too.
_PROSE = frozenset(("A", "B", "P", "C", "I", "SP", "AL", "OR", "ACK", "STOP", "START", "BUSY", "IDLE", "ADC", "LOCK"))


def facts_for(text: str, chip: Chip, most: int = 12) -> tuple[Fact, ...]:
    """The facts that a task's words ask for, the surest first, at most `most`; none for a chip that is not on file."""
    if not chip.complete:
        return ()
    scores = _Search(_index(chip), text).scores()
    order = {name: place for place, name in enumerate(scores)}
    enough = (name for name, score in scores.items() if score >= ENOUGH - 1e-9)
    ranked = sorted(enough, key=lambda name: (-round(scores[name], 6), order[name]))
    known = told_facts(chip)
    return tuple(known[name] for name in ranked[:most])


def told(facts: Sequence[Fact], language: Language) -> str:
    """The facts as lines for a prompt, with their sources behind them; "" for none."""
    if not facts:
        return ""
    sources = "；" if language == "zh" else "; "
    lines = [f"- {fact.words(language)}" for fact in facts]
    listed = sources.join(dict.fromkeys(fact.source for fact in facts))
    return "\n".join([*lines, f"（出处：{listed}）" if language == "zh" else f"(Sources: {listed})"])


class _Index:
    """A chip's facts by name, pattern, bit and last part of the name."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        wide = {r.address: r for r in reversed(chip.registers) if r.width == 16 and chip.target == "avr"}
        # Of a 16-bit register's halves and aliases, the register.
        whole = {r.name: wide.get(r.address) or wide.get(r.address - 1) or r for r in chip.registers}
        registers = dict.fromkeys(register.name for register in whole.values())
        self.names = (*registers, *(VECTOR + vector.name for vector in chip.vectors), "memory", "clock")
        self.whole = {name: register.name for name, register in whole.items()}
        self.holders: dict[str, list[str]] = defaultdict(list)
        for register in chip.registers:
            for bit, _ in register.bits:
                self.holders[bit].append(register.name)
        self._fitting: dict[str, tuple[str, ...]] = {}

    def fitting(self, pattern: str) -> tuple[str, ...]:
        """The names that fit a pattern whole."""
        if pattern not in self._fitting:
            wanted = re.compile(pattern)
            self._fitting[pattern] = tuple(name for name in self.names if wanted.fullmatch(name))
        return self._fitting[pattern]


@lru_cache(maxsize=64)
def _index(chip: Chip) -> _Index:
    return _Index(chip)


class _Search:
    """One text's search; `scores` gives what each fact weighs."""

    def __init__(self, index: _Index, text: str) -> None:
        self.index, self.text = index, text
        self.rules = words_file(index.chip.target)
        self.topics = topics_of(text)
        self.spoken = dict.fromkeys(_NAME.findall(text))

    def scores(self) -> dict[str, float]:
        """What each fact that the text asks for weighs, in the order in which they were found."""
        scores: dict[str, float] = dict(self._named())
        for topic, rule in self.rules["finds"].items():
            for name, weight in self._found(topic, rule):
                scores[name] = max(scores.get(name, 0.0), weight)
        for key, sign in (("raises", RAISED), ("lowers", -LOWERED)):
            for topic, patterns in self.rules[key].items():
                for name in self._filled(topic, patterns) if topic in self.topics else ():
                    if name in scores:
                        scores[name] += sign if scores[name] < NAMED else 0.0
        for name in self._parts(scores):
            scores[name] = max(scores.get(name, 0.0) + RAISED, ENOUGH)
        for name, others in self.rules["instead"].items():
            if scores.get(name, 0.0) >= WEIGHTS["sure"]:
                for other in (fit for pattern in others for fit in self.index.fitting(pattern)):
                    if scores.get(other, NAMED) < NAMED:
                        scores[other] -= LOWERED
        for name, weight in list(self._following(scores)):
            scores[name] = max(scores.get(name, 0.0), weight)
        return scores

    def _named(self) -> Iterator[tuple[str, float]]:
        """Facts whose register, bit, handler or interrupt number the text names."""
        chip = self.index.chip
        for word in self.spoken:
            name = word.replace("->", "_")
            handler = _HANDLER.fullmatch(name)
            if name in chip.by_name and (name not in _PROSE or "->" in word):
                yield self.index.whole[name], NAMED
            elif handler is not None and chip.vector(handler[1]) is not None:
                yield VECTOR + handler[1], NAMED
            elif name not in _PROSE and len(self.index.holders.get(name, ())) == 1:
                yield self.index.holders[name][0], NAMED_PART
        for number in _NUMBER.findall(self.text) if chip.target in ("mcs51", "stm8") else ():
            if (vector := chip.vector(int(number))) is not None:
                yield VECTOR + vector.name, NAMED_PART

    def _found(self, topic: str, rule: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
        """What a topic finds, with the weight of each."""
        spoken = self.topics.get(topic)
        if spoken is None or (not spoken.which and any(other in self.topics for other in rule.get("unless", ()))):
            return
        numbers = {str(number) for number in rule.get("numbers", ())}
        which = [one for one in spoken.which if not numbers or one[0] in numbers]
        if spoken.which and not which:
            return
        more = MENTION * min(spoken.mentions - 1, 3)
        for groups in which or [(rule.get("default", ""),)]:
            for kind, weight in WEIGHTS.items():
                for pattern in rule.get(kind, ()):
                    for name in self.index.fitting(_put(pattern, groups)):
                        yield name, weight + more

    def _filled(self, topic: str, patterns: Iterable[str]) -> Iterator[str]:
        """The facts that a topic raises or lowers, each once."""
        which = self.topics[topic].which or (("1",),)
        names = (n for p in patterns for groups in which for n in self.index.fitting(_put(p, groups)))
        yield from dict.fromkeys(names)

    def _parts(self, scores: Mapping[str, float]) -> list[str]:
        """Registers of the peripherals found of which the text names the last part (`CR2` of ADC1_CR2) or a bit."""
        if self.index.chip.target not in ("stm8", "cortex-m"):
            return []
        found = {name.partition("_")[0] for name, score in scores.items() if score >= ENOUGH}
        known = (name for name in self.index.names if name.partition("_")[0] in found and scores.get(name, 0) < NAMED)
        words = self.spoken.keys() - _PROSE
        bits = {name for word in words for name in self.index.holders.get(word, ())}
        return [name for name in known if name.partition("_")[2] in words or name in bits]

    def _following(self, scores: Mapping[str, float]) -> Iterator[tuple[str, float]]:
        """What a Cortex-M's structure adds to what was found: the register with the bit that switches a peripheral's
        clock on (TIM2EN, IOPBEN), and the one that enables an interrupt."""
        chip = self.index.chip
        if chip.target != "cortex-m":
            return
        for name, score in scores.items():
            vector = chip.vector(name.removeprefix(VECTOR)) if name.startswith(VECTOR) else None
            register, _ = chip.bit_names.get(re.sub("^GPIO", "IOP", name.partition("_")[0]) + "EN", (None, 0))
            if score >= ENOUGH and register is not None:
                yield register.name, GATE
            if score >= ENOUGH and vector is not None and vector.number >= 0:
                yield f"NVIC_ISER{vector.number // 32}", ENABLE


def _put(pattern: str, groups: Sequence[str]) -> str:
    """A pattern with what stood for its slots: {1}, or with {1|BCD} its place among these letters."""

    def put(slot: re.Match[str]) -> str:
        place = int(slot[1]) - 1
        text = groups[place] if place < len(groups) else ""
        if slot[2] is None:
            return text
        return str(slot[2].index(text)) if text and text in slot[2] else "-"

    return _SLOT.sub(put, pattern)
