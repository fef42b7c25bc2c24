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
#define CS_MASK MASK(HOLE_CS_BIT)
#define CLK_MASK MASK(HOLE_CLK_BIT)
#define DIN_MASK MASK(HOLE_DIN_BIT)
#define DOUT_MASK MASK(HOLE_DOUT_BIT)

static uint8_t latch;

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(SIM_P1, latch);
}

static void expect_clock(void)
{
    line(CLK_MASK, 1);
    line(CLK_MASK, 0);
}

static void expect_bit(uint8_t high)
{
    line(DIN_MASK, high);
    expect_clock();
}

static void feed(uint8_t high)
{
    SIM_FEED(SIM_P1, high ? DOUT_MASK : 0xFF & ~DOUT_MASK);
}

static void expect_control(uint8_t channel)
{
    line(CS_MASK, 0);
    expect_bit(1);
    expect_bit(1);
    expect_bit(channel & 4);
    expect_bit(channel & 2);
    expect_bit(channel & 1);
    expect_clock();
}

static void check(uint8_t channel, uint16_t code)
{
    uint16_t rest = code << 4;
    uint8_t i;

    feed(0);
    for (i = 0; i < 12; i++) {
        feed(rest >> 15);
        rest <<= 1;
    }
    SIM_EXPECT((uint16_t)adc_read(channel), code);
    expect_control(channel);
    for (i = 0; i < 12; i++)
        expect_clock();
    line(CS_MASK, 1);
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

/* Nearest: the code's true value is less than half a millivolt below and not more than half above the result. */
static void check_millivolts(uint16_t code)
{
    uint32_t told = adc_millivolts(code);
    uint32_t exact = (uint32_t)code * HOLE_VREF_MV;

    SIM_REPORT(told);
    SIM_EXPECT(told * 4096 <= exact + 2048, 1);
    SIM_EXPECT(told * 4096 + 2048 > exact, 1);
}

void main(void)
{
    uint8_t i;

    P1 = 0xFF & ~DOUT_MASK & ~CS_MASK;
    latch = 0xFF & ~DOUT_MASK & ~CS_MASK;
    SIM_SKIP_WRITES(SIM_P1);
    adc_init();
    line(CS_MASK, 1);
    line(CLK_MASK, 0);
    line(DOUT_MASK, 1);
    SIM_EXPECT_NO_WRITE(SIM_P1);

    SIM_MARK(1); /* each channel, both ends, single bits */
    for (i = 0; i < 8; i++)
        check(i, 0x800 >> i);
    check(0, 0);
    check(7, 4095);
    check(5, 0x00F);
    check(2, 0x555);

    SIM_MARK(2); /* no such channel: no pin moves */
    SIM_EXPECT((uint16_t)adc_read(8), 0xFFFF);
    SIM_EXPECT((uint16_t)adc_read(255), 0xFFFF);
    SIM_EXPECT_NO_WRITE(SIM_P1);

    SIM_MARK(3); /* nobody drives the line */
    SIM_HOLD(SIM_P1, 0xFF);
    SIM_EXPECT((uint16_t)adc_read(6), 0xFFFF);
    expect_control(6);
    line(CS_MASK, 1);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    check(6, 0xABC);

    SIM_MARK(4);
    SIM_EXPECT(adc_millivolts(0), 0);
    SIM_EXPECT(adc_millivolts(2048), HOLE_VREF_MV / 2);
    check_millivolts(4095);
    check_millivolts(1);
    check_millivolts(4094);
    for (i = 0; i < 12; i++) {
        SIM_MARK(5 + i);
        check((uint8_t)SIM_DRAW(0, 7), (uint16_t)SIM_DRAW(0, 4095));
        check_millivolts((uint16_t)SIM_DRAW(0, 4095));
    }
    SIM_DONE();
}
