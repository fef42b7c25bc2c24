"""Reads the types that declarations and casts spell: specifiers, qualifiers, memory spaces and declarators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tree_sitter import Node

from corpus.source.ctype import BUILTIN, INT, INT8, UINT, UINT8, CType, integer_named, literal_value, pointer_to
from corpus.source.dialect import KEIL_SPACES, SDCC_SPACES
from corpus.source.unit import Unit

# `typedef unsigned char uint8_t;`: the grammar takes some names for built-in types.
_NAMES = ("identifier", "type_identifier", "field_identifier", "primitive_type")
_DEEPEST = 64  # levels of pointers, arrays and parentheses; beyond, the type counts as unknown
_STORAGE = (b"static", b"extern", b"register", b"auto", b"typedef", b"inline", b"__inline", b"__inline__")


@dataclass(frozen=True, slots=True)
class TypeReader:
    """Turns syntax into CType; `named` gives the type of a typedef name, `tagged` of an enum tag, `length` of an array.

    `label` tells the anonymous structs of one source from those of another.
    """

    unit: Unit
    named: Callable[[Node], CType | None]
    tagged: Callable[[bytes], CType | None]
    length: Callable[[Node], int | None]
    label: bytes = b""

    def base(self, node: Node) -> CType | None:
        """The type that a declaration's (parameter's, cast's) specifiers name, its qualifiers included."""
        head = node.child_by_field_name("type")
        found = self._specifier(head) if head is not None else None
        if found is None:
            return None
        nodes = list(node.children)
        if head is not None and head.type == "sized_type_specifier":
            nodes += head.children
        return _qualified(found, [self.unit.text(n) for n in nodes if n.type.startswith(("type_q", "storage_class"))])

    def storage(self, node: Node) -> bytes:
        """The storage class that a declaration names: b"static", b"extern", ..., b"" for none."""
        words = [self.unit.text(n) for n in node.children if n.type == "storage_class_specifier"]
        return next((w for w in words if w in _STORAGE[:5]), b"")

    def _specifier(self, head: Node) -> CType | None:
        if head.type in ("primitive_type", "type_identifier"):
            text = self.unit.text(head)
            return self.named(head) or BUILTIN.get(text) or integer_named([text])
        if head.type == "sized_type_specifier":
            words = [self.unit.text(n) for n in head.children if n.type not in ("type_qualifier", "comment")]
            return integer_named(words)
        if head.type in ("struct_specifier", "union_specifier"):
            return CType("struct", tag=self.key(head))
        if head.type == "enum_specifier":
            return self._enum(head)
        return None

    def key(self, specifier: Node) -> bytes:
        """What names a struct or union: its tag, or which of the source's unnamed ones it is, so that an edit above
        does not make it another type."""
        name = specifier.child_by_field_name("name")
        if name is not None:
            return self.unit.text(name)
        return b"%s@%d" % (self.label, self.unit.anonymous_types.index(specifier.start_byte))

    def _enum(self, specifier: Node) -> CType | None:
        body = specifier.child_by_field_name("body")
        if body is None:
            name = specifier.child_by_field_name("name")
            return self.tagged(self.unit.text(name)) if name is not None else None
        values: list[int] = []
        for item in body.named_children:
            if item.type != "enumerator":
                if item.type != "comment":
                    return None
                continue
            given = item.child_by_field_name("value")
            value = (values[-1] + 1 if values else 0) if given is None else self.length(given)
            if value is None:
                return None
            values.append(value)
        # sdcc takes the smallest type that holds every value (SDCCsymt.c, newEnumType).
        for t in (UINT8, INT8, INT, UINT):
            low, high = t.range() or (0, 0)
            if values and low <= min(values) and max(values) <= high:
                return t
        return None

    def declared(self, declarator: Node | None, base: CType | None) -> tuple[Node | None, CType | None]:
        """The name node (None in a cast) and the type that a declarator makes of its base."""
        t = base
        d = declarator
        levels = 0
        while d is not None and d.type not in _NAMES:
            kind = d.type
            levels += 1
            if "pointer_declarator" in kind:
                words = [self.unit.text(n) for n in d.children if n.type == "type_qualifier"]
                t = _qualified(pointer_to(t), words)
            elif "array_declarator" in kind:
                size = d.child_by_field_name("size")
                t = CType("array", of=t, length=self.length(size) if size is not None else None)
            elif "function_declarator" in kind:
                t = CType("function", of=t)
            inner = d.child_by_field_name("declarator")
            if inner is None and ("parenthesized" in kind or "attributed" in kind):
                inner = next((n for n in d.named_children if n.type in _NAMES or "declarator" in n.type), None)
            d = inner
        return d, t if levels <= _DEEPEST else None

    def field_width(self, declarator: Node) -> int | None:
        """The bits of a bit-field, None where the field is none."""
        clause = declarator.next_named_sibling
        if clause is None or clause.type != "bitfield_clause" or not clause.named_children:
            return None
        return literal_value(self.unit.text(clause.named_children[0]))


def _qualified(t: CType, words: list[bytes]) -> CType:
    space = next((w for w in words if w in SDCC_SPACES or w in KEIL_SPACES), t.space)
    const, volatile = t.const or b"const" in words, t.volatile or b"volatile" in words
    if (space, const, volatile) == (t.space, t.const, t.volatile):
        return t
    if t.kind == "array" and t.of is not None:
        return replace(t, of=_qualified(t.of, words))
    return replace(t, space=space, const=const, volatile=volatile)
