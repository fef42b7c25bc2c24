"""Chains of rewrites of one shard: drafted without tools until one is new, then proved step by step."""

from __future__ import annotations

import random
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from corpus.recipe import Rewrites
from corpus.records import Program, Verdict, program_id
from corpus.source.shape import shape_of
from flows.proof import Proved, Prover
from generators.rewrites.apply import Proposal
from generators.rewrites.composition import Composition, Draft
from generators.rewrites.rule import Context, Rule

GATE = "expand"

ATTEMPTS = 8
"""Drafts of one chain while new shapes are still found; fewer and fewer when they are not."""

REMEMBERED = 128
"""Proved steps kept, since many chains of a seed begin alike; each holds its object, about 0.1 MB."""


@dataclass
class Chains:
    """The chains of one shard.

    `rules` counts what became of each rule in the chains that went to the tools: refused by reason, applied by grade,
    failed by gate and reason. `draws` counts the shapes of all drafts that were far enough from their root.
    """

    prover: Prover
    wish: Rewrites
    drawable: tuple[Rule, ...]
    context: Callable[[random.Random], Context]
    rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    draws: Counter[str] = field(default_factory=Counter)
    rejected: list[tuple[Program, Verdict]] = field(default_factory=list)
    _made: set[str] = field(default_factory=set)
    _shapes: set[str] = field(default_factory=set)
    _fruitless: int = 0
    _proofs: OrderedDict[object, Proved | Program] = field(default_factory=OrderedDict)

    def starts(self, bases: Iterable[Proved]) -> None:
        """Roots are there already: no chain may come back to one."""
        for base in bases:
            self._made.add(base.program.id)
            self._shapes.add(shape_of(base.unit.src).digest)

    def grow(self, base: Proved, rng: Callable[[int], random.Random]) -> Proved | None:
        """The end of a chain from this root, or None; `rng` gives the randomness of each attempt."""
        found = self._drafted(base, rng)
        return None if found is None else self._proved(base, *found)

    def blame(self, program: Program) -> None:
        """Counts a chain whose end failed against each of its rules, since any of them may be the cause."""
        verdict = program.failed
        if verdict is not None:
            for step in program.steps:
                if step.kind == "rewrite":
                    self.rules[step.name][f"ended:{verdict.gate}:{verdict.reason}"] += 1

    def _drafted(self, base: Proved, rng: Callable[[int], random.Random]) -> tuple[Composition, Draft] | None:
        """The first draft whose shape is new; else one whose text is; else none, and the best of them is rejected."""
        near: Draft | None = None
        repeated: Draft | None = None
        same_shape: tuple[Composition, Draft] | None = None
        for attempt in range(max(2, ATTEMPTS >> self._fruitless)):
            context = self.context(rng(attempt))
            composition = Composition.drawn(self.drawable, context, self.wish.steps, self.wish.distance_min)
            draft = composition.draft(base.unit, base.unit)
            if not draft.proposals:
                continue
            if draft.near:
                near = near or draft
                continue
            self.draws[draft.shape.digest] += 1
            if _id(base.program, draft) in self._made:
                repeated = repeated or draft
            elif draft.shape.digest not in self._shapes:
                self._fruitless = 0
                return composition, draft
            else:
                same_shape = same_shape or (composition, draft)
        self._fruitless += 1
        if same_shape is None and repeated is not None:
            self._reject(_planned(base.program, repeated), _copy(repeated))
        elif same_shape is None and near is not None:
            self._reject(_planned(base.program, near), self._too_near(near))
        return same_shape

    def _proved(self, base: Proved, composition: Composition, draft: Draft) -> Proved | None:
        """Each step proved before the next; one that is not is left out, and the rest is drafted anew without it."""
        self._take(base.program, draft)
        tip, done, barred, left = base, list[str](), set[str](), list(draft.proposals)
        while left:
            proposal = left.pop(0)
            rule = proposal.step.name
            found = self._step(tip, proposal)
            if isinstance(found, Program):
                barred.add(rule)
                draft = composition.draft(base.unit, tip.unit, done, barred)
                left = list(draft.proposals)
                self._refused(draft)
            else:
                self.rules[rule][found.program.steps[-1].grade] += 1
                tip, done = found, [*done, rule]
        if not done:
            return None
        if barred:
            again = tip.program.id in self._made
            if draft.near or again:
                self._reject(tip.program, _copy(draft) if again else self._too_near(draft))
                return None
            self._made.add(tip.program.id)
            self._shapes.add(draft.shape.digest)
        return tip

    def _take(self, base: Program, draft: Draft) -> None:
        self._made.add(_id(base, draft))
        self._shapes.add(draft.shape.digest)
        self._refused(draft)

    def _refused(self, draft: Draft) -> None:
        for rule, reason in draft.refused:
            self.rules[rule][f"refused:{reason}"] += 1

    def _step(self, tip: Proved, proposal: Proposal) -> Proved | Program:
        """One step's proof, remembered: chains that begin alike ask for it again. A failure is rejected once."""
        key = (tip.program.id, tip.program.aliases, tip.program.steps, proposal)
        found = self._proofs.get(key)
        if found is None:
            found = self.prover.step(tip, proposal)
            if isinstance(found, Program):
                verdict = found.failed
                assert verdict is not None
                self._reject(found, verdict)
        self._proofs[key] = found
        self._proofs.move_to_end(key)
        if len(self._proofs) > REMEMBERED:
            self._proofs.popitem(last=False)
        if isinstance(found, Program) and found.failed is not None:
            self.rules[proposal.step.name][f"failed:{found.failed.gate}:{found.failed.reason}"] += 1
        return found

    def _too_near(self, draft: Draft) -> Verdict:
        words = f"{draft.distance:.3f} from its root, not {self.wish.distance_min:g}"
        return Verdict(GATE, "failed", "too-near", words)

    def _reject(self, program: Program, verdict: Verdict) -> None:
        self.rejected.append((program, verdict))


def _copy(draft: Draft) -> Verdict:
    return Verdict(GATE, "failed", "copy", f"a text that was made before, {draft.distance:.3f} from its root")


def _id(base: Program, draft: Draft) -> str:
    return program_id(base.seed, draft.source.decode(), base.holes)


def _planned(base: Program, draft: Draft) -> Program:
    """What a draft would have given, to be rejected."""
    steps = (*base.steps, *(proposal.step for proposal in draft.proposals))
    return Program(_id(base, draft), base.seed, draft.source.decode(), "rewrite", base.id, base.holes, steps=steps)
