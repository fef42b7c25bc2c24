"""Every answer of the model, kept by request in one SQLite file and given again without asking.

A model is not repeatable even at temperature 0, so what makes a run repeatable is this record: the key holds all that
can change an answer (endpoint, model, messages, parameters, sample index).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.shards import UnreadableShard


@dataclass(frozen=True, slots=True)
class Request:
    """One question: `messages` are (role, content); `sample` tells apart several answers to the same question."""

    base_url: str
    model: str
    messages: tuple[tuple[str, str], ...]
    temperature: float
    max_tokens: int
    sample: int

    @property
    def key(self) -> str:
        """SHA-256 over everything in the request."""
        return hashlib.sha256(_dump(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the text, why it ended, and the tokens that the server counted (0 where it does not say)."""

    text: str
    finish: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Answers:
    """The record; safe under `kill -9` (a write is there whole or not at all) and for several processes.

    Raises UnreadableShard, here and from every method: the file is no such record, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as base:
            base.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, request TEXT, answer TEXT) STRICT")

    def get(self, request: Request) -> Answer | None:
        """The recorded answer to this very request."""
        with self._open() as base:
            row = base.execute("SELECT answer FROM answers WHERE key = ?", (request.key,)).fetchone()
        return Answer(**json.loads(row[0])) if row else None

    def put(self, request: Request, answer: Answer) -> Answer:
        """Records an answer and gives the one that stays: the first one to a request."""
        with self._open() as base:
            values = (request.key, _dump(request), _dump(answer))
            base.execute("INSERT OR IGNORE INTO answers VALUES (?, ?, ?)", values)
        return self.get(request) or answer

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
    return json.dumps(asdict(data), ensure_ascii=False, sort_keys=True)
