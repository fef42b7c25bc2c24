#define SELECT (1 << HOLE_CHIP_SELECT)
#define OUTPUTS (SELECT | 0x2C) /* SS, MOSI, SCK */

static uint8_t idle; /* port B between two words */

static void word_out(uint16_t word)
{
    SIM_EXPECT_WRITE(SIM_PORTB, idle & (uint8_t)~SELECT);
    SIM_EXPECT_WRITE(SIM_SPDR, word >> 8);
    SIM_EXPECT_WRITE(SIM_SPDR, word & 0xFF);
    SIM_EXPECT_WRITE(SIM_PORTB, idle);
    SIM_EXPECT_NO_WRITE(SIM_SPDR);
    SIM_EXPECT_NO_WRITE(SIM_PORTB);
}

static void code_out(uint16_t code)
{
    word_out((uint16_t)(HOLE_COMMAND_BITS + code));
}

static void check_millivolts(uint16_t millivolts)
{
    uint32_t low = (uint32_t)millivolts * 4096 / HOLE_FULL_MV;
    uint32_t rest = (uint32_t)millivolts * 4096 % HOLE_FULL_MV;

    if (2 * rest >= HOLE_FULL_MV)
        low++;
    if (low > 4095)
        low = 4095;
    SIM_EXPECT(dac_millivolts(millivolts), 1);
    code_out((uint16_t)low);
}

static uint8_t step;
static uint32_t before;

static void look(void);

static void next_look(void)
{
    SIM_HOLD(SIM_SPSR, 0x80);
    before = SIM_WRITES(SIM_SPDR);
    SIM_CUT_AFTER(step, look);
    dac_write(0x5A7);
    SIM_EXPECT(0, 1);
}

/* Select, upper byte, then after its end the lower one, and release. */
static void look(void)
{
    static const uint8_t bytes[] = {0, 1, 1, 2, 2, 2};

    SIM_EXPECT(SIM_WRITES(SIM_SPDR) - before, bytes[step - 1]);
    SIM_EXPECT(SIM_LATCH(SIM_PORTB), step < 6 ? idle & (uint8_t)~SELECT : idle);
    if (step > 1)
        SIM_EXPECT(SIM_LATCH(SIM_SPDR), step < 4 ? (HOLE_COMMAND_BITS + 0x5A7) >> 8 : 0xA7);
    PORTB = idle;
    if (step == 6)
        SIM_DONE();
    step++;
    next_look();
}

void main(void)
{
    uint8_t i;

    DDRB = 0x41;
    PORTB = 0x92 & (uint8_t)~SELECT;
    idle = 0x92 | SELECT | 0x04;
    SIM_SKIP_WRITES(SIM_PORTB);
    SPCR = 0xFF;
    SPSR = HOLE_DOUBLE_RATE ^ 1;
    dac_init();
    SIM_EXPECT(DDRB, 0x41 | OUTPUTS);
    SIM_EXPECT(SIM_LATCH(SIM_PORTB), idle);
    SIM_EXPECT(SPCR, 0x50 | HOLE_RATE_BITS);
    SIM_EXPECT(SIM_LATCH(SIM_SPSR), HOLE_DOUBLE_RATE);
    SIM_EXPECT_NO_WRITE(SIM_SPDR);
    SIM_SKIP_WRITES(SIM_PORTB);

    SIM_MARK(1); /* codes, and those that do not fit */
    SIM_EXPECT(dac_write(0), 1);
    code_out(0);
    SIM_EXPECT(dac_write(1), 1);
    code_out(1);
    SIM_EXPECT(dac_write(0x0FF), 1);
    code_out(0x0FF);
    SIM_EXPECT(dac_write(4095), 1);
    code_out(4095);
    SIM_EXPECT(dac_write(4096), 1);
    code_out(4095);
    SIM_EXPECT(dac_write(0xFFFF), 1);
    code_out(4095);

    SIM_MARK(2); /* millivolts */
    check_millivolts(0);
    check_millivolts(1);
    check_millivolts(2);
    check_millivolts(HOLE_FULL_MV / 2);
    check_millivolts(HOLE_FULL_MV / 2 + 1);
    check_millivolts(HOLE_FULL_MV - 1);
    check_millivolts(HOLE_FULL_MV);
    check_millivolts(HOLE_FULL_MV + 1);
    check_millivolts(65535);
    for (i = 0; i < 24; i++)
        check_millivolts((uint16_t)SIM_DRAW(0, HOLE_FULL_MV + 20));

    SIM_MARK(3); /* off and on again */
    SIM_EXPECT(dac_off(), 1);
    word_out(HOLE_COMMAND_BITS - 0x1000);
    SIM_EXPECT(dac_write(0x123), 1);
    code_out(0x123);

    SIM_MARK(4); /* each byte is waited for */
    SIM_FEED(SIM_SPSR, 0x00);
    SIM_FEED(SIM_SPSR, 0x41);
    SIM_FEED(SIM_SPSR, 0x80);
    for (i = 0; i < 180; i++)
        SIM_FEED(SIM_SPSR, 0x00);
    SIM_FEED(SIM_SPSR, 0xC0);
    SIM_FEED(SIM_SPSR, 0x55);
    SIM_EXPECT(dac_write(0xABC), 1);
    code_out(0xABC);
    SIM_EXPECT(SPSR, 0x55);

    SIM_MARK(5); /* a byte that never ends: given up, the DAC is released, the second byte is not sent */
    SIM_HOLD(SIM_SPSR, 0x7F);
    SIM_EXPECT(dac_write(0xABC), 0);
    SIM_EXPECT_WRITE(SIM_PORTB, idle & (uint8_t)~SELECT);
    SIM_EXPECT_WRITE(SIM_SPDR, (HOLE_COMMAND_BITS + 0xABC) >> 8);
    SIM_EXPECT_WRITE(SIM_PORTB, idle);
    SIM_EXPECT_NO_WRITE(SIM_SPDR);
    SIM_EXPECT_NO_WRITE(SIM_PORTB);
    SIM_FEED(SIM_SPSR, 0x80);
    SIM_FEED(SIM_SPSR, 0x00);
    SIM_EXPECT(dac_off(), 0);
    word_out(HOLE_COMMAND_BITS - 0x1000);
    SIM_HOLD(SIM_SPSR, 0x80);
    SIM_EXPECT(dac_millivolts(HOLE_FULL_MV), 1);
    code_out(4095);

    SIM_MARK(6);
    step = 1;
    next_look();
}
