"""Grouping: file-scope variables that belong together as members of one struct, and the struct taken apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.dialect import KEYWORDS
from corpus.source.edits import Edit
from corpus.source.expressions import operator
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.blocks import Layout, tail
from generators.rewrites.constant_tables import in_macro_call, only_code, worded
from generators.rewrites.contexts import is_conditional
from generators.rewrites.declared import declarators, defines_type, known_type
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import cased
from generators.rewrites.timing import keeps_time

_LEAST, _MOST = 2, 6
_STATIC = re.compile(rb"\bstatic\s+")


@dataclass(frozen=True, slots=True)
class _Variable:
    """A variable declared alone on its line: its symbol, declaration, declarator, initialiser, space and remark."""

    symbol: Symbol
    declaration: Node
    declarator: Node
    value: Node | None
    space: bytes
    remark: bytes


@rewrite(
    family="declarations",
    en="Group the related file-scope variables into one static struct",
    zh="把这几个相关的文件级静态变量收进一个 static 结构体",
    changes=[
        (
            "static unsigned char rx_head; /* next in */\nstatic volatile unsigned char rx_tail = 3;\n\n"
            "void f(void)\n{\n    rx_head = rx_tail;\n}\n",
            "static struct {\n    unsigned char head; /* next in */\n    volatile unsigned char tail;\n"
            "} rx = {0, 3};\n\n"
            "void f(void)\n{\n    rx.head = rx.tail;\n}\n",
        ),
        (
            "static __idata int last;\nstatic __idata char line[4];\n\nvoid fifo_put(char c)\n{\n"
            "    line[last++] = c;\n}\n\nint fifo_get(void)\n{\n    return last;\n}\n",
            "static __idata struct {\n    int last;\n    char line[4];\n} fifo;\n\nvoid fifo_put(char c)\n{\n"
            "    fifo.line[fifo.last++] = c;\n}\n\nint fifo_get(void)\n{\n    return fifo.last;\n}\n",
        ),
    ],
    keeps=[
        "static int a;\n\nstatic int b;\n",
        "static int a;\nstatic __idata int b;\nvoid f(void)\n{\n    a = b;\n}\n",
        "static __bit a;\nstatic __bit b;\nvoid f(void)\n{\n    a = b;\n}\n",
        "int a;\nint b;\nvoid f(void)\n{\n    a = b;\n}\n",
        "static int a;\nstatic int b;\n#define BOTH (a + b)\nint f(void)\n{\n    return BOTH + a + b;\n}\n",
        "static __at(0x30) int a;\nstatic __at(0x32) int b;\nvoid f(void)\n{\n    a = b;\n}\n",
        "static int a;\nextern int b;\nvoid f(void)\n{\n    a = b;\n}\n",
        "static const int a = 1;\nstatic const int b = 2;\nint f(void)\n{\n    return a + b;\n}\n",
    ],
)
def globals_to_struct(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Two to six static variables on neighbouring lines as the members of one unnamed `static struct`.

    Sound: each member is an object of the same type in the same memory space, volatile where it was, zero or set to its
    value at the start, and every use names it; nothing else can reach a static, and no defined program depends on
    where two variables lie. Refuses bits, registers, constants and fixed addresses, several spaces, what macros,
    directives, assembly or the harness name, variables used in functions that keep time, and comments between.
    """
    if any(b"#" in (macro.body or b"") for macro in unit.symbols.all("macro")):
        yield Refusal(0, "macro-makes-text")
        return
    run: list[_Variable] = []
    for node in [*unit.root.named_children, None]:
        found = _variable(unit, node, context) if node is not None and node.type == "declaration" else None
        if isinstance(found, Refusal):
            yield found
            found = None
        if found is not None and (not run or _follows(unit, run[-1], found)):
            run.append(found)
            continue
        if node is not None and node.type == "comment" and run and unit.line(node.start_byte) == _line(unit, run[-1]):
            continue
        if _LEAST <= len(run) <= _MOST:
            yield _grouped(unit, context, run)
        elif len(run) > _MOST:
            yield Refusal(run[0].declaration.start_byte, "too-many")
        run = [found] if found is not None else []


def _line(unit: Unit, variable: _Variable) -> int:
    return unit.line(variable.declaration.end_byte)


def _follows(unit: Unit, before: _Variable, after: _Variable) -> bool:
    return unit.line(after.declaration.start_byte) == _line(unit, before) + 1 and before.space == after.space


