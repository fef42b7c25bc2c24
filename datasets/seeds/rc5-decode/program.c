/* RC-5 infrared decoder: falling edges of the receiver on INT0, timed by timer 0, whose overflow means silence. */
#include <8052.h>
#include <stdint.h>

#define CRYSTAL_HZ 12000000
#define TOLERANCE_US 300
#define SILENCE_US 5000
#define HOLD_MS 150

#define RECEIVER P3_2   /* INT0; idle high, low while the carrier is on */
#define HALF_BIT_US 889 /* 32 periods of 36 kHz */
#define FRAME_BITS 14   /* start, field, toggle, 5 of address, 6 of command */

/* Timer 0 counts once in 12 clocks. */
#define TICKS(us) ((uint16_t)((us) * (CRYSTAL_HZ / 100UL) / 120000UL))
#define RELOAD ((uint16_t)(65536UL - TICKS(SILENCE_US)))
#define HOLD_OVERFLOWS ((uint8_t)(HOLD_MS * 1000UL / SILENCE_US))

#define SHORTEST(halves) TICKS((halves) * HALF_BIT_US - TOLERANCE_US)
#define LONGEST(halves) TICKS((halves) * HALF_BIT_US + TOLERANCE_US)

enum { RC5_NONE, RC5_PRESSED, RC5_HELD };

typedef struct {
    uint8_t address; /* 0..31 */
    uint8_t command; /* 0..127 */
    uint8_t toggle;  /* changes with each press */
} rc5_key_t;

enum {
    QUIET,  /* the next edge is the middle of a start bit */
    MIDDLE, /* the last edge was the middle of a 1 */
    BEGIN,  /* the last edge was the beginning of a 0, which is counted already */
    SPOILT  /* nothing is believed until the next silence */
};

static uint8_t state;
static uint8_t bits;
static uint16_t frame;
static uint16_t last_frame; /* 0 when no key is down: a frame has its start bit set */
static uint8_t hold_left;   /* overflows until the last frame is forgotten */

static volatile uint8_t pending; /* these two are shared with rc5_take */
static volatile uint16_t pending_frame;

static void append(uint8_t bit)
{
    frame = frame << 1 | bit;
    if (++bits > FRAME_BITS)
        state = SPOILT; /* another protocol */
}

/* How many half-bits lie between two falling edges; 0 for none of the possible numbers. */
static uint8_t half_bits(uint16_t ticks)
{
    if (ticks >= SHORTEST(2) && ticks <= LONGEST(2))
        return 2;
    if (ticks >= SHORTEST(3) && ticks <= LONGEST(3))
        return 3;
    if (ticks >= SHORTEST(4) && ticks <= LONGEST(4))
        return 4;
    return 0;
}

/* A 1 falls in its middle, a 0 at its beginning, but only where the line is high before. */
static void next_edge(uint8_t halves)
{
    switch (state) {
    case QUIET:
        state = MIDDLE;
        frame = 1;
        bits = 1;
        break;
    case MIDDLE:
        if (halves == 2) {
            append(1);
        } else if (halves == 3) {
            state = BEGIN;
            append(0); /* the first 0 after a 1 starts low already: no edge of its own */
            append(0);
        } else if (halves == 4) {
            append(0);
            append(1);
        } else {
            state = SPOILT;
        }
        break;
    case BEGIN:
        if (halves == 2) {
            append(0);
        } else if (halves == 3) {
            state = MIDDLE;
            append(1);
        } else {
            state = SPOILT;
        }
        break;
    }
}

static void frame_over(void)
{
    if (state == MIDDLE && bits == FRAME_BITS - 1)
        append(0); /* a last 0 after a 1 is only told by the silence */
    if (state == SPOILT || bits != FRAME_BITS)
        return;
    if (frame != last_frame)
        pending = RC5_PRESSED;
    else if (pending == RC5_NONE)
        pending = RC5_HELD; /* never hides a press that nobody has taken yet */
    pending_frame = frame;
    last_frame = frame;
    hold_left = HOLD_OVERFLOWS;
}

/* The line has been quiet for one run of the timer. */
static void silence(void)
{
    if (state == QUIET) {
        hold_left--;
    } else {
        frame_over();
        state = QUIET;
    }
    if (hold_left == 0) {
        TR0 = 0; /* nothing to wait for but an edge */
        last_frame = 0;
    }
}

static void start_timer(void)
{
    TH0 = (uint8_t)(RELOAD >> 8);
    TL0 = (uint8_t)(RELOAD & 0xFF);
    TR0 = 1;
}

void rc5_edge_isr(void) __interrupt(IE0_VECTOR)
{
    uint16_t ticks;

    TR0 = 0; /* no carry may come between its two bytes */
    ticks = ((uint16_t)TH0 << 8 | TL0) - RELOAD;
    if (TF0) { /* the silence was over before this edge, its interrupt is only late */
        TF0 = 0;
        silence();
    }
    start_timer();
    next_edge(half_bits(ticks));
}

void rc5_silence_isr(void) __interrupt(TF0_VECTOR)
{
    TR0 = 0;
    start_timer();
    silence();
}

/* Timer 0, INT0 and their interrupts; timer 1 stays as it is. */
void rc5_init(void)
{
    EX0 = 0;
    ET0 = 0;
    TR0 = 0;
    TMOD = (TMOD & 0xF0) | 0x01; /* timer 0: 16 bits, not gated */
    RECEIVER = 1;                /* an input only while its latch is 1 */
    state = QUIET;
    last_frame = 0;
    hold_left = 0;
    pending = RC5_NONE;
    IT0 = 1; /* edge, not level */
    IE0 = 0; /* what came before is of no interest */
    TF0 = 0;
    EX0 = 1;
    ET0 = 1;
    EA = 1;
}

/* Fetches what came since the last call; *key is written unless that is RC5_NONE. */
uint8_t rc5_take(rc5_key_t *key)
{
    __bit enabled = EA;
    uint8_t taken;
    uint16_t word;

    EA = 0; /* event and frame belong together */
    taken = pending;
    word = pending_frame;
    pending = RC5_NONE;
    EA = enabled;

    if (taken != RC5_NONE) {
        key->address = (uint8_t)(word >> 6) & 0x1F;
        key->command = (uint8_t)word & 0x3F;
        if (!(word & 0x1000))
            key->command |= 0x40; /* extended RC-5: the second start bit is bit 6, inverted */
        key->toggle = (uint8_t)(word >> 11) & 1;
    }
    return taken;
}
