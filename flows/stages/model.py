"""Stage: the model writes more in a seed's spirit, and the gates decide. Makes nothing when the recipe has it off.

One job asks all questions, many at a time, and leaves the files of each seed. Each answer is recorded before it is
used, so that the same recipe needs no server a second time, and a run that was killed pays for no answer twice. An
endpoint that is gone ends the asking, not the run; what it left unanswered is asked again by the next run. A cap that
is reached ends it for good.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus.recipe import Recipe
from corpus.records import Program, Rejected, Text, Verdict
from corpus.seeds import Seed, load_seed
from corpus.shards import Manifest, read_table
from corpus.tables import program_table, reject_row, reject_table, text_table
from filters.duplicates import NearDuplicates, select_distinct_programs
from filters.keys import program_key
from flows.job import Job, JobMaker, stage_outputs, tool_words
from flows.judging import root_of, wanted
from flows.passes import passes
from flows.texts import distinct
from generators.model.strategies.catalogue import STRATEGIES

if TYPE_CHECKING:
    from flows.talk import Outcome, Said

NAME = "model"
VERSION = "4"
SECTIONS = ("generate", "verify", "languages", "curate")

Reject = tuple[Rejected, str]
"""What was rejected, and its text."""

KINDS = {"program": "program", "texts": "text", "harness": "harness"}
"""What a reject is called, by what its strategy makes."""


def jobs(make: JobMaker) -> list[Job]:
    """One job; none with the model off, or when nothing that it is asked for would be accepted."""
    if not any(wanted(make.recipe).values()):
        return []
    return [make.job("all", [*(f"{name} {digest}" for name, digest in _seeds(make)), *tool_words(make.run)])]


def work(job: Job) -> Manifest:
    """Asks about every seed, in each language as often as the recipe says, and judges what comes."""
    # Here, since the client takes half a second to import, in each worker of a run without a model too.
    from flows.talk import ask_all, questions

    seeds = {name: load_seed(job.seeds / name) for name, _ in _seeds(job)}
    said = asyncio.run(ask_all(job, questions(job.recipe, seeds), seeds))
    by_seed: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in said.outcomes:
        by_seed[outcome.question.seed].append(outcome)
    programs: list[Program] = []
    texts: list[Text] = []
    rejects: list[Rejected] = []
    tables = {}
    for name, outcomes in by_seed.items():
        about = [one for one in outcomes if STRATEGIES[one.question.strategy].makes != "program"]
        others = [one for one in outcomes if STRATEGIES[one.question.strategy].makes == "program"]
        kept, rejected = _chosen(seeds[name], others, job.recipe.curate.near_duplicate)
        rows = [reject_row("program", name, NAME, one, text) for one, text in rejected]
        told, refused = _told(about)
        rows += [reject_row(kind, name, NAME, one, text) for kind, one, text in refused]
        tables[f"{name}.programs"] = program_table(kept)
        tables[f"{name}.rejects"] = reject_table(rows)
        if about:
            tables[f"{name}.texts"] = text_table(told)
        programs += kept
        texts += told
        rejects += [*(one for one, _ in rejected), *(one for _, one, _ in refused)]
    counts = {
        "in": len(programs) + len(texts) + len(rejects),
        "kept": len(programs) + len(texts),
        "rejected": len(rejects),
        "reasons": dict(Counter(f"{one.verdict.gate}:{one.verdict.reason}" for one in rejects)),
        "usage": dict(said.usage.total),
        "model": job.recipe.generate.model.name,
        "strategies": _by_strategy(said, programs, texts, job.recipe),
    }
    for path in job.folder.glob("all.*"):  # of seeds that are asked about no more
        path.unlink()
    # A cap stays reached under this recipe; all else may go better next time.
    again = any(not one.answered and one.verdict and one.verdict.reason != "budget" for one in said.outcomes)
    sealed = replace(job, input="unanswered") if again else job
    return sealed.finish(tables, counts, said.tool_cpu_s)


def _seeds(job: Job | JobMaker) -> list[tuple[str, str]]:
    """Id and digest of the seeds that can be used."""
    rows = [row for path in stage_outputs(job.run, "seeds", "kept") for row in read_table(path).to_pylist()]
    return [(row["id"], row["digest"]) for row in rows]


def _chosen(seed: Seed, outcomes: Sequence[Outcome], near_duplicate: float) -> tuple[list[Program], list[Reject]]:
    """What is kept of one seed's outcomes, by id, and what is rejected."""
    root = root_of(seed)
    kept = {root.id: root}
    rejects: list[Reject] = []
    for outcome in outcomes:
        name, program = outcome.question.name, outcome.program
        if program is None:
            assert outcome.verdict is not None, "an outcome without a program has a verdict"
            rejects.append((Rejected(name, outcome.verdict), outcome.text))
        elif program.failed is not None:
            instruction = dict(program.steps[0].params)["instruction"]
            rejects.append((Rejected(name, program.failed), f"{instruction}\n\n{program.source}"))
        elif program.id in kept:
            verdict = Verdict("model", "failed", "copy", "the very program of the seed or of another answer")
            rejects.append((Rejected(name, verdict), program.source))
        else:
            kept[program.id] = program
    for copy in _copies(kept.values(), near_duplicate):
        rejects.append((copy, kept.pop(copy.id).source))
    return sorted((one for one in kept.values() if one is not root), key=lambda one: one.id), rejects


