"""Where a fault can sit: the places of a unit that operators ask for, and the edits that they make there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation

_NUMBER = re.compile(rb"(0[xX])?([0-9a-fA-F]+)([uUlL]*)$")
_REST = re.compile(rb"[ \t]*(?:/\*[^\n]*?\*/|//[^\n]*)?[ \t]*$")


def shown(unit: Unit, node: Node) -> str:
    """The code of a node on one line, without comments."""
    return short(unit.text(node))


def short(code: bytes) -> str:
    """Code on one line, without comments."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", code.decode("utf-8", "replace"), flags=re.DOTALL)
    return " ".join(text.split())


def nodes(unit: Unit, *kinds: str, under: Node | None = None) -> Iterator[Node]:
    """The nodes of these kinds that are plain code: no directive, assembler or misread place."""
    for node in unit.walk(*kinds, under=under):
        if not unit.in_opaque(node.start_byte, unit.end(node)):
            yield node


def signs(unit: Unit, *kinds: str) -> Iterator[tuple[Node, Node, bytes]]:
    """Expressions of these kinds with their operator, as (expression, operator, its text)."""
    for node in nodes(unit, *kinds):
        sign = node.child_by_field_name("operator")
        if sign is not None:
            yield node, sign, unit.text(sign)


def field(node: Node, name: str) -> Node:
    """A child that this kind of node always has."""
    child = node.child_by_field_name(name)
    assert child is not None, name
    return child


def statements(unit: Unit, under: Node | None = None) -> Iterator[Node]:
    """The expression statements that stand in a block of their own right, so that they can be taken out or moved."""
    for node in nodes(unit, "expression_statement", under=under):
        if node.parent is not None and node.parent.type == "compound_statement" and node.named_child_count:
            yield node


def replaced(unit: Unit, node: Node, now: bytes, case: str = "", **facts: str) -> Mutation:
    """Other code in the place of a node."""
    edit = Edit(node.start_byte, unit.end(node), now)
    return Mutation((edit,), shown(unit, node), now.decode("utf-8", "replace"), case, tuple(facts.items()))


def within(unit: Unit, whole: Node, edits: tuple[Edit, ...], case: str = "", **facts: str) -> Mutation:
    """Edits inside a node, told as the whole node before and after."""
    start, end = whole.start_byte, unit.end(whole)
    parts, at = [], start
    for edit in sorted(edits):
        parts += [unit.src[at : edit.start], edit.text]
        at = edit.end
    now = short(b"".join([*parts, unit.src[at:end]]))
    return Mutation(edits, shown(unit, whole), now, case, tuple(facts.items()))


def dropped(unit: Unit, node: Node, case: str = "", **facts: str) -> Mutation:
    """A statement taken out, with its line and the comment behind it where it has the line to itself."""
    return Mutation((without(unit, node),), shown(unit, node), "", case, tuple(facts.items()))


def without(unit: Unit, node: Node) -> Edit:
    """The edit that takes a statement out."""
    start, end = unit.line_start(node.start_byte), unit.line_end(unit.end(node))
    alone = not unit.src[start : node.start_byte].strip()
    if alone and end < len(unit.src) and _REST.match(unit.src[unit.end(node) : end]):
        return Edit(start, end + 1, b"")
    return Edit(node.start_byte, unit.end(node), b"")


def moved(unit: Unit, node: Node, before: Node) -> tuple[Edit, ...]:
    """The edits that put a statement in front of an earlier one, each on a line of its own; empty where it has none."""
    line, target = without(unit, node), unit.line_start(before.start_byte)
    if line.start == node.start_byte or unit.src[target : before.start_byte].strip():
        return ()
    return (Edit(target, target, unit.src[line.start : line.end]), line)


def numbers(unit: Unit) -> Iterator[tuple[Node, int, bool, bytes]]:
    """Integer literals as (node, value, is hexadecimal, suffix): those of code, and macros that are one literal; not
    those of array sizes or case labels."""
    for node in unit.walk("number_literal", "preproc_arg"):
        if node.type == "number_literal" and unit.in_opaque(node.start_byte, node.end_byte):
            continue
        parent = node.parent
        if parent is not None and parent.type in ("array_declarator", "case_statement", "enumerator"):
            continue
        match = _NUMBER.fullmatch(unit.text(node).strip())
        if match is None or (not match[1] and match[2].startswith(b"0") and match[2] != b"0"):
            continue
        if match[1] or match[2].isdigit():
            yield node, int(match[2], 16 if match[1] else 10), bool(match[1]), match[3]


def written(value: int, hexadecimal: bool, suffix: bytes = b"", width: int = 2) -> bytes:
    """A value as a literal; `width` counts hexadecimal digits."""
    return (f"0x{value:0{width}X}" if hexadecimal else str(value)).encode() + suffix


def bare(node: Node) -> Node:
    """The expression without parentheses and casts around it."""
    while True:
        if node.type == "parenthesized_expression" and node.named_child_count == 1:
            node = node.named_children[0]
        elif node.type == "cast_expression":
            node = field(node, "value")
        else:
            return node


def meant(unit: Unit, name: bytes) -> bytes:
    """What a macro of one name stands for (`LED` for `P1_2`), else the name itself."""
    symbol = unit.symbols.lookup(name)
    while symbol is not None and symbol.kind == "macro" and not symbol.function_like:
        body = (symbol.body or b"").strip()
        if not re.fullmatch(rb"[A-Za-z_]\w*", body) or body == name:
            break
        name, symbol = body, unit.symbols.lookup(body)
    return name


def target(unit: Unit, statement: Node) -> tuple[Node, Node, bytes] | None:
    """(left, right, operator) of a statement that is one assignment."""
    node = statement.named_children[0] if statement.named_child_count else None
    if node is None or node.type != "assignment_expression":
        return None
    return field(node, "left"), field(node, "right"), unit.text(field(node, "operator"))


def is_isr(unit: Unit, function: Node) -> bool:
    """Whether a function has an interrupt's number."""
    head = unit.src[function.start_byte : field(function, "body").start_byte]
    return re.search(rb"\b__interrupt\b", head) is not None
