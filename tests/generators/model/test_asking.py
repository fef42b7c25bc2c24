"""The asker against a real server: record first, one flight for equal questions, tries, caps, and when it ends."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from corpus.recipe import Prices
from corpus.shards import UnreadableShard
from generators.model import breaker, window
from generators.model.answers import Answer, Answers, NoAnswer, Request, Try
from generators.model.asking import Asker
from generators.model.budget import Budget, Caps
from generators.model.endpoint import Endpoint
from tests.generators.model.server import ModelServer, Reply, Script, completion, in_turn, refusal, serving

GOOD = completion("hello")


def question(url: str, sample: int = 0) -> Request:
    """Any request."""
    return Request(url, "tiny", (("user", "q"),), 0.5, 64, sample)


class Asked:
    """A server with this script, and one asker for it, in one folder."""

    def __init__(self, folder: Path, script: Script) -> None:
        self.folder, self.script = folder, script
        self.server: ModelServer
        self.asker: Asker

    def run(
        self, what: Callable[[Asker], Awaitable[Any]], timeout_s: float = 20.0, budget: Budget | None = None, **how: Any
    ) -> Any:
        """What `what` gives, asked with these settings."""
        how = {"first_wait_s": 0.01, "patience_s": 0.0} | how

        async def running(url: str) -> Any:
            async with Endpoint(url, "sk-1", timeout_s) as endpoint:
                self.asker = Asker(endpoint, Answers(self.folder / "a.sqlite"), budget, **how)
                try:
                    return await what(self.asker)
                finally:
                    await self.asker.close()

        with serving(self.script) as self.server:
            return asyncio.run(running(self.server.url))

    def all(self, samples: Sequence[int], **how: Any) -> list[str]:
        """The text of each answer or the reason for none, asked all at once."""

        async def one(asker: Asker, sample: int) -> str:
            try:
                return (await asker.ask(question("http://same/v1", sample), "spirit")).text
            except NoAnswer as trouble:
                return trouble.reason

        async def together(asker: Asker) -> list[str]:
            return list(await asyncio.gather(*(one(asker, sample) for sample in samples)))

        found: list[str] = self.run(together, **how)
        return found

    @property
    def tries(self) -> list[Try]:
        """What the record says was sent."""
        return Answers(self.folder / "a.sqlite").tries()


def by_sample(asked: dict[str, Any]) -> Reply:
    """Another text for each question."""
    return completion(f"answer {asked['seed']}")


def test_a_recorded_answer_is_given_without_asking(tmp_path: Path) -> None:
    """Also by another asker later; the usage of both is the same."""
    first = Asked(tmp_path, by_sample)
    assert first.all(range(5)) == [f"answer {n}" for n in range(5)]
    again = Asked(tmp_path, by_sample)
    assert again.all(range(5)) == [f"answer {n}" for n in range(5)]
    assert (len(first.server.asked), len(again.server.asked)) == (5, 0)
    assert (
        first.asker.usage.by_strategy
        == again.asker.usage.by_strategy
        == {"spirit": Counter(answers=5, prompt_tokens=55, completion_tokens=35)}
    )


def test_equal_questions_at_once_are_one_request(tmp_path: Path) -> None:
    """Paid once and counted once, whatever the number of those who wait."""
    asked = Asked(tmp_path, lambda _: completion("hello"))
    assert asked.all([7] * 20) == ["hello"] * 20
    assert len(asked.server.asked) == 1 and asked.asker.usage.total["answers"] == 1


def test_one_who_waits_no_more_takes_the_answer_from_nobody(tmp_path: Path) -> None:
    """Of two who wait for the same answer the first is cancelled."""

    async def two(asker: Asker) -> str:
        first = asyncio.create_task(asker.ask(question("u"), "spirit"))
        second = asyncio.create_task(asker.ask(question("u"), "spirit"))
        await asyncio.sleep(0.05)
        first.cancel()
        return (await second).text

    asked = Asked(tmp_path, lambda _: Reply(GOOD.body, pause_s=0.3))
    assert asked.run(two) == "hello" and len(asked.server.asked) == 1


@pytest.mark.parametrize(
    "first", [refusal(429), refusal(500), refusal(503), completion(None), Reply(hang_up=True), Reply(pause_s=30)]
)
def test_what_may_pass_is_tried_again(tmp_path: Path, first: Reply) -> None:
    """As often as `retries` says; each try is on record."""
    asked = Asked(tmp_path, in_turn([first, GOOD]))
    assert asked.all([0], retries=1, timeout_s=1.0) == ["hello"]
    assert len(asked.server.asked) == len(asked.tries) == 2
    assert asked.tries[1].outcome == "answered" and asked.tries[0].outcome != "answered"


@pytest.mark.parametrize("reply", [refusal(400), refusal(401), refusal(501), Reply(b"<html>")])
def test_what_will_not_pass_is_not(tmp_path: Path, reply: Reply) -> None:
    """A wrong key stays wrong."""
    asked = Asked(tmp_path, in_turn([reply, GOOD]))
    assert asked.all([0], retries=3) != ["hello"]
    assert len(asked.server.asked) == 1


def test_tries_end(tmp_path: Path) -> None:
    """One and the further ones."""
    asked = Asked(tmp_path, lambda _: refusal(429))
    assert asked.all([0], retries=2) == ["rate-limited"]
    assert len(asked.server.asked) == 3


def test_retry_after_is_obeyed_by_all(tmp_path: Path) -> None:
    """In seconds; nothing else is sent meanwhile."""
    times: list[float] = []

    def script(asked: dict[str, Any]) -> Reply:
        times.append(time.monotonic())
        return refusal(429, retry_after="0.5") if len(times) == 1 else by_sample(asked)

    asked = Asked(tmp_path, script)
    assert asked.all(range(4), retries=1, in_flight=1) == [f"answer {n}" for n in range(4)]
    assert times[1] - times[0] >= 0.5


@pytest.mark.parametrize("value", ["3600", "inf"])
def test_a_long_wait_is_left_for_the_next_run(tmp_path: Path, value: str) -> None:
    """Nobody wants a run that sleeps for an hour: the asking ends."""
    asked = Asked(tmp_path, lambda _: refusal(429, retry_after=value))
    assert asked.all(range(6), retries=3, in_flight=1) == ["rate-limited"] * 6
    assert len(asked.server.asked) == 1


def test_a_wrong_key_ends_the_asking_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Said once, and every further question has the same reason."""
    asked = Asked(tmp_path, lambda _: refusal(401, "who are you"))
    assert asked.all(range(9), retries=3, in_flight=1) == ["http-401"] * 9
    assert len(asked.server.asked) == 1
    assert [record.message for record in caplog.records if record.name == "firmseed.model"] == [
        f"the endpoint is asked no more (http-401: {asked.server.url}: Error code: 401 - who are you); its answers are "
        "kept, the next run asks the rest"
    ]


