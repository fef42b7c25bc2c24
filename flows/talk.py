"""The talk with the model about one seed: what is asked, what was recorded, and when to ask no more."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from corpus.records import Language
from corpus.seeds import Seed
from flows.job import Job
from flows.subjects import subject_of
from generators.model.answers import Answer, Answers, Request
from generators.model.drafts import ProgramDraft, Unparsed
from generators.model.endpoint import Endpoint, NoAnswer
from generators.model.strategies import repair, spirit

# After one of these the endpoint is not asked again in this shard: the next question would end alike, and a server
# that hangs costs the whole timeout each time.
GONE = frozenset({"unreachable", "timeout", "bad-key", "http-401", "http-403", "http-404"})


@dataclass
class Talk:
    """The questions of one shard. `usage` counts the answers used and their tokens, recorded ones included, so that a
    replay counts the same; `unanswered` notes that the next run has something to ask."""

    job: Job
    seed: Seed
    endpoint: Endpoint
    usage: Counter[str] = field(default_factory=Counter)
    gone: NoAnswer | None = None
    unanswered: bool = False

    def __post_init__(self) -> None:
        self.answers = Answers(self.job.run / self.job.recipe.generate.model.record)

    def draft(self, language: Language, sample: int) -> ProgramDraft:
        """One parsed answer; a malformed one is asked for again with what was wrong, as often as the recipe says.

        Raises:
            NoAnswer: nothing usable came.
            Unparsed: the last answer is malformed too.
        """
        asked = self.job.recipe.generate.model
        subject = subject_of(self.seed, language, sample)
        messages = spirit.prompt(subject)
        for attempt in range(asked.retries + 1):
            request = Request(asked.base_url, asked.name, messages, asked.temperature, asked.max_tokens, sample)
            answer = self._answer(request)
            try:
                return spirit.parse(answer.text, subject)
            except Unparsed as trouble:
                if attempt == asked.retries:
                    raise
                messages = repair.reformed(messages, trouble, language)
        raise AssertionError("the loop returns or raises")

    def _answer(self, request: Request) -> Answer:
        answer = self.answers.get(request)
        try:
            if answer is None and self.gone is not None:
                raise NoAnswer(self.gone.reason, f"not asked again in this shard after: {self.gone.detail}")
            answer = answer or self.answers.put(request, self.endpoint.ask(request))
        except NoAnswer as trouble:
            self.unanswered = True
            if trouble.reason in GONE:
                self.gone = self.gone or trouble
            raise
        self.usage.update(
            {"answers": 1, "prompt_tokens": answer.prompt_tokens, "completion_tokens": answer.completion_tokens}
        )
        return answer
