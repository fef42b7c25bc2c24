"""The gate `agreement`: a text that the model wrote about a verified program speaks of that program and of no other.

Nothing can run a text. What can be held against the program is what it names: each identifier, register, pin and number
must be the program's, or be known of the task and the chip. Then its language, its length, that it is no copy, and that
an instruction names all that its program is called by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.records import Language, Verdict
from generators.model.drafts import Subject, TextDraft
from generators.model.grounds import NUMBER, PIN, Grounds, grounds_of, numbers_in
from generators.tasks.naming import looks_like_code, missing

GATE = "agreement"

_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_QUOTED = re.compile(r"`[^`\n]*`")
_WORD = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z_][A-Za-z0-9_]*")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"(?<![A-Za-z0-9_])[a-z]{3,}(?![A-Za-z0-9_])")
_LINE = re.compile(r"\blines?[ \t]+(\d+)|第[ \t]*(\d+)[ \t]*行", re.IGNORECASE)

CHINESE_TO_WORDS = 1.5
"""Chinese characters a text in Chinese has for each word in Latin letters outside code, at least. A Chinese word has
about two characters, and half the words of a Chinese text on C are seldom English ones."""

SAME = 0.7
"""Share of a text's pieces (three words, or six characters of Chinese) in another text, from which it is a copy."""

_PIECE: dict[Language, int] = {"en": 3, "zh": 6}


@dataclass(frozen=True, slots=True)
class Agreement:
    """The gate with what differs between kinds of texts. `shortest` and `longest` are characters of English; Chinese
    says the same in half of them.

    `asks` is for texts that ask for the program: no code in them, every public function named. `keeps` is for
    phrasings: each name and number of the instruction must be in them, or another program would answer them.
    `advises` is for reviews, which may name registers that the program does not use.
    """

    shortest: int
    longest: int
    asks: bool = False
    keeps: bool = False
    advises: bool = False

    def __call__(self, text: str, subject: Subject) -> Verdict:
        """Passed, or failed with one reason word and what is wrong in words. Raises ChipError."""
        reason, evidence = next(self._refusals(text, subject), ("", ""))
        return Verdict(GATE, "failed" if reason else "passed", reason, evidence)

    def _refusals(self, text: str, subject: Subject) -> Iterator[tuple[str, str]]:
        language = subject.language
        half = 2 if language == "zh" else 1
        if len(text) < self.shortest // half:
            yield "too-short", f"{len(text)} characters, at least {self.shortest // half}"
        if len(text) > self.longest // half:
            yield "too-long", f"{len(text)} characters, at most {self.longest // half}"
        if self.asks and (_FENCED.search(text) or _statement(text, subject.program)):
            yield "gives-away", "the text holds lines of the program that it asks for"
        prose = _FENCED.sub(" ", text)
        if not in_language(prose, language):
            yield "wrong-language", f"the text is not in {'Chinese' if language == 'zh' else 'English'}"
        grounds = grounds_of(subject)
        yield from _strangers(prose, grounds, registers=not self.advises)
        for line in _LINE.findall(prose):
            if int(line[0] or line[1]) > grounds.lines:
                yield "no-such-line", f"the program has {grounds.lines} lines, not {line[0] or line[1]}"
        if self.asks:
            unnamed = [name for name in grounds.functions if not _names(text, name)]
            if unnamed:
                yield "unnamed-function", "the text does not name " + ", ".join(unnamed)
        if self.keeps:
            yield from _lost(prose, subject.instruction)
        for other in (subject.instruction, subject.idea) if self.asks else (subject.idea,):
            if alike(text, other, language) >= SAME:
                yield "copied", "the words of the seed's author"


AGREEMENTS: dict[str, Agreement] = {
    "instruction": Agreement(80, 3000, asks=True),
    "phrasings": Agreement(80, 3000, asks=True, keeps=True),
    "explanation": Agreement(200, 6000),
    "review": Agreement(120, 6000, advises=True),
}
"""The gate by strategy. The shipped seeds' instructions have 150 to 2,600 characters in English."""


