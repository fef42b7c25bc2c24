"""What another compiler may make of a program that its dialect does not show: delays, hidden calls, handlers."""

from __future__ import annotations

from tree_sitter import Node

from corpus.source.unit import Unit
from generators.rewrites.flow import LOOPS


def waits_by_counting(unit: Unit) -> bool:
    """Whether a loop does nothing but count, so that its length is the compiler's."""
    return any(_empty(unit, loop) and _counts(unit, loop) for loop in unit.walk(*LOOPS))


def _empty(unit: Unit, loop: Node) -> bool:
    body = loop.child_by_field_name("body")
    if body is None:
        return False
    if body.type == "compound_statement":
        inside = [child for child in body.named_children if child.type != "comment"]
        return all(child.type in LOOPS and _empty(unit, child) for child in inside)
    return body.type in LOOPS or not body.named_children


def _counts(unit: Unit, loop: Node) -> bool:
    """Whether it steps a variable and reads nothing that the hardware changes."""
    heads = [loop.child_by_field_name(name) for name in ("condition", "update")]
    steps = [node for head in heads if head is not None for node in _updates(unit, head)]
    condition = heads[0]
    reads = unit.symbols.effects(condition).volatile_reads if condition is not None else frozenset()
    return bool(steps) and not reads


def _updates(unit: Unit, head: Node) -> list[Node]:
    return list(unit.walk("update_expression", "assignment_expression", under=head))


def calls_by_pointer(unit: Unit) -> bool:
    """Whether a function is called through a pointer."""
    for call in unit.walk("call_expression"):
        called = call.child_by_field_name("function")
        if called is None or unit.symbols.cast_type(call) is not None:
            continue
        if called.type != "identifier":
            return True
        symbol = unit.symbols.resolve(called)
        if symbol is not None and (symbol.is_variable or symbol.kind == "field"):
            return True
    return False


def shared_with_handlers(unit: Unit) -> tuple[str, ...]:
    """The functions that an interrupt handler and something else call, directly, and that are not reentrant."""
    inside, outside = set[str](), set[str]()
    own = set(handlers(unit))
    names = {unit.function_name(function).decode(): function for function in unit.functions()}
    for name, function in names.items():
        called = {unit.text(n).decode() for n in unit.walk("identifier", under=function.child_by_field_name("body"))}
        (inside if name in own else outside).update(called & (names.keys() - {name}))
    both = sorted(inside & outside, key=list(names).index)
    return tuple(name for name in both if b"reentrant" not in unit.text(names[name]).partition(b"{")[0])


def keeps_variables(unit: Unit, name: str) -> bool:
    """Whether a function has parameters, or variables that are not static."""
    function = unit.function(name.encode())
    kinds = ("local", "param")
    return function is not None and any(
        s.declaration is not None and function.start_byte <= s.declaration.start_byte < function.end_byte
        for s in unit.symbols.all(*kinds)
    )


def handlers(unit: Unit) -> tuple[str, ...]:
    """The names of the interrupt handlers, in order."""
    found = []
    for function in unit.functions():
        spans = unit.dialect(function.start_byte, function.end_byte)
        if any(s.kind == "fattr" and unit.src[s.start : s.end].lstrip(b"_").startswith(b"interrupt") for s in spans):
            found.append(unit.function_name(function).decode())
    return tuple(found)
