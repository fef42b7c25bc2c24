#define PORT SIM_SFR(HOLE_PORT_SFR)
#define CS_MASK (uint8_t)(1u << HOLE_CS_BIT)
#define SK_MASK (uint8_t)(1u << HOLE_SK_BIT)
#define DI_MASK (uint8_t)(1u << HOLE_DI_BIT)
#define DO_MASK (uint8_t)(1u << HOLE_DO_BIT)

static uint8_t latch;

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void feed(uint8_t high)
{
    SIM_FEED(PORT, high ? DO_MASK : 0xFF & ~DO_MASK); /* the other pins mean nothing */
}

static void feed_word(uint16_t word)
{
    uint8_t i;

    feed(0);
    for (i = 0; i < 16; i++) {
        feed(word >> 15);
        word <<= 1;
    }
}

static void expect_bit(uint8_t high)
{
    line(DI_MASK, high);
    line(SK_MASK, 1);
    line(SK_MASK, 0);
}

static void expect_begin(uint8_t opcode, uint8_t address)
{
    uint8_t mask;

    line(CS_MASK, 1);
    expect_bit(1);
    expect_bit(opcode & 2);
    expect_bit(opcode & 1);
    for (mask = 0x20; mask; mask >>= 1)
        expect_bit(address & mask);
}

static void expect_command(uint8_t address)
{
    expect_begin(0, address);
    line(CS_MASK, 0);
}

static void expect_reading(uint8_t address)
{
    uint8_t i;

    expect_begin(2, address);
    for (i = 0; i < 16; i++) {
        line(SK_MASK, 1);
        line(SK_MASK, 0);
    }
    line(CS_MASK, 0);
}

static void expect_writing(uint8_t address, uint16_t word)
{
    uint8_t i;

    expect_command(0x30);
    expect_begin(1, address);
    for (i = 0; i < 16; i++) {
        expect_bit(word >> 15);
        word <<= 1;
    }
    line(CS_MASK, 0);
    line(CS_MASK, 1);
    line(CS_MASK, 0);
    expect_command(0x00);
}

static void check_read(uint8_t address, uint16_t word)
{
    uint16_t value = ~word;

    feed_word(word);
    SIM_EXPECT(eeprom_read(address, &value), 1);
    SIM_EXPECT(value, word);
    expect_reading(address);
    SIM_EXPECT_NO_WRITE(PORT);
}

static void check_write(uint8_t address, uint16_t word, uint16_t busy)
{
    while (busy--)
        feed(0);
    feed(1);
    feed_word(word);
    SIM_EXPECT(eeprom_write(address, word), 1);
    expect_writing(address, word);
    expect_reading(address);
    SIM_EXPECT_NO_WRITE(PORT);
}

void main(void)
{
    uint8_t i;
    uint16_t n;
    uint16_t value = 0x1234;

    latch = 0xFF & ~DO_MASK;
    SIM_HOLD(PORT, 0xFF);
    /* Somebody left the data line low; the port's other pins are somebody else's. */
#if HOLE_PORT_SFR == 0x90
    P1 = latch;
#else
    P2 = latch;
#endif
    SIM_SKIP_WRITES(PORT);
    eeprom_init();
    line(CS_MASK, 0);
    line(SK_MASK, 0);
    line(DI_MASK, 0);
    line(DO_MASK, 1);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(1);
    check_read(0, 0x0000);
    check_read(63, 0xFFFF);
    check_read(0x2A, 0x8001);
    check_read(0x15, 0x7FFE);
    SIM_MARK(2);
    check_write(0, 0xA5C3, 0);
    check_write(63, 0x0001, 3);
    check_write(0x20, 0x8000, HOLE_READY_LOOKS - 1);

    SIM_MARK(3); /* no such word: the chip is not even selected */
    SIM_EXPECT(eeprom_read(64, &value), 0);
    SIM_EXPECT(eeprom_read(255, &value), 0);
    SIM_EXPECT(eeprom_write(64, 1), 0);
    SIM_EXPECT(eeprom_write(192, 1), 0);
    SIM_EXPECT(value, 0x1234);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(4); /* no chip: the line stays high */
    SIM_HOLD(PORT, 0xFF);
    SIM_EXPECT(eeprom_read(5, &value), 0);
    SIM_EXPECT(value, 0x1234);
    expect_begin(2, 5);
    line(CS_MASK, 0);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT(eeprom_write(5, 0xFFFF), 0);
    expect_writing(5, 0xFFFF);
    expect_begin(2, 5);
    line(CS_MASK, 0);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(5); /* never ready: given up after the last allowed look, protected again, not read back */
    for (n = 0; n < HOLE_READY_LOOKS; n++)
        feed(0);
    feed(1);
    SIM_EXPECT(eeprom_write(7, 0x5AA5), 0);
    expect_writing(7, 0x5AA5);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_HOLD(PORT, 0xFF);

    SIM_MARK(6); /* written, but another word comes back */
    feed(1);
    feed_word(0x5AA4);
    SIM_EXPECT(eeprom_write(7, 0x5AA5), 0);
    expect_writing(7, 0x5AA5);
    expect_reading(7);
    feed(1);
    feed_word(0xDAA5);
    SIM_EXPECT(eeprom_write(7, 0x5AA5), 0);
    expect_writing(7, 0x5AA5);
    expect_reading(7);
    SIM_EXPECT_NO_WRITE(PORT);

    for (i = 0; i < 4; i++) {
        SIM_MARK(7 + i);
        n = (uint16_t)SIM_DRAW(0, 0xFFFF);
        check_read((uint8_t)SIM_DRAW(0, 63), n);
        check_write((uint8_t)SIM_DRAW(0, 63), ~n, i);
    }
    SIM_DONE();
}
