"""What each macro of sim.h does, seen through small C programs built by sdcc."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from validators.simulators.machine import Trace

Run = Callable[..., Trace]


def test_feeds_come_one_a_read_and_the_last_one_stays(run: Run) -> None:
    """SIM_FEED queues pins; a program that reads more often than it was fed sees the last value."""
    trace = run("", "SIM_FEED(SIM_P1, 0x12); SIM_FEED(SIM_P1, 0x34); SIM_REPORT(P1); SIM_REPORT(P1); SIM_REPORT(P1);")
    assert trace.events == "R90=12 V12 R90=34 V34 R90=34 V34"


def test_a_port_reads_as_latch_and_pins(run: Run) -> None:
    """A line that the program never released reads 0, whatever is fed."""
    assert run("", "SIM_FEED(SIM_P1, 0xFF); P1 = 0xF0; SIM_REPORT(P1);").events == "W90=F0 R90=F0 VF0"


def test_read_modify_write_uses_the_latch_and_takes_no_feed(run: Run) -> None:
    """P1 |= 1 and P1_7 = 0 see what was written, and the next read still gets the first value fed."""
    trace = run("", "SIM_FEED(SIM_P1, 0x40); P1 = 0x60; P1 |= 1; P1_7 = 0; P1_5 = !P1_5; SIM_REPORT(P1_6);")
    assert trace.events == "W90=60 W90=61 W90=61 W90=41 R90=40 V1"


def test_a_bit_test_reads_the_port_once(run: Run) -> None:
    """A test of one pin takes one fed value, like a read of the whole port."""
    trace = run(
        "", "SIM_FEED(SIM_P3, 0x04); SIM_FEED(SIM_P3, 0x00); SIM_REPORT(P3_2 ? 1 : 2); SIM_REPORT(P3_2 ? 1 : 2);"
    )
    assert trace.events == "RB0=04 V1 RB0=00 V2"


def test_hold_replaces_what_was_queued(run: Run) -> None:
    """SIM_HOLD gives one value from then on."""
    trace = run("", "SIM_FEED(SIM_P1, 1); SIM_HOLD(SIM_P1, 7); SIM_REPORT(P1); SIM_REPORT(P1);")
    assert trace.events == "R90=07 V7 R90=07 V7"


def test_any_register_can_be_fed_and_then_its_reads_are_traced(run: Run) -> None:
    """Timers do not count: TL0 reads as written, or as fed."""
    trace = run("", "TL0 = 5; SIM_REPORT(TL0); SIM_FEED(SIM_SFR(0x8A), 9); SIM_REPORT(TL0);")
    assert trace.events == "W8A=05 V5 R8A=09 V9"


def test_memory_mapped_registers_are_fed_and_traced(run: Run) -> None:
    """External 0x8000..0xFEFF is I/O: reads and writes are events; below it is plain RAM."""
    program = "volatile __xdata __at(0x8000) uint8_t io; volatile __xdata __at(0x4000) uint8_t ram;"
    trace = run(
        program, "SIM_FEED(SIM_XDATA(0x8000), 0x5A); io = 1; ram = io; SIM_EXPECT_WRITE(0x8000, 1); SIM_REPORT(ram);"
    )
    assert trace.events == "X8000=01 Y8000=5A E2:1 V5A"


def test_received_bytes_wait_for_the_program(run: Run) -> None:
    """RI reads 1 while a byte waits; the next byte comes when RI was cleared and is polled again."""
    body = "SCON = 0x50; SIM_RX('a'); SIM_RX('b'); SIM_REPORT(get()); SIM_REPORT(get()); SIM_REPORT(RI);"
    trace = run("uint8_t get(void) { while (!RI) ; RI = 0; return SBUF; }", body)
    assert trace.events == "W98=50 A98 W98=54 R99=61 V61 A98 W98=54 R99=62 V62 V0"


def test_nothing_is_received_while_the_receiver_is_off(run: Run) -> None:
    """Without REN the program waits for ever."""
    trace = run("", "SCON = 0x40; SIM_RX('a'); while (!RI) ;", limit=20_000)
    assert (trace.outcome, trace.cycles >= 20_000) == ("cycle-limit", True)


def test_the_ninth_bit_arrives_in_rb8_and_sm2_drops_data(run: Run) -> None:
    """In mode 3 bit 8 of the frame is RB8; with SM2 set, a frame without it is somebody else's."""
    trace = run("", "SCON = 0xF0; SIM_RX(0x041); SIM_RX(0x142); while (!RI) ; SIM_REPORT(RB8); SIM_REPORT(SBUF);")
    assert trace.events == "W98=F0 V1 R99=42 V42"


