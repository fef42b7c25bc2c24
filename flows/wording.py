"""What is wrong with the words of a seed: texts that are not written, holes and names that are not there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from corpus.chips import Chip, chip_for, shipped
from corpus.seeds import ASKING, LANGUAGES, MANNERS, Manner, Seed
from corpus.source.unit import Unit
from corpus.yamlfile import did_you_mean
from generators.tasks.naming import looks_like_code, missing
from generators.tasks.own_words import names_of
from generators.tasks.registers import registers_of
from generators.templates import default_filling
from validators.findings.unknown_register import FAMILIES, PERIPHERAL

Place = tuple[int | str, ...]

_REGISTER = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]{2,}(?![A-Za-z0-9_])")
# A default of one or two letters (a pin, a count) stands in prose for many other things, and so do round numbers.
_LEAST_LETTERS = 3
_PROSE = frozenset(("100", "1000", "10000", "255", "256", "0x00", "0xFF"))


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong in seed.yaml: where (a path of keys), the word at fault where one is, and the problem."""

    severity: Literal["error", "warning"]
    place: Place
    problem: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """One text of a sheet. `manner` is set for an instruction; `filled` says that holes may be named in it."""

    place: Place
    text: str
    manner: Manner | Literal[""] = ""
    filled: bool = True


def texts(seed: Seed) -> Iterator[Words]:
    """Every text of the sheet that a reader of the set may see."""
    sheet = seed.sheet
    for language in LANGUAGES:
        for key in ("title", "idea"):
            yield Words((key, language), getattr(getattr(sheet, key), language))
        for manner, several in getattr(sheet.instruction, language).items():
            for number, text in enumerate(several):
                yield Words(("instruction", language, manner, number), text, manner)
        for number, need in enumerate(sheet.needs):
            yield Words(("needs", number, language), getattr(need, language), filled=False)
    for english, chinese in sheet.comments.items():
        yield Words(("comments", english), chinese, filled=False)


def unusable(seed: Seed) -> Iterator[Complaint]:
    """Texts from which no row can be made: still to be written, or with a hole that is not there.

    Raises:
        SeedError: the defaults do not evaluate.
    """
    filling = default_filling(seed)
    known = [name for name, _ in filling.texts]
    if seed.sheet.author.startswith("TODO"):
        yield Complaint("error", ("author",), "is still to be written: who writes the seed")
    for words in texts(seed):
        if words.text.startswith("TODO"):
            hint = words.text.removeprefix("TODO").removeprefix(":").strip()
            yield Complaint("error", words.place, "is still to be written" + (f": {hint}" if hint else ""))
        elif words.filled:
            try:
                filling.words(words.text)
            except KeyError as error:
                name = str(error.args[0])
                problem = f"names the hole {{{name}}}, which is not there{did_you_mean(name, known)}"
                yield Complaint("error", words.place, problem, f"{{{name}")
            except (ValueError, IndexError) as error:
                yield Complaint("error", words.place, f"has a brace that names no hole ({error}); double it: {{{{ }}}}")


