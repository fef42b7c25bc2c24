"""Delay loops in other forms, in functions of which the seed says that nobody counts on their exact length."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import inner, operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, body_of, rebuilt
from generators.rewrites.counting import assigned_in, is_dead_outside
from generators.rewrites.flow import LOOPS
from generators.rewrites.heads import head_end
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import condition_of
from generators.rewrites.waits import at_zero, count, fits, free_counter, free_delays

_DELAY = "void delay(unsigned char ms)\n{\n    unsigned char i;\n\n"
_TAIL = "\n}\n"


def _rest(unit: Unit, loop: Node) -> Body | None:
    body = loop.child_by_field_name("body")
    return body_of(unit, body, head_end(unit, loop, body)) if body is not None else None


def _with_head(unit: Unit, layout: Layout, loop: Node, head: bytes, before: bytes = b"") -> Site | Refusal:
    """The loop with another head, behind a statement of its own where one is given."""
    body = loop.child_by_field_name("body")
    if body is None:
        return Refusal(loop.start_byte, "no-body")
    text = before + layout.newline + unit.indent(loop.start_byte) + head if before else head
    return rebuilt(unit, loop.start_byte, head_end(unit, loop, body), text, same_code=True)


def _in_a_block(loop: Node) -> bool:
    return loop.parent is not None and loop.parent.type == "compound_statement"


@rewrite(
    family="delays",
    scope="file",
    en="Let the delay loop count down to zero",
    zh="延时循环改成递减到零",
    changes=[
        (
            _DELAY + "    for (i = 0; i < 200; i++)\n        ;" + _TAIL,
            _DELAY + "    for (i = 200; i > 0; i--)\n        ;" + _TAIL,
        ),
    ],
    keeps=[
        "void f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 200; i++)\n        ;\n}\n",
        "#include <8052.h>\nvoid delay(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 200; i++)\n        ;\n"
        "    TI = 1;\n}\n",
        _DELAY + "    for (i = 0; i < 300; i++)\n        ;" + _TAIL,
        "void delay(void)\n{\n    volatile unsigned char i;\n\n    for (i = 0; i < 200; i++)\n        ;\n}\n",
    ],
)
def delay_counts_down(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i = 0; i < n; i++);` as `for (i = n; i > 0; i--);` in a function that only waits.

    Sound: as many passes, and nobody sees the counter; the wait may become shorter or longer, which is why the seed
    must allow it (`delays`). Refuses functions that the seed does not name or that do anything else, volatile and
    signed counters, and a number that the counter cannot hold or that changes on the way.
    """
    layout = Layout.of(unit, context.style)
    for loop in free_delays(unit, context):
        found = count(unit, loop)
        if found is not None and found.up:
            head = b"%s = %s; %s > 0; %s--" % (found.name, unit.text(found.passes), found.name, found.name)
            yield _with_head(unit, layout, loop, layout.at(unit, loop).head(b"for", head))


