"""Renames as edits: every place that means a name, in code, in macro bodies where asked, and in comments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tree_sitter import Node

from corpus.source.dialect import is_vector
from corpus.source.edits import Edit, apply_edits
from corpus.source.mask import Span
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.remembered import per_unit
from generators.rewrites.rule import Refusal, Site
from generators.rewrites.unseen import may_know, stands_before

_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_CODE = re.compile(rb"\w+_\w+|[a-z]+[a-z0-9]*[A-Z]\w*|[A-Z][A-Z0-9]+")
# The C library and the start-up code look for these.
LINKED = frozenset((b"main", b"putchar", b"getchar", b"gets", b"puts", b"printf", b"exit", b"malloc", b"free"))


@dataclass
class Renaming:
    """The renames of one unit, gathered; `site` makes one consistent change of them."""

    unit: Unit
    avoid: frozenset[str] = frozenset()
    pairs: list[tuple[str, str]] = field(default_factory=list)
    edits: dict[tuple[int, int], bytes] = field(default_factory=dict)
    taken: set[bytes] = field(default_factory=set)

    def refusal(self, symbol: Symbol, directives: bool = False) -> Refusal | None:
        """Why this name must stay, or None: it stands where the compiler sees more than the tree does."""
        return _refusal(self.unit, symbol, directives)

    def choose(self, candidates: Iterable[str | None]) -> bytes | None:
        """The first candidate that is free everywhere."""
        for candidate in candidates:
            name = candidate.encode() if candidate else b""
            if name and candidate not in self.avoid and name not in self.taken and self.unit.symbols.is_free(name):
                return name
        return None

    def add(self, symbol: Symbol, new: bytes, comments: Sequence[Span], twins: Iterable[Symbol] = ()) -> None:
        """Renames a symbol, its `twins` (the same parameter in prototypes), and what these comments say of it."""
        self.taken.add(new)
        self.pairs.append((symbol.name.decode(), new.decode()))
        for one in (symbol, *twins):
            for node in (*one.declarations, *one.uses):
                self.edits[node.start_byte, self.unit.end(node)] = new
        for start, end in spoken(self.unit, comments, symbol.name):
            self.edits[start, end] = new

    def take(self, symbol: Symbol, wanted: Iterable[str | None], comments: Sequence[Span]) -> Refusal | None:
        """Gives a symbol the first of the wanted names that is free, or says why it must keep its own."""
        refused = self.refusal(symbol)
        if refused is not None:
            return refused
        new = self.choose(wanted)
        if new is None:
            return Refusal(symbol.declaration.start_byte if symbol.declaration is not None else 0, "name-taken")
        self.add(symbol, new, comments)
        return None

    def take_macro(self, symbol: Symbol, wanted: str, comments: Sequence[Span]) -> Refusal | None:
        """The same for an object-like macro, which may stand in other macros' bodies."""
        start = symbol.declarations[0].start_byte
        refused = self.refusal(symbol, directives=True)
        places = _plain_bodies(self.unit, symbol)
        if refused is not None or places is None:
            return refused or Refusal(start, "named-in-a-condition")
        new = self.choose([wanted])
        if new is None:
            return Refusal(start, "name-taken")
        self.add(symbol, new, comments)
        for place in places:
            self.replace(*place, new)
        return None

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Puts the new name at a place that the tree does not show."""
        self.edits[start, end] = new

    def site(self, aliases: bool, only: Collection[str] | None = None) -> Site | None:
        """All of it as one site; the pairs are aliases for the harness where it can see the names.

        `only`: the names that need one, for names that may mean something else as well.
        """
        if not self.pairs:
            return None
        edits = aligned(self.unit, (Edit(start, end, text) for (start, end), text in self.edits.items()))
        seen = tuple(pair for pair in self.pairs if aliases and (only is None or pair[0] in only))
        return Site(edits, tuple(self.pairs), seen)


def _plain_bodies(unit: Unit, macro: Symbol) -> list[tuple[int, int]] | None:
    """Where the macro stands in other macros' bodies; None where it stands in any other directive."""
    if len(macro.declarations) != 1:
        return None
    own = macro.declarations[0]
    found = []
    for place in unit.symbols.occurrences(macro.name):
        if place.where != "directive" or place.start == own.start_byte:
            continue
        line = next((unit.src[a:b] for a, b in unit.directives if a <= place.start < b), b"")
        words = line[1:].split(None, 2)
        if len(words) < 3 or words[0] != b"define" or b"#" in words[2]:
            return None
        if b"(" in words[1] and b")" not in words[1]:
            return None  # perhaps one of its parameters
        found.append((place.start, place.end))
    return found


@per_unit
def _refusal(unit: Unit, symbol: Symbol, directives: bool) -> Refusal | None:
    start = symbol.declaration.start_byte if symbol.declaration is not None else 0
    name = symbol.name
    if symbol.from_header or name in LINKED or is_vector(name) or name in unit.symbols.header_names:
        return Refusal(start, "not-its-own")
    for place in unit.symbols.occurrences(name):
        if place.where == "asm":
            return Refusal(start, "named-in-asm")
        if place.where == "directive":
            if not directives:
                return Refusal(start, "named-in-a-macro")
        elif place.where == "error" or place.start not in _known(unit):
            return Refusal(start, "not-resolved")
    if not all(_surely_named(node) for node in symbol.declarations):
        return Refusal(start, "not-surely-its-name")
    if may_know(unit, symbol):
        return Refusal(start, "known-to-an-unseen-header")
    if any(_pasted(unit, node) for node in symbol.uses):
        return Refusal(start, "made-a-string")
    return None


