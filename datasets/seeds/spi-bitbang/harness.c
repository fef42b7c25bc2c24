#define PORT SIM_SFR(HOLE_PORT_SFR)
#define BIT_CS (uint8_t)(1u << HOLE_CS_BIT)
#define BIT_MOSI (uint8_t)(1u << HOLE_MOSI_BIT)
#define BIT_MISO (uint8_t)(1u << HOLE_MISO_BIT)
#define BIT_SCK (uint8_t)(1u << HOLE_SCK_BIT)

static uint8_t latch;

static void line(uint8_t mask, uint8_t level)
{
    latch = level ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void feed_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        SIM_FEED(PORT, byte & 0x80 ? BIT_MISO : ~(uint16_t)BIT_MISO);
        byte <<= 1;
    }
}

static void expect_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        line(BIT_MOSI, byte & 0x80);
        line(BIT_SCK, 1);
        line(BIT_SCK, 0);
        byte <<= 1;
    }
}

void main(void)
{
    static const uint8_t sent[3] = {0x9F, 0x00, 0xA6};
    uint8_t received[4] = {0x11, 0x22, 0x33, 0x44};
    uint8_t i;
    uint8_t out;
    uint8_t in;

    SIM_HOLD(PORT, 0xFF);
    latch = 0xFF & ~BIT_MISO;
    SIM_MARK(1);
    HOLE_MISO = 0;
    SIM_SKIP_WRITES(PORT);
    spi_init();
    line(BIT_CS, 1);
    line(BIT_SCK, 0);
    line(BIT_MOSI, 0);
    line(BIT_MISO, 1);
    SIM_EXPECT_NO_WRITE(PORT);

    for (i = 0; i < 12; i++) {
        SIM_MARK(2 + i);
        out = (uint8_t)SIM_DRAW(0, 255);
        in = i & 1 ? out : (uint8_t)SIM_DRAW(0, 255) ^ 0x5A;
        feed_byte(in);
        SIM_EXPECT(spi_transfer(out), in);
        expect_byte(out);
        SIM_EXPECT_NO_WRITE(PORT);
    }

    SIM_MARK(20);
    feed_byte(0x5A);
    feed_byte(0xEF);
    feed_byte(0x40);
    spi_exchange(sent, received, 3);
    SIM_EXPECT(received[0], 0x5A);
    SIM_EXPECT(received[1], 0xEF);
    SIM_EXPECT(received[2], 0x40);
    SIM_EXPECT(received[3], 0x44);
    line(BIT_SCK, 0);
    line(BIT_CS, 0);
    expect_byte(0x9F);
    expect_byte(0x00);
    expect_byte(0xA6);
    line(BIT_CS, 1);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(21); /* receive only: the filler goes out */
    feed_byte(0x01);
    feed_byte(0x80);
    spi_exchange(0, received, 2);
    SIM_EXPECT(received[0], 0x01);
    SIM_EXPECT(received[1], 0x80);
    SIM_EXPECT(received[2], 0x40);
    line(BIT_SCK, 0);
    line(BIT_CS, 0);
    expect_byte(0xFF);
    expect_byte(0xFF);
    line(BIT_CS, 1);

    SIM_MARK(22); /* send only, and nothing at all */
    feed_byte(0x77);
    spi_exchange(sent, 0, 1);
    line(BIT_SCK, 0);
    line(BIT_CS, 0);
    expect_byte(0x9F);
    line(BIT_CS, 1);
    spi_exchange(sent, received, 0);
    line(BIT_SCK, 0);
    line(BIT_CS, 0);
    line(BIT_CS, 1);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT(received[0], 0x01);
    SIM_DONE();
}
