"""Macros with arguments: an expression as a static inline function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.ctype import INT, INT8, UINT8, CType, promoted
from corpus.source.edits import Edit
from corpus.source.expressions import inner, stripped
from corpus.source.ranges import Interval
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, lead
from generators.rewrites.constant_tables import in_macro_call, is_told, spelled
from generators.rewrites.contexts import interrupt_side, is_conditional, is_special
from generators.rewrites.flow import hides_flow
from generators.rewrites.indexes import bounds, is_steady
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import is_torn

_FIXED = ("case_statement", "array_declarator", "enumerator", "field_declaration")  # constants stand there
_KEYED = re.compile(rb"#|\b(?:sizeof|asm|return|if|for|while|do|goto|__asm__)\b|[;{}\"]")


@dataclass(frozen=True, slots=True)
class _Macro:
    """A macro with arguments: its definition, parameters, body as an expression, and calls with their arguments."""

    symbol: Symbol
    node: Node
    parameters: tuple[bytes, ...]
    body: bytes
    calls: tuple[tuple[Node, tuple[Node, ...]], ...]


@rewrite(
    family="functions",
    en="Turn the function-like macro into a static inline function",
    zh="把带参数的宏改成 static inline 函数",
    changes=[
        (
            "#define SQUARE(n) ((n) * (n))\n\nint f(unsigned char a)\n{\n    return SQUARE(a) + SQUARE(3);\n}\n",
            "static inline int square(unsigned char n)\n{\n    return n * n;\n}\n\n"
            "int f(unsigned char a)\n{\n    return square(a) + square(3);\n}\n",
        ),
        (
            "#include <8052.h>\n#include <stdint.h>\n\n#define LED(n) (P1 = ~(1 << (n))) /* active low */\n\n"
            "void f(uint8_t i)\n{\n    LED(i);\n}\n",
            "#include <8052.h>\n#include <stdint.h>\n\n/* active low */\nstatic inline void led(uint8_t n)\n{\n"
            "    P1 = ~(1 << n);\n}\n\nvoid f(uint8_t i)\n{\n    led(i);\n}\n",
        ),
    ],
    keeps=[
        "#define NAME(n) #n\nconst char *f(void)\n{\n    return NAME(x);\n}\n",
        "#define SQUARE(n) ((n) * (n))\nint a[SQUARE(2)];\nint f(void)\n{\n    return SQUARE(2);\n}\n",
        "int g(void);\n#define SQUARE(n) ((n) * (n))\nint f(void)\n{\n    return SQUARE(g());\n}\n",
        "#define SQUARE(n) ((n) * (n))\nint f(unsigned char a, unsigned b)\n{\n    return SQUARE(a) + SQUARE(b);\n}\n",
        "#define LEAVE(n) if (n) return\nvoid f(int a)\n{\n    LEAVE(a);\n}\n",
        "#define BUMP(n) ((n)++)\nvoid f(int a)\n{\n    BUMP(a);\n}\n",
        "#define SQUARE(n) ((n) * (n))\nvoid f(unsigned char a) __interrupt(1)\n{\n    g(SQUARE(a));\n}\n",
        "#define HALF(n) ((n) / 2)\n#if HALF(4) == 2\n#endif\nint f(int a)\n{\n    return HALF(a);\n}\n",
        "#define SUM(n) (n + m)\nint f(int a, int m)\n{\n    return SUM(a);\n}\n",
    ],
)
def macro_to_function(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`#define SQUARE(n) ((n) * (n))` as `static inline int square(unsigned char n)`, at every use.

    Sound: each argument has no effect, so that it may be evaluated once and first; its values fit the parameter, which
    is promoted as the argument was; the result has the body's own type, or one that is promoted to it and holds every
    value. Refuses bodies that are no expression, write a parameter or use a local, `#` and `##`, uses in constants,
    directives and other macros, arguments of several types, uses on the interrupt side (a function's parameters have
    fixed memory on the 8051), functions that keep time, and Keil's dialect.
    """
    shared = interrupt_side(unit)
    for node in unit.walk("preproc_function_def"):
        found = _macro(unit, context, node)
        if isinstance(found, str):
            yield Refusal(node.start_byte, found)
            continue
        users = [unit.enclosing_function(call) for call, _ in found.calls]
        if any(f is None or unit.function_name(f) in shared or is_special(unit, f) for f in users):
            yield Refusal(node.start_byte, "interrupt-side")
        elif unit.masked.keil or any(keeps_time(unit, call) for call, _ in found.calls):
            yield Refusal(node.start_byte, "timing-function")
        else:
            yield _as_function(unit, context, found)


