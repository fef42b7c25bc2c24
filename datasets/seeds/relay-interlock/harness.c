#define MASK_P1_0 0x01
#define MASK_P1_1 0x02
#define MASK_P1_2 0x04
#define MASK_P1_3 0x08
#define MASK_P1_4 0x10
#define MASK_P1_5 0x20
#define MASK_P1_6 0x40
#define MASK_P1_7 0x80
#define JOIN(name) MASK_##name
#define MASK(pin) JOIN(pin)
#define UP_MASK MASK(HOLE_RELAY_UP)
#define DOWN_MASK MASK(HOLE_RELAY_DOWN)
#define OTHERS (0x5A & ~(UP_MASK | DOWN_MASK)) /* somebody else's pins */
#define BOTH_OFF (OTHERS | UP_MASK | DOWN_MASK)

static uint8_t pins(uint8_t direction)
{
    uint8_t port = BOTH_OFF;

    if (direction == 1)
        port &= ~UP_MASK;
    if (direction == 2)
        port &= ~DOWN_MASK;
    return port;
}

static void now(uint8_t direction)
{
    SIM_EXPECT(shutter_moving(), direction);
    SIM_EXPECT(SIM_LATCH(SIM_P1), pins(direction));
}

static void ticks(uint8_t count, uint8_t direction)
{
    while (count--) {
        shutter_tick();
        now(direction);
    }
}

static void nothing_written(void)
{
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

/* The dead time, and then the relay in the very next tick, by one write. */
static void goes(uint8_t direction)
{
    SIM_SKIP_WRITES(SIM_P1);
    ticks(HOLE_DEAD_TICKS, 0);
    nothing_written();
    ticks(1, direction);
    SIM_EXPECT_WRITE(SIM_P1, pins(direction));
    ticks(3, direction);
    nothing_written();
}

/* An independent copy of the rules: how many ticks ago everything went off. */
static uint8_t is;
static uint8_t ask;
static uint16_t ago;

static void request(uint8_t direction)
{
    shutter_request(direction);
    ask = direction <= 2 ? direction : 0;
    if (is && is != ask) {
        is = 0;
        ago = 0;
    }
    now(is);
}

void main(void)
{
    uint8_t i;

    P1 = OTHERS; /* from before: both relays on, and everything else as it happens to be */
    SIM_HOLD(SIM_P1, 0x00); /* what the pins read must not reach the latch */
    shutter_request(2);
    shutter_tick();
    P1 = OTHERS;

    SIM_MARK(1);
    shutter_init();
    now(0);
    SIM_SKIP_WRITES(SIM_P1);
    ticks(2 * HOLE_DEAD_TICKS + 3, 0); /* the old request is forgotten */
    nothing_written();

    SIM_MARK(2); /* from reset the dead time runs */
    shutter_init();
    shutter_request(1);
    goes(1);

    SIM_MARK(3); /* the same request again changes nothing; the other one drops the relay at once */
    shutter_request(1);
    nothing_written();
    ticks(1, 1);
    shutter_request(2);
    now(0);
    goes(2);
    shutter_request(2);
    now(2);
    nothing_written();

    SIM_MARK(4); /* stop, and back to the same direction: the dead time holds there too */
    shutter_request(0);
    now(0);
    shutter_request(2);
    now(0);
    goes(2);

    SIM_MARK(5); /* after a long rest the relay comes in the next tick */
    shutter_request(0);
    ticks(2 * HOLE_DEAD_TICKS + 2, 0);
    SIM_SKIP_WRITES(SIM_P1);
    shutter_request(1);
    nothing_written(); /* but never in the request itself */
    ticks(1, 1);

    SIM_MARK(6); /* numbers that mean nothing stop */
    shutter_request(3);
    now(0);
    shutter_request(1);
    goes(1);
    shutter_request(255);
    ticks(2 * HOLE_DEAD_TICKS + 2, 0);
    shutter_request(1);
    ticks(1, 1);
    shutter_request(128);
    ticks(HOLE_DEAD_TICKS + 3, 0);
    shutter_request(1);
    ticks(1, 1);

    SIM_MARK(7); /* changing one's mind in the dead time neither shortens nor prolongs it */
    shutter_request(2);
    SIM_SKIP_WRITES(SIM_P1);
    ticks(HOLE_DEAD_TICKS - 1, 0);
    shutter_request(1);
    shutter_request(0);
    ticks(1, 0);
    shutter_request(1);
    nothing_written();
    ticks(1, 1);

    is = 1;
    ask = 1;
    ago = 99;
    for (i = 0; i < 40; i++) {
        SIM_MARK(10 + i);
        if (SIM_DRAW(0, 2) == 0)
            request((uint8_t)SIM_DRAW(0, 3));
        shutter_tick();
        ago++;
        if (ask && ago > HOLE_DEAD_TICKS)
            is = ask;
        now(is);
    }
    SIM_DONE();
}
