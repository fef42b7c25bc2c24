"""Programs built with their harness, judged, and compared with their parent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from corpus.records import Witness
from validators.behaviour import Bench, Observed, compare, contrast, judge
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Trace

PROGRAM = """\
#include <8052.h>
#include <stdint.h>
#define LAMP 0x01

uint8_t level;

/* Sums up, and shows it. */
uint8_t add(uint8_t step)
{
    level += step;
    P1 = level;
    return level;
}

void send(uint8_t byte)
{
    SBUF = byte;
    while (!TI)
        ;
    TI = 0;
}
"""

HARNESS = """\
void main(void)
{
    SIM_MARK(1);
    SIM_EXPECT(add(HOLE_STEP), HOLE_STEP);
    SIM_MARK(2);
    SIM_EXPECT(add(2), HOLE_STEP + 2);
    send(SIM_DRAW(0, 255));
    SIM_DONE();
}
"""
HOLES = {"STEP": "5"}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Sandbox() as sandbox:
        yield Bench(sandbox, limit=100_000)


@pytest.fixture(scope="module")
def parent(bench: Bench) -> Observed:
    return bench.observe(bench.build(PROGRAM, HARNESS, HOLES))


def changed(old: str, new: str) -> str:
    assert PROGRAM.count(old) == 1
    return PROGRAM.replace(old, new)


def test_a_program_that_does_what_its_harness_expects_passes(parent: Observed) -> None:
    """The evidence counts the expectations and cycles."""
    verdict = judge(parent)
    assert (verdict.gate, verdict.outcome) == ("harness", "passed")
    assert verdict.evidence == f"2 expectations met, {parent.cycles:,} machine cycles"


def test_the_sizes_are_those_of_the_program(bench: Bench) -> None:
    """Bytes of program memory, of internal RAM and of external RAM, without the harness."""
    small = bench.build(PROGRAM, HARNESS, HOLES).sizes
    large = bench.build(changed("uint8_t level;", "uint8_t level; __xdata uint8_t log[100];"), HARNESS, HOLES).sizes
    assert small is not None and large is not None
    assert 10 < small.code < 40 and small.iram == 1 and small.xram == 0
    assert large.xram == 100


@pytest.mark.parametrize(
    ("old", "new", "reason", "words"),
    [
        ("level += step", "level -= step", "wrong-output", "in call 1: harness line 4: got 0xFB, expected 0x5"),
        ("P1 = level;", "for (;;) ;", "never-ends", "in call 1: never ends (100,000 cycles)"),
        ("P1 = level;", "PCON |= 1;", "never-ends", "in call 1: falls asleep with nothing to wake it"),
        ("P1 = level;", "add(0);", "crashed", "in call 1: runs its stack over the end of internal RAM"),
        (
            "P1 = level;",
            "P1 = *(__xdata uint8_t *)0x1234;",
            "uninitialised-read",
            "depends on memory that nobody wrote: in call 1: P1 written",
        ),
    ],
)
def test_a_program_that_does_not_is_named_with_a_reason(
    bench: Bench, old: str, new: str, reason: str, words: str
) -> None:
    """Wrong output, no end, a crash, or a result that depends on memory nobody wrote."""
    verdict = judge(bench.observe(bench.build(changed(old, new), HARNESS, HOLES)))
    assert (verdict.gate, verdict.outcome, verdict.reason) == ("harness", "failed", reason)
    assert verdict.evidence.startswith(words)


@pytest.mark.parametrize(
    ("source", "reason", "words"),
    [
        (PROGRAM.replace("TI = 0;", "TI = nothing;"), "compile-error", "program.c:20: "),
        (PROGRAM.replace("uint8_t add(", "static uint8_t sum("), "compile-error", "harness.c:4: "),
        (PROGRAM.replace("uint8_t level;", "uint8_t level; char hog[300];"), "link-error", ""),
    ],
)
def test_a_program_that_does_not_build_is_a_verdict(bench: Bench, source: str, reason: str, words: str) -> None:
    """With the compiler's first error; there is nothing to run then."""
    built = bench.build(source, HARNESS, HOLES)
    assert (built.image, built.verdict.outcome, built.verdict.reason) == (b"", "failed", reason)
    assert built.verdict.evidence.startswith(words)
    with pytest.raises(ValueError, match="built"):
        bench.observe(built)


def test_a_comment_leaves_an_identical_object(bench: Bench, parent: Observed) -> None:
    """The same image, and the caller says that the interface is the same."""
    variant = bench.build(changed("Sums up", "Adds"), HARNESS, HOLES)
    verdict, _ = bench.equivalent(parent, variant, same_interface=True)
    assert (verdict.gate, verdict.outcome, verdict.reason) == ("equivalent", "passed", "identical-object")


def test_an_identical_image_with_another_interface_is_only_simulated(bench: Bench, parent: Observed) -> None:
    """Two types of one width give the same code, but not the same contract."""
    variant = bench.build(changed("uint8_t level;", "unsigned char level;"), HARNESS, HOLES)
    assert variant.code == parent.code
    assert bench.equivalent(parent, variant, same_interface=False)[0].reason == "simulated"


def test_other_code_with_the_same_trace_is_simulated(bench: Bench, parent: Observed) -> None:
    """Another way to the same outputs and register accesses."""
    variant = bench.build(changed("level += step;", "while (step--) level++;"), HARNESS, HOLES)
    verdict, _ = bench.equivalent(parent, variant, same_interface=True)
    assert (verdict.outcome, verdict.reason) == ("passed", "simulated")


