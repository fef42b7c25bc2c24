/* DC motor on an H-bridge with the STC12C5A60S2's PCA as PWM: ramps up and down, turns round only through zero. */
#include <stc12.h>
#include <stdint.h>

#define IN_A P2_0 /* high alone: forwards */
#define IN_B P2_1 /* high alone: backwards; both low: the bridge is off */
#define RAMP_STEP 8   /* change of the duty in a tick */
#define REST_TICKS 20 /* with the bridge off, before it may be switched on again */

#define MAX_DUTY 255

#define PCA_CLOCK_HALF 0x02 /* Fosc / 2 / 256: above what can be heard */
#define PWM_MODE 0x42       /* ECOM0 and PWM0, no interrupt */
#define ALWAYS_LOW 0x02     /* EPC0H, the ninth bit of the compare value, which CL never reaches */

enum { OFF, FORWARDS, BACKWARDS };

static uint8_t wanted_way;
static uint8_t wanted_duty;
static uint8_t way; /* how the bridge is switched */
static uint8_t duty;
static uint8_t rest;

/* The pin is high for so many 256ths. Compare value and ninth bit are reloaded together when the counter overflows,
   and no order of the two writes may leave the value 0 in between: it would mean full power. */
static void set_duty(uint8_t value)
{
    duty = value;
    if (value == 0) {
        PCA_PWM0 = ALWAYS_LOW;
    } else {
        CCAP0H = (uint8_t)(256 - value);
        PCA_PWM0 = 0;
    }
}

static void switch_off(void)
{
    set_duty(0);
    IN_A = 0;
    IN_B = 0;
    way = OFF;
    rest = REST_TICKS;
}

/* Bridge off and PWM running at zero; the rest time runs, since the motor may still be turning. */
void motor_init(void)
{
    CR = 0;
    wanted_way = OFF;
    switch_off();
    CCAP0L = 0;
    CCAP0H = 0;
    CL = 0;
    CH = 0;
    CMOD = PCA_CLOCK_HALF;
    CCAPM0 = PWM_MODE;
    CR = 1;
}

/* Wish for the next ticks: -MAX_DUTY to MAX_DUTY, negative is backwards; what lies beyond is held at the limit. */
void motor_set(int16_t speed)
{
    if (speed > MAX_DUTY)
        speed = MAX_DUTY;
    if (speed < -MAX_DUTY)
        speed = -MAX_DUTY;
    wanted_way = speed == 0 ? OFF : speed > 0 ? FORWARDS : BACKWARDS;
    wanted_duty = (uint8_t)(speed < 0 ? -speed : speed);
}

/* Emergency stop: no ramp. */
void motor_stop(void)
{
    wanted_way = OFF;
    switch_off();
}

/* Call every tick, from where motor_set is called. */
void motor_tick(void)
{
    uint8_t goal;

    if (rest > 0) {
        rest--;
        return;
    }
    if (way == OFF) {
        if (wanted_way == OFF)
            return;
        way = wanted_way;
        if (way == FORWARDS)
            IN_A = 1;
        else
            IN_B = 1;
    }

    goal = wanted_way == way ? wanted_duty : 0;
    if (duty < goal)
        set_duty(goal - duty > RAMP_STEP ? duty + RAMP_STEP : goal);
    else if (duty > goal)
        set_duty(duty - goal > RAMP_STEP ? duty - RAMP_STEP : goal);
    if (duty == 0)
        switch_off();
}

/* The duty now, negative when the bridge runs backwards. */
int16_t motor_speed(void)
{
    return way == BACKWARDS ? -(int16_t)duty : duty;
}
