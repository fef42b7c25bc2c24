"""Reading an answer that is prose: one text or several under the labels that were asked for, or in JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from corpus.records import Language
from generators.model import plain
from generators.model.drafts import TextDraft, Unparsed
from generators.model.plain import unfit, without_thinking

_WRAPPED = re.compile(
    r"\A\s*(`{3,}|~{3,})(?:json|markdown|md|text|txt)?[ \t]*\n(.*?)\n?[ \t]*(?:\1[ \t]*)?\s*\Z", re.DOTALL
)
_WORDS = {
    "instruction": "INSTRUCTION|TASK|任务|指令|题目",
    "phrasing": "PHRASING|VERSION|WORDING|说法|表述",
    "explanation": "EXPLANATION|讲解|说明|解释",
    "review": "REVIEW|审查意见|审查|评审",
}
_ENDED = re.compile(r"[.!?。！？…:：;；)）\]】\"”'`*|]\s*\Z")
_QUOTES = ('""', "“”", "「」")
# What the prompts' forms say in place of a text; small models repeat it.
_ECHO = re.compile(
    r"[<＜].*[>＞]|the whole task, one paragraph in English|the paragraphs, in English"
    r"|the numbered points and the last sentence, in English"
    r"|完整的题目，一段中文|若干段中文|编号的意见和最后一句，中文",
    re.DOTALL,
)

ADVICE: dict[str, dict[Language, str]] = {
    "no-text": {
        "en": "begin with the label that was asked for, and write the text behind it.",
        "zh": "请以要求的标签开头，后面写正文。",
    },
    "echoed-form": {
        "en": "write the text itself in place of the words that describe it.",
        "zh": "格式里的说明要换成真正的正文。",
    },
    "too-few": {
        "en": "give all the phrasings that were asked for, each behind its own label with its number.",
        "zh": "要求的几种说法都要给出，每一种前面写上带编号的标签。",
    },
    "cut-off": {"en": "the text ends within a sentence; write less.", "zh": "正文没有写完一句话就断了，请写短一些。"},
    **plain.ADVICE,
}
"""What is wrong with an answer's form, by reason, as the model is told."""

LONGEST = 64 << 10
"""Characters of an answer that are looked at; ten times what a long review has."""


def one_text(text: str, language: Language, kind: str) -> TextDraft:
    """The text behind the last label of a kind (`instruction`, `explanation`, `review`), or the whole answer where it
    has no label at all and is no more than prose.

    Raises:
        Unparsed: with one of the reasons in `ADVICE`.
    """
    said = _said(text)
    found = _values(said, kind)
    if not found:
        labels = list(_label(kind).finditer(said))
        found = [said[labels[-1].end() :] if labels else said]
    return TextDraft((_checked(found[0], language, text),))


def several_texts(text: str, language: Language, kind: str, least: int) -> TextDraft:
    """The texts behind the labels of a kind (`phrasing`), in their order; those that are no texts are left out, as long
    as so many are left.

    Raises:
        Unparsed: with one of the reasons in `ADVICE`.
    """
    said = _said(text)
    found = _values(said, kind)
    if not found:
        labels = list(_label(kind).finditer(said))
        ends = [*(label.start() for label in labels[1:]), len(said)]
        found = [said[label.end() : ends[place]] for place, label in enumerate(labels)]
    good: list[str] = []
    trouble: Unparsed | None = None
    for part in found:
        try:
            good.append(_checked(part, language, text))
        except Unparsed as error:
            trouble = trouble or error
    good = list(dict.fromkeys(good))
    if len(good) < least:
        raise trouble or _unparsed("too-few" if found else "no-text", language, text)
    return TextDraft(tuple(good))


def _said(text: str) -> str:
    """What the model said, without its thinking, a fence around all, and carriage returns."""
    said = without_thinking(text[:LONGEST]).strip()
    wrapped = _WRAPPED.match(said)
    # A fence within would make it two blocks of code with prose between them.
    return wrapped[2] if wrapped and wrapped[1] not in wrapped[2] else said


def _label(kind: str) -> re.Pattern[str]:
    # No line break in the marks before a word: a text of empty lines would cost the square of its length.
    return re.compile(
        rf"^[#* \t]*(?:{_WORDS[kind]})[ \t]*\d{{0,2}}[* \t]*(?:[:：][*]*|$)[ \t]*", re.IGNORECASE | re.MULTILINE
    )


def _values(said: str, kind: str) -> list[str]:
    """The texts of a JSON answer: an object with the label's word, in any case, or with a list under its plural, or
    a list of texts."""
    start = re.search(r"[{\[]", said)
    if start is None or start.start() > 0:
        return []
    try:
        held, _ = json.JSONDecoder().raw_decode(said)
    except (ValueError, RecursionError):
        return []
    return list(_texts(held, kind))


def _texts(held: Any, kind: str) -> list[str]:
    if isinstance(held, list):
        return [one for one in held if isinstance(one, str)]
    if not isinstance(held, dict):
        return []
    pattern = re.compile(rf"(?:{_WORDS[kind]})[ _]?(?:s|\d{{0,2}})", re.IGNORECASE)
    texts: list[str] = []
    for key, value in held.items():
        if pattern.fullmatch(key):
            texts += [value] if isinstance(value, str) else _texts(value, kind) if isinstance(value, list) else []
    return texts


def _checked(part: str, language: Language, answer: str) -> str:
    """A text once it is there, whole and in the language."""
    words = part.strip()
    if words.count("**") % 2:  # the label and the text were bold together
        words = words.removesuffix("**").strip()
    if len(words) > 1 and words[0] + words[-1] in _QUOTES and words[0] not in words[1:-1]:
        words = words[1:-1].strip()
    if not words:
        raise _unparsed("no-text", language, answer)
    if _ECHO.fullmatch(words):
        raise _unparsed("echoed-form", language, answer)
    if reason := unfit(words, language):
        raise _unparsed(reason, language, answer)
    if not _ENDED.search(words):
        raise _unparsed("cut-off", language, answer)
    return words


def _unparsed(reason: str, language: Language, answer: str) -> Unparsed:
    return Unparsed(reason, ADVICE[reason][language], answer)
