/* Incremental PID in integers: each step adds a change to the output, which is clamped where it is kept. */
#include <stdint.h>

#define KP 320
#define KI 24
#define KD 96
#define OUT_MIN 10
#define OUT_MAX 250

#define GAIN_SHIFT 8 /* gains and the stored output carry eight fractional bits */

static int32_t output; /* what the actuator gets, times 256 */
static int16_t last_error;
static int16_t earlier_error;

/* Keeps the stored output within the actuator's limits, so that nothing can wind up beyond them. */
static int32_t limited(int32_t value)
{
    if (value < ((int32_t)OUT_MIN << GAIN_SHIFT))
        return (int32_t)OUT_MIN << GAIN_SHIFT;
    if (value > ((int32_t)OUT_MAX << GAIN_SHIFT))
        return (int32_t)OUT_MAX << GAIN_SHIFT;
    return value;
}

/* Takes over from manual operation without a bump: starts from the present output and error. */
void pid_start(uint8_t present_output, uint16_t setpoint, uint16_t measured)
{
    output = limited((int32_t)present_output << GAIN_SHIFT);
    last_error = (int16_t)(setpoint - measured);
    earlier_error = last_error;
}

/* One control step; setpoint and measured value are ADC codes of up to 12 bits. Gives the new output. */
uint8_t pid_step(uint16_t setpoint, uint16_t measured)
{
    int16_t error = (int16_t)(setpoint - measured);
    int32_t change;

    change = (int32_t)KP * (error - last_error);
    change += (int32_t)KI * error;
    change += (int32_t)KD * (error - 2 * last_error + earlier_error);

    earlier_error = last_error;
    last_error = error;
    output = limited(output + change);
    return (uint8_t)(output >> GAIN_SHIFT); /* never negative here: the lower limit is at least 0 */
}
