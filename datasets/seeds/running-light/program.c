/* Running light: eight LEDs follow a table, and a key steps through three speeds. */
#include <8052.h>
#include <stdint.h>

#define LED_PORT P1 /* LEDs to VCC: a 0 bit lights */
#define KEY P3_3    /* to ground, low = pressed */
#define FOSC_HZ 11059200
#define SLOW_MS 200
#define MIDDLE_MS 100
#define FAST_MS 40

/* One slice is the grain of all times here, and longer than a key bounces. */
#define SLICE_MS 20
#define SLICE_RELOAD (65536 - FOSC_HZ / 1200 * SLICE_MS / 10)

/* 1 = lit. There and back, then the bar fills up, then dark. */
static const __code uint8_t pattern[] = {
    0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80,
    0x40, 0x20, 0x10, 0x08, 0x04, 0x02,
    0x01, 0x03, 0x07, 0x0F, 0x1F, 0x3F, 0x7F, 0xFF,
    0x00
};

static const __code uint8_t slices_per_step[] = {
    SLOW_MS / SLICE_MS, MIDDLE_MS / SLICE_MS, FAST_MS / SLICE_MS
};

static uint8_t speed;
static uint8_t was_down;

/* Waits one slice by polling timer 0. */
static void wait_slice(void)
{
    TR0 = 0;
    TH0 = (uint8_t)(SLICE_RELOAD >> 8);
    TL0 = (uint8_t)(SLICE_RELOAD & 0xFF);
    TF0 = 0;
    TR0 = 1;
    while (!TF0)
        ;
}

/* A press counts once, however long it lasts. */
static void check_key(void)
{
    uint8_t down = !KEY;

    if (down && !was_down) {
        speed++;
        if (speed >= sizeof slices_per_step)
            speed = 0;
    }
    was_down = down;
}

void main(void)
{
    uint8_t step;
    uint8_t slices;

    TMOD = (TMOD & 0xF0) | 0x01; /* timer 0: mode 1 */
    for (;;) {
        for (step = 0; step < sizeof pattern; step++) {
            LED_PORT = (uint8_t)~pattern[step];
            for (slices = slices_per_step[speed]; slices > 0; slices--) {
                wait_slice();
                check_key();
            }
        }
    }
}
