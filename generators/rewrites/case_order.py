"""Switches: the order of their arms, of their labels, and the place of the default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tree_sitter import Node

from corpus.source.unit import Unit
from generators.rewrites.blocks import rebuilt, tail
from generators.rewrites.flow import hides_flow
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_JUMPS = ("break_statement", "return_statement", "continue_statement")


@dataclass(frozen=True, slots=True)
class _Arm:
    """One arm of a switch: its labels (None for the default) and its text from the first label to its jump."""

    values: tuple[int | None, ...]
    start: int
    end: int

    @property
    def is_default(self) -> bool:
        return None in self.values


def _arms(unit: Unit, switch: Node) -> list[_Arm] | str:
    """The arms of a switch, each of which ends in a jump; or why they cannot be told apart."""
    body = switch.child_by_field_name("body")
    if body is None or any(child.type not in ("case_statement", "comment") for child in body.named_children):
        return "not-plain-cases"
    if hides_flow(unit, body) or any(unit.walk("labeled_statement", "goto_statement", under=body)):
        return "label"
    found, values, start, seen = list[_Arm](), list[int | None](), 0, set[int | None]()
    cases = [child for child in body.named_children if child.type == "case_statement"]
    for case in cases:
        value = case.child_by_field_name("value")
        number = unit.symbols.constant(value) if value is not None else None
        if (value is not None and number is None) or number in seen:
            return "constant-not-plain"
        seen.add(number)
        start = start if values else case.start_byte
        values.append(number)
        inside = [child for child in case.named_children if child.type != "comment" and child != value]
        if not inside:
            continue
        last = inside[-1]
        if last.type not in _JUMPS or any(one.type == "declaration" for one in inside) or _is_nested(case):
            return "falls-through"
        found.append(_Arm(tuple(values), start, tail(unit, last)))
        values = []
    if values:
        return "empty-arm"
    if unit.comments(found[0].start if found else 0, unit.end(body)) and not _own_comments(unit, found, body):
        return "comment-between"
    return found


def _is_nested(case: Node) -> bool:
    """Whether a label of this switch stands deeper inside the arm."""
    stack = list(case.named_children)
    while stack:
        node = stack.pop()
        if node.type == "case_statement":
            return True
        if node.type != "switch_statement":
            stack += node.named_children
    return False


def _own_comments(unit: Unit, arms: list[_Arm], body: Node) -> bool:
    """Whether every comment of the switch stands within one of its arms."""
    inside = unit.comments(body.start_byte, unit.end(body))
    return all(any(arm.start <= c.start and c.end <= arm.end for arm in arms) for c in inside)


def _reordered(unit: Unit, arms: list[_Arm], order: list[_Arm]) -> Site | Refusal:
    """The switch with its arms in another order; what stands between them stays."""
    text = b""
    for place, arm in enumerate(order):
        text += unit.src[arm.start : arm.end]
        if place + 1 < len(arms):
            text += unit.src[arms[place].end : arms[place + 1].start]
    for arm in arms:
        if unit.src[unit.line_start(arm.start) : arm.start].strip():
            return Refusal(arm.start, "shares-its-line")
    return rebuilt(unit, arms[0].start, arms[-1].end, text)


@rewrite(
    family="branches",
    en="Put the cases of the switch into ascending order of their values",
    zh="switch 里的 case 按数值从小到大排列",
    changes=[
        (
            "void f(int n)\n{\n    switch (n) {\n    case 3:\n    case 4:\n        g(3); /* much */\n        break;\n"
            "    case 1:\n        h();\n        break;\n    default:\n        g(0);\n        break;\n    }\n}\n",
            "void f(int n)\n{\n    switch (n) {\n    case 1:\n        h();\n        break;\n    case 3:\n    case 4:\n"
            "        g(3); /* much */\n        break;\n    default:\n        g(0);\n        break;\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    switch (n) {\n    case 3:\n        g(3);\n    case 1:\n        h();\n        break;\n"
        "    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 1:\n        g(3);\n        break;\n    case 3:\n        h();\n"
        "        break;\n    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 3:\n        g(3);\n        break;\n    /* the rest */\n"
        "    case 1:\n"
        "        h();\n        break;\n    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 3:\n        if (g(3))\n            break;\n    case 1:\n"
        "        h();\n        break;\n    }\n}\n",
    ],
)
def cases_in_order(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Arms of a switch by their values, the default last.

    Sound: the values are distinct constants, so that at most one arm is chosen wherever it stands, and every arm ends
    in its own break, return or continue. Refuses an arm that falls through or declares names, labels, macros that may
    jump, and comments between the arms, which may speak of several.
    """
    for node in unit.walk("switch_statement"):
        arms = _arms(unit, node)
        if isinstance(arms, str):
            yield Refusal(node.start_byte, arms)
            continue
        order = sorted(arms, key=lambda arm: (arm.is_default, min((v for v in arm.values if v is not None), default=0)))
        if len(arms) > 1 and order != arms:
            yield _reordered(unit, arms, order)


