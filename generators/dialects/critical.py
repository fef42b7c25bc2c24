"""Critical blocks: sdcc's `__critical { }`, and saving EA by hand, which C51 asks for."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import operator
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble
from generators.rewrites.declared import opening
from generators.rewrites.flow import JUMPS
from generators.rewrites.lines import line_stop

_NAMES = (b"ea", b"saved_ea", b"ea_before", b"was_enabled")


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`__critical { ... }` as `{ bit ea = EA; EA = 0; ... EA = ea; }`.

    sdcc does the same with JBC. Refuses a block that is left by a jump, one on a line with other things, and one whose
    declarations are initialised: in C89 they would stand before `EA = 0`.
    """
    for span in unit.spans:
        if span.kind != "critical":
            continue
        node = unit.around(span.start, "labeled_statement")
        block = next((c for c in node.named_children if c.type == "compound_statement"), None) if node else None
        name = next((name for name in _NAMES if unit.symbols.is_free(name)), None)
        if block is None or name is None or unit.symbols.lookup(b"EA") is None:
            yield Trouble(
                span.start, "critical", "this critical block cannot be read; save EA, clear it and restore it"
            )
            continue
        if any(True for _ in unit.walk(*JUMPS, under=block)):
            words = "a critical block that is left by a jump must restore EA in each place: let it run to its end"
            yield Trouble(span.start, "critical", words)
            continue
        declared = opening(block)
        initialised = any(d.type == "init_declarator" for one in declared for d in one.named_children)
        first = next((c for c in block.named_children if c not in declared), None)
        if initialised or first is None or unit.line(first.start_byte) == unit.line(block.start_byte):
            words = (
                "C51 would run the initial values before `EA = 0`, or there is no line for it: assign them afterwards"
            )
            yield Trouble(span.start, "critical", words)
            continue
        yield _saved(unit, span.start, block, declared, first, name)


def _saved(unit: Unit, start: int, block: Node, declared: list[Node], first: Node, name: bytes) -> Change:
    newline, indent = unit.newline, unit.indent(first.start_byte)
    top = line_stop(unit, block.start_byte)
    behind = line_stop(unit, unit.end(declared[-1])) if declared else top
    bottom = unit.line_start(block.end_byte - 1)
    words = b"bit " + name + b" = EA;"
    clear = newline + (newline if not declared else b"") + indent + b"EA = 0;"
    edits = (
        Edit(start, block.start_byte, b""),
        Edit(top, top, newline + indent + words),
        Edit(behind, behind, clear),
        Edit(bottom, bottom, indent + b"EA = " + name + b";" + newline),
    )
    return Change("critical", edits, "__critical { }", words.decode() + " EA = 0; ... EA = " + name.decode() + ";")


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """A block that saves EA in a bit of its own, clears it, and restores it at its end, as `__critical { }`."""
    for block in unit.walk("compound_statement"):
        if block.parent is None or block.parent.type != "compound_statement":
            continue
        children = [child for child in block.named_children if child.type != "comment"]
        declared = opening(block)
        rest = [child for child in children if child not in declared]
        if not declared or len(rest) < 3 or any(True for _ in unit.walk(*JUMPS, under=block)):
            continue
        saved = _saves(unit, declared[0])
        restores = _assigned(unit, rest[-1], b"EA")
        alone = [unit.line(n.start_byte) for n in (block, declared[0], *rest[:2], rest[-1])]
        if saved is None or restores is None or unit.text(restores) != saved or len(set(alone)) != len(alone):
            continue
        cleared = _assigned(unit, rest[0], b"EA")
        symbol = unit.symbols.resolve(restores)
        if cleared is None or unit.text(cleared) != b"0" or symbol is None or len(symbol.uses) != 1:
            continue
        if any(d.type == "init_declarator" for one in declared[1:] for d in one.named_children):
            continue
        before = f"bit {saved.decode()} = EA; EA = 0; ... EA = {saved.decode()};"
        lines = [_line(unit, declared[0]), _line(unit, rest[0]), _line(unit, rest[-1])]
        if unit.src[lines[0].end : lines[1].start].strip() == b"":
            lines[:2] = [Edit(lines[0].start, lines[1].end, b"")]
        word = Edit(block.start_byte, block.start_byte, b"__critical ")
        yield Change("critical", (word, *lines), before, "__critical { }")


def _saves(unit: Unit, declaration: Node) -> bytes | None:
    """The name in `bit name = EA;`."""
    kind, names = declaration.child_by_field_name("type"), declaration.children_by_field_name("declarator")
    if kind is None or unit.text(kind) not in (b"bit", b"__bit") or len(names) != 1:
        return None
    value, name = names[0].child_by_field_name("value"), names[0].child_by_field_name("declarator")
    return unit.text(name) if name is not None and value is not None and unit.text(value) == b"EA" else None


def _assigned(unit: Unit, statement: Node, target: bytes) -> Node | None:
    """The value in `target = value;`."""
    node = next(iter(statement.named_children), None) if statement.type == "expression_statement" else None
    if node is None or node.type != "assignment_expression" or operator(node) != b"=":
        return None
    left = node.child_by_field_name("left")
    return node.child_by_field_name("right") if left is not None and unit.text(left) == target else None


def _line(unit: Unit, node: Node) -> Edit:
    start = unit.line_start(node.start_byte)
    return Edit(start, min(unit.line_end(unit.end(node)) + 1, len(unit.src)), b"")
