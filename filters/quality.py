"""Plain signals of a spoilt row, none of which needs a model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.records import Example, Verdict
from corpus.source.lexer import lex
from filters.prose import Parts, cjk_characters, split_fences
from filters.tokens import estimate_tokens

GATE = "quality"

_PLACEHOLDER = re.compile(r"\{[A-Z][A-Z0-9_]*\}")
_INLINE = re.compile(r"`[^`\n]*`")
_TODO = re.compile(r"\b(?:TODO|FIXME|TBD)\b")
_HOLE = re.compile(r"\bHOLE_[A-Z0-9_]+\b")
_ELIDED = re.compile(
    r"^\W*(?:\.{3,}|…+|rest of (?:the |your )?(?:code|program|file)\b.*|其余代码.*|(?:此处|这里)?省略.*)\W*$", re.I
)
# U+FFFD, C1 controls, UTF-8 read as Latin-1 or CP1252, and the two classics of GBK.
_MOJIBAKE = re.compile(r"\ufffd|[\x80-\x9f]|[\x00-\x08\x0e-\x1f]|â€|Ã[\u00a0-\u00bf]|锟斤拷|烫烫烫")
_CHINESE_MARKS = re.compile(r"[\u3000-\u303f\uff01-\uff5e]")
_FEW_LETTERS = 20
_NEEDS_CODE = frozenset({"write", "refactor", "fix", "port"})


@dataclass(frozen=True, slots=True)
class Quality:
    """Fails a row with leftovers of its making, half a translation, or code that is hardly code.

    The numbers are those of StarCoder's filters as NeMo Curator has them (filters/code.py), measured on the answer's
    code: at most `max_comment_ratio` of its characters in comments (no lower bound: a bare function is fine), at
    least `min_alpha_ratio` letters among the characters that are no blanks, a mean line of at most `max_mean_line`
    characters, and `min_chars_per_token` characters a token: 2.5 in the source; 1.2 here, since a table of
    hexadecimal bytes, fair code for a microcontroller, has 1.3 (files of sdcc's library: mean 3.4, least 1.85).
    """

    max_comment_ratio: float = 0.85
    min_alpha_ratio: float = 0.25
    max_mean_line: float = 100.0
    min_chars_per_token: float = 1.2

    def __call__(self, example: Example) -> Verdict:
        """Passed, or failed: `mojibake`, `fences`, `placeholder`, `half-translated`, `no-code` or a measure's name."""
        asked, answered = split_fences(example.instruction), split_fences(example.answer)
        code = _code(example, answered)
        reason, evidence = (
            _spoilt(example)
            or _fences(asked, answered)
            or _leftover(asked, answered, code)
            or _language(example, asked, answered)
            or _missing(example, code)
            or self._measured(example, code)
            or ("", "")
        )
        return Verdict(GATE, "failed" if reason else "passed", reason, evidence)

    def scores(self, example: Example) -> tuple[tuple[str, float], ...]:
        """`comment_ratio`, `alpha_ratio`, `mean_line` and `chars_per_token` of the answer's code; 0 without code."""
        code = _code(example, split_fences(example.answer))
        lines = [line for line in code.split("\n") if line.strip()]
        visible = [c for c in code if not c.isspace()]
        source = code.encode()
        comments = sum(token.end - token.start for token in lex(source) if token.kind == "comment")
        return (
            ("comment_ratio", round(comments / len(source), 4) if source else 0.0),
            ("alpha_ratio", round(sum(c.isalpha() for c in visible) / len(visible), 4) if visible else 0.0),
            ("mean_line", round(sum(map(len, lines)) / len(lines), 2) if lines else 0.0),
            ("chars_per_token", round(len(code) / estimate_tokens(code), 3) if visible else 0.0),
        )

    def _measured(self, example: Example, code: str) -> tuple[str, str] | None:
        # A completion may be one word or a brace: the measures mean nothing there.
        if not code.strip() or example.task == "complete":
            return None
        found = dict(self.scores(example))
        if found["comment_ratio"] > self.max_comment_ratio:
            return "comment-ratio", f"{found['comment_ratio']:.2f}, at most {self.max_comment_ratio:g}"
        if found["alpha_ratio"] < self.min_alpha_ratio:
            return "alpha-ratio", f"{found['alpha_ratio']:.2f}, at least {self.min_alpha_ratio:g}"
        if found["mean_line"] > self.max_mean_line:
            return "mean-line", f"{found['mean_line']:.0f} characters, at most {self.max_mean_line:g}"
        if found["chars_per_token"] < self.min_chars_per_token:
            return "chars-per-token", f"{found['chars_per_token']:.2f}, at least {self.min_chars_per_token:g}"
        return None


def _code(example: Example, answered: Parts) -> str:
    """The code that the row teaches: the middle of a completion, else what the answer's fences hold."""
    return example.middle if example.task == "complete" else answered.code


def _spoilt(example: Example) -> tuple[str, str] | None:
    for message in example.messages:
        if match := _MOJIBAKE.search(message.content):
            return "mojibake", f"{match[0]!r} at character {match.start()} of the {message.role}'s text"
    return None


def _fences(asked: Parts, answered: Parts) -> tuple[str, str] | None:
    for name, parts in (("instruction", asked), ("answer", answered)):
        if not parts.balanced:
            return "fences", f"a code fence of the {name} is not closed"
    return None


def _comments(code: str) -> list[str]:
    source = code.encode()
    return [source[t.start : t.end].decode(errors="replace") for t in lex(source) if t.kind == "comment"]


def _leftover(asked: Parts, answered: Parts, code: str) -> tuple[str, str] | None:
    """Placeholders in prose and comments; a TODO counts in the answer only: an instruction may ask for one."""
    comments = _comments(code)
    for text in (asked.prose, answered.prose, *comments, *_comments(asked.code)):
        # `{A}` in inline code is a C initialiser unless the placeholder is all there is.
        shown = _INLINE.sub(lambda m: m[0] if _PLACEHOLDER.fullmatch(m[0].strip("`")) else "", text)
        if match := _PLACEHOLDER.search(shown):
            return "placeholder", match[0]
    for text in (asked.code, asked.prose, answered.prose, code):
        if match := _HOLE.search(text):
            return "placeholder", match[0]
    for text in (answered.prose, *comments):
        if match := _TODO.search(text):
            return "placeholder", match[0]
    for comment in comments:
        if _ELIDED.match(comment):
            return "placeholder", comment
    return None


def _language(example: Example, asked: Parts, answered: Parts) -> tuple[str, str] | None:
    if example.language == "zh":
        # A few letters are names ("<BLANK> = ?"), then Chinese comments in the code do.
        for name, parts in (("instruction", asked), ("answer", answered)):
            if not cjk_characters(parts.prose) and sum(c.isalpha() for c in parts.prose) > _FEW_LETTERS:
                return "half-translated", f"the row is zh, but its {name}'s prose has no Chinese character"
        if not cjk_characters(example.instruction):
            return "half-translated", "the row is zh, but its instruction has no Chinese character"
        return None
    for name, text in (("instruction", example.instruction), ("answer", example.answer)):
        if cjk_characters(text) or _CHINESE_MARKS.search(text):
            return "half-translated", f"the row is en, but its {name} has Chinese characters"
    return None


def _missing(example: Example, code: str) -> tuple[str, str] | None:
    if example.task in _NEEDS_CODE and not code.strip():
        return "no-code", f"a {example.task} row needs a fenced block of code in its answer"
    if example.task == "complete" and not code.strip():
        return "no-code", "a completion needs a middle"
    return None
