/* SPDX-License-Identifier: Apache-2.0
 *
 * Interrupts: who enables which, and which flag the hardware clears on the way in (datasheet DS40002061, table 11-6).
 */
#include "avr.h"

static const struct {
    uint8_t enable, bit, flags, cleared;
} VECTOR[VECTORS] = {
    [1] = {EIMSK, 0x01, EIFR, 0x01},    [2] = {EIMSK, 0x02, EIFR, 0x02},    [3] = {PCICR, 0x01, PCIFR, 0x01},
    [4] = {PCICR, 0x02, PCIFR, 0x02},   [5] = {PCICR, 0x04, PCIFR, 0x04},   [6] = {WDTCSR, 0x40, WDTCSR, 0x80},
    [7] = {TIMSK2, 0x02, TIFR2, 0x02},  [8] = {TIMSK2, 0x04, TIFR2, 0x04},  [9] = {TIMSK2, 0x01, TIFR2, 0x01},
    [10] = {TIMSK1, 0x20, TIFR1, 0x20}, [11] = {TIMSK1, 0x02, TIFR1, 0x02}, [12] = {TIMSK1, 0x04, TIFR1, 0x04},
    [13] = {TIMSK1, 0x01, TIFR1, 0x01}, [14] = {TIMSK0, 0x02, TIFR0, 0x02}, [15] = {TIMSK0, 0x04, TIFR0, 0x04},
    [16] = {TIMSK0, 0x01, TIFR0, 0x01}, [SPI_STC] = {SPCR, 0x80, SPSR, 0},  [USART_RX] = {UCSR0B, 0x80, UCSR0A, 0},
    [USART_UDRE] = {UCSR0B, 0x20, UCSR0A, 0}, [20] = {UCSR0B, 0x40, UCSR0A, 0}, [ADC_DONE] = {ADCSRA, 0x08, ADCSRA, ADIF},
    [22] = {EECR, 0x08, EECR, 0},       [23] = {ACSR, 0x08, ACSR, 0x10},    [TWI] = {TWCR, 0x01, TWCR, 0},
    [25] = {SPMCSR, 0x80, SPMCSR, 0},
};

/* One more instruction runs after SEI: "sei; sleep" sleeps before a waiting interrupt is taken. */
bool core_enabled(unsigned n)
{
    return n > 0 && n < VECTORS && cpu->sreg[S_I] && !just_enabled &&
           (peripherals.latch[VECTOR[n].enable] & VECTOR[n].bit);
}

/* Entry takes 4 cycles, 8 out of sleep. */
void core_interrupt(unsigned n)
{
    enum { ENTRY = 4, VECTOR_BYTES = 4 };
    clear_flags(VECTOR[n].flags, VECTOR[n].cleared);
    announce(n);
    push_address(cpu->pc / 2);
    cpu->sreg[S_I] = 0;
    bench.cycles += cpu->state == cpu_Sleeping ? 2 * ENTRY : ENTRY;
    cpu->state = cpu_Running;
    cpu->pc = n * VECTOR_BYTES;
    bench.in_isr = true;
}

bool core_asleep(void) { return cpu->state == cpu_Sleeping; }
