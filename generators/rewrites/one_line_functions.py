"""Functions of one line: a static function that only returns an expression, as a macro."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import INT, promoted
from corpus.source.edits import Edit
from corpus.source.expressions import inner
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.constant_tables import is_told, only_code
from generators.rewrites.contexts import is_conditional, is_special
from generators.rewrites.declared import beside
from generators.rewrites.flow import hides_flow
from generators.rewrites.function_macros import closes_at_end
from generators.rewrites.indexes import bounds, is_steady
from generators.rewrites.inlining import may_be_reversed
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import is_torn


@rewrite(
    family="functions",
    en="Turn the one-line static function into a macro",
    zh="把只有一行的 static 函数改成宏",
    changes=[
        (
            "#include <8052.h>\n\nstatic int scaled(unsigned char n)\n{\n    return n * 4 + 1;\n}\n\n"
            "int f(unsigned char a)\n{\n    return scaled(a);\n}\n",
            "#include <8052.h>\n\n#define SCALED(n) ((n) * 4 + 1)\n\n"
            "int f(unsigned char a)\n{\n    return SCALED(a);\n}\n",
        ),
    ],
    keeps=[
        "static int h(unsigned char n)\n{\n    return n * n;\n}\nint g(void);\nint f(void)\n{\n    return h(g());\n}\n",
        "static unsigned char h(unsigned char n)\n{\n    return n * 2;\n}\n"
        "int f(unsigned char a)\n{\n    return h(a);\n}\n",
        "static int h(unsigned char n)\n{\n    return n * 4;\n}\nint f(int a)\n{\n    return h(a);\n}\n",
        "int h(unsigned char n)\n{\n    return n * 4;\n}\nint f(unsigned char a)\n{\n    return h(a);\n}\n",
        "int k;\nstatic int h(unsigned char n)\n{\n    return n * k;\n}\nint f(unsigned char a, int k)\n{\n"
        "    return h(a) + k;\n}\n",
        "static int h(unsigned char n)\n{\n    return n / 4;\n}\nvoid f(unsigned char *p)\n{\n    unsigned char i, a;\n"
        "    for (i = 0; i < 7; i++) {\n        a = g();\n        if (i == 0)\n            a &= 1;\n"
        "        *p++ = h(a);\n    }\n}\n",
        "static int h(unsigned char n)\n{\n    n++;\n    return n;\n}\n"
        "int f(unsigned char a)\n{\n    return h(a);\n}\n",
    ],
)
def function_to_macro(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A static function of one `return` as a macro with its name in capitals, at every use.

    Sound: each argument has no effect and already is what the parameter would make of it, and the body already has
    the type and the values of the result. Refuses prototypes and addresses of the function, bodies that call, write or
    read registers, names that a caller has for something else, results that the type cuts off, comments inside, a call
    in a loop that sdcc would wrongly reverse without it, names that the harness uses, and functions that keep time.
    """
    for function in unit.functions():
        name = unit.function_name(function)
        symbol = unit.symbols.lookup(name)
        body = function.child_by_field_name("body")
        if symbol is None or symbol.storage != b"static" or body is None or body.named_child_count != 1:
            continue
        statement = body.named_children[0]
        value = inner(statement) if statement.type == "return_statement" else None
        if value is not None:
            yield _as_macro(unit, context, function, symbol, value)


def _as_macro(unit: Unit, context: Context, function: Node, symbol: Symbol, value: Node) -> Site | Refusal:
    start, new = function.start_byte, symbol.name.upper()
    declarator = function.child_by_field_name("declarator")
    listed = declarator.child_by_field_name("parameters") if declarator is not None else None
    own = [s for s in unit.symbols.all("param") if s.scope == function]
    if listed is None or len(symbol.declarations) != 1 or not symbol.uses or not only_code(unit, symbol) or not own:
        return Refusal(start, "used-elsewhere")
    if is_special(unit, function) or is_conditional(function) or symbol.name.decode() in context.held:
        return Refusal(start, "used-elsewhere")
    if (
        not unit.symbols.is_free(new)
        or is_told(unit, symbol.name)
        or unit.in_opaque(start, unit.end(function))
        or keeps_time(unit, value)
    ):
        return Refusal(start, "not-plain")
    if unit.comments(start, unit.end(function)) or beside(unit, function) or hides_flow(unit, value):
        return Refusal(start, "comment-in-the-way")
    t, result, span = unit.symbols.type_of(value), symbol.type.of if symbol.type else None, unit.symbols.range_of(value)
    held = result.range() if result is not None else None
    if t is None or result is None or span is None or held is None or promoted(t) != promoted(result):
        return Refusal(start, "result-type")
    if result.kind != "int" or not (held[0] <= span[0] and span[1] <= held[1]) or not unit.symbols.pure(value):
        return Refusal(start, "result-type")
    if not is_steady(unit, value):
        return Refusal(start, "result-type")
    names = {unit.text(n) for n in unit.walk("identifier", under=value)} - {p.name for p in own}
    others = [s for s in unit.symbols.all() if s.scope is not None and s.scope != function and s.kind != "field"]
    if any(s.name in names for s in others) or any(not p.uses for p in own):
        return Refusal(start, "captured-name")
    edits = []
    for use in symbol.uses:
        call = use.parent
        given = call.child_by_field_name("arguments") if call is not None else None
        if call is None or given is None or call.child_by_field_name("function") != use or keeps_time(unit, call):
            return Refusal(start, "used-elsewhere")
        if may_be_reversed(unit, call):
            return Refusal(start, "loop-may-be-reversed")
        arguments = [n for n in given.named_children if n.type != "comment"]
        if len(arguments) != len(own) or not all(_fits(unit, p, a) for p, a in zip(own, arguments, strict=True)):
            return Refusal(start, "argument-types")
        edits.append(Edit(use.start_byte, use.end_byte, new))
    text, shift = unit.text(value), value.start_byte
    places = sorted((u for p in own for u in p.uses), key=lambda u: u.start_byte, reverse=True)
    for place in places:
        at, end = place.start_byte - shift, place.end_byte - shift
        already = text[at - 1 : at] == b"(" and text[end : end + 1] == b")" and at > 0
        word = text[at:end] if already else b"(" + text[at:end] + b")"
        text = text[:at] + word + text[end:]
    if b"\n" in text:
        return Refusal(start, "not-plain")
    text = text if text.startswith(b"(") and closes_at_end(text) else b"(" + text + b")"
    line = b"#define " + new + b"(" + b", ".join(p.name for p in own) + b") " + text
    return Site(
        (Edit(start, unit.end(function), line), *edits), (("name", symbol.name.decode()), ("new", new.decode()))
    )


def _fits(unit: Unit, parameter: Symbol, argument: Node) -> bool:
    """Whether the argument as an operand is what the parameter would be."""
    t, span = unit.symbols.type_of(argument), bounds(unit, argument)
    wanted = parameter.type
    held = wanted.range() if wanted is not None else None
    if t is None or wanted is None or span is None or held is None or t.kind != "int" or wanted.kind != "int":
        return False
    if not unit.symbols.pure(argument) or is_torn(unit, argument):
        return False
    if t.plain() != wanted.plain() and (promoted(t) != INT or wanted.width == 16):
        return False
    return promoted(t) == promoted(wanted) and held[0] <= span[0] and span[1] <= held[1]


RULES = (function_to_macro,)
