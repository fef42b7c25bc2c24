"""The endpoint against a real server: every way to fail has its reason word, and no word has the key."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from generators.model import endpoint as module
from generators.model.answers import Answer, NoAnswer, Request
from generators.model.endpoint import Endpoint
from tests.generators.model.server import ModelServer, Reply, completion, in_turn, refusal, serving

GOOD = completion("hello")
Start = Callable[..., ModelServer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a server that gives these replies in turn."""
    with ExitStack() as stack:
        yield lambda *replies: stack.enter_context(serving(in_turn(replies)))


def question(base_url: str = "", **more: Any) -> Request:
    """Any request."""
    values: dict[str, Any] = {
        "base_url": base_url,
        "model": "tiny",
        "messages": (("system", "s"), ("user", "q"), ("assistant", "a"), ("user", "r")),
        "temperature": 0.5,
        "max_tokens": 64,
        "sample": 3,
    }
    return Request(**(values | more))


def ask(url: str, times: int = 1, timeout_s: float = 5.0, key: str = "sk-1", **more: Any) -> list[Answer]:
    """The answers to so many questions, one after the other."""

    async def asking() -> list[Answer]:
        async with Endpoint(url, key, timeout_s) as endpoint:
            return [await endpoint.ask(question(url, **more)) for _ in range(times)]

    return asyncio.run(asking())


def trouble(url: str, **how: Any) -> NoAnswer:
    """What the endpoint raises."""
    with pytest.raises(NoAnswer) as caught:
        ask(url, **how)
    return caught.value


def test_a_good_answer_comes_with_its_token_counts(start: Start) -> None:
    """And the server saw everything in the request, with the key."""
    server = start(GOOD)
    assert ask(server.url) == [Answer("hello", "stop", 11, 7)]
    assert server.keys == ["Bearer sk-1"]
    assert server.asked == [
        {
            "model": "tiny",
            "messages": [
                {"role": "system", "content": "s"},
                {"role": "user", "content": "q"},
                {"role": "assistant", "content": "a"},
                {"role": "user", "content": "r"},
            ],
            "temperature": 0.5,
            "seed": 3,
            "max_tokens": 64,
        }
    ]


def test_a_schema_and_parameters_of_the_servers_own_are_sent(start: Start) -> None:
    """The schema as servers enforce it; the rest at the top of the body, where it may also replace what is there."""
    server = start(GOOD)
    schema = {"type": "object"}
    ask(server.url, schema=json.dumps(schema), extra=json.dumps({"top_p": 0.9, "temperature": 1}))
    (body,) = server.asked
    assert (body["top_p"], body["temperature"]) == (0.9, 1)
    form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    assert body["response_format"] == form


BAD = {
    "html": (Reply(b"<html>Log in</html>", headers=(("Content-Type", "text/html"),)), "not-a-completion", "<html>"),
    "nothing": (Reply(b""), "not-a-completion", "body"),
    "broken json": (Reply(b'{"choices": [{"mess'), "not-a-completion", "Invalid JSON"),
    "an error with status 200": (Reply(b'{"error": {"message": "overloaded"}}'), "not-a-completion", "overloaded"),
    "a list": (Reply(b"[1, 2]"), "not-a-completion", "body"),
    "null choices": (Reply(b'{"choices": null}'), "not-a-completion", "choices"),
    "choices of another type": (Reply(b'{"choices": [1]}'), "not-a-completion", "choices.0"),
    "a choice without message": (Reply(b'{"choices": [{}]}'), "not-a-completion", "choices.0.message"),
    "content of another type": (
        Reply(b'{"choices": [{"message": {"content": 3}}]}'),
        "not-a-completion",
        "choices.0.message.content",
    ),
    "half a surrogate": (Reply(b'{"choices": [{"message": {"content": "\\ud800"}}]}'), "not-a-completion", "Invalid"),
    "no utf-8": (Reply(b'{"choices": [{"message": {"content": "\xff"}}]}'), "not-a-completion", ""),
    "bad gzip": (Reply(b"not gzip", headers=(("Content-Encoding", "gzip"),)), "not-a-completion", ""),
    "empty choices": (Reply(b'{"choices": []}'), "empty", "no choice"),
    "null content": (completion(None, "length"), "empty", "finish reason length"),
    "blank content": (completion(" \n "), "empty", "finish reason stop"),
    "429": (refusal(429, "slow down"), "rate-limited", "slow down"),
    "500": (refusal(500, "oops"), "http-500", "oops"),
    "500 in html": (Reply(b"<h1>Bad gateway</h1>", 502), "http-502", "502"),
    "401": (refusal(401, "who are you"), "http-401", "who are you"),
    "404": (refusal(404, "no model tiny"), "http-404", "no model tiny"),
    "a redirect to itself": (Reply(b"", 307, (("Location", "/v1/chat/completions"),)), "unreachable", "redirect"),
    "a closed connection": (Reply(hang_up=True), "unreachable", "disconnected"),
    "silence": (Reply(pause_s=30), "timeout", "within 0.3 s"),
    "a drip": (Reply(GOOD.body, pause_s=0.05, drip=True), "timeout", "within 0.3 s"),
}


@pytest.mark.parametrize("reply, reason, said", BAD.values(), ids=BAD.keys())
def test_each_way_to_fail_has_its_reason(start: Start, reply: Reply, reason: str, said: str) -> None:
    """Nothing that a server sends is anything but an answer or a NoAnswer, which says what came."""
    server = start(reply)
    began = time.monotonic()
    # A busy machine may answer late.
    found = trouble(server.url, timeout_s=0.3 if reason == "timeout" else 20.0)
    assert (found.reason, said in found.detail) == (reason, True), found
    assert time.monotonic() - began < 15


