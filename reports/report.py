"""What a report holds: plain data, gathered once, shown as a page, as JSON and as a dataset card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.model import ModelYield
from reports.reach import Reach


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that share a label: `share` is their fraction of all rows."""

    name: str
    rows: int
    tokens: int
    share: float


@dataclass(frozen=True, slots=True)
class SetSize:
    """How large the set is. `rows` count repeats; `different` do not. Tokens are estimates."""

    train: int
    validation: int
    different: int
    tokens: int
    answer_tokens: int
    bytes: int

    @property
    def rows(self) -> int:
        """Rows of both splits."""
        return self.train + self.validation


@dataclass(frozen=True, slots=True)
class StageYield:
    """What one stage took in, kept and rejected, and what it cost in CPU seconds (compilers and simulators: `tool`)."""

    name: str
    words: str
    shards: int
    entered: int
    kept: int
    rejected: int
    reasons: tuple[tuple[str, int], ...]
    own_cpu_s: float
    tool_cpu_s: float

    @property
    def share(self) -> float:
        """The fraction kept, 0 where nothing came in."""
        return self.kept / self.entered if self.entered else 0.0


@dataclass(frozen=True, slots=True)
class RuleYield:
    """What became of one rewrite rule: `applied` by grade of evidence, `refused` by reason, `failed` its proof by gate
    and reason; `tried` is their sum. `ended` chains held the rule, proved step by step, and failed at the end."""

    name: str
    family: str
    words: str
    tried: int
    applied: int
    grades: tuple[tuple[str, int], ...]
    failed: int
    failures: tuple[tuple[str, int], ...]
    refused: int
    refusals: tuple[tuple[str, int], ...]
    ended: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class OperatorYield:
    """What became of one mutation operator: caught by a compiler or by the harness, the same machine code, not seen."""

    name: str
    words: str
    by_compiler: int
    by_harness: int
    equivalent: int
    not_seen: int
    other: int


@dataclass(frozen=True, slots=True)
class Margin:
    """One line of the mixture: share of tokens as asked and as it is, and the amounts; `available` tokens, each row
    once."""

    axis: str
    value: str
    target: float
    achieved: float
    tokens: int
    rows: int
    repeated: int
    available: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A share or budget that could not be met, in words, with what to make more of as (cell, rows)."""

    axis: str
    value: str
    tokens: int
    words: str
    make: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class MixtureOutcome:
    """How the mixture came out; `reach` is the largest budget at which every share could be met."""

    budget: int
    unit: str
    filled: int
    reach: int
    repeat_cap: int
    effective_rows: float
    margins: tuple[Margin, ...]
    shortfalls: tuple[Shortfall, ...]
    binding: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Nothing is short."""
        return not self.shortfalls

    @property
    def starved(self) -> bool:
        """The budget itself is short."""
        return any(one.axis == "budget" for one in self.shortfalls)


@dataclass(frozen=True, slots=True)
class Pair:
    """A Program that was left out for another; `similarity` is Jaccard, 1 for the same tokens up to a renaming."""

    reason: str
    similarity: float
    loser: str
    loser_seed: str
    loser_text: str
    winner: str
    winner_seed: str
    winner_text: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """One seed and what came of it. `capped` counts Programs that the cap on lineages left out."""

    seed: str
    title: str
    title_zh: str
    peripheral: str
    difficulty: int
    license: str
    split: str
    programs: int
    capped: int
    rows: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One number about variety, and how to read it."""

    name: str
    value: float
    words: str


@dataclass(frozen=True, slots=True)
class Variety:
    """How varied the set is: measures on a sample of Programs, the commonest openings, the spread of phrasings.

    `phrasings` lists for each task and language: rows, different phrasings, and the share of the commonest one.
    """

    sample: int
    measures: tuple[Measure, ...]
    openings: tuple[tuple[str, int], ...]
    instructions: int
    phrasings: tuple[tuple[str, str, int, int, float], ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """Rows and tokens that are longer than a trainer takes. `cut` tokens are lost where it truncates, `dropped` where
    it leaves long rows out; fractions of all rows and tokens."""

    tokens: int
    longer_rows: int
    longer: float
    cut: float
    dropped: float


@dataclass(frozen=True, slots=True)
class Lengths:
    """Estimated tokens of rows: quantiles, a histogram (`edges` has one more than `counts`), and loss at limits."""

    mean: float
    quantiles: tuple[tuple[str, int], ...]
    edges: tuple[int, ...]
    counts: tuple[int, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Rows and seeds by peripheral (first index) and difficulty."""

    peripherals: tuple[str, ...]
    difficulties: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    seeds: tuple[tuple[int, ...], ...]

    @property
    def empty(self) -> tuple[tuple[str, int], ...]:
        """The cells without a row."""
        return tuple(
            (peripheral, difficulty)
            for peripheral, line in zip(self.peripherals, self.rows, strict=True)
            for difficulty, rows in zip(self.difficulties, line, strict=True)
            if not rows
        )


