/* 4x4 matrix keypad: row scan, one key at a time, several at once are refused. */
#include <8052.h>
#include <stdint.h>

#define KEYPAD P1
#define ROW_SHIFT 0    /* the four rows, driven low one by one */
#define COLUMN_SHIFT 4 /* the four columns, read back; low = key closed */
#define STABLE_SCANS 3 /* scans that must agree before they count */

#define SIZE 4
#define NO_KEY 0xFF
#define MANY_KEYS 0xFE

static const __code char labels[] = "123A456B789C*0#D";

static uint8_t last;   /* the previous raw scan */
static uint8_t agreed; /* how many scans in a row gave it, up to STABLE_SCANS */
static uint8_t armed;  /* all keys have been up since the last report */

void keypad_init(void)
{
    KEYPAD = 0xFF;
    last = NO_KEY;
    agreed = STABLE_SCANS;
    armed = 1;
}

/* One look at all keys: its number (4 * row + column), NO_KEY or MANY_KEYS. */
uint8_t keypad_scan(void)
{
    uint8_t found = NO_KEY;
    uint8_t row;
    uint8_t column;
    uint8_t closed;

    for (row = 0; row < SIZE; row++) {
        KEYPAD = (uint8_t)~(1 << (ROW_SHIFT + row));
        closed = (uint8_t)~KEYPAD >> COLUMN_SHIFT & 0x0F;
        for (column = 0; closed != 0; column++) {
            if (closed & 1) {
                if (found == NO_KEY)
                    found = SIZE * row + column;
                else
                    found = MANY_KEYS;
            }
            closed >>= 1;
        }
    }
    KEYPAD = 0xFF;
    return found;
}

/* Call every 5 to 10 ms: the label of a newly pressed key, once a press, else 0. */
char keypad_get(void)
{
    uint8_t now = keypad_scan();

    if (now != last) {
        last = now;
        agreed = 1;
        return 0;
    }
    if (agreed >= STABLE_SCANS)
        return 0;
    if (++agreed < STABLE_SCANS)
        return 0;

    switch (now) {
    case NO_KEY:
        armed = 1;
        return 0;
    case MANY_KEYS: /* with three keys down a fourth seems to be: nothing here can be believed */
        armed = 0;
        return 0;
    default:
        if (!armed)
            return 0;
        armed = 0;
        return labels[now];
    }
}
