"""Loops that wait: what they wait for, and whether they end by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.expressions import inner, operator, stripped
from corpus.source.symbol import Symbol
from validators.findings.firmware import Firmware

LOOPS = ("while_statement", "for_statement", "do_statement")

# What may stand in a loop that only waits: no-operations and the shortest of delays.
_PASSES_TIME = re.compile(rb"(?i)_*nops?_*|_?delay\w*|__no_operation|_delay_[um]s|__asm|wait_?us")
# avr-libc's sfr_defs.h: macros that wait, and macros that test one bit.
_WAIT_MACROS = (b"loop_until_bit_is_set", b"loop_until_bit_is_clear")
_TEST_MACROS = (b"bit_is_set", b"bit_is_clear", b"_BV", b"BV", b"_SFR_BYTE")
# How the vendors' headers name the bits of a register: USART_SR_TXE.
_MASK = re.compile(rb"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){2,}")
_COMPARED = (b"&", b"|", b"==", b"!=", b"<<", b"&&", b"||", b"^")


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """A loop (or a macro that loops) that does nothing but ask the same thing again: `names` are the registers and
    volatile variables that it reads."""

    node: Node
    names: tuple[bytes, ...]
    registers: bool


def waits(firmware: Firmware, under: Node) -> Iterator[Wait]:
    """The loops under a node that wait for registers or volatile variables and that nothing else can end."""
    for node in firmware.unit.walk(*LOOPS, "call_expression", under=under):
        if node.type == "call_expression":
            called, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
            if called is not None and firmware.unit.text(called) in _WAIT_MACROS and arguments is not None:
                found = _polled(firmware, arguments.named_children[0]) if arguments.named_children else None
                if found:
                    yield Wait(node, found, True)
            continue
        condition = condition_of(node)
        if condition is None or not _idle_body(firmware, node):
            continue
        names = _polled(firmware, condition)
        if names:
            yield Wait(node, names, any(_is_register(firmware, name) for name in names))


def condition_of(loop: Node) -> Node | None:
    """The condition of a loop without its parentheses; None for `for (;;)`, and for a `for` that steps."""
    condition = loop.child_by_field_name("condition")
    if loop.type == "for_statement" and (
        loop.child_by_field_name("update") is not None or loop.child_by_field_name("initializer") is not None
    ):
        return None
    return stripped(condition) if condition is not None else None


def _idle_body(firmware: Firmware, loop: Node) -> bool:
    """Whether the body does nothing but pass time."""
    body = loop.child_by_field_name("body")
    return body is not None and all(_passes_time(firmware, node) for node in _statements(body))


def _statements(body: Node) -> Iterator[Node]:
    if body.type != "compound_statement":
        yield body
        return
    for child in body.named_children:
        if child.type == "compound_statement":
            yield from _statements(child)
        elif child.type != "comment":
            yield child


def _passes_time(firmware: Firmware, statement: Node) -> bool:
    if statement.type == "continue_statement":
        return True
    expression = inner(statement) if statement.type == "expression_statement" else None
    if statement.type != "expression_statement":
        return False
    if expression is None:
        return True
    if expression.type == "gnu_asm_expression" or firmware.unit.end(expression) != expression.end_byte:
        return b"nop" in firmware.unit.text(expression).lower()
    called = expression.child_by_field_name("function") if expression.type == "call_expression" else None
    name = firmware.unit.text(called) if called is not None else firmware.unit.text(expression)
    if _PASSES_TIME.fullmatch(name) is None:
        return False
    return name not in firmware.functions or not _touches(firmware, name)


def _touches(firmware: Firmware, function: bytes) -> bool:
    """Whether a function of this unit writes anything that outlives it, the watchdog for one."""
    for name in firmware.closure([function]):
        for node in firmware.functions[name]:
            found = firmware.symbols.effects(node)
            own = {s.name for s in firmware.symbols.all("local", "param")}
            if found.writes - own or found.unknown - {b"asm"}:
                return True
    return False


def _polled(firmware: Firmware, condition: Node) -> tuple[bytes, ...]:
    """The registers and volatile variables that a condition asks, in order; empty where it asks anything else."""
    names: dict[bytes, None] = {}
    return tuple(names) if _asks(firmware, condition, names) and names else ()


def _asks(firmware: Firmware, node: Node, names: dict[bytes, None]) -> bool:
    node = stripped(node)
    symbols, unit = firmware.symbols, firmware.unit
    if node.type in ("number_literal", "char_literal", "true", "false"):
        return True
    if node.type == "identifier":
        symbol = symbols.resolve(node)
        if symbol is not None and symbol.kind == "macro":
            return _asks_macro(firmware, symbol, node, names)
        if symbol is not None and symbol.kind == "enumerator":
            return True
        name = unit.text(node)
        if symbol is None:
            mask = firmware.chip.target in ("stm8", "cortex-m") and _MASK.fullmatch(name) is not None
            if name.decode("latin1") in firmware.chip.bit_names or (mask and not _is_register(firmware, name)):
                return True
            names[name] = None
            return _is_register(firmware, name)
        names[name] = None
        return symbol.is_register or (symbol.type is not None and symbol.type.volatile and symbol.type.scalar)
    if node.type in ("unary_expression", "cast_expression"):
        argument = node.child_by_field_name("argument") or node.child_by_field_name("value")
        return argument is not None and operator(node) in (b"!", b"~", b"") and _asks(firmware, argument, names)
    if node.type == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        good = operator(node) in _COMPARED and left is not None and right is not None
        if operator(node) == b"&&" and any(n is not None and symbols.constant(n) == 0 for n in (left, right)):
            return False
        return good and left is not None and right is not None and all(_asks(firmware, n, names) for n in (left, right))
    if node.type in ("field_expression", "pointer_expression"):
        return _asks_object(firmware, node, names)
    if node.type == "call_expression":
        called, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        tests = called is not None and unit.text(called) in _TEST_MACROS and arguments is not None
        return tests and arguments is not None and all(_asks(firmware, n, names) for n in arguments.named_children)
    return False


def _asks_macro(firmware: Firmware, symbol: Symbol, node: Node, names: dict[bytes, None]) -> bool:
    expanded = firmware.symbols.expansion(symbol, node)
    if expanded is None:
        return False
    with firmware.symbols.expanding(symbol.name):
        if expanded[0].constant(expanded[1]) is not None:
            return True
        found = expanded[0].effects(expanded[1])
    foreign = {name for name in found.unknown if not _is_register(firmware, name)}
    foreign -= {name.encode() for name in firmware.chip.bit_names}
    names.update(dict.fromkeys(sorted(found.volatile_reads | found.unknown) or [symbol.name]))
    if names.pop(b"*", 0) is None:  # an address in a macro: its name says more
        names[symbol.name] = None
    polled = bool(found.volatile_reads) or bool(found.unknown)
    return polled and not (found.writes or found.calls or foreign or found.reads - found.volatile_reads)


def _asks_object(firmware: Firmware, node: Node, names: dict[bytes, None]) -> bool:
    """`USART1->SR`, `*(volatile uint8_t *)0x5240`, a volatile member."""
    t = firmware.symbols.type_of(node)
    name = firmware.register_name(node)
    names[name.encode() if name else firmware.unit.text(node)] = None
    found = firmware.symbols.effects(node)
    if found.writes or found.calls:
        return False
    return bool(name) or (t is not None and t.volatile)


def _is_register(firmware: Firmware, name: bytes) -> bool:
    text = name.decode("latin1")
    symbol = firmware.symbols.lookup(name)
    if symbol is not None and symbol.is_register:
        return True
    if symbol is not None and symbol.kind != "macro":
        return False
    return text in firmware.chip.by_name or (symbol is not None and b"volatile" in (symbol.body or b""))
