/* SPDX-License-Identifier: Apache-2.0 */
/* A dialect sample of our own, in sdcc C: every place where a word of the dialect may stand. */
#include <8052.h>
#include <stdint.h>

__xdata __at (0x8000) volatile uint8_t latch;
static __idata uint8_t stack_mark;
__code const uint8_t masks[8] = { 1, 2, 4, 8, 16, 32, 64, 128 };
__code const char * __xdata names[2] = { "on", "off" };
__bit busy;
__sbit __at (0x90) LED;
__sfr __at (0x8E) AUXR;

void isr(void) __interrupt (1) __using (1)
{
    static __data uint8_t n;
    if (++n == 100) { n = 0; LED = !LED; }
}

uint8_t weight(uint8_t v) __reentrant
{
    uint8_t n = 0, i;
    for (i = 0; i < 8; i++) {
        if (v & masks[i])
            n++;
    }
    return n;
}

uint16_t take(__xdata uint8_t *from, uint8_t count)
{
    uint16_t sum = 0;
    __critical {
        while (count--) {
            sum += *from++;
        }
    }
    return sum;
}

void pulse(void) __naked
{
    __asm
        setb _LED   ; up
        clr  _LED   ; and down
        ret
    __endasm;
}

uint8_t clamp(int value)
{
    if (value < 0) return 0;
    else if (value > 255) return 255;
    return (uint8_t)value;
}

void main(void)
{
    uint8_t old = 0;
    AUXR = 1;
    busy = 0;
    for (;;) {
        uint8_t now = P1;
        if (now != old && !busy) {
            latch = weight(now);
            stack_mark = (uint8_t)(names[now & 1][0]);
            old = now;
        }
        __asm__ ("nop");
    }
}
