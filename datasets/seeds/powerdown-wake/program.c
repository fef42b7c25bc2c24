/* Battery counter: sleeps in power-down, a key on INT1 wakes it, eight LEDs show the count while the key is held. */
#include <8052.h>
#include <stdint.h>

#define CRYSTAL_HZ 11059200
#define LED_SUPPLY P2_4   /* PNP transistor over the LEDs, low = on */
#define RELEASE_POLLS 4   /* the key is up after so many high samples in a row */
#define LIGHT_POLLS 200   /* longest time that the LEDs may be lit */

#define POLL_HZ 200
#define POLL_RELOAD (65536UL - CRYSTAL_HZ / 12 / POLL_HZ)

#define KEY P3_3 /* the INT1 pin, to ground: low = pressed */
#define POWER_DOWN 0x02

static uint8_t presses;

/* Power-down is left at a low level, so the interrupt would come again and again while the key is down. */
void wake_isr(void) __interrupt(IE1_VECTOR)
{
    EX1 = 0;
}

/* Nothing may draw current in the sleep: LEDs without supply, and none of their pins low. */
static void park(void)
{
    LED_SUPPLY = 1;
    P1 = 0xFF;
}

static void show(void)
{
    P1 = ~presses; /* a lit LED has its pin low */
    LED_SUPPLY = 0;
}

/* Sleeps until the key is down. */
static void sleep(void)
{
    EX1 = 1;
    EA = 1; /* takes effect one instruction later: a key that is down already cannot be served before the sleep */
    PCON |= POWER_DOWN;
    EA = 0;
}

static void wait_poll(void)
{
    TH0 = (uint8_t)(POLL_RELOAD >> 8);
    TL0 = (uint8_t)(POLL_RELOAD & 0xFF);
    TF0 = 0;
    TR0 = 1;
    while (!TF0)
        ;
    TR0 = 0;
}

/* Waits until the key is surely up; a key that is stuck must not keep the LEDs on. */
static void wait_release(void)
{
    uint8_t high = 0;
    uint16_t light = LIGHT_POLLS;

    while (high < RELEASE_POLLS) {
        wait_poll();
        if (KEY)
            high++;
        else
            high = 0;
        if (light > 0) {
            light--;
            if (light == 0)
                park();
        }
    }
}

void main(void)
{
    park();
    P0 = 0x00; /* not connected and without pull-ups: an open input would float and draw current */
    KEY = 1;
    IT1 = 0; /* the oscillator stands still in power-down, so edges go unnoticed */
    TMOD = 0x01;

    for (;;) {
        sleep();
        if (!KEY) { /* else it was a disturbance */
            presses++;
            show();
            wait_release();
            park();
        }
    }
}
