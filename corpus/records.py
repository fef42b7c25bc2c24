"""The records that pass between the stages: verdicts, steps, Programs and Examples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Outcome = Literal["passed", "failed", "unknown"]
Origin = Literal["seed", "template", "rewrite", "mutant", "model"]
Language = Literal["en", "zh"]
Needs = Literal["explicit", "implicit", "none"]
"""Whether a request states the safety needs of its program, leaves them to be met unasked, or nobody named any."""
Task = Literal["write", "complete", "explain", "refactor", "fix", "port"]

# Evidence that a Program behaves as its parent, strongest first; "harness" is a Program that passed its own seed's
# harness (the root of a lineage) and "compiled" one that only compiled.
GRADES = ("same-tokens", "identical-object", "enumerated", "simulated", "harness", "compiled")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message of a compiler or a checker. Line and column count from 1, 0 where the tool gives none; `code` is its
    class, as the tool names it (`unused-variable`, `85`, `unbounded-wait`)."""

    file: str
    line: int
    column: int
    severity: Literal["error", "warning"]
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one gate said of one record: a short reason word, and the evidence in words.

    `tool` is the program that was asked, its version and its flags, where one was.
    """

    gate: str
    outcome: Outcome
    reason: str = ""
    evidence: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    tool: str = ""

    @property
    def passed(self) -> bool:
        """True only for `passed`; `unknown` counts as rejected unless a recipe accepts it."""
        return self.outcome == "passed"


@dataclass(frozen=True, slots=True)
class Step:
    """One recorded way in which a Program came from its parent.

    `name` is the rule, operator or strategy; `params` are its choices; `grade` is the evidence that this step
    kept the behaviour (one of GRADES, empty for a template filling, a mutation or a model's answer).
    `edits` are (start, end, text) in bytes of the parent's source.
    """

    kind: Literal["template", "rewrite", "mutant", "model"]
    name: str
    family: str = ""
    params: tuple[tuple[str, str], ...] = ()
    grade: str = ""
    edits: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Witness:
    """The proof that two programs differ: under one stimulus, the first event that is not the same.

    `draw` and `fill` seed the harness's stimuli and the memory at power-up, so that the run can be repeated; `event`
    counts from 0 in the trace; `expected` and `actual` are the two events as a trace spells them, empty where one had
    ended.
    """

    draw: int
    fill: int
    event: int
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a mutant, as it was seen: a compiler's messages (`diagnostics`), the first event that differs
    on the simulator (`witness`), or what a static check finds in it and not in the original (`diagnostics`). `seen`
    says it in one line; `line` is where the program was changed."""

    kind: Literal["compile", "behaviour", "finding"]
    operator: str
    seen: str
    line: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of program memory, RAM on the chip and external RAM, as the target's compiler reports them.

    `stack` is the largest frame of one function where the compiler tells it (gcc's -fstack-usage), else None.
    """

    code: int
    iram: int
    xram: int = 0
    stack: int | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a program its harness ran: source lines that have code, and outcomes of its conditional jumps.

    Both are read off the object code: each conditional jump has two outcomes, taken and not taken.
    """

    lines: int
    lines_total: int
    branches: int
    branches_total: int


@dataclass(frozen=True, slots=True)
class Program:
    """One C unit with its lineage and its verdicts.

    `seed` is the lineage's root; `holes` are the template values as (name, text); `aliases` map a name that the
    harness uses to the name that this unit gives it. `cycles` counts machine cycles of the harness run and `stack` the
    most bytes of stack in it. The deltas are against the Program at the root of the lineage, in bytes of code and in
    cycles, negative for smaller and faster. `distance` is how far its shape is from that root's, 0..1 (see
    `corpus.source.shape`), None where there is no such root. `trace` names the stored trace of what it did.
    """

    id: str
    seed: str
    source: str
    origin: Origin
    parent: str = ""
    holes: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    grade: str = ""
    fault: Fault | None = None
    sizes: Sizes | None = None
    cycles: int = 0
    stack: int = 0
    code_delta: int | None = None
    cycles_delta: int | None = None
    distance: float | None = None
    coverage: Coverage | None = None
    trace: str = ""

    def judged(self, *verdicts: Verdict) -> Program:
        """The same Program with these verdicts added."""
        return replace(self, verdicts=self.verdicts + verdicts)

    @property
    def failed(self) -> Verdict | None:
        """The first verdict that did not pass, if any."""
        return next((v for v in self.verdicts if not v.passed), None)


def program_id(seed: str, source: str, holes: tuple[tuple[str, str], ...] = ()) -> str:
    """16 hex digits that name a Program by its lineage and text."""
    text = "\0".join((seed, source, *(f"{name}={value}" for name, value in holes)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Text:
    """What a model wrote about a verified Program and what its gates passed: prose, or a harness in C.

    `program` is the Program's id, `strategy` the way in which it was asked for, `evidence` says who wrote it and which
    gates it passed.
    """

    id: str
    seed: str
    program: str
    strategy: str
    language: Language
    text: str
    evidence: str


def text_id(program: str, strategy: str, language: str, text: str) -> str:
    """16 hex digits that name a Text by its Program, its kind and its words."""
    return hashlib.sha256("\0".join((program, strategy, language, text)).encode()).hexdigest()[:16]


def trace_id(runs: Iterable[tuple[int, str, str]]) -> str:
    """16 hex digits that name what a program did, from (draw, outcome, events) of each stimulus."""
    return hashlib.sha256(repr(tuple(runs)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat: exactly the two keys that every trainer reads."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What an Example is about, the axes of the mixture."""

    target: str
    dialect: str
    peripheral: str
    difficulty: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """One training row.

    `messages` ends with the assistant's answer. `prefix`, `middle`, `suffix` are set for `complete` only.
    `programs` are the ids it was made from, the answer's first. `phrasing` names the template of words used, so that
    a report can show their spread. `needs` says whether the request states the safety needs that its program meets.
    `tokens` estimates the whole row, `answer_tokens` the trained part.
    """

    id: str
    task: Task
    language: Language
    messages: tuple[Message, ...]
    labels: Labels
    seed: str
    programs: tuple[str, ...]
    origin: Origin
    grade: str
    phrasing: str
    prefix: str = ""
    middle: str = ""
    suffix: str = ""
    tokens: int = 0
    answer_tokens: int = 0
    evidence: str = ""
    steps: tuple[str, ...] = ()
    needs: Needs = "none"
    scores: tuple[tuple[str, float], ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    def judged(self, *verdicts: Verdict) -> Example:
        """The same Example with these verdicts added."""
        return replace(self, verdicts=self.verdicts + verdicts)

    @property
    def failed(self) -> Verdict | None:
        """The first verdict that did not pass, if any."""
        return next((v for v in self.verdicts if not v.passed), None)

    @property
    def instruction(self) -> str:
        """The text of the last user turn."""
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")

    @property
    def answer(self) -> str:
        """The text of the last turn, which is the assistant's."""
        return self.messages[-1].content


def example_id(task: str, language: str, messages: tuple[Message, ...]) -> str:
    """16 hex digits that name an Example by its text."""
    text = "\0".join((task, language, *(f"{m.role}\0{m.content}" for m in messages)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that a selection left out: the verdict says why, `winner` is the id that beat it (duplicates only)."""

    id: str
    verdict: Verdict
    winner: str = ""
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class Selection:
    """What a selection kept, by id and in order, and what it left out; together they are its whole input."""

    kept: tuple[str, ...]
    rejected: tuple[Rejected, ...]
