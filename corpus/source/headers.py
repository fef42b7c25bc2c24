"""Finds the headers that a source includes in the installed sdcc, and what they declare: registers, macros, types.

avr-libc's registers come from the facts of the chip that AVR programs are compiled for, since its own header of them is
found through a dozen conditions.
"""

from __future__ import annotations

import re
import shutil
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.source.lexer import lex

if TYPE_CHECKING:
    from corpus.source.symbols import Symbols

_FOLDERS = ("/usr/share/sdcc/include", "/usr/local/share/sdcc/include", "/opt/sdcc/share/sdcc/include")
# Keil's headers under the name that sdcc gives to the same registers.
_SAME = {
    "reg51.h": "8051.h", "reg52.h": "8052.h", "regx51.h": "at89x51.h", "regx52.h": "at89x52.h",
    "stc12c5a60s2.h": "stc12.h", "stc89c5xrc.h": "8052.h",
}  # fmt: skip
_INCLUDE = re.compile(rb'#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]')


@lru_cache(maxsize=1)
def folders() -> tuple[Path, ...]:
    """The include folders for the 8051 that exist, first found first searched."""
    roots = [Path(f) for f in _FOLDERS]
    if (compiler := shutil.which("sdcc")) is not None:
        roots.insert(0, Path(compiler).resolve().parent.parent / "share/sdcc/include")
    unique = dict.fromkeys(root for root in roots if root.is_dir())
    return tuple(folder for root in unique for folder in (root / "mcs51", root) if folder.is_dir())


@lru_cache(maxsize=4096)
def find_header(name: str) -> Path | None:
    """The file of `<8052.h>`; the case of the letters does not count, and Keil's register headers go by sdcc's."""
    wanted = _SAME.get(name.lower(), name)
    for folder in folders():
        path = folder / wanted
        if path.is_file():
            return path
        if "/" not in wanted:
            for other in sorted(folder.iterdir()):
                if other.name.lower() == wanted.lower() and other.is_file():
                    return other
    return None


@lru_cache(maxsize=4096)
def includes(src: bytes) -> tuple[str, ...]:
    """The names that `src` includes, in order, dead branches too, each once."""
    if b"include" not in src:
        return ()
    found: dict[str, None] = {}
    tokens = lex(src)
    for token in tokens:
        if token.kind == "hash" and (match := _INCLUDE.match(src, token.start)) is not None:
            found[match[2].decode("utf-8", "replace").strip()] = None
    return tuple(found)


_symbols: dict[Path, Symbols | None] = {}

# Headers of avr-libc by which a program gets the registers of its chip.
_AVR_REGISTERS = frozenset(f"avr/{name}.h" for name in ("io", "interrupt", "sleep", "wdt", "eeprom", "power"))


def header_symbols(name: str) -> Symbols | None:
    """What a header declares, read once per process; None where it is not installed (or includes itself)."""
    if name in _AVR_REGISTERS:
        return _avr_registers()
    path = find_header(name)
    if path is None:
        return None
    if path not in _symbols:
        from corpus.source.symbols import Symbols
        from corpus.source.unit import Unit

        _symbols[path] = None  # a header that includes itself finds nothing there
        _symbols[path] = Symbols(Unit.parse(path.read_bytes()), label=path.name.encode())
    return _symbols[path]


@lru_cache(maxsize=1)
def _avr_registers() -> Symbols:
    """The registers of the chip as avr-libc has them, `#define PORTB (*(volatile uint8_t *)0x25)`, and their bits."""
    from corpus.chips import REFERENCE, chip  # here, since few sources are for an AVR
    from corpus.source.symbols import Symbols
    from corpus.source.unit import Unit

    known = chip(REFERENCE["avr"])
    lines = [f"#define {r.name} (*(volatile uint{r.width}_t *)0x{r.address:02X})" for r in known.registers]
    bits = {name: position for name, (_, position) in known.bit_names.items()}
    pins = {name.replace("PORT", "P"): position for name, position in bits.items() if name.startswith("PORT")}
    lines += [f"#define {name} {position}" for name, position in (bits | pins).items()]
    return Symbols(Unit.parse("\n".join([*lines, "#define _BV(bit) (1 << (bit))", ""]).encode()), label=b"avr/io.h")
