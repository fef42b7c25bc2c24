"""The AVR simulator as a program: how runs end, that they do not see each other, and that images are only data."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tests.validators.simulators.avr_programs import build_avr, hex_of, plain_simavr
from tests.validators.simulators.avr_streams import AvrStream
from validators.sandbox.runner import Sandbox
from validators.simulators.avr import AVR, REMEDY, missing
from validators.simulators.machine import CYCLE_LIMIT, Job, Simulator, Trace, build

Run = Callable[..., Trace]


@pytest.fixture(scope="module")
def avr(sandbox: Sandbox) -> Simulator:
    return Simulator(sandbox, AVR)


@pytest.fixture(scope="module")
def run(sandbox: Sandbox, avr: Simulator) -> Run:
    def build_and_run(body: str, program: str = "", limit: int = CYCLE_LIMIT) -> Trace:
        return avr.run([Job(build_avr(sandbox, program, body), limit=limit)])[0]

    return build_and_run


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        pytest.param("illegal-opcode", [0xFFFF], id="erased memory"),
        pytest.param("illegal-opcode", [0x0001], id="an opcode that does not exist"),
        pytest.param("illegal-opcode", [0x9419], id="EIJMP, which needs a larger chip"),
        pytest.param("illegal-opcode", [0x95D8], id="ELPM, which needs a larger chip"),
        pytest.param("illegal-opcode", [0x940C, 0x2000], id="a jump into erased memory"),
        pytest.param("illegal-opcode", [0x95FD, 0xFFFF], id="a jump beyond flash"),
        pytest.param("cycle-limit", [0xCFFF], id="a jump to itself"),
        pytest.param("cycle-limit", [0x0000, 0xCFFE], id="a longer endless loop"),
        pytest.param("stack-overflow", [0xDFFF], id="endless recursion"),
        pytest.param("stack-overflow", [0x900F], id="a pop from above RAM"),
        pytest.param("stack-overflow", [0x9508], id="a return from nowhere"),
        pytest.param("stack-overflow", [0xE001, 0xBF0E, 0xE0F0, 0xBFFD, 0x920F, 0x920F], id="a stack below RAM"),
        pytest.param("bad-access", [0x9000, 0x0900], id="a read above RAM"),
        pytest.param("bad-access", [0x9200, 0xFFFF], id="a write at the end of the address space"),
        pytest.param("asleep", [0xE001, 0xBF03, 0x9588], id="sleep with nothing to wake it"),
        pytest.param("illegal-command", [0xE603, 0x9300, 0xEA], id="a monitor command that does not exist"),
        pytest.param("event-limit", [0x9A28, 0xCFFE], id="a port bit set for ever"),
    ],
)
def test_a_run_always_ends_with_a_named_outcome(avr: Simulator, outcome: str, words: list[int]) -> None:
    """Whatever an image does."""
    trace = avr.run([Job(hex_of(*words))])[0]
    assert trace.outcome == outcome
    assert not trace.passed


def test_sleep_needs_its_enable_bit(run: Run) -> None:
    """Without SE it does nothing, as on the chip; with it and without interrupts the program is asleep for ever."""
    assert run("cli(); sleep_cpu();").passed
    assert run("cli(); sleep_enable(); sleep_cpu();").outcome == "asleep"


def test_an_expectation_of_arithmetic(run: Run) -> None:
    """A compiled program in 8, 16 and 32 bits."""
    program = "int16_t f(int16_t a, int8_t b) { return a / b + a % b; }\n"
    body = """
    SIM_EXPECT(f(SIM_DRAW(1000, 1000), 7), 148); SIM_EXPECT((uint32_t)SIM_DRAW(70000, 70000) * 3, 210000);
    SIM_EXPECT((uint16_t)f(-100, 9), (uint16_t)-12);"""
    trace = run(body, program)
    assert trace.passed and trace.events.split()[1] == "E2:94"


def test_an_expectation_that_is_not_met_fails_the_run(run: Run) -> None:
    """Both values are told."""
    trace = run("SIM_EXPECT(SIM_DRAW(5, 5), 6);")
    assert (trace.outcome, trace.events) == ("failed", "D5 F1:5!6")


def test_two_fills_show_a_read_of_a_local_that_nobody_wrote(sandbox: Sandbox, avr: Simulator) -> None:
    """And nothing else differs; fill 0 is all zero."""
    program = "uint8_t f(uint8_t n) { volatile uint8_t kept[8]; kept[n] = 3; return kept[2]; }\n"
    images = {n: build_avr(sandbox, program, f"SIM_REPORT(f({n}));") for n in (1, 2)}
    wrong = avr.run([Job(images[1], fill=fill) for fill in (0, 1, 2)])
    right = avr.run([Job(images[2], fill=fill) for fill in (0, 1, 2)])
    assert wrong[0].events == "V0" and len({trace.events for trace in wrong}) == 3
    assert {trace.events for trace in right} == {"V3"}


def test_the_cycle_limit_ends_a_run_close_to_it(run: Run) -> None:
    """A polling loop is not an endless jump."""
    trace = run("while (!(PINB & 1) || (GPIOR0 == 0));", limit=5000)
    assert trace.outcome == "cycle-limit" and 5000 <= trace.cycles < 5010


def test_the_stack_is_measured_from_the_harness(run: Run) -> None:
    """Frames of 10 and 310 bytes, and the return address of the call."""
    frame = "__attribute__((noinline)) void f(void) {{ volatile uint8_t a[{0}]; a[0] = 1; a[{0} - 1] = a[0]; }}\n"
    shallow, deep = run("f(); f();", frame.format(10)), run("f(); f();", frame.format(310))
    assert deep.stack - shallow.stack == 300


def test_what_was_pushed_before_the_harness_does_not_count(avr: Simulator) -> None:
    """Two bytes before it begins (command 18), then two and a call; command 14 ends the run."""
    begin, end, push, call = [0xE102, 0x9300, 0xEA], [0xE00E, 0x9300, 0xEA], [0x920F, 0x920F], [0xD000]
    trace = avr.run([Job(hex_of(*push, *begin, *push, *call, *end))])[0]
    assert trace.passed and trace.stack == 4


def test_half_a_stack_pointer_means_nothing(avr: Simulator) -> None:
    """From 0x0810 to 0x07F0, the high half first as compilers do: 32 bytes, not the 256 in between."""
    high, low, begin, end = 0xBF0E, 0xBF0D, [0xE102, 0x9300, 0xEA], [0xE00E, 0x9300, 0xEA]
    words = [0xE008, high, 0xE100, low, *begin, 0xE007, high, 0xEF00, low, *end]
    assert avr.run([Job(hex_of(*words))])[0].stack == 32


def test_a_cut_leaves_a_program_that_never_returns(sandbox: Sandbox, avr: Simulator) -> None:
    """After so many register accesses; what it still does is not traced, and the stack is as it was."""
    program = "void program_main(void) { for (;;) { PORTB ^= 1; PORTB ^= 2; } }\n"
    end = "static void end(void) { SIM_EXPECT(SIM_WRITES(SIM_PORTB), 3); SIM_DONE(); }\n"
    image = build_avr(sandbox, program, "SIM_CUT_AFTER(3, end); program_main();", functions=end)
    trace = avr.run([Job(image)])[0]
    assert trace.passed and trace.events == "W25=01 W25=03 W25=02 C E1:3"


def test_a_cut_gives_c_the_zero_that_it_keeps_in_a_register(sandbox: Sandbox, avr: Simulator) -> None:
    """r1 holds part of a product when the program is left."""
    program = 'void program_main(void) { __asm__ volatile("ldi r16, 5\\n mov r1, r16\\n out 5, r16\\n clr r1"); }\n'
    end = "static void end(void) { SIM_REPORT(0); SIM_DONE(); }\n"
    image = build_avr(sandbox, program, "SIM_CUT_AFTER(1, end); program_main();", functions=end)
    assert avr.run([Job(image)])[0].events == "W25=05 C V0"


def test_two_hundred_jobs_in_one_start_do_not_see_each_other(sandbox: Sandbox, avr: Simulator) -> None:
    """Each gives what it gives alone: peripherals, EEPROM, memory, stack and queues start anew."""
    dirty = "#include <avr/eeprom.h>\nuint8_t EEMEM kept = 0x77;\nISR(TIMER0_OVF_vect) { PORTD++; }\n"
    body = """
    eeprom_write_byte(&kept, 1); UCSR0B = 0x98; SIM_RX(1); SIM_RX(2); (void)UCSR0A; UDR0 = 9; ADCSRA = 0xC0;
    TWCR = 0xA4; SPCR = 0x50; SPDR = 1; TCCR0B = 1; (void)TIFR0; TIMSK0 = 1; sei(); SIM_INTERRUPT_AFTER(16, 10);
    SIM_INTERRUPT_ON_IDLE(16); SIM_HOLD(SIM_PINB, 5); PORTB = 0xFF; for (;;) PORTC ^= PINB;"""
    clean = "SIM_REPORT(TIFR0 | TWCR); SIM_REPORT(UCSR0A); SIM_REPORT(PINB); SIM_REPORT(ADCSRA); SIM_REPORT(SPSR);"
    clean += "EECR = _BV(EERE); SIM_REPORT(EEDR);"
    images = [build_avr(sandbox, dirty, body), build_avr(sandbox, "", clean), hex_of(0xE005, 0xBF0D, 0x920F)]
    images += [AvrStream(Random(f"leak {n}"), 60).image for n in range(7)]
    jobs = [Job(images[n % 10], fill=n % 3, limit=20_000, stop_after=400 if n % 4 else 0) for n in range(200)]
    together = avr.run(jobs)
    assert together[:20] == [avr.run([job])[0] for job in jobs[:20]]
    assert together[60:] == together[:140]  # after 60 the jobs are the same again


def test_a_file_that_simavr_would_write_is_not_written(sandbox: Sandbox, avr: Simulator) -> None:
    """An image's .mmcu section is data that nobody reads: no waveform file, no console, no other chip."""
    program = """
    #include "/usr/include/simavr/avr/avr_mcu_section.h"
    AVR_MCU(16000000, "atmega2560");
    AVR_MCU_VCD_FILE("trace.vcd", 1);
    const struct avr_mmcu_vcd_trace_t traced[] _MMCU_ = {{AVR_MCU_VCD_SYMBOL("PORTB"), .what = (void *)&PORTB}};
    AVR_MCU_SIMAVR_CONSOLE(&GPIOR0);
    AVR_MCU_SIMAVR_COMMAND(&GPIOR1);
    """
    flags = ["-Wl,--undefined=_mmcu,--section-start=.mmcu=0x910000"]
    image = build_avr(sandbox, program, "GPIOR1 = 1; PORTB = 1; GPIOR0 = 'x'; GPIOR0 = 13; PORTB = 2;", *flags)
    assert b"trace.vcd" in image
    path = sandbox.install("avr-under-test", build(sandbox, AVR))
    done = sandbox.run([path], files={"a.elf": image}, stdin=b"a.elf\t1\t0\t1000\t-\n", keep=["trace.vcd"])
    assert done.ok and not done.files and not done.stderr
    assert done.stdout.startswith(b"done ") and b" W4A=01 W25=01 W3E=78 W3E=0D W25=02\n" in done.stdout
    plain = plain_simavr(sandbox, image, ["trace.vcd"])
    assert "trace.vcd" in plain.files  # the check can fail: simavr's own loader does it


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x7fELF", id="the beginning of an ELF file"),
        pytest.param(b":020000040080FA\n:0100000001FE\n:00000001FF\n", id="bytes for RAM"),
        pytest.param(hex_of(*[0] * 0x4001), id="beyond 32 KB"),
    ],
)
def test_an_image_that_does_not_fit_is_refused(avr: Simulator, image: bytes) -> None:
    """And nothing of it is run."""
    trace = avr.run([Job(image)])[0]
    assert (trace.outcome, trace.instructions) == ("bad-image", 0)


def test_random_images_never_break_the_simulator(avr: Simulator) -> None:
    """Each job is answered, with coverage and stamps, and the answers are the same the second time."""
    random = Random("broken images")
    images = [hex_of(*(random.randrange(0x10000) for _ in range(random.choice((20, 400, 8000))))) for _ in range(150)]
    jobs = [Job(image, fill=n, limit=20_000, coverage=True, stamps=True) for n, image in enumerate(images)]
    traces = avr.run(jobs)
    assert traces == avr.run(jobs)
    assert not any(trace.outcome == "simulator-failed" for trace in traces)


def test_what_is_missing_is_named_with_its_remedy(sandbox: Sandbox) -> None:
    """Here nothing is."""
    assert missing(sandbox) == ""
    assert REMEDY == "apt-get install libsimavr-dev libelf-dev"
