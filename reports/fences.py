"""Markdown of chat turns: what is prose and what is fenced code."""

from __future__ import annotations

from collections.abc import Iterator

_FENCE = "```"


def blocks(content: str) -> Iterator[tuple[str | None, str]]:
    """The parts of a Markdown text in order: (None, prose) and (language, code of a fence); empty prose is left out."""
    words: list[str] = []
    code: list[str] = []
    language: str | None = None
    for line in content.split("\n"):
        fence = line.startswith(_FENCE)
        if language is None and fence:
            if any(part.strip() for part in words):
                yield None, "\n".join(words).strip("\n")
            words, code, language = [], [], line[len(_FENCE) :].strip()
        elif language is not None and fence:
            yield language, "\n".join(code)
            code, language = [], None
        else:
            (words if language is None else code).append(line)
    if language is not None:  # a fence that never closes is still code
        yield language, "\n".join(code)
    elif any(part.strip() for part in words):
        yield None, "\n".join(words).strip("\n")


def prose(content: str) -> str:
    """The text without its code."""
    return "\n\n".join(text for language, text in blocks(content) if language is None)