@rewrite(
    family="delays",
    scope="file",
    en="Let the delay loop count up from zero",
    zh="延时循环改成从零递增",
    changes=[
        (
            _DELAY + "    for (i = 200; i; --i)\n        ;" + _TAIL,
            _DELAY + "    for (i = 0; i < 200; i++)\n        ;" + _TAIL,
        ),
    ],
    keeps=[
        "void f(void)\n{\n    unsigned char i;\n\n    for (i = 200; i; i--)\n        ;\n}\n",
        _DELAY + "    for (i = ms; i; i--)\n        ms--;" + _TAIL,
        _DELAY + "    for (i = 200; i > 1; i--)\n        ;" + _TAIL,
    ],
)
def delay_counts_up(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i = n; i > 0; i--);` as `for (i = 0; i < n; i++);` in a function that only waits.

    Sound: as many passes, and nobody sees the counter; the wait may become longer, which is why the seed must allow it
    (`delays`). Refuses functions that the seed does not name or that do anything else, volatile and signed counters,
    and a number that the counter cannot hold or that changes on the way.
    """
    layout = Layout.of(unit, context.style)
    for loop in free_delays(unit, context):
        found = count(unit, loop)
        if found is not None and not found.up:
            head = b"%s = 0; %s < %s; %s++" % (found.name, found.name, unit.text(found.passes), found.name)
            yield _with_head(unit, layout, loop, layout.at(unit, loop).head(b"for", head))


@rewrite(
    family="delays",
    scope="file",
    en="Write the delay's counting for loop as `while (n--)`",
    zh="延时的计数 for 循环改成 `while (n--)`",
    changes=[
        (
            _DELAY + "    for (i = 200; i > 0; i--)\n        ;" + _TAIL,
            _DELAY + "    i = 200;\n    while (i--)\n        ;" + _TAIL,
        ),
        (
            _DELAY + "    for (; ms > 0; ms--) {\n        for (i = 0; i < 200; i++)\n            ;\n    }" + _TAIL,
            _DELAY + "    while (ms--) {\n        for (i = 0; i < 200; i++)\n            ;\n    }" + _TAIL,
        ),
    ],
    keeps=[
        "void f(void)\n{\n    unsigned char i;\n\n    for (i = 200; i > 0; i--)\n        ;\n}\n",
        _DELAY + "    if (ms)\n        for (i = 200; i > 0; i--)\n            ;" + _TAIL,
    ],
)
def delay_as_while(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i = n; i > 0; i--) S` as `i = n; while (i--) S` in a function that only waits.

    Sound: as many passes, and nobody sees the counter, which ends at its greatest value instead of zero. Refuses
    functions that the seed does not name or that do anything else, volatile and signed counters, and a loop that is the
    body of something without braces.
    """
    layout = Layout.of(unit, context.style)
    for loop in free_delays(unit, context):
        found = count(unit, loop)
        name, before = (found.name, found.name + b" = " + unit.text(found.passes) + b";") if found else (b"", b"")
        if found is None:
            name = _bare_for(unit, loop)
        if not name or (found is not None and found.up):
            continue
        if before and not _in_a_block(loop):
            yield Refusal(loop.start_byte, "no-block")
            continue
        yield _with_head(unit, layout, loop, layout.at(unit, loop).head(b"while", name + b"--"), before)


def _bare_for(unit: Unit, loop: Node) -> bytes:
    """The counter of `for (; n > 0; n--)`, or nothing."""
    start, test, step = (loop.child_by_field_name(part) for part in ("initializer", "condition", "update"))
    if loop.type != "for_statement" or start is not None or test is None or step is None:
        return b""
    name = next((n for n in unit.walk("identifier", under=step)), None)
    symbol = free_counter(unit, name) if name is not None else None
    if symbol is None or unit.text(step) not in (symbol.name + b"--", b"--" + symbol.name):
        return b""
    mine = unit.text(stripped(test)) in at_zero(symbol.name) and is_dead_outside(unit, symbol, loop)
    return symbol.name if mine else b""


@rewrite(
    family="delays",
    scope="file",
    en="Write the delay's `while (n--)` as a for loop",
    zh="延时里的 `while (n--)` 改成 for 循环",
    changes=[
        (
            _DELAY + "    while (ms--) {\n        for (i = 200; i; i--)\n            ;\n    }" + _TAIL,
            _DELAY + "    for (; ms > 0; ms--) {\n        for (i = 200; i; i--)\n            ;\n    }" + _TAIL,
        ),
    ],
    keeps=[
        "void f(unsigned char n)\n{\n    while (n--)\n        ;\n}\n",
        _DELAY + "    while (--ms)\n        ;" + _TAIL,
        "int delay(unsigned char n)\n{\n    while (n--)\n        ;\n    return n;\n}\n",
    ],
)
def delay_as_for(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (n--) S` as `for (; n > 0; n--) S` in a function that only waits.

    Sound: as many passes, and nobody sees the counter afterwards. Refuses functions that the seed does not name or that
    do anything else, volatile and signed counters, and a counter that is asked for behind the loop.
    """
    layout = Layout.of(unit, context.style)
    for loop in free_delays(unit, context):
        test = condition_of(loop)
        if loop.type != "while_statement" or test is None or test.type != "update_expression":
            continue
        name = test.child_by_field_name("argument")
        symbol = free_counter(unit, name) if name is not None else None
        if symbol is None or unit.text(test) != symbol.name + b"--" or not is_dead_outside(unit, symbol, loop):
            continue
        head = layout.at(unit, loop).head(b"for", b"; %s > 0; %s--" % (symbol.name, symbol.name))
        yield _with_head(unit, layout, loop, head)


