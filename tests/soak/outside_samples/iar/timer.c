/* SPDX-License-Identifier: Apache-2.0 */
/* A dialect sample of our own, in IAR C for the 8051 and the STM8. */
#include <intrinsics.h>

__no_init volatile unsigned char PORT @ 0x5000;
__no_init static unsigned int saved @ 0x100;
__root const unsigned char version[] = {1, 4};
__xdata unsigned char frame[8];

#pragma vector = 0x0B
__interrupt void on_timer(void)
{
    static unsigned char phase;
    phase = (phase + 1) & 3;
    PORT = 1 << phase;
}

__monitor unsigned int take(void)
{
    unsigned int now = saved;
    saved = 0;
    return now;
}

static __tiny unsigned char index_of(unsigned char wanted)
{
    unsigned char i;
    for (i = 0; i < sizeof frame; i++) {
        if (frame[i] == wanted)
            return i;
    }
    return 0xFF;
}

__task void main(void)
{
    __enable_interrupt();
    while (1) {
        if (take() > 10 && index_of(0x55) != 0xFF) {
            PORT &= (unsigned char)~0x80;
        } else {
            PORT |= 0x80;
        }
        __no_operation();
    }
}
