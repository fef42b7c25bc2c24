from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.source.tokens import interface, renamed, shingles, token_stream
from corpus.source.unit import Unit

SRC = b"""#include <8052.h>
#define RELOAD 0xFD
static volatile unsigned char ticks;
void isr(void) __interrupt(1) { ticks++; TH0 = RELOAD; }
unsigned char busy(unsigned char mask) { unsigned char seen = P1 & mask; return seen; /* raw */ }
"""


def test_layout_and_comments_are_no_tokens_but_line_ends_of_directives_are() -> None:
    """`#define A 1` and the code behind it stay apart."""
    assert token_stream(b"#define A 1 // one\n\n int  b;") == (b"#", b"define", b"A", b"1", b"\n", b"int", b"b", b";")
    assert token_stream(SRC.replace(b" /* raw */", b"\n\n")) == token_stream(SRC)


def test_own_names_are_numbered_and_registers_types_and_literals_kept() -> None:
    """A consistent renaming is the same text; another pin or number is another."""
    other = (
        SRC.replace(b"ticks", b"count").replace(b"busy", b"ready").replace(b"RELOAD", b"START").replace(b"seen", b"n")
    )
    assert renamed(other) == renamed(SRC)
    assert renamed(SRC.replace(b"P1 &", b"P3 &")) != renamed(SRC)
    assert renamed(SRC.replace(b"8052.h", b"stdint.h")) != renamed(SRC.replace(b"8052.h", b"string.h"))
    assert renamed(SRC.replace(b"0xFD", b"0xFC")) != renamed(SRC)
    assert renamed(SRC.replace(b"return seen", b"return mask")) != renamed(SRC)


def test_names_in_capitals_are_kept_where_a_header_is_not_installed() -> None:
    """They may be registers of a chip that is not known here."""
    head = b'#include "chip.h"\n'
    assert renamed(head + b"PORTA = 1;") != renamed(head + b"PORTB = 1;")
    assert renamed(b"PORTA = 1;") == renamed(b"PORTB = 1;")


def test_shingles_are_blind_to_names_and_values_but_count_occurrences() -> None:
    """Renamed and reformatted copies are equal sets; a longer run of like lines is a larger set."""
    copy = SRC.replace(b"ticks", b"n").replace(b"0xFD", b"12").replace(b"; ", b";\n\t")
    assert np.array_equal(shingles(copy), shingles(SRC))
    lines = [shingles(b"P0 = 1;\n" * n) for n in (4, 8)]
    assert lines[0].size < lines[1].size and np.isin(lines[0], lines[1]).all()


def test_shingles_are_the_same_numbers_on_every_machine() -> None:
    """No hash of the interpreter is in them: the values are written down here."""
    found = shingles(b"int a = 1; int b = 2;")
    assert found.dtype == np.uint64 and found.size == 3
    assert [int(v) for v in found] == sorted(int(v) for v in found)
    assert int(found[0]) == 2206325724791412373
    assert shingles(b"/* nothing */").size == 0 and shingles(b"a").size == 1


@given(st.binary(max_size=80))
def test_normal_forms_of_any_bytes_exist(src: bytes) -> None:
    """Nothing raises, and a text is its own equal."""
    assert renamed(src) == renamed(src) and len(renamed(src)) == len(token_stream(src))
    assert np.array_equal(shingles(src), shingles(src))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"ticks", b"count"),
        (b"seen", b"now"),
        (b"unsigned char busy(unsigned char mask)", b"uint8_t busy(uint8_t m2)"),
        (b"P1 & mask", b"mask & P1"),
        (b"0xFD", b"253"),
    ],
)
def test_private_names_and_spellings_are_not_in_the_interface(old: bytes, new: bytes) -> None:
    """A static's or a local's name, a type's spelling and an operand's order may change."""
    src = SRC if b"m2" not in new else SRC.replace(b"& mask", b"& m2")
    after = interface(Unit.parse(src.replace(old, new)))
    assert after == interface(Unit.parse(SRC))


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (b"unsigned char busy", b"unsigned int busy", "signatures"),
        (b"unsigned char mask)", b"int mask)", "signatures"),
        (b"busy", b"ready", "signatures"),
        (b"static volatile", b"static", "qualifiers"),
        (b"static volatile", b"static volatile __idata", "qualifiers"),
        (b"__interrupt(1)", b"__interrupt(3)", "attributes"),
        (b" __interrupt(1)", b"", "attributes"),
        (b"TH0 = RELOAD;", b"TH0 = RELOAD; __asm nop __endasm;", "asm"),
        (b"TH0 = RELOAD;", b"TH0 = RELOAD; TH0 = RELOAD;", "accesses"),
        (b"P1 & mask", b"P1 & P1 & mask", "accesses"),
        (b"ticks++", b"ticks = 1", "accesses"),
    ],
)
def test_what_a_rewrite_must_keep_is_in_the_interface(old: bytes, new: bytes, part: str) -> None:
    """Signatures, qualifiers, interrupt attributes, asm and the count of volatile accesses."""
    assert old in SRC
    before, after = interface(Unit.parse(SRC)), interface(Unit.parse(SRC.replace(old, new)))
    assert getattr(before, part) != getattr(after, part)


def test_an_exported_rename_is_compared_by_the_original_name() -> None:
    """With the map from new names to old ones the interface is the same."""
    after = Unit.parse(SRC.replace(b"busy", b"is_busy"))
    assert interface(after, {b"is_busy": b"busy"}) == interface(Unit.parse(SRC))
