"""The words and the code of a chat message: what stands outside and inside its Markdown fences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Parts:
    """A message split at its fences: `prose` and `code` keep their lines, `balanced` says every fence was closed."""

    prose: str
    code: str
    blocks: int
    balanced: bool


@lru_cache(maxsize=16)  # each gate asks for the parts of the same row
def split_fences(text: str) -> Parts:
    """Splits a message by CommonMark's rule: a fence closes with as many or more of the mark that opened it.

    An unclosed fence takes the rest of the message as code, and `balanced` is False.
    """
    prose: list[str] = []
    code: list[str] = []
    fence = ""
    blocks = 0
    for line in text.split("\n"):
        match = _FENCE.match(line)
        mark, rest = (match[1], match[2].strip()) if match else ("", "")
        if not fence and mark and "`" not in rest:
            fence = mark
            blocks += 1
        elif fence and mark.startswith(fence) and not rest:
            fence = ""
        else:
            (code if fence else prose).append(line)
    return Parts("\n".join(prose), "\n".join(code), blocks, not fence)


def cjk_characters(text: str) -> int:
    """The number of Chinese characters in `text`, punctuation not counted."""
    return len(_CJK.findall(text))
