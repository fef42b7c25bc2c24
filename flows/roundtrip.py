"""The proof of a port between the dialects of the 8051: there and back again, to the same machine code."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from corpus.records import Program
from generators.dialects.conversion import Converted, Refused
from generators.dialects.keil import to_keil
from generators.dialects.sdcc import to_sdcc
from generators.tasks.material import Brief, Ported
from generators.tasks.port import EVIDENCE
from validators.objects import same_code
from validators.sandbox.runner import Sandbox
from validators.toolchains.compile import compile_verdict
from validators.toolchains.sdcc import Model, sdcc_mcs51

__all__ = ["EVIDENCE", "Porter", "RoundTrip", "round_trip"]


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """An sdcc program in both spellings: Keil's, and what comes back from that, both with their changes."""

    keil: Converted
    back: Converted


def round_trip(sandbox: Sandbox, source: bytes, model: Model) -> RoundTrip | Refused:
    """The program in Keil's spelling and back, if `proved` says that both are the same. Raises MissingTool."""
    keil = to_keil(source)
    return keil if isinstance(keil, Refused) else proved(sandbox, source, keil, model)


def proved(sandbox: Sandbox, source: bytes, keil: Converted, model: Model) -> RoundTrip | Refused:
    """A conversion with the way back, if sdcc makes the same machine code of what comes back, without a warning.

    Reasons of refusal besides those of the conversion back: `compile-error` (the program itself, or what came back) and
    `other-code`. Raises MissingTool.
    """
    back = to_sdcc(keil.source)
    if isinstance(back, Refused):
        return Refused(back.line, back.reason, f"what came of it cannot be converted back: {back.words}")
    tool = sdcc_mcs51(model)
    before, after = (compile_verdict(sandbox, tool, text.decode("utf-8", "replace")) for text in (source, back.source))
    for compiled in (before, after):
        if not compiled.verdict.passed:
            return Refused(compiled.first_line, "compile-error", compiled.verdict.evidence)
    if len(after.diagnostics) > len(before.diagnostics):
        said = after.diagnostics[0]
        return Refused(said.line, "compile-error", f"sdcc warns of what came back: {said.message}")
    if not same_code(before.object, after.object):
        return Refused(
            1, "other-code", "sdcc makes other machine code of what comes back: the compiler sees a difference"
        )
    return RoundTrip(keil, back)


class Porter:
    """The material of the task `port` from the programs of one seed; a context manager.

    The sandbox is started with the first program. `refused` counts, by reason, the programs that have no proved form in
    the other dialect.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._stack = ExitStack()
        self._sandbox: Sandbox | None = None
        self.refused: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def cpu_s(self) -> float:
        """What the compiler took."""
        return self._sandbox.cpu_s if self._sandbox is not None else 0.0

    def __call__(self, brief: Brief, program: Program) -> Ported | None:
        """The program in both dialects, or None. Raises MissingTool."""
        if self._sandbox is None:
            self._sandbox = self._stack.enter_context(Sandbox())
        found = round_trip(self._sandbox, program.source.encode(), self._model)
        if isinstance(found, Refused):
            self.refused[found.reason] += 1
            return None
        return Ported(brief, program, found.keil, found.back)