@rewrite(
    family="branches",
    en="Swap two neighbouring cases of the switch",
    zh="交换 switch 中相邻的两个 case",
    changes=[
        (
            "int f(int n)\n{\n    switch (n) {\n    case 1:\n        h(); /* one */\n        break;\n    case 3:\n"
            "    case 4:\n"
            "        return 2;\n    default:\n        return 0;\n    }\n    return 1;\n}\n",
            "int f(int n)\n{\n    switch (n) {\n    case 3:\n    case 4:\n        return 2;\n    case 1:\n"
            "        h(); /* one */\n        break;\n    default:\n        return 0;\n    }\n    return 1;\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    switch (n) {\n    case 1:\n        g(3);\n    case 3:\n        h();\n        break;\n"
        "    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 1:\n        g(3);\n        break;\n    default:\n        h();\n"
        "        break;\n    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 1:\n        g(3);\n        break;\n    case 3: {\n"
        "        int k = 3;\n        g(k);\n    }\n    }\n}\n",
        "#define OUT break\nvoid f(int n)\n{\n    switch (n) {\n    case 1:\n        OUT;\n    case 3:\n        h();\n"
        "        break;\n    }\n}\n",
    ],
)
def cases_swapped(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Two neighbouring arms of a switch in the other order; the default stays where it is.

    Sound: as the ascending order: whichever arm is chosen is chosen wherever it stands, and none runs into the next.
    Refuses an arm that falls through or declares names, labels, macros that may jump, and comments between the arms.
    """
    for node in unit.walk("switch_statement"):
        arms = _arms(unit, node)
        if isinstance(arms, str):
            yield Refusal(node.start_byte, arms)
            continue
        for place, (one, other) in enumerate(pairwise(arms)):
            if not one.is_default and not other.is_default:
                yield _reordered(unit, arms, [*arms[:place], other, one, *arms[place + 2 :]])


@rewrite(
    family="branches",
    en="Put the default at the end of the switch",
    zh="把 default 放到 switch 的最后",
    changes=[
        (
            "int f(int n)\n{\n    switch (n) {\n    default:\n        h();\n        break;\n    case 3:\n"
            "        return 2;\n    case 1:\n        return 0;\n    }\n    return 1;\n}\n",
            "int f(int n)\n{\n    switch (n) {\n    case 3:\n        return 2;\n    case 1:\n        return 0;\n"
            "    default:\n        h();\n        break;\n    }\n    return 1;\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    switch (n) {\n    default:\n        g(3);\n    case 3:\n        h();\n        break;\n"
        "    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 3:\n        h();\n        break;\n    default:\n        g(3);\n"
        "        break;\n    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    default:\n        g(3);\n        break;\n    case 3:\n        h();\n"
        "    }\n}\n",
    ],
)
def default_last(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """The default arm of a switch at its end.

    Sound: the default is chosen when no case is, wherever it stands, and no arm runs into the next. Refuses an arm that
    falls through or declares names (the last one too, which would run into the default), labels, macros that may jump,
    and comments between the arms.
    """
    for node in unit.walk("switch_statement"):
        arms = _arms(unit, node)
        if isinstance(arms, str):
            yield Refusal(node.start_byte, arms)
        elif arms and any(arm.is_default for arm in arms[:-1]):
            yield _reordered(unit, arms, sorted(arms, key=lambda arm: arm.is_default))


@rewrite(
    family="branches",
    en="Put the labels that share an arm into ascending order",
    zh="同一分支的几个 case 标号按从小到大排列",
    changes=[
        (
            "void f(int n)\n{\n    switch (n) {\n    case 4:\n    case 3: /* few */\n        g(3);\n        break;\n"
            "    case 1: case 0:\n        h();\n    }\n}\n",
            "void f(int n)\n{\n    switch (n) {\n    case 3:\n    case 4: /* few */\n        g(3);\n        break;\n"
            "    case 1: case 0:\n        h();\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    switch (n) {\n    case 3:\n    case 4:\n        h();\n        break;\n    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 4: /* many */\n    case 3:\n        h();\n        break;\n"
        "    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 4:\n        g(1);\n    case 3:\n        h();\n"
        "        break;\n    }\n}\n",
    ],
)
def labels_in_order(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`case 4: case 3: S` as `case 3: case 4: S`.

    Sound: all of these labels mark the same statement. Refuses a default among them, values that are not known, labels
    with a statement or a comment between, and code within `#if`.
    """
    for body in unit.walk("compound_statement"):
        run: list[Node] = []
        for child in body.named_children:
            if child.type != "case_statement":
                run = []
                continue
            value = child.child_by_field_name("value")
            run.append(child)
            if sum(one.type != "comment" for one in child.named_children) == 1 and value is not None:
                continue
            group, run = run, []
            values = [one.child_by_field_name("value") for one in group]
            numbers = [unit.symbols.constant(one) if one is not None else None for one in values]
            ranks = [number or 0 for number in numbers]
            order = sorted(range(len(group)), key=ranks.__getitem__)
            known = [one for one in values if one is not None]
            if len(group) < 2 or order == list(range(len(group))):
                continue
            if None in numbers or len(set(numbers)) < len(numbers) or len(known) < len(values):
                yield Refusal(group[0].start_byte, "constant-not-plain")
            elif unit.comments(group[0].start_byte, group[-1].start_byte):
                yield Refusal(group[0].start_byte, "comment-between")
            else:
                yield _relabelled(unit, group[0].start_byte, known, order)


def _relabelled(unit: Unit, start: int, values: list[Node], order: list[int]) -> Site | Refusal:
    end = unit.end(values[-1])
    text, at = b"", start
    for place, value in enumerate(values):
        text += unit.src[at : value.start_byte] + unit.text(values[order[place]])
        at = unit.end(value)
    return rebuilt(unit, start, end, text + unit.src[at:end])


RULES = (cases_in_order, cases_swapped, default_last, labels_in_order)
