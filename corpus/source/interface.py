"""A unit's interface: what a rewrite must keep even where the compiler's output would not show the difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tree_sitter import Node

from corpus.source.ctype import CType
from corpus.source.dialect import SDCC_SPACES
from corpus.source.expressions import operator
from corpus.source.stream import token_stream
from corpus.source.symbols import Symbol, Symbols
from corpus.source.unit import Unit

Mode = Literal["r", "w", "u", "&"]


@dataclass(frozen=True, slots=True)
class Interface:
    """What a rewrite must not change even where a compiler would not notice; compare with `==`.

    `signatures`: exported functions and variables with canonical types, so that `uint8_t` equals `unsigned char`.
    `qualifiers`: const, volatile and memory spaces, level by level, of each declaration, cast and directive that has
    any (a multiset, without names). `attributes`: `__interrupt (1)` and the like by function. `asm`: the bytes of each
    asm block. `accesses`: by function, how often it reads (r), writes (w), updates (u) or takes the address (&) of each
    volatile object or register, in the text. Names that only this unit sees are given as b"static" or b"local".
    """

    signatures: tuple[tuple[bytes, ...], ...]
    qualifiers: tuple[tuple[str, ...], ...]
    attributes: tuple[tuple[bytes, ...], ...]
    asm: tuple[bytes, ...]
    accesses: tuple[tuple[bytes, tuple[tuple[bytes, str, int], ...]], ...]


def interface(unit: Unit, original: Mapping[bytes, bytes] | None = None) -> Interface:
    """The interface of a unit.

    `original` gives, for a name in it, the name to compare by (after a rename of something exported).
    """
    if not original:
        return _as_it_is(unit)
    return _compared(unit, _Public(unit.symbols, original))


@lru_cache(maxsize=32)  # a parent is compared with each of its variants
def _as_it_is(unit: Unit) -> Interface:
    return _compared(unit, _Public(unit.symbols, {}))


def _compared(unit: Unit, public: _Public) -> Interface:
    asm = [unit.src[t.start : t.end] for t in unit.tokens if t.kind == "asm"]
    asm += [b" ".join(token_stream(unit.text(n))) for n in unit.walk("gnu_asm_expression")]
    return Interface(
        _signatures(unit, public), _qualifiers(unit), _attributes(unit, public), tuple(asm), _accesses(unit, public)
    )


@dataclass(frozen=True, slots=True)
class _Public:
    symbols: Symbols
    original: Mapping[bytes, bytes]

    def name(self, name: bytes, symbol: Symbol | None) -> bytes:
        """The name, or its class where only this unit sees it."""
        if symbol is not None and (symbol.kind in ("local", "param") or symbol.kind == "static"):
            return b"static" if symbol.kind == "static" else b"local"
        if symbol is not None and symbol.storage == b"static":
            return b"static"
        return self.original.get(name, name)

    def function(self, name: bytes) -> bytes:
        return self.name(name, self.symbols.lookup(name))


def _signatures(unit: Unit, public: _Public) -> tuple[tuple[bytes, ...], ...]:
    found: list[tuple[bytes, ...]] = []
    for symbol in unit.symbols.all("function", "global"):
        if symbol.storage == b"static" or symbol.declaration is None:
            continue
        holder = unit.enclosing(symbol.declaration, "declaration", "function_definition")
        result = symbol.type.of if symbol.type is not None and symbol.kind == "function" else symbol.type
        words = [public.name(symbol.name, symbol), symbol.kind.encode()]
        words.append(_spelled(unit, result, holder, symbol.declaration))
        declarator = unit.enclosing(symbol.declaration, "function_declarator")
        parameters = declarator.child_by_field_name("parameters") if declarator is not None else None
        if symbol.kind == "function" and parameters is not None:
            for node in parameters.named_children:
                t = unit.symbols.described(node)
                name = next((n for n in unit.walk("identifier", under=node)), None)
                words.append(_spelled(unit, t.decayed() if t is not None and t.array else t, node, name))
        found.append(tuple(words))
    return tuple(sorted(found))


def _spelled(unit: Unit, t: CType | None, node: Node | None, name: Node | None) -> bytes:
    """The canonical type, or the tokens of its declaration without the name where the type is not known."""
    text = t.spell() if t is not None else "?"
    if "?" not in text or node is None:
        return text.encode()
    body = node.child_by_field_name("body")
    start, end = node.start_byte, body.start_byte if body is not None else node.end_byte
    at = (name.start_byte, name.end_byte) if name is not None else (end, end)
    return b" ".join(token_stream(unit.src[start : at[0]]) + token_stream(unit.src[at[1] : end]))


def _levels(t: CType | None) -> tuple[str, ...]:
    """The qualifiers of each level, outermost first; empty where there are none."""
    levels: list[str] = []
    while t is not None:
        words = [w for w, on in (("const", t.const), ("volatile", t.volatile)) if on]
        words += [t.space.decode("latin1")] if t.space else []
        levels.append(" ".join([t.kind[0], *words]) if words else "")
        t = t.of
    return tuple(levels) if any(levels) else ()


def _qualifiers(unit: Unit) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = []
    for symbol in unit.symbols.all("local", "param", "global", "static", "function", "typedef", "field", "sfr", "sbit"):
        if symbol.scope is not None and symbol.kind == "param" and symbol.scope.type == "parameter_list":
            continue  # a prototype only
        if symbol.type is not None:
            found.append(_levels(symbol.type))
        elif symbol.declaration is not None:
            holder = unit.enclosing(symbol.declaration, "declaration", "parameter_declaration", "field_declaration")
            found.append(_words(unit.text(holder)) if holder is not None else ())
    for node in unit.walk("type_descriptor"):
        found.append(_levels(unit.symbols.described(node)) or _words(unit.text(node)))
    for start, end in unit.directives:
        found.append(_words(unit.src[start:end]))
    for span in unit.spans:
        if span.kind == "at":
            found.append(("at", *(w.decode("latin1") for w in token_stream(unit.src[span.start : span.end]))))
    return tuple(sorted(levels for levels in found if levels))


def _words(text: bytes) -> tuple[str, ...]:
    wanted = SDCC_SPACES | {b"const", b"volatile"}
    return tuple(sorted(w.decode("latin1") for w in token_stream(text) if w in wanted))


def _attributes(unit: Unit, public: _Public) -> tuple[tuple[bytes, ...], ...]:
    found: set[tuple[bytes, ...]] = set()
    for span in unit.spans:
        if span.kind not in ("fattr", "isr", "critical"):
            continue
        node = unit.around(span.start, "function_definition", "declaration")
        name = public.function(unit.function_name(node)) if node is not None else b""
        found.add((name, *token_stream(unit.src[span.start : span.end])))
    return tuple(sorted(found))


def _accesses(unit: Unit, public: _Public) -> tuple[tuple[bytes, tuple[tuple[bytes, str, int], ...]], ...]:
    profile: list[tuple[bytes, tuple[tuple[bytes, str, int], ...]]] = []
    for function in unit.functions():
        counts: Counter[tuple[bytes, str]] = Counter()
        for node in unit.walk(*_ACCESSES, under=function.child_by_field_name("body")):
            handler: Callable[[Unit, Node, _Public], list[bytes]] = _ACCESSES[node.type]
            counts.update((name, access_mode(node)) for name in handler(unit, node, public))
        accesses = tuple(sorted((name, mode, count) for (name, mode), count in counts.items()))
        if accesses:
            profile.append((public.function(unit.function_name(function)), accesses))
    return tuple(sorted(profile))


def _named_access(unit: Unit, node: Node, public: _Public) -> list[bytes]:
    symbol = unit.symbols.resolve(node)
    if symbol is None or (node.parent is not None and node.parent.type in _ACCESSES and node.parent.type[0] in "sf"):
        return []
    if symbol.kind == "macro":
        found = unit.symbols.effects(node)
        return [public.function(name) for name in sorted(found.volatile_reads | found.volatile_writes)]
    volatile = symbol.type is not None and symbol.type.volatile and node not in symbol.declarations
    return [public.name(symbol.name, symbol)] if volatile and symbol.kind != "typedef" else []


def _reached_access(unit: Unit, node: Node, public: _Public) -> list[bytes]:
    if node.type == "pointer_expression" and operator(node) == b"&":
        return []
    t = unit.symbols.type_of(node)
    if t is None or not t.volatile or (node.parent is not None and node.parent.type == "field_expression"):
        return []
    root = unit.symbols.root(node)
    named = next((n for n in unit.walk("identifier", under=node) if unit.text(n) == root), None)
    return [public.name(root, unit.symbols.resolve(named) if named is not None else None)]


_ACCESSES = {
    "identifier": _named_access,
    "subscript_expression": _reached_access,
    "field_expression": _reached_access,
    "pointer_expression": _reached_access,
}


def access_mode(node: Node) -> Mode:
    """How the expression around an lvalue uses it: r, w, u (read and written back) or & (its address is taken)."""
    child, parent = node, node.parent
    while parent is not None and parent.type == "parenthesized_expression":
        child, parent = parent, parent.parent
    if parent is None:
        return "r"
    if parent.type == "assignment_expression" and parent.child_by_field_name("left") == child:
        return "w" if operator(parent) == b"=" else "u"
    if parent.type == "update_expression":
        return "u"
    return "&" if parent.type == "pointer_expression" and operator(parent) == b"&" else "r"
