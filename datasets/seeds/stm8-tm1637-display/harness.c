#define REG(address) (*(volatile uint8_t *)(address))
#define ODR SIM_ODR('C')
#define IDR SIM_IDR('C')
#define CLK_MASK (uint8_t)(1u << HOLE_CLK_BIT)
#define DIO_MASK (uint8_t)(1u << HOLE_DIO_BIT)
#define OWN (CLK_MASK | DIO_MASK)
#define ACK (uint8_t)~DIO_MASK
#define NACK DIO_MASK

static uint8_t odr;
static uint8_t shown[4];

static void expect_line(uint8_t mask, uint8_t high)
{
    if (high)
        odr |= mask;
    else
        odr &= (uint8_t)~mask;
    SIM_EXPECT_WRITE(ODR, odr);
}

static void expect_start(void)
{
    expect_line(DIO_MASK, 0);
    expect_line(CLK_MASK, 0);
}

static void expect_stop(void)
{
    expect_line(DIO_MASK, 0);
    expect_line(CLK_MASK, 1);
    expect_line(DIO_MASK, 1);
}

static void expect_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        expect_line(DIO_MASK, byte >> i & 1);
        expect_line(CLK_MASK, 1);
        expect_line(CLK_MASK, 0);
    }
    expect_line(DIO_MASK, 1);
    expect_line(CLK_MASK, 1);
    expect_line(CLK_MASK, 0);
}

static void expect_end(void)
{
    SIM_EXPECT_NO_WRITE(ODR);
    SIM_EXPECT(SIM_LATCH(ODR) & OWN, OWN);
}

static void expect_shown(void)
{
    uint8_t i;

    expect_start();
    expect_byte(0x40);
    expect_stop();
    expect_start();
    expect_byte(0xC0);
    for (i = 0; i < 4; i++)
        expect_byte(shown[i]);
    expect_stop();
    expect_start();
    expect_byte(0x88 + HOLE_BRIGHTNESS);
    expect_stop();
    expect_end();
}

/* What the chip answers to seven bytes, one look each; the other pins read anything. */
static void feed_answers(uint8_t good)
{
    uint8_t i;

    SIM_HOLD(IDR, NACK);
    for (i = 0; i < 7; i++)
        SIM_FEED(IDR, i < good ? ACK : NACK);
}

static const uint8_t digits[10] = {
    0b0111111, 0b0000110, 0b1011011, 0b1001111, 0b1100110, 0b1101101, 0b1111101, 0b0000111, 0b1111111, 0b1101111,
};

/* By counting down: how often each power of ten fits. */
static void pattern_of(int16_t number)
{
    static const uint16_t POWER[] = {1000, 100, 10, 1};
    uint8_t negative = number < 0;
    uint8_t begun = 0;
    uint8_t i;

    for (i = 0; i < 4; i++)
        shown[i] = 0x40;
    if (number > 9999 || number < -999)
        return;
    if (negative)
        number = -number;
    for (i = 0; i < 4; i++) {
        uint8_t digit = 0;

        while (number >= (int16_t)POWER[i]) {
            number -= POWER[i];
            digit++;
        }
        if (digit != 0 || begun || i == 3) {
            if (!begun && negative)
                shown[i - 1] = 0x40;
            begun = 1;
            shown[i] = digits[digit];
        } else {
            shown[i] = 0;
        }
    }
}

static void check(int16_t number)
{
    pattern_of(number);
    feed_answers(7);
    SIM_EXPECT(display_number(number), 1);
    expect_shown();
}

static void begin(uint8_t dirt)
{
    REG(SIM_ODR('C')) = dirt;
    REG(SIM_DDR('C')) = dirt;
    REG(SIM_CR1('C')) = dirt;
    REG(SIM_CR2('C')) = dirt;
    odr = dirt | OWN;
    SIM_SKIP_WRITES(ODR);
    display_init();
    SIM_EXPECT_WRITE(ODR, odr);
    expect_end();
    SIM_EXPECT(SIM_LATCH(SIM_DDR('C')), dirt | OWN);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('C')), dirt & (uint8_t)~OWN);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('C')), dirt & (uint8_t)~OWN);
}

void main(void)
{
    uint8_t i;
    uint8_t k;

    begin(0x00);
    begin(0xFF);
    begin(0xA5);

    SIM_MARK(1); /* patterns as they are */
    for (i = 0; i < 3; i++) {
        for (k = 0; k < 4; k++)
            shown[k] = (uint8_t)SIM_DRAW(0, 255);
        feed_answers(7);
        SIM_EXPECT(display_show(shown), 1);
        expect_shown();
    }

    SIM_MARK(2); /* each digit in each place, blanks, signs, and what does not fit */
    check(0);
    check(7);
    check(10);
    check(1234);
    check(9876);
    check(5050);
    check(105);
    check(9999);
    check(10000);
    check(32767);
    check(-1);
    check(-10);
    check(-209);
    check(-999);
    check(-1000);
    check(-32767 - 1);

    SIM_MARK(3);
    for (i = 0; i < 3; i++)
        check((int16_t)((uint16_t)SIM_DRAW(0, 10998) - 999));

    SIM_MARK(4); /* no answer to the first byte, the address, a digit, the last byte; each time the bus is left free */
    for (k = 0; k < 4; k++)
        shown[k] = (uint8_t)(0x11 << k);
    feed_answers(0);
    SIM_EXPECT(display_show(shown), 0);
    expect_start();
    expect_byte(0x40);
    expect_stop();
    expect_end();
    for (i = 1; i < 6; i++) {
        feed_answers(i);
        SIM_EXPECT(display_show(shown), 0);
        expect_start();
        expect_byte(0x40);
        expect_stop();
        expect_start();
        expect_byte(0xC0);
        for (k = 1; k < i; k++)
            expect_byte(shown[k - 1]);
        expect_stop();
        expect_end();
    }
    feed_answers(6);
    SIM_EXPECT(display_show(shown), 0);
    expect_shown();
    feed_answers(0);
    SIM_EXPECT(display_number(12), 0);
}
