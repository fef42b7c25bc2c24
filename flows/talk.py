"""The talk with the model: a question is asked, a malformed answer or a rejected program sent back, and judged.

Asking is asynchronous, many at a time; the gates run compilers, so they run in threads, each with a sandbox of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from corpus.recipe import Model, Recipe
from corpus.records import Program, Verdict
from corpus.seeds import Seed
from flows.job import Job
from flows.judging import Question, judged, wanted
from flows.subjects import subject_of
from flows.texts import Told, judged_harness, judged_texts
from generators.model.answers import Answers, NoAnswer, Request
from generators.model.asking import Asker
from generators.model.budget import Budget, Caps, Usage
from generators.model.drafts import Draft, HarnessDraft, Messages, ProgramDraft, Subject, Unparsed
from generators.model.endpoint import Endpoint
from generators.model.objections import objected
from generators.model.strategies import repair
from generators.model.strategies.catalogue import STRATEGIES
from validators.sandbox.runner import Sandbox

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: a program or texts, judged; or the verdict on what came instead, and its text."""

    question: Question
    program: Program | None = None
    told: Told | None = None
    verdict: Verdict | None = None
    text: str = ""
    answered: bool = True
    repairs: int = 0

    @property
    def right(self) -> bool:
        """Whether the gates passed the program, or any of the texts."""
        if self.told is not None:
            return bool(self.told.kept)
        return self.program is not None and self.program.failed is None

    @property
    def trouble(self) -> Verdict | None:
        """What the model may mend: the verdict on the program, or on the first text where none passed."""
        if self.told is None:
            return self.program.failed if self.program is not None else None
        refused = () if self.told.kept else self.told.refused
        return next((verdict for _, verdict, _ in refused if verdict.outcome == "failed"), None)


def request_of(model: Model, messages: Messages, sample: int) -> Request:
    """The request with the recipe's parameters."""
    extra = json.dumps(model.extra, sort_keys=True, ensure_ascii=False) if model.extra else ""
    return Request(
        model.base_url, model.name, messages, model.temperature, model.max_tokens, sample, schema="", extra=extra
    )


def first_messages(question: Question, seed: Seed, *, facts: bool = True) -> tuple[Subject, Messages]:
    """What the question is about, and how it is asked at first."""
    subject = subject_of(seed, question.language, question.sample, question.strategy, facts=facts)
    return subject, STRATEGIES[question.strategy].prompt(subject)


def questions(recipe: Recipe, seeds: Iterable[str]) -> list[Question]:
    """All that a recipe asks, seed by seed."""
    return [
        Question(strategy, seed, language, sample)
        for seed in seeds
        for language in recipe.languages
        for strategy, count in wanted(recipe).items()
        for sample in range(count)
    ]


def budget_of(model: Model, answers: Answers) -> Budget:
    """The recipe's caps and prices, with what the record has spent before."""
    caps = Caps(model.max_requests, model.max_total_tokens, model.max_cost)
    return Budget(caps, model.prices, answers.spent())


