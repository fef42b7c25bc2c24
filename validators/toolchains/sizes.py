"""Bytes that a unit takes, read off what its compiler left."""

from __future__ import annotations

import re
from collections.abc import Mapping

from corpus.records import Sizes
from validators.toolchains.elf import BadElf, read_elf
from validators.toolchains.toolchain import Measured

# The areas of sdcc 4.2.0's ports; those of z80 have an underscore in front. The stack (SSEG) and register banks are in
# every program.
_CODE = re.compile(r"_?(?:CODE|CSEG|HOME|GS\w+|CONST|XINIT|CABS|INITIALIZER)")
_IRAM = re.compile(r"_?(?:DSEG|OSEG|ISEG|IABS|DABS|DATA|INITIALIZED|BSS)")
_XRAM = re.compile(r"XSEG|XISEG|XABS|PSEG")
_AREA = re.compile(r"^A (\w+) size ([0-9A-F]+) ", re.MULTILINE)

# What avr-gcc lays outside of program memory and RAM.
_ELSEWHERE = (".eeprom", ".fuse", ".lock", ".signature", ".user_signatures", ".mmcu")


def measured(how: Measured, files: Mapping[str, bytes]) -> Sizes | None:
    """The sizes from the files of a compile; None where the file is missing or is not what it should be."""
    data = files.get(how.file)
    if data is None:
        return None
    try:
        return (
            sdas_areas(data.decode(errors="replace")) if how.reader == "sdas-areas" else elf_sections(data, how, files)
        )
    except BadElf:
        return None


def sdas_areas(rel: str) -> Sizes:
    """From the areas of a .rel (sdas object format).

    Register banks and the stack are left out, since every program has them. Bits are rounded up to bytes.
    """
    area = {name: int(size, 16) for name, size in _AREA.findall(rel)}
    bits = area.get("BSEG", 0) + area.get("BSEG_BYTES", 0) * 8
    return Sizes(
        code=sum(size for name, size in area.items() if _CODE.fullmatch(name)),
        iram=sum(size for name, size in area.items() if _IRAM.fullmatch(name)) + (bits + 7) // 8,
        xram=sum(size for name, size in area.items() if _XRAM.fullmatch(name)),
    )


def elf_sections(data: bytes, how: Measured, files: Mapping[str, bytes]) -> Sizes:
    """From the sections of an ELF: what is read only and the first values of .data are code, .data and .bss are RAM.

    Raises BadElf.
    """
    code = ram = 0
    for section in read_elf(data).loaded:
        if section.name.startswith(_ELSEWHERE):
            continue
        if section.stored:
            code += section.size
        if section.writable or (how.rodata_in_ram and section.name.startswith(".rodata")):
            ram += section.size
    usage = files.get(how.stack)
    return Sizes(code, ram, 0, None if usage is None else largest_frame(usage.decode(errors="replace")))


def largest_frame(usage: str) -> int | None:
    """Bytes of the largest frame in gcc's -fstack-usage text; None where there is no function.

    A frame that grows at run time counts with what gcc knows of it.
    """
    frames = [line.split("\t") for line in usage.splitlines()]
    sizes = [int(frame[1]) for frame in frames if len(frame) == 3 and frame[1].isdigit()]
    return max(sizes, default=None)
