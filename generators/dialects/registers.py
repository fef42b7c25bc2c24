"""Special function registers and bits: their declarations, and those that only one compiler's header has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from corpus.source.ctype import literal_value
from corpus.source.edits import Edit
from corpus.source.lexer import lexed
from corpus.source.mask import Span
from corpus.source.stream import token_stream
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble
from generators.dialects.headers import DeviceHeader, device, sdcc_names
from generators.dialects.pins import at_bit, pin_name, pins, taken
from generators.rewrites.declared import removal

_FIRST, _LAST = 0x80, 0xFF  # where special function registers live


class Declared(NamedTuple):
    """A declaration of one register or bit: its keyword, its name and address, and where the words stand."""

    span: Span
    word: bytes
    name: bytes
    address: int | None
    name_at: tuple[int, int]
    value: bytes


def declarations(unit: Unit) -> Iterator[Declared | Trouble]:
    """The registers and bits that a source in either dialect declares, one by one."""
    header = device(unit)
    for span in unit.spans:
        if span.kind != "register":
            continue
        cut = lexed(unit.src)
        tokens = [t for t in cut.tokens if span.start <= t.start < span.end and t.kind not in ("space", "newline")]
        words = [unit.src[t.start : t.end] for t in tokens if t.kind != "comment"]
        places = [(t.start, t.end) for t in tokens if t.kind != "comment"]
        while words[0] in (b"volatile", b"static", b"const", b"extern"):
            words, places = words[1:], places[1:]
        if b"," in words or any(t.kind == "comment" for t in tokens):
            yield Trouble(span.start, "register-declaration", "declare one register or bit at a time, without comments")
            continue
        if b"=" in words:  # Keil
            name, value = 1, words[words.index(b"=") + 1 : -1]
        else:
            name = len(words) - 2
            value = words[2:name]
            value = value[1:-1] if value[:1] == [b"("] else value
        yield Declared(span, words[0], words[name], _address(unit, header, value), places[name], b" ".join(value))


def _address(unit: Unit, header: DeviceHeader | None, value: list[bytes]) -> int | None:
    """The address in `P1 ^ 0`, `0x90`, `BASE + 2`."""
    if len(value) == 3 and value[1] == b"^":
        base, bit = _constant(unit, header, value[0]), _constant(unit, header, value[2])
        return None if base is None or bit is None or bit > 7 else base + bit
    text = b" ".join(value)
    if len(value) == 1:
        return _constant(unit, header, text)
    return unit.symbols.value_of(text)


def _constant(unit: Unit, header: DeviceHeader | None, word: bytes) -> int | None:
    value = literal_value(word)
    if value is not None:
        return value
    own = unit.symbols.lookup(word)
    if header is not None and word in header.registers and (own is None or own.from_header):
        return header.registers[word]
    if own is not None and own.kind == "sfr":
        return own.value
    return unit.symbols.value_of(word)


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`__sfr __at(0x8E) AUXR;` as `sfr AUXR = 0x8E;`, `#define LED P1_0` as `sbit LED = P1^0;`."""
    header = device(unit)
    for one in declarations(unit):
        if isinstance(one, Trouble):
            yield one
            continue
        before = unit.src[one.span.start : one.span.end].decode()
        if one.address is None or one.word == b"__sfr32":
            words = "its address is no constant that can be computed here, or it has 32 bits, which C51 cannot declare"
            yield Trouble(one.span.start, "register-address", words)
        elif one.word == b"__sbit":
            if not _FIRST <= one.address <= _LAST:
                yield Trouble(one.span.start, "bit-address", "C51 declares bits of special function registers only")
                continue
            if header is not None and header.bits.get(one.name) == one.address:
                yield _dropped(unit, one, before)
                continue
            after = b"sbit " + one.name + b" = " + at_bit(unit, one.address) + b";"
            kept = pin_name(unit, one.address) is None and token_stream(before.encode()) == token_stream(_sbit(one))
            edit = Edit(one.span.start, one.span.end, after)
            yield Change("sbit", (edit,), before, after.decode(), kept=kept)
        elif header is not None and header.registers.get(one.name) == one.address:
            yield _dropped(unit, one, before)
        elif one.word == b"__sfr16" and one.address >> 8 != (one.address & 0xFF) + 1:
            words = "an sfr16 of C51 is two registers at neighbouring addresses, the low byte first"
            yield Trouble(one.span.start, "register-address", words)
        else:
            low = one.address & 0xFF if one.word == b"__sfr16" else one.address
            value = one.value if literal_value(one.value) == low else b"0x%02X" % low
            after = one.word[2:] + b" " + one.name + b" = " + value + b";"
            kept = value == one.value and unit.src.count(b"(", one.span.start, one.span.end) == 1
            edit = Edit(one.span.start, one.span.end, after)
            yield Change("sfr", (edit,), before, after.decode(), kept=kept)
    for pin in pins(unit):
        if header is not None and pin.macro.name in header.bits:
            continue  # a name that Keil's header has: `absent` says so
        text = at_bit(unit, pin.address)
        edits = (Edit(*pin.word_at, b"sbit"), Edit(*pin.value_at, b"= " + text + b";"))
        macro = b"#define " + pin.macro.name + b" " + (pin.macro.body or b"")
        yield Change("pin", edits, macro.decode(), f"sbit {pin.macro.name.decode()} = {text.decode()};")


