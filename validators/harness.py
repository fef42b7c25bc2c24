"""What a harness sees of its program, so that the harness is compiled once and every variant is linked to it.

    view = seen_by(Unit.parse(source), words_of(harness), {"add": "advance"})
    view.text        C that declares it: the harness is compiled behind this
    view.edits       make the program's own file show it: `static` goes
    view.symbols     the program's names as the harness calls them

Only what the harness can reach is in the text, and in one spelling: a variant that changes something else has the same
text as its parent, and the harness's object serves both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.headers import includes
from corpus.source.lexer import lex, significant
from corpus.source.unit import Unit

PROGRAM_MAIN = "program_main"
"""What a harness calls the program's own `main`, which is not the start of the image."""

_DECLARED = ("struct_specifier", "union_specifier", "enum_specifier", "enumerator")
_CONDITIONS = frozenset(b"if ifdef ifndef elif else endif".split())
_KEPT_LINES = _CONDITIONS | {b"include", b"pragma", b"undef", b""}
_DEFINED = ("preproc_def", "preproc_function_def")
_TYPES = ("type_definition", "struct_specifier", "union_specifier", "enum_specifier")
_BRANCHES = ("preproc_if", "preproc_ifdef", "preproc_elif", "preproc_elifdef", "preproc_else")


@dataclass(frozen=True, slots=True)
class View:
    """What one harness sees of one program.

    `text` declares it, in the harness's names. `edits` are for the program's source: they blank the `static` of what
    the harness uses, and no offset moves. `symbols` are names of the program that the harness calls otherwise.
    """

    text: bytes
    edits: tuple[Edit, ...]
    symbols: Mapping[str, str]


class _NotToTell(Exception):
    """The source holds something that cannot be told apart from what the harness sees."""


@dataclass(slots=True)
class _Item:
    """A piece at file scope: its text is `src[start:end]` with `edits` made."""

    start: int
    end: int
    names: frozenset[bytes]
    edits: list[Edit] = field(default_factory=list)
    statics: list[Node] = field(default_factory=list)
    after: bytes = b""
    always: bool = False
    line: bool = False
    """A preprocessor line, which ends with its line."""


def words_of(*texts: bytes) -> frozenset[bytes]:
    """The identifiers in some C texts: what a harness may mean."""
    return frozenset(text[t.start : t.end] for text in texts for t in lex(text) if t.kind == "identifier")


def seen_by(unit: Unit, words: frozenset[bytes], aliases: Mapping[str, str]) -> View | None:
    """What a harness with these words sees of a program; an alias maps a name of the harness to the program's.

    None where that cannot be told for certain: a source that does not parse, conditional parts within a declaration, an
    inline function for others, or a name of the harness that the program uses for something else. Program and harness
    must then be compiled as one file.
    """
    if unit.error is not None or unit.masked.keil:
        return None
    try:
        items = list(_items(unit))
        _no_gaps(unit, items)
        names = {new.encode(): old.encode() for old, new in aliases.items()} | {b"main": PROGRAM_MAIN.encode()}
        of_unit = {old: new for new, old in names.items()}
        kept = _reached(unit, items, {of_unit.get(word, word) for word in words})
        names |= _handlers(unit, kept, words, names)
        lines = [_emitted(unit, item, names) for item in kept]
    except _NotToTell:
        return None
    edits = [Edit(n.start_byte, n.end_byte, b" " * (n.end_byte - n.start_byte)) for i in kept for n in i.statics]
    if not any(item.line and _word(unit, item.start, item.end) in _CONDITIONS for item in kept):
        # sdcc takes the second prototype of a handler for a second handler; a second #define has its own meaning.
        lines = [line for number, line in enumerate(lines) if kept[number].line or line not in lines[:number]]
    text = b"".join(line + b"\n" for line in lines)
    renamed = {new.decode(): old.decode() for new, old in names.items() if new != b"main"}
    return View(text, tuple(sorted(edits)), renamed)


_EMPTY = b"{}"


