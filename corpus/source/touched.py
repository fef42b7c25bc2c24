"""Whether a change can have touched a unit's interface at all, told from the tokens of the functions that differ.

Most rewrites move ordinary statements about. Their functions mention no volatile object, no qualifier and no directive,
or mention registers as often and in the same way as before; then no symbol of the variant need be known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from tree_sitter import Node, Query, QueryCursor

from corpus.source.ctype import CType
from corpus.source.dialect import (
    ATOMIC_MACROS,
    ISR_MACROS,
    KEYWORDS,
    QUALIFIERS,
    SBIT_TYPES,
    SDCC_ATTRIBUTES,
    SDCC_SPACES,
    SFR_TYPES,
)
from corpus.source.edits import Edit
from corpus.source.interface import interface
from corpus.source.lexer import Kind, lexed
from corpus.source.symbol import Symbol
from corpus.source.unit import LANGUAGE, Unit

Word = tuple[Kind, bytes]
Weight = Literal["none", "register", "array", "stated", "deep"]
"""What a name can bring into an interface: nothing; accesses, one each time it is mentioned (a register, a volatile
integer) or one of its elements is (a volatile array); what the declaration says that it stands in; anything else."""

_STATED = frozenset((b"const", b"static", b"__critical")) | ATOMIC_MACROS | SDCC_SPACES
_DEEP_WORDS = (
    frozenset(b"volatile restrict _Atomic extern typeof __typeof __typeof__ @ __at".split())
    | SDCC_ATTRIBUTES
    | QUALIFIERS
    | ISR_MACROS
    | SFR_TYPES
    | SBIT_TYPES
)
_WRITES = frozenset(b"+= -= *= /= %= &= |= ^= <<= >>=".split())
_STEPS = frozenset((b"++", b"--"))
_BEHIND = frozenset((b"return", b"case", b"else", b"do"))
_OPERANDS = frozenset((b")", b"]"))
_BOUNDS = frozenset((b";", b"{", b"}"))
_NESTED = QueryCursor(Query(LANGUAGE, "(function_declarator) @deep (gnu_asm_expression) @deep"))
_MACROS_DEEP = 8


def keeps_interface(before: Unit, after: Unit, original: Mapping[bytes, bytes]) -> bool | None:
    """Whether the interfaces of both are the same, where that shows; None says that they must be made and compared.

    `original` is as `corpus.source.interface.interface` takes it for the later one. Both are C that compiles: of a
    missing semicolon the parser makes a declaration that the tokens do not show.
    """
    if before.masked.keil or after.masked.keil or before.error is not None or after.error is not None:
        return None
    renamed = _renamed(before, after)
    if renamed is not None:
        return _keeps_names(before, renamed, original)
    if original:
        return None
    gone, new = _differing(_pieces(before), _pieces(after))
    names = _weights(before)
    old_bodies, new_bodies = _bodies(gone), _bodies(new)
    others = len(gone) - len(old_bodies) + len(new) - len(new_bodies)
    spare = sum(_is_spare(names, piece, _pieces(before)) for piece in gone)
    spare += sum(_is_spare(names, piece, _pieces(after)) for piece in new)
    if old_bodies.keys() != new_bodies.keys() or others != spare:
        return None
    alike = (_alike(names, (before, old_bodies[head]), (after, new_bodies[head])) for head in sorted(old_bodies))
    return all(alike) or interface(_with_only(before, old_bodies)) == interface(_with_only(after, new_bodies))


def _with_only(unit: Unit, functions: Mapping[tuple[Word, ...], _Piece]) -> Unit:
    """The unit without the bodies of its other functions, which bring the same as long as nothing around them changes:
    a small text is soon read."""
    kept = {piece.block.start_byte for piece in functions.values() if piece.block is not None}
    bodies = [body for one in unit.functions() if (body := one.child_by_field_name("body")) is not None]
    return unit.edited([Edit(n.start_byte, unit.end(n), b"{}") for n in bodies if n.start_byte not in kept])


def _renamed(before: Unit, after: Unit) -> dict[bytes, bytes] | None:
    """The old name of each new one, where the later text is the earlier one with other names throughout; else None."""
    words, others = lexed(before.src).words, lexed(after.src).words
    if len(words) != len(others):
        return None
    names: dict[bytes, bytes] = {}
    for one, other in zip(words, others, strict=True):
        if one == other:
            continue
        (kind, old), (kind_now, new) = one, other
        if kind != "identifier" or kind != kind_now or names.setdefault(new, old) != old:
            return None
    fresh = lexed(before.src).present.isdisjoint(names) and lexed(after.src).present.isdisjoint(names.values())
    one_to_one = len(set(names.values())) == len(names)
    unknown = all(before.symbols.lookup(new) is None and new not in KEYWORDS for new in names)
    return names if names and fresh and one_to_one and unknown else None


def _keeps_names(before: Unit, renamed: Mapping[bytes, bytes], original: Mapping[bytes, bytes]) -> bool | None:
    """Whether all new names are of what only this unit sees, or are told; None where a name's kind is not known."""
    for new, old in renamed.items():
        if original.get(new) == old or _is_private(before, old):
            continue
        symbol = before.symbols.lookup(old)
        seen = symbol is not None and symbol.kind in ("function", "global") and bool(symbol.declarations)
        return False if seen and new not in original else None
    return True


