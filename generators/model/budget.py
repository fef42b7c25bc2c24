"""What the asking may cost, and what it did cost: caps on requests, tokens and money, and the usage by strategy.

A cap is looked at before each request, so it is passed by no more than what is in flight. Tokens are the server's own
count, and an estimate from the text where it gives none. Prices come from the recipe alone: they change too often for
a table here.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.recipe import Prices
from generators.model.answers import Answer, NoAnswer, Request, Spent

LOG = logging.getLogger("firmseed.model")

# Bytes of UTF-8 a token, on the safe side: English and C have 3 to 4, Chinese 3 to 5 with today's vocabularies.
BYTES_A_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may be spent on one record, earlier runs included; 0 means no cap."""

    requests: int = 0
    tokens: int = 0
    cost: float = 0.0


class Budget:
    """Counts what is sent and paid; `spent` is what earlier runs on the same record have spent."""

    def __init__(self, caps: Caps | None = None, prices: Prices | None = None, spent: Spent | None = None) -> None:
        self.caps, self.prices = caps or Caps(), prices or Prices()
        before = spent or Spent()
        self.requests, self.prompt_tokens, self.completion_tokens = (
            before.requests,
            before.prompt_tokens,
            before.completion_tokens,
        )
        self._said = False

    @property
    def cost(self) -> float:
        """Money spent."""
        return self.prices.cost(self.prompt_tokens, self.completion_tokens)

    def take(self) -> None:
        """Counts one request that is about to be sent.

        Raises:
            NoAnswer: `budget`, when a cap is reached.
        """
        if words := self._reached():
            if not self._said:
                LOG.warning("%s; nothing more is asked, what was answered is kept", words)
                self._said = True
            raise NoAnswer("budget", words)
        self.requests += 1

    def spend(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Counts the tokens of a request that has ended."""
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens

    @staticmethod
    def counted(request: Request, answer: Answer) -> tuple[int, int]:
        """Prompt and completion tokens of an answer: the server's count, or an estimate where it gives none."""
        prompt = answer.prompt_tokens or tokens_of(request.messages)
        return prompt, answer.completion_tokens or tokens_of([("assistant", answer.text)])

    def _reached(self) -> str:
        """Which cap is reached, in words; empty for none."""
        tokens = self.prompt_tokens + self.completion_tokens
        if self.caps.requests and self.requests >= self.caps.requests:
            return f"the cap of {self.caps.requests:,} requests (generate.model.max_requests) is reached"
        if self.caps.tokens and tokens >= self.caps.tokens:
            return f"the cap of {self.caps.tokens:,} tokens (generate.model.max_total_tokens) is reached: {tokens:,}"
        if self.caps.cost and self.cost >= self.caps.cost:
            return f"the cap of {self.caps.cost:g} in money (generate.model.max_cost) is reached: {self.cost:.4g}"
        return ""


class Usage:
    """Answers used and their tokens, by strategy; an answer that is used twice is counted once."""

    def __init__(self) -> None:
        self.by_strategy: dict[str, Counter[str]] = {}
        self._counted: set[str] = set()

    def count(self, key: str, strategy: str, request: Request, answer: Answer) -> None:
        """Counts an answer to the request with this key, its tokens as the budget counts them."""
        if key not in self._counted:
            self._counted.add(key)
            prompt, completion = Budget.counted(request, answer)
            counts = {"answers": 1, "prompt_tokens": prompt, "completion_tokens": completion}
            self.by_strategy.setdefault(strategy, Counter()).update(counts)

    @property
    def total(self) -> Counter[str]:
        """The same over all strategies."""
        found: Counter[str] = Counter(answers=0, prompt_tokens=0, completion_tokens=0)
        for counts in self.by_strategy.values():
            found.update(counts)
        return found


def tokens_of(messages: Iterable[tuple[str, str]]) -> int:
    """An estimate of the tokens of messages, rather too high."""
    return sum(len(text.encode()) // BYTES_A_TOKEN + 4 for _, text in messages)
