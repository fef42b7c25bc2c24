"""Inlining: a helper that is called once is written where it is called."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import promoted
from corpus.source.edits import Edit, apply_edits
from corpus.source.expressions import inner
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.blocks import lead, lifted
from generators.rewrites.contexts import interrupt_side, is_conditional, is_special
from generators.rewrites.flow import has_labels, hides_flow
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time

_MOST = 6  # statements that may go into the caller
_STATEMENTS = frozenset({"expression_statement", "if_statement", "for_statement", "while_statement", "do_statement"})
# Where an expression is all that is evaluated, so that a register read in it keeps its turn.
_ALONE = frozenset({"expression_statement", "return_statement", "init_declarator", "if_statement", "while_statement"})


@rewrite(
    family="functions",
    en="Inline the helper function that is only called once",
    zh="把只调用一次的小函数直接写到调用处",
    changes=[
        (
            "int a, b;\n\n/* Both to n. */\nstatic void set(unsigned char n)\n{\n    a = n;\n    b = n;\n}\n\n"
            "void f(void)\n{\n    g();\n    set(5); /* five */\n    g();\n}\n",
            "int a, b;\n\nvoid f(void)\n{\n    g();\n    /* Both to n. */\n    a = 5;\n    b = 5; /* five */\n"
            "    g();\n}\n",
        ),
        (
            "static unsigned char half(unsigned char n)\n{\n    return n >> 1;\n}\n\nint f(unsigned char m)\n{\n"
            "    return 3 + half(m);\n}\n",
            "int f(unsigned char m)\n{\n    return 3 + (m >> 1);\n}\n",
        ),
        (
            "static unsigned char twice(unsigned char n)\n{\n    return n * 2;\n}\n\nint f(unsigned char m)\n{\n"
            "    return twice(m);\n}\n",
            "int f(unsigned char m)\n{\n    return (unsigned char)(m * 2);\n}\n",
        ),
    ],
    keeps=[
        "static void h(int n)\n{\n    g(n);\n}\nvoid f(int n)\n{\n    h(n);\n    h(n);\n}\n",
        "void h(int n)\n{\n    g(n);\n}\nvoid f(int n)\n{\n    h(n);\n}\n",
        "static void h(int n)\n{\n    n++;\n    g(n);\n}\nvoid f(int n)\n{\n    h(n);\n}\n",
        "static void h(int n)\n{\n    g(n);\n}\nvoid f(int n)\n{\n    h(n + 1);\n}\n",
        "static void h(unsigned n)\n{\n    g(n);\n}\nvoid f(void)\n{\n    h(1);\n}\n",
        "static void h(void)\n{\n    g();\n}\nvoid f(void) __interrupt(1)\n{\n    h();\n}\n",
        "int a;\nstatic void h(void)\n{\n    a = 1;\n}\nvoid f(int a)\n{\n    h();\n    g(a);\n}\n",
        "#include <8052.h>\nstatic int h(void)\n{\n    return P1;\n}\nint f(int a)\n{\n    return P2 + h();\n}\n",
        "static unsigned char h(unsigned char n)\n{\n    return n >> 4;\n}\nvoid f(unsigned char *p)\n{\n"
        "    unsigned char i, n;\n    for (i = 0; i < 7; i++) {\n        n = g();\n        if (i == 0)\n"
        "            n &= 1;\n"
        "        *p++ = h(n);\n    }\n}\n",
        "static void h(void)\n{\n    unsigned char n = 9;\n    while (--n)\n        ;\n}\nvoid f(void)\n{\n"
        "    h();\n}\n",
    ],
)
def inline_helper(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A static function with one call: its statements, or the expression that it returns, go to the call.

    Sound: arguments are locals or constants of the parameter's own type that the body does not change, so that each
    name stands for its value; the result keeps its width by a cast where the promoted type differs. Refuses functions
    with locals or labels of their own, two calls, prototypes, the interrupt side, functions that keep time, names that
    mean something else at the call, a register read among other operands, and a call in a loop that sdcc would wrongly
    reverse without it."""
    shared = interrupt_side(unit)
    for function in unit.functions():
        name = unit.function_name(function)
        symbol = unit.symbols.lookup(name)
        if symbol is None or symbol.storage != b"static" or symbol.name.decode() in context.held:
            continue
        start = function.start_byte
        call = unit.enclosing(symbol.uses[0], "call_expression") if len(symbol.uses) == 1 else None
        if call is None or call.child_by_field_name("function") != symbol.uses[0]:
            continue
        caller = unit.enclosing_function(call)
        body = function.child_by_field_name("body")
        if body is None or caller is None or caller == function or len(symbol.declarations) > 1:
            yield Refusal(start, "declared-apart")
        elif name in shared or unit.function_name(caller) in shared or is_special(unit, function):
            yield Refusal(start, "interrupt-side")
        elif any(o.where != "code" for o in unit.symbols.occurrences(name)) or is_conditional(function):
            yield Refusal(start, "named-in-a-macro")
        elif keeps_time(unit, body) or keeps_time(unit, call):
            yield Refusal(start, "keeps-time")
        elif may_be_reversed(unit, call):
            yield Refusal(start, "loop-may-be-reversed")
        else:
            yield _inlined(unit, function, body, call, caller)


