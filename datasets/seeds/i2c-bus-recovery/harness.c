#define PORT SIM_SFR(HOLE_PORT_SFR)
#define SDA_MASK (uint8_t)(1u << HOLE_SDA_BIT)
#define SCL_MASK (uint8_t)(1u << HOLE_SCL_BIT)

#define BOTH (SDA_MASK | SCL_MASK) /* the other pins are low and mean nothing */
#define NO_SDA SCL_MASK
#define NO_SCL SDA_MASK

enum { IS_FREE, IS_SDA_STUCK, IS_SCL_STUCK };

static uint8_t latch;
static uint8_t found; /* SDA low */

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void pins(uint8_t level, uint8_t times)
{
    while (times--)
        SIM_FEED(PORT, level);
}

static void expect_released(void)
{
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT(latch & BOTH, BOTH);
    SIM_EXPECT(bus_recoveries(), found);
}

static void expect_clocks(uint8_t count)
{
    while (count--) {
        line(SCL_MASK, 0);
        line(SCL_MASK, 1);
    }
}

static void expect_stop(void)
{
    line(SCL_MASK, 0);
    line(SDA_MASK, 0);
    line(SCL_MASK, 1);
    line(SDA_MASK, 1);
}

/* A slave that lets go of SDA after so many clocks; SCL is looked at stretch times in vain in each. */
static void frees_after(uint8_t clocks, uint8_t stretch)
{
    uint8_t i;

    pins(NO_SDA, 2); /* SCL, SDA */
    for (i = 0; i < clocks; i++) {
        pins(NO_SDA, 1);
        pins(0, stretch);
        pins(NO_SDA, 1);
    }
    pins(BOTH, 1);
    pins(0, stretch);
    pins(BOTH, 2);
    SIM_EXPECT(bus_prepare(), IS_FREE);
    if (found < 255)
        found++;
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    expect_clocks(clocks);
    expect_stop();
    expect_released();
}

void main(void)
{
    uint16_t i;
    uint8_t n;
    uint16_t before;

    latch = 0xFF;
    found = 0;
    SIM_EXPECT(bus_recoveries(), 0);

    SIM_MARK(1); /* a free bus is left alone, also by pins that a program had left low */
    SIM_HOLD(PORT, BOTH);
    SIM_EXPECT(bus_prepare(), IS_FREE);
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    SIM_EXPECT_NO_WRITE(PORT);
    SDA = 0;
    line(SDA_MASK, 0);
    SCL = 0;
    line(SCL_MASK, 0);
    SIM_EXPECT(bus_prepare(), IS_FREE);
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT(bus_recoveries(), 0);

    SIM_MARK(2); /* freed by one clock, by some, by the ninth, and found free at the second look */
    frees_after(1, 0);
    frees_after(4, 1);
    frees_after(9, 0);
    frees_after(0, 2);

    SIM_MARK(3); /* nine clocks do not help */
    SIM_HOLD(PORT, NO_SDA);
    SIM_EXPECT(bus_prepare(), IS_SDA_STUCK);
    found++;
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    expect_clocks(9);
    expect_released();

    SIM_MARK(4); /* SDA falls again behind the stop */
    pins(NO_SDA, 3);
    pins(NO_SDA, 1);
    pins(BOTH, 2);
    pins(NO_SDA, 1);
    SIM_EXPECT(bus_prepare(), IS_SDA_STUCK);
    found++;
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    expect_clocks(1);
    expect_stop();
    expect_released();

    SIM_MARK(5); /* SCL held for good from the start: no recovery is tried */
    SIM_HOLD(PORT, NO_SCL);
    SIM_EXPECT(bus_prepare(), IS_SCL_STUCK);
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    expect_released();
    SIM_MARK(6); /* the last look that counts, and one too many */
    pins(NO_SCL, HOLE_SCL_LOOKS - 1);
    pins(BOTH, 2);
    SIM_EXPECT(bus_prepare(), IS_FREE);
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    SIM_EXPECT_NO_WRITE(PORT);
    pins(NO_SCL, HOLE_SCL_LOOKS);
    pins(BOTH, 2); /* too late */
    SIM_EXPECT(bus_prepare(), IS_SCL_STUCK);
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    expect_released();

    SIM_MARK(7); /* SCL held for good in a clock, and in the stop */
    SIM_HOLD(PORT, 0);
    pins(NO_SDA, 3);
    pins(0, 1);
    SIM_EXPECT(bus_prepare(), IS_SCL_STUCK);
    found++;
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    expect_clocks(1);
    expect_released();
    pins(NO_SDA, 3);
    pins(BOTH, 2);
    pins(0, 1);
    SIM_EXPECT(bus_prepare(), IS_SCL_STUCK);
    found++;
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    expect_clocks(1);
    line(SCL_MASK, 0);
    line(SDA_MASK, 0);
    line(SCL_MASK, 1);
    expect_released();

    for (n = 0; n < 6; n++) {
        SIM_MARK(8 + n);
        frees_after((uint8_t)SIM_DRAW(1, 9), (uint8_t)SIM_DRAW(0, 5));
    }

    SIM_MARK(14); /* the count stays at its end */
    before = 0;
    for (i = found; i < 258; i++) {
        pins(NO_SDA, 2);
        pins(BOTH, 3);
        before += bus_prepare();
        SIM_SKIP_WRITES(PORT);
    }
    SIM_EXPECT(before, 0);
    SIM_EXPECT(bus_recoveries(), 255);
    SIM_DONE();
}
