"""The STM8 core by itself: how runs end, the memory map, the stack, sleep, coverage, and the order of accesses."""

from __future__ import annotations

import pytest

from tests.validators.simulators.stm8_streams import intel_hex
from tests.validators.simulators.ucsim_stm8 import State
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import CYCLE_LIMIT, Job, Simulator, Trace
from validators.simulators.stm8 import STM8


@pytest.fixture(scope="module")
def stm8(sandbox: Sandbox) -> Simulator:
    return Simulator(sandbox, STM8)


def traced(simulator: Simulator, code: str, fill: int = 1, limit: int = CYCLE_LIMIT, coverage: bool = False) -> Trace:
    """The trace of an image of these bytes at 0x8000."""
    return simulator.run([Job(intel_hex(bytes.fromhex(code)), fill, limit=limit, coverage=coverage)])[0]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        pytest.param("illegal-opcode", "05", id="an opcode that does not exist"),
        pytest.param("illegal-opcode", "8B", id="BREAK, which is the debugger's"),
        pytest.param("illegal-opcode", "72 20", id="an opcode that does not exist behind its prefix"),
        pytest.param("illegal-opcode", "CC 90 00", id="a jump into erased memory"),
        pytest.param("illegal-opcode", "CC 01 00", id="a jump into RAM"),
        pytest.param("illegal-opcode", "AC 01 80 00", id="a jump beyond 64 KB"),
        pytest.param("illegal-opcode", "82 00 00 00", id="the vector of an interrupt that has no routine"),
        pytest.param("bad-access", "C6 08 00", id="a read above RAM"),
        pytest.param("bad-access", "C7 30 00", id="a write of what is not there"),
        pytest.param("bad-access", "C7 90 00", id="a write to flash"),
        pytest.param("bad-access", "C6 60 00", id="a read of the boot ROM"),
        pytest.param("bad-access", "92 BC 60 00", id="a pointer in the boot ROM"),
        pytest.param("bad-access", "AE FF FF D6 00 80", id="an index beyond 64 KB"),
        pytest.param("bad-access", "C7 7F 00", id="a write to the CPU's own registers"),
        pytest.param("cycle-limit", "20 FE", id="a jump to itself"),
        pytest.param("cycle-limit", "CC 80 00", id="a long jump to itself"),
        pytest.param("cycle-limit", "9D 20 FD", id="a longer endless loop"),
        pytest.param("asleep", "8E", id="HALT"),
        pytest.param("asleep", "8F", id="WFI"),
        pytest.param("asleep", "72 8F", id="WFE"),
        pytest.param("stack-overflow", "CD 80 00", id="endless recursion"),
        pytest.param("stack-overflow", "81", id="a return from nowhere"),
        pytest.param("event-limit", "90 10 50 00 20 FA", id="a port toggled for ever"),
        pytest.param("illegal-command", "35 63 5F 0A", id="a monitor command that does not exist"),
    ],
)
def test_a_run_always_ends_with_a_named_outcome(stm8: Simulator, outcome: str, code: str) -> None:
    """Whatever an image does."""
    trace = traced(stm8, code)
    assert trace.outcome == outcome
    assert not trace.passed


@pytest.mark.parametrize("skip", ["C5 60 00", "BC 01 00 00"])
def test_an_instruction_that_is_jumped_over_may_name_any_address(stm8: Simulator, skip: str) -> None:
    """As sdcc's peephole does it: `return level < 60 ? 0 : 1` hides a CLR or an LD behind such a byte."""
    assert traced(stm8, f"{skip} 35 07 50 00 20 FE").events.split() == ["W5000=07"]


@pytest.mark.parametrize(
    ("start", "fits"), [(0x8000, True), (0xFFFF, True), (0x4000, True), (0x43FF, True), (0x7FFF, False), (0, False)]
)
def test_an_image_lies_in_flash_or_in_data_eeprom(stm8: Simulator, start: int, fits: bool) -> None:
    """One byte at each end, and outside."""
    trace = stm8.run([Job(intel_hex(b"\x05", start))])[0]
    assert trace.outcome == ("illegal-opcode" if fits else "bad-image")


