"""Lines: where the text of one stops, whatever ends it."""

from __future__ import annotations

from corpus.source.unit import Unit


def line_stop(unit: Unit, offset: int) -> int:
    """Where the text of this line ends: before its newline, and before the carriage return that some files have."""
    end = unit.line_end(offset)
    return end - unit.src.endswith(b"\r", offset, end)