def test_ti_is_set_when_sbuf_was_written(run: Run) -> None:
    """A program that waits for TI goes on; that it waited is in the trace."""
    assert run("", "SBUF = 5; while (!TI) ; TI = 0; SIM_EXPECT(TI, 0);").events == "W99=05 A99 W98=00 E2:0"
    assert run("", "SBUF = 5; TI = 0; SBUF = 6;").events == "W99=05 W98=00 W99=06"


def test_ti_comes_again_for_a_program_that_cleared_it_before_it_looked(run: Run) -> None:
    """On the chip TI is set only after the stop bit, so clearing it right after writing SBUF does no harm."""
    assert run("", "SBUF = 5; TI = 0; while (!TI) ; TI = 0; SIM_REPORT(TI);").events == "W99=05 W98=00 A99 W98=00 V0"
    program = "void serial(void) __interrupt(4) { if (TI) { SBUF = 6; TI = 0; } }"
    trace = run(program, "IE = 0x90; SBUF = 5; SIM_INTERRUPT(4); SIM_INTERRUPT(4);")
    assert trace.events == "WA8=90 W99=05 I4 W99=06 A99 W98=00 I4 W99=06 A99 W98=00"


@pytest.mark.parametrize(("flag", "run_bit", "bit"), [("TF0", "TR0", "8D"), ("TF1", "TR1", "8F"), ("TF2", "TR2", "CF")])
def test_an_overflow_flag_reads_0_once_and_then_1(run: Run, flag: str, run_bit: str, bit: str) -> None:
    """Only while its timer runs; and again after it was cleared."""
    poll = f"SIM_REPORT({flag} ? 1 : 0);"
    trace = run("", f"{poll} {poll} {run_bit} = 1; {poll} {poll} {poll} {flag} = 0; {poll} {poll}")
    assert [token for token in trace.events.split() if token[0] in "VA"] == f"V0 V0 V0 V1 V1 A{bit} V0 V1".split()


@pytest.mark.parametrize(("flag", "run_bit"), [("TF0", "TR0"), ("TF1", "TR1"), ("TF2", "TR2")])
def test_a_timer_that_was_stopped_starts_over(run: Run, flag: str, run_bit: str) -> None:
    """Its flag reads 0 once again."""
    poll = f"SIM_REPORT({flag} ? 1 : 0);"
    trace = run("", f"{run_bit} = 1; {poll} {run_bit} = 0; {poll} {run_bit} = 1; {poll} {poll}")
    assert [token for token in trace.events.split() if token[0] == "V"] == ["V0", "V0", "V0", "V1"]


@pytest.mark.parametrize(("number", "flag", "run_bit"), [(1, "TF0", "TR0"), (3, "TF1", "TR1")])
def test_a_timer_starts_over_after_its_interrupt(run: Run, number: int, flag: str, run_bit: str) -> None:
    """The chip clears the flag when it enters the service routine."""
    program = f"void tick(void) __interrupt({number}) {{ P1 = 1; }}"
    poll = f"SIM_REPORT({flag} ? 1 : 0);"
    trace = run(program, f"IE = 0x8A; {run_bit} = 1; {poll} SIM_INTERRUPT({number}); {poll} {poll}")
    assert [token for token in trace.events.split() if token[0] in "VI"] == f"V0 I{number} V0 V1".split()


def test_timer_2_does_not_overflow_as_a_baud_rate_generator(run: Run) -> None:
    """With RCLK or TCLK set the chip does not set TF2."""
    assert run("", "T2CON = 0x34; SIM_REPORT(TF2); SIM_REPORT(TF2); SIM_REPORT(TF2);").events == "WC8=34 V0 V0 V0"


ISR = "volatile uint8_t count; void tick(void) __interrupt(1) { P1 = ++count; }"


def test_an_interrupt_is_taken_only_if_it_is_enabled(run: Run) -> None:
    """EA and the enable bit both count; the hardware clears TF0."""
    body = "SIM_INTERRUPT(1); EA = 1; SIM_INTERRUPT(1); ET0 = 1; TF0 = 1; SIM_INTERRUPT(1); SIM_REPORT(TF0);"
    assert run(ISR, body).events == "i1 WA8=80 i1 WA8=82 W88=20 I1 W90=01 V0"


