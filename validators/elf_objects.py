"""What an ELF object says of its code, without the names that only it sees: two units became the same code, or not."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# As in elf.h.
_SYMTAB, _RELA, _NOBITS, _REL = 2, 4, 8, 9
_ALLOC = 2
_UNDEFINED = 0
_LOCAL_BITS = 4  # what is left of them tells how far a symbol is seen: 0 is the unit alone
_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_SECTION = struct.Struct("<10I")
_SYMBOL = struct.Struct("<IIIBBH")
_RELOCATIONS = {_RELA: struct.Struct("<IIi"), _REL: struct.Struct("<II")}


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    kind: int
    flags: int
    size: int
    data: bytes
    link: int
    about: int


@lru_cache(maxsize=64)  # a parent's object is compared with each of its variants'
def code_of_elf(data: bytes, renamed: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A digest of the sections that take memory, their relocations and the symbols that other units see; b"" for what
    is no 32-bit little-endian object.

    A symbol that only this unit sees goes by its place. The others go by place and name, since gcc does not lay objects
    out in the order of the source; `renamed` gives (name here, name to compare by).
    """
    try:
        lines = list(_lines(_sections(data), dict(renamed)))
    except (struct.error, IndexError):
        return b""
    return hashlib.sha256("\n".join(lines).encode()).digest() if lines else b""


def _sections(data: bytes) -> list[_Section]:
    if data[:6] != b"\x7fELF\x01\x01":
        return []
    header = _HEADER.unpack_from(data)
    table, entry, count, names = header[6], header[11], header[12], header[13]
    rows = [_SECTION.unpack_from(data, table + number * entry) for number in range(count)]
    texts = data[rows[names][4] : rows[names][4] + rows[names][5]]
    return [
        _Section(
            _text(texts, name), kind, flags, size, b"" if kind == _NOBITS else data[at : at + size], link, about
        )
        for name, kind, flags, _, at, size, link, about, _, _ in rows
    ]  # fmt: skip


def _lines(sections: list[_Section], names: dict[str, str]) -> Iterator[str]:
    table = next((section for section in sections if section.kind == _SYMTAB), None)
    if table is None:
        return
    texts = sections[table.link].data
    symbols = [_SYMBOL.unpack_from(table.data, at) for at in range(0, len(table.data), _SYMBOL.size)]
    named = [_told(symbol, texts, sections, names) for symbol in symbols]
    for section in sections:
        if section.flags & _ALLOC and section.size:
            yield f"section {section.name} {section.kind} {section.flags} {section.size} {section.data.hex()}"
    for section in sections:
        layout = _RELOCATIONS.get(section.kind)
        if layout is None or not sections[section.about].flags & _ALLOC:
            continue
        for at in range(0, len(section.data), layout.size):
            place, what, *addend = layout.unpack_from(section.data, at)
            yield f"patch {sections[section.about].name} {place} {what & 0xFF} {named[what >> 8]} {addend}"
    yield from sorted(
        f"symbol {told} {size} {info}"
        for (_, _, size, info, _, _), told in zip(symbols, named, strict=True)
        if info >> _LOCAL_BITS
    )


def _told(symbol: tuple[int, ...], texts: bytes, sections: list[_Section], names: dict[str, str]) -> str:
    name, value, _, info, _, home = symbol
    text = _text(texts, name)
    if home == _UNDEFINED:
        return f"needs {text}"
    place = f"{sections[home].name}+{value}" if home < len(sections) else f"{home}={value}"
    return f"{place} {names.get(text, text)}" if info >> _LOCAL_BITS else place


def _text(texts: bytes, start: int) -> str:
    return texts[start : texts.find(b"\0", start)].decode(errors="replace")
