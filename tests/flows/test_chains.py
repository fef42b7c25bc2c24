"""Chains of a shard: none like another, none too near, a failing step left out, and no proof made twice."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from corpus.recipe import Rewrites
from corpus.records import Verdict
from corpus.seeds import load_seed
from corpus.source.edits import Edit
from corpus.source.shape import shape_of
from corpus.source.unit import Unit
from flows.chains import ATTEMPTS, Chains
from flows.proof import Proved, Prover
from flows.settings import ROOT
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Context, Rule, Site, rewrite
from generators.rewrites.style import STYLES
from generators.templates import fillings
from validators.sandbox.runner import Sandbox

SEED = load_seed(ROOT / "datasets" / "seeds" / "crc8-maxim")
RULE = {rule.name: rule for rule in RULES}


@rewrite(family="loops", en="Break a loop", zh="弄坏循环", changes=[("int a = 8;\n", "int a;\n")], keeps=["int b;\n"])
def broken_bound(unit: Unit, context: Context) -> Iterator[Site]:
    """Not sound: the loop runs once less."""
    at = unit.src.find(b"bit < 8")
    yield Site((Edit(at, at + 7, b"bit < 7"),)) if at >= 0 else Site(())


@pytest.fixture(scope="module")
def base() -> Iterator[tuple[Prover, Proved]]:
    """The seed's own Program, proved."""
    with Sandbox() as sandbox:
        prover = Prover(sandbox, SEED, 2_000_000, enumerate_inputs=False, coverage=False)
        root = prover.root(fillings(SEED, random.Random(1), 1)[0], default=True)
        assert isinstance(root, Proved)
        yield prover, root


def chains(prover: Prover, root: Proved, rules: tuple[Rule, ...] = RULES, **wish: float) -> Chains:
    """Chains in one author's style."""
    made = Chains(prover, Rewrites.model_validate(wish), rules, lambda rng: Context(STYLES[0], rng))
    made.starts([root])
    return made


def grown(made: Chains, root: Proved, number: int) -> Proved | None:
    return made.grow(root, lambda attempt: random.Random(f"{number}/{attempt}"))


def named(*names: str) -> tuple[Rule, ...]:
    return tuple(RULE[name] for name in names)


def test_no_two_chains_give_the_same_tree(base: tuple[Prover, Proved]) -> None:
    """While there are others: a text that differs in braces only is not enough."""
    prover, root = base
    made = chains(prover, root, named("for-to-while", "for-to-do-while", "invert-if", "braces-added"), steps=2)
    ends = [grown(made, root, number) for number in range(4)]
    shapes = {shape_of(end.program.source.encode()).digest for end in ends if end is not None}
    assert len(shapes) == 4 < made.draws.total() and not made.rejected
    assert shape_of(root.program.source.encode()).digest not in shapes


def test_a_seed_that_is_used_up_gives_copies_that_no_tool_sees(base: tuple[Prover, Proved]) -> None:
    """One rule with two sites gives two programs; the third chain is rejected, drafted and not proved."""
    prover, root = base
    made = chains(prover, root, named("spelt-out-assignment"))
    sites = 0
    for number in range(9):
        if grown(made, root, number) is None:
            break
        sites += 1
    ((program, verdict),) = made.rejected
    assert (verdict.gate, verdict.reason, program.verdicts) == ("expand", "copy", ())
    assert made.rules["spelt-out-assignment"].total() == sites == len(made.draws) < ATTEMPTS < made.draws.total()


def test_a_chain_that_stays_too_near_is_rejected_with_its_distance(base: tuple[Prover, Proved]) -> None:
    """Before any tool: a loop made another is at 0.1 here."""
    prover, root = base
    made = chains(prover, root, named("for-to-while", "hex-case"), distance_min=0.3)
    assert grown(made, root, 1) is None
    ((program, verdict),) = made.rejected
    assert (verdict.gate, verdict.reason) == ("expand", "too-near")
    assert verdict.evidence.endswith("from its root, not 0.3") and program.parent == root.program.id
    assert not made.rules and not made.draws


def test_a_step_that_does_not_prove_is_left_out_and_counted_by_its_gate(base: tuple[Prover, Proved]) -> None:
    """The chain goes on without it; the rule stands out in the counts."""
    prover, root = base
    made = chains(prover, root, (broken_bound, RULE["returned-choice"], RULE["truth-spelt-out"]), steps=3)
    ends = [end for number in range(4) if (end := grown(made, root, number)) is not None]
    assert ends and all("bit < 8" in end.program.source for end in ends)
    failures = [name for name in made.rules["broken-bound"] if name.startswith("failed:equivalent:")]
    assert failures and set(made.rules["broken-bound"]) == set(failures)
    failed = [program for program, verdict in made.rejected if verdict.gate == "equivalent"]
    assert failed and len({program.id for program in failed}) == len(failed)


def test_chains_that_begin_alike_are_proved_once_as_far(base: tuple[Prover, Proved]) -> None:
    """The second time the same object comes back."""
    prover, root = base
    made = chains(prover, root, named("for-to-while"), steps=1)
    end = grown(made, root, 1)
    assert isinstance(end, Proved)
    other = chains(prover, root, named("for-to-while"), steps=1)
    other._proofs = made._proofs
    assert grown(other, root, 1) is end


def test_a_chain_that_failed_at_its_end_is_told_by_its_rules(base: tuple[Prover, Proved]) -> None:
    """Each of them may be the cause."""
    prover, root = base
    made = chains(prover, root, named("for-to-while"), steps=1)
    end = grown(made, root, 1)
    assert end is not None
    (found,) = prover.finish([end])
    assert isinstance(found, Proved), "this one passes"
    failed = found.program.judged(Verdict("compile-clang", "failed", "warning"))
    made.blame(failed)
    assert made.rules["for-to-while"]["ended:compile-clang:warning"] == 1


def test_chains_depend_on_their_number_and_not_on_the_run(base: tuple[Prover, Proved]) -> None:
    """The same numbers give the same programs."""
    prover, root = base
    runs = [[grown(chains(prover, root, steps=3), root, number) for number in (5, 6)] for _ in range(2)]
    texts = [[end.program.source for end in run if end is not None] for run in runs]
    assert texts[0] == texts[1] and len(texts[0]) == 2
