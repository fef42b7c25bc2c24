/* Barrier of a car park: interrupts put events into a queue, the main loop runs the state machine and sleeps. */
#include <stdbool.h>
#include <stdint.h>

#define PB_DDR (*(volatile uint8_t *)0x5007)
#define PB_CR1 (*(volatile uint8_t *)0x5008)
#define PB_CR2 (*(volatile uint8_t *)0x5009)
#define PC_DDR (*(volatile uint8_t *)0x500C)
#define PC_CR1 (*(volatile uint8_t *)0x500D)
#define PC_CR2 (*(volatile uint8_t *)0x500E)
#define PD_ODR (*(volatile uint8_t *)0x500F)
#define PD_DDR (*(volatile uint8_t *)0x5011)
#define PD_CR1 (*(volatile uint8_t *)0x5012)
#define EXTI_CR1 (*(volatile uint8_t *)0x50A0)
#define CLK_CKDIVR (*(volatile uint8_t *)0x50C6)
#define TIM2_CR1 (*(volatile uint8_t *)0x5300)
#define TIM2_IER (*(volatile uint8_t *)0x5301)
#define TIM2_SR1 (*(volatile uint8_t *)0x5302)
#define TIM2_EGR (*(volatile uint8_t *)0x5304)
#define TIM2_PSCR (*(volatile uint8_t *)0x530C)
#define TIM2_ARRH (*(volatile uint8_t *)0x530D)
#define TIM2_ARRL (*(volatile uint8_t *)0x530E)

#define CEN 0x01 /* CR1 */
#define UIE 0x01 /* IER */
#define UIF 0x01 /* SR1 */
#define UG 0x01  /* EGR */
#define PRESCALER 4 /* 16 MHz / 2^4 = 1 MHz */
#define TICK_MS 10
#define RELOAD (TICK_MS * 1000U - 1)

#define PORTS_B_AND_C 0x3C /* sensitivity bits of both ports in EXTI_CR1 */
#define FALLING 0x28       /* falling edge only, on both */

#define BEAM_BIT 2 /* port B: light barrier, low while something stands in it */
#define BUTTON_BIT 4 /* port C: to ground */
#define UP_BIT 2   /* port D: motor relays, high = on */
#define DOWN_BIT 3
#define BEAM (1 << BEAM_BIT)
#define BUTTON (1 << BUTTON_BIT)
#define UP (1 << UP_BIT)
#define DOWN (1 << DOWN_BIT)

#define TRAVEL_MS 4000 /* from one end to the other */
#define OPEN_MS 8000

#define QUEUE_SIZE 8 /* a power of two */
#define QUEUE_MASK (QUEUE_SIZE - 1)

enum {
    BUTTON_PRESSED,
    BEAM_BROKEN,
    TIME_UP /* in the low nibble; the run of the timer that ended is in the high one */
};
#define KIND 0x0F

enum {
    CLOSED,
    OPENING,
    OPEN,
    CLOSING,
    NONE
};

static volatile uint8_t queue[QUEUE_SIZE];
static volatile uint8_t head; /* written by the interrupts only, which do not interrupt one another */
static volatile uint8_t tail; /* written by the main loop only */
static volatile uint16_t ticks_left;
static volatile uint8_t run; /* number of the timer's start, in the high nibble */

static uint8_t state;

/* Adds an event unless so many wait already. */
static void post(uint8_t event, uint8_t limit)
{
    if ((uint8_t)(head - tail) >= limit)
        return;
    queue[head & QUEUE_MASK] = event;
    head++; /* only now may the main loop see it */
}

/* People may press as often as they like: the last place is kept for TIME_UP, without which the motor would not stop. */
void beam_isr(void) __interrupt(4)
{
    post(BEAM_BROKEN, QUEUE_SIZE - 1);
}

void button_isr(void) __interrupt(5)
{
    post(BUTTON_PRESSED, QUEUE_SIZE - 1);
}

void tim2_isr(void) __interrupt(13)
{
    uint16_t left = ticks_left;

    TIM2_SR1 = (uint8_t)~UIF;
    if (left == 0)
        return;
    left--;
    ticks_left = left;
    if (left == 0)
        post(TIME_UP | run, QUEUE_SIZE);
}

/* Starts the timer anew. A TIME_UP of the run before may be in the queue already; it will be known by its number. */
static void start_timer(uint16_t ms)
{
    TIM2_IER = 0;
    run += 0x10;
    ticks_left = ms / TICK_MS;
    TIM2_IER = UIE;
}

/* Drives one way or none: the relay that was on drops first. */
static void drive(uint8_t relay)
{
    PD_ODR &= (uint8_t)~(UP | DOWN);
    if (relay == UP)
        PD_ODR |= UP;
    else if (relay == DOWN)
        PD_ODR |= DOWN;
}

static void enter(uint8_t next)
{
    state = next;
    switch (next) {
    case OPENING:
        drive(UP);
        start_timer(TRAVEL_MS);
        break;
    case OPEN:
        drive(0);
        start_timer(OPEN_MS);
        break;
    case CLOSING:
        drive(DOWN);
        start_timer(TRAVEL_MS);
        break;
    default:
        drive(0);
    }
}

/* The state that an event leads to, which may be the same one anew, or NONE. */
static uint8_t next_state(uint8_t event)
{
    bool timed = (event & KIND) == TIME_UP;

    if (timed && (event & (uint8_t)~KIND) != run)
        return NONE; /* the timer has been started again since */
    switch (state) {
    case CLOSED:
        if (event == BUTTON_PRESSED)
            return OPENING;
        break;
    case OPENING:
        if (timed)
            return OPEN;
        break;
    case OPEN: /* who comes by in time keeps it open */
        if (timed)
            return CLOSING;
        return OPEN;
    case CLOSING: /* never on somebody's roof */
        if (timed)
            return CLOSED;
        return OPENING;
    }
    return NONE;
}

/* Sets up ports and tick while interrupts are still masked as after reset. The barrier counts as closed. */
void gate_init(void)
{
    head = 0;
    tail = 0;
    ticks_left = 0;
    PD_ODR &= (uint8_t)~(UP | DOWN);
    PD_DDR |= UP | DOWN;
    PD_CR1 |= UP | DOWN;
    state = CLOSED;
    PB_DDR &= (uint8_t)~BEAM;
    PB_CR1 |= BEAM;
    PC_DDR &= (uint8_t)~BUTTON;
    PC_CR1 |= BUTTON;
    EXTI_CR1 = (EXTI_CR1 & (uint8_t)~PORTS_B_AND_C) | FALLING;
    PB_CR2 |= BEAM;
    PC_CR2 |= BUTTON;
    TIM2_PSCR = PRESCALER;
    TIM2_ARRH = RELOAD >> 8;
    TIM2_ARRL = RELOAD & 0xFF;
    TIM2_EGR = UG;
    TIM2_SR1 = (uint8_t)~UIF;
    TIM2_IER = UIE;
    TIM2_CR1 = CEN;
}

/* Handles the events that wait. */
void gate_run(void)
{
    uint8_t next;

    while (head != tail) {
        next = next_state(queue[tail & QUEUE_MASK]);
        tail++;
        if (next != NONE)
            enter(next);
    }
}

void main(void)
{
    CLK_CKDIVR = 0; /* HSI undivided: 16 MHz */
    gate_init();
    for (;;) {
        gate_run();
        __asm__("sim");
        if (head == tail) {
            __asm__("wfi"); /* unmasks and sleeps in one step: no event can slip in between and be slept over */
        }
        __asm__("rim");
    }
}
