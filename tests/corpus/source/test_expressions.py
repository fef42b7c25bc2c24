from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tree_sitter import Node

from corpus.source.symbols import Symbols
from corpus.source.unit import Unit

HEAD = b"""#include <8052.h>
#include <stdint.h>
#include <string.h>
#define N 8
#define SIZE (N * 2)
#define LOOSE 3 + 4
#define LED P1_0
#define CYCLE CYCLE2
#define CYCLE2 CYCLE
#define SHADOWED (d + 1)
#define REG (*(volatile __xdata uint8_t *)0x8000)
typedef unsigned char u8;
enum { OFF, ON = 3 };
struct pt { uint8_t x; volatile uint16_t y; u8 f : 3; };
__xdata uint8_t buf[SIZE]; volatile uint8_t flag; struct pt p0, *pp; volatile struct pt vp;
uint16_t helper(uint8_t a, int b);
void f(uint8_t i, int16_t d, long L, uint16_t w, uint8_t *q, __bit b) { use(%s); }
"""


def expression(text: bytes) -> tuple[Symbols, Node]:
    unit = Unit.parse(HEAD % text)
    assert unit.error is None
    call = next(n for n in unit.walk("call_expression") if unit.text(n).startswith(b"use("))
    arguments = call.child_by_field_name("arguments")
    assert arguments is not None
    return unit.symbols, arguments.named_children[0]


