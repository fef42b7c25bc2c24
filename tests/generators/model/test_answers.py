"""The record of answers: keyed by the whole request, whole after a kill, shared by processes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.shards import UnreadableShard
from generators.model.answers import Answer, Answers, Request, Spent, Try

REQUEST = Request("http://127.0.0.1:1/v1", "tiny", (("user", "问题"),), 0.8, 100, 0)

# Writes `count` answers beginning with the given sample and says each once it is recorded.
WRITER = """
import sys
from pathlib import Path
from generators.model.answers import Answer, Answers, Request
path, first, count, text = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
for sample in range(first, first + count):
    request = Request("http://127.0.0.1:1/v1", "tiny", (("user", "q"),), 0.8, 100, sample)
    stays = Answers(path).put(request, Answer(text * 2000))
    print(sample, stays.text[0], flush=True)
"""


def writer(path: Path, first: int, count: int, text: str) -> subprocess.Popen[str]:
    """A process that writes answers."""
    command = [sys.executable, "-c", WRITER, str(path), str(first), str(count), text]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def asked(sample: int) -> Request:
    """The writer's request."""
    return Request("http://127.0.0.1:1/v1", "tiny", (("user", "q"),), 0.8, 100, sample)


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    """Also one with other scripts and control characters."""
    answer = Answer("中文 \x00 \U0001f600 `x`", "stop", 3, 4)
    assert Answers(tmp_path / "new" / "a.sqlite").get(REQUEST) is None
    assert Answers(tmp_path / "new" / "a.sqlite").put(REQUEST, answer) == answer
    assert Answers(tmp_path / "new" / "a.sqlite").get(REQUEST) == answer


def test_the_first_answer_stays(tmp_path: Path) -> None:
    """Two runs that ask at once both go on with the one that a replay gives."""
    answers = Answers(tmp_path / "a.sqlite")
    answers.put(REQUEST, Answer("first"))
    assert answers.put(REQUEST, Answer("second")) == Answer("first")
    assert len(answers) == 1


OTHERS: dict[str, Any] = {
    "base_url": "http://127.0.0.1:2/v1",
    "model": "other",
    "messages": (("system", "问题"),),
    "temperature": 0.9,
    "max_tokens": 101,
    "sample": 1,
    "schema": '{"type": "object"}',
    "extra": '{"top_p": 0.9}',
}


@pytest.mark.parametrize("name", OTHERS)
def test_the_key_changes_with_every_field(name: str) -> None:
    """Whatever can change an answer asks a new question."""
    assert set(OTHERS) == set(Request.__slots__)
    assert replace(REQUEST, **{name: OTHERS[name]}).key != REQUEST.key


def test_the_key_is_the_same_on_every_machine() -> None:
    """A record made elsewhere replays here."""
    assert REQUEST.key == "9a93fdaa07811f4c3e5f7aa5b982ff8fa117a1bdcabf1a38e3535f4a19361576"


def test_tries_are_kept_and_an_answer_from_before_them_counts_as_one(tmp_path: Path) -> None:
    """What was spent outlives the process that spent it."""
    answers = Answers(tmp_path / "a.sqlite")
    answers.put(REQUEST, Answer("old", "stop", 3, 4))
    tries = [Try("k", "spirit", "timeout", 5, 0), Try(asked(1).key, "spirit", "answered", 6, 7)]
    answers.put_all([(asked(1), Answer("new", "stop", 6, 7))], tries)
    assert Answers(tmp_path / "a.sqlite").tries() == [*tries, Try(REQUEST.key, "", "answered", 3, 4)]
    assert answers.spent() == Spent(3, 14, 11)
    assert answers.keys() == {REQUEST.key, asked(1).key}


def test_messages_cannot_be_confused() -> None:
    """Two messages are not one with their texts joined."""
    one = replace(REQUEST, messages=(("user", "a"), ("user", "b")))
    assert one.key != replace(REQUEST, messages=(("user", "ab"),)).key


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    """`kill -9` in the midst of writing; the file opens, and takes more."""
    path = tmp_path / "a.sqlite"
    for round_ in range(3):
        with writer(path, round_ * 1000, 1000, "k") as process:
            assert process.stdout is not None
            said = [process.stdout.readline() for _ in range(15)]
            process.kill()
            said += process.stdout.readlines()
        answers = Answers(path)
        recorded = [int(line.split()[0]) for line in said if line.endswith("\n")]
        assert len(recorded) >= 15
        assert all(answers.get(asked(sample)) == Answer("k" * 2000) for sample in recorded)


def test_processes_share_a_record(tmp_path: Path) -> None:
    """Three at once on a new file, two of them on the same questions: all there, and both see the same answer."""
    path = tmp_path / "a.sqlite"
    processes = [writer(path, 0, 40, "a"), writer(path, 0, 40, "b"), writer(path, 100, 40, "c")]
    said = [process.communicate(timeout=60)[0].splitlines() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert said[0] == said[1] and len(said[0]) == len(said[2]) == 40
    assert len(Answers(path)) == 80


def test_a_file_that_is_no_record_is_refused_by_name(tmp_path: Path) -> None:
    """With what to do."""
    path = tmp_path / "a.sqlite"
    path.write_text("not a database, but long enough to look at " * 20)
    with pytest.raises(UnreadableShard, match=r"a\.sqlite cannot be used as the record of answers .*model\.record"):
        Answers(path)


def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "file").touch()
    with pytest.raises(UnreadableShard, match=r"a\.sqlite cannot be used"):
        Answers(tmp_path / "file" / "a.sqlite")
