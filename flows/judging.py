"""The gates that a model's program must pass; it has no harness, so none of them runs it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from corpus.chips import chip_for
from corpus.recipe import Recipe
from corpus.records import Language, Program, Sizes, Step, Verdict, program_id
from corpus.seeds import Seed
from corpus.source.unit import Unit
from flows.places import differences, placed
from generators.dialects.conversion import Refused
from generators.model.drafts import ProgramDraft, Subject
from generators.model.home import for_compiler, home_of
from generators.model.strategies.catalogue import STRATEGIES
from generators.tasks.naming import missing
from generators.tasks.own_words import names_of
from generators.tasks.registers import registers_of
from generators.tasks.row import folded
from generators.templates import default_filling, fill_program
from validators import chip_claims, chip_fit
from validators.boards import BOARDS, memory_model
from validators.sandbox.runner import Sandbox
from validators.screen import screen_for
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.toolchain import Toolchain

# The best evidence that a program without a harness can have.
GRADE = "compiled"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: by which strategy, about which seed, in which language, for the how-manieth answer."""

    strategy: str
    seed: str
    language: Language
    sample: int

    @property
    def name(self) -> str:
        """The name under which a reject is found."""
        return f"{self.seed}-{self.language}-{self.strategy}-{self.sample}"


def wanted(recipe: Recipe) -> dict[str, int]:
    """How often each strategy is asked, a seed and language; none for programs where such would not be accepted."""
    programs = GRADE in recipe.verify.accept_model
    asked = recipe.generate.model.strategies if recipe.generate.model.enabled else {}
    return {name: count for name, count in asked.items() if programs or STRATEGIES[name].makes != "program"}


def judged(
    own: Seed, asked: Question, subject: Subject, draft: ProgramDraft, sandbox: Sandbox, model: str, repairs: int
) -> Program:
    """The model's program through the gates that need no harness; as for a seed, a warning counts as wrong.

    `own` is the seed that the question was about; the program is judged where it was asked for. `repairs` is how often
    it was sent back before.
    """
    language, elsewhere = asked.language, differences(own, subject)
    seed = placed(own, dict(elsewhere))
    params = (
        ("model", model),
        ("language", language),
        ("sample", str(asked.sample)),
        ("instruction", draft.instruction),
        *elsewhere,
        *((("repairs", str(repairs)),) if repairs else ()),
        *((("thinking", draft.thinking),) if draft.thinking else ()),
    )
    program = Program(
        id=program_id(seed.id, draft.source),
        seed=seed.id,
        source=draft.source,
        origin="model",
        steps=(Step("model", asked.strategy, params=params),),
        grade=GRADE,
    )
    filling = default_filling(own)
    phrasings = own.sheet.instruction.of(language)
    own_task = STRATEGIES[asked.strategy].own_task
    if not own_task and folded(draft.instruction) in {folded(filling.words(text)) for text in phrasings}:
        return program.judged(Verdict("model", "failed", "copied-instruction", "the seed's own instruction"))
    source = for_compiler(draft.source, home_of(subject))
    if isinstance(source, Refused):
        return program.judged(Verdict("model", "failed", "not-convertible", f"line {source.line}: {source.words}"))
    program = program.judged(screen_for(seed.sheet.target)(source))
    if program.failed:
        return program
    target = compile_verdict(sandbox, _compiler(seed), source)
    program = replace(program, sizes=target.sizes).judged(target.verdict)
    if program.failed:
        return program
    chip = chip_for(seed.sheet.target, seed.sheet.chip)
    for fit in (
        chip_fit.registers(source, chip),
        chip_fit.sizes(target.sizes or Sizes(0, 0), chip),
        chip_claims.written(source, chip),
        chip_claims.said(f"{draft.instruction}\n{draft.thinking}", chip),
    ):
        if not fit.passed:
            return program.judged(fit)
    if seed.sheet.target == "mcs51":  # the others' registers mean something to their own compiler only
        program = program.judged(compile_verdict(sandbox, gcc_host, source).verdict)
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


def root_of(seed: Seed) -> Program:
    """The seed's own Program, which every answer must differ from."""
    filling = default_filling(seed)
    source = fill_program(seed, filling)
    return Program(program_id(seed.id, source, filling.texts), seed.id, source, "seed")
