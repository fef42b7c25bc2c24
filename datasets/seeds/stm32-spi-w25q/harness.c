#define AT(address) (*(volatile uint32_t *)(address))
#define DR SIM_SPI1_DR
#define CS_BIT (1u << HOLE_CS_PIN)
#define SIZE (1ul << HOLE_CAPACITY_CODE)
#define VAL 0xE000E018

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(DR);
    SIM_EXPECT_NO_WRITE(SIM_BSRR('A'));
    SIM_EXPECT_NO_WRITE(SIM_BRR('A'));
    SIM_EXPECT_NO_WRITE(VAL);
    SIM_EXPECT(SIM_LATCH(SIM_ODR('A')), 0x80C0 | CS_BIT); /* deselected, other pins as they were */
}

static void selected(void) { SIM_EXPECT_WRITE(SIM_BRR('A'), CS_BIT); }
static void deselected(void) { SIM_EXPECT_WRITE(SIM_BSRR('A'), CS_BIT); }
static void sent(uint8_t byte) { SIM_EXPECT_WRITE(DR, byte); }

static void sent_at(uint8_t code, uint32_t address)
{
    selected();
    sent(code);
    sent((uint8_t)(address / 65536));
    sent((uint8_t)(address / 256));
    sent((uint8_t)address);
}

static void dummies(uint32_t count)
{
    while (count--)
        SIM_FEED(DR, 0xFF);
}

/* The answers to a status command: busy so many times, then ready (or not). */
static void feed_status(uint32_t busy, uint32_t ready)
{
    SIM_FEED(DR, 0xFF);
    while (busy--)
        SIM_FEED(DR, 0x03);
    if (ready)
        SIM_FEED(DR, 0xFE);
}

static void expect_status(uint32_t pauses)
{
    uint32_t i;

    selected();
    sent(0x05);
    sent(0);
    for (i = 0; i < pauses; i++) {
        SIM_EXPECT_WRITE(VAL, 0);
        sent(0);
    }
    deselected();
}

static void enabled(void)
{
    selected();
    sent(0x06);
    deselected();
}

static void check_init(uint8_t maker, uint8_t kind, uint8_t size, uint32_t pins, uint32_t good)
{
    uint32_t i;

    AT(0x40021018) = 0x4201;
    AT(0x40010800) = pins;
    AT(SIM_ODR('A')) = 0x80C0;
    SIM_SKIP_WRITES(0x40021018);
    SIM_SKIP_WRITES(0x40010800);
    dummies(2);
    SIM_FEED(DR, maker);
    SIM_FEED(DR, kind);
    SIM_FEED(DR, size);
    SIM_EXPECT(flash_init(), good);
    SIM_EXPECT_WRITE(0x40021018, 0x4201 | 0x1004);
    deselected();
    pins = (pins & 0x000FFFFF) | 0xB4B00000;
    for (i = 0; i < 4; i++)
        pins &= ~(1u << (4 * HOLE_CS_PIN + i));
    SIM_EXPECT_WRITE(0x40010800, pins | 3u << 4 * HOLE_CS_PIN);
    SIM_EXPECT_NO_WRITE(0x40010800);
    SIM_EXPECT_WRITE(0x40013000, 0x344 | HOLE_SPI_BR << 3);
    SIM_EXPECT_NO_WRITE(0x40013000);
    SIM_EXPECT_WRITE(0xE000E014, HOLE_CORE_HZ / 1000 - 1);
    SIM_EXPECT_WRITE(0xE000E010, 5);
    selected();
    sent(0xAB);
    deselected();
    SIM_EXPECT_WRITE(VAL, 0);
    selected();
    sent(0x9F);
    sent(0);
    sent(0);
    sent(0);
    deselected();
    quiet();
}

static uint8_t buffer[600];

static void check_read(uint32_t address, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < 8; i++)
        buffer[i] = 0x5A;
    dummies(4);
    for (i = 0; i < count; i++)
        SIM_FEED(DR, 0xFF & (i * 73 + 5));
    SIM_EXPECT(flash_read(address, buffer, count), 1);
    sent_at(0x03, address);
    for (i = 0; i < count; i++)
        sent(0);
    deselected();
    quiet();
    for (i = 0; i < 8; i++)
        SIM_EXPECT(buffer[i], i < count ? 0xFF & (i * 73 + 5) : 0x5A);
}

static void check_write(uint32_t address, uint32_t count, uint32_t busy)
{
    uint32_t at, end = address + count;

    for (at = address; at < end; at++) { /* the same walk as the flash makes: byte by byte, page by page */
        if (at == address || at % 256 == 0)
            dummies(5);
        dummies(1);
        if (at + 1 == end || at % 256 == 255)
            feed_status(busy, 1);
    }
    SIM_EXPECT(flash_write(address, buffer, count), 1);
    for (at = address; at < end; at++) {
        if (at == address || at % 256 == 0) {
            enabled();
            sent_at(0x02, at);
        }
        sent(buffer[at - address]);
        if (at + 1 == end || at % 256 == 255) {
            deselected();
            expect_status(busy);
        }
    }
    quiet();
}

static void check_erase(uint32_t address, uint32_t busy)
{
    dummies(5);
    feed_status(busy, 1);
    SIM_EXPECT(flash_erase_sector(address), 1);
    enabled();
    sent_at(0x20, address);
    deselected();
    expect_status(busy);
    quiet();
}

