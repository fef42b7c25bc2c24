/* SPDX-License-Identifier: Apache-2.0
 *
 * Exceptions, by their number: 15 is SysTick, 16 + k the interrupt k of ST's vector table. They come at the harness's
 * word, if the program has enabled them wherever the chip wants it: at the peripheral, at the NVIC, and by PRIMASK.
 */
#include <string.h>

#include "chip.h"

enum { NMI = 2, PENDSV = 14, SYSTICK = 15, FIRST = 16, INTERRUPTS = 43, FRAME = 32, ALIGNED = 1 << 9 };
#define TO_THREAD 0xFFFFFFF9u /* what LR holds in a handler */
enum { OWN_STACK = 1 << 2, SPSEL = 1 << 1 }; /* in it, and in CONTROL: the program's stack is not the handlers' */
#define THUMB (1u << 24)

/* Where a peripheral enables its interrupt (any bit of the mask), and the flags that the handler then finds: always
 * those of `flags`, and those of `same` that are enabled by the bits at the same places. */
static const struct {
    uint8_t interrupt;
    uint32_t enable, mask, status, same, flags;
} LINES[] = {
    {3, 0x40002800, 0x07, 0x40002804, 0x07, 0},  /* RTC */
    {6, EXTI_IMR, 0x01, EXTI_PR, 0x01, 0},       /* EXTI0 */
    {7, EXTI_IMR, 0x02, EXTI_PR, 0x02, 0},
    {8, EXTI_IMR, 0x04, EXTI_PR, 0x04, 0},
    {9, EXTI_IMR, 0x08, EXTI_PR, 0x08, 0},
    {10, EXTI_IMR, 0x10, EXTI_PR, 0x10, 0},
    {11, 0x40020008, 0x0E, DMA_ISR, 0, 3u << 0}, /* DMA1_Channel1 */
    {12, 0x4002001C, 0x0E, DMA_ISR, 0, 3u << 4},
    {13, 0x40020030, 0x0E, DMA_ISR, 0, 3u << 8},
    {14, 0x40020044, 0x0E, DMA_ISR, 0, 3u << 12},
    {15, 0x40020058, 0x0E, DMA_ISR, 0, 3u << 16},
    {16, 0x4002006C, 0x0E, DMA_ISR, 0, 3u << 20},
    {17, 0x40020080, 0x0E, DMA_ISR, 0, 3u << 24},
    {18, 0x40012404, 0x20, 0x40012400, 0, 0x02}, /* ADC1_2 */
    {23, EXTI_IMR, 0x03E0, EXTI_PR, 0x03E0, 0},  /* EXTI9_5 */
    {25, 0x40012C0C, 0x01, 0x40012C10, 0x01, 0}, /* TIM1_UP */
    {27, 0x40012C0C, 0x1E, 0x40012C10, 0x1E, 0}, /* TIM1_CC */
    {28, 0x4000000C, 0x1F, 0x40000010, 0x1F, 0}, /* TIM2 */
    {29, 0x4000040C, 0x1F, 0x40000410, 0x1F, 0}, /* TIM3 */
    {30, 0x4000080C, 0x1F, 0x40000810, 0x1F, 0}, /* TIM4 */
    {35, 0x40013004, 0xC0, 0x40013008, 0, 0x03}, /* SPI1 */
    {36, 0x40003804, 0xC0, 0x40003808, 0, 0x03}, /* SPI2 */
    {37, 0x4001380C, 0xF0, 0x40013800, 0xC0, 0}, /* USART1; RXNE is set while bytes wait */
    {38, 0x4000440C, 0xF0, 0x40004400, 0xC0, 0}, /* USART2 */
    {39, 0x4000480C, 0xF0, 0x40004800, 0xC0, 0}, /* USART3 */
    {40, EXTI_IMR, 0xFC00, EXTI_PR, 0xFC00, 0},  /* EXTI15_10 */
};

enum { LINE_COUNT = sizeof LINES / sizeof *LINES };

static int line_of(unsigned n)
{
    for (int i = 0; i < LINE_COUNT; i++)
        if ((unsigned)LINES[i].interrupt + FIRST == n)
            return i;
    return -1;
}

static bool allowed(unsigned n)
{
    unsigned k = n - FIRST;
    if (n == NMI || n == PENDSV)
        return true;
    if (n == SYSTICK)
        return (held(SYSTICK_CTRL) & (TICKINT | TICK_ENABLE)) == (TICKINT | TICK_ENABLE);
    if (k >= INTERRUPTS || !(held(NVIC_ISER + k / 32 * 4) >> k % 32 & 1))
        return false;
    int line = line_of(n);
    return line < 0 || (held(LINES[line].enable) & LINES[line].mask);
}

static unsigned priority(unsigned n)
{
    uint32_t at = n < FIRST ? 0xE000ED18u + (n - 4) : NVIC_IPR + (n - FIRST);
    return held(at & ~3u) >> 8 * (at & 3) & 0xF0;
}

