"""Ordering: helpers above the functions that call them, or below with a prototype in front."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.blocks import lead
from generators.rewrites.contexts import is_special
from generators.rewrites.rule import Context, Refusal, Site, rewrite


def _top(unit: Unit) -> list[Node]:
    return [node for node in unit.root.named_children if node.type == "function_definition"]


def _span(unit: Unit, function: Node) -> tuple[int, int]:
    """The definition with the comment above it and the empty line behind it."""
    end = min(unit.line_end(unit.end(function)) + 1, len(unit.src))
    after = unit.line_end(end)
    if end < len(unit.src) and not unit.src[end:after].strip():
        end = min(after + 1, len(unit.src))
    return unit.line_start(lead(unit, function)), end


def _refusal(unit: Unit, function: Node, symbol: Symbol) -> Refusal | None:
    start, end = _span(unit, function)
    own_lines = unit.src[unit.line_start(function.start_byte) : function.start_byte].strip() == b""
    if is_special(unit, function) or unit.error is not None:
        return Refusal(start, "special")
    if any(o.where != "code" for o in unit.symbols.occurrences(symbol.name)) or b"#undef" in unit.src:
        return Refusal(start, "named-in-a-macro")
    if any(start <= a < end for a, _ in unit.directives) or not own_lines:
        return Refusal(start, "directive-inside")
    if unit.src[unit.end(function) : unit.line_end(unit.end(function))].strip():
        return Refusal(start, "comment-beside")
    return None


def _known_at(unit: Unit, node: Node, place: int, own: bytes) -> bool:
    """Whether everything that a piece of code names is declared in front of a place in the file."""
    for name in unit.walk("identifier", "type_identifier", under=node):
        symbol = unit.symbols.resolve(name)
        if symbol is None or symbol.from_header or symbol.scope is not None or symbol.name == own:
            continue
        if symbol.kind in ("field", "label"):
            continue
        if not symbol.declarations or min(n.start_byte for n in symbol.declarations) >= place:
            return False
    tags = unit.walk("struct_specifier", "union_specifier", "enum_specifier", under=node)
    return all(tag.child_by_field_name("body") is None or tag.start_byte >= node.start_byte for tag in tags)


def _prototype(unit: Unit, function: Node) -> bytes | None:
    body = function.child_by_field_name("body")
    if body is None or unit.comments(function.start_byte, body.start_byte):
        return None
    text = unit.src[function.start_byte : body.start_byte].strip()
    return None if b"\n" in text or any(unit.walk("struct_specifier", under=function.children[0])) else text + b";"


@rewrite(
    family="functions",
    en="Move the helper function below the functions that use it and declare it at the top",
    zh="把辅助函数移到调用者下面，在前面加上函数声明",
    changes=[
        (
            "int a;\n\n/* One more. */\nstatic void more(void)\n{\n    a++;\n}\n\n/* Begins. */\nvoid f(void)\n"
            "{\n    more();\n}\n",
            "int a;\n\nstatic void more(void);\n\n/* Begins. */\nvoid f(void)\n{\n    more();\n}\n\n/* One more. */\n"
            "static void more(void)\n{\n    a++;\n}\n",
        ),
    ],
    keeps=[
        "void f(void)\n{\n    g();\n}\n",
        "static void m(void);\nstatic void m(void)\n{\n}\nvoid f(void)\n{\n    m();\n}\n",
        "static void m(void)\n{\n}\n#define M m()\nvoid f(void)\n{\n    M;\n}\n",
        "#if 1\nstatic void m(void)\n{\n}\n#endif\nvoid f(void)\n{\n    m();\n}\n",
    ],
)
def helper_below(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A static function goes to the end of the file; a prototype stands before the first function instead.

    Sound: C asks for a declaration in front of a call, not for the body, and everything that the body names is declared
    above it still. Refuses functions within `#if`, in macros, with attributes, already declared, and files with
    `#undef`.
    """
    functions = _top(unit)
    for function in functions[:-1]:
        name = unit.function_name(function)
        symbol = unit.symbols.lookup(name)
        if symbol is None or symbol.storage != b"static" or len(symbol.declarations) != 1 or not symbol.uses:
            continue
        start, end = _span(unit, function)
        refused = _refusal(unit, function, symbol)
        prototype = _prototype(unit, function)
        first = functions[0]
        place = _span(unit, first)[0]
        declarator = function.child_by_field_name("declarator")
        if refused is not None or prototype is None or declarator is None:
            yield refused or Refusal(start, "no-prototype")
            continue
        head = [child for child in function.named_children if child.type != "compound_statement"]
        if not all(_known_at(unit, part, place, name) for part in head):
            place = start
        text = unit.src[start:end].rstrip() + unit.newline
        whole = unit.src.rstrip()
        behind = Edit(len(whole), len(unit.src), unit.newline * 2 + text)
        above = _prototypes_above(unit, place)
        joint = b"" if above else unit.newline
        put = above if above is not None else place
        if put == start:
            yield Site((Edit(start, end, prototype + unit.newline + joint), behind), (("name", name.decode()),))
        else:
            front = Edit(put, put, prototype + unit.newline + joint)
            yield Site((front, Edit(start, end, b""), behind), (("name", name.decode()),))


