"""Short loops written out, one statement for each pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit, apply_edits
from corpus.source.expressions import operator
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, rebuilt, tail
from generators.rewrites.counting import Counter, counter_of, is_dead_outside
from generators.rewrites.declared import declarators, without
from generators.rewrites.flow import hides_flow
from generators.rewrites.heads import parts_of
from generators.rewrites.independence import is_simple, together
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import only_passes_time

_MOST = 4  # passes
_LONGEST = 2  # statements in a pass
_DECIMAL = re.compile(rb"0|[1-9][0-9]*")


@rewrite(
    family="loops",
    en="Write out the short loop: one statement for each pass",
    zh="循环次数很少，把它展开成逐条语句",
    changes=[
        (
            "unsigned char p[8], q[3];\nvoid f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 3; i++)\n"
            "        q[i] = p[i * 2 + 1];\n}\n",
            "unsigned char p[8], q[3];\nvoid f(void)\n{\n    q[0] = p[1];\n    q[1] = p[3];\n    q[2] = p[5];\n}\n",
        ),
        (
            "void g(int);\nvoid f(int n)\n{\n    int i, m;\n\n    m = n;\n    for (i = 1; i <= 2; ++i) {\n"
            "        g(i);\n"
            "        m += i;\n    }\n    for (i = 0; i < n; i++)\n        g(m);\n}\n",
            "void g(int);\nvoid f(int n)\n{\n    int i, m;\n\n    m = n;\n    g(1);\n    m += 1;\n    g(2);\n"
            "    m += 2;\n"
            "    for (i = 0; i < n; i++)\n        g(m);\n}\n",
        ),
    ],
    keeps=[
        "unsigned char p[8];\nvoid f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 8; i++)\n"
        "        p[i] = 0;\n}\n",
        "void f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 3; i++)\n        ;\n}\n",
        "unsigned char p[3];\nvoid f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 3; i++)\n"
        "        if (p[i])\n            p[i] = 0;\n}\n",
        "unsigned char p[3];\nunsigned char f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 3; i++)\n"
        "        p[i] = 0;\n    return i;\n}\n",
        "unsigned char p[3];\nvoid f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 3; i++)\n"
        "        p[i++] = 0;\n}\n",
        "unsigned char p[8];\nvoid f(unsigned char n)\n{\n    unsigned char i;\n\n    for (i = 0; i < 3; i++)\n"
        "        p[n + i] = 0;\n}\n",
        "long p[3];\nvoid f(void)\n{\n    unsigned int i;\n\n    for (i = 0; i < 3; i++)\n        p[i] = i - 1;\n}\n",
        "#include <8052.h>\nunsigned char p[3];\nvoid f(void)\n{\n    unsigned char i;\n\n"
        "    for (i = 0; i < 3; i++)\n        P1 = p[i];\n}\n",
        "#define PUT(n) p[i] = n\nunsigned char p[3];\nvoid f(void)\n{\n    unsigned char i;\n\n"
        "    for (i = 0; i < 3; i++)\n        PUT(3);\n}\n",
        "unsigned char p[3];\nvoid f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 3; i++)\n"
        "        p[i] = 0; /* off */\n}\n",
    ],
)
def unrolled_loop(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i = 0; i < 3; i++) p[i] = 0;` as `p[0] = 0; p[1] = 0; p[2] = 0;`; a counter that is not needed goes away.

    Sound: both bounds are constants, the counter is private, written by the head only and dead behind the loop; in
    arithmetic it counts as an int, which its numbers are too. Refuses more than four passes or two plain statements a
    pass, registers (a loop that bangs bits keeps its time), macros that name the counter, comments, what would leave a
    `n + 0`, and loops that pass the time.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("for_statement"):
        parts, counter = parts_of(node), counter_of(unit, node)
        if parts is None or counter is None:
            continue
        body = parts[3]
        inside = body.named_children if body.type == "compound_statement" else [body]
        values = _passes(unit, counter)
        if values is None or not 2 <= len(values) <= _MOST or not 1 <= len(inside) <= _LONGEST:
            continue
        uses = [use for use in counter.symbol.uses if body.start_byte <= use.start_byte < body.end_byte]
        effects = unit.symbols.effects(body)
        declared = (
            unit.enclosing(counter.symbol.declarations[0], "declaration") if counter.symbol.declarations else None
        )
        if only_passes_time(unit, node) or not all(is_plain(unit, one) for one in inside) or not uses:
            yield Refusal(node.start_byte, "body-not-plain")
        elif effects.volatile_reads or effects.volatile_writes or effects.unknown:
            yield Refusal(node.start_byte, "registers")
        elif counter.name in effects.writes or not is_dead_outside(unit, counter.symbol, node) or declared is None:
            yield Refusal(node.start_byte, "counter-not-private")
        elif not all(_counts_as_int(unit, use, counter) for use in uses):
            yield Refusal(node.start_byte, "type-would-change")
        elif any(_leaves_zero(unit, use, values) for use in uses):
            yield Refusal(node.start_byte, "would-read-odd")
        elif node.parent is None or node.parent.type != "compound_statement" or hides_flow(unit, body):
            yield Refusal(node.start_byte, "not-in-a-block")
        else:
            lines = [_with_value(unit, one, uses, value) for value in values for one in inside]
            text = layout.lines(*lines, indent=unit.indent(node.start_byte))
            change = rebuilt(unit, node.start_byte, tail(unit, node), text)
            only = all(node.start_byte <= use.start_byte < node.end_byte for use in counter.symbol.uses)
            if only and not node.start_byte <= declared.start_byte < node.end_byte:
                yield _without_counter(unit, declared, counter, change)
            else:
                yield change


def _without_counter(unit: Unit, declared: Node, counter: Counter, change: Site | Refusal) -> Site | Refusal:
    declarator = next((one for one in declarators(declared) if unit.text(one) == counter.name), None)
    gone = without(unit, declared, declarator) if declarator is not None else None
    if gone is None or unit.comments(gone.start, gone.end):
        return Refusal(declared.start_byte, "comment-beside")
    return together(change, Site((gone,)))


def _passes(unit: Unit, counter: Counter) -> list[int] | None:
    """The values of the counter, pass for pass; None where they are not known or too many."""
    t, first, limit = counter.symbol.type, unit.symbols.constant(counter.first), unit.symbols.constant(counter.limit)
    held = t.range() if t is not None and t.integer and not t.volatile else None
    if held is None or first is None or limit is None or (limit < 0 <= held[0]):
        return None
    value, values = first, list[int]()
    while held[0] <= value <= held[1] and len(values) <= _MOST:
        again = {
            b"<": value < limit, b"<=": value <= limit, b">": value > limit, b">=": value >= limit,
            b"!=": value != limit,
        }.get(counter.sign)  # fmt: skip
        if again is None:
            return None
        if not again:
            return values
        values.append(value)
        value += 1 if counter.up else -1
    return None


def is_plain(unit: Unit, statement: Node) -> bool:
    """Whether this is one line of code without a test in it."""
    if statement.type != "expression_statement" or not is_simple(unit, statement):
        return False
    return not any(unit.walk("conditional_expression", "sizeof_expression", "comma_expression", under=statement))


def _counts_as_int(unit: Unit, use: Node, counter: Counter) -> bool:
    """Whether a number may stand for the counter here: it is an int after promotion, or nothing but an index."""
    t, parent = counter.symbol.type, use.parent
    if parent is not None and parent.type == "subscript_expression" and parent.child_by_field_name("index") == use:
        return True
    if parent is not None and operator(parent) in (
        b"==",
        b"!=",
        b"<",
        b">",
        b"<=",
        b">=",
        b"&&",
        b"||",
        b"!",
        b"/",
        b"%",
    ):
        return False  # a test of a constant, or a division by it, is not what a person would leave
    return t is not None and t.kind == "int" and (t.width < 16 or (t.width == 16 and t.signed))


def _with_value(unit: Unit, statement: Node, uses: list[Node], value: int) -> bytes:
    """The statement with a number for the counter; sums and products that become constant are worked out."""
    edits = []
    for use in uses:
        if not statement.start_byte <= use.start_byte < statement.end_byte:
            continue
        top, result = _folded(unit, use, value)
        edits.append(Edit(top.start_byte - statement.start_byte, unit.end(top) - statement.start_byte, b"%d" % result))
    return apply_edits(unit.text(statement), edits)


def _folded(unit: Unit, use: Node, value: int) -> tuple[Node, int]:
    """The largest constant expression around the counter that a person would work out, and its value."""
    top, result = use, value
    while top.parent is not None and (found := _worked_out(unit, top.parent, top, result)) is not None:
        top, result = top.parent, found
    return top, result


def _leaves_zero(unit: Unit, use: Node, values: list[int]) -> bool:
    """Whether `n + 0`, `0 * n` or the like would be left for one of the values; `1 << 0` is how bits are written."""
    for value in values:
        top, result = _folded(unit, use, value)
        around = top.parent
        if result == 0 and around is not None and around.type == "binary_expression":
            left = around.child_by_field_name("left")
            if operator(around) != b"<<" or left is None or left.type != "number_literal":
                return True
    return False


def _worked_out(unit: Unit, node: Node, inside: Node, value: int) -> int | None:
    """The value of a sum, difference or product of literals of which `inside` has `value`; None for all else."""
    if node.type == "parenthesized_expression":
        parent = node.parent
        return value if parent is not None and parent.type != "call_expression" else None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "binary_expression" or left is None or right is None:
        return None
    other = right if left == inside else left
    if other.type != "number_literal" or _DECIMAL.fullmatch(unit.text(other)) is None:
        return None
    number = int(unit.text(other))
    one, two = (value, number) if left == inside else (number, value)
    result = {b"+": one + two, b"-": one - two, b"*": one * two}.get(operator(node))
    if operator(node) == b"<<" and left == inside and two < 15:  # `1 << 3` itself reads well
        result = one << two
    return result if result is not None and 0 <= result <= 32767 else None


RULES = (unrolled_loop,)
