"""One endpoint, asked through the `openai` client, with every way in which it can fail turned into one reason word."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field

import openai
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from generators.model.answers import Answer, Request

# Waits between tries grow from here, with jitter, up to the cap; a server's Retry-After goes before (capped too).
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
# Transient by the client's own documentation; a 500 can be a bad request on some servers, and then fails again.
RETRIED_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504})


class NoAnswer(Exception):
    """The endpoint gave nothing usable: `reason` is `unreachable`, `timeout`, `rate-limited`, `http-<status>`,
    `not-a-completion` or `empty`; `detail` says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


@dataclass
class Endpoint:
    """An OpenAI-compatible server. `retries` counts further tries after a transient failure."""

    base_url: str
    api_key: str
    timeout_s: float
    retries: int
    rng: random.Random = field(default_factory=lambda: random.Random(0))

    def __post_init__(self) -> None:
        # Our own retries, not the client's: each failure is seen and named.
        self._client = openai.OpenAI(
            base_url=self.base_url, api_key=self.api_key or "none", timeout=self.timeout_s, max_retries=0
        )

    def ask(self, request: Request) -> Answer:
        """One answer.

        Raises:
            NoAnswer: after the last try.
        """
        for attempt in range(self.retries + 1):
            try:
                return self._once(request)
            except NoAnswer as trouble:
                if attempt == self.retries or not _transient(trouble.reason):
                    raise
                wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**attempt * self.rng.uniform(0.5, 1.0))
                time.sleep(max(wait, self._asked_wait))
        raise AssertionError("the loop returns or raises")

    def _once(self, request: Request) -> Answer:
        self._asked_wait = 0.0
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": content}
            if role == "system"
            else {"role": "assistant", "content": content}
            if role == "assistant"
            else {"role": "user", "content": content}
            for role, content in request.messages
        ]
        try:
            reply = self._client.chat.completions.create(
                model=request.model,
                messages=messages,
                temperature=request.temperature,
                max_tokens=request.max_tokens,
                seed=request.sample,
            )
        except openai.APITimeoutError:
            raise NoAnswer("timeout", f"no answer from {self.base_url} within {self.timeout_s:g} s") from None
        except openai.APIConnectionError as error:
            raise NoAnswer("unreachable", f"{self.base_url}: {error.__cause__ or error}") from None
        except openai.APIStatusError as error:
            self._asked_wait = _retry_after(error)
            reason = "rate-limited" if error.status_code == 429 else f"http-{error.status_code}"
            raise NoAnswer(reason, str(error)[:300]) from None
        except (openai.APIResponseValidationError, json.JSONDecodeError, ValueError) as error:
            raise NoAnswer(
                "not-a-completion", f"{self.base_url} did not answer with a chat completion ({error})"
            ) from None
        return _checked(reply, self.base_url)


def _checked(reply: ChatCompletion, base_url: str) -> Answer:
    """The answer in a reply that the client let through: it hardly validates what comes back."""
    if not isinstance(reply, ChatCompletion) or not reply.choices:
        raise NoAnswer("not-a-completion", f"{base_url} did not answer with a chat completion: {str(reply)[:200]}")
    choice = reply.choices[0]
    text = choice.message.content if choice.message is not None else None
    if not text or not text.strip():
        raise NoAnswer("empty", f"{base_url} answered with no text (finish reason {choice.finish_reason})")
    usage = reply.usage
    return Answer(
        text=text,
        finish=choice.finish_reason or "",
        prompt_tokens=usage.prompt_tokens if usage else 0,
        completion_tokens=usage.completion_tokens if usage else 0,
    )


def _transient(reason: str) -> bool:
    status = reason.removeprefix("http-")
    return reason in ("timeout", "rate-limited", "empty") or (status.isdigit() and int(status) in RETRIED_STATUS)


def _retry_after(error: openai.APIStatusError) -> float:
    value = error.response.headers.get("retry-after", "")
    try:
        return min(LONGEST_WAIT_S, max(0.0, float(value)))
    except ValueError:
        return 0.0
