#define REG(address) (*(volatile uint8_t *)(address))
#define ODR SIM_ODR('D')
#define IDR SIM_IDR('D')
#define ARR SIM_REG(0x5346)
#define CR1 SIM_REG(0x5340)
#define MASK (uint8_t)(1u << HOLE_DQ_BIT)
#define SETTING ((HOLE_RESOLUTION - 9) * 32 + 31)

static uint8_t odr;
static uint8_t noise; /* what the other pins of the port read */

static void expect_line(uint8_t high)
{
    odr = high ? odr | MASK : odr & (uint8_t)~MASK;
    SIM_EXPECT_WRITE(ODR, odr);
}

static void expect_wait(uint8_t us)
{
    SIM_EXPECT_WRITE(ARR, us - 1);
    SIM_EXPECT_WRITE(CR1, 0x0D);
    SIM_EXPECT_WRITE(SIM_TIM4_SR, 0xFE);
}

static void expect_reset(void)
{
    expect_line(0);
    expect_wait(HOLE_RESET_HALF_US);
    expect_wait(HOLE_RESET_HALF_US);
    expect_line(1);
    expect_wait(70);
    expect_wait(205);
    expect_wait(205);
}

static void expect_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        expect_line(0);
        expect_wait(2);
        if (byte >> i & 1)
            expect_line(1);
        expect_wait(8);
        expect_wait(HOLE_SLOT_US);
        expect_line(1);
        expect_wait(2);
    }
}

static void expect_end(void)
{
    SIM_EXPECT_NO_WRITE(ODR);
    SIM_EXPECT_NO_WRITE(ARR);
    SIM_EXPECT_NO_WRITE(CR1);
    SIM_EXPECT_NO_WRITE(SIM_TIM4_SR);
}

static void feed_line(uint8_t high)
{
    noise = (uint8_t)(noise * 5 + 1);
    SIM_FEED(IDR, high ? noise | MASK : noise & (uint8_t)~MASK);
}

/* Presence, and the line after it. */
#define feed_reset(there, lets_go) \
    do { \
        feed_line(!(there)); \
        feed_line(lets_go); \
    } while (0)

static void feed_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++)
        feed_line(byte >> i & 1);
}

static void feed_echo(void)
{
    uint8_t i;

    for (i = 0; i < 8; i++)
        feed_line(i & 1);
}

/* CRC of count bytes: division, highest bit first, of the mirrored message. */
static uint8_t crc_of(const uint8_t *bytes, uint8_t count)
{
    uint16_t rest = 0;
    uint8_t mirrored = 0;
    uint8_t i;
    uint8_t bit;

    for (i = 0; i < count; i++)
        for (bit = 0; bit < 8; bit++) {
            rest = rest << 1 ^ (uint16_t)(bytes[i] >> bit & 1) << 8;
            if (rest & 0x100)
                rest ^= 0x131;
        }
    for (bit = 0; bit < 8; bit++)
        mirrored |= (rest >> bit & 1) << (7 - bit);
    return mirrored;
}

static uint8_t pad_bytes[9];

static void check_read(uint8_t well)
{
    int16_t temperature = 0x5AA5;
    uint16_t raw = (uint16_t)pad_bytes[1] * 256 + pad_bytes[0];
    uint8_t i;

    raw -= raw % (1u << (12 - HOLE_RESOLUTION));
    feed_reset(1, 1);
    feed_echo();
    feed_echo();
    for (i = 0; i < 9; i++)
        feed_byte(pad_bytes[i]);
    SIM_EXPECT(ds18b20_read(&temperature), well);
    if (!well)
        raw = 0x5AA5;
    SIM_EXPECT((uint16_t)temperature, raw);
    SIM_SKIP_WRITES(ODR);
    SIM_SKIP_WRITES(ARR);
    SIM_SKIP_WRITES(CR1);
    SIM_SKIP_WRITES(SIM_TIM4_SR);
    SIM_EXPECT(SIM_LATCH(ODR) & MASK, MASK);
}

static void fill(uint16_t raw)
{
    pad_bytes[0] = (uint8_t)raw;
    pad_bytes[1] = (uint8_t)(raw >> 8);
    pad_bytes[2] = 0x4B;
    pad_bytes[3] = 0x46;
    pad_bytes[4] = SETTING;
    pad_bytes[5] = 0xFF;
    pad_bytes[6] = 0x0C;
    pad_bytes[7] = 0x10;
    pad_bytes[8] = crc_of(pad_bytes, 8);
}

