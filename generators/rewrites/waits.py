"""Loops that only wait, in functions on whose length nobody counts: how many passes, and which variable counts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.expressions import stripped
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.counting import assigned_in, is_dead_outside, is_steady, stepped
from generators.rewrites.flow import LOOPS
from generators.rewrites.rule import Context
from generators.rewrites.timing import is_pause, only_passes_time
from generators.rewrites.truth import is_torn, sides


@dataclass(frozen=True, slots=True)
class Count:
    """A delay loop that counts `passes` (an expression) times, in steps of one."""

    loop: Node
    symbol: Symbol
    passes: Node
    up: bool

    @property
    def name(self) -> bytes:
        """The counter's name."""
        return self.symbol.name


def free_delays(unit: Unit, context: Context) -> Iterator[Node]:
    """The loops in the functions whose length is free and that do nothing but wait."""
    for function in unit.functions():
        body = function.child_by_field_name("body")
        if body is None or unit.function_name(function).decode() not in context.free_delays:
            continue
        done = unit.symbols.effects(body)
        own = {
            s.name
            for s in unit.symbols.all("param", "local")
            if s.declaration is not None and function.start_byte <= s.declaration.start_byte < function.end_byte
        }
        calls = {name for name in done.calls | done.unknown if not is_pause(name)}
        if calls or done.volatile_reads or done.volatile_writes or not done.writes <= own:
            continue
        yield from (loop for loop in unit.walk(*LOOPS, under=body) if only_passes_time(unit, loop))


def free_counter(unit: Unit, name: Node) -> Symbol | None:
    """The variable, if it may count a delay: a local, unsigned and not volatile."""
    symbol = unit.symbols.resolve(name) if name.type == "identifier" else None
    if symbol is None or symbol.kind not in ("local", "param") or symbol.type is None:
        return None
    t = symbol.type
    return symbol if t.kind == "int" and not t.signed and not t.volatile else None


def fits(unit: Unit, symbol: Symbol, passes: Node) -> bool:
    """Whether the counter can hold every number of passes."""
    found, held = unit.symbols.range_of(passes), symbol.type.range() if symbol.type is not None else None
    return found is not None and held is not None and held[0] <= found[0] and found[1] <= held[1]


def count(unit: Unit, loop: Node) -> Count | None:
    """A for statement that counts from 0 up to a number, or from a number down to 0."""
    start, test, step = (loop.child_by_field_name(part) for part in ("initializer", "condition", "update"))
    assigned = assigned_in(start) if start is not None and start.type != "declaration" else None
    if loop.type != "for_statement" or assigned is None or test is None or step is None:
        return None
    symbol = free_counter(unit, assigned[0])
    if symbol is None or stepped(unit, step) != symbol.name or not is_dead_outside(unit, symbol, loop):
        return None
    test = stripped(test)
    up = unit.text(step) in (symbol.name + b"++", b"++" + symbol.name)
    down = unit.text(step) in (symbol.name + b"--", b"--" + symbol.name)
    found = sides(test)
    if up and found is not None and found[1] in (b"<", b"!=") and unit.text(found[0]) == symbol.name:
        passes = found[2] if unit.symbols.constant(assigned[1]) == 0 else None
    elif down and unit.text(test) in at_zero(symbol.name):
        passes = assigned[1]
    else:
        return None
    if passes is None or is_torn(unit, passes) or not is_steady(unit, passes, loop) or not fits(unit, symbol, passes):
        return None
    return Count(loop, symbol, passes, up)


def at_zero(name: bytes) -> tuple[bytes, ...]:
    """The ways to ask whether a counter has not come to zero."""
    return name, name + b" > 0", name + b" != 0", name + b">0", name + b"!=0"
