"""The AVR's instructions against a second writing of the manual, and against simavr's own loop."""

from __future__ import annotations

from random import Random

import pytest

from tests.validators.simulators.avr_programs import build_avr, hex_of, plain_simavr
from tests.validators.simulators.avr_reference import Reference
from tests.validators.simulators.avr_streams import AvrStream
from validators.sandbox.runner import Sandbox
from validators.simulators.avr import AVR
from validators.simulators.machine import Job, Simulator


@pytest.fixture(scope="module")
def avr(sandbox: Sandbox) -> Simulator:
    return Simulator(sandbox, AVR)


def test_random_programs_end_as_the_manual_says(avr: Simulator) -> None:
    """Registers, flags, stack pointer, RAM, program counter and cycles, for 60 programs with every instruction."""
    streams = [AvrStream(Random(f"instructions {number}")) for number in range(60)]
    judges = [Reference(stream.words) for stream in streams]
    lengths = [_run(judge, len(stream.words) - 1) for judge, stream in zip(judges, streams, strict=True)]
    traces = avr.run([Job(s.image, fill=0, stop_after=n) for s, n in zip(streams, lengths, strict=True)])
    assert [(t.cycles, t.state) for t in traces] == [(judge.cycles, judge.state()) for judge in judges]


def _run(judge: Reference, end: int) -> int:
    instructions = 0
    while judge.pc != end:
        judge.step()
        instructions += 1
    return instructions


MIX = """
#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <stdint.h>
#include <string.h>

struct point { int16_t x; uint8_t kind; int32_t weight; } points[9];
uint32_t crc = 0xFFFFFFFF;
char text[24];

static void mix(uint32_t value)
{
    for (uint8_t i = 0; i < 4; i++, value >>= 8)
        crc = (crc ^ (value & 0xFF)) * 16777619UL;
}

static uint16_t depth(uint16_t n) { return n < 2 ? n : depth(n - 1) + depth(n - 2); }

int main(void)
{
    for (uint8_t i = 0; i < 9; i++) {
        struct point *p = &points[i];
        p->x = (int16_t)(i * 1237 - 4000);
        p->weight = (int32_t)p->x * (i - 4) << (i & 3);
        switch ((uint8_t)(p->x ^ i) % 5) {
        case 0: p->kind = (uint8_t)(p->weight / 7); break;
        case 1: p->kind = (uint8_t)(p->weight % 11); break;
        case 2: p->kind = (uint8_t)(p->x >> 3); break;
        default: p->kind = (uint8_t)~i;
        }
        mix((uint32_t)p->weight + p->kind);
    }
    int64_t wide = 1;
    for (uint8_t i = 1; i < 20; i++)
        wide = wide * 31 + points[i % 9].x;
    mix((uint32_t)(wide >> 13));
    float real = 1.5f;
    for (uint8_t i = 0; i < 5; i++)
        real = real * 1.25f + points[i].kind;
    mix((uint32_t)real);
    mix(depth(9));
    strcpy(text, "firm");
    strcat(text, "seed");
    mix(strlen(text) + (uint8_t)text[7]);
    cli();
    sleep_enable();
    sleep_cpu();
}
"""


@pytest.mark.parametrize("optimised", ["-Os", "-O2", "-O0"])
def test_a_compiled_program_does_in_simavr_s_own_loop_what_it_does_here(
    sandbox: Sandbox, avr: Simulator, optimised: str
) -> None:
    """The same cycles, and the same RAM to the last byte."""
    done = sandbox.run(
        ["avr-gcc", "-mmcu=atmega328p", optimised, "a.c", "-o", "a.elf"], files={"a.c": MIX.encode()}, keep=["a.elf"]
    )
    assert done.ok, done
    image = done.files["a.elf"]
    ours = avr.run([Job(image, fill=0, stop_after=1_000_000)])[0]
    ended, cycles, ram = plain_simavr(sandbox, image).stdout.decode().split()
    assert (ended, ours.outcome) == ("1", "asleep")
    assert (int(cycles), ram) == (ours.cycles, ours.state.split()[-1])


def test_a_skipped_word_addition_is_one_word_long(sandbox: Sandbox, avr: Simulator) -> None:
    """simavr 1.6 skips two: in its own loop 100 / 16 is 0, as gcc divides by a power of two with a skipped ADIW."""
    body = "SIM_EXPECT((int16_t)SIM_DRAW(100, 100) / 16, 6); SIM_EXPECT((int16_t)SIM_DRAW(5000, 5000) / 64, 78);"
    assert avr.run([Job(build_avr(sandbox, "", body))])[0].passed
    judge = Reference([0xFD00, 0x960F, 0xE012, 0xCFFF])  # SBRC r16, 0; ADIW r24, 15; LDI r17, 2
    assert _run(judge, 3) == 2 and judge.data[17] == 2
    trace = avr.run([Job(hex_of(*judge.flash[:4]), fill=0, stop_after=2)])[0]
    assert (trace.cycles, trace.state) == (judge.cycles, judge.state())