def test_a_server_that_is_not_there_is_unreachable() -> None:
    """The port is closed; the detail says so."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    found = trouble(url)
    assert found.reason == "unreachable" and "failed" in found.detail


@pytest.mark.parametrize("url", ["localhost:1/v1", "http://no.such.host.invalid/v1", "nonsense"])
def test_an_address_that_is_none_is_unreachable(url: str) -> None:
    """Not a traceback."""
    assert trouble(url).reason == "unreachable"


def test_an_endless_body_is_cut(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not fill."""
    monkeypatch.setattr(module, "LARGEST_BODY", 1000)
    assert trouble(start(completion("x" * 2000)).url).reason == "not-a-completion"


def test_usage_that_is_none_costs_no_answer(start: Start) -> None:
    """Servers leave it out, or give null or words."""
    replies = [completion("hi", usage=usage) for usage in (None, "many", {"prompt_tokens": None}, {})]
    assert ask(start(*replies).url, times=4) == [Answer("hi", "stop", 0, 0)] * 4


def test_a_date_to_wait_for_is_read(start: Start) -> None:
    """The other form that HTTP allows."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    assert 0.2 < trouble(start(refusal(429, retry_after=soon)).url).wait_s <= 2


@pytest.mark.parametrize("value", ["soon", "-5", "nan", ""])
def test_a_senseless_wait_is_none(start: Start, value: str) -> None:
    """The own waits go on."""
    assert trouble(start(refusal(503, retry_after=value)).url).wait_s == 0


def test_a_server_that_wants_the_newer_name_of_the_limit_gets_it(start: Start) -> None:
    """Reasoning models refuse max_tokens; asked once, remembered, and no try is spent on it."""
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    server = start(refusal(400, words), GOOD)
    ask(server.url, times=2)
    assert [{"max_tokens", "max_completion_tokens"} & asked.keys() for asked in server.asked] == [
        {"max_tokens"},
        {"max_completion_tokens"},
        {"max_completion_tokens"},
    ]


@pytest.mark.parametrize("name", ["seed", "temperature"])
def test_a_server_that_knows_no_seed_or_temperature_is_asked_without(start: Start, name: str) -> None:
    """422 with the name of the field."""
    server = start(refusal(422, f"Extra inputs are not permitted: {name}"), GOOD)
    ask(server.url)
    assert [name in asked for asked in server.asked] == [True, False]


def test_a_refusal_that_several_meet_at_once_costs_none_of_them_its_answer() -> None:
    """All that were in flight when the first was refused go again in the new form."""

    def picky(asked: dict[str, Any]) -> Reply:
        return refusal(400, "no max_tokens here", 0.1) if "max_tokens" in asked else GOOD

    async def asking(url: str) -> list[Answer]:
        async with Endpoint(url, "", 20.0) as endpoint:
            return list(await asyncio.gather(*(endpoint.ask(question(url, sample=n)) for n in range(8))))

    with serving(picky) as server:
        assert asyncio.run(asking(server.url)) == [Answer("hello", "stop", 11, 7)] * 8


def test_a_server_that_refuses_everything_is_asked_four_times_at_most(start: Start) -> None:
    """Each parameter changes once."""
    server = start(refusal(400, "max_tokens, max_completion_tokens, temperature and seed are wrong"))
    assert trouble(server.url).reason == "http-400"
    assert len(server.asked) == 4


SECRET = "sk-very-secret"
ECHOES = {
    "a refusal": refusal(401, f"Incorrect API key: {SECRET}"),
    "a page": Reply(f"<html>{SECRET}".encode()),
    "a page that is cut within the key": Reply(b"x" * 112 + SECRET.encode()),
    "a refusal that is cut within the key": refusal(400, "x" * 240 + SECRET * 3),
}


@pytest.mark.parametrize("reply", ECHOES.values(), ids=ECHOES.keys())
def test_the_key_is_nowhere_in_what_is_said(start: Start, reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    """Rejects are published with the set, and some servers repeat the key; not in the client's debug logs either."""
    caplog.set_level(logging.DEBUG)
    server = start(reply)
    found = trouble(server.url, key=f" {SECRET}\n")
    assert server.keys == [f"Bearer {SECRET}"]
    assert "sk-very" not in found.detail + str(found) + caplog.text
    assert "sk-very" not in repr(Endpoint(server.url, SECRET, 1.0))


def test_an_answer_that_repeats_the_key_is_kept_without_it(start: Start) -> None:
    """Answers are recorded, and may end in the set."""
    server = start(completion(f"your key is {SECRET}"))
    assert ask(server.url, key=SECRET)[0].text == "your key is <key>"


def test_a_key_that_no_header_can_carry_is_said(start: Start) -> None:
    """Before anything is sent."""
    server = start(GOOD)
    assert trouble(server.url, key="sk-é").reason == "bad-key"
    assert not server.asked


def test_the_connection_is_kept_for_further_questions_and_closed_at_the_end(start: Start) -> None:
    """One connection for all questions one after the other, none left open after them."""
    server = start(replace(GOOD, keep=True))

    async def asking() -> None:
        async with Endpoint(server.url, "", 5.0) as endpoint:
            for _ in range(3):
                await endpoint.ask(question(server.url))
            assert (server.opened, server.closed) == (1, 0)

    asyncio.run(asking())
    deadline = time.monotonic() + 2
    while not server.closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (server.opened, server.closed) == (1, 1)
