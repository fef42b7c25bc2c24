"""Proves Programs of one seed: roots by the harness, variants against their parent, mutants by a seen fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from corpus.records import GRADES, Fault, Program, Step, Verdict, program_id
from corpus.seeds import Seed
from corpus.source.tokens import interface, token_stream
from corpus.source.unit import Unit
from generators.mutants.operator import Faulty
from generators.rewrites.apply import Proposal, rename_aliases
from generators.templates import Filling, fill_program
from validators.behaviour import Bench, Built, Observed, judge
from validators.sandbox.runner import Sandbox
from validators.screen import screen
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.sdcc import sdcc_mcs51

PROGRAM = "program.c"


@dataclass(frozen=True)
class Proved:
    """A Program that did what it should, with what it did: variants are compared with it."""

    program: Program
    observed: Observed

    @cached_property
    def unit(self) -> Unit:
        """Its parsed source."""
        return Unit.parse(self.program.source.encode())


class Prover:
    """Proves the Programs of one seed in one sandbox, which it does not own."""

    def __init__(self, sandbox: Sandbox, seed: Seed, cycles: int) -> None:
        self._sandbox = sandbox
        self._seed = seed
        self._bench = Bench(sandbox, limit=cycles)

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
        safe = screen(source)
        if not safe.passed:
            return program.judged(safe)
        built = self._build(program)
        if not built.image:
            return program.judged(safe, built.verdict)
        observed = self._bench.observe(built)
        verdict = judge(observed)
        if not verdict.passed:
            return program.judged(safe, verdict)
        return self._finished(Proved(replace(program, cycles=observed.cycles).judged(safe, verdict), observed))

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
            sizes=None,
        )
        if token_stream(proposal.source) == token_stream(parent.unit.src):
            verdict = Verdict("equivalent", "passed", "same-tokens", "only layout or comments differ")
            return Proved(_graded(program, before, proposal.step, verdict), parent.observed)
        built = self._build(program)
        if not built.image:
            return _stepped(program, before, proposal.step).judged(built.verdict)
        renamed = {new.encode(): old.encode() for old, new in proposal.aliases}
        same = interface(Unit.parse(proposal.source), renamed) == interface(parent.unit)
        verdict, observed = self._bench.equivalent(parent.observed, built, same_interface=same)
        if verdict.passed and self._is_timed(parent, proposal) and _cycles(observed) != _cycles(parent.observed):
            words = f"{observed.cycles:,} machine cycles instead of {parent.observed.cycles:,} where timing counts"
            verdict = Verdict("equivalent", "failed", "timing-changed", words)
        if not verdict.passed:
            return _stepped(program, before, proposal.step).judged(verdict)
        return Proved(replace(_graded(program, before, proposal.step, verdict), cycles=observed.cycles), observed)

    def finish(self, proved: Proved) -> Proved | Program:
        """The end of a chain: compiled alone by both compilers, warnings and sizes kept."""
        return self._finished(proved)

    def fault(self, base: Proved, faulty: Faulty) -> Program:
        """A mutant with its fault when one was seen, else with a failed verdict (`equivalent`, `not-seen`)."""
        source = faulty.source.decode("utf-8", "replace")
        before = base.program
        operator = faulty.step.name
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
            grade="simulated",
        )
        safe = screen(source)
        if not safe.passed:
            return program.judged(safe)
        built = self._build(program)
        if not built.image:
            alone = compile_verdict(self._sandbox, sdcc_mcs51(self._seed.sheet.model), source).verdict
            if alone.passed or not any(d.file == PROGRAM and d.severity == "error" for d in alone.diagnostics):
                return program.judged(Verdict("fault", "unknown", "no-diagnostic", built.verdict.evidence))
            fault = Fault("compile", operator, alone.evidence, faulty.line, alone.diagnostics)
            refused = Verdict("fault", "passed", "refused", alone.evidence)
            return replace(program, fault=fault, grade="compiled").judged(refused)
        if built.image == base.observed.image:
            return program.judged(Verdict("fault", "failed", "equivalent", "the same machine code as the original"))
        compared, _ = self._bench.equivalent(base.observed, built, same_interface=False)
        if compared.passed:
            return program.judged(Verdict("fault", "failed", "not-seen", "the harness sees no difference"))
        fault = Fault("behaviour", operator, compared.evidence, faulty.line)
        return replace(program, fault=fault).judged(Verdict("fault", "passed", "seen", compared.evidence))

    def _is_timed(self, parent: Proved, proposal: Proposal) -> bool:
        """Whether the step edits a function that the seed marks as timing-critical."""
        marked = dict(parent.program.aliases)
        names = {marked.get(name, name).encode() for name in self._seed.sheet.timing}
        timed = [f for f in parent.unit.functions() if parent.unit.function_name(f) in names]
        return any(f.start_byte <= end and start <= f.end_byte for f in timed for start, end, _ in proposal.step.edits)

    def _build(self, program: Program) -> Built:
        return self._bench.build(
            program.source, self._seed.harness, dict(program.holes), dict(program.aliases), self._seed.sheet.model
        )

    def _finished(self, proved: Proved) -> Proved | Program:
        program = proved.program
        target = compile_verdict(self._sandbox, sdcc_mcs51(self._seed.sheet.model), program.source)
        program = replace(program, sizes=target.sizes).judged(target.verdict)
        if target.verdict.passed:
            program = program.judged(compile_verdict(self._sandbox, gcc_host, program.source).verdict)
        return program if program.failed else Proved(program, proved.observed)


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
