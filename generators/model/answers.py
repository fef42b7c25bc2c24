"""Every answer of the model, kept by request in one SQLite file and given again without asking.

A model is not repeatable even at temperature 0, so what makes a run repeatable is this record: the key holds all that
can change an answer (endpoint, model, messages, schema, parameters, sample index). Beside the answers stands every try
that was sent, since a failed one may be paid for too and a cap must outlive the process that met it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.shards import UnreadableShard


class NoAnswer(Exception):
    """Nothing usable came, or nothing was asked.

    `reason` is `unreachable`, `timeout`, `rate-limited`, `http-<status>`, `not-a-completion`, `empty`, `bad-key` or
    `budget`; `detail` says more; `wait_s` is how long the server asked to wait, 0 where it did not.
    """

    def __init__(self, reason: str, detail: str, wait_s: float = 0.0) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.wait_s = reason, detail, wait_s


@dataclass(frozen=True, slots=True)
class Request:
    """One question: `messages` are (role, content); `sample` tells apart several answers to the same question.

    `schema` is the JSON schema that the answer must hold to, as text, and `extra` a JSON object of further parameters
    of the endpoint's own (`reasoning_effort`, `grammar` ...); both may be empty.
    """

    base_url: str
    model: str
    messages: tuple[tuple[str, str], ...]
    temperature: float
    max_tokens: int
    sample: int
    schema: str = ""
    extra: str = ""

    @property
    def key(self) -> str:
        """SHA-256 over everything in the request; what is empty is left out, so that older records still answer."""
        return hashlib.sha256(_dump(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the text, why it ended, and the tokens that the server counted (0 where it does not say)."""

    text: str
    finish: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Try:
    """One request as it was sent: for which strategy, what came of it (`answered`, or the reason of a NoAnswer), and
    the tokens that it counts for."""

    key: str
    strategy: str
    outcome: str
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests sent and tokens paid for."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


ANSWERED = "answered"

_TABLES = (
    "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, request TEXT, answer TEXT) STRICT",
    "CREATE TABLE IF NOT EXISTS tries (key TEXT, strategy TEXT, outcome TEXT, prompt_tokens INTEGER, "
    "completion_tokens INTEGER) STRICT",
)


class Answers:
    """The record; safe under `kill -9` (a write is there whole or not at all) and for several processes.

    Raises UnreadableShard, here and from every method: the file is no such record, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as base:
            for table in _TABLES:
                base.execute(table)

    def get(self, request: Request) -> Answer | None:
        """The recorded answer to this very request."""
        return self.find(request.key)

    def find(self, key: str) -> Answer | None:
        """The same by the request's key."""
        with self._open() as base:
            row = base.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
        return Answer(**json.loads(row[0])) if row else None

    def put(self, request: Request, answer: Answer) -> Answer:
        """Records an answer and gives the one that stays: the first one to a request."""
        return self.put_all([(request, answer)], [])[0]

    def put_all(self, answers: Sequence[tuple[Request, Answer]], tries: Sequence[Try]) -> list[Answer]:
        """Records several answers and tries in one transaction; gives the answers that stay."""
        keys = [request.key for request, _ in answers]
        rows = [(key, _dump(request), _dump(answer)) for key, (request, answer) in zip(keys, answers, strict=True)]
        sent = [(one.key, one.strategy, one.outcome, one.prompt_tokens, one.completion_tokens) for one in tries]
        with self._open() as base:
            base.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?, ?)", rows)
            base.executemany("INSERT INTO tries VALUES (?, ?, ?, ?, ?)", sent)
            found = [base.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()[0] for key in keys]
        return [Answer(**json.loads(text)) for text in found]

    def keys(self) -> set[str]:
        """Keys of all recorded answers."""
        with self._open() as base:
            return {row[0] for row in base.execute("SELECT key FROM answers")}

    def tries(self) -> list[Try]:
        """Every request that was sent, in order; an answer recorded without its try counts as one."""
        with self._open() as base:
            sent = [Try(*row) for row in base.execute("SELECT * FROM tries ORDER BY rowid")]
            alone = base.execute("SELECT key, answer FROM answers WHERE key NOT IN (SELECT key FROM tries)").fetchall()
        answers = [(key, Answer(**json.loads(text))) for key, text in alone]
        return [*sent, *(Try(key, "", ANSWERED, a.prompt_tokens, a.completion_tokens) for key, a in answers)]

    def spent(self) -> Spent:
        """What all tries together cost."""
        tries = self.tries()
        return Spent(len(tries), sum(t.prompt_tokens for t in tries), sum(t.completion_tokens for t in tries))

    def __len__(self) -> int:
        """Number of recorded answers."""
        with self._open() as base:
            return int(base.execute("SELECT count(*) FROM answers").fetchone()[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction on a connection of its own: nothing is shared between threads or across a fork."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(self._path, timeout=30)
            try:
                # The plain journal, not WAL: one small file, also on a network drive, and answers come seldom.
                base.execute("PRAGMA synchronous = FULL")
                with base:
                    yield base
            finally:
                base.close()
        except (sqlite3.DatabaseError, OSError) as error:
            raise UnreadableShard(
                f"{self._path} cannot be used as the record of answers ({error}); "
                "mend or move it, or name another file in generate.model.record"
            ) from None


def _dump(data: Request | Answer) -> str:
    fields = {name: value for name, value in asdict(data).items() if value or name not in ("schema", "extra")}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)
