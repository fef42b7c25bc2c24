"""Is an Example of a length that a trainer can use?"""

from __future__ import annotations

from dataclasses import dataclass

from corpus.records import Example, Verdict
from filters.prose import split_fences
from filters.tokens import estimate_tokens

GATE = "length"


@dataclass(frozen=True, slots=True)
class Length:
    """Fails an Example that is too short, too long, or has an overlong line of code.

    Tokens are estimated (filters/tokens.py). Instruction and answer together stay within `max_tokens`: 8,192 is the
    window of Qwen2.5-Coder's file-level training; trainers cut silently above their own limit, by default 1,024 (TRL)
    or 2,048 (LLaMA-Factory). The instruction has at least 6 tokens, which is a bare "Explain this code:" with one
    statement, and the answer at least 1, as `complete` may ask for one word; other tasks at least
    `min_answer_tokens`. A line of code of more than 1,000 characters is data (StarCoder, Li et al. 2023,
    arXiv:2305.06161); a line of prose is a paragraph, and may be any length.
    """

    min_instruction_tokens: int = 6
    min_answer_tokens: int = 16
    max_tokens: int = 8192
    max_line: int = 1000

    def __call__(self, example: Example) -> Verdict:
        """Passed, or failed with reason `short-instruction`, `short-answer`, `long-row` or `long-line`."""
        asked, answered = estimate_tokens(example.instruction), estimate_tokens(example.answer)
        least = 1 if example.task == "complete" else self.min_answer_tokens
        widest = _widest(example)
        if asked < self.min_instruction_tokens:
            return Verdict(
                GATE, "failed", "short-instruction", f"{asked} tokens, at least {self.min_instruction_tokens}"
            )
        if answered < least:
            return Verdict(GATE, "failed", "short-answer", f"{answered} tokens, at least {least}")
        if asked + answered > self.max_tokens:
            return Verdict(GATE, "failed", "long-row", f"{asked + answered} tokens, at most {self.max_tokens}")
        if widest > self.max_line:
            return Verdict(GATE, "failed", "long-line", f"{widest} characters, at most {self.max_line}")
        return Verdict(GATE, "passed")

    def scores(self, example: Example) -> tuple[tuple[str, float], ...]:
        """Estimated tokens of instruction and answer, and the longest line of code in characters."""
        return (
            ("instruction_tokens", float(estimate_tokens(example.instruction))),
            ("answer_tokens", float(estimate_tokens(example.answer))),
            ("longest_line", float(_widest(example))),
        )


def _widest(example: Example) -> int:
    code = (split_fences(example.instruction).code, split_fences(example.answer).code, example.middle)
    return max(len(line) for text in code for line in text.split("\n"))
