"""The AVR's interrupts: only at the harness's word, and only where the program enabled them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.validators.simulators.avr_programs import build_avr
from validators.sandbox.runner import Sandbox
from validators.simulators.avr import AVR
from validators.simulators.machine import CYCLE_LIMIT, Job, Simulator, Trace

Run = Callable[..., Trace]

TICK = "volatile uint8_t ticks; ISR(TIMER0_OVF_vect) { ticks++; PORTD = ticks; }\n"

ENABLE = {
    1: "EIMSK = 1", 2: "EIMSK = 2", 3: "PCICR = 1", 4: "PCICR = 2", 5: "PCICR = 4", 6: "WDTCSR = _BV(WDIE)",
    7: "TIMSK2 = _BV(OCIE2A)", 8: "TIMSK2 = _BV(OCIE2B)", 9: "TIMSK2 = _BV(TOIE2)", 10: "TIMSK1 = _BV(ICIE1)",
    11: "TIMSK1 = _BV(OCIE1A)", 12: "TIMSK1 = _BV(OCIE1B)", 13: "TIMSK1 = _BV(TOIE1)", 14: "TIMSK0 = _BV(OCIE0A)",
    15: "TIMSK0 = _BV(OCIE0B)", 16: "TIMSK0 = _BV(TOIE0)", 17: "SPCR = _BV(SPIE)", 18: "UCSR0B = _BV(RXCIE0)",
    19: "UCSR0B = _BV(UDRIE0)", 20: "UCSR0B = _BV(TXCIE0)", 21: "ADCSRA = _BV(ADIE)", 22: "EECR = _BV(EERIE)",
    23: "ACSR = _BV(ACIE)", 24: "TWCR = _BV(TWIE)", 25: "SPMCSR = _BV(SPMIE)",
}  # fmt: skip


@pytest.fixture(scope="module")
def run(sandbox: Sandbox) -> Run:
    simulator = Simulator(sandbox, AVR)

    def build_and_run(body: str, program: str = TICK, limit: int = CYCLE_LIMIT) -> Trace:
        return simulator.run([Job(build_avr(sandbox, program, body), limit=limit)])[0]

    return build_and_run


def test_an_interrupt_is_taken_at_the_harness_s_word_where_it_is_enabled(run: Run) -> None:
    """As a whole and by its own bit; the routine runs before what follows."""
    body = """
    SIM_INTERRUPT(16); sei(); SIM_INTERRUPT(16); TIMSK0 = 1; SIM_INTERRUPT(16); SIM_EXPECT(ticks, 1);
    SIM_INTERRUPT(14); cli(); SIM_INTERRUPT(16); SIM_EXPECT(ticks, 1);"""
    assert run(body).events == "i16 i16 W6E=01 I16 W2B=01 E2:1 i14 i16 E3:1"


def test_a_running_timer_interrupts_nobody_by_itself(run: Run) -> None:
    """However long the program runs; nor does the UART."""
    wait = "for (volatile uint16_t i = 0; i < 2000; i++);"
    trace = run(f"TIMSK0 = 7; TCCR0B = 1; UCSR0B = 0xF8; sei(); {wait} SIM_EXPECT(ticks, 0);")
    assert trace.passed and "I" not in trace.events


def test_each_vector_has_its_own_enable_bit(run: Run) -> None:
    """With only that bit set each interrupt is taken, and none of the others is."""
    routines = "".join(f"ISR(_VECTOR({n})) {{ SIM_ROUTINE({n}); }}\n" for n in ENABLE)
    program = f"#define SIM_ROUTINE(n) GPIOR0 = n\n{routines}"
    clear = (
        "EIMSK = PCICR = WDTCSR = TIMSK0 = TIMSK1 = TIMSK2 = SPCR = UCSR0B = ADCSRA = EECR = ACSR = TWCR = SPMCSR = 0;"
    )
    body = f"sei(); for (uint8_t n = 1; n < 26; n++) {{ {clear} switch (n) {{"
    body += "".join(f"case {n}: {enable}; break;" for n, enable in ENABLE.items())
    body += "} SIM_MARK(n); for (uint8_t k = 0; k < 27; k++) SIM_INTERRUPT(k); }"
    told = run(body, program).events.split()
    assert [e[1:] for e in told if e[0] == "I"] == [str(n) for n in ENABLE]
    marks = [e for e in told if e[0] in "MI"]
    assert marks == [f"{kind}{n}" for n in ENABLE for kind in "MI"]
    assert [int(e[4:], 16) for e in told if e.startswith("W3E=")] == list(ENABLE)


def test_on_idle_an_interrupt_wakes_the_program(run: Run) -> None:
    """The instruction after SEI runs first, so that nothing is lost between looking and sleeping."""
    body = """
    SIM_INTERRUPT_ON_IDLE(16); SIM_INTERRUPT_ON_IDLE(16); TIMSK0 = 1; sleep_enable();
    while (ticks < 2) { sei(); sleep_cpu(); cli(); } SIM_EXPECT(ticks, 2);"""
    assert run(body).events == "W6E=01 W53=01 I16 W2B=01 I16 W2B=02 E3:2"


def test_a_waiting_interrupt_is_taken_after_the_instruction_behind_sei(run: Run) -> None:
    """A timed one that came while it was masked wakes the SLEEP behind SEI, and does not come before it."""
    body = """
    TIMSK0 = 1; sleep_enable(); SIM_INTERRUPT_AFTER(16, 1); for (volatile uint8_t i = 0; i < 9; i++);
    sei(); sleep_cpu(); SIM_EXPECT(ticks, 1);"""
    assert run(body).events == "W6E=01 W53=01 I16 W2B=01 E3:1"


def test_timed_interrupts_end_a_wait_for_a_variable(run: Run) -> None:
    """Each is counted from the one before; an empty endless loop skips to them."""
    trace = run("TIMSK0 = 1; sei(); for (uint8_t i = 0; i < 3; i++) SIM_INTERRUPT_AFTER(16, 1000); while (ticks < 3);")
    assert trace.passed and trace.events == "W6E=01 I16 W2B=01 I16 W2B=02 I16 W2B=03"
    assert 3000 < trace.cycles < 3500
    skipped = run("TIMSK0 = 1; sei(); SIM_INTERRUPT_AFTER(16, 100000); for (;;);")
    assert (skipped.outcome, skipped.events) == ("cycle-limit", "W6E=01 I16 W2B=01")
    assert skipped.instructions < 1000


def test_a_receive_interrupt_finds_its_byte(run: Run) -> None:
    """The flag is seen set without polling, as the interrupt says it."""
    program = "volatile uint8_t got; ISR(USART_RX_vect) { got = UDR0; }\n"
    trace = run("UCSR0B = 0x90; sei(); SIM_RX(0x5A); SIM_INTERRUPT(18); SIM_EXPECT(got, 0x5A);", program)
    assert trace.events == "WC1=90 I18 AC0.7 RC6=5A E1:5A"


def test_a_conversion_s_interrupt_says_that_it_is_done(run: Run) -> None:
    """ADSC reads 0 in the routine, and ADIF was cleared on the way."""
    program = "ISR(ADC_vect) { GPIOR0 = ADCSRA; GPIOR1 = ADCH; }\n"
    trace = run("ADMUX = 0x20; ADCSRA = 0xC8; SIM_FEED(SIM_ADCL, 0x300); sei(); SIM_INTERRUPT(21);", program)
    assert trace.events == "W7C=20 W7A=C8 I21 W3E=88 A7A.4 R79=C0 W4A=C0"


def test_an_interrupt_needs_stack(run: Run) -> None:
    """As a call does; entry takes four cycles."""
    body = "TIMSK0 = 1; sei(); SP = 0x100; SIM_INTERRUPT(16);"
    assert run(body).outcome == "stack-overflow"


def test_an_interrupt_without_a_routine_restarts_the_program_and_that_ends_the_run(run: Run) -> None:
    """avr-libc jumps to the reset vector. What the harness did the second time would pass for what was asked."""
    assert run("TIMSK0 = 1; sei(); SIM_INTERRUPT(16); PORTB = 1;", "").outcome == "restarted"
    assert run("((void (*)(void))0)();").outcome == "restarted"
