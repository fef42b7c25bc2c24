/* Half-step drive of a unipolar stepper on the low nibble of a port, with a trapezoidal speed profile. */
#include <8052.h>
#include <stdint.h>

#define COIL_PORT P1
#define START_US 3000
#define RAMP_US 200
#define RAMP_STEPS 8

#define FREE_PINS 0xF0 /* the high nibble is input for others: always written 1 */

static const __code uint8_t coils[8] = {0x01, 0x03, 0x02, 0x06, 0x04, 0x0C, 0x08, 0x09};

static uint8_t phase;
static int16_t position;

/* Waits with timer 0; at 12 MHz it counts microseconds. */
static void wait_us(uint16_t us)
{
    us = 0u - us; /* the timer counts up to the overflow */
    TH0 = (uint8_t)(us >> 8);
    TL0 = (uint8_t)us;
    TF0 = 0; /* an old overflow would end the wait at once */
    TR0 = 1;
    while (!TF0)
        ;
    TR0 = 0;
}

/* Switches all coils off; the rotor is free. */
void stepper_release(void)
{
    COIL_PORT = FREE_PINS;
}

/* Timer 0 in 16-bit mode, coils off, position zero. */
void stepper_init(void)
{
    TMOD = (TMOD & 0xF0) | 0x01;
    phase = 0;
    position = 0;
    stepper_release();
}

/* Moves by so many half steps, negative ones backwards, and returns when the last has settled. */
void stepper_move(int16_t steps)
{
    uint16_t left = steps < 0 ? 0u - (uint16_t)steps : (uint16_t)steps;
    uint16_t interval = START_US;
    uint8_t ramp = 0; /* how many steps up the ramp we are */

    while (left > 0) {
        if (steps < 0) {
            phase = (phase - 1) & 7;
            position--;
        } else {
            phase = (phase + 1) & 7;
            position++;
        }
        COIL_PORT = FREE_PINS | coils[phase];
        wait_us(interval);

        left--;
        if (left > ramp + 1u) { /* room to slow down again: go faster, up to the cruising speed */
            if (ramp < RAMP_STEPS) {
                ramp++;
                interval -= RAMP_US;
            }
        } else if (left == ramp && ramp > 0) {
            ramp--;
            interval += RAMP_US;
        }
    }
}

/* Half steps from where stepper_init() was called. */
int16_t stepper_position(void)
{
    return position;
}
