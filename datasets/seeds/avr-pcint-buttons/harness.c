#define CHANGE 5 /* PCINT2 */
#define ALL ((1 << HOLE_BUTTONS) - 1)
#define MASK (ALL << HOLE_FIRST_BIT)

static uint8_t up[HOLE_BUTTONS];    /* the expectation, button by button */
static uint8_t wait[HOLE_BUTTONS];
static uint8_t went_down;
static uint8_t came_up;
static uint8_t noise;               /* other pins of the port */

static void put(uint8_t down)
{
    SIM_HOLD(SIM_PIND, ((uint8_t)~(down << HOLE_FIRST_BIT) & MASK) | (noise & (uint8_t)~MASK));
    noise = (uint8_t)~noise;
}

static void see(uint8_t down)
{
    uint8_t i;
    uint8_t now;

    for (i = 0; i < HOLE_BUTTONS; i++) {
        now = !(down >> i & 1);
        if (wait[i] == 0 && now != up[i]) {
            up[i] = now;
            wait[i] = HOLE_LOCK_TICKS;
            if (now)
                came_up |= (uint8_t)(1 << i);
            else
                went_down |= (uint8_t)(1 << i);
        }
    }
}

static void check(void)
{
    uint8_t i;
    uint8_t held = 0;

    for (i = 0; i < HOLE_BUTTONS; i++)
        held |= (uint8_t)(!up[i] << i);
    SIM_EXPECT(buttons_held(), held);
    SIM_EXPECT(buttons_pressed(), went_down);
    SIM_EXPECT(buttons_released(), came_up);
    went_down = 0;
    came_up = 0;
}

static void change(uint8_t down)
{
    put(down);
    SIM_INTERRUPT(CHANGE);
    see(down);
}

static void ticks(uint8_t down, uint8_t count)
{
    uint8_t i;
    uint8_t opened;

    put(down);
    while (count--) {
        buttons_tick();
        opened = 0;
        for (i = 0; i < HOLE_BUTTONS; i++) {
            if (wait[i] && --wait[i] == 0)
                opened = 1;
        }
        if (opened)
            see(down);
    }
}

static void start(uint8_t down)
{
    uint8_t i;

    put(down);
    buttons_init();
    for (i = 0; i < HOLE_BUTTONS; i++) {
        up[i] = !(down >> i & 1);
        wait[i] = 0;
    }
    went_down = 0;
    came_up = 0;
}

void main(void)
{
    uint8_t i;
    uint8_t down;
    uint8_t total;

    noise = 0x5A;
    DDRD = 0x5A | MASK;
    PORTD = 0x24 & (uint8_t)~MASK;
    PCMSK2 = 0xA5 | MASK;
    PCICR = 0x01;
    SIM_SKIP_WRITES(SIM_REG(0x6D));
    start(0);
    SIM_EXPECT(DDRD, 0x5A & (uint8_t)~MASK);
    SIM_EXPECT(PORTD, MASK | (0x24 & (uint8_t)~MASK));
    SIM_EXPECT_WRITE(SIM_REG(0x6D), 0xA5 & (uint8_t)~MASK);
    SIM_EXPECT_WRITE(SIM_REG(0x6D), 0xA5 | MASK);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x6D));
    SIM_EXPECT(PCICR, 0x05);
    SIM_EXPECT_WRITE(SIM_REG(0x3B), 0x04); /* the flag, and no other one */
    SIM_EXPECT_NO_WRITE(SIM_REG(0x3B));
    SIM_EXPECT(SREG >> 7, 0);
    sei();
    check();

    SIM_MARK(1); /* each button down, bouncing, and up */
    for (i = 0; i < HOLE_BUTTONS; i++) {
        down = (uint8_t)(1 << i);
        change(down);
        check();
        change(0);
        change(down);
        ticks(down, HOLE_LOCK_TICKS - 1);
        change(0);
        check();
        change(down);
        ticks(down, 1);
        check();
        change(0);
        check();
        ticks(0, HOLE_LOCK_TICKS);
        check();
    }

    SIM_MARK(2); /* released while it is locked: found at the end of the lock, without an interrupt */
    change(1);
    ticks(1, 1);
    ticks(0, HOLE_LOCK_TICKS - 1);
    check();
    ticks(1, HOLE_LOCK_TICKS - 1); /* which locked it again */
    check();
    ticks(1, 1);
    check();

    SIM_MARK(3); /* two at once, and one while the other is locked */
    start(0);
    change(ALL);
    check();
    ticks(ALL, 1);
    ticks(0, HOLE_LOCK_TICKS);
    ticks(0, HOLE_LOCK_TICKS);
    check();
    change(1);
    ticks(1, HOLE_LOCK_TICKS - 1);
    change(3);
    check();
    ticks(3, 1);
    change(2);
    change(0);
    check();
    ticks(0, HOLE_LOCK_TICKS);
    ticks(0, HOLE_LOCK_TICKS);

    SIM_MARK(4); /* edges add up until they are taken */
    for (i = 0; i < HOLE_BUTTONS; i++) {
        change((uint8_t)(1 << i));
        ticks((uint8_t)(1 << i), HOLE_LOCK_TICKS);
    }
    check();

    SIM_MARK(5); /* held down at the start is no press; starting anew forgets */
    start(2);
    check();
    change(0);
    check();
    ticks(0, HOLE_LOCK_TICKS);
    change(1);
    start(0);
    check();
    change(ALL);
    check();
    ticks(ALL, HOLE_LOCK_TICKS);
    change(0);
    start(0);
    ticks(ALL, HOLE_LOCK_TICKS + 1); /* no lock runs, and no interrupt came: nobody looks */
    check();
    for (i = 0; i < 40; i++) {
        SIM_MARK(10 + i);
        down = (uint8_t)SIM_DRAW(0, ALL);
        if (SIM_DRAW(0, 2) != 0)
            change(down);
        ticks(down, (uint8_t)SIM_DRAW(0, HOLE_LOCK_TICKS + 1));
        if (i & 1)
            check();
    }

    SIM_MARK(60); /* an edge between reading and clearing is not lost */
    for (i = 1; i < 30; i++) {
        start(0);
        change(1);
        put(3);
        SIM_INTERRUPT_AFTER(CHANGE, i);
        total = buttons_pressed();
        while (total != 3)
            total |= buttons_pressed();
        start(3);
        change(2);
        put(0);
        SIM_INTERRUPT_AFTER(CHANGE, i);
        total = buttons_released();
        while (total != 3)
            total |= buttons_released();
        SIM_EXPECT(buttons_held(), 0);
    }

    SIM_MARK(61); /* with interrupts off they stay off */
    cli();
    buttons_tick();
    buttons_pressed();
    buttons_released();
    SIM_EXPECT(SREG >> 7, 0);
    SIM_DONE();
}
