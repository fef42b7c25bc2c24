/* SPDX-License-Identifier: Apache-2.0
 *
 * What a behaviour harness says to the simulator, and what the simulator answers.
 *
 * A harness is C, compiled in one translation unit after the program under test (the program's own main, if it has
 * one, is then called program_main). It feeds inputs, calls the program, and states what must have come out:
 *
 *     SIM_FEED(SIM_P1, 0xFE);            the next read of P1 sees the pins at 0xFE (later reads keep the last one)
 *     SIM_EXPECT(key_scan(), 1);         reports the value; the run fails when it differs
 *     SIM_EXPECT_WRITE(SIM_P2, 0x7F);    the first write of P2 not yet expected was 0x7F
 *
 * Inputs come per read, never by cycle: an equivalent variant may run faster and must see the same inputs.
 * On the 8051 time passes by polling too: while TRx is set the flag TFx reads 0 once and then 1; TI reads 1 as soon as
 * SBUF was written; RI reads 1 while bytes queued by SIM_RX wait. A port pin reads as latch AND pin, as on the chip, so
 * a program that forgets to release a line (write 1) reads 0. The other chips' status flags behave in the same spirit.
 *
 * The macros mean the same on each chip. First come the names of its registers, for SIM_FEED and the expectations: any
 * register is SIM_REG(address), its address in the chip's manual. Then the monitor page, which the simulator answers.
 */
#ifndef SIM_H
#define SIM_H
#include <stdint.h>

#define SIM_REG(address) (address)

#if defined(__SDCC_mcs51) /* 8052, 64 KB of external RAM */

#define SIM_SFR(address) (address)   /* any special function register, 0x80..0xFF */
#define SIM_XDATA(address) (address) /* external memory-mapped I/O, 0x8000..0xFEFF */
#define SIM_P0 0x80
#define SIM_P1 0x90
#define SIM_P2 0xA0
#define SIM_P3 0xB0

volatile __xdata __at(0xFF00) uint32_t sim_a;
volatile __xdata __at(0xFF04) uint32_t sim_b;
volatile __xdata __at(0xFF08) uint16_t sim_line;
volatile __xdata __at(0xFF0A) uint8_t sim_command; /* writing it executes */
volatile __xdata __at(0xFF0C) uint32_t sim_result; /* the answer, read after sim_command */

#elif defined(__SDCC_stm8) /* STM8S105 */

#define SIM_ODR(port) (0x5000 + 5 * ((port) - 'A')) /* SIM_ODR('B') is PB_ODR, what is driven */
#define SIM_IDR(port) (0x5001 + 5 * ((port) - 'A')) /* what the pins read */
#define SIM_DDR(port) (0x5002 + 5 * ((port) - 'A'))
#define SIM_CR1(port) (0x5003 + 5 * ((port) - 'A'))
#define SIM_CR2(port) (0x5004 + 5 * ((port) - 'A'))
#define SIM_SPI_SR 0x5203
#define SIM_SPI_DR 0x5204
#define SIM_UART2_SR 0x5240
#define SIM_UART2_DR 0x5241
#define SIM_TIM4_SR 0x5342
#define SIM_ADC_CSR 0x5400
#define SIM_ADC_DRH 0x5404
#define SIM_ADC_DRL 0x5405

volatile __at(0x5F00) uint32_t sim_a;
volatile __at(0x5F04) uint32_t sim_b;
volatile __at(0x5F08) uint16_t sim_line;
volatile __at(0x5F0A) uint8_t sim_command;
volatile __at(0x5F0C) uint32_t sim_result;

#elif defined(__AVR__) /* ATmega328P; addresses in data space, as avr-libc's _SFR_MEM_ADDR(PINB) gives them */

#define SIM_PINB 0x23
#define SIM_DDRB 0x24
#define SIM_PORTB 0x25
#define SIM_PINC 0x26
#define SIM_DDRC 0x27
#define SIM_PORTC 0x28
#define SIM_PIND 0x29
#define SIM_DDRD 0x2A
#define SIM_PORTD 0x2B
#define SIM_TIFR0 0x35
#define SIM_TIFR1 0x36
#define SIM_SPSR 0x4D
#define SIM_SPDR 0x4E
#define SIM_ADCL 0x78
#define SIM_ADCH 0x79
#define SIM_ADCSRA 0x7A
#define SIM_UCSR0A 0xC0
#define SIM_UDR0 0xC6

#define sim_page 0xE0

#elif defined(__arm__) /* STM32F103 */

#define SIM_GPIO(port) (0x40010800 + 0x400 * ((port) - 'A')) /* SIM_GPIO('A') is where GPIOA's registers begin */
#define SIM_CRL(port) SIM_GPIO(port)
#define SIM_CRH(port) (SIM_GPIO(port) + 0x04)
#define SIM_IDR(port) (SIM_GPIO(port) + 0x08)
#define SIM_ODR(port) (SIM_GPIO(port) + 0x0C)
#define SIM_BSRR(port) (SIM_GPIO(port) + 0x10)
#define SIM_BRR(port) (SIM_GPIO(port) + 0x14)
#define SIM_USART1_SR 0x40013800
#define SIM_USART1_DR 0x40013804
#define SIM_SPI1_SR 0x40013008
#define SIM_SPI1_DR 0x4001300C
#define SIM_ADC1_SR 0x40012400
#define SIM_ADC1_DR 0x4001244C