static void refused(uint32_t address, uint32_t count)
{
    SIM_EXPECT(flash_read(address, buffer, count), 0);
    SIM_EXPECT(flash_write(address, buffer, count), 0);
    quiet();
}

void main(void)
{
    uint32_t i;

    SIM_MARK(1); /* the right part, another memory, another size, nobody there */
    AT(SIM_ODR('A')) = 0x80C0;
    check_init(0xEF, 0x40, HOLE_CAPACITY_CODE, 0x44444444, 1);
    check_init(0xEF, 0x70, HOLE_CAPACITY_CODE, 0xFFFFFFFF, 1);
    check_init(0xC2, 0x40, HOLE_CAPACITY_CODE, 0x00000000, 0);
    check_init(0xEF, 0x40, HOLE_CAPACITY_CODE - 1, 0x12345678, 0);
    check_init(0xEF, HOLE_CAPACITY_CODE, 0x40, 0x12345678, 0);
    check_init(0xFF, 0xFF, 0xFF, 0x12345678, 0);

    SIM_MARK(2);
    check_read(0, 1);
    check_read(0x012345, 5);
    check_read(SIZE - 1, 1);
    check_read(SIZE - 7, 7);
    check_read(0x0FFFFA, 4);

    SIM_MARK(3); /* out of range: the bus stays quiet */
    refused(SIZE, 1);
    refused(SIZE - 1, 2);
    refused(0, 0);
    refused(0xFFFFFFFF, 1);
    refused(0xFFFFFFFF, 2);
    refused(0x100, 0xFFFFFF01);
    refused(1, SIZE);
    refused(0, SIZE + 1);
    SIM_EXPECT(flash_erase_sector(SIZE), 0);
    SIM_EXPECT(flash_erase_sector(0xFFFFFFFF), 0);
    quiet();

    SIM_MARK(4); /* around page borders */
    for (i = 0; i < sizeof buffer; i++)
        buffer[i] = (uint8_t)(i * 31 + 7);
    check_write(0x0000FF, 1, 0);
    check_write(0x000100, 1, 1);
    check_write(0x0001FE, 2, 0);
    check_write(0x0001FE, 3, 2);
    check_write(0x012300, 256, 0);
    check_write(0x0123FF, 258, HOLE_PROGRAM_MS);
    check_write(SIZE - 3, 3, 0);

    SIM_MARK(5); /* busy to the last allowed look, and beyond */
    dummies(5 + 1);
    feed_status(HOLE_PROGRAM_MS + 1, 1);
    SIM_EXPECT(flash_write(0x4FF, buffer, 2), 0);
    enabled();
    sent_at(0x02, 0x4FF);
    sent(buffer[0]);
    deselected();
    expect_status(HOLE_PROGRAM_MS);
    quiet();
    (void)AT(DR);

    SIM_MARK(6);
    check_erase(0, 0);
    check_erase(SIZE - 1, 3);
    check_erase(0x012FFF, HOLE_ERASE_MS);
    dummies(5);
    feed_status(HOLE_ERASE_MS + 1, 1);
    SIM_EXPECT(flash_erase_sector(0x3000), 0);
    enabled();
    sent_at(0x20, 0x3000);
    deselected();
    expect_status(HOLE_ERASE_MS);
    quiet();
    (void)AT(DR);

    for (i = 0; i < 5; i++) {
        SIM_MARK(7 + i);
        check_write(SIM_DRAW(0, SIZE - 20), SIM_DRAW(1, 20), 1);
        check_read(SIM_DRAW(0, SIZE - 20), SIM_DRAW(1, 20));
        check_erase(SIM_DRAW(0, SIZE - 1), SIM_DRAW(0, 3));
    }

    SIM_MARK(12); /* the flags come late, each by itself, and the last clock takes long */
    for (i = 0; i < 5; i++) {
        SIM_FEED(SIM_SPI1_SR, 0x81);
        SIM_FEED(SIM_SPI1_SR, 0x80);
        SIM_FEED(SIM_SPI1_SR, 0x02);
        SIM_FEED(SIM_SPI1_SR, 0x82);
        SIM_FEED(SIM_SPI1_SR, 0x82);
        SIM_FEED(SIM_SPI1_SR, 0x81);
    }
    SIM_FEED(SIM_SPI1_SR, 0x82);
    SIM_FEED(SIM_SPI1_SR, 0x82);
    SIM_FEED(SIM_SPI1_SR, 0x02);
    SIM_FEED(SIM_SPI1_SR, 0x43); /* what is left when each of them was waited for */
    dummies(4);
    SIM_FEED(DR, 0x42);
    SIM_EXPECT(flash_read(0x10, buffer, 1), 1);
    SIM_EXPECT(AT(SIM_SPI1_SR), 0x43);
    SIM_EXPECT(buffer[0], 0x42);
    sent_at(0x03, 0x10);
    sent(0);
    deselected();
    quiet();

    SIM_MARK(13); /* a millisecond is over with COUNTFLAG, whatever else is set */
    SIM_HOLD(SIM_SPI1_SR, 0x03);
    SIM_FEED(0xE000E010, 0x00005);
    SIM_FEED(0xE000E010, 0x00000);
    SIM_FEED(0xE000E010, 0x20007);
    SIM_FEED(0xE000E010, 0x10000);
    SIM_FEED(0xE000E010, 0x00006);
    check_erase(0x5000, 1);
    SIM_EXPECT(AT(0xE000E010), 0x00006);
}
