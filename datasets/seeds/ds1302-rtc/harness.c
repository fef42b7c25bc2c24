#define PORT SIM_SFR(HOLE_PORT_SFR)
#define BIT_CE (uint8_t)(1u << HOLE_CE_BIT)
#define BIT_SCLK (uint8_t)(1u << HOLE_SCLK_BIT)
#define BIT_IO (uint8_t)(1u << HOLE_IO_BIT)

static uint8_t latch;

static void line(uint8_t mask, uint8_t level)
{
    latch = level ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void expect_sent(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        line(BIT_IO, byte & 1);
        line(BIT_SCLK, 1);
        line(BIT_SCLK, 0);
        byte >>= 1;
    }
}

static void expect_received(void)
{
    uint8_t i;

    line(BIT_IO, 1);
    for (i = 0; i < 8; i++) {
        line(BIT_SCLK, 1);
        line(BIT_SCLK, 0);
    }
}

static void expect_begin(uint8_t command)
{
    line(BIT_CE, 0);
    line(BIT_SCLK, 0);
    line(BIT_CE, 1);
    expect_sent(command);
}

static void expect_write(uint8_t address, uint8_t value)
{
    expect_begin(address);
    expect_sent(value);
    line(BIT_CE, 0);
}

static void feed_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        SIM_FEED(PORT, byte & 1 ? 0xFF : ~(uint16_t)BIT_IO);
        byte >>= 1;
    }
}

static rtc_time when;

static void get(uint8_t s, uint8_t m, uint8_t h, uint8_t d, uint8_t mo, uint8_t w, uint8_t y)
{
    feed_byte(s);
    feed_byte(m);
    feed_byte(h);
    feed_byte(d);
    feed_byte(mo);
    feed_byte(w);
    feed_byte(y);
    rtc_get(&when);
}

static void check_set(void)
{
    rtc_set(&when);
    expect_write(0x8E, 0x00);
    expect_begin(0xBE);
    expect_sent(when.second / 10 * 16 + when.second % 10);
    expect_sent(when.minute / 10 * 16 + when.minute % 10);
    expect_sent(when.hour / 10 * 16 + when.hour % 10);
    expect_sent(when.date / 10 * 16 + when.date % 10);
    expect_sent(when.month / 10 * 16 + when.month % 10);
    expect_sent(when.weekday);
    expect_sent(when.year / 10 * 16 + when.year % 10);
    expect_sent(0x80);
    line(BIT_CE, 0);
    SIM_EXPECT_NO_WRITE(PORT);
}

void main(void)
{
    latch = 0xFF;
    SIM_HOLD(PORT, 0xFF);

    SIM_MARK(1); /* running: nothing is written */
    feed_byte(0x59);
    SIM_EXPECT(rtc_init(), 0);
    expect_begin(0x81);
    expect_received();
    line(BIT_CE, 0);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(2); /* halted: started, seconds kept */
    feed_byte(0xB7);
    SIM_EXPECT(rtc_init(), 1);
    expect_begin(0x81);
    expect_received();
    line(BIT_CE, 0);
    expect_write(0x8E, 0x00);
    expect_write(0x80, 0x37);
    expect_write(0x8E, 0x80);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(3);
    when.second = (uint8_t)SIM_DRAW(0, 59);
    when.minute = 59 - (uint8_t)SIM_DRAW(0, 59);
    when.hour = 23;
    when.date = (uint8_t)SIM_DRAW(1, 31);
    when.month = 10;
    when.weekday = 7;
    when.year = (uint8_t)SIM_DRAW(0, 99);
    check_set();

    SIM_MARK(4);
    get(0x58, 0x09, 0x23, 0x31, 0x12, 0x07, 0x99);
    SIM_EXPECT(when.second, 58);
    SIM_EXPECT(when.minute, 9);
    SIM_EXPECT(when.hour, 23);
    SIM_EXPECT(when.date, 31);
    SIM_EXPECT(when.month, 12);
    SIM_EXPECT(when.weekday, 7);
    SIM_EXPECT(when.year, 99);
    expect_begin(0xBF);
    expect_received();
    expect_received();
    expect_received();
    expect_received();
    expect_received();
    expect_received();
    expect_received();
    line(BIT_CE, 0);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(5); /* halted: the flag is no part of the seconds */
    get(0xD6, 0x40, 0x10, 0x28, 0x02, 0x01, 0x00);
    SIM_EXPECT(when.second, 56);
    SIM_EXPECT(when.minute, 40);
    SIM_EXPECT(when.hour, 10);
    SIM_EXPECT(when.date, 28);
    SIM_EXPECT(when.month, 2);
    SIM_EXPECT(when.weekday, 1);
    SIM_EXPECT(when.year, 0);
    SIM_DONE();
}
