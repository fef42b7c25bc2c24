#define AT(address) (*(volatile uint32_t *)(address))
#define IDR SIM_IDR(HOLE_PORT_CHAR)
#define SR 0x40000810
#define TIM4_IRQ 46
#define PAIR (3u << HOLE_FIRST_PIN)

static const uint8_t gray[4] = {0, 1, 3, 2}; /* B, A in a forward turn */
static uint32_t phase;                       /* where the encoder stands, in gray */
static uint32_t total, zero, missed;
static uint32_t window_count, in_window;
static int32_t moved, last_moved;

static void hold(uint32_t noise)
{
    SIM_HOLD(IDR, (noise & ~PAIR & 0xFFFF) | (uint32_t)gray[phase] << HOLE_FIRST_PIN);
}

static void verdict(void)
{
    SIM_EXPECT((uint32_t)encoder_position(), total - zero);
    SIM_EXPECT(encoder_jumps(), missed);
    SIM_EXPECT((uint32_t)encoder_speed(), (uint32_t)(last_moved * (HOLE_SAMPLE_HZ / HOLE_WINDOW)));
}

/* The shaft turns by so many quarter steps (0..3), then a sample is taken. */
static void sample(uint32_t turn, uint32_t noise)
{
    uint32_t n = SIM_WRITES(SR);

    phase = (phase + turn) % 4;
    hold(noise);
    SIM_INTERRUPT(TIM4_IRQ);
    n = SIM_WRITES(SR) - n;
    SIM_EXPECT(n, 1);
    SIM_EXPECT_WRITE(SR, 0xFFFFFFFE);
    if (turn == 1) {
        total++;
        moved++;
    } else if (turn == 3) {
        total--;
        moved--;
    } else if (turn == 2) {
        missed++;
    }
    if (++in_window == HOLE_WINDOW) {
        in_window = 0;
        last_moved = moved;
        moved = 0;
    }
}

static void start(uint32_t where, uint32_t low, uint32_t high)
{
    uint32_t pin, control[2];

    AT(0x40021018) = 0x4801;
    AT(0x4002101C) = 0x10000002;
    AT(SIM_CRL(HOLE_PORT_CHAR)) = control[0] = low;
    AT(SIM_CRH(HOLE_PORT_CHAR)) = control[1] = high;
    SIM_SKIP_WRITES(0x40021018);
    SIM_SKIP_WRITES(0x4002101C);
    SIM_SKIP_WRITES(SIM_CRL(HOLE_PORT_CHAR));
    SIM_SKIP_WRITES(SIM_CRH(HOLE_PORT_CHAR));
    SIM_SKIP_WRITES(SR);
    SIM_SKIP_WRITES(0x40000800);
    SIM_SKIP_WRITES(0x4000080C);
    phase = where;
    hold(0xFFFF);
    encoder_init();
    SIM_EXPECT_WRITE(0x40021018, 0x4801 | 1u << HOLE_ENCODER_CLOCK_BIT);
    SIM_EXPECT_WRITE(0x4002101C, 0x10000006);
    SIM_EXPECT_WRITE(0x4000080C, 0);
    SIM_EXPECT_WRITE(SIM_BSRR(HOLE_PORT_CHAR), PAIR);
    for (pin = HOLE_FIRST_PIN; pin <= HOLE_FIRST_PIN + 1; pin++) {
        control[pin / 8] &= ~(15u << pin % 8 * 4);
        control[pin / 8] |= 8u << pin % 8 * 4;
        SIM_EXPECT_WRITE(pin < 8 ? SIM_CRL(HOLE_PORT_CHAR) : SIM_CRH(HOLE_PORT_CHAR), control[pin / 8]);
    }
    SIM_EXPECT_NO_WRITE(SIM_CRL(HOLE_PORT_CHAR));
    SIM_EXPECT_NO_WRITE(SIM_CRH(HOLE_PORT_CHAR));
    SIM_EXPECT_NO_WRITE(SIM_BSRR(HOLE_PORT_CHAR));
    SIM_EXPECT_WRITE(0x40000828, HOLE_TIMER_HZ / 1000000 - 1);
    SIM_EXPECT_WRITE(0x4000082C, 1000000 / HOLE_SAMPLE_HZ - 1);
    SIM_EXPECT_WRITE(0x40000814, 1);
    SIM_EXPECT_WRITE(SR, 0xFFFFFFFE);
    SIM_EXPECT_WRITE(0x4000080C, 1);
    SIM_EXPECT_NO_WRITE(0x4000080C);
    SIM_EXPECT_WRITE(0xE000E100, 1u << 30);
    SIM_EXPECT_WRITE(0x40000800, 1);
    SIM_EXPECT_NO_WRITE(0x40000800);
    total = zero = missed = in_window = 0;
    moved = last_moved = 0;
    verdict();
}