static void start(uint8_t dirt)
{
    REG(SIM_ODR('D')) = dirt;
    REG(SIM_DDR('D')) = dirt;
    REG(SIM_CR1('D')) = dirt;
    REG(SIM_CR2('D')) = dirt;
    REG(SIM_REG(0x5340)) = 0;
    REG(SIM_REG(0x5343)) = 1; /* a flag is left over */
    REG(SIM_REG(0x5341)) = 1;
    odr = dirt;
    SIM_SKIP_WRITES(ODR);
    SIM_SKIP_WRITES(ARR);
    SIM_SKIP_WRITES(CR1);
    SIM_SKIP_WRITES(SIM_REG(0x5343));
    ow_init();
    expect_line(1);
    SIM_EXPECT_WRITE(CR1, 0x04);
    SIM_EXPECT_WRITE(SIM_TIM4_SR, 0xFE);
    expect_end();
    SIM_EXPECT_WRITE(SIM_REG(0x5343), 1);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x5343));
    SIM_EXPECT(SIM_LATCH(SIM_DDR('D')), dirt | MASK);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('D')), dirt & (uint8_t)~MASK);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('D')), dirt & (uint8_t)~MASK);
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x5345)), 4);
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x5341)), 0);
    SIM_EXPECT(SIM_LATCH(SIM_TIM4_SR) & 1, 0);
}

void main(void)
{
    uint8_t i;
    uint8_t byte;

    start(0x00);
    start(0xFF);
    start(0x5A);
    REG(SIM_DDR('D')) = 0xFF;
    REG(SIM_CR1('D')) = (uint8_t)~MASK;

    SIM_MARK(1); /* a device, none, and a short circuit */
    feed_reset(1, 1);
    SIM_EXPECT(ow_reset(), 1);
    expect_reset();
    feed_reset(0, 1);
    SIM_EXPECT(ow_reset(), 0);
    expect_reset();
    feed_reset(1, 0);
    SIM_EXPECT(ow_reset(), 0);
    expect_reset();
    expect_end();

    SIM_MARK(2); /* bytes out and in */
    for (i = 0; i < 5; i++) {
        byte = (uint8_t)SIM_DRAW(0, 255);
        feed_byte((uint8_t)~byte);
        ow_write(byte);
        expect_byte(byte);
        expect_end();
        feed_byte(byte);
        SIM_EXPECT(ow_read(), byte);
        expect_byte(0xFF);
        expect_end();
    }

    SIM_MARK(3); /* commands, with and without a device */
    feed_reset(1, 1);
    SIM_EXPECT(ds18b20_configure(), 1);
    expect_reset();
    expect_byte(0xCC);
    expect_byte(0x4E);
    expect_byte(0x7D);
    expect_byte(0xC9);
    expect_byte(SETTING);
    expect_end();
    feed_reset(1, 1);
    SIM_EXPECT(ds18b20_start(), 1);
    expect_reset();
    expect_byte(0xCC);
    expect_byte(0x44);
    expect_end();
    feed_reset(0, 1);
    SIM_EXPECT(ds18b20_configure(), 0);
    expect_reset();
    feed_reset(0, 1);
    SIM_EXPECT(ds18b20_start(), 0);
    expect_reset();
    expect_end();

    SIM_MARK(4); /* the whole read once, then values; 85 degrees and 25.0625 below zero */
    fill(0x0550);
    feed_reset(1, 1);
    feed_echo();
    feed_echo();
    for (i = 0; i < 9; i++)
        feed_byte(pad_bytes[i]);
    {
        int16_t temperature = 0;

        SIM_EXPECT(ds18b20_read(&temperature), 1);
        SIM_EXPECT((uint16_t)temperature, 0x0550);
    }
    expect_reset();
    expect_byte(0xCC);
    expect_byte(0xBE);
    for (i = 0; i < 9; i++)
        expect_byte(0xFF);
    expect_end();
    fill(0xFE6F);
    check_read(1);
    for (i = 0; i < 2; i++) {
        fill((uint16_t)SIM_DRAW(0, 0xFFFF));
        check_read(1);
    }

    SIM_MARK(5); /* one bit wrong, another configuration, a line at ground */
    fill(0x0191);
    pad_bytes[8] ^= 0x80;
    check_read(0);
    fill(0x0191);
    pad_bytes[4] ^= 0x20;
    pad_bytes[8] = crc_of(pad_bytes, 8);
    check_read(0);
    for (i = 0; i < 9; i++)
        pad_bytes[i] = 0;
    check_read(0);

    SIM_MARK(6); /* no device: nothing is read */
    {
        int16_t temperature = 0x1234;

        feed_reset(0, 1);
        SIM_EXPECT(ds18b20_read(&temperature), 0);
        SIM_EXPECT((uint16_t)temperature, 0x1234);
        expect_reset();
        expect_end();
    }

    SIM_MARK(7); /* a delay ends with UIF and with no other bit */
    SIM_FEED(SIM_TIM4_SR, 0x00);
    SIM_FEED(SIM_TIM4_SR, 0xFE);
    for (i = 0; i < 5; i++)
        SIM_FEED(SIM_TIM4_SR, 0x01);
    SIM_FEED(SIM_TIM4_SR, 0x5A);
    feed_reset(1, 1);
    SIM_EXPECT(ow_reset(), 1);
    SIM_EXPECT(REG(SIM_TIM4_SR), 0x5A); /* seven looks for five delays */
}
