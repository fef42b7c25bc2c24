"""The STM32F103's registers: what they show, what they cause, and what of it is traced."""

from __future__ import annotations

import pytest

from tests.validators.simulators.cortex_m_programs import Chip, told
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job


@pytest.fixture(scope="module")
def arm(sandbox: Sandbox) -> Chip:
    return Chip(sandbox)


def test_accesses_come_in_order_with_their_width(arm: Chip) -> None:
    """Writes of any register, reads of inputs."""
    body = """
        GPIOA_CRL = 0x44444443;
        *(volatile uint16_t *)&GPIOA_ODR = 0x1234;
        *(volatile uint8_t *)0xE000E41C = 0x80;
        *(volatile uint8_t *)0xE000E41D = 0x40;
        SIM_FEED(SIM_IDR('B'), 0xABCD);
        SIM_REPORT(GPIOB_IDR);
        SIM_REPORT(*(volatile uint8_t *)((uintptr_t)&GPIOB_IDR + 1));
        SIM_REPORT(NVIC_IPR7);
        SIM_REPORT(GPIOC_CRH);
    """
    assert arm.run("", body).events.split() == [
        "W40010800=44444443", "W4001080C=1234", "WE000E41C=80", "WE000E41D=40", "R40010C08=0000ABCD", "VABCD",
        "R40010C09=AB", "VAB", "V4080", "V44444444",
    ]  # fmt: skip


def test_a_faster_variant_sees_the_same_inputs(arm: Chip) -> None:
    """Inputs come per read."""
    feeds = "".join(f"SIM_FEED(SIM_IDR('A'), {value});" for value in (1, 0, 3, 2))
    slow = "for (int i = 0; i < 6; i++) { for (volatile int j = 0; j < 99; j++) ; SIM_REPORT(GPIOA_IDR); }"
    fast = "for (int i = 0; i < 6; i++) SIM_REPORT(GPIOA_IDR);"
    traces = arm.simulator.run([Job(arm.build("", feeds + loop)) for loop in (slow, fast)])
    assert traces[0].events == traces[1].events
    assert [event for event in told(traces[0]) if event[0] == "V"] == ["V1", "V0", "V3", "V2", "V2", "V2"]
    assert traces[0].cycles > traces[1].cycles + 1000


def test_set_and_reset_registers_change_the_output(arm: Chip) -> None:
    """BSRR sets before it resets; a bit's alias is its register read, changed and written; latches read back."""
    body = """
        GPIOC_BSRR = 0x00010003; GPIOC_BRR = 0x2; GPIOC_ODR ^= 0x8000;
        SIM_EXPECT(SIM_LATCH(SIM_ODR('C')), 0x8001); SIM_EXPECT(GPIOC_BSRR, 0);
        *(volatile uint32_t *)(0x42000000 + (SIM_ODR('C') - 0x40000000) * 32 + 13 * 4) = 1;
        SIM_EXPECT(*(volatile uint32_t *)(0x42000000 + (SIM_ODR('C') - 0x40000000) * 32 + 15 * 4), 1);
        SIM_EXPECT_WRITE(SIM_BSRR('C'), 0x00010003); SIM_EXPECT_WRITE(SIM_ODR('C'), 0x8001);
        SIM_EXPECT_WRITE(SIM_ODR('C'), 0xA001);
        NVIC_ISER0 = 0x30; NVIC_ICER0 = 0x10; SIM_EXPECT(NVIC_ISER0, 0x20); SIM_EXPECT(NVIC_ICER0, 0x20);
    """
    trace = arm.run("", body)
    assert trace.passed, told(trace)
    assert [event for event in told(trace) if event[0] == "W"][:4] == [
        "W GPIOC_BSRR 10003", "W GPIOC_BRR 2", "W GPIOC_ODR 8001", "W GPIOC_ODR A001",
    ]  # fmt: skip


def test_pins_read_as_they_are_driven(arm: Chip) -> None:
    """Push-pull outputs by the port, open drain by both, inputs from outside, or as they are pulled."""
    body = """
        GPIOB_CRL = 0x44444473; GPIOB_ODR = 0xFF; /* pin 0 push-pull, 1 open drain */
        SIM_EXPECT(GPIOB_IDR, 0xFF);
        SIM_HOLD(SIM_IDR('B'), 0);
        SIM_EXPECT(GPIOB_IDR, 0x01);
        SIM_HOLD(SIM_IDR('B'), 0xF0F);
        GPIOB_ODR = 0x02;
        SIM_EXPECT(GPIOB_IDR, 0xF0E);
        SIM_HOLD(SIM_IDR('B'), 0xF0D); SIM_EXPECT(GPIOB_IDR, 0xF0C);
    """
    trace = arm.run("", body)
    assert trace.passed, told(trace)


