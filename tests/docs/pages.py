"""The written documentation as tests read it: pages, fenced blocks, inline code, commands."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from flows.settings import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCE = re.compile(r"^ *(`{3,})(\w*)[^\n]*\n(.*?)^ *\1 *$", re.DOTALL | re.MULTILINE)
_ASSIGNED = re.compile(r"[A-Z_]+=\S*")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its path, the fenced blocks as (language, text), and the text outside of them."""

    path: Path
    blocks: tuple[tuple[str, str], ...]
    prose: str

    @classmethod
    def read(cls, path: Path) -> Page:
        """A page from disk."""
        text = path.read_text(encoding="utf-8")
        blocks = tuple((match[2], match[3]) for match in _FENCE.finditer(text))
        return cls(path, blocks, _FENCE.sub("\n", text))

    @property
    def inline(self) -> tuple[str, ...]:
        """What stands between single backticks, line breaks made blanks."""
        return tuple(" ".join(code.split()) for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", self.prose))

    def commands(self, *programs: str) -> list[list[str]]:
        """Calls of these programs in shell blocks and inline code, as words, without assignments before the program
        and up to the first pipe, redirection or comment."""
        lines = [
            line for language, text in self.blocks if language in ("sh", "console", "bash") for line in text.split("\n")
        ]
        found = []
        for line in (*lines, *self.inline):
            command = re.split(r"\s[|#>]|\s{2,}", line.strip().removeprefix("$ "))[0]
            if not any(re.search(rf"(^|\s|/){program}(\s|$)", command) for program in programs):
                continue
            words = shlex.split(command)
            while words and _ASSIGNED.fullmatch(words[0]):
                words = words[1:]
            if words and Path(words[0]).name in programs:
                found.append([Path(words[0]).name, *words[1:]])
        return found
