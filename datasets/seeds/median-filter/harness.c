#define COUNT (1 << HOLE_AVERAGE_SHIFT)

static __xdata uint16_t recent[HOLE_MEDIAN_WINDOW]; /* newest first */
static __xdata uint16_t middles[COUNT];

static void start(uint16_t value)
{
    uint8_t i;

    for (i = 0; i < HOLE_MEDIAN_WINDOW; i++)
        recent[i] = value;
    for (i = 0; i < COUNT; i++)
        middles[i] = value;
    filter_reset(value);
}

/* The median is the value with no more than half of the others below it and no more than half above it. */
static uint16_t middle(void)
{
    uint8_t i;
    uint8_t j;
    uint8_t below;
    uint8_t above;
    uint16_t value;

    for (i = 0; i < HOLE_MEDIAN_WINDOW; i++) {
        value = recent[i];
        below = above = 0;
        for (j = 0; j < HOLE_MEDIAN_WINDOW; j++) {
            if (recent[j] < value)
                below++;
            else if (recent[j] > value)
                above++;
        }
        if (below <= HOLE_MEDIAN_WINDOW / 2 && above <= HOLE_MEDIAN_WINDOW / 2)
            return value;
    }
    return 0xFFFF;
}

static void push(uint16_t sample)
{
    uint8_t i;
    uint32_t total = COUNT / 2;

    for (i = HOLE_MEDIAN_WINDOW - 1; i > 0; i--)
        recent[i] = recent[i - 1];
    recent[0] = sample;
    for (i = COUNT - 1; i > 0; i--)
        middles[i] = middles[i - 1];
    middles[0] = middle();
    for (i = 0; i < COUNT; i++)
        total += middles[i];
    SIM_EXPECT(filter_push(sample), (uint16_t)(total >> HOLE_AVERAGE_SHIFT));
}

void main(void)
{
    uint8_t i;

    SIM_MARK(1); /* a spike shorter than half the window leaves no trace */
    start(1000);
    for (i = 0; i < HOLE_MEDIAN_WINDOW / 2; i++)
        SIM_EXPECT(filter_push((i & 1) ? 0 : 4095), 1000);
    SIM_EXPECT(filter_push(1000), 1000);

    SIM_MARK(2); /* a step gets through */
    start(0);
    for (i = 0; i < HOLE_MEDIAN_WINDOW / 2 + 2; i++)
        push(4095);
    SIM_MARK(3); /* a sum of full-scale values does not overflow */
    start(4095);
    push(4095);
    push(4094);
    SIM_MARK(4); /* one off in the middle: rounding */
    start(10);
    for (i = 0; i < HOLE_MEDIAN_WINDOW / 2 + 1 + COUNT / 2; i++)
        push(11);
    for (i = 0; i < 14; i++) {
        SIM_MARK(10 + i);
        push((uint16_t)SIM_DRAW(0, 4095));
    }
    SIM_DONE();
}