SEND = """
    void put(uint8_t c) { while (!(USART1_SR & 0x80)) ; USART1_DR = c; }
    uint8_t get(void) { while (!(USART1_SR & 0x20)) ; return USART1_DR; }
"""


def test_bytes_go_in_and_out_of_the_uart(arm: Chip) -> None:
    """Received ones while UE and RE are set; each answered flag is traced."""
    body = """
        SIM_RX('a'); SIM_RX(0x1FF);
        USART1_CR1 = 0x000C; SIM_EXPECT(USART1_SR & 0x20, 0);
        USART1_CR1 = 0x200C;
        put(get() + 1); put(get());
        SIM_EXPECT(USART1_SR & 0x20, 0);
        for (int i = 0; i < 2; i++) {
            USART3_DR = i; SIM_EXPECT(USART3_SR, 0); SIM_EXPECT(USART3_SR, 0xC0);
        }
        SIM_EXPECT_WRITE(SIM_USART1_DR, 'b'); SIM_EXPECT_WRITE(SIM_USART1_DR, 0xFF);
        USART2_CR1 = 0x300C; SIM_RX(0x155); SIM_EXPECT(USART2_DR, 0x155);
    """
    trace = arm.run(SEND, body)
    assert trace.passed, told(trace)
    assert [event for event in told(trace) if event[0] in "RWA"] == [
        "W USART1_CR1 C", "W USART1_CR1 200C", "A USART1_SR.5", "R USART1_DR 61", "A USART1_SR.7", "W USART1_DR 62",
        "A USART1_SR.5", "R USART1_DR FF", "A USART1_SR.7", "W USART1_DR FF",
        "W USART3_DR 0", "A USART3_SR.7", "W USART3_DR 1", "W USART2_CR1 300C", "R USART2_DR 155",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("program", "hasty"),
    [
        pytest.param("while (!(USART1_SR & 0x80)) ; USART1_DR = 1;", "USART1_DR = 1;", id="UART"),
        pytest.param("TIM3_CR1 = 1; while (!(TIM3_SR & 1)) ; TIM3_SR = 0;", "TIM3_CR1 = 1; TIM3_SR = 0;", id="timer"),
        pytest.param(
            "ADC1_CR2 = 1; ADC1_CR2 = 0x400001; while (!(ADC1_SR & 2)) ; ADC1_DR;",
            "ADC1_CR2 = 1; ADC1_CR2 = 0x400001; ADC1_DR;",
            id="converter",
        ),
        pytest.param("SPI1_DR = 5; while (!(SPI1_SR & 1)) ; SPI1_DR;", "SPI1_DR = 5; SPI1_DR;", id="SPI"),
        pytest.param("while (!(EXTI_PR & 1)) ; EXTI_PR = 1;", "EXTI_PR = 1;", id="external line"),
    ],
)
def test_a_program_that_does_not_wait_has_another_trace(arm: Chip, program: str, hasty: str) -> None:
    """And one that looks more often has the same."""
    patient = program.replace("while (", "for (int i = 0; i < 9; i++) GPIOA_ODR; while (", 1)
    first = "SIM_HOLD((uintptr_t)&EXTI_PR, 1);" if "EXTI" in program else ""
    expected, same, other = arm.simulator.run([Job(arm.build("", first + p)) for p in (program, patient, hasty)])
    assert expected.passed
    assert same.events == expected.events
    assert other.events != expected.events


