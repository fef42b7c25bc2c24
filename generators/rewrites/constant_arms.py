"""Arms of a switch that only give constants: what each returns, or which variables it sets to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.expressions import inner, operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.flow import hides_flow
from generators.rewrites.indexes import is_steady
from generators.rewrites.truth import condition_of, is_torn


@dataclass(frozen=True, slots=True)
class Arm:
    """The numbers that lead here (none for the default), the statements without their break, a remark beside them."""

    numbers: tuple[int, ...]
    statements: tuple[Node, ...]
    remark: bytes


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch over `subject`: its arms by number, and the default's where it has one.

    `targets` are the variables that each arm sets, in order; none where each arm returns. `values` has, by number, one
    constant for each target, or the one that is returned.
    """

    node: Node
    subject: Node
    arms: tuple[Arm, ...]
    default: Arm | None
    targets: tuple[Node, ...]
    values: dict[int, tuple[Node, ...]]
    others: tuple[Node, ...]
    """What the default gives, in the same way; nothing where it is absent or does something else."""

    @property
    def remarks(self) -> dict[int, bytes]:
        """The remark of each number, for the first of those that share an arm."""
        return {arm.numbers[0]: arm.remark for arm in self.arms if arm.remark}


def constant_switch(unit: Unit, node: Node) -> Switch | str:
    """The switch, or why it is none whose arms only give constants."""
    subject, body = condition_of(node), node.child_by_field_name("body")
    if subject is None or body is None or is_torn(unit, subject):
        return "value-not-plain"
    t = unit.symbols.type_of(subject)
    effects = unit.symbols.effects(subject)
    if t is None or t.kind != "int" or t.width > 16 or effects.writes or effects.calls or effects.unknown:
        return "value-not-plain"
    arms = _arms(unit, body)
    if isinstance(arms, str):
        return arms
    default = arms[-1] if not arms[-1].numbers else None
    numbered = arms[:-1] if default is not None else arms
    held = t.range() or (0, 0)
    if any(not held[0] <= n <= held[1] for arm in numbered for n in arm.numbers):
        return "constant-not-plain"
    first = _given(unit, numbered[0]) if numbered else None
    if first is None:
        return "arm-not-constant"
    targets = first[0]
    values: dict[int, tuple[Node, ...]] = {}
    for arm in numbered:
        found = _given(unit, arm)
        if found is None or [unit.text(n) for n in found[0]] != [unit.text(n) for n in targets]:
            return "arm-not-constant"
        values |= dict.fromkeys(arm.numbers, found[1])
    last = _given(unit, default) if default is not None else None
    same = last is not None and [unit.text(n) for n in last[0]] == [unit.text(n) for n in targets]
    others = last[1] if last is not None and same else ()
    if default is not None and not others and not _is_return(default, targets):
        return "default-not-plain"
    return Switch(node, stripped(subject), tuple(numbered), default, targets, values, others)


def _is_return(default: Arm, targets: Sequence[Node]) -> bool:
    """Whether the default of a switch that returns also only returns, whatever it is."""
    return not targets and len(default.statements) == 1 and default.statements[0].type == "return_statement"


def _arms(unit: Unit, body: Node) -> list[Arm] | str:
    cases = [child for child in body.named_children if child.type != "comment"]
    if len(cases) < 2 or any(case.type != "case_statement" for case in cases) or hides_flow(unit, body):
        return "not-plain-cases"
    found: list[Arm] = []
    numbers: list[int] = []
    seen: set[int] = set()
    begins = cases[0].start_byte
    for case in cases:
        value = case.child_by_field_name("value")
        number = unit.symbols.constant(value) if value is not None else None
        if value is not None and (number is None or number in seen or is_torn(unit, value)):
            return "constant-not-plain"
        if value is None and (numbers or case != cases[-1]):
            return "default-not-last"
        numbers += [number] if number is not None else []
        seen.update(numbers)
        statements = [c for c in case.named_children if c.type != "comment" and c != value]
        if not statements:
            if case == cases[-1]:
                return "empty-arm"
            continue
        remark = _remark(unit, begins, unit.end(case))
        if remark is None:
            return "comment-in-the-way"
        *rest, last = statements
        if last.type not in ("break_statement", "return_statement"):
            if case != cases[-1]:
                return "falls-through"
            rest = statements
        elif last.type == "return_statement":
            rest = statements
        found.append(Arm(tuple(numbers), tuple(rest), remark))
        numbers = []
        after = case.next_named_sibling
        while after is not None and after.type == "comment":
            after = after.next_named_sibling
        begins = after.start_byte if after is not None else 0
    if len(unit.comments(body.start_byte, unit.end(body))) != sum(bool(arm.remark) for arm in found):
        return "comment-in-the-way"
    return found


def _remark(unit: Unit, start: int, end: int) -> bytes | None:
    """The one comment on the lines of an arm, behind its code; None where there are more or it stands otherwise."""
    notes = unit.comments(start, unit.line_end(end))
    if not notes:
        return b""
    text = unit.src[notes[0].start : notes[0].end].rstrip(b"\r")
    behind = unit.src[unit.line_start(notes[0].start) : notes[0].start].strip()
    alone = not unit.src[notes[0].end : unit.line_end(notes[0].end)].strip()
    return text if len(notes) == 1 and b"\n" not in text and behind and alone else None


def _given(unit: Unit, arm: Arm) -> tuple[tuple[Node, ...], tuple[Node, ...]] | None:
    """The variables that an arm sets and to what, or nothing and what it returns."""
    if len(arm.statements) == 1 and arm.statements[0].type == "return_statement":
        value = inner(arm.statements[0])
        return ((), (value,)) if value is not None and is_given(unit, value) else None
    targets, values = [], []
    for statement in arm.statements:
        what = inner(statement)
        if statement.type != "expression_statement" or what is None or what.type != "assignment_expression":
            return None
        left, right = what.child_by_field_name("left"), what.child_by_field_name("right")
        if left is None or right is None or operator(what) != b"=" or not is_given(unit, right):
            return None
        if not is_plain_target(unit, left):
            return None
        targets.append(left)
        values.append(right)
    names = [unit.text(n) for n in targets]
    return (tuple(targets), tuple(values)) if targets and len(set(names)) == len(names) else None


def is_given(unit: Unit, node: Node) -> bool:
    """Whether this is a constant that a table may hold."""
    return unit.symbols.constant(node) is not None and not is_torn(unit, node) and is_steady(unit, node)


def is_plain_target(unit: Unit, node: Node) -> bool:
    """Whether this is a variable, a register or a member of a variable, that naming does not change anything."""
    while node.type == "field_expression" and operator(node) == b".":
        argument = node.child_by_field_name("argument")
        if argument is None:
            return False
        node = argument
    symbol = unit.symbols.resolve(node) if node.type == "identifier" else None
    expanded = unit.symbols.expansion(symbol, node) if symbol is not None and symbol.kind == "macro" else None
    if expanded is not None:
        symbol = expanded[0].resolve(expanded[1]) if expanded[1].type == "identifier" else None
    return symbol is not None and (symbol.is_variable or symbol.is_register)
