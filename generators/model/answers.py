"""Every answer of the model, kept by request in one SQLite file and given again without asking.

A model is not repeatable even at temperature 0, so what makes a run repeatable is this record: the key holds all that
can change an answer (endpoint, model, messages, parameters, sample index).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path


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
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the text, why it ended, and the tokens that the server counted (0 where it does not say)."""

    text: str
    finish: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Answers:
    """The record; safe under `kill -9` (a write is there whole or not at all) and for several processes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with closing(self._open()) as base, base:
            base.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, request TEXT, answer TEXT) STRICT")

    def get(self, request: Request) -> Answer | None:
        """The recorded answer to this very request."""
        with closing(self._open()) as base:
            row = base.execute("SELECT answer FROM answers WHERE key = ?", (request.key,)).fetchone()
        return Answer(**json.loads(row[0])) if row else None

    def put(self, request: Request, answer: Answer) -> None:
        """Records an answer; the first one to a request stays."""
        values = (request.key, _dump(asdict(request)), _dump(asdict(answer)))
        with closing(self._open()) as base, base:
            base.execute("INSERT OR IGNORE INTO answers VALUES (?, ?, ?)", values)

    def __len__(self) -> int:
        """Number of recorded answers."""
        with closing(self._open()) as base:
            return int(base.execute("SELECT count(*) FROM answers").fetchone()[0])

    def _open(self) -> sqlite3.Connection:
        base = sqlite3.connect(self._path, timeout=30)
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = FULL")
        return base


def _dump(data: Mapping[str, object] | Sequence[object]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)
