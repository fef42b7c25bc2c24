"""Specifiers: the words before a declared name in another order; C does not care, houses do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from tree_sitter import Node

from corpus.source.dialect import KEIL_SPACES, SDCC_SPACES
from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.declared import known_type
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_DECLARING = (
    "declaration",
    "parameter_declaration",
    "field_declaration",
    "function_definition",
    "type_descriptor",
)
_TYPES = (
    "primitive_type",
    "type_identifier",
    "sized_type_specifier",
    "struct_specifier",
    "union_specifier",
    "enum_specifier",
)
_QUALIFIERS = (b"const", b"volatile")
_STORAGE = (b"static", b"extern", b"register", b"auto")
_SPACES = SDCC_SPACES | KEIL_SPACES

Word = tuple[str, bytes]
"""A specifier: what it is (`storage`, `qualifier`, `space` or `type`), and its text."""


@rewrite(
    family="dialects",
    scope="file",
    en="Write the memory space behind the type (`uint8_t __xdata buf[8]`)",
    zh="存储区关键字写在类型后面（`uint8_t __xdata buf[8]`）",
    changes=[
        (
            "static __xdata unsigned char buf[8]; /* one */\nstatic const __code int t[2] = {1, 2};\n"
            "void f(const __code char *p);\n",
            "static unsigned char __xdata buf[8]; /* one */\nstatic const int __code t[2] = {1, 2};\n"
            "void f(const char __code *p);\n",
        ),
        ("xdata unsigned char buf[8];\n", "unsigned char xdata buf[8];\n"),
    ],
    keeps=[
        "unsigned char __xdata buf[8];\n",
        "xdata unsigned char *p;\nunsigned char xdata b[8];\n",
        "__xdata struct {\n    int a;\n} s;\n",
        "char * __xdata p;\n",
        "#define TABLE __code char\nTABLE t[2] = {1, 2};\n",
        '#include "types.h"\n__xdata bytep in;\n',
    ],
)
def space_behind_type(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__xdata uint8_t buf[8]` as `uint8_t __xdata buf[8]`, in declarations, parameters and casts.

    Sound: specifiers have no order in C, and sdcc applies the space to the same level of the type. Refuses Keil's
    pointers (there a space before the type is the pointer's own), a struct with its body, comments among the words, and
    macros that may be any of them.

    It acts for authors who learnt on Keil's C51, whose manual asks for this order.
    """
    if context.style.from_keil:
        yield from _reordered(unit, _behind)


