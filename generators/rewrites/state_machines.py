"""State machines: what follows a state, and who handles it, as a switch or as a table indexed by the state."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import inner, operator, stripped
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout
from generators.rewrites.constant_arms import constant_switch
from generators.rewrites.constant_tables import (
    Table,
    above,
    code_word,
    named,
    only_code,
    subscripts,
    table_text,
    tables,
    worded,
)
from generators.rewrites.contexts import interrupt_side, is_special
from generators.rewrites.flow import hides_flow
from generators.rewrites.indexes import bounds
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.tables import arms_of_table, as_switch, as_table, index_of, only_read
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import condition_of, is_torn

_HANDLERS = (3, 12)  # how many a table of handlers has


@rewrite(
    family="tables",
    en="Turn the state machine's switch into transition tables indexed by the state",
    zh="把状态机的 switch 改成按状态下标的转移表",
    changes=[
        (
            "#include <8052.h>\n#include <stdint.h>\n\nenum { RED, GREEN, YELLOW };\n\nstatic uint8_t state;\n\n"
            "void f(void)\n{\n    switch (state) {\n    case RED:\n        P1 = 0x01;\n        state = GREEN;\n"
            "        break;\n    case GREEN:\n        P1 = 0x04;\n        state = YELLOW;\n        break;\n"
            "    case YELLOW:\n        P1 = 0x02;\n        state = RED;\n        break;\n    }\n}\n",
            "#include <8052.h>\n#include <stdint.h>\n\nenum { RED, GREEN, YELLOW };\n\nstatic uint8_t state;\n\n"
            "static const __code uint8_t p1_of_state[3] = {0x01, 0x04, 0x02};\n"
            "static const __code uint8_t next_state[3] = {GREEN, YELLOW, RED};\n\n"
            "void f(void)\n{\n    P1 = p1_of_state[state];\n    state = next_state[state];\n}\n",
        ),
        (
            "#include <stdint.h>\n\nuint8_t state;\n\nvoid f(void)\n{\n    switch (state) {\n    case 0:\n"
            "        state = 2;\n        break;\n    case 1:\n        state = 0;\n        break;\n    case 2:\n"
            "        state = 1;\n        break;\n    default:\n        state = 0;\n        break;\n    }\n}\n",
            "#include <stdint.h>\n\nuint8_t state;\n\nstatic const uint8_t next_state[3] = {2, 0, 1};\n\n"
            "void f(void)\n{\n    if (state < 3)\n        state = next_state[state];\n    else\n"
            "        state = 0;\n}\n",
        ),
    ],
    keeps=[
        "unsigned char s, o;\nvoid f(void)\n{\n    switch (s) {\n    case 0:\n        s = 1;\n        o = 4;\n"
        "        break;\n    case 1:\n        s = 2;\n        o = 5;\n        break;\n    case 2:\n        s = 0;\n"
        "        o = 6;\n        break;\n    }\n}\n",
        "unsigned char s;\nint go(void);\nvoid f(void)\n{\n    switch (s) {\n    case 0:\n        if (go())\n"
        "            s = 1;\n        break;\n    case 1:\n        s = 2;\n        break;\n    case 2:\n        s = 0;\n"
        "        break;\n    }\n}\n",
        "volatile unsigned char s;\nvoid f(void)\n{\n    switch (s) {\n    case 0:\n        s = 1;\n        break;\n"
        "    case 1:\n        s = 2;\n        break;\n    case 2:\n        s = 0;\n        break;\n    }\n}\n",
    ],
)
def switch_to_state_table(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A switch on a state whose cases only set outputs and the next state to constants, as a table for each of them.

    Sound: the writes are the same, in the same order, the state last, so that every table is read by the old state;
    the test keeps what happened to other states, and goes where every writer of the state shows that there are none.
    Refuses and proves the rest as the table of a switch does: volatile states, arms that do more, holes, and a state
    that is set before an output.
    """
    for node in unit.walk("switch_statement"):
        found = constant_switch(unit, node)
        if isinstance(found, str):
            yield Refusal(node.start_byte, found)
            continue
        own = [unit.text(t) == unit.text(found.subject) for t in found.targets]
        if not any(own):
            continue
        if not own[-1]:
            yield Refusal(node.start_byte, "state-set-first")
        else:
            yield as_table(unit, context, found, "state")


