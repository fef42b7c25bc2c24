"""Whether a flag that an interrupt sets stands guard over an access: then whose turn it is may be agreed on."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.symbol import Symbol
from validators.findings.accesses import Access
from validators.findings.firmware import Firmware

_JUMPS = ("return_statement", "break_statement", "continue_statement", "goto_statement")


def handed_over(firmware: Firmware, symbol: Symbol, access: Access, *, left_only: bool = False) -> bool:
    """Whether a condition around the access, or one before it that leaves or waits (only such with `left_only`), asks
    another variable that interrupts share; functions that it calls are looked into."""
    shared = {s.name for s in firmware.variables if s is not symbol and firmware.inside(s.name)}
    conditions = _conditions(firmware, access.node, left_only)
    return any(_asked(firmware, condition) & shared for condition in conditions)


def _conditions(firmware: Firmware, node: Node, left_only: bool) -> Iterator[Node]:
    current = node
    for parent in firmware.ancestors(node):
        condition, left = parent.child_by_field_name("condition"), parent.child_by_field_name("left")
        if condition is not None and condition != current and not left_only:
            yield condition
        if parent.type == "binary_expression" and left is not None and left != current and not left_only:
            yield left  # of `ready && width > 9`
        if parent.type in ("compound_statement", "case_statement"):
            yield from _left_behind(current)
        current = parent


def _left_behind(node: Node) -> Iterator[Node]:
    """Conditions of earlier statements of the block that wait or leave."""
    sibling = node.prev_named_sibling
    while sibling is not None:
        condition = sibling.child_by_field_name("condition")
        if condition is not None and (sibling.type != "if_statement" or _leaves(sibling)):
            yield condition
        sibling = sibling.prev_named_sibling


def _leaves(statement: Node) -> bool:
    branch = statement.child_by_field_name("consequence")
    if branch is None:
        return False
    last = branch.named_children[-1] if branch.type == "compound_statement" and branch.named_children else branch
    return last.type in _JUMPS


def _asked(firmware: Firmware, condition: Node) -> frozenset[bytes]:
    effects = firmware.symbols.effects(condition)
    names = effects.reads
    for function in firmware.closure(effects.calls):
        for node in firmware.functions[function]:
            names |= firmware.symbols.effects(node).reads
    return names
