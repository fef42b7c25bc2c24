"""Answers as an object of JSON or between tags: some models give every answer so, whatever form was asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_WORDS = {
    "instruction": ("instruction", "task", "question", "problem", "题目", "任务", "指令"),
    "thinking": ("thinking", "reasoning", "thought", "thoughts", "思路", "思考"),
    "steps": ("steps", "plan", "步骤"),
    "program": ("program", "code", "source", "solution", "answer", "程序", "代码", "答案"),
}
_SECTION = {word: name for name, words in _WORDS.items() for word in words}
# A section opens at the beginning of a line or behind another tag: `<code>f()</code>` within a sentence is none.
_TAG = re.compile(rf"(?:^[ \t]*|(?<=>))<({'|'.join(_SECTION)})>|<(/)({'|'.join(_SECTION)})>", re.I | re.M)
_JSON_FENCE = re.compile(r"\A[ \t\r\n]*```[ \t]*(?:json)?[ \t]*\n", re.IGNORECASE)


def sections_of(text: str, *needed: str) -> dict[str, str] | None:
    """The sections `instruction`, `thinking`, `steps` and `program` that an answer has as an object of JSON or between
    tags, each only where it is there; None when it has no program so, as most answers.

    Tags count only where all `needed` sections stand between some: prose may use them as HTML does.
    """
    found = dict(_of_json(text))
    if not found:
        found = dict(_of_tags(text))
        found = found if found.keys() >= set(needed) else {}
    return found if "program" in found else None


def _of_json(text: str) -> Iterator[tuple[str, str]]:
    """Of an object that the answer begins with, in a fence or without."""
    fence = _JSON_FENCE.match(text)
    rest = (text[fence.end() :] if fence else text).lstrip()
    if not rest.startswith("{"):
        return
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(rest)
    except (ValueError, RecursionError):
        return
    for key, content in value.items():
        name = _SECTION.get(key.strip().lower())
        words = _words(content)
        if name is not None and words is not None:
            yield name, words


def _words(content: Any) -> str | None:
    """A text, or a list of texts as lines; nothing where a character stands for half of one, as JSON can write it."""
    if isinstance(content, list) and all(isinstance(line, str) for line in content):
        content = "\n".join(content)
    if not isinstance(content, str) or re.search("[\ud800-\udfff]", content):
        return None
    return content.replace("\r\n", "\n")


def _of_tags(text: str) -> Iterator[tuple[str, str]]:
    """The first of each section that is closed; a tag within another section is a part of its text."""
    opened: re.Match[str] | None = None
    seen: set[str] = set()
    for tag in _TAG.finditer(text):
        word = (tag[1] or tag[3]).lower()
        name = _SECTION[word]
        if opened is None:
            opened = None if tag[2] or name in seen else tag
        elif tag[2] and word == opened[1].lower():
            seen.add(name)
            yield name, text[opened.end() : tag.start()]
            opened = None
