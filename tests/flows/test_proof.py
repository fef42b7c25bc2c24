"""Proof: what is not the same is told apart, and what looks the same but is not has no grade."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.records import Program, Step
from corpus.seeds import load_seed
from flows.proof import Proved, Prover, weakest
from flows.settings import ROOT
from generators.mutants.interrupts import drop_volatile
from generators.mutants.operator import Faulty, faulty
from generators.rewrites.apply import Proposal
from generators.templates import default_filling
from validators.sandbox.runner import Sandbox

SEEDS = ROOT / "datasets" / "seeds"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all."""
    with Sandbox() as opened:
        yield opened


def rooted(sandbox: Sandbox, name: str) -> tuple[Prover, Proved]:
    """A seed's prover and its proved program."""
    seed = load_seed(Path(SEEDS / name))
    prover = Prover(sandbox, seed, 2_000_000)
    root = prover.root(default_filling(seed), default=True)
    assert isinstance(root, Proved)
    return prover, root


def proposal(root: Proved, old: str, new: str, aliases: tuple[tuple[str, str], ...] = ()) -> Proposal:
    """One hand-made rewrite."""
    source = root.program.source
    assert source.count(old) == 1
    start = source.encode().index(old.encode())
    step = Step("rewrite", "by-hand", edits=((start, start + len(old.encode()), new),))
    return Proposal(source.replace(old, new).encode(), step, aliases)


def test_a_comment_alone_keeps_the_tokens(sandbox: Sandbox) -> None:
    """The cheapest grade: nothing is compiled."""
    prover, root = rooted(sandbox, "crc8-maxim")
    runs = sandbox.runs
    found = prover.step(root, proposal(root, "/* Carries the running CRC", "/* Takes the running CRC"))
    assert isinstance(found, Proved) and found.program.grade == "same-tokens" and sandbox.runs == runs


def test_the_same_machine_code_is_enough_with_the_same_interface(sandbox: Sandbox) -> None:
    """`crc ^= byte` spelt out."""
    prover, root = rooted(sandbox, "crc8-maxim")
    found = prover.step(root, proposal(root, "crc ^= byte;", "crc = crc ^ byte;"))
    assert isinstance(found, Proved) and found.program.grade == "identical-object"


def test_other_machine_code_is_run_under_the_same_stimuli(sandbox: Sandbox) -> None:
    """A loop over an array that counts down: no pure function, so there is no more to try."""
    prover, root = rooted(sandbox, "modbus-rtu-frame")
    found = prover.step(root, proposal(root, "for (bit = 0; bit < 8; bit++)", "for (bit = 8; bit != 0; bit--)"))
    assert isinstance(found, Proved) and found.program.grade == "simulated"
    assert "stimuli" in found.program.verdicts[-1].evidence


def test_a_small_pure_function_is_tried_on_every_input(sandbox: Sandbox) -> None:
    """Besides the harness; unless that is switched off."""
    prover, root = rooted(sandbox, "crc8-maxim")
    change = proposal(root, "for (bit = 0; bit < 8; bit++)", "for (bit = 8; bit != 0; bit--)")
    found = prover.step(root, change)
    assert isinstance(found, Proved) and found.program.grade == "enumerated"
    assert "inputs" in found.program.verdicts[-1].evidence and "stimuli" in found.program.verdicts[-1].evidence
    plain = Prover(sandbox, load_seed(SEEDS / "crc8-maxim"), 2_000_000, enumerate_inputs=False)
    found = plain.step(root, change)
    assert isinstance(found, Proved) and found.program.grade == "simulated"


def test_a_variant_is_measured_against_its_root(sandbox: Sandbox) -> None:
    """Code and cycles as differences; coverage; the same trace."""
    prover, root = rooted(sandbox, "crc8-maxim")
    step = prover.step(root, proposal(root, "for (bit = 0; bit < 8; bit++)", "for (bit = 8; bit != 0; bit--)"))
    assert isinstance(step, Proved)
    found = prover.finish([step])[0]
    assert isinstance(found, Proved)
    program = found.program
    assert program.sizes is not None and root.program.sizes is not None
    assert program.code_delta == program.sizes.code - root.program.sizes.code != 0
    assert program.cycles_delta == program.cycles - root.program.cycles != 0
    assert (root.program.code_delta, root.program.cycles_delta) == (0, 0)
    assert program.coverage is not None and program.coverage.lines == program.coverage.lines_total > 0
    assert program.trace == root.program.trace and program.trace in prover.traces
    assert {v.gate for v in program.verdicts} == {"equivalent", "compile-sdcc", "compile-clang"}


def test_a_wrong_step_is_refused_with_the_difference_in_words(sandbox: Sandbox) -> None:
    """Seven bits instead of eight."""
    prover, root = rooted(sandbox, "crc8-maxim")
    found = prover.step(root, proposal(root, "bit < 8", "bit < 7"))
    assert isinstance(found, Program) and found.failed is not None
    assert found.failed.reason == "wrong-output" and "expected" in found.failed.evidence


def test_a_dropped_volatile_is_no_identical_object(sandbox: Sandbox) -> None:
    """sdcc makes the same code of it, so the object alone would certify a broken program."""
    prover, root = rooted(sandbox, "timer0-millis")
    found = prover.step(root, proposal(root, "volatile uint32_t ms_count;", "uint32_t ms_count;"))
    assert not isinstance(found, Proved) or found.program.grade != "identical-object"


def test_a_step_that_does_not_compile_is_refused(sandbox: Sandbox) -> None:
    """With the compiler's own words."""
    prover, root = rooted(sandbox, "crc8-maxim")
    found = prover.step(root, proposal(root, "crc ^= byte;", "crc ^= bite;"))
    assert isinstance(found, Program) and found.failed is not None and "bite" in found.failed.evidence


