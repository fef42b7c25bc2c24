"""Stage: seeds grow. Templates are filled, rewrites chained, faults made; each Program is proved as it comes about.

A shard is a part of one seed's chains. A chain is certified step by step: a step that does not prove is dropped, its
Program rejected with the verdict, and the chain goes on without it.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from corpus.records import Program, Rejected, Verdict
from corpus.seeds import Seed, load_seed
from corpus.shards import Manifest, read_table
from corpus.source.lexer import lex
from corpus.tables import program_table, reject_row, reject_table, trace_table
from flows.job import Job, JobMaker, stage_outputs, tool_words
from flows.proof import Proved, Prover
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import mutate
from generators.rewrites.apply import order, propose
from generators.rewrites.catalogue import RULES
from generators.rewrites.opposites import undoes
from generators.rewrites.rule import Context, Refusal, Rule
from generators.rewrites.style import STYLES
from generators.templates import Filling, fillings
from validators.sandbox.runner import Sandbox

NAME = "expand"
VERSION = "2"
SECTIONS = ("seed", "generate", "verify", "shard")

TOGETHER = 64
"""Ends of chains that are checked in one process; each holds its object meanwhile, about 0.1 MB."""


def jobs(make: JobMaker) -> list[Job]:
    """One job a part of a seed's chains; only seeds that passed their check."""
    size = make.recipe.shard
    parts = max(1, math.ceil(make.recipe.generate.rewrites.variants / size))
    made = []
    for path in stage_outputs(make.run, "seeds", "kept"):
        for row in read_table(path).to_pylist():
            for part in range(parts):
                inputs = [row["digest"], *tool_words(make.run)]
                made.append(make.job(f"{row['id']}-{part:03d}", inputs, seed=row["id"], part=part))
    return made


def work(job: Job) -> Manifest:
    """Grows one part of one seed."""
    seed = load_seed(job.seeds / job.seed)
    with Sandbox() as sandbox:
        verify = job.recipe.verify
        growth = _Growth(job, seed, Prover(sandbox, seed, verify.cycles, enumerate_inputs=verify.enumerate))
        growth.roots()
        growth.chains()
        growth.mutants()
        spent = sandbox.cpu_s
    programs = sorted(growth.kept.values(), key=lambda program: program.id)
    rejects = [reject_row("program", seed.id, NAME, Rejected(p.id, v), p.source) for p, v in growth.rejected]
    counts = {
        "in": len(programs) + len(rejects),
        "kept": len(programs),
        "rejected": len(rejects),
        "reasons": dict(Counter(f"{v.gate}:{v.reason}" for _, v in growth.rejected)),
        "origins": dict(Counter(program.origin for program in programs)),
        "grades": dict(Counter(program.grade for program in programs)),
        "rules": {name: dict(tally) for name, tally in sorted(growth.rules.items())},
        "operators": {name: dict(tally) for name, tally in sorted(growth.operators.items())},
    }
    told = {program.trace for program in programs if program.trace}
    tables = {
        "programs": program_table(programs),
        "traces": trace_table({name: growth.prover.traces[name] for name in told}),
        "rejects": reject_table(rejects),
    }
    return job.finish(tables, counts, spent)