@dataclass(frozen=True, slots=True)
class Shell:
    """A source without what is between the braces of its functions, which no harness sees, but for inline ones and
    those that hold directives. `parts` are the (start, end) of what is left."""

    text: bytes
    parts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, unit: Unit) -> Shell:
        """The shell of a source that parses."""
        parts: list[tuple[int, int]] = []
        at = 0
        for function in unit.functions():
            body = function.child_by_field_name("body")
            if body is None or any(body.start_byte <= start < body.end_byte for start, _ in unit.directives):
                continue
            if b"inline" not in unit.src[function.start_byte : body.start_byte]:
                parts.append((at, body.start_byte))
                at = unit.end(body)
        parts.append((at, len(unit.src)))
        return cls(_EMPTY.join(unit.src[start:end] for start, end in parts), tuple(parts))

    def placed(self, edits: Iterable[Edit]) -> tuple[Edit, ...]:
        """Edits of the shell's text as edits of the source."""
        shifts: list[tuple[int, int]] = []
        at = 0
        for start, end in self.parts:
            shifts.append((at, start - at))
            at += end - start + len(_EMPTY)
        firsts = [first for first, _ in shifts]
        moved = [(edit, shifts[bisect_right(firsts, edit.start) - 1][1]) for edit in edits]
        return tuple(Edit(edit.start + shift, edit.end + shift, edit.text) for edit, shift in moved)


# The pieces of a file


def _items(unit: Unit) -> Iterator[_Item]:
    """The pieces at file scope in source order, preprocessor lines among them."""
    inside: list[_Item] = list(_pieces(unit))
    covered = [(item.start, item.end) for item in inside if not item.line]
    covered += [(f.start_byte, unit.end(f)) for f in unit.functions()]
    for start, end in unit.directives:
        if any(a <= start < b for a, b in covered):
            continue
        if not any(item.start <= start < item.end for item in inside):
            inside.append(_line(unit, start, end))
    last = max((i.start for i in inside if i.line and includes(unit.src[i.start : i.end])), default=0)
    for item in inside:
        item.always = item.always or (item.line and item.start < last)  # a header may ask for it
    yield from sorted(inside, key=lambda item: item.start)


def _line(unit: Unit, start: int, end: int) -> _Item:
    if _word(unit, start, end) not in _KEPT_LINES:
        raise _NotToTell
    return _Item(start, end, frozenset(), always=True, line=True)


def _word(unit: Unit, start: int, end: int) -> bytes:
    """Which directive a line is: `define`, `if`, ..., b"" for a lone `#`."""
    tokens = significant(lex(unit.src[start:end]))
    return unit.src[start:end][tokens[1].start : tokens[1].end] if len(tokens) > 1 else b""


def _pieces(unit: Unit) -> Iterator[_Item]:
    waiting = [(node, False) for node in reversed(unit.root.named_children)]
    while waiting:
        node, in_branch = waiting.pop()
        if node.type in _BRANCHES:
            waiting += [(child, True) for child in reversed(node.named_children)]
        elif node.type in _DEFINED:
            name = node.child_by_field_name("name")
            names = frozenset([unit.text(name)]) if name is not None else frozenset[bytes]()
            start = node.start_byte
            end = next((b for a, b in unit.directives if a <= start < b), node.end_byte)
            yield _Item(start, end, names, line=True)
        elif node.type == "function_definition":
            yield _function(unit, node)
        elif node.type == "declaration":
            yield _declaration(unit, node)
        elif node.type in _TYPES:
            item = _Item(node.start_byte, unit.end(node), _names(unit, node))
            item.after = b"" if node.type == "type_definition" else b";"
            yield item
        elif node.type not in ("comment", "preproc_include", "preproc_call") and not in_branch:
            raise _NotToTell  # in a branch it is the branch's condition; anything else shows as a gap


def _names(unit: Unit, node: Node) -> frozenset[bytes]:
    """The tags, enumerators and declared names of a declaration."""
    found: set[bytes] = set()
    for inner in unit.walk(*_DECLARED, under=node):
        name = inner.child_by_field_name("name")
        if name is not None and (inner.type == "enumerator" or inner.child_by_field_name("body") is not None):
            found.add(unit.text(name))
    for declarator in node.children_by_field_name("declarator"):
        name = _declared(declarator)
        if name is None:
            raise _NotToTell
        found.add(unit.text(name))
    return frozenset(found)


