"""Where control goes: jumps, labels and open ifs in a statement, and macros that may hide any of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.unit import Unit
from generators.rewrites.remembered import per_unit

LOOPS = ("for_statement", "while_statement", "do_statement")
JUMPS = frozenset({"return_statement", "break_statement", "continue_statement", "goto_statement"})
# What a macro must not have in its body when statements are moved around it.
_FLOW = re.compile(rb"[;{}]|\b(break|continue|return|goto|case|default|if|else|for|while|do|switch)\b")
_DEEPEST = 20  # macros that name macros


def ends_in_jump(statement: Node) -> bool:
    """Whether control never runs off the end: return, break, continue or goto stands last."""
    if statement.type == "compound_statement":
        last = [child for child in statement.named_children if child.type != "comment"][-1:]
        return bool(last) and ends_in_jump(last[0])
    return statement.type in JUMPS


def own_jumps(statement: Node, kind: str) -> list[Node]:
    """The `break_statement`s or `continue_statement`s in a body that mean the loop (or switch) around that body."""
    found, stack = [], [statement]
    shields = (*LOOPS, "switch_statement") if kind == "break_statement" else LOOPS
    while stack:
        node = stack.pop()
        if node.type == kind:
            found.append(node)
        elif node.type not in shields:
            stack.extend(node.named_children)
    return found


@per_unit
def has_labels(unit: Unit, node: Node) -> bool:
    """Whether a label, a goto or a case of a switch further out stands here."""
    return any(
        found.type != "case_statement" or not _within(found, node, "switch_statement")
        for found in unit.walk("labeled_statement", "goto_statement", "case_statement", under=node)
    )


def _within(node: Node, top: Node, kind: str) -> bool:
    parent = node.parent
    while parent is not None and parent != top:
        if parent.type == kind:
            return True
        parent = parent.parent
    return top.type == kind


def leaves_open_if(statement: Node) -> bool:
    """Whether an `else` behind this statement would be taken by an if inside it."""
    if statement.type == "if_statement":
        other = statement.child_by_field_name("alternative")
        return other is None or leaves_open_if(other)
    if statement.type in ("else_clause", "labeled_statement", "for_statement", "while_statement"):
        return bool(statement.named_children) and leaves_open_if(statement.named_children[-1])
    return False


def declares(block: Node) -> bool:
    """Whether the block has declarations of its own, which taking off its braces would move to another scope."""
    return block.type == "compound_statement" and any(
        child.type in ("declaration", "type_definition", "struct_specifier", "enum_specifier", "function_definition")
        for child in block.named_children
    )


@per_unit
def hides_flow(unit: Unit, node: Node) -> bool:
    """Whether a macro here stands for statements or jumps, or a name is so unknown that it could."""
    return any(_hides(unit, name, 0) for name in {unit.text(one): None for one in _names(unit, node)})


def _names(unit: Unit, node: Node) -> Iterator[Node]:
    return unit.walk("identifier", under=node)


@per_unit
def _hides(unit: Unit, name: bytes, depth: int) -> bool:
    symbol = unit.symbols.lookup(name)
    if symbol is None:
        return name.isupper() and not any(s.name == name for s in unit.symbols.all())
    if symbol.kind != "macro":
        return False
    body = symbol.body
    if body is None or depth > _DEEPEST or _FLOW.search(body) or b"asm" in body:
        return True
    return any(word != name and _hides(unit, word, depth + 1) for word in re.findall(rb"[A-Za-z_]\w*", body))
