"""Formulas: a table whose values follow one, and a formula over a few values."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import INT, INT8, UINT, UINT8, promoted
from corpus.source.edits import Edit
from corpus.source.expressions import inner, operator
from corpus.source.unit import Unit
from generators.rewrites.constant_tables import (
    Table,
    above,
    code_word,
    gone,
    is_told,
    named,
    spelled,
    subscripts,
    table_text,
    tables,
    worded,
)
from generators.rewrites.indexes import bounds, within
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.tables import index_of
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import is_torn, sides, spelt

_LEAST, _MOST = 3, 16  # values of a table in place of a formula
_OPEN = frozenset({"parenthesized_expression", "argument_list", "return_statement", "init_declarator",
                   "assignment_expression", "subscript_expression"})  # fmt: skip
_SUM, _PRODUCT, _UNARY = 11, 12, 13


@rewrite(
    family="tables",
    en="Compute the values instead of looking them up; the table follows a simple formula",
    zh="这张表的值有规律，改成直接计算，不再查表",
    changes=[
        (
            "static const unsigned char at[4] = {0x80, 0x90, 0xA0, 0xB0};\n\nint f(unsigned char n)\n{\n"
            "    return at[n & 3] | 1;\n}\n",
            "int f(unsigned char n)\n{\n    return ((n & 3) * 16 + 128) | 1;\n}\n",
        ),
        (
            "#include <stdint.h>\n\nstatic const uint16_t at[3] = {40000, 30000, 20000};\n\nuint16_t f(uint8_t n)\n{\n"
            "    return n < 3 ? at[n] : 0;\n}\n",
            "#include <stdint.h>\n\nuint16_t f(uint8_t n)\n{\n"
            "    return n < 3 ? (uint16_t)(40000u - n * 10000u) : 0;\n}\n",
        ),
    ],
    keeps=[
        "static const unsigned char t[3] = {1, 3, 6};\nint f(unsigned char n)\n{\n    if (n > 2)\n        return 0;\n"
        "    return t[n];\n}\n",
        "static const unsigned char t[4] = {0, 5, 10, 15};\nint f(unsigned char n)\n{\n    return t[n];\n}\n",
        "static const unsigned char t[4] = {0, 5, 10, 15};\nint f(unsigned char n)\n{\n    n &= 3;\n"
        "    return sizeof t[0] + t[n & 3];\n}\n",
        "static const unsigned char t[4] = {9, 9, 9, 9};\nint f(unsigned char n)\n{\n    return t[n & 3];\n}\n",
    ],
)
def table_to_formula(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A table whose values are a * i + b as that formula at each use; the table goes away.

    Sound: every index is surely in the table, no step of the formula leaves the target's 16-bit `int`, and a cast gives
    the element's type where the formula's own is another. Refuses an index that might be outside, other uses of the
    table, long elements, comments beside it, tables that the harness sees, bit masks, and functions that keep time.
    """
    for table in tables(unit):
        line = _line(unit, table)
        if line is None:
            continue
        start, reads, edit = table.declaration.start_byte, subscripts(unit, table.symbol), gone(unit, table.declaration)
        if not reads or edit is None or is_told(unit, table.symbol.name):
            yield Refusal(start, "not-only-read")
        elif table.symbol.name.decode() in context.held:
            yield Refusal(start, "used-by-the-harness")
        elif not all(within(unit, index_of(read), len(table.elements)) for read in reads):
            yield Refusal(start, "index-may-be-outside")
        elif any(keeps_time(unit, read) for read in reads):
            yield Refusal(start, "timing-function")
        elif any(unit.in_opaque(n.start_byte, n.end_byte) or unit.comments(n.start_byte, n.end_byte) for n in reads):
            yield Refusal(start, "not-plain")
        else:
            texts = [_computed(unit, table, read, *line) for read in reads]
            if any(text is None for text in texts):
                yield Refusal(start, "value-not-plain")
                continue
            places = zip(reads, texts, strict=True)
            uses = (Edit(n.start_byte, unit.end(n), text) for n, text in places if text is not None)
            yield Site((edit, *uses), (("name", table.symbol.name.decode()),))