def test_only_ram_is_random_at_power_up(stm8: Simulator) -> None:
    """MOV shows RAM, EEPROM and erased flash at PA_ODR: the fill seeds the first, the others are as delivered: zero."""
    code = "55 00 40 50 00 55 40 40 50 00 55 90 00 50 00 20 FE"
    traces = [traced(stm8, code, fill=fill).events.split() for fill in (0, 1, 1, 2)]
    assert traces[0] == ["W5000=00", "W5000=00", "W5000=00"]
    assert traces[1] == traces[2]
    assert len({trace[0] for trace in traces}) == 3
    assert {tuple(trace[1:]) for trace in traces} == {("W5000=00", "W5000=00")}


def test_registers_begin_with_their_values_at_reset(stm8: Simulator) -> None:
    """CLK_CKDIVR, PD_CR1, TIM4_ARR, UART2_SR and ITC_SPR8, as the datasheet has them; and PA_DDR."""
    copies = "".join(f"55 {register} 50 00" for register in ("50C6", "5012", "5346", "5240", "7F77", "5002"))
    expected = ["18", "02", "FF", "C0", "FF", "00"]
    assert traced(stm8, copies).events.split() == [f"W5000={value}" for value in expected]


@pytest.mark.parametrize(
    ("code", "events"),
    [
        pytest.param("C6 50 01", "R", id="LD reads"),
        pytest.param("C7 50 01", "W", id="LD writes"),
        pytest.param("72 5D 50 01", "R", id="TNZ reads"),
        pytest.param("72 5F 50 01", "W", id="CLR writes"),
        pytest.param("35 01 50 01", "W", id="MOV writes"),
        pytest.param("72 5C 50 01", "RW", id="INC reads and writes"),
        pytest.param("72 10 50 01", "RW", id="BSET reads and writes"),
        pytest.param("90 11 50 01", "RW", id="BCCM too, though it looks at none"),
        pytest.param("72 00 50 01 00", "R", id="BTJT reads once"),
        pytest.param("31 50 01", "RW", id="EXG reads and writes"),
        pytest.param("3B 50 01", "R", id="PUSH reads"),
        pytest.param("4B 01 32 50 01", "W", id="POP writes"),
        pytest.param("55 50 01 50 06", "RW", id="MOV from register to register"),
        pytest.param("AE 50 01 F1", "R", id="CP reads"),
        pytest.param("35 50 00 40 35 01 00 41 92 C6 40", "R", id="LD through a pointer"),
    ],
)
def test_each_access_of_a_register_happens_once(stm8: Simulator, code: str, events: str) -> None:
    """PA_IDR: what reads it takes one feed."""
    assert "".join(event[0] for event in traced(stm8, code).events.split()) == events


def test_words_of_registers_go_byte_by_byte(stm8: Simulator) -> None:
    """The high one first: LDW X,PA_DDR is no event, LDW TIM1_ARRH,X two, LDW X,ADC_DRH two."""
    trace = traced(stm8, "CE 50 02 AE 12 34 CF 52 62 CE 54 04 20 FE")
    assert trace.events == "W5262=12 W5263=34 R5404=00 R5405=00"


def test_the_stack_mark_is_the_deepest_place(stm8: Simulator) -> None:
    """SUB SP,#16; CALL; in it PUSHW X: 20 bytes, whatever is popped again."""
    assert traced(stm8, "52 10 CD 80 0A 5B 10 20 FE 9D 89 85 81").stack == 16 + 2 + 2


def test_the_stack_mark_counts_from_the_harness(stm8: Simulator) -> None:
    """Three bytes before command 18 of the monitor, one after it."""
    assert traced(stm8, "4B 00 4B 00 4B 00 35 12 5F 0A 4B 00 20 FE").stack == 1


