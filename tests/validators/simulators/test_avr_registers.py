"""The AVR's registers: what is traced, what is fed, and what its peripherals say when a program looks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.validators.simulators.avr_programs import build_avr
from validators.sandbox.runner import Sandbox
from validators.simulators.avr import AVR
from validators.simulators.machine import CYCLE_LIMIT, Job, Simulator, Trace

Run = Callable[..., Trace]


@pytest.fixture(scope="module")
def run(sandbox: Sandbox) -> Run:
    simulator = Simulator(sandbox, AVR)

    def build_and_run(body: str, program: str = "", limit: int = CYCLE_LIMIT) -> Trace:
        return simulator.run([Job(build_avr(sandbox, program, body), limit=limit)])[0]

    return build_and_run


def test_every_write_of_a_port_is_traced_in_order_bit_instructions_too(run: Run) -> None:
    """SBI, CBI, OUT and STS alike; the port's latch is not an input, so nothing is read."""
    trace = run("PORTB |= 0x20; PORTD = 7; PORTB &= ~0x20; PORTB |= 0x81; UBRR0L = 103; PORTD |= 0x10;")
    assert trace.events == "W25=20 W2B=07 W25=00 W25=81 WC4=67 W2B=17"


def test_writing_ones_to_pins_toggles_the_port(run: Run) -> None:
    """By SBI, which touches one bit only whatever the pins are, and by OUT."""
    trace = run("SIM_HOLD(SIM_PINB, 0xFF); PORTB = 0x11; PINB |= 0x20; PINB = 0x03; SIM_REPORT(SIM_LATCH(SIM_PORTB));")
    assert trace.events == "W25=11 W23=20 W23=03 V32"


def test_feeds_come_one_a_read_and_the_last_one_stays(run: Run) -> None:
    """SBIS, SBIC and IN are one read each."""
    trace = run(
        "SIM_FEED(SIM_PIND, 0x04); SIM_FEED(SIM_PIND, 0x00); SIM_FEED(SIM_PIND, 0x81);"
        "if (PIND & 4) SIM_REPORT(1); if (!(PIND & 4)) SIM_REPORT(2); SIM_REPORT(PIND); SIM_REPORT(PIND);"
    )
    assert trace.events == "R29=04 V1 R29=00 V2 R29=81 V81 R29=81 V81"


def test_a_faster_variant_sees_the_same_inputs(run: Run) -> None:
    """The n-th read gives the n-th value, however many cycles lie between."""
    feed = "for (uint8_t i = 1; i < 9; i++) SIM_FEED(SIM_PINC, i); SIM_EXPECT(sum(), 36);"
    slow = "uint8_t sum(void) { uint8_t s = 0; for (volatile uint8_t i = 0; i < 8; i++) s += PINC; return s; }"
    fast = "uint8_t sum(void) { uint8_t s = 0, i = 8; do s += PINC; while (--i); return s; }"
    one, two = run(feed, slow), run(feed, fast)
    assert one.passed and one.events == two.events
    assert one.cycles > two.cycles


def test_a_pin_that_is_driven_reads_as_driven(run: Run) -> None:
    """An input reads as fed, or else as its pull-up has it."""
    trace = run("DDRB = 0x0F; PORTB = 0x35; SIM_REPORT(PINB); SIM_HOLD(SIM_PINB, 0xCA); SIM_REPORT(PINB);")
    assert trace.events == "W24=0F W25=35 R23=35 V35 R23=C5 VC5"


def test_other_registers_read_what_was_written_unless_they_are_fed(run: Run) -> None:
    """And their reads are traced only when fed."""
    trace = run("OCR0A = 9; SIM_REPORT(OCR0A); SIM_FEED(SIM_REG(0x46), 0x55); SIM_REPORT(TCNT0);")
    assert trace.events == "W47=09 V9 R46=55 V55"


@pytest.mark.parametrize(
    ("start", "flags", "flag", "trace"),
    [
        pytest.param("TCCR0B = 3", "TIFR0", "TOV0", "W45=03 V2 A35.0 W35=01 V2", id="timer 0, overflow"),
        pytest.param("TCCR1B = 9", "TIFR1", "OCF1A", "W81=09 V2 A36.1 W36=02 V2", id="timer 1, compare"),
        pytest.param("TCCR2B = 7", "TIFR2", "OCF2B", "WB1=07 V2 A37.2 W37=04 V2", id="timer 2, compare"),
    ],
)
def test_a_timer_flag_comes_at_the_second_look_until_it_is_cleared(
    run: Run, start: str, flags: str, flag: str, trace: str
) -> None:
    """While a clock is chosen. Clearing after it was seen set is an event, so that not waiting shows."""
    wait = f"n = 0; do n++; while (!({flags} & _BV({flag}))); SIM_REPORT(n);"
    assert run(f"uint8_t n; {start}; {wait} {flags} = _BV({flag}); {wait}").events == trace


