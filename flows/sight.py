"""A second sight of a fault that no run shows: does it change anything that a harness could see?"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

from tree_sitter import Node

from corpus.seeds import Seed
from corpus.source.unit import Unit
from flows.proof import Proved
from generators.mutants.operator import Faulty
from validators.assembly import Built
from validators.enumeration import Enumerator
from validators.harness import words_of
from validators.objects import same_code
from validators.optimised import Optimised
from validators.sandbox.runner import Sandbox
from validators.toolchains.elf import BadElf, read_elf

Seen = Literal["silent", "equivalent", "timing"]

WAITS = frozenset(
    (b"_delay_ms", b"_delay_us", b"_delay_loop_1", b"_delay_loop_2", b"__delay_cycles", b"_nop_", b"__NOP")
)
"""Functions of C libraries that only wait."""


class Sight:
    """Looks again at the faults of one seed's program, in a sandbox that it does not own.

    In turn: the machine code of the program alone, how long the program waits (functions that the seed lists under
    `delays` or `timing`, and calls of them), the code that an optimising compiler makes, and all inputs of small pure
    functions (on the 8051).
    """

    def __init__(self, sandbox: Sandbox, seed: Seed, root: Proved) -> None:
        self.seed = seed
        self._root = root
        self._optimised = Optimised(sandbox, seed.sheet.target, words_of(seed.harness.encode()))
        self._enumerator = Enumerator(sandbox, seed.sheet.model) if seed.sheet.target == "mcs51" else None

    def of(self, one: Faulty, built: Built) -> tuple[Seen, str]:
        """What a fault is, and by what that was seen. Raises MissingTool, CoreFailed."""
        if self._root.built is not None and _same_code(self._root.built, built):
            return "equivalent", "the same machine code as the original but for names"
        if all(self._waits(start, end) for start, end, _ in one.step.edits):
            return "timing", "changes how long the program waits, which no harness can see"
        if self._optimised.same(self._root.unit.src, one.source):
            return "equivalent", "an optimising compiler makes the same code of both"
        tried = self._enumerator.verdict(self._root.unit, Unit.parse(one.source)) if self._enumerator else None
        if tried is not None and tried.passed:
            return "equivalent", tried.evidence
        return "silent", "no run differs" + (f", but {tried.evidence}" if tried is not None else "")

    @cached_property
    def _waiting(self) -> frozenset[bytes]:
        return WAITS | {name.encode() for name in (*self.seed.sheet.delays, *self.seed.sheet.timing)}

    def _waits(self, start: int, end: int) -> bool:
        """Whether a place of the program says only how long it waits."""
        unit = self._root.unit
        for function in unit.functions():
            if function.start_byte <= start and end <= unit.end(function):
                return unit.function_name(function) in self._waiting or self._calls(function, start, end)
        return self._defines(start, end)

    def _calls(self, function: Node, start: int, end: int) -> bool:
        """Whether a place lies in a statement that is one call of a function that waits."""
        unit = self._root.unit
        for node in unit.walk("expression_statement", under=function):
            # What takes a statement out may take its line with it.
            if node.start_byte >= end or unit.end(node) <= start or not node.named_child_count:
                continue
            call = node.named_children[0]
            callee = call.child_by_field_name("function") if call.type == "call_expression" else None
            return callee is not None and unit.text(callee) in self._waiting
        return False

    def _defines(self, start: int, end: int) -> bool:
        """Whether a place lies in a macro that stands only where the program waits."""
        unit = self._root.unit
        for node in unit.walk("preproc_def"):
            if node.start_byte <= start and end <= node.end_byte:
                name = node.child_by_field_name("name")
                word = re.compile(rb"\b%s\b" % re.escape(unit.text(name))) if name is not None else None
                uses = [m.span() for m in word.finditer(unit.src) if m.start() >= node.end_byte] if word else []
                return bool(uses) and all(self._waits(*span) for span in uses)
        return False


def _same_code(one: Built, other: Built) -> bool:
    """Whether the program is the same machine code, whatever its names are and the image holds besides."""
    if one.compiled is not None and other.compiled is not None and one.compiled.object:
        return same_code(one.compiled.object, other.compiled.object)
    try:
        return read_elf(one.image).loaded == read_elf(other.image).loaded
    except BadElf:
        return False
