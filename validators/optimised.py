"""Whether two versions of a program mean the same to an optimising compiler, which then makes the same code of both.

What differs and matters to nobody goes when code is optimised: the sign of a counter that stays below 100, a loop that
only waits. Same optimised code proves the same reads and writes in every run, whatever calls the program; other code
proves nothing. Offutt and Craft (1994), Papadakis et al. (2015, "trivial compiler equivalence").
"""

from __future__ import annotations

import re
from dataclasses import replace

from tree_sitter import Node

from corpus.chips import Family
from corpus.source.dialect import SDCC_ATTRIBUTES, SDCC_SPACES
from corpus.source.edits import Edit, apply_edits
from corpus.source.interface import interface
from corpus.source.lexer import lexed
from corpus.source.unit import Unit
from validators.boards import AVR_FOR_SDCC, BOARDS
from validators.sandbox.runner import Sandbox
from validators.toolchains.compile import compile_verdict
from validators.toolchains.toolchain import Toolchain

# Each level sees something that the other does not; the same code at one of them is proof.
_LEVELS = ("-O1", "-O2")
# What C leaves undefined, gcc may read as it likes: it is told not to, or to refuse it where it sees it.
_REFUSED = ("array-bounds", "sequence-point", "shift-count-overflow", "shift-count-negative", "div-by-zero")
_FLAGS = (
    *("-fwrapv", "-fno-strict-aliasing", "-fno-aggressive-loop-optimizations", "-fno-delete-null-pointer-checks"),
    *(f"-Werror={name}" for name in _REFUSED),
)
_DIALECT = SDCC_SPACES | SDCC_ATTRIBUTES | {b"__at", b"__sfr", b"__sbit", b"__bit"}
_ANY = b"firmseed_any"
_HIDING = frozenset((b"static", b"inline", b"__inline"))


def optimiser(target: Family) -> Toolchain:
    """gcc with 16-bit `int` for the chips of sdcc, since it has no back end for them; else the target's own."""
    board = BOARDS[target] if target in ("avr", "cortex-m") else AVR_FOR_SDCC
    return board.compiler("object", "", "program.c").with_flags(*_FLAGS)


class Optimised:
    """Compares versions of programs of one target in a sandbox that it does not own; remembers the last original.

    `seen` are the words of the harness: what they name is not hidden in the program, so that it cannot be optimised
    away.
    """

    def __init__(self, sandbox: Sandbox, target: Family, seen: frozenset[bytes]) -> None:
        self._sandbox = sandbox
        self._levels = [replace(optimiser(target), measured=None).with_flags(level) for level in _LEVELS]
        self._seen = seen
        self._known: list[bytes] = []
        self._original = b""

    def same(self, before: bytes, after: bytes) -> bool:
        """Whether both have the same interface, the same words of sdcc's dialect and the same optimised code.

        False where one does not compile without undefined behaviour that gcc sees. Raises MissingTool.
        """
        one, other = self._shown(before), self._shown(after)
        if _dialect(one) != _dialect(other):
            return False
        faces = [interface(Unit.parse(text)) for text in (one, other)]
        if any(getattr(faces[0], part) != getattr(faces[1], part) for part in ("signatures", "attributes", "asm")):
            return False
        if self._original != one:
            self._original = one
            self._known = [self._object(level, one) for level in self._levels]
        return any(
            code and code == self._object(level, other) for level, code in zip(self._levels, self._known, strict=True)
        )

    def _object(self, level: Toolchain, source: bytes) -> bytes:
        compiled = compile_verdict(self._sandbox, level, _set(source).decode("utf-8", "replace"))
        return compiled.files.get("program.o", b"") if compiled.verdict.passed else b""

    def _shown(self, source: bytes) -> bytes:
        """The program with all that the harness names visible outside of it."""
        unit = Unit.parse(source)
        edits = []
        for node in unit.walk("function_definition", "declaration"):
            head = unit.text(node).partition(b"{")[0].partition(b"=")[0]
            if self._seen.isdisjoint(re.findall(rb"[A-Za-z_]\w*", head)) or unit.enclosing_function(node) is not None:
                continue
            for child in node.children:
                if child.type == "storage_class_specifier" and unit.text(child) in _HIDING:
                    edits.append(Edit(child.start_byte, child.end_byte, b""))
        return apply_edits(source, edits)


def _set(source: bytes) -> bytes:
    """The program with an unknown value in each local that has none at first: gcc takes a value that nobody set for
    whichever suits it, and may so make the same of a program that sets it and of one that does not."""
    unit = Unit.parse(source)
    records = {unit.text(n) for node in unit.walk("type_definition") if _is_record(node) for n in node.children}
    edits = [Edit(0, 0, b"extern unsigned char %s;\n" % _ANY)]
    for node in unit.walk("declaration"):
        kind = node.child_by_field_name("type")
        words = {unit.text(child) for child in node.children if child.type == "storage_class_specifier"}
        if kind is None or _is_record(node) or unit.text(kind) in records or unit.enclosing_function(node) is None:
            continue
        if words.isdisjoint((b"static", b"extern")):
            for one in node.children_by_field_name("declarator"):
                if one.type in ("identifier", "pointer_declarator"):
                    cast = b"(void *)" if one.type == "pointer_declarator" else b""
                    edits.append(Edit(one.end_byte, one.end_byte, b" = " + cast + _ANY))
    return apply_edits(source, edits)


def _is_record(node: Node) -> bool:
    kind = node.child_by_field_name("type")
    return kind is not None and kind.type in ("struct_specifier", "union_specifier")


def _dialect(source: bytes) -> list[bytes]:
    """The words that gcc does not see, in order."""
    return [text for kind, text in lexed(source).words if kind == "identifier" and text in _DIALECT]