def _variable(unit: Unit, node: Node, context: Context) -> _Variable | Refusal | None:
    """A declaration of one static variable that may become a member; None for what is none, or why it may not."""
    names = declarators(node)
    if len(names) != 1 or not unit.text(node).startswith(b"static"):
        return None
    value = names[0].child_by_field_name("value") if names[0].type == "init_declarator" else None
    inner = names[0].child_by_field_name("declarator") if value is not None else names[0]
    name = inner
    while name is not None and name.type in ("array_declarator", "pointer_declarator"):
        name = name.child_by_field_name("declarator")
    symbol = unit.symbols.resolve(name) if name is not None and name.type == "identifier" else None
    if symbol is None or inner is None or symbol.kind != "static" or symbol.type is None:
        return None
    start, end = node.start_byte, unit.end(node)
    t = symbol.type
    element = t
    while element.array and element.of is not None:
        element = element.of
    if element.const or element.kind not in ("int", "float", "pointer", "struct") or defines_type(node):
        return None
    space = element.space
    if element.pointer and space:
        return Refusal(start, "pointer-with-a-space")
    dialect = unit.dialect(start, end)
    if any(s.kind in ("at", "asm") for s in dialect) or is_conditional(node) or unit.in_opaque(start, end):
        return Refusal(start, "not-plain")
    if len(symbol.declarations) != 1 or not only_code(unit, symbol) or symbol.name.decode() in context.held:
        return Refusal(start, "seen-elsewhere")
    if (t.array and t.length is None) or unit.text(node).count(b"\n") or unit.comments(start, end):
        return Refusal(start, "not-plain")
    if any(keeps_time(unit, use) for use in symbol.uses):
        return Refusal(start, "timing-function")
    if any(in_macro_call(unit, use) for use in symbol.uses):
        return Refusal(start, "argument-of-a-macro")
    stop = tail(unit, node)
    rest = unit.src[stop : line_stop(unit, stop)].strip()
    if rest or unit.src[unit.line_start(start) : start].strip():
        return Refusal(start, "shares-its-line")
    return _Variable(symbol, node, inner, value, space, unit.src[end:stop].strip())


def _grouped(unit: Unit, context: Context, run: list[_Variable]) -> Site | Refusal:
    start = run[0].declaration.start_byte
    named = _names(unit, context, [v.symbol.name for v in run])
    if named is None or any(len(v.symbol.uses) == 0 for v in run):
        return Refusal(start, "no-name")
    name, members = named
    own = {v.symbol.name for v in run}
    if any(
        v.value is not None and any(unit.text(n) in own for n in unit.walk("identifier", under=v.value)) for v in run
    ):
        return Refusal(start, "initialised-by-another")
    lines: list[bytes] = []
    for variable, member in zip(run, members, strict=True):
        head = unit.src[variable.declaration.start_byte : variable.declarator.start_byte]
        head = _STATIC.sub(b"", head, count=1)
        if variable.space:
            head = re.sub(rb"\b%s\s+" % re.escape(variable.space), b"", head, count=1)
        at = variable.symbol.declaration
        assert at is not None
        text = unit.text(variable.declarator)
        place = at.start_byte - variable.declarator.start_byte
        text = text[:place] + member + text[place + len(variable.symbol.name) :]
        lines.append(head + text + b";")
    several = sum(bool(v.remark) for v in run) > 1
    width = max(map(len, lines))
    notes = [v.remark for v in run]
    gapped = zip(lines, notes, strict=True)
    rows = [(row.ljust(width) if several else row) + b" " + note if note else row for row, note in gapped]
    layout = Layout.of(unit, context.style)
    space = run[0].space + b" " if run[0].space else b""
    opening = unit.newline if layout.own_line else b" "
    values = b""
    if any(v.value is not None for v in run):
        given = [unit.text(v.value) if v.value is not None else _zero(v.symbol) for v in run]
        values = b" = {" + b", ".join(given) + b"}"
    text = b"static " + space + b"struct" + opening + b"{" + unit.newline
    text += unit.newline.join(layout.step + row for row in rows) + unit.newline + b"} " + name + values + b";"
    edits = [Edit(start, tail(unit, run[-1].declaration), text)]
    uses = [
        Edit(use.start_byte, use.end_byte, name + b"." + member)
        for variable, member in zip(run, members, strict=True)
        for use in variable.symbol.uses
        if use not in variable.symbol.declarations
    ]
    return Site((*aligned(unit, [*edits, *uses]),), _told(run[0].symbol.name, run[-1].symbol.name, name))


def _told(first: bytes, last: bytes, new: bytes) -> tuple[tuple[str, str], ...]:
    """The names of a step: the first and the last of what was grouped, and the group."""
    return (("name", first.decode()), ("last", last.decode()), ("new", new.decode()))


