"""The shape of a program: its tree without names, literals and layout, and how far two shapes are apart."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache

from tree_sitter import Node, TreeCursor

from corpus.source.unit import LANGUAGE, Unit

_NAMES = frozenset({"identifier", "field_identifier", "statement_identifier"})
_TYPES = frozenset({"primitive_type", "type_identifier", "sized_type_specifier"})
_LITERALS = frozenset(
    {"number_literal", "char_literal", "string_literal", "concatenated_string", "true", "false", "null"}
)
_OPERATORS = frozenset(
    {
        "=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|=", "+", "-", "*", "/", "%", "<<", ">>", "&",
        "^", "|", "~", "!", "&&", "||", "==", "!=", "<", ">", "<=", ">=", "++", "--", "->", ".", "?",
    }
)  # fmt: skip
# Spelling, not structure; an #include comes with a typedef that only spells a type.
_UNSEEN = frozenset({"comment", "preproc_include", "escape_sequence"})
_BLOCK = "compound_statement"
_HEADED = frozenset({"if_statement", "else_clause", "while_statement", "do_statement", "for_statement"})

# What a node counts as: not at all, by its children only, as a leaf whatever is in it, as a name, as a block.
_SKIPPED, _THROUGH, _NODE, _LEAF, _NAME, _BRACES = range(6)
_NONE = -1
_NAMED, _TYPED, _VALUED = 1_000_000, 1_000_001, 1_000_002


def _role(kind: str, named: bool) -> int:
    if not named:
        return _LEAF if kind in _OPERATORS else _SKIPPED
    if kind in _UNSEEN:
        return _SKIPPED
    if kind in _NAMES:
        return _NAME
    if kind == "parenthesized_expression":
        return _THROUGH
    if kind == _BLOCK:
        return _BRACES
    return _LEAF if kind in _TYPES or kind in _LITERALS or kind == "preproc_arg" else _NODE


def _label(kind: str) -> int:
    if kind in _NAMES:
        return _NAMED
    if kind in _TYPES:
        return _TYPED
    return _VALUED if kind in _LITERALS else LANGUAGE.id_for_node_kind(kind, True) or _NONE


def _tables() -> tuple[list[int], list[int]]:
    """Role and label of each kind of node, by its number; several numbers may stand for one kind."""
    roles, labels = [], []
    for number in range(LANGUAGE.node_kind_count):
        kind, named = LANGUAGE.node_kind_for_id(number) or "", LANGUAGE.node_kind_is_named(number)
        roles.append(_role(kind, named))
        labels.append(_label(kind) if named else number)
    return roles, labels


_ROLES, _LABELS = _tables()


@dataclass(frozen=True, eq=False)
class Shape:
    """A normalised tree, in preorder: `labels`, the place of each node's parent (-1 for the root), and for each name
    the number of its first use (-1 for what is no name)."""

    labels: tuple[int, ...]
    parents: tuple[int, ...]
    uses: tuple[int, ...]

    @cached_property
    def digest(self) -> str:
        """16 hex digits, the same for programs that differ by a consistent renaming, literals and layout only."""
        data = array("i", (*self.labels, *self.parents, *self.uses)).tobytes()
        return hashlib.blake2b(data, digest_size=8).hexdigest()

    @cached_property
    def grams(self) -> Counter[tuple[int, ...]]:
        """How often each 2,3-gram occurs: a node with its parent, and three of its children in a row."""
        labels = self.labels
        children: list[list[int]] = [[_NONE, _NONE] for _ in labels]
        for label, parent in zip(labels, self.parents, strict=True):
            if parent >= 0:
                children[parent].append(label)
        found: list[tuple[int, ...]] = []
        for label, parent, below in zip(labels, self.parents, children, strict=True):
            above = labels[parent] if parent >= 0 else _NONE
            if len(below) == 2:
                found.append((above, label, _NONE, _NONE, _NONE))
                continue
            below += (_NONE, _NONE)
            found += [(above, label, *three) for three in zip(below, below[1:], below[2:], strict=False)]
        return Counter(found)


def distance(one: Shape, other: Shape) -> float:
    """How far two shapes are apart, 0 (the same grams) to 1 (none in common); symmetric, linear in the nodes.

    The pq-gram distance with p = 2 and q = 3: 1 - 2 |A ∩ B| / (|A| + |B|), A and B being the bags of all chains of a
    node and its parent with three neighbouring children, missing ones filled up. It bounds the tree edit distance with
    fanout-weighted costs from below (Augsten, Böhlen, Gamper: Approximate Matching of Hierarchical Data Using pq-Grams,
    VLDB 2005, sections 4 and 5, where 2,3 is the recommended choice). Names count as one, so a renaming is at 0.
    """
    first, second = one.grams, other.grams
    total = first.total() + second.total()
    shared = (first & second).total()
    return 1 - 2 * shared / total if total else 0.0


@lru_cache(maxsize=256)
def shape_of(src: bytes) -> Shape:
    """The shape of a source. What does not parse has one as well."""
    unit = Unit.parse(src)
    cursor = unit.root.walk()
    labels: list[int] = []
    parents: list[int] = []
    uses: list[int] = []
    numbers: dict[bytes, int] = {}
    above = [_NONE]  # for each open node the place that its children hang from
    while True:
        node = cursor.node
        assert node is not None
        kind = node.kind_id
        role = _ROLES[kind] if kind < len(_ROLES) else _NODE
        if role == _BRACES:
            role = _THROUGH if _is_one_statement(node) else _NODE
        here = above[-1]
        if role > _THROUGH:
            here = len(labels)
            labels.append(_LABELS[kind] if kind < len(_LABELS) else kind)
            parents.append(above[-1])
            uses.append(numbers.setdefault(unit.text(node), len(numbers)) if role == _NAME else _NONE)
        if role in (_THROUGH, _NODE) and cursor.goto_first_child():
            above.append(here)
        elif not _onwards(cursor, above):
            return Shape(tuple(labels), tuple(parents), tuple(uses))


def _onwards(cursor: TreeCursor, above: list[int]) -> bool:
    """To the next node that is not below this one."""
    while not cursor.goto_next_sibling():
        if not cursor.goto_parent():
            return False
        above.pop()
    return True


def _is_one_statement(block: Node) -> bool:
    """Whether braces stand around one statement, where a head takes it without them."""
    if block.parent is None or block.parent.type not in _HEADED:
        return False
    inside = [child.type for child in block.named_children if child.type != "comment"]
    return len(inside) == 1 and inside[0] not in ("declaration", _BLOCK)
