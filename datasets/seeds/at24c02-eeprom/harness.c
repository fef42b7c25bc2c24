#define PORT SIM_SFR(HOLE_PORT_SFR)
#define SDA_MASK (uint8_t)(1u << HOLE_SDA_BIT)
#define SCL_MASK (uint8_t)(1u << HOLE_SCL_BIT)

static uint8_t latch;

static void level(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void expect_bit(uint8_t high)
{
    level(SDA_MASK, high);
    level(SCL_MASK, 1);
    level(SCL_MASK, 0);
}

static void expect_start(void)
{
    level(SDA_MASK, 1);
    level(SCL_MASK, 1);
    level(SDA_MASK, 0);
    level(SCL_MASK, 0);
}

static void expect_stop(void)
{
    level(SDA_MASK, 0);
    level(SCL_MASK, 1);
    level(SDA_MASK, 1);
}

static void expect_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        expect_bit(byte & 0x80);
        byte <<= 1;
    }
    expect_bit(1);
}

/* What the chip puts on SDA for one byte that the program sends: SDA is looked at in each of the nine bits. */
static void feed_answer(uint8_t acknowledge)
{
    uint8_t i;

    for (i = 0; i < 8; i++)
        SIM_FEED(PORT, 0xFF);
    SIM_FEED(PORT, acknowledge ? ~(uint16_t)SDA_MASK : 0xFF);
}

static void feed_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        SIM_FEED(PORT, byte & 0x80 ? 0xFF : ~(uint16_t)SDA_MASK);
        byte <<= 1;
    }
    SIM_FEED(PORT, 0xFF);
}

static uint8_t page[8] = {0xC3, 0x00, 0xFF, 0x81, 0x7E, 0x18, 0x24, 0x5A};

static void check_read(uint8_t address, uint8_t byte, uint8_t busy)
{
    uint8_t value = 0;
    uint8_t i;

    for (i = 0; i < busy; i++)
        feed_answer(0);
    for (i = 0; i < 3; i++)
        feed_answer(1);
    feed_byte(byte);
    SIM_EXPECT(eeprom_read_byte(address, &value), 1);
    SIM_EXPECT(value, byte);
    for (i = 0; i < busy; i++) {
        expect_start();
        expect_byte(HOLE_CONTROL);
        expect_stop();
    }
    expect_start();
    expect_byte(HOLE_CONTROL);
    expect_byte(address);
    expect_start();
    expect_byte((uint8_t)(HOLE_CONTROL + 1));
    for (i = 0; i < 9; i++)
        expect_bit(1);
    expect_stop();
    SIM_EXPECT_NO_WRITE(PORT);
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint8_t value = 0x77;
    uint16_t before;

    latch = 0xFF;
    SIM_HOLD(PORT, 0xFF);

    SIM_MARK(1); /* one byte */
    for (i = 0; i < 3; i++)
        feed_answer(1);
    SIM_EXPECT(eeprom_write_byte(0xFF, 0x96), 1);
    expect_start();
    expect_byte(HOLE_CONTROL);
    expect_byte(0xFF);
    expect_byte(0x96);
    expect_stop();
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(2); /* a whole page */
    for (i = 0; i < 10; i++)
        feed_answer(1);
    SIM_EXPECT(eeprom_write_page(0x38, page, 8), 1);
    expect_start();
    expect_byte(HOLE_CONTROL);
    expect_byte(0x38);
    for (i = 0; i < 8; i++)
        expect_byte(page[i]);
    expect_stop();
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(3); /* over the page's end, or nothing at all: the bus stays quiet */
    SIM_EXPECT(eeprom_write_page(0x39, page, 8), 0);
    SIM_EXPECT(eeprom_write_page(0x0F, page, 2), 0);
    SIM_EXPECT(eeprom_write_page(0x10, page, 9), 0);
    SIM_EXPECT(eeprom_write_page(0x10, page, 0), 0);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(4); /* up to the page's end; the chip refuses the second byte */
    for (i = 0; i < 3; i++)
        feed_answer(1);
    feed_answer(0);
    SIM_EXPECT(eeprom_write_page(0x4D, page, 3), 0);
    expect_start();
    expect_byte(HOLE_CONTROL);
    expect_byte(0x4D);
    expect_byte(page[0]);
    expect_byte(page[1]);
    expect_stop();
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(5);
    check_read(0x00, 0xA5, 2); /* busy twice, then ready */
    for (i = 0; i < 2; i++) {
        n = (uint8_t)SIM_DRAW(0, 255);
        check_read(n, (uint8_t)SIM_DRAW(0, 255), 0);
    }

    SIM_MARK(6); /* the read address is refused */
    feed_answer(1);
    feed_answer(1);
    feed_answer(0);
    SIM_EXPECT(eeprom_read_byte(0x12, &value), 0);
    SIM_EXPECT(value, 0x77);
    expect_start();
    expect_byte(HOLE_CONTROL);
    expect_byte(0x12);
    expect_start();
    expect_byte((uint8_t)(HOLE_CONTROL + 1));
    expect_stop();
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(7); /* no chip: given up after the last allowed try */
    SIM_HOLD(PORT, 0xFF);
    before = (uint16_t)SIM_WRITES(PORT);
    SIM_EXPECT(eeprom_write_byte(0x00, 0x00), 0);
    SIM_EXPECT((uint16_t)SIM_WRITES(PORT) - before, HOLE_POLL_LIMIT * 34);
    SIM_SKIP_WRITES(PORT);
    SIM_EXPECT(SIM_LATCH(PORT), 0xFF);
    SIM_DONE();
}