#define sim_page 0x5FFF0000

#else
#error "no simulator for this target"
#endif

#ifdef __SDCC
#define sim_settle()
#define sim_address(function) ((uint16_t)(function))
#define sim_may_be_unused
#define sim_main_type void
#else
#define sim_a (*(volatile uint32_t *)sim_page)
#define sim_b (*(volatile uint32_t *)(sim_page + 4))
#define sim_line (*(volatile uint16_t *)(sim_page + 8))
#define sim_command (*(volatile uint8_t *)(sim_page + 10))
#define sim_result (*(volatile uint32_t *)(sim_page + 12))
#define sim_settle() __asm__ volatile("" ::: "memory") /* variables are in memory when the simulator acts */
#define sim_address(function) ((uintptr_t)(function))
#define sim_may_be_unused __attribute__((unused))
#define sim_main_type int /* gcc insists */
#endif

#define SIM_DO(command, a, b) \
    do { \
        sim_a = (uint32_t)(a); \
        sim_b = (uint32_t)(b); \
        sim_line = __LINE__; \
        sim_settle(); \
        sim_command = (command); \
        sim_settle(); \
    } while (0)

/* The next read of reg gives value; calls queue up. The last value fed stays. */
#define SIM_FEED(reg, value) SIM_DO(1, reg, value)
/* Every read of reg gives value from here on; what was queued is forgotten. */
#define SIM_HOLD(reg, value) SIM_DO(2, reg, value)
/* Queues one byte that the UART receives while REN is set; bit 8 is the ninth bit of modes 2 and 3. */
#define SIM_RX(byte) SIM_DO(3, byte, 0)
/* Interrupt n (as the compiler numbers vectors; on Cortex-M the exception number: SysTick 15, IRQ k 16 + k) happens
 * here; it is taken only if it is enabled, also as a whole. */
#define SIM_INTERRUPT(n) SIM_DO(4, n, 0)
/* Interrupt n happens when the program next sleeps; calls queue up. */
#define SIM_INTERRUPT_ON_IDLE(n) SIM_DO(5, n, 0)
/* Interrupt n happens after so many of the chip's cycles (for a loop that waits for a RAM flag); calls queue up, each
 * counted from the one before. While it is not enabled it waits. An endless empty loop skips to it. */
#define SIM_INTERRUPT_AFTER(n, cycles) SIM_DO(6, n, cycles)
/* Labels what follows ("call n") in reports of a difference. */
#define SIM_MARK(n) SIM_DO(7, n, 0)
/* A value that a variant must give too. */
#define SIM_REPORT(value) SIM_DO(8, value, 0)
/* The same, and the run fails when it is not the expected one (both as 32-bit unsigned patterns). */
#define SIM_EXPECT(actual, expected) SIM_DO(9, actual, expected)
/* The oldest write of reg that no expectation has seen yet had this value; the run fails otherwise. */
#define SIM_EXPECT_WRITE(reg, value) SIM_DO(10, reg, value)
/* No write of reg is left that no expectation has seen. */
#define SIM_EXPECT_NO_WRITE(reg) SIM_DO(11, reg, 0)
/* Counts the writes of reg so far as seen. */
#define SIM_SKIP_WRITES(reg) SIM_DO(12, reg, 0)
/* After n more traced register events (reads and writes), whatever runs is left and `then` is entered (it must end
 * with SIM_DONE): for programs that never return. It is entered too when the program sleeps with nothing to wake it. */
#define SIM_CUT_AFTER(n, then) SIM_DO(13, n, sim_address(then))
/* Ends the run. */
#define SIM_DONE() do { SIM_DO(14, 0, 0); for (;;) ; } while (0)

/* May stand in an argument of the macros above, which have stored the other argument already. */
sim_may_be_unused static uint32_t sim_ask(uint8_t command, uint32_t a, uint32_t b)
{
    uint32_t kept_a = sim_a, kept_b = sim_b;
    sim_a = a;
    sim_b = b;
    sim_settle();
    sim_command = command;
    sim_a = kept_a;
    sim_b = kept_b;
    return sim_result;
}
/* A stimulus in lo..hi (32-bit unsigned). In the first run each range gives its boundary values first (lo, hi, lo+1,
 * hi-1, middle), then seeded random ones; in the second run they are random from the start. */
#define SIM_DRAW(lo, hi) sim_ask(15, (uint32_t)(lo), (uint32_t)(hi))
/* Number of writes of reg so far. */
#define SIM_WRITES(reg) sim_ask(16, (reg), 0)
/* Latch value of reg now. */
#define SIM_LATCH(reg) sim_ask(17, (reg), 0)

/* The harness's main is called from here: the start-up code's own port writes (it pages external RAM with P2) are
 * forgotten, and returning from it ends the run. */
void sim_harness(void);
sim_main_type main(void)
{
    SIM_DO(18, 0, 0);
    sim_harness();
    SIM_DONE();
}
#define main sim_harness
#endif