@dataclass
class _Growth:
    """What one shard has grown so far."""

    job: Job
    seed: Seed
    prover: Prover
    kept: dict[str, Program] = field(default_factory=dict)
    proved: list[Proved] = field(default_factory=list)
    rejected: list[tuple[Program, Verdict]] = field(default_factory=list)
    rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    operators: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def rng(self, *what: object) -> random.Random:
        """Randomness that depends on the recipe's seed, this seed and what it is for; not on the shard."""
        return random.Random("/".join(map(str, (self.job.recipe.seed, self.seed.id, *what))))

    def roots(self) -> None:
        """Every filling that a chain of this part starts from."""
        generate = self.job.recipe.generate
        values = fillings(self.seed, self.rng("fillings"), generate.templates.fillings)
        self.bases: dict[Filling, Proved] = {}
        self.values = values
        wanted = {self.filling(number) for number in self.numbers()} | (set(values) if self.job.part == 0 else set())
        for filling in values:
            if filling in wanted:
                proved = self.prover.root(filling, default=filling == values[0])
                if self.keep(proved):
                    assert isinstance(proved, Proved)
                    self.bases[filling] = proved

    def numbers(self) -> range:
        """The chains of this part."""
        size, total = self.job.recipe.shard, self.job.recipe.generate.rewrites.variants
        return range(self.job.part * size, min(total, (self.job.part + 1) * size))

    def filling(self, number: int) -> Filling:
        """The values that a chain starts from: the fillings in turn."""
        return self.values[number % len(self.values)]

    def chains(self) -> None:
        """One chain of rewrites a number, from its filling's root."""
        named = self.job.recipe.generate.rewrites.rules
        rules = [rule for rule in RULES if not named or rule.name in named]
        tips: list[Proved] = []
        for number in self.numbers():
            base = self.bases.get(self.filling(number))
            if base is not None:
                tips += self.chain(base, rules, self.rng("chain", number))
            if len(tips) >= TOGETHER:
                self.finish(tips)
                tips = []
        self.finish(tips)

    def finish(self, tips: list[Proved]) -> None:
        """Keeps the ends of chains that pass what is left to check."""
        for found in self.prover.finish(tips):
            self.keep(found)

    def chain(self, base: Proved, rules: list[Rule], rng: random.Random) -> list[Proved]:
        """Rewrites drawn family by family in one author's style, each proved before the next; its end, if any."""
        context = Context(rng.choice(STYLES), rng, frozenset(_words(self.seed.harness)))
        steps = rng.randint(1, self.job.recipe.generate.rewrites.steps)
        tip, taken = base, 0
        for rule in order(rules, rng):
            if taken == steps:
                break
            if undoes(rule.name, (step.name for step in tip.program.steps)):
                continue
            proposal = propose(rule, tip.unit, context)
            if isinstance(proposal, Refusal):
                self.rules[rule.name][f"refused:{proposal.reason}"] += 1
                continue
            found = self.prover.step(tip, proposal)
            if isinstance(found, Program):
                self.rules[rule.name]["failed"] += 1
                self.reject(found)
                continue
            self.rules[rule.name][found.program.steps[-1].grade] += 1
            tip, taken = found, taken + 1
        return [tip] if taken else []

    def mutants(self) -> None:
        """Faults in turn by operator, each in a Program that this part has proved."""
        parts = max(1, math.ceil(self.job.recipe.generate.rewrites.variants / self.job.recipe.shard))
        bases = list(self.proved)
        for number in range(self.job.part, self.job.recipe.generate.mutants.tried if bases else 0, parts):
            rng = self.rng("mutant", number)
            base = rng.choice(bases)
            # In turn, and where this Program has no place for one, the next operator.
            for shift in range(len(OPERATORS)):
                operator = OPERATORS[(number + shift) % len(OPERATORS)]
                faulty = mutate(operator, base.unit, rng)
                if faulty is not None:
                    program = self.prover.fault(base, faulty)
                    self.operators[operator.name][program.verdicts[-1].reason] += 1
                    self.keep_or_reject(program)
                    break

    def keep(self, found: Proved | Program) -> bool:
        """Keeps what was proved with an accepted grade."""
        program = found.program if isinstance(found, Proved) else found
        if not self.keep_or_reject(program):
            return False
        if isinstance(found, Proved):
            self.proved.append(found)
        return True

    def keep_or_reject(self, program: Program) -> bool:
        """Sorts one Program; a second one with the same text is a copy."""
        verdict = program.failed
        if verdict is None and program.fault is None and program.grade not in self.job.recipe.verify.accept:
            verdict = Verdict("evidence", "failed", "grade-not-accepted", program.grade)
        if verdict is None and program.id in self.kept:
            verdict = Verdict("expand", "failed", "copy", f"the same text as {program.id}")
        if verdict is not None:
            self.rejected.append((program, verdict))
            return False
        self.kept[program.id] = program
        return True

    def reject(self, program: Program) -> None:
        """Rejects a step that did not prove."""
        verdict = program.failed
        assert verdict is not None
        self.rejected.append((program, verdict))


def _words(harness: str) -> set[str]:
    """Every identifier of the harness: a rename of one must be recorded for it."""
    source = harness.encode()
    return {source[t.start : t.end].decode() for t in lex(source) if t.kind == "identifier"}
