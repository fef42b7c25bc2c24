"""What the model is asked about: a seed with its default values, in words of one language."""

from __future__ import annotations

from corpus.records import Language
from corpus.seeds import Seed
from generators.model.drafts import Subject
from generators.tasks.comments import localise
from generators.tasks.row import folded
from generators.templates import default_filling, fill_program


def subject_of(seed: Seed, language: Language, sample: int) -> Subject:
    """The seed as it is shown to the model; `sample` numbers the questions about it."""
    sheet, filling = seed.sheet, default_filling(seed)
    texts = (
        (sheet.title.zh, sheet.instruction.of("zh")[0], sheet.idea.zh)
        if language == "zh"
        else (sheet.title.en, sheet.instruction.of("en")[0], sheet.idea.en)
    )
    title, instruction, idea = (folded(filling.words(text)) for text in texts)
    program = localise(fill_program(seed, filling), sheet.comments.items(), language)
    return Subject(language, sheet.target, sheet.chip, title, instruction, idea, program, sample)
