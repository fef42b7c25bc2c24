"""Runs of statements that count up, as a loop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit, apply_edits
from corpus.source.expressions import inner
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, lead, rebuilt, tail
from generators.rewrites.counting import is_dead_outside
from generators.rewrites.declared import opening
from generators.rewrites.flow import LOOPS, has_labels, hides_flow
from generators.rewrites.independence import together
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.unrolling import is_plain

_LEAST = 3  # statements from which on a loop is shorter
_DECIMAL = re.compile(rb"0|[1-9][0-9]*")
_NAMES = (b"i", b"j", b"k", b"n", b"idx")


@rewrite(
    family="loops",
    en="Write the run of statements that only differ in a number as a loop",
    zh="这几条语句只是序号不同，改写成循环",
    changes=[
        (
            "#include <stdint.h>\nuint8_t p[8], q[3];\nvoid f(void)\n{\n    q[0] = p[0];\n    q[1] = p[1];\n"
            "    q[2] = p[2];\n}\n",
            "#include <stdint.h>\nuint8_t p[8], q[3];\nvoid f(void)\n{\n    uint8_t i;\n\n    for (i = 0; i < 3; i++)\n"
            "        q[i] = p[i];\n}\n",
        ),
        (
            "void g(int);\nvoid f(int n)\n{\n    unsigned char i;\n\n    for (i = 0; i < n; i++)\n        g(n);\n"
            "    g(2);\n"
            "    g(3);\n    g(4);\n    g(5); /* last */\n    g(1);\n}\n",
            "void g(int);\nvoid f(int n)\n{\n    unsigned char i;\n\n    for (i = 0; i < n; i++)\n        g(n);\n"
            "    for (i = 2; i < 6; i++)\n        g(i); /* last */\n    g(1);\n}\n",
        ),
    ],
    keeps=[
        "unsigned char q[3];\nvoid f(void)\n{\n    q[0] = 1;\n    q[1] = 1;\n}\n",
        "unsigned char q[3];\nvoid f(void)\n{\n    q[0] = 1;\n    q[1] = 2;\n    q[2] = 4;\n}\n",
        "unsigned char q[3];\nvoid f(void)\n{\n    q[0] = 1; /* on */\n    q[1] = 1;\n    q[2] = 1;\n}\n",
        "#include <8052.h>\nunsigned char q[3];\nvoid f(void)\n{\n    P1 = q[0];\n    P1 = q[1];\n    P1 = q[2];\n}\n",
        "#define Q(n) q##n\nunsigned char q0, q1, q2;\nvoid f(void)\n{\n    Q(0) = 1;\n    Q(1) = 1;\n"
        "    Q(2) = 1;\n}\n",
        "unsigned long n;\nvoid f(void)\n{\n    n += 1 << 13;\n    n += 1 << 14;\n    n += 1 << 15;\n}\n",
    ],
)
def rolled_loop(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`p[0] = 0; p[1] = 0; p[2] = 0;` as `for (i = 0; i < 3; i++) p[i] = 0;`, with a free counter or a new one.

    Sound: the statements are the same but for small decimal numbers that count up by one, in the same places; a counter
    of 8 bits is an int in arithmetic, as they were. Refuses fewer than three, numbers that are no index, argument or
    value alone, macros with arguments, registers (their accesses keep their time), labels, comments but on the last.
    """
    layout = Layout.of(unit, context.style)
    for block in unit.walk("compound_statement"):
        for run, places in _runs(unit, block):
            start, end = run[0].start_byte, tail(unit, run[-1])
            function = unit.enclosing_function(block)
            effects = [unit.symbols.effects(one) for one in run]
            if any(one.volatile_reads or one.volatile_writes or one.unknown for one in effects):
                yield Refusal(start, "registers")
            elif function is None or has_labels(unit, function) or any(hides_flow(unit, one) for one in run):
                yield Refusal(start, "label")
            elif unit.comments(start, unit.end(run[-1])):
                yield Refusal(start, "comment-in-the-way")
            else:
                found = _counter(unit, function, run)
                if found is None:
                    yield Refusal(start, "no-counter")
                    continue
                name, declaration = found
                first = int(unit.text(places[0]))
                edits = [Edit(p.start_byte - start, p.end_byte - start, name) for p in places]
                held = apply_edits(unit.text(run[0]), edits) + unit.src[unit.end(run[-1]) : end]
                words = (name, first, name, first + len(run), name)
                head = layout.head(b"for", b"%s = %d; %s < %d; %s++" % words)
                indent = unit.indent(start)
                text = layout.block(head, held, indent) if layout.braces_all else b""
                text = text or head + layout.newline + indent + layout.step + held
                change = rebuilt(unit, start, end, text)
                yield together(change, Site((declaration,))) if declaration is not None else change


