"""One endpoint, asked through the `openai` client, with every way in which it can fail turned into one reason word."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel, Field, ValidationError

from generators.model.answers import Answer, Request

# Waits between tries grow from here, with jitter; the client's own back-off begins with the same.
FIRST_WAIT_S = 0.5
# A server's Retry-After goes before, up to here; one that asks for more is left for the next run.
LONGEST_WAIT_S = 60.0
# Transient by the client's own documentation; a 500 can be a bad request on some servers, and then fails again.
RETRIED_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504})
RETRIED = frozenset({"unreachable", "timeout", "rate-limited", "empty", *(f"http-{n}" for n in RETRIED_STATUS)})
# Over a thousand times what a program takes; an endless body must not fill the memory.
LARGEST_BODY = 4 << 20


class NoAnswer(Exception):
    """The endpoint gave nothing usable.

    `reason` is `unreachable`, `timeout`, `rate-limited`, `http-<status>`, `not-a-completion`, `empty` or `bad-key`;
    `detail` says more; `wait_s` is how long the server asked to wait, 0 where it did not.
    """

    def __init__(self, reason: str, detail: str, wait_s: float = 0.0) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.wait_s = reason, detail, wait_s


@dataclass
class Endpoint:
    """An OpenAI-compatible server; a context manager that closes its connections.

    `timeout_s` is for one whole answer, `retries` counts further tries after a transient failure, `first_wait_s` is
    the wait before the first of them.
    """

    base_url: str
    api_key: str = field(repr=False)
    timeout_s: float
    retries: int
    rng: random.Random = field(default_factory=lambda: random.Random(0), repr=False)
    first_wait_s: float = FIRST_WAIT_S

    def __post_init__(self) -> None:
        # A key read from a file often ends with a line break.
        self.api_key = self.api_key.strip()
        # Our own retries, not the client's: each failure is seen and named.
        self._client = openai.OpenAI(
            base_url=self.base_url, api_key=self.api_key or "none", timeout=self.timeout_s, max_retries=0
        )
        # What servers differ in; a refusal that names one of these changes it for the rest of this endpoint's life.
        self._limit = "max_tokens"
        self._seeded = True

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, request: Request) -> Answer:
        """One answer.

        Raises:
            NoAnswer: after the last try.
        """
        if not self.api_key.isascii():
            raise NoAnswer("bad-key", "the key has a character that no HTTP header can carry")
        for attempt in range(self.retries + 1):
            try:
                return _checked(self._body(request), self.base_url)
            except NoAnswer as trouble:
                if attempt == self.retries or trouble.reason not in RETRIED or trouble.wait_s > LONGEST_WAIT_S:
                    raise
                own = self.first_wait_s * 2**attempt * self.rng.uniform(0.75, 1.0)
                time.sleep(max(trouble.wait_s, min(own, LONGEST_WAIT_S)))
        raise AssertionError("the loop returns or raises")

    def _body(self, request: Request) -> bytes:
        """What the server sends with status 200."""
        try:
            return self._sent(request)
        except (openai.APITimeoutError, httpx2.TimeoutException):
            raise self._late() from None
        except openai.APIStatusError as error:
            if self._changed(error):
                return self._body(request)
            reason = "rate-limited" if error.status_code == 429 else f"http-{error.status_code}"
            raise NoAnswer(reason, self._said(error), _retry_after(error)) from None
        except httpx2.DecodingError as error:
            raise NoAnswer("not-a-completion", f"{self.base_url}: {error}") from None
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            raise NoAnswer("unreachable", f"{self.base_url}: {error.__cause__ or error}") from None

    def _sent(self, request: Request) -> bytes:
        # Read in pieces: the client's timeout is for each piece, so a server that drips would hold it for ever.
        # And read raw: the client hardly validates what comes (HTML gives a `str`, an error object a completion).
        deadline = time.monotonic() + self.timeout_s
        body = bytearray()
        with self._client.chat.completions.with_streaming_response.create(
            model=request.model,
            messages=[_message(role, content) for role, content in request.messages],
            temperature=request.temperature,
            seed=request.sample if self._seeded else openai.omit,
            extra_body={self._limit: request.max_tokens},
        ) as response:
            for piece in response.iter_bytes():
                body += piece
                if time.monotonic() > deadline:
                    raise self._late()
                if len(body) > LARGEST_BODY:
                    raise NoAnswer("not-a-completion", f"{self.base_url} sent more than {LARGEST_BODY} bytes")
        return bytes(body)

    def _changed(self, error: openai.APIStatusError) -> bool:
        """Whether the refusal names a parameter that can be sent otherwise: by its newer name, or not at all."""
        if error.status_code not in (400, 422):
            return False
        if self._limit == "max_tokens" and re.search(r"\bmax_tokens\b", error.response.text):
            self._limit = "max_completion_tokens"
            return True
        if self._seeded and re.search(r"\bseed\b", error.response.text):
            self._seeded = False
            return True
        return False

    def _late(self) -> NoAnswer:
        return NoAnswer("timeout", f"no answer from {self.base_url} within {self.timeout_s:g} s")

    def _said(self, error: openai.APIStatusError) -> str:
        """The server's words, without the key, which some servers repeat."""
        text = str(error).replace(self.api_key, "<key>") if self.api_key else str(error)
        return f"{self.base_url}: {text[:300]}"


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    """The part of a chat completion that is used; `choices` must be there."""

    choices: list[_Choice] = Field()
    usage: Any = None


def _message(role: str, content: str) -> ChatCompletionMessageParam:
    if role == "system":
        return {"role": "system", "content": content}
    if role == "assistant":
        return {"role": "assistant", "content": content}
    return {"role": "user", "content": content}


def _checked(body: bytes, base_url: str) -> Answer:
    """The answer in a body."""
    try:
        reply = _Completion.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"
        start = body[:120].decode(errors="replace")
        raise NoAnswer("not-a-completion", f"{base_url} sent no chat completion ({problem}): {start}") from None
    if not reply.choices:
        raise NoAnswer("empty", f"{base_url} answered with no choice")
    choice = reply.choices[0]
    text, finish = choice.message.content, choice.finish_reason or ""
    if not text or not text.strip():
        raise NoAnswer("empty", f"{base_url} answered with no text (finish reason {finish or 'not given'})")
    usage = reply.usage if isinstance(reply.usage, dict) else {}
    return Answer(text, finish, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))


def _count(usage: dict[str, Any], name: str) -> int:
    """A number of tokens, 0 where the server gives nothing that could be one."""
    value = usage.get(name)
    return value if type(value) is int and value >= 0 else 0


def _retry_after(error: openai.APIStatusError) -> float:
    """Seconds that the server asks to wait: a number or a date (RFC 9110, 10.2.3); 0 where it does not say."""
    value = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
