"""Joins a seed's words with one Program's values: the Brief that the tasks write from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from corpus.records import Labels, Program
from corpus.seeds import MANNERS, Seed
from corpus.source.unit import Unit
from generators.rewrites.apply import TOLD
from generators.rewrites.catalogue import RULES
from generators.rewrites.renaming import retold
from generators.tasks.material import Bilingual, Brief
from generators.tasks.requests import Need, Request
from generators.tasks.row import LANGUAGES
from generators.templates import Filling
from validators.boards import memory_model

_RENAMING = frozenset(rule.name for rule in RULES if rule.renames)


# The compiler of a target as people call it, and the name by which the run found its version.
_COMPILERS = {
    "mcs51": ("sdcc", "sdcc"),
    "stm8": ("sdcc", "sdcc-stm8"),
    "avr": ("avr-gcc", "avr-gcc"),
    "cortex-m": ("arm-none-eabi-gcc", "arm-none-eabi-gcc"),
}


def compiler_of(target: str, versions: Mapping[str, str]) -> str:
    """The compiler that a target's programs are compiled with, in words: "avr-gcc 5.4.0"."""
    said, tool = _COMPILERS[target]
    return f"{said} {versions.get(tool, '')}".strip()


def brief(seed: Seed, program: Program, compiler: str) -> Brief:
    """The Brief of one Program; `compiler` is what compiled it ("sdcc 4.2.0")."""
    sheet = seed.sheet
    filling = Filling(program.holes)
    return Brief(
        seed=seed.id,
        title=Bilingual(filling.words(sheet.title.en), filling.words(sheet.title.zh)),
        requests=tuple(_requests(seed, filling)),
        idea=Bilingual(filling.words(sheet.idea.en), filling.words(sheet.idea.zh)),
        comments=_comments(seed, program),
        chip=sheet.chip,
        clock=_megahertz(filling.crystal_hz if "CRYSTAL_HZ" in dict(program.holes) else sheet.clock_hz),
        dialect=sheet.dialect,
        target=sheet.target,
        model=memory_model(sheet.target, sheet.model),
        kind=sheet.kind,
        labels=labels(seed),
        compiler=compiler,
        needs=tuple(Need(need.kind, need.names, need.en, need.zh) for need in sheet.needs),
        names=frozenset(name.decode() for name in Unit.parse(seed.program.encode()).symbols.names),
    )


def _requests(seed: Seed, filling: Filling) -> Iterator[Request]:
    """The seed's requests with this Program's values, by manner."""
    for language in LANGUAGES:
        for manner in MANNERS:
            for text in seed.sheet.instruction.of(language, (manner,)):
                yield Request(language, manner, filling.words(text))


def _comments(seed: Seed, program: Program) -> tuple[tuple[str, str], ...]:
    """The seed's comments in both languages, with the names before and after each of the Program's steps."""
    texts = list(seed.sheet.comments.items())
    told = dict(texts)
    for step in program.steps:
        if step.name in _RENAMING:
            pairs = [pair for pair in step.params if pair[0] not in TOLD]
            texts = [(retold(en, pairs), retold(zh, pairs)) for en, zh in texts]
            told.update(texts)
    return tuple(told.items())


def labels(seed: Seed) -> Labels:
    """The axes of the mixture, from the seed's sheet."""
    sheet = seed.sheet
    return Labels(
        sheet.target, sheet.dialect, sheet.peripherals[0], sheet.difficulty, (*sheet.peripherals[1:], *sheet.tags)
    )


def _megahertz(hertz: int | None) -> str:
    return f"{hertz / 1_000_000:g} MHz" if hertz is not None else ""
