#define FEEDS 80

/* Key presses by slice: held 1, 9 and 2 slices; the key is read once a slice. */
static uint8_t key_down(uint8_t slice)
{
    return slice == 23 || (slice >= 40 && slice < 49) || slice == 70 || slice == 71;
}

static uint8_t slices_at(uint8_t slice)
{
    uint8_t i;
    uint8_t presses = 0;

    for (i = 1; i < slice && i <= FEEDS; i++)
        if (key_down(i) && !key_down(i - 1))
            presses++;
    switch (presses % 3) {
    case 0:
        return HOLE_SLOW_MS / 20;
    case 1:
        return HOLE_MIDDLE_MS / 20;
    default:
        return HOLE_FAST_MS / 20;
    }
}

static uint8_t lit(uint8_t step)
{
    step %= 23;
    if (step < 8)
        return 1 << step;
    if (step < 14)
        return 0x80 >> (step - 7);
    return step == 22 ? 0 : 0xFF >> (21 - step);
}

static void finish(void)
{
    uint8_t slices = (uint8_t)SIM_WRITES(SIM_SFR(0x8C));
    uint8_t written = (uint8_t)SIM_WRITES(HOLE_LED_ADDRESS);
    uint8_t before = 0;
    uint8_t steps = 0;

    SIM_MARK(1);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x89)), 0xC1);
    SIM_EXPECT_WRITE(SIM_SFR(0x8C), HOLE_RELOAD >> 8);
    SIM_EXPECT_WRITE(SIM_SFR(0x8A), HOLE_RELOAD & 0xFF);
    while (before < slices) {
        SIM_EXPECT_WRITE(HOLE_LED_ADDRESS, 0xFF ^ lit(steps));
        steps++;
        before += slices_at(before + 1);
    }
    if (written > steps && before == slices)
        steps++; /* cut between the step and its first slice */
    SIM_EXPECT(written, steps);
    SIM_EXPECT(steps >= 24, 1);
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    SIM_DONE();
}

void main(void)
{
    uint8_t i;

    TMOD = 0xCC;
    for (i = 1; i <= FEEDS; i++)
        SIM_FEED(SIM_P3, (uint8_t)(key_down(i) ? ~(1 << HOLE_KEY_BIT) : 1 << HOLE_KEY_BIT));
    SIM_CUT_AFTER(1300, finish);
    program_main();
}
