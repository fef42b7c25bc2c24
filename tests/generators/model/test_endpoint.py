"""The endpoint against a real server: every way to fail has its reason word, and what may pass by itself is retried."""

from __future__ import annotations

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
from generators.model.answers import Answer, Request
from generators.model.endpoint import Endpoint, NoAnswer
from tests.generators.model.server import ModelServer, Reply, completion, in_turn, refusal, serving

GOOD = completion("hello")
Start = Callable[..., tuple[ModelServer, Endpoint]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a server that gives these replies in turn, and an endpoint that asks it."""
    with ExitStack() as stack:

        def both(*replies: Reply, retries: int = 0, timeout_s: float = 5.0, key: str = "sk-1") -> Any:
            server = stack.enter_context(serving(in_turn(replies)))
            endpoint = Endpoint(server.url, key, timeout_s, retries, first_wait_s=0.01)
            return server, stack.enter_context(endpoint)

        yield both


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


def trouble(endpoint: Endpoint) -> NoAnswer:
    """What the endpoint raises."""
    with pytest.raises(NoAnswer) as caught:
        endpoint.ask(question(endpoint.base_url))
    return caught.value


def test_a_good_answer_comes_with_its_token_counts(start: Start) -> None:
    """And the server saw everything in the request, with the key."""
    server, endpoint = start(GOOD)
    assert endpoint.ask(question(server.url)) == Answer("hello", "stop", 11, 7)
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
    _, endpoint = start(reply, timeout_s=0.3 if reason == "timeout" else 20.0)  # a busy machine may answer late
    began = time.monotonic()
    found = trouble(endpoint)
    assert (found.reason, said in found.detail) == (reason, True), found
    assert time.monotonic() - began < 15


def test_a_server_that_is_not_there_is_unreachable() -> None:
    """The port is closed; the detail says so."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with Endpoint(url, "", 2.0, 1, first_wait_s=0.01) as endpoint:
        found = trouble(endpoint)
    assert found.reason == "unreachable" and "refused" in found.detail


@pytest.mark.parametrize("url", ["localhost:1/v1", "http://no.such.host.invalid/v1", "nonsense"])
def test_an_address_that_is_none_is_unreachable(url: str) -> None:
    """Not a traceback."""
    with Endpoint(url, "", 2.0, 0) as endpoint:
        assert trouble(endpoint).reason == "unreachable"


def test_an_endless_body_is_cut(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not fill."""
    monkeypatch.setattr(module, "LARGEST_BODY", 1000)
    _, endpoint = start(completion("x" * 2000))
    assert trouble(endpoint).reason == "not-a-completion"


def test_usage_that_is_none_costs_no_answer(start: Start) -> None:
    """Servers leave it out, or give null or words."""
    replies = [completion("hi", usage=usage) for usage in (None, "many", {"prompt_tokens": None}, {})]
    server, endpoint = start(*replies)
    for _ in replies:
        assert endpoint.ask(question(server.url)) == Answer("hi", "stop", 0, 0)


@pytest.mark.parametrize(
    "first", [refusal(429), refusal(500), refusal(503), completion(None), Reply(hang_up=True), Reply(pause_s=30)]
)
def test_what_may_pass_is_tried_again(start: Start, first: Reply) -> None:
    """As often as `retries` says."""
    server, endpoint = start(first, GOOD, retries=1, timeout_s=0.3)
    assert endpoint.ask(question(server.url)).text == "hello"
    assert len(server.asked) == 2


@pytest.mark.parametrize("reply", [refusal(400), refusal(401), refusal(501), Reply(b"<html>")])
def test_what_will_not_pass_is_not(start: Start, reply: Reply) -> None:
    """A wrong key stays wrong."""
    server, endpoint = start(reply, GOOD, retries=3)
    trouble(endpoint)
    assert len(server.asked) == 1


def test_tries_end(start: Start) -> None:
    """One and the further ones."""
    server, endpoint = start(refusal(429), retries=2)
    assert trouble(endpoint).reason == "rate-limited"
    assert len(server.asked) == 3


def test_retry_after_is_obeyed(start: Start) -> None:
    """In seconds."""
    server, endpoint = start(refusal(429, retry_after="0.4"), GOOD, retries=1)
    began = time.monotonic()
    endpoint.ask(question(server.url))
    assert time.monotonic() - began >= 0.4


def test_a_date_to_wait_for_is_read(start: Start) -> None:
    """The other form that HTTP allows."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    _, endpoint = start(refusal(429, retry_after=soon))
    assert 0.2 < trouble(endpoint).wait_s <= 2


@pytest.mark.parametrize("value", ["3600", "inf"])
def test_a_long_wait_is_left_for_the_next_run(start: Start, value: str) -> None:
    """Nobody wants a run that sleeps for an hour."""
    server, endpoint = start(refusal(429, retry_after=value), retries=3)
    found = trouble(endpoint)
    assert found.reason == "rate-limited" and found.wait_s >= 3600
    assert len(server.asked) == 1


@pytest.mark.parametrize("value", ["soon", "-5", "nan", ""])
def test_a_senseless_wait_is_none(start: Start, value: str) -> None:
    """The own waits go on."""
    _, endpoint = start(refusal(503, retry_after=value))
    assert trouble(endpoint).wait_s == 0


def test_a_server_that_wants_the_newer_name_of_the_limit_gets_it(start: Start) -> None:
    """Reasoning models refuse max_tokens; asked once, remembered, and no try is spent on it."""
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    server, endpoint = start(refusal(400, words), GOOD)
    endpoint.ask(question(server.url))
    endpoint.ask(question(server.url))
    assert [{"max_tokens", "max_completion_tokens"} & asked.keys() for asked in server.asked] == [
        {"max_tokens"},
        {"max_completion_tokens"},
        {"max_completion_tokens"},
    ]


def test_a_server_that_knows_no_seed_is_asked_without(start: Start) -> None:
    """422 with the name of the field."""
    server, endpoint = start(refusal(422, "Extra inputs are not permitted: seed"), GOOD)
    endpoint.ask(question(server.url))
    assert ["seed" in asked for asked in server.asked] == [True, False]


def test_a_server_that_refuses_everything_is_asked_three_times_at_most(start: Start) -> None:
    """Each parameter changes once."""
    server, endpoint = start(refusal(400, "max_tokens, max_completion_tokens and seed are wrong"))
    assert trouble(endpoint).reason == "http-400"
    assert len(server.asked) == 3


def test_the_key_is_nowhere_in_what_is_said(start: Start) -> None:
    """Rejects are published with the set, and some servers repeat the key."""
    server, endpoint = start(refusal(401, "Incorrect API key: sk-secret"), key=" sk-secret\n")
    found = trouble(endpoint)
    assert server.keys == ["Bearer sk-secret"]
    assert "sk-secret" not in found.detail + repr(endpoint) and "<key>" in found.detail


def test_a_key_that_no_header_can_carry_is_said(start: Start) -> None:
    """Before anything is sent."""
    server, endpoint = start(GOOD, key="sk-é")
    assert trouble(endpoint).reason == "bad-key"
    assert not server.asked


def test_the_connection_is_kept_for_further_questions_and_closed_at_the_end() -> None:
    """One connection for all questions of a shard, none left open after it."""
    with serving(in_turn([replace(GOOD, keep=True)])) as server:
        with Endpoint(server.url, "", 5.0, 0) as endpoint:
            for _ in range(3):
                endpoint.ask(question(server.url))
            assert (server.opened, server.closed) == (1, 0)
        deadline = time.monotonic() + 2
        while not server.closed and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (server.opened, server.closed) == (1, 1)