def _declared(declarator: Node) -> Node | None:
    """The node that names what a declarator declares."""
    node: Node | None = declarator
    while node is not None and node.type not in ("identifier", "type_identifier", "primitive_type"):
        inner = node.child_by_field_name("declarator")
        node = inner if inner is not None else next((n for n in node.named_children if "decl" in n.type), None)
    return node


def _function(unit: Unit, node: Node) -> _Item:
    """A definition, of which the prototype stays; an inline one stays whole."""
    body, name = node.child_by_field_name("body"), unit.function_name(node)
    if body is None or not name:
        raise _NotToTell
    for start, end in unit.directives:
        inside = body.start_byte <= start < body.end_byte
        if inside and _word(unit, start, end) not in _CONDITIONS | {b"pragma", b""}:
            raise _NotToTell
    words = {unit.text(n) for n in node.children if n.type == "storage_class_specifier"}
    if words & {b"inline", b"__inline", b"__inline__"}:
        inner = unit.walk("storage_class_specifier", under=body)
        if b"static" not in words or any(unit.text(n) == b"static" for n in inner):
            raise _NotToTell  # its variables would be there twice
        return _Item(node.start_byte, unit.end(node), frozenset([name]))
    statics = _statics(unit, node)
    item = _Item(node.start_byte, body.start_byte, frozenset([name]), statics=statics, after=b";")
    item.edits = [Edit(n.start_byte, n.end_byte, b"") for n in statics] + _unnamed(unit, node, body.start_byte)
    spans = unit.dialect(node.start_byte, body.start_byte)
    item.always = any(s.kind == "isr" or (s.kind == "fattr" and _is_handler(unit, s.start)) for s in spans)
    return item


def _is_handler(unit: Unit, start: int) -> bool:
    return unit.src[start:].startswith((b"__interrupt", b"interrupt", b"__trap"))


def _statics(unit: Unit, node: Node) -> list[Node]:
    return [n for n in node.children if n.type == "storage_class_specifier" and unit.text(n) == b"static"]


def _unnamed(unit: Unit, node: Node, end: int) -> list[Edit]:
    """Takes the names of parameters away: a variant may give them others."""
    found = []
    for parameter in unit.walk("parameter_declaration", under=node):
        declarator = parameter.child_by_field_name("declarator")
        if parameter.start_byte < end and declarator is not None and "abstract" not in declarator.type:
            name = _declared(declarator)
            if name is not None:
                found.append(Edit(name.start_byte, name.end_byte, b""))
    return found


def _declaration(unit: Unit, node: Node) -> _Item:
    """A declaration at file scope: objects become `extern` and lose their initialisers."""
    start, end = node.start_byte, unit.end(node)
    spans = unit.dialect(start, end)
    item = _Item(start, end, _names(unit, node))
    if any(span.kind == "register" for span in spans):
        return item
    item.statics = _statics(unit, node)
    item.edits = _unnamed(unit, node, end)
    for n in node.children:
        if n.type == "init_declarator":
            inner = n.child_by_field_name("declarator")
            if inner is None or any(unit.end(inner) <= span.start < unit.end(n) for span in spans if span.kind == "at"):
                raise _NotToTell
            cut = (unit.end(inner), unit.end(n))
            item.edits = [e for e in item.edits if not cut[0] <= e.start < cut[1]] + [Edit(*cut, b"")]
    words = {unit.text(n) for n in node.children if n.type == "storage_class_specifier"}
    objects = any(not _is_function(n) for n in node.children_by_field_name("declarator"))
    item.edits += [Edit(n.start_byte, n.end_byte, b"extern" if objects else b"") for n in item.statics]
    if objects and not item.statics and b"extern" not in words:
        item.edits.append(Edit(start, start, b"extern "))
    return item


