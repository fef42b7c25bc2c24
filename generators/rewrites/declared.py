"""Declarations as pieces: what a declaration shares among its names, where a block declares, how a line goes away."""

from __future__ import annotations

from collections.abc import Iterable

from tree_sitter import Node

from corpus.source.ctype import BUILTIN
from corpus.source.edits import Edit
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit

_BODIED = ("struct_specifier", "union_specifier", "enum_specifier")


def declarators(declaration: Node) -> list[Node]:
    """The names that a declaration declares, each with its stars, brackets and initialiser."""
    return declaration.children_by_field_name("declarator")


def head(unit: Unit, declaration: Node) -> bytes:
    """What stands before the first name: storage, qualifiers, memory space and type."""
    return unit.src[declaration.start_byte : declarators(declaration)[0].start_byte].strip()


def defines_type(declaration: Node) -> bool:
    """Whether the head defines a struct, union or enum, which it may do only once."""
    kind = declaration.child_by_field_name("type")
    return kind is not None and kind.type in _BODIED and kind.child_by_field_name("body") is not None


def known_type(unit: Unit, declaration: Node) -> bool:
    """Whether it is sure what the type's name stands for. A macro, or a name of a header that is not here, may be
    `char *`: then a const beside it or a second declarator does not mean what it seems to."""
    kind = declaration.child_by_field_name("type")
    if kind is None or kind.type in _BODIED:
        return kind is not None
    words = [unit.text(kind)] if kind.type != "sized_type_specifier" else unit.text(kind).split()
    named = [unit.symbols.lookup(word) for word in words]
    if kind.type == "type_identifier" and words[0] not in BUILTIN:
        symbol = unit.symbols.resolve(kind) or named[0]
        return symbol is not None and symbol.kind == "typedef"
    return kind.type != "macro_type_specifier" and not any(s is not None and s.kind == "macro" for s in named)


def plain(unit: Unit, declaration: Node) -> bool:
    """Whether the declaration is of names and types only: no address, no comment inside, nothing opaque."""
    start, end = declaration.start_byte, unit.end(declaration)
    at = any(span.kind in ("at", "asm") for span in unit.dialect(start, end))
    return not (at or unit.comments(start, end) or unit.in_opaque(start, end) or defines_type(declaration))


def single(unit: Unit, declaration: Node) -> tuple[Node, Node | None] | None:
    """The name and the initialiser of a declaration of one variable without brackets; None for another."""
    names = declarators(declaration)
    if declaration.type != "declaration" or len(names) != 1 or not plain(unit, declaration):
        return None
    value = names[0].child_by_field_name("value") if names[0].type == "init_declarator" else None
    name: Node | None = names[0].child_by_field_name("declarator") if value is not None else names[0]
    while name is not None and name.type == "pointer_declarator":
        name = name.child_by_field_name("declarator")
    if name is None or name.type != "identifier" or (value is not None and value.type == "initializer_list"):
        return None
    return name, value


def automatic(unit: Unit, name: Node) -> Symbol | None:
    """The variable, if it is a local of automatic storage with a known scalar type that is not const."""
    symbol = unit.symbols.resolve(name)
    if symbol is None or symbol.kind != "local" or symbol.type is None or not symbol.type.scalar:
        return None
    fixed = symbol.storage or symbol.type.const or symbol.type.space or len(symbol.declarations) != 1
    return None if fixed else symbol


def opening(block: Node) -> list[Node]:
    """The declarations at the beginning of a block."""
    found = []
    for child in block.named_children:
        if child.type == "declaration":
            found.append(child)
        elif child.type != "comment":
            break
    return found


def mentions(unit: Unit, node: Node, names: Iterable[bytes]) -> bool:
    """Whether any of the names stands in the expression."""
    wanted = set(names)
    return any(unit.text(n) in wanted for n in unit.walk("identifier", under=node))


def passes(unit: Unit, value: Node, name: bytes, others: Iterable[Node]) -> bool:
    """Whether an initialiser of `name` may be evaluated before or after those of the other declarations."""
    values = [one.child_by_field_name("value") for other in others for one in declarators(other)]
    given = [one for one in values if one is not None]
    if not given:
        return True
    return unit.symbols.pure(value) and all(unit.symbols.pure(v) and not mentions(unit, v, [name]) for v in given)


def beside(unit: Unit, node: Node) -> bool:
    """Whether a comment stands behind the node on its last line or right above it."""
    end = unit.end(node)
    if unit.comments(end, unit.line_end(end)):
        return True
    start = unit.line_start(node.start_byte)
    above = unit.src[:start].rstrip(b"\r\n \t")
    return above.endswith(b"*/") and unit.src[len(above) : start].count(b"\n") == 1 and _own(unit, len(above) - 1)


def _own(unit: Unit, offset: int) -> bool:
    comment = unit.comments(offset, offset + 1)
    return bool(comment) and not unit.src[unit.line_start(comment[0].start) : comment[0].start].strip()


def removal(unit: Unit, node: Node) -> Edit | None:
    """The edit that takes a statement away with its line; None where it shares the line."""
    start, end = unit.line_start(node.start_byte), unit.line_end(unit.end(node))
    if unit.src[start : node.start_byte].strip() or unit.src[unit.end(node) : end].strip():
        return None
    end = min(end + 1, len(unit.src))
    blank_before = not unit.src[unit.line_start(start - 1) : start].strip() if start else True
    opens = start and unit.src[:start].rstrip().endswith(b"{")
    after = unit.line_end(end)
    if (blank_before or opens) and end < len(unit.src) and not unit.src[end:after].strip():
        end = min(after + 1, len(unit.src))
    return Edit(start, end, b"")


def closed_up(unit: Unit, gone: list[Edit]) -> list[Edit]:
    """Removals of lines under one another as one, with one of the blank lines around it."""
    made: list[Edit] = []
    for edit in sorted(gone, key=lambda edit: edit.start):
        if made and made[-1].end == edit.start:
            made[-1] = Edit(made[-1].start, edit.end, b"")
        else:
            made.append(edit)
    closed = []
    for edit in made:
        start, end = edit.start, edit.end
        before = start == 0 or not unit.src[unit.line_start(start - 1) : start].strip()
        again = unit.src[:end].endswith((b"\n\n", b"\n\r\n"))  # it took a blank line already
        if before and not again and end < len(unit.src) and not unit.src[end : unit.line_end(end)].strip():
            end = min(unit.line_end(end) + 1, len(unit.src))
        closed.append(Edit(start, end, b""))
    return closed


def without(unit: Unit, declaration: Node, declarator: Node) -> Edit | None:
    """The edit that takes one name out of a declaration, or the whole declaration if it was the only one."""
    names = declarators(declaration)
    if len(names) == 1:
        return removal(unit, declaration)
    index = names.index(declarator)
    if index == 0:
        return Edit(names[0].start_byte, names[1].start_byte, b"")
    return Edit(unit.end(names[index - 1]), unit.end(declarator), b"")
