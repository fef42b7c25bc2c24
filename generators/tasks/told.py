"""Rows whose words a model wrote about a verified program: the code, its grade and its origin are the program's own."""

from __future__ import annotations

import random
from collections.abc import Iterator

from corpus.records import Example, Text
from corpus.source.unit import Unit
from generators.tasks.comments import localise
from generators.tasks.explain import question_on
from generators.tasks.material import Single
from generators.tasks.needs import kind_of
from generators.tasks.row import CountTokens, evidence, fence, paragraphs, row

TASK_OF = {"instruction": "write", "phrasings": "write", "explanation": "explain"}
"""The task of a strategy's texts; those of no other become rows."""


def examples(material: Single, text: Text, rng: random.Random, count_tokens: CountTokens) -> Iterator[Example]:
    """One row: an instruction or a phrasing answered by the program, or a question on it answered by an explanation.

    The question is worded as that of the task `explain` on a whole file. The seed's notes on safety go with either.
    """
    brief, program, language = material.brief, material.program, text.language
    code = localise(program.source, brief.comments, language)
    safety = [note.of(language) for note in brief.safety]
    task = TASK_OF.get(text.strategy)
    if task == "write":
        user, answer, phrasing = text.text, paragraphs(fence(code), *safety), text.id
        needs = kind_of(brief.needs, (), text.text)
    elif task == "explain":
        unit = Unit.parse(code.encode())
        user, phrasing = question_on(unit, brief, language, rng)
        answer, needs = paragraphs(text.text, *safety), "none"
    else:
        return
    yield row(
        "write" if task == "write" else "explain",
        language,
        brief,
        user=user,
        answer=answer,
        programs=[program],
        phrasing=f"{task}/{language}/model/{text.strategy}/{phrasing}",
        why=f"the words were {text.evidence}; {evidence(program, brief)}",
        count_tokens=count_tokens,
        steps=[*(step.name for step in program.steps), text.strategy],
        needs=needs,
    )
