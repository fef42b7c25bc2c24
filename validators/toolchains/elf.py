"""ELF32 and ELF64 files of little-endian targets, as far as sizes and completeness need them.

A few fields suffice, so no library is loaded for them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_WRITE, _ALLOC = 1, 2
_NOBITS = 8
_HEADER = {1: struct.Struct("<HHIIIIIHHHHHH"), 2: struct.Struct("<HHIQQQIHHHHHH")}
_SECTION = {1: struct.Struct("<10I"), 2: struct.Struct("<IIQQQQIIQQ")}


class BadElf(ValueError):
    """Not an ELF file, or a part of one."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section that takes memory: `stored` when the file holds its bytes (`data`), else it is zero at the start."""

    name: str
    address: int
    size: int
    writable: bool
    stored: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Elf:
    """A whole file: the number of its machine (as in elf.h) and the sections that take memory, in order."""

    machine: int
    loaded: tuple[Section, ...]


def read_elf(data: bytes) -> Elf:
    """Read a file. Raises BadElf where it is none, is big-endian, or a part of it lies behind its end."""
    if data[:4] != b"\x7fELF" or len(data) < 16 or data[4] not in _HEADER or data[5] != 1:
        raise BadElf("is not a little-endian ELF file")
    header, section = _HEADER[data[4]], _SECTION[data[4]]
    try:
        _, machine, _, _, _, table, _, _, _, _, entry, count, names = header.unpack_from(data, 16)
        if not table or entry != section.size:
            raise BadElf("has no table of sections")
        rows = [section.unpack_from(data, table + number * entry) for number in range(count)]
        texts = _bytes(data, rows[names][4], rows[names][5])
    except (struct.error, IndexError) as error:
        raise BadElf("ends before its table of sections") from error
    loaded = []
    for name, kind, flags, address, offset, size, *_ in rows:
        content = b"" if kind == _NOBITS else _bytes(data, offset, size)
        if flags & _ALLOC:
            word = texts[name : texts.find(b"\0", name)].decode(errors="replace")
            loaded.append(Section(word, address, size, bool(flags & _WRITE), kind != _NOBITS, content))
    return Elf(machine, tuple(loaded))


def _bytes(data: bytes, offset: int, size: int) -> bytes:
    if offset + size > len(data):
        raise BadElf("ends before one of its sections")
    return data[offset : offset + size]
