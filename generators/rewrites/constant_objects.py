"""Named constants: a macro of one number, or a `static const` variable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import INT, INT8, UINT8, literal_value, promoted
from corpus.source.edits import Edit
from corpus.source.expressions import stripped
from corpus.source.interface import access_mode
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.constant_tables import code_word, in_macro_call, is_told, only_code, spelled
from generators.rewrites.contexts import is_conditional
from generators.rewrites.declared import declarators
from generators.rewrites.function_macros import is_fixed
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import words_of
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import exposed

_NUMBER = re.compile(rb"0[xX][0-9a-fA-F]+|[1-9][0-9]*|0")
_INT_MAX = 0x7FFF


@rewrite(
    family="constants",
    scope="file",
    en="Turn the macro constants that only code uses into static const variables",
    zh="只在代码里用到的数值宏改成 static const 常量",
    changes=[
        (
            "#include <stdint.h>\n\n#define LIMIT 25 /* degrees */\n#define SPAN 1000\n\nint f(int n)\n{\n"
            "    return n > LIMIT ? SPAN : 0;\n}\n",
            "#include <stdint.h>\n\nstatic const uint8_t LIMIT = 25; /* degrees */\nstatic const int SPAN = 1000;\n\n"
            "int f(int n)\n{\n    return n > LIMIT ? SPAN : 0;\n}\n",
        ),
    ],
    keeps=[
        "#define SIZE 4\nint a[SIZE];\nint f(void)\n{\n    return SIZE;\n}\n",
        "#define LIMIT 4\nint f(int n)\n{\n    switch (n) {\n    case LIMIT:\n        return LIMIT;\n"
        "    }\n    return 0;\n}\n",
        "#define LIMIT 4\n#if LIMIT > 3\n#endif\nint f(void)\n{\n    return LIMIT;\n}\n",
        "#define LIMIT 4\n#define MORE (LIMIT + 1)\nint f(void)\n{\n    return LIMIT + MORE;\n}\n",
        "#define LIMIT 40000\nlong f(void)\n{\n    return LIMIT;\n}\n",
        "#define LIMIT 4u\nunsigned f(void)\n{\n    return LIMIT;\n}\n",
        "#define START 4\nstatic int a = START;\nint f(void)\n{\n    static int b = START;\n    return a + b;\n}\n",
        "#include <8052.h>\n#define MODE 0x20\nvoid f(void)\n{\n    TMOD = MODE;\n}\n",
    ],
)
def macro_to_constant(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`#define LIMIT 25` as `static const uint8_t LIMIT = 25;`, for every macro of one decimal number that may be one,
    with all those on the lines around it.

    Sound: the variable is promoted to the `int` that the literal is, and always has its value. Refuses what stands in
    directives, other macros, case labels, sizes and initialisers, where C wants a constant; bit patterns, which people
    keep as macros; numbers with a suffix or beyond the target's `int`; names that the harness uses; functions that
    keep time; and sources for the 8051, where a read of code memory costs more than the number.
    """
    if code_word(unit) != b"":
        return
    run: list[Node] = []
    reasons: list[str] = []
    for node in [*unit.walk("preproc_def"), None]:
        if node is not None and (not run or unit.line(node.start_byte) == unit.line(run[-1].start_byte) + 1):
            run.append(node)
            reasons.append(_reason(unit, context, node))
            continue
        if not any(reasons):
            yield from (_as_constant(unit, one) for one in run)
        else:
            yield from (Refusal(one.start_byte, why) for one, why in zip(run, reasons, strict=True) if why)
        run, reasons = ([node], [_reason(unit, context, node)]) if node is not None else ([], [])


def _reason(unit: Unit, context: Context, node: Node) -> str:
    """Why a macro has to stay one; empty where it may be a variable."""
    name, start = node.child_by_field_name("name"), node.start_byte
    symbol = unit.symbols.resolve(name) if name is not None else None
    if symbol is None or not symbol.body or not symbol.uses or len(symbol.declarations) != 1:
        return "not-a-number"
    value, line = literal_value(symbol.body), unit.src[start : unit.line_end(start)]
    if value is None or not symbol.body.isdigit() or not _NUMBER.fullmatch(symbol.body) or value > _INT_MAX:
        return "not-a-number"
    places = unit.symbols.occurrences(symbol.name)
    if len(places) != len(symbol.uses) + 1 or any(p.where != "code" for p in places[1:]) or is_conditional(node):
        return "asked-by-directives"
    if any(is_fixed(unit, use) or in_macro_call(unit, use) for use in symbol.uses) or b"\\" in line:
        return "needs-a-constant"
    if symbol.name.decode() in context.held or any(keeps_time(unit, use) for use in symbol.uses):
        return "used-by-the-harness"
    return "used-above" if any(use.start_byte < start for use in symbol.uses) else ""


def _as_constant(unit: Unit, node: Node) -> Site | Refusal:
    name = node.child_by_field_name("name")
    symbol = unit.symbols.resolve(name) if name is not None else None
    if name is None or symbol is None or symbol.body is None:
        return Refusal(node.start_byte, "not-a-number")
    spot = unit.src.index(symbol.body, name.end_byte)
    head = b"static const " + _kind(unit, node, literal_value(symbol.body) or 0) + b" "
    value = Edit(name.end_byte, spot + len(symbol.body), b" = " + symbol.body + b";")
    return Site(aligned(unit, (Edit(node.start_byte, name.start_byte, head), value)))