def _is_function(declarator: Node) -> bool:
    """Whether `int *f(void)` is declared, and no `int (*f)(void)`."""
    node: Node | None = declarator
    while node is not None and node.type == "pointer_declarator":
        node = node.child_by_field_name("declarator")
    inner = node.child_by_field_name("declarator") if node is not None else None
    return node is not None and node.type == "function_declarator" and inner is not None and inner.type == "identifier"


def _no_gaps(unit: Unit, items: list[_Item]) -> None:
    """Whatever is not in a piece would be lost."""
    bodies = [(f.start_byte, unit.end(f)) for f in unit.functions()]
    places = sorted([(i.start, i.end) for i in items] + bodies)
    at = 0
    for token in significant(unit.tokens):
        while at < len(places) and places[at][1] <= token.start:
            at += 1
        inside = at < len(places) and places[at][0] <= token.start
        if not inside and unit.src[token.start : token.end] != b";":
            raise _NotToTell


# What of them is kept


def _reached(unit: Unit, items: list[_Item], wanted: set[bytes]) -> list[_Item]:
    """The pieces that the words reach, through macros and types, in source order."""
    kept: set[int] = set()
    words = [words_of(_text(unit, item)) for item in items]
    vectors = _to_vectors(items, words)
    grew = True
    while grew:
        grew = False
        for number, item in enumerate(items):
            handler = not item.line and not words[number].isdisjoint(vectors)
            if number not in kept and (item.always or handler or not wanted.isdisjoint(item.names)):
                kept.add(number)
                wanted |= words[number]
                grew = True
    return [items[number] for number in sorted(kept)]


def _to_vectors(items: list[_Item], words: list[frozenset[bytes]]) -> set[bytes]:
    """`__interrupt` and the macros that may stand for it: what has one in its head is a handler and fills a vector."""
    found = {b"__interrupt", b"interrupt", b"__trap"}
    grew = True
    while grew:
        before = len(found)
        for item, has in zip(items, words, strict=True):
            if item.line and not has.isdisjoint(found):
                found |= item.names
        grew = len(found) > before
    return found


def _text(unit: Unit, item: _Item) -> bytes:
    at, parts = item.start, []
    for edit in sorted(item.edits):
        parts += [unit.src[at : edit.start], edit.text]
        at = edit.end
    return b"".join([*parts, unit.src[at : item.end], item.after])


def _handlers(
    unit: Unit, kept: Iterable[_Item], words: frozenset[bytes], names: Mapping[bytes, bytes]
) -> dict[bytes, bytes]:
    """Interrupt handlers that the harness does not call are named after their vector: it only has to have their vector
    filled, whatever a variant calls them."""
    found: dict[bytes, bytes] = {}
    for item in kept:
        if not item.always or item.line:
            continue
        for name in (n for n in item.names if names.get(n, n) not in words):
            spans = unit.dialect(item.start, item.end)
            vector = b"_".join(sorted(words_and_numbers(unit.src[s.start : s.end]) for s in spans if s.kind == "fattr"))
            if vector:
                found[name] = b"handler_" + vector
    return found if len(set(found.values())) == len(found) else {}


def words_and_numbers(text: bytes) -> bytes:
    """The identifiers and numbers of a text, joined to one identifier."""
    return b"_".join(text[t.start : t.end].strip(b"_") for t in lex(text) if t.kind in ("identifier", "number"))


def _emitted(unit: Unit, item: _Item, names: Mapping[bytes, bytes]) -> bytes:
    """One piece in one line, with one blank between its tokens and the names that the harness has for them."""
    taken = set(names.values())
    text = _text(unit, item)
    tokens = significant(lex(text))
    if not item.line and any(token.kind == "hash" for token in tokens):
        raise _NotToTell
    if item.line and includes(text):
        return text
    parts: list[bytes] = []
    for number, token in enumerate(tokens):
        word = text[token.start : token.end]
        if token.kind == "identifier":
            if word in taken and word not in names:
                raise _NotToTell
            word = names.get(word, word)
        # `#define F(x)` has arguments, `#define F (x)` has none.
        opens = item.line and number == 3 and word == b"(" and tokens[2].end == token.start
        parts += [word] if opens or not parts else [b" ", word]
    return b"".join(parts)
