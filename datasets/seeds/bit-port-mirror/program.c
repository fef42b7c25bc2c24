/* A virtual four-bit port whose pins lie scattered over P1 and P3; what is driven is mirrored in RAM. */
#include <8052.h>
#include <stdint.h>

#define PIN_0 P1_4
#define PIN_1 P3_2
#define PIN_2 P1_7
#define PIN_3 P3_5

#define NIBBLE 0x0F

static uint8_t mirror; /* the latches as a nibble: the pins may read back otherwise */

/* One bit instruction a pin, so the neighbours on both ports stay as they are, even if an interrupt drives them. */
static void drive(void)
{
    PIN_0 = mirror & 0x01 ? 1 : 0;
    PIN_1 = mirror & 0x02 ? 1 : 0;
    PIN_2 = mirror & 0x04 ? 1 : 0;
    PIN_3 = mirror & 0x08 ? 1 : 0;
}

/* Drives the low four bits of value. */
void vport_write(uint8_t value)
{
    mirror = value & NIBBLE;
    drive();
}

/* All pins high, which is also their state as inputs. */
void vport_init(void)
{
    vport_write(NIBBLE);
}

/* Clears the bits in clear, then sets those in set; the others keep what was driven. */
void vport_change(uint8_t clear, uint8_t set)
{
    vport_write((mirror & ~clear) | set);
}

/* What is driven. */
uint8_t vport_latch(void)
{
    return mirror;
}

/* What the pins carry; only pins that are driven high can be inputs. Each pin is read once. */
uint8_t vport_read(void)
{
    uint8_t value = 0;

    if (PIN_0)
        value |= 0x01;
    if (PIN_1)
        value |= 0x02;
    if (PIN_2)
        value |= 0x04;
    if (PIN_3)
        value |= 0x08;
    return value;
}
