"""A row as the mixture sees it."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.records import Example


@dataclass(frozen=True, slots=True)
class Row:
    """What the mixture knows of a row: tokens, a value on each axis, and how early it is taken (lowest, then id)."""

    id: str
    tokens: int
    labels: tuple[tuple[str, str], ...]
    order: float = 0.0

    def value(self, axis: str) -> str:
        """Its value on an axis; raises KeyError where it has none."""
        for name, value in self.labels:
            if name == axis:
                return value
        raise KeyError(axis)


def mixture_row(example: Example, order: float = 0.0, trained_only: bool = False) -> Row:
    """The row of an Example on the axes task, language, peripheral, difficulty, target, dialect, needs, origin,
    and grade.

    Tokens are the whole row's, or with `trained_only` the answer's, on which the loss falls.
    """
    labels = (
        ("task", example.task),
        ("language", example.language),
        ("peripheral", example.labels.peripheral),
        ("difficulty", str(example.labels.difficulty)),
        ("target", example.labels.target),
        ("dialect", example.labels.dialect),
        ("needs", example.needs),
        ("origin", example.origin),
        ("grade", example.grade),
    )
    return Row(example.id, example.answer_tokens if trained_only else example.tokens, labels, order)
