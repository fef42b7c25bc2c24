/* Sliding door: the timer interrupt turns inputs and time into events, a table of states answers them. */
#include <8052.h>
#include <stdint.h>

#define CRYSTAL_HZ 11059200
#define MOTOR_OPEN P2_0    /* relays, low = on: high after reset is off */
#define MOTOR_CLOSE P2_1
#define HOLD_MS 1500       /* stays open after the last person */
#define REST_MS 500        /* the motor must stand still before it turns the other way */
#define RUN_LIMIT_MS 7000  /* longer than a good door needs from end to end */
#define QUEUE_SIZE 8       /* a power of two */

#define TICK_MS 25
#define TICK_RELOAD (65536UL - CRYSTAL_HZ / 12 * TICK_MS / 1000)
#define TICKS(ms) ((ms) / TICK_MS)
#define REPEAT_TICKS 8 /* shorter than any time above */

#define INPUTS 0x0F /* of P1, low = active; bit n is event n */
#define LEDS P0     /* one for each state, low = lit */

enum { EV_SENSOR, EV_BEAM, EV_OPENED, EV_CLOSED, EV_TIMEOUT, EVENTS };
enum { CLOSED, OPENING, OPEN, CLOSING, BLOCKED, STATES, IGNORE };
enum { STOP, RUN_OPEN, RUN_CLOSE };

struct setting {
    uint8_t motor;
    uint16_t ticks; /* until EV_TIMEOUT, 0 for never */
};

static const __code struct setting settings[STATES] = {
    {STOP, 0},
    {RUN_OPEN, TICKS(RUN_LIMIT_MS)},
    {STOP, TICKS(HOLD_MS)},
    {RUN_CLOSE, TICKS(RUN_LIMIT_MS)},
    {STOP, TICKS(REST_MS)}
};

/* Sensor, beam, opened, closed, timeout. Entering OPEN again starts its time anew. */
static const __code uint8_t answers[STATES][EVENTS] = {
    {OPENING, IGNORE, IGNORE, IGNORE, IGNORE},
    {IGNORE, IGNORE, OPEN, IGNORE, BLOCKED},
    {OPEN, OPEN, IGNORE, IGNORE, CLOSING},
    {BLOCKED, BLOCKED, IGNORE, CLOSED, BLOCKED},
    {IGNORE, IGNORE, IGNORE, IGNORE, OPENING}
};

/* One side writes each counter, and a byte is read in one piece: the queue needs no lock. */
static volatile uint8_t queue[QUEUE_SIZE];
static volatile uint8_t posted; /* by the interrupt only */
static volatile uint8_t taken;  /* by the main loop only */

static volatile uint16_t wait_left;

/* Of the interrupt alone. */
static uint8_t before;
static uint8_t told; /* inputs whose event was posted */
static uint8_t repeat_left;

static uint8_t state;

static void load_tick(void)
{
    TH0 = (uint8_t)(TICK_RELOAD >> 8);
    TL0 = (uint8_t)(TICK_RELOAD & 0xFF);
}

/* Returns 0 when the queue is full. */
static uint8_t post(uint8_t event)
{
    if ((uint8_t)(posted - taken) == QUEUE_SIZE)
        return 0;
    queue[posted & (QUEUE_SIZE - 1)] = event;
    posted++;
    return 1;
}

/* An input that lasts is told again and again, so that none is lost by a state that had no use for it. */
void tick_isr(void) __interrupt(TF0_VECTOR)
{
    uint8_t now;
    uint8_t active;
    uint8_t event;

    load_tick();
    now = ~P1 & INPUTS;
    active = now & before; /* two ticks alike: no bounce, no spark of the motor */
    before = now;
    told &= active;
    if (--repeat_left == 0) {
        repeat_left = REPEAT_TICKS;
        told = 0;
    }
    for (event = 0; event < EV_TIMEOUT; event++) {
        if ((active & ~told & (1 << event)) && post(event))
            told |= 1 << event;
    }
    if (wait_left != 0) {
        wait_left--;
        if (wait_left == 0 && !post(EV_TIMEOUT))
            wait_left = 1; /* once more in the next tick: this one is never repeated otherwise */
    }
}

static void start_wait(uint16_t ticks)
{
    ET0 = 0; /* two bytes */
    wait_left = ticks;
    ET0 = 1;
}

static uint8_t is_waiting(void)
{
    uint16_t left;

    ET0 = 0;
    left = wait_left;
    ET0 = 1;
    return left != 0;
}

static void enter(uint8_t next)
{
    MOTOR_OPEN = 1; /* both off before one comes on */
    MOTOR_CLOSE = 1;
    state = next;
    LEDS = ~(1 << next);
    start_wait(settings[next].ticks);
    if (settings[next].motor == RUN_OPEN)
        MOTOR_OPEN = 0;
    else if (settings[next].motor == RUN_CLOSE)
        MOTOR_CLOSE = 0;
}

/* Takes the oldest event. A timeout of a wait that was started anew meanwhile is none. */
void door_handle(void)
{
    uint8_t event = queue[taken & (QUEUE_SIZE - 1)];
    uint8_t next = answers[state][event];

    taken++;
    if (event == EV_TIMEOUT && is_waiting())
        return;
    if (next != IGNORE)
        enter(next);
}

/* Nobody knows where the door stands: it rests, then opens, as nothing can be caught by that. */
void door_init(void)
{
    P1 |= INPUTS; /* release the pins */
    posted = 0;
    taken = 0;
    before = 0;
    told = 0;
    repeat_left = REPEAT_TICKS;
    TMOD = (TMOD & 0xF0) | 0x01;
    load_tick();
    enter(BLOCKED); /* sets ET0, too */
    TR0 = 1;
}

void main(void)
{
    door_init();
    for (;;) {
        EA = 0;
        if (posted != taken) {
            EA = 1;
            door_handle();
        } else {
            EA = 1; /* one instruction later: an event of now ends the sleep at once */
            PCON |= IDL;
        }
    }
}
