"""Proof on the chips whose compiler is gcc: the program's own object is what is compared."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from corpus.records import Program, Step
from corpus.seeds import load_seed
from flows.proof import Proved, Prover
from flows.settings import ROOT
from generators.mutants.operator import Faulty
from generators.rewrites.apply import Proposal, propose
from generators.rewrites.names import rename_functions
from generators.rewrites.rule import Context
from generators.rewrites.style import STYLES
from generators.templates import default_filling
from validators.sandbox.runner import Sandbox

SEEDS = ROOT / "tests" / "datasets" / "seeds"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all."""
    with Sandbox() as opened:
        yield opened


def rooted(sandbox: Sandbox, name: str) -> tuple[Prover, Proved]:
    """A seed's prover and its proved program."""
    seed = load_seed(SEEDS / name)
    prover = Prover(sandbox, seed, 2_000_000)
    root = prover.root(default_filling(seed), default=True)
    assert isinstance(root, Proved)
    return prover, root


def proposal(root: Proved, old: str, new: str) -> Proposal:
    """One hand-made rewrite."""
    source = root.program.source
    assert source.count(old) == 1
    start = source.encode().index(old.encode())
    step = Step("rewrite", "by-hand", edits=((start, start + len(old.encode()), new),))
    return Proposal(source.replace(old, new).encode(), step, ())


def mutant(root: Proved, old: str, new: str) -> Faulty:
    """One hand-made fault."""
    made = proposal(root, old, new)
    line = root.program.source[: root.program.source.index(old)].count("\n") + 1
    return Faulty(made.source, Step("mutant", "by-hand"), line)


SPELT_OUT = {
    "tick-avr": ("until_toggle--;", "until_toggle = until_toggle - 1;"),
    "ring-stm32": ("head - tail == RING_SIZE", "RING_SIZE == head - tail"),
    "tick-stm8": ("ticks < TICKS_PER_SECOND", "TICKS_PER_SECOND > ticks"),
}


@pytest.mark.parametrize("name", ["tick-avr", "ring-stm32"])
def test_the_same_code_needs_no_second_image(sandbox: Sandbox, name: str) -> None:
    """One compile of the program alone; sizes and messages are its own, and coverage is by its own lines."""
    prover, root = rooted(sandbox, name)
    assert root.program.coverage is not None and root.program.coverage.lines == root.program.coverage.lines_total
    runs = sandbox.runs
    step = prover.step(root, proposal(root, *SPELT_OUT[name]))
    assert isinstance(step, Proved) and step.program.grade == "identical-object" and sandbox.runs == runs + 1
    found = prover.finish([step])[0]
    assert isinstance(found, Proved) and found.program.sizes is not None and found.program.code_delta == 0
    step = prover.step(root, proposal(root, "#include <stdint.h>\n", "#include <stdint.h>\n\n\n"))
    assert isinstance(step, Proved)
    longer = prover.finish([step])[0]
    assert isinstance(longer, Proved) and longer.program.coverage == root.program.coverage


@pytest.mark.parametrize("name", ["tick-avr", "ring-avr", "ring-stm32"])
def test_a_renaming_gives_the_same_object_and_leaves_handlers_alone(sandbox: Sandbox, name: str) -> None:
    """The harness is told the new names."""
    prover, root = rooted(sandbox, name)
    held = frozenset({"clock_init", "clock_now", "clock_passed", "rx_init", "rx_get", "rx_lost", "rx_overruns"})
    style = next(style for style in STYLES if style.names == "camel")
    made = propose(rename_functions, root.unit, Context(style, random.Random(1), held))
    assert isinstance(made, Proposal)
    step = prover.step(root, made)
    assert isinstance(step, Proved) and step.program.grade == "identical-object"
    assert ("clockNow" in step.program.source) == (name == "tick-avr")
    assert "_vect)" in step.program.source or "void USART1_IRQHandler(void)" in step.program.source


def test_a_volatile_that_is_lost_is_no_identical_object(sandbox: Sandbox) -> None:
    """gcc makes the same code of an update without it here; the interface differs, so it is run, and has less."""
    prover, root = rooted(sandbox, "ring-stm32")
    found = prover.step(root, proposal(root, "static volatile uint32_t overruns;", "static uint32_t overruns;"))
    assert not isinstance(found, Proved) or found.program.grade == "simulated"


@pytest.mark.parametrize(("name", "word"), [("tick-avr", "clock_now"), ("ring-stm32", "rx_overruns")])
def test_a_mutant_that_does_not_compile_says_so_of_its_own_file(sandbox: Sandbox, name: str, word: str) -> None:
    """A brace that is missing would be reported in the harness."""
    prover, root = rooted(sandbox, name)
    at = root.program.source.index(word)
    end = root.program.source.index("}", at)
    source = (root.program.source[:end] + root.program.source[end + 1 :]).encode()
    program = prover.fault(root, Faulty(source, Step("mutant", "by-hand"), 1))
    assert program.fault is not None and program.fault.kind == "compile"
    assert program.fault.diagnostics[0].file == "program.c" and program.failed is None


@pytest.mark.parametrize(
    ("name", "old", "new", "seen"),
    [
        ("tick-avr", "PORTB ^= _BV(PORTB5);", "PORTB ^= _BV(PORTB4);", "PORTB written 0x91, expected 0xA1"),
        ("ring-stm32", "(0x4u << 8)", "(0x4u << 9)", "GPIOA_CRH written 0x33333833, expected 0x33333433"),
        ("tick-stm8", "PD_CR1 |= 1 << LED_PIN", "PD_CR1 |= 2 << LED_PIN", "PD_CR1 written 0x12, expected 0x11"),
    ],
)
def test_a_fault_is_seen_and_told_by_the_chips_own_names(
    sandbox: Sandbox, name: str, old: str, new: str, seen: str
) -> None:
    """What is the same code is equivalent, without a run."""
    prover, root = rooted(sandbox, name)
    found = prover.fault(root, mutant(root, old, new))
    assert found.fault is not None and seen in found.fault.seen
    runs = sandbox.runs
    same = prover.fault(root, mutant(root, *SPELT_OUT[name]))
    assert isinstance(same, Program) and same.failed is not None and same.failed.reason == "equivalent"
    assert sandbox.runs <= runs + 2
