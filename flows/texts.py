"""What a model wrote about a verified program: its words and its harness through their gates, and copies left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corpus.chips import chip_for
from corpus.records import Rejected, Text, Verdict, text_id
from corpus.seeds import Seed
from flows.judging import Question, root_of
from flows.model_harness import weighed
from generators.model.agreement import GATE, SAME, agreed, alike
from generators.model.drafts import HarnessDraft, Subject, TextDraft
from validators import chip_claims
from validators.sandbox.runner import Sandbox

_ASKS = frozenset(("instruction", "phrasings"))
"""Strategies whose texts ask for the program: one that says what the other's says is a copy."""


@dataclass(frozen=True, slots=True)
class Told:
    """The texts of one answer: those that passed, and (place in the answer, verdict, text) of the others."""

    kept: tuple[Text, ...] = ()
    refused: tuple[tuple[int, Verdict, str], ...] = ()


def judged_texts(seed: Seed, asked: Question, subject: Subject, draft: TextDraft, model: str) -> Told:
    """Each text held against the program (`agreement`) and against the chip's file (`chip`). Raises ChipError."""
    chip = chip_for(seed.sheet.target, seed.sheet.chip)
    kept: list[Text] = []
    refused: list[tuple[int, Verdict, str]] = []
    for place, (text, verdict) in enumerate(zip(draft.texts, agreed(draft, subject, asked.strategy), strict=True)):
        verdict = chip_claims.said(text, chip) if verdict.passed else verdict
        if verdict.passed:
            kept.append(_text(seed, asked, text, model, f"the gates {GATE} and {verdict.gate}"))
        else:
            refused.append((place, verdict, text))
    return Told(tuple(kept), tuple(refused))


def judged_harness(seed: Seed, asked: Question, draft: HarnessDraft, sandbox: Sandbox, cycles: int, model: str) -> Told:
    """The harness, in runs of at most so many cycles: the program must pass it and planted faults must not.

    Raises MissingTool, CoreFailed.
    """
    verdict = weighed(seed, draft, sandbox, cycles).verdict
    if not verdict.passed:
        return Told(refused=((0, verdict, draft.source),))
    return Told((_text(seed, asked, draft.source, model, f"the gate {verdict.gate}: {verdict.evidence}"),))


def distinct(texts: Iterable[Text]) -> tuple[list[Text], list[tuple[Text, Rejected]]]:
    """The texts about one program without those that say again what an earlier one says, and these."""
    kept: list[Text] = []
    copies: list[tuple[Text, Rejected]] = []
    for text in texts:
        likeness, winner = max(((_likeness(text, one), one.id) for one in kept), default=(0.0, ""))
        if likeness >= SAME:
            verdict = Verdict(GATE, "failed", "copied", "the words of another answer")
            copies.append((text, Rejected(text.id, verdict, winner, likeness)))
        else:
            kept.append(text)
    return kept, copies


def _likeness(text: Text, other: Text) -> float:
    if text.strategy == other.strategy == "harness":
        return float(text.text == other.text)
    same_kind = text.strategy == other.strategy or {text.strategy, other.strategy} <= _ASKS
    return alike(text.text, other.text, text.language) if same_kind and text.language == other.language else 0.0


def _text(seed: Seed, asked: Question, text: str, model: str, gates: str) -> Text:
    program = root_of(seed).id
    return Text(
        id=text_id(program, asked.strategy, asked.language, text),
        seed=seed.id,
        program=program,
        strategy=asked.strategy,
        language=asked.language,
        text=text,
        evidence=f"written by the model {model}; passed {gates}",
    )
