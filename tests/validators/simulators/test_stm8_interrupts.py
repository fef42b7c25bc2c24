"""Interrupts, sleep and the cut on the STM8: they come at the harness's word and only when they are enabled."""

from __future__ import annotations

import pytest

from tests.validators.simulators.test_stm8_peripherals import NAMES, Run, assert_passed, run
from validators.simulators.machine import Trace

__all__ = ["run"]

RIM, SIM, WFI, HALT = (f'__asm__("{word}");' for word in ("rim", "sim", "wfi", "halt"))

TICK = """
volatile uint8_t ticks, seen;
void tick(void) __interrupt(23) { seen = TIM4_SR; TIM4_SR = 0; ticks++; }
void press(void) __interrupt(4) { ticks += 16; }
void byte(void) __interrupt(21) { seen = UART2_DR; }
"""


def taken(trace: Trace) -> list[str]:
    """The events of interrupts alone."""
    return [event for event in trace.events.split() if event[0] in "Ii"]


@pytest.mark.parametrize(
    ("before", "interrupt", "expected"),
    [
        pytest.param("TIM4_IER = 1;" + RIM, 23, "I23", id="enabled twice"),
        pytest.param("TIM4_IER = 1;", 23, "i23", id="masked at reset"),
        pytest.param("TIM4_IER = 1;" + RIM + SIM, 23, "i23", id="masked again"),
        pytest.param(RIM, 23, "i23", id="the timer's own bit is off"),
        pytest.param("TIM2_IER = 1;" + RIM, 23, "i23", id="another timer's bit"),
        pytest.param("PB_CR2 = 2;" + RIM, 4, "I4", id="a port's pin"),
        pytest.param("PB_CR2 = 2; PB_DDR = 2;" + RIM, 4, "i4", id="which must be an input"),
        pytest.param("UART2_CR2 = 0x24;" + RIM, 21, "I21", id="a byte received"),
        pytest.param(RIM, 99, "i99", id="one that does not exist"),
        pytest.param("TIM4_IER = 1; ITC_SPR6 = 0x7F;" + RIM, 23, "I23", id="priority 1 is above main's"),
        pytest.param("TIM4_IER = 1; ITC_SPR6 = 0xBF;" + RIM, 23, "i23", id="priority 0 is not"),
        pytest.param('TIM4_IER = 1; ITC_SPR6 = 0x7F; __asm__("push #0x08"); __asm__("pop cc");', 23, "i23", id="equal"),
        pytest.param('TIM4_IER = 1; ITC_SPR6 = 0x3F; __asm__("push #0x08"); __asm__("pop cc");', 23, "I23", id="above"),
    ],
)
def test_an_interrupt_is_taken_only_when_it_is_enabled(run: Run, before: str, interrupt: int, expected: str) -> None:
    """By the level in CC against its priority, and by its peripheral's own bit."""
    assert taken(run(TICK, f"{before} SIM_INTERRUPT({interrupt});")) == [expected]


def test_the_routine_sees_its_flag_and_the_program_goes_on_as_it_was(run: Run) -> None:
    """UIF is set without polling, its clearing is traced; registers and flags come back; masked again while it runs."""
    body = f"""
        uint16_t sum = 0;
        TIM4_IER = 1;
        {RIM}
        for (uint8_t i = 0; i < 50; i++) {{
            if (i == 7 || i == 30)
                SIM_INTERRUPT(23);
            sum = sum * 3 + i;
        }}
        SIM_EXPECT(ticks, 2);
        SIM_EXPECT(seen, 1);
        {SIM}
        ticks = 0;
        for (uint8_t i = 0; i < 50; i++)
            sum ^= i;
        SIM_REPORT(sum);
    """
    trace, quiet = run(TICK, body), run(TICK, body.replace("SIM_INTERRUPT(23)", "SIM_MARK(23)"))
    assert trace.events.count("I23 A5342.0 W5342=00") == 2
    assert trace.events.split()[-1] == quiet.events.split()[-1]
    assert trace.cycles - quiet.cycles == 2 * (9 + 2 + 1 + 1 + 1 + 11)  # to enter, INT, two MOVs, INC, IRET


@pytest.mark.parametrize(("priority", "level"), [(0xFF, 0x28), (0xFC, 0x00), (0xFD, 0x08)], ids=["3", "2", "1"])
def test_a_routine_runs_at_its_priority(run: Run, priority: int, level: int) -> None:
    """I1 and I0 of CC in the routine; the program's own come back."""
    program = """
    volatile uint8_t level;
    void press(void) __interrupt(4) { __asm__("push cc"); __asm__("pop a"); __asm__("ld _level, a"); }
    """
    body = f"""
        PB_CR2 = 1;
        ITC_SPR2 = {priority};
        {RIM}
        SIM_INTERRUPT(4);
        SIM_EXPECT(level & 0x28, {level});
        __asm__("push cc"); __asm__("pop a"); __asm__("ld _level, a");
        SIM_EXPECT(level & 0x28, 0x20);
    """
    assert_passed(run(program, body))


