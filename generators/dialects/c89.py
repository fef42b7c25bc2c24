"""C51 is a C89 compiler: what it takes of C99 is `//`. The rest is written another way, or stops the conversion."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit, apply_edits
from corpus.source.lexer import lexed
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble
from generators.dialects.preamble import whole_line
from generators.rewrites.apply import edits_of, sites_of
from generators.rewrites.declared import declarators, opening
from generators.rewrites.placement import declare_at_block_start, loop_variable_out
from generators.rewrites.rule import Context, Rule, Site
from generators.rewrites.style import STYLES

CONTEXT = Context(STYLES[0], random.Random(0))
"""What the rules of `generators.rewrites` are asked with here: those that are used draw nothing."""

_NEW = {
    "initializer_pair": "a designated initialiser: give the values in order",
    "compound_literal_expression": "a compound literal: use a variable",
    "statement_expression": "a statement expression: use a function",
    "static_assert_declaration": "a static assertion: use a typedef of an array of -1 elements, or `#error`",
    "generic_expression": "a generic selection: write the case out",
}  # fmt: skip
_WORDS = {
    b"restrict": "`restrict`: drop it",
    b"__func__": "`__func__`: write the name",
    b"_Static_assert": "a static assertion: use `#error` or drop it",
    b"_Noreturn": "`_Noreturn`: drop it",
    b"_Alignas": "`_Alignas`: the 8051 aligns nothing",
    b"_Generic": "a generic selection: write the case out",
    b"__VA_ARGS__": "a macro with any number of arguments: write the calls out",
    b"_Pragma": "`_Pragma`: drop it",
    b"_Complex": "complex numbers",
}


def hoisted(unit: Unit) -> tuple[list[Change], bytes]:
    """Declarations amid statements, and in the head of a `for`, at the beginning of their block: the rewrites
    `declare-at-block-start` and `loop-variable-out`, until neither finds a place any more."""
    changes: list[Change] = []
    unit = Unit.parse(apply_edits(unit.src, list(_constants(unit))))
    while True:
        found = [(rule, site) for rule in (loop_variable_out, declare_at_block_start) for site in _sites(rule, unit)]
        if not found:
            return changes, unit.src
        rule, site = found[0]
        kind = "for-declaration" if rule is loop_variable_out else "mixed-declaration"
        changes.append(Change(kind, before=dict(site.params)["name"], kept=False))
        unit = Unit.parse(apply_edits(unit.src, edits_of([site])))


def _constants(unit: Unit) -> Iterator[Edit]:
    """The edits that take `const` off variables that stand late in their block: they are assigned once moved, and
    nobody else does."""
    for node in _late(unit):
        word = next((c for c in node.children if c.type == "type_qualifier" and unit.text(c) == b"const"), None)
        names = declarators(node)
        pointer = any(True for name in names for _ in unit.walk("pointer_declarator", under=name))
        if word is not None and names and not pointer and all(name.type == "init_declarator" for name in names):
            behind = unit.src[word.end_byte : word.end_byte + 1]
            yield Edit(word.start_byte, word.end_byte + (behind == b" "), b"")


def _late(unit: Unit) -> Iterator[Node]:
    """The declarations that do not stand at the beginning of their block."""
    for node in unit.walk("declaration"):
        holder = node.parent
        late = holder is not None and holder.type == "compound_statement" and node not in opening(holder)
        if late or (holder is not None and holder.type in ("for_statement", "case_statement")):
            yield node


def _sites(rule: Rule, unit: Unit) -> list[Site]:
    return sites_of(rule, unit, CONTEXT)[0]


def declared_late(unit: Unit) -> Iterator[Change | Trouble]:
    """What stops at a declaration that does not stand at the beginning of its block."""
    for node in _late(unit):
        words = "C51 wants declarations at the beginning of a block, and this one cannot be moved there surely"
        yield Trouble(node.start_byte, "c99-declaration", words)


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """Binary numbers as hexadecimal ones, `inline` as a word for nothing, no comma behind the last enumerator."""
    cut = lexed(unit.src)
    for index, (kind, text) in enumerate(cut.words):
        start = cut.starts[index]
        if kind == "number" and text[:2].lower() == b"0b":
            digits = text[2:].rstrip(b"uUlL")
            after = b"0x%0*X" % (-(-len(digits) // 4), int(digits, 2)) + text[2 + len(digits) :]
            yield Change(
                "binary-number", (Edit(start, start + len(text), after),), text.decode(), after.decode(), kept=False
            )
        elif kind == "identifier" and text in _WORDS:
            yield Trouble(start, "c99", f"C51 is a C89 compiler and does not know {_WORDS[text]}")
        elif text == b"long" and index + 1 < len(cut.words) and cut.words[index + 1][1] == b"long":
            yield Trouble(start, "c99", "C51 has no type of 64 bits")
    if any(kind == "identifier" and text == b"inline" for kind, text in cut.words):
        yield Change("inline", before="inline", after="#define inline", lines=(b"#define inline",))
    for node in unit.walk("enumerator_list"):
        last = node.children[-2] if len(node.children) > 1 else None
        if last is not None and last.type == ",":
            yield Change("last-comma", (Edit(last.start_byte, last.end_byte, b""),), kept=False)
    for node in unit.walk(*_NEW):
        yield Trouble(node.start_byte, "c99", f"C51 is a C89 compiler and does not know {_NEW[node.type]}")
    yield from _initialisers(unit)


def _initialisers(unit: Unit) -> Iterator[Trouble]:
    """Arrays and structs of a block whose initial values are no constants, and arrays of a length that is none."""
    for node in unit.walk("declaration"):
        if (
            unit.enclosing_function(node) is None
            or b"static" in unit.src[node.start_byte : node.end_byte].split(b"=")[0].split()
        ):
            continue
        for one in declarators(node):
            value = one.child_by_field_name("value")
            if value is not None and value.type == "initializer_list" and not _constant(unit, value):
                words = "C89 takes constants only in the braces of an initialiser: assign the values"
                yield Trouble(value.start_byte, "c99", words)
            for array in unit.walk("array_declarator", under=one):
                size = array.child_by_field_name("size")
                if size is not None and unit.symbols.constant(size) is None and not _sized(unit, size):
                    yield Trouble(array.start_byte, "c99", "C89 wants a constant as the length of an array")


def _sized(unit: Unit, size: Node) -> bool:
    return any(True for _ in unit.walk("sizeof_expression", under=size))


def _constant(unit: Unit, value: Node) -> bool:
    return all(
        _constant(unit, child)
        if child.type == "initializer_list"
        else unit.symbols.constant(child) is not None or child.type == "string_literal"
        for child in value.named_children
        if child.type != "comment"
    )


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """Without `#define inline`: sdcc knows the word."""
    for symbol in unit.symbols.all("macro"):
        line = symbol.declarations[0].parent
        if symbol.name == b"inline" and not symbol.body and line is not None:
            yield Change("inline", (whole_line(unit, line),), "#define inline")
