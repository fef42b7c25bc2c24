"""The STM8's peripherals as programs poll them, under harnesses that feed them through sim.h."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.validators.simulators.programs import build
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job, Simulator, Trace
from validators.simulators.stm8 import STM8

Run = Callable[[str, str], Trace]

NAMES = "#include <stdint.h>\n" + "".join(
    f"#define {name} (*(volatile uint8_t *)0x{address:04X})\n" for address, name in STM8.registers.items()
)
INTERRUPTS_ON = '__asm__("rim");'


@pytest.fixture
def run(sandbox: Sandbox) -> Run:
    """Builds a program with the body of a harness's main, and runs it."""
    simulator = Simulator(sandbox, STM8)

    def build_and_run(program: str, body: str) -> Trace:
        built = build(sandbox, NAMES + program, f"void main(void)\n{{{body}}}\n", target="stm8")
        return simulator.run([Job(built["ihx"])])[0]

    return build_and_run


def assert_passed(trace: Trace) -> None:
    """All expectations were met; else the events are shown."""
    assert trace.passed, (trace.outcome, trace.events)


def test_ports_are_fed_read_by_read_and_their_writes_expected_in_order(run: Run) -> None:
    """A shift register read bit by bit over PB1, clocked by PA3."""
    program = """
    uint8_t shift_in(void)
    {
        uint8_t value = 0;
        PA_DDR |= 0x08;
        PA_CR1 |= 0x08;
        for (uint8_t i = 0; i < 8; i++) {
            PA_ODR |= 0x08;
            value = value << 1 | (PB_IDR >> 1 & 1);
            PA_ODR &= (uint8_t)~0x08;
        }
        return value;
    }
    """
    body = """
        uint8_t byte = (uint8_t)SIM_DRAW(0x5A, 0x5A);
        for (uint8_t i = 0; i < 8; i++)
            SIM_FEED(SIM_IDR('B'), byte & 0x80 >> i ? 2 : 0);
        SIM_EXPECT(shift_in(), byte);
        for (uint8_t i = 0; i < 8; i++) {
            SIM_EXPECT_WRITE(SIM_ODR('A'), 0x08);
            SIM_EXPECT_WRITE(SIM_ODR('A'), 0);
        }
        SIM_EXPECT_NO_WRITE(SIM_ODR('A'));
        SIM_EXPECT(SIM_WRITES(SIM_DDR('A')), 1);
        SIM_EXPECT(SIM_LATCH(SIM_DDR('A')), 8);
    """
    trace = run(program, body)
    assert_passed(trace)
    assert trace.events.startswith("D5A W5002=08 W5003=08 W5000=08 R5006=00 W5000=00 W5000=08 R5006=02 W5000=00")


def test_pins_read_as_the_outside_and_the_latch_have_them(run: Run) -> None:
    """Bits 7..6 push-pull outputs, 5..4 open drain, 3..0 inputs; ODR is 0b10100000."""
    setup = "PB_ODR = 0xA0; PB_DDR = 0xF0; PB_CR1 = 0xC0;"
    body = f"""
        SIM_EXPECT(PB_IDR, 0xFF);
        {setup}
        SIM_EXPECT(PB_IDR, 0xAF);
        SIM_FEED(SIM_IDR('B'), 0x55);
        SIM_FEED(SIM_IDR('B'), 0x2C);
        SIM_EXPECT(PB_IDR, 0x85);
        SIM_EXPECT(PB_IDR, 0xAC);
        SIM_EXPECT(PB_IDR, 0xAC);
        SIM_EXPECT(SIM_LATCH(SIM_IDR('B')), 0xAF);
        PB_IDR = 0;
        SIM_EXPECT(PB_ODR, 0xA0);
    """
    assert_passed(run("", body))


