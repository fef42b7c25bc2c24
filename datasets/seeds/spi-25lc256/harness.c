#define PORT SIM_SFR(HOLE_PORT_SFR)
#define CS_MASK (uint8_t)(1u << HOLE_CS_BIT)
#define SCK_MASK (uint8_t)(1u << HOLE_SCK_BIT)
#define SI_MASK (uint8_t)(1u << HOLE_SI_BIT)
#define SO_MASK (uint8_t)(1u << HOLE_SO_BIT)

static uint8_t latch;
static __xdata uint8_t data[12];
static __xdata uint8_t block[HOLE_PAGE_SIZE + 2];

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void feed_byte(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1)
        SIM_FEED(PORT, byte & mask ? SO_MASK : 0xFF & ~SO_MASK); /* the other pins mean nothing */
}

static void expect_sent(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1) {
        line(SI_MASK, byte & mask);
        line(SCK_MASK, 1);
        line(SCK_MASK, 0);
    }
}

static void expect_received(void)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        line(SCK_MASK, 1);
        line(SCK_MASK, 0);
    }
}

static void expect_begin(uint8_t instruction, uint16_t address)
{
    line(CS_MASK, 0);
    expect_sent(instruction);
    expect_sent(address / 256);
    expect_sent(address % 256);
}

static void expect_poll(void)
{
    line(CS_MASK, 0);
    expect_sent(5);
    expect_received();
    line(CS_MASK, 1);
}

/* One page write and its polls, busy of them in vain. */
static void expect_page(uint16_t address, uint8_t first, uint8_t count, uint8_t busy)
{
    line(CS_MASK, 0);
    expect_sent(6);
    line(CS_MASK, 1);
    expect_begin(2, address);
    while (count--)
        expect_sent(data[first++]);
    line(CS_MASK, 1);
    do {
        expect_poll();
    } while (busy--);
}

static void check_read(uint16_t address, uint8_t count)
{
    static __xdata uint8_t got[5];
    uint8_t i;

    for (i = 0; i < count; i++)
        feed_byte(data[i]);
    for (i = 0; i < sizeof got; i++)
        got[i] = 0xEE;
    SIM_EXPECT(memory_read(address, got, count), 1);
    for (i = 0; i < count; i++)
        SIM_EXPECT(got[i], data[i]);
    SIM_EXPECT(got[count], 0xEE);
    expect_begin(3, address);
    for (i = 0; i < count; i++)
        expect_received();
    line(CS_MASK, 1);
    SIM_EXPECT_NO_WRITE(PORT);
}

static void refused(uint16_t address, uint16_t count)
{
    SIM_EXPECT(memory_write(address, data, count), 0);
    SIM_EXPECT(memory_read(address, data, count), 0);
    SIM_EXPECT_NO_WRITE(PORT);
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint16_t before;
    uint16_t address;

    for (i = 0; i < sizeof data; i++)
        data[i] = 0xA7 ^ (i * 29);
    for (i = 0; i < sizeof block; i++)
        block[i] = i;
    SIM_HOLD(PORT, 0xFF);
    latch = 0xFF & ~SO_MASK & ~CS_MASK;
#if HOLE_PORT_SFR == 0x90
    P1 = latch;
#else
    P2 = latch;
#endif
    SIM_SKIP_WRITES(PORT);
    memory_init();
    line(CS_MASK, 1);
    line(SCK_MASK, 0);
    line(SO_MASK, 1);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(1); /* reading: across a page border, and the last byte */
    check_read(HOLE_PAGE_SIZE - 2, 4);
    check_read(HOLE_MEMORY_SIZE - 1, 1);
    check_read(0x1234, 2);

    SIM_MARK(2); /* one page, busy twice */
    feed_byte(0xFF);
    feed_byte(0x01);
    feed_byte(0xFE);
    SIM_EXPECT(memory_write(0x0180, data, 3), 1);
    expect_page(0x0180, 0, 3, 2);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(3); /* up to the border; over it; from the border on */
    for (i = 0; i < 4; i++)
        feed_byte(0x02);
    SIM_EXPECT(memory_write(HOLE_PAGE_SIZE - 3, data, 3), 1);
    expect_page(HOLE_PAGE_SIZE - 3, 0, 3, 0);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT(memory_write(0x1000 - 1, data, 3), 1);
    expect_page(0x0FFF, 0, 1, 0);
    expect_page(0x1000, 1, 2, 0);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT(memory_write(HOLE_MEMORY_SIZE - 1, data, 1), 1);
    expect_page(HOLE_MEMORY_SIZE - 1, 0, 1, 0);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(4); /* outside the memory, or partly, or with a sum that overflows */
    refused(HOLE_MEMORY_SIZE, 1);
    refused(HOLE_MEMORY_SIZE, 0);
    refused(HOLE_MEMORY_SIZE - 1, 2);
    refused(0, HOLE_MEMORY_SIZE + 1U);
    refused(0x7FFF, 0x8002);
    refused(0xFFFF, 1);
    SIM_MARK(5); /* nothing to write */
    SIM_EXPECT(memory_write(5, data, 0), 1);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(6); /* a whole page and more: two borders, counted by the writes */
    SIM_HOLD(PORT, 0xFF & ~SO_MASK);
    before = (uint16_t)SIM_WRITES(PORT);
    SIM_EXPECT(memory_write(HOLE_PAGE_SIZE - 1, block, HOLE_PAGE_SIZE + 2), 1);
    SIM_EXPECT((uint16_t)SIM_WRITES(PORT) - before, 3 * (6 + 5 * 24 + 16) + (HOLE_PAGE_SIZE + 2) * 24);
    SIM_SKIP_WRITES(PORT);
    latch = (uint8_t)SIM_LATCH(PORT);
    SIM_EXPECT(latch & (CS_MASK | SCK_MASK), CS_MASK);

    SIM_MARK(7); /* as many polls as allowed: ready at the last one; then never, and the second page is not begun */
    for (n = 1; n < HOLE_STATUS_READS; n++)
        feed_byte(0x03);
    feed_byte(0x00);
    SIM_EXPECT(memory_write(0, data, 1), 1);
    SIM_SKIP_WRITES(PORT);
    SIM_HOLD(PORT, 0xFF);
    before = (uint16_t)SIM_WRITES(PORT);
    SIM_EXPECT(memory_write(HOLE_PAGE_SIZE - 1, data, 2), 0);
    SIM_EXPECT((uint16_t)SIM_WRITES(PORT) - before, 4 + 5 * 24 + HOLE_STATUS_READS * (2 + 24 + 16));
    SIM_SKIP_WRITES(PORT);
    latch = (uint8_t)SIM_LATCH(PORT);
    SIM_EXPECT(latch & (CS_MASK | SCK_MASK), CS_MASK);

    for (n = 0; n < 3; n++) {
        SIM_MARK(8 + n);
        data[0] = (uint8_t)SIM_DRAW(0, 255);
        address = (uint16_t)SIM_DRAW(0, HOLE_MEMORY_SIZE - 1);
        check_read(address, 1);
        feed_byte(0x00);
        SIM_EXPECT(memory_write(address, data, 1), 1);
        expect_page(address, 0, 1, 0);
        SIM_EXPECT_NO_WRITE(PORT);
    }
    SIM_DONE();
}
