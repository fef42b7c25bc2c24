"""Stage: the model writes more in a seed's spirit, and the gates decide. Makes nothing when the recipe has it off.

Each answer is recorded before it is used, so that the same recipe needs no server a second time. An endpoint that is
gone ends the asking for that seed, not the run; what it left unanswered is asked again by the next run.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from corpus.chips import chip_for
from corpus.records import Language, Program, Rejected, Sizes, Step, Verdict, program_id
from corpus.seeds import Seed, load_seed
from corpus.shards import Manifest, read_table
from corpus.source.unit import Unit
from corpus.tables import program_table, reject_row, reject_table
from filters.duplicates import NearDuplicates, select_distinct_programs
from filters.keys import program_key
from flows.job import Job, JobMaker, stage_outputs, tool_words
from generators.model.drafts import ProgramDraft, Unparsed
from generators.model.strategies import spirit
from generators.tasks.naming import missing
from generators.tasks.own_words import names_of
from generators.tasks.registers import registers_of
from generators.tasks.row import folded
from generators.templates import default_filling, fill_program
from validators import chip_fit
from validators.boards import BOARDS, memory_model
from validators.sandbox.runner import Sandbox
from validators.screen import screen_for
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.toolchain import Toolchain

NAME = "model"
VERSION = "2"
SECTIONS = ("generate", "verify", "languages", "curate")

# The best evidence that a program without a harness can have.
GRADE = "compiled"


def jobs(make: JobMaker) -> list[Job]:
    """One job a seed; none with the model off, or when no program of its kind would be accepted."""
    if not make.recipe.generate.model.enabled or GRADE not in make.recipe.verify.accept_model:
        return []
    rows = [row for path in stage_outputs(make.run, "seeds", "kept") for row in read_table(path).to_pylist()]
    return [make.job(row["id"], [row["digest"], *tool_words(make.run)], seed=row["id"]) for row in rows]


def work(job: Job) -> Manifest:
    """Asks for one seed, in each language as often as the recipe says, and judges what comes."""
    # Here, since the client takes half a second to import, in each worker of a run without a model too.
    from flows.talk import Talk
    from generators.model.endpoint import Endpoint, NoAnswer

    seed = load_seed(job.seeds / job.seed)
    asked = job.recipe.generate.model
    root = _root(seed)
    kept = {root.id: root}
    rejected: list[tuple[Rejected, str]] = []

    def reject(name: str, verdict: Verdict, text: str = "", winner: str = "", similarity: float = 0.0) -> None:
        rejected.append((Rejected(name, verdict, winner, similarity), text))

    key = os.environ.get(asked.api_key_env, "")
    rng = random.Random(f"{job.recipe.seed}/model/{seed.id}")
    with Endpoint(asked.base_url, key, asked.timeout_s, asked.retries, rng) as endpoint, Sandbox() as sandbox:
        talk = Talk(job, seed, endpoint)
        for name, language, sample in _questions(job):
            try:
                draft = talk.draft(language, sample)
            except NoAnswer as trouble:
                reject(name, Verdict("model", "failed", trouble.reason, trouble.detail))
                continue
            except Unparsed as trouble:
                reject(name, Verdict("model", "failed", trouble.reason, str(trouble)), trouble.answer)
                continue
            program = _judged(seed, language, sample, draft, sandbox, asked.name)
            if program.failed is not None:
                reject(name, program.failed, f"{draft.instruction}\n\n{draft.source}")
            elif program.id in kept:
                reject(
                    name,
                    Verdict("model", "failed", "copy", "the very program of the seed or of another answer"),
                    draft.source,
                )
            else:
                kept[program.id] = program
        spent = sandbox.cpu_s
    for copy in _copies(kept.values(), job.recipe.curate.near_duplicate):
        reject(copy.id, copy.verdict, kept.pop(copy.id).source, copy.winner, copy.similarity)
    programs = sorted((one for one in kept.values() if one is not root), key=lambda program: program.id)
    counts = {
        "in": len(programs) + len(rejected),
        "kept": len(programs),
        "rejected": len(rejected),
        "reasons": dict(Counter(f"{one.verdict.gate}:{one.verdict.reason}" for one, _ in rejected)),
        "usage": dict(talk.usage),
    }
    tables = {
        "programs": program_table(programs),
        "rejects": reject_table([reject_row("program", seed.id, NAME, one, text) for one, text in rejected]),
    }
    sealed = replace(job, input="unanswered") if talk.unanswered else job
    return sealed.finish(tables, counts, spent)


def _questions(job: Job) -> Iterator[tuple[str, Language, int]]:
    """A name, the language and the sample of each question of a shard."""
    for language in job.recipe.languages:
        for sample in range(job.recipe.generate.model.requests):
            yield f"{job.seed}-{language}-{sample}", language, sample


def _judged(seed: Seed, language: Language, sample: int, draft: ProgramDraft, sandbox: Sandbox, model: str) -> Program:
    """The model's program through the gates that need no harness; as for a seed, a warning counts as wrong."""
    params = (("model", model), ("language", language), ("sample", str(sample)), ("instruction", draft.instruction))
    program = Program(
        id=program_id(seed.id, draft.source),
        seed=seed.id,
        source=draft.source,
        origin="model",
        steps=(Step("model", spirit.NAME, params=params),),
        grade=GRADE,
    )
    filling = default_filling(seed)
    phrasings = seed.sheet.instruction.of(language)
    if folded(draft.instruction) in {folded(filling.words(text)) for text in phrasings}:
        return program.judged(Verdict("model", "failed", "copied-instruction", "the seed's own instruction"))
    program = program.judged(screen_for(seed.sheet.target)(draft.source))
    if program.failed:
        return program
    target = compile_verdict(sandbox, _compiler(seed), draft.source)
    program = replace(program, sizes=target.sizes).judged(target.verdict)
    if program.failed:
        return program
    chip = chip_for(seed.sheet.target, seed.sheet.chip)
    for fit in (chip_fit.registers(draft.source, chip), chip_fit.sizes(target.sizes or Sizes(0, 0), chip)):
        if not fit.passed:
            return program.judged(fit)
    if seed.sheet.target == "mcs51":  # the others' registers mean something to their own compiler only
        program = program.judged(compile_verdict(sandbox, gcc_host, draft.source).verdict)
    if program.failed:
        return program
    warnings = [d for verdict in program.verdicts for d in verdict.diagnostics if d.severity == "warning"]
    if warnings:
        first = warnings[0]
        words = f"{first.file}:{first.line}: {first.message}"
        return program.judged(Verdict("model", "failed", "warning", words, tuple(warnings)))
    known = registers_of(seed.sheet.target).known
    absent = missing(draft.instruction, names_of(Unit.parse(draft.source.encode())), known)
    if absent:
        words = "the instruction speaks of " + ", ".join(absent)
        return program.judged(Verdict("model", "failed", "missing-name", words))
    return program


def _compiler(seed: Seed) -> Toolchain:
    """The compiler of the seed's target, with the seed's memory model where that has several."""
    target = seed.sheet.target
    return BOARDS[target].compiler("object", memory_model(target, seed.sheet.model), "program.c")


def _root(seed: Seed) -> Program:
    """The seed's own Program, which every answer must differ from."""
    filling = default_filling(seed)
    source = fill_program(seed, filling)
    return Program(program_id(seed.id, source, filling.texts), seed.id, source, "seed")


def _copies(programs: Iterable[Program], threshold: float) -> Iterator[Rejected]:
    """The programs that say again what the seed or a better one says: a new task was asked for."""
    keys = [program_key(program) for program in programs]
    for selection in (select_distinct_programs, NearDuplicates(threshold, across_lineages_only=False)):
        chosen = selection(keys)
        yield from chosen.rejected
        keys = [key for key in keys if key.id in chosen.kept]
