"""Faults of whole statements: missing, in the wrong order, never left."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.interrupts import FLAG_CLEAR, GUARD
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import dropped, field, meant, moved, nodes, replaced, shown, statements, target
from generators.mutants.registers import ENABLE


@operator("drop-statement", "behaviour", "control-flow", "a statement is missing", "漏了一条语句")
def drop_statement(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One assignment or call of a block is forgotten."""
    for node in statements(unit):
        text = unit.text(node)
        if not any(special.fullmatch(text) for special in (FLAG_CLEAR, ENABLE, GUARD)):
            yield dropped(unit, node)


@operator(
    "swapped-statements",
    "behaviour",
    "control-flow",
    "two statements are in the wrong order",
    "两条语句的顺序颠倒了",
)
def swapped_statements(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """A statement in front of the one whose result it needs, or behind the one that destroys what it reads."""
    for node in statements(unit):
        after = node.next_named_sibling
        if after is None or after.type != "expression_statement" or not after.named_child_count:
            continue
        one, other = unit.symbols.effects(node), unit.symbols.effects(after)
        shared = one.writes & (other.reads | other.writes) | one.reads & other.writes
        edits = moved(unit, after, node)
        if shared - {b"*"} and edits:
            facts = {"first": shown(unit, node), "second": shown(unit, after)}
            spelt = [{unit.text(n) for n in unit.walk("identifier", under=one)} for one in (node, after)]
            visible = sorted(n for n in spelt[0] & spelt[1] if n in shared or meant(unit, n) in shared)
            facts |= {"shared": visible[0].decode()} if visible else {}
            yield Mutation(edits, facts["first"], facts["second"], "", tuple(facts.items()))


@operator("negate-condition", "behaviour", "control-flow", "the condition is inverted", "条件取反了")
def negate_condition(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`if (x)` for `if (!x)` and back."""
    for node in nodes(unit, "if_statement", "while_statement"):
        condition = field(node, "condition")
        inner = unit.text(condition)[1:-1].strip()
        bare = re.fullmatch(rb"!\s*([A-Za-z_][\w]*(?:\([^()]*\))?)", inner)
        if bare:
            now = b"(" + bare[1] + b")"
        elif re.fullmatch(rb"[A-Za-z_]\w*(?:\([^()]*\))?", inner):
            now = b"(!" + inner + b")"
        else:
            continue
        yield replaced(unit, condition, now, "wait" if node.type == "while_statement" else "")


@operator(
    "drop-break",
    "behaviour",
    "control-flow",
    "a `break` is missing, so one case falls through into the next",
    "漏了 `break`，一个分支会直接落入下一个分支",
)
def drop_break(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """A case without its `break`."""
    for node in nodes(unit, "break_statement"):
        parent = node.parent
        if parent is not None and parent.type == "case_statement" and parent.next_named_sibling is not None:
            label = parent.child_by_field_name("value")
            yield dropped(unit, node, "", label=f"case {shown(unit, label)}" if label is not None else "default")


@operator(
    "missing-return",
    "behaviour",
    "control-flow",
    "the function ends without returning its value",
    "函数结束时没有返回值",
)
def missing_return(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The last `return x;` is forgotten: the caller gets whatever is left in the register."""
    for function in unit.functions():
        body = field(function, "body")
        last = body.named_children[-1] if body.named_child_count else None
        if last is None or last.type != "return_statement" or not last.named_child_count:
            continue
        if not unit.in_opaque(last.start_byte, last.end_byte):
            name = unit.function_name(function).decode("utf-8", "replace")
            yield dropped(unit, last, "", callee=name, value=shown(unit, last.named_children[0]))


@operator(
    "missing-early-return", "behaviour", "control-flow", "a branch does not leave the function", "分支里没有退出函数"
)
def missing_early_return(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """An early `return` is forgotten, and what it should have prevented is done all the same."""
    for node in nodes(unit, "return_statement"):
        parent = node.parent
        if parent is None or parent.type != "compound_statement" or parent.named_child_count < 2:
            continue
        if parent.parent is not None and parent.parent.type == "if_statement":
            condition = shown(unit, field(parent.parent, "condition"))[1:-1]
            yield dropped(unit, node, "", condition=condition)


@operator("lost-update", "behaviour", "control-flow", "the result of an operation is not stored", "运算结果没有存回去")
def lost_update(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`x << 1;` or `x + y;` as a statement, where `x <<= 1;` is meant."""
    signs = {b"<<=": b"<<", b">>=": b">>", b"+=": b"+", b"-=": b"-", b"^=": b"^", b"|=": b"|", b"&=": b"&"}
    for node in statements(unit):
        parts = target(unit, node)
        if parts is not None and parts[2] in signs and parts[0].type == "identifier":
            sign = field(node.named_children[0], "operator")
            edit = Edit(sign.start_byte, sign.end_byte, signs[parts[2]])
            now = f"{shown(unit, parts[0])} {signs[parts[2]].decode()} {shown(unit, parts[1])};"
            yield Mutation((edit,), shown(unit, node), now, "", (("target", shown(unit, parts[0])),))