def test_a_timer_that_stands_never_overflows(run: Run) -> None:
    """The program waits for ever."""
    assert run("TCCR0B = 0; while (!(TIFR0 & _BV(TOV0)));", limit=10_000).outcome == "cycle-limit"


def test_clearing_one_flag_leaves_the_others(run: Run) -> None:
    """Also by SBI, which on this chip touches no other bit of a flag register."""
    trace = run("TCCR0B = 1; (void)TIFR0; TIFR0 |= _BV(OCF0A); SIM_REPORT(TIFR0); TIFR0 |= _BV(TOV0); (void)TIFR0;")
    assert trace.events == "W45=01 W35=02 V5 A35.0 W35=01"


def test_bytes_come_in_and_go_out_by_the_uart(run: Run) -> None:
    """RXC0 is set while bytes wait and the receiver is on; UDRE0 always."""
    echo = """
    uint8_t echo(void) {
        uint8_t n = 0;
        while (UCSR0A & _BV(RXC0)) { uint8_t c = UDR0; while (!(UCSR0A & _BV(UDRE0))); UDR0 = c + 1; n++; }
        return n;
    }"""
    trace = run("SIM_RX('h'); SIM_RX('i'); SIM_EXPECT(echo(), 0); UCSR0B = 0x18; SIM_EXPECT(echo(), 2);", echo)
    assert trace.events == "E1:0 WC1=18 AC0.7 RC6=68 AC0.5 WC6=69 AC0.7 RC6=69 AC0.5 WC6=6A E1:2"


def test_a_program_that_does_not_wait_has_another_trace(run: Run) -> None:
    """The byte that is sent without a look at UDRE0."""
    wait, no_wait = "while (!(UCSR0A & _BV(UDRE0))); UDR0 = 1;", "UDR0 = 1;"
    assert run(wait).events == "AC0.5 WC6=01"
    assert run(no_wait).events == "WC6=01"


def test_the_ninth_bit_is_read_before_the_byte(run: Run) -> None:
    """RXB80 in UCSR0B; with MPCM0 set, frames that carry data are for somebody else."""
    take = "while (UCSR0A & _BV(RXC0)) { SIM_REPORT(UCSR0B & _BV(RXB80)); SIM_REPORT(UDR0); }"
    trace = run(f"UCSR0B = 0x14; SIM_RX(0x142); SIM_RX(0x41); {take} UCSR0A = 1; SIM_RX(0x43); SIM_RX(0x144); {take}")
    assert [e for e in trace.events.split() if e[0] == "V"] == ["V2", "V42", "V0", "V41", "V2", "V44"]


def test_a_receiver_that_is_switched_off_forgets_what_it_had(run: Run) -> None:
    """The bytes that have not come yet still come."""
    body = "UCSR0B = 0x10; SIM_RX(1); SIM_RX(2); (void)UCSR0A; UCSR0B = 0; UCSR0B = 0x10; SIM_REPORT(UDR0);"
    assert run(body).events == "WC1=10 WC1=00 WC1=10 RC6=02 V2"


def test_a_byte_once_sent_is_seen_sent(run: Run) -> None:
    """TXC0 waits for the first byte."""
    assert run("UDR0 = 1; while (!(UCSR0A & _BV(TXC0)));").passed
    assert run("while (!(UCSR0A & _BV(TXC0)));", limit=10_000).outcome == "cycle-limit"


def test_a_conversion_is_done_at_the_second_look(run: Run) -> None:
    """ADCL is fed with the whole result; the high byte goes with the low one."""
    read = "ADCSRA |= _BV(ADSC); n = 0; while (ADCSRA & _BV(ADSC)) n++; SIM_REPORT(n); SIM_REPORT(ADC);"
    trace = run(f"uint8_t n; SIM_FEED(SIM_ADCL, 0x2A5); SIM_FEED(SIM_ADCL, 7); ADCSRA = 0x80; {read} {read}")
    first, second = trace.events.split("W7A=80 ")[1].split("W7A=D0")
    assert first.split() == ["W7A=C0", "V1", "A7A.4", "R78=A5", "R79=02", "V2A5"]
    assert second.split() == ["V1", "A7A.4", "R78=07", "R79=00", "V7"]


