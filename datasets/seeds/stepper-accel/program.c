/* Stepper through a step/direction driver: timer 0 makes the steps, a table of intervals makes the ramps. */
#include <8052.h>
#include <stdint.h>

#define CRYSTAL_HZ 11059200
#define STEP P1_5 /* the driver steps at the rising edge */
#define DIR P1_6  /* high: position counts up */

#define STAGES 16
#define TOP_STAGE (STAGES - 1)

#define RELOAD(us) ((uint16_t)(65536UL - CRYSTAL_HZ / 1200 * (us) / 10000))

/* Steady acceleration from rest: 2000 us / sqrt(n + 1), so nothing has to be divided while the motor runs. */
static const __code uint16_t reload[STAGES] = {
    RELOAD(2000), RELOAD(1414), RELOAD(1155), RELOAD(1000), RELOAD(894), RELOAD(816), RELOAD(756), RELOAD(707),
    RELOAD(667), RELOAD(632), RELOAD(603), RELOAD(577), RELOAD(555), RELOAD(535), RELOAD(516), RELOAD(500)
};

static volatile __bit moving;
static volatile int16_t position;
static volatile uint16_t left; /* steps still to be made */
static volatile uint8_t stage; /* of the next interval; also the steps that it takes to come to rest */
static volatile __bit backwards;

static void load(uint16_t value)
{
    TH0 = (uint8_t)(value >> 8);
    TL0 = (uint8_t)value;
}

void step_isr(void) __interrupt(TF0_VECTOR)
{
    if (left == 0) { /* the rotor has had the last interval to settle */
        TR0 = 0;
        moving = 0;
        return;
    }
    STEP = 1;
    left--;
    if (stage > left)
        stage = (uint8_t)left; /* no more steps than the ramp down needs */
    load(reload[stage]);
    if (stage < TOP_STAGE)
        stage++;
    if (backwards)
        position--;
    else
        position++;
    STEP = 0; /* some ten cycles after the edge, the driver wants 1 us */
}

/* At rest, position zero, timer 0 ready. */
void stepper_init(void)
{
    TR0 = 0;
    STEP = 0;
    moving = 0;
    position = 0;
    TMOD = (TMOD & 0xF0) | 0x01;
    ET0 = 1;
    EA = 1;
}

/* Starts so many steps, negative ones downwards; gives 0 while an earlier movement is still going on. */
uint8_t stepper_move(int16_t steps)
{
    if (moving)
        return 0;
    if (steps == 0)
        return 1;
    backwards = steps < 0;
    DIR = !backwards; /* an interval before the first step */
    left = backwards ? 0u - (uint16_t)steps : (uint16_t)steps;
    stage = 0;
    moving = 1;
    load(reload[0]);
    TF0 = 0;
    TR0 = 1;
    return 1;
}

/* Ends a movement early, by the ramp: a motor that is stopped dead loses steps. */
void stepper_stop(void)
{
    ET0 = 0; /* the interrupt counts in two bytes */
    if (left > stage)
        left = stage;
    ET0 = 1;
}

/* 1 until the last step has settled. */
uint8_t stepper_busy(void)
{
    return moving;
}

/* Steps from where stepper_init was called. */
int16_t stepper_position(void)
{
    int16_t copy;

    ET0 = 0;
    copy = position;
    ET0 = 1;
    return copy;
}
