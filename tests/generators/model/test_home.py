"""Where an answer's program is to run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus.chips import chip_for
from corpus.taxonomy import taxonomy
from generators.dialects.conversion import Refused
from generators.model.drafts import Subject
from generators.model.home import KEIL, Home, for_compiler, home_of
from validators.boards import BOARDS

SUBJECT = Subject("en", "mcs51", "STC89C52RC", "t", "i", "d", "p")


@pytest.mark.parametrize(
    "other, home",
    [
        ("", Home("mcs51", "STC89C52RC", "sdcc")),
        ("capture", Home("mcs51", "STC89C52RC", "sdcc")),
        ("AT89S52", Home("mcs51", "AT89S52", "sdcc")),
        ("STM8S003", Home("stm8", "STM8S003", "sdcc")),
        ("ATmega88", Home("avr", "ATmega88", "gcc")),
        ("STM32F103", Home("cortex-m", "STM32F103", "gcc")),
        (KEIL, Home("mcs51", "STC89C52RC", "keil")),
    ],
)
def test_a_chip_or_a_dialect_is_a_place_and_a_peripheral_is_none(other: str, home: Home) -> None:
    """Else the program stays where the subject's is."""
    assert home_of(replace(SUBJECT, other=other)) == home


def test_every_chip_of_the_taxonomy_is_a_place() -> None:
    """With a board that compiles for it and facts of its own."""
    for target, chips in taxonomy().chips.items():
        for chip in chips:
            home = home_of(replace(SUBJECT, other=chip))
            assert (home.target, home.chip) == (target, chip) and target in BOARDS
            assert chip_for(target, chip).complete


@pytest.mark.parametrize("target, other", [("z80", ""), ("avr", KEIL)])
def test_there_is_no_place_for_what_nobody_compiles(target: str, other: str) -> None:
    """A wrong setting is told at once."""
    with pytest.raises(ValueError, match=target):
        home_of(replace(SUBJECT, target=target, other=other))


def test_only_keil_s_dialect_is_converted_for_the_compiler() -> None:
    """What has no words in sdcc's says why, with its line; any text gives one of the two."""
    keil, sdcc = Home("mcs51", "AT89S52", "keil"), Home("mcs51", "AT89S52", "sdcc")
    text = "#include <REG52.H>\n\nsbit LED = P1^0;\n\nvoid on(void)\n{\n    LED = 0;\n}\n"
    assert for_compiler(text, sdcc) == text
    made = for_compiler(text, keil)
    assert isinstance(made, str) and "#include <8052.h>" in made and "sbit LED" not in made
    for broken in ("#define L sbit LED = P1^0;\n", "void f(void\n", "\udc80{"):
        found = for_compiler(broken, keil)
        assert isinstance(found, Refused) and found.line == 1 and found.words
