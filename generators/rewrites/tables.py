"""Lookup tables: a choice among constants as a switch or as a table that is indexed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout
from generators.rewrites.constant_arms import Switch, constant_switch, is_plain_target
from generators.rewrites.constant_tables import (
    Table,
    above,
    code_word,
    gone,
    is_told,
    is_visible,
    named,
    smallest,
    subscripts,
    table_text,
    tables,
    worded,
)
from generators.rewrites.indexes import bounds, within
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import RELATION, condition_of, sides, spelt

_LEAST, _MOST = 3, 32  # constants that make a table of a switch worth while, and what fits a screen
_ARMS = 8  # elements of a table that a person would write as cases


@rewrite(
    family="tables",
    en="Replace the switch over constants with a lookup table",
    zh="把只返回常量的 switch 改成查表",
    changes=[
        (
            "#include <8052.h>\n\nunsigned char f(unsigned char n)\n{\n    switch (n) {\n    case 0:\n"
            "        return 7;\n    case 1:\n        return 5; /* odd */\n    case 2:\n    case 3:\n"
            "        return 9;\n    default:\n        return 0;\n    }\n}\n",
            "#include <8052.h>\n\nstatic const __code unsigned char f_table[4] = {\n    7,\n    5, /* odd */\n    9,\n"
            "    9\n};\n\nunsigned char f(unsigned char n)\n{\n    if (n < 4)\n        return f_table[n];\n"
            "    return 0;\n}\n",
        ),
        (
            "#include <stdint.h>\n\nuint8_t rate;\n\nvoid f(uint8_t n)\n{\n    switch (n & 3) {\n    case 0:\n"
            "        rate = 10;\n        break;\n    case 1:\n        rate = 20;\n        break;\n    case 2:\n"
            "        rate = 40;\n        break;\n    default:\n        rate = 80;\n        break;\n    }\n}\n",
            "#include <stdint.h>\n\nuint8_t rate;\n\nstatic const uint8_t rate_table[4] = {10, 20, 40, 80};\n\n"
            "void f(uint8_t n)\n{\n    rate = rate_table[n & 3];\n}\n",
        ),
    ],
    keeps=[
        "int g(void);\nint f(unsigned char n)\n{\n    switch (n) {\n    case 0:\n        return 1;\n    case 1:\n"
        "        return g();\n    case 2:\n        return 3;\n    default:\n        return 0;\n    }\n}\n",
        "int f(unsigned char n)\n{\n    switch (n) {\n    case 1:\n        return 1;\n    case 60:\n        return 2;\n"
        "    case 200:\n        return 3;\n    default:\n        return 0;\n    }\n}\n",
        "#include <8052.h>\nint f(void)\n{\n    switch (P1) {\n    case 0:\n        return 1;\n    case 1:\n"
        "        return 2;\n    case 2:\n        return 3;\n    default:\n        return 0;\n    }\n}\n",
        "#include <stdint.h>\nuint8_t f(uint16_t n)\n{\n    switch ((n + 40000u) >> 14) {\n    case 0:\n"
        "        return 1;\n    case 1:\n        return 2;\n    case 2:\n        return 3;\n    default:\n"
        "        return 4;\n    }\n}\n",
        "int a, b;\nvoid f(unsigned char n)\n{\n    switch (n) {\n    case 0:\n        a = 1;\n        break;\n"
        "    case 1:\n        b = 2;\n        break;\n    case 2:\n        a = 3;\n        break;\n    }\n}\n",
        "unsigned char a;\nvoid f(unsigned char n)\n{\n    switch (n) {\n    case 0:\n        a = 1;\n    case 1:\n"
        "        a = 2;\n        break;\n    case 2:\n        a = 3;\n        break;\n    }\n}\n",
        "#include <reg51.h>\nsbit LED = P1^0;\nunsigned char f(unsigned char n)\n{\n    switch (n) {\n    case 0:\n"
        "        return 1;\n    case 1:\n        return 2;\n    case 2:\n        return 3;\n    default:\n"
        "        return 0;\n    }\n}\n",
    ],
)
def switch_to_table(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A switch whose cases, which count up from 0 or 1, return constants or set the same variable to constants, as a
    `static const` table of them; what the default does stays, behind a test of the index.

    Sound: each constant is converted to the same type as before, the test lets exactly the indexes of the table pass,
    and the index is only read again where reading it does nothing. Refuses cases far apart, arms that do anything
    else, volatile values that would be read twice, values that do not fit, comments with no place in the table, a
    variable that is the choice itself (a state machine), functions that keep time, and Keil's dialect.
    """
    for node in unit.walk("switch_statement"):
        found = constant_switch(unit, node)
        if isinstance(found, str):
            yield Refusal(node.start_byte, found)
        elif any(unit.text(t) == unit.text(found.subject) for t in found.targets):
            yield Refusal(node.start_byte, "sets-its-own-choice")
        elif len(found.targets) > 1:
            yield Refusal(node.start_byte, "sets-several")
        else:
            yield as_table(unit, context, found, "table")


