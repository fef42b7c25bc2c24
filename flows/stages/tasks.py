"""Stage: Programs become Examples, and each Example passes its own gates."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from corpus.records import Example, Language, Program, Rejected
from corpus.seeds import Seed, load_seed
from corpus.shards import Manifest, read_table, sha256
from corpus.source.unit import Unit
from corpus.tables import example_table, programs_of, reject_row, reject_table, texts_of
from filters.length import Length
from filters.quality import Quality
from filters.repetition import Repetition
from filters.tokens import estimate_tokens
from flows.briefs import brief, compiler_of
from flows.job import Job, JobMaker, stage_folder, stage_outputs, tool_versions
from flows.places import placed
from flows.roundtrip import Porter
from flows.stages.select import kept_ids
from generators.rewrites.catalogue import NOT_WRITTEN_ANEW
from generators.tasks import complete, explain, fix, port, refactor, steps, symptom, told, write
from generators.tasks.material import Mutated, Rewritten, Single
from generators.tasks.row import evidence, fence, row
from generators.templates import default_filling

NAME = "tasks"
VERSION = "5"
SECTIONS = ("seed", "languages", "tasks")

# In this order; every gate sees every Example, so that a reject shows all that was wrong with it.
GATES = (Length(), Repetition(), Quality())


def jobs(make: JobMaker) -> list[Job]:
    """One job a shard of Programs."""
    chosen = make.digests("select")
    made = []
    for path in stage_outputs(make.run, "expand", "programs"):
        shard = path.name.removesuffix(".programs.parquet")
        manifest = (stage_folder(make.run, "expand") / f"{shard}.json").read_text(encoding="utf-8")
        made.append(make.job(f"expand-{shard}", [manifest, *chosen], seed=shard.rpartition("-")[0]))
    for path in stage_outputs(make.run, "model", "programs"):
        seed = path.name.split(".")[1]
        made.append(make.job(f"model-{seed}", [sha256(path), *chosen], seed=seed))
    for path in stage_outputs(make.run, "model", "texts"):
        seed = path.name.split(".")[1]
        grown = stage_folder(make.run, "expand") / f"{_first(seed)}.json"
        made.append(make.job(f"texts-{seed}", [sha256(path), sha256(grown), *chosen], seed=seed))
    return made


def work(job: Job) -> Manifest:
    """Writes the Examples of one shard of Programs, or of what a model wrote about a seed's own Program."""
    seed = load_seed(job.seeds / job.seed)
    compiler = compiler_of(seed.sheet.target, tool_versions(job.run))
    kept: dict[str, Example] = {}
    rejected: list[tuple[Example, Rejected]] = []
    with Porter(seed.sheet.model) as porter:
        texts = job.shard == f"texts-{seed.id}"
        for example in _of_texts(job, seed, compiler) if texts else _of_programs(job, seed, compiler, porter):
            judged = example.judged(*(gate(example) for gate in GATES))
            judged = replace(judged, scores=tuple(pair for gate in GATES for pair in gate.scores(example)))
            failed = judged.failed
            if failed is None:
                kept[judged.id] = judged
            else:
                rejected.append((judged, Rejected(judged.id, failed)))
        spent, unported = porter.cpu_s, dict(porter.refused)
    examples = sorted(kept.values(), key=lambda example: example.id)
    rejects = [
        reject_row("example", seed.id, NAME, one, f"{example.instruction}\n\n{example.answer}")
        for example, one in rejected
    ]
    counts = {
        "in": len(examples) + len(rejects),
        "kept": len(examples),
        "rejected": len(rejects),
        "reasons": dict(Counter(f"{one.verdict.gate}:{one.verdict.reason}" for _, one in rejected)),
        "tasks": dict(Counter(example.task for example in examples)),
        "unported": unported,
    }
    return job.finish({"examples": example_table(examples), "rejects": reject_table(rejects)}, counts, spent)


def _of_programs(job: Job, seed: Seed, compiler: str, porter: Porter) -> Iterator[Example]:
    """The Examples of a shard's Programs that were selected."""
    stage, _, shard = job.shard.partition("-")
    name = f"all.{shard}" if stage == "model" else shard  # one job of the model stage leaves a file a seed
    programs = _programs(job, stage, name)
    chosen = kept_ids(job)
    for program in programs.values():
        if program.id in chosen:
            rng = random.Random(f"{job.recipe.seed}/tasks/{program.id}")
            yield from _examples(job, seed, program, programs, compiler, porter, rng)


