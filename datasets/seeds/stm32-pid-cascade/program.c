/* Cascaded motor control in integers: a position loop orders a speed, a PI loop makes it, with limits everywhere. */
#include <stdbool.h>
#include <stdint.h>

#define KP_POSITION 48   /* speed for each count of distance, in 1/256 */
#define KP_SPEED 900     /* gains of the speed loop in 1/4096 */
#define KI_SPEED 60
#define SPEED_MAX 10240  /* speeds are counts a sample, times 256 */
#define ACCELERATION 512 /* change of the ordered speed, each pass of the position loop */
#define OUT_MAX 1000     /* duty of the bridge, both ways */
#define OUTER_EVERY 4    /* samples for one pass of the position loop */
#define FILTER 4         /* the measured speed is averaged over about so many samples */
#define WINDOW 3         /* counts that count as arrived */

#define SPEED_ONE 256
#define POSITION_ONE 256
#define GAIN_ONE 4096
#define MOVED_MAX 1000    /* more counts in one sample are a fault of the encoder */
#define AWAY_MAX 1048576  /* beyond it SPEED_MAX is ordered anyway */

static volatile int32_t target;  /* one word: main writes it, the control interrupt reads it */
static volatile bool arrived;
static int32_t last_position;
static int32_t speed;     /* measured and filtered */
static int32_t ordered;   /* speed that the position loop asks for */
static int32_t integral;  /* of the speed loop, in 1/GAIN_ONE of duty */
static uint32_t phase;

static int32_t limited(int32_t value, int32_t limit)
{
    if (value > limit)
        return limit;
    if (value < -limit)
        return -limit;
    return value;
}

/* Difference of two counts that may have wrapped. */
static int32_t distance(int32_t from, int32_t to)
{
    return (int32_t)((uint32_t)to - (uint32_t)from);
}

/* Stands still at `position`; call it before the control interrupt runs. */
void cascade_reset(int32_t position)
{
    target = position;
    last_position = position;
    speed = 0;
    ordered = 0;
    integral = 0;
    phase = 0;
    arrived = true;
}

/* From main at any time. In the other order the interrupt could still report the old target as reached. */
void cascade_move_to(int32_t position)
{
    target = position;
    arrived = false;
}

/* Whether the last pass of the position loop found the target reached. */
bool cascade_arrived(void)
{
    return arrived;
}

/* Slower than the speed loop, whose response it takes for granted. */
static void position_loop(int32_t measured)
{
    int32_t away = limited(distance(measured, target), AWAY_MAX);
    int32_t wanted = limited(away * KP_POSITION / POSITION_ONE, SPEED_MAX);

    ordered += limited(wanted - ordered, ACCELERATION);
    arrived = away <= WINDOW && away >= -WINDOW;
}

/* PI; the integral stands still while the output is at its limit and the error would drive it further there. */
static int32_t speed_loop(void)
{
    int32_t error = ordered - speed;
    int32_t grown = integral + KI_SPEED * error;
    int32_t wanted = (KP_SPEED * error + grown) / GAIN_ONE;
    int32_t duty = limited(wanted, OUT_MAX);

    if (duty == wanted || (wanted > 0) != (error > 0))
        integral = limited(grown, OUT_MAX * GAIN_ONE);
    return duty;
}

/* One sample: takes the encoder's count, gives the duty, -OUT_MAX..OUT_MAX. */
int16_t cascade_step(int32_t measured)
{
    int32_t moved = limited(distance(last_position, measured), MOVED_MAX);

    last_position = measured;
    speed += (moved * SPEED_ONE - speed) / FILTER;
    if (phase == 0)
        position_loop(measured);
    phase = (phase + 1) % OUTER_EVERY;
    return (int16_t)speed_loop();
}