def test_a_renamed_function_is_found_through_its_alias(bench: Bench, parent: Observed) -> None:
    """The harness goes on using the old name."""
    variant = bench.build(changed("uint8_t add(", "uint8_t advance("), HARNESS, HOLES, {"add": "advance"})
    assert bench.equivalent(parent, variant, same_interface=True)[0].reason == "identical-object"


@pytest.mark.parametrize(
    ("old", "new", "reason", "words"),
    [
        (
            "P1 = level;",
            "P1 = level; P1 = level;",
            "wrong-output",
            "in call 1: P1 written 0x05, expected: harness line 4",
        ),
        ("P1 = level;", "P2 = level;", "wrong-output", "in call 1: P2 written 0x05, expected: P1 written 0x05"),
        (
            "P1 = level;",
            "for (;;) ;",
            "never-ends",
            "in call 1: never ends (100,000 cycles), expected: P1 written 0x05",
        ),
        (
            "while (!TI)\n        ;",
            "",
            "wrong-output",
            "in call 2: SCON written 0x00, expected: TI cleared after it was",
        ),
    ],
)
def test_a_variant_that_behaves_otherwise_is_refused(
    bench: Bench, parent: Observed, old: str, new: str, reason: str, words: str
) -> None:
    """Though its own harness may pass: another register access, order or wait is another behaviour."""
    verdict, _ = bench.equivalent(parent, bench.build(changed(old, new), HARNESS, HOLES), same_interface=True)
    assert (verdict.outcome, verdict.reason) == ("failed", reason)
    assert verdict.evidence.startswith(words)


def test_a_variant_that_does_not_build_has_the_builds_verdict(bench: Bench, parent: Observed) -> None:
    """Its gate is `build`."""
    verdict, _ = bench.equivalent(parent, bench.build(PROGRAM + "}", HARNESS, HOLES), same_interface=True)
    assert (verdict.gate, verdict.outcome) == ("build", "failed")


def test_a_parent_that_fails_proves_nothing(bench: Bench) -> None:
    """Not even a variant with the same wrong output."""
    wrong = changed("level += step", "level -= step")
    parent = bench.observe(bench.build(wrong, HARNESS, HOLES))
    verdict, _ = bench.equivalent(parent, bench.build(wrong, HARNESS, HOLES), same_interface=True)
    assert (verdict.outcome, verdict.reason) == ("unknown", "parent-failed")


def test_a_program_with_its_own_main_is_called_by_the_harness(bench: Bench) -> None:
    """As program_main, also when it never returns."""
    program = "#include <8052.h>\nvoid main(void) { P1 = 1; while (1) P1 = ~P1; }"
    harness = "static void finish(void);\nvoid main(void) { SIM_CUT_AFTER(4, finish); program_main(); }\n"
    harness += "static void finish(void) { SIM_EXPECT_WRITE(SIM_P1, 1); SIM_EXPECT_WRITE(SIM_P1, 0xFE); SIM_DONE(); }"
    assert judge(bench.observe(bench.build(program, harness))).outcome == "passed"


@pytest.mark.parametrize("model", ["small", "medium", "large"])
def test_every_memory_model_runs(bench: Bench, model: str) -> None:
    """Also where sdcc pages external RAM through P2."""
    assert judge(bench.observe(bench.build(PROGRAM, HARNESS, HOLES, model=model))).outcome == "passed"


def test_many_are_observed_from_one_start(bench: Bench, parent: Observed) -> None:
    """In order, and the same as one by one."""
    other = bench.build(changed("level += step", "level -= step"), HARNESS, HOLES)
    same = bench.build(PROGRAM, HARNESS, HOLES)
    assert bench.observe_all([same, other, same]) == [parent, bench.observe(other), parent]


@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        ("level += step", "level += step & 3", Witness(0, 1, 1, "W90=05", "W90=01")),
        ("P1 = level;", "P1 = level; P1 = level;", Witness(0, 1, 2, "E4:5", "W90=05")),
        ("SBUF = byte;", "SBUF = byte | 1;", Witness(0, 1, 7, "W99=00", "W99=01")),
        ("while (!TI)\n        ;\n    TI = 0;", "for (;;) ;", Witness(0, 1, 8, "A99", "")),
    ],
)
def test_a_difference_has_a_witness(bench: Bench, parent: Observed, old: str, new: str, witness: Witness) -> None:
    """The run that shows it, and the first event that is not the same; empty where the run had ended."""
    found = contrast(parent, bench.observe(bench.build(changed(old, new), HARNESS, HOLES)))
    assert found.verdict.outcome == "failed" and found.witness == witness


def test_what_is_the_same_has_no_witness(bench: Bench, parent: Observed) -> None:
    """Nor has a parent that proves nothing."""
    assert contrast(parent, parent).witness is None
    wrong = bench.observe(bench.build(changed("level += step", "level -= step"), HARNESS, HOLES))
    assert contrast(wrong, parent).witness is None


def test_a_simulator_that_breaks_says_nothing_of_the_program(parent: Observed) -> None:
    """Neither of the program itself nor of a variant of it."""
    broken = Observed(b"", (*parent.traces[:3], Trace("simulator-failed", 0, 0, "")))
    for verdict in (judge(broken), compare(parent, broken)):
        assert (verdict.outcome, verdict.reason) == ("unknown", "simulator-failed")
        assert verdict.evidence == "the simulator of mcs51 broke"
    assert compare(broken, parent).reason == "parent-failed"
