"""Names that are keywords of C51: `data`, `code`, `bit`. A port gives them the names that C51 programs have."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.source.dialect import KEIL_ATTRIBUTES, KEIL_SPACES
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble
from generators.rewrites.renaming import Renaming

# What a name is called instead; the first that is free.
_INSTEAD = {
    b"data": ("dat", "value", "data_byte"), b"code": ("cod", "code_value", "code_byte"),
    b"bit": ("bit_no", "bit_value", "bit_index"),
}  # fmt: skip
RESERVED = (KEIL_SPACES - {b"near"}) | KEIL_ATTRIBUTES | frozenset(b"bit sbit sfr sfr16 alien _at_".split())


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """Another name for what an sdcc program calls `data`; not where other files may know the name."""
    renaming = Renaming(unit)
    given: dict[bytes, bytes] = {}
    for symbol in unit.symbols.all():
        if symbol.name not in RESERVED or symbol.declaration is None:
            continue
        name = symbol.name.decode()
        shared = symbol.kind in ("function", "global", "macro") and symbol.storage != b"static"
        refused = renaming.refusal(symbol)
        new = given.get(symbol.name) or renaming.choose(_INSTEAD.get(symbol.name, (f"{name}_", f"the_{name}")))
        if shared or refused is not None or new is None:
            words = f"`{name}` is a keyword of C51, and the name cannot be changed here surely; call it something else"
            yield Trouble(symbol.declaration.start_byte, "reserved-name", words)
            continue
        given[symbol.name] = new
        renaming.add(symbol, new, unit.comments())
    site = renaming.site(aliases=False)
    if site is not None:
        pairs = tuple(dict.fromkeys(renaming.pairs))
        for index, (old, new_name) in enumerate(pairs):
            yield Change("reserved-name", site.edits if not index else (), old, new_name, kept=False)
