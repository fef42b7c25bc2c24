"""Faults of loops and branches: the stray semicolon, the missing brace, the wait without a bound."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import dropped, field, meant, nodes, replaced, shown, within

_LOOPS = ("while_statement", "for_statement")


def _body(node: Node) -> Node:
    return field(node, "consequence" if node.type == "if_statement" else "body")


def _head(unit: Unit, node: Node) -> str:
    """`if (x)`, `while (x)` or `for (...)` without its body."""
    text = unit.src[node.start_byte : _body(node).start_byte]
    return " ".join(re.sub(r"/\*.*?\*/|//[^\n]*", "", text.decode("utf-8", "replace"), flags=re.DOTALL).split())


@operator(
    "semicolon-after-head",
    "behaviour",
    "control-flow",
    "a semicolon ends the statement right behind its head",
    "语句头后面多了一个分号，语句就此结束",
)
def semicolon_after_head(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`if (x);` or `for (...);`: the body belongs to nobody and runs once, whatever the condition says."""
    for node in nodes(unit, "if_statement", *_LOOPS):
        body = _body(node)
        if unit.text(body) == b";" or node.child_by_field_name("alternative") is not None:
            continue
        end = field(node, "condition").end_byte if node.type != "for_statement" else _closing(unit, node)
        head = _head(unit, node)
        case = node.type.partition("_")[0]
        yield Mutation((Edit(end, end, b";"),), head, f"{head};", case, (("head", head),))


def _closing(unit: Unit, node: Node) -> int:
    brackets = [child for child in node.children if unit.text(child) == b")"]
    return brackets[-1].end_byte


