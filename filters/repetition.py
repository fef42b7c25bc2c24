"""Does the prose of an Example repeat itself? Code is left out of account: C repeats by nature."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.records import Example, Verdict
from filters.prose import cjk_characters, split_fences

GATE = "repetition"
Scores = tuple[tuple[str, float], ...]

_QUOTED = re.compile(r"`[^`\n]*`|[A-Za-z_]\w*\([^()\n]*\)")
_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[A-Za-z0-9_][\w'’-]*|[^\W\d_]+", re.ASCII)
_CODE = ""


@dataclass(frozen=True, slots=True)
class Repetition:
    """Fails an Example whose prose, instruction or answer, repeats itself.

    Thresholds are the largest fractions allowed, from Rae et al. 2021 (Gopher, arXiv:2112.11446, table A1): of lines
    that occurred before (`duplicate-lines`), of their characters (`duplicate-line-characters`), of characters in the
    most frequent 2-, 3- and 4-gram of words (`top-n-gram`), and of characters in any 5- to 10-gram that occurred
    before (`duplicate-n-gram`). Gopher takes documents of at least 50 words; below `min_words` the n-grams are not
    judged, nor lines below `min_lines`, nor the most frequent n-gram below `min_words_top` (ours): a short text on
    the watchdog timer says `watchdog timer` in every other sentence. What is code in prose (inline code, calls, names
    with `_` or a digit, numbers) is no word, and no n-gram reaches across it: a specification names its functions
    more than once. A Chinese word is about two characters: where most words are Chinese, n counts 2n characters.
    """

    duplicate_lines: float = 0.30
    duplicate_line_characters: float = 0.20
    top_ngrams: tuple[tuple[int, float], ...] = ((2, 0.20), (3, 0.18), (4, 0.16))
    duplicate_ngrams: tuple[tuple[int, float], ...] = (
        (5, 0.15),
        (6, 0.14),
        (7, 0.13),
        (8, 0.12),
        (9, 0.11),
        (10, 0.10),
    )
    min_words: int = 50
    min_words_top: int = 100
    min_lines: int = 4

    def __call__(self, example: Example) -> Verdict:
        """Passed, or failed with the measure's name as reason."""
        for name, text in (("instruction", example.instruction), ("answer", example.answer)):
            limits = dict(self._limits())
            for measure, value in self.measure(split_fences(text).prose):
                if value > limits[measure]:
                    reason = re.sub(r"-\d+-gram", "-n-gram", measure)
                    evidence = f"{measure} of the {name}'s prose is {value:.2f}, more than {limits[measure]:.2f}"
                    return Verdict(GATE, "failed", reason, evidence)
        return Verdict(GATE, "passed")

    def scores(self, example: Example) -> Scores:
        """The worst measure of instruction and answer as a share of its limit: above 1 fails."""
        limits = dict(self._limits())
        found = [0.0]
        for text in (example.instruction, example.answer):
            found += [value / limits[measure] for measure, value in self.measure(split_fences(text).prose)]
        return (("repetition", round(max(found), 4)),)

    def measure(self, prose: str) -> Scores:
        """Each measure of a prose text as a fraction 0..1, in the order in which they are judged."""
        return _measured(self, prose)

    def _measure(self, prose: str) -> Scores:
        found: list[tuple[str, float]] = []
        lines = [line.strip() for line in prose.split("\n") if line.strip()]
        if len(lines) >= self.min_lines:
            again = _repeated(lines)
            found.append(("duplicate-lines", len(again) / len(lines)))
            found.append(("duplicate-line-characters", sum(map(len, again)) / sum(map(len, lines))))
        words = _words(prose)
        plain = sum(word != _CODE for word in words)
        size = 2 if cjk_characters("".join(words)) * 2 > plain else 1
        if plain >= self.min_words * size:
            total = sum(map(len, words))
            for n, _ in self.top_ngrams if plain >= self.min_words_top * size else ():
                found.append((f"top-{n}-gram", _top(words, n * size) / total))
            for n, _ in self.duplicate_ngrams:
                found.append((f"duplicate-{n}-gram", _covered(words, n * size) / total))
        return tuple(found)

    def _limits(self) -> Scores:
        return (
            ("duplicate-lines", self.duplicate_lines),
            ("duplicate-line-characters", self.duplicate_line_characters),
            *((f"top-{n}-gram", limit) for n, limit in self.top_ngrams),
            *((f"duplicate-{n}-gram", limit) for n, limit in self.duplicate_ngrams),
        )


def _words(prose: str) -> list[str]:
    """The words in lower case, each Chinese character one; the empty word stands for a piece of code."""
    found = _WORD.findall(_QUOTED.sub(" 0 ", prose.lower()))
    return [_CODE if any(c == "_" or c.isdigit() for c in word) else word for word in found]


@lru_cache(maxsize=16)  # verdict and scores ask for the same
def _measured(gate: Repetition, prose: str) -> Scores:
    return gate._measure(prose)


def _repeated(lines: Sequence[str]) -> list[str]:
    """The lines that stood before."""
    seen: set[str] = set()
    again: list[str] = []
    for line in lines:
        if line in seen:
            again.append(line)
        seen.add(line)
    return again


def _top(words: Sequence[str], n: int) -> int:
    """Characters in the most frequent n-gram that occurs at least twice, all occurrences together."""
    grams = (tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    counts = Counter(gram for gram in grams if _CODE not in gram)
    return max((sum(map(len, gram)) * count for gram, count in counts.items() if count > 1), default=0)


def _covered(words: Sequence[str], n: int) -> int:
    """Characters of words in an n-gram that stood before, no word counted twice."""
    seen: set[tuple[str, ...]] = set()
    covered = 0
    place = 0
    while place + n <= len(words):
        gram = tuple(words[place : place + n])
        if gram in seen and _CODE not in gram:
            covered += sum(map(len, gram))
            place += n
        else:
            seen.add(gram)
            place += 1
    return covered
