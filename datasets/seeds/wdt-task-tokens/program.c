/* Three tasks under the watchdog of an STC12C5A60S2: it is fed only when each has begun and ended in this round. */
#include <stc12.h>
#include <stdint.h>

#define CRYSTAL_HZ 11059200
#define LAMP P1_0        /* heartbeat, low = lit */
#define BLINK_TICKS 25   /* the longest of the tasks, and so the distance of two feedings */
#define WDT_PRESCALE 4

#define RELAY P1_1 /* low = on */
#define KEY P3_2   /* to ground */

#define TICK_HZ 100
#define TICK_RELOAD (65536UL - CRYSTAL_HZ / 12 / TICK_HZ)

#define WDT_FLAG 0x80
#define WDT_FEED (0x20 | 0x10 | 0x08 | WDT_PRESCALE) /* on, clear, and counting in idle mode too: it sleeps there */

#define SUPPLY_CHANNEL 7
#define ADC_READY (0x80 | SUPPLY_CHANNEL)
#define ADC_FLAG 0x10
#define ADC_START 0x08
#define SUPPLY_LOW 150 /* below it the relay is not pulled */

#define IDLE 0x01
#define KEY_SAMPLES 0x07

enum { LAMP_TASK, KEY_TASK, SUPPLY_TASK, TASKS };

#define ALL_TASKS ((1 << TASKS) - 1)

/* Who was missing, kept over a reset: an absolute address is not cleared by the start-up code. */
static volatile __xdata __at(0x0300) uint8_t kept_missing;

static volatile __bit ticked;

static uint8_t turn;    /* starts at 0 as all static data */
static uint8_t missing; /* one bit a task that has not yet handed in its token */

static uint8_t lamp_token;
static uint8_t lamp_left;
static __bit lamp_lit;

static uint8_t history;
static __bit pressed;

static uint8_t supply_token;
static __bit converting;
static __bit supply_good;

void tick_isr(void) __interrupt(TF0_VECTOR)
{
    TH0 = (uint8_t)(TICK_RELOAD >> 8);
    TL0 = (uint8_t)(TICK_RELOAD & 0xFF);
    ticked = 1;
}

/* What a task fetches when it begins; with the next round it is worthless. */
static uint8_t token_for(uint8_t task)
{
    return (uint8_t)(turn << 2) | task;
}

/* What a task hands in when it has ended. A stale token is no fault: the next one will be good. */
static void hand_in(uint8_t task, uint8_t token)
{
    if (token == token_for(task))
        missing &= ~(1 << task);
    kept_missing = missing;
}

/* The only place where the watchdog is fed once it runs. */
static void watch(void)
{
    if (missing == 0) {
        WDT_CONTR = WDT_FEED;
        turn++;
        missing = ALL_TASKS;
        kept_missing = missing;
    }
}

static void lamp_task(void)
{
    if (lamp_left == 0) {
        lamp_left = BLINK_TICKS;
        lamp_token = token_for(LAMP_TASK);
    }
    lamp_left--;
    if (lamp_left == 0) {
        lamp_lit = !lamp_lit;
        LAMP = !lamp_lit;
        hand_in(LAMP_TASK, lamp_token);
    }
}

static void key_task(void)
{
    uint8_t token = token_for(KEY_TASK);

    history = (uint8_t)(history << 1) & KEY_SAMPLES;
    if (!KEY)
        history |= 0x01;
    if (history == KEY_SAMPLES)
        pressed = 1;
    else if (history == 0)
        pressed = 0;
    RELAY = !(pressed && supply_good);
    hand_in(KEY_TASK, token);
}

/* A converter that never ends its work keeps the token, which brings the reset that it needs. */
static void supply_task(void)
{
    if (converting) {
        if (!(ADC_CONTR & ADC_FLAG))
            return;
        supply_good = ADC_RES >= SUPPLY_LOW;
        hand_in(SUPPLY_TASK, supply_token);
    }
    supply_token = token_for(SUPPLY_TASK);
    ADC_CONTR = ADC_READY | ADC_START; /* clears the flag as well */
    converting = 1;
}

/* After a watchdog reset the LEDs on P2 (low = lit) show who was missing. */
static void init(void)
{
    P2 = WDT_CONTR & WDT_FLAG ? ~kept_missing : 0xFF;
    WDT_CONTR = WDT_FEED; /* clears the flag, too */
    missing = ALL_TASKS;
    kept_missing = missing;

    LAMP = 1;
    RELAY = 1;
    KEY = 1; /* release the pin for input */
    P1ASF |= 1 << SUPPLY_CHANNEL;
    ADC_CONTR = ADC_READY;

    TMOD = 0x01;
    TH0 = (uint8_t)(TICK_RELOAD >> 8);
    TL0 = (uint8_t)(TICK_RELOAD & 0xFF);
    ET0 = 1;
    TR0 = 1;
}

void main(void)
{
    init();
    for (;;) {
        EA = 0;
        if (ticked) {
            ticked = 0;
            EA = 1;
            lamp_task();
            key_task();
            supply_task();
            watch();
        } else {
            EA = 1; /* one instruction later: a waiting tick ends the sleep at once */
            PCON |= IDLE;
        }
    }
}
