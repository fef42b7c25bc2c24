/* SPDX-License-Identifier: Apache-2.0
 *
 * Interrupts and the two sleep modes of PCON.
 */
#include "chip.h"

bool core_enabled(unsigned n) { return (SFR(IE) & 0x80) && (n > 5 ? n < 32 : SFR(IE) >> n & 1); }

void core_interrupt(unsigned n)
{
    static const uint8_t cleared[] = {IE0, TF0, IE1, TF1};
    if (n < 4)
        SFR(TCON) &= (uint8_t)~cleared[n];
    if (n == 1 || n == 3)
        chip.polled &= (uint8_t)~(n == 1 ? 1 : 2);
    if (n == 4) {
        poll_uart(RI | TI);
        notice(SCON, SFR(SCON));
    }
    if (n == 5) {
        SFR(T2CON) |= TF2;
        notice(T2CON, TF2);
    }
    SFR(PCON) &= (uint8_t)~3;
    call((uint16_t)(8 * n + 3));
    bench.cycles += 2;
    bench.in_isr = true;
}

bool core_asleep(void) { return SFR(PCON) & 3; }