@per_unit
def _known(unit: Unit) -> frozenset[int]:
    """Where names stand of which it is known what they mean."""
    named = (node for symbol in unit.symbols.all() for node in (*symbol.declarations, *symbol.uses))
    return frozenset(node.start_byte for some in (named, tags(unit)) for node in some)


def _surely_named(name: Node) -> bool:
    """Whether the parser saw a whole declaration, and not `API type` as that of a variable called `type`."""
    holder = name.parent
    around: list[Node] = []
    while holder is not None and holder.type.endswith("declarator"):
        around += holder.children
        holder = holder.parent
    behind = [child for child in holder.children if child.end_byte >= name.end_byte] if holder is not None else []
    return not any(child.is_error or child.is_missing for child in (*around, *behind))


def _pasted(unit: Unit, node: Node) -> bool:
    """Whether the place is an argument of a macro that makes strings or names of its arguments."""
    call = unit.enclosing(node, "call_expression", "compound_statement")
    while call is not None and call.type == "call_expression":
        called = call.child_by_field_name("function")
        symbol = unit.symbols.resolve(called) if called is not None else None
        if symbol is not None and symbol.kind == "macro" and called != node and _pastes(unit, symbol, 0):
            return True
        call = unit.enclosing(call, "call_expression", "compound_statement")
    return False


def tags(unit: Unit) -> Iterator[Node]:
    """The tags of structs, unions and enums wherever they stand: a name space of their own."""
    for node in unit.walk("struct_specifier", "union_specifier", "enum_specifier"):
        name = node.child_by_field_name("name")
        if name is not None:
            yield name


def tag_refusal(unit: Unit, name: bytes, places: Sequence[Node]) -> Refusal | None:
    """Why a tag that stands at these places must stay, or None."""
    start = places[0].start_byte
    known = {node.start_byte for node in places}
    for place in unit.symbols.occurrences(name):
        if place.where in ("asm", "directive"):
            return Refusal(start, "named-in-a-macro")
        if place.where == "error" or (place.start not in known and not _another(unit, place.start, place.end)):
            return Refusal(start, "not-resolved")
    if any(stands_before(unit, node) for node in places):
        return Refusal(start, "known-to-an-unseen-header")
    return None


def _another(unit: Unit, start: int, end: int) -> bool:
    """Whether the word is surely no tag here, but a variable, a member or the like of that name."""
    node = unit.at(start, end)
    if node is None or node.type not in _LEAVES or (node.start_byte, node.end_byte) != (start, end):
        return False
    return not _TAGGED.search(unit.src, max(0, start - _NEAR), start)


_LEAVES = frozenset({"identifier", "type_identifier", "field_identifier", "statement_identifier"})
_TAGGED = re.compile(rb"\b(?:struct|union|enum)(?:\s|/\*.*?\*/)*\Z", re.DOTALL)
_NEAR = 200  # bytes before a word in which a keyword can be that belongs to it


def _pastes(unit: Unit, macro: Symbol, depth: int) -> bool:
    if macro.body is None or b"#" in macro.body or depth > 8:
        return True
    inner = (unit.symbols.lookup(word) for word in _WORD.findall(macro.body))
    return any(
        one is not None and one.kind == "macro" and one.function_like and _pastes(unit, one, depth + 1)
        for one in inner
        if one is not None and one.name != macro.name
    )


def spoken(unit: Unit, comments: Iterable[Span], name: bytes) -> list[tuple[int, int]]:
    """Where comments speak of this name: a word that can only be code, or `name()`, `*name`, `name[`, `name->`.

    A bare `count` or `byte` may be an English word, and stays one.
    """
    alone = _CODE.fullmatch(name) is not None
    return [place for place in _said(unit, comments, name) if alone or _marked(unit.src, *place)]


def retold(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The text of a comment after a renaming: the words that `spoken` finds, changed together."""
    source = b"/*" + text.encode() + b"*/"
    unit = Unit.parse(source)
    edits = [
        Edit(start, end, new.encode())
        for old, new in dict(pairs).items()
        for start, end in spoken(unit, unit.comments(), old.encode())
    ]
    return apply_edits(source, edits)[2:-2].decode()


def bare(unit: Unit, comments: Iterable[Span], name: bytes) -> bool:
    """Whether a comment has the name as a bare word that `spoken` leaves alone."""
    if _CODE.fullmatch(name) is not None:
        return False
    return not all(_marked(unit.src, *place) for place in _said(unit, comments, name))


def _said(unit: Unit, comments: Iterable[Span], name: bytes) -> list[tuple[int, int]]:
    """Where these comments have the word."""
    places = _words(unit).get(name)
    if places is None:
        return []
    return [place for comment in comments for place in places if comment.start <= place[0] < comment.end]


@per_unit
def _words(unit: Unit) -> Mapping[bytes, list[tuple[int, int]]]:
    """The words of all comments, with their places in order."""
    found: dict[bytes, list[tuple[int, int]]] = {}
    for comment in unit.comments():
        for match in _WORD.finditer(unit.src, comment.start, comment.end):
            found.setdefault(match[0], []).append(match.span())
    return found


def _marked(src: bytes, start: int, end: int) -> bool:
    before, after = src[start - 2 : start], src[end : end + 2]
    if after[:1] in (b"[", b"(") or after == b"->":
        return True
    quoted = before[1:] in (b"`", b"'", b'"') and before[1:] == after[:1]
    return quoted or (before[1:] in (b"*", b"&") and before[:1] in (b" ", b"(", b"*") and after[:1] != b"*")