def _told(outcomes: Iterable[Outcome]) -> tuple[list[Text], list[tuple[str, Rejected, str]]]:
    """The texts and harnesses that are kept of one seed's outcomes, by id, and kind and text of what is rejected."""
    passed: list[Text] = []
    rejects: list[tuple[str, Rejected, str]] = []
    for outcome in outcomes:
        asked = outcome.question
        kind = KINDS[STRATEGIES[asked.strategy].makes]
        if outcome.told is None:
            assert outcome.verdict is not None, "an outcome without texts has a verdict"
            rejects.append((kind, Rejected(asked.name, outcome.verdict), outcome.text))
            continue
        passed += outcome.told.kept
        for place, verdict, text in outcome.told.refused:
            rejects.append((kind, Rejected(f"{asked.name}-{place}" if place else asked.name, verdict), text))
    kept, copies = distinct(passed)
    rejects += [(KINDS[STRATEGIES[text.strategy].makes], one, text.text) for text, one in copies]
    return sorted(kept, key=lambda one: one.id), rejects


def _by_strategy(
    said: Said, programs: Iterable[Program], texts: Iterable[Text], recipe: Recipe
) -> dict[str, dict[str, Any]]:
    """What each strategy asked, got and cost, and its pass@k: a task is a seed in a language, right is what every gate
    passed (of several texts one), copies too; what was not answered is left out."""
    prices = recipe.generate.model.prices
    stays = Counter((*(program.steps[0].name for program in programs), *(text.strategy for text in texts)))
    found: dict[str, dict[str, Any]] = {}
    for name in wanted(recipe):
        mine = [one for one in said.outcomes if one.question.strategy == name]
        tasks: dict[tuple[str, str], list[bool]] = defaultdict(list)
        for one in mine:
            if one.answered:
                tasks[one.question.seed, one.question.language].append(one.right)
        usage = said.usage.by_strategy.get(name, Counter())
        found[name] = {
            "asked": len(mine),
            "answered": sum(map(len, tasks.values())),
            "right": sum(map(sum, tasks.values())),
            "repaired": sum(1 for one in mine if one.repairs and one.right),
            "kept": stays[name],
            "answers": usage["answers"],
            "prompt_tokens": usage["prompt_tokens"],
            "completion_tokens": usage["completion_tokens"],
            "cost": round(prices.cost(usage["prompt_tokens"], usage["completion_tokens"]), 6),
            "pass": passes((len(answers), sum(answers)) for answers in tasks.values()),
        }
    return found


def _copies(programs: Iterable[Program], threshold: float) -> Iterator[Rejected]:
    """The programs that say again what the seed or a better one says: a new task was asked for."""
    keys = [program_key(program) for program in programs]
    for selection in (select_distinct_programs, NearDuplicates(threshold, across_lineages_only=False)):
        chosen = selection(keys)
        yield from chosen.rejected
        keys = [key for key in keys if key.id in chosen.kept]
