#define REG(address) (*(volatile uint8_t *)(address))
#define A (1 << HOLE_A_BIT)
#define B (1 << HOLE_B_BIT)
#define OWN (A | B)
#define OTHERS ((uint8_t)~OWN)

static uint8_t in_pulse; /* the expectation: which channels are in a pulse, and how many began */
static uint16_t count_a;
static uint16_t count_b;

/* The pins, with a pulse where a bit is 1 and `noise` on the pins of others. */
static uint8_t levels(uint8_t active, uint8_t noise)
{
    return (uint8_t)(((HOLE_IDLE_LEVEL ^ active) & OWN) | (noise & OTHERS));
}

static void edge(uint8_t active, uint8_t noise)
{
    active &= OWN;
    SIM_HOLD(SIM_IDR('C'), levels(active, noise));
    SIM_INTERRUPT(5);
    if ((active & A) && !(in_pulse & A) && count_a < 0xFFFF)
        count_a++;
    if ((active & B) && !(in_pulse & B) && count_b < 0xFFFF)
        count_b++;
    in_pulse = active;
}

static void check(void)
{
    SIM_EXPECT(pulse_take(0), count_a);
    SIM_EXPECT(pulse_take(1), count_b);
    count_a = 0;
    count_b = 0;
}

static void start(uint8_t dirt, uint8_t active)
{
    REG(SIM_DDR('C')) = dirt;
    REG(SIM_CR1('C')) = dirt;
    REG(SIM_CR2('C')) = dirt;
    REG(SIM_REG(0x50A0)) = dirt;
    in_pulse = active & OWN;
    SIM_HOLD(SIM_IDR('C'), levels(in_pulse, dirt));
    pulse_init();
    SIM_EXPECT(SIM_LATCH(SIM_DDR('C')), dirt & OTHERS);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('C')), dirt | OWN);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('C')), dirt | OWN);
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x50A0)), (dirt & 0xCF) | 0x30);
    count_a = 0;
    count_b = 0;
}

/* A pulse of A begins while it is taken: at whatever instruction it comes, it is in this count or in the next. */
static void take_under_fire(uint8_t cycles)
{
    uint16_t taken;
    volatile uint8_t wait = 100;

    edge(0, 0);
    pulses[0] = 300;
    SIM_HOLD(SIM_IDR('C'), levels(A, 0));
    SIM_INTERRUPT_AFTER(5, cycles);
    taken = pulse_take(0);
    while (--wait) /* long enough for it to have come */
        ;
    SIM_EXPECT(taken + pulse_take(0), 301);
    in_pulse = A;
    count_a = 0;
}

void main(void)
{
    uint8_t i;
    uint8_t cycles;

    pulses[0] = 5;
    pulses[1] = 6;
    start(0x00, 0);
    check();
    edge(OWN, 0);
    pulses[0] = 7;
    start(0xFF, OWN); /* inside a pulse: its end and the other pins count nothing */
    edge(OWN, 0x00);
    edge(OWN, 0xFF);
    edge(0, 0xFF);
    check();
    start(0xA5, A);
    edge(OWN, 0x5A);
    check();

    SIM_MARK(1); /* one channel, both, other pins */
    edge(0, 0);
    edge(A, 0);
    edge(0, 0);
    edge(A, 0);
    edge(A, 0xFF);
    SIM_EXPECT(pulse_take(1), 0);
    SIM_EXPECT(pulse_take(0), 2);
    SIM_EXPECT(pulse_take(0), 0);
    count_a = 0;
    edge(B, 0);
    edge(OWN, 0);
    edge(A, 0);
    edge(OWN, 0);
    edge(0, 0);
    check();

    SIM_MARK(2); /* channels that there are not, while both have counted */
    edge(OWN, 0);
    for (i = 0; i < 6; i++)
        SIM_EXPECT(pulse_take((uint8_t)SIM_DRAW(2, 255)), 0);
    check();

    SIM_MARK(3); /* a carry, and the end of a counter */
    edge(0, 0);
    pulses[0] = count_a = 0x00FE;
    pulses[1] = count_b = 0x01FF;
    for (i = 0; i < 3; i++) {
        edge(OWN, 0);
        edge(0, 0);
    }
    check();
    pulses[0] = count_a = 0xFFFD;
    pulses[1] = count_b = 0xFFFE;
    for (i = 0; i < 4; i++) {
        edge(OWN, 0);
        edge(0, 0);
    }
    check();
    edge(OWN, 0);
    check();

    SIM_MARK(4);
    for (cycles = 0; cycles < 60; cycles++)
        take_under_fire(cycles);

    for (i = 0; i < 40; i++) {
        SIM_MARK(5 + i);
        edge((uint8_t)SIM_DRAW(0, 255), (uint8_t)SIM_DRAW(0, 255));
        if (i % 8 == 7)
            check();
    }
}
