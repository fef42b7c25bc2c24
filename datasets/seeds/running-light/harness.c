#define FEEDS 120
#define EVENTS 1500 /* of the whole show: fewer than 200 slices */
#define TCON_ADDRESS SIM_SFR(0x88)
#define TMOD_ADDRESS SIM_SFR(0x89)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define TH0_ADDRESS SIM_SFR(0x8C)

static uint8_t slices_at_start, written_at_start;
static uint8_t events; /* after which the beginning is looked at */

/* Key presses by slice: held 1, 9 and 2 slices; the key is read once a slice. */
static uint8_t key_down(uint8_t slice)
{
    return slice == 23 || (slice >= 58 && slice < 67) || slice == 100 || slice == 101;
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
    uint8_t slices = (uint8_t)SIM_WRITES(TH0_ADDRESS);
    uint8_t written = (uint8_t)SIM_WRITES(HOLE_LED_ADDRESS);
    uint8_t before = 0;
    uint8_t steps = 0;
    uint8_t i;

    SIM_MARK(1);
    slices -= slices_at_start;
    written -= written_at_start;
    SIM_EXPECT(SIM_LATCH(TMOD_ADDRESS), 0xC1);
    for (i = 1; i < slices; i++) { /* the last one may be cut */
        SIM_EXPECT_WRITE(TCON_ADDRESS, 0x60); /* the one before has ended; stopped */
        SIM_EXPECT_WRITE(TCON_ADDRESS, 0x40);
        SIM_EXPECT_WRITE(TCON_ADDRESS, 0x50); /* only now it runs, without the old flag */
        SIM_EXPECT_WRITE(TH0_ADDRESS, HOLE_RELOAD >> 8);
        SIM_EXPECT_WRITE(TL0_ADDRESS, HOLE_RELOAD & 0xFF);
    }
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

/* The whole show, with the key. */
static void show(void)
{
    uint8_t i;

    TMOD = 0xCC;
    TCON = 0x70; /* overflown and running; timer 1 is somebody else's */
    for (i = 1; i <= FEEDS; i++)
        SIM_FEED(SIM_P3, (uint8_t)(key_down(i) ? ~(1 << HOLE_KEY_BIT) : 1 << HOLE_KEY_BIT));
    SIM_SKIP_WRITES(TCON_ADDRESS);
    SIM_SKIP_WRITES(TH0_ADDRESS);
    SIM_SKIP_WRITES(TL0_ADDRESS);
    SIM_SKIP_WRITES(HOLE_LED_ADDRESS);
    slices_at_start = (uint8_t)SIM_WRITES(TH0_ADDRESS);
    written_at_start = (uint8_t)SIM_WRITES(HOLE_LED_ADDRESS);
    SIM_CUT_AFTER(EVENTS, finish);
    program_main();
}

static void begin(void);

/* At any moment: a running timer has its mode and all of its count, and others' bits are as they were. */
static void look(void)
{
    uint8_t control = (uint8_t)SIM_LATCH(TCON_ADDRESS);

    SIM_EXPECT(control & 0x40, 0x40);
    SIM_EXPECT(SIM_LATCH(TMOD_ADDRESS) & 0xF0, 0x00);
    if ((control & 0x30) == 0x10) {
        SIM_EXPECT(SIM_LATCH(TMOD_ADDRESS), 0x01);
        SIM_EXPECT(SIM_LATCH(TH0_ADDRESS), HOLE_RELOAD >> 8);
        SIM_EXPECT(SIM_LATCH(TL0_ADDRESS), HOLE_RELOAD & 0xFF);
    }
    if (++events > 12)
        show();
    begin();
}

/* The beginning again, one event further than the last time. */
static void begin(void)
{
    TMOD = 0x0C;
    TCON = 0x60;
    TH0 = (uint8_t)~(HOLE_RELOAD >> 8);
    TL0 = (uint8_t)~(HOLE_RELOAD & 0xFF);
    SIM_CUT_AFTER(events, look);
    program_main();
}

void main(void)
{
    events = 1;
    begin();
}