def test_an_interrupt_during_another_waits_until_it_returns(run: Run) -> None:
    """No nesting: the second service routine starts after RETI of the first."""
    program = "void first(void) __interrupt(0) { P1 = 1; P1 = 2; } void second(void) __interrupt(2) { P1 = 3; }"
    body = "IE = 0x85; SIM_INTERRUPT_AFTER(0, 0); SIM_INTERRUPT_AFTER(2, 1);"
    assert run(program, body).events == "WA8=85 I0 W90=01 W90=02 I2 W90=03"


def test_an_interrupt_asked_for_in_a_service_routine_waits_too(run: Run) -> None:
    """SIM_INTERRUPT in a service routine comes after its RETI."""
    body = "IE = 0x85; SIM_INTERRUPT(0); SIM_DONE(); } void second(void) __interrupt(2) { P1 = 3; }"
    body += "void first(void) __interrupt(0) { P1 = 1; SIM_INTERRUPT(2); P1 = 2;"
    assert run("", body).events == "WA8=85 I0 W90=01 W90=02 I2 W90=03"


def test_the_serial_interrupt_delivers_a_waiting_byte(run: Run) -> None:
    """Interrupt 4 sets RI when a byte waits."""
    program = "void serial(void) __interrupt(4) { if (RI) { RI = 0; P1 = SBUF; } }"
    trace = run(program, "SCON = 0x50; IE = 0x90; SIM_RX(0x31); SIM_INTERRUPT(4);")
    assert trace.events == "W98=50 WA8=90 I4 A98 W98=54 R99=31 W90=31"


def test_timer_2s_interrupt_leaves_tf2_for_software(run: Run) -> None:
    """Interrupt 5 sets TF2, which the chip does not clear."""
    program = "void timer2(void) __interrupt(5) { TF2 = 0; }"
    assert run(program, "IE = 0xA0; SIM_INTERRUPT(5); SIM_REPORT(TF2);").events == "WA8=A0 I5 ACF WC8=00 V0"


def test_idle_is_ended_by_the_interrupts_queued_for_it(run: Run) -> None:
    """One a sleep, in order; PCON's idle bit is clear afterwards."""
    body = "IE = 0x82; SIM_INTERRUPT_ON_IDLE(1); SIM_INTERRUPT_ON_IDLE(1); PCON |= 1; PCON |= 1; SIM_REPORT(PCON);"
    assert run(ISR, body).events == "WA8=82 W87=01 I1 W90=01 W87=01 I1 W90=02 V0"


def test_a_sleep_that_nothing_ends_is_an_outcome(run: Run) -> None:
    """Power-down without an enabled interrupt ends the run."""
    trace = run(ISR, "SIM_INTERRUPT_ON_IDLE(1); PCON |= 2; P1 = 0;")
    assert (trace.outcome, trace.events) == ("asleep", "W87=02 i1")


def test_a_timed_interrupt_ends_a_wait_for_a_flag_in_ram(run: Run) -> None:
    """Each is counted from the one before, so that three ticks come at 1000, 2000 and 3000 cycles."""
    queue = "SIM_INTERRUPT_AFTER(1, 1000);" * 3
    trace = run(ISR, f"IE = 0x82; {queue} while (count != 3) ; SIM_REPORT(count);")
    assert trace.events == "WA8=82 I1 W90=01 I1 W90=02 I1 W90=03 V3"
    assert 3000 < trace.cycles < 4500


def test_a_timed_interrupt_waits_while_it_is_masked(run: Run) -> None:
    """As the chip's flag would; one that was never enabled is named as ignored at the end."""
    body = "IE = 0x80; SIM_INTERRUPT_AFTER(1, 0); P1 = 0xAA; %s"
    assert run(ISR, body % "ET0 = 1; P2 = 0;").events == "WA8=80 W90=AA WA8=82 I1 W90=01 WA0=00"
    assert run(ISR, body % "P2 = 0;").events == "WA8=80 W90=AA WA0=00 i1"