def _macro(unit: Unit, context: Context, node: Node) -> _Macro | str:
    name = node.child_by_field_name("name")
    listed, value = node.child_by_field_name("parameters"), node.child_by_field_name("value")
    symbol = unit.symbols.resolve(name) if name is not None else None
    if symbol is None or listed is None or value is None or not symbol.body or is_conditional(node):
        return "not-plain"
    line = unit.src[value.start_byte : unit.line_end(value.start_byte)]
    notes = unit.comments(value.start_byte, unit.line_end(value.start_byte))
    body = (line[: notes[0].start - value.start_byte] if notes else line).strip()
    if _KEYED.search(body) or symbol.name.decode() in context.held or len(symbol.declarations) != 1:
        return "body-not-an-expression"
    parameters = tuple(unit.text(n) for n in listed.named_children if n.type == "identifier")
    if not parameters or len(parameters) != listed.named_child_count or b"..." in unit.text(listed):
        return "no-parameters"
    line = unit.src[node.start_byte : unit.line_end(node.start_byte)]
    if b"\\" in line or len(unit.symbols.occurrences(symbol.name)) != len(symbol.uses) + 1 or not symbol.uses:
        return "used-elsewhere"
    if any(o.where != "code" for o in unit.symbols.occurrences(symbol.name)[1:]):
        return "used-elsewhere"
    calls = []
    for use in symbol.uses:
        call = use.parent
        given = call.child_by_field_name("arguments") if call is not None else None
        if call is None or given is None or call.child_by_field_name("function") != use:
            return "used-elsewhere"
        arguments = tuple(n for n in given.named_children if n.type != "comment")
        if len(arguments) != len(parameters) or unit.comments(call.start_byte, unit.end(call)):
            return "used-elsewhere"
        if is_fixed(unit, call) or in_macro_call(unit, call):
            return "in-a-constant"
        if not all(unit.symbols.pure(a) and not is_torn(unit, a) for a in arguments):
            return "argument-has-effects"
        calls.append((call, arguments))
    return _Macro(symbol, node, parameters, body, tuple(calls))


def is_fixed(unit: Unit, node: Node) -> bool:
    """Whether a constant must stand here: outside of functions, in a case, a size or a static's initialiser."""
    holder = unit.enclosing(node, *_FIXED, "declaration", "expression_statement", "compound_statement")
    if unit.enclosing_function(node) is None:
        return True
    if holder is not None and holder.type == "case_statement":
        value = holder.child_by_field_name("value")
        return value is not None and value.start_byte <= node.start_byte < value.end_byte
    return holder is not None and (holder.type in _FIXED or unit.text(holder).startswith(b"static"))


def _as_function(unit: Unit, context: Context, macro: _Macro) -> Site | Refusal:
    start = macro.node.start_byte
    functions = [f for call, _ in macro.calls if (f := unit.enclosing_function(call)) is not None]
    place = unit.line_start(lead(unit, functions[0]))
    kinds = [
        _parameter_type(unit, [arguments[i] for _, arguments in macro.calls]) for i in range(len(macro.parameters))
    ]
    if functions[0].parent != unit.root or is_conditional(functions[0]) or any(kind is None for kind in kinds):
        return Refusal(start, "argument-types")
    if any(is_conditional(f) for f in functions):
        return Refusal(start, "used-elsewhere")
    name = _function_name(unit, context, macro.symbol.name)
    body = _unwrapped(macro.body, macro.parameters)
    listed = b", ".join((kind or b"") + b" " + p for kind, p in zip(kinds, macro.parameters, strict=True))
    stated = all(c.parent is not None and c.parent.type == "expression_statement" for c, _ in macro.calls)
    result = _result(unit, macro, place, listed, body, stated)
    if name is None or result is None or (name != macro.symbol.name and is_told(unit, macro.symbol.name)):
        return Refusal(start, "no-name-or-result")
    end = line_stop(unit, start)
    notes = unit.comments(start, end)
    if len(notes) > 1 or (notes and notes[0].end > end) or beside_above(unit, macro.node):
        return Refusal(start, "comment-in-the-way")
    note = unit.src[notes[0].start : end].rstrip() + unit.newline if notes else b""
    layout = Layout.of(unit, context.style)
    top = functions[0].child_by_field_name("body")
    own_line = top is None or unit.src[: top.start_byte].rstrip(b" \t").endswith(b"\n")
    line = body if result == b"void" else b"return " + body
    head = b"static inline " + result + b" " + name + b"(" + listed + b")" + (unit.newline if own_line else b" ") + b"{"
    text = note + head + unit.newline + layout.step + line + b";" + unit.newline + b"}" + unit.newline * 2
    uses = [Edit(u.start_byte, u.end_byte, name) for u in macro.symbol.uses]
    gone = _line_gone(unit, macro.node, place)
    return Site((gone, Edit(place, place, text), *uses), (("name", macro.symbol.name.decode()), ("new", name.decode())))


def beside_above(unit: Unit, node: Node) -> bool:
    """Whether a comment stands right above a line, which speaks of it."""
    above = unit.src[: unit.line_start(node.start_byte)].rstrip(b"\r\n \t")
    gap = unit.src[len(above) : node.start_byte]
    return gap.count(b"\n") == 1 and bool(unit.comments(max(len(above) - 1, 0), len(above)))