def _prototypes_above(unit: Unit, place: int) -> int | None:
    """Behind the last line of prototypes that stand in front of a place, if there are any."""
    before = [n for n in unit.root.named_children if n.end_byte <= place and n.type != "comment"]
    if not before or before[-1].type != "declaration":
        return None
    if not any(unit.walk("function_declarator", under=before[-1])):
        return None
    end = unit.line_end(unit.end(before[-1])) + 1
    return end if end <= place and not unit.src[unit.end(before[-1]) : end].strip() else None


@rewrite(
    family="functions",
    en="Define the helper function above its callers, so that it needs no prototype",
    zh="把辅助函数的定义移到调用者上面，不再需要函数声明",
    changes=[
        (
            "int a;\n\nstatic void more(void);\n\n/* Begins. */\nvoid f(void)\n{\n    more();\n}\n\n/* One more. */\n"
            "static void more(void)\n{\n    a++;\n}\n",
            "int a;\n\n/* One more. */\nstatic void more(void)\n{\n    a++;\n}\n\n/* Begins. */\nvoid f(void)\n"
            "{\n    more();\n}\n",
        ),
    ],
    keeps=[
        "static void m(void);\nvoid f(void)\n{\n    m();\n}\nint a;\nstatic void m(void)\n{\n    a++;\n}\n",
        "static void m(void);\nvoid f(void)\n{\n    m();\n}\nstatic void m(void)\n{\n    f();\n}\n",
        "static void m(void); /* below */\nvoid f(void)\n{\n    m();\n}\nstatic void m(void)\n{\n}\n",
        "void m(void);\nvoid f(void)\n{\n    m();\n}\nvoid m(void)\n{\n}\n",
    ],
)
def helper_above(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """The definition of a static function goes before the first function that calls it; its prototype goes away.

    Sound and refusing as the move below, read backwards; also refuses a body that names what is declared later.
    """
    functions = _top(unit)
    for function in functions:
        name = unit.function_name(function)
        symbol = unit.symbols.lookup(name)
        if symbol is None or symbol.storage != b"static" or len(symbol.declarations) != 2:
            continue
        start, end = _span(unit, function)
        declared = unit.enclosing(symbol.declarations[0], "declaration")
        callers = [f for f in functions if any(f.start_byte <= use.start_byte < f.end_byte for use in symbol.uses)]
        callers = [f for f in callers if f != function]
        refused = _refusal(unit, function, symbol)
        if refused is not None:
            yield refused
            continue
        if declared is None or declared.parent != unit.root or not callers or callers[0].start_byte > start:
            continue
        place = _span(unit, callers[0])[0]
        line = unit.line_start(declared.start_byte), min(unit.line_end(unit.end(declared)) + 1, len(unit.src))
        if unit.src[line[0] : line[1]].strip() != unit.text(declared) or unit.comments(*line):
            yield Refusal(start, "comment-beside")
        elif not _known_at(unit, function, place, name) or declared.end_byte > place:
            yield Refusal(start, "needs-what-is-below")
        else:
            gone = _without_blank(unit, line)
            text = unit.src[start:end].rstrip() + unit.newline * 2
            stop = end if end < len(unit.src) else len(unit.src)
            begin = start
            if stop == len(unit.src):
                begin = len(unit.src[:start].rstrip()) + len(unit.newline)
            yield Site((gone, Edit(place, place, text), Edit(begin, stop, b"")), (("name", name.decode()),))


def _without_blank(unit: Unit, line: tuple[int, int]) -> Edit:
    before_blank = not unit.src[unit.line_start(line[0] - 1) : line[0]].strip() if line[0] else True
    after = unit.line_end(line[1])
    if before_blank and line[1] < len(unit.src) and not unit.src[line[1] : after].strip():
        return Edit(line[0], min(after + 1, len(unit.src)), b"")
    return Edit(*line, b"")


RULES = (helper_below, helper_above)
