"""A random choice that is the same whatever the order, and holds no more than it gives."""

from __future__ import annotations

import hashlib
from bisect import insort


class Draw:
    """The `size` names whose digests with `seed` are smallest: a uniform sample without replacement of different names.

    A name that is offered twice counts once.
    """

    def __init__(self, seed: int, what: str, size: int) -> None:
        self._salt = f"{seed}/{what}/".encode()
        self._size = size
        self._kept: list[tuple[bytes, str]] = []
        self._names: set[str] = set()

    def offer(self, name: str) -> None:
        """Considers one more name."""
        if self._size < 1 or name in self._names:
            return
        entry = (hashlib.blake2b(self._salt + name.encode(), digest_size=8).digest(), name)
        if len(self._kept) == self._size:
            if entry >= self._kept[-1]:
                return
            self._names.discard(self._kept.pop()[1])
        insort(self._kept, entry)
        self._names.add(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names drawn, in random order."""
        return tuple(name for _, name in self._kept)