def _of_texts(job: Job, seed: Seed, compiler: str) -> Iterator[Example]:
    """The Examples of what a model wrote about a seed's own Program, where that was selected."""
    programs, chosen = _programs(job, "expand", _first(seed.id)), kept_ids(job)
    asked = {"write": job.recipe.tasks.write, "explain": job.recipe.tasks.explain}
    for text in texts_of(read_table(stage_folder(job.run, "model") / f"all.{seed.id}.texts.parquet")):
        program = programs.get(text.program)
        if program is not None and program.id in chosen and asked.get(told.TASK_OF.get(text.strategy, "")):
            rng = random.Random(f"{job.recipe.seed}/tasks/{text.id}")
            yield from told.examples(Single(brief(seed, program, compiler), program), text, rng, estimate_tokens)


def _programs(job: Job, stage: str, shard: str) -> dict[str, Program]:
    """The Programs of a stage's shard by id."""
    return {p.id: p for p in programs_of(read_table(stage_folder(job.run, stage) / f"{shard}.programs.parquet"))}


def _first(seed: str) -> str:
    """The shard that holds a seed's own Program."""
    return f"{seed}-000"


def _examples(
    job: Job,
    seed: Seed,
    program: Program,
    programs: dict[str, Program],
    compiler: str,
    porter: Porter,
    rng: random.Random,
) -> Iterator[Example]:
    asked = job.recipe.tasks
    if program.origin == "model":
        if asked.write:
            yield _by_model(seed, program, tool_versions(job.run))
        return
    words = brief(seed, program, compiler)

    def shares(count: int) -> Iterator[tuple[Language, int]]:
        return _shares(count, job.recipe.languages, rng)

    if program.origin == "mutant":
        original = programs[program.parent]
        fault = program.fault
        assert fault is not None, "a kept mutant has a fault that was seen"
        seen = None
        if fault.kind == "behaviour":
            seen = symptom.witness(
                fault.seen, seed.harness, frozenset(_defined(original)), original.aliases, seed.sheet.target
            )
        mutated = Mutated(words, original, program, fault.diagnostics, seen)
        for language, _ in shares(asked.fix):
            yield from fix.examples(mutated, rng, estimate_tokens, (language,))
        return
    single = Single(words, program)
    anew = not any(step.name in NOT_WRITTEN_ANEW for step in program.steps)
    for language, count in shares(asked.write if anew else 0):
        yield from write.examples(single, rng, estimate_tokens, (language,), count)
    for language, count in shares(asked.complete):
        yield from complete.examples(single, rng, estimate_tokens, (language,), count)
    for language, count in shares(asked.explain):
        yield from explain.examples(single, rng, estimate_tokens, (language,), count)
    if program.origin == "rewrite" and program.parent in programs:
        pair = Rewritten(words, programs[program.parent], program, steps.told(program.steps))
        for language, _ in shares(asked.refactor):
            yield from refactor.examples(pair, rng, estimate_tokens, (language,))
    if asked.port and seed.sheet.target == "mcs51" and (both := porter(words, program)) is not None:
        for language, count in shares(asked.port):
            yield from port.examples(both, rng, estimate_tokens, (language,), count)


def _shares(count: int, languages: tuple[Language, ...], rng: random.Random) -> Iterator[tuple[Language, int]]:
    """How many Examples in each language: evenly, what is left over by the draw."""
    order = rng.sample(languages, len(languages))
    for place, language in enumerate(order):
        each = count // len(order) + (place < count % len(order))
        if each:
            yield language, each


def _defined(program: Program) -> Iterator[str]:
    """Names of the functions that a Program defines."""
    unit = Unit.parse(program.source.encode())
    return (unit.function_name(function).decode() for function in unit.functions())


def _by_model(own: Seed, program: Program, versions: Mapping[str, str]) -> Example:
    """The one row of a model's program: its own instruction, bare, and the code, after the reasoning if there is one.

    Of the seed's Brief only the labels and the compiler count: its words are not about this program.
    """
    params = dict(program.steps[0].params)
    seed = placed(own, params)
    compiler = compiler_of(seed.sheet.target, versions)
    if params.get("dialect") == "keil":
        compiler += ", given its own spelling of the program,"
    words = brief(seed, replace(program, holes=default_filling(seed).texts), compiler)
    language: Language = "zh" if params["language"] == "zh" else "en"
    return row(
        "write",
        language,
        words,
        user=params["instruction"],
        answer="\n\n".join(part for part in (params.get("thinking", ""), fence(program.source)) if part),
        programs=[program],
        origin=program.origin,
        grade=program.grade,
        phrasing=f"write/{language}/model/{program.id}",
        why=evidence(program, words),
        count_tokens=estimate_tokens,
        steps=[step.name for step in program.steps],
    )
