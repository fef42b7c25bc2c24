/* SPDX-License-Identifier: Apache-2.0
 *
 * Interrupts: which are enabled, how they begin and end.
 */
#include "stm8.h"

enum { CFG_GCR = 0x7F60, ACTIVATION_LEVEL = 0x02, PRIORITIES = 0x7F70 };

enum { TLI = 0, EXTI0 = 3, EXTI4 = 7 }; /* vectors: the top level interrupt, ports A to E */

/* Where an interrupt's sources are enabled, and where the flags stand that its routine may look at. `shift` leads from
 * the enabling bits to the flags. */
static const struct {
    uint8_t vector;
    uint16_t enabled;
    uint8_t mask;
    uint16_t flags;
    uint8_t shift;
} SOURCE[] = {
    {1, 0x50F0, 0x10, 0x50F0, 1},                                   /* AWU */
    {2, 0x50C5, 0x04, 0x50C5, 1},  {2, 0x50C8, 0x04, 0x50C8, 1},    /* clock */
    {10, 0x5202, 0xF0, 0, 0},                                       /* SPI */
    {11, 0x5254, 0xE1, 0x5255, 0}, {12, 0x5254, 0x1E, 0x5255, 0},   /* TIM1 */
    {13, 0x5301, 0x01, 0x5302, 0}, {14, 0x5301, 0x0E, 0x5302, 0},   /* TIM2 */
    {15, 0x5321, 0x01, 0x5322, 0}, {16, 0x5321, 0x06, 0x5322, 0},   /* TIM3 */
    {17, 0x5235, 0xC0, 0x5230, 0}, {18, 0x5235, 0x30, 0x5230, 0},   /* UART1 sends, receives */
    {19, 0x521A, 0x07, 0, 0},                                       /* I2C */
    {20, 0x5245, 0xC0, 0x5240, 0}, {21, 0x5245, 0x30, 0x5240, 0},   /* UART2 */
    {22, 0x5400, 0x30, 0x5400, 2},                                  /* ADC1 */
    {23, 0x5341, 0x01, 0x5342, 0},                                  /* TIM4 */
    {24, 0x505A, 0x02, 0, 0},                                       /* flash */
};

enum { SOURCES = sizeof SOURCE / sizeof *SOURCE };

/* The level that two bits I1:I0 stand for: 0 lets every interrupt in, 3 none. */
static unsigned level(unsigned bits)
{
    static const uint8_t LEVEL[] = {2, 1, 0, 3};
    return LEVEL[bits & 3];
}

static unsigned current_level(void) { return level((cpu.cc & I1 ? 2u : 0) | (cpu.cc & I0 ? 1u : 0)); }

static unsigned priority(unsigned n) { return n == TLI ? 3 : memory[PRIORITIES + n / 4] >> n % 4 * 2 & 3; }

/* Interrupts that are not in the table have no bit of their own. A port's is any input that CR2 lets through. */
static bool source_enabled(unsigned n)
{
    bool known = false;
    if (n >= EXTI0 && n <= EXTI4) {
        const uint8_t *port = memory + REGISTERS + 5 * (n - EXTI0);
        return port[4] & ~port[2];
    }
    for (int i = 0; i < SOURCES; i++) {
        if (SOURCE[i].vector != n)
            continue;
        if (memory[SOURCE[i].enabled] & SOURCE[i].mask)
            return true;
        known = true;
    }
    return !known;
}

bool core_enabled(unsigned n)
{
    if (n >= VECTORS)
        return false;
    return n == TLI || (level(priority(n)) > current_level() && source_enabled(n));
}

void save_context(void)
{
    push_word((uint16_t)cpu.pc);
    push((uint8_t)(cpu.pc >> 16));
    push_word(cpu.y);
    push_word(cpu.x);
    push(cpu.a);
    push(cpu.cc);
}

void core_interrupt(unsigned n)
{
    unsigned bits = priority(n);
    cpu.isr_sp = cpu.sp;
    save_context();
    set_flags(I1 | I0, (bits & 2 ? I1 : 0) | (bits & 1 ? I0 : 0));
    cpu.pc = FIRST_VECTOR + 4 * n;
    cpu.slept = cpu.asleep;
    cpu.asleep = false;
    bench.in_isr = true;
    bench.cycles += 9;
    for (int i = 0; i < SOURCES; i++)
        if (SOURCE[i].vector == n && SOURCE[i].flags)
            announce(SOURCE[i].flags, (uint8_t)((memory[SOURCE[i].enabled] & SOURCE[i].mask) << SOURCE[i].shift));
}

/* With AL set a program that was woken sleeps on. An IRET below where the interrupt came is that of a TRAP in it. */
void return_from_interrupt(void)
{
    pop_flags();
    cpu.a = pop();
    cpu.x = pop_word();
    cpu.y = pop_word();
    uint8_t extended = pop();
    cpu.pc = (uint32_t)extended << 16 | pop_word();
    if (!bench.in_isr || cpu.sp < cpu.isr_sp)
        return;
    bench.in_isr = false;
    cpu.asleep = cpu.slept && (memory[CFG_GCR] & ACTIVATION_LEVEL);
}