TYPES = [
        (b"i", "u8"), (b"i + 1", "s16"), (b"w + 1", "u16"), (b"d + w", "u16"), (b"L + w", "s32"), (b"~i", "s16"),
        (b"-w", "u16"), (b"!L", "s16"), (b"i << 8", "s16"), (b"(uint32_t)i << 16", "u32"), (b"d < 40000", "s16"),
        (b"d + 40000", "s32"), (b"d + 0x9C40", "u16"), (b"40000", "s32"), (b"0x9C40", "u16"), (b"0", "s16"),
        (b"10u", "u16"), (b"70000u", "u32"), (b"1L", "s32"), (b"-1", "s16"), (b"-32768", "s32"), (b"'a'", "s16"),
        (b"1.5", "f32"), (b"P1", "volatile __sfr u8"), (b"LED", "volatile __sbit bool1"), (b"~LED", "s16"),
        (b"SIZE", "s16"), (b"ON", "s16"), (b"buf", "[16](__xdata u8)"), (b"buf[i]", "__xdata u8"), (b"*q", "u8"),
        (b"&flag", "*(volatile u8)"), (b"q + 1", "*(u8)"), (b"q - q", "s32"), (b"p0.x", "u8"), (b"p0.f", "u3"),
        (b"pp->y", "volatile u16"), (b"vp.x", "volatile u8"), (b"helper(1, 2)", "u16"), (b'strlen("a")', "u16"),
        (b"(u8)(i)", "u8"), (b"(u8)i", "u8"), (b"i ? d : 1u", "u16"), (b"i = d", "u8"), (b"i++", "u8"),
        (b"REG", "volatile __xdata u8"), (b"REG & 1", "s16"), (b"b", "bool1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "spelled"), TYPES)
def test_an_expression_has_its_type_on_the_16_bit_target(text: bytes, spelled: str) -> None:
    """Literal types, promotion and the usual conversions with 16-bit int and 32-bit long."""
    symbols, node = expression(text)
    t = symbols.type_of(node)
    assert t is not None and t.spell() == spelled


@pytest.mark.skipif(shutil.which("sdcc") is None, reason="sdcc is not installed")
def test_sdcc_gives_every_such_expression_the_same_size(tmp_path: Path) -> None:
    """sdcc itself judges the table: a failed static assertion names the expression."""
    claims = []
    for text, _ in TYPES:
        symbols, node = expression(text)
        t = symbols.type_of(node)
        if t is None or t.kind != "int" or t.width % 8 or node.type == "number_literal":
            continue
        told = text.replace(b'"', b"'")
        claims.append(b'_Static_assert(sizeof(%s) == %d, "size of %s");' % (text, t.width // 8, told))
    source = tmp_path / "claims.c"
    source.write_bytes(HEAD.replace(b"use(%s);", b"\n".join(claims)))
    command = ["sdcc", "-mmcs51", "--std-sdcc99", "-c", str(source), "-o", str(tmp_path / "claims.rel")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "assertion failed" not in done.stderr, done.stderr


@pytest.mark.parametrize(
    "text",
    [
        b"nobody",
        b"nobody + 1",
        b"2 * LOOSE",
        b"CYCLE",
        b"SHADOWED",
        b"(u8)-i",
        b"p0.nothing",
        b"'\\xff'",
        b"unknown(1)",
        b"sizeof(int)",
    ],
)
def test_what_is_not_certain_has_no_type(text: bytes) -> None:
    """Undeclared names, macros that bind otherwise, misread casts: None, so that a rule refuses."""
    symbols, node = expression(text)
    assert symbols.type_of(node) is None and symbols.range_of(node) is None
    assert not symbols.non_negative(node)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (b"i - i", -255, 255),
        (b"i", 0, 255), (b"d", -32768, 32767), (b"i + 1", 1, 256), (b"i - 1", -1, 254), (b"i * 256", -32768, 32767),
        (b"i << 4", 0, 4080), (b"w + 1", 0, 65535), (b"d & 7", 0, 7), (b"d & w", 0, 65535), (b"i % 10", 0, 9),
        (b"d % 10", -32768, 32767),
        (b"i / 2", 0, 127), (b"i >> 1", 0, 127), (b"i | 8", 0, 255), (b"i == 3", 0, 1), (b"~i", -256, -1),
        (b"(uint8_t)~i", 0, 255), (b"SIZE", 16, 16), (b"SIZE - 1", 15, 15), (b"1 << 3", 8, 8),
        (b"1 << 15", -32768, 32767),
        (b"(uint8_t)-1", 255, 255), (b"ON", 3, 3), (b"p0.f", 0, 7), (b"i ? 1 : d", -32768, 32767), (b"-1", -1, -1),
        (b"(LOOSE)", 7, 7), (b"P1 & 0x0F", 0, 15), (b"b", 0, 1), (b"0x8000 + 1", 32769, 32769), (b"(u8)(300)", 44, 44),
    ],
)  # fmt: skip
def test_an_integer_expression_stays_within_its_range(text: bytes, low: int, high: int) -> None:
    """Interval arithmetic; an overflow gives the whole type."""
    symbols, node = expression(text)
    assert symbols.range_of(node) == (low, high)
    assert symbols.non_negative(node) is (low >= 0)
    assert symbols.constant(node) == (low if low == high else None)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (b"i + d", {"reads": {b"i", b"d"}}),
        (b"i = d", {"reads": {b"d"}, "writes": {b"i"}}),
        (b"i += d", {"reads": {b"i", b"d"}, "writes": {b"i"}}),
        (b"buf[i++] = P1", {"reads": {b"i", b"P1"}, "writes": {b"buf", b"i"}, "volatile_reads": {b"P1"}}),
        (b"P1 |= 3", {k: {b"P1"} for k in ("reads", "writes", "volatile_reads", "volatile_writes")}),
        (b"P1 = 3", {"writes": {b"P1"}, "volatile_writes": {b"P1"}}),
        (b"LED = 1", {"writes": {b"P1_0"}, "volatile_writes": {b"P1_0"}}),
        (b"*q = 1", {"reads": {b"q"}, "writes": {b"*"}}),
        (b"pp->y", {"reads": {b"pp", b"*"}, "volatile_reads": {b"*"}}),
        (b"vp.x", {"reads": {b"vp"}, "volatile_reads": {b"vp"}}),
        (b"&flag", {}),
        (b"sizeof(i++)", {}),
        (b"SIZE + ON", {}),
        (b"helper(i, 2)", {"reads": {b"i"}, "calls": {b"helper"}}),
        (b"REG", {"reads": {b"*"}, "volatile_reads": {b"*"}}),
        (b"nobody", {"unknown": {b"nobody"}}),
        (b"(u8)-i", {"reads": {b"i"}, "unknown": {b"u8"}}),
        (b"(u8)(i)", {"reads": {b"i"}}),
    ],
)
def test_effects_name_what_is_read_written_called_and_unknown(text: bytes, fields: dict[str, set[bytes]]) -> None:
    """Only what has no write, call, volatile read or unknown name is pure."""
    symbols, node = expression(text)
    effects = symbols.effects(node)
    found = {name: set(getattr(effects, name)) for name in effects.__slots__ if getattr(effects, name)}
    if "reads" in found and b"buf" in fields.get("writes", set()):
        found["reads"] -= {b"buf"}  # the array's name is looked at to find the element
    assert found == fields
    assert symbols.pure(node) is (not set(fields) - {"reads"}) is not symbols.has_side_effects(node)


def test_asm_directives_and_errors_are_unknown_effects() -> None:
    """Nothing is certain of a block that holds one."""
    for body, word in (
        (b"__asm nop __endasm;", b"asm"),
        (b'__asm__("nop");', b"asm"),
        (b"\n#if A\nx();\n#endif\n", b"#"),
    ):
        unit = Unit.parse(b"void f(void) { " + body + b" }")
        assert word in unit.symbols.effects(unit.functions()[0]).unknown
