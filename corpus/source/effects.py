"""What evaluating a piece of C does: reads, writes, calls, volatile accesses, and names of which nothing is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tree_sitter import Node

from corpus.source.expressions import inner, operator, stripped
from corpus.source.unit import STATEMENTS

if TYPE_CHECKING:
    from corpus.source.symbols import Symbols

_LVALUES = ("subscript_expression", "pointer_expression", "field_expression")
_UNEVALUATED = ("sizeof_expression", "alignof_expression", "offsetof_expression", "type_descriptor", "comment")

_DEEPEST = 16  # statements within statements that are read on their own

Names = frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Effects:
    """The names that a piece of C touches; b"*" is an object reached through a pointer.

    `volatile_reads` are in `reads` too, `volatile_writes` in `writes`. `unknown` holds undeclared names, macros with
    arguments, b"asm", b"#" for directives and b"?" for what does not parse: with any of these nothing is certain.
    Control flow (return, goto, break) is no effect.
    """

    reads: Names = frozenset()
    writes: Names = frozenset()
    calls: Names = frozenset()
    volatile_reads: Names = frozenset()
    volatile_writes: Names = frozenset()
    unknown: Names = frozenset()

    @property
    def pure(self) -> bool:
        """No write, call, volatile read or unknown name: may be done twice, never, or at another time."""
        return not (self.writes or self.calls or self.volatile_reads or self.unknown)


class EffectReader:
    """`effects` for one unit."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.unit = symbols.unit
        self._known: dict[tuple[int, int], Effects] = {}
        self._depth = 0

    def effects(self, top: Node) -> Effects:
        """All that evaluating `top` may do, whichever branches are taken."""
        key = (top.id, top.end_byte)
        if key not in self._known:
            self._depth += 1
            self._known[key] = _Scan(self.symbols).run(top)
            self._depth -= 1
        return self._known[key]

    def inside(self, statement: Node) -> Effects | None:
        """The same for a statement of what is being read; None where that is too deep to be read on its own."""
        return self.effects(statement) if self._depth < _DEEPEST else None


class _Scan:
    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.unit = symbols.unit
        self.reads: set[bytes] = set()
        self.writes: set[bytes] = set()
        self.calls: set[bytes] = set()
        self.volatile_reads: set[bytes] = set()
        self.volatile_writes: set[bytes] = set()
        self.unknown: set[bytes] = set()
        self.unread: set[int] = set()  # nodes that are written, named or called, not read

    def run(self, top: Node) -> Effects:
        stack = [top]
        while stack:
            node = stack.pop()
            kind = node.type
            if kind in _UNEVALUATED:
                continue
            if kind in STATEMENTS and node != top and (inside := self.symbols.effects_inside(node)) is not None:
                self._add(inside)  # nothing around a statement tells what its names are for
                continue
            self._visit(node, kind)
            stack.extend(node.named_children)
        return Effects(
            frozenset(self.reads), frozenset(self.writes), frozenset(self.calls), frozenset(self.volatile_reads),
            frozenset(self.volatile_writes), frozenset(self.unknown),
        )  # fmt: skip

    def _visit(self, node: Node, kind: str) -> None:
        if kind == "identifier":
            if node.id not in self.unread:
                self._identifier(node)
        elif kind == "assignment_expression":
            self._write(node.child_by_field_name("left"), operator(node) != b"=")
        elif kind == "update_expression":
            self._write(node.child_by_field_name("argument"), True)
        elif kind == "init_declarator":
            self._initialise(node)
        elif kind == "call_expression":
            self._call(node)
        elif kind == "pointer_expression" and operator(node) == b"&":
            argument = node.child_by_field_name("argument")
            if argument is not None:
                self.unread.add(stripped(argument).id)
        elif kind in _LVALUES:
            if node.id not in self.unread:
                self._access(node, self.reads, self.volatile_reads)
        elif kind == "ERROR" or node.is_missing:
            self.unknown.add(b"?")
        elif kind == "gnu_asm_expression" or (kind == "number_literal" and self.unit.end(node) != node.end_byte):
            self.unknown.add(b"asm")
        elif kind.startswith("preproc_") and kind != "preproc_arg":
            self.unknown.add(b"#")

    def _identifier(self, node: Node) -> None:
        symbol = self.symbols.resolve(node)
        name = self.unit.text(node)
        if symbol is None or symbol.kind == "typedef":
            self.unknown.add(name)  # a typedef name here is a cast that the parser misread
        elif symbol.kind == "macro":
            self._macro(node)
        elif (symbol.is_variable or symbol.is_register) and node not in symbol.declarations:
            self.reads.add(name)
            if symbol.type is None:
                self.unknown.add(name)
            elif symbol.type.volatile:
                self.volatile_reads.add(name)

    def _macro(self, node: Node) -> None:
        symbol = self.symbols.resolve(node)
        if symbol is not None and symbol.body == b"" and not symbol.function_like:
            return
        expanded = self.symbols.expansion(symbol, node) if symbol is not None else None
        if symbol is None or expanded is None:
            self.unknown.add(self.unit.text(node))
            return
        with self.symbols.expanding(symbol.name):
            self._add(expanded[0].effects(expanded[1]))

    def _add(self, found: Effects) -> None:
        self.reads |= found.reads
        self.writes |= found.writes
        self.calls |= found.calls
        self.volatile_reads |= found.volatile_reads
        self.volatile_writes |= found.volatile_writes
        self.unknown |= found.unknown

    def _write(self, target: Node | None, reads_too: bool) -> None:
        if target is None:
            return
        target = stripped(target)
        self.unread.add(target.id)
        if target.type == "identifier":
            symbol = self.symbols.resolve(target)
            if symbol is not None and symbol.kind == "macro":
                expanded = self.symbols.expansion(symbol, target)
                if expanded is None:
                    self.unknown.add(symbol.name)
                    return
                with self.symbols.expanding(symbol.name):
                    scan = _Scan(expanded[0])
                    scan._write(expanded[1], reads_too)
                    self._add(scan.run(expanded[1]))
                return
        self._access(target, self.writes, self.volatile_writes)
        if reads_too:
            self._access(target, self.reads, self.volatile_reads)

    def _access(self, lvalue: Node, plain: set[bytes], volatile: set[bytes]) -> None:
        name = self.symbols.root(lvalue)
        plain.add(name)
        t = self.symbols.type_of(lvalue)
        if t is None:
            self.unknown.add(name)
        elif t.volatile:
            volatile.add(name)

    def _initialise(self, node: Node) -> None:
        declarator = node.child_by_field_name("declarator")
        while declarator is not None and declarator.type != "identifier":
            declarator = declarator.child_by_field_name("declarator") or inner(declarator)
        if declarator is not None:
            self._write(declarator, False)

    def _call(self, node: Node) -> None:
        called = node.child_by_field_name("function")
        if called is None:
            return
        if self.symbols.cast_type(node) is not None:
            self.unread.add(stripped(called).id)
            return
        if called.type != "identifier":
            self.calls.add(b"*")
            return
        self.unread.add(called.id)
        name = self.unit.text(called)
        symbol = self.symbols.resolve(called)
        self.calls.add(name)
        if symbol is not None and symbol.kind == "macro":
            self.unknown.add(name)
