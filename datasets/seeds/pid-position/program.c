/* Position PID in integers: conditional integration against windup, derivative on the measurement. */
#include <stdint.h>

#define KP 512
#define KI 20
#define KD 256
#define OUT_MAX 240

#define GAIN_SHIFT 8 /* gains and integral carry eight fractional bits */
#define TOP ((int32_t)OUT_MAX << GAIN_SHIFT)

static int32_t integral;
static int16_t last_measured;

/* Begins without history; the present measurement keeps the first derivative at zero. */
void pid_start(uint16_t measured)
{
    integral = 0;
    last_measured = (int16_t)measured;
}

/* One control step with ADC codes of up to 12 bits; gives the output, 0..OUT_MAX. */
uint8_t pid_step(uint16_t setpoint, uint16_t measured)
{
    int16_t now = (int16_t)measured;
    int16_t error = (int16_t)setpoint - now;
    int32_t summed = integral + (int32_t)KI * error;
    int32_t total = (int32_t)KP * error + summed;

    total -= (int32_t)KD * (now - last_measured); /* a setpoint that jumps gives no kick */
    last_measured = now;
    if (total > TOP) {
        total = TOP;
        if (error > 0)
            return OUT_MAX; /* at the limit: do not sum further into it */
    } else if (total < 0) {
        total = 0;
        if (error < 0)
            return 0;
    }
    integral = summed;
    return (uint8_t)(total >> GAIN_SHIFT);
}