def test_a_result_that_is_read_without_waiting_is_not_told_as_waited_for(run: Run) -> None:
    """ADIF may still be set from the conversion before."""
    start = "ADCSRA |= _BV(ADSC);"
    trace = run(f"ADCSRA = 0x80; {start} while (ADCSRA & _BV(ADSC)); (void)ADC; {start} (void)ADC;")
    assert trace.events == "W7A=80 W7A=C0 A7A.4 R78=00 R79=00 W7A=D0 R78=00 R79=00"


def test_the_two_halves_of_a_result_can_be_fed_apart_and_adjusted(run: Run) -> None:
    """ADLAR puts an 8-bit result into ADCH, which then is read alone."""
    assert run("SIM_FEED(SIM_ADCL, 0x34); SIM_FEED(SIM_ADCH, 2); SIM_REPORT(ADC);").events == "R78=34 R79=02 V234"
    assert run("SIM_FEED(SIM_ADCL, 0x3FC); ADMUX = _BV(ADLAR); SIM_REPORT(ADCH);").events == "W7C=20 R79=FF VFF"


def test_a_free_running_converter_never_stops(run: Run) -> None:
    """ADIF comes again and again."""
    wait = "n = 0; while (!(ADCSRA & _BV(ADIF))) n++; SIM_REPORT(n); ADCSRA |= _BV(ADIF);"
    trace = run(f"uint8_t n; ADCSRA = 0xE0; {wait} {wait}")
    assert [e for e in trace.events.split() if e[0] == "V"] == ["V1", "V1"]


def test_a_spi_master_sends_and_gets_what_is_fed(run: Run) -> None:
    """Nobody on the line reads as ones."""
    swap = "static uint8_t swap(uint8_t c) { SPDR = c; while (!(SPSR & _BV(SPIF))); return SPDR; }"
    body = "SPCR = 0x50; SIM_REPORT(swap(1)); SIM_FEED(SIM_SPDR, 0x5A); SIM_REPORT(swap(2));"
    assert run(body, swap).events == "W4C=50 W4E=01 A4D.7 VFF W4E=02 A4D.7 R4E=5A V5A"


def test_a_spi_that_is_off_sends_nothing(run: Run) -> None:
    """SPIF does not come."""
    assert run("SPDR = 1; while (!(SPSR & _BV(SPIF)));", limit=10_000).outcome == "cycle-limit"


def test_a_twi_master_finds_a_slave_that_acknowledges(run: Run) -> None:
    """Start 0x08, address and write 0x18, data 0x28, repeated start 0x10, address and read 0x40, last byte 0x58."""
    go = "static uint8_t go(uint8_t c) { TWCR = _BV(TWINT) | c; while (!(TWCR & _BV(TWINT))); return TWSR & 0xF8; }"
    steps = ["TWSTA", "0", "0", "TWSTA", "0", "0"]
    data = {1: "TWDR = 0xA0;", 2: "TWDR = 5;", 4: "TWDR = 0xA1;"}
    calls = [
        f"{data.get(i, '')} SIM_REPORT(go(_BV(TWEN) | {f'_BV({s})' if s != '0' else s}));" for i, s in enumerate(steps)
    ]
    trace = run(" ".join(calls) + " TWCR = 0x94; SIM_FEED(SIM_REG(0xB9), 0x20); SIM_REPORT(TWSR);", go)
    assert [e for e in trace.events.split() if e[0] == "V"] == ["V8", "V18", "V28", "V10", "V40", "V58", "V20"]


def test_the_eeprom_keeps_what_it_is_given(run: Run) -> None:
    """By avr-libc's functions; it is erased at first, and an image brings its own."""
    program = "#include <avr/eeprom.h>\nuint8_t EEMEM kept = 0x77;\n"
    body = """
    SIM_REPORT(eeprom_read_byte(&kept)); SIM_REPORT(eeprom_read_byte((uint8_t *)500));
    eeprom_write_word((uint16_t *)500, 0x1234); SIM_REPORT(eeprom_read_word((uint16_t *)500));"""
    assert [e for e in run(body, program).events.split() if e[0] == "V"] == ["V77", "VFF", "V1234"]
