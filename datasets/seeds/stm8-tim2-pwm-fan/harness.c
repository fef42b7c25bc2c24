#define REG(address) (*(volatile uint8_t *)(address))
#define H SIM_REG(0x530F)
#define L SIM_REG(0x5310)
#define MIN HOLE_MIN_PERCENT
#define STEP HOLE_STEP_PERCENT

static uint8_t now; /* the expectation */
static uint8_t wanted;

/* The duty in counts, by addition: each percent is a hundredth of the period, fractions are cut off at the end. */
static void expect_duty(uint8_t percent)
{
    uint8_t hundredths = 0;
    uint16_t compare = 0;

    while (percent--) {
        compare += HOLE_PERIOD_TEXT / 100;
        hundredths += HOLE_PERIOD_TEXT % 100;
        if (hundredths >= 100) {
            hundredths -= 100;
            compare++;
        }
    }
    SIM_EXPECT_WRITE(H, compare >> 8);
    SIM_EXPECT_WRITE(L, compare & 0xFF);
}

static void expect_quiet(void)
{
    SIM_EXPECT_NO_WRITE(H);
    SIM_EXPECT_NO_WRITE(L);
    SIM_EXPECT(fan_percent(), now);
}

/* A walk in single percents over the values that there are: 0, and from the minimum on. */
static uint8_t next_of(uint8_t from)
{
    uint8_t left = STEP;

    if (from == 0 && wanted != 0)
        return MIN;
    if (from == MIN && wanted == 0)
        return 0;
    while (left-- && from != wanted && !(from == MIN && wanted < MIN))
        from = from < wanted ? from + 1 : from - 1;
    return from;
}

static void tick(void)
{
    uint8_t next = next_of(now);

    fan_tick();
    if (next != now)
        expect_duty(next);
    now = next;
    expect_quiet();
}

static void set(uint8_t percent, uint8_t means)
{
    fan_set(percent);
    wanted = means;
    expect_quiet();
}

static void ticks(uint8_t count)
{
    while (count--)
        tick();
}

static void start(uint8_t dirt)
{
    REG(SIM_DDR('D')) = dirt;
    REG(SIM_CR1('D')) = dirt;
    REG(SIM_CR2('D')) = dirt;
    REG(SIM_REG(0x5300)) = dirt;
    REG(SIM_REG(0x530C)) = 7;
    REG(SIM_REG(0x5308)) = dirt;
    SIM_SKIP_WRITES(SIM_REG(0x5300));
    SIM_SKIP_WRITES(SIM_REG(0x5308));
    SIM_SKIP_WRITES(H);
    SIM_SKIP_WRITES(L);
    fan_init();
    SIM_EXPECT_WRITE(SIM_REG(0x5300), 0x00);
    SIM_EXPECT_WRITE(SIM_REG(0x5300), 0x81);
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x530C)), 0);
    SIM_EXPECT_WRITE(SIM_REG(0x530D), (HOLE_PERIOD_TEXT - 1) / 256);
    SIM_EXPECT_WRITE(SIM_REG(0x530E), (HOLE_PERIOD_TEXT - 1) % 256);
    SIM_EXPECT_WRITE(SIM_REG(0x5305), 0x68);
    SIM_EXPECT_WRITE(SIM_REG(0x5308), (dirt & 0xFC) | (dirt & 0xFD & 0x01) | 0x01);
    SIM_EXPECT_WRITE(SIM_REG(0x5304), 1);
    SIM_EXPECT(SIM_LATCH(SIM_DDR('D')), dirt | 0x10);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('D')), dirt | 0x10);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('D')), dirt | 0x10);
    expect_duty(0);
    now = 0;
    wanted = 0;
    expect_quiet();
}

void main(void)
{
    uint8_t i;
    uint8_t percent;

    fan_set(50);
    start(0x00);
    ticks(2);
    start(0xFF);
    start(0x52);

    SIM_MARK(1); /* up to full, some ticks more, down to off */
    set(100, 100);
    ticks(100 / STEP + 2);
    SIM_EXPECT(fan_percent(), 100);
    set(0, 0);
    ticks(100 / STEP + 3);
    SIM_EXPECT(fan_percent(), 0);

    SIM_MARK(2); /* the limits of what can be set */
    set(1, MIN);
    ticks(2);
    SIM_EXPECT(fan_percent(), MIN);
    set(MIN - 1, MIN);
    tick();
    set(MIN, MIN);
    tick();
    set(MIN + 1, MIN + 1);
    ticks(2);
    SIM_EXPECT(fan_percent(), MIN + 1);
    set(MIN, MIN);
    tick();
    SIM_EXPECT(fan_percent(), MIN);
    set(0, 0);
    tick();
    SIM_EXPECT(fan_percent(), 0);
    set(101, 100);
    ticks(100 / STEP + 1);
    SIM_EXPECT(fan_percent(), 100);
    set(99, 99);
    tick();
    set(255, 100);
    tick();

    SIM_MARK(3); /* distances of a step, one less and one more, near the minimum too */
    for (i = STEP - 1; i <= STEP + 1; i++) {
        set(60, 60);
        ticks(40);
        set(60 + i, 60 + i);
        ticks(2);
        set(60, 60);
        ticks(2);
        set(MIN + i, MIN + i);
        ticks(40);
        set(0, 0);
        ticks(3);
        SIM_EXPECT(fan_percent(), 0);
    }

    SIM_MARK(4); /* turning round on the way, and starting over in the middle of it */
    set(80, 80);
    ticks(5);
    set(0, 0);
    ticks(2);
    set(90, 90);
    ticks(3);
    start(0xA5);
    ticks(2);

    for (i = 0; i < 24; i++) {
        SIM_MARK(5 + i);
        percent = (uint8_t)SIM_DRAW(0, 100);
        set(percent, percent != 0 && percent < MIN ? MIN : percent);
        ticks((uint8_t)SIM_DRAW(0, 30));
    }
}
