"""Where a unit reads and writes a variable, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.ctype import CType
from corpus.source.expressions import operator
from corpus.source.interface import Mode, access_mode
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit

_UNEVALUATED = ("sizeof_expression", "alignof_expression", "offsetof_expression", "type_descriptor")


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """One access to a variable.

    `node` is the identifier (or the macro that means it) and `whole` the element or member that is reached; `mode` is
    r, w, u (read and written back) or & (its address goes somewhere: what happens there is not seen). `type` is the
    type of what is reached, None where it is not known. `function` is the one it happens in.
    """

    node: Node
    whole: Node
    mode: Mode
    type: CType | None
    function: bytes

    @property
    def reads(self) -> bool:
        """Whether it reads."""
        return self.mode in ("r", "u")

    @property
    def writes(self) -> bool:
        """Whether it writes."""
        return self.mode in ("w", "u")


def accesses(unit: Unit, symbol: Symbol, function_of: Callable[[Node], bytes]) -> Iterator[Access]:
    """Every access to a variable inside a function, in source order."""
    found = [*_direct(unit, symbol), *_through_macros(unit, symbol)]
    for node, whole, mode, t in sorted(found, key=lambda one: one[0].start_byte):
        function = function_of(node)
        if function:
            yield Access(node, whole, mode, t, function)


def _direct(unit: Unit, symbol: Symbol) -> Iterator[tuple[Node, Node, Mode, CType | None]]:
    for node in symbol.uses:
        if unit.in_opaque(node.start_byte, node.end_byte) or unit.enclosing(node, *_UNEVALUATED) is not None:
            continue
        whole = _reached(unit, node)
        t = unit.symbols.type_of(whole)
        yield node, whole, mode_of(unit, whole, t), t


def _through_macros(unit: Unit, symbol: Symbol) -> Iterator[tuple[Node, Node, Mode, CType | None]]:
    for macro in unit.symbols.all("macro"):
        if macro.function_like or symbol.name not in (macro.body or b""):
            continue
        for node in macro.uses:
            if unit.in_opaque(node.start_byte, node.end_byte) or unit.enclosing(node, *_UNEVALUATED) is not None:
                continue
            whole = _reached(unit, node)
            t = unit.symbols.type_of(whole)
            mode = mode_of(unit, whole, t)
            if mode != "r":
                yield node, whole, mode, t
                continue
            effects = unit.symbols.effects(node)
            written, read = symbol.name in effects.writes, symbol.name in effects.reads
            if written or read:
                yield node, whole, "u" if written and read else "w" if written else "r", t


def _reached(unit: Unit, node: Node) -> Node:
    """The element or member that a name leads to without a pointer: `a[i].b` for `a`."""
    while True:
        parent = node.parent
        if parent is None:
            return node
        if parent.type == "parenthesized_expression":
            node = parent
            continue
        if parent.type not in ("subscript_expression", "field_expression"):
            return node
        t = unit.symbols.type_of(node)
        held = t is not None and t.kind in ("array", "struct") and operator(parent) != b"->"
        if parent.child_by_field_name("argument") != node or not held:
            return node
        node = parent


def mode_of(unit: Unit, node: Node, t: CType | None) -> Mode:
    """What the expression around an lvalue does with it; & too where it goes into a macro or to nobody knows whom."""
    mode = access_mode(node)
    if mode != "r":
        return mode
    if t is not None and t.kind == "array":
        return "&"
    parent = node.parent
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    if parent is not None and parent.type == "argument_list" and parent.parent is not None:
        called = parent.parent.child_by_field_name("function")
        known = unit.symbols.resolve(called) if called is not None and called.type == "identifier" else None
        if known is None or known.kind == "macro":
            return "&"
    return "r"
