static int32_t ideal; /* the output times ONE, by signed division */
static uint8_t begun;
static int32_t one;
static int32_t smooth;

static void feed(uint16_t sample)
{
    int32_t x = sample > HOLE_SAMPLE_MAX ? HOLE_SAMPLE_MAX : sample;

    if (begun)
        ideal += (x * one - ideal) / smooth;
    else
        ideal = x * one;
    begun = 1;
    SIM_EXPECT(filter_step(sample), (uint16_t)((2 * ideal + one) / (2 * one)));
    SIM_EXPECT(filter_value(), (uint16_t)((2 * ideal + one) / (2 * one)));
}

static void start(void)
{
    filter_init();
    begun = 0;
    SIM_EXPECT(filter_value(), 0);
}

/* Steady input: once arrived the output is the input itself and stays there. */
static void settle(uint16_t sample)
{
    uint16_t i;

    for (i = 0; i < 16u * HOLE_SMOOTH; i++)
        filter_step(sample);
    for (i = 0; i < 3; i++) {
        SIM_EXPECT(filter_step(sample), sample);
    }
    SIM_EXPECT(filter_value(), sample);
}

void main(void)
{
    uint8_t i;

    one = HOLE_ONE;
    smooth = HOLE_SMOOTH;
    filter_step(HOLE_SAMPLE_MAX); /* somebody's old state */
    start();
    SIM_MARK(1); /* the first sample as it is */
    feed(0);
    feed(1);
    start();
    feed(HOLE_SAMPLE_MAX);
    feed(HOLE_SAMPLE_MAX);
    SIM_MARK(2); /* limits, and what lies beyond */
    feed(HOLE_SAMPLE_MAX - 1);
    feed(HOLE_SAMPLE_MAX + 1);
    feed(0);
    feed(0xFFFF);
    feed(0x8000);
    start();
    feed(HOLE_SAMPLE_MAX + 1);
    start();
    feed(0xFFFF);

    SIM_MARK(3); /* full swing down and up, each step by the formula */
    for (i = 0; i < 40; i++)
        feed(0);
    for (i = 0; i < 40; i++)
        feed(HOLE_SAMPLE_MAX);
    for (i = 0; i < 12; i++)
        feed(i & 1 ? 7 : HOLE_SAMPLE_MAX / 2);

    SIM_MARK(4); /* arrives from below and from above, at the ends too */
    settle(100);
    settle(101);
    settle(100);
    settle(HOLE_SAMPLE_MAX);
    settle(HOLE_SAMPLE_MAX - 1);
    settle(0);
    settle(1);

    start();
    for (i = 0; i < 24; i++) {
        SIM_MARK(10 + i);
        feed((uint16_t)SIM_DRAW(0, HOLE_SAMPLE_MAX + 2));
    }
    SIM_DONE();
}
