"""Stage: seeds grow. Templates are filled, rewrites chained, faults made; each Program is proved as it comes about.

A shard is a part of one seed's chains. No two chains of a shard give the same text, nor the same normalised tree where
another is to be had; shards do not see each other, and what two of them made alike is left out later, by its id. A
chain is certified step by step: a step that does not prove is dropped, its Program rejected with the verdict, and the
chain goes on without it.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import partial

from corpus.records import Program, Rejected, Verdict
from corpus.seeds import Seed, SeedError, load_seed
from corpus.shards import Manifest, read_table
from corpus.source.lexer import lex
from corpus.source.shape import distance, shape_of
from corpus.tables import draw_table, program_table, reject_row, reject_table, trace_table
from flows.chains import Chains
from flows.job import Job, JobMaker, stage_outputs, tool_words
from flows.proof import Proved, Prover
from generators.mutants.catalogue import in_turn
from generators.mutants.operator import Faulty, mutate
from generators.rewrites.catalogue import RULES
from generators.rewrites.composition import count_sites
from generators.rewrites.rule import Context
from generators.rewrites.style import STYLES
from generators.templates import Filling, default_filling, fillings
from validators.sandbox.runner import Sandbox

NAME = "expand"
VERSION = "4"
SECTIONS = ("seed", "generate", "verify", "shard")

TOGETHER = 64
"""Ends of chains, and faults, that are judged in one process; each holds its object meanwhile, about 0.1 MB."""


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
        broken = growth.roots()
        growth.chains()
        growth.mutants()
        spent = sandbox.cpu_s
    programs = sorted(growth.kept.values(), key=lambda program: program.id)
    rejects = [reject_row("program", seed.id, NAME, Rejected(p.id, v), p.source) for p, v in growth.rejected]
    rejects += [reject_row("seed", seed.id, NAME, Rejected(seed.id, verdict), seed.program) for verdict in broken]
    counts = {
        "in": len(programs) + len(rejects),
        "kept": len(programs),
        "rejected": len(rejects),
        "reasons": dict(Counter(f"{v.gate}:{v.reason}" for v in (*(v for _, v in growth.rejected), *broken))),
        "origins": dict(Counter(program.origin for program in programs)),
        "grades": dict(Counter(program.grade for program in programs)),
        "chains": len(growth.numbers()),
        "sites": growth.sites(),
        "rules": {name: dict(tally) for name, tally in sorted(growth.made.rules.items())},
        "operators": {name: dict(tally) for name, tally in sorted(growth.operators.items())},
    }
    told = {program.trace for program in programs if program.trace}
    tables = {
        "programs": program_table(programs),
        "traces": trace_table({name: growth.prover.traces[name] for name in told}),
        "draws": draw_table(seed.id, growth.made.draws),
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
    bases: dict[Filling, Proved] = field(default_factory=dict)
    operators: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def __post_init__(self) -> None:
        wish = self.job.recipe.generate.rewrites
        rules = tuple(rule for rule in RULES if not wish.rules or rule.name in wish.rules)
        self.held = frozenset(_words(self.seed.harness))
        self.made = Chains(self.prover, wish, rules, self.context, rejected=self.rejected)

    def context(self, rng: random.Random) -> Context:
        """What rules may ask, in the style of an author drawn for one chain."""
        return Context(rng.choice(STYLES), rng, self.held, frozenset(self.seed.sheet.delays))

    def rng(self, *what: object) -> random.Random:
        """Randomness that depends on the recipe's seed, this seed and what it is for; not on the shard."""
        return random.Random("/".join(map(str, (self.job.recipe.seed, self.seed.id, *what))))

    def roots(self) -> list[Verdict]:
        """Every filling that a chain of this part starts from; what is wrong where a drawn one does not evaluate."""
        generate = self.job.recipe.generate
        try:
            values = fillings(self.seed, self.rng("fillings"), generate.templates.fillings)
        except SeedError as error:
            # The defaults do, as the check has shown.
            self.values = [default_filling(self.seed)]
            return [Verdict("format", "failed", "broken-seed", str(error).replace(f"{self.job.seeds}/", ""))]
        self.values = values
        wanted = {self.filling(number) for number in self.numbers()} | (set(values) if self.job.part == 0 else set())
        for filling in values:
            if filling in wanted:
                proved = self.prover.root(filling, default=filling == values[0])
                if self.keep(proved):
                    assert isinstance(proved, Proved)
                    self.bases[filling] = proved
        return []

    def numbers(self) -> range:
        """The chains of this part."""
        size, total = self.job.recipe.shard, self.job.recipe.generate.rewrites.variants
        return range(self.job.part * size, min(total, (self.job.part + 1) * size))

    def filling(self, number: int) -> Filling:
        """The values that a chain starts from: the fillings in turn."""
        return self.values[number % len(self.values)]

    def chains(self) -> None:
        """One chain of rewrites a number, from its filling's root."""
        self.made.starts(self.bases.values())
        tips: list[Proved] = []
        for number in self.numbers():
            base = self.bases.get(self.filling(number))
            tip = None if base is None else self.made.grow(base, partial(self.rng, "chain", number))
            if tip is not None:
                tips.append(tip)
            if len(tips) >= TOGETHER:
                self.finish(tips)
                tips = []
        self.finish(tips)

    def finish(self, tips: list[Proved]) -> None:
        """Keeps the ends of chains that pass what is left to check."""
        for found in self.prover.finish(tips):
            if not self.keep(found) and isinstance(found, Program):
                self.made.blame(found)

    def sites(self) -> dict[str, int]:
        """Where rules of structure could act in the seed's own Program; counted by the first part."""
        base = self.bases.get(self.values[0]) if self.job.part == 0 else None
        return {} if base is None else count_sites(self.made.drawable, base.unit, self.context(self.rng("sites")))

    def mutants(self) -> None:
        """Faults in turn by operator, each in a Program that this part has proved."""
        parts = max(1, math.ceil(self.job.recipe.generate.rewrites.variants / self.job.recipe.shard))
        bases, turn = list(self.proved), in_turn(self.rng("operators"))
        drawn: list[tuple[Proved, Faulty]] = []
        for number in range(self.job.part, self.job.recipe.generate.mutants.tried if bases else 0, parts):
            rng = self.rng("mutant", number)
            base = rng.choice(bases)
            # In turn, and where this Program has no place for one, the next operator.
            for shift in range(len(turn)):
                faulty = mutate(turn[(number + shift) % len(turn)], base.unit, rng)
                if faulty is not None:
                    drawn.append((base, faulty))
                    break
        for first in range(0, len(drawn), TOGETHER):
            for program in self.prover.faults(drawn[first : first + TOGETHER]):
                self.operators[program.steps[-1].name][program.verdicts[-1].reason] += 1
                self.keep_or_reject(program)

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
        self.kept[program.id] = self.measured(program)
        return True

    def measured(self, program: Program) -> Program:
        """With its distance to the root whose values it has."""
        root = next((base for values, base in self.bases.items() if values.texts == program.holes), None)
        if root is None:
            return replace(program, distance=0.0)
        shapes = (shape_of(source.encode()) for source in (root.program.source, program.source))
        return replace(program, distance=distance(*shapes))


def _words(harness: str) -> set[str]:
    """Every identifier of the harness: a rename of one must be recorded for it."""
    source = harness.encode()
    return {source[t.start : t.end].decode() for t in lex(source) if t.kind == "identifier"}
