#define HIGH 0xFF
#define LOW 0xF7

static uint16_t width;

/* The line as the program sees it, read by read, ending low. */
static void line(uint8_t first, uint8_t second, uint8_t third, uint8_t fourth)
{
    SIM_HOLD(SIM_P3, HIGH);
    SIM_FEED(SIM_P3, first);
    SIM_FEED(SIM_P3, second);
    SIM_FEED(SIM_P3, third);
    SIM_FEED(SIM_P3, fourth);
}

static void expect_timeout_loads(uint8_t count)
{
    while (count--) {
        SIM_EXPECT_WRITE(SIM_SFR(0x8C), HOLE_TIMEOUT_WORD >> 8);
        SIM_EXPECT_WRITE(SIM_SFR(0x8A), HOLE_TIMEOUT_WORD & 0xFF);
    }
    SIM_EXPECT_NO_WRITE(SIM_SFR(0x8C));
}

static void expect_pulse(uint16_t counts)
{
    SIM_HOLD(SIM_SFR(0x8D), counts >> 8);
    SIM_HOLD(SIM_SFR(0x8B), counts & 0xFF);
    width = ~counts;
    SIM_EXPECT(pulse_read(&width), 1);
    SIM_EXPECT(width, counts);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x88)) & 0x50, 0);
    SIM_EXPECT_WRITE(SIM_SFR(0x8D), 0);
    SIM_EXPECT_WRITE(SIM_SFR(0x8B), 0);
    expect_timeout_loads(3);
}

static void expect_nothing(uint8_t timeouts)
{
    width = 0x5AA5;
    SIM_EXPECT(pulse_read(&width), 0);
    SIM_EXPECT(width, 0x5AA5);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x88)) & 0x50, 0);
    expect_timeout_loads(timeouts);
}

static void expect_us(uint16_t counts)
{
    uint32_t us = pulse_us(counts);

    SIM_REPORT(us);
    SIM_EXPECT(us * HOLE_COUNTS_A_10MS <= (uint32_t)counts * 10000, 1);
    SIM_EXPECT((us + 1) * HOLE_COUNTS_A_10MS > (uint32_t)counts * 10000, 1);
}

static uint8_t looked; /* how many events of a measurement have been looked behind */
static void begin(uint8_t events);

/* At any moment of a measurement: a timer that runs has what it shall begin with. */
static void look(void)
{
    uint8_t control = (uint8_t)SIM_LATCH(SIM_SFR(0x88));

    if (control & 0x10) {
        SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8C)), HOLE_TIMEOUT_WORD >> 8);
        SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8A)), HOLE_TIMEOUT_WORD & 0xFF);
    }
    if (control & 0x40) {
        SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8D)), 0);
        SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8B)), 0);
    }
    if (++looked > 24)
        SIM_DONE();
    begin(looked);
}

/* A measurement again, until so many events after its beginning. */
static void begin(uint8_t events)
{
    TCON = 0x00;
    TH0 = (uint8_t)~(HOLE_TIMEOUT_WORD >> 8);
    TL0 = (uint8_t)~(HOLE_TIMEOUT_WORD & 0xFF);
    TH1 = 9;
    TL1 = 9;
    looked = events;
    SIM_CUT_AFTER(events, look);
    pulse_read(&width);
}

static void waiting(void)
{
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x88)) & 0x50, 0x50);
    SIM_MARK(21);
    begin(1);
}

void main(void)
{
    uint8_t i;

    TCON = 0x50;
    TMOD = 0x22;
    P3 = 0xF7;
    pulse_init();
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x89)), 0x91);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x88)), 0);
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    TF1 = 1;
    TH1 = 9;
    TL1 = 9;
    TH0 = 9;
    SIM_SKIP_WRITES(SIM_SFR(0x8C));
    SIM_SKIP_WRITES(SIM_SFR(0x8D));
    SIM_SKIP_WRITES(SIM_SFR(0x8B));

    SIM_MARK(1);
    line(LOW, HIGH, LOW, LOW);
    expect_pulse(0x1234);
    SIM_MARK(2); /* called within a pulse */
    line(HIGH, LOW, HIGH, LOW);
    expect_pulse(0xFF01);
    SIM_MARK(3); /* one look more at each level */
    line(LOW, LOW, HIGH, HIGH);
    SIM_FEED(SIM_P3, LOW);
    expect_pulse(0x00FF);
    SIM_MARK(4); /* the level of other pins means nothing */
    line(0x00, 0x08, 0x00, 0x00);
    expect_pulse(0x0100);

    SIM_MARK(5); /* stuck high: the pulse never starts */
    SIM_HOLD(SIM_P3, HIGH);
    expect_nothing(1);
    SIM_MARK(6); /* stuck low */
    SIM_HOLD(SIM_P3, LOW);
    expect_nothing(2);
    SIM_MARK(7); /* a pulse without an end */
    SIM_HOLD(SIM_P3, HIGH);
    SIM_FEED(SIM_P3, LOW);
    SIM_FEED(SIM_P3, HIGH);
    SIM_FEED(SIM_P3, HIGH);
    SIM_FEED(SIM_P3, HIGH);
    expect_nothing(3);
    SIM_MARK(8); /* and all is well again, also where a wait has to look twice */
    line(HIGH, LOW, LOW, HIGH);
    SIM_FEED(SIM_P3, LOW);
    expect_pulse(0xFFFF);
    SIM_HOLD(SIM_P3, HIGH);
    expect_nothing(1);
    line(LOW, LOW, HIGH, LOW);
    expect_pulse(0xA55A);

    for (i = 0; i < 10; i++) {
        SIM_MARK(9 + i);
        expect_us((uint16_t)SIM_DRAW(0, 65535));
    }

    SIM_MARK(19); /* timer 1 overflowed: from here on TCON reads as TF1 set, TF0 clear */
    SIM_HOLD(SIM_SFR(0x88), 0x80);
    line(LOW, HIGH, LOW, LOW);
    expect_nothing(3);
    SIM_MARK(20); /* no flag ever comes and the line stays low: both timers must be running */
    SIM_HOLD(SIM_SFR(0x88), 0x00);
    SIM_HOLD(SIM_P3, LOW);
    SIM_CUT_AFTER(200, waiting);
    pulse_read(&width);
}
