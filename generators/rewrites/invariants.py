"""Values that are the same in every pass of a loop: computed once before it, or where they are needed."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import inner, operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, lead, rebuilt, tail
from generators.rewrites.counting import assigned_in, is_steady
from generators.rewrites.declared import plain
from generators.rewrites.flow import LOOPS, has_labels, hides_flow
from generators.rewrites.independence import together
from generators.rewrites.invariance import any_time, behind_declarations, is_int, mixes_declarations, private, writes_to
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import only_passes_time
from generators.rewrites.truth import BINARY, condition_of, is_torn, sides

_LIMITS = (b"limit", b"bound", b"stop")


def _within(node: Node, holder: Node) -> bool:
    return holder.start_byte <= node.start_byte and node.end_byte <= holder.end_byte


def _setting(unit: Unit, statement: Node) -> tuple[Node, Node] | None:
    """(variable, value) of `n = E;` or of a declaration of one variable with a value."""
    start = inner(statement) if statement.type == "expression_statement" else statement
    if start is None or (start.type != "declaration" and statement.type != "expression_statement"):
        return None
    if start.type == "declaration" and not plain(unit, start):
        return None
    return assigned_in(start)


@rewrite(
    family="loops",
    en="Compute this value once before the loop: it is the same in every pass",
    zh="这个值在循环里不变，提到循环外面只算一次",
    changes=[
        (
            "void f(unsigned char n, unsigned char m)\n{\n    unsigned char k;\n\n    while (g()) {\n"
            "        k = n & 15;\n        h(k);\n        k2(m, k);\n    }\n}\n",
            "void f(unsigned char n, unsigned char m)\n{\n    unsigned char k;\n\n    k = n & 15;\n    while (g()) {\n"
            "        h(k);\n        k2(m, k);\n    }\n}\n",
        ),
        (
            "void f(unsigned char n)\n{\n    unsigned char i;\n\n    for (i = 0; i < n; i++) {\n"
            "        unsigned char top = n - 1; /* highest */\n\n        h(top - i);\n        g(i);\n    }\n}\n",
            "void f(unsigned char n)\n{\n    unsigned char i;\n    unsigned char top = n - 1; /* highest */\n\n"
            "    for (i = 0; i < n; i++) {\n        h(top - i);\n        g(i);\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(unsigned char n)\n{\n    unsigned char k;\n\n    while (g()) {\n        k = n & 15;\n        h(k);\n"
        "        n++;\n    }\n}\n",
        "unsigned char n;\nvoid f(void)\n{\n    unsigned char k;\n\n    while (g()) {\n        k = n & 15;\n"
        "        h(k);\n    }\n}\n",
        "int f(unsigned char n)\n{\n    unsigned char k;\n\n    k = 3;\n    while (g()) {\n        k = n & 15;\n"
        "        h(k);\n    }\n    return k;\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char k;\n\n    while (g()) {\n        h(k);\n        k = n & 15;\n"
        "    }\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char k;\n\n    while (g()) {\n        k = n & 15;\n"
        "        h(k);\n        k += 3;\n    }\n}\n",
        "void f(unsigned char n, unsigned char m)\n{\n    unsigned char k;\n\n    while (m) {\n        k = n / m;\n"
        "        h(k);\n    }\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char k;\n\n    while (g()) {\n        if (n)\n"
        "            k = n & 15;\n"
        "        h(k);\n    }\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char k;\n\n    while (g()) {\n        k = 0;\n        h(k);\n"
        "    }\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    unsigned char k;\n\n    while (g()) {\n        k = P1 & 15;\n"
        "        h(k);\n    }\n}\n",
    ],
)
def value_before_loop(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (c) { n = a & b; S }` as `n = a & b; while (c) { S }`; so for a declaration in the body.

    Sound: the value is made of constants and private locals that the loop does not write, and cannot trap or overflow;
    the variable is set nowhere else in the loop, read only behind this statement, and named nowhere outside, so that
    setting it for no pass at all is not seen. Refuses globals, registers, memory behind pointers, calls, constants,
    labels, loops that pass the time, and a declaration amid statements where the file has none.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk(*LOOPS):
        body = node.child_by_field_name("body")
        if body is None or body.type != "compound_statement":
            continue
        if node.parent is None or node.parent.type != "compound_statement":
            continue
        inside = [child for child in body.named_children if child.type != "comment"]
        for statement in inside if len(inside) > 1 else []:
            found = _setting(unit, statement)
            if found is None or unit.symbols.constant(found[1]) is not None or found[1].type == "identifier":
                continue
            reason = _fixed_in(unit, node, body, statement, *found)
            if reason is not None:
                yield Refusal(statement.start_byte, reason)
                continue
            indent, end = unit.indent(node.start_byte), tail(unit, statement)
            declares = statement.type == "declaration"
            if declares and not (behind_declarations(node) or mixes_declarations(unit)):
                yield Refusal(statement.start_byte, "amid-statements")
                continue
            text = unit.src[statement.start_byte : end]
            place = unit.line_start(lead(unit, node))
            put = indent + text + layout.newline
            gone = _line_of(unit, statement, end)
            if gone is None or b"\n" in text:
                yield Refusal(statement.start_byte, "shares-its-line")
            elif declares and behind_declarations(node):
                yield _moved(unit, gone, *_behind(unit, node, place, put))
            else:
                yield _moved(unit, gone, place, place, put)


def _behind(unit: Unit, node: Node, place: int, put: bytes) -> tuple[int, int, bytes]:
    """Where a declaration goes that only declarations stand above: right behind the last of them."""
    before = node.prev_named_sibling
    while before is not None and before.type == "comment":
        before = before.prev_named_sibling
    if before is None:
        return place, place, put + unit.newline
    start = unit.line_end(unit.end(before)) + 1
    blank = b"" if start < place else unit.newline
    return start, start, put + blank


def _line_of(unit: Unit, statement: Node, end: int) -> tuple[int, int] | None:
    """The line of a statement with the blank line behind it where it opens its block; None where it shares the line."""
    start, stop = unit.line_start(statement.start_byte), unit.line_end(end) + 1
    if unit.src[start : statement.start_byte].strip() or unit.src[end:stop].strip() or lead(unit, statement) < start:
        return None
    if unit.src[:start].rstrip().endswith(b"{"):
        after = unit.line_end(stop)
        if not unit.src[stop:after].strip():
            stop = after + 1
    return start, stop


def _moved(unit: Unit, gone: tuple[int, int], start: int, end: int, text: bytes) -> Site | Refusal:
    """A line taken away in one place and put into another; the comment on it goes along."""
    for place in (rebuilt(unit, gone[0], gone[1], unit.src[gone[0] : gone[1]]), rebuilt(unit, start, end, b"")):
        if isinstance(place, Refusal):
            return place
    return together(Site((Edit(start, end, text),)), Site((Edit(*gone, b""),)))


def _fixed_in(unit: Unit, loop: Node, body: Node, statement: Node, target: Node, value: Node) -> str | None:
    """Why a value may not leave the loop, or None."""
    symbol = private(unit, target)
    function = unit.enclosing_function(loop)
    if symbol is None or function is None:
        return "variable-not-private"
    if not is_steady(unit, value, loop) or not any_time(unit, value) or is_torn(unit, value):
        return "value-may-change"
    if len(writes_to(unit, loop, symbol.name)) != 1:
        return "set-elsewhere"
    if any(not _within(use, body) or use.start_byte < statement.start_byte for use in symbol.uses):
        return "used-outside"
    declared = symbol.declarations[0]
    if not _within(declared, statement) and (_within(declared, loop) or _starts_with_value(declared)):
        return "used-outside"
    if has_labels(unit, function) or hides_flow(unit, body):
        return "label"
    return "timing-loop" if only_passes_time(unit, loop) else None


def _starts_with_value(name: Node) -> bool:
    return name.parent is not None and name.parent.type == "init_declarator"


@rewrite(
    family="loops",
    en="Declare the value inside the loop, next to where it is used",
    zh="只在循环里用到的值，放到循环体里声明",
    changes=[
        (
            "void f(unsigned char n)\n{\n    unsigned char i;\n    unsigned char top = n - 1; /* highest */\n\n"
            "    for (i = 0; i < n; i++) {\n        h(top - i);\n        g(i);\n    }\n}\n",
            "void f(unsigned char n)\n{\n    unsigned char i;\n\n    for (i = 0; i < n; i++) {\n"
            "        unsigned char top = n - 1; /* highest */\n\n        h(top - i);\n        g(i);\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(unsigned char n)\n{\n    unsigned char top = n - 1;\n\n    while (n > top) {\n        h(top);\n"
        "        g(1);\n    }\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char top = n - 1;\n\n    while (n) {\n        h(top);\n"
        "        n--;\n    }\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char top = n - 1;\n\n    while (g(n)) {\n        h(top);\n"
        "        top--;\n    }\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char top = g(n);\n\n    while (g(n)) {\n        h(top);\n"
        "        g(1);\n    }\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char top = n - 1;\n\n    n = 3;\n    while (g(n)) {\n"
        "        h(top);\n"
        "        g(1);\n    }\n}\n",
    ],
)
def value_in_loop(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`T n = a & b; while (c) { S }` as `while (c) { T n = a & b; S }`, where only S uses n.

    Sound: as the value before the loop, read backwards: each pass computes the same. Refuses a variable that is used
    elsewhere or written again, values that the loop or something before it may change, anything but a declaration right
    above the loop, labels, macros that may jump, and loops that pass the time.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk(*LOOPS):
        body, above = node.child_by_field_name("body"), node.prev_named_sibling
        while above is not None and above.type == "comment":
            above = above.prev_named_sibling
        if body is None or body.type != "compound_statement" or above is None or above.type != "declaration":
            continue
        found = _setting(unit, above)
        inside = [child for child in body.named_children if child.type != "comment"]
        if found is None or not inside or unit.symbols.constant(found[1]) is not None:
            continue
        symbol, function = private(unit, found[0]), unit.enclosing_function(node)
        if symbol is None or function is None or node.parent is None or node.parent.type != "compound_statement":
            yield Refusal(node.start_byte, "variable-not-private")
        elif not symbol.uses or not all(_within(use, body) for use in symbol.uses):
            yield Refusal(node.start_byte, "used-outside")
        elif writes_to(unit, node, symbol.name) or not is_steady(unit, found[1], node) or is_torn(unit, found[1]):
            yield Refusal(node.start_byte, "value-may-change")
        elif has_labels(unit, function) or hides_flow(unit, body) or only_passes_time(unit, node):
            yield Refusal(node.start_byte, "label-or-timing")
        else:
            end = tail(unit, above)
            gone = _line_of(unit, above, end)
            start = unit.line_start(lead(unit, inside[0]))
            if gone is None or unit.line(body.start_byte) == unit.line(inside[0].start_byte):
                yield Refusal(node.start_byte, "shares-its-line")
                continue
            blank = b"" if inside[0].type == "declaration" else layout.newline
            text = unit.indent(inside[0].start_byte) + unit.src[above.start_byte : end] + layout.newline + blank
            if b"\n" in unit.src[above.start_byte : end]:
                yield Refusal(node.start_byte, "shares-its-line")
            else:
                yield _moved(unit, gone, start, start, text)


@rewrite(
    family="loops",
    en="Give the bound of the loop a name and compute it once, before the loop",
    zh="把循环的边界存到一个变量里，在循环前只算一次",
    changes=[
        (
            "void f(unsigned char n)\n{\n    unsigned char i;\n\n    for (i = 0; i < n - 1; i++)\n        h(i);\n}\n",
            "void f(unsigned char n)\n{\n    unsigned char i;\n    int limit = n - 1;\n\n"
            "    for (i = 0; i < limit; i++)\n        h(i);\n}\n",
        ),
        (
            "void f(unsigned char n)\n{\n    g();\n    for (int i = n; i > (n >> 1); i--)\n        h(i);\n}\n",
            "void f(unsigned char n)\n{\n    g();\n    int limit = n >> 1;\n"
            "    for (int i = n; i > limit; i--)\n        h(i);\n}\n",
        ),
    ],
    keeps=[
        "void f(unsigned char n)\n{\n    unsigned char i;\n\n    for (i = 0; i < n - 1; i++)\n        n = h(i);\n}\n",
        "unsigned char n;\nvoid f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < n - 1; i++)\n"
        "        h(i);\n}\n",
        "void f(unsigned int n)\n{\n    unsigned int i;\n\n    for (i = 0; i < n - 1; i++)\n        h(i);\n}\n",
        "void f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 8 - 1; i++)\n        h(i);\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char i;\n\n    g();\n    for (i = 0; i < n - 1; i++)\n"
        "        h(i);\n}\n",
        "void f(unsigned char n)\n{\n    while (g() || n < n - 1)\n        h();\n}\n",
    ],
)
def named_bound(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i = 0; i < n - 1; i++) S` as `int limit = n - 1; for (i = 0; i < limit; i++) S`.

    Sound: the bound is made of constants and private locals that the loop does not write, and is an int on every
    target, which the new variable is too. Refuses globals, calls, memory, bounds of another type or that are one name,
    other conditions, labels, loops that pass the time, and a declaration amid statements where the file has none.
    """
    layout = Layout.of(unit, context.style)
    name = next((one for one in _LIMITS if unit.symbols.is_free(one)), None)
    for node in unit.walk("for_statement", "while_statement"):
        test, function = condition_of(node), unit.enclosing_function(node)
        found = sides(stripped(test)) if test is not None else None
        if found is None or function is None or found[0].type != "identifier":
            continue
        bound = stripped(found[2])
        if bound.type != "binary_expression" or BINARY[operator(bound)] < 9 or unit.symbols.constant(bound) is not None:
            continue
        if node.parent is None or node.parent.type != "compound_statement" or name is None:
            yield Refusal(node.start_byte, "not-in-a-block")
        elif not is_steady(unit, bound, node) or not is_int(unit, bound) or is_torn(unit, bound):
            yield Refusal(node.start_byte, "bound-may-change")
        elif not any_time(unit, bound) or only_passes_time(unit, node):
            yield Refusal(node.start_byte, "may-overflow")
        elif has_labels(unit, function) or hides_flow(unit, node) or unit.comments(bound.start_byte, unit.end(bound)):
            yield Refusal(node.start_byte, "label")
        elif not (behind_declarations(node) or mixes_declarations(unit)):
            yield Refusal(node.start_byte, "amid-statements")
        else:
            indent, start = unit.indent(node.start_byte), unit.line_start(lead(unit, node))
            put = start, start, indent + b"int " + name + b" = " + unit.text(bound) + b";" + layout.newline
            if behind_declarations(node):
                put = _behind(unit, node, start, put[2])
            yield together(rebuilt(unit, *put), rebuilt(unit, found[2].start_byte, unit.end(found[2]), name))


RULES = (value_before_loop, value_in_loop, named_bound)
