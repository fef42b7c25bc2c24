"""Who runs a function: the main program or an interrupt; and whether it is there in every build."""

from __future__ import annotations

from tree_sitter import Node

from corpus.source.dialect import is_vector
from corpus.source.unit import Unit
from generators.rewrites.remembered import per_unit

_ATTRIBUTES = (b"interrupt", b"naked", b"critical", b"reentrant", b"banked", b"trap")


@per_unit
def is_special(unit: Unit, function: Node) -> bool:
    """Whether a function is an interrupt's or has another attribute that tells the compiler how to enter it.

    On a Cortex-M a handler is a function like any other, and its name alone makes it one.
    """
    body = function.child_by_field_name("body")
    end = body.start_byte if body is not None else function.end_byte
    spans = unit.dialect(function.start_byte, end)
    return is_vector(unit.function_name(function)) or any(
        s.kind == "isr" or (s.kind == "fattr" and any(w in unit.src[s.start : s.end] for w in _ATTRIBUTES))
        for s in spans
    )


@per_unit
def interrupt_side(unit: Unit) -> frozenset[bytes]:
    """The functions of this unit that an interrupt may run: its own and what they call.

    On the 8051 a function's parameters and locals have fixed addresses, so that these must not be called otherwise.
    """
    calls = {unit.function_name(f): unit.symbols.effects(f).calls for f in unit.functions()}
    waiting = [unit.function_name(f) for f in unit.functions() if is_special(unit, f)]
    found: set[bytes] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [called for called in calls.get(name, frozenset()) if called in calls]
    return frozenset(found)


def is_conditional(node: Node) -> bool:
    """Whether a node stands within `#if`."""
    parent = node.parent
    while parent is not None:
        if parent.type.startswith("preproc_"):
            return True
        parent = parent.parent
    return False