def _line(unit: Unit, table: Table) -> tuple[int, int] | None:
    """(a, b) where every element i is a * i + b and fits its type."""
    found = [unit.symbols.constant(n) for n in table.elements]
    values = [v for v in found if v is not None]
    held = table.element.range()
    if len(values) != len(found) or len(values) < _LEAST or held is None or table.element.width > 16:
        return None
    if table.element.kind != "int" or any(not held[0] <= v <= held[1] for v in values):
        return None
    step = values[1] - values[0]
    return (step, values[0]) if step and values == [step * i + values[0] for i in range(len(values))] else None


def _computed(unit: Unit, table: Table, read: Node, step: int, first: int) -> bytes | None:
    index = index_of(read)
    t = promoted(unit.symbols.type_of(index))
    effects = unit.symbols.effects(index)
    if t not in (INT, UINT) or is_torn(unit, index) or effects.writes or effects.calls or effects.unknown:
        return None
    if any(unit.text(n) == table.symbol.name for n in unit.walk("identifier", under=index)):
        return None
    top = max(abs(step) * (len(table.elements) - 1), abs(first))
    wide = table.element.plain() == UINT
    if top > 0x7FFF and not wide:
        return None
    mark = b"u" if wide and top > 0x7FFF else b""
    size = abs(step)
    turn = spelt(unit, index).within(_UNARY if size != 1 else _SUM)
    product = turn if size == 1 else turn + b" * %d" % size + mark
    if step < 0:
        text, binds = b"%d" % first + mark + b" - " + product, _SUM
        if first < 0:
            return None
    elif first:
        text, binds = product + (b" + %d" if first > 0 else b" - %d") % abs(first) + mark, _SUM
    else:
        text, binds = product, _PRODUCT if size != 1 else spelt(unit, index).binds
    exact = t == INT and not mark and table.element.plain() in (UINT8, INT8, INT)
    if not exact:
        kind = spelled(unit, table.element)
        return b"(" + kind + b")(" + text + b")" if kind is not None else None
    parent = read.parent
    if parent is not None and parent.type in _OPEN:
        return text
    return text if binds > _UNARY else b"(" + text + b")"


