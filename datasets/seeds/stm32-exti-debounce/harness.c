#define AT(address) (*(volatile uint32_t *)(address))
#define APB2ENR 0x40021018
#define EXTICR(n) (0x40010008 + 4 * (n))
#define IMR 0x40010400
#define RTSR 0x40010408
#define FTSR 0x4001040C
#define PR 0x40010414
#define ISER0 0xE000E100
#define EXTI9_5 39
#define IDR SIM_IDR(HOLE_PORT_CHAR)
#define CONTROL (HOLE_BUTTON_PIN < 8 ? SIM_CRL(HOLE_PORT_CHAR) : SIM_CRH(HOLE_PORT_CHAR))
#define BIT (1u << HOLE_BUTTON_PIN)
#define OTHER (HOLE_BUTTON_PIN == 5 ? 1u << 6 : 1u << 5) /* a line of the same vector that is somebody else's */
#define LOW (0xFFFFu & ~BIT)
#define HIGH BIT

static uint32_t masks; /* of the other lines */

static void quiet_bus(void)
{
    SIM_EXPECT_NO_WRITE(PR);
    SIM_EXPECT_NO_WRITE(IMR);
    SIM_EXPECT_NO_WRITE(ISER0);
    SIM_EXPECT_NO_WRITE(CONTROL);
    SIM_EXPECT_NO_WRITE(SIM_BSRR(HOLE_PORT_CHAR));
}

static void edge(void)
{
    SIM_INTERRUPT(EXTI9_5);
    SIM_EXPECT_WRITE(IMR, masks);
    SIM_EXPECT_WRITE(PR, BIT);
    quiet_bus();
}

/* All but the last tick of a quiet time do nothing, whatever the pin does; the last arms the line and decides. */
static void wait_out(uint32_t level, uint32_t is_down)
{
    uint32_t i, before = button_is_down();

    SIM_HOLD(IDR, before ? HIGH : LOW);
    for (i = 1; i < HOLE_QUIET_MS; i++) {
        button_tick();
        quiet_bus();
        SIM_EXPECT(button_is_down(), before);
    }
    SIM_HOLD(IDR, level);
    button_tick();
    SIM_EXPECT_WRITE(PR, BIT);
    SIM_EXPECT_WRITE(IMR, masks | BIT);
    quiet_bus();
    SIM_EXPECT(button_is_down(), is_down);
    SIM_HOLD(IDR, is_down ? HIGH : LOW);
    button_tick(); /* the quiet time is over */
    button_tick();
    quiet_bus();
    SIM_EXPECT(button_is_down(), is_down);
}

static void start(uint32_t level)
{
    uint32_t control = AT(CONTROL), source = AT(EXTICR(HOLE_BUTTON_PIN / 4));
    uint32_t clocks = AT(APB2ENR), rising = AT(RTSR), falling = AT(FTSR);
    uint32_t shift = HOLE_BUTTON_PIN % 8 * 4, place = HOLE_BUTTON_PIN % 4 * 4, i;
    uint32_t others[4];

    for (i = 0; i < 4; i++)
        others[i] = AT(EXTICR(i));
    SIM_HOLD(IDR, level);
    button_init();
    SIM_EXPECT_WRITE(IMR, masks);
    SIM_EXPECT_WRITE(APB2ENR, clocks | 1 | 1u << (HOLE_PORT_CODE + 2));
    SIM_EXPECT_WRITE(SIM_BSRR(HOLE_PORT_CHAR), BIT);
    SIM_EXPECT_WRITE(CONTROL, (control & ~(15u << shift)) | 8u << shift);
    SIM_EXPECT_WRITE(EXTICR(HOLE_BUTTON_PIN / 4), (source & ~(15u << place)) | (uint32_t)HOLE_PORT_CODE << place);
    SIM_EXPECT_WRITE(RTSR, rising | BIT);
    SIM_EXPECT_WRITE(FTSR, falling | BIT);
    SIM_EXPECT_WRITE(PR, BIT);
    SIM_EXPECT_WRITE(IMR, masks | BIT);
    SIM_EXPECT_WRITE(ISER0, 1u << 23);
    quiet_bus();
    for (i = 0; i < 4; i++)
        if (i != HOLE_BUTTON_PIN / 4)
            SIM_EXPECT(AT(EXTICR(i)), others[i]);
    SIM_EXPECT(button_is_down(), !(level & BIT));
    SIM_EXPECT(button_take_presses(), 0);
    presses = 0x12345; /* as many as a long absence of main may bring */
    SIM_EXPECT(button_take_presses(), 0x12345);
    SIM_EXPECT(button_take_presses(), 0);
}

