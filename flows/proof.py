"""Proves Programs of one seed: roots by the harness, variants against their parent, mutants by a seen fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from corpus.chips import chip_for
from corpus.records import GRADES, Diagnostic, Fault, Program, Step, Verdict, program_id, trace_id
from corpus.seeds import Seed
from corpus.source.edits import Edit
from corpus.source.interface import interface
from corpus.source.lexer import lexed
from corpus.source.stream import token_stream
from corpus.source.touched import keeps_interface
from corpus.source.unit import Unit
from generators.mutants.operator import Faulty
from generators.rewrites.apply import Proposal, rename_aliases
from generators.templates import Filling, fill_program
from validators import chip_fit
from validators.behaviour import DRAWS, FILLS, Bench, Built, Observed, contrast, judge
from validators.boards import AVR_FOR_SDCC, BOARDS, memory_model
from validators.enumeration import Enumerator
from validators.opinions import Case, SecondOpinion
from validators.sandbox.runner import Sandbox
from validators.screen import screen_for
from validators.simulators.machine import CoreFailed
from validators.toolchains.batch import compile_all
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import Compiled, compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.toolchain import MissingTool

PROGRAM = "program.c"

Run = tuple[int, str, str]
"""What a program did under one stimulus: its draw, how it ended, and its events."""


@dataclass(frozen=True)
class Proved:
    """A Program that did what it should, with what it did: variants are compared with it.

    `built` is there for a root, and for a variant until it is finished. `origin` is (bytes of code, cycles) of its
    lineage's root.
    """

    program: Program
    observed: Observed
    built: Built | None = None
    origin: tuple[int, int] = (0, 0)

    @cached_property
    def unit(self) -> Unit:
        """Its parsed source."""
        return Unit.parse(self.program.source.encode())


@dataclass(frozen=True)
class _Runnable:
    """A mutant whose image differs from its base's."""

    program: Program
    base: Proved
    faulty: Faulty
    built: Built


@dataclass(frozen=True)
class Ran:
    """A mutant as `Prover.faults` gives it; where it was run, also what it did and its image."""

    program: Program
    observed: Observed | None = None
    built: Built | None = None

    @property
    def harness(self) -> Verdict | None:
        """What the harness says of it by itself."""
        return judge(self.observed) if self.observed is not None else None


