/* SPDX-License-Identifier: Apache-2.0 */
/* A dialect sample of our own, in avr-gcc C. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <util/atomic.h>
#include <util/delay_basic.h>

static const uint8_t wave[] PROGMEM = { 0, 49, 90, 117, 127, 117, 90, 49 };
static volatile uint16_t latest;
register uint8_t spare asm("r3");

ISR(ADC_vect)
{
    latest = ADC;
    ADCSRA |= _BV(ADSC);
}

ISR(TIMER0_OVF_vect, ISR_NOBLOCK)
{
    static uint8_t phase;
    OCR1AL = pgm_read_byte(&wave[phase]);
    phase = (phase + 1) % sizeof wave;
}

uint16_t adc_latest(void)
{
    uint16_t value;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        value = latest;
    }
    return value;
}

__attribute__((noinline)) uint8_t crc8(const uint8_t *p, uint8_t n)
{
    uint8_t crc = 0;
    while (n--) {
        crc ^= *p++;
        for (uint8_t i = 0; i < 8; i++)
            crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1;
    }
    return crc;
}

int main(void)
{
    DDRB = _BV(PB5);
    loop_until_bit_is_set(PINB, PB0);
    sei();
    for (;;) {
        if (adc_latest() > 512)
            PORTB |= _BV(PB5);
        else
            PORTB &= ~_BV(PB5);
        asm volatile ("nop" ::: "memory");
        _delay_loop_1(100);
    }
}
