"""Constants: numbers with a name and in place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.ctype import literal_value
from corpus.source.edits import Edit
from corpus.source.expressions import operator, stripped
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.contexts import is_conditional
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import words_of

_SMALL = re.compile(rb"0[xX][0-9a-fA-F]+|0[bB][01]+|[1-9][0-9]*|0")
INT_MAX = 0x7FFF  # of the target; what is larger is long or unsigned as a literal and does not fit an enumerator
_LEAST_SIZE = 3  # smaller numbers have too many meanings to be tied together


@dataclass(frozen=True, slots=True)
class NumberMacro:
    """`#define NAME value  comment`: the symbol, the value's text and what follows on the line."""

    symbol: Symbol
    node: Node
    value: bytes
    remark: bytes


def number_macros(unit: Unit) -> Iterator[NumberMacro | Refusal]:
    """The object-like macros of one small integer that only code uses, and why others are not such."""
    last_include = max((node.start_byte for node in unit.walk("preproc_include")), default=0)
    for node in unit.walk("preproc_def"):
        name = node.child_by_field_name("name")
        symbol = unit.symbols.resolve(name) if name is not None else None
        if name is None or symbol is None or symbol.kind != "macro" or not symbol.body:
            continue
        start = node.start_byte
        value = literal_value(symbol.body)
        if value is None or not _SMALL.fullmatch(symbol.body):
            continue
        line = unit.src[name.end_byte : unit.line_end(start)]
        tail = unit.comments(name.end_byte, unit.line_end(start))
        remark = unit.src[tail[0].start : tail[0].end].rstrip(b"\r") if tail else b""
        places = unit.symbols.occurrences(symbol.name)
        elsewhere = any(o.where != "code" and o.start != name.start_byte for o in places)
        if value > INT_MAX:
            yield Refusal(start, "does-not-fit-int")
        elif elsewhere or start < last_include or len(symbol.declarations) != 1 or is_conditional(node):
            yield Refusal(start, "asked-by-directives")
        elif len(tail) > 1 or b"\n" in remark or b"\\" in line:
            yield Refusal(start, "long-comment")
        elif any(use.start_byte < start for use in symbol.uses):
            yield Refusal(start, "used-above")
        else:
            yield NumberMacro(symbol, node, symbol.body, remark)


