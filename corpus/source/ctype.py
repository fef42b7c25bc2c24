"""C types as sdcc sees them on the 8051: int has 16 bits, long 32, plain char is unsigned, sfr and bit are volatile."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

TypeKind = Literal["void", "bool", "int", "float", "pointer", "array", "function", "struct"]


@dataclass(frozen=True, slots=True)
class CType:
    """One type.

    `width` in bits (structs, arrays and functions: 0). `of` is the pointee, element or result, None where it is not
    known. `const`, `volatile` and `space` (b"__xdata", b"" where none is written) are those of the object that has this
    type, not of what it points to. `length` counts elements where it is known. `tag` names a struct or union.
    """

    kind: TypeKind
    width: int = 0
    signed: bool = False
    const: bool = False
    volatile: bool = False
    space: bytes = b""
    of: CType | None = None
    length: int | None = None
    tag: bytes = b""

    @property
    def integer(self) -> bool:
        """An integer type, bits and _Bool included."""
        return self.kind in ("int", "bool")

    @property
    def floating(self) -> bool:
        """float, or double (the same to sdcc)."""
        return self.kind == "float"

    @property
    def pointer(self) -> bool:
        """A pointer; an array is not one until `decayed`."""
        return self.kind == "pointer"

    @property
    def array(self) -> bool:
        """An array."""
        return self.kind == "array"

    @property
    def depth(self) -> int:
        """How many pointer levels the type has."""
        return (self.kind == "pointer") + (self.of.depth if self.of is not None else 0)

    @property
    def scalar(self) -> bool:
        """Integer, float or pointer: what may stand in a condition."""
        return self.kind in ("int", "bool", "float", "pointer")

    def plain(self) -> CType:
        """The type of the value: no const, no volatile, no memory space."""
        if not (self.const or self.volatile or self.space):
            return self
        return replace(self, const=False, volatile=False, space=b"")

    def decayed(self) -> CType:
        """Arrays and functions as the pointers that they become in an expression."""
        if self.kind == "array":
            return pointer_to(self.of)
        return pointer_to(self) if self.kind == "function" else self.plain()

    def range(self) -> tuple[int, int] | None:
        """The least and greatest value of an integer type."""
        if not self.integer:
            return None
        if self.signed:
            return -(1 << self.width - 1), (1 << self.width - 1) - 1
        return 0, (1 << self.width) - 1

    def spell(self) -> str:
        """A canonical name: equal for equal types, however they are written in the source."""
        words = [word for word, on in (("const", self.const), ("volatile", self.volatile)) if on]
        words += [self.space.decode("latin1")] if self.space else []
        if self.kind in ("int", "bool", "float"):
            letter = {"bool": "bool", "float": "f"}.get(self.kind, "s" if self.signed else "u")
            words.append(f"{letter}{self.width}")
        elif self.kind == "struct":
            words.append(f"struct {self.tag.decode('latin1')}")
        elif self.kind == "void":
            words.append("void")
        else:
            inner = self.of.spell() if self.of is not None else "?"
            size = "" if self.length is None else str(self.length)
            words.append({"pointer": "*", "array": f"[{size}]", "function": "f"}[self.kind] + f"({inner})")
        return " ".join(words)


VOID = CType("void")
BOOL = CType("bool", 1)
CHAR = UINT8 = CType("int", 8)
INT8 = CType("int", 8, signed=True)
INT = CType("int", 16, signed=True)
UINT = CType("int", 16)
LONG = CType("int", 32, signed=True)
ULONG = CType("int", 32)
LLONG = CType("int", 64, signed=True)
ULLONG = CType("int", 64)
FLOAT = CType("float", 32, signed=True)
SFR = CType("int", 8, volatile=True, space=b"__sfr")
SFR16 = CType("int", 16, volatile=True, space=b"__sfr")
SFR32 = CType("int", 32, volatile=True, space=b"__sfr")
SBIT = CType("bool", 1, volatile=True, space=b"__sbit")

_SIZES = {8: (INT8, UINT8), 16: (INT, UINT), 32: (LONG, ULONG), 64: (LLONG, ULLONG)}

# Names that need no declaration in the source: keywords and what sdcc's stdint.h, stddef.h and stdbool.h give.
BUILTIN: dict[bytes, CType] = {
    b"void": VOID, b"bool": BOOL, b"_Bool": BOOL, b"float": FLOAT, b"double": FLOAT, b"size_t": UINT,
    b"ptrdiff_t": LONG, b"intptr_t": LONG, b"uintptr_t": ULONG, b"wchar_t": ULONG,
    b"__bit": BOOL, b"bit": BOOL, b"__sfr": SFR, b"sfr": SFR, b"__sfr16": SFR16, b"sfr16": SFR16, b"__sfr32": SFR32,
    b"__sbit": SBIT, b"sbit": SBIT, b"int_fast8_t": INT8, b"uint_fast8_t": UINT8,
}  # fmt: skip
for _width, (_signed, _unsigned) in _SIZES.items():
    for _name in (b"int%d_t", b"int_least%d_t"):
        BUILTIN[_name % _width], BUILTIN[b"u" + _name % _width] = _signed, _unsigned
for _width, _real in ((16, 16), (32, 32), (64, 64)):
    BUILTIN[b"int_fast%d_t" % _width], BUILTIN[b"uint_fast%d_t" % _width] = _SIZES[_real]

# Pointer width by the pointee's memory space (sdcc manual, "Pointers"): generic pointers have a tag byte.
_POINTERS = {b"__data": 8, b"__idata": 8, b"__pdata": 8, b"__near": 8, b"data": 8, b"idata": 8, b"pdata": 8,
             b"__xdata": 16, b"__far": 16, b"xdata": 16, b"__code": 16, b"code": 16}  # fmt: skip


def pointer_to(of: CType | None) -> CType:
    """The pointer to `of` (None: unknown)."""
    if of is not None and of.kind == "function":
        return CType("pointer", 16, of=of)
    return CType("pointer", _POINTERS.get(of.space, 24) if of is not None else 24, of=of)


def integer_named(words: list[bytes]) -> CType | None:
    """The type of `unsigned long int` and the like in any order; None when the words are no integer type."""
    rest = [w for w in words if w not in (b"signed", b"unsigned", b"__signed__")]
    unsigned = b"unsigned" in words
    if not rest and not words:
        return None
    if rest in ([b"double"], [b"long", b"double"], [b"float"]):
        return FLOAT
    if b"char" in rest:
        return INT8 if b"signed" in words else UINT8
    if any(w not in (b"short", b"int", b"long") for w in rest):
        return None
    width = 16 if b"long" not in rest else 32 * rest.count(b"long")
    return _SIZES[width][unsigned] if width in _SIZES else None


def promoted(t: CType | None) -> CType | None:
    """Integer promotion (C99 6.3.1.1): whatever fits into 16-bit int becomes int. Other types as they decay."""
    if t is None:
        return None
    if t.integer:
        return INT if t.width < 16 else t.plain()
    return t.decayed()


def common(a: CType | None, b: CType | None) -> CType | None:
    """The usual arithmetic conversions (C99 6.3.1.8); None unless both are arithmetic."""
    a, b = promoted(a), promoted(b)
    if a is None or b is None or not (a.integer or a.floating) or not (b.integer or b.floating):
        return None
    if a.floating or b.floating:
        return FLOAT
    width = max(a.width, b.width)
    unsigned = any(t.width == width and not t.signed for t in (a, b))
    return _SIZES[width][unsigned] if width in _SIZES else None  # a bit-field wider than int keeps its width


_NUMBER = re.compile(rb"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([uUlL]*)\Z")


def literal_value(text: bytes) -> int | None:
    """The value of an integer literal, its sign included (the grammar reads `-1` as one literal); None for others."""
    match = _NUMBER.match(text)
    if match is None:
        return None
    digits = match[2].lower()
    if digits.startswith((b"0x", b"0b")):
        value = int(digits, 0)
    elif len(digits) > 1 and digits.startswith(b"0"):
        if set(digits) & set(b"89"):
            return None
        value = int(digits, 8)
    else:
        value = int(digits)
    return -value if match[1] == b"-" else value


def literal_type(text: bytes) -> CType | None:
    """The type of a number as written (C99 6.4.4.1): decimal 40000 is long, 0x9C40 is unsigned int."""
    match = _NUMBER.match(text)
    value = literal_value(text)
    if match is None or value is None:
        return FLOAT if re.match(rb"[-+]?[0-9.]", text) and not re.match(rb"[-+]?0[xXbB]", text) else None
    value, suffix = abs(value), match[3].lower()
    decimal = not match[2].startswith(b"0") or len(match[2]) == 1
    width = 64 if b"ll" in suffix else 32 if b"l" in suffix else 16
    while width <= 64:
        signed, unsigned = _SIZES[width]
        if b"u" not in suffix and value < 1 << width - 1:
            return signed
        if (b"u" in suffix or not decimal) and value < 1 << width:
            return unsigned
        width *= 2
    return None


_ESCAPES = dict(zip((bytes([c]) for c in b"ntrabfv\\'\"?"), b"\n\t\r\a\b\f\v\\'\"?", strict=True))


def char_value(text: bytes) -> int | None:
    """The value of a plain character literal, or None where it is not one ASCII character (as `'\\xFF'`)."""
    body = text[1:-1] if text[:1] == b"'" and len(text) > 2 else b""
    if len(body) == 1 and body[0] < 128:
        return body[0]
    if body[:1] != b"\\":
        return None
    if body[1:] in _ESCAPES:
        return _ESCAPES[body[1:]]
    digits = body[2:] if body[1:2] == b"x" else body[1:]
    base = 16 if body[1:2] == b"x" else 8
    if not re.fullmatch(rb"[0-9a-fA-F]+" if base == 16 else rb"[0-7]{1,3}", digits):
        return None
    value = int(digits, base)
    return value if value < 128 else None
