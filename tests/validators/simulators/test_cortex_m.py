"""The simulated Cortex-M3: what it computes, what it refuses, and that no run leaves anything to the next."""

from __future__ import annotations

import struct
from random import Random

import pytest

from corpus.chips import chip
from tests.validators.simulators.cortex_m_programs import COUNT_TICKS, TICK, Chip, told
from validators.sandbox.runner import Sandbox
from validators.simulators import cortex_m
from validators.simulators.cortex_m import CORTEX_M, missing
from validators.simulators.machine import CoreFailed, Job, Simulator


@pytest.fixture(scope="module")
def arm(sandbox: Sandbox) -> Chip:
    return Chip(sandbox)


def test_arithmetic_is_that_of_the_chip(arm: Chip) -> None:
    """32-bit wrap-around, shifts of either kind, division (by zero too), 64 bits from the compiler's library."""
    program = """
        static uint32_t mix(uint32_t x) { x ^= x << 13; x ^= x >> 17; x ^= x << 5; return x * 2654435761u; }
        static int32_t down(int32_t x, int32_t y) { return x / y - (x >> 3); }
        static uint64_t wide(uint64_t x, uint32_t y) { return x / y * 1000003u + x % y; }
        static volatile int32_t zero;
    """
    body = """
        uint32_t x = 1;
        for (int i = 0; i < 1000; i++) x = mix(x + i);
        SIM_REPORT(x);
        SIM_REPORT(down(-1234567, 89));
        uint64_t w = wide(0x123456789ABCDEFull, 7919);
        SIM_REPORT(w); SIM_REPORT(w >> 32);
        SIM_REPORT(5 / zero);
    """
    x = 1
    for i in range(1000):
        x = (x + i) & 0xFFFFFFFF
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        x = x * 2654435761 & 0xFFFFFFFF
    wide = (0x123456789ABCDEF // 7919 * 1000003 + 0x123456789ABCDEF % 7919) & (1 << 64) - 1
    down = -(1234567 // 89) - (-1234567 >> 3)
    values = (x, down & 0xFFFFFFFF, wide & 0xFFFFFFFF, wide >> 32, 0)
    assert arm.run(program, body).events.split() == [f"V{value:X}" for value in values]


def test_variables_begin_as_c_says(arm: Chip) -> None:
    """Initialised ones are copied from flash, others are zero; the compiler may call memcpy and memset."""
    program = """
        struct frame { uint8_t bytes[100]; } first = {{1, 2, 3}}, second;
        uint32_t nothing[40];
    """
    body = """
        second = first;
        struct frame local = {{0}};
        SIM_EXPECT(second.bytes[2], 3);
        for (int i = 0; i < 40; i++) SIM_EXPECT(nothing[i], 0);
        local.bytes[7] = second.bytes[1];
        first = local;
        SIM_EXPECT(first.bytes[7], 2); SIM_EXPECT(first.bytes[2], 0);
    """
    assert arm.run(program, body).passed


def test_two_fills_show_a_local_that_nobody_wrote(arm: Chip) -> None:
    """The same fill gives the same trace."""
    program = "uint32_t peek(void) { volatile uint32_t x[4]; return x[2]; }"
    image = arm.build(program, "SIM_REPORT(peek());")
    one, same, other = arm.simulator.run([Job(image, fill=1), Job(image, fill=1), Job(image, fill=2)])
    assert one == same
    assert one.events != other.events


@pytest.mark.parametrize(
    ("statement", "outcome"),
    [
        pytest.param("*(volatile int *)0 = 1;", "bad-access", id="null written"),
        pytest.param("*(volatile int *)0x20005000;", "bad-access", id="read behind RAM"),
        pytest.param("*(volatile int *)0x08000400 = 1;", "bad-access", id="flash written"),
        pytest.param("*(volatile int *)0x60000000 = 1;", "bad-access", id="no such memory"),
        pytest.param("((void (*)(void))0x60000001)();", "bad-access", id="jump to nowhere"),
        pytest.param("((void (*)(void))0x08008001)();", "illegal-opcode", id="jump into erased flash"),
        pytest.param("((void (*)(void))0x08000200)();", "illegal-opcode", id="jump to ARM code"),
        pytest.param('ASM("cmp r0, r0\\nit eq\\n1: beq 1b");', "cycle-limit", id="loop within a condition"),
        pytest.param('ASM("svc 0");', "illegal-opcode", id="svc"),
        pytest.param('ASM("bkpt 1");', "illegal-opcode", id="bkpt"),
        pytest.param("__builtin_trap();", "illegal-opcode", id="trap"),
        pytest.param("deep(1);", "stack-overflow", id="recursion without end"),
        pytest.param("large();", "stack-overflow", id="array larger than RAM"),
        pytest.param("for (;;) ;", "cycle-limit", id="empty loop"),
        pytest.param("for (;;) spin++;", "cycle-limit", id="loop without end"),
        pytest.param('ASM("wfi");', "asleep", id="nothing wakes it"),
        pytest.param("for (;;) GPIOA_ODR = 1;", "event-limit", id="too many events"),
        pytest.param("sim_command = 99;", "illegal-command", id="no such command"),
    ],
)
def test_a_run_that_goes_wrong_says_how(arm: Chip, statement: str, outcome: str) -> None:
    """And what came before is in its trace."""
    program = """
        volatile uint32_t spin;
        int deep(int n) { volatile int x[8]; x[n & 7] = n; return deep(n + 1) + x[3]; }
        void large(void) { volatile uint8_t x[30000]; x[0] = 1; }
    """
    trace = arm.run(program, f"SIM_REPORT(7); {statement}", limit=100_000)
    assert (trace.outcome, trace.events.split()[0]) == (outcome, "V7")


GROWING = (
    ("sub sp, #400; add sp, #400", 400),
    ("sub.w sp, sp, #800; add.w sp, sp, #800", 800),
    ("push {r0-r3}; add sp, #16", 16),
    ("push {r0-r3, lr}; pop {r0-r3, r12}", 20),
    ("push.w {r0-r3, r8}; add sp, #20", 20),
    ("str r0, [sp, #-24]!; add sp, #24", 24),
    ("movs r0, #96; negs r0, r0; add sp, r0; add sp, #96", 96),
    ("mov r1, sp; subs r0, r1, #64; mov sp, r0; mov sp, r1", 64),
    ("movs r0, #48; sub.w sp, sp, r0; add sp, #48", 48),
)


def test_the_stack_is_measured_from_where_the_harness_began(arm: Chip) -> None:
    """However it grows; what runs before is not counted."""
    ways = "".join(
        f'__attribute__((naked)) void way{n}(void) {{ ASM("{code}; bx lr"); }}\n' for n, (code, _) in enumerate(GROWING)
    )
    table = ", ".join(f"way{n}" for n in range(len(GROWING)))
    image = arm.build(f"{ways} void (*const way[])(void) = {{{table}}};", "way[SIM_DRAW(0, 8)]();")
    traces = arm.simulator.run([Job(image, draw=draw) for draw in range(1, 60)])
    measured = {(int(trace.events.split()[0][1:], 16), trace.stack) for trace in traces}
    assert measured == {(n, size) for n, (_, size) in enumerate(GROWING)}
    assert arm.run("", "SIM_REPORT(1);").stack == 0


def test_coverage_tells_which_way_branches_went(arm: Chip) -> None:
    """Of b<cond>, of the wide form, and of cbz and cbnz; not of what an IT block makes conditional."""
    body = """
        ASM("movs r0, #3\\n1: subs r0, #1\\nbne 1b\\n"  /* both */
            "cbz r0, 2f\\nnop\\n2: cbnz r0, 3f\\nnop\\n3:\\n" /* always, never */
            "cmp r0, #0\\nbeq.w 4f\\nnop\\n4:\\n"            /* always */
            "cmp r0, #0\\nitt ne\\nmovne r1, #1\\nmovne r1, #2\\n");
    """
    image = arm.build("", body)
    covered = arm.simulator.run([Job(image, coverage=True)])[0].coverage.split(",")
    ways = [address[-1] for address in covered if not address[-1].isalnum()]
    assert ways[-4:] == ["*", "+", "-", "+"]


def test_an_interrupt_changes_nothing_wherever_it_comes(arm: Chip) -> None:
    """Among what IT makes conditional neither, be it a return; the handler returns under a condition too."""
    program = """
        volatile uint32_t ticks;
        __attribute__((naked)) void SysTick_Handler(void)
        {
            ASM("ldr r0, =ticks\\nldr r1, [r0]\\nadds r1, #1\\nstr r1, [r0]\\nitt pl\\nmovpl r3, #7\\nbxpl lr");
        }
        __attribute__((naked)) uint32_t choose(uint32_t n)
        {
            ASM("push {r4, lr}\\ncmp r0, #3\\nittt le\\naddle r0, #1\\nmovle.w r4, r0\\npople {r4, pc}\\n"
                "cmp r0, #6\\nite ls\\naddls r0, #2\\nsubhi r0, #1\\nadcs r0, r0\\npop {r4, pc}");
        }
    """
    body = f"""
        {TICK}
        uint32_t n = SIM_DRAW(0, 90), sum = 0;
        SIM_INTERRUPT_AFTER(15, n);
        for (int i = 0; i < 9; i++) sum = sum * 33 + choose(i);
        SIM_REPORT(sum); SIM_EXPECT(ticks, 1);
    """
    image = arm.build(program, body)
    traces = arm.simulator.run([Job(image, draw=draw) for draw in range(1, 100)])
    values = [n + 1 if n <= 3 else 2 * (n + 2 if n <= 6 else n - 1) + (n >= 6) for n in range(9)]
    total = 0
    for value in values:
        total = (total * 33 + value) & 0xFFFFFFFF
    assert len({trace.events.split()[1] for trace in traces}) > 40
    assert {tuple(trace.events.split()[2:]) for trace in traces} == {
        ("I15", f"V{total:X}", traces[0].events.split()[-1])
    }
    assert all(trace.passed for trace in traces)
    assert len({trace.cycles for trace in traces}) == 1


def test_an_empty_endless_loop_costs_nothing(arm: Chip) -> None:
    """It goes on to the next timed interrupt at once."""
    trace = arm.run(COUNT_TICKS, f"{TICK} SIM_INTERRUPT_AFTER(15, 1000000); for (;;) ;")
    assert (trace.outcome, trace.cycles, told(trace)[-1]) == ("cycle-limit", 2_000_000, "I15")
    assert trace.instructions < 1000


def test_a_hundred_jobs_of_one_start_do_not_see_each_other(arm: Chip) -> None:
    """Whatever crashed, slept, masked interrupts, wrote registers or ran from RAM before."""
    bodies = [
        "GPIOA_CRL = 0x33333333; GPIOA_ODR = 0xFF; SIM_REPORT(GPIOA_IDR); SIM_FEED(SIM_IDR('B'), 1);",
        "SIM_REPORT(GPIOA_ODR); SIM_REPORT(GPIOA_CRL); SIM_REPORT(GPIOB_IDR);",
        f'{TICK} ASM("cpsid i"); SIM_INTERRUPT(15); SIM_REPORT(ticks); *(volatile int *)0 = 1;',
        f"{TICK} SIM_INTERRUPT(15); SIM_REPORT(ticks); SIM_REPORT(SysTick_CTRL);",
        f"{TICK} SIM_INTERRUPT_AFTER(15, 5); for (;;) ticks += 2;",
        'ASM("mov r0, #16\\nmsr basepri, r0"); SIM_REPORT(NVIC_ISER0); __builtin_trap();',
        "uint16_t code[] = {0x2000 | SIM_DRAW(0, 99), 0x4770}; SIM_REPORT(((int (*)(void))((uintptr_t)code + 1))());",
        "uint32_t *code = (void *)0x20000100; if (SIM_DRAW(0, 1)) *code = 0x47702007;"
        "SIM_REPORT(((int (*)(void))0x20000101)());",
        "volatile uint32_t x[50]; SIM_REPORT(x[20]); SIM_RX('a'); USART1_CR1 = 0x200C; SIM_REPORT(USART1_SR);",
        "SIM_REPORT(USART1_SR); SIM_REPORT(USART1_DR); TIM2_CR1 = 1; SIM_REPORT(TIM2_SR); SIM_REPORT(TIM2_SR);",
    ]
    images = [arm.build(COUNT_TICKS, body) for body in bodies]
    jobs = [Job(image, fill=1 + n % 2, draw=draw, limit=20_000) for n, image in enumerate(images) for draw in (1, 0)]
    alone = [arm.simulator.run([job])[0] for job in jobs]
    order = [2 * n + second for n in Random(1).choices(range(len(images)), k=50) for second in (0, 1)]
    assert len(set(order)) == len(jobs)
    assert arm.simulator.run([jobs[n] for n in order]) == [alone[n] for n in order]


def elf(*segments: tuple[int, int, int], entries: int | None = None, table: int = 52) -> bytes:
    """An ELF file of 100 bytes of content, whose segments say (address, offset, size)."""
    count = len(segments) if entries is None else entries
    head = b"\x7fELF\1\1\1" + bytes(9)
    head += struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, 0, table, 0, 0, 52, 32, count, 0, 0, 0)
    rows = (struct.pack("<8I", 1, offset, at, at, size, size, 5, 4) for at, offset, size in segments)
    return head + b"".join(rows) + bytes(100)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x7fELF", id="magic only"),
        pytest.param(elf(), id="no program headers"),
        pytest.param(elf(entries=0xFFFF), id="more headers than the file holds"),
        pytest.param(elf((0x08000000, 84, 16), table=0xFFFFFFF0), id="headers outside the file"),
        pytest.param(elf((0x08000000, 84, 0xFFFFFFFF)), id="huge segment"),
        pytest.param(elf((0x08000000, 0xFFFFFFFF, 16)), id="segment outside the file"),
        pytest.param(elf((0x0800FFF8, 84, 16)), id="segment over the end of flash"),
        pytest.param(elf((0x20000000, 84, 16)), id="segment in RAM"),
        pytest.param(elf((0xFFFFFFF8, 84, 16)), id="segment over the end of addresses"),
    ],
)
def test_a_hostile_image_is_a_bad_one(arm: Chip, image: bytes) -> None:
    """Said of the job, and the next one runs."""
    good = elf((0x08000000, 84, 16))
    assert [trace.outcome for trace in arm.simulator.run([Job(image), Job(good)])] == ["bad-image", "illegal-opcode"]


def test_registers_have_the_names_of_the_chip_facts() -> None:
    """One list for the traces, one for the analysis."""
    assert CORTEX_M.registers == {register.address: register.name for register in chip("stm32f103").registers}


def test_what_is_missing_is_named_with_the_remedy(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also by the simulator itself."""
    assert missing(sandbox) == ""
    monkeypatch.setattr(cortex_m, "find_spec", lambda name: None)
    assert "Remedy: pip install" in missing(sandbox)
    with pytest.raises(CoreFailed, match="Remedy: pip install"):
        Simulator(sandbox, CORTEX_M)


def test_nothing_else_is_in_the_trace_of_a_program_that_does_nothing(arm: Chip) -> None:
    """Reads of plain registers are not events; the machine's own start is forgotten."""
    assert told(arm.run("", "uint32_t x = RCC_CFGR + GPIOA_CRL + GPIOA_ODR; (void)x;")) == []