void main(void)
{
    uint32_t i, from;

    SIM_MARK(1); /* dirt everywhere */
    jumps = 77;
    count = 1234;
    origin = 99;
    travel = -5;
    samples = HOLE_WINDOW - 1;
    window_start = 4;
    levels = 1;
    start(2, 0x43218B4A, 0xA4B81234);

    SIM_MARK(2); /* from each position: still, forward, back, and a jump that moves nothing */
    for (from = 0; from < 4; from++) {
        for (i = 0; i < 4; i++) {
            sample(0, 0);
            sample(i, 0xFFFF);
            verdict();
            sample(0, 0xA5A5);
            while (phase != from)
                sample(1, 0x5A5A);
            verdict();
        }
        sample(1, 0);
    }

    SIM_MARK(3); /* the window is complete with its last sample, not before; forward, then back */
    while (in_window)
        sample(0, 0);
    verdict();
    for (i = 0; i < HOLE_WINDOW - 1; i++)
        sample(1, 0x1111);
    verdict();
    sample(1, 0);
    verdict();
    SIM_EXPECT((uint32_t)encoder_speed(), HOLE_SAMPLE_HZ);
    for (i = 0; i < HOLE_WINDOW; i++)
        sample(i % 4 ? 3 : 0, 0);
    verdict();
    for (i = 0; i < HOLE_WINDOW; i++)
        sample(i % 5 == 0 ? 2 : 0, 0);
    verdict();
    SIM_EXPECT((uint32_t)encoder_speed(), 0);

    SIM_MARK(4); /* zero: the position starts anew, speed and jumps do not */
    for (i = 0; i < 5; i++)
        sample(3, 0);
    encoder_zero();
    zero = total;
    verdict();
    sample(3, 0);
    verdict();
    sample(1, 0);
    sample(1, 0);
    verdict();
    while (in_window)
        sample(0, 0);
    verdict();

    SIM_MARK(5); /* the count wraps in a window, forward and back */
    count = window_start = total = 0xFFFFFFFD;
    origin = zero = 0xFFFFFFF0;
    for (i = 0; i < HOLE_WINDOW; i++) {
        sample(i < 7 ? 1 : 0, 0);
        if (i < 9)
            verdict();
    }
    verdict();
    for (i = 0; i < HOLE_WINDOW; i++)
        sample(i < 9 ? 3 : 0, 0);
    verdict();
    jumps = missed = 0xFFFF;
    sample(2, 0);
    verdict();
    count = total = 0x12345678;
    travel = last_moved = -70001;
    verdict();

    SIM_MARK(6); /* started again in the middle of a window */
    sample(1, 0);
    start(0, 0xFFFFFFFF, 0xFFFFFFFF);
    sample(3, 0);
    verdict();
    start(3, 0, 0);
    sample(1, 0);
    verdict();

    SIM_MARK(7);
    for (i = 0; i < HOLE_WINDOW + 20; i++)
        sample(SIM_DRAW(0, 3), SIM_DRAW(0, 0xFFFF));
    verdict();
}
