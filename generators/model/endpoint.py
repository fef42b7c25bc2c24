"""One endpoint, asked through the `openai` client, with every way in which it can fail turned into one reason word."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

import httpx2
import openai
from pydantic import BaseModel, Field, ValidationError

from generators.model.answers import Answer, NoAnswer, Request

# Over a thousand times what a program takes; an endless body must not fill the memory.
LARGEST_BODY = 4 << 20
# Characters; a shorter key (`none`, `local`) is no secret, and would be found in words that are none.
SHORTEST_SECRET = 8

# By this header the client's own `with_streaming_response` has it leave the body for the caller to read.
_UNREAD = {"X-Stainless-Raw-Response": "stream"}


@dataclass(frozen=True, slots=True)
class _Form:
    """What servers differ in: the name of the token limit, and whether they take a seed and a temperature."""

    limit: str = "max_tokens"
    seeded: bool = True
    tempered: bool = True

    def after(self, refusal: str) -> _Form:
        """The form for a server that refused this one in these words; the same where they name nothing in it."""
        if self.limit == "max_tokens" and re.search(r"\bmax_tokens\b", refusal):
            return replace(self, limit="max_completion_tokens")
        if self.seeded and re.search(r"\bseed\b", refusal):
            return replace(self, seeded=False)
        if self.tempered and re.search(r"\btemperature\b", refusal):
            return replace(self, tempered=False)
        return self


@dataclass
class Endpoint:
    """An OpenAI-compatible server; an async context manager that closes its connections, for one event loop.

    `timeout_s` is for one whole answer. It is asked once a call: when to ask again, `generators.model.asking` says.
    """

    base_url: str
    api_key: str = field(repr=False)
    timeout_s: float

    def __post_init__(self) -> None:
        # A key read from a file often ends with a line break.
        self.api_key = self.api_key.strip()
        # Our own retries, not the client's: each failure is seen and named.
        self._client = openai.AsyncOpenAI(
            base_url=self.base_url, api_key=self.api_key or "none", timeout=self.timeout_s, max_retries=0
        )
        self._form = _Form()

    async def __aenter__(self) -> Endpoint:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def ask(self, request: Request) -> Answer:
        """One answer.

        Raises:
            NoAnswer: nothing usable came.
        """
        if not self.api_key.isascii():
            raise NoAnswer("bad-key", "the key has a character that no HTTP header can carry")
        body = await self._body(request)
        if len(self.api_key) >= SHORTEST_SECRET:  # some servers repeat it, and answers are kept
            body = body.replace(self.api_key.encode(), b"<key>")
        return _checked(body, self.base_url)

    async def _body(self, request: Request) -> bytes:
        """What the server sends with status 200."""
        while True:
            form = self._form
            try:
                # The client's own timeout is for each piece, so a server that drips would hold it for ever.
                async with asyncio.timeout(self.timeout_s):
                    return await self._sent(request, form)
            except (TimeoutError, openai.APITimeoutError, httpx2.TimeoutException):
                raise NoAnswer("timeout", f"no answer from {self.base_url} within {self.timeout_s:g} s") from None
            except openai.APIStatusError as error:
                if not self._changed(form, error):
                    reason = "rate-limited" if error.status_code == 429 else f"http-{error.status_code}"
                    raise NoAnswer(reason, self._said(str(error)), _retry_after(error)) from None
            except httpx2.DecodingError as error:
                raise NoAnswer("not-a-completion", self._said(str(error))) from None
            except (openai.APIConnectionError, httpx2.HTTPError) as error:
                raise NoAnswer("unreachable", self._said(str(error.__cause__ or error))) from None

    async def _sent(self, request: Request, form: _Form) -> bytes:
        # Read raw: the client hardly validates what comes (HTML gives a `str`, an error object a completion). And sent
        # as it is: the client's look at every message by its type costs as much as all of ours.
        response: httpx2.Response = await self._client.post(
            "/chat/completions",
            cast_to=httpx2.Response,
            body={"model": request.model} | _parameters(request, form),
            options={"headers": _UNREAD},
        )
        body = bytearray()
        try:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LARGEST_BODY:
                    raise NoAnswer("not-a-completion", f"{self.base_url} sent more than {LARGEST_BODY} bytes")
        finally:
            await response.aclose()
        return bytes(body)

    def _changed(self, form: _Form, error: openai.APIStatusError) -> bool:
        """Whether the refusal names a parameter that can be sent otherwise; if so it is, for the endpoint's life.

        Others in flight may have met the same refusal before: then the form has changed already.
        """
        if error.status_code not in (400, 422):
            return False
        if form == self._form:
            self._form = form.after(error.response.text)
        return form != self._form

    def _said(self, words: str) -> str:
        """The words of the server or the client, without the key, which some repeat."""
        text = words.replace(self.api_key, "<key>") if self.api_key else words
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


def _parameters(request: Request, form: _Form) -> dict[str, Any]:
    """What the request says besides the model."""
    body: dict[str, Any] = {
        "messages": [{"role": role, "content": content} for role, content in request.messages],
        form.limit: request.max_tokens,
    }
    if form.tempered:
        body["temperature"] = request.temperature
    if form.seeded:
        body["seed"] = request.sample
    if request.schema:
        schema = {"name": "answer", "strict": True, "schema": json.loads(request.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if request.extra:
        body |= json.loads(request.extra)
    return body


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
