"""A source made of another by edits is what it would be if it were read alone: tokens, mask and tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.seeds import load_seeds
from corpus.source.edits import Edit, apply_edits, difference
from corpus.source.lexer import _cut, lexed
from corpus.source.mask import _Masker
from corpus.source.spoken import Dialect
from corpus.source.unit import Unit, _parsed, _spliced

SEEDS = sorted(load_seeds(Path(__file__).parents[3] / "datasets" / "seeds"), key=lambda seed: seed.id)[::9]
DIALECT = b"""/* words of the mask on every other line */
#include <8052.h>
#define FAR __xdata
#define SIZE 4
typedef unsigned char byte;
typedef struct {
    byte low;
    byte high;
} pair;
__sbit __at (0x90) LED;
static __code const byte table[SIZE] = {1, 2, 3, 4};
volatile FAR byte count;
void tick(void) __interrupt (1) __using (1)
{
    count++; /* once */
    LED = !LED;
}
byte add(byte a, pair *p)
{
    byte sum = (byte)-a;
    for (a = 0; a < SIZE; a++)
        sum += table[a] + (p->low);
    __critical { count = 0; }
    ATOMIC_BLOCK(ATOMIC_FORCEON) {
        count = 1;
    }
    return sum;
}
"""
PIECES = (
    *(b"x", b"0x1F", b"(", b")", b"{", b"}", b";", b",", b"\n", b" ", b"*", b"-", b"/", b"*/", b"/*", b'"', b"'", b"#"),
    *(b"__xdata ", b"FAR ", b"byte", b"(byte)", b"typedef ", b"\n#define Q __code\n", b"\\\n", b"__asm nop __endasm;"),
    *(b"code ", b"sbit A = P1^0;\n", b"unsigned char code t[1];", b"...", b"__at 3 ", b"ISR(f)", b"pair", b"} other;"),
    *(b"#include <intrins.h>\n", b"code ", b"if (a) ", b"else ", b"return a;\n", b"int y;\n", b"// end\n"),
)


def nodes(unit: Unit) -> list[tuple[object, ...]]:
    """All of a tree: types, places, fields, what is missing."""
    found: list[tuple[object, ...]] = []
    cursor = unit.tree.walk()
    while True:
        node = cursor.node
        assert node is not None
        found.append((node.type, node.start_byte, node.end_byte, node.start_point, node.end_point, cursor.field_name))
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found


def same(base: Unit, edits: list[Edit]) -> bool:
    """Compares; returns whether parts of the base were used again."""
    src = apply_edits(base.src, edits)
    made, alone, cut = _spliced(base, src, edits), _parsed(src), _cut(src)
    if made is not None:
        assert made.masked == alone.masked
        assert nodes(made) == nodes(alone)
        known = lexed(src)
        assert (known.kinds, known.texts, known.bounds) == (cut.kinds, cut.texts, cut.bounds)
    return made is not None


def edits_of(length: int, drawn: list[tuple[int, int, bytes]]) -> list[Edit]:
    """Edits that do not overlap, from any numbers."""
    made: list[Edit] = []
    for at, dropped, text in sorted(drawn):
        start = max(min(at, length), made[-1].end + 1 if made else 0)
        if start <= length:
            made.append(Edit(start, min(start + dropped, length), text))
    return made


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from((DIALECT, DIALECT.replace(b"typedef ", b""), *(seed.program.encode() for seed in SEEDS))),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=3),
)
@example(DIALECT, [(DIALECT.index(b"} pair"), 0, b"} other, {")])
@example(DIALECT, [(DIALECT.index(b"byte high"), 0, b"} p, q; struct { ")])
@example(DIALECT, [(DIALECT.index(b"count++"), 0, b"unsigned char code t; ")])
@example(DIALECT, [(DIALECT.index(b"/* once"), 2, b"")])
@example(DIALECT, [(DIALECT.index(b"FAR __xdata"), 11, b"FAR __code")])
def test_edits_give_what_the_text_alone_gives(text: bytes, drawn: list[tuple[int, int, bytes]]) -> None:
    """Whatever the edits open, close or name."""
    same(Unit.parse(text), edits_of(len(text), drawn))


def test_small_edits_use_the_base_again() -> None:
    """A literal, a name in one line: the rest is not read again, even beside words of the dialect."""
    base = Unit.parse(DIALECT)
    for old, new in (
        (b"count = 0", b"count = 1"),
        (b"{1, 2", b"{7, 2"),
        (b"+ (p->low)", b"- (p->low)"),
        (b"low;", b"l;"),
    ):
        at = DIALECT.index(old)
        assert same(base, [Edit(at, at + len(old), new)]), old


def test_every_word_that_the_mask_looks_for_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not would be read as plain C in a line that was edited."""
    looked_for: set[bytes] = set()

    def noted(self: _Masker, by_word: dict[bytes, object]) -> list[int]:
        looked_for.update(by_word)
        return []

    monkeypatch.setattr(_Masker, "_places", noted)
    cut = _cut(DIALECT + b" ".join((*Dialect.of(_cut(DIALECT)).words,)))
    known = Dialect.of(cut)
    _Masker(cut, known).run()
    assert looked_for - {b"("} <= known.words


@given(st.binary(max_size=12), st.binary(max_size=12))
def test_the_difference_makes_the_one_of_the_other(before: bytes, after: bytes) -> None:
    """And touches neither what both begin with nor what both end with."""
    edit = difference(before, after)
    assert apply_edits(before, [edit]) == after
    assert not edit.text or before[edit.start : edit.end] == b"" or before[edit.start] != edit.text[0]
