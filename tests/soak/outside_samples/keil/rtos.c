/* SPDX-License-Identifier: Apache-2.0 */
/* A dialect sample of our own, in Keil C51 with RTX-51: tasks, priorities, far pointers of each space. */
#include <reg51.h>
#define ALARM 3

struct date { unsigned char day, month; unsigned int year; };
struct date xdata today;
unsigned char code * data cursor;
void (code *handler)(void);
unsigned char far logbook[64];

extern unsigned char os_wait (unsigned char, unsigned char, unsigned int);

static unsigned char days_in (unsigned char month, unsigned int year)
{
  switch (month)
  {
    case 2:  return (year % 4 == 0) ? 29 : 28;
    case 4: case 6: case 9: case 11: return 30;
  }
  return 31;
}

void clock (void) _task_ 0 _priority_ 1
{
  for (;;)
  {
    os_wait (2, 100, 0);
    if (++today.day > days_in (today.month, today.year))
    {
      today.day = 1;
      if (today.month == 12)
      {
        today.month = 1;
        today.year++;
      }
      else today.month++;
    }
  }
}

void watch (void) _task_ 1
{
  unsigned char i, n = 0;
  for (i = 0; i != 64; i++) if (logbook[i] > ALARM) n++;
  if (n && handler) (*handler) ();
  else if (!n) P1 &= ~0x01; else P1 |= 0x01;
}
