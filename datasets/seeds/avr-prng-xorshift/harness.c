static uint16_t own; /* the generator by multiplication and division */

static void own_seed(uint16_t seed)
{
    own = seed;
}

static uint16_t own_next(void)
{
    own ^= (uint16_t)(own * (1UL << HOLE_SHIFT_A));
    own ^= own / (1U << HOLE_SHIFT_B);
    own ^= (uint16_t)(own * (1UL << HOLE_SHIFT_C));
    return own;
}

/* The state before which this number comes. */
static uint16_t before(uint16_t number)
{
    uint16_t state_;
    uint8_t k;

    state_ = number;
    for (k = HOLE_SHIFT_C; k < 16; k += HOLE_SHIFT_C)
        state_ ^= (uint16_t)(number << k);
    number = state_;
    for (k = HOLE_SHIFT_B; k < 16; k += HOLE_SHIFT_B)
        state_ ^= number >> k;
    number = state_;
    for (k = HOLE_SHIFT_A; k < 16; k += HOLE_SHIFT_A)
        state_ ^= (uint16_t)(number << k);
    return state_;
}

/* 65535 numbers in equal shares from 0 on; who gets a number of the rest draws again. */
static uint16_t own_below(uint32_t limit)
{
    uint32_t share = 65535UL / limit;
    uint32_t number;

    do
        number = own_next() - 1;
    while (number >= share * limit);
    return (uint16_t)(number / share);
}

static void start(uint16_t seed)
{
    rng_seed(seed);
    own_seed(seed ? seed : HOLE_START_NUMBER);
}

static void below(uint16_t limit, uint8_t times)
{
    while (times--)
        SIM_EXPECT(rng_below(limit), own_below(limit));
}

/* The last number that still counts, and the first one after which another is drawn. */
static void edges(uint16_t limit)
{
    uint16_t last = 65535U / limit * limit;

    start(before(1));
    below(limit, 1);
    start(before(last));
    SIM_EXPECT(rng_below(limit), limit - 1);
    own_next();
    if (last != 65535U) {
        start(before(last + 1));
        below(limit, 2);
    }
    start(before(65535U));
    below(limit, 2);
}

static void between(int16_t low, int16_t high, uint8_t times)
{
    uint32_t width = (uint32_t)((int32_t)high - low);

    while (times--)
        SIM_EXPECT((uint16_t)rng_between(low, high), (uint16_t)(low + own_below(width + 1)));
}

/* Draws nothing: the next number is the one that would have come anyway. */
static void untouched(void)
{
    SIM_EXPECT(rng_next(), own_next());
}

void main(void)
{
    uint8_t items[20];
    uint8_t mine[20];
    uint8_t i;
    uint8_t k;
    uint8_t n;
    uint8_t other;
    uint8_t kept;
    uint16_t seed;
    uint16_t limit;

    SIM_MARK(1); /* without a seed, with the seed 0, and with others */
    own_seed(HOLE_START_NUMBER);
    for (i = 0; i < 10; i++)
        untouched();
    start(0);
    for (i = 0; i < 10; i++)
        untouched();
    start(1);
    for (i = 0; i < 100; i++)
        untouched();
    start(0x8000);
    for (i = 0; i < 20; i++)
        untouched();
    for (i = 0; i < 8; i++) {
        seed = (uint16_t)SIM_DRAW(1, 0xFFFF);
        start(seed);
        untouched();
        untouched();
    }

    SIM_MARK(2); /* stirring changes the state, and never makes it 0 */
    start(0x1234);
    rng_stir(0);
    untouched();
    start(0x1234);
    rng_stir(0x00FF);
    own_seed(0x12CB);
    untouched();
    start(0x5678);
    rng_stir(0x5678);
    own_seed(HOLE_START_NUMBER);
    untouched();

    SIM_MARK(3); /* ranges, up to those that leave half of the numbers over */
    start(77);
    SIM_EXPECT(rng_below(0), 0);
    untouched();
    below(1, 3);
    below(2, 20);
    below(3, 20);
    below(6, 40);
    below(10, 40);
    below(100, 20);
    below(255, 10);
    below(256, 10);
    below(257, 10);
    below(1000, 10);
    below(32767, 10);
    below(32768U, 20);
    below(40000U, 20);
    below(43691U, 20);
    below(65534U, 10);
    below(65535U, 10);
    for (i = 0; i < 20; i++) {
        limit = (uint16_t)SIM_DRAW(1, 0xFFFF);
        below(limit, 3);
    }
    edges(1);
    edges(2);
    edges(7);
    edges(10);
    edges(1000);
    edges(40000U);
    edges(65534U);
    edges(65535U);

    SIM_MARK(4); /* between two numbers, negative ones too */
    start(4711);
    between(1, 6, 40);
    between(-3, 3, 30);
    between(-1, 0, 10);
    between(-100, -90, 20);
    between(-32768, -32767, 5);
    between(32766, 32767, 5);
    between(-20000, 20000, 10);
    between(-32768, 32766, 10);
    between(-32767, 32767, 10);
    SIM_EXPECT((uint16_t)rng_between(5, 5), 5);
    SIM_EXPECT((uint16_t)rng_between(-32768, -32768), 0x8000);
    SIM_EXPECT((uint16_t)rng_between(6, 5), 6);
    SIM_EXPECT((uint16_t)rng_between(32767, -32768), 32767);
    SIM_EXPECT((uint16_t)rng_between(20000, -20000), 20000);
    SIM_EXPECT((uint16_t)rng_between(-32768, 32767), 0x8000);
    untouched();

    SIM_MARK(5); /* chances */
    start(99);
    for (i = 0; i < 40; i++) {
        k = i < 20 ? 50 : 5 * i - 100;
        SIM_EXPECT(rng_chance(k), own_below(100) < k);
    }
    for (i = 0; i < 40; i++) {
        SIM_EXPECT(rng_chance(1), own_below(100) < 1);
        SIM_EXPECT(rng_chance(0), 0);
        own_below(100);
        SIM_EXPECT(rng_chance(100), 1);
        own_below(100);
        SIM_EXPECT(rng_chance(99), own_below(100) < 99);
    }
    SIM_EXPECT(rng_chance(255), 1);
    own_below(100);

    SIM_MARK(6); /* shuffling: from the last place down; nothing to do for none and for one */
    for (n = 0; n < 20; n = n * 2 + 1) {
        for (k = 0; k < 2; k++) {
            for (i = 0; i < 20; i++)
                items[i] = mine[i] = (uint8_t)(100 + i);
            rng_shuffle(items + 1, n);
            for (i = n; i > 1; i--) {
                other = (uint8_t)own_below(i);
                kept = mine[i];
                mine[i] = mine[1 + other];
                mine[1 + other] = kept;
            }
            for (i = 0; i < 20; i++)
                SIM_EXPECT(items[i], mine[i]);
            untouched();
        }
    }
    SIM_DONE();
}
