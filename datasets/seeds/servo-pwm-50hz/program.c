/* Two hobby servos at 50 Hz from timer 0: a pulse each in its own half of the 20 ms frame. */
#include <8052.h>
#include <stdint.h>

#define CRYSTAL_HZ 11059200
#define SERVO_0 P1_0
#define SERVO_1 P1_1
#define MIN_US 500
#define MAX_US 2500

#define SERVOS 2
#define CENTRE_US 1500

#define COUNTS_PER_10MS (CRYSTAL_HZ / 1200) /* the timer counts every twelve clocks */
#define SLOT_COUNTS ((uint16_t)COUNTS_PER_10MS)

static volatile uint16_t wanted[SERVOS]; /* pulse lengths in counts */
static uint16_t pulse;                   /* the one that is being sent, so a change cannot distort its slot */
static uint8_t servo;                    /* whose slot it is */
static uint8_t is_high;

static void drive(uint8_t level)
{
    if (servo == 0)
        SERVO_0 = level;
    else
        SERVO_1 = level;
}

void servo_isr(void) __interrupt(TF0_VECTOR)
{
    uint16_t next;

    if (!is_high) {
        drive(1);
        is_high = 1;
        pulse = wanted[servo];
        next = 0u - pulse;
    } else {
        drive(0);
        is_high = 0;
        next = 0u - (SLOT_COUNTS - pulse);
        servo ^= 1;
    }
    TR0 = 0;
    next += TL0; /* counts since the overflow: a late interrupt does not lengthen what follows */
    TH0 = (uint8_t)(next >> 8);
    TL0 = (uint8_t)next;
    TR0 = 1;
}

/* Counts of a pulse, rounded to the nearest. */
static uint16_t counts_of(uint16_t us)
{
    return (uint16_t)(((uint32_t)us * COUNTS_PER_10MS + 5000) / 10000);
}

/* Both pins low and both servos to their centre; the first pulse comes after one slot. */
void servo_init(void)
{
    TR0 = 0;
    SERVO_0 = 0;
    SERVO_1 = 0;
    wanted[0] = counts_of(CENTRE_US);
    wanted[1] = counts_of(CENTRE_US);
    servo = 0;
    is_high = 0;

    TMOD = (TMOD & 0xF0) | 0x01;
    TH0 = (uint8_t)((0u - SLOT_COUNTS) >> 8);
    TL0 = (uint8_t)((0u - SLOT_COUNTS) & 0xFF);
    TF0 = 0;
    ET0 = 1;
    EA = 1;
    TR0 = 1;
}

/* Pulse of servo 0 or 1, from its next pulse on; held within MIN_US and MAX_US to spare the end stops. */
void servo_set(uint8_t number, uint16_t us)
{
    __bit enabled = ET0;
    uint16_t counts;

    if (number >= SERVOS)
        return;
    if (us < MIN_US)
        us = MIN_US;
    if (us > MAX_US)
        us = MAX_US;
    counts = counts_of(us); /* the slow division stays outside the interrupt, and outside the locked part */
    ET0 = 0;
    wanted[number] = counts; /* two bytes that belong together */
    ET0 = enabled;
}
