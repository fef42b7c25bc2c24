#define DONE 21
#define ADMUX_ SIM_REG(0x7C)
#define SAMPLES (1 << HOLE_SHIFT)

/* The expectation: which channel each conversion had, from the moments at which ADMUX was looked at. */
static uint8_t mux;      /* what ADMUX selects */
static uint8_t going;    /* the channel of the conversion under way */
static uint32_t total[HOLE_CHANNELS];
static uint16_t taken[HOLE_CHANNELS];
static uint16_t result[HOLE_CHANNELS];
static uint8_t is_new[HOLE_CHANNELS];
static uint8_t first;

static void look(uint8_t channel)
{
    SIM_EXPECT(adc_fresh(channel), is_new[channel]);
    SIM_EXPECT(adc_read(channel), result[channel]);
    is_new[channel] = 0;
    SIM_EXPECT(adc_fresh(channel), 0);
}

/* A conversion ended: the next one started at once, with ADMUX as it was, and then the interrupt came. */
static void converted(uint16_t value)
{
    uint8_t ended = going;

    going = mux;
    mux = (mux + 1) % HOLE_CHANNELS;
    SIM_EXPECT_WRITE(ADMUX_, HOLE_REFERENCE_BITS | mux);
    if (first) {
        first = 0;
        return;
    }
    total[ended] += value;
    taken[ended]++;
    if (taken[ended] == SAMPLES) {
        result[ended] = (uint16_t)((2 * total[ended] + SAMPLES) / (2 * SAMPLES));
        is_new[ended] = 1;
        total[ended] = 0;
        taken[ended] = 0;
    }
}

static void convert(uint16_t value)
{
    SIM_HOLD(SIM_ADCL, value);
    SIM_INTERRUPT(DONE);
    converted(value);
}

static void start(void)
{
    uint8_t i;

    SIM_SKIP_WRITES(SIM_ADCSRA);
    SIM_SKIP_WRITES(ADMUX_);
    adc_init();
    SIM_EXPECT_WRITE(SIM_ADCSRA, 0);
    SIM_EXPECT_WRITE(ADMUX_, HOLE_REFERENCE_BITS);
    SIM_EXPECT_WRITE(SIM_ADCSRA, 0xE8 | HOLE_PRESCALER_BITS);
    SIM_EXPECT_NO_WRITE(SIM_ADCSRA);
    mux = 0;
    going = 0;
    first = 1;
    for (i = 0; i < HOLE_CHANNELS; i++) {
        total[i] = 0;
        taken[i] = 0;
        result[i] = 0;
        is_new[i] = 0;
    }
    for (i = 0; i < HOLE_CHANNELS; i++)
        look(i);
}

void main(void)
{
    uint16_t i;
    uint16_t read;
    uint16_t now;
    uint16_t before;

    DIDR0 = 0x40 & ~((1 << HOLE_CHANNELS) - 1);
    ADCSRB = 0x47;
    start();
    SIM_EXPECT(SIM_LATCH(0x7E), 0x40 | ((1 << HOLE_CHANNELS) - 1));
    SIM_EXPECT(ADCSRB, 0x40);
    SIM_EXPECT(SREG >> 7, 0);
    sei();

    SIM_MARK(1); /* the first result counts nowhere; then each channel gets its own */
    convert(1023);
    for (i = 0; i < HOLE_CHANNELS * SAMPLES + 2; i++)
        convert((uint16_t)(100 * (going + 1)));
    for (i = 0; i < HOLE_CHANNELS; i++)
        look((uint8_t)i);

    SIM_MARK(2); /* from end to end, and rounding */
    for (i = 0; i < 2 * HOLE_CHANNELS * SAMPLES; i++)
        convert(1023);
    for (i = 0; i < HOLE_CHANNELS; i++)
        look((uint8_t)i);
    for (i = 0; i < 2 * HOLE_CHANNELS * SAMPLES; i++)
        convert(0);
    for (i = 0; i < HOLE_CHANNELS; i++)
        look((uint8_t)i);
    for (i = 0; i < 3 * HOLE_CHANNELS * SAMPLES; i++) {
        convert((uint16_t)SIM_DRAW(0, 1023));
        if (i % 5 == 0)
            look((uint8_t)(i / 5 % HOLE_CHANNELS));
    }

    SIM_MARK(3); /* channels that are not there */
    SIM_EXPECT(adc_read(HOLE_CHANNELS), 0);
    SIM_EXPECT(adc_read(255), 0);
    SIM_EXPECT(adc_fresh(HOLE_CHANNELS), 0);
    SIM_EXPECT(adc_fresh(255), 0);
    for (i = 0; i < HOLE_CHANNELS; i++)
        look((uint8_t)i);

    SIM_MARK(4); /* starting anew in the middle of an average */
    for (i = 0; i < HOLE_CHANNELS * SAMPLES + 3; i++)
        convert(1000);
    start();
    convert(1023);
    for (i = 0; i < HOLE_CHANNELS * SAMPLES + 1; i++)
        convert((uint16_t)(3 * going + 5));
    for (i = 0; i < HOLE_CHANNELS; i++)
        look((uint8_t)i);

    for (i = 0; i < 2 * HOLE_CHANNELS * SAMPLES; i++)
        convert(0x100);
    while (going != 0 || taken[0] != 0)
        convert(0x100);
    for (i = 0; i < HOLE_CHANNELS; i++)
        look((uint8_t)i);

    SIM_MARK(5); /* an average that comes while the one before is read: one or the other, and it is not lost */
    now = 0x100;
    for (i = 1; i < 26; i += HOLE_CHANNELS * SAMPLES > 40 ? 4 : 1) {
        before = now;
        now ^= 0x1FF; /* 0x0FF or 0x100: both bytes change */
        while (going != 0 || taken[0] != SAMPLES - 1)
            convert(now);
        result[0] = before;
        SIM_HOLD(SIM_ADCL, now);
        SIM_INTERRUPT_AFTER(DONE, i);
        read = adc_read(0);
        while (adc_read(0) != now)
            ;
        converted(now);
        is_new[0] = 0;
        SIM_EXPECT(read == before || read == now, 1);
        SIM_EXPECT(adc_fresh(0), 0);
    }

    SIM_MARK(6);
    cli();
    adc_read(0);
    SIM_EXPECT(SREG >> 7, 0);
    SIM_DONE();
}