@rewrite(
    family="constants",
    en="Give the array's size a name and use it for the loop bound as well",
    zh="给数组长度起个宏名，循环上限也用它",
    changes=[
        (
            "#include <8052.h>\n\nstatic char samples[16];\n\nvoid f(void)\n{\n    int i;\n\n"
            "    for (i = 0; i < 16; i++)\n"
            "        samples[i] = 16;\n}\n",
            "#include <8052.h>\n\n#define SAMPLES_SIZE 16\n\nstatic char samples[SAMPLES_SIZE];\n\n"
            "void f(void)\n{\n    int i;\n\n"
            "    for (i = 0; i < SAMPLES_SIZE; i++)\n        samples[i] = 16;\n}\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\nstatic char a[2];\nvoid f(void)\n{\n    int i;\n    for (i = 0; i < 2; i++)\n"
        "        a[i] = 0;\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    char a[8];\n    int i;\n    for (i = 0; i < 7; i++)\n"
        "        a[i] = 0;\n}\n",
        "#include <8052.h>\nstatic char a[3] = {1, 2, 3};\n",
        "static char a[3];\n",
    ],
)
def name_array_size(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """The length of an array and the bounds of the loops that walk over it as one macro.

    Sound: the macro stands for the same literal. Refuses lengths that no loop uses of arrays with an initialiser, whose
    values tell the length, and of locals, arrays of two, and what stands within `#if`.
    """
    includes = [n for n in unit.root.named_children if n.type in ("preproc_include", "preproc_def")]
    for symbol in unit.symbols.all("global", "static", "local"):
        declarator = symbol.declaration.parent if symbol.declaration is not None else None
        if declarator is None or declarator.type != "array_declarator" or is_conditional(declarator):
            continue
        size = declarator.child_by_field_name("size")
        outer = declarator.parent
        if size is None or size.type != "number_literal" or outer is None or outer.type == "array_declarator":
            continue
        value = literal_value(unit.text(size))
        if value is None or value < _LEAST_SIZE or unit.in_opaque(size.start_byte, size.end_byte):
            continue
        bounds = _bounds(unit, symbol, unit.text(size))
        given = outer.type == "init_declarator"
        if not includes or (not bounds and (given or symbol.scope is not None)):
            yield Refusal(size.start_byte, "no-loop-uses-it")
            continue
        words = words_of(symbol.name.decode("utf-8", "replace"))
        ends = ["SIZE", "LENGTH", "COUNT"] if context.rng.random() < 0.5 else ["COUNT", "SIZE", "LENGTH"]
        names = ["_".join([*(word.upper() for word in words), end]) for end in ends]
        name = next((n for n in names if unit.symbols.is_free(n.encode()) and n not in context.held), None)
        place = _after(unit, includes, declarator.start_byte)
        if not words or name is None or place is None:
            yield Refusal(size.start_byte, "no-name-or-room")
            continue
        where, new = place
        edits = [Edit(n.start_byte, n.end_byte, name.encode()) for n in (size, *bounds)]
        text = b"#define " + name.encode() + b" " + unit.text(size)
        lines = unit.newline + (unit.newline if new else b"") + text
        named, way = (("name", symbol.name.decode()), ("new", name)), "with-loops" if bounds else "alone"
        yield Site((*aligned(unit, edits), Edit(where, where, lines)), named, way=way)


def _after(unit: Unit, lines: list[Node], before: int) -> tuple[int, bool] | None:
    """The end of the last plain `#define` above, or of the last include (then apart from it)."""
    above = [n for n in lines if n.start_byte < before]
    if not above:
        return None
    last = above[-1]
    end = line_stop(unit, last.start_byte)
    tail = unit.comments(last.start_byte, end)
    if b"\\" in unit.src[last.start_byte : end] or (tail and tail[-1].end > end):
        return None
    return end, last.type == "preproc_include"


def _bounds(unit: Unit, array: Symbol, size: bytes) -> list[Node]:
    """The limits `i < size` of loops in whose body the array is taken at `i`."""
    found = []
    for loop in unit.walk("for_statement"):
        test, body = loop.child_by_field_name("condition"), loop.child_by_field_name("body")
        if test is None or body is None or test.type != "binary_expression" or operator(test) != b"<":
            continue
        left, right = test.child_by_field_name("left"), test.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier" or unit.text(right) != size:
            continue
        if unit.in_opaque(test.start_byte, test.end_byte):
            continue
        for node in unit.walk("subscript_expression", under=body):
            argument, index = node.child_by_field_name("argument"), node.child_by_field_name("index")
            if argument is None or index is None or argument.type != "identifier":
                continue
            if unit.text(stripped(index)) == unit.text(left) and unit.symbols.resolve(argument) == array:
                found.append(right)
                break
    return found


@rewrite(
    family="constants",
    en="Write the constant directly where it is used; it is used only once",
    zh="这个宏只用了一次，直接把数值写在使用处",
    changes=[
        (
            "#define TURNS 5\n\nvoid f(void)\n{\n    g(TURNS);\n}\n",
            "void f(void)\n{\n    g(5);\n}\n",
        ),
    ],
    keeps=[
        "#define TURNS 5\nvoid f(void)\n{\n    g(TURNS, TURNS);\n}\n",
        "#define COMMAND 0xBE\nvoid f(void)\n{\n    g(COMMAND);\n}\n",
        "#define TURNS 5 /* left */\nvoid f(void)\n{\n    g(TURNS);\n}\n",
        "#define START 5\n#define NEXT (START + 1)\nvoid f(void)\n{\n    g(START, NEXT, NEXT);\n}\n",
        "#define SHOW(x) #x\n#define START 5\nvoid f(void)\n{\n    g(SHOW(START));\n}\n",
        "#define WAIT 5\n#include <util/delay.h>\nvoid f(void)\n{\n    g(WAIT);\n}\n",
    ],
)
def macro_in_place(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """The value of a macro that is used once, in the place of its name; the `#define` goes away.

    Sound: the preprocessor does the same. Refuses a macro with a comment (which would be lost), one that directives, a
    header included below or the harness may use, arguments of macros, one of a group with a common prefix (a state
    among states), and bit patterns, which only the name explains.
    """
    groups = Counter(
        symbol.name.partition(b"_")[0] for symbol in unit.symbols.all("macro", "enumerator") if b"_" in symbol.name
    )
    for found in number_macros(unit):
        if isinstance(found, Refusal):
            yield found
            continue
        symbol, node = found.symbol, found.node
        if len(symbol.uses) != 1 or len(unit.symbols.occurrences(symbol.name)) != 2:
            continue
        use = symbol.uses[0]
        call = unit.enclosing(use, "call_expression")
        called = call.child_by_field_name("function") if call is not None else None
        meant = unit.symbols.resolve(called) if called is not None else None
        above = unit.src[: node.start_byte].rstrip(b"\r\n \t")
        if symbol.name.decode() in context.held:
            yield Refusal(node.start_byte, "used-by-the-harness")
        elif _is_pattern(unit, use):
            yield Refusal(node.start_byte, "bit-pattern")
        elif b"_" in symbol.name and groups[symbol.name.partition(b"_")[0]] > 1:
            yield Refusal(node.start_byte, "one-of-a-group")
        elif meant is not None and meant.kind == "macro":
            yield Refusal(node.start_byte, "argument-of-a-macro")
        elif found.remark or (above.endswith(b"*/") and unit.src[len(above) : node.start_byte].count(b"\n") < 2):
            yield Refusal(node.start_byte, "comment-beside")
        else:
            start, end = unit.line_start(node.start_byte), min(unit.line_end(node.start_byte) + 1, len(unit.src))
            blank = not start or not unit.src[unit.line_start(start - 1) : start].strip()
            after = unit.line_end(end)
            if blank and end < len(unit.src) and not unit.src[end:after].strip():
                end = min(after + 1, len(unit.src))
            named = (("name", symbol.name.decode()), ("value", found.value.decode()))
            yield Site((Edit(start, end, b""), Edit(use.start_byte, use.end_byte, found.value)), named)


def _is_pattern(unit: Unit, use: Node) -> bool:
    """Whether the number is a pattern, which its name explains: not decimal, among bit operators, for a register."""
    symbol = unit.symbols.resolve(use)
    if symbol is None or not (symbol.body or b"").isdigit():
        return True
    parent = use.parent
    while parent is not None and parent.type in ("parenthesized_expression", "unary_expression", "cast_expression"):
        parent = parent.parent
    if parent is None or parent.type == "initializer_list":
        return True
    if parent.type == "binary_expression":
        return operator(parent) in (b"&", b"|", b"^", b"==", b"!=")
    left = parent.child_by_field_name("left")
    if parent.type != "assignment_expression" or left is None:
        return parent.type in ("case_statement", "array_declarator")
    t = unit.symbols.type_of(left)
    return operator(parent) != b"=" or t is None or t.volatile


RULES = (name_array_size, macro_in_place)
