"""Whether what a compiler left is whole: a tool that dies or a full disk can leave a part of a file."""

from __future__ import annotations

import re

from validators.toolchains.elf import BadElf, read_elf
from validators.toolchains.toolchain import Kind

_SDAS_HEADER = re.compile(rb"[XDQ][HL][234]?\r?\n(?:O [^\n]*\n)*H ([0-9A-F]+) areas [0-9A-F]+ global symbols\r?\n")
_HEX_END = b":00000001FF"


def trouble(kind: Kind, data: bytes | None) -> str:
    """What is wrong with an output file, in words; "" when it is whole. `data` is None when it is not there."""
    if data is None:
        return "is missing or larger than the limit"
    if not data:
        return "is empty"
    if kind == "sdas":
        return _sdas(data)
    if kind == "ihx":
        return "" if data.rstrip().endswith(_HEX_END) else "has no end record"
    if kind == "elf":
        try:
            read_elf(data)
        except BadElf as error:
            return str(error)
    return ""


def _sdas(data: bytes) -> str:
    match = _SDAS_HEADER.match(data)
    if match is None:
        return "has no header"
    if not data.endswith(b"\n"):
        return "ends within a line"
    if data.count(b"\nA ") != int(match[1], 16):
        return "lacks some of its areas"
    last = data.rfind(b"\n", 0, -1) + 1
    return "ends before its last relocation" if data.startswith(b"T ", last) else ""
