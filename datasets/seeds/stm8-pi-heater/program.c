/* Heater under PI control; the output is on for a part of each window of ticks, as an SSR or a relay can do it. */
#include <stdbool.h>
#include <stdint.h>

#define PD_ODR (*(volatile uint8_t *)0x500F)
#define PD_DDR (*(volatile uint8_t *)0x5011)
#define PD_CR1 (*(volatile uint8_t *)0x5012)

#define HEATER_BIT 4 /* port D, high = on */
#define HEATER (1 << HEATER_BIT)

#define WINDOW 50 /* ticks */
#define MIN_PULSE 2 /* ticks; shorter pulses and shorter gaps are left out */

/* Gains in 1/256 tick of the window for an error of 0.1 degree. */
#define KP 96
#define KI 3
#define FRACTION 8
#define HALF (1L << (FRACTION - 1))
#define FULL ((int32_t)WINDOW << FRACTION)

#define TARGET_MAX 2500 /* 0.1 degree */
#define SENSOR_MIN (-200)
#define SENSOR_MAX 3000 /* outside, the sensor or its cable is broken */

static int16_t target;   /* 0.1 degree; 0 is off */
static int32_t integral; /* of the error, as the part of the output that it makes */
static uint8_t duty;     /* ticks of this window */
static uint8_t phase;    /* ticks of this window that are over */

static void put(bool on)
{
    if (on)
        PD_ODR |= HEATER;
    else
        PD_ODR &= (uint8_t)~HEATER;
}

/* Off at once, and nothing is left of what was before; the next tick begins a window. */
static void stop(void)
{
    integral = 0;
    duty = 0;
    phase = 0;
    put(false);
}

/* Off, with the level before the direction. */
void heater_init(void)
{
    target = 0;
    stop();
    PD_DDR |= HEATER;
    PD_CR1 |= HEATER;
}

/* The temperature to keep in 0.1 degree, up to TARGET_MAX; 0 or less switches off at once. */
void heater_set(int16_t tenths)
{
    if (tenths > TARGET_MAX)
        tenths = TARGET_MAX;
    if (tenths <= 0) {
        tenths = 0;
        stop();
    }
    target = tenths;
}

/* Ticks of the present window that the heater is on for. */
uint8_t heater_duty(void)
{
    return duty;
}

/* One step of the controller. At a limit the integral does not go on into it: when the error turns, so does the output. */
static uint8_t controlled(int16_t measured)
{
    int16_t error = target - measured;
    int32_t summed = integral + (int32_t)KI * error;
    int32_t output = (int32_t)KP * error + summed;

    if (output > FULL) {
        output = FULL;
        if (error < 0)
            integral = summed;
    } else if (output < 0) {
        output = 0;
        if (error > 0)
            integral = summed;
    } else {
        integral = summed;
    }
    return (uint8_t)((output + HALF) >> FRACTION);
}

/* Call it every tick with the newest measurement; the controller steps at the beginning of each window. */
void heater_tick(int16_t measured)
{
    if (target == 0)
        return;
    if (measured < SENSOR_MIN || measured > SENSOR_MAX) {
        stop();
        return;
    }
    if (phase == 0) {
        duty = controlled(measured);
        if (duty < MIN_PULSE)
            duty = 0;
        else if (duty > WINDOW - MIN_PULSE)
            duty = WINDOW;
    }
    put(phase < duty);
    phase++;
    if (phase == WINDOW)
        phase = 0;
}
