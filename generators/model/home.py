"""Where a program that was asked for is to run: target, chip and dialect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from corpus.chips import Family
from corpus.taxonomy import taxonomy
from generators.dialects.conversion import Refused
from generators.dialects.sdcc import to_sdcc
from generators.model.drafts import Subject

KEIL = "Keil C51"
"""The name of Keil's dialect as `Subject.other`."""


@dataclass(frozen=True, slots=True)
class Home:
    """A place for a program. `dialect` is `sdcc`, `gcc` or `keil`."""

    target: Family
    chip: str
    dialect: str


def home_of(subject: Subject) -> Home:
    """Where the answer's program runs: on the chip or in the dialect that `other` names, else on the subject's own.

    Raises:
        ValueError: the subject's target is none that we have, or is not the 8051 where Keil's dialect is asked for.
    """
    target = next((family for family in get_args(Family) if family == subject.target), None)
    if target is None:
        raise ValueError(f"no target {subject.target!r}")
    if subject.other == KEIL:
        if target != "mcs51":
            raise ValueError(f"{KEIL} is for the 8051, not for {target!r}")
        return Home(target, subject.chip, "keil")
    for family, chips in taxonomy().chips.items():
        if subject.other in chips:
            return Home(family, subject.other, _DIALECT[family])
    return Home(target, subject.chip, _DIALECT[target])


_DIALECT = {"mcs51": "sdcc", "stm8": "sdcc", "avr": "gcc", "cortex-m": "gcc"}


def for_compiler(source: str, home: Home) -> str | Refused:
    """The program as the target's compiler takes it: what is in Keil's dialect in sdcc's, or why it has no such words.

    There is no Keil compiler to ask; the conversion keeps what the program means (`generators.dialects.sdcc`).
    """
    if home.dialect != "keil":
        return source
    made = to_sdcc(source.encode("utf-8", "replace"))
    return made if isinstance(made, Refused) else made.source.decode("utf-8", "replace")
