"""Interrupts of the simulated Cortex-M3: they come at the harness's word, to programs that have enabled them."""

from __future__ import annotations

import pytest

from tests.validators.simulators.cortex_m_programs import COUNT_TICKS, MASK, TICK, UNMASK, WAIT, Chip, told
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job


@pytest.fixture(scope="module")
def arm(sandbox: Sandbox) -> Chip:
    return Chip(sandbox)


def test_a_handler_runs_at_the_harness_word_and_returns(arm: Chip) -> None:
    """A plain C function, in handler mode, with registers and flags kept; also on a stack of the program's own."""
    program = """
        volatile uint32_t ticks, mode;
        uint32_t stack[64];
        void on_own_stack(void);
        uint32_t ipsr(void) { uint32_t v; __asm__ volatile("mrs %0, ipsr" : "=r"(v)); return v; }
        uint32_t sp(void) { uint32_t v; __asm__ volatile("mov %0, sp" : "=r"(v)); return v; }
        uint32_t where, link;
        __attribute__((naked)) void SysTick_Handler(void) { ASM("ldr r0, =link; str lr, [r0]; b handle"); }
        void handle(void) { volatile uint64_t x = ticks; mode = ipsr(); ticks = x * 3 / 2 + 1; where = sp(); }
    """
    body = f"""
        SIM_INTERRUPT(15); {TICK} SIM_INTERRUPT(15);
        SIM_EXPECT(ticks, 1); SIM_EXPECT(mode, 15); SIM_EXPECT(link, 0xFFFFFFF9); SIM_EXPECT(ipsr(), 0);
        uint32_t sum = 0;
        for (int i = 0; i < 2000; i++) {{ if (i % 100 == 0) SIM_INTERRUPT_AFTER(15, 90); sum = sum * 33 + i; }}
        SIM_REPORT(sum);
        ticks = 0; on_own_stack(); SIM_EXPECT(ticks, 1); SIM_EXPECT(where < (uintptr_t)stack, 1);
        SIM_EXPECT(link, 0xFFFFFFFD);
    }}
    void on_own_stack(void) {{
        ASM("ldr r0, =stack + 256\\nmsr psp, r0\\nmovs r0, #2\\nmsr control, r0\\nisb\\n");
        SIM_INTERRUPT(15);
        ASM("movs r0, #0\\nmsr control, r0\\nisb\\n");
    """
    total = 0
    for i in range(2000):
        total = (total * 33 + i) & 0xFFFFFFFF
    trace = arm.run(program, body)
    assert trace.passed, told(trace)
    events = trace.events.split()
    assert [event for event in events if event[0] != "E"] == [
        "i15", "WE000E010=00000003", "I15", *["I15"] * 20, f"V{total:X}", "I15",
    ]  # fmt: skip


LINES = {
    "EXTI0": (22, "EXTI_IMR = 1;", "EXTI_PR", 1),
    "EXTI9_5": (39, "EXTI_IMR = 0x80;", "EXTI_PR", 0x80),
    "EXTI15_10": (56, "EXTI_IMR = 0x2000;", "EXTI_PR", 0x2000),
    "DMA1_Channel1": (27, "DMA1_Channel1_CCR = 2;", "DMA1_ISR", 3),
    "DMA1_Channel7": (33, "DMA1_Channel7_CCR = 2;", "DMA1_ISR", 3 << 24),
    "ADC1_2": (34, "ADC1_CR1 = 0x20;", "ADC1_SR", 2),
    "TIM1_UP": (41, "TIM1_DIER = 1;", "TIM1_SR", 1),
    "TIM2": (44, "TIM2_DIER = 1;", "TIM2_SR", 1),
    "TIM4": (46, "TIM4_DIER = 4;", "TIM4_SR", 4),
    "SPI1": (51, "SPI1_CR2 = 0x40;", "SPI1_SR", 3),
    "USART1": (53, "USART1_CR1 = 0x202C; SIM_RX(7);", "USART1_SR", 0xE0),
    "USART3": (55, "USART3_CR1 = 0x2088;", "USART3_SR", 0xC0),
    "RTC": (19, "RTC_CRH = 1;", "RTC_CRL", 0x29),
    "RTC_Alarm": (57, "", "GPIOA_ODR", 0),
}


