#define REG(address) (*(volatile uint8_t *)(address))
#define CSR SIM_ADC_CSR
#define CR1 SIM_REG(0x5401)
#define OFF (HOLE_SPSEL * 16)
#define ON (HOLE_SPSEL * 16 + 1)
#define INPUTS (1u << HOLE_FIRST_CHANNEL | 1u << HOLE_SECOND_CHANNEL | 1u << HOLE_THIRD_CHANNEL)

/* Leaves the stack dirty below. */
static void soil(void)
{
    volatile uint8_t dirt[40];
    uint8_t i;

    for (i = 0; i < sizeof dirt; i++)
        dirt[i] = 0xA5;
}

static void feed(uint16_t value)
{
    SIM_FEED(SIM_ADC_DRL, value & 0xFF);
    SIM_FEED(SIM_ADC_DRH, value >> 8);
}

/* What is thrown away, and the three that count. */
static void feed_three(uint16_t a, uint16_t b, uint16_t c)
{
    feed(a ^ 0x3FF);
    feed(a);
    feed(b);
    feed(c);
}

static void expect_start(uint8_t channel)
{
    SIM_EXPECT_WRITE(CSR, channel);
    SIM_EXPECT_WRITE(CR1, ON);
}

static void expect_four(uint8_t channel)
{
    expect_start(channel);
    expect_start(channel);
    expect_start(channel);
    expect_start(channel);
}

static void expect_init(void)
{
    SIM_EXPECT_WRITE(CR1, OFF);
    SIM_EXPECT_WRITE(CR1, ON);
    SIM_EXPECT_WRITE(CSR, 0);
    SIM_EXPECT_WRITE(SIM_REG(0x5402), 0x08);
}

static void expect_end(void)
{
    SIM_EXPECT_NO_WRITE(CSR);
    SIM_EXPECT_NO_WRITE(CR1);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x5402));
}

static uint16_t sorted[3];

static void order(uint8_t i)
{
    uint16_t kept = sorted[i];

    if (kept > sorted[i + 1]) {
        sorted[i] = sorted[i + 1];
        sorted[i + 1] = kept;
    }
}

static uint16_t middle(uint16_t a, uint16_t b, uint16_t c)
{
    sorted[0] = a;
    sorted[1] = b;
    sorted[2] = c;
    order(0);
    order(1);
    order(0);
    return sorted[1];
}

static void check(uint16_t a, uint16_t b, uint16_t c)
{
    uint16_t value = 0x7777;

    feed_three(a, b, c);
    soil();
    SIM_EXPECT(adc_read(6, &value), 1);
    SIM_EXPECT(value, middle(a, b, c));
    expect_four(6);
    expect_end();
}

static void late(uint16_t looks)
{
    while (looks--)
        SIM_FEED(CSR, 0x7F);
    SIM_FEED(CSR, 0x80);
}

static void start(uint8_t dirt)
{
    REG(SIM_REG(0x5401)) = dirt;
    REG(SIM_ADC_CSR) = dirt;
    REG(SIM_REG(0x5402)) = dirt;
    REG(SIM_REG(0x5407)) = dirt;
    REG(SIM_REG(0x5406)) = dirt;
    SIM_SKIP_WRITES(CR1);
    SIM_SKIP_WRITES(CSR);
    SIM_SKIP_WRITES(SIM_REG(0x5402));
    adc_init();
    expect_init();
    expect_end();
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x5407)), dirt | (INPUTS & 0xFF));
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x5406)), dirt | INPUTS >> 8);
}

void main(void)
{
    uint8_t i;
    uint16_t a;
    uint16_t b;
    uint16_t values[4];

    start(0xFF);
    start(0x52);
    start(0x00);

    SIM_MARK(1); /* every order of three, pairs, the ends of the range */
    check(100, 200, 300);
    check(100, 300, 200);
    check(200, 100, 300);
    check(200, 300, 100);
    check(300, 100, 200);
    check(300, 200, 100);
    check(5, 5, 9);
    check(9, 5, 5);
    check(5, 9, 5);
    check(7, 7, 7);
    check(0, 0x3FF, 0x100);
    check(0x3FF, 0x0FF, 0x3FF);
    check(0x1FF, 0x200, 0x0FF);
    check(0xFFFF, 0xFFFF, 0xFFFF);
    check(0x8000, 0xFFFF, 0x7FFF); /* never from this converter, but no reason to fail */
    for (i = 0; i < 10; i++) {
        a = (uint16_t)SIM_DRAW(0, 1023);
        b = (uint16_t)SIM_DRAW(0, 1023);
        check(a, b, (uint16_t)SIM_DRAW(0, 1023));
    }

    SIM_MARK(2); /* the list */
    values[3] = 0xAAAA;
    feed_three(10, 30, 20);
    feed_three(0x3FF, 0x3FE, 0x3FD);
    feed_three(0, 0, 0);
    SIM_EXPECT(adc_scan(values), 7);
    SIM_EXPECT(values[0], 20);
    SIM_EXPECT(values[1], 0x3FE);
    SIM_EXPECT(values[2], 0);
    SIM_EXPECT(values[3], 0xAAAA);
    expect_four(HOLE_FIRST_CHANNEL);
    expect_four(HOLE_SECOND_CHANNEL);
    expect_four(HOLE_THIRD_CHANNEL);
    expect_end();

    SIM_MARK(3); /* the end of a conversion at the last look, and one look too late */
    feed_three(1, 2, 3);
    late(0);
    late(HOLE_EOC_LIMIT - 1);
    late(HOLE_EOC_LIMIT - 1);
    late(0);
    soil();
    SIM_EXPECT(adc_read(0, &a), 1);
    SIM_EXPECT(a, 2);
    expect_four(0);
    a = 0x4321;
    feed(5);
    late(0);
    late(HOLE_EOC_LIMIT);
    SIM_EXPECT(adc_read(1, &a), 0);
    SIM_EXPECT(a, 0x4321);
    expect_start(1);
    expect_start(1);
    expect_init();
    expect_end();

    SIM_MARK(4); /* the second channel hangs in its last conversion, the others are read */
    SIM_HOLD(CSR, 0);
    for (i = 0; i < 7; i++)
        late(0);
    for (i = 0; i < HOLE_EOC_LIMIT; i++)
        SIM_FEED(CSR, 0x00);
    for (i = 0; i < 4; i++)
        late(1);
    values[1] = 0x5555;
    feed_three(1, 1, 2);
    feed(8);
    feed(8);
    feed(8);
    feed_three(3, 2, 1);
    soil();
    SIM_EXPECT(adc_scan(values), 5);
    SIM_EXPECT(values[0], 1);
    SIM_EXPECT(values[1], 0x5555);
    SIM_EXPECT(values[2], 2);
    expect_four(HOLE_FIRST_CHANNEL);
    expect_four(HOLE_SECOND_CHANNEL);
    expect_init();
    expect_four(HOLE_THIRD_CHANNEL);
    expect_end();

    SIM_MARK(5); /* a dead converter */
    SIM_HOLD(CSR, 0x00);
    SIM_EXPECT(adc_scan(values), 0);
    SIM_EXPECT(values[0], 1);
    expect_start(HOLE_FIRST_CHANNEL);
    expect_init();
    expect_start(HOLE_SECOND_CHANNEL);
    expect_init();
    expect_start(HOLE_THIRD_CHANNEL);
    expect_init();
    expect_end();
}
