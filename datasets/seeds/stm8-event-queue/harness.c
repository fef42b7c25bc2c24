#define REG(address) (*(volatile uint8_t *)(address))
#define ODR SIM_ODR('D')
#define IER SIM_REG(0x5301)
#define SR1 SIM_REG(0x5302)
#define UP_MASK (uint8_t)(1u << HOLE_UP_BIT)
#define DOWN_MASK (uint8_t)(1u << HOLE_DOWN_BIT)
#define BEAM_MASK (uint8_t)(1u << HOLE_BEAM_BIT)
#define BUTTON_MASK (uint8_t)(1u << HOLE_BUTTON_BIT)

static uint8_t odr;
static uint16_t i;

static void press(void)
{
    SIM_INTERRUPT(5);
}

static void break_beam(void)
{
    SIM_INTERRUPT(4);
}

static void tick(void)
{
    SIM_INTERRUPT(13);
    SIM_EXPECT_WRITE(SR1, 0xFE);
}

/* The last tick of a time that has nearly passed. */
static void expire(void)
{
    ticks_left = 1;
    tick();
}

static void expect_quiet(void)
{
    SIM_EXPECT_NO_WRITE(ODR);
    SIM_EXPECT_NO_WRITE(IER);
    SIM_EXPECT_NO_WRITE(SR1);
}

static uint16_t ticks_now(void)
{
    return ticks_left;
}

static void expect_motor(uint8_t relay)
{
    odr &= (uint8_t)~(UP_MASK | DOWN_MASK);
    SIM_EXPECT_WRITE(ODR, odr);
    if (relay != 0) {
        odr |= relay;
        SIM_EXPECT_WRITE(ODR, odr);
    }
}

static void expect_time(uint16_t ms)
{
    SIM_EXPECT_WRITE(IER, 0);
    SIM_EXPECT_WRITE(IER, 1);
    SIM_EXPECT(ticks_now(), ms / 10);
}

static void expect_opening(void)
{
    expect_motor(UP_MASK);
    expect_time(HOLE_TRAVEL_MS);
    expect_quiet();
}

static void expect_open(void)
{
    expect_motor(0);
    expect_time(HOLE_OPEN_MS);
    expect_quiet();
}

static void expect_closing(void)
{
    expect_motor(DOWN_MASK);
    expect_time(HOLE_TRAVEL_MS);
    expect_quiet();
}

static void expect_closed(void)
{
    expect_motor(0);
    expect_quiet();
}

static void start(uint8_t dirt)
{
    __asm__("sim");
    REG(SIM_DDR('B')) = dirt;
    REG(SIM_CR1('B')) = dirt;
    REG(SIM_CR2('B')) = dirt;
    REG(SIM_DDR('C')) = dirt;
    REG(SIM_CR1('C')) = dirt;
    REG(SIM_CR2('C')) = dirt;
    REG(SIM_ODR('D')) = dirt;
    REG(SIM_DDR('D')) = dirt;
    REG(SIM_CR1('D')) = dirt;
    REG(SIM_REG(0x50A0)) = dirt;
    odr = dirt & (uint8_t)~(UP_MASK | DOWN_MASK);
    SIM_SKIP_WRITES(ODR);
    SIM_SKIP_WRITES(IER);
    SIM_SKIP_WRITES(SR1);
    SIM_SKIP_WRITES(SIM_REG(0x5300));
    gate_init();
    SIM_EXPECT_WRITE(ODR, odr);
    SIM_EXPECT(SIM_LATCH(SIM_DDR('D')), dirt | UP_MASK | DOWN_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('D')), dirt | UP_MASK | DOWN_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_DDR('B')), dirt & (uint8_t)~BEAM_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('B')), dirt | BEAM_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('B')), dirt | BEAM_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_DDR('C')), dirt & (uint8_t)~BUTTON_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('C')), dirt | BUTTON_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('C')), dirt | BUTTON_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x50A0)), (dirt & 0xC3) | 0x28);
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x530C)), 4);
    SIM_EXPECT_WRITE(SIM_REG(0x530D), 9999 / 256);
    SIM_EXPECT_WRITE(SIM_REG(0x530E), 9999 % 256);
    SIM_EXPECT_WRITE(SIM_REG(0x5304), 1);
    SIM_EXPECT_WRITE(SR1, 0xFE);
    SIM_EXPECT(SIM_LATCH(SR1) & 1, 0);
    SIM_EXPECT_WRITE(IER, 1);
    SIM_EXPECT_WRITE(SIM_REG(0x5300), 1);
    expect_quiet();
    __asm__("rim");
    gate_run();
    expect_quiet();
}