@pytest.mark.parametrize(
    ("control", "status", "generation"),
    [("TIM1_CR1", "TIM1_SR1", "TIM1_EGR"), ("TIM2_CR1", "TIM2_SR1", "TIM2_EGR"), ("TIM4_CR1", "TIM4_SR", "TIM4_EGR")],
)
def test_a_timer_overflows_when_it_is_looked_at_twice(run: Run, control: str, status: str, generation: str) -> None:
    """Only while it counts; its flag stays until it is cleared, comes with UG unless URS is set, and OPM stops it."""
    body = f"""
        SIM_EXPECT({status} & 1, 0);
        SIM_EXPECT({status} & 1, 0);
        {control} = 1;
        SIM_EXPECT({status} & 1, 0);
        SIM_EXPECT({status} & 1, 1);
        SIM_EXPECT({status} & 1, 1);
        {status} = (uint8_t)~1;
        SIM_EXPECT({status} & 1, 0);
        {control} = 0;
        {status} = 0xFF;
        SIM_EXPECT({status} & 1, 0);
        {generation} = 1;
        SIM_EXPECT({status} & 1, 1);
        SIM_EXPECT({generation}, 0);
        {status} = 0;
        {control} = 4;
        {generation} = 1;
        SIM_EXPECT({status} & 1, 0);
        {control} = 9;
        SIM_EXPECT({status} & 1, 0);
        SIM_EXPECT({status} & 1, 1);
        SIM_EXPECT({control}, 8);
    """
    assert_passed(run("", body))


def test_a_program_that_does_not_wait_has_another_trace(run: Run) -> None:
    """The flag that it cleared had been seen set, or not."""
    program = """
    void wait(void) { TIM4_CR1 = 1; while (!(TIM4_SR & 1)) ; TIM4_SR = 0; }
    void hurry(void) { TIM4_CR1 = 1; TIM4_SR & 1; TIM4_SR = 0; }
    void send(uint8_t byte) { while (!(UART2_SR & 0x80)) ; UART2_DR = byte; }
    void blurt(uint8_t byte) { UART2_DR = byte; }
    """
    body = "wait(); SIM_MARK(1); hurry(); SIM_MARK(2); send(65); send(66); SIM_MARK(3); blurt(65); blurt(66);"
    assert run(program, body).events == (
        "W5340=01 A5342.0 W5342=00 M1 W5340=01 W5342=00 M2 A5240.7 W5241=41 A5240.7 W5241=42 M3 W5241=41 W5241=42"
    )


def test_a_captured_value_is_fed_and_reading_it_clears_its_flag(run: Run) -> None:
    """Channel 2 of TIM2: CC2IF comes by polling too."""
    program = """
    uint16_t captured(void)
    {
        uint16_t high;
        while (!(TIM2_SR1 & 4)) ;
        high = TIM2_CCR2H;
        return high << 8 | TIM2_CCR2L;
    }
    """
    body = """
        TIM2_CR1 = 1;
        SIM_FEED(0x5311, 0x12);
        SIM_FEED(0x5312, 0x34);
        SIM_EXPECT(captured(), 0x1234);
        SIM_EXPECT(TIM2_SR1 & 4, 0);
        SIM_EXPECT(TIM2_SR1 & 4, 4);
    """
    assert_passed(run(program, body))


@pytest.mark.parametrize("uart", ["UART1", "UART2"])
def test_a_uart_receives_what_the_harness_sends(run: Run, uart: str) -> None:
    """While REN is set; RXNE stays until DR is read; the ninth bit is R8. It is always ready to send."""
    body = f"""
        SIM_RX(0x41);
        SIM_RX(0x142);
        SIM_EXPECT({uart}_SR, 0xC0);
        {uart}_CR2 = 0x0C;
        SIM_EXPECT({uart}_SR, 0xE0);
        SIM_EXPECT({uart}_SR & 0x20, 0x20);
        SIM_EXPECT({uart}_DR, 0x41);
        SIM_EXPECT({uart}_CR1 & 0x80, 0);
        SIM_EXPECT({uart}_SR & 0x20, 0x20);
        SIM_EXPECT({uart}_CR1 & 0x80, 0x80);
        SIM_EXPECT({uart}_DR, 0x42);
        SIM_EXPECT({uart}_SR & 0x20, 0);
    """
    assert_passed(run("", body))


def test_the_converter_starts_when_it_was_awake(run: Run) -> None:
    """The first ADON wakes it, the second starts it; EOC stays until it is cleared; the result is fed."""
    program = """
    uint16_t convert(uint8_t channel)
    {
        uint8_t low;
        ADC_CSR = channel;
        ADC_CR2 = 8;
        ADC_CR1 |= 1;
        ADC_CR1 |= 1;
        while (!(ADC_CSR & 0x80)) ;
        low = ADC_DRL;
        return (uint16_t)ADC_DRH << 8 | low;
    }
    """
    body = """
        ADC_CR1 = 1;
        SIM_EXPECT(ADC_CSR & 0x80, 0);
        SIM_EXPECT(ADC_CSR & 0x80, 0);
        ADC_CR1 = 0;
        SIM_FEED(SIM_ADC_DRL, 0xFE);
        SIM_FEED(SIM_ADC_DRH, 3);
        SIM_EXPECT(convert(4), 0x3FE);
        SIM_EXPECT(ADC_CSR, 0x84);
        ADC_CSR = 4;
        SIM_EXPECT(ADC_CSR, 4);
        SIM_EXPECT(ADC_CSR, 4);
        ADC_CR1 = 3;
        SIM_EXPECT(ADC_CSR, 4);
        SIM_EXPECT(ADC_CSR, 0x84);
        ADC_CSR = 4;
        SIM_EXPECT(ADC_CSR, 4);
        SIM_EXPECT(ADC_CSR, 0x84);
    """
    assert_passed(run(program, body))


