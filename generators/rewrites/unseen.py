"""Headers of the project that are not here: what they may know of this source."""

from __future__ import annotations

import re

from tree_sitter import Node

from corpus.source.headers import find_header
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.remembered import per_unit

_INCLUDE = re.compile(rb'#[ \t]*include[ \t]*(?:(<)|"([^"\n]*)")?')


def may_know(unit: Unit, symbol: Symbol) -> bool:
    """Whether a header that nobody has seen may declare the symbol (it is no static one) or use it (it stands before
    the include)."""
    if not _includes(unit):
        return False
    shared = symbol.kind in ("function", "global") and symbol.storage != b"static"
    return shared or any(stands_before(unit, node) for node in symbol.declarations)


def stands_before(unit: Unit, node: Node) -> bool:
    """Whether such a header is included below this place, where what the node declares still holds."""
    places = _includes(unit)
    if not places or node.start_byte > places[-1]:
        return False
    inside = unit.enclosing(node, "function_definition", "compound_statement", "parameter_list")
    if inside is None or inside.type == "function_definition":
        return True
    function = unit.enclosing_function(node)
    return function is not None and any(node.start_byte < at < function.end_byte for at in places)


@per_unit
def _includes(unit: Unit) -> tuple[int, ...]:
    """Where a quoted header that is not found is included, or one that a macro names."""
    found = []
    for start, end in unit.directives:
        match = _INCLUDE.match(unit.src, start, end)
        if match is None or match[1] is not None:
            continue
        if match[2] is None or find_header(match[2].decode("utf-8", "replace").strip()) is None:
            found.append(start)
    return tuple(found)