@operator(
    "missing-braces",
    "behaviour",
    "control-flow",
    "the braces are missing, so only the first statement belongs to the condition",
    "少了花括号，只有第一条语句受条件控制",
)
def missing_braces(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """Two indented statements under an `if` or a loop without braces: the second one slips out."""
    for node in nodes(unit, "if_statement", *_LOOPS):
        body = _body(node)
        inside = [n for n in body.named_children if n.type != "comment"]
        simple = ("expression_statement", "return_statement", "break_statement")
        if body.type != "compound_statement" or len(inside) < 2 or inside[0].type not in simple:
            continue
        line, end = unit.line_start(body.end_byte - 1), body.end_byte
        alone = unit.src[line:end].strip() == b"}" and unit.src[end : end + 1] == b"\n"
        if node.child_by_field_name("alternative") is not None or not alone:
            continue
        if any(n.type == "declaration" for n in inside) or unit.line(inside[0].start_byte) == unit.line(line):
            continue
        open_at = body.start_byte - (unit.src[body.start_byte - 1 : body.start_byte] == b" ")
        head = _head(unit, node)
        facts = (("head", head), ("first", shown(unit, inside[0])), ("second", shown(unit, inside[1])))
        edits = (Edit(open_at, body.start_byte + 1, b""), Edit(line, end + 1, b""))
        yield Mutation(edits, f"{head} {{", head, "if" if node.type == "if_statement" else "loop", facts)


@operator(
    "dangling-else",
    "behaviour",
    "control-flow",
    "the braces are missing, so the `else` belongs to the inner `if`",
    "少了花括号，`else` 与里层的 `if` 配对了",
)
def dangling_else(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`if (a) if (b) x; else y;`: the `else` goes with the nearest `if`, whatever the indentation says."""
    for node in nodes(unit, "if_statement"):
        other, body = node.child_by_field_name("alternative"), field(node, "consequence")
        inside = [n for n in body.named_children if n.type != "comment"]
        if other is None or body.type != "compound_statement" or [n.type for n in inside] != ["if_statement"]:
            continue
        if inside[0].child_by_field_name("alternative") is not None:
            continue
        open_at = body.start_byte - (unit.src[body.start_byte - 1 : body.start_byte] == b" ")
        close = (body.end_byte - 1, other.start_byte)
        facts = (("outer", _head(unit, node)), ("inner", _head(unit, inside[0])))
        edits = (Edit(open_at, body.start_byte + 1, b""), Edit(*close, b""))
        yield Mutation(edits, f"{facts[0][1]} {{", facts[0][1], "", facts)


@operator("missing-else", "behaviour", "control-flow", "an `else` is missing", "漏了 `else`")
def missing_else(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`if … if` for `if … else if`: the second condition is asked although the first one held."""
    for node in nodes(unit, "else_clause"):
        inside = node.named_children[0] if node.named_child_count else None
        parent = node.parent
        if inside is None or parent is None:
            continue
        # On a line of its own, as one writes two separate ifs.
        gap = unit.newline + unit.indent(parent.start_byte)
        facts = (("outer", _head(unit, parent)),)
        if inside.type == "if_statement" and _both_may_hold(unit, parent, inside):
            edit = Edit(node.start_byte, inside.start_byte, b"")
            if unit.src[: node.start_byte].endswith(b"} "):
                edit = Edit(node.start_byte - 1, inside.start_byte, gap)
            yield Mutation((edit,), f"else {_head(unit, inside)}", _head(unit, inside), "if", facts)


def _both_may_hold(unit: Unit, one: Node, other: Node) -> bool:
    """Whether the second condition may hold after the first branch: it asks for something else, or for what changed."""
    asked = [unit.symbols.effects(field(node, "condition")).reads for node in (one, other)]
    done = unit.symbols.effects(field(one, "consequence"))
    return not asked[0] & asked[1] or bool(done.writes & asked[1])


@operator(
    "if-for-while",
    "behaviour",
    "control-flow",
    "an `if` asks only once where a loop has to",
    "该循环判断的地方只用 `if` 判断了一次",
)
def if_for_while(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`if (!TI)` for `while (!TI)`: asked once, not until it is true."""
    for node in nodes(unit, "while_statement"):
        leaves = next(unit.walk("break_statement", "continue_statement", under=node), None)
        empty = unit.text(field(node, "body")) in (b";", b"{}")
        if leaves is None:
            edit = Edit(node.start_byte, node.start_byte + len(b"while"), b"if")
            head = _head(unit, node)
            condition = shown(unit, field(node, "condition"))[1:-1]
            facts = (("condition", condition),)
            yield Mutation((edit,), head, f"if{head[len('while') :]}", "wait" if empty else "loop", facts)


@operator("missing-timeout", "behaviour", "control-flow", "the wait has no bound", "等待没有超时限制")
def missing_timeout(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """A loop that waits for the hardware without giving up, or that tries again and again for ever."""
    yield from _waits(unit)
    for node in nodes(unit, "for_statement"):
        limit = node.child_by_field_name("condition")
        if limit is not None and _way_out(unit, field(node, "body")):
            facts = (("condition", _head(unit, node)), ("bound", shown(unit, limit)))
            edit = Edit(limit.start_byte, limit.end_byte, b"")
            yield Mutation((edit,), shown(unit, limit), "", "tries", facts)
    for node in nodes(unit, "while_statement", "do_statement"):
        condition = field(node, "condition")
        inner = condition.named_children[0] if condition.named_child_count == 1 else None
        if inner is None or inner.type != "binary_expression" or unit.text(field(inner, "operator")) != b"&&":
            continue
        left, right = field(inner, "left"), field(inner, "right")
        if re.fullmatch(rb"--\w+|\w+--", unit.text(right)):
            edit = Edit(unit.end(left), unit.end(right), b"")
            yield within(unit, inner, (edit,), "count", condition=shown(unit, left), bound=shown(unit, right))


def _waits(unit: Unit) -> Iterator[Mutation]:
    """`while (busy) { if (--n == 0) return 0; }` without what leaves it."""
    for node in nodes(unit, "while_statement"):
        body = field(node, "body")
        inside = [n for n in body.named_children if n.type != "comment"]
        if body.type != "compound_statement" or [n.type for n in inside] != ["if_statement"]:
            continue
        waits = any(
            (symbol := unit.symbols.lookup(meant(unit, unit.text(name)))) is not None and symbol.is_register
            for name in unit.walk("identifier", under=field(node, "condition"))
        )
        if waits and _way_out(unit, inside[0]) and inside[0].child_by_field_name("alternative") is None:
            bound = shown(unit, inside[0])
            facts = (("condition", shown(unit, field(node, "condition"))[1:-1]), ("bound", bound))
            yield Mutation((Edit(body.start_byte, body.end_byte, b";"),), bound, "", "", facts)


def _way_out(unit: Unit, node: Node) -> bool:
    return next(unit.walk("return_statement", "break_statement", under=node), None) is not None


@operator(
    "wrong-loop-variable", "behaviour", "control-flow", "the variable of the other loop is used", "用错了循环变量"
)
def wrong_loop_variable(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """In nested loops the counter of the outer one where the inner one's belongs, or the other way round."""
    for outer in nodes(unit, "for_statement"):
        for inner in nodes(unit, "for_statement", under=field(outer, "body")):
            names = [_counter(unit, loop) for loop in (outer, inner)]
            if not all(names) or names[0] == names[1]:
                continue
            places = [*unit.walk("identifier", under=inner)]
            for node in places:
                if unit.text(node) in names:
                    was = names.index(unit.text(node))
                    facts = {"outer": names[0].decode(), "inner": names[1].decode()}
                    statement = unit.enclosing_statement(node)
                    case = "head" if statement is not None and statement.id == inner.id else "body"
                    yield replaced(unit, node, names[1 - was], case, **facts)


def _counter(unit: Unit, loop: Node) -> bytes:
    update = loop.child_by_field_name("update")
    if update is None:
        return b""
    name = next((n for n in unit.walk("identifier", under=update)), None)
    return unit.text(name) if name is not None else b""


@operator(
    "never-started",
    "behaviour",
    "control-flow",
    "a loop variable does not start where it should",
    "循环变量没有从该开始的地方开始",
)
def never_started(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The statement in front of a loop that sets its counter is forgotten."""
    for node in nodes(unit, "while_statement", "do_statement"):
        before = node.prev_named_sibling
        if before is None or before.type != "expression_statement" or not before.named_child_count:
            continue
        setting = before.named_children[0]
        if setting.type != "assignment_expression" or field(setting, "left").type != "identifier":
            continue
        name = unit.text(field(setting, "left"))
        if any(unit.text(n) == name for n in unit.walk("identifier", under=node)):
            yield dropped(unit, before, "", target=name.decode("utf-8", "replace"))
