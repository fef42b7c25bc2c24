#define ASF SIM_SFR(0x9D)
#define CONTR SIM_SFR(0xBC)
#define RES SIM_SFR(0xBD)
#define BASE (0x80 + HOLE_CHANNEL)

/* The window of each sample as a walk over all codes: which key, 0 for none, 99 for no window at all. */
static uint8_t meaning(uint8_t code)
{
    int16_t at;
    uint8_t key = 1;

    for (at = 0; at <= 255; at += 51) {
        if (code >= at - HOLE_TOLERANCE && code <= at + HOLE_TOLERANCE)
            return at == 255 ? 0 : key;
        key++;
    }
    return 99;
}

static uint8_t last[HOLE_AGREEING]; /* the meanings of the latest samples */
static uint8_t down;

static uint8_t expected(uint8_t sample)
{
    uint8_t i;

    for (i = HOLE_AGREEING - 1; i > 0; i--)
        last[i] = last[i - 1];
    last[0] = sample;
    for (i = 1; i < HOLE_AGREEING; i++)
        if (last[i] != sample)
            return 0;
    if (sample == 99 || sample == down)
        return 0;
    down = sample;
    return sample;
}

static void one(uint8_t ready, uint8_t code)
{
    SIM_FEED(CONTR, ready ? BASE | 0x10 : (uint8_t)(BASE | 0x68)); /* without the flag other bits may be set */
    SIM_HOLD(RES, code);
    SIM_EXPECT(keys_tick(), expected(ready ? meaning(code) : 99));
    SIM_EXPECT(keys_held(), down);
    SIM_EXPECT_WRITE(CONTR, BASE | 0x08);
    SIM_EXPECT_NO_WRITE(CONTR);
}

static void ticks(uint8_t count, uint8_t code)
{
    while (count--)
        one(1, code);
}

/* One wall of a window: outside it is nothing, inside it is the key; each from a state that would show the other. */
static void wall(uint8_t code, uint8_t inside, uint8_t outside)
{
    if ((inside > 127) != (code > 127))
        return; /* beyond the end of the scale */
    ticks(HOLE_AGREEING, code == 255 ? 102 : 255);
    ticks(HOLE_AGREEING, outside);
    ticks(HOLE_AGREEING, inside);
}

static void start(uint8_t analogue)
{
    uint8_t i;

    P1ASF = (uint8_t)(analogue & ~HOLE_CHANNEL_MASK);
    SIM_SKIP_WRITES(ASF);
    keys_init();
    SIM_EXPECT_WRITE(ASF, analogue | HOLE_CHANNEL_MASK); /* the other analogue inputs stay */
    SIM_EXPECT_NO_WRITE(ASF);
    SIM_EXPECT_WRITE(CONTR, BASE);
    SIM_EXPECT_NO_WRITE(CONTR);
    SIM_EXPECT(keys_held(), 0);
    for (i = 0; i < HOLE_AGREEING; i++)
        last[i] = 98;
    down = 0;
}

void main(void)
{
    uint8_t i, key, code;

    SIM_MARK(1);
    start(0x81);
    one(0, 0); /* nothing was started yet: the old result means nothing */
    ticks(HOLE_AGREEING, 255);

    SIM_MARK(2); /* each key once, released in between, the event at the last agreeing sample */
    for (key = 1; key <= 5; key++) {
        code = (uint8_t)(51 * (key - 1));
        ticks(HOLE_AGREEING - 1, code);
        SIM_EXPECT(keys_held(), 0);
        one(1, code);
        SIM_EXPECT(keys_held(), key);
        ticks(3, code);
        ticks(HOLE_AGREEING + 1, 255);
        SIM_EXPECT(keys_held(), 0);
    }

    SIM_MARK(3); /* the walls of each window, inside and outside */
    for (key = 0; key < 6; key++) {
        code = (uint8_t)(51 * key);
        wall(code, (uint8_t)(code - HOLE_TOLERANCE), (uint8_t)(code - HOLE_TOLERANCE - 1));
        wall(code, (uint8_t)(code + HOLE_TOLERANCE), (uint8_t)(code + HOLE_TOLERANCE + 1));
    }
    ticks(HOLE_AGREEING, 254);
    SIM_EXPECT(keys_held(), 0);

    SIM_MARK(4); /* a sample that means nothing, or none, begins the count again */
    ticks(HOLE_AGREEING - 1, 102);
    one(0, 102);
    ticks(HOLE_AGREEING - 1, 102);
    one(1, 102 + HOLE_TOLERANCE + 1);
    ticks(HOLE_AGREEING - 1, 104);
    SIM_EXPECT(keys_held(), 0);
    one(1, 102 - HOLE_TOLERANCE); /* samples of one key need not be equal */
    SIM_EXPECT(keys_held(), 3);
    for (i = 0; i < HOLE_AGREEING + 1; i++)
        one(0, 255); /* the key stays down while nothing is known */
    SIM_EXPECT(keys_held(), 3);

    SIM_MARK(5); /* from one key straight to another, and held for very long */
    ticks(HOLE_AGREEING, 0);
    SIM_EXPECT(keys_held(), 1);
    for (i = 0; i < 255; i++)
        one(1, 3);
    ticks(3, 3);
    ticks(HOLE_AGREEING, 250);

    SIM_MARK(6); /* a new start forgets the key and the samples before it */
    ticks(HOLE_AGREEING + 2, 204);
    ticks(HOLE_AGREEING - 1, 51);
    start(0x7E);
    one(1, 51);
    ticks(HOLE_AGREEING - 1, 51);
    SIM_EXPECT(keys_held(), 2);

    for (i = 0; i < 20; i++) {
        SIM_MARK(10 + i);
        code = (uint8_t)SIM_DRAW(0, 255);
        ticks((uint8_t)SIM_DRAW(HOLE_AGREEING - 1, HOLE_AGREEING + 1), code);
        if (i & 1)
            one((uint8_t)SIM_DRAW(0, 1), code);
    }
    SIM_DONE();
}
