"""The model's stage against servers that misbehave: each fault is a reject with its reason, and passes with the fault.

llmock is a second implementation of the server, by others; it also grades how the client took what it was served. What
it cannot do (bodies that are no completion, or end early) the server of this house does.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from llmock.pytest_plugin import LLMock

from tests.flows.asked import CODE, TASK, answer, ask, recipe
from tests.generators.model.server import Reply, completion, serving

LINE = 100_000  # bytes of one line; a whole program has some 3,000 in many


def test_rate_limits_and_errors_that_pass_cost_no_answer(llmock: LLMock, tmp_path: Path) -> None:
    """429 twice and 500 once; the client waited as long as it was told and asked no more often than it had to."""
    llmock.reply(answer(), times=None).rate_limit(times=2, retry_after=1.5).fail(500)
    found = ask(recipe(llmock.base_url(), retries=4), tmp_path)
    assert [row["source"] for row in found.kept] == [CODE] and not found.rejects
    assert [record.status for record in llmock.requests] == [429, 429, 500, 200]
    llmock.assert_resilient()


@pytest.mark.parametrize("status, reason", [(429, "rate-limited"), (500, "http-500"), (503, "http-503")])
def test_an_outage_is_a_reject_and_the_next_run_asks_again(
    llmock: LLMock, tmp_path: Path, status: int, reason: str
) -> None:
    """No storm of tries; when the server is back, the same command has its program."""
    llmock.fail(status, times=None)
    chosen = recipe(llmock.base_url(), retries=1)
    found = ask(chosen, tmp_path)
    assert not found.kept and found.reasons == {f"model:{reason}": 1}
    assert found.total("answers") == 0
    assert 1 <= len(llmock.requests) <= 2
    llmock.assert_resilient()
    llmock.reset().reply(answer(), times=None)
    assert len(ask(chosen, tmp_path).kept) == 1
    assert len(llmock.requests) == 1


def test_a_prompt_that_is_too_long_is_asked_once(llmock: LLMock, tmp_path: Path) -> None:
    """No further try mends it; the reject says what the server said."""
    llmock.reply(answer(), times=None).context_overflow(times=None)
    found = ask(recipe(llmock.base_url(), retries=3), tmp_path)
    assert found.reasons == {"model:http-400": 1}
    assert "maximum context length" in found.rejects[0]["evidence"]
    assert len(llmock.requests) == 1
    llmock.assert_resilient()


def test_a_slow_server_is_waited_for_as_long_as_the_recipe_says(llmock: LLMock, tmp_path: Path) -> None:
    """Not longer."""
    llmock.reply(answer(), times=None).delay(1.0, times=None)
    assert len(ask(recipe(llmock.base_url(), timeout_s=60), tmp_path / "patient").kept) == 1
    llmock.reset().reply(answer(), times=None).delay(4.0, times=None)
    assert ask(recipe(llmock.base_url(), timeout_s=0.5), tmp_path / "hasty").reasons == {"model:timeout": 1}


HUGE = {
    "prose": "x" * LINE,
    "marks of emphasis": "*" * LINE,
    "a label": "INSTRUCTION:" * (LINE // 12),
    "fences": "```" * (LINE // 3),
    "an instruction": answer(task=TASK + " " + "very " * (LINE // 5)),
    "code": answer(code="unsigned char x = " + "1 + " * (LINE // 4) + "1;\n"),
    "brackets": answer(code="unsigned char x = " + "(" * LINE + "1" + ")" * LINE + ";\n"),
    "a comment": answer(code=CODE + "/* " + "A" * LINE + " */\n"),
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_one_line_of_100_kilobytes_is_judged_like_any_other(llmock: LLMock, tmp_path: Path, text: str) -> None:
    """In seconds, whatever its verdict is."""
    llmock.reply(text, times=None)
    began = time.process_time()
    found = ask(recipe(llmock.base_url()), tmp_path)
    assert found.total("in") == 1
    assert time.process_time() - began < 20


WHOLE = completion(answer())
ODD = {
    "HTML": (Reply(b"<!doctype html><title>Sign in</title>", headers=(("Content-Type", "text/html"),)), "<!doctype"),
    "another schema": (Reply(b'{"output": [{"type": "message", "text": "hello"}]}'), "choices"),
    "an error as an answer": (Reply(b'{"error": {"message": "model is loading"}}'), "model is loading"),
    "half a body that is whole": (Reply(WHOLE.body[: len(WHOLE.body) // 2]), "Invalid JSON"),
    "a stream that nobody asked for": (
        Reply(b'data: {"choices": [{"delta": {"content": "x"}}]}\n\ndata: [DONE]\n\n'),
        "Invalid JSON",
    ),
}


@pytest.mark.parametrize("reply, said", ODD.values(), ids=ODD.keys())
def test_what_is_no_completion_is_a_reject_that_shows_it(tmp_path: Path, reply: Reply, said: str) -> None:
    """And is not taken for an answer: the next run asks."""
    with serving(lambda _: reply) as server:
        found = ask(recipe(server.url), tmp_path)
        assert found.reasons == {"model:not-a-completion": 1} and said in found.rejects[0]["evidence"]
        server.script = lambda _: WHOLE
        assert len(ask(recipe(server.url), tmp_path).kept) == 1


def test_no_choice_and_no_text_are_empty_answers(tmp_path: Path) -> None:
    """As from a server that filters what its model says."""
    for name, reply in {
        "none": completion("", choices=[]),
        "blank": completion(" \n"),
        "null": completion(None),
    }.items():
        with serving(lambda _, reply=reply: reply) as server:  # type: ignore[misc]
            assert ask(recipe(server.url), tmp_path / name).reasons == {"model:empty": 1}


def test_a_body_that_is_cut_off_is_no_answer(tmp_path: Path) -> None:
    """The connection ends before as many bytes came as were promised; the same question is asked again."""
    cut = Reply(WHOLE.body[:-20], missing=20)
    with serving(lambda _: cut) as server:
        assert ask(recipe(server.url), tmp_path).reasons == {"model:unreachable": 1}
        server.script = lambda _: WHOLE
        assert len(ask(recipe(server.url), tmp_path).kept) == 1


def test_an_answer_that_ran_into_its_limit_is_judged_by_its_form(tmp_path: Path) -> None:
    """Half a program is no program."""
    half = answer().removesuffix("```")[:-60]
    with serving(lambda _: completion(half, "length")) as server:
        found = ask(recipe(server.url), tmp_path)
    assert found.reasons == {"model:cut-off": 1} and found.rejects[0]["text"] == half
