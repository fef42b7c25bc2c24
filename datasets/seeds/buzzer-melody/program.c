/* Melodies on a passive buzzer: timer 1 makes the tone, a 10 ms tick counts the lengths. */
#include <8052.h>
#include <stdint.h>

#define BUZZER P2_0 /* NPN transistor: 1 draws current, so silence must leave 0 */
#define FOSC_HZ 12000000
#define GAP_TICKS 2 /* silence at the end of each note, so that two alike stay two */

/* Pitch 0 is a rest, 1 to 8 are C5 to C6; ticks 0 ends the melody. Notes last longer than GAP_TICKS. */
typedef struct {
    uint8_t pitch;
    uint8_t ticks;
} Note;

/* Timer counts up to the next toggle: two toggles a period, one count every 12 clocks. */
#define TONE(hertz) ((uint16_t)(65536 - FOSC_HZ / 24 / (hertz)))

static const __code uint16_t tone[] = {
    0, TONE(523), TONE(587), TONE(659), TONE(698), TONE(784), TONE(880), TONE(988), TONE(1047)
};

const __code Note doorbell[] = {{3, 40}, {1, 60}, {0, 0}};

static const __code Note *next; /* 0 when nothing plays */
static uint8_t ticks_left;      /* of the present note */
static volatile uint8_t reload_high;
static volatile uint8_t reload_low;

void timer1_isr(void) __interrupt(TF1_VECTOR)
{
    TH1 = reload_high;
    TL1 = reload_low;
    BUZZER = !BUZZER;
}

/* The flag goes before the pin: a toggle that was still pending may not come after it. */
static void tone_off(void)
{
    TR1 = 0;
    TF1 = 0;
    BUZZER = 0;
}

static void tone_on(uint8_t pitch)
{
    uint16_t reload = tone[pitch];

    tone_off();
    reload_high = (uint8_t)(reload >> 8);
    reload_low = (uint8_t)reload;
    TH1 = reload_high;
    TL1 = reload_low;
    TR1 = 1;
}

/* Silent; timer 1 in mode 1 with its interrupt allowed, timer 0 untouched. */
void melody_init(void)
{
    tone_off();
    next = 0;
    TMOD = (TMOD & 0x0F) | 0x10;
    ET1 = 1;
    EA = 1;
}

/* Begins a melody at the next tick, whatever was playing. */
void melody_start(const __code Note *notes)
{
    next = notes;
    ticks_left = 0;
}

/* Call every 10 ms from the main loop; 1 while a melody plays. */
uint8_t melody_tick(void)
{
    if (!next)
        return 0;

    if (ticks_left == 0) {
        ticks_left = next->ticks;
        if (ticks_left == 0) {
            next = 0;
            tone_off();
            return 0;
        }
        if (next->pitch)
            tone_on(next->pitch);
        else
            tone_off();
        next++;
    } else if (ticks_left == GAP_TICKS) {
        tone_off();
    }
    ticks_left--;
    return 1;
}
