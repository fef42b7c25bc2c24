"""How many requests may be in flight: as many as the server answers without growing slower, found while asking.

Additive increase, multiplicative decrease, as TCP shares a line (Chiu and Jain 1989): each answer in time widens the
window, each refusal, timeout or growth of the time an answer takes halves it, at most once a round trip.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from types import TracebackType

# Requests in flight at first; as long as all goes well each answer adds one, so the width doubles a round.
FIRST = 4
# Answers whose mean time is compared, at least.
ROUND = 8
# The mean of a round over the best one: a queue as long again as the server is wide.
GROWN = 2.0
# Seconds; an answer that is quicker counts as if it took this, since a small time varies much.
QUICK_S = 0.25
# The best mean is forgotten by this factor a round, so that a server that is slower for good is accepted as it is.
FORGOTTEN = 1.05
# Tokens that take as long as reading a prompt and sending an answer; longer answers may take longer.
FIXED_TOKENS = 64


class Window:
    """An async context manager around one request; `size` is the number that may be in flight now, up to `most`."""

    def __init__(self, most: int) -> None:
        self.most = max(1, most)
        self.size = float(min(FIRST, self.most))
        self.in_flight = 0
        self._doubling = True
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._opens = self._cut = 0.0
        self._times: list[float] = []
        self._round = ROUND
        self._best = float("inf")

    async def __aenter__(self) -> Window:
        if self.in_flight < int(self.size):
            self.in_flight += 1
        else:
            place = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self._leave()
                raise
        try:
            while (left := self._opens - time.monotonic()) > 0:
                await asyncio.sleep(left)
        except asyncio.CancelledError:
            self._leave()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def answered(self, sent: float, tokens: int) -> None:
        """An answer of so many tokens came to a request sent at `sent` (`time.monotonic`)."""
        self._times.append(max(time.monotonic() - sent, QUICK_S) / (FIXED_TOKENS + tokens))
        if len(self._times) >= self._round:
            mean = sum(self._times) / len(self._times)
            self._times.clear()
            self._round = max(ROUND, int(self.size))
            if mean > GROWN * self._best:
                self.congested(sent)
            self._best = min(self._best * FORGOTTEN, mean)
        self.size = min(self.most, self.size + (1.0 if self._doubling else 1.0 / self.size))
        self._wake()

    def congested(self, sent: float, wait_s: float = 0.0) -> None:
        """A request sent at `sent` was refused or not answered in time; nothing is sent for `wait_s` seconds."""
        now = time.monotonic()
        self._opens = max(self._opens, now + wait_s)
        if sent >= self._cut:  # those sent before the last cut say what that one said
            self._cut, self._doubling = now, False
            self.size = max(1.0, self.size / 2)

    def _leave(self) -> None:
        self.in_flight -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self.in_flight < int(self.size):
            place = self._waiting.popleft()
            if not place.done():
                self.in_flight += 1
                place.set_result(None)
