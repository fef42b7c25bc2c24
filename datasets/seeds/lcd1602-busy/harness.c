#define BUS HOLE_BUS_ADDRESS
#define RS_MASK (uint8_t)(1 << HOLE_RS_BIT)
#define RW_MASK (uint8_t)(1 << HOLE_RW_BIT)
#define EN_MASK (uint8_t)(1 << HOLE_EN_BIT)

static uint8_t control;

static void expect_control(uint8_t mask, uint8_t level)
{
    control = level ? control | mask : control & ~mask;
    SIM_EXPECT_WRITE(SIM_P1, control);
}

static void expect_strobe(uint8_t byte)
{
    SIM_EXPECT_WRITE(BUS, byte);
    expect_control(EN_MASK, 1);
    expect_control(EN_MASK, 0);
}

static void expect_polls(uint8_t count)
{
    SIM_EXPECT_WRITE(BUS, 0xFF);
    expect_control(RS_MASK, 0);
    expect_control(RW_MASK, 1);
    while (count--) {
        expect_control(EN_MASK, 1);
        expect_control(EN_MASK, 0);
    }
    expect_control(RW_MASK, 0);
}

static void expect_byte(uint8_t rs, uint8_t byte, uint8_t polls)
{
    expect_polls(polls);
    if (rs)
        expect_control(RS_MASK, 1);
    expect_strobe(byte);
}

static void expect_nothing_more(void)
{
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(BUS);
}

/* The display answers busy so many times, then ready for good. */
static void busy_for(uint8_t polls)
{
    SIM_HOLD(BUS, 0x55);
    while (polls--)
        SIM_FEED(BUS, 0x80 | polls);
    SIM_FEED(BUS, 0x7F);
}

void main(void)
{
    static const __code uint8_t setup[] = {0x38, 0x08, 0x01, 0x06, 0x0C};
    uint8_t i, byte, polls;
    uint16_t strobes;

    control = 0xFF;
    busy_for(0);
    SIM_EXPECT(lcd_init(), 1);
    expect_control(EN_MASK, 0);
    expect_control(RS_MASK, 0);
    expect_control(RW_MASK, 0);
    for (i = 0; i < 3; i++)
        expect_strobe(0x38);
    for (i = 0; i < sizeof setup; i++)
        expect_byte(0, setup[i], 1);
    expect_nothing_more();

    SIM_MARK(1);
    SIM_EXPECT(lcd_print(3, 0, "Ok"), 2);
    expect_byte(0, 0x83, 1);
    expect_byte(1, 'O', 1);
    expect_byte(1, 'k', 1);
    SIM_EXPECT(lcd_print(15, 1, ""), 0);
    expect_byte(0, 0xCF, 1);
    expect_nothing_more();

    for (i = 0; i < 6; i++) {
        SIM_MARK(2 + i);
        byte = (uint8_t)SIM_DRAW(0, 255);
        polls = (uint8_t)SIM_DRAW(0, 5);
        busy_for(polls);
        if (i & 1) {
            SIM_EXPECT(lcd_data(byte), 1);
        } else {
            SIM_EXPECT(lcd_cmd(byte), 1);
        }
        expect_byte(i & 1, byte, polls + 1);
        expect_nothing_more();
    }

    SIM_MARK(8); /* ready at the last poll */
    busy_for((uint8_t)(HOLE_BUSY_POLLS - 1));
    SIM_EXPECT(lcd_cmd(0x01), 1);
    SIM_EXPECT_WRITE(BUS, 0xFF);
    SIM_EXPECT_WRITE(BUS, 0x01);
    SIM_SKIP_WRITES(SIM_P1);
    SIM_MARK(9); /* no display */
    SIM_HOLD(BUS, 0xFF);
    strobes = (uint16_t)SIM_WRITES(SIM_P1);
    SIM_EXPECT(lcd_init(), 0);
    for (i = 0; i < 3; i++)
        SIM_EXPECT_WRITE(BUS, 0x38);
    SIM_EXPECT_WRITE(BUS, 0xFF);
    SIM_EXPECT_NO_WRITE(BUS);
    SIM_EXPECT(SIM_WRITES(SIM_P1) - strobes, 3 + 3 * 2 + 3 + 2 * HOLE_BUSY_POLLS);
    SIM_MARK(10); /* it goes away within a text */
    busy_for(0);
    SIM_FEED(BUS, 0x00);
    SIM_FEED(BUS, 0x80);
    SIM_EXPECT(lcd_print(0, 1, "abc"), 1);
    SIM_EXPECT_WRITE(BUS, 0xFF);
    SIM_EXPECT_WRITE(BUS, 0xC0);
    SIM_EXPECT_WRITE(BUS, 0xFF);
    SIM_EXPECT_WRITE(BUS, 'a');
    SIM_EXPECT_WRITE(BUS, 0xFF);
    SIM_EXPECT_NO_WRITE(BUS);
    SIM_EXPECT(SIM_LATCH(SIM_P1) & (EN_MASK | RW_MASK), 0);
    SIM_DONE();
}
