"""Constants: macros, enumerators and numbers in place."""

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
from generators.rewrites.blocks import Layout
from generators.rewrites.contexts import is_conditional
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import words_of

_SMALL = re.compile(rb"0[xX][0-9a-fA-F]+|0[bB][01]+|[1-9][0-9]*|0")
INT_MAX = 0x7FFF  # of the target; what is larger is long or unsigned as a literal and does not fit an enumerator
_LEAST_SIZE = 3  # smaller numbers have too many meanings to be tied together


@dataclass(frozen=True, slots=True)
class _Line:
    """`#define NAME value  comment`: the symbol, the value's text and what follows on the line."""

    symbol: Symbol
    node: Node
    value: bytes
    remark: bytes


def _lines(unit: Unit) -> Iterator[_Line | Refusal]:
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
            yield _Line(symbol, node, symbol.body, remark)


@rewrite(
    family="constants",
    en="Turn the related macro constants into an enum",
    zh="把这一组相关的宏常量改成枚举",
    changes=[
        (
            "#define A_ON 1\n#define A_OFF 0x00 /* dark */\n\nint f(void)\n{\n    return A_ON + A_OFF;\n}\n",
            "enum {\n    A_ON = 1,\n    A_OFF = 0x00 /* dark */\n};\n\nint f(void)\n{\n    return A_ON + A_OFF;\n}\n",
        ),
    ],
    keeps=[
        "#define A 0\n\n#define B 1\n",
        "#define TASKS 6\n#define RELOAD 0xEE\n",
        "#define A_ON 1\n#define A_OFF 0\n#define A_BIG 40000\n",
        "#define ON 0\n#define OFF 1\n#if ON\n#endif\n",
        "#define ON 0\n#define OFF 1u\n",
        "#ifdef X\n#define ON 0\n#define OFF 1\n#endif\n",
        '#define ON 0\n#define OFF 1\n#include "board.h"\n',
    ],
)
def macros_to_enum(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`#define`s of small integers whose names begin alike or that count up, line under line, as one unnamed enum.

    Sound: an enumerator is an `int` of that value wherever an expression may stand, as the literal was. Refuses values
    that do not fit a 16-bit `int`, suffixes, macros that `#if`, other macros, asm or a header included below may use,
    those within `#if`, and groups of which a part would stay behind.
    """
    layout = Layout.of(unit, context.style)
    run: list[_Line] = []
    for found in [*_lines(unit), None]:
        if isinstance(found, Refusal):
            yield found
            continue
        if found is not None and (
            not run or unit.line(found.node.start_byte) == unit.line(run[-1].node.start_byte) + 1
        ):
            run.append(found)
            continue
        for group in _related(unit, run):
            yield _as_enum(unit, layout, group)
        run = [found] if found is not None else []


def _related(unit: Unit, run: list[_Line]) -> list[list[_Line]]:
    """The parts of a run of `#define`s whose names begin alike, or all of it where the values count up."""
    values = [literal_value(line.value) or 0 for line in run]
    if len(run) > 1 and values == list(range(values[0], values[0] + len(run))):
        return [run]
    groups: list[list[_Line]] = []
    for line in run:
        if groups and _family(groups[-1][-1].symbol.name) == _family(line.symbol.name):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [group for group in groups if len(group) > 1 and not _has_sibling(unit, group)]


def _family(name: bytes) -> bytes:
    return name.split(b"_")[0] if b"_" in name else b"/" + name


def _has_sibling(unit: Unit, group: list[_Line]) -> bool:
    """Whether another macro with the same first word would be left outside."""
    inside = {line.symbol.name for line in group}
    return any(
        s.name not in inside and _family(s.name) == _family(group[0].symbol.name) for s in unit.symbols.all("macro")
    )


def _as_enum(unit: Unit, layout: Layout, run: list[_Line]) -> Site:
    width = max(len(line.symbol.name) + len(line.value) for line in run)
    items = []
    for line in run:
        comma = b"" if line is run[-1] else b","
        text = layout.step + line.symbol.name + b" = " + line.value + comma
        gap = b" " * (width - len(line.symbol.name) - len(line.value) + 2 - len(comma)) if len(run) > 1 else b" "
        several = sum(bool(one.remark) for one in run) > 1
        items.append(text + ((gap if several else b" ") + line.remark if line.remark else b""))
    opening = unit.newline if layout.own_line else b" "
    body = unit.newline.join([b"enum" + opening + b"{", *items, b"};"])
    named = (("name", run[0].symbol.name.decode()), ("last", run[-1].symbol.name.decode()))
    return Site((Edit(run[0].node.start_byte, line_stop(unit, run[-1].node.start_byte), body),), named)


@rewrite(
    family="constants",
    en="Replace the unnamed enum with macro constants",
    zh="把匿名枚举改成宏常量",
    changes=[
        (
            "enum {\n    ON = 1,\n    DIM,   /* half */\n    OFF = 0\n};\n\nint f(void)\n{\n    return DIM;\n}\n",
            "#define ON 1\n#define DIM 2 /* half */\n#define OFF 0\n\nint f(void)\n{\n    return DIM;\n}\n",
        ),
    ],
    keeps=[
        "enum state { ON, OFF };\n",
        "typedef enum { ON, OFF } state;\n",
        "enum { ON, OFF };\nint f(int ON)\n{\n    return ON;\n}\n",
        "enum { ON, OFF };\nstruct s { int ON; };\n",
        "void f(void)\n{\n    enum { ON, OFF };\n    g(ON);\n}\n",
    ],
)
def enum_to_macros(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """An unnamed enum at file scope as one `#define` for each enumerator.

    Sound: every enumerator is an `int` constant, as its literal is. Refuses enums with a tag or a variable, negative
    and unknown values, and names that also mean something else (a macro knows no scope)."""
    for node in unit.root.named_children:
        enum = node if node.type == "enum_specifier" else None
        if enum is None or enum.child_by_field_name("name") is not None:
            continue
        body = enum.child_by_field_name("body")
        end = line_stop(unit, enum.start_byte if body is None else body.end_byte)
        rest = unit.src[enum.end_byte : end].strip()
        if body is None or rest != b";" or unit.src[unit.line_start(enum.start_byte) : enum.start_byte].strip():
            continue
        lines = _as_defines(unit, body)
        if isinstance(lines, str):
            yield Refusal(enum.start_byte, lines)
        elif unit.in_opaque(enum.start_byte, end) or unit.comments(enum.start_byte, body.start_byte):
            yield Refusal(enum.start_byte, "not-plain")
        else:
            names = [unit.text(n).decode().split("=")[0].strip() for n in unit.walk("enumerator", under=body)]
            named = (("name", names[0]), ("last", names[-1]))
            yield Site((Edit(enum.start_byte, end, unit.newline.join(lines)),), named)


def _as_defines(unit: Unit, body: Node) -> list[bytes] | str:
    lines: list[bytes] = []
    remarks: list[bytes] = []
    last = -1
    for child in body.named_children:
        if child.type == "comment":
            text = unit.text(child)
            if lines and unit.line(child.start_byte) == last and b"\n" not in text and not remarks[-1]:
                remarks[-1] = text
                continue
            return "comment-between"
        name = child.child_by_field_name("name")
        symbol = unit.symbols.resolve(name) if name is not None else None
        if symbol is None or symbol.value is None or not 0 <= symbol.value <= INT_MAX:
            return "value-unknown"
        places = unit.symbols.occurrences(symbol.name)
        if len(places) != len(symbol.uses) + 1 or any(place.where != "code" for place in places):
            return "name-means-more"
        given = child.child_by_field_name("value")
        text = unit.text(given) if given is not None and given.type == "number_literal" else b"%d" % symbol.value
        lines.append(b"#define " + symbol.name + b" " + text)
        remarks.append(b"")
        last = unit.line(child.start_byte)
    width = max(map(len, lines)) if sum(map(bool, remarks)) > 1 else 0
    return [(a.ljust(width) + b" " + b) if b else a for a, b in zip(lines, remarks, strict=True)] or "empty"


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
    for found in _lines(unit):
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


RULES = (macros_to_enum, enum_to_macros, name_array_size, macro_in_place)
