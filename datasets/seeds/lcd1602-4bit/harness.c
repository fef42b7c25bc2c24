#define RS_MASK (uint8_t)(1 << HOLE_RS_BIT)
#define EN_MASK (uint8_t)(1 << HOLE_EN_BIT)
#define OTHERS 0x0A /* what the program's neighbours have on the lower nibble */

static uint8_t control;

static void expect_control(uint8_t mask, uint8_t level)
{
    control = level ? control | mask : control & ~mask;
    SIM_EXPECT_WRITE(SIM_P1, control);
}

static void expect_nibble(uint8_t nibble)
{
    SIM_EXPECT_WRITE(HOLE_LCD_ADDRESS, OTHERS);
    SIM_EXPECT_WRITE(HOLE_LCD_ADDRESS, OTHERS | (nibble << 4));
    expect_control(EN_MASK, 1);
    expect_control(EN_MASK, 0);
}

static void expect_byte(uint8_t rs, uint8_t byte)
{
    expect_control(RS_MASK, rs);
    expect_nibble(byte >> 4);
    expect_nibble(byte & 15);
}

static void expect_nothing_more(void)
{
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(HOLE_LCD_ADDRESS);
}

void main(void)
{
    static const __code uint8_t setup[] = {0x28, 0x0C, 0x01, 0x06};
    uint8_t i, column, row, byte;

    HOLE_LCD_PORT = 0xF0 | OTHERS;
    SIM_SKIP_WRITES(HOLE_LCD_ADDRESS);
    SIM_HOLD(HOLE_LCD_ADDRESS, 0x00); /* the pins are pulled low: only the latch says what was written */
    SIM_HOLD(SIM_P1, 0x00);
    control = 0xFF;

    lcd_init();
    expect_control(EN_MASK, 0);
    expect_control(RS_MASK, 0);
    expect_nibble(3);
    expect_nibble(3);
    expect_nibble(3);
    expect_nibble(2);
    for (i = 0; i < sizeof setup; i++)
        expect_byte(0, setup[i]);
    expect_nothing_more();

    SIM_MARK(1);
    lcd_puts("Hi 1602");
    for (i = 0; i < 7; i++)
        expect_byte(1, "Hi 1602"[i]);
    expect_nothing_more();
    lcd_puts("");
    expect_nothing_more();

    SIM_MARK(2);
    lcd_clear();
    expect_byte(0, 0x01);
    lcd_goto(0, 0);
    expect_byte(0, 0x80);
    lcd_goto(15, 0);
    expect_byte(0, 0x8F);
    lcd_goto(0, 1);
    expect_byte(0, 0xC0);
    lcd_goto(15, 1);
    expect_byte(0, 0xCF);
    for (i = 0; i < 6; i++) {
        SIM_MARK(3 + i);
        byte = (uint8_t)SIM_DRAW(0, 255);
        lcd_data(byte);
        expect_byte(1, byte);
        lcd_cmd(byte);
        expect_byte(0, byte);
        column = (uint8_t)SIM_DRAW(0, 15);
        row = (uint8_t)SIM_DRAW(0, 1);
        lcd_goto(column, row);
        expect_byte(0, row ? 0xC0 + column : 0x80 + column);
    }
    expect_nothing_more();
    SIM_DONE();
}