static bool less_urgent(unsigned n)
{
    unsigned base = register_of(UC_ARM_REG_BASEPRI) & 0xF0;
    return n != NMI && base && priority(n) >= base;
}

bool masked(unsigned n)
{
    bool all = (register_of(UC_ARM_REG_PRIMASK) & 1) || (register_of(UC_ARM_REG_FAULTMASK) & 1);
    return (n != NMI && all) || less_urgent(n);
}

/* PRIMASK does not keep a program asleep: it wakes, and takes the exception when it clears PRIMASK. */
bool core_enabled(unsigned n)
{
    return !chip.waiting && allowed(n) && !(chip.asleep ? less_urgent(n) : masked(n));
}

/* An interrupt tells its handler what polling would have shown. */
static void announce(unsigned n)
{
    int line = line_of(n);
    if (n == SYSTICK) {
        *latch(SYSTICK_CTRL) |= COUNTFLAG;
        see(SYSTICK_CTRL, COUNTFLAG);
    }
    if (line < 0)
        return;
    uint32_t enabled = held(LINES[line].enable) & LINES[line].mask, flags = LINES[line].flags, at = LINES[line].status;
    *latch(at) |= (enabled & LINES[line].same) | flags;
    see(at, shown(at) & (enabled | flags));
}

/* What the frame begins with; the program counter and the status follow. */
static const int saved[] = {UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3, UC_ARM_REG_R12, UC_ARM_REG_LR};

static void enter(unsigned n)
{
    uint32_t frame[8], handler = 0, sp = register_of(UC_ARM_REG_SP), to = (sp - FRAME) & ~7u;
    for (int i = 0; i < 6; i++)
        frame[i] = register_of(saved[i]);
    frame[6] = chip.pc;
    frame[7] = register_of(UC_ARM_REG_XPSR) | (sp & 4 ? ALIGNED : 0);
    uint8_t *at = ram_at(to, FRAME);
    if (!at) {
        finish("stack-overflow");
        return;
    }
    memcpy(at, frame, FRAME);
    set_register(UC_ARM_REG_SP, to);
    measure_stack();
    set_register(UC_ARM_REG_LR, TO_THREAD | (register_of(UC_ARM_REG_CONTROL) & SPSEL ? OWN_STACK : 0));
    set_register(UC_ARM_REG_XPSR, THUMB | n); /* from here on the stack pointer is that of handlers */
    if (uc_mem_read(chip.uc, held(SCB_VTOR) + 4 * n, &handler, 4) != UC_ERR_OK || !(handler & 1))
        finish("illegal-opcode");
    chip.pc = handler & ~1u;
    bench.in_isr = true;
}

void core_interrupt(unsigned n)
{
    announce(n);
    chip.asleep = false;
    if (masked(n))
        chip.waiting = n;
    else
        enter(n);
}

void take_waiting(void)
{
    unsigned n = chip.waiting;
    if (!n || bench.in_isr || masked(n))
        return;
    chip.waiting = 0;
    enter(n);
}

void exception_return(void)
{
    uint32_t frame[8], pc = register_of(UC_ARM_REG_PC);
    set_register(UC_ARM_REG_XPSR, THUMB);
    uint32_t sp = register_of(UC_ARM_REG_SP);
    const uint8_t *at = ram_at(sp, FRAME);
    if ((pc & ~(uint32_t)OWN_STACK) != (TO_THREAD & ~1u) || !at) {
        finish("bad-access");
        return;
    }
    memcpy(frame, at, FRAME);
    for (int i = 0; i < 6; i++)
        set_register(saved[i], frame[i]);
    set_register(UC_ARM_REG_SP, sp + FRAME + (frame[7] & ALIGNED ? 4 : 0));
    set_register(UC_ARM_REG_XPSR, frame[7] & ~ALIGNED);
    chip.pc = frame[6] & ~1u;
    bench.in_isr = false;
    chip.event = true;
    chip.asleep = held(SCB_SCR) & SLEEPONEXIT;
}

void core_keep_place(void)
{
    chip.kept_sp = register_of(UC_ARM_REG_SP);
    chip.kept_primask = register_of(UC_ARM_REG_PRIMASK);
}

void core_jump(uint32_t to)
{
    set_register(UC_ARM_REG_XPSR, THUMB);
    set_register(UC_ARM_REG_CONTROL, 0);
    set_register(UC_ARM_REG_SP, chip.kept_sp);
    set_register(UC_ARM_REG_PRIMASK, chip.kept_primask);
    set_register(UC_ARM_REG_BASEPRI, 0);
    set_register(UC_ARM_REG_FAULTMASK, 0);
    chip.pc = to & ~1u;
    chip.asleep = false;
    chip.waiting = 0;
}