class Prover:
    """Proves the Programs of one seed in one sandbox, which it does not own.

    `cycles` limits a run. With `enumerate_inputs` a step that changed small pure functions only is tried on every
    input, too; `coverage` measures how much of each Program its harness runs.
    """

    def __init__(
        self, sandbox: Sandbox, seed: Seed, cycles: int, *, enumerate_inputs: bool = True, coverage: bool = True
    ) -> None:
        self._sandbox = sandbox
        self._seed = seed
        self._cycles = cycles
        self._coverage = coverage
        self._board = BOARDS[seed.sheet.target]
        self._model = memory_model(seed.sheet.target, seed.sheet.model)
        self._screen = screen_for(seed.sheet.target)
        self._chip = chip_for(seed.sheet.target, seed.sheet.chip)
        self._bench = Bench(sandbox, limit=cycles, board=self._board)
        self._enumerates = enumerate_inputs
        self.traces: dict[str, tuple[Run, ...]] = {}
        """What the Programs judged so far did, by the name that stands in `Program.trace`."""

    def root(self, filling: Filling, default: bool) -> Proved | Program:
        """The seed's Program with these values; a Program with a failed verdict when the harness does not pass."""
        source = fill_program(self._seed, filling)
        program = Program(
            id=program_id(self._seed.id, source, filling.texts),
            seed=self._seed.id,
            source=source,
            origin="seed" if default else "template",
            holes=filling.texts,
            steps=() if default else (Step("template", "fill-holes", params=filling.texts),),
            grade="harness",
        )
        safe = self._screen(source)
        if not safe.passed:
            return program.judged(safe)
        for fit in (
            chip_fit.clock(filling.crystal_hz or self._seed.sheet.clock_hz, self._chip),
            chip_fit.registers(source, self._chip),
        ):
            if not fit.passed:
                return program.judged(safe, fit)
        built = self._build(program)
        if not built.image:
            return program.judged(safe, built.verdict)
        observed = self._bench.observe(built)
        verdict = judge(observed)
        if not verdict.passed:
            return program.judged(safe, verdict)
        second = [compile_verdict(self._sandbox, gcc_host, source).verdict] if self._has_second else []
        proved = self._finished(Proved(program.judged(safe, verdict), observed, built), second)
        made = proved.program if isinstance(proved, Proved) else proved
        fit = chip_fit.sizes(made.sizes, self._chip) if made.sizes is not None else Verdict(chip_fit.GATE, "passed")
        return proved if fit.passed else made.judged(fit)

    def step(self, parent: Proved, proposal: Proposal) -> Proved | Program:
        """The parent with one rewrite, by the cheapest grade that settles it; the grade stands on the step."""
        source = proposal.source.decode()
        before = parent.program
        program = replace(
            before,
            id=program_id(before.seed, source, before.holes),
            source=source,
            origin="rewrite",
            parent=before.id if before.origin != "rewrite" else before.parent,
            aliases=rename_aliases(before.aliases, proposal.aliases),
            verdicts=(),
        )
        _know(parent.unit, proposal.source, proposal.step)
        if _same_tokens(proposal.source, parent.unit.src) and not _shows_layout(parent.unit):
            verdict = Verdict("equivalent", "passed", "same-tokens", "only layout or comments differ")
            return replace(parent, program=_graded(program, before, proposal.step, verdict))
        built, same = self._built_step(parent, program, proposal)
        if not built.image:
            return _stepped(program, before, proposal.step).judged(built.verdict)
        verdict, observed = self._bench.equivalent(parent.observed, built, same_interface=same)
        if verdict.passed and self._is_timed(parent, proposal) and _cycles(observed) != _cycles(parent.observed):
            words = f"{observed.cycles:,} machine cycles instead of {parent.observed.cycles:,} where timing counts"
            verdict = Verdict("equivalent", "failed", "timing-changed", words)
        elif verdict.outcome == "failed":
            verdict = self._second(verdict, before, program)
        elif verdict.reason == "simulated" and self._enumerator is not None:
            tried = self._enumerator.verdict(parent.unit, Unit.parse(proposal.source))
            if tried is not None:
                verdict = replace(tried, evidence=f"{tried.evidence}; {verdict.evidence}")
        if not verdict.passed:
            return _stepped(program, before, proposal.step).judged(verdict)
        return replace(parent, program=_graded(program, before, proposal.step, verdict), observed=observed, built=built)

    def finish(self, tips: Sequence[Proved]) -> list[Proved | Program]:
        """The ends of chains: compiled by a second compiler, all in one process; what was measured stands on them."""
        if not self._has_second:
            return [self._finished(tip, []) for tip in tips]
        checked = compile_all(self._sandbox, toolchain("clang-msp430"), [tip.program.source for tip in tips])
        return [self._finished(tip, [check.verdict]) for tip, check in zip(tips, checked, strict=True)]

    def fault(self, base: Proved, faulty: Faulty) -> Program:
        """A mutant with its fault when one was seen, else with a failed verdict (`equivalent`, `not-seen`)."""
        return self.faults([(base, faulty)])[0]

    def faults(self, made: Sequence[tuple[Proved, Faulty]]) -> list[Program]:
        """The same for many, in order; what has to be run is run from one start of the simulator."""
        return [ran.program for ran in self.mutants(made)]

    def mutants(self, made: Sequence[tuple[Proved, Faulty]]) -> list[Ran]:
        """The same with what the harness says of each one by itself, in order."""
        tried = [self._tried(base, faulty) for base, faulty in made]
        observed = iter(self._bench.observe_all([one.built for one in tried if isinstance(one, _Runnable)]))
        return [self._compared(one, next(observed)) if isinstance(one, _Runnable) else Ran(one) for one in tried]

    def _tried(self, base: Proved, faulty: Faulty) -> Program | _Runnable:
        """What compiling a mutant tells of it; most must be run."""
        source = faulty.source.decode("utf-8", "replace")
        before = base.program
        program = replace(
            before,
            id=program_id(before.seed, source, before.holes),
            source=source,
            origin="mutant",
            parent=before.id,
            steps=(*before.steps, faulty.step),
            verdicts=(),
            sizes=None,
            cycles=0,
            stack=0,
            code_delta=None,
            cycles_delta=None,
            coverage=None,
            trace="",
            grade="simulated",
        )
        _know(base.unit, source.encode("utf-8", "replace"), faulty.step)
        safe = self._screen(source)
        if not safe.passed:
            return program.judged(safe)
        alone = self._bench.alone(source, dict(program.aliases), self._model)
        same = alone is not None and alone.code == base.observed.code
        built = alone if alone is not None and same else self._build(program, alone)
        if not built.image and not same:
            return self._refused(program, built, faulty)
        if faulty.effect == "finding" and (found := self._found(before.source, source)):
            fault = Fault("finding", faulty.step.name, found[0].message, faulty.line, found)
            return replace(program, fault=fault, sizes=built.sizes, grade="compiled").judged(
                Verdict("fault", "passed", "finding", found[0].message)
            )
        if built.code == base.observed.code:
            return program.judged(Verdict("fault", "failed", "equivalent", "the same machine code as the original"))
        return _Runnable(program, base, faulty, built)

    def _compared(self, mutant: _Runnable, observed: Observed) -> Ran:
        return Ran(self._seen(mutant, observed), observed, mutant.built)

    def _seen(self, mutant: _Runnable, observed: Observed) -> Program:
        program = mutant.program
        compared = contrast(mutant.base.observed, observed)
        if compared.verdict.outcome == "unknown":
            return program.judged(replace(compared.verdict, gate="fault"))
        if compared.witness is None:
            return program.judged(Verdict("fault", "failed", "not-seen", "the harness sees no difference"))
        seen = compared.verdict.evidence
        program = replace(
            program,
            fault=Fault("behaviour", mutant.faulty.step.name, seen, mutant.faulty.line, witness=compared.witness),
            sizes=mutant.built.sizes,
            trace=self._traced(observed),
        )
        return program.judged(Verdict("fault", "passed", "seen", seen))

    def _found(self, before: str, after: str) -> tuple[Diagnostic, ...]:
        """What the static checks say of a program and do not say of the one that it was."""
        from validators.findings.catalogue import findings  # here, since few programs are looked at so

        known = {(one.code, one.message) for one in findings(before, self._chip)}
        new = [one for one in findings(after, self._chip) if (one.code, one.message) not in known]
        return tuple(replace(one, file=PROGRAM) for one in new)

    def _refused(self, program: Program, built: Built, faulty: Faulty) -> Program:
        alone = built.compiled.verdict if built.compiled is not None else built.verdict
        if alone.outcome != "failed" or not any(d.file == PROGRAM and d.severity == "error" for d in alone.diagnostics):
            return program.judged(Verdict("fault", "unknown", "no-diagnostic", built.verdict.evidence))
        fault = Fault("compile", faulty.step.name, alone.evidence, faulty.line, alone.diagnostics)
        refused = Verdict("fault", "passed", "refused", alone.evidence, tool=alone.tool)
        return replace(program, fault=fault, grade="compiled").judged(refused)

    def _same_interface(self, parent: Proved, proposal: Proposal) -> bool:
        renamed = {new.encode(): old.encode() for old, new in proposal.aliases}
        variant = Unit.parse(proposal.source)
        kept = keeps_interface(parent.unit, variant, renamed)
        return interface(variant, renamed) == interface(parent.unit) if kept is None else kept

    def _is_timed(self, parent: Proved, proposal: Proposal) -> bool:
        """Whether the step edits a function that the seed marks as timing-critical."""
        marked = dict(parent.program.aliases)
        names = {marked.get(name, name).encode() for name in self._seed.sheet.timing}
        timed = [f for f in parent.unit.functions() if parent.unit.function_name(f) in names]
        return any(f.start_byte <= end and start <= f.end_byte for f in timed for start, end, _ in proposal.step.edits)

    def _second(self, verdict: Verdict, before: Program, program: Program) -> Verdict:
        """Another target's word on a difference; the first one's where that target is not here."""
        if self._opinion is None:
            return verdict
        parent, variant = (Case(one.source, one.aliases) for one in (before, program))
        holes = dict(program.holes)
        return self._opinion(verdict, parent, variant, self._seed.harness, holes, target=self._bench.board.name)

    @property
    def _has_second(self) -> bool:
        """Whether another compiler takes the program: registers by name mean something in one compiler's headers."""
        return self._seed.sheet.target == "mcs51"

    def _compiled(self, source: str) -> Compiled:
        return compile_verdict(self._sandbox, self._board.compiler("object", self._model, PROGRAM), source)

    @cached_property
    def _enumerator(self) -> Enumerator | None:
        """Made when it is first needed: it has a bench of its own."""
        if not self._enumerates or self._seed.sheet.target != "mcs51":
            return None
        return Enumerator(self._sandbox, self._seed.sheet.model)

    @cached_property
    def _opinion(self) -> SecondOpinion | None:
        try:
            return SecondOpinion(Bench(self._sandbox, limit=self._cycles, board=AVR_FOR_SDCC))
        except (CoreFailed, MissingTool):
            return None

    def _build(self, program: Program, alone: Built | None = None) -> Built:
        holes, aliases = dict(program.holes), dict(program.aliases)
        return self._bench.build(program.source, self._seed.harness, holes, aliases, self._model, alone=alone)

    def _built_step(self, parent: Proved, program: Program, proposal: Proposal) -> tuple[Built, bool]:
        """A variant built, and whether it has its parent's code and interface; with both its parent's image will do."""
        holes, aliases = dict(program.holes), dict(program.aliases)
        alone = self._bench.alone(program.source, aliases, self._model)
        twin = parent.built if alone is not None and alone.code == parent.observed.code else None
        if alone is not None and twin is not None and self._same_interface(parent, proposal):
            harness = self._seed.harness
            return self._bench.like(alone, twin, program.source, harness, holes, aliases, self._model), True
        built = self._build(program, alone)
        return built, built.code == parent.observed.code and self._same_interface(parent, proposal)

    def _finished(self, tip: Proved, second: Sequence[Verdict]) -> Proved | Program:
        program, observed = tip.program, tip.observed
        compiled = tip.built.compiled if tip.built is not None else None
        # Warnings name lines, which a change of layout moves.
        if compiled is None or (compiled.diagnostics and program.origin == "rewrite"):
            compiled = self._compiled(program.source)
        reached = self._bench.reached(tip.built) if self._coverage and tip.built is not None else None
        code = compiled.sizes.code if compiled.sizes is not None else 0
        origin = tip.origin if tip.origin != (0, 0) else (code, observed.cycles)
        program = replace(
            program,
            sizes=compiled.sizes,
            cycles=observed.cycles,
            stack=max(trace.stack for trace in observed.traces),
            code_delta=code - origin[0],
            cycles_delta=observed.cycles - origin[1],
            coverage=reached.coverage if reached is not None else None,
            trace=self._traced(observed),
        ).judged(compiled.verdict, *second)
        built = tip.built if program.origin != "rewrite" else None
        return program if program.failed else Proved(program, observed, built, origin)

    def _traced(self, observed: Observed) -> str:
        """Keeps what a program did, once for all that did the same; its name."""
        runs = observed.traces[:: len(FILLS)]
        kept = tuple((draw, run.outcome, run.events) for draw, run in zip(DRAWS, runs, strict=True))
        name = trace_id(kept)
        self.traces[name] = kept
        return name