@rewrite(
    family="delays",
    scope="file",
    en="Write the delay loop as a do-while that counts down, which the 8051 does in one instruction",
    zh="延时循环改成递减的 do-while，8051 上一条 DJNZ 就能完成",
    changes=[
        (
            _DELAY + "    for (i = 200; i > 0; i--)\n        ;" + _TAIL,
            _DELAY + "    i = 200;\n    do {\n    } while (--i);" + _TAIL,
        ),
    ],
    keeps=[
        "void f(void)\n{\n    unsigned char i;\n\n    for (i = 200; i > 0; i--)\n        ;\n}\n",
        _DELAY + "    for (i = ms; i > 0; i--)\n        ;" + _TAIL,
        _DELAY + "    for (i = 0; i < 0; i++)\n        ;" + _TAIL,
    ],
)
def delay_as_do_while(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i = 200; i > 0; i--) S` as `i = 200; do S while (--i);` in a function that only waits.

    Sound: as many passes, since the number is a constant of at least one; nobody sees the counter. Refuses functions
    that the seed does not name or that do anything else, volatile and signed counters, numbers that are not constant,
    and a loop that is the body of something without braces.
    """
    layout = Layout.of(unit, context.style)
    for loop in free_delays(unit, context):
        found = count(unit, loop)
        passes = unit.symbols.constant(found.passes) if found is not None else None
        if found is None or passes is None or passes < 1:
            continue
        body = _rest(unit, loop)
        if body is None or not _in_a_block(loop):
            yield Refusal(loop.start_byte, "no-block")
            continue
        indent = unit.indent(loop.start_byte)
        text = body.text if body.statements else body.text.removesuffix(b";").rstrip()
        done = layout.block(b"do", text, indent) + b" " + layout.head(b"while", b"--" + found.name) + b";"
        start = found.name + b" = " + unit.text(found.passes) + b";"
        whole = start + layout.newline + indent + done
        yield rebuilt(unit, loop.start_byte, unit.end(loop), whole, same_code=True)


@rewrite(
    family="delays",
    scope="file",
    en="Write the delay's do-while as a for loop",
    zh="延时里的 do-while 改成 for 循环",
    changes=[
        (
            _DELAY + "    i = 200;\n    do {\n    } while (--i);" + _TAIL,
            _DELAY + "    for (i = 200; i > 0; i--)\n        ;" + _TAIL,
        ),
    ],
    keeps=[
        "void f(void)\n{\n    unsigned char i;\n\n    i = 200;\n    do {\n    } while (--i);\n}\n",
        _DELAY + "    i = ms;\n    do {\n    } while (--i);" + _TAIL,
        _DELAY + "    do {\n    } while (--ms);" + _TAIL,
        _DELAY + "    i = 200; /* rough */\n    do {\n    } while (--i);" + _TAIL,
    ],
)
def delay_do_while_as_for(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`i = 200; do S while (--i);` as `for (i = 200; i > 0; i--) S` in a function that only waits.

    Sound: as many passes, since the number is a constant of at least one; nobody sees the counter. Refuses functions
    that the seed does not name or that do anything else, volatile and signed counters, a start that is not the
    statement right above, numbers that are not constant, and comments between the two.
    """
    layout = Layout.of(unit, context.style)
    for loop in free_delays(unit, context):
        test, before = condition_of(loop), loop.prev_named_sibling
        what = inner(before) if before is not None and before.type == "expression_statement" else None
        if loop.type != "do_statement" or test is None or what is None or before is None:
            continue
        assigned = assigned_in(what) if what.type == "assignment_expression" and operator(what) == b"=" else None
        symbol = free_counter(unit, assigned[0]) if assigned is not None else None
        passes = unit.symbols.constant(assigned[1]) if assigned is not None else None
        if assigned is None or symbol is None or passes is None or unit.text(test) != b"--" + symbol.name:
            continue
        body = loop.child_by_field_name("body")
        uses = [use for use in symbol.uses if not before.start_byte <= use.start_byte < loop.end_byte]
        mine = all(_begins_anew(unit, use) for use in uses)
        if passes < 1 or not fits(unit, symbol, assigned[1]) or body is None or not mine:
            yield Refusal(loop.start_byte, "counter-in-use")
            continue
        head = b"%s = %s; %s > 0; %s--" % (symbol.name, unit.text(assigned[1]), symbol.name, symbol.name)
        indent = unit.indent(loop.start_byte)
        rest = body_of(unit, body, loop.start_byte + len(b"do"))
        empty = not body.named_children
        line = layout.head(b"for", head)
        text = line + layout.newline + indent + layout.step + b";" if empty else layout.under(line, rest, indent)
        yield rebuilt(unit, before.start_byte, unit.end(loop), text, same_code=True)


def _begins_anew(unit: Unit, use: Node) -> bool:
    """Whether this use belongs to another such loop, or to the assignment right before one."""
    statement = unit.enclosing_statement(use)
    if statement is None or statement.type == "do_statement":
        return statement is not None
    after = statement.next_named_sibling
    what = inner(statement) if statement.type == "expression_statement" else None
    return what is not None and assigned_in(what) is not None and after is not None and after.type in LOOPS


@rewrite(
    family="delays",
    en="Swap the two nested loops of the delay",
    zh="对调延时函数里两层嵌套循环",
    changes=[
        (
            "void delay(void)\n{\n    unsigned char i, j;\n\n    for (i = 0; i < 10; i++)\n"
            "        for (j = 0; j < 200; j++)\n            ;\n}\n",
            "void delay(void)\n{\n    unsigned char i, j;\n\n    for (j = 0; j < 200; j++)\n"
            "        for (i = 0; i < 10; i++)\n            ;\n}\n",
        ),
    ],
    keeps=[
        "void f(void)\n{\n    unsigned char i, j;\n\n    for (i = 0; i < 10; i++)\n"
        "        for (j = 0; j < 200; j++)\n            ;\n}\n",
        "void delay(void)\n{\n    unsigned char i, j;\n\n    for (i = 0; i < 10; i++)\n"
        "        for (j = 0; j < i; j++)\n            ;\n}\n",
        "void delay(void)\n{\n    unsigned char i, j;\n\n    for (i = 0; i < 10; i++) { /* tenths */\n"
        "        for (j = 0; j < 200; j++)\n            ;\n    }\n}\n",
    ],
)
def delay_nest_swapped(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i ...) for (j ...) ;` as `for (j ...) for (i ...) ;` in a function that only waits.

    Sound: both numbers are constants, so that the inner body runs as often; nobody sees the counters. Refuses functions
    that the seed does not name or that do anything else, loops with more than the inner one in them, and comments.
    """
    for loop in free_delays(unit, context):
        body = loop.child_by_field_name("body")
        inside = [body] if body is not None and body.type == "for_statement" else []
        if body is not None and body.type == "compound_statement":
            inside = list(body.named_children)
        if body is None or len(inside) != 1:
            continue
        outer, within = count(unit, loop), count(unit, inside[0])
        last = inside[0].child_by_field_name("body")
        if outer is None or within is None or last is None or outer.name == within.name:
            continue
        if unit.symbols.constant(outer.passes) is None or unit.symbols.constant(within.passes) is None:
            continue
        first, second = head_end(unit, loop, body), head_end(unit, inside[0], last)
        if unit.comments(loop.start_byte, second):
            yield Refusal(loop.start_byte, "comment-in-the-way")
            continue
        heads = unit.src[loop.start_byte : first], unit.src[inside[0].start_byte : second]
        text = heads[1] + unit.src[first : inside[0].start_byte] + heads[0]
        yield rebuilt(unit, loop.start_byte, second, text, same_code=True)


RULES = (
    delay_counts_down,
    delay_counts_up,
    delay_as_while,
    delay_as_for,
    delay_as_do_while,
    delay_do_while_as_for,
    delay_nest_swapped,
)
