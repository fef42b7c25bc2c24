#define TCON_REG SIM_SFR(0x88)
#define IE_REG SIM_SFR(0xA8)
#define IP_REG SIM_SFR(0xB8)

static uint16_t total;   /* edges so far */
static uint16_t started; /* edges that belong to no litre told so far */

static void edges(uint16_t count)
{
    while (count--) {
        SIM_INTERRUPT(0);
        total++;
        started++;
    }
}

static void expect_pulses(void)
{
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(meter_pulses(), total);
    SIM_EXPECT_WRITE(IE_REG, 0x92); /* INT0 off, the others as they were */
    SIM_EXPECT_WRITE(IE_REG, 0x93);
    SIM_EXPECT_NO_WRITE(IE_REG);
}

static void expect_litres(void)
{
    uint16_t litres = 0;

    while (started >= HOLE_PULSES_PER_LITRE) {
        started -= HOLE_PULSES_PER_LITRE;
        litres++;
    }
    SIM_EXPECT(meter_litres(), litres);
}

static void first_edge(void)
{
    SIM_EXPECT(meter_pulses(), 0);
    SIM_INTERRUPT(0);
    SIM_EXPECT(meter_pulses(), 1);
}

void main(void)
{
    uint8_t i;

    /* Everything else on the chip belongs to somebody else. */
    P3 = 0xFB;
    TCON = 0x56; /* both timers run, INT1 by edge, an old edge on INT0 */
    IE = 0x12;
    IP = HOLE_PULSE_PRIORITY ? 0x02 : 0x03;
    pulses = 0x1234;
    counted = 0x00FF;
    SIM_SKIP_WRITES(IE_REG);
    meter_init();
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    SIM_EXPECT(SIM_LATCH(TCON_REG), 0x55);
    SIM_EXPECT(SIM_LATCH(IE_REG), 0x93);
    SIM_EXPECT(SIM_LATCH(IP_REG), HOLE_PULSE_PRIORITY ? 0x03 : 0x02);
    SIM_EXPECT_WRITE(IE_REG, 0x12);
    SIM_EXPECT_WRITE(IE_REG, 0x13);
    SIM_EXPECT_WRITE(IE_REG, 0x93);
    SIM_EXPECT_NO_WRITE(IE_REG);

    SIM_MARK(1);
    first_edge();
    total = 1;
    started = 1;
    expect_litres();

    SIM_MARK(2); /* one pulse short of a litre, then the litre */
    edges(HOLE_PULSES_PER_LITRE - 2);
    expect_litres();
    edges(1);
    expect_litres();
    expect_litres();

    SIM_MARK(3); /* several at once, with a rest */
    edges(2 * HOLE_PULSES_PER_LITRE + 1);
    expect_pulses();
    expect_litres();
    expect_pulses();

    SIM_MARK(4); /* the low byte carries over */
    edges(257);
    expect_pulses();
    expect_litres();

    SIM_MARK(5); /* reading leaves a switched-off interrupt off */
    EX0 = 0;
    SIM_INTERRUPT(0);
    SIM_EXPECT(meter_pulses(), total);
    SIM_EXPECT(EX0, 0);
    EX0 = 1;

    SIM_MARK(6); /* far on, up to the wrap of 16 bits and across it */
    pulses = 65530;
    total = 65530;
    counted = 65530 - HOLE_PULSES_PER_LITRE + 1;
    started = HOLE_PULSES_PER_LITRE - 1;
    expect_litres();
    edges(5);
    expect_pulses();
    expect_litres();
    edges(3);
    expect_pulses();
    expect_litres();
    edges(HOLE_PULSES_PER_LITRE);
    expect_litres();

    SIM_MARK(7); /* a day without anybody asking */
    pulses += 60000u;
    total += 60000u;
    if (started < 5000)
        started += 60000u;
    expect_pulses();
    expect_litres();

    for (i = 0; i < 8; i++) {
        SIM_MARK(8 + i);
        edges((uint16_t)SIM_DRAW(0, 2 * HOLE_PULSES_PER_LITRE));
        expect_litres();
        expect_pulses();
    }

    SIM_MARK(16); /* a new measurement */
    edges(3);
    meter_init();
    first_edge();
    SIM_EXPECT(meter_litres(), HOLE_PULSES_PER_LITRE == 1 ? 1 : 0);
    SIM_EXPECT(SIM_LATCH(IE_REG), 0x93);
    SIM_DONE();
}