def test_the_cut_takes_the_stack_and_the_masks_up_again(stm8: Simulator) -> None:
    """Command 13 at SP 0x7FD with interrupts on; after the first register event PUSH CC at 0x8040 shows both."""
    keep = "4B 00 4B 00 9A 35 00 5F 00 35 00 5F 01 35 00 5F 02 35 01 5F 03 35 80 5F 06 35 40 5F 07 35 0D 5F 0A"
    code = bytes.fromhex(keep + "9B 52 20 4B 00 35 01 50 00").ljust(0x40, b"\x9d") + bytes.fromhex("8A 20 FE")
    trace = stm8.run([Job(intel_hex(code), fill=0, stop_after=1000)])[0]
    assert [event.partition("@")[0] for event in trace.events.split()] == ["W5000=01", "C"]
    ours = State.of(trace)
    assert (ours.pc, ours.sp, ours.ram[0x7FD]) == (0x8041, 0x7FC, 0x20)


def test_half_a_kilobyte_is_the_stack(stm8: Simulator) -> None:
    """The push that would roll over ends the run; arithmetic on SP does not roll over, nor does a stack elsewhere."""
    assert traced(stm8, "AE 06 01 94 4B 00 20 FE").outcome == "cycle-limit"
    assert traced(stm8, "AE 06 01 94 4B 00 4B 00 20 FE").outcome == "stack-overflow"
    assert traced(stm8, "AE 06 01 94 52 02 4B 00 20 FE").outcome == "cycle-limit"
    assert traced(stm8, "AE 02 00 94 4B 00 20 FE").outcome == "cycle-limit"
    assert traced(stm8, "AE 00 01 94 4B 00 4B 00 20 FE").outcome == "stack-overflow"


def test_coverage_tells_which_way_conditional_jumps_went(stm8: Simulator) -> None:
    """JRNE (both), JREQ (always), JRC and BTJT (never); JRF and JRA have no condition."""
    trace = traced(stm8, "A6 02 4A 26 FD 27 00 25 00 72 00 00 10 00 21 00 20 FE", fill=0, coverage=True)
    assert trace.coverage == "8000,8002,8003*,8005+,8007-,8009-,800E,8010"


@pytest.mark.parametrize("code", ["9D 20 FE", "9D CC 80 01", "4F 27 FE"], ids=["JRA", "JP", "JREQ"])
def test_an_endless_loop_reports_the_whole_limit(stm8: Simulator, code: str) -> None:
    """Without spending the time; a conditional jump to itself is one, since nothing changes its flag."""
    trace = traced(stm8, code, limit=123_456_789)
    assert (trace.outcome, trace.cycles, trace.instructions) == ("cycle-limit", 123_456_789, 2)


def test_runs_in_one_start_do_not_see_each_other(stm8: Simulator) -> None:
    """Registers, EEPROM, keys and the flags that were seen are gone in the next."""
    unlocked = "35 AE 50 64 35 56 50 64 35 07 40 00 35 07 50 02"
    overflown = "35 01 53 40 C6 53 42 C6 53 42"
    noisy = intel_hex(bytes.fromhex(f"{unlocked} {overflown} 35 AE 50 64 20 FE"))
    cleared = "35 56 50 64 35 01 53 43 35 00 53 42"
    plain = intel_hex(bytes.fromhex(f"{cleared} 55 40 00 50 00 55 50 02 50 00 55 50 5F 50 00 20 FE"))
    jobs = [Job(image) for image in (noisy, plain, noisy, plain)]
    assert stm8.run(jobs)[3] == stm8.run(jobs[1:2])[0]
    assert stm8.run(jobs)[3].events == "W5064=56 W5343=01 W5342=00 W5000=00 W5000=00 W5000=40"
