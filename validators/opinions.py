"""A second opinion: a variant that differs from its parent on one target is tried on another before it is condemned.

A compiler may be wrong: sdcc 4.2.0 miscompiles some loops of the 8051 and some tail calls of the STM8. Where a program
uses nothing of its chip, the same harness runs on AVR, whose `int` has 16 bits as well. If the two do the same there,
one target has to be wrong, and nothing is known of the variant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tree_sitter import Node

from corpus.records import Verdict
from corpus.source.headers import includes
from corpus.source.unit import Unit
from validators.behaviour import Bench, Observed, compare, judge

HEADERS = frozenset(
    (
        *("ctype.h", "limits.h", "stdbool.h", "stddef.h", "stdint.h", "stdlib.h", "string.h"),
        *("inttypes.h", "float.h", "math.h"),
    )
)
"""Headers that mean the same on each target."""


@dataclass(frozen=True, slots=True)
class Case:
    """A program for a harness: its source and, by the harness's name, what it calls things itself."""

    source: str
    aliases: tuple[tuple[str, str], ...] = ()


class SecondOpinion:
    """Asks another target, with a bench that it does not own; remembers what parents did there."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._parents: dict[tuple[Case, str, tuple[tuple[str, str], ...]], Observed | None] = {}

    def __call__(
        self, first: Verdict, parent: Case, variant: Case, harness: str, holes: Mapping[str, str], *, target: str
    ) -> Verdict:
        """What to say of a variant of which the first target, `target`, said `first`.

        `unknown`, targets-disagree, where that target saw a difference and the second sees none between the same two
        programs; otherwise what the first said, with the second's word where it has one. Only programs that are
        `portable` are tried. Raises MissingTool.
        """
        if first.outcome != "failed" or unportable(parent.source) or unportable(variant.source):
            return first
        before = self._observed(parent, harness, holes)
        if before is None or not judge(before).passed:
            return first
        built = self._bench.build(variant.source, harness, holes, dict(variant.aliases))
        if not built.image:
            return first
        second = compare(before, self._bench.observe(built))
        name = self._bench.board.name
        if second.passed:
            words = f"{target}: {first.evidence}; {name}: {second.evidence}"
            return Verdict(first.gate, "unknown", "targets-disagree", words)
        if second.outcome == "failed":
            return replace(first, evidence=f"{first.evidence}; {name} too: {second.evidence}")
        return first

    def _observed(self, parent: Case, harness: str, holes: Mapping[str, str]) -> Observed | None:
        key = (parent, harness, tuple(holes.items()))
        if key not in self._parents:
            if len(self._parents) >= 64:
                self._parents.pop(next(iter(self._parents)))
            built = self._bench.build(parent.source, harness, holes, dict(parent.aliases))
            self._parents[key] = self._bench.observe(built) if built.image else None
        return self._parents[key]


def unportable(source: str) -> str:
    """What ties a program to its chip, a register, an interrupt, assembly, an address or a header; "" for nothing."""
    unit = Unit.parse(source.encode(errors="surrogatepass"))
    if unit.error is not None:
        return "does not parse"
    foreign = [name for name in includes(unit.src) if name not in HEADERS]
    if foreign:
        return f"includes {foreign[0]}"
    if any(token.kind == "asm" for token in unit.tokens) or any(unit.walk("gnu_asm_expression")):
        return "assembly"
    for span in unit.spans:
        text = unit.src[span.start : span.end]
        if span.kind in ("register", "at", "isr", "critical", "asm") or (
            span.kind == "fattr" and not text.startswith((b"__reentrant", b"reentrant"))
        ):
            return text.decode(errors="replace")
    for name in sorted(unit.symbols.names):
        if name.startswith((b"__SDCC", b"SDCC", b"__builtin", b"__attribute")):
            return name.decode(errors="replace")
    fixed = next((node for node in unit.walk("cast_expression") if _is_address(unit, node)), None)
    return unit.text(fixed).decode(errors="replace") if fixed is not None else ""


def _is_address(unit: Unit, cast: Node) -> bool:
    """Whether a number is made a pointer."""
    described, value = cast.child_by_field_name("type"), cast.child_by_field_name("value")
    t = unit.symbols.described(described) if described is not None else None
    if t is None or not t.pointer:
        return False
    of = unit.symbols.type_of(value) if value is not None else None
    return of is None or of.integer