def _is_private(unit: Unit, name: bytes) -> bool:
    """Whether other units do not see what this one declares by a name: in a block, as a member, `static`, a macro."""
    symbol = unit.symbols.lookup(name)
    if symbol is None:
        return any(one.name == name for one in unit.symbols.all("local", "param", "static", "field", "label"))
    private = symbol.storage == b"static" or symbol.kind in ("static", "macro", "enumerator")
    return private and not symbol.from_header


@dataclass(frozen=True, slots=True)
class _Piece:
    """A declaration, definition or preprocessor part at file scope: its tokens, a function's up to and from its `{`."""

    head: tuple[Word, ...]
    body: tuple[Word, ...] = ()
    block: Node | None = field(default=None, compare=False)


@lru_cache(maxsize=32)  # a parent is compared with each of its variants
def _pieces(unit: Unit) -> tuple[_Piece, ...]:
    """What stands at file scope; comments and blanks do not count."""
    cut = lexed(unit.src)
    found: list[_Piece] = []
    at = 0
    for node in unit.root.children:
        # From the end of the one before: what the mask blanked may stand before the node.
        end = bisect_left(cut.starts, unit.end(node), at)
        block = node.child_by_field_name("body") if node.type == "function_definition" else None
        if block is not None:
            middle = bisect_left(cut.starts, block.start_byte, at)
            found.append(_Piece(cut.words[at:middle], cut.words[middle:end], block))
        elif end > at:
            found.append(_Piece(cut.words[at:end]))
        at = end
    return (*found, _Piece(cut.words[at:]))