void main(void)
{
    uint32_t i, n, expected = 0, state;

    SIM_MARK(1); /* neighbours' settings, and the leavings of an earlier life */
    AT(APB2ENR) = 0x4020;
    AT(CONTROL) = 0xB4738A14;
    for (i = 0; i < 4; i++)
        AT(EXTICR(i)) = 0x5A3C + 0x1111 * i;
    AT(RTSR) = 0x10003;
    AT(FTSR) = 0x20005;
    masks = 0x8001 | OTHER;
    AT(IMR) = masks | BIT;
    down = true;
    button_tick();
    SIM_SKIP_WRITES(APB2ENR);
    SIM_SKIP_WRITES(CONTROL);
    SIM_SKIP_WRITES(EXTICR(HOLE_BUTTON_PIN / 4));
    SIM_SKIP_WRITES(RTSR);
    SIM_SKIP_WRITES(FTSR);
    SIM_SKIP_WRITES(IMR);
    SIM_SKIP_WRITES(PR);
    start(0xFFFF);

    SIM_MARK(2); /* no edge: nothing is decided */
    SIM_HOLD(IDR, LOW);
    for (i = 0; i < HOLE_QUIET_MS + 2; i++)
        button_tick();
    quiet_bus();
    SIM_EXPECT(button_is_down(), 0);

    SIM_MARK(3); /* a press, a release */
    edge();
    SIM_EXPECT(button_is_down(), 0);
    wait_out(LOW, 1);
    SIM_EXPECT(button_take_presses(), 1);
    SIM_EXPECT(button_take_presses(), 0);
    edge();
    wait_out(HIGH, 0);
    SIM_EXPECT(button_take_presses(), 0);

    SIM_MARK(4); /* glitches: back where it was at the end of the quiet time */
    edge();
    wait_out(0xFFFF, 0);
    edge();
    wait_out(0, 1);
    edge();
    wait_out(LOW, 1);
    SIM_EXPECT(button_take_presses(), 1);

    SIM_MARK(5); /* the other line of the vector, while ours is masked: its flag is left to its owner */
    edge();
    SIM_INTERRUPT(EXTI9_5);
    quiet_bus();
    SIM_EXPECT(AT(PR) & OTHER, OTHER);
    wait_out(HIGH, 0);
    SIM_EXPECT(AT(PR) & OTHER, OTHER);

    SIM_MARK(6); /* presses add up until they are taken */
    for (i = 0; i < 3; i++) {
        edge();
        wait_out(LOW, 1);
        edge();
        wait_out(HIGH, 0);
    }
    SIM_EXPECT(button_take_presses(), 3);
    edge();
    wait_out(LOW, 1);
    SIM_EXPECT(button_take_presses(), 1);

    SIM_MARK(7); /* counters wrap */
    presses = taken = 0xFFFFFFFF;
    edge();
    wait_out(HIGH, 0);
    edge();
    wait_out(LOW, 1);
    edge();
    wait_out(HIGH, 0);
    edge();
    wait_out(LOW, 1);
    SIM_EXPECT(button_take_presses(), 2);

    SIM_MARK(8); /* started again in a quiet time, with the button held and a press not taken */
    edge();
    wait_out(HIGH, 0);
    edge();
    wait_out(LOW, 1);
    edge();
    start(LOW);
    SIM_HOLD(IDR, HIGH);
    for (i = 0; i < HOLE_QUIET_MS + 2; i++)
        button_tick();
    quiet_bus();
    SIM_EXPECT(button_is_down(), 1);
    edge();
    wait_out(LOW, 1);
    SIM_EXPECT(button_take_presses(), 0);

    state = 1;
    for (i = 0; i < 6; i++) {
        SIM_MARK(9 + i);
        n = SIM_DRAW(0, 1);
        edge();
        wait_out(n ? LOW : HIGH, n);
        expected += n && !state;
        state = n;
    }
    SIM_EXPECT(button_take_presses(), expected);
}