def test_a_rename_that_the_harness_sees_is_followed(sandbox: Sandbox) -> None:
    """The harness still says `key_init`; the program says `keyInit`."""
    prover, root = rooted(sandbox, "key-debounce")
    found = prover.step(root, proposal(root, "void key_init(void)", "void keyInit(void)", (("key_init", "keyInit"),)))
    assert isinstance(found, Proved) and found.program.aliases == (("key_init", "keyInit"),)


def test_where_timing_counts_another_cycle_count_is_refused(sandbox: Sandbox) -> None:
    """A 1-Wire slot: the same trace, but slower."""
    prover, root = rooted(sandbox, "ds18b20-read")
    name = "static void wait(uint8_t loops)\n{\n"
    found = prover.step(root, proposal(root, name, name + "    uint8_t spare = loops;\n\n    loops = spare + 1;\n"))
    assert isinstance(found, Program) and found.failed is not None and found.failed.reason == "timing-changed"


def test_a_fault_counts_only_when_it_was_seen(sandbox: Sandbox) -> None:
    """Behaviour, compiler, and a change that changes nothing."""
    prover, root = rooted(sandbox, "crc8-maxim")

    def fault(old: str, new: str) -> Program:
        made = proposal(root, old, new)
        return prover.fault(root, Faulty(made.source, Step("mutant", "by-hand"), 1))

    seen = fault("bit < 8", "bit < 7")
    assert seen.fault is not None and seen.fault.kind == "behaviour" and "expected" in seen.fault.seen
    refused = fault("crc ^= byte;", "crc ^= byte")
    assert refused.fault is not None and refused.fault.kind == "compile" and refused.fault.diagnostics
    same = fault("crc ^= byte;", "crc = byte ^ crc;")
    assert same.fault is None and same.failed is not None and same.failed.reason in ("equivalent", "not-seen")


def test_a_dropped_volatile_is_seen_by_a_static_check_where_the_simulator_sees_nothing(sandbox: Sandbox) -> None:
    """The check says of the mutant what it does not say of the original; of what only the program uses it says
    nothing, and the mutant is dropped."""
    prover, root = rooted(sandbox, "uart-rx-ring")
    made = [faulty(drop_volatile, root.unit, one) for one in drop_volatile.find(root.unit, random.Random(0))]
    programs = [prover.fault(root, one) for one in made]
    found = [program.fault for program in programs if program.fault is not None]
    assert found and all(one.kind == "finding" and "volatile" in one.seen and one.diagnostics for one in found)
    same = prover.fault(root, replace(made[0], source=root.program.source.encode() + b"\n"))
    assert same.fault is None


def test_a_chain_is_worth_its_weakest_step() -> None:
    """One simulated step among identical objects."""
    assert weakest(["same-tokens", "simulated", "identical-object"]) == "simulated"


def test_a_program_that_can_tell_where_its_lines_stand_is_not_judged_by_its_tokens(sandbox: Sandbox) -> None:
    """`__LINE__` changes with a blank line, and the register with it."""
    prover, root = rooted(sandbox, "crc8-maxim")
    told = replace(
        root, program=replace(root.program, source=root.program.source + "uint16_t where(void) { return __LINE__; }\n")
    )
    found = prover.step(told, proposal(told, "crc ^= byte;", "\ncrc ^= byte;"))
    assert not isinstance(found, Proved) or found.program.steps[-1].grade != "same-tokens"
    plain = prover.step(root, proposal(root, "crc ^= byte;", "\ncrc ^= byte;"))
    assert isinstance(plain, Proved) and plain.program.steps[-1].grade == "same-tokens"


def test_a_root_for_a_chip_that_lacks_what_it_uses_is_refused_before_any_compiler(sandbox: Sandbox) -> None:
    """Registers, clock and memory of the seed's own part; of an unknown part nothing is said."""
    seed = load_seed(SEEDS / "timer0-millis")
    asked = {
        "unknown-register": ("STC12C5A60S2", seed.program.replace("ET0 = 1;", "ET0 = ET2 = 1;"), seed.sheet.clock_hz),
        "clock-out-of-range": ("AT89S52", seed.program, 40_000_000),
        "": ("W78E52", seed.program.replace("ET0 = 1;", "ET0 = ET2 = 1;"), 40_000_000),
    }
    for reason, (part, program, hertz) in asked.items():
        assert program != seed.program or "register" not in reason
        sheet = seed.sheet.model_copy(update={"chip": part, "clock_hz": hertz})
        other = replace(seed, sheet=sheet, program=program)
        runs = sandbox.runs
        found = Prover(sandbox, other, 2_000_000).root(default_filling(other), default=True)
        if not reason:
            assert sandbox.runs > runs
            continue
        assert isinstance(found, Program) and found.failed is not None and sandbox.runs == runs
        assert (found.failed.gate, found.failed.reason) == ("chip", reason)


def test_a_root_that_does_not_fit_its_chips_memory_is_refused(sandbox: Sandbox) -> None:
    """64 bytes more than an AT89C2051 has; the program is right otherwise."""
    seed = load_seed(SEEDS / "crc8-maxim")
    table = "const __code uint8_t filler[2112] = {1};\n"
    sheet = seed.sheet.model_copy(update={"chip": "AT89C2051"})
    small, large = (replace(seed, sheet=sheet, program=seed.program + more) for more in ("", "\n" + table))
    assert isinstance(Prover(sandbox, small, 2_000_000).root(default_filling(small), default=True), Proved)
    found = Prover(sandbox, large, 2_000_000).root(default_filling(large), default=True)
    assert isinstance(found, Program) and found.failed is not None and found.failed.reason == "too-much-code"
