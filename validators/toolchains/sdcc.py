"""sdcc for the 8051 family."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Literal

from corpus.records import Sizes
from validators.toolchains.toolchain import Toolchain

Model = Literal["small", "medium", "large", "huge"]

REMEDY = "apt-get install sdcc sdcc-libraries"

# Read off sdcc 4.2.0 (SDCCerr.c prints the first two), its preprocessor, its assembler and its linker.
_MESSAGES = (
    re.compile(r"(?P<file>[^:\s][^:]*):(?P<line>\d+): (?P<severity>error|warning) (?P<code>\d+): (?P<message>.*)"),
    re.compile(
        r"(?P<file>[^:\s][^:]*):(?P<line>\d+): (?P<code>syntax) (?P<severity>error): "
        r"(?P<message>.*?)(?: ; column (?P<column>\d+))?$"
    ),
    re.compile(
        r"(?P<file>[^:\s][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? "
        r"(?P<severity>(?:fatal )?error|warning): (?P<message>.*)"
    ),
    re.compile(
        r"(?P<file>[^:\s]+\.asm):(?P<line>\d+): (?P<severity>Error|Warning): (?:<(?P<code>\w)> )?(?P<message>.*)"
    ),
    re.compile(r"\?ASlink-Warning-(?P<message>Undefined Global .*)"),  # a warning by name that fails the link
    re.compile(r"\?ASlink-(?P<severity>Error|Warning)-(?P<message>.*)"),
    re.compile(r"at (?P<line>\d+): (?P<severity>error|warning) (?P<code>\d+): (?P<message>.*)"),
)
_CONTINUATION = re.compile(r"\s*(from|to) type '")

UNKNOWN_OPTION = "117"
"""sdcc's code for an option that it does not know, which it then ignores."""

_CODE = re.compile(r"CSEG|HOME|GS\w+|CONST|XINIT|CABS")
_IRAM = re.compile(r"DSEG|OSEG|ISEG|IABS|DABS")
_XRAM = re.compile(r"XSEG|XISEG|XABS|PSEG")
_AREA = re.compile(r"^A (\w+) size ([0-9A-F]+) ", re.MULTILINE)


def sdcc_mcs51(model: Model = "small", *, link: bool = False, source: str = "program.c") -> Toolchain:
    """sdcc for a memory model of the 8051, compiling to .rel or, with `link`, to .ihx as well.

    The .asm that it leaves has no C text in it, so that two sources that differ in layout only give the same one.
    """
    stem = source.removesuffix(".c")
    command = ["sdcc", "-mmcs51", "--std-sdcc99", f"--model-{model}", "--no-c-code-in-asm"]
    kept = ["rel", "asm"]
    if link:
        kept = ["ihx", "rel", "asm", "map", "mem"]
    else:
        command.append("-c")
    return Toolchain(
        name=f"sdcc-mcs51-{model}",
        gate="compile-sdcc",
        command=(*command, source),
        source=source,
        inputs=partial(_as_they_are, source),
        diagnostic=_MESSAGES,
        continuation=_CONTINUATION,
        keep=tuple(f"{stem}.{suffix}" for suffix in kept),
        sizes=sizes,
        tested="4.2.0",
        remedy=REMEDY,
    )


def sizes(rel: str) -> Sizes:
    """Bytes that one unit takes, from the areas of its .rel (sdas object format).

    Register banks and the stack are left out, since every program has them. Bits are rounded up to bytes.
    """
    area = {name: int(size, 16) for name, size in _AREA.findall(rel)}
    bits = area.get("BSEG", 0) + area.get("BSEG_BYTES", 0) * 8
    return Sizes(
        code=sum(size for name, size in area.items() if _CODE.fullmatch(name)),
        iram=sum(size for name, size in area.items() if _IRAM.fullmatch(name)) + (bits + 7) // 8,
        xram=sum(size for name, size in area.items() if _XRAM.fullmatch(name)),
    )


def _as_they_are(source: str, text: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return {**files, source: text.encode()}