def test_time_passes_by_polling(arm: Chip) -> None:
    """A flag reads 0 once and then 1, while what sets it runs; a one-pulse timer stops; counters move."""
    body = """
        SIM_EXPECT(TIM2_SR, 0); SIM_EXPECT(TIM2_SR, 0);
        TIM2_CCER = 0x10; TIM2_CR1 = 1;
        SIM_EXPECT(TIM2_SR, 0); SIM_EXPECT(TIM2_SR, 5); SIM_EXPECT(TIM2_SR, 5);
        TIM2_SR = ~1u; SIM_EXPECT(TIM2_SR, 4); SIM_EXPECT(TIM2_SR, 5);
        TIM2_SR = 0; TIM2_CR1 = 9; SIM_EXPECT(TIM2_SR, 0); SIM_EXPECT(TIM2_SR, 5); SIM_EXPECT(TIM2_CR1, 8);
        TIM2_SR = 0; TIM2_SR = 0;
        TIM3_CR1 = 1; SIM_EXPECT(TIM3_SR, 0); TIM3_CNT = 0; SIM_EXPECT(TIM3_SR, 0); SIM_EXPECT(TIM3_SR, 1); TIM3_SR = 0;
        TIM4_EGR = 1; SIM_EXPECT(TIM4_SR, 1); TIM3_CR1 = 4; TIM3_EGR = 1; SIM_EXPECT(TIM3_SR, 0);
        SysTick_LOAD = 799; SysTick_CTRL = 5;
        SIM_EXPECT(SysTick_CTRL, 5); SIM_EXPECT(SysTick_CTRL, 0x10005); SIM_EXPECT(SysTick_CTRL, 5);
        uint32_t before = SysTick_VAL;
        SIM_EXPECT(SysTick_VAL != before, 1);
        while (SysTick_VAL < 400) ;
        while (SysTick_VAL >= 400) ;
        TIM4_ARR = 999; TIM4_CR1 = 1; while (TIM4_CNT < 500) ; while (TIM4_CNT >= 500) ;
    """
    trace = arm.run("", body)
    assert trace.passed, told(trace)
    answers = [event for event in told(trace) if event.startswith("A TIM2")]
    assert answers == ["A TIM2_SR.0", "A TIM2_SR.0", "A TIM2_SR.2", "A TIM2_SR.0", "A TIM2_SR.2"]


def test_the_converter_and_the_serial_bus_take_what_is_fed(arm: Chip) -> None:
    """Once each conversion or transfer that was started; calibration ends at once."""
    body = """
        SIM_FEED(SIM_ADC1_DR, 0x123); SIM_FEED(SIM_ADC1_DR, 0xFFF);
        ADC1_CR2 = 1; ADC1_CR2 = 9; while (ADC1_CR2 & 8) ; ADC1_CR2 = 5; while (ADC1_CR2 & 4) ;
        SIM_EXPECT(ADC1_SR & 2, 0); SIM_EXPECT(ADC1_SR & 2, 0);
        ADC1_CR2 |= 1; while (!(ADC1_SR & 2)) ;
        SIM_EXPECT(ADC1_DR, 0x123); SIM_EXPECT(ADC1_SR & 2, 0); SIM_EXPECT(ADC1_SR & 2, 0);
        ADC1_CR2 |= 1u << 22; while (!(ADC1_SR & 2)) ;
        SIM_EXPECT(ADC1_DR, 0xFFF);
        SIM_FEED(SIM_SPI1_DR, 0xA5);
        SPI1_CR1 = 0x344; while (!(SPI1_SR & 2)) ; SPI1_DR = 0x9F; while (!(SPI1_SR & 1)) ;
        SIM_EXPECT(SPI1_DR, 0xA5); SIM_EXPECT(SPI1_SR & 1, 0); SIM_EXPECT(SPI1_SR & 0x80, 0);
    """
    trace = arm.run("", body)
    assert trace.passed, told(trace)
    assert [event for event in told(trace) if event[0] == "R"] == ["R ADC1_DR 123", "R ADC1_DR FFF", "R SPI1_DR A5"]


def test_clocks_and_flash_are_ready_once_they_are_asked_for(arm: Chip) -> None:
    """So that ST's start-up sequence comes to its end."""
    body = """
        SIM_EXPECT(RCC_CR, 0x83);
        RCC_CR |= 1u << 16; while (!(RCC_CR & 1u << 17)) ;
        FLASH_ACR = 0x12; RCC_CFGR = 0x1D0400; RCC_CR |= 1u << 24; while (!(RCC_CR & 1u << 25)) ;
        RCC_CFGR |= 2; while ((RCC_CFGR & 0xC) != 8) ;
        RCC_CSR |= 1; while (!(RCC_CSR & 2)) ;
        while (!(RTC_CRL & 0x20)) ; while (FLASH_SR & 1) ;
        SIM_EXPECT(FLASH_CR, 0x80); FLASH_KEYR = 0x45670123; FLASH_KEYR = 0xCDEF89AB; SIM_EXPECT(FLASH_CR, 0);
        RCC_CR &= ~(1u << 24); SIM_EXPECT(RCC_CR & 3u << 24, 0);
    """
    trace = arm.run("", body)
    assert trace.passed, told(trace)