def _inlined(unit: Unit, function: Node, body: Node, call: Node, caller: Node) -> Site | Refusal:
    start = function.start_byte
    begin = lead(unit, function)
    remark = unit.src[begin:start].strip()
    statements = [child for child in body.named_children if child.type != "comment"]
    swaps = _arguments(unit, function, body, call)
    if isinstance(swaps, str):
        return Refusal(start, swaps)
    if b"\n" in remark or unit.in_opaque(begin, unit.end(function)) or hides_flow(unit, body) or has_labels(unit, body):
        return Refusal(start, "not-plain")
    if not statements or len(statements) > _MOST or _captured(unit, body, caller):
        return Refusal(start, "too-long-or-captured")
    gone = _without(unit, function)
    statement = unit.enclosing_statement(call)
    if statement is None or unit.in_opaque(statement.start_byte, unit.end(statement)):
        return Refusal(start, "not-plain")
    indent = unit.indent(statement.start_byte)
    place = statement.start_byte
    alone = not unit.src[unit.line_start(place) : place].strip()
    above = remark + unit.newline + indent if remark else b""
    if len(statements) == 1 and statements[0].type == "return_statement":
        new = _value(unit, function, statements[0], call, swaps)
        if isinstance(new, str):
            return Refusal(start, new)
        if unit.comments(body.start_byte, unit.end(body)) or (above and not (alone and _in_block(statement))):
            return Refusal(start, "comment-in-the-way")
        edits = [gone, Edit(call.start_byte, unit.end(call), new)]
        named = (("name", unit.function_name(function).decode()),)
        return Site((*edits, Edit(place, place, above)) if above else tuple(edits), named, way="value")
    if any(child.type not in _STATEMENTS for child in statements) or any(unit.walk("return_statement", under=body)):
        return Refusal(start, "not-plain")
    if statement.type != "expression_statement" or call.parent != statement or not alone or not _in_block(statement):
        return Refusal(start, "value-used")
    changed = Unit.parse(apply_edits(unit.src, swaps))
    twin = changed.function(unit.function_name(function))
    inside = twin.child_by_field_name("body") if twin is not None else None
    if (
        inside is None
        or not inside.named_children
        or changed.line(inside.start_byte) == changed.line(changed.end(inside))
    ):
        return Refusal(start, "not-plain")
    first = changed.line_end(inside.start_byte) + 1
    last = changed.line_start(changed.end(inside) - 1) - 1
    if changed.src[inside.start_byte + 1 : first].strip():
        return Refusal(start, "comment-in-the-way")
    text = lifted(changed, first + len(changed.indent(first)), last)
    lines = (
        (unit.newline + indent).join(line for line in text.split(b"\n")).replace(indent + unit.newline, unit.newline)
    )
    if b"//" in lines.rpartition(b"\n")[2] and unit.comments(unit.end(statement), unit.line_end(unit.end(statement))):
        return Refusal(start, "comment-in-the-way")
    named = (("name", unit.function_name(function).decode()),)
    return Site((gone, Edit(place, unit.end(statement), above + lines)), named, way="statements")


def may_be_reversed(unit: Unit, call: Node) -> bool:
    """Whether sdcc might count the loop around the call down once the call is gone.

    sdcc 4.2.0 does so although the body compares the counter (`if (i == 0)`), which then is true in the last round.
    """
    loop = unit.enclosing(call, "for_statement", "function_definition")
    while loop is not None and loop.type == "for_statement":
        step, body = loop.child_by_field_name("update"), loop.child_by_field_name("body")
        counters = {unit.text(n) for n in unit.walk("identifier", under=step)} if step is not None else set()
        if body is not None and any(unit.text(n) in counters for n in unit.walk("identifier", under=body)):
            return True
        loop = unit.enclosing(loop, "for_statement", "function_definition")
    return False


def _in_block(statement: Node) -> bool:
    return statement.parent is not None and statement.parent.type == "compound_statement"


def _without(unit: Unit, function: Node) -> Edit:
    """The edit that takes the definition away, with the comment above it and the empty line behind it."""
    start = unit.line_start(lead(unit, function))
    end = min(unit.line_end(unit.end(function)) + 1, len(unit.src))
    after = unit.line_end(end)
    if end < len(unit.src) and not unit.src[end:after].strip():
        end = min(after + 1, len(unit.src))
    return Edit(start, end, b"")


