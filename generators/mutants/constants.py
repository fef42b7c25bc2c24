"""Faults of numbers: off by one, a wrong bit, decimal for hexadecimal, a shift by one too many."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import field, meant, nodes, numbers, replaced, shown, signs, within, written


def _flag(unit: Unit, node: Node) -> bool:
    """Whether a literal is what a single bit is set to: 2 would be no slip."""
    parent = node.parent
    if parent is None or parent.type != "assignment_expression":
        return False
    known = unit.symbols.type_of(field(parent, "left"))
    return known is not None and known.kind == "bool"


def _where(unit: Unit, node: Node) -> dict[str, str]:
    """The macro that a literal is the body of, else nothing."""
    parent = node.parent
    name = parent.child_by_field_name("name") if parent is not None and parent.type == "preproc_def" else None
    return {"macro": shown(unit, name)} if name is not None else {}


@operator("constant-off-by-one", "behaviour", "arithmetic", "a constant is off by one", "常数差了一")
def constant_off_by_one(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """A decimal count, limit or index one too high or too low."""
    for node, value, hexadecimal, suffix in numbers(unit):
        if not hexadecimal and not _flag(unit, node):
            near = value + rng.choice((1, -1)) if value else 1
            case = "more" if near > value else "less"
            yield replaced(unit, node, written(near, False, suffix), case, **_where(unit, node))


@operator("constant-bit", "behaviour", "peripheral-setup", "one bit of a constant is wrong", "常数有一位错了")
def constant_bit(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One bit of a hexadecimal constant, as when a data sheet's column is misread."""
    for node, value, hexadecimal, suffix in numbers(unit):
        if hexadecimal:
            digits = len(unit.text(node).strip()) - 2 - len(suffix)
            bit = rng.randrange(4 * digits)
            case = "cleared" if value >> bit & 1 else "set"
            now = written(value ^ (1 << bit), True, suffix, digits)
            yield replaced(unit, node, now, case, bit=str(bit), **_where(unit, node))


@operator("hex-slip", "behaviour", "arithmetic", "decimal and hexadecimal are mixed up", "十进制和十六进制弄混了")
def hex_slip(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`50` for `0x50`, or `0x100` for `100`."""
    for node, value, hexadecimal, suffix in numbers(unit):
        if value < 10:
            continue
        digits = unit.text(node).strip()[2 if hexadecimal else 0 :]
        digits = digits[: len(digits) - len(suffix)]
        if hexadecimal and digits.isdigit() and not digits.startswith(b"0"):
            facts = {"worth": f"0x{int(digits):02X}", **_where(unit, node)}
            yield replaced(unit, node, digits + suffix, "decimal", **facts)
        elif not hexadecimal:
            facts = {"worth": str(int(digits, 16)), **_where(unit, node)}
            yield replaced(unit, node, b"0x" + digits + suffix, "hex", **facts)


@operator(
    "shift-count", "behaviour", "arithmetic", "the value is shifted one place too far or too little", "移位位数差了一"
)
def shift_count(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`>> 3` for `>> 4`."""
    for node, _, sign in signs(unit, "binary_expression", "assignment_expression"):
        right = field(node, "right")
        if sign not in (b"<<", b">>", b"<<=", b">>=") or right.type != "number_literal":
            continue
        count = unit.text(right)
        if count.isdigit() and int(count) > 0:
            near = int(count) + rng.choice((1, -1))
            facts = {"count": count.decode(), "wrong_count": str(near)}
            edit = Edit(right.start_byte, right.end_byte, str(near).encode())
            yield within(unit, node, (edit,), "far" if near > int(count) else "short", **facts)


@operator(
    "last-index",
    "behaviour",
    "memory",
    "the index of the last element is taken for its count",
    "把元素个数当成了最后一个下标",
)
def last_index(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`buffer[count]` for `buffer[count - 1]`: elements are counted from 0."""
    for node in nodes(unit, "subscript_expression"):
        index = field(node, "index")
        if index.type == "binary_expression" and unit.text(field(index, "operator")) == b"-":
            left, right = field(index, "left"), field(index, "right")
            if unit.text(right) == b"1":
                edit = Edit(left.end_byte, right.end_byte, b"")
                yield within(unit, node, (edit,), "", index=shown(unit, left))


@operator("inverted-level", "behaviour", "peripheral-setup", "a bit gets the wrong level", "位的电平写反了")
def inverted_level(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`LED = 1` for `LED = 0`, `TR0 = 0` for `TR0 = 1`."""
    for node in nodes(unit, "assignment_expression"):
        left, right = field(node, "left"), field(node, "right")
        if left.type != "identifier" or unit.text(right) not in (b"0", b"1") or not _flag(unit, right):
            continue
        now = b"0" if unit.text(right) == b"1" else b"1"
        symbol = unit.symbols.lookup(meant(unit, unit.text(left)))
        if symbol is not None and symbol.is_register:
            pin = meant(unit, unit.text(left))[:1] == b"P" and b"_" in meant(unit, unit.text(left))
            edit = Edit(right.start_byte, right.end_byte, now)
            facts = {"target": shown(unit, left), "level": now.decode(), "right_level": shown(unit, right)}
            yield within(unit, node, (edit,), "pin" if pin else "bit", **facts)