def _line_gone(unit: Unit, node: Node, place: int) -> Edit:
    """The edit that takes a preprocessor line away, with one of two empty lines around it."""
    start, end = unit.line_start(node.start_byte), min(unit.line_end(node.start_byte) + 1, len(unit.src))
    blank = not start or not unit.src[unit.line_start(start - 1) : start].strip()
    after = unit.line_end(end)
    if blank and end < len(unit.src) and not unit.src[end:after].strip():
        end = min(after + 1, len(unit.src))
    return Edit(start, min(end, place) if start < place else end, b"")


def _function_name(unit: Unit, context: Context, name: bytes) -> bytes | None:
    """The macro's name in small letters, if free, as functions are written; its own where it is in no capitals."""
    new = name.lower() if name.isupper() else name
    free = new == name or unit.symbols.is_free(new)
    return new if free and new.decode() not in context.held else None


def _parameter_type(unit: Unit, arguments: list[Node]) -> bytes | None:
    """The type of a parameter that takes all of these as they are: promoted alike, every value held."""
    types = [unit.symbols.type_of(a) for a in arguments]
    if any(t is None or t.kind != "int" for t in types):
        return None
    if all(promoted(t) == INT for t in types):
        spans = [bounds(unit, a) for a in arguments]
        known = [s for s in spans if s is not None]
        if len(known) != len(spans):
            return None
        for wanted in (UINT8, INT8):
            low, high = wanted.range() or (0, 0)
            if all(low <= s[0] and s[1] <= high for s in known):
                return spelled(unit, wanted)
        return b"int"
    words = {_declared_type(unit, a) for a in arguments}
    return next(iter(words)) if len(words) == 1 else None


def _declared_type(unit: Unit, argument: Node) -> bytes | None:
    """How the type of a variable is written."""
    node = stripped(argument)
    symbol = unit.symbols.resolve(node) if node.type == "identifier" else None
    if symbol is None or symbol.declaration is None or not symbol.is_variable:
        return None
    holder = unit.enclosing(symbol.declaration, "declaration", "parameter_declaration")
    kind = holder.child_by_field_name("type") if holder is not None else None
    plain = kind is not None and kind.type in ("primitive_type", "type_identifier", "sized_type_specifier")
    return unit.text(kind) if kind is not None and plain else None


def _unwrapped(body: bytes, parameters: tuple[bytes, ...]) -> bytes:
    """The body without the parentheses that only a macro needs: around a parameter and around the whole."""
    for name in parameters:
        body = re.sub(rb"(?<![\w)])\(\s*" + re.escape(name) + rb"\s*\)", name, body)
    text = body.strip()
    while text.startswith(b"(") and closes_at_end(text):
        text = text[1:-1].strip()
    return text


def closes_at_end(text: bytes) -> bool:
    """Whether the parenthesis that a text begins with is closed by its last byte."""
    depth = 0
    for at, byte in enumerate(text):
        depth += (byte == ord("(")) - (byte == ord(")"))
        if depth == 0:
            return at == len(text) - 1
    return False


def _result(unit: Unit, macro: _Macro, place: int, listed: bytes, body: bytes, stated: bool) -> bytes | None:
    """The type of the function's result, found by trying it in this file; None where the body may not be a function."""
    trial = b"static int _result_of_(" + listed + b")\n{\n    return (" + body + b");\n}\n"
    after = Unit.parse(unit.src[:place] + trial + unit.src[place:])
    function = after.function(b"_result_of_")
    statement = next(after.walk("return_statement", under=function), None) if function is not None else None
    value = inner(statement) if statement is not None else None
    value = stripped(value) if value is not None else None
    if function is None or value is None or after.error is not None or hides_flow(after, function):
        return None
    effects = after.symbols.effects(value)
    names = {after.text(n) for n in after.walk("identifier", under=value)} - set(macro.parameters)
    if effects.unknown or effects.calls or set(macro.parameters) & effects.writes or b"*" in effects.writes:
        return None
    if any(s.name in names and s.scope is not None and s.kind != "field" for s in unit.symbols.all()):
        return None
    known = [unit.symbols.lookup(n) for n in sorted(names)]
    if any(s is None or (s.declaration is not None and s.declaration.start_byte >= place) for s in known):
        return None
    if not set(macro.parameters) <= {after.text(n) for n in after.walk("identifier", under=value)}:
        return None
    reads = {name for _, arguments in macro.calls for a in arguments for name in unit.symbols.effects(a).reads}
    if effects.writes & reads or (effects.writes and b"*" in reads):
        return None
    if stated:
        return b"void" if effects.writes else None
    if effects.writes or effects.volatile_reads:
        return None
    t = after.symbols.type_of(value)
    return _spelt_result(unit, after, value, t, after.symbols.range_of(value))


def _spelt_result(unit: Unit, after: Unit, value: Node, t: CType | None, span: Interval | None) -> bytes | None:
    if t is None or t.kind != "int" or span is None:
        return None
    if value.type == "cast_expression":
        kind = value.child_by_field_name("type")
        return after.text(kind) if kind is not None and re.fullmatch(rb"[\w ]+", after.text(kind)) else None
    if promoted(t) != INT:
        return None
    small = is_steady(after, value) and span[0] >= 0 and span[1] <= 0xFF
    return spelled(unit, UINT8) if small else b"int"


RULES = (macro_to_function,)