@rewrite(
    family="dialects",
    scope="file",
    en="Write the memory space before the type (`__xdata uint8_t buf[8]`)",
    zh="存储区关键字写在类型前面（`__xdata uint8_t buf[8]`）",
    changes=[
        (
            "static unsigned char __xdata buf[8]; /* one */\nvoid f(const char __code *p);\n",
            "static __xdata unsigned char buf[8]; /* one */\nvoid f(const __code char *p);\n",
        ),
    ],
    keeps=[
        "__xdata unsigned char buf[8];\n",
        "unsigned char xdata buf[8];\n",
        "char * __xdata p;\n",
        "unsigned char /* eight */ __xdata buf[8];\n",
        "#define bytep unsigned char *\nbytep __xdata in;\n",
    ],
)
def space_before_type(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`uint8_t __xdata buf[8]` as `__xdata uint8_t buf[8]`, in declarations, parameters and casts.

    Sound: specifiers have no order in C, and sdcc applies the space to the same level of the type. Refuses Keil's
    sources (its manual asks for the other order), a struct with its body, comments among the words, and macros.

    It acts for authors who learnt on sdcc.
    """
    if not unit.masked.keil and not context.style.from_keil:
        yield from _reordered(unit, _before)


@rewrite(
    family="declarations",
    scope="file",
    en="Write storage class and qualifiers first, then the type (`static const uint8_t`)",
    zh="声明里先写存储类别和限定词，再写类型（`static const uint8_t`）",
    changes=[
        (
            "unsigned char volatile ready;\nconst static int table[2] = {1, 2};\nint const *p;\n",
            "volatile unsigned char ready;\nstatic const int table[2] = {1, 2};\nconst int *p;\n",
        ),
        ("static __code const char t[2] = {1, 2};\n", "static const __code char t[2] = {1, 2};\n"),
    ],
    keeps=[
        "static const volatile unsigned char ready;\n",
        "int *const p;\n",
        "unsigned volatile char ready;\n",
        '#include "types.h"\nbytep const in;\n',
        "char const /* fixed */ t[2];\n",
    ],
)
def qualifiers_first(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`unsigned char volatile` as `volatile unsigned char`, `const static` as `static const`, `__code const` as
    `const __code`.

    Sound: the specifiers of a declaration have no order in C (6.7, 6.7.3). Refuses qualifiers within the words of a
    type, a struct with its body, comments among the words, and macros or names of headers that are not here, which may
    be any of them.

    It acts for authors who put qualifiers first.
    """
    if not context.style.east_const:
        yield from _reordered(unit, _canonical)


@rewrite(
    family="declarations",
    scope="file",
    en="Write const and volatile behind the type that they qualify (`uint8_t const`)",
    zh="const、volatile 统一写在类型后面（`uint8_t const`）",
    changes=[
        (
            "static volatile unsigned char ready;\nvoid f(const char *p);\n",
            "static unsigned char volatile ready;\nvoid f(char const *p);\n",
        ),
    ],
    keeps=[
        "static unsigned char volatile ready;\n",
        "volatile struct {\n    int a;\n} port;\n",
        "int *const p;\n",
        "#include <lzo/lzoconf.h>\nint f(const lzo_bytep in);\n",
        "#define bytep unsigned char *\nint f(const bytep in);\n",
    ],
)
def qualifiers_behind(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`volatile unsigned char` as `unsigned char volatile`, so that a declaration reads from right to left.

    Sound: the specifiers of a declaration have no order in C (6.7, 6.7.3). Refuses qualifiers within the words of a
    type, a struct with its body, comments among the words, and macros or names of headers that are not here, which may
    be any of them.

    It acts for authors who do so.
    """
    if context.style.east_const:
        yield from _reordered(unit, _east)


def _behind(words: list[Word]) -> list[Word]:
    at = next(i for i, (kind, _) in enumerate(words) if kind == "type")
    moved = [w for w in words[:at] if w[0] == "space"]
    return [*(w for w in words[:at] if w[0] != "space"), words[at], *moved, *words[at + 1 :]]


def _before(words: list[Word]) -> list[Word]:
    at = next(i for i, (kind, _) in enumerate(words) if kind == "type")
    moved = [w for w in words[at + 1 :] if w[0] == "space"]
    return [*words[:at], *moved, words[at], *(w for w in words[at + 1 :] if w[0] != "space")]


def _canonical(words: list[Word]) -> list[Word]:
    storage = [w for w in words if w[0] == "storage"]
    qualifiers = [w for w in words if w[0] == "qualifier"]
    return [*storage, *qualifiers, *(w for w in words if w[0] in ("space", "type"))]


def _east(words: list[Word]) -> list[Word]:
    at = next(i for i, (kind, _) in enumerate(words) if kind == "type")
    moved = [w for w in words[:at] if w[0] == "qualifier"]
    return [*(w for w in words[:at] if w[0] != "qualifier"), words[at], *moved, *words[at + 1 :]]


def _reordered(unit: Unit, order: Callable[[list[Word]], list[Word]]) -> Iterator[Site | Refusal]:
    edits: list[Edit] = []
    for node in unit.walk(*_DECLARING):
        nodes = _specifiers(node)
        words = [_word(unit, child) for child in nodes]
        if sum(word is not None and word[0] == "type" for word in words) != 1:
            continue
        known = [word for word in words if word is not None]
        if len(known) < len(words) or order(known) == known:
            continue
        start, end = nodes[0].start_byte, unit.end(nodes[-1])
        reason = _torn(unit, node, nodes, start, end)
        if reason:
            yield Refusal(start, reason)
            continue
        for child, (_, old), (_, new) in zip(nodes, known, order(known), strict=True):
            if old != new:
                edits.append(Edit(child.start_byte, unit.end(child), new))
    if edits:
        yield Site(aligned(unit, edits))


def _specifiers(node: Node) -> list[Node]:
    """What stands before the first declarator, comments too."""
    found = []
    for child in node.children:
        if child.type not in (*_TYPES, "type_qualifier", "storage_class_specifier", "comment"):
            break
        found.append(child)
    return found


def _word(unit: Unit, node: Node) -> Word | None:
    text = unit.text(node)
    if node.type in _TYPES:
        return "type", text
    for kind, known in (("space", _SPACES), ("qualifier", _QUALIFIERS), ("storage", _STORAGE)):
        if text in known:
            return kind, text
    return None


def _torn(unit: Unit, node: Node, nodes: list[Node], start: int, end: int) -> str:
    """Why the words may not change places, or nothing."""
    head = next(child for child in nodes if child.type in _TYPES)
    if head.child_by_field_name("body") is not None or any(child.type == "type_qualifier" for child in head.children):
        return "not-one-word"
    if unit.in_opaque(start, end) or any(s.kind in ("qual", "at") for s in unit.dialect(start, end)):
        return "opaque"
    if not known_type(unit, node):
        return "type-unknown"
    gaps = [unit.src[unit.end(a) : b.start_byte] for a, b in pairwise(nodes)]
    if any(gap.strip() for gap in gaps):
        return "something-between"
    names = node.children_by_field_name("declarator") if unit.masked.keil else []
    stars = ("pointer_declarator", "abstract_pointer_declarator")
    return "keil-pointer" if any(found for name in names for found in unit.walk(*stars, under=name)) else ""


RULES = (space_behind_type, space_before_type, qualifiers_first, qualifiers_behind)
