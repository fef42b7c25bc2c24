// SPDX-License-Identifier: Apache-2.0
// A dialect sample of our own, in Keil C51: a ring buffer between an interrupt and the main program.
#include <reg51.h>

typedef unsigned char  u8;
typedef unsigned int   u16;

#define SIZE 32
#define NEXT(i) (((i) + 1) & (SIZE - 1))

static volatile u8 pdata ring[SIZE];
static volatile u8 data head, tail;
static u8 data lost _at_ 0x30;

void uart_init(u16 reload) large
{
    SCON = 0x50;
    TMOD = (TMOD & 0x0F) | 0x20;
    TH1 = TL1 = (u8)reload;
    TR1 = 1;
    ES = 1;
}

static void on_serial(void) interrupt 4 using 2
{
    u8 next;

    if (RI) {
        RI = 0;
        next = NEXT(head);
        if (next != tail) {
            ring[head] = SBUF;
            head = next;
        } else {
            lost++;
        }
    }
    if (TI)
        TI = 0;
}

bit uart_take(u8 *into) small
{
    if (head == tail)
        return 0;
    *into = ring[tail];
    tail = NEXT(tail);
    return 1;
}

u8 checksum(u8 idata *bytes, u8 length) compact reentrant
{
    u8 sum = 0;

    while (length--)
        sum += *bytes++;
    return ~sum + 1;
}

#pragma asm
    MOV A, #1
    NOP
#pragma endasm

void put(u8 c) {
    SBUF = c;
    while (!TI);
    TI = 0;
}

void put_hex(u8 v) {
    u8 high = v >> 4, low = v & 0x0f;
    put(high < 10 ? '0' + high : 'A' + high - 10);
    put(low < 10 ? '0' + low : 'A' + low - 10);
}

void dispatch(u8 command, u8 argument) {
    switch (command) {
    case 'r':
        put_hex(P1);
        break;
    case 'w':
        P1 = argument;
        /* fall through */
    case 'v':
        put_hex(argument);
        break;
    default:
        put('?');
        break;
    }
}