@rewrite(
    family="tables",
    en="Precompute the values into a table; the index has only a few values",
    zh="下标只有几个取值，把计算结果预先列成表",
    changes=[
        (
            "#include <8052.h>\n#include <stdint.h>\n\nuint8_t angle;\n\nvoid f(uint8_t n)\n{\n"
            "    angle = (n & 3) * 45 + 30;\n}\n",
            "#include <8052.h>\n#include <stdint.h>\n\nuint8_t angle;\n\n"
            "static const __code uint8_t angle_table[4] = {30, 75, 120, 165};\n\nvoid f(uint8_t n)\n{\n"
            "    angle = angle_table[n & 3];\n}\n",
        ),
    ],
    keeps=[
        "int a;\nvoid f(unsigned char n)\n{\n    a = n * 45 + 30;\n}\n",
        "int a;\nvoid f(unsigned char n)\n{\n    a = (n & 3) + 30;\n}\n",
        "int a;\nvoid f(unsigned char n, unsigned char m)\n{\n    a = (n & 3) * (m & 1);\n}\n",
        "long a;\nvoid f(unsigned char n)\n{\n    a = (n & 3) * 45L;\n}\n",
        "int a;\nvoid f(unsigned char n)\n{\n    a = (n & 3) * 20000;\n}\n",
        "int g(void);\nint a;\nvoid f(void)\n{\n    a = (g() & 3) * 45;\n}\n",
    ],
)
def formula_to_table(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`v = (n & 3) * 45 + 30;` as `v = table[n & 3];`: a product, quotient or remainder over an index of a few values.

    Sound: each value was computed here as the target's 16-bit `int` would, none leaves it, and the element is promoted
    to the same `int`. Refuses an index whose values are not known to be few and from 0 on, two variables, effects,
    other types than `int`, functions that keep time, and Keil's dialect.
    """
    for node in unit.walk("assignment_expression", "return_statement"):
        value = node.child_by_field_name("right") if node.type == "assignment_expression" else inner(node)
        if value is None or (node.type == "assignment_expression" and operator(node) != b"="):
            continue
        index = _index(unit, value)
        if index is None:
            continue
        found = _precomputed(unit, context, node, value, index)
        yield Refusal(node.start_byte, found) if isinstance(found, str) else found


def _index(unit: Unit, value: Node) -> Node | None:
    """What a formula computes with: the one part that is not constant, below its products and sums."""
    at, products = value, 0
    while True:
        while at.type == "parenthesized_expression" and (within_it := inner(at)) is not None:
            at = within_it
        parts = sides(at)
        if parts is None or parts[1] not in (b"+", b"-", b"*", b"/", b"%"):
            break
        left, sign, right = parts
        fixed = [unit.symbols.constant(side) is not None for side in (left, right)]
        if fixed == [True, True] or fixed == [False, False]:
            break
        products += sign in (b"*", b"/", b"%")
        at = left if fixed[1] else right
    return at if products and unit.symbols.constant(at) is None else None


def _precomputed(unit: Unit, context: Context, node: Node, value: Node, index: Node) -> Site | str:
    names = {unit.text(n) for n in unit.walk("identifier", under=index)}
    reach, effects = bounds(unit, index), unit.symbols.effects(index)
    if effects.writes or effects.calls or effects.unknown or is_torn(unit, value) or not names:
        return "value-not-plain"
    if reach is None or reach[0] < 0 or not _LEAST <= reach[1] + 1 <= _MOST:
        return "index-not-small"
    if promoted(unit.symbols.type_of(value)) != INT or promoted(unit.symbols.type_of(index)) != INT:
        return "not-int"
    if unit.in_opaque(value.start_byte, value.end_byte) or unit.comments(value.start_byte, unit.end(value)):
        return "not-plain"
    place, space = above(unit, node), code_word(unit)
    if place is None or space is None or keeps_time(unit, node):
        return "timing-or-no-place"
    values = [_worked_out(unit, value, index, i) for i in range(reach[1] + 1)]
    numbers = [v for v in values if v is not None and -0x8000 <= v <= 0x7FFF]
    if len(numbers) != len(values):
        return "overflow"
    kind = spelled(unit, UINT8 if 0 <= min(numbers) <= max(numbers) < 256 else INT)
    name = _name(unit, context, node)
    if kind is None or name is None:
        return "no-name"
    head = b"static const " + space + kind + b" " + name + b"[%d]" % len(numbers)
    text = table_text(unit, context.style, head, [b"%d" % n for n in numbers]) + unit.newline * 2
    read = name + b"[" + unit.text(index) + b"]"
    edits = (Edit(place, place, text), Edit(value.start_byte, unit.end(value), read))
    return Site(edits, (("new", name.decode()),))


def _worked_out(unit: Unit, value: Node, index: Node, number: int) -> int | None:
    """The formula's value at one index, in the target's arithmetic; None where it is undefined."""
    while value.type == "parenthesized_expression" and (within_it := inner(value)) is not None and value != index:
        value = within_it
    if value == index:
        return number
    fixed = unit.symbols.constant(value)
    parts = sides(value)
    if fixed is not None or parts is None:
        return fixed
    a, b = (_worked_out(unit, side, index, number) for side in (parts[0], parts[2]))
    if a is None or b is None or (parts[1] in (b"/", b"%") and b == 0):
        return None
    if parts[1] in (b"/", b"%"):
        size = abs(a) // abs(b)
        quotient = size if (a < 0) == (b < 0) else -size
        found = quotient if parts[1] == b"/" else a - quotient * b
    else:
        found = {b"+": a + b, b"-": a - b, b"*": a * b}[parts[1]]
    return found if -0x8000 <= found <= 0x7FFF else None


def _name(unit: Unit, context: Context, node: Node) -> bytes | None:
    target = node.child_by_field_name("left")
    if target is not None:
        words = worded(unit.text(target).rpartition(b".")[2].rpartition(b">")[2])
    else:
        function = unit.enclosing_function(node)
        words = worded(unit.function_name(function)) if function is not None else []
    return named(unit, context, node, [*words, "table"] if words else [], [*words, "values"] if words else [])


RULES = (table_to_formula, formula_to_table)
