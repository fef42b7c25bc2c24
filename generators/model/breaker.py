"""When to stop asking a server that does not serve: pause, look again with one request, and in the end give it up.

What was answered before is kept; what was not asked is left for the next run.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from generators.model.answers import NoAnswer

LOG = logging.getLogger("firmseed.model")

# After one of these no further question would end otherwise.
FINAL = frozenset({"bad-key", "http-401", "http-403", "http-404"})
# Of these a question, not the server, may be the cause.
NO_SIGN = frozenset({"empty", "rate-limited", "budget", "http-400", "http-413", "http-422"})
# Failures in a row, over all questions.
TRIPS = 5
# A server's Retry-After is obeyed up to here, seconds; one that asks for more is left for the next run.
LONGEST_WAIT_S = 60.0
# Shares of the patience that are waited before each look.
PAUSES = (1 / 12, 3 / 12, 8 / 12)


class Breaker:
    """Stands before every request; `patience_s` is how long a server that fails is waited for, in all.

    `dead` is the trouble that ended the asking, None while it goes on.
    """

    def __init__(self, patience_s: float) -> None:
        self.dead: NoAnswer | None = None
        self._pauses = [patience_s * share for share in PAUSES] if patience_s > 0 else []
        self._paused = 0
        self._failures = 0
        self._looking = False
        self._open = asyncio.Event()
        self._open.set()

    @asynccontextmanager
    async def guarding(self) -> AsyncIterator[None]:
        """Around one request: waits while paused, and learns from how it ends.

        Raises:
            NoAnswer: the server was given up.
        """
        looks = await self._admitted()
        try:
            yield
        except NoAnswer as trouble:
            self._failed(trouble, looks)
            raise
        except asyncio.CancelledError:
            if looks:
                self._looking = False
                self._open.set()
            raise
        self._failures = 0
        if looks:
            LOG.warning("the endpoint answers again")
            self._paused, self._looking = 0, False
            self._open.set()

    async def _admitted(self) -> bool:
        """Waits until a request may go; whether it is the one that looks again."""
        while True:
            if self.dead is not None:
                raise NoAnswer(self.dead.reason, f"not asked after: {self.dead.detail}")
            if self._open.is_set():
                if not self._paused:
                    return False
                if not self._looking:
                    self._looking = True
                    self._open.clear()
                    return True
            await self._open.wait()

    def _failed(self, trouble: NoAnswer, looks: bool) -> None:
        if trouble.reason in FINAL or trouble.wait_s > LONGEST_WAIT_S:
            self._give_up(trouble)
        elif trouble.reason in NO_SIGN:
            self._failures = 0
            if looks:  # it speaks
                self._paused, self._looking = 0, False
                self._open.set()
        elif looks:
            self._looking = False
            self._pause(trouble)
        elif not self._paused:
            self._failures += 1
            if self._failures >= TRIPS:
                self._pause(trouble)

    def _pause(self, trouble: NoAnswer) -> None:
        if self._paused >= len(self._pauses):
            self._give_up(trouble)
            return
        pause_s = self._pauses[self._paused]
        self._paused += 1
        self._open.clear()
        LOG.warning("the endpoint does not serve (%s); it is asked again in %.0f s", trouble, pause_s)
        asyncio.get_running_loop().call_later(pause_s, self._open.set)

    def _give_up(self, trouble: NoAnswer) -> None:
        if self.dead is None:
            self.dead = trouble
            LOG.warning("the endpoint is asked no more (%s); its answers are kept, the next run asks the rest", trouble)
        self._open.set()