def test_each_interrupt_needs_its_enable_bits_and_shows_its_flag(arm: Chip) -> None:
    """At the peripheral, at the NVIC, and no mask of the processor."""
    handlers = "".join(
        f"void {name}_IRQHandler(void) {{ SIM_SEEN({number}, {flag}); EXTI_PR = DMA1_IFCR = ~0u; }}\n"
        for name, (number, _, flag, _) in LINES.items()
    )
    program = f"#define SIM_SEEN(n, flag) seen[n] = (flag) + 1\nvolatile uint32_t seen[64];\n{handlers}"
    body = ""
    for number, enable, _, flags in LINES.values():
        at_nvic = f"NVIC_ISER{(number - 16) // 32} = 1u << {(number - 16) % 32};"
        body += f"SIM_INTERRUPT({number}); {enable} SIM_INTERRUPT({number}); SIM_EXPECT(seen[{number}], 0);"
        body += f"{at_nvic} {MASK} SIM_INTERRUPT({number}); {UNMASK} SIM_EXPECT(seen[{number}], 0);"
        body += f"SIM_INTERRUPT({number}); SIM_EXPECT(seen[{number}], {flags + 1}u);"
    trace = arm.simulator.run([Job(arm.build(program, body))])[0]
    assert trace.passed, told(trace)
    taken = [event for event in trace.events.split() if event[0] in "iI"]
    assert taken == [f"{kind}{number}" for number, *_ in LINES.values() for kind in "iiiI"]


def test_a_peripheral_that_does_not_ask_for_it_has_no_interrupt(arm: Chip) -> None:
    """Though the NVIC would let it through."""
    trace = arm.run("", "NVIC_ISER0 = 0xFFFFFFFF; NVIC_ISER1 = 0xFFFFFFFF; SIM_INTERRUPT(44); SIM_INTERRUPT(53);")
    assert told(trace)[2:] == ["i44", "i53"]


def test_a_handler_knows_its_flag_without_looking(arm: Chip) -> None:
    """Answering it is traced as if it had looked."""
    program = "void TIM2_IRQHandler(void) { TIM2_SR = 0; }"
    trace = arm.run(program, "TIM2_DIER = 1; NVIC_ISER0 = 1u << 28; SIM_INTERRUPT(44);")
    assert told(trace)[2:] == ["I44", "A TIM2_SR.0", "W TIM2_SR 0"]


def test_a_handler_knows_no_flag_that_is_not_its_reason(arm: Chip) -> None:
    """What was received says nothing of what may be sent."""
    program = "void USART1_IRQHandler(void) { USART1_DR = USART1_DR; }"
    trace = arm.run(program, "USART1_CR1 = 0x202C; NVIC_ISER1 = 1u << 5; SIM_RX(9); SIM_INTERRUPT(53);")
    assert told(trace)[2:] == ["I53", "A USART1_SR.5", "R USART1_DR 9", "W USART1_DR 9"]