@rewrite(
    family="tables",
    en="Write the state machine's transition table out as a switch on the state",
    zh="把状态转移表改写成对状态的 switch",
    changes=[
        (
            "enum { RED, GREEN, YELLOW };\n\nstatic unsigned char state;\n\n"
            "static const unsigned char next_state[3] = {GREEN, YELLOW, RED};\n\n"
            "void f(void)\n{\n    state = next_state[state];\n}\n",
            "enum { RED, GREEN, YELLOW };\n\nstatic unsigned char state;\n\n"
            "void f(void)\n{\n    switch (state) {\n    case RED:\n        state = GREEN;\n        break;\n"
            "    case GREEN:\n        state = YELLOW;\n        break;\n    default:\n        state = RED;\n"
            "        break;\n    }\n}\n",
        ),
    ],
    keeps=[
        "unsigned char state;\nstatic const unsigned char next[2] = {1, 0};\nvoid f(void)\n{\n"
        "    state = next[state];\n}\n",
        "static unsigned char state;\nstatic const unsigned char next[2] = {1, 0};\nvoid f(void)\n{\n"
        "    state = next[state];\n}\nvoid g(unsigned char n)\n{\n    state = n;\n}\n",
        "static unsigned char state;\nstatic const unsigned char next[2] = {1, 0};\nvoid f(unsigned char *p)\n{\n"
        "    state = next[state];\n    *(&state) = *p;\n}\n",
    ],
)
def state_table_to_switch(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`state = next[state];`, the only reader of a small table, as a switch whose cases set the next state.

    Sound: every write of the state is in sight and gives an index of the table, so that one case is taken; the last
    is the default. Refuses a state that others may set, and all that a table written out as a switch refuses.
    """
    for table in tables(unit):
        read = only_read(unit, table)
        left = read.parent.child_by_field_name("left") if read is not None and read.parent is not None else None
        if read is None or left is None or unit.text(left) != unit.text(index_of(read)) or not table.element.integer:
            continue
        bodies = arms_of_table(unit, table, read)
        if bodies is None or table.symbol.name.decode() in context.held:
            yield Refusal(read.start_byte, "value-not-plain" if bodies is None else "used-by-the-harness")
        else:
            yield as_switch(unit, context, table, read, bodies, _labels(unit, table, left))


def _labels(unit: Unit, table: Table, state: Node) -> dict[int, bytes]:
    """The names of the states, by number, where the table and the state's other uses give all of them."""
    found: dict[int, bytes] = {}
    symbol = unit.symbols.resolve(state)
    nodes = list(table.elements)
    for use in symbol.uses if symbol is not None else ():
        holder = use.parent
        if holder is not None and holder.type in ("assignment_expression", "binary_expression"):
            nodes += [n for n in holder.named_children if n != use]
    for node in nodes:
        meant = unit.symbols.resolve(node) if node.type == "identifier" else None
        value = unit.symbols.constant(node) if meant is not None and meant.kind in ("enumerator", "macro") else None
        if value is not None:
            found.setdefault(value, unit.text(node))
    return found if all(i in found for i in range(len(table.elements))) else {}


@rewrite(
    family="tables",
    en="Dispatch through a table of handler functions instead of the switch",
    zh="不用 switch 分派，改成处理函数指针表",
    changes=[
        (
            "#include <8052.h>\n\nstatic void idle(void)\n{\n    P1 = 0;\n}\n\nstatic void run(void)\n{\n    P1 = 1;\n}"
            "\n\nstatic void stop(void)\n{\n    P1 = 2;\n}\n\nvoid step(unsigned char mode)\n{\n    switch (mode) {\n"
            "    case 0:\n        idle();\n        break;\n    case 1:\n        run();\n        break;\n    case 2:\n"
            "        stop();\n        break;\n    }\n}\n",
            "#include <8052.h>\n\nstatic void idle(void)\n{\n    P1 = 0;\n}\n\nstatic void run(void)\n{\n    P1 = 1;\n}"
            "\n\nstatic void stop(void)\n{\n    P1 = 2;\n}\n\n"
            "static void (*const __code mode_handlers[3])(void) = {idle, run, stop};\n\n"
            "void step(unsigned char mode)\n{\n    if (mode < 3)\n        mode_handlers[mode]();\n}\n",
        ),
    ],
    keeps=[
        "void a(void);\nvoid b(int n);\nvoid c(void);\nvoid f(unsigned char m)\n{\n    switch (m) {\n    case 0:\n"
        "        a();\n        break;\n    case 1:\n        b(1);\n        break;\n    case 2:\n        c();\n"
        "        break;\n    }\n}\n",
        "static void a(void)\n{\n}\nstatic void b(void)\n{\n}\nstatic void c(void)\n{\n}\n"
        "void f(unsigned char m) __interrupt(1)\n{\n    switch (m) {\n    case 0:\n        a();\n        break;\n"
        "    case 1:\n        b();\n        break;\n    case 2:\n        c();\n        break;\n    }\n}\n",
        "void a(void);\nvoid b(void);\nvoid c(void);\nvoid f(unsigned char m)\n{\n    switch (m) {\n    case 0:\n"
        "        a();\n        break;\n    case 1:\n        b();\n        break;\n    case 2:\n        c();\n"
        "        break;\n    }\n}\n",
    ],
)
def switch_to_handlers(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A switch whose cases each call one static function without arguments, as a table of pointers to them.

    Sound: the test lets exactly the indexes of the table pass. sdcc gives a function that calls, by a pointer too,
    memory of its own, and what these functions have in their fixed memory nobody else uses meanwhile, since they have
    no parameters and neither they nor the caller run on the interrupt side; a linker that overlays by the call tree
    (Keil's) would not see such a call. Refuses that dialect, functions with attributes, results or arguments, functions
    of other files, holes among the cases, an arm that does more, volatile choices, and functions that keep time.
    """
    shared = interrupt_side(unit)
    for node in unit.walk("switch_statement"):
        function, subject = unit.enclosing_function(node), condition_of(node)
        body = node.child_by_field_name("body")
        if function is None or subject is None or body is None:
            continue
        found = _calls(unit, body)
        if found is None:
            continue
        numbers, other = found
        last, reach = _called_by(other), bounds(unit, subject)
        if last is not None and reach is not None and reach[0] >= 0 and reach[1] == len(numbers):
            numbers, other = {**numbers, len(numbers): last}, []  # the default is the last case by another name
        length = len(numbers)
        if not _HANDLERS[0] <= length <= _HANDLERS[1] or sorted(numbers) != list(range(length)):
            yield Refusal(node.start_byte, "not-dense")
            continue
        names = [numbers[i] for i in range(length)]
        if unit.function_name(function) in shared or not all(_is_handler(unit, n, node, shared) for n in names):
            yield Refusal(node.start_byte, "not-plain-functions")
            continue
        yield _dispatched(unit, context, node, stripped(subject), names, other)


def _calls(unit: Unit, body: Node) -> tuple[dict[int, Node], list[Node]] | None:
    """The function that each number calls, and the default's statements; None where an arm does anything else."""
    cases = [child for child in body.named_children if child.type != "comment"]
    numbers: dict[int, Node] = {}
    other: list[Node] = []
    for case in cases:
        value = case.child_by_field_name("value") if case.type == "case_statement" else None
        rest = [c for c in case.named_children if c.type != "comment" and c != value]
        if case.type != "case_statement" or not rest:
            return None
        if rest[-1].type == "break_statement":
            rest = rest[:-1]
        elif case != cases[-1]:
            return None
        if value is None:
            if case != cases[-1] or any(n.type != "expression_statement" for n in rest):
                return None
            other = rest
            continue
        name, number = _called_by(rest), unit.symbols.constant(value)
        if name is None or number is None or number in numbers or is_torn(unit, value):
            return None
        numbers[number] = name
    return numbers, other


def _called_by(statements: list[Node]) -> Node | None:
    """The function that these statements call, without arguments, if that is all they do."""
    call = inner(statements[0]) if len(statements) == 1 and statements[0].type == "expression_statement" else None
    name = call.child_by_field_name("function") if call is not None and call.type == "call_expression" else None
    given = call.child_by_field_name("arguments") if call is not None else None
    plain = name is not None and name.type == "identifier" and given is not None and not given.named_child_count
    return name if plain else None


def _is_handler(unit: Unit, name: Node, node: Node, shared: frozenset[bytes]) -> bool:
    """Whether this is a static `void f(void)` of this file, defined above, without attributes, of the main program."""
    symbol = unit.symbols.resolve(name)
    function = unit.function(symbol.name) if symbol is not None else None
    if symbol is None or function is None or symbol.kind != "function" or symbol.storage != b"static":
        return False
    listed = list(unit.walk("parameter_list", under=function.child_by_field_name("declarator")))
    empty = len(listed) == 1 and unit.text(listed[0]).strip(b"() \t") == b"void"
    t = symbol.type
    result = t is not None and t.of is not None and t.of.kind == "void"
    apart = symbol.name not in shared and not is_special(unit, function) and function.start_byte < node.start_byte
    return empty and result and apart and function != unit.enclosing_function(node)


def _dispatched(
    unit: Unit, context: Context, node: Node, subject: Node, names: list[Node], other: list[Node]
) -> Site | Refusal:
    start, end, length = node.start_byte, unit.end(node), len(names)
    t, reach = unit.symbols.type_of(subject), bounds(unit, subject)
    place, space = above(unit, node), code_word(unit)
    if t is None or t.kind != "int" or t.width > 16 or reach is None or reach[0] < 0 or is_torn(unit, subject):
        return Refusal(start, "value-not-plain")
    if subject.type not in ("identifier", "field_expression") or not unit.symbols.pure(subject):
        return Refusal(start, "read-twice")
    if place is None or space is None or unit.in_opaque(start, end) or hides_flow(unit, node):
        return Refusal(start, "no-place")
    if unit.comments(start, end) or unit.src[unit.line_start(start) : start].strip():
        return Refusal(start, "comment-in-the-way")
    if keeps_time(unit, node):
        return Refusal(start, "timing-function")
    what = worded(unit.text(subject).rpartition(b".")[2])
    name = named(unit, context, node, [*what, "handlers"] if what else [], ["handlers"])
    if name is None:
        return Refusal(start, "no-name")
    layout, indent = Layout.of(unit, context.style), unit.indent(start)
    head = b"static void (*const " + space + name + b"[%d])(void)" % length
    table = table_text(unit, context.style, head, [unit.text(n) for n in names])
    call = name + b"[" + unit.text(subject) + b"]();"
    rest = b"\n".join(unit.text(n) for n in other)
    if reach[1] < length:
        text = call
    elif rest:
        text = layout.block(layout.head(b"if", unit.text(subject) + b" < %d" % length), call, indent)
        joint = layout.newline + indent if layout.else_own_line else b" "
        text += joint + layout.block(b"else", rest, indent)
    else:
        head = layout.head(b"if", unit.text(subject) + b" < %d" % length)
        braced = layout.braces_all
        text = layout.block(head, call, indent) if braced else head + layout.newline + indent + layout.step + call
    return Site((Edit(place, place, table + unit.newline * 2), Edit(start, end, text)), (("new", name.decode()),))


@rewrite(
    family="tables",
    en="Dispatch with a switch instead of the table of function pointers",
    zh="不用函数指针表，改成 switch 分派",
    changes=[
        (
            "void idle(void);\nvoid run(void);\n\nstatic void (*const handlers[2])(void) = {idle, run};\n\n"
            "void step(unsigned char mode)\n{\n    if (mode < 2)\n        handlers[mode]();\n}\n",
            "void idle(void);\nvoid run(void);\n\n"
            "void step(unsigned char mode)\n{\n    switch (mode) {\n    case 0:\n        idle();\n        break;\n"
            "    case 1:\n        run();\n        break;\n    }\n}\n",
        ),
    ],
    keeps=[
        "void a(void);\nvoid b(void);\nstatic void (*const h[2])(void) = {a, b};\nvoid f(unsigned char n)\n{\n"
        "    h[n]();\n}\n",
        "void a(void);\nvoid b(void);\nstatic void (*h[2])(void) = {a, b};\nvoid f(unsigned char n)\n{\n"
        "    h[n & 1]();\n}\n",
        "void a(int);\nvoid b(int);\nstatic void (*const h[2])(int) = {a, b};\nvoid f(unsigned char n)\n{\n"
        "    h[n & 1](n);\n}\n",
        "void a(void);\nstatic void (*const h[2])(void) = {a, 0};\nvoid f(unsigned char n)\n{\n    h[n & 1]();\n}\n",
    ],
)
def handlers_to_switch(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`handlers[i]();`, the only use of a constant table of functions without arguments, as a switch that calls them.

    Sound: the index is surely one of the table's, and a call by name runs the same function; tools that follow the
    call tree now see it. Refuses an index that might be outside, null pointers, arguments and results, other uses of
    the table, a function's name that means something else at the call, and functions that keep time.
    """
    for table in tables(unit):
        target = table.element.of
        if not table.element.pointer or target is None or target.kind != "function":
            continue
        found = subscripts(unit, table.symbol)
        call = _called(unit, found[0]) if found is not None and len(found) == 1 else None
        if found is None or call is None or not 2 <= len(table.elements) <= _HANDLERS[1]:
            yield Refusal(table.declaration.start_byte, "not-only-called")
            continue
        functions = [_function(unit, node) for node in table.elements]
        if any(f is None for f in functions) or table.symbol.name.decode() in context.held:
            yield Refusal(table.declaration.start_byte, "not-plain-functions")
            continue
        bodies = [unit.text(stripped(n)).lstrip(b"&") + b"();\nbreak;" for n in table.elements]
        yield as_switch(unit, context, table, found[0], bodies, {})


def _called(unit: Unit, read: Node) -> Node | None:
    """The statement `t[i]();` or `(*t[i])();` around a subscript."""
    node: Node = read
    while node.parent is not None and node.parent.type in ("parenthesized_expression", "pointer_expression"):
        if node.parent.type == "pointer_expression" and operator(node.parent) != b"*":
            return None
        node = node.parent
    call = node.parent
    if call is None or call.type != "call_expression" or call.child_by_field_name("function") != node:
        return None
    given, holder = call.child_by_field_name("arguments"), call.parent
    plain = given is not None and not given.named_child_count and holder is not None
    return holder if plain and holder is not None and holder.type == "expression_statement" else None


def _function(unit: Unit, node: Node) -> Symbol | None:
    """The `void f(void)` that an element names, wherever it is used."""
    node = stripped(node)
    if node.type == "pointer_expression" and operator(node) == b"&":
        node = stripped(node.named_children[0])
    symbol = unit.symbols.resolve(node) if node.type == "identifier" else None
    if symbol is None or symbol.kind != "function" or not only_code(unit, symbol):
        return None
    others = [s for s in unit.symbols.all() if s.name == symbol.name and s.scope is not None and s.kind != "field"]
    t = symbol.type
    return symbol if not others and t is not None and t.of is not None and t.of.kind == "void" else None


RULES = (switch_to_state_table, state_table_to_switch, switch_to_handlers, handlers_to_switch)
