#define PORT SIM_SFR(HOLE_PORT_SFR)
#define BIT_DQ (uint8_t)(1u << HOLE_DQ_BIT)
#define LOW (uint8_t)~BIT_DQ
#define HIGH 0xFF

static void feed_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        SIM_FEED(PORT, byte & 1 ? HIGH : LOW);
        byte >>= 1;
    }
}

static void expect_slot(uint8_t bit)
{
    SIM_EXPECT_WRITE(PORT, LOW);
    if (bit)
        SIM_EXPECT_WRITE(PORT, HIGH);
    SIM_EXPECT_WRITE(PORT, HIGH);
}

static void expect_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        expect_slot(byte & 1);
        byte >>= 1;
    }
}

static void expect_reset(void)
{
    SIM_EXPECT_WRITE(PORT, LOW);
    SIM_EXPECT_WRITE(PORT, HIGH);
}

/* The CRC bit by bit, as the sensor's shift register does it. */
static uint8_t crc_of(const uint8_t *bytes, uint8_t count)
{
    uint8_t crc = 0;
    uint8_t i;
    uint8_t byte;
    uint8_t feedback;

    while (count--) {
        byte = *bytes++;
        for (i = 0; i < 8; i++) {
            feedback = (byte ^ crc) & 1;
            crc >>= 1;
            if (feedback)
                crc ^= 0x8C;
            byte >>= 1;
        }
    }
    return crc;
}

static int16_t tenths;

static uint8_t scratchpad[9] = {0, 0, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10, 0};

/* Presence, two command bytes (a 0 sent reads back as 0), then the scratchpad. */
static uint8_t read(uint16_t raw, uint8_t spoil)
{
    uint8_t i;

    scratchpad[0] = (uint8_t)raw;
    scratchpad[1] = raw >> 8;
    scratchpad[8] = crc_of(scratchpad, 8) ^ spoil;
    SIM_FEED(PORT, LOW);
    SIM_FEED(PORT, HIGH);
    feed_byte(0xFF);
    feed_byte(0xFF);
    for (i = 0; i < 9; i++)
        feed_byte(scratchpad[i]);
    i = ds18b20_read(&tenths);
    SIM_HOLD(PORT, HIGH);
    expect_reset();
    expect_byte(0xCC);
    expect_byte(0xBE);
    SIM_SKIP_WRITES(PORT);
    return i;
}

void main(void)
{
    int32_t value;
    uint8_t i;

    EA = 1;
    SIM_HOLD(PORT, HIGH);
    SIM_MARK(1); /* start */
    SIM_FEED(PORT, LOW);
    SIM_FEED(PORT, HIGH);
    SIM_SKIP_WRITES(SIM_SFR(0xA8));
    SIM_EXPECT(ds18b20_start(), 0);
    expect_reset();
    expect_byte(0xCC);
    expect_byte(0x44);
    SIM_EXPECT_NO_WRITE(PORT);
    for (i = 0; i < 16; i++) {
        SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x00);
        SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x80);
    }
    SIM_EXPECT_NO_WRITE(SIM_SFR(0xA8));

    SIM_MARK(2); /* nobody there; a line that stays low */
    SIM_FEED(PORT, HIGH);
    SIM_EXPECT(ds18b20_start(), 1);
    expect_reset();
    SIM_EXPECT_NO_WRITE(PORT);
    tenths = 1234;
    SIM_FEED(PORT, LOW);
    SIM_FEED(PORT, LOW);
    SIM_EXPECT(ds18b20_read(&tenths), 1);
    expect_reset();
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT(tenths, 1234);

    EA = 0; /* and stays off */
    SIM_MARK(3); /* -25.25 degrees, a half to be rounded up */
    SIM_EXPECT(read(0xFE6C, 0), 0);
    SIM_EXPECT((uint16_t)tenths, (uint16_t)-252);
    SIM_EXPECT(EA, 0);

    SIM_MARK(4);
    SIM_EXPECT(read(0x0191, 0x10), 2); /* CRC wrong */
    SIM_EXPECT((uint16_t)tenths, (uint16_t)-252);
    for (i = 0; i < 9; i++)
        scratchpad[i] = 0; /* a good CRC over nothing */
    SIM_EXPECT(read(0, 0), 2);
    SIM_EXPECT((uint16_t)tenths, (uint16_t)-252);
    scratchpad[4] = 0x1F;

    SIM_MARK(5);
    value = (int32_t)SIM_DRAW(0, 2880) - 880; /* -55 to 125 degrees */
    SIM_EXPECT(read((uint16_t)value, 0), 0);
    value = (value + 880) * 10 + 8; /* shifted to be never negative, so that the division rounds down */
    SIM_EXPECT((uint16_t)tenths, (uint16_t)(value / 16 - 550));
    SIM_DONE();
}
