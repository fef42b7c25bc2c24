"""What a run would ask, without asking: prompts, and requests, tokens and money projected from what is on record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from corpus.recipe import Model
from corpus.seeds import Seed, SeedError, asked_seeds, load_seed
from flows.judging import Question, wanted
from flows.pipeline import Run
from flows.talk import first_messages, questions, request_of
from generators.model.answers import ANSWERED, Answers, Try
from generators.model.budget import tokens_of
from generators.model.drafts import Messages


@dataclass(frozen=True, slots=True)
class Projection:
    """One strategy: `recorded` of its first `questions` are on record; `requests`, tokens and `cost` are what the rest
    will take.

    `samples` is how many recorded tries the projection rests on: without any, each question is one request, and its
    answer as long as the recipe allows.
    """

    strategy: str
    questions: int
    recorded: int
    samples: int
    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The projections, and the first prompt of each strategy and language."""

    projections: tuple[Projection, ...]
    prompts: Mapping[str, Messages]


def forecast(run: Run) -> Forecast:
    """What the run would ask now; reads seeds and the record, writes nothing.

    Raises:
        SeedError: there is no folder of seeds.
        UnreadableShard: the record of answers cannot be used.
    """
    recipe, model = run.recipe, run.recipe.generate.model
    if not any(wanted(recipe).values()):
        return Forecast((), {})
    seeds = dict(_usable(run))
    path = run.folder / model.record
    answers = Answers(path) if path.is_file() else None
    known, tries = (answers.keys(), answers.tries()) if answers else (set(), [])
    sent: dict[str, list[Try]] = defaultdict(list)
    for one in tries:
        sent[one.strategy].append(one)
    asked: dict[str, list[tuple[Question, Messages]]] = defaultdict(list)
    recorded: Counter[str] = Counter()
    prompts: dict[str, Messages] = {}
    for question in questions(recipe, seeds):
        _, messages = first_messages(question, seeds[question.seed], facts=model.facts)
        prompts.setdefault(f"{question.strategy} ({question.language})", messages)
        asked[question.strategy].append((question, messages))
        recorded[question.strategy] += request_of(model, messages, question.sample).key in known
    made = tuple(
        _projection(name, [m for _, m in asked[name]], recorded[name], sent[name], model)
        for name, count in wanted(recipe).items()
        if count
    )
    return Forecast(made, prompts)


def _usable(run: Run) -> list[tuple[str, Seed]]:
    found = []
    for folder in asked_seeds(run.seeds, run.recipe.only, run.recipe.targets):
        try:
            found.append((folder.name, load_seed(folder)))
        except SeedError:  # the run leaves it out, and says so
            continue
    return found


def _projection(name: str, asked: Sequence[Messages], recorded: int, sent: Sequence[Try], model: Model) -> Projection:
    """From the mean of the recorded tries of this strategy, and from the prompts themselves where there are none."""
    left = len(asked) - recorded
    answered = [one for one in sent if one.outcome == ANSWERED]
    if answered:
        # Further tries and questions sent back are in the mean: tries for each question that was answered at first.
        requests = round(left * max(1.0, len(sent) / max(1, recorded)))
        prompt = sum(one.prompt_tokens for one in sent) / len(sent)
        completion = sum(one.completion_tokens for one in sent) / len(sent)
    else:
        requests = left
        prompt = sum(map(tokens_of, asked)) / max(1, len(asked))
        completion = float(model.max_tokens)
    tokens = round(requests * prompt), round(requests * completion)
    cost = model.prices.cost(*tokens)
    return Projection(name, len(asked), recorded, len(answered), requests, *tokens, round(cost, 6))


def as_data(found: Forecast) -> dict[str, Any]:
    """The forecast for `--json`."""
    prompts = {name: [list(message) for message in messages] for name, messages in found.prompts.items()}
    return {"strategies": [asdict(one) for one in found.projections], "prompts": prompts}


def print_forecast(console: Console, found: Forecast) -> None:
    """Each first prompt, then the table of what would be asked."""
    if not found.projections:
        console.print("the recipe asks no model: nothing would be sent")
        return
    for name, messages in found.prompts.items():
        console.rule(name, align="left")
        for role, content in messages:
            console.print(f"{role}:\n{content}", markup=False, highlight=False)
    console.rule(align="left")
    columns = ("strategy", "questions", "on record", "requests", "tokens in", "tokens out", "cost", "rests on")
    table = Table(*columns, box=None, pad_edge=False)
    for one in found.projections:
        basis = f"{one.samples:,} recorded answers" if one.samples else "max_tokens, no repeats"
        numbers = (one.questions, one.recorded, one.requests, one.prompt_tokens, one.completion_tokens)
        table.add_row(one.strategy, *(f"{number:,}" for number in numbers), f"{one.cost:.4g}", basis)
    console.print(table)
    console.print("nothing was asked")
