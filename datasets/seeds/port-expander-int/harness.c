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
#define IE_REG SIM_SFR(0xA8)

#define QUIET 0x04 /* only the INT line is high */
#define ASKING 0xFB

static uint8_t latch;

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(SIM_P1, latch);
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
}

static void expect_clock(void)
{
    line(SCL_MASK, 1);
    line(SCL_MASK, 0);
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

static void feed_bit(uint8_t high)
{
    SIM_FEED(SIM_P1, high ? SDA_MASK : 0xFF & ~SDA_MASK); /* the other pins mean nothing */
}

static void feed_byte(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1)
        feed_bit(byte & mask);
}

static void expect_read(void)
{
    uint8_t i;

    expect_start();
    expect_byte(HOLE_EXPANDER + 1);
    line(SDA_MASK, 1);
    for (i = 0; i < 9; i++)
        expect_clock();
    expect_stop();
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

static void expect_refused(void)
{
    expect_start();
    expect_byte(HOLE_EXPANDER + 1);
    expect_stop();
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

static void start(uint8_t byte)
{
    feed_bit(0);
    feed_bit(0);
    feed_bit(0);
    feed_byte(byte);
    SIM_EXPECT(expander_init(), 1);
    expect_start();
    expect_byte(HOLE_EXPANDER);
    expect_byte(0xFF);
    expect_stop();
    expect_read();
    SIM_EXPECT(expander_inputs(), byte);
}

static void quiet(void)
{
    SIM_HOLD(SIM_P3, QUIET);
    SIM_EXPECT(expander_changes(), 0);
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

static void changes(uint8_t byte, uint8_t expected)
{
    feed_bit(0);
    feed_byte(byte);
    SIM_EXPECT(expander_changes(), expected);
    expect_read();
    SIM_EXPECT(expander_inputs(), byte);
}

void main(void)
{
    uint8_t i;
    uint8_t now;
    uint8_t next;

    latch = 0xFF;
    SIM_HOLD(SIM_P1, 0xFF);
    P3 = 0xFB;
    TCON = 0x56;
    IE = 0x02;
    pending = 1;
    inputs = 0x5A;
    SIM_SKIP_WRITES(IE_REG);
    SIM_SKIP_WRITES(SIM_SFR(0x88));
    start(0xC5);
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x57); /* the edge is chosen before an old one is dropped */
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x55);
    SIM_EXPECT_WRITE(IE_REG, 0x03);
    SIM_EXPECT_WRITE(IE_REG, 0x83);
    SIM_EXPECT_NO_WRITE(IE_REG);
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x88)), 0x55);
    SIM_EXPECT(SIM_LATCH(IE_REG), 0x83);

    SIM_MARK(1); /* no request: the bus is left alone */
    quiet();
    quiet();

    SIM_MARK(2); /* an edge: read and reported once */
    SIM_INTERRUPT(0);
    changes(0xC4, 0x01);
    quiet();
    SIM_INTERRUPT(0);
    changes(0x3B, 0xFF);
    quiet();

    SIM_MARK(3); /* the line is low although no edge came: it is read all the same */
    SIM_HOLD(SIM_P3, ASKING);
    changes(0xBB, 0x80);
    changes(0xBB, 0x00);
    quiet();

    SIM_MARK(4); /* back again before anybody read */
    SIM_INTERRUPT(0);
    SIM_INTERRUPT(0);
    changes(0xBB, 0x00);
    quiet();

    SIM_MARK(5); /* no answer: kept for the next time, nothing invented */
    SIM_INTERRUPT(0);
    feed_bit(1);
    SIM_EXPECT(expander_changes(), 0);
    expect_refused();
    SIM_EXPECT(expander_inputs(), 0xBB);
    changes(0xBA, 0x01);
    quiet();

    now = 0xBA;
    for (i = 0; i < 12; i++) {
        SIM_MARK(6 + i);
        next = (uint8_t)SIM_DRAW(0, 255);
        SIM_INTERRUPT(0);
        changes(next, now ^ next);
        now = next;
    }

    SIM_MARK(18); /* an expander that does not take the write, then one that is not there at all */
    feed_bit(0);
    feed_bit(1);
    SIM_EXPECT(expander_init(), 0);
    expect_start();
    expect_byte(HOLE_EXPANDER);
    expect_byte(0xFF);
    expect_stop();
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT(expander_inputs(), 0xFF);
    feed_bit(1);
    SIM_EXPECT(expander_init(), 0);
    expect_start();
    expect_byte(HOLE_EXPANDER);
    expect_stop();
    SIM_EXPECT_NO_WRITE(SIM_P1);
    feed_bit(0);
    feed_bit(0);
    feed_bit(1);
    SIM_EXPECT(expander_init(), 0);
    expect_start();
    expect_byte(HOLE_EXPANDER);
    expect_byte(0xFF);
    expect_stop();
    expect_refused();
    SIM_EXPECT(expander_inputs(), 0xFF);

    SIM_MARK(19); /* a second start; what was asked before is forgotten */
    SIM_INTERRUPT(0);
    start(0x81);
    quiet();
    SIM_EXPECT(SIM_LATCH(SIM_P1), 0xFF);
    SIM_DONE();
}
