/* NEC infrared decoder: falling edges of the receiver on INT0 (P3.2), timed by timer 0. */
#include <8052.h>
#include <stdint.h>

#define CRYSTAL_HZ 12000000
#define LEAD_TOLERANCE_US 900
#define BIT_TOLERANCE_US 350

/* Timer 0 counts once in 12 clocks. */
#define TICKS(us) ((uint16_t)((us) * (CRYSTAL_HZ / 100UL) / 120000UL))

/* From falling edge to falling edge. */
#define LEADER_MIN TICKS(13500 - LEAD_TOLERANCE_US)
#define LEADER_MAX TICKS(13500 + LEAD_TOLERANCE_US)
#define REPEAT_MIN TICKS(11250 - LEAD_TOLERANCE_US)
#define REPEAT_MAX TICKS(11250 + LEAD_TOLERANCE_US)
#define ZERO_MIN TICKS(1125 - BIT_TOLERANCE_US)
#define ZERO_MAX TICKS(1125 + BIT_TOLERANCE_US)
#define ONE_MIN TICKS(2250 - BIT_TOLERANCE_US)
#define ONE_MAX TICKS(2250 + BIT_TOLERANCE_US)

enum ir_event { IR_NONE, IR_KEY, IR_REPEAT };

enum state {
    IDLE,     /* the next edge has nothing before it that could be measured */
    LEADER,   /* the last edge may have been the beginning of a leader */
    BITS
};

static uint8_t state;
static uint8_t bit_count;
static uint8_t bytes[4];            /* address, its inverse, command, its inverse */
static __bit key_known;             /* a repeat code has something to repeat */
static volatile uint8_t event;      /* these three are shared with ir_take */
static volatile uint8_t key_address;
static volatile uint8_t key_command;

/* Takes over 32 bits when both bytes agree with their inverse. */
static void frame_done(void)
{
    state = LEADER;
    if ((bytes[0] ^ bytes[1]) != 0xFF || (bytes[2] ^ bytes[3]) != 0xFF)
        return;
    key_address = bytes[0];
    key_command = bytes[2];
    key_known = 1;
    event = IR_KEY;
}

static void next_edge(uint16_t ticks)
{
    uint8_t *byte;

    switch (state) {
    case IDLE:
        state = LEADER;
        break;
    case LEADER:
        if (ticks >= LEADER_MIN && ticks <= LEADER_MAX) {
            key_known = 0;
            bit_count = 0;
            state = BITS;
        } else if (ticks >= REPEAT_MIN && ticks <= REPEAT_MAX) {
            if (key_known && event == IR_NONE)
                event = IR_REPEAT;  /* a key not yet fetched must not be hidden */
        }
        break;
    case BITS:
        byte = &bytes[bit_count >> 3];
        *byte >>= 1;                /* least significant bit first */
        if (ticks >= ONE_MIN && ticks <= ONE_MAX) {
            *byte |= 0x80;
        } else if (ticks < ZERO_MIN || ticks > ZERO_MAX) {
            state = LEADER;
            break;
        }
        if (++bit_count == 32)
            frame_done();
        break;
    }
}

/* Falling edge: reads the interval and starts the next one. */
void ir_edge_isr(void) __interrupt(0)
{
    uint16_t ticks;

    TR0 = 0;
    ticks = (uint16_t)TH0 << 8 | TL0;
    TH0 = 0;
    TL0 = 0;
    TR0 = 1;
    next_edge(ticks);
}

/* Timer 0 overflow: too long a silence for any code. */
void ir_silence_isr(void) __interrupt(1)
{
    TR0 = 0;
    state = IDLE;
}

/* Prepares timer 0, INT0 and both interrupts; timer 1 is untouched. */
void ir_init(void)
{
    state = IDLE;
    key_known = 0;
    event = IR_NONE;
    TMOD = (TMOD & 0xF0) | 0x01;  /* timer 0: 16 bits */
    TR0 = 0;
    IT0 = 1;                      /* edge, not level */
    ET0 = 1;
    EX0 = 1;
    EA = 1;
}

/* Fetches what came since the last call; address and command are written unless it is IR_NONE. */
uint8_t ir_take(uint8_t *address, uint8_t *command)
{
    uint8_t taken;

    EX0 = 0;
    taken = event;
    if (taken != IR_NONE) {
        event = IR_NONE;
        *address = key_address;
        *command = key_command;
    }
    EX0 = 1;
    return taken;
}
