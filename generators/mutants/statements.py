"""Faults of whole statements, conditions and declarations."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator

_FLAG_CLEAR = re.compile(rb"(TI|RI|TF[012]|IE[01]|EXF2|CCF[0-4])\s*=\s*0\s*;")


def _gone(unit: Unit, start: int, end: int) -> Mutation:
    was = " ".join(unit.src[start:end].decode("utf-8", "replace").split())
    return Mutation(Edit(start, end, b""), was, "")


@operator("drop-statement", "behaviour", "a statement is missing", "漏了一条语句")
def drop_statement(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One assignment or call of a block is forgotten."""
    for node in unit.walk("expression_statement"):
        parent = node.parent
        if parent is None or parent.type != "compound_statement" or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        if _FLAG_CLEAR.fullmatch(unit.text(node)):
            continue
        start = unit.src.rfind(b"\n", 0, node.start_byte) + 1
        end = node.end_byte
        alone = not unit.src[start : node.start_byte].strip() and unit.src[end : end + 1] == b"\n"
        yield _gone(unit, start, end + 1) if alone else _gone(unit, node.start_byte, end)


@operator(
    "drop-flag-clear",
    "behaviour",
    "the flag is never cleared in software, so the next wait or interrupt sees a stale one",
    "标志没有用软件清零，下一次等待或中断看到的是旧标志",
)
def drop_flag_clear(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`TI = 0;`, `RI = 0;` or `TF2 = 0;` is forgotten."""
    for node in unit.walk("expression_statement"):
        parent = node.parent
        if parent is None or parent.type != "compound_statement" or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        if _FLAG_CLEAR.fullmatch(unit.text(node)):
            start = unit.src.rfind(b"\n", 0, node.start_byte) + 1
            alone = (
                not unit.src[start : node.start_byte].strip() and unit.src[node.end_byte : node.end_byte + 1] == b"\n"
            )
            yield _gone(unit, start, node.end_byte + 1) if alone else _gone(unit, node.start_byte, node.end_byte)


@operator("negate-condition", "behaviour", "the condition is inverted", "条件取反了")
def negate_condition(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`if (x)` for `if (!x)` and back."""
    for node in unit.walk("if_statement", "while_statement"):
        condition = node.child_by_field_name("condition")
        if condition is None or unit.in_opaque(condition.start_byte, condition.end_byte):
            continue
        text = unit.text(condition)
        inner = text[1:-1].strip()
        bare = re.fullmatch(rb"!\s*([A-Za-z_]\w*)", inner)
        if bare:
            now = b"(" + bare[1] + b")"
        elif re.fullmatch(rb"[A-Za-z_]\w*", inner):
            now = b"(!" + inner + b")"
        else:
            continue
        yield Mutation(
            Edit(condition.start_byte, condition.end_byte, now), text.decode("utf-8", "replace"), now.decode()
        )


@operator(
    "drop-break",
    "behaviour",
    "a `break` is missing, so one case falls through into the next",
    "漏了 `break`，一个分支会直接落入下一个分支",
)
def drop_break(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """A case without its `break`."""
    for node in unit.walk("break_statement"):
        parent = node.parent
        if parent is not None and parent.type == "case_statement":
            start = unit.src.rfind(b"\n", 0, node.start_byte) + 1
            alone = (
                not unit.src[start : node.start_byte].strip() and unit.src[node.end_byte : node.end_byte + 1] == b"\n"
            )
            yield _gone(unit, start, node.end_byte + 1) if alone else _gone(unit, node.start_byte, node.end_byte)


@operator(
    "narrow-type",
    "behaviour",
    "the variable is too narrow for the values it has to hold",
    "变量位宽不够，装不下应有的值",
)
def narrow_type(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`uint8_t` where `uint16_t` is needed: the value wraps at 256."""
    narrower = {b"uint16_t": b"uint8_t", b"uint32_t": b"uint16_t", b"int16_t": b"int8_t", b"int32_t": b"int16_t"}
    for node in unit.walk("primitive_type", "type_identifier"):
        owner = node.parent
        if owner is None or owner.type != "declaration" or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        text = unit.text(node)
        if text in narrower:
            yield Mutation(Edit(node.start_byte, node.end_byte, narrower[text]), text.decode(), narrower[text].decode())
