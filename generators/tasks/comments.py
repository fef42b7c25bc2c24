"""Comments in the reader's language: translated at the lexer's level, line for line, code untouched."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping

from corpus.records import Language
from corpus.source.edits import Edit, apply_edits
from corpus.source.lexer import Token, lex

# What opens a line of a comment (a mark of documentation too), its words, what closes it.
_LINE = re.compile(r"^([ \t]*(?:/\*+!?|//+!?|\*(?!/))?[ \t]*(?:[@\\](?:file|brief)\b[ \t]*)?)(.*?)([ \t]*(?:\*+/)?)$")
_BREAK_AFTER = "，。；：、！？）,;:) "


def localise(source: str, comments: Iterable[tuple[str, str]], language: Language) -> str:
    """The source with its comments in that language; the number of lines stays.

    `comments` are (English, Chinese) texts. A comment that has no translation is left alone, and English is what the
    seeds are written in, so that nothing changes for "en".
    """
    if language == "en":
        return source
    words = {_key(english): chinese for english, chinese in comments}
    src = source.encode()
    edits: list[Edit] = []
    for part, text in _told(src, words):
        if (chinese := words.get(_key(text))) is not None:
            start, end = part[0].start, part[-1].end
            edits.append(Edit(start, end, _filled(src[start:end].decode(), chinese).encode()))
    return apply_edits(src, edits).decode()


def comment_text(comment: str) -> str:
    """The words of a comment, without its delimiters and line breaks."""
    return " ".join(" ".join(match[2] for match in _lines(comment)).split())


def untranslated(source: str, comments: Mapping[str, str]) -> list[tuple[int, str]]:
    """The (line, words) of each comment of the source that has no Chinese, in order."""
    src = source.encode()
    known = {_key(english) for english in comments}
    return [
        (src.count(b"\n", 0, part[0].start) + 1, text) for part, text in _told(src, known) if _key(text) not in known
    ]


def unspoken(source: str, comments: Mapping[str, str]) -> list[str]:
    """The texts that have Chinese and stand in no comment of the source."""
    src = source.encode()
    known = {_key(english) for english in comments}
    spoken = {_key(text) for _, text in _told(src, known)}
    return [english for english in comments if _key(english) not in spoken]


def _told(src: bytes, known: Container[str]) -> Iterator[tuple[list[Token], str]]:
    """Each run of comments and its words; of a run whose words are not known, each comment of it."""
    for run in _runs(src, lex(src)):
        whole = _words(src, run)
        for part in [run] if _key(whole) in known else [[token] for token in run]:
            text = whole if part == run else _words(src, part)
            if text:
                yield part, text


def _words(src: bytes, run: list[Token]) -> str:
    return comment_text(src[run[0].start : run[-1].end].decode())


def _key(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


def _lines(comment: str) -> list[re.Match[str]]:
    return [match for line in comment.split("\n") if (match := _LINE.match(line)) is not None]


def _runs(src: bytes, tokens: list[Token]) -> Iterator[list[Token]]:
    """Comments that belong together: a block, or `//` comments on lines of their own, one under the other."""
    run: list[Token] = []
    gap = b""
    for token in tokens:
        if token.kind in ("space", "newline"):
            gap += src[token.start : token.end]
        elif token.kind == "comment":
            text = src[token.start : token.start + 2]
            if run and text == b"//" and src[run[0].start : run[0].start + 2] == b"//" and gap.count(b"\n") == 1:
                run.append(token)
            else:
                if run:
                    yield run
                run = [token]
            gap = b""
        else:
            if run:
                yield run
            run, gap = [], b""
    if run:
        yield run


def _filled(comment: str, words: str) -> str:
    lines = _lines(comment)
    pieces = iter(_pieces(words, sum(1 for line in lines if line[2])))
    return "\n".join((line[1] + next(pieces) + line[3]) if line[2] else line[0] for line in lines)


def _pieces(text: str, count: int) -> list[str]:
    """The text in `count` pieces of about equal length, broken after punctuation or a blank where one is near."""
    pieces = []
    for left in range(count, 1, -1):
        target = max(1, round(len(text) / left))
        reach = range(max(1, target - 6), min(len(text), target + 7))
        near = [at for at in reach if text[at - 1] in _BREAK_AFTER]
        safe = [at for at in reach if not (text[at - 1].isascii() and text[at : at + 1].isascii())]
        at = min(near or safe or [target], key=lambda at: (abs(at - target), at))
        pieces.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*pieces, text]
