"""The proof of a port between the dialects of the 8051: there and back again, to the same machine code."""

from __future__ import annotations

from dataclasses import dataclass

from generators.dialects.conversion import Converted, Refused
from generators.dialects.keil import to_keil
from generators.dialects.sdcc import to_sdcc
from validators.objects import same_code
from validators.sandbox.runner import Sandbox
from validators.toolchains.compile import compile_verdict
from validators.toolchains.sdcc import Model, sdcc_mcs51

EVIDENCE = "converted back and compiled to identical object code"


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """An sdcc program in both spellings: Keil's, and what comes back from that, both with their changes."""

    keil: Converted
    back: Converted


def round_trip(sandbox: Sandbox, source: bytes, model: Model) -> RoundTrip | Refused:
    """The program in Keil's spelling and back, if sdcc makes the same machine code of what comes back, without a
    warning.

    Reasons of refusal besides those of the conversions: `compile-error` (the program itself, or what came back) and
    `other-code`. Raises MissingTool.
    """
    keil = to_keil(source)
    if isinstance(keil, Refused):
        return keil
    back = to_sdcc(keil.source)
    if isinstance(back, Refused):
        return Refused(back.line, back.reason, f"what came of it cannot be converted back: {back.words}")
    tool = sdcc_mcs51(model)
    before, after = (compile_verdict(sandbox, tool, text.decode("utf-8", "replace")) for text in (source, back.source))
    for compiled in (before, after):
        if not compiled.verdict.passed:
            line = next((d.line for d in compiled.diagnostics if d.line), 1)
            return Refused(line, "compile-error", compiled.verdict.evidence)
    if len(after.diagnostics) > len(before.diagnostics):
        said = after.diagnostics[0]
        return Refused(said.line, "compile-error", f"sdcc warns of what came back: {said.message}")
    if not same_code(before.object, after.object):
        return Refused(
            1, "other-code", "sdcc makes other machine code of what comes back: the compiler sees a difference"
        )
    return RoundTrip(keil, back)