def test_an_empty_endless_loop_skips_to_the_next_timed_interrupt(run: Run) -> None:
    """for (;;) ; costs no time to simulate; without anything to come it never ends."""
    body = "IE = 0x82; SIM_CUT_AFTER(4, finish); %s for (;;) ;"
    program = ISR + "void finish(void);"
    with_end = "void finish(void) { P2 = 1; }\n" + ISR
    trace = run(program.replace(ISR, with_end), body % "SIM_INTERRUPT_AFTER(1, 500000);", limit=600_000)
    assert trace.events.startswith("WA8=82 I1 W90=01 C W")
    assert run(ISR, "for (;;) ;").cycles == 2_000_000


def test_marks_and_reports_are_in_the_trace(run: Run) -> None:
    """SIM_MARK labels, SIM_REPORT gives 32 bits."""
    assert run("", "SIM_MARK(12); SIM_REPORT(-2L); SIM_REPORT(0xABCD1234);").events == "M12 VFFFFFFFE VABCD1234"


def test_an_expectation_is_met_or_fails_the_run(run: Run) -> None:
    """The line is the harness's, the values are hexadecimal."""
    met = run("", "SIM_EXPECT(40 + 2, 0x2A);")
    assert (met.outcome, met.events) == ("done", "E2:2A")
    missed = run("", "SIM_EXPECT(0x31, 0xA2);")
    assert (missed.outcome, missed.events) == ("failed", "F2:31!A2")


def test_writes_are_expected_oldest_first(run: Run) -> None:
    """SIM_EXPECT_WRITE takes the writes of one register in turn; a wrong one or none fails."""
    program = "void go(void) { P2 = 1; P1 = 9; P2 = 2; }"
    ask = "go(); SIM_EXPECT_WRITE(SIM_P2, 1); SIM_EXPECT_WRITE(SIM_P2, 2);"
    assert run(program, ask).events == "WA0=01 W90=09 WA0=02 E2:1 E2:2"
    assert run(program, "go(); SIM_EXPECT_WRITE(SIM_P2, 2);").events.endswith("F2:1!2")
    assert run(program, ask + "SIM_EXPECT_WRITE(SIM_P2, 3);").events.endswith("E2:2 F2:none!3")


def test_no_further_write_can_be_expected(run: Run) -> None:
    """SIM_EXPECT_NO_WRITE fails with the value of the write that nobody expected."""
    assert run("", "P2 = 7; SIM_SKIP_WRITES(SIM_P2); SIM_EXPECT_NO_WRITE(SIM_P2);").events == "WA0=07 E2:none"
    trace = run("", "P2 = 7; SIM_EXPECT_NO_WRITE(SIM_P2);")
    assert (trace.outcome, trace.events) == ("failed", "WA0=07 F2:7!none")


def test_skipped_writes_are_not_expected_any_more(run: Run) -> None:
    """SIM_SKIP_WRITES counts one register's writes so far as seen, and no other's."""
    body = "P2 = 1; P1 = 2; SIM_SKIP_WRITES(SIM_P2); P2 = 3; SIM_EXPECT_WRITE(SIM_P2, 3); SIM_EXPECT_WRITE(SIM_P1, 2);"
    assert run("", body).events == "WA0=01 W90=02 WA0=03 E2:3 E2:2"


def test_writes_and_latches_can_be_asked_for(run: Run) -> None:
    """SIM_WRITES counts, SIM_LATCH looks behind the pins without a read."""
    body = "P1 = 5; P1 = 6; SIM_FEED(SIM_P1, 0); SIM_REPORT(SIM_WRITES(SIM_P1)); SIM_REPORT(SIM_LATCH(SIM_P1));"
    assert run("", body).events == "W90=05 W90=06 V2 V6"


def test_an_answer_may_be_an_argument(run: Run) -> None:
    """Asking for a value does not disturb what the macro around it has stored already."""
    assert run("", "SIM_FEED(SIM_P1, SIM_DRAW(9, 9)); SIM_REPORT(P1);").events == "D9 R90=09 V9"
    assert run("", "P2 = 7; SIM_EXPECT(SIM_LATCH(SIM_P2), SIM_WRITES(SIM_P2) + 6);").events == "WA0=07 E2:7"


def values(trace: Trace) -> list[int]:
    """What was reported; each value was drawn just before, and its draw is in the trace."""
    reported, drawn = ([int(token[1:], 16) for token in trace.events.split() if token[0] == kind] for kind in "VD")
    assert reported == drawn
    return reported


