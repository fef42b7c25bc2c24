#define PORT SIM_SFR(HOLE_PORT_SFR)
#define SDA_MASK (uint8_t)(1u << HOLE_SDA_BIT)
#define SCL_MASK (uint8_t)(1u << HOLE_SCL_BIT)

static uint8_t latch;

static void sda(uint8_t level)
{
    latch = level ? latch | SDA_MASK : latch & ~SDA_MASK;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void scl(uint8_t level)
{
    latch = level ? latch | SCL_MASK : latch & ~SCL_MASK;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void clocks(uint8_t n)
{
    while (n--) {
        scl(1);
        scl(0);
    }
}

static void feed(uint8_t level)
{
    SIM_FEED(PORT, level ? 0xFF : 0xFF & ~SDA_MASK);
}

static void write_bits(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        sda(byte & 0x80);
        clocks(1);
        byte <<= 1;
    }
    sda(1);
    clocks(1);
    SIM_EXPECT_NO_WRITE(PORT);
}

static uint8_t try_write(uint8_t byte, uint8_t ninth)
{
    uint8_t i;

    for (i = 0; i < 9; i++) /* SCL is seen high nine times, then SDA once */
        SIM_FEED(PORT, 0xFF);
    feed(ninth);
    i = i2c_write(byte);
    SIM_HOLD(PORT, 0xFF);
    write_bits(byte);
    return i;
}

static uint8_t try_read(uint8_t byte, uint8_t ack)
{
    uint8_t i;
    uint8_t bits = byte;

    for (i = 0; i < 8; i++) {
        SIM_FEED(PORT, 0xFF); /* SCL is high */
        feed(bits & 0x80);    /* the bit */
        bits <<= 1;
    }
    SIM_FEED(PORT, 0xFF);
    i = i2c_read(ack);
    sda(1);
    clocks(8);
    if (ack)
        sda(0);
    clocks(1);
    sda(1);
    SIM_EXPECT_NO_WRITE(PORT);
    return i;
}

void main(void)
{
    uint8_t i;
    uint8_t byte;

    latch = 0xFF;
    SIM_HOLD(PORT, 0xFF);
    SIM_MARK(1);
    i2c_start();
    sda(1);
    scl(1);
    sda(0);
    scl(0);
    SIM_EXPECT(try_write(0xA0, 0), 1);
    SIM_EXPECT(try_write(0x5A, 1), 0);

    SIM_MARK(2); /* repeated start */
    i2c_start();
    sda(1);
    scl(1);
    sda(0);
    scl(0);
    SIM_EXPECT(try_read(0x81, 1), 0x81);
    SIM_EXPECT(try_read(0x7E, 0), 0x7E);
    i2c_stop();
    sda(0);
    scl(1);
    sda(1);
    SIM_EXPECT_NO_WRITE(PORT);

    SCL = 0;
    SIM_SKIP_WRITES(PORT);
    latch &= ~SCL_MASK;
    for (i = 0; i < 8; i++) {
        SIM_MARK(3 + i);
        byte = (uint8_t)SIM_DRAW(0, 255);
        SIM_EXPECT(try_write(byte, i & 1), !(i & 1));
        byte = (uint8_t)SIM_DRAW(0, 255);
        SIM_EXPECT(try_read(byte, i & 2), byte);
    }
    SIM_EXPECT(i2c_take_error(), 0);

    SIM_MARK(20); /* a slave stretches the clock, just short enough */
    for (i = 0; i < HOLE_STRETCH_LIMIT - 1; i++)
        SIM_FEED(PORT, 0xFF & ~SCL_MASK);
    SIM_FEED(PORT, 0xFF);
    i2c_stop();
    SIM_EXPECT(i2c_take_error(), 0);

    SIM_MARK(21); /* a slave that never lets go */
    SIM_FEED(PORT, 0xFF & ~SCL_MASK);
    for (i = 1; i < HOLE_STRETCH_LIMIT; i++)
        SIM_FEED(PORT, 0xFF & ~SCL_MASK);
    SIM_FEED(PORT, 0xFF);
    SIM_SKIP_WRITES(PORT);
    latch |= SDA_MASK | SCL_MASK;
    i2c_stop();
    sda(0);
    scl(1);
    sda(1);
    SIM_EXPECT(i2c_take_error(), 1);
    SIM_EXPECT(i2c_take_error(), 0);
    SIM_DONE();
}