def _differing(pieces: Sequence[_Piece], others: Sequence[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """Those of each that the other has not, wherever they stand."""
    first, last = 0, 1
    shorter = min(len(pieces), len(others))
    while first < shorter and pieces[first] == others[first]:
        first += 1
    while last <= shorter - first and pieces[-last] == others[-last]:
        last += 1
    some, more = pieces[first : len(pieces) - last + 1], others[first : len(others) - last + 1]
    return list((Counter(some) - Counter(more)).elements()), list((Counter(more) - Counter(some)).elements())


def _bodies(pieces: list[_Piece]) -> dict[tuple[Word, ...], _Piece]:
    """The functions among them by their head."""
    return {piece.head: piece for piece in pieces if piece.body}


def _is_spare(names: _Weights, piece: _Piece, all_of: tuple[_Piece, ...]) -> bool:
    """Whether this is the prototype of a function whose definition says `static` itself."""
    texts = [text for _, text in piece.head]
    if piece.body or texts[:1] != [b"static"] or texts[-2:] != [b")", b";"] or texts.count(b"(") != 1:
        return False
    name = texts[texts.index(b"(") - 1]
    if any(names.of(text) == "deep" for text in texts if text != b"volatile"):
        return False
    return any(one.body and one.head[0][1] == b"static" and (("identifier", name) in one.head) for one in all_of)


def _alike(names: _Weights, old: tuple[Unit, _Piece], new: tuple[Unit, _Piece]) -> bool:
    """Whether a function brings the same into the interface as its earlier form."""
    if any(names.carries_volatile(text) for _, text in old[1].head) or not (_is_told(*old) and _is_told(*new)):
        return False
    profiles = [_profile(names, piece.body) for _, piece in (old, new)]
    return profiles[0] is not None and profiles[0] == profiles[1]


def _is_told(unit: Unit, function: _Piece) -> bool:
    """Whether the tokens of a body are enough: it holds no directive, assembly or another declarator of a function."""
    block = function.block
    assert block is not None  # it has a body
    return not _NESTED.captures(block) and not any(
        block.start_byte <= start < block.end_byte for start, _ in unit.directives
    )


def _profile(names: _Weights, words: tuple[Word, ...]) -> Counter[tuple[object, str]] | None:
    """How often a body reads (r), writes (w) or updates (u) each register, and what it declares with a qualifier; None
    where tokens do not tell."""
    found: Counter[tuple[object, str]] = Counter()
    stated = 0  # the end of a declaration that is taken as it stands
    for at, (kind, text) in enumerate(words):
        weight = names.of(text) if kind == "identifier" or text == b"@" else "deep" if kind == "asm" else "none"
        if weight == "deep" or (text in (b".", b"->") and names.is_deep_member(words[at + 1][1])):
            return None
        if weight == "none" or at < stated:
            continue
        if weight == "stated":
            start = next((n + 1 for n in range(at, -1, -1) if words[n][1] in _BOUNDS), 0)
            stated = next(n for n in range(at, len(words)) if words[n][1] in _BOUNDS)
            found[words[start:stated], "declared"] += 1
            continue
        end = at + 1 if weight == "register" else _behind_brackets(words, at + 1)
        mode = _mode(words, at, end) if end > at + (weight == "array") else None
        if mode is None:
            return None
        found[text, mode] += 1
    return found


def _behind_brackets(words: tuple[Word, ...], at: int) -> int:
    """The place behind the `]` that closes the `[` here; this place where none opens."""
    depth = 0
    for place in range(at, len(words)):
        depth += {b"[": 1, b"]": -1}.get(words[place][1], 0)
        if not depth:
            return place + (place > at)
    return at


def _mode(words: tuple[Word, ...], at: int, end: int) -> str | None:
    """How the name or element `words[at:end]` is used, by the tokens around it; None where they leave it open."""
    (before, left), (_, right) = words[at - 1], words[end]
    if right in (b"[", b".", b"->", b"(", b",", b":") or left in (b".", b"->", b"*", b","):
        # A declaration, an element, a label; but an argument, and what a case or a choice gives, is read.
        return "r" if right in (b",", b":") and left in (b"(", b"?", b"case") else None
    if before == "identifier" and left not in _BEHIND:
        return None
    if left == b"&" and not (words[at - 2][0] in ("identifier", "number", "char") or words[at - 2][1] in _OPERANDS):
        return None
    if left == b"(" and right == b")" and (words[at - 2][0] != "identifier" or words[at - 2][1] == b"sizeof"):
        return None
    if left in _STEPS or right in _STEPS or right in _WRITES:
        return "u"
    return "w" if right == b"=" else "r"


@dataclass(slots=True)
class _Weights:
    """The weight of each name at a unit's file scope, found once."""

    unit: Unit
    known: dict[bytes, Weight] = field(default_factory=dict)
    volatile: dict[bytes, bool] = field(default_factory=dict)
    members: dict[bytes, bool] | None = None

    def of(self, name: bytes) -> Weight:
        if name not in self.known:
            self.known[name] = self._found(name, 0)
        return self.known[name]

    def carries_volatile(self, name: bytes) -> bool:
        """Whether a parameter declared with this word may be volatile, or point to what is."""
        if name not in self.volatile:
            symbol = self.unit.symbols.lookup(name)
            said = symbol is not None and symbol.kind == "typedef" and _is_volatile(symbol.type)
            self.volatile[name] = said or name == b"volatile" or (symbol is not None and symbol.kind == "macro")
        return self.volatile[name]

    def is_deep_member(self, name: bytes) -> bool:
        """Whether a member of this name may be volatile: one that this unit declares so, or does not declare."""
        if self.members is None:
            self.members = {}
            for symbol in self.unit.symbols.all("field"):
                self.members[symbol.name] = self.members.get(symbol.name, False) or _is_volatile(symbol.type)
        return self.members.get(name, True)

    def _found(self, name: bytes, depth: int) -> Weight:
        if name in _DEEP_WORDS or b"asm" in name:
            return "deep"
        if name in _STATED:
            return "stated"
        symbol = self.unit.symbols.lookup(name)
        if symbol is None or symbol.kind == "enumerator":
            return "none"
        if symbol.kind == "macro":
            return self._of_macro(symbol, depth)
        if symbol.kind == "typedef":
            return "deep" if _is_qualified(symbol.type) else "none"
        if not _is_volatile(symbol.type):
            return "none"
        if symbol.type is None or not (symbol.is_register or symbol.is_variable):
            return "deep"
        if symbol.type.array and symbol.type.of is not None and symbol.type.of.integer:
            return "array"
        return "register" if symbol.type.integer else "deep"

    def _is_macro(self, name: bytes) -> bool:
        symbol = self.unit.symbols.lookup(name)
        return symbol is not None and symbol.kind == "macro"

    def _of_macro(self, macro: Symbol, depth: int) -> Weight:
        """A macro brings what its words bring; one that is just another name of a register counts as that."""
        if macro.body is None or depth > _MACROS_DEEP:
            return "deep"
        words = lexed(macro.body).words
        for (kind, text), (_, right) in pairwise(words):
            if kind == "identifier" and right == b"(" and not self._is_macro(text):
                return "deep"  # a call, which does whatever its function does
        inside = [self._found(text, depth + 1) if kind == "identifier" else "none" for kind, text in words]
        if all(weight == "none" for weight in inside):
            return "none" if not any(kind == "asm" or text in (b"#", b"##", b"@") for kind, text in words) else "deep"
        return "register" if inside == ["register"] and not macro.function_like else "deep"


@lru_cache(maxsize=32)  # a parent is compared with each of its variants
def _weights(unit: Unit) -> _Weights:
    return _Weights(unit)


def _is_volatile(t: CType | None) -> bool:
    """Whether a type is volatile at any level; one that is not known may be."""
    if t is None:
        return True
    return t.volatile or (t.of is not None and _is_volatile(t.of))


def _is_qualified(t: CType | None) -> bool:
    if t is None:
        return True
    return t.volatile or t.const or bool(t.space) or (t.of is not None and _is_qualified(t.of))