def test_spi_and_i2c_have_somebody_at_the_other_end(run: Run) -> None:
    """SPI as a master receives what is fed, else 0xFF; an I2C slave acknowledges, without a feed of SR1."""
    program = """
    uint8_t swap(uint8_t byte)
    {
        while (!(SPI_SR & 2)) ;
        SPI_DR = byte;
        while (!(SPI_SR & 1)) ;
        return SPI_DR;
    }
    static void address(uint8_t byte)
    {
        I2C_CR2 |= 1;
        while (!(I2C_SR1 & 1)) ;
        I2C_DR = byte;
        while (!(I2C_SR1 & 2)) ;
        I2C_SR3;
    }
    uint8_t read_back(uint8_t where)
    {
        address(0xA0);
        while (!(I2C_SR1 & 0x80)) ;
        I2C_DR = where;
        while (!(I2C_SR1 & 4)) ;
        address(0xA1);
        I2C_CR2 |= 2;
        while (!(I2C_SR1 & 0x40)) ;
        return I2C_DR;
    }
    """
    body = """
        SPI_CR1 = 0x44;
        SIM_EXPECT(SPI_SR, 2);
        SIM_EXPECT(swap(1), 0xFF);
        SIM_FEED(SIM_SPI_DR, 0x3C);
        SIM_EXPECT(swap(2), 0x3C);
        SIM_EXPECT(SPI_SR, 2);
        SIM_FEED(0x5216, 0x77);
        SIM_EXPECT(read_back(9), 0x77);
        SIM_EXPECT(I2C_SR3, 0);
    """
    assert_passed(run(program, body))


def test_data_eeprom_is_written_after_its_two_keys(run: Run) -> None:
    """EOP and WR_PG_DIS clear when they are looked at; each write is an event."""
    program = """
    #define BYTE (*(volatile uint8_t *)0x4010)
    """
    body = """
        BYTE = 1;
        SIM_EXPECT(FLASH_IAPSR, 0x41);
        SIM_EXPECT(BYTE, 0);
        FLASH_DUKR = 0x56;
        FLASH_DUKR = 0xAE;
        SIM_EXPECT(FLASH_IAPSR & 8, 0);
        FLASH_DUKR = 0x56;
        SIM_EXPECT(FLASH_IAPSR, 0x48);
        BYTE = 2;
        SIM_EXPECT(FLASH_IAPSR, 0x4C);
        SIM_EXPECT(FLASH_IAPSR, 0x48);
        SIM_EXPECT(BYTE, 2);
        FLASH_IAPSR &= (uint8_t)~8;
        BYTE = 3;
        SIM_EXPECT(BYTE, 2);
        SIM_EXPECT_WRITE(0x4010, 1);
        SIM_EXPECT_WRITE(0x4010, 2);
        SIM_EXPECT_WRITE(0x4010, 3);
    """
    assert_passed(run(program, body))


def test_the_clock_switches_when_it_is_enabled(run: Run) -> None:
    """HSE is ready once it is on; SWIF says that the switch can be, and it happens with SWEN."""
    body = """
        SIM_EXPECT(CLK_ICKR, 3);
        SIM_EXPECT(CLK_ECKR, 0);
        CLK_ECKR = 1;
        SIM_EXPECT(CLK_ECKR, 3);
        CLK_SWR = 0xB4;
        SIM_EXPECT(CLK_CMSR, 0xE1);
        SIM_EXPECT(CLK_SWCR, 8);
        CLK_SWCR = 2;
        SIM_EXPECT(CLK_CMSR, 0xB4);
        CLK_SWCR |= 2;
        CLK_SWR = 0xE1;
        SIM_EXPECT(CLK_CMSR, 0xE1);
    """
    assert_passed(run("", body))
