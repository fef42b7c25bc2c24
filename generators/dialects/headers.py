"""Device headers: Keil's by what they declare, and the header of sdcc's for the same chip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.headers import header_symbols
from corpus.source.symbols import Symbols
from corpus.source.unit import Unit
from corpus.yamlfile import read_yaml
from generators.dialects.conversion import Change, Trouble
from generators.dialects.preamble import included_name, whole_line
from generators.rewrites.remembered import per_unit

LIBRARY = frozenset(("string.h", "stdlib.h", "ctype.h", "math.h", "limits.h", "float.h", "stddef.h", "stdarg.h"))
"""Headers of the C library that both compilers have and that mean the same."""

OWN = frozenset(("stdint.h", "stdbool.h", "intrins.h", "absacc.h"))
"""Headers that only one compiler has; what replaces them is found with the names that they give."""


@dataclass(frozen=True)
class DeviceHeader:
    """One of Keil's device headers.

    `registers` by address, `bits` by bit address, `macros` by value; `sometimes` are bits that only some issues of it
    declare. `sdcc` is the header of sdcc's that stands for it.
    """

    name: str
    sdcc: str
    registers: Mapping[bytes, int]
    bits: Mapping[bytes, int]
    macros: Mapping[bytes, int]
    sometimes: Mapping[bytes, int]

    def register_at(self, address: int) -> bytes | None:
        """The register at this address."""
        return next((name for name, value in self.registers.items() if value == address), None)


@cache
def _table() -> Any:
    return read_yaml(files("generators.dialects").joinpath("headers.yaml").read_text("utf-8"))


@cache
def keil_header(name: str) -> DeviceHeader | None:
    """Keil's device header of this name, in whatever case."""
    entry = next(((n, e) for n, e in _table()["headers"].items() if n.lower() == name.lower()), None)
    if entry is None:
        return None
    own, data = entry
    parts = [_table()["groups"][group] for group in data["groups"]]

    def joined(key: str) -> dict[bytes, int]:
        return {name.encode(): value for part in parts for name, value in part.get(key, {}).items()}

    pins = _pins(data.get("ports", {}), "_")
    return DeviceHeader(
        own, data["sdcc"], joined("registers"), joined("bits") | pins, joined("macros"),
        _pins(data.get("sometimes", {}).get("short_pins", {}), ""),
    )  # fmt: skip


def _pins(ports: Mapping[str, int], mark: str) -> dict[bytes, int]:
    return {f"{port}{mark}{bit}".encode(): address + bit for port, address in ports.items() for bit in range(8)}


def keil_name(sdcc: str) -> str | None:
    """The device header that Keil has in place of sdcc's, or None."""
    found: str | None = _table()["keil"].get(sdcc.lower().removeprefix("mcs51/"))
    return found


@per_unit
def device(unit: Unit) -> DeviceHeader | None:
    """Keil's device header of a source in either dialect: the one that it includes, or that stands for sdcc's."""
    for node in unit.walk("preproc_include"):
        name = included_name(unit, node)
        found = keil_header(name) or keil_header(keil_name(name) or "")
        if found is not None:
            return found
    return None


def sdcc_names(header: DeviceHeader | None) -> Symbols | None:
    """What sdcc's header for the chip declares; None without one, or where sdcc is not installed."""
    return header_symbols(header.sdcc) if header is not None else None


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`#include <8052.h>` as `#include <REG52.H>`."""
    for node in unit.walk("preproc_include"):
        name = included_name(unit, node)
        keil = keil_name(name)
        if keil is not None:
            yield _renamed(unit, node, keil, kept=name in _table()["keil"])
        elif name == "lint.h":
            yield Change("header", (whole_line(unit, node),), kept=False)
        elif name not in LIBRARY | OWN and _is_system(unit, node):
            words = f"there is no counterpart of <{name}> in Keil C51 on file"
            yield Trouble(node.start_byte, "unknown-header", words)


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """`#include <REG52.H>` as `#include <8052.h>`."""
    for node in unit.walk("preproc_include"):
        name = included_name(unit, node)
        known = keil_header(name)
        if known is not None:
            yield _renamed(unit, node, known.sdcc)
        elif name.lower() in LIBRARY:
            if name != name.lower():
                yield _renamed(unit, node, name.lower())
        elif name.lower() not in OWN and _is_system(unit, node):
            words = f"it is not on file which registers <{name}> declares; include one that is, or declare them"
            yield Trouble(node.start_byte, "unknown-header", words)


def _is_system(unit: Unit, node: Node) -> bool:
    path = node.child_by_field_name("path")
    return path is None or path.type != "string_literal"


def _renamed(unit: Unit, node: Node, name: str, *, kept: bool = True) -> Change:
    path = node.child_by_field_name("path")
    assert path is not None, "a line with a name has a path"
    new = b"<" + name.encode() + b">"
    before = f"#include {unit.text(path).decode('utf-8', 'replace')}"
    return Change("header", (Edit(path.start_byte, path.end_byte, new),), before, f"#include <{name}>", kept=kept)