def _dropped(unit: Unit, one: Declared, before: str) -> Change:
    """Without a declaration that the other compiler's header has."""
    node = unit.around(one.span.start, "declaration", end=one.span.end)
    gone = removal(unit, node) if node is not None else None
    return Change("in-header", (gone or Edit(one.span.start, one.span.end, b""),), before, kept=False)


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """`sfr AUXR = 0x8E;` as `__sfr __at(0x8E) AUXR;`, `sbit LED = P1^0;` as `#define LED P1_0`."""
    names = sdcc_names(device(unit))
    for one in declarations(unit):
        if isinstance(one, Trouble):
            yield one
            continue
        before = unit.src[one.span.start : one.span.end].decode()
        known = names.lookup(one.name) if names is not None else None
        if one.address is None or not _FIRST <= one.address <= _LAST:
            yield _nowhere(unit, one)
        elif known is not None and known.is_register and known.value == one.address:
            yield _dropped(unit, one, before)
        elif known is not None and known.is_register:
            words = f"sdcc's header has `{one.name.decode()}` at another address; give it a name of its own"
            yield Trouble(one.span.start, "name-taken", words)
        elif one.word == b"sbit":
            yield _bit(unit, one, before)
        else:
            value = one.value if literal_value(one.value) is not None else b"0x%02X" % one.address
            if one.word == b"sfr16":
                value = b"0x%04X" % ((one.address + 1) << 8 | one.address)
            after = b"__" + one.word + b" __at(" + value + b") " + one.name + b";"
            yield Change("sfr", (Edit(one.span.start, one.span.end, after),), before, after.decode())


def _sbit(one: Declared) -> bytes:
    return b"__sbit __at(0x%02X) " % (one.address or 0) + one.name + b";"


def _nowhere(unit: Unit, one: Declared) -> Trouble:
    base = unit.symbols.lookup(one.value.partition(b" ^")[0])
    if one.word == b"sbit" and base is not None and base.is_variable:
        words = "this is a bit of a variable (`bdata`), which sdcc has no word for: use masks, or `__bit` variables"
        return Trouble(one.span.start, "bit-of-variable", words)
    words = f"it is not known at which address `{one.value.decode()}` is: no header here says so"
    return Trouble(one.span.start, "register-address", words)


def _bit(unit: Unit, one: Declared, before: str) -> Change:
    assert one.address is not None, "asked before"
    pin = pin_name(unit, one.address)
    line = unit.src[unit.line_start(one.span.start) : one.span.start]
    if pin is None or taken(unit, one.name) or line.strip() or unit.src.startswith(b"\\", one.span.end):
        after = _sbit(one)
        return Change("sbit", (Edit(one.span.start, one.span.end, after),), before, after.decode())
    start = next(
        t.start for t in lexed(unit.src).tokens if t.start >= one.name_at[1] and unit.src[t.start : t.end] == b"="
    )
    gap = b"" if unit.src[start - 1 : start] in (b" ", b"\t") else b" "
    edits = (Edit(one.span.start, one.name_at[0], b"#define "), Edit(start, one.span.end, gap + pin))
    return Change("pin", edits, before, f"#define {one.name.decode()} {pin.decode()}")
