#define MASK_0 0x01
#define MASK_1 0x02
#define MASK_2 0x04
#define MASK_3 0x08
#define MASK_4 0x10
#define MASK_5 0x20
#define MASK_6 0x40
#define MASK_7 0x80
#define JOIN(bit) MASK_##bit
#define MASK(bit) JOIN(bit)
#define SDA_MASK MASK(HOLE_SDA_BIT)
#define SCL_MASK MASK(HOLE_SCL_BIT)
#define HEATER_MASK MASK(HOLE_HEATER_BIT)

enum { IS_OFF, IS_HEATING, IS_FAULT };

static uint8_t latch;
static uint8_t on; /* the heater, in the instruction's words */
static uint8_t lost; /* failed readings in a row */

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(SIM_P1, latch);
}

static void expect_clock(void)
{
    line(SCL_MASK, 1);
    line(SCL_MASK, 0);
}

static void expect_start(void)
{
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    line(SDA_MASK, 0);
    line(SCL_MASK, 0);
}

static void expect_stop(void)
{
    line(SDA_MASK, 0);
    line(SCL_MASK, 1);
    line(SDA_MASK, 1);
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

static void expect_byte(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1) {
        line(SDA_MASK, byte & mask);
        expect_clock();
    }
    line(SDA_MASK, 1);
    expect_clock();
}

static void expect_fetch(uint8_t ninth)
{
    uint8_t i;

    line(SDA_MASK, 1);
    for (i = 0; i < 8; i++)
        expect_clock();
    line(SDA_MASK, ninth);
    expect_clock();
}

static void feed_bit(uint8_t high)
{
    SIM_FEED(SIM_P1, high ? SDA_MASK : 0xFF & ~SDA_MASK);
}

static void feed_byte(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1)
        feed_bit(byte & mask);
}

static void feed_raw(uint8_t high, uint8_t low)
{
    feed_bit(0);
    feed_bit(0);
    feed_bit(0);
    feed_byte(high);
    feed_byte(low);
}

static void expect_reading(void)
{
    expect_start();
    expect_byte(HOLE_SENSOR);
    expect_byte(0x00);
    expect_start();
    expect_byte(HOLE_SENSOR + 1);
    expect_fetch(0);
    expect_fetch(1);
    expect_stop();
}

static void expect_value(uint8_t high, uint8_t low, int16_t halves)
{
    int16_t value = 0x1234;

    feed_raw(high, low);
    SIM_EXPECT(lm75_read(&value), 1);
    SIM_EXPECT((uint16_t)value, (uint16_t)halves);
    expect_reading();
}

static void expect_failure(uint8_t high, uint8_t low)
{
    int16_t value = 0x1234;

    feed_raw(high, low);
    SIM_EXPECT(lm75_read(&value), 0);
    SIM_EXPECT((uint16_t)value, 0x1234);
    expect_reading();
}

static void expect_state(void)
{
    uint8_t state = thermostat_step();

    SIM_EXPECT(state, lost >= HOLE_FAILS_MAX ? IS_FAULT : on ? IS_HEATING : IS_OFF);
    SIM_EXPECT_WRITE(SIM_P2, on ? 0xFF : 0xFF & ~HEATER_MASK);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_SKIP_WRITES(SIM_P1);
    latch = 0xFF;
}

/* One second at so many half degrees. */
static void second_at(int16_t halves)
{
    uint16_t raw = (uint16_t)halves << 7;

    feed_raw(raw >> 8, (uint8_t)raw | 0x55);
    lost = 0;
    if (halves < HOLE_ON_BELOW)
        on = 1;
    if (halves > HOLE_OFF_ABOVE)
        on = 0;
    expect_state();
}

/* One second in which the sensor does not answer. */
static void second_without(void)
{
    feed_bit(1);
    lost++;
    if (lost >= HOLE_FAILS_MAX)
        on = 0;
    expect_state();
}

void main(void)
{
    uint16_t i;
    uint8_t n;
    int16_t value = 77;

    latch = 0xFF;

    SIM_MARK(1); /* the sensor's whole range, and the half degree on both sides of zero */
    expect_value(0x00, 0x00, 0);
    expect_value(0x00, 0x80, 1);
    expect_value(0x00, 0x7F, 0);
    expect_value(0xFF, 0x80, -1);
    expect_value(0xFF, 0x00, -2);
    expect_value(0x19, 0x00, 50);
    expect_value(0xE7, 0x7F, -50);
    expect_value(0x7D, 0x00, 250);
    expect_value(0xC9, 0x00, -110);
    SIM_MARK(2); /* half a degree beyond either end */
    expect_failure(0x7D, 0x80);
    expect_failure(0xC8, 0x80);
    expect_failure(0x80, 0x00);
    expect_failure(0x7F, 0x80);

    SIM_MARK(3); /* no answer at any of the three bytes */
    for (n = 0; n < 3; n++) {
        for (i = 0; i < n; i++)
            feed_bit(0);
        feed_bit(1);
        SIM_EXPECT(lm75_read(&value), 0);
        SIM_EXPECT(value, 77);
        expect_start();
        expect_byte(HOLE_SENSOR);
        if (n > 0)
            expect_byte(0x00);
        if (n > 1) {
            expect_start();
            expect_byte(HOLE_SENSOR + 1);
        }
        expect_stop();
    }

    SIM_MARK(4); /* off at the start, whatever was before */
    heating = 1;
    fails = HOLE_FAILS_MAX;
    thermostat_init();
    SIM_EXPECT_WRITE(SIM_P2, 0xFF & ~HEATER_MASK);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    on = 0;
    lost = 0;
    second_without();
    lost = 0;
    thermostat_init();
    SIM_SKIP_WRITES(SIM_P2);

    SIM_MARK(5); /* hysteresis: the limits themselves change nothing */
    second_at(HOLE_OFF_ABOVE);
    second_at(HOLE_ON_BELOW);
    second_at(HOLE_ON_BELOW - 1);
    second_at(HOLE_ON_BELOW);
    second_at(HOLE_OFF_ABOVE);
    second_at(HOLE_OFF_ABOVE + 1);
    second_at(HOLE_OFF_ABOVE);
    second_at(-110);
    second_at(250);

    SIM_MARK(6); /* the sensor fails: tolerated, then off and told, then well again */
    second_at(HOLE_ON_BELOW - 1);
    for (n = 1; n < HOLE_FAILS_MAX; n++)
        second_without();
    second_at(HOLE_ON_BELOW);
    for (n = 0; n < HOLE_FAILS_MAX; n++)
        second_without();
    second_without();
    second_without();
    second_at(HOLE_ON_BELOW);
    second_at(HOLE_ON_BELOW - 1);
    feed_raw(0x7F, 0xFF); /* a value that cannot be counts as a failure */
    lost = 1;
    if (lost >= HOLE_FAILS_MAX)
        on = 0;
    expect_state();
    second_at(HOLE_OFF_ABOVE + 1);

    for (n = 0; n < 8; n++) {
        SIM_MARK(7 + n);
        second_at((int16_t)SIM_DRAW(0, HOLE_OFF_ABOVE - HOLE_ON_BELOW + 4) + HOLE_ON_BELOW - 2);
        if (n & 1)
            second_without();
    }
    SIM_DONE();
}