def agreed(draft: TextDraft, subject: Subject, strategy: str) -> tuple[Verdict, ...]:
    """The verdict on each text of a draft, in order; one that says again what an earlier good one says is `copied`."""
    gate = AGREEMENTS[strategy]
    verdicts: list[Verdict] = []
    good: list[str] = []
    for text in draft.texts:
        verdict = gate(text, subject)
        if verdict.passed and any(alike(text, one, subject.language) >= SAME for one in good):
            verdict = Verdict(GATE, "failed", "copied", "the words of another text of the same answer")
        if verdict.passed:
            good.append(text)
        verdicts.append(verdict)
    return tuple(verdicts)


def in_language(prose: str, language: Language) -> bool:
    """Whether prose is in a language; code within backticks counts for neither."""
    said = _QUOTED.sub(" ", prose)
    chinese = len(_CHINESE.findall(said))
    words = sum(not looks_like_code(word) for word in _LATIN.findall(said))
    return chinese > CHINESE_TO_WORDS * words if language == "zh" else words > 0 and chinese == 0


def alike(text: str, other: str, language: Language) -> float:
    """The share of the text's pieces that stand in the other, 0..1; 0 for texts shorter than a piece."""
    pieces, others = _pieces(text, language), _pieces(other, language)
    return len(pieces & others) / len(pieces) if pieces else 0.0


def _pieces(text: str, language: Language) -> frozenset[tuple[str, ...]]:
    said = text.lower()
    parts = re.findall(r"\w+", said) if language == "en" else [c for c in said if c.isalnum()]
    size = _PIECE[language]
    return frozenset(tuple(parts[at : at + size]) for at in range(len(parts) - size + 1))


def _strangers(prose: str, grounds: Grounds, *, registers: bool) -> Iterator[tuple[str, str]]:
    """What a text names and nobody knows."""
    pins = list(PIN.finditer(prose))
    spelt = {match[0] for match in pins}
    absent = [name for name in missing(prose, grounds.names, grounds.known) if name not in spelt]
    if absent:
        yield "unknown-name", "the program has no " + ", ".join(absent)
    if registers:
        words = [word for word in dict.fromkeys(_WORD.findall(prose)) if grounds.is_register(word)]
        unused = [word for word in words if not grounds.uses_register(word) and word not in spelt]
        if unused:
            yield "unused-register", "the program does not use " + ", ".join(unused)
    for match in pins:
        if not grounds.has_pin(match[1], int(match[2])):
            yield "unknown-pin", f"the program has nothing on {match[0]}"
    without_lines = _LINE.sub(" ", prose)
    for value, unit in numbers_in(without_lines):
        if not grounds.has_number(value, unit):
            yield "unknown-number", f"nothing in the program is {value:g} {unit}".rstrip()


def _statement(text: str, program: str) -> str:
    """A statement of the program that stands in a text, or "": a line of code with a semicolon, too long for chance."""
    said = re.sub(r"\s+", "", text)
    lines = (re.sub(r"\s+", "", line.partition("/*")[0]) for line in program.splitlines())
    return next((line for line in lines if len(line) > 12 and line.endswith(";") and line in said and "(" in line), "")


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", text) is not None


def _lost(prose: str, instruction: str) -> Iterator[tuple[str, str]]:
    """What the instruction states and a phrasing of it does not."""
    names = {word for word in _WORD.findall(instruction) if looks_like_code(word)}
    lost = sorted(name for name in names if not _names(prose, name))
    if lost:
        yield "lost-name", "the instruction names " + ", ".join(lost)
    pins = {(m[1], m[2]) for m in PIN.finditer(instruction)} - {(m[1], m[2]) for m in PIN.finditer(prose)}
    if pins:
        yield "lost-pin", "the instruction names " + ", ".join(f"P{port}.{position}" for port, position in sorted(pins))
    said = {match[1].replace(",", "").lower() for match in NUMBER.finditer(prose)}
    for value, unit in numbers_in(instruction):
        values = {f"{value:g}", f"{int(value):#x}" if value == int(value) else "", f"{int(value)}"}
        if value > 2 and not values & said:
            yield "lost-number", f"the instruction states {value:g} {unit}".rstrip()