def test_a_server_that_fails_is_waited_for_and_asked_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After five failures in a row a pause, then one request; when that is answered all others go."""
    caplog.set_level(logging.WARNING)
    bad = [refusal(500)] * breaker.TRIPS

    asked = Asked(tmp_path, in_turn([*bad, GOOD]))
    assert asked.all(range(12), retries=2, patience_s=3.0) == ["hello"] * 12
    said = [record.message for record in caplog.records if record.name == "firmseed.model"]
    assert len(said) == 2 and "is asked again in" in said[0] and said[1] == "the endpoint answers again"
    assert len(asked.server.asked) == breaker.TRIPS + 12


def test_a_server_that_stays_away_is_given_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Three looks of one request each, then no more; what was answered before stays."""
    count = 0
    lock = threading.Lock()

    def script(asked: dict[str, Any]) -> Reply:
        nonlocal count
        with lock:
            count += 1
            return by_sample(asked) if count <= 3 else Reply(hang_up=True)

    asked = Asked(tmp_path, script)
    found = asked.all(range(40), retries=1, patience_s=0.6, in_flight=1)
    assert Counter(found)["unreachable"] == 37 and len(asked.server.asked) == 3 + breaker.TRIPS + 3
    said = [record.message for record in caplog.records if record.name == "firmseed.model"]
    assert len(said) == 4 and "asked no more (unreachable" in said[-1]
    again = Asked(tmp_path, by_sample)
    assert again.all(range(40)) == [f"answer {n}" for n in range(40)]
    assert len(again.server.asked) == 37


def test_a_look_that_is_cancelled_lets_another_look(tmp_path: Path) -> None:
    """Else all would wait for ever."""

    async def looking(asker: Asker) -> str:
        failing = [asker.ask(question("u", n), "spirit") for n in range(breaker.TRIPS)]
        await asyncio.gather(*failing, return_exceptions=True)
        looks = asyncio.create_task(asker.ask(question("u", 100), "spirit"))
        await asyncio.sleep(0.3)
        for task in asker._flying.values():
            task.cancel()
        await asyncio.gather(looks, return_exceptions=True)
        return (await asker.ask(question("u", 101), "spirit")).text

    slow = Reply(GOOD.body, pause_s=5.0)
    asked = Asked(tmp_path, in_turn([*[refusal(500)] * breaker.TRIPS, slow, GOOD]))
    assert asked.run(looking, patience_s=1.0) == "hello"


