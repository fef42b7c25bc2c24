#define REG(address) (*(volatile uint8_t *)(address))
#define ODR SIM_ODR('C')
#define CS_MASK (uint8_t)(1u << HOLE_CS_BIT)

static uint8_t odr;

static void expect_selected(bool yes)
{
    odr = yes ? odr & (uint8_t)~CS_MASK : odr | CS_MASK;
    SIM_EXPECT_WRITE(ODR, odr);
}

static void expect_transfer(uint8_t command, uint16_t answers)
{
    expect_selected(true);
    expect_selected(false);
    SIM_EXPECT_NO_WRITE(ODR);
    SIM_EXPECT_WRITE(SIM_SPI_DR, command);
    while (answers--)
        SIM_EXPECT_WRITE(SIM_SPI_DR, 0xFF);
    SIM_EXPECT_NO_WRITE(SIM_SPI_DR);
}

/* What comes in while the command goes out is no answer. */
static void feed_id(uint8_t meanwhile, uint32_t id)
{
    SIM_FEED(SIM_SPI_DR, meanwhile);
    SIM_FEED(SIM_SPI_DR, id >> 16 & 0xFF);
    SIM_FEED(SIM_SPI_DR, id >> 8 & 0xFF);
    SIM_FEED(SIM_SPI_DR, id & 0xFF);
}

static void check(uint32_t id, bool right)
{
    feed_id(0x00, id);
    SIM_EXPECT(flash_check(), right);
    expect_transfer(0x9F, 3);
}

static void start(uint8_t dirt)
{
    REG(SIM_ODR('C')) = dirt;
    REG(SIM_DDR('C')) = dirt;
    REG(SIM_CR1('C')) = dirt;
    REG(SIM_CR2('C')) = dirt;
    odr = dirt;
    SIM_SKIP_WRITES(ODR);
    SIM_SKIP_WRITES(SIM_REG(0x5200));
    flash_init();
    expect_selected(false);
    SIM_EXPECT_NO_WRITE(ODR);
    SIM_EXPECT(SIM_LATCH(SIM_DDR('C')), (dirt & 0x7F) | CS_MASK | 0x60);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('C')), dirt | CS_MASK | 0xE0);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('C')), (dirt & 0x7F) | 0x60);
    SIM_EXPECT_WRITE(SIM_REG(0x5200), 0);
    SIM_EXPECT_WRITE(SIM_REG(0x5200), 0x44 + 8 * HOLE_SPI_BR);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x5200));
    SIM_EXPECT_WRITE(SIM_REG(0x5201), 0x03);
    SIM_EXPECT_NO_WRITE(SIM_SPI_DR);
}

void main(void)
{
    uint8_t i;
    uint32_t id;

    REG(SIM_REG(0x5200)) = 0x7B; /* somebody used it otherwise */
    start(0x00);
    start(0xFF);
    start(0xA5);

    SIM_MARK(1);
    SIM_HOLD(SIM_SPI_DR, 0xFF);
    SIM_EXPECT(flash_read_id(), 0xFFFFFF);
    expect_transfer(0x9F, 3);
    for (i = 0; i < 8; i++) {
        id = SIM_DRAW(0, 0xFFFFFF);
        feed_id((uint8_t)SIM_DRAW(0, 255), id);
        SIM_EXPECT(flash_read_id(), id);
        expect_transfer(0x9F, 3);
    }
    REG(SIM_ODR('C')) = odr = 0x5A | CS_MASK; /* the other pins move meanwhile */
    SIM_SKIP_WRITES(ODR);

    SIM_MARK(2); /* the right part, and one wrong bit in each byte */
    check(HOLE_FLASH_ID, true);
    check(HOLE_FLASH_ID ^ 0x010000, false);
    check(HOLE_FLASH_ID ^ 0x000100, false);
    check(HOLE_FLASH_ID ^ 0x000001, false);
    check(HOLE_FLASH_ID ^ 0x800000, false);
    check(0, false);
    check(HOLE_FLASH_ID, true);

    SIM_MARK(3); /* the peripheral lets us wait: no room yet, then nothing received yet */
    SIM_HOLD(SIM_SPI_SR, 0);
    for (i = 0; i < 4; i++) {
        SIM_FEED(SIM_SPI_SR, 0x00);
        SIM_FEED(SIM_SPI_SR, 0xFD);
        SIM_FEED(SIM_SPI_SR, 0x02);
        SIM_FEED(SIM_SPI_SR, 0x02);
        SIM_FEED(SIM_SPI_SR, 0xFE);
        SIM_FEED(SIM_SPI_SR, 0x01);
    }
    SIM_FEED(SIM_SPI_SR, 0x5A);
    feed_id(0xFF, 0x123456);
    SIM_EXPECT(flash_read_id(), 0x123456);
    SIM_EXPECT(REG(SIM_SPI_SR), 0x5A); /* six looks for each of four bytes */
    expect_transfer(0x9F, 3);
    SIM_HOLD(SIM_SPI_SR, 0x03);

    SIM_MARK(4); /* busy: once, up to the last poll, and for ever */
    SIM_HOLD(SIM_SPI_DR, 0x01);
    SIM_FEED(SIM_SPI_DR, 0x00);
    SIM_FEED(SIM_SPI_DR, 0x03);
    SIM_FEED(SIM_SPI_DR, 0x02);
    SIM_EXPECT(flash_wait_ready(), true);
    expect_transfer(0x05, 2);
    SIM_FEED(SIM_SPI_DR, 0x00);
    for (id = 1; id < HOLE_POLL_LIMIT; id++)
        SIM_FEED(SIM_SPI_DR, 0x01);
    SIM_FEED(SIM_SPI_DR, 0xFE);
    SIM_EXPECT(flash_wait_ready(), true);
    expect_transfer(0x05, HOLE_POLL_LIMIT);
    SIM_HOLD(SIM_SPI_DR, 0xFF); /* what a missing flash answers */
    SIM_EXPECT(flash_wait_ready(), false);
    expect_transfer(0x05, HOLE_POLL_LIMIT);
}
