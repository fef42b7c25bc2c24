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
#define LAST_PAGE (HOLE_ROWS / 8 - 1)

static const __code uint8_t setup[] = {
    0xAE, 0xD5, 0x80, 0xA8, HOLE_ROWS - 1, 0xD3, 0x00, 0x40, 0x8D, 0x14, 0x20, 0x02, 0xA1, 0xC8,
    0xDA, HOLE_ROWS == 64 ? 0x12 : 0x02, 0x81, HOLE_CONTRAST, 0xD9, 0xF1, 0xDB, 0x40, 0xA4, 0xA6, 0xAF
};

static uint8_t latch;
static __xdata uint8_t glyph[140];

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(SIM_P1, latch);
}

static void expect_byte(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1) {
        line(SDA_MASK, byte & mask);
        line(SCL_MASK, 1);
        line(SCL_MASK, 0);
    }
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    line(SCL_MASK, 0);
}

static void expect_begin(void)
{
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    line(SDA_MASK, 0);
    line(SCL_MASK, 0);
    expect_byte(HOLE_DISPLAY);
}

static void expect_stop(void)
{
    line(SDA_MASK, 0);
    line(SCL_MASK, 1);
    line(SDA_MASK, 1);
}

/* So many bytes are acknowledged, the next one is not. Other pins of the port mean nothing. */
static void answers(uint8_t count)
{
    SIM_HOLD(SIM_P1, SDA_MASK);
    while (count--)
        SIM_FEED(SIM_P1, 0xFF & ~SDA_MASK);
    SIM_FEED(SIM_P1, SDA_MASK);
}

static void answers_all(void)
{
    SIM_HOLD(SIM_P1, 0xFF & ~SDA_MASK);
}

static void expect_place(uint8_t page, uint8_t column)
{
    expect_begin();
    expect_byte(0x00);
    expect_byte(0xB0 + page);
    expect_byte(column % 16);
    expect_byte(16 + column / 16);
    expect_stop();
}

static void expect_pixels(uint8_t count)
{
    uint8_t i;

    expect_begin();
    expect_byte(0x40);
    for (i = 0; i < count; i++)
        expect_byte(glyph[i]);
}

static void check(uint8_t page, uint8_t column, uint8_t count, uint8_t written)
{
    answers_all();
    SIM_EXPECT(oled_write(page, column, glyph, count), written);
    if (written) {
        expect_place(page, column);
        expect_pixels(written);
        expect_stop();
    }
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

static void expect_setup(uint8_t count)
{
    uint8_t i;

    expect_begin();
    expect_byte(0x00);
    for (i = 0; i < count; i++)
        expect_byte(setup[i]);
    expect_stop();
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint16_t before;

    latch = 0xFF;
    for (i = 0; i < sizeof glyph; i++)
        glyph[i] = i * 53 + 1;

    SIM_MARK(1); /* set up; then with a display that stops answering */
    answers_all();
    SIM_EXPECT(oled_init(), 1);
    expect_setup(sizeof setup);
    answers(9);
    SIM_EXPECT(oled_init(), 0);
    expect_setup(8);
    answers(0);
    SIM_EXPECT(oled_init(), 0);
    expect_begin();
    expect_stop();
    SIM_EXPECT_NO_WRITE(SIM_P1);

    SIM_MARK(2); /* every corner */
    check(0, 0, 5, 5);
    check(LAST_PAGE, 0, 1, 1);
    check(0, 127, 1, 1);
    check(LAST_PAGE, 123, 5, 5);
    SIM_MARK(3); /* over the right edge: cut off */
    check(1, 124, 5, 4);
    check(2, 127, 255, 1);
    check(3, 120, 140, 8);
    SIM_MARK(4); /* outside, or nothing to write: the bus stays quiet */
    check(LAST_PAGE + 1, 0, 5, 0);
    check(255, 0, 5, 0);
    check(0, 128, 5, 0);
    check(0, 255, 5, 0);
    check(0, 0, 0, 0);
    SIM_EXPECT(oled_fill(LAST_PAGE + 1, 0xFF), 0);
    SIM_EXPECT_NO_WRITE(SIM_P1);

    SIM_MARK(5); /* a whole page: the first columns bit by bit, the others by their number */
    before = (uint16_t)SIM_WRITES(SIM_P1);
    SIM_EXPECT(oled_fill(LAST_PAGE, 0x5A), 1);
    SIM_EXPECT((uint16_t)SIM_WRITES(SIM_P1) - before, 2 * (4 + 3) + (5 + 2 + 128) * 9 * 3);
    expect_place(LAST_PAGE, 0);
    glyph[0] = 0x5A;
    glyph[1] = 0x5A;
    expect_pixels(2);
    SIM_SKIP_WRITES(SIM_P1);
    latch = (uint8_t)SIM_LATCH(SIM_P1);
    SIM_EXPECT(latch, 0xFF);

    SIM_MARK(6); /* refused anywhere: a stop, and no more */
    glyph[1] = 0x81;
    for (n = 0; n < 9; n++) {
        answers(n);
        SIM_EXPECT(oled_write(1, 0x35, glyph, 4), 0);
        if (n >= 5) {
            expect_place(1, 0x35);
            expect_begin();
            if (n > 5)
                expect_byte(0x40);
            for (i = 6; i < n; i++)
                expect_byte(glyph[i - 6]);
        } else {
            expect_begin();
            if (n > 0)
                expect_byte(0x00);
            if (n > 1)
                expect_byte(0xB1);
            if (n > 2)
                expect_byte(0x05);
            if (n > 3)
                expect_byte(0x13);
        }
        expect_stop();
        SIM_EXPECT_NO_WRITE(SIM_P1);
    }
    answers(4);
    SIM_EXPECT(oled_fill(0, 0x0F), 0);
    expect_place(0, 0);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    answers(8);
    SIM_EXPECT(oled_fill(0, 0x0F), 0);
    expect_place(0, 0);
    glyph[0] = 0x0F;
    glyph[1] = 0x0F;
    expect_pixels(2);
    expect_stop();
    SIM_EXPECT_NO_WRITE(SIM_P1);

    for (n = 0; n < 5; n++) {
        SIM_MARK(7 + n);
        glyph[0] = (uint8_t)SIM_DRAW(0, 255);
        check((uint8_t)SIM_DRAW(0, LAST_PAGE), (uint8_t)SIM_DRAW(0, 125), 3, 3);
    }
    SIM_DONE();
}