def test_priority_masks_what_is_less_urgent(arm: Chip) -> None:
    """BASEPRI lets only smaller numbers through."""
    program = "volatile uint32_t seen; void WWDG_IRQHandler(void) { seen++; }"
    body = """
        NVIC_ISER0 = 1; *(volatile uint8_t *)&NVIC_IPR0 = 0x40;
        ASM("movs r0, #0x40\\nmsr basepri, r0"); SIM_INTERRUPT(16);
        ASM("movs r0, #0x50\\nmsr basepri, r0"); SIM_INTERRUPT(16);
        SIM_EXPECT(seen, 1);
        ASM("movs r0, #0x40\\nmsr basepri, r0"); SIM_INTERRUPT_ON_IDLE(16); ASM("wfi");
    """
    trace = arm.run(program, body)
    assert trace.outcome == "asleep"
    assert [event for event in told(trace) if event[0] in "iI"] == ["i16", "I16", "i16"]


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        pytest.param(f"{TICK} SIM_INTERRUPT_ON_IDLE(15); {WAIT} SIM_EXPECT(ticks, 1);", "done", id="wfi"),
        pytest.param(f'{TICK} SIM_INTERRUPT_ON_IDLE(15); ASM("wfi.w"); SIM_EXPECT(ticks, 1);', "done", id="wide"),
        pytest.param(f'{TICK} SIM_INTERRUPT_ON_IDLE(15); ASM("wfe"); SIM_EXPECT(ticks, 1);', "done", id="wfe"),
        pytest.param('ASM("sev\\nwfe"); SIM_REPORT(1);', "done", id="wfe after sev"),
        pytest.param(f'{TICK} SIM_INTERRUPT(15); ASM("wfe");', "done", id="wfe after a handler"),
        pytest.param(f'{TICK} SIM_INTERRUPT(15); ASM("wfe; wfe");', "asleep", id="wfe twice after a handler"),
        pytest.param(f"{TICK} SIM_INTERRUPT(15); while (!ticks) {WAIT}", "done", id="came before"),
        pytest.param(f"SIM_INTERRUPT_ON_IDLE(15); {WAIT}", "asleep", id="not enabled"),
        pytest.param(f"{TICK} SIM_INTERRUPT_AFTER(15, 9000); {WAIT} SIM_EXPECT(ticks, 1);", "done", id="timed"),
        pytest.param(f"{TICK} SIM_INTERRUPT_AFTER(15, 9000); while (!ticks) ;", "done", id="awaited in a loop"),
        pytest.param(f"{TICK} SIM_INTERRUPT_ON_IDLE(15); SCB_SCR = 2; {WAIT}", "asleep", id="asleep after the handler"),
        pytest.param(
            f"{TICK} {MASK} SIM_INTERRUPT_ON_IDLE(15); {WAIT} SIM_EXPECT(ticks, 0); {UNMASK} SIM_EXPECT(ticks, 1);",
            "done",
            id="woken with interrupts off",
        ),
        pytest.param(
            f"{TICK} SIM_INTERRUPT_ON_IDLE(15); "
            '__asm__ volatile("cmp r0, r0\\nitt eq\\nwfieq\\nmoveq r1, #1" ::: "r1", "memory"); SIM_EXPECT(ticks, 1);',
            "done",
            id="under a condition",
        ),
        pytest.param("SIM_INTERRUPT(15);", "done", id="ignored"),
        pytest.param("NVIC_ISER0 = 1; SIM_INTERRUPT(16);", "cycle-limit", id="no handler"),
    ],
)
def test_sleep_ends_with_an_interrupt(arm: Chip, body: str, outcome: str) -> None:
    """The one that was queued for it, or the next timed one."""
    trace = arm.run(COUNT_TICKS, body, limit=100_000)
    assert trace.outcome == outcome, told(trace)


def test_a_cut_leaves_a_handler_too(arm: Chip) -> None:
    """The harness goes on in thread mode, where its stack was, with interrupts as they were."""
    program = """
        uint32_t ipsr(void) { uint32_t v; __asm__ volatile("mrs %0, ipsr" : "=r"(v)); return v; }
        void SysTick_Handler(void) { ASM("cpsid i"); volatile int x[20]; for (;;) x[3] = GPIOA_ODR = ipsr(); }
        __attribute__((naked)) void then(void) { ASM("mov r0, sp; b go_on"); }
        volatile uint32_t again, place;
        void go_on(uint32_t sp);
    """
    body = f"""
        __asm__ volatile("mov %0, sp" : "=r"(place));
        {TICK} SIM_CUT_AFTER(3, then); SIM_INTERRUPT(15); for (;;) ;
    }}
    void go_on(uint32_t sp) {{
        if (!again) SIM_EXPECT(sp, place);
        SIM_EXPECT(ipsr(), 0); SIM_EXPECT_WRITE(SIM_ODR('A'), 15); SIM_CUT_AFTER(1, then);
        SIM_EXPECT(SIM_WRITES(SIM_ODR('A')), 3 + again); if (again) SIM_DONE(); again++;
        SIM_INTERRUPT(15); for (;;) ;
    """
    trace = arm.run(program, body)
    assert trace.passed, told(trace)
    assert [event for event in told(trace) if event[0] in "IWC"] == [
        "W SysTick_CTRL 3", "I15", *["W GPIOA_ODR F"] * 3, "C", "I15", "W GPIOA_ODR F", "C",
    ]  # fmt: skip
