"""Code and chat turns as HTML: highlighted by classes, so that the page's own colours apply, light or dark."""

from __future__ import annotations

from collections.abc import Collection

from markupsafe import Markup, escape
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import CLexer, DiffLexer, TextLexer  # type: ignore[import-untyped]

from reports.fences import blocks

_LEXERS = {"c": CLexer, "diff": DiffLexer}
_PREFIX = "h-"


def highlighted(text: str, language: str = "c") -> Markup:
    """The text as HTML with a span and a class for each token; a language that is not known stays plain."""
    lexer = _LEXERS.get(language, TextLexer)(stripnl=False)
    return Markup(highlight(text, lexer, HtmlFormatter(nowrap=True, classprefix=_PREFIX)).rstrip("\n"))


def marked(text: str, lines: Collection[int]) -> Markup:
    """Highlighted C in which these lines (from 0) stand out."""
    made = highlighted(text).split("\n")
    return Markup("\n").join(
        Markup("<mark>{}</mark>").format(line) if number in lines else line for number, line in enumerate(made)
    )


def diffed(text: str) -> Markup:
    """A unified difference, line by line: added, removed, place, context."""
    kinds = {"+": "ins", "-": "del", "@": "at"}
    return Markup("\n").join(
        Markup('<span class="{}">{}</span>').format(kinds.get(line[:1], "same"), line) for line in text.split("\n")
    )


def turn(content: str) -> Markup:
    """A chat turn: prose as it stands, fenced code highlighted."""
    return Markup("").join(
        Markup('<pre class="code">{}</pre>').format(_code(text, language))
        if language is not None
        else Markup('<p class="prose">{}</p>').format(escape(text))
        for language, text in blocks(content)
    )


def _code(text: str, language: str) -> Markup:
    return diffed(text) if language == "diff" else highlighted(text, language)
