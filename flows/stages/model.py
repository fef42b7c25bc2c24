"""Stage: the model writes more in a seed's spirit, and the gates decide. Makes nothing when the recipe has it off.

Each answer is recorded before it is used, so that the same recipe needs no server a second time. An endpoint that is
gone ends the asking for that seed, not the run.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

from corpus.records import Language, Program, Rejected, Step, Verdict, program_id
from corpus.seeds import Seed, load_seed
from corpus.shards import Manifest, read_table
from corpus.tables import program_table, reject_row, reject_table
from flows.job import Job, JobMaker, stage_outputs, tool_words
from generators.model import spirit
from generators.model.answers import Answer, Answers, Request
from generators.model.endpoint import Endpoint, NoAnswer
from generators.templates import default_filling, fill_program
from validators.sandbox.runner import Sandbox
from validators.screen import screen
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.sdcc import sdcc_mcs51

NAME = "model"
VERSION = "1"
SECTIONS = ("seed", "generate", "verify", "languages")

# After one of these the endpoint is not asked again in this shard.
GONE = frozenset({"unreachable", "http-401", "http-403", "http-404"})


def jobs(make: JobMaker) -> list[Job]:
    """One job a seed, or none with the model off."""
    if not make.recipe.generate.model.enabled:
        return []
    rows = [row for path in stage_outputs(make.run, "seeds", "kept") for row in read_table(path).to_pylist()]
    return [make.job(row["id"], [row["digest"], *tool_words(make.run)], seed=row["id"]) for row in rows]


def work(job: Job) -> Manifest:
    """Asks for one seed, in each language as often as the recipe says, and judges what comes."""
    seed = load_seed(job.seeds / job.seed)
    asked = job.recipe.generate.model
    answers = Answers(job.run / asked.record)
    endpoint = Endpoint(asked.base_url, os.environ.get(asked.api_key_env, ""), asked.timeout_s, asked.retries)
    kept: dict[str, Program] = {}
    rejected: list[Rejected] = []
    usage: Counter[str] = Counter()
    gone: NoAnswer | None = None
    with Sandbox() as sandbox:
        for language in job.recipe.languages:
            for sample in range(asked.requests):
                name = f"{seed.id}-{language}-{sample}"
                try:
                    draft = _draft(job, seed, language, sample, answers, None if gone else endpoint, usage)
                except NoAnswer as trouble:
                    gone = trouble if trouble.reason in GONE else gone
                    rejected.append(Rejected(name, Verdict("model", "failed", trouble.reason, trouble.detail)))
                    continue
                except spirit.Unparsed as trouble:
                    rejected.append(Rejected(name, Verdict("model", "failed", trouble.reason, str(trouble))))
                    continue
                program = _judged(seed, language, sample, draft, sandbox, job)
                failed = program.failed
                if failed is not None:
                    rejected.append(Rejected(name, failed))
                elif program.id in kept:
                    rejected.append(Rejected(name, Verdict("model", "failed", "copy", program.id)))
                else:
                    kept[program.id] = program
        spent = sandbox.cpu_s
    programs = sorted(kept.values(), key=lambda program: program.id)
    rejects = [reject_row("program", seed.id, NAME, one) for one in rejected]
    counts = {
        "in": len(programs) + len(rejects),
        "kept": len(programs),
        "rejected": len(rejects),
        "reasons": dict(Counter(one.verdict.reason for one in rejected)),
        "usage": dict(usage),
    }
    # A shard that the endpoint left unanswered is asked for again by the next run.
    sealed = replace(job, input="unanswered") if gone else job
    return sealed.finish({"programs": program_table(programs), "rejects": reject_table(rejects)}, counts, spent)


def _draft(
    job: Job,
    seed: Seed,
    language: Language,
    sample: int,
    answers: Answers,
    endpoint: Endpoint | None,
    usage: Counter[str],
) -> spirit.Draft:
    """One parsed answer; a malformed one is asked for again with what was wrong, as often as the recipe says."""
    asked = job.recipe.generate.model
    filling = default_filling(seed)
    sheet = seed.sheet
    instruction, idea, title = (
        filling.words(text)
        for text in (
            (sheet.instruction.zh[0], sheet.idea.zh, sheet.title.zh)
            if language == "zh"
            else (sheet.instruction.en[0], sheet.idea.en, sheet.title.en)
        )
    )
    program = fill_program(seed, filling)
    messages = spirit.prompt(language, title, instruction, idea, program, sheet.chip, sample)
    for attempt in range(asked.retries + 1):
        request = Request(asked.base_url, asked.name, messages, asked.temperature, asked.max_tokens, sample)
        answer = _answer(request, answers, endpoint, usage)
        try:
            return spirit.parse(answer.text, language)
        except spirit.Unparsed as trouble:
            if attempt == asked.retries:
                raise
            messages = spirit.again(messages, answer.text, trouble, language)
    raise AssertionError("the loop returns or raises")


def _answer(request: Request, answers: Answers, endpoint: Endpoint | None, usage: Counter[str]) -> Answer:
    recorded = answers.get(request)
    if recorded is not None:
        return recorded
    if endpoint is None:
        raise NoAnswer("unreachable", f"{request.base_url} did not answer before; not asked again in this shard")
    answer = endpoint.ask(request)
    answers.put(request, answer)
    usage.update({"requests": 1, "prompt_tokens": answer.prompt_tokens, "completion_tokens": answer.completion_tokens})
    return answer


def _judged(seed: Seed, language: Language, sample: int, draft: spirit.Draft, sandbox: Sandbox, job: Job) -> Program:
    """The model's program through the same gates; there is no harness, so the best it can have is `compiled`."""
    step = Step(
        "model",
        spirit.NAME,
        params=(
            ("model", job.recipe.generate.model.name),
            ("language", language),
            ("sample", str(sample)),
            ("instruction", draft.instruction),
        ),
    )
    program = Program(
        id=program_id(seed.id, draft.source),
        seed=seed.id,
        source=draft.source,
        origin="model",
        steps=(step,),
        grade="compiled",
    )
    if program.grade not in job.recipe.verify.accept_model:
        return program.judged(Verdict("evidence", "failed", "grade-not-accepted", program.grade))
    program = program.judged(screen(draft.source))
    if program.failed:
        return program
    target = compile_verdict(sandbox, sdcc_mcs51(seed.sheet.model), draft.source)
    program = replace(program, sizes=target.sizes).judged(target.verdict)
    return program if program.failed else program.judged(compile_verdict(sandbox, gcc_host, draft.source).verdict)