def test_wfi_and_halt_let_interrupts_in_and_wait_for_one(run: Run) -> None:
    """The queued one comes when the program sleeps; with none left it sleeps for ever."""
    body = f"TIM4_IER = 1; {{}} SIM_INTERRUPT_ON_IDLE(23); {WFI} SIM_EXPECT(ticks, 1); {HALT}"
    trace = run(TICK, body.format(""))
    assert trace.outcome == "asleep"
    assert [event[0] for event in trace.events.split() if event[0] in "IE"] == ["I", "E"]
    # With AL set it sleeps on after the routine, but not after one that did not wake it.
    trace = run(TICK, body.format(f"CFG_GCR = 2; {RIM} SIM_INTERRUPT(23); ticks = 0; {SIM} SIM_REPORT(7);"))
    assert [event[0] for event in trace.events.split() if event[0] in "IEV"] == ["I", "V", "I"]


def test_timed_interrupts_end_waiting_loops(run: Run) -> None:
    """A loop on a variable, an endless empty loop, and one that comes while it is masked."""
    body = f"""
        TIM4_IER = 1;
        {RIM}
        SIM_INTERRUPT_AFTER(23, 500);
        while (!ticks) ;
        {SIM}
        SIM_INTERRUPT_AFTER(23, 10);
        for (uint8_t i = 0; i < 100; i++)
            SIM_EXPECT(now(), 1);
        {RIM}
        SIM_EXPECT(now(), 2);
        SIM_INTERRUPT_AFTER(23, 1000000);
        for (;;) ;
    """
    # A function, because sdcc 4.2.0 reads a volatile variable once for both of two such expressions (--nolospre helps).
    trace = run(TICK + "uint8_t now(void) { return ticks; }", body)
    assert (trace.outcome, taken(trace)) == ("cycle-limit", ["I23"] * 3), trace.events


def test_a_received_byte_reaches_its_routine(run: Run) -> None:
    """SIM_RX queues it, the interrupt brings it."""
    body = f"""
        UART2_CR2 = 0x24;
        {RIM}
        SIM_RX(0x5A);
        SIM_INTERRUPT(21);
        SIM_EXPECT(seen, 0x5A);
    """
    trace = run(TICK, body)
    assert_passed(trace)
    assert "I21 A5240.5 R5241=5A" in trace.events


def test_a_trap_in_a_routine_does_not_end_it(run: Run) -> None:
    """Interrupts wait until the routine's own IRET."""
    program = "volatile uint8_t order; void trap(void) __trap { order = order * 4 + 1; }"
    body = f"""
        TIM4_IER = 1;
        PB_CR2 = 1;
        {RIM}
        SIM_INTERRUPT(23);
        SIM_EXPECT(order, 0x9C);
    }}
    void tick(void) __interrupt(23)
    {{
        order = order * 4 + 2;
        __asm__("trap");
        SIM_INTERRUPT(4);
        order = order * 4 + 3;
    }}
    void press(void) __interrupt(4)
    {{
        order = order * 4;
    """
    trace = run(program, body)
    assert_passed(trace)
    assert taken(trace) == ["I23", "I4"]


def test_an_interrupt_without_a_routine_is_a_crash(run: Run) -> None:
    """Its vector leads to address 0, where no program is."""
    trace = run(TICK, f"TIM1_IER = 1; {RIM} SIM_INTERRUPT(11);")
    assert (trace.outcome, taken(trace)) == ("illegal-opcode", ["I11"])


def test_the_cut_leaves_a_program_that_never_returns(run: Run) -> None:
    """After four register events, with the stack where the harness was."""
    program = "void blink(void) { for (;;) PA_ODR ^= 1; }"
    body = """ SIM_CUT_AFTER(4, after); blink(); }
    void after(void) { SIM_EXPECT_WRITE(SIM_ODR('A'), 1); SIM_EXPECT(SIM_WRITES(SIM_ODR('A')), 4); SIM_DONE();"""
    trace = run("void after(void);" + program, body)
    assert_passed(trace)
    assert trace.events == "W5000=01 W5000=00 W5000=01 W5000=00 C E3:1 E3:4"
    assert trace.stack < 32


def test_the_stack_mark_counts_from_the_harness(run: Run) -> None:
    """An array of 40 bytes in a function, its return address, and what its caller keeps."""
    program = "uint8_t fill(void) { volatile uint8_t a[40]; for (uint8_t i = 0; i < 40; i++) a[i] = i; return a[39]; }"
    assert 42 <= run(program, "SIM_EXPECT(fill(), 39);").stack <= 50


def test_names_of_registers_are_those_of_the_datasheet() -> None:
    """A few that are easily one off."""
    wanted = [
        "PA_ODR 0x5000",
        "PI_CR2 0x502C",
        "FLASH_DUKR 0x5064",
        "CLK_SWIMCCR 0x50CD",
        "UART2_PSCR 0x524B",
        "TIM1_OISR 0x526F",
        "TIM2_CCR3L 0x5314",
        "TIM4_ARR 0x5346",
        "ADC_DRL 0x5405",
        "ITC_SPR8 0x7F77",
    ]
    for name, address in (pair.split() for pair in wanted):
        assert f"#define {name} (*(volatile uint8_t *){address})\n" in NAMES
