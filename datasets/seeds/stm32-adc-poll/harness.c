#define AT(address) (*(volatile uint32_t *)(address))
#define SR SIM_ADC1_SR
#define DR SIM_ADC1_DR
#define CR2 0x40012408
#define APB2ENR 0x40021018
#define CFGR 0x40021004
#define SMPR2 0x40012410
#define RUN 0x1E0001u

static uint32_t samples(void)
{
    uint32_t i, n = 1;

    for (i = 0; i < HOLE_EXTRA_BITS; i++)
        n *= 4;
    return n;
}

static void configured(uint32_t clocks, uint32_t clock_tree, uint32_t pins, uint32_t times)
{
    AT(APB2ENR) = clocks;
    AT(CFGR) = clock_tree;
    AT(SIM_CRL('A')) = pins;
    AT(SMPR2) = times;
    AT(0x40012404) = 0x120;
    AT(0x4001242C) = 0x300000;
    AT(0x40012434) = 0x1F;
    SIM_SKIP_WRITES(APB2ENR);
    SIM_SKIP_WRITES(CFGR);
    SIM_SKIP_WRITES(SIM_CRL('A'));
    SIM_SKIP_WRITES(SMPR2);
    SIM_SKIP_WRITES(0x40012404);
    SIM_SKIP_WRITES(0x4001242C);
    SIM_SKIP_WRITES(0x40012434);
}

static void expect_configured(uint32_t clocks, uint32_t clock_tree, uint32_t pins, uint32_t times)
{
    uint32_t i;

    SIM_EXPECT_WRITE(APB2ENR, clocks | 0x204);
    SIM_EXPECT_WRITE(CFGR, (clock_tree & 0xFFFF3FFF) | HOLE_ADC_PRESCALER * 0x4000u);
    for (i = 0; i < 4; i++)
        pins &= ~(1u << (HOLE_CHANNEL * 4 + i));
    SIM_EXPECT_WRITE(SIM_CRL('A'), pins);
    for (i = 0; i < 3; i++) {
        times &= ~(1u << (HOLE_CHANNEL * 3 + i));
        if (HOLE_SAMPLE_CODE >> i & 1)
            times |= 1u << (HOLE_CHANNEL * 3 + i);
    }
    SIM_EXPECT_WRITE(SMPR2, times);
    SIM_EXPECT_WRITE(0x40012404, 0);
    SIM_EXPECT_WRITE(0x4001242C, 0);
    SIM_EXPECT_WRITE(0x40012434, HOLE_CHANNEL);
    SIM_EXPECT_NO_WRITE(APB2ENR);
    SIM_EXPECT_NO_WRITE(CFGR);
    SIM_EXPECT_NO_WRITE(SIM_CRL('A'));
    SIM_EXPECT_NO_WRITE(SMPR2);
    SIM_EXPECT_NO_WRITE(0x40012434);
    SIM_EXPECT_WRITE(CR2, 1);
    SIM_EXPECT_WRITE(CR2, RUN | 8);
}

static void check_init(uint32_t clocks, uint32_t clock_tree, uint32_t pins, uint32_t times)
{
    configured(clocks, clock_tree, pins, times);
    SIM_EXPECT(adc_init(), 1);
    expect_configured(clocks, clock_tree, pins, times);
    SIM_EXPECT_WRITE(CR2, RUN | 4);
    SIM_EXPECT_NO_WRITE(CR2);
}

static void started(uint32_t times)
{
    while (times--)
        SIM_EXPECT_WRITE(CR2, RUN | 1u << 22);
    SIM_EXPECT_NO_WRITE(CR2);
}

static void check_read(uint32_t lo, uint32_t hi)
{
    uint32_t i, code, sum = 0;
    uint16_t reading = 0xBEEF;

    for (i = 0; i < samples(); i++) {
        code = SIM_DRAW(lo, hi);
        sum += code;
        SIM_FEED(DR, code);
    }
    SIM_EXPECT(adc_read(&reading), 1);
    for (i = 0; i < HOLE_EXTRA_BITS; i++)
        sum /= 2;
    SIM_EXPECT(reading, sum);
    started(samples());
}