def _zero(symbol: Symbol) -> bytes:
    return b"0" if symbol.type is not None and symbol.type.scalar else b"{0}"


def _names(unit: Unit, context: Context, variables: list[bytes]) -> tuple[bytes, list[bytes]] | None:
    """The struct's name and its members': the word that all begin with, else what the file's functions begin with."""
    words = [worded(name) for name in variables]
    if all(len(w) > 1 and w[0] == words[0][0] for w in words):
        name = words[0][0].encode()
        members = [_member(unit, context, w[1:]) for w in words]
        if _is_free(unit, context, name) and all(members) and len(set(members)) == len(members):
            return name, [m for m in members if m is not None]
    for word in (file_word(unit), "state", "status"):
        if word and _is_free(unit, context, word.encode()):
            return word.encode(), variables
    return None


def _member(unit: Unit, context: Context, words: list[str]) -> bytes | None:
    """A member's name, which must be no macro and no keyword."""
    name = cased(words, context.style).encode() if any(len(w) > 1 for w in words) else "_".join(words).encode()
    known = unit.symbols.lookup(name)
    taken = name in KEYWORDS or name[:1].isdigit() or (known is not None and known.kind in ("macro", "typedef"))
    return None if taken else name


def _is_free(unit: Unit, context: Context, name: bytes) -> bool:
    return unit.symbols.is_free(name) and name.decode() not in context.held


def file_word(unit: Unit) -> str:
    """The word that most of the file's functions begin with: what the file is about; empty where they share none."""
    words = [w for f in unit.functions() if len(w := worded(unit.function_name(f))) > 1]
    common = Counter(w[0] for w in words if w[0] not in ("get", "set", "put", "read", "write", "init", "is"))
    word, count = next(iter(common.most_common(1)), ("", 0))
    return word if count > 1 else ""


