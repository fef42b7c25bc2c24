"""Coverage of programs in ELF images, read off what objdump prints."""

from __future__ import annotations

from tests.validators.simulators.avr_programs import build_avr
from validators.sandbox.runner import Sandbox
from validators.simulators.avr import AVR
from validators.simulators.coverage import Instruction, Reached, reached
from validators.simulators.elf_listing import ARM_JUMPS, AVR_JUMPS, elf_instructions
from validators.simulators.machine import Job, Simulator

# With what build_avr puts before it, the first line is line 4.
PROGRAM = """\
#include <avr/pgmspace.h>
static const uint8_t table[] PROGMEM = {0xFF, 0xF0, 1, 2};
uint8_t clip(uint8_t value)
{
    if (value > 100) {
        PORTB = 1;
        return pgm_read_byte(&table[value & 3]);
    }
    while (!(PIND & 4))
        PORTB = 2;
    return value;
}

void unused(void)
{
    PORTC = 1;
}
"""

ARM = b"""\
volatile unsigned *const port = (volatile unsigned *)0x40010C00;
unsigned f(unsigned a, int b)
{
    if (a > 3 && b)
        return *port;
    while (!(*port & 4))
        ;
    return b;
}
"""


def measured(sandbox: Sandbox, *bodies: str) -> Reached:
    """What the harnesses reached together; each is a run of its own, and calls from one place."""
    simulator, runs, listing = Simulator(sandbox, AVR), [], ""
    for body in bodies:
        image = build_avr(sandbox, PROGRAM, f"SIM_FEED(SIM_PIND, 0); SIM_FEED(SIM_PIND, 4); SIM_REPORT(clip({body}));")
        done = sandbox.run(["avr-objdump", "-dl", "unit.elf"], files={"unit.elf": image})
        trace = simulator.run([Job(image, coverage=True)])[0]
        assert done.ok and trace.passed
        listing = done.stdout.decode()
        runs.append(trace.coverage)
    return reached(elf_instructions(listing, AVR_JUMPS), runs, "program.c")


def test_lines_and_branches_of_a_program_are_those_that_its_harness_reached(sandbox: Sandbox) -> None:
    """A branch and a skip, both ways or one; the function that nobody calls, and tables, start-up and harness not."""
    below, both = measured(sandbox, "SIM_DRAW(5, 5)"), measured(sandbox, "SIM_DRAW(5, 5)", "SIM_DRAW(200, 200)")
    assert below.unreached == (9, 10, 19)
    assert below.one_way == (8,)
    assert (below.coverage.branches, below.coverage.branches_total) == (3, 4)
    assert (both.unreached, both.one_way) == ((19,), ())
    assert (both.coverage.branches, both.coverage.branches_total) == (4, 4)
    assert both.coverage.lines == both.coverage.lines_total - 1


def test_conditional_branches_of_thumb_are_found_by_their_name(sandbox: Sandbox) -> None:
    """BLS and CBZ belong to one line; calls, IT and literal pools are none, and a place may have a discriminator."""
    command = ["arm-none-eabi-gcc", "-mcpu=cortex-m3", "-mthumb", "-Os", "-g", "-c", "port.c", "-o", "port.o"]
    built = sandbox.run(command, files={"port.c": ARM}, keep=["port.o"])
    told = sandbox.run(["arm-none-eabi-objdump", "-dl", "port.o"], files=built.files)
    assert told.ok and "(discriminator" in told.stdout.decode()
    code = list(elf_instructions(told.stdout.decode(), ARM_JUMPS))
    assert [found.line for found in code if found.conditional] == [4, 4, 6]
    assert {found.file for found in code} == {"port.c"}


def test_what_follows_a_symbol_has_no_line_until_one_is_named() -> None:
    """Mnemonics may carry a width, and data among code is none."""
    listing = "\n".join(
        (
            "08000000 <f>:",
            "f():",
            "/tmp/a b/x.c:6 (discriminator 2)",
            " 8000008:\td5fb      \tbpl.n\t8000002 <f+0x2>",
            " 800000a:\tf7ff fffe \tbl\t8000000 <f>",
            " 8000010:\t40010000 \t.word\t0x40010000",
            "08000014 <table>:",
            " 8000014:\t2803      \tcmp\tr0, #3",
        )
    )
    assert list(elf_instructions(listing, ARM_JUMPS)) == [
        Instruction(0x8000008, "x.c", 6, True),
        Instruction(0x800000A, "x.c", 6, False),
    ]