static void after(void);

void main(void)
{
    ticks_left = 1;
    start(0x00);
    press();
    gate_run();
    expect_opening();
    press();
    expire();
    SIM_SKIP_WRITES(SR1);
    start(0xFF); /* closed again, whatever it was doing and whatever was waiting */
    tick();
    gate_run();
    expect_quiet();
    start(0x5A);

    SIM_MARK(1); /* one whole round with all its ticks; closed, it minds nothing but the button */
    break_beam();
    tick();
    gate_run();
    expect_quiet();
    press();
    gate_run();
    expect_opening();
    for (i = 1; i < HOLE_TRAVEL_MS / 10; i++)
        tick();
    gate_run();
    expect_quiet();
    tick();
    gate_run();
    expect_open();
    for (i = 1; i < HOLE_OPEN_MS / 10; i++)
        tick();
    gate_run();
    expect_quiet();
    tick();
    gate_run();
    expect_closing();
    expire();
    gate_run();
    expect_closed();
    tick(); /* the time is up once */
    tick();
    gate_run();
    expect_quiet();

    SIM_MARK(2); /* opening minds neither; open, both keep it open; closing, both send it up again */
    press();
    gate_run();
    expect_opening();
    press();
    break_beam();
    gate_run();
    expect_quiet();
    expire();
    gate_run();
    expect_open();
    tick();
    press();
    gate_run();
    expect_open();
    tick();
    break_beam();
    gate_run();
    expect_open();
    expire();
    gate_run();
    expect_closing();
    break_beam();
    gate_run();
    expect_opening();
    expire();
    gate_run();
    expect_open();
    expire();
    gate_run();
    expect_closing();
    press();
    gate_run();
    expect_opening();
    expire();
    gate_run();
    expect_open();

    SIM_MARK(3); /* somebody comes before the time is up, but both are handled later: that time is not up any more */
    for (i = 0; i < 20; i++) {
        break_beam();
        expire();
        gate_run();
        expect_open();
    }
    expire(); /* the other way round it closes, and opens at once */
    break_beam();
    gate_run();
    expect_motor(DOWN_MASK);
    SIM_EXPECT_WRITE(IER, 0);
    SIM_EXPECT_WRITE(IER, 1);
    expect_opening();

    SIM_MARK(4); /* a crowd at the button cannot push the end of the travel out of the queue */
    for (i = 0; i < HOLE_QUEUE_SIZE + 3; i++)
        press();
    expire();
    gate_run();
    expect_open();
    for (i = 0; i < HOLE_QUEUE_SIZE + 3; i++)
        if (i & 1)
            press();
        else
            break_beam();
    gate_run();
    for (i = 0; i < HOLE_QUEUE_SIZE - 1; i++) {
        expect_motor(0);
        SIM_EXPECT_WRITE(IER, 0);
        SIM_EXPECT_WRITE(IER, 1);
    }
    expect_quiet();
    for (i = 0; i < 300; i++) { /* the indices wrap */
        press();
        gate_run();
        expect_motor(0);
        SIM_SKIP_WRITES(IER);
    }
    expect_quiet();

    SIM_MARK(5); /* from reset, as a program: it sleeps, is woken, and sleeps again */
    __asm__("sim");
    REG(SIM_ODR('D')) = 0;
    SIM_SKIP_WRITES(ODR);
    SIM_SKIP_WRITES(SR1);
    SIM_INTERRUPT_ON_IDLE(4);
    SIM_INTERRUPT_ON_IDLE(5);
    for (i = 0; i < HOLE_TRAVEL_MS / 10; i++)
        SIM_INTERRUPT_ON_IDLE(13);
    SIM_INTERRUPT_ON_IDLE(4);
    SIM_CUT_AFTER(15000, after);
    program_main();
}

static void after(void)
{
    odr = 0;
    SIM_EXPECT_WRITE(SIM_REG(0x50C6), 0);
    expect_motor(0);
    expect_motor(UP_MASK);
    expect_motor(0);
    expect_motor(0);
    SIM_EXPECT_NO_WRITE(ODR);
    SIM_EXPECT(ticks_now(), HOLE_OPEN_MS / 10);
    SIM_DONE();
}