@rewrite(
    family="declarations",
    en="Take the static struct apart into separate variables",
    zh="把这个静态结构体拆成几个单独的变量",
    changes=[
        (
            "static struct {\n    unsigned char head; /* next in */\n    volatile unsigned char tail;\n"
            "} rx = {0, 3};\n\n"
            "void f(void)\n{\n    rx.head = rx.tail;\n}\n",
            "static unsigned char rx_head; /* next in */\nstatic volatile unsigned char rx_tail = 3;\n\n"
            "void f(void)\n{\n    rx_head = rx_tail;\n}\n",
        ),
    ],
    keeps=[
        "static struct {\n    int a;\n    int b;\n} s;\nvoid g(void *p);\nvoid f(void)\n{\n    g(&s);\n}\n",
        "static struct pair {\n    int a;\n    int b;\n} s;\nvoid f(void)\n{\n    s.a = s.b;\n}\n",
        "static struct {\n    unsigned a : 4;\n    unsigned b : 4;\n} s;\nvoid f(void)\n{\n    s.a = s.b;\n}\n",
        "static struct {\n    int a;\n    int b;\n} s, t;\nvoid f(void)\n{\n    s.a = t.b;\n}\n",
        "static volatile struct {\n    int *a;\n    int b;\n} s;\nvoid f(void)\n{\n    s.b = *s.a;\n}\n",
        "#define BYTES char *\nstatic volatile struct {\n    BYTES a;\n    int b;\n} s;\nvoid f(void)\n{\n"
        "    s.b = *s.a;\n}\n",
        "struct {\n    int a;\n    int b;\n} s;\nvoid f(void)\n{\n    s.a = s.b;\n}\n",
    ],
)
def struct_to_globals(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A `static struct { ... } s;` of which only members are used, as one static variable for each member.

    Sound: each variable has its member's type, the qualifiers and the memory space that the struct had, and its value
    at the start; that the struct is one object only shows where it is used as a whole, or where an address runs from
    one member into the next, which is undefined. Refuses tags, bit-fields, nested types, several instances, uses of
    the whole, constants, and what the harness, macros or assembly name.
    """
    for node in unit.root.named_children:
        kind = node.child_by_field_name("type") if node.type == "declaration" else None
        body = kind.child_by_field_name("body") if kind is not None and kind.type == "struct_specifier" else None
        if kind is None or body is None or not unit.text(node).startswith(b"static"):
            continue
        found = _separate(unit, context, node, kind, body)
        yield Refusal(node.start_byte, found) if isinstance(found, str) else found


def _separate(unit: Unit, context: Context, node: Node, kind: Node, body: Node) -> Site | str:
    names = declarators(node)
    holder = names[0] if len(names) == 1 else None
    if holder is None or kind.child_by_field_name("name") is not None or is_conditional(node):
        return "has-a-tag"
    name = holder.child_by_field_name("declarator") if holder.type == "init_declarator" else holder
    given = holder.child_by_field_name("value")
    symbol = unit.symbols.resolve(name) if name is not None and name.type == "identifier" else None
    head = unit.src[node.start_byte : kind.start_byte]
    start, end = node.start_byte, tail(unit, node)
    if symbol is None or b"const" in head or symbol.name.decode() in context.held or not only_code(unit, symbol):
        return "seen-elsewhere"
    if any(s.kind in ("at", "asm") for s in unit.dialect(start, end)) or unit.in_opaque(start, end):
        return "not-plain"
    if any(keeps_time(unit, use) for use in symbol.uses) or (
        unit.src[unit.end(node) : line_stop(unit, unit.end(node))].strip()
    ):
        return "not-plain"
    fields = [child for child in body.named_children if child.type != "comment"]
    values = _values(unit, given, len(fields))
    if values is None or len(fields) < _LEAST or any(f.type != "field_declaration" for f in fields):
        return "not-plain"
    lines, renamed = [], dict[bytes, bytes]()
    plain = file_word(unit) == symbol.name.decode("utf-8", "replace")
    covered = sum(len(unit.src[c.start : c.end]) > 0 for c in unit.comments(start, unit.end(node)))
    for field, value in zip(fields, values, strict=True):
        member = _field_name(unit, field)
        new = _variable_name(unit, context, symbol.name, member, plain) if member is not None else None
        if member is None or new is None or new in renamed.values() or defines_type(field):
            return "member-not-plain"
        pointer = declarators(field)[0].type == "pointer_declarator" or not known_type(unit, field)
        if pointer and head.strip() != b"static":
            return "member-not-plain"  # the words would be those of what it points to
        renamed[unit.text(member)] = new
        stop = tail(unit, field)
        covered -= len(unit.comments(unit.end(field), stop))
        text = unit.src[field.start_byte : member.start_byte] + new + unit.src[member.end_byte : unit.end(field)]
        text = text.rstrip(b"; \t") + (b" = " + value if value not in (b"", b"0", b"{0}") else b"") + b";"
        lines.append(head + text + unit.src[unit.end(field) : stop])
    if covered:
        return "comment-in-the-way"
    edits = [Edit(start, unit.end(node), unit.newline.join(lines))]
    for use in symbol.uses:
        parent = use.parent
        member = parent.child_by_field_name("field") if parent is not None else None
        if parent is None or member is None or operator(parent) != b".":
            return "used-as-a-whole"
        if parent.child_by_field_name("argument") != use or unit.comments(parent.start_byte, parent.end_byte):
            return "used-as-a-whole"
        edits.append(Edit(parent.start_byte, unit.end(parent), renamed[unit.text(member)]))
    return Site(aligned(unit, edits), (("name", symbol.name.decode()),))


def _values(unit: Unit, given: Node | None, count: int) -> list[bytes] | None:
    if given is None:
        return [b""] * count
    items = [n for n in given.named_children if n.type != "comment"]
    if given.type != "initializer_list" or len(items) != count or any(n.type == "initializer_pair" for n in items):
        return None
    return None if unit.comments(given.start_byte, unit.end(given)) else [unit.text(n) for n in items]


def _field_name(unit: Unit, field: Node) -> Node | None:
    names = declarators(field)
    if len(names) != 1 or any(c.type == "bitfield_clause" for c in field.named_children):
        return None
    name: Node | None = names[0]
    while name is not None and name.type in ("array_declarator", "pointer_declarator"):
        name = name.child_by_field_name("declarator")
    return name if name is not None and name.type == "field_identifier" else None


def _variable_name(unit: Unit, context: Context, struct: bytes, member: Node, plain: bool) -> bytes | None:
    """`rx_head` for `rx.head`; the bare member where the struct only has the name of what the file is about."""
    own = unit.text(member)
    symbol = unit.symbols.resolve(member)
    places = len(symbol.uses) + 1 if symbol is not None else 0
    alone = len(unit.symbols.occurrences(own)) == places and own not in unit.symbols.header_names
    if plain and alone and own not in KEYWORDS and own.decode() not in context.held:
        return own
    joined = cased([*(worded(struct) or [struct.decode()]), *(worded(own) or [own.decode()])], context.style).encode()
    return joined if _is_free(unit, context, joined) else None


RULES = (globals_to_struct, struct_to_globals)