def as_table(unit: Unit, context: Context, switch: Switch, ending: str) -> Site | Refusal:
    """The switch as tables, one for each variable that it sets, and the statements that read them."""
    node, start = switch.node, switch.node.start_byte
    place, space = above(unit, node), code_word(unit)
    if place is None or space is None:
        return Refusal(start, "no-place")
    if keeps_time(unit, node):
        return Refusal(start, "timing-function")
    if unit.in_opaque(start, unit.end(node)) or unit.src[unit.line_start(start) : start].strip():
        return Refusal(start, "not-plain")
    rows = _rows(unit, switch)
    if rows is None:
        return Refusal(start, "not-dense")
    reach = bounds(unit, switch.subject)
    if reach is None:
        return Refusal(start, "value-not-plain")
    covered = reach[0] >= 0 and reach[1] < len(rows)
    reads = len(switch.targets or (node,)) + (not covered)
    if reads > 1 and not (unit.symbols.pure(switch.subject) and _is_variable(switch.subject)):
        return Refusal(start, "read-twice")
    used = [value for row in rows for value in row]
    if not all(is_visible(unit, value, place) for value in used):
        return Refusal(start, "value-not-visible")
    names: list[bytes] = []
    texts: list[bytes] = []
    for index, target in enumerate(switch.targets or (None,)):
        column = [row[index] for row in rows]
        name = _name(unit, context, switch, target, ending)
        kind = _kind(unit, switch, target, column)
        if name is None or kind is None or name in names:
            return Refusal(start, "no-name-or-type")
        remarks = [switch.remarks.get(i, b"") for i in range(len(rows))] if index == 0 else []
        if index == 0 and sum(map(bool, remarks)) != len(switch.remarks):
            return Refusal(start, "comment-in-the-way")
        head = b"static const " + space + kind + b" " + name + b"[%d]" % len(rows)
        names.append(name)
        texts.append(table_text(unit, context.style, head, [unit.text(v) for v in column], remarks))
    if switch.default is not None and switch.default.remark:
        return Refusal(start, "comment-in-the-way")
    text = _reading(unit, context, switch, names, len(rows), covered, reach[0] >= 0)
    above_it = unit.newline.join(texts) + unit.newline * 2
    return Site((Edit(place, place, above_it), Edit(start, unit.end(node), text)), (("new", names[-1].decode()),))


def _is_variable(node: Node) -> bool:
    return node.type in ("identifier", "field_expression")


