"""A bounded file of bytes by key: for several processes at once, whole after a kill, made anew when it is damaged."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

MOST_BYTES = 512 << 20
"""Size of the file, about 50,000 compiles with their files."""

_WAIT_S = 30.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH)
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS kept (age INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, data BLOB NOT NULL) STRICT"
)

# A connection that a fork inherited must not be closed: its parent's locks would go with it.
_inherited: list[sqlite3.Connection] = []


class StoreWarning(UserWarning):
    """The file is damaged or cannot be used; what is done about it."""


class Store:
    """One file. Nothing that happens to it raises: it forgets, with a StoreWarning, and the caller computes again.

    When it holds more than `most_bytes`, the oldest entries go. Safe for threads and after a fork.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.path = path
        self._most = most_bytes
        self._lock = threading.Lock()
        self._base: sqlite3.Connection | None = None
        self._process = 0
        self._usable = True
        self._unweighed = 0

    def get(self, key: bytes) -> bytes | None:
        """What was put under a key; None where nothing is."""

        def look(base: sqlite3.Connection) -> bytes | None:
            row = base.execute("SELECT data FROM kept WHERE key = ?", (key,)).fetchone()
            return row[0] if row else None

        return self._guarded(look)

    def put(self, key: bytes, data: bytes) -> None:
        """Keep bytes under a key, in place of what was there."""

        def keep(base: sqlite3.Connection) -> None:
            base.execute("INSERT OR REPLACE INTO kept (key, data) VALUES (?, ?)", (key, data))
            self._unweighed += len(data)
            if self._unweighed >= self._most // 64:
                self._unweighed = 0
                self._forget(base)

        self._guarded(keep)

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            base, self._base = self._base, None
            if base is not None and self._process == os.getpid():
                with suppress(sqlite3.Error):
                    base.close()

    def _guarded(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._lock:
            for _ in range(2):
                if not self._usable:
                    return None
                try:
                    return action(self._opened())
                except (sqlite3.Error, OSError) as error:
                    self._mend(error)
        return None

    def _opened(self) -> sqlite3.Connection:
        if self._base is not None and self._process != os.getpid():
            _inherited.append(self._base)
            self._base = None
        if self._base is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._base = _connected(self.path)
            self._process = os.getpid()
            self._unweighed = self._most  # weigh what is there at the first chance
        return self._base

    def _mend(self, error: Exception) -> None:
        """Set a damaged file aside; give up on one that cannot be used."""
        base, self._base = self._base, None
        if base is not None:
            with suppress(sqlite3.Error):
                base.close()
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CANTOPEN) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return  # others write; what is not found now may be found later
        if code not in _DAMAGED:
            self._give_up(error)
            return
        try:
            with self._alone():
                if _is_sound(self.path):
                    return  # another process has made it anew
                aside = self.path.with_name(f"{self.path.name}.damaged")
                self.path.replace(aside)
                for ending in ("-wal", "-shm"):
                    self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        except OSError as trouble:
            self._give_up(trouble)
            return
        warnings.warn(
            f"{self.path} is damaged ({error}); it is now {aside.name}, and begun anew", StoreWarning, stacklevel=2
        )

    def _give_up(self, error: Exception) -> None:
        self._usable = False
        warnings.warn(f"{self.path} cannot be used ({error}); everything is computed again", StoreWarning, stacklevel=2)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self.path.with_name(f"{self.path.name}.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _forget(self, base: sqlite3.Connection) -> None:
        """Remove the oldest entries until a tenth of the room is free."""
        while (used := _used(base)) > self._most:
            (count,) = base.execute("SELECT count(*) FROM kept").fetchone()
            surplus = used - self._most * 9 // 10
            oldest = max(1, count * surplus // used)
            base.execute("DELETE FROM kept WHERE age IN (SELECT age FROM kept ORDER BY age LIMIT ?)", (oldest,))
            if count <= 1:
                return


def _connected(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        # A power cut may lose the last entries, which costs nothing; it cannot damage the file.
        base.execute("PRAGMA synchronous = NORMAL")
        base.execute(f"PRAGMA journal_size_limit = {16 << 20}")
        base.execute(_SCHEMA)
    except BaseException:
        base.close()
        raise
    return base


def _is_sound(path: Path) -> bool:
    try:
        with closing(_connected(path)) as base:
            base.execute("SELECT age, key, data FROM kept LIMIT 1").fetchone()
            return bool(base.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def _used(base: sqlite3.Connection) -> int:
    """Bytes of the pages in use."""
    pages, free, size = (
        base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