def _runs(unit: Unit, block: Node) -> Iterator[tuple[list[Node], list[Node]]]:
    """(statements, the numbers in the first of them) of the longest runs that count up."""
    children = [child for child in block.named_children if child.type != "comment"]
    at = 0
    while at < len(children):
        run, places = [children[at]], list[Node]()
        for one in children[at + 1 :]:
            found = _counted(unit, run[0], one, len(run)) if _follows(unit, run[-1], one) else None
            if not found or (places and [p.id for p in found] != [p.id for p in places]):
                break
            places, run = found, [*run, one]
        if len(run) >= _LEAST:
            yield run, places
        at += len(run) if len(run) >= _LEAST else 1


def _follows(unit: Unit, above: Node, one: Node) -> bool:
    return unit.line(lead(unit, one)) == unit.line(tail(unit, above)) + 1 and lead(unit, one) == one.start_byte


def _counted(unit: Unit, first: Node, other: Node, distance: int) -> list[Node] | None:
    """The numbers of the first statement that are `distance` more in the other, if that is all that differs."""
    if not (is_plain(unit, first) and is_plain(unit, other)):
        return None
    one, two = _leaves(first), _leaves(other)
    if len(one) != len(two):
        return None
    found = []
    for a, b in zip(one, two, strict=True):
        if unit.text(a) == unit.text(b) and a.type == b.type:
            if a.type == "identifier" and unit.symbols.resolve(a) is not unit.symbols.resolve(b):
                return None
            continue
        if a.type != "number_literal" or b.type != "number_literal" or not _stands_alone(a):
            return None
        if not _DECIMAL.fullmatch(unit.text(a)) or not _DECIMAL.fullmatch(unit.text(b)):
            return None
        if int(unit.text(b)) - int(unit.text(a)) != distance or int(unit.text(b)) > 254:
            return None
        found.append(a)
    same = {unit.text(a) for a in found}
    return found if len(same) == 1 else None


def _leaves(node: Node) -> list[Node]:
    if node.child_count == 0:
        return [node]
    return [leaf for child in node.children for leaf in _leaves(child)]


def _stands_alone(number: Node) -> bool:
    """Whether the number is an index, an argument or an assigned value, and no part of a constant expression."""
    parent = number.parent
    if parent is None:
        return False
    if parent.type == "subscript_expression":
        return parent.child_by_field_name("index") == number
    return parent.type in ("argument_list", "assignment_expression")


def _counter(unit: Unit, function: Node, run: list[Node]) -> tuple[bytes, Edit | None] | None:
    """A counter for a new loop: a local of 8 bits that only counts other loops, or a new one with its declaration."""
    body = function.child_by_field_name("body")
    if body is None or any(unit.text(name) in _NAMES for one in run for name in unit.walk("identifier", under=one)):
        return None
    for symbol in unit.symbols.all("local"):
        t = symbol.type
        if (
            symbol.name not in _NAMES
            or symbol.scope != body
            or t is None
            or symbol.storage
            or len(symbol.declarations) != 1
        ):
            continue
        if t.kind != "int" or t.width != 8 or t.signed or t.volatile or t.const or t.space:
            continue
        if not _within_loop(unit, run[0], symbol.name) and is_dead_outside(unit, symbol, run[0]):
            return symbol.name, None
    name = next((name for name in _NAMES if unit.symbols.is_free(name)), None)
    place = room(unit, body)
    if name is None or place is None:
        return None
    kind = b"uint8_t" if unit.symbols.lookup(b"uint8_t") is not None else b"unsigned char"
    start, before, after = place
    return name, Edit(start, start, before + kind + b" " + name + b";" + after)


def _within_loop(unit: Unit, node: Node, name: bytes) -> bool:
    """Whether a loop around this is counted by the name."""
    loop = unit.enclosing(node, *LOOPS)
    while loop is not None:
        if name in unit.symbols.effects(loop).writes | unit.symbols.effects(loop).reads:
            return True
        loop = unit.enclosing(loop, *LOOPS)
    return False


def room(unit: Unit, body: Node) -> tuple[int, bytes, bytes] | None:
    """Where a declaration can be put in a function's body, and the text around it."""
    run = opening(body)
    children = [child for child in body.named_children if child.type != "comment"]
    if run:
        end = line_stop(unit, unit.end(run[-1]))
        if inner(run[-1]) is None or unit.in_opaque(end, end):
            return None
        return end, unit.newline + unit.indent(run[-1].start_byte), b""
    if not children or unit.line(children[0].start_byte) == unit.line(body.start_byte):
        return None
    end = line_stop(unit, body.start_byte)
    if unit.in_opaque(body.start_byte, end) or unit.src[body.start_byte + 1 : end].strip():
        return None
    return end, unit.newline + unit.indent(children[0].start_byte), unit.newline


RULES = (rolled_loop,)
