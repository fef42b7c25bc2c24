/* SPDX-License-Identifier: Apache-2.0 */
/* A dialect sample of our own, in Keil C51: an LCD on P0, keys on P3. */
#include <reg52.h>
#include <intrins.h>

#define uchar unsigned char
#define uint  unsigned int

sbit RS = P2^0;
sbit RW = P2^1;
sbit EN = P2^2;
sfr AUXR = 0x8E;
sfr16 T2 = 0xCC;

uchar code welcome[] = "firmseed";
uchar code digits[10] = {0x3F,0x06,0x5B,0x4F,0x66,0x6D,0x7D,0x07,0x7F,0x6F};
uchar idata line[16];
uint xdata history[32] _at_ 0x1000;
uchar bdata flags;
sbit ready = flags ^ 0;
bit blink;

void delay_ms(uint ms)
{
    uint i, j;
    for (i = ms; i > 0; i--)
        for (j = 110; j > 0; j--);
}

void busy_wait(void)
{
    P0 = 0xFF;
    RS = 0; RW = 1;
    do
    {
        EN = 0;
        _nop_();
        EN = 1;
    } while (P0 & 0x80);
    EN = 0;
}

void write_command(uchar command)
{
    busy_wait();
    RS = 0;
    RW = 0;
    P0 = command;
    EN = 1;
    _nop_(); _nop_();
    EN = 0;
}

void write_data(uchar value) reentrant
{
    busy_wait();
    RS = 1;
    RW = 0;
    P0 = value;
    EN = 1;
    EN = 0;
}

void show_text(uchar x, uchar y, uchar code *text)
{
    uchar address;
    if (y == 0)
    {
        address = 0x80 + x;
    }
    else
    {
        address = 0xC0 + x;
    }
    write_command(address);
    while (*text != '\0')
    {
        write_data(*text);
        text++;
    }
}

uchar to_bcd(uchar value)
{
    return ((value / 10) << 4) | (value % 10);
}

uint average(uint xdata *samples, uchar count)
{
    unsigned long total = 0;
    uchar i;
    for (i = 0; i < count; i++)
    {
        total += samples[i];
    }
    if (count == 0)
        return 0;
    return (uint)(total / count);
}

void timer0(void) interrupt 1 using 1
{
    static uchar ticks = 0;   /* 50 ms each */
    TH0 = (65536 - 50000) / 256;
    TL0 = (65536 - 50000) % 256;
    ticks++;
    if (ticks == 20)
    {
        ticks = 0;
        blink = !blink;
        ready = 1;
    }
}

void main(void)
{
    uchar i;
    AUXR = 0x00;
    write_command(0x38);
    write_command(0x0C);
    show_text(0, 0, welcome);
    TMOD = 0x01;
    EA = 1;
    ET0 = 1;
    TR0 = 1;
    while (1)
    {
        if (ready)
        {
            ready = 0;
            for (i = 0; i < 16; i++)
            {
                line[i] = digits[i % 10];
            }
        }
    }
}
