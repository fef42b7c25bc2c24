/* DC motor on an H-bridge: fast PWM of timer 2 with a chosen frequency, ramps, dead time, brake. */
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

#define FORWARD_BIT 0 /* port B, inputs of the bridge; its enable input is OC2B = PD3 */
#define REVERSE_BIT 1
#define PWM_TOP 124   /* a PWM period has one count more */
#define CLOCK_SELECT _BV(CS21)
#define RAMP_STEP 5   /* percent a tick */
#define DEAD_TICKS 10 /* the bridge rests so long before it drives again */

#define FULL_SPEED 100

static int8_t speed; /* percent, as driven now; negative is reverse */
static int8_t target;
static uint8_t rest; /* ticks until the bridge may drive */
static bool braking;

/* Compare value 0 still gives one count of every period: at speed 0 the pin is taken from the timer. */
static void pwm_off(void)
{
    TCCR2A &= (uint8_t)~_BV(COM2B1);
    PORTD &= (uint8_t)~_BV(PORTD3);
}

static void pwm_on(uint8_t percent)
{
    OCR2B = (uint8_t)((percent * (PWM_TOP + 1) + FULL_SPEED / 2) / FULL_SPEED - 1);
    TCCR2A |= _BV(COM2B1);
}

/* Lets the motor run out; the inputs of the bridge change only while it is disabled. */
static void release(void)
{
    pwm_off();
    PORTB &= (uint8_t)~(_BV(FORWARD_BIT) | _BV(REVERSE_BIT));
}

static void drive(void)
{
    if (speed > 0) {
        PORTB |= _BV(FORWARD_BIT);
        pwm_on((uint8_t)speed);
    } else if (speed < 0) {
        PORTB |= _BV(REVERSE_BIT);
        pwm_on((uint8_t)-speed);
    } else {
        release();
        rest = DEAD_TICKS;
    }
}

/* Bridge off, PWM running without its pin. */
void motor_init(void)
{
    TCCR2B = 0;
    TCCR2A = _BV(WGM21) | _BV(WGM20);
    release();
    DDRB |= _BV(FORWARD_BIT) | _BV(REVERSE_BIT);
    DDRD |= _BV(DDD3);
    speed = 0;
    target = 0;
    rest = 0;
    braking = false;

    OCR2A = PWM_TOP;
    OCR2B = 0;
    TCNT2 = 0;
    TCCR2B = _BV(WGM22) | CLOCK_SELECT; /* mode 7: fast PWM up to OCR2A */
}

/* Stops driving at once and lets the motor run out. */
void motor_coast(void)
{
    release();
    speed = 0;
    target = 0;
    rest = DEAD_TICKS;
    braking = false;
}

/* Stops at once by shorting the motor: both inputs high, enabled all the time. */
void motor_brake(void)
{
    motor_coast();
    PORTB |= _BV(FORWARD_BIT) | _BV(REVERSE_BIT);
    PORTD |= _BV(PORTD3);
    braking = true;
}

/* Sets the speed to go to, in percent, negative for reverse; ends braking. */
void motor_set(int8_t percent)
{
    if (braking)
        motor_coast();
    if (percent > FULL_SPEED)
        percent = FULL_SPEED;
    else if (percent < -FULL_SPEED)
        percent = -FULL_SPEED;
    target = percent;
}

/* Speed as driven now. */
int8_t motor_speed(void)
{
    return speed;
}

/* Call at a steady rate: one step of the ramp towards the target, with a rest at zero on the way. */
void motor_tick(void)
{
    int8_t goal = target;

    if (rest != 0) {
        rest--;
        return;
    }
    if ((speed > 0 && goal < 0) || (speed < 0 && goal > 0))
        goal = 0;
    if (speed == goal)
        return;
    if (speed < goal)
        speed = goal - speed > RAMP_STEP ? speed + RAMP_STEP : goal;
    else
        speed = speed - goal > RAMP_STEP ? speed - RAMP_STEP : goal;
    drive();
}
