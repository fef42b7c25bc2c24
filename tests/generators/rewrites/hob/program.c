/* SPDX-License-Identifier: Apache-2.0 */
/* Control of a small hob: four levels, a lamp, a beeper. */
#include <8052.h>
#include <stdint.h>

#define LAMPS P1
#define ZONES 4
#define BEEP_TICKS 30
#define POWER_OF(level) ((level) * 12 + 7)
#define SHOW(lamps) (LAMPS = (uint8_t)~(lamps)) /* low active */

enum { OFF, HEATING, HOLDING, COOLING };

static uint8_t state;
static uint8_t zone;
static volatile uint8_t beeps;
static uint8_t asked[ZONES] = {1, 2, 3, 4};

static const uint8_t spread = 9;

static uint8_t weights[ZONES] = {3, 5, 7, 11};
static const __code uint16_t slot_start[3] = {100, 200, 300};
static const __code uint8_t slot_gap[3] = {5, 17, 40};

/* Sum of the bytes. */
static uint16_t total(uint8_t *from, uint8_t count)
{
    uint16_t sum = 0;

    while (count--)
        sum += *from++;
    return sum;
}

static uint8_t scaled(uint8_t n)
{
    return (n >> 2) + 3;
}

static void rest(void)
{
    beeps = 0;
}

static void heat(void)
{
    uint8_t pass;

    for (pass = 0; pass < 3; pass++)
        asked[pass] += zone + pass;
}

static void hold(void)
{
    beeps ^= 0x55;
}

static void cool(void)
{
    uint8_t pass;

    for (pass = 0; pass < 5; pass++)
        asked[3] ^= pass;
}

void hob_init(void)
{
    state = OFF;
    zone = 0;
    beeps = 0;
    LAMPS = 0xFF;
}

/* Percent of the full power for a level. */
uint8_t hob_power(uint8_t level)
{
    switch (level) {
    case 0:
        return 0;
    case 1:
        return 15; /* keeps warm */
    case 2:
        return 40;
    case 3:
        return 100;
    default:
        return 1;
    }
}

void hob_next(void)
{
    switch (state) {
    case OFF:
        LAMPS = 0xFE;
        state = HEATING;
        break;
    case HEATING:
        LAMPS = 0xFD;
        state = HOLDING;
        break;
    case HOLDING:
        LAMPS = 0xFB;
        state = COOLING;
        break;
    case COOLING:
        LAMPS = 0xF7;
        state = OFF;
        break;
    }
}

void hob_run(uint8_t mode)
{
    switch (mode) {
    case 0:
        rest();
        break;
    case 1:
        heat();
        break;
    case 2:
        hold();
        break;
    case 3:
        cool();
        break;
    }
}

uint8_t hob_beeps(void)
{
    return beeps;
}

void hob_select(void)
{
    if (++zone == ZONES)
        zone = 0;
    LAMPS &= ~(1 << zone);
}

uint8_t hob_mask(uint8_t lamp)
{
    if (lamp > 7)
        return 0;
    return (uint8_t)(1 << lamp);
}

uint16_t hob_total(void)
{
    const uint8_t extra = scaled(zone + 40);

    return total(asked, ZONES) + extra + weights[zone] * 2 + spread;
}

int hob_angle(uint8_t step)
{
    int angle = 0;

    if (step < 8)
        angle = step * 45 - 90;
    return angle;
}

uint16_t hob_slot(uint8_t slot)
{
    if (slot >= 3)
        return 0;
    return slot_start[slot] - slot_gap[slot];
}

void hob_show(uint8_t lamps)
{
    SHOW(lamps);
}

int hob_watts(uint8_t level)
{
    uint8_t twice = level * 2;

    return POWER_OF(level) + POWER_OF(3) + twice;
}