def _kind(unit: Unit, node: Node, value: int) -> bytes:
    """`uint8_t` for a byte where stdint.h is included above, else `int`."""
    include = unit.src.rfind(b"stdint.h", 0, node.start_byte) >= 0
    return spelled(unit, UINT8) or b"int" if value < 256 and include else b"int"


@rewrite(
    family="constants",
    en="Turn the static const variable into a macro constant",
    zh="把 static const 常量改成宏常量",
    changes=[
        (
            "#include <stdint.h>\n\nstatic const uint8_t limit = 25; /* degrees */\n\nint f(int n)\n{\n"
            "    return n > limit;\n}\n",
            "#include <stdint.h>\n\n#define LIMIT 25 /* degrees */\n\nint f(int n)\n{\n    return n > LIMIT;\n}\n",
        ),
        (
            "#define STEP 5\nstatic const int reach = 3 * STEP;\n\nint f(int n)\n{\n    return n * reach;\n}\n",
            "#define STEP 5\n#define REACH (3 * STEP)\n\nint f(int n)\n{\n    return n * REACH;\n}\n",
        ),
    ],
    keeps=[
        "static const int a = 3;\nconst int *f(void)\n{\n    return &a;\n}\n",
        "static const unsigned a = 3;\nint f(int n)\n{\n    return n < a;\n}\n",
        "static const unsigned char a = 300;\nint f(void)\n{\n    return a;\n}\n",
        "const int a = 3;\nint f(void)\n{\n    return a;\n}\n",
        "static const int a = 3;\nint f(void)\n{\n    return sizeof a + a;\n}\n",
        "static const long a = 3;\nlong f(void)\n{\n    return a;\n}\n",
        "static volatile const int a = 3;\nint f(void)\n{\n    return a;\n}\n",
        "int f(int limit)\n{\n    return limit;\n}\nstatic const int limit = 3;\n"
        "int g(void)\n{\n    return limit;\n}\n",
    ],
)
def constant_to_macro(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`static const uint8_t limit = 25;` as `#define LIMIT 25`, at every use: the 8051 then needs no read of memory.

    Sound: the constant is the `int` that the variable is promoted to, of the same value. Refuses a variable whose
    address or size is taken, types that are not promoted to `int`, values that the type cuts off, names that mean
    something else somewhere, memory spaces of its own but code, and what the harness, macros or assembly name.
    """
    for symbol in unit.symbols.all("static"):
        t, at = symbol.type, symbol.declaration
        if symbol.scope is not None or t is None or at is None or not t.const or t.kind != "int":
            continue
        declaration, holder = unit.enclosing(at, "declaration"), unit.enclosing(at, "init_declarator")
        if declaration is None or holder is None or len(declarators(declaration)) != 1 or is_conditional(declaration):
            continue
        value = holder.child_by_field_name("value")
        start, end = declaration.start_byte, unit.end(declaration)
        number = unit.symbols.constant(value) if value is not None else None
        kind = unit.symbols.type_of(value) if value is not None else None
        new = _macro_name(unit, context, symbol.name)
        held = t.range() or (0, 0)
        if value is None or number is None or kind is None or new is None or not held[0] <= number <= held[1]:
            yield Refusal(start, "no-name-or-value")
        elif promoted(t) != INT or promoted(kind) != INT or t.plain() not in (UINT8, INT8, INT) or t.volatile:
            yield Refusal(start, "another-type")
        elif t.space not in (b"", b"__code") or len(symbol.declarations) != 1 or not only_code(unit, symbol):
            yield Refusal(start, "seen-elsewhere")
        elif exposed(symbol) or any(access_mode(u) != "r" or _is_sized(u) for u in symbol.uses) or not symbol.uses:
            yield Refusal(start, "address-taken")
        elif symbol.name.decode() in context.held or any(keeps_time(unit, use) for use in symbol.uses):
            yield Refusal(start, "used-by-the-harness")
        elif any(in_macro_call(unit, use) for use in symbol.uses) or unit.comments(start, end):
            yield Refusal(start, "not-plain")
        elif new != symbol.name and is_told(unit, symbol.name):
            yield Refusal(start, "told-in-a-comment")
        elif not _has_its_line(unit, start, end):
            yield Refusal(start, "shares-its-line")
        else:
            text = unit.text(stripped(value))
            alone = stripped(value).type in ("number_literal", "char_literal", "identifier") and text[:1] != b"-"
            line = b"#define " + new + b" " + (text if alone else b"(" + text + b")")
            uses = [Edit(u.start_byte, u.end_byte, new) for u in symbol.uses]
            yield Site(
                aligned(unit, [Edit(start, end, line), *uses]), (("name", symbol.name.decode()), ("new", new.decode()))
            )


def _has_its_line(unit: Unit, start: int, end: int) -> bool:
    """Whether a declaration stands on one line, alone but for a comment behind it."""
    behind = unit.src[end : line_stop(unit, end)].strip()
    alone = not behind or (behind.startswith(b"/") and bool(unit.comments(end, line_stop(unit, end))))
    return alone and not unit.src[unit.line_start(start) : start].strip() and b"\n" not in unit.src[start:end]


def _is_sized(use: Node) -> bool:
    parent = use.parent
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    return parent is not None and parent.type == "sizeof_expression"


def _macro_name(unit: Unit, context: Context, name: bytes) -> bytes | None:
    """The name in capitals, if nothing else has it."""
    if name.isupper():
        return name if sum(s.name == name for s in unit.symbols.all()) == 1 else None
    words = words_of(name.decode("utf-8", "replace"))
    new = "_".join(word.upper() for word in words)
    return new.encode() if words and unit.symbols.is_free(new.encode()) and new not in context.held else None


RULES = (macro_to_constant, constant_to_macro)
