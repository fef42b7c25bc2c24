"""The frozen inputs of the tasks: what the seed says in words, and the Programs that go with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corpus.records import Diagnostic, Labels, Language, Program
from corpus.seeds import ASKING
from generators.dialects.conversion import Converted
from generators.tasks.platforms import PLATFORMS, Platform
from generators.tasks.requests import Need, Request


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same thing said in English and in Chinese."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """The words in that language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Brief:
    """What a seed says about one Program, with the holes already filled with this Program's values.

    `comments` are (English, Chinese) texts without their delimiters. `clock` is as a person writes it ("11.0592 MHz")
    or empty. `model` is the memory model, "" where there are none. `safety` are sentences that an answer carries whole
    (mains, motors, batteries). `compiler` is named in answers and evidence ("sdcc 4.2.0"). `names` are the words of
    the seed's own program.
    """

    seed: str
    title: Bilingual
    requests: tuple[Request, ...]
    idea: Bilingual
    comments: tuple[tuple[str, str], ...]
    chip: str
    clock: str
    dialect: str
    target: str
    model: str
    kind: Literal["module", "program"]
    labels: Labels
    safety: tuple[Bilingual, ...] = ()
    compiler: str = "sdcc"
    needs: tuple[Need, ...] = ()
    names: frozenset[str] = frozenset()

    @property
    def platform(self) -> Platform:
        """How people speak of the target."""
        return PLATFORMS[self.target]

    @property
    def facts(self) -> frozenset[str]:
        """What phrases may ask of the target."""
        return self.platform.facts

    def words(self, language: Language) -> dict[str, str]:
        """The names of chip and tools, for the slots of phrases."""
        zh, platform = language == "zh", self.platform
        return {
            "chip": self.chip,
            "clock": self.clock,
            "family": platform.family_zh if zh else platform.family,
            "tool": platform.tool,
            "command": platform.command,
            "compiler": self.compiler,
            "option": platform.option or f"{self.model} {'模式' if zh else 'model'}",
        }

    def instructions(self, language: Language) -> tuple[Request, ...]:
        """The requests for the whole program out of nothing. On the 8051 a port speaks of a program in Keil's spelling;
        elsewhere it tells of another chip and asks for the program on this one."""
        manners = ASKING if self.target == "mcs51" else (*ASKING, "port")
        return tuple(one for manner in manners for one in self.of(manner, language))

    def of(self, manner: str, language: Language) -> tuple[Request, ...]:
        """The requests of one manner in that language."""
        return tuple(one for one in self.requests if (one.manner, one.language) == (manner, language))


@dataclass(frozen=True, slots=True)
class Single:
    """One verified Program: the material of write, complete and explain."""

    brief: Brief
    program: Program


@dataclass(frozen=True, slots=True)
class StepWords:
    """One applied rewrite in words: the rule's name and family, and what a person would ask for to get it.

    `en` and `zh` are imperatives without a full stop ("Turn the for loop into a while loop"); `way` is the direction
    under which `generators.rewrites.words` keeps the rule's further words; `slots` are the names that these may tell,
    `at` the code of the line where the function has more such places, `renamed` the (old, new) names of a rename.
    """

    rule: str
    family: str
    en: str
    zh: str
    way: str = ""
    slots: tuple[tuple[str, str], ...] = ()
    at: str = ""
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A parent, what the rewrites made of it, and the rewrites in words, in the order applied."""

    brief: Brief
    parent: Program
    variant: Program
    steps: tuple[StepWords, ...]


@dataclass(frozen=True, slots=True)
class Ported:
    """A verified 8051 Program in both dialects: `keil` is made of it, and `back` of that; sdcc makes the same machine
    code of the Program and of what came back."""

    brief: Brief
    program: Program
    keil: Converted
    back: Converted


@dataclass(frozen=True, slots=True)
class Witness:
    """How a mutant was caught on the simulator, as data to put into words.

    `kind` says what differed: `write` a value written to the register `where` (`ordinal` counts its writes from 1, 0 is
    unknown), `value` what the function `where` returned, `state` what the register or bit `where` held, `result` a
    value that a test looked at, `missing` a write of `where` that never came, `extra` one too many, `instead` a write
    of `where` when one of `due` was next (with the value `expected`), `skipped` that no write came where one of `where`
    was next, `read` a read of `where` when one of `due` was next, `uncleared` a flag `where` left set after it was
    seen, `hang` a run that did not end, `crash` one that ran wild, `restart` one that came back to the reset vector,
    `stuck` a trace that ended early. Values are as a person reads them ("0x0D").
    `fed` tells the input in short where one mattered ("P1 = 0xFE"), else it is empty.
    """

    kind: Literal[
        "write", "value", "state", "result", "missing", "extra", "instead", "skipped", "read", "uncleared", "hang",
        "crash", "restart", "stuck",
    ]  # fmt: skip
    where: str = ""
    expected: str = ""
    observed: str = ""
    ordinal: int = 0
    fed: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Mutated:
    """A correct Program, its faulty copy (whose `fault` is set), and how the fault shows.

    `diagnostics` are the compiler's messages on the mutant (a compile fault), `witness` the difference that the
    simulator saw (a behaviour fault). `reason` overrides the table of reasons, which is keyed by operator.
    """

    brief: Brief
    original: Program
    mutant: Program
    diagnostics: tuple[Diagnostic, ...] = ()
    witness: Witness | None = None
    reason: Bilingual | None = None