@dataclass(frozen=True)
class Wording:
    """The texts of a seed, all of which can be used, held against its program and its chip."""

    seed: Seed

    def complaints(self) -> Iterator[Complaint]:
        """All that is wrong, by rule."""
        yield from self._manners()
        for words in texts(self.seed):
            text = default_filling(self.seed).words(words.text) if words.filled else words.text
            if words.manner in (*ASKING, "port"):
                yield from self._names(words, text)
            if words.manner != "port":
                yield from self._registers(words, text)
            if words.manner or words.place[0] == "idea":
                yield from self._literals(words)
        for number, need in enumerate(self.seed.sheet.needs):
            for name in need.names:
                if name not in self._own:
                    problem = f"the program has no {name!r}{did_you_mean(name, self._own)}"
                    yield Complaint("error", ("needs", number, "names"), problem, name)

    @cached_property
    def _unit(self) -> Unit:
        return Unit.parse(self.seed.program.encode())

    @cached_property
    def _own(self) -> frozenset[str]:
        return names_of(self._unit)

    @cached_property
    def _chip(self) -> Chip:
        return chip_for(self.seed.sheet.target, self.seed.sheet.chip)

    @cached_property
    def _called(self) -> tuple[str, ...]:
        """The program's functions that others may call and that the harness calls."""
        harness = names_of(Unit.parse(self.seed.harness.encode()))
        found = []
        for function in self._unit.functions():
            name = self._unit.function_name(function).decode("utf-8", "replace")
            head = self._unit.text(function).partition(b"{")[0].partition(b"(")[0]
            if name in harness and name != "main" and b"static" not in head.split():
                found.append(name)
        return tuple(found)

    @cached_property
    def _registers_known(self) -> frozenset[str]:
        """Names of the chip's registers and bits, and the parts of such a name: a peripheral, a member."""
        chip = self._chip
        known = {*chip.by_name, *chip.bit_names, *registers_of(chip.target).known}
        known |= {vector.name for vector in chip.vectors}
        for name in (*chip.by_name, *self._own):
            if name.isupper() and "_" in name:
                parts = name.split("_")
                known |= {"_".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)}
        return frozenset(known)

    @cached_property
    def _registers_elsewhere(self) -> frozenset[str]:
        """Names that registers and bits of the target's other chips have."""
        return frozenset(name for chip in shipped(self._chip.target) for name in (*chip.by_name, *chip.bit_names))

    def _manners(self) -> Iterator[Complaint]:
        for language in LANGUAGES:
            there = getattr(self.seed.sheet.instruction, language)
            lacking = [manner for manner in MANNERS if not there.get(manner)]
            if lacking:
                yield Complaint("warning", ("instruction", language), f"has no {', no '.join(lacking)}")

    def _names(self, words: Words, text: str) -> Iterator[Complaint]:
        own, known = self._own, self._registers_known
        for name in missing(text, own, known):
            near = difflib.get_close_matches(name, [one for one in own if looks_like_code(one)], n=1, cutoff=0.75)
            # Who ports a program speaks of what the other chip had.
            if near or words.manner != "port":
                hint = f'; did you mean "{near[0]}"?' if near else ""
                yield Complaint(
                    "error", words.place, f"speaks of `{name}`, which the program does not have{hint}", name
                )
        # Before a program that is ported from another compiler, that program stands and names them.
        if words.manner == "port" and self.seed.sheet.target == "mcs51":
            return
        spoken = set(re.findall(r"[A-Za-z_]\w*", re.sub(r"[^\x00-\x7f]", " ", text)))
        for name in self._called:
            if name not in spoken:
                yield Complaint("warning", words.place, f"does not name `{name}`, which the harness calls")

    def _registers(self, words: Words, text: str) -> Iterator[Complaint]:
        chip = self._chip
        if not chip.complete:
            return
        form = FAMILIES.get(chip.target) or (PERIPHERAL if chip.target == "cortex-m" else None)
        for name in dict.fromkeys(_REGISTER.findall(text)):
            if name in self._own or name in self._registers_known:
                continue
            if name in self._registers_elsewhere or (form is not None and form.fullmatch(name)):
                near = difflib.get_close_matches(name, [*chip.by_name, *chip.bit_names], n=1, cutoff=0.75)
                hint = f'; did you mean "{near[0]}"?' if near else ""
                yield Complaint(
                    "warning", words.place, f"speaks of {name}, which the {chip.name} does not have{hint}", name
                )

    def _literals(self, words: Words) -> Iterator[Complaint]:
        for name, value in default_filling(self.seed).texts:
            if sum(map(str.isalnum, value)) < _LEAST_LETTERS or not any(map(str.isdigit, value)) or value in _PROSE:
                continue
            if re.search(rf"(?<![\w.]){re.escape(value)}(?![\w]|\.\d)", words.text, re.ASCII):
                problem = (
                    f"says {value}, which is the default of {{{name}}}: name the hole, so that it follows its value"
                )
                yield Complaint("warning", words.place, problem, value)
