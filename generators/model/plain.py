"""What every answer is read by, whatever it holds: thoughts taken off, and prose that is plain and in the language."""

from __future__ import annotations

import re

from corpus.records import Language

_UNCLOSED_THINKING = re.compile(r"<think>.*", re.DOTALL)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Control characters, those that reorder or hide text on a reader's screen, and halves of characters.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

ADVICE: dict[str, dict[Language, str]] = {
    "wrong-language": {"en": "write all prose in English.", "zh": "说明文字请用中文写。"},
    "odd-characters": {
        "en": "write plain text, without control characters and without invisible ones.",
        "zh": "请只写普通文字，不要有控制字符和不可见字符。",
    },
}
"""What `unfit` finds, by its reason, as the model is told."""


def without_thinking(text: str) -> str:
    """The answer without a thinking model's thoughts and carriage returns: some servers leave out the thoughts' opening
    mark, some models never close them."""
    return _UNCLOSED_THINKING.sub("", text.replace("\r\n", "\n").rpartition("</think>")[2])


def unfit(words: str, language: Language) -> str:
    """Why prose cannot be taken, by a reason of `ADVICE`; "" where it can."""
    if (language == "zh") != bool(_CHINESE.search(words)):
        return "wrong-language"
    return "odd-characters" if _ODD.search(words) else ""