def test_the_window_opens_while_all_goes_well_and_closes_when_it_does_not(tmp_path: Path) -> None:
    """No more than asked at once; a 429 halves it."""
    most = now = 0
    lock = threading.Lock()

    def script(asked: dict[str, Any]) -> Reply:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.03)
        with lock:
            now -= 1
        return by_sample(asked)

    asked = Asked(tmp_path, script)
    asked.all(range(80), in_flight=12)
    assert 8 <= most <= 12 and asked.asker.window.size == 12
    crowded = Asked(tmp_path, in_turn([GOOD] * 20 + [refusal(429)] + [GOOD]))
    crowded.all(range(100, 130), in_flight=12, retries=1)
    assert crowded.asker.window.size < 12


def test_a_server_that_grows_slower_is_asked_for_less_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that answers one after the other: the queue is kept short."""
    monkeypatch.setattr(window, "QUICK_S", 0.01)
    turn = threading.Lock()

    def script(asked: dict[str, Any]) -> Reply:
        with turn:
            time.sleep(0.03)
        return by_sample(asked)

    asked = Asked(tmp_path, script)
    asked.all(range(60), in_flight=32)
    assert asked.asker.window.size < 24


@pytest.mark.parametrize(
    "caps, at_most", [(Caps(requests=7), 7), (Caps(tokens=90), 5 + 3), (Caps(cost=90e-6), 5 + 3)], ids=str
)
def test_a_cap_is_passed_by_no_more_than_what_is_in_flight(
    tmp_path: Path, caps: Caps, at_most: int, caplog: pytest.LogCaptureFixture
) -> None:
    """18 tokens an answer, four in flight; the rest is not asked and says why, once aloud."""
    asked = Asked(tmp_path, by_sample)
    found = asked.all(range(30), budget=Budget(caps, Prices(input=1.0, output=1.0)), in_flight=4)
    sent = len(asked.server.asked)
    assert 5 <= sent <= at_most and Counter(found)["budget"] == 30 - sent
    said = [record.message for record in caplog.records if record.name == "firmseed.model"]
    assert len(said) == 1 and "is reached" in said[0]


def test_what_earlier_runs_spent_counts_and_what_they_recorded_is_free(tmp_path: Path) -> None:
    """Seven were asked; a cap of seven lets a second run replay them and ask nothing."""
    Asked(tmp_path, by_sample).all(range(7))
    spent = Answers(tmp_path / "a.sqlite").spent()
    asked = Asked(tmp_path, by_sample)
    found = asked.all(range(9), budget=Budget(Caps(requests=7), spent=spent))
    assert found == [*(f"answer {n}" for n in range(7)), "budget", "budget"]
    assert not asked.server.asked


def test_failed_tries_count_against_the_cap(tmp_path: Path) -> None:
    """They were sent, and a server may ask money for them."""
    asked = Asked(tmp_path, lambda _: refusal(429))
    assert asked.all([0], retries=9, budget=Budget(Caps(requests=3))) == ["budget"]
    assert len(asked.server.asked) == 3


def test_tokens_are_estimated_where_the_server_counts_none(tmp_path: Path) -> None:
    """A cap on tokens holds for such a server, too; the recorded answer says what the server said."""
    asked = Asked(tmp_path, lambda _: completion("x" * 300, usage=None))
    found = asked.all(range(9), budget=Budget(Caps(tokens=200)), in_flight=1)
    assert Counter(found)["budget"] == 7
    assert Answers(tmp_path / "a.sqlite").get(question("http://same/v1")) == Answer("x" * 300, "stop", 0, 0)


def test_a_record_that_cannot_be_written_ends_the_asking_with_its_name(tmp_path: Path) -> None:
    """Whoever waits is told, and nothing hangs."""

    async def broken(asker: Asker) -> None:
        (tmp_path / "a.sqlite").write_text("no database " * 200)
        await asker.ask(question("u"), "spirit")

    with pytest.raises(UnreadableShard, match=r"a\.sqlite cannot be used"):
        Asked(tmp_path, by_sample).run(broken)
