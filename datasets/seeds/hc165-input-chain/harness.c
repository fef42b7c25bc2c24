#define PORT SIM_SFR(HOLE_PORT_SFR)
#define LOAD_MASK (uint8_t)(1u << HOLE_LOAD_BIT)
#define CLOCK_MASK (uint8_t)(1u << HOLE_CLOCK_BIT)
#define DATA_MASK (uint8_t)(1u << HOLE_DATA_BIT)

static uint8_t latch;
static uint8_t pins[HOLE_CHIPS];   /* what the inputs are at the moment */
static uint8_t wanted[HOLE_CHIPS]; /* their debounced state */
static uint8_t changes[HOLE_CHIPS];
static __xdata uint8_t streak[8 * HOLE_CHIPS]; /* readings in a row that differ */

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void feed(void)
{
    uint8_t i;
    uint8_t mask;

    for (i = 0; i < HOLE_CHIPS; i++) {
        for (mask = 0x80; mask; mask >>= 1)
            SIM_FEED(PORT, pins[i] & mask ? DATA_MASK : 0xFF & ~DATA_MASK); /* other pins mean nothing */
    }
}

static void expect_chain(void)
{
    uint8_t i;

    line(LOAD_MASK, 0);
    line(LOAD_MASK, 1);
    for (i = 0; i < 8 * HOLE_CHIPS; i++) {
        line(CLOCK_MASK, 1);
        line(CLOCK_MASK, 0);
    }
    SIM_EXPECT_NO_WRITE(PORT);
}

static void start(void)
{
    uint8_t i;

    feed();
    inputs_init();
    line(LOAD_MASK, 1);
    line(CLOCK_MASK, 0);
    line(DATA_MASK, 1);
    expect_chain();
    for (i = 0; i < HOLE_CHIPS; i++) {
        wanted[i] = pins[i];
        changes[i] = 0;
    }
    for (i = 0; i < 8 * HOLE_CHIPS; i++)
        streak[i] = 0;
}

/* One reading, and what must follow from it, input by input. */
static void tick(void)
{
    uint8_t i;
    uint8_t bit;

    feed();
    inputs_tick();
    SIM_SKIP_WRITES(PORT);
    for (i = 0; i < HOLE_CHIPS; i++) {
        for (bit = 0; bit < 8; bit++) {
            if (!((pins[i] ^ wanted[i]) >> bit & 1)) {
                streak[8 * i + bit] = 0;
            } else if (++streak[8 * i + bit] == 4) {
                streak[8 * i + bit] = 0;
                wanted[i] ^= 1 << bit;
                changes[i] |= 1 << bit;
            }
        }
        SIM_EXPECT(inputs_state(i), wanted[i]);
    }
}

static void ask(void)
{
    uint8_t i;

    for (i = 0; i < HOLE_CHIPS; i++) {
        SIM_EXPECT(inputs_changed(i), changes[i]);
        SIM_EXPECT(inputs_changed(i), 0);
        changes[i] = 0;
    }
}

static void ticks(uint8_t count)
{
    while (count--)
        tick();
}

void main(void)
{
    uint8_t i;
    uint8_t n;

    latch = 0xFF & ~LOAD_MASK & ~DATA_MASK;
    SIM_HOLD(PORT, 0xFF);
#if HOLE_PORT_SFR == 0x90
    P1 = latch;
#else
    P2 = latch;
#endif
    SIM_SKIP_WRITES(PORT);
    for (i = 0; i < HOLE_CHIPS; i++) {
        pins[i] = 0xC5 ^ (i * 0x39);
        count_low[i] = 0xFF;
        count_high[i] = 0xFF;
        news[i] = 0xFF;
    }
    start();
    ask();
    feed();
    inputs_tick();
    expect_chain();
    SIM_EXPECT(inputs_state(0), pins[0]);
    SIM_EXPECT(inputs_state(HOLE_CHIPS - 1), pins[HOLE_CHIPS - 1]);

    SIM_MARK(1); /* beyond the chain there is nothing */
    SIM_EXPECT(inputs_state(HOLE_CHIPS), 0);
    SIM_EXPECT(inputs_state(255), 0);
    SIM_EXPECT(inputs_changed(HOLE_CHIPS), 0);
    SIM_EXPECT(inputs_changed(255), 0);

    SIM_MARK(2); /* three readings are too few, and do not add up with later ones */
    pins[0] ^= 0x81;
    ticks(3);
    pins[0] ^= 0x81;
    ticks(1);
    pins[0] ^= 0x80;
    ticks(3);
    ask();
    ticks(1);
    ask();
    ticks(2);
    ask();

    SIM_MARK(3); /* all inputs of the last chip, there and back: one change to report */
    pins[HOLE_CHIPS - 1] ^= 0xFF;
    ticks(4);
    pins[HOLE_CHIPS - 1] ^= 0xFF;
    ticks(4);
    ask();

    SIM_MARK(4); /* two inputs of one chip, one reading apart */
    pins[0] ^= 0x10;
    tick();
    pins[0] ^= 0x08;
    ticks(3);
    ask();
    tick();
    ask();

    SIM_MARK(5); /* noise: each input by itself */
    for (n = 0; n < 20; n++) {
        for (i = 0; i < HOLE_CHIPS; i++)
            pins[i] = (uint8_t)(wanted[i] ^ (SIM_DRAW(0, 255) | SIM_DRAW(0, 254)));
        tick();
        if (n % 5 == 4)
            ask();
    }

    SIM_MARK(6); /* started again: the inputs count as they are, half-made changes are forgotten */
    pins[0] = ~wanted[0];
    ticks(2);
    pins[0] ^= 0x0F;
    start();
    ask();
    pins[0] ^= 0x55;
    ticks(3);
    ask();
    tick();
    ask();
    SIM_DONE();
}
