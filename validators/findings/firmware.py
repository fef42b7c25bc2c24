"""A unit as firmware: what runs inside interrupts, what outside, and where each reaches the data that both share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from tree_sitter import Node

from corpus.chips import Chip
from corpus.source.ctype import CType
from corpus.source.lexer import lex
from corpus.source.symbol import Symbol
from corpus.source.symbols import Symbols
from corpus.source.unit import Unit
from validators.findings.accesses import Access, accesses
from validators.findings.handlers import Handler, handlers


@dataclass(frozen=True, eq=False)
class Firmware:
    """One unit for one chip.

    Functions are told apart by name; of a name that is defined twice (in two branches of `#if`) both bodies count.
    """

    unit: Unit
    chip: Chip
    file: str = "program.c"

    @classmethod
    def of(cls, unit: Unit, chip: Chip) -> Firmware:
        """The same object for the same unit and chip, so that the checks share what they find out."""
        return _remembered(unit, chip)

    @property
    def symbols(self) -> Symbols:
        """The unit's symbols."""
        return self.unit.symbols

    # Functions

    @cached_property
    def handlers(self) -> tuple[Handler, ...]:
        """The interrupt handlers, in order."""
        return handlers(self.unit, self.chip)

    @cached_property
    def functions(self) -> Mapping[bytes, tuple[Node, ...]]:
        """The definitions by name."""
        found: dict[bytes, tuple[Node, ...]] = {}
        for node in self.unit.functions():
            if self.unit.enclosing_function(node) is None:  # `ATOMIC_BLOCK(x) {` reads as one inside another
                name = self.unit.function_name(node)
                found[name] = (*found.get(name, ()), node)
        return found

    def function_of(self, node: Node) -> bytes:
        """The name of the outermost function around a node, b"" at file scope."""
        name, parent = b"", node.parent
        while parent is not None:
            if parent.type == "function_definition":
                name = self.unit.function_name(parent)
            parent = parent.parent
        return name

    @cached_property
    def calls(self) -> Mapping[bytes, frozenset[bytes]]:
        """By function, the functions that it calls, through macros too; of other units as well."""
        return {
            name: frozenset().union(*(self._called(node) for node in nodes)) for name, nodes in self.functions.items()
        }

    def _called(self, function: Node) -> frozenset[bytes]:
        found: set[bytes] = set()
        for node in self.unit.walk("call_expression", under=function):
            called = node.child_by_field_name("function")
            if called is not None and called.type == "identifier":
                found.add(self.unit.text(called))
        names = {self.unit.text(n) for n in self.unit.walk("identifier", under=function)}
        return frozenset(found | {word for name in names for word in self.macro_words(name) if word in self.functions})

    def macro_words(self, name: bytes) -> frozenset[bytes]:
        """The words in the body of a macro of this unit and of the macros it uses; none for other names."""
        return self._macro_words(name, 8)

    def _macro_words(self, name: bytes, deep: int) -> frozenset[bytes]:
        symbol = self.symbols.lookup(name)
        if symbol is None or symbol.kind != "macro" or not symbol.body or not deep:
            return frozenset()
        words = {symbol.body[t.start : t.end] for t in lex(symbol.body) if t.kind == "identifier"} - {name}
        return frozenset(words).union(*(self._macro_words(word, deep - 1) for word in words))

    @cached_property
    def callers(self) -> Mapping[bytes, frozenset[bytes]]:
        """By function of this unit, those of this unit that call it."""
        return {f: frozenset(g for g, called in self.calls.items() if f in called) for f in self.functions}

    @cached_property
    def handed_on(self) -> frozenset[bytes]:
        """Functions of this unit whose address is taken: who calls them, and when, is not known."""
        found = set()
        for symbol in self.symbols.all("function"):
            for use in symbol.uses:
                parent = use.parent
                called = parent is not None and parent.type == "call_expression"
                if not (called and parent is not None and parent.child_by_field_name("function") == use):
                    found.add(symbol.name)
        return frozenset(found)

    def closure(self, names: Iterable[bytes]) -> frozenset[bytes]:
        """These functions and all of this unit that they call, directly or not."""
        waiting, seen = [n for n in names if n in self.functions], set[bytes]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += [called for called in self.calls[name] if called in self.functions]
        return frozenset(seen)

    @cached_property
    def in_interrupt(self) -> frozenset[bytes]:
        """Functions that run inside an interrupt: the handlers and what they call."""
        return self.closure(handler.name for handler in self.handlers)

    @cached_property
    def outside(self) -> frozenset[bytes]:
        """Functions that run outside interrupts: main, those that nobody here calls, and what these call.

        What is handed on by its address only is in neither set.
        """
        own = {handler.name for handler in self.handlers}
        roots = [f for f in self.functions if f not in own and not self.callers[f] and f not in self.handed_on]
        return self.closure([*roots, b"main"])

    def interrupt_of(self, function: bytes) -> str:
        """The first handler that runs a function, in words: "`tick_isr`", or "`tick_isr` (through `count`)"."""
        for handler in self.handlers:
            if function == handler.name:
                return f"`{said(handler.name)}`"
        for handler in self.handlers:
            if function in self.closure([handler.name]):
                return f"`{said(handler.name)}` (through `{said(function)}`)"
        return ""

    # Data

    @cached_property
    def variables(self) -> tuple[Symbol, ...]:
        """The variables at file scope that are no constants, no registers and not put into assembler or into macros
        with arguments, where it cannot be seen what is done with them."""
        hidden = self._hidden_words
        return tuple(
            s
            for s in self.symbols.all("global", "static")
            if s.scope is None and s.type is not None and not _const(s.type) and s.name not in hidden
        )

    @cached_property
    def _hidden_words(self) -> frozenset[bytes]:
        macros = [m for m in self.symbols.all("macro") if m.function_like and m.uses]
        words = frozenset[bytes]().union(*(self.macro_words(m.name) for m in macros))
        return words | {
            name for name in self.symbols.names if any(o.where == "asm" for o in self.symbols.occurrences(name))
        }

    @cached_property
    def accesses(self) -> Mapping[bytes, tuple[Access, ...]]:
        """By variable of `variables`, every access inside a function, in source order."""
        return {s.name: tuple(accesses(self.unit, s, self.function_of)) for s in self.variables}

    def inside(self, variable: bytes) -> tuple[Access, ...]:
        """The accesses that happen inside interrupts."""
        return tuple(a for a in self.accesses[variable] if a.function in self.in_interrupt)

    def elsewhere(self, variable: bytes) -> tuple[Access, ...]:
        """The accesses that happen outside interrupts."""
        return tuple(a for a in self.accesses[variable] if a.function in self.outside)

    @cached_property
    def written_inside(self) -> frozenset[bytes]:
        """The variables that interrupts write."""
        return frozenset(s.name for s in self.variables if any(a.writes for a in self.inside(s.name)))

    def bits(self, t: CType) -> int:
        """The width of a scalar on this chip; 0 where it is not known. `int` counts as 16 bits everywhere: no target's
        is narrower, and where it is wider it is no wider than the target moves at once."""
        if t.kind in ("int", "bool"):
            return t.width
        if t.kind == "float":
            return 32
        if t.kind == "pointer":
            return {"mcs51": t.width, "cortex-m": 32}.get(self.chip.target, 16)
        return 0

    def register_name(self, node: Node) -> str:
        """The chip's name of what `GPIOA->ODR` reaches where the program has that from the vendor's header, else ""."""
        argument, member = node.child_by_field_name("argument"), node.child_by_field_name("field")
        if node.type != "field_expression" or argument is None or member is None or argument.type != "identifier":
            return ""
        symbol = self.symbols.resolve(argument)
        name = f"{said(self.unit.text(argument))}_{said(self.unit.text(member))}"
        return name if symbol is None and name in self.chip.by_name else ""

    # Places

    def conditional(self, start: int) -> bool:
        """Whether a place lies within `#if`, so that another chip may be meant."""
        node = self.unit.at(start)
        return node is not None and (
            node.type.startswith("preproc_if")
            or self.unit.enclosing(node, "preproc_if", "preproc_ifdef", "preproc_elif", "preproc_else") is not None
        )

    def line(self, node: Node) -> int:
        """The line of a node, from 1."""
        return self.unit.line(node.start_byte)

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes around a node, innermost first, the outermost function last."""
        parent = node.parent
        while parent is not None and parent.type != "translation_unit":
            yield parent
            parent = parent.parent


def said(name: bytes) -> str:
    """A name as text."""
    return name.decode("utf-8", "replace")


def _const(t: CType) -> bool:
    """A constant; also a table of them."""
    return t.const or (t.kind == "array" and t.of is not None and _const(t.of)) or t.space in (b"__code", b"code")


@lru_cache(maxsize=32)
def _remembered(unit: Unit, chip: Chip) -> Firmware:
    return Firmware(unit, chip)