@dataclass(frozen=True, slots=True)
class Medians:
    """What was measured of the Programs of one origin, as medians (of an even number the lower one), None where nothing
    was: bytes of code, of RAM (on the chip and external) and of stack, and machine cycles of the harness run."""

    origin: str
    programs: int
    code: int | None
    ram: int | None
    stack: int | None
    cycles: int | None


@dataclass(frozen=True, slots=True)
class Deltas:
    """What rewrites changed against the root of their lineage: the median, and how many became less, the same, more."""

    name: str
    median: int | None
    less: int
    same: int
    more: int


@dataclass(frozen=True, slots=True)
class Reached:
    """What one Program's harness ran of it, as shares of its lines and of the outcomes of its conditional jumps."""

    seed: str
    program: str
    lines: float
    branches: float


@dataclass(frozen=True, slots=True)
class HarnessCoverage:
    """What harnesses ran of the Programs that ran, faulty ones apart: shares over all of them together.

    None where none has figures. `unmeasured` Programs ran and have none. `low_lines` and `low_branches` are Programs
    below `low`; `worst` are the seeds with the lowest shares, each with its worst Program.
    """

    programs: int
    unmeasured: int
    lines: float | None
    branches: float | None
    low: float
    low_lines: int
    low_branches: int
    worst: tuple[Reached, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What the compiler and the simulator measured of the Programs that the select stage kept."""

    medians: tuple[Medians, ...]
    deltas: tuple[Deltas, ...]
    harness: HarnessCoverage


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a lineage: kind, name, the grade that proved it (empty where none is due), its choices in words."""

    kind: str
    name: str
    grade: str
    choices: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One row as it stands in the set, with its lineage and, for a change of code, the difference."""

    id: str
    split: str
    task: str
    language: str
    peripheral: str
    difficulty: int
    tokens: int
    turns: tuple[tuple[str, str], ...]
    grade: str
    evidence: str
    seed: str
    programs: tuple[str, ...]
    steps: tuple[StepLine, ...]
    phrasing: str
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """Something that was left out, as rejects.parquet has it; `text` may be empty or cut."""

    id: str
    kind: str
    seed: str
    stage: str
    gate: str
    outcome: str
    reason: str
    evidence: str
    winner: str
    similarity: float
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `groups` maps a label (grade, task, language, origin) to its groups; `stimuli` is how many
    stimuli stand behind the grade `simulated`, each under `fills` memory contents; `recipe` is the recipe as run;
    `refused` are the seeds that were left out, each with what is wrong with it; `models` is empty without a model."""

    name: str
    size: SetSize
    groups: Mapping[str, tuple[Group, ...]]
    stages: tuple[StageYield, ...]
    gates: tuple[tuple[str, int], ...]
    mixture: MixtureOutcome
    rules: tuple[RuleYield, ...]
    reach: tuple[Reach, ...]
    operators: tuple[OperatorYield, ...]
    copies: tuple[tuple[str, int], ...]
    pairs: tuple[Pair, ...]
    lineages: tuple[Lineage, ...]
    lineage_cap: int
    variety: Variety
    lengths: Lengths
    measured: Measured
    coverage: Coverage
    samples: tuple[Sample, ...]
    rejects: tuple[Reject, ...]
    rejected: int
    stimuli: int
    fills: int
    contains_model: bool
    tools: Mapping[str, str]
    packages: Mapping[str, str]
    recipe: Mapping[str, Any]
    refused: tuple[tuple[str, str], ...] = ()
    models: tuple[ModelYield, ...] = ()
