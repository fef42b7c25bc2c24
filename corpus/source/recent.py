"""The last few values of a function of a text, to which a value found in another way can be added."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """What `make` gives for the last `most` texts that were asked for."""

    def __init__(self, make: Callable[[bytes], V], most: int) -> None:
        self._make = make
        self._most = most
        self._values: OrderedDict[bytes, V] = OrderedDict()

    def __call__(self, text: bytes) -> V:
        """The value, remembered or made."""
        found = self.known(text)
        return self.put(text, self._make(text)) if found is None else found

    def known(self, text: bytes) -> V | None:
        """The value where it is remembered."""
        found = self._values.get(text)
        if found is not None:
            self._values.move_to_end(text)
        return found

    def put(self, text: bytes, value: V) -> V:
        """Remembers a value that was found otherwise."""
        self._values[text] = value
        if len(self._values) > self._most:
            self._values.popitem(last=False)
        return value
