"""Each board builds and runs programs in its own way, and calls its registers by their names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from validators.behaviour import Bench, compare, judge
from validators.boards import AVR, CORTEX_M, MCS51, STM8, Board
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import CoreFailed

PORTS = {
    "mcs51": ("#include <8052.h>\n#define PORT P1", "SIM_P1", "P1"),
    "stm8": ("#define PORT (*(volatile unsigned char *)0x5005)", "SIM_ODR('B')", "PB_ODR"),
    "avr": ("#include <avr/io.h>\n#define PORT PORTB", "SIM_PORTB", "PORTB"),
    "cortex-m": ("#define PORT (*(volatile unsigned *)0x4001080C)", "SIM_ODR('A')", "GPIOA_ODR"),
}
PROGRAM = """
#include <stdint.h>
static uint8_t calls;
static const uint16_t step[2] = {300, 7};

void show(uint8_t n)
{
    PORT = n + step[calls++ & 1] / 256;
}

int main(void)
{
    calls = 0;
    show(1);
    return 0;
}
"""
HARNESS = """\
void main(void)
{
    SIM_MARK(1);
    show(3);
    SIM_EXPECT_WRITE(HOLE_PORT, 4);
    SIM_EXPECT(calls, 1);
    program_main();
    SIM_EXPECT_WRITE(HOLE_PORT, 2);
    SIM_REPORT(step[1]);
}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def bench(sandbox: Sandbox, request: pytest.FixtureRequest) -> Bench:
    board: Board = request.param
    try:
        return Bench(sandbox, limit=100_000, board=board)
    except CoreFailed as error:
        pytest.skip(f"no simulator of {board.name} can be built here: {error}")


@pytest.mark.parametrize("bench", [MCS51, STM8, AVR, CORTEX_M], indirect=True, ids=lambda board: board.name)
def test_a_program_meets_its_harness_and_a_variant_is_compared(bench: Bench) -> None:
    """Also where the harness calls the program's own main; the words are those of the chip."""
    head, port, name = PORTS[bench.board.name]
    built = bench.build(head + PROGRAM, HARNESS, {"PORT": port})
    parent = bench.observe(built)
    assert judge(parent).evidence.startswith("3 expectations met, ")
    assert built.apart == (bench.board.link is not None)
    variant = bench.build(head + PROGRAM.replace("n + step", "n - step"), HARNESS, {"PORT": port})
    verdict = compare(parent, bench.observe(variant))
    assert (verdict.outcome, verdict.reason) == ("failed", "wrong-output")
    assert verdict.evidence.startswith(f"in call 1: {name} written 0x") and verdict.evidence.endswith("04")


@pytest.mark.parametrize("bench", [MCS51, STM8], indirect=True, ids=lambda board: board.name)
def test_two_objects_do_what_one_file_does(bench: Bench) -> None:
    """On each board that links them."""
    head, port, _ = PORTS[bench.board.name]
    apart, together = (bench.build(head + PROGRAM, HARNESS, {"PORT": port}, together=both) for both in (False, True))
    one, other = bench.observe_all([apart, together])
    assert apart.apart and not together.apart and one.traces == other.traces


@pytest.mark.parametrize("bench", [AVR, CORTEX_M], indirect=True, ids=lambda board: board.name)
def test_a_program_that_does_not_build_is_named(bench: Bench) -> None:
    """By its own file and line, also on a board that compiles one file."""
    head, port, _ = PORTS[bench.board.name]
    built = bench.build(head + PROGRAM.replace("calls++", "call++"), HARNESS, {"PORT": port})
    assert (built.verdict.gate, built.verdict.outcome, built.image) == ("build", "failed", b"")
    assert built.verdict.evidence.startswith("program.c:")
