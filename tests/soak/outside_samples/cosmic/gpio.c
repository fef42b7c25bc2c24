/* SPDX-License-Identifier: Apache-2.0 */
/* A dialect sample of our own, in COSMIC C for the STM8. */
volatile unsigned char PB_ODR @0x5005;
@tiny unsigned char count;
@near unsigned int table[4];
@eeprom unsigned char mode;
_Bool pressed @0x5001:2;

@far @interrupt void on_overflow(void)
{
    count++;
    if (count >= 50) {
        count = 0;
        PB_ODR ^= 1 << 5;
    }
}

void step(void)
{
    unsigned char i = 0;
    while (i < 4) {
        table[i] = table[i] * 2;
        i++;
    }
    _asm("nop");
    if (mode == 1 || mode == 3) { PB_ODR |= 0x10; } else { PB_ODR &= ~0x10; }
}

@inline unsigned char low(unsigned int v) { return v & 0xFF; }