def _arguments(unit: Unit, function: Node, body: Node, call: Node) -> list[Edit] | str:
    """The edits that put each argument in place of its parameter in the body."""
    declarator = function.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator")
    listed = declarator.child_by_field_name("parameters") if declarator is not None else None
    given = call.child_by_field_name("arguments")
    if listed is None or given is None:
        return "not-plain"
    own = [s for s in unit.symbols.all("param") if s.scope == function]
    arguments = [n for n in given.named_children if n.type != "comment"]
    if len(own) != len(arguments) or unit.comments(given.start_byte, unit.end(given)):
        return "not-plain"
    edits: list[Edit] = []
    written = unit.symbols.effects(body).writes
    for parameter, argument in zip(own, arguments, strict=True):
        if parameter.name in written or not _same(unit, parameter, argument):
            return "argument-not-plain"
        if any(
            use.parent is not None
            and use.parent.type in ("pointer_expression", "sizeof_expression")
            and unit.text(use.parent)[:1] != b"*"
            for use in parameter.uses
        ):
            return "address-taken"
        text = unit.text(argument)
        text = b"(" + text + b")" if text.startswith(b"-") else text
        edits += [Edit(use.start_byte, use.end_byte, text) for use in parameter.uses]
    return edits


def _same(unit: Unit, parameter: Symbol, argument: Node) -> bool:
    """Whether the argument as an operand is what the parameter would be: its type, and a value that fits."""
    wanted = parameter.type
    if wanted is None or not wanted.scalar or wanted.kind == "bool":
        return False
    if argument.type == "identifier":
        symbol = unit.symbols.resolve(argument)
        if symbol is not None and symbol.kind in ("local", "param"):
            t = symbol.type
            held = t is not None and not t.volatile and t.plain() == wanted.plain()
            return held and not any(
                n.parent is not None and n.parent.type == "pointer_expression" and unit.text(n.parent)[:1] == b"&"
                for n in symbol.uses
            )
    if argument.type not in ("identifier", "number_literal", "char_literal"):
        return False
    value, t = unit.symbols.constant(argument), unit.symbols.type_of(argument)
    limits = wanted.range()
    if value is None or t is None or limits is None or not limits[0] <= value <= limits[1]:
        return False
    return promoted(t) == promoted(wanted) and (t.width == wanted.width or wanted.width == 8)


def _captured(unit: Unit, body: Node, caller: Node) -> bool:
    """Whether a name of the body means something else inside the caller."""
    used = {unit.text(n) for n in unit.walk("identifier", under=body)}
    inner_names = (s for s in unit.symbols.all() if s.scope is not None and s.kind != "field" and s.name in used)
    return any(
        s.declaration is not None and caller.start_byte <= s.declaration.start_byte < caller.end_byte
        for s in inner_names
    )


def _value(unit: Unit, function: Node, statement: Node, call: Node, swaps: list[Edit]) -> bytes | str:
    """The returned expression with the arguments in it, in parentheses and with a cast where they are needed."""
    value = inner(statement)
    symbol = unit.symbols.lookup(unit.function_name(function))
    result = symbol.type.of if symbol is not None and symbol.type is not None else None
    if value is None or result is None or not result.integer or result.kind == "bool":
        return "not-plain"
    if unit.symbols.effects(value).unknown or unit.symbols.effects(value).writes:
        return "not-plain"
    holder = call.parent
    if holder is not None and holder.type == "parenthesized_expression":
        holder = holder.parent
    alone = holder is not None and (holder.type in _ALONE or _is_assigned(holder))
    if not unit.symbols.pure(value) and not alone:
        return "register-among-operands"
    offset = value.start_byte
    moved = [
        Edit(e.start - offset, e.end - offset, e.text) for e in swaps if value.start_byte <= e.start < value.end_byte
    ]
    text = apply_edits(unit.text(value), moved)
    t, limits, span = unit.symbols.type_of(value), result.range(), unit.symbols.range_of(value)
    fits = t is not None and limits is not None and span is not None and limits[0] <= span[0] and span[1] <= limits[1]
    if t is None or not (fits and promoted(t) == promoted(result)):
        head = unit.src[function.start_byte : value.start_byte].split(b"(")[0].split()
        words = [word for word in head[:-1] if word not in (b"static", b"inline")]
        if b"*" in b"".join(words):
            return "not-plain"
        return b"(" + b" ".join(words) + b")(" + text + b")"
    bare = alone or (holder is not None and holder.type in ("assignment_expression", "argument_list"))
    return text if bare or value.type in ("identifier", "number_literal", "call_expression") else b"(" + text + b")"


def _is_assigned(holder: Node) -> bool:
    """Whether the value goes into a variable, whose address needs no evaluation."""
    left = holder.child_by_field_name("left")
    return holder.type == "assignment_expression" and left is not None and left.type == "identifier"


RULES = (inline_helper,)
