"""A parsed C source: the tree of its mask, the text of the original, and the questions that rules ask of a place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import tree_sitter_c
from tree_sitter import Language, Node, Parser, Query, QueryCursor, Tree

from corpus.source.edits import Edit, apply_edits, difference
from corpus.source.lexer import Token, lexed, lexed_near
from corpus.source.mask import Masked, Span, mask
from corpus.source.recent import Recent
from corpus.source.remask import mask_near

if TYPE_CHECKING:
    from corpus.source.symbols import Symbols

LANGUAGE = Language(tree_sitter_c.language())
_PARSER = Parser(LANGUAGE)
_FUNCTIONS = QueryCursor(Query(LANGUAGE, "(function_definition) @function"))

STATEMENTS = frozenset(
    {
        "declaration", "expression_statement", "compound_statement", "if_statement", "while_statement", "do_statement",
        "for_statement", "switch_statement", "case_statement", "return_statement", "break_statement",
        "continue_statement", "goto_statement", "labeled_statement",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Order:
    """The named nodes of a tree in source order; `end` is the place behind a node's last descendant."""

    nodes: list[Node]
    end: list[int]
    by_type: dict[str, list[int]]
    place: dict[int, int]


@dataclass(frozen=True, eq=False)
class Unit:
    """One C source. `node.text` would be the mask's: always ask `unit.text(node)`. All offsets are bytes."""

    src: bytes
    masked: Masked
    tree: Tree

    @classmethod
    def parse(cls, src: bytes) -> Unit:
        """Parses any bytes; what is not C shows in `error`. Raises nothing.

        The last 48 sources are remembered: a chain of rewrites asks for the same text several times, and what one
        asker has found out (symbols, types, effects) serves the next.
        """
        return _recent(src)

    def edited(self, edits: Sequence[Edit]) -> Unit:
        """What `parse` gives for this source with the edits made, cheaper where they touch some lines only: the rest is
        cut, masked and parsed as it was. Raises OverlappingEdits."""
        src = apply_edits(self.src, edits)
        found = _recent.known(src)
        return found if found is not None else _recent.put(src, _spliced(self, src, edits) or _parsed(src))

    def near(self, src: bytes) -> Unit:
        """What `parse` gives for a text that differs from this source in some lines only, cheaper."""
        return self if src == self.src else self.edited((difference(self.src, src),))

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens of the original; together they cover every byte."""
        return lexed(self.src).tokens

    @property
    def root(self) -> Node:
        """The translation_unit node."""
        return self.tree.root_node

    @property
    def spans(self) -> tuple[Span, ...]:
        """The dialect's places, by start."""
        return self.masked.spans

    @cached_property
    def error(self) -> Span | None:
        """The first place that does not parse, or None."""
        if not self.root.has_error:
            return None
        bad = next((n for n in self._nodes(self.root) if n.is_error or n.is_missing), self.root)
        return Span("error", bad.start_byte, bad.end_byte)

    @cached_property
    def symbols(self) -> Symbols:
        """Scopes, types and effects of this source."""
        from corpus.source.symbols import Symbols

        return Symbols(self)

    @cached_property
    def answers(self) -> dict[Any, Any]:
        """What askers found out about this source, by their questions; it lives as long as the source does."""
        return {}

    @cached_property
    def _stretched(self) -> dict[int, int]:
        """Where a mask's stand-in (`const` for `__xdata`) ends: the end of what it stands for."""
        ends: dict[int, int] = {}
        for span in self.spans:
            if span.kind not in ("register", "short-cast"):
                filled = len(self.masked.text[span.start : span.end].rstrip())
                if filled:
                    ends[span.start + filled] = span.end
        return ends

    def end(self, node: Node) -> int:
        """Where a node ends in the original: behind `end_byte` where the mask put a shorter word."""
        return self._stretched.get(node.end_byte, node.end_byte)

    def text(self, node: Node) -> bytes:
        """The original text of a node."""
        return self.src[node.start_byte : self.end(node)]

    def walk(self, *types: str, under: Node | None = None) -> Iterator[Node]:
        """The named nodes in source order, `under` itself included; only those of `types` where any are given."""
        order = self._order
        first = 0 if under is None else order.place.get(under.id, -1)
        if first < 0:  # `under` is not named, or of another tree
            yield from (n for n in self._nodes(under or self.root) if n.is_named and (not types or n.type in types))
            return
        end = order.end[first]
        if not types:
            yield from order.nodes[first:end]
            return
        places = [order.by_type.get(kind, []) for kind in dict.fromkeys(types)]
        found = [at for some in places for at in some[bisect_left(some, first) : bisect_left(some, end)]]
        yield from map(order.nodes.__getitem__, sorted(found) if len(types) > 1 else found)

    def placed(self, *types: str) -> Iterator[tuple[int, int, str, Node]]:
        """(place, end, type, node) of the nodes of these types, in source order: what is below a node has the places
        between its own and its end."""
        order = self._order
        found = [(at, kind) for kind in types for at in order.by_type.get(kind, ())]
        for at, kind in sorted(found):
            yield at, order.end[at], kind, order.nodes[at]

    @cached_property
    def _order(self) -> _Order:
        """All named nodes once, since every asker walks the tree again and making a Node is what that costs."""
        nodes: list[Node] = []
        end: list[int] = []
        by_type: dict[str, list[int]] = defaultdict(list)
        open_at: list[tuple[int, int]] = []  # (place, depth) of the nodes around
        waiting = [(self.root, 0)]
        while waiting:
            node, depth = waiting.pop()
            here = len(nodes)
            while open_at and open_at[-1][1] >= depth:
                end[open_at.pop()[0]] = here
            nodes.append(node)
            end.append(here + 1)
            by_type[node.type].append(here)
            if children := node.named_children:
                open_at.append((here, depth))
                waiting += [(child, depth + 1) for child in reversed(children)]
        for place, _ in open_at:
            end[place] = len(nodes)
        return _Order(nodes, end, dict(by_type), {node.id: at for at, node in enumerate(nodes)})

    @staticmethod
    def _nodes(top: Node) -> Iterator[Node]:
        cursor = top.walk()
        while True:
            node = cursor.node
            if node is not None:
                yield node
            if cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return

    # Places

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        at = self.src.find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.src.find(b"\n", at + 1)
        return starts

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._line_starts, offset)

    def column(self, offset: int) -> int:
        """The column of an offset, from 1, in bytes."""
        return offset - self.line_start(offset) + 1

    def line_start(self, offset: int) -> int:
        """The offset of the first byte of this line."""
        return self._line_starts[self.line(offset) - 1]

    def line_end(self, offset: int) -> int:
        """The offset behind the last byte of this line, its newline not counted."""
        end = self.src.find(b"\n", offset)
        return len(self.src) if end < 0 else end

    def indent(self, offset: int) -> bytes:
        """The blanks that begin this line."""
        line = self.src[self.line_start(offset) : self.line_end(offset)]
        return line[: len(line) - len(line.lstrip(b" \t"))]

    @cached_property
    def newline(self) -> bytes:
        """How this source ends its lines."""
        return b"\r\n" if b"\r\n" in self.src else b"\n"

    # What lies at a place

    @cached_property
    def _comments(self) -> tuple[Span, ...]:
        return tuple(Span("comment", start, end) for _, start, end in lexed(self.src).of("comment"))

    def comments(self, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
        """The comments that touch `start..end`, of the whole source by default; those within directives too."""
        limit = len(self.src) if end is None else end
        return tuple(c for c in self._comments if c.start < limit and start < c.end)

    @cached_property
    def directives(self) -> tuple[tuple[int, int], ...]:
        """(start, end) of each preprocessor line, from its `#` to the end of its last continued line."""
        cut = lexed(self.src)
        return tuple((cut.bounds[first], cut.bounds[last]) for first, last in cut.directives)

    @cached_property
    def _opaque(self) -> tuple[list[int], list[int]]:
        """Where opaque places begin, in order, and how far those before each of them reach."""
        hard = ("asm", "register", "short-cast", "critical")
        places = [*self.directives, *((s.start, s.end) for s in self.spans if s.kind in hard)]
        if self.root.has_error:
            places += [(n.start_byte, n.end_byte) for n in self._nodes(self.root) if n.is_error or n.is_missing]
        if b"asm" in self.src and any(b"asm" in self.src[t.start : t.end] for t in lexed(self.src).of("identifier")):
            places += [(n.start_byte, n.end_byte) for n in self.walk("gnu_asm_expression")]
        places.sort()
        reached = accumulate((max(b, a + 1) for a, b in places), max, initial=0)
        return [a for a, _ in places], list(reached)

    def in_opaque(self, start: int, end: int) -> bool:
        """Whether `start..end` touches a directive, asm, a register declaration, a misread cast or an error."""
        starts, reached = self._opaque
        return reached[bisect_left(starts, end)] > start

    def dialect(self, start: int, end: int) -> tuple[Span, ...]:
        """The dialect spans that touch `start..end`."""
        starts, reached = self._reach
        last = bisect_left(starts, end)
        if reached[last] <= start:
            return ()
        return tuple(s for s in self.spans[:last] if start < s.end)

    @cached_property
    def _reach(self) -> tuple[list[int], list[int]]:
        """Where spans begin, in order, and how far those before each of them reach."""
        reached = accumulate((s.end for s in self.spans), max, initial=0)
        return [s.start for s in self.spans], list(reached)

    # Functions and statements

    def functions(self) -> tuple[Node, ...]:
        """The function definitions, in order; those inside `#if` branches too."""
        return self._functions

    @cached_property
    def _functions(self) -> tuple[Node, ...]:
        if not self.root.has_error:
            return tuple(_defined(self.root))
        found = _FUNCTIONS.captures(self.root).get("function", [])
        return tuple(sorted(found, key=lambda node: node.start_byte))  # which come in no order

    @cached_property
    def anonymous_types(self) -> tuple[int, ...]:
        """Where the structs and unions without a tag begin, in order."""
        found = self.walk("struct_specifier", "union_specifier")
        return tuple(node.start_byte for node in found if node.child_by_field_name("name") is None)

    def function(self, name: bytes) -> Node | None:
        """The first definition of this name."""
        return next((f for f in self.functions() if self.function_name(f) == name), None)

    def function_name(self, function: Node) -> bytes:
        """The name that a function_definition defines, or b"" where it shows none, or one that may be another word."""
        declarator = function.child_by_field_name("declarator")
        while declarator is not None and declarator.type != "identifier":
            if declarator.has_error and any(child.is_error for child in declarator.children):
                return b""  # `API type name(int n) {`, in which the parser takes `type` for the name
            inner = declarator.child_by_field_name("declarator")
            declarator = inner if inner is not None else next(iter(declarator.named_children), None)
        return b"" if declarator is None else self.text(declarator)

    def enclosing(self, node: Node, *types: str) -> Node | None:
        """The nearest node of these types that holds `node`, itself excluded."""
        parent = node.parent
        while parent is not None and parent.type not in types:
            parent = parent.parent
        return parent

    def enclosing_function(self, node: Node) -> Node | None:
        """The function_definition that holds `node`."""
        return self.enclosing(node, "function_definition")

    def enclosing_statement(self, node: Node) -> Node | None:
        """The innermost statement or declaration that holds `node`, `node` itself included."""
        return node if node.type in STATEMENTS else self.enclosing(node, *STATEMENTS)

    def at(self, start: int, end: int | None = None) -> Node | None:
        """The smallest named node that covers `start..end`."""
        return self.root.named_descendant_for_byte_range(start, start if end is None else end)

    def around(self, start: int, *types: str, end: int | None = None) -> Node | None:
        """The smallest node of these types that covers `start..end`."""
        node = self.at(start, end)
        return node if node is None or node.type in types else self.enclosing(node, *types)


def _defined(part: Node) -> Iterator[Node]:
    """The functions of a file; within one the parser takes a macro and its block for another."""
    for node in part.named_children:
        if node.type == "function_definition":
            yield node
        elif node.type.startswith("preproc_") or node.type in ("linkage_specification", "declaration_list"):
            yield from _defined(node)


def _parsed(src: bytes) -> Unit:
    masked = mask(src)
    return Unit(src, masked, _PARSER.parse(masked.text))


def _spliced(base: Unit, src: bytes, edits: Sequence[Edit]) -> Unit | None:
    """The unit of `src` made from its base's parts; None where a part could be another than if it were made alone.

    A tree that the parser mends after edits is the one that it would have made: nodes that were in doubt are not used
    again. That is not promised of how it gets over errors, so only trees without any are taken.
    """
    if base.root.has_error:
        return None
    cut = lexed(base.src)
    splice = lexed_near(src, cut, edits)
    remasked = mask_near(cut, base.masked, splice, edits) if splice is not None else None
    if remasked is None:
        return None
    before = base.tree.copy()
    for edit in sorted(remasked.edits, reverse=True):
        row, column = base.line(edit.start) - 1, base.column(edit.start) - 1
        end = base.line(edit.end) - 1, base.column(edit.end) - 1
        added, width = edit.text.count(b"\n"), len(edit.text.rpartition(b"\n")[2])
        new_end = row + added, width + (0 if added else column)
        before.edit(edit.start, edit.end, edit.start + len(edit.text), (row, column), end, new_end)
    tree = _PARSER.parse(remasked.masked.text, before)
    return None if tree.root_node.has_error else Unit(src, remasked.masked, tree)


_recent = Recent(_parsed, 48)