def _rows(unit: Unit, switch: Switch) -> list[tuple[Node, ...]] | None:
    """What each index from 0 on gives, the default's values in a hole; None where the cases are no such range."""
    numbers = sorted(switch.values)
    if not _LEAST <= len(numbers) <= _MOST or numbers[0] not in (0, 1):
        return None
    top, reach = numbers[-1], bounds(unit, switch.subject)
    if switch.others and reach is not None and reach[0] >= 0 and reach[1] == top + 1:
        top += 1  # the default is the last case by another name
    holes = top + 1 - len(numbers)
    if holes and (not switch.others or holes - numbers[0] > max(1, len(numbers) // 4)):
        return None
    return [switch.values.get(i, switch.others) for i in range(top + 1)]


def _kind(unit: Unit, switch: Switch, target: Node | None, values: Sequence[Node]) -> bytes | None:
    numbers = [n for v in values if (n := unit.symbols.constant(v)) is not None]
    if target is not None:
        t = unit.symbols.type_of(target)
    else:
        function = unit.enclosing_function(switch.node)
        symbol = unit.symbols.lookup(unit.function_name(function)) if function is not None else None
        t = symbol.type.of if symbol is not None and symbol.type is not None else None
    if t is None or t.kind != "int" or len(numbers) != len(values):
        return None
    return smallest(unit, numbers, t)


def _name(unit: Unit, context: Context, switch: Switch, target: Node | None, ending: str) -> bytes | None:
    function = unit.enclosing_function(switch.node)
    if target is None:
        own = worded(unit.function_name(function)) if function is not None else []
        return named(unit, context, switch.node, [*own, "table"] if own else [], [*own, "values"] if own else [])
    what = worded(unit.text(target).rpartition(b".")[2]) or [unit.text(target).decode("utf-8", "replace").lower()]
    of = worded(unit.text(switch.subject).rpartition(b".")[2]) if _is_variable(switch.subject) else []
    if unit.text(target) == unit.text(switch.subject):
        return named(unit, context, switch.node, ["next", *what], [*what, "after"])
    pair = [*what, "of", *of] if ending == "state" and of else []
    return named(unit, context, switch.node, pair, [*what, "table"], [*what, "values"])


def _reading(
    unit: Unit, context: Context, switch: Switch, names: list[bytes], length: int, covered: bool, natural: bool
) -> bytes:
    """`if (x < n) return t[x]; return d;` and its like."""
    layout = Layout.of(unit, context.style)
    indent = unit.indent(switch.node.start_byte)
    index = unit.text(switch.subject)
    reads = [name + b"[" + index + b"]" for name in names]
    if not switch.targets:
        then = b"return " + reads[0] + b";"
    else:
        then = b"\n".join(unit.text(t) + b" = " + read + b";" for t, read in zip(switch.targets, reads, strict=True))
    if covered:
        return layout.lines(*then.split(b"\n"), indent=indent)
    operand = spelt(unit, switch.subject).within(RELATION + 1)
    test = operand + b" < %d" % length
    test = test if natural else operand + b" >= 0 && " + test
    head = layout.head(b"if", test)
    other = b""
    if switch.default is not None:
        other = b"\n".join(unit.text(s) for s in switch.default.statements)
    braces = layout.braces_all or b"\n" in then
    text = layout.block(head, then, indent) if braces else head + layout.newline + indent + layout.step + then
    if not other:
        return text
    if not switch.targets:
        return text + layout.newline + indent + other
    joint = b" " if braces and not layout.else_own_line else layout.newline + indent
    if braces:
        return text + joint + layout.block(b"else", other, indent)
    return text + joint + b"else" + layout.newline + indent + layout.step + other


@rewrite(
    family="tables",
    en="Write the small lookup table out as a switch",
    zh="把小的查找表改写成 switch",
    changes=[
        (
            "static const unsigned char t[3] = {7, 5, 9};\n\nunsigned char f(unsigned char n)\n{\n    if (n < 3)\n"
            "        return t[n];\n    return 0;\n}\n",
            "unsigned char f(unsigned char n)\n{\n    switch (n) {\n    case 0:\n        return 7;\n    case 1:\n"
            "        return 5;\n    case 2:\n        return 9;\n    }\n    return 0;\n}\n",
        ),
        (
            "static const unsigned char t[4] = {7, 5, 5, 3};\nunsigned char a;\n\nvoid f(unsigned char n)\n{\n"
            "    a = t[n & 3];\n}\n",
            "unsigned char a;\n\nvoid f(unsigned char n)\n{\n    switch (n & 3) {\n    case 0:\n        a = 7;\n"
            "        break;\n    case 1:\n    case 2:\n        a = 5;\n        break;\n"
            "    default:\n        a = 3;\n        break;\n    }\n}\n",
        ),
    ],
    keeps=[
        "static const unsigned char t[3] = {7, 5, 9};\nunsigned char f(unsigned char n)\n{\n    return t[n];\n}\n",
        "static const unsigned char t[3] = {7, 5, 9};\nunsigned char f(unsigned char n)\n{\n    if (n > 2)\n"
        "        return 0;\n    n++;\n    return t[n];\n}\n",
        "static const unsigned char t[3] = {7, 5, 9};\nconst unsigned char *f(unsigned char n)\n{\n    if (n < 3)\n"
        "        return &t[n];\n    return 0;\n}\n",
        "static const unsigned char t[2] = {7, 5};\nunsigned char f(unsigned char n)\n{\n"
        "    return t[n & 1] + t[0];\n}\n",
        "static unsigned char t[2] = {7, 5};\nunsigned char f(unsigned char n)\n{\n    return t[n & 1];\n}\n",
        "static const unsigned char t[2] = {7, 5};\nvoid f(unsigned char n)\n{\n    n += t[n & 1];\n}\n",
    ],
)
def table_to_switch(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A table of up to eight constants with one reader, `return t[i];` or `v = t[i];`, as a switch over the index.

    Sound: the index is surely one of the table's, so that one case is taken, the last of which may be the default; the
    index is read once and each constant converted as the element was. Refuses an index that might be outside, other
    uses of the table, tables that the harness sees, comments in it, a choice that is its own variable (a state
    machine), and functions that keep time.
    """
    for table in tables(unit):
        read = only_read(unit, table)
        if read is None or not table.element.integer:
            continue
        if table.symbol.name.decode() in context.held:
            yield Refusal(read.start_byte, "used-by-the-harness")
            continue
        statement = read.parent
        target = statement.child_by_field_name("left") if statement is not None else None
        if target is not None and unit.text(target) == unit.text(index_of(read)):
            yield Refusal(read.start_byte, "sets-its-own-choice")
            continue
        bodies = arms_of_table(unit, table, read)
        if bodies is None:
            yield Refusal(read.start_byte, "value-not-plain")
        else:
            yield as_switch(unit, context, table, read, bodies, {})


def only_read(unit: Unit, table: Table) -> Node | None:
    """The one `t[i]` that a small table has, where it is all that is returned or assigned."""
    found = subscripts(unit, table.symbol)
    if found is None or len(found) != 1 or not 2 <= len(table.elements) <= _ARMS:
        return None
    read, parent = found[0], found[0].parent
    if parent is None or parent.type not in ("return_statement", "assignment_expression"):
        return None
    if parent.type == "return_statement":
        return read
    holder, left = parent.parent, parent.child_by_field_name("left")
    if holder is None or holder.type != "expression_statement" or operator(parent) != b"=" or left is None:
        return None
    return read if parent.child_by_field_name("right") == read and is_plain_target(unit, left) else None


def index_of(read: Node) -> Node:
    """The index of a subscript."""
    index = read.child_by_field_name("index")
    assert index is not None
    return stripped(index)


def as_switch(
    unit: Unit, context: Context, table: Table, read: Node, bodies: Sequence[bytes], labels: dict[int, bytes]
) -> Site | Refusal:
    """The statement that reads the table at `read` as a switch of these arms; `labels` are names for its indexes."""
    index, length = index_of(read), len(table.elements)
    statement = unit.enclosing_statement(read)
    edit = None if is_told(unit, table.symbol.name) else gone(unit, table.declaration)
    effects = unit.symbols.effects(index)
    if statement is None or edit is None:
        return Refusal(read.start_byte, "declaration-not-plain")
    if not within(unit, index, length):
        return Refusal(read.start_byte, "index-may-be-outside")
    if effects.writes or effects.calls or effects.unknown:
        return Refusal(read.start_byte, "value-not-plain")
    if keeps_time(unit, statement):
        return Refusal(read.start_byte, "timing-function")
    guard = _guard(unit, statement, index, length)
    outer = guard if guard is not None else statement
    start, end = outer.start_byte, unit.end(outer)
    if unit.in_opaque(start, end) or unit.comments(start, end) or unit.src[unit.line_start(start) : start].strip():
        return Refusal(read.start_byte, "not-plain")
    layout = Layout.of(unit, context.style)
    lines: list[bytes] = []
    for number, body in enumerate(bodies):
        default = guard is None and all(one == bodies[-1] for one in bodies[number:])
        if not default:
            lines.append(b"case " + labels.get(number, b"%d" % number) + b":")
        elif number + 1 == length:
            lines.append(b"default:")
        if number + 1 == length or bodies[number + 1] != body:
            lines += [layout.step + line for line in body.split(b"\n")]
    indent = unit.indent(start)
    if layout.case_step:
        lines = [layout.case_step + line for line in lines]
    opening = layout.block(layout.head(b"switch", unit.text(index)), b"", indent)
    opening = opening[: -len(layout.newline + indent + b"}")]
    text = opening + layout.newline + layout.indented(b"\n".join(lines), indent) + layout.newline + indent + b"}"
    return Site((edit, Edit(start, end, text)), (("name", table.symbol.name.decode()),))


def arms_of_table(unit: Unit, table: Table, read: Node) -> list[bytes] | None:
    """What each element is returned or assigned by; None where one does not fit its type."""
    held = table.element.range() or (0, 0)
    left = read.parent.child_by_field_name("left") if read.parent is not None else None
    found: list[bytes] = []
    for node in table.elements:
        value = unit.symbols.constant(node)
        if value is None or not held[0] <= value <= held[1]:
            return None
        text = unit.text(node) + b";"
        found.append(b"return " + text if left is None else unit.text(left) + b" = " + text + b"\nbreak;")
    return found


def _guard(unit: Unit, statement: Node, index: Node, length: int) -> Node | None:
    """The `if (i < n)` that only guards this statement, which the cases of a switch do as well."""
    holder: Node | None = statement.parent
    if holder is not None and holder.type == "compound_statement" and holder.named_child_count == 1:
        holder = holder.parent
    if holder is None or holder.type != "if_statement" or holder.child_by_field_name("alternative") is not None:
        return None
    condition = condition_of(holder)
    found = sides(condition) if condition is not None else None
    if found is None or found[1] != b"<" or unit.text(stripped(found[0])) != unit.text(index):
        return None
    t = unit.symbols.type_of(index)
    if index.type != "identifier" or t is None or t.signed or unit.symbols.constant(found[2]) != length:
        return None
    return holder


RULES = (switch_to_table, table_to_switch)
