#define MASK_P3_2 0x04
#define MASK_P3_3 0x08
#define MASK_P3_4 0x10
#define MASK_P3_5 0x20
#define MASK_P3_7 0x80
#define JOIN(name) MASK_##name
#define MASK(pin) JOIN(pin)

/* The button alone, all other pins the other way round: a wrong pin shows. */
static void press(void)
{
    SIM_HOLD(SIM_P3, (uint8_t)~MASK(HOLE_BUTTON));
}

static void release(void)
{
    SIM_HOLD(SIM_P3, MASK(HOLE_BUTTON));
}

/* Seconds in which nothing changes. */
static void quiet(uint8_t seconds)
{
    while (seconds--) {
        lights_tick();
        SIM_EXPECT_NO_WRITE(SIM_P1);
    }
}

/* The second that ends a phase. */
static void change(uint8_t lamps)
{
    lights_tick();
    SIM_EXPECT_WRITE(SIM_P1, lamps);
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

static void blink(void)
{
    uint8_t i;

    for (i = 1; i < HOLE_BLINK_SECONDS; i++)
        change((i & 1) ? 0x01 : 0x11);
}

void main(void)
{
    P3 = (uint8_t)~MASK(HOLE_BUTTON); /* the program has to release its own input */
    SIM_SKIP_WRITES(SIM_P1);
    release();
    SIM_MARK(1); /* nobody there: green for as long as you like */
    lights_init();
    SIM_EXPECT_WRITE(SIM_P1, 0x0C);
    quiet(HOLE_GREEN_SECONDS + 3);

    SIM_MARK(2); /* a request after the minimum time starts the change at once */
    P3 = 0xFF;
    press();
    change(0x0A);
    release();
    quiet(HOLE_YELLOW_SECONDS - 1);
    change(0x09);
    quiet(HOLE_CLEAR_SECONDS - 1);
    change(0x11);

    SIM_MARK(3); /* pressed while walking: means nothing */
    press();
    quiet(HOLE_WALK_SECONDS - 1);
    change(0x11);
    release();
    blink();
    change(0x0B);
    quiet(1);
    change(0x0C);
    quiet(HOLE_GREEN_SECONDS + 1);
    press();
    change(0x0A);

    SIM_MARK(4); /* held until the walk phase begins: answered by it */
    quiet(HOLE_YELLOW_SECONDS - 1);
    change(0x09);
    quiet(HOLE_CLEAR_SECONDS - 1);
    change(0x11);
    release();
    quiet(HOLE_WALK_SECONDS - 1);
    change(0x11);
    blink();
    change(0x0B);
    quiet(1);
    change(0x0C);

    SIM_MARK(5); /* pressed early in the green phase: the cars get their minimum */
    quiet(1);
    press();
    quiet(1);
    release();
    quiet(HOLE_GREEN_SECONDS - 3);
    change(0x0A);
    quiet(HOLE_YELLOW_SECONDS - 1);
    change(0x09);
    quiet(HOLE_CLEAR_SECONDS - 1);
    change(0x11);
    quiet(HOLE_WALK_SECONDS - 1);
    change(0x11);

    SIM_MARK(6); /* pressed while it blinks: remembered for the next round */
    press();
    change(0x01);
    release();
    {
        uint8_t i;

        for (i = 2; i < HOLE_BLINK_SECONDS; i++)
            change((i & 1) ? 0x01 : 0x11);
    }
    change(0x0B);
    quiet(1);
    change(0x0C);
    quiet(HOLE_GREEN_SECONDS - 1);
    change(0x0A);

    SIM_MARK(7); /* starting afresh forgets the request */
    lights_init();
    SIM_EXPECT_WRITE(SIM_P1, 0x0C);
    press();
    quiet(1);
    release();
    lights_init();
    SIM_EXPECT_WRITE(SIM_P1, 0x0C);
    quiet(HOLE_GREEN_SECONDS + 1);
    press();
    change(0x0A);
    SIM_DONE();
}