class Judges:
    """Threads that judge, one a core, each with its own sandbox; a context manager."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="judge", initializer=self._begin)
        self._own = threading.local()
        self._sandboxes: list[Sandbox] = []

    def __enter__(self) -> Judges:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        for sandbox in self._sandboxes:
            sandbox.close()

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the compilers so far."""
        return sum(sandbox.cpu_s for sandbox in self._sandboxes)

    async def judge(self, judging: Callable[[Sandbox], _T]) -> _T:
        """What is judged in a sandbox, in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: judging(self._own.sandbox))

    def _begin(self) -> None:
        self._own.sandbox = Sandbox()
        self._sandboxes.append(self._own.sandbox)


@dataclass(frozen=True, slots=True)
class Talk:
    """The talk of a whole run; a harness's runs take at most so many `cycles`."""

    model: Model
    cycles: int
    seeds: Mapping[str, Seed]
    asker: Asker
    judges: Judges

    async def outcome(self, question: Question) -> Outcome:
        """Asks until there is something that holds, or no try is left."""
        seed = self.seeds[question.seed]
        subject, messages = first_messages(question, seed, facts=self.model.facts)
        try:
            for repairs in range(self.model.repairs + 1):
                draft, said, messages = await self._draft(question, subject, messages)
                outcome = await self._judged(seed, question, subject, draft, repairs)
                trouble = outcome.trouble
                if trouble is None or repairs == self.model.repairs:
                    return outcome
                if outcome.program is not None:
                    messages = repair.again(messages, said, told(trouble), question.language)
                else:
                    messages = objected(messages, said, trouble, question.language)
        except NoAnswer as error:
            verdict = Verdict("model", "failed", error.reason, error.detail)
            return Outcome(question, verdict=verdict, answered=False)
        except Unparsed as error:
            return Outcome(question, verdict=Verdict("model", "failed", error.reason, str(error)), text=error.answer)
        raise AssertionError("the loop returns or raises")

    async def _judged(self, seed: Seed, question: Question, subject: Subject, draft: Draft, repairs: int) -> Outcome:
        """The draft through the gates of its kind."""
        name = self.model.name

        def judging(sandbox: Sandbox) -> Outcome:
            if isinstance(draft, ProgramDraft):
                program = judged(seed, question, subject, draft, sandbox, name, repairs)
                return Outcome(question, program, repairs=repairs)
            if isinstance(draft, HarnessDraft):
                told = judged_harness(seed, question, draft, sandbox, self.cycles, name)
            else:
                told = judged_texts(seed, question, subject, draft, name)
            return Outcome(question, told=told, repairs=repairs)

        return await self.judges.judge(judging)

    async def _draft(self, question: Question, subject: Subject, messages: Messages) -> tuple[Draft, str, Messages]:
        """A draft, the answer that holds it, and the messages that led to it; a malformed answer is asked for again."""
        for attempt in range(self.model.retries + 1):
            answer = await self.asker.ask(request_of(self.model, messages, question.sample), question.strategy)
            try:
                draft = STRATEGIES[question.strategy].parse(answer.text, subject)
            except Unparsed as trouble:
                if attempt == self.model.retries:
                    raise
                messages = repair.reformed(messages, trouble, question.language)
            else:
                return draft, answer.text, messages
        raise AssertionError("the loop returns or raises")


def told(verdict: Verdict) -> str:
    """What a gate said, as the model is told."""
    lines = [f"{d.file}:{d.line}: {d.severity}: {d.message}" for d in verdict.diagnostics]
    return "\n".join(lines) or f"{verdict.reason}: {verdict.evidence}"


@dataclass(frozen=True, slots=True)
class Said:
    """All outcomes in the order of the questions, what the answers used, and CPU seconds of the compilers."""

    outcomes: tuple[Outcome, ...]
    usage: Usage
    tool_cpu_s: float


async def ask_all(job: Job, asked: list[Question], seeds: Mapping[str, Seed]) -> Said:
    """Every question of a run.

    Raises:
        UnreadableShard: the record of answers cannot be used.
    """
    model = job.recipe.generate.model
    answers = Answers(job.run / model.record)
    rng = random.Random(f"{job.recipe.seed}/model")
    found: list[Outcome | None] = [None] * len(asked)
    left = iter(enumerate(asked))
    key = os.environ.get(model.api_key_env, "")
    with Judges(os.cpu_count() or 1) as judges:
        async with Endpoint(model.base_url, key, model.timeout_s) as endpoint:
            asker = Asker(
                endpoint,
                answers,
                budget_of(model, answers),
                retries=model.retries,
                in_flight=model.in_flight,
                patience_s=model.patience_s,
                rng=rng,
            )
            talk = Talk(model, job.recipe.verify.cycles, seeds, asker, judges)

            async def talking() -> None:
                for index, question in left:
                    found[index] = await talk.outcome(question)

            # More than may be in flight, since some of them are being judged.
            tasks = [asyncio.create_task(talking()) for _ in range(min(len(asked), model.in_flight + 2 * judges.count))]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await asker.close()
        spent = judges.cpu_s
    return Said(tuple(one for one in found if one is not None), asker.usage, spent)