def test_draws_give_boundaries_first_or_random_values(run: Run) -> None:
    """Draw seed 0 starts with lo, hi, lo+1, hi-1 and the middle of each range; others are random within it."""
    body = "uint8_t i; for (i = 0; i < 12; i++) SIM_REPORT(SIM_DRAW(10, 4000000000UL)); SIM_REPORT(SIM_DRAW(1, 3));"
    first = values(run("", body))
    assert first[:5] + first[-1:] == [10, 4_000_000_000, 11, 3_999_999_999, 2_000_000_005, 1]
    second = values(run("", body, draw=1))
    assert all(10 <= value <= 4_000_000_000 for value in (first + second)[:12])
    assert len(set(second)) == 13 and 1 <= second[-1] <= 3
    assert run("", body, draw=1).events == run("", body, draw=1, fill=2).events


def test_a_program_that_never_returns_is_cut(run: Run) -> None:
    """After so many register events the harness goes on, outside any interrupt; what came later is not traced."""
    program = "uint8_t n; void main(void) { for (;;) P1 = n++; } static void finish(void);"
    body = "SIM_CUT_AFTER(3, finish); program_main(); }"
    body += "static void finish(void) { SIM_EXPECT_WRITE(SIM_P1, 0); SIM_DONE();"
    trace = run(program, body)
    assert (trace.outcome, trace.events) == ("done", "W90=00 W90=01 W90=02 C E2:0")


def test_a_program_that_sleeps_for_ever_is_cut_too(run: Run) -> None:
    """With the stack as it was, so that the continuation has room."""
    program = (
        "void deep(uint8_t n) __reentrant { if (n) { deep(n - 1); P1 = n; } else PCON |= 1; } static void finish(void);"
    )
    trace = run(
        program, "SIM_CUT_AFTER(100, finish); deep(20); } static void finish(void) { SIM_REPORT(SP); SIM_DONE();"
    )
    assert trace.outcome == "done"
    assert trace.events.startswith("W87=01 C V")
    assert int(trace.events.rpartition("V")[2], 16) < 40


def test_nothing_is_traced_between_the_last_counted_event_and_the_cut(run: Run) -> None:
    """An instruction that reads one port and writes another is cut in its middle."""
    body = "SIM_CUT_AFTER(1, finish); P2 = P1; } static void finish(void) { SIM_EXPECT_NO_WRITE(SIM_P2); SIM_DONE();"
    assert run("static void finish(void);", body).events.startswith("R90=FF C E")


def test_a_cut_goes_back_to_the_register_bank_of_the_harness(run: Run) -> None:
    """Also out of a service routine that uses another one."""
    program = (
        "void tick(void) __interrupt(1) __using(2) { uint8_t i; for (i = 7;; i++) P1 = i; } static void finish(void);"
    )
    body = "IE = 0x82; SIM_CUT_AFTER(2, finish); SIM_INTERRUPT(1); }"
    body += "static void finish(void) { SIM_REPORT(PSW & 0x18); SIM_DONE();"
    assert run(program, body).events == "WA8=82 I1 W90=07 W90=08 C V0"


def test_a_cut_leaves_the_interrupt_that_was_running(run: Run) -> None:
    """The continuation can be interrupted again."""
    program = "void tick(void) __interrupt(1) { for (;;) P1 = 1; } static void finish(void);"
    body = "IE = 0x82; SIM_CUT_AFTER(2, finish); SIM_INTERRUPT(1); }"
    body += "static void finish(void) { SIM_INTERRUPT(1); SIM_DONE();"
    assert run(program, body, limit=3000).events.startswith("WA8=82 I1 W90=01 W90=01 C I1")


def test_the_start_up_codes_writes_are_forgotten(run: Run) -> None:
    """It pages external RAM through P2 for initialised external variables; the harness does not see it."""
    trace = run("__xdata uint8_t table[3] = {1, 2, 3};", "SIM_EXPECT_NO_WRITE(SIM_P2); SIM_REPORT(table[2]);")
    assert trace.events == "E2:none V3"


def test_returning_from_the_harness_ends_the_run(run: Run) -> None:
    """SIM_DONE may be left out at the end."""
    assert run("", "").outcome == run("", "SIM_DONE(); SIM_REPORT(1);").outcome == "done"
    assert run("", "SIM_DONE(); SIM_REPORT(1);").events == ""