static void check_millivolts(uint32_t reading)
{
    uint32_t full = 4095, i, mv = adc_millivolts((uint16_t)reading);

    for (i = 0; i < HOLE_EXTRA_BITS; i++)
        full *= 2;
    /* the nearest: mv - 1/2 <= exact < mv + 1/2 */
    SIM_REPORT(mv);
    SIM_EXPECT(2 * reading * HOLE_VREF_MV + full >= 2 * mv * full, 1);
    SIM_EXPECT(2 * reading * HOLE_VREF_MV + full < 2 * (mv + 1) * full, 1);
}

void main(void)
{
    uint32_t i, n;
    uint16_t reading = 0xBEEF;

    SIM_MARK(1); /* neighbours' settings are kept; flags come by themselves */
    check_init(0x4011, 0x001D840A, 0x43218B4A, 0x12345678);
    check_init(0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0x3FFFFFFF);
    check_init(0, 0, 0, 0);

    SIM_MARK(2);
    check_read(0, 0);
    check_read(4095, 4095);
    check_read(0, 1);
    check_read(4000, 4095);
    for (i = 0; i < 5; i++)
        check_read(0, 4095);

    SIM_MARK(3); /* the whole range fits, and the ends are exact */
    n = 4095;
    for (i = 0; i < HOLE_EXTRA_BITS; i++)
        n *= 2;
    SIM_EXPECT(adc_millivolts(0), 0);
    SIM_EXPECT(adc_millivolts((uint16_t)n), HOLE_VREF_MV);
    check_millivolts(1);
    check_millivolts(2);
    check_millivolts(n - 1);
    check_millivolts(n / 2);
    check_millivolts(n / 2 + 1);
    for (i = 0; i < 8; i++)
        check_millivolts(SIM_DRAW(0, n));

    SIM_MARK(4); /* the conversion ends at the last look, then one look too late */
    SIM_FEED(DR, 100);
    for (i = 0; i < samples(); i++) {
        for (n = 1; n < (i == 0 ? HOLE_WAIT_LIMIT : 3); n++)
            SIM_FEED(SR, 0x1D);
        SIM_FEED(SR, 0x02);
    }
    SIM_EXPECT(adc_read(&reading), 1);
    n = 100;
    for (i = 0; i < HOLE_EXTRA_BITS; i++)
        n *= 2;
    SIM_EXPECT(reading, n);
    started(samples());
    for (n = 0; n < HOLE_WAIT_LIMIT; n++)
        SIM_FEED(SR, 0x1D);
    SIM_FEED(SR, 0x02);
    SIM_EXPECT(adc_read(&reading), 0);
    SIM_EXPECT(reading, 100u << HOLE_EXTRA_BITS);
    started(1);
    SIM_HOLD(SR, 0x00);
    SIM_FEED(SR, 0x02); /* the second conversion of a reading does not end */
    SIM_FEED(SR, 0x00);
    SIM_EXPECT(adc_read(&reading), 0);
    SIM_EXPECT(reading, 100u << HOLE_EXTRA_BITS);
    started(2);

    SIM_MARK(5); /* calibration: at the last look, one too late in the first step, in the second step */
    for (i = 0; i < 2; i++) {
        for (n = 1; n < HOLE_WAIT_LIMIT; n++)
            SIM_FEED(CR2, RUN | (i ? 4 : 8));
        SIM_FEED(CR2, RUN);
    }
    check_init(1, 0xA, 3, 4);
    SIM_HOLD(CR2, RUN | 8);
    configured(5, 0x5, 7, 8);
    SIM_EXPECT(adc_init(), 0);
    expect_configured(5, 0x5, 7, 8);
    SIM_EXPECT_NO_WRITE(CR2);
    SIM_HOLD(CR2, RUN | 4);
    configured(5, 0x5, 7, 8);
    SIM_EXPECT(adc_init(), 0);
    expect_configured(5, 0x5, 7, 8);
    SIM_EXPECT_WRITE(CR2, RUN | 4);
    SIM_EXPECT_NO_WRITE(CR2);
    for (n = 0; n < HOLE_WAIT_LIMIT; n++)
        SIM_FEED(CR2, RUN | 8);
    SIM_FEED(CR2, RUN);
    configured(9, 0, 9, 9);
    SIM_EXPECT(adc_init(), 0);
    expect_configured(9, 0, 9, 9);
    SIM_EXPECT_NO_WRITE(CR2);
}
