"""The gate `model-harness`: what a model wrote to test a program is kept only if it can tell that program from others.

The known-good program must pass it, on the chip's simulator, and it must refuse enough of the faults that are planted
in that program, by itself: as a seed's own harness is measured (`flows/stages/strength.py`), with fewer faults and a
lower bar.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from corpus.records import Verdict
from corpus.seeds import Seed
from corpus.source.lexer import lexed
from flows.proof import Proved, Prover
from flows.stages.strength import COUNTED, Strength, Tried, joined, measured
from generators.model.drafts import HarnessDraft
from generators.templates import default_filling
from validators.sandbox.runner import Sandbox
from validators.screen import screen_for

GATE = "model-harness"

ENOUGH = 0.7
"""The least share of the faults that count which a model's harness must refuse. An expert's refuses 0.9; below 0.7 a
wrong variant slips through one time in three."""

FEWEST = 8
"""Faults that must count before a share says anything: with 8 of 8 caught the true share is above 0.69 nineteen times
in twenty (0.69^8 = 0.05)."""

MOST = 60
"""Faults planted in one program; the seeds have 50 to 220 places."""

SHOWN = 5
"""Missed faults that the evidence shows: what to test next, and short enough for a further question to the model."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The verdict on a harness, and where faults were planted what became of each."""

    verdict: Verdict
    strength: Strength | None = None


def weighed(
    seed: Seed, draft: HarnessDraft, sandbox: Sandbox, cycles: int, *, enough: float = ENOUGH, most: int = MOST
) -> Weighed:
    """A model's harness for a seed's program with its default values, in runs of at most so many cycles.

    Failed with a reason of the screen; `no-main`, `no-expectation`, `reaches-past` (its text); a reason of the compiler
    or, where the good program does not pass, of `judge`; `weak`. Unknown as `few-faults`, or where a tool broke. The
    evidence says what to mend. Raises MissingTool, CoreFailed.
    """
    safe = screen_for(seed.sheet.target)(draft.source)
    if not safe.passed:
        return Weighed(replace(safe, gate=GATE))
    if reason := _unfit(draft.source):
        return Weighed(Verdict(GATE, "failed", reason, _ADVICE[reason]))
    tested = replace(seed, harness=draft.source)
    root = Prover(sandbox, tested, cycles, coverage=False).root(default_filling(seed), default=True)
    if not isinstance(root, Proved):
        failed = root.failed
        assert failed is not None  # or it were proved
        words = f"with the right program: {failed.evidence}{_further(failed)}"
        return Weighed(replace(failed, gate=GATE, evidence=words))
    found = joined(tested, [measured(tested, sandbox, cycles, most=most)])
    counted, caught = found.count(*COUNTED), found.count("caught")
    if counted < FEWEST:
        words = f"{counted} faults change what the program does, {FEWEST} at least tell something"
        return Weighed(Verdict(GATE, "unknown", "few-faults", words), found)
    words = f"refuses {caught} of {counted} planted faults"
    if found.share < enough:
        missed = [one for one in found.tried if one.outcome in ("compared", "silent")]
        shown = "; ".join(map(_shown, missed[:SHOWN]))
        return Weighed(
            Verdict(GATE, "failed", "weak", f"{words}, {enough:.0%} at least; it passes with {shown}"), found
        )
    return Weighed(Verdict(GATE, "passed", "", words), found)


_ADVICE = {
    "no-main": "the harness has no `void main(void)`",
    "no-expectation": "the harness expects nothing: it needs SIM_EXPECT, SIM_EXPECT_WRITE or SIM_EXPECT_NO_WRITE",
    "reaches-past": "the harness must speak to the simulator by the SIM_ macros alone",
}


def _unfit(source: str) -> str:
    """What the text of a harness lacks, or does that none may; "" where nothing."""
    names = lexed(source.encode()).present
    if b"main" not in names:
        return "no-main"
    if any(name.startswith(b"sim_") or name == b"SIM_DO" for name in names):
        return "reaches-past"
    return "" if any(name.startswith(b"SIM_EXPECT") for name in names) else "no-expectation"


def _further(verdict: Verdict) -> str:
    """The errors that the evidence does not tell."""
    errors = [one for one in verdict.diagnostics if one.severity == "error" and one.message not in verdict.evidence]
    return "".join(f"\n{one.file}:{one.line}: {one.message}" for one in errors[:SHOWN])


def _shown(one: Tried) -> str:
    return f"line {one.line} as `{one.text}`"
