"""The pieces of a C file at file scope as others see them: prototypes, `extern` objects, types, preprocessor lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.headers import includes
from corpus.source.lexer import lex, significant
from corpus.source.unit import Unit

_DECLARED = ("struct_specifier", "union_specifier", "enum_specifier", "enumerator")
CONDITIONS = frozenset(b"if ifdef ifndef elif else endif".split())
"""The directives of conditional parts."""
_KEPT_LINES = CONDITIONS | {b"include", b"pragma", b"undef", b""}
_DEFINED = ("preproc_def", "preproc_function_def")
_TYPES = ("type_definition", "struct_specifier", "union_specifier", "enum_specifier")
_BRANCHES = ("preproc_if", "preproc_ifdef", "preproc_elif", "preproc_elifdef", "preproc_else")


class NotToTell(Exception):
    """The source holds something that cannot be told apart from what the harness sees."""


@dataclass(slots=True)
class Piece:
    """A piece at file scope: its text is `src[start:end]` with `edits` made."""

    start: int
    end: int
    names: frozenset[bytes]
    edits: list[Edit] = field(default_factory=list)
    statics: list[tuple[int, int]] = field(default_factory=list)
    after: bytes = b""
    always: bool = False
    line: bool = False
    """A preprocessor line, which ends with its line."""

    def moved(self, by: int) -> Piece:
        """The same where its text stands elsewhere."""
        edits = [Edit(edit.start + by, edit.end + by, edit.text) for edit in self.edits]
        statics = [(start + by, end + by) for start, end in self.statics]
        return replace(self, start=self.start + by, end=self.end + by, edits=edits, statics=statics)


def pieces_of(unit: Unit) -> Iterator[Piece]:
    """The pieces at file scope in source order, preprocessor lines among them."""
    inside: list[Piece] = list(_pieces(unit))
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


def _line(unit: Unit, start: int, end: int) -> Piece:
    if directive(unit, start, end) not in _KEPT_LINES:
        raise NotToTell
    return Piece(start, end, frozenset(), always=True, line=True)


def directive(unit: Unit, start: int, end: int) -> bytes:
    """Which directive a line is: `define`, `if`, ..., b"" for a lone `#`."""
    tokens = significant(lex(unit.src[start:end]))
    return unit.src[start:end][tokens[1].start : tokens[1].end] if len(tokens) > 1 else b""


def _pieces(unit: Unit) -> Iterator[Piece]:
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
            yield Piece(start, end, names, line=True)
        elif node.type in _READERS:
            yield _read(unit, node)
        elif node.type not in ("comment", "preproc_include", "preproc_call") and not in_branch:
            raise NotToTell  # in a branch it is the branch's condition; anything else shows as a gap


def _read(unit: Unit, node: Node) -> Piece:
    """A declaration or a function, which is read once for all units in which it says the same; one that holds
    directives is read again."""
    start, end = node.start_byte, unit.end(node)
    text = unit.src[start:end]
    if b"#" in text:
        return _READERS[node.type](unit, node)
    spans = tuple((kind, first - start, last - start) for kind, first, last in unit.dialect(start, end))
    key = node.type, text, unit.masked.text[start:end], spans
    if key not in _known:
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = _READERS[node.type](unit, node).moved(-start)
    return _known[key].moved(start)


_known: dict[object, Piece] = {}
_MOST = 4096


def _type(unit: Unit, node: Node) -> Piece:
    """The declaration of a type."""
    after = b"" if node.type == "type_definition" else b";"
    return Piece(node.start_byte, unit.end(node), _names(unit, node), after=after)


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
            raise NotToTell
        found.add(unit.text(name))
    return frozenset(found)


def _declared(declarator: Node) -> Node | None:
    """The node that names what a declarator declares."""
    node: Node | None = declarator
    while node is not None and node.type not in ("identifier", "type_identifier", "primitive_type"):
        inner = node.child_by_field_name("declarator")
        node = inner if inner is not None else next((n for n in node.named_children if "decl" in n.type), None)
    return node


def _function(unit: Unit, node: Node) -> Piece:
    """A definition, of which the prototype stays; an inline one stays whole."""
    body, name = node.child_by_field_name("body"), unit.function_name(node)
    if body is None or not name:
        raise NotToTell
    for start, end in unit.directives:
        inside = body.start_byte <= start < body.end_byte
        if inside and directive(unit, start, end) not in CONDITIONS | {b"pragma", b""}:
            raise NotToTell
    words = {unit.text(n) for n in node.children if n.type == "storage_class_specifier"}
    if words & {b"inline", b"__inline", b"__inline__"}:
        inner = unit.walk("storage_class_specifier", under=body)
        if b"static" not in words or any(unit.text(n) == b"static" for n in inner):
            raise NotToTell  # its variables would be there twice
        return Piece(node.start_byte, unit.end(node), frozenset([name]))
    statics = _statics(unit, node)
    item = Piece(node.start_byte, body.start_byte, frozenset([name]), statics=statics, after=b";")
    item.edits = [Edit(start, end, b"") for start, end in statics] + _unnamed(unit, node, body.start_byte)
    spans = unit.dialect(node.start_byte, body.start_byte)
    item.always = any(s.kind == "isr" or (s.kind == "fattr" and _is_handler(unit, s.start)) for s in spans)
    return item


def _is_handler(unit: Unit, start: int) -> bool:
    return unit.src[start:].startswith((b"__interrupt", b"interrupt", b"__trap"))


def _statics(unit: Unit, node: Node) -> list[tuple[int, int]]:
    words = [n for n in node.children if n.type == "storage_class_specifier" and unit.text(n) == b"static"]
    return [(n.start_byte, n.end_byte) for n in words]


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


def _declaration(unit: Unit, node: Node) -> Piece:
    """A declaration at file scope: objects become `extern` and lose their initialisers."""
    start, end = node.start_byte, unit.end(node)
    spans = unit.dialect(start, end)
    item = Piece(start, end, _names(unit, node))
    if any(span.kind == "register" for span in spans):
        return item
    item.statics = _statics(unit, node)
    item.edits = _unnamed(unit, node, end)
    for n in node.children:
        if n.type == "init_declarator":
            inner = n.child_by_field_name("declarator")
            if inner is None or any(unit.end(inner) <= span.start < unit.end(n) for span in spans if span.kind == "at"):
                raise NotToTell
            cut = (unit.end(inner), unit.end(n))
            item.edits = [e for e in item.edits if not cut[0] <= e.start < cut[1]] + [Edit(*cut, b"")]
    words = {unit.text(n) for n in node.children if n.type == "storage_class_specifier"}
    objects = any(not _is_function(n) for n in node.children_by_field_name("declarator"))
    item.edits += [Edit(first, last, b"extern" if objects else b"") for first, last in item.statics]
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


_READERS: Mapping[str, Callable[[Unit, Node], Piece]] = {
    "function_definition": _function,
    "declaration": _declaration,
    **dict.fromkeys(_TYPES, _type),
}


def require_no_gaps(unit: Unit, items: list[Piece]) -> None:
    """Whatever is not in a piece would be lost."""
    bodies = [(f.start_byte, unit.end(f)) for f in unit.functions()]
    places = sorted([(i.start, i.end) for i in items] + bodies)
    at = 0
    for token in significant(unit.tokens):
        while at < len(places) and places[at][1] <= token.start:
            at += 1
        inside = at < len(places) and places[at][0] <= token.start
        if not inside and unit.src[token.start : token.end] != b";":
            raise NotToTell
