"""Asking for a whole run: from the record first, never twice at once, as many at a time as the server bears."""

from __future__ import annotations

import asyncio
import random
import time

from generators.model.answers import ANSWERED, Answer, Answers, NoAnswer, Request, Try
from generators.model.breaker import LONGEST_WAIT_S, Breaker
from generators.model.budget import Budget, Usage, tokens_of
from generators.model.endpoint import Endpoint
from generators.model.window import Window

# Waits between tries grow from here, with jitter; the client's own back-off begins with the same.
FIRST_WAIT_S = 0.5
# Transient by the client's own documentation; a 500 can be a bad request on some servers, and then fails again.
RETRIED_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504})
RETRIED = frozenset({"unreachable", "timeout", "rate-limited", "empty", *(f"http-{n}" for n in RETRIED_STATUS)})
# Signs that too much is asked at once.
CROWDED = frozenset({"timeout", "rate-limited", "http-503", "http-529"})


class Asker:
    """Asks one endpoint; one for a run, used from one event loop.

    `retries` counts further tries after a transient failure, `in_flight` is the most that is sent at once,
    `patience_s` how long a server that has gone is waited for, `first_wait_s` the wait before the first further try.
    `usage` counts the answers given, recorded ones included, so that a replay counts the same.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        answers: Answers,
        budget: Budget | None = None,
        *,
        retries: int = 0,
        in_flight: int = 8,
        patience_s: float = 60.0,
        first_wait_s: float = FIRST_WAIT_S,
        rng: random.Random | None = None,
    ) -> None:
        self.window = Window(in_flight)
        self.breaker = Breaker(patience_s)
        self.budget = budget or Budget()
        self.usage = Usage()
        self._endpoint, self._answers = endpoint, answers
        self._retries, self._first_wait_s, self._rng = retries, first_wait_s, rng or random.Random(0)
        self._recorder = _Recorder(answers)
        self._recorded = answers.keys()
        self._flying: dict[str, asyncio.Task[Answer]] = {}

    async def ask(self, request: Request, strategy: str) -> Answer:
        """The recorded answer, or a new one, which is recorded before it is given.

        Raises:
            NoAnswer: after the last try, when a cap is reached, or when the endpoint was given up.
            UnreadableShard: the record cannot be read or written.
        """
        key = request.key
        task = self._flying.get(key)
        if task is None:
            task = asyncio.create_task(self._answer(key, request, strategy))
            self._flying[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        # One who waits no more takes the answer from none of the others.
        answer = await asyncio.shield(task)
        self.usage.count(key, strategy, request, answer)
        return answer

    async def close(self) -> None:
        """Ends what is still asked, and writes what is not yet written."""
        for task in list(self._flying.values()):
            task.cancel()
        await asyncio.gather(*self._flying.values(), return_exceptions=True)
        await self._recorder.flushed()

    def _landed(self, key: str, task: asyncio.Task[Answer]) -> None:
        self._flying.pop(key, None)
        if not task.cancelled():
            task.exception()  # seen, also where nobody waits any more

    async def _answer(self, key: str, request: Request, strategy: str) -> Answer:
        if key in self._recorded and (answer := self._answers.find(key)) is not None:
            return answer
        for attempt in range(self._retries + 1):
            try:
                return await self._tried(key, request, strategy)
            except NoAnswer as trouble:
                last = attempt == self._retries or self.breaker.dead is not None
                if last or trouble.reason not in RETRIED or trouble.wait_s > LONGEST_WAIT_S:
                    raise
                own = self._first_wait_s * 2**attempt * self._rng.uniform(0.5, 1.0)
                await asyncio.sleep(max(trouble.wait_s, min(own, LONGEST_WAIT_S)))
        raise AssertionError("the loop returns or raises")

    async def _tried(self, key: str, request: Request, strategy: str) -> Answer:
        """One request, with what is learnt from its end."""
        async with self.window, self.breaker.guarding():
            self.budget.take()
            sent = time.monotonic()
            try:
                answer = await self._endpoint.ask(request)
            except NoAnswer as trouble:
                if trouble.reason in CROWDED:
                    # One that asks for more ends the asking: nobody needs to wait for that.
                    self.window.congested(sent, trouble.wait_s if trouble.wait_s <= LONGEST_WAIT_S else 0.0)
                # A server that had the prompt may have read it, and be paid for that.
                read = tokens_of(request.messages) if trouble.reason in ("timeout", "empty") else 0
                self.budget.spend(read, 0)
                self._recorder.note(Try(key, strategy, trouble.reason, read, 0))
                raise
            self.window.answered(sent, answer.completion_tokens)
        counted = self.budget.counted(request, answer)
        self.budget.spend(*counted)
        stays = await self._recorder.put(request, answer, Try(key, strategy, ANSWERED, *counted))
        self._recorded.add(key)
        return stays


class _Recorder:
    """Writes in groups: one transaction, and one wait for the disk, for all that came while the last was written."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._waiting: list[tuple[Request, Answer, asyncio.Future[Answer]]] = []
        self._tries: list[Try] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, request: Request, answer: Answer, sent: Try) -> Answer:
        """Records an answer; gives the one that stays once it is on the disk."""
        stays: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, answer, stays))
        self.note(sent)
        return await stays

    def note(self, sent: Try) -> None:
        """Records a try, soon."""
        self._tries.append(sent)
        if self._task is None:
            self._task = asyncio.create_task(self._write())

    async def flushed(self) -> None:
        """Returns when nothing is left to write."""
        while self._task is not None:
            await self._task

    async def _write(self) -> None:
        try:
            while self._tries:
                group, tries = self._waiting, self._tries
                self._waiting, self._tries = [], []
                try:
                    pairs = [(request, answer) for request, answer, _ in group]
                    stay = await asyncio.to_thread(self._answers.put_all, pairs, tries)
                except Exception as error:  # whoever waits for one of these is told
                    for _, _, future in group:
                        if not future.done():
                            future.set_exception(error)
                    if not group:
                        raise
                else:
                    for (_, _, future), answer in zip(group, stay, strict=True):
                        if not future.done():
                            future.set_result(answer)
        finally:
            self._task = None