def _know(before: Unit, source: bytes, step: Step) -> None:
    """Has the text of a step parsed, cheaper than it would be alone, for all that will ask for it."""
    made = before.edited([Edit(start, end, text.encode("utf-8", "surrogatepass")) for start, end, text in step.edits])
    if made.src != source:  # what is not UTF-8 is told in other signs
        before.near(source)


def _same_tokens(one: bytes, other: bytes) -> bool:
    """Whether two texts have the same token stream; which tokens there are is known already, and differs mostly."""
    return lexed(one).words == lexed(other).words and token_stream(one) == token_stream(other)


def _shows_layout(unit: Unit) -> bool:
    """Whether a program can tell where its tokens stand: by line numbers, or by making text of a macro's argument."""
    if not {b"__LINE__", b"assert"}.isdisjoint(unit.symbols.names):
        return True
    return any(b"#" in (macro.body or b"") for macro in unit.symbols.all("macro"))


def _cycles(observed: Observed) -> list[int]:
    return [trace.cycles for trace in observed.traces]


def weakest(grades: list[str]) -> str:
    """The weakest of some grades of evidence, which is what a chain is worth."""
    return max(grades, key=GRADES.index)


def _stepped(program: Program, before: Program, step: Step) -> Program:
    return replace(program, steps=(*before.steps, step))


def _graded(program: Program, before: Program, step: Step, verdict: Verdict) -> Program:
    steps = (*before.steps, replace(step, grade=verdict.reason))
    grade = weakest([one.grade for one in steps if one.kind == "rewrite"])
    kept = tuple(v for v in before.verdicts if v.gate == "equivalent")
    return replace(program, steps=steps, grade=grade, verdicts=(*kept, verdict))
