#define DOWN_PINS (0xFF & ~(1 << HOLE_KEY_BIT))
#define HOLD_AFTER (HOLE_HOLD_MS / HOLE_TICK_MS)

/* The expectation: a walk between two walls. */
static int8_t walk;
static uint8_t is_down;
static uint16_t since;

static uint8_t expected(uint8_t low)
{
    walk += low ? 1 : -1;
    if (walk < 0)
        walk = 0;
    if (walk > HOLE_FULL)
        walk = HOLE_FULL;
    if (is_down && walk == 0) {
        is_down = 0;
        return 2;
    }
    if (!is_down && walk == HOLE_FULL) {
        is_down = 1;
        since = 0;
        return 1;
    }
    if (is_down) {
        since++;
        if (since == HOLD_AFTER)
            return 3;
    }
    return 0;
}

static void ticks(uint8_t low, uint16_t count)
{
    SIM_HOLD(SIM_P3, low ? DOWN_PINS : 0xFF);
    while (count--) {
        SIM_EXPECT(key_tick(), expected(low));
    }
    SIM_EXPECT(key_is_down(), is_down);
}

void main(void)
{
    uint8_t i;

    P3 = 0xFF & ~(1 << HOLE_KEY_BIT); /* somebody left the latch low */
    key_init();
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    ticks(0, 2);
    SIM_MARK(1); /* other pins mean nothing */
    SIM_HOLD(SIM_P3, 1 << HOLE_KEY_BIT);
    for (i = 0; i <= HOLE_FULL; i++)
        SIM_EXPECT(key_tick(), 0);

    SIM_MARK(2); /* one sample too few, then bounce */
    ticks(1, HOLE_FULL - 1);
    ticks(0, HOLE_FULL);
    ticks(1, 1);
    ticks(0, 1);
    ticks(1, HOLE_FULL - 1);
    ticks(0, 1);
    ticks(1, 1);
    SIM_EXPECT(key_is_down(), 0);
    SIM_MARK(3); /* down, a chatter that does not release, held once, up */
    ticks(1, 1);
    SIM_EXPECT(key_is_down(), 1);
    ticks(0, HOLE_FULL - 1);
    ticks(1, HOLD_AFTER + 3);
    ticks(0, HOLE_FULL - 1);
    ticks(1, 2);
    ticks(0, HOLE_FULL + 2);
    SIM_MARK(4); /* held starts anew, and comes once however long it lasts */
    ticks(1, HOLE_FULL + HOLD_AFTER + 260);
    key_init();
    SIM_EXPECT(key_is_down(), 0);
    walk = 0;
    is_down = 0;
    for (i = 0; i < 24; i++) {
        SIM_MARK(5 + i);
        ticks(i & 1, (uint8_t)SIM_DRAW(0, HOLE_FULL + 2));
    }
    SIM_DONE();
}
