"""Coverage of C programs by their harness, read off sdcc's listings."""

from __future__ import annotations

import pytest

from tests.validators.simulators.programs import build
from validators.sandbox.runner import Sandbox
from validators.simulators.coverage import (
    MCS51_JUMPS,
    STM8_JUMPS,
    Reached,
    coverage_of_listing,
    instructions,
)
from validators.simulators.machine import Job, Simulator
from validators.simulators.stm8 import STM8

PROGRAM = """\
#include <stdint.h>
static uint8_t level = 3;
static const uint8_t table[4] = {1, 2, 3, 4};
volatile uint8_t out;

uint8_t clip(uint8_t value)
{
    if (value > 100) {
        out = 1;
        return 100;
    }
    return value;
}

void unused(void)
{
    out = table[level];
    level = 0;
}
"""

BELOW, ABOVE = "SIM_REPORT(clip(SIM_DRAW(5, 5)));", "SIM_REPORT(clip(SIM_DRAW(105, 105)));"
DECLARED = "#include <stdint.h>\nuint8_t clip(uint8_t value);\n"


def measured(sandbox: Sandbox, simulator: Simulator, *bodies: str, linked: bool = False) -> Reached:
    """What the harnesses reached together; each is a run of its own."""
    runs = []
    for body in bodies:
        harness = f"{DECLARED if linked else ''}void main(void) {{ {body} }}\n"
        built = build(sandbox, PROGRAM, harness, linked=linked)
        trace = simulator.run([Job(built["ihx"], coverage=True)])[0]
        assert trace.passed
        # The code of the program lies in one place in all of them.
        runs.append((built["rst"].decode(), trace.coverage))
    return coverage_of_listing([runs[0][0]], [run for _, run in runs], "program.c", MCS51_JUMPS)


@pytest.mark.parametrize("linked", [False, True], ids=["one unit", "two units linked"])
def test_lines_and_branches_are_those_of_the_program_alone(
    sandbox: Sandbox, simulator: Simulator, linked: bool
) -> None:
    """The harness's, the header's and the library's do not count."""
    below = measured(sandbox, simulator, BELOW, linked=linked)
    assert below.unreached == (9, 10, 17, 18, 19)
    assert below.one_way == (8,)
    assert (below.coverage.branches, below.coverage.branches_total) == (1, 2)
    both = measured(sandbox, simulator, BELOW + ABOVE, linked=linked)
    assert both.unreached == (17, 18, 19)
    assert both.one_way == ()
    assert (both.coverage.branches, both.coverage.branches_total) == (2, 2)
    assert both.coverage.lines_total - both.coverage.lines == 3


def test_runs_add_up(sandbox: Sandbox, simulator: Simulator) -> None:
    """What one run misses another may reach."""
    assert measured(sandbox, simulator, ABOVE, BELOW, linked=True) == measured(
        sandbox, simulator, ABOVE + BELOW, linked=True
    )


def test_the_lines_of_an_stm8_program_are_read_too(sandbox: Sandbox) -> None:
    """They are spelt a little differently; and here the closing brace is the return that goes with line 10 alone."""
    built = build(sandbox, PROGRAM, f"void main(void) {{ {BELOW} }}", target="stm8")
    trace = Simulator(sandbox, STM8).run([Job(built["ihx"], coverage=True)])[0]
    found = coverage_of_listing([built["rst"].decode()], [trace.coverage], "program.c", STM8_JUMPS)
    assert (found.unreached, found.one_way) == ((9, 10, 13, 17, 18, 19), (8,))
    assert (found.coverage.branches, found.coverage.branches_total) == (1, 2)


def test_carrying_into_the_next_byte_is_no_branch(sandbox: Sandbox) -> None:
    """A pointer that is moved on has none, a comparison one."""
    program = """#include <stdint.h>
    uint8_t *text; uint16_t left;
    void put(uint8_t byte) { *text++ = byte; left--; }
    void fill(uint8_t *at, uint16_t count) {
        while (count--)
            *at++ = 0;
    }
    """
    code = list(instructions(build(sandbox, program, "void main(void) {}")["rst"].decode(), MCS51_JUMPS))
    assert {i.line for i in code if i.file == "program.c"} >= {3, 5, 6}
    assert [i.line for i in code if i.file == "program.c" and i.conditional] == [5]


def test_a_listing_without_the_c_text_has_no_lines(sandbox: Sandbox) -> None:
    """Rather than wrong ones."""
    built = build(sandbox, PROGRAM, "void main(void) {}", "--no-c-code-in-asm")
    assert list(instructions(built["rst"].decode(), MCS51_JUMPS)) == []
