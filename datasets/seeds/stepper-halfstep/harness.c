#define JOIN(name) SIM_##name
#define PORT(name) JOIN(name)
#define TH0_ADDRESS SIM_SFR(0x8C)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define TCON_ADDRESS SIM_SFR(0x88)

static uint8_t at;
static int16_t place;

/* One or two neighbouring coils: computed, not looked up. */
static uint8_t pattern(uint8_t step)
{
    uint8_t coil = step >> 1;
    uint8_t bits = (uint8_t)(1 << coil);

    if (step & 1)
        bits |= (uint8_t)(1 << ((coil + 1) & 3));
    return 0xF0 | bits;
}

static void move(int16_t steps)
{
    uint16_t n = steps < 0 ? 0u - (uint16_t)steps : (uint16_t)steps;
    uint16_t k;
    uint16_t fast;
    uint16_t load;

    stepper_move(steps);
    for (k = 0; k < n; k++) {
        at = (uint8_t)(steps < 0 ? at + 7 : at + 1) & 7;
        fast = k < n - 1 - k ? k : n - 1 - k;
        if (fast > HOLE_RAMP_STEPS)
            fast = HOLE_RAMP_STEPS;
        load = (uint16_t)(0x10000 - (HOLE_START_US - fast * HOLE_RAMP_US));
        SIM_EXPECT_WRITE(PORT(HOLE_COIL_PORT), pattern(at));
        SIM_EXPECT_WRITE(TH0_ADDRESS, load >> 8);
        SIM_EXPECT_WRITE(TL0_ADDRESS, load & 0xFF);
        SIM_EXPECT_WRITE(TCON_ADDRESS, 0x00); /* TF0 cleared */
        SIM_EXPECT_WRITE(TCON_ADDRESS, 0x10); /* started */
        SIM_EXPECT_WRITE(TCON_ADDRESS, 0x20); /* stopped after the overflow */
    }
    SIM_EXPECT_NO_WRITE(PORT(HOLE_COIL_PORT));
    SIM_EXPECT_NO_WRITE(TH0_ADDRESS);
    SIM_EXPECT(TR0, 0);
    place += steps;
    SIM_EXPECT(stepper_position(), place);
}

static void far_away(void)
{
    SIM_EXPECT_WRITE(PORT(HOLE_COIL_PORT), pattern(7));
    SIM_EXPECT_WRITE(PORT(HOLE_COIL_PORT), pattern(6));
    SIM_DONE();
}

void main(void)
{
    uint8_t i;

    at = 0;
    place = 0;
    TMOD = 0x2E; /* timer 1 is somebody else's; of timer 0 every bit is wrong */
    TF0 = 1;     /* a stale overflow must not cut the first wait short */
    SIM_SKIP_WRITES(PORT(HOLE_COIL_PORT));
    SIM_MARK(1);
    stepper_init();
    SIM_EXPECT_WRITE(PORT(HOLE_COIL_PORT), 0xF0);
    SIM_EXPECT(TMOD, 0x21);
    TMOD = 0xD0;
    stepper_init();
    SIM_SKIP_WRITES(TCON_ADDRESS);
    SIM_EXPECT_WRITE(PORT(HOLE_COIL_PORT), 0xF0);
    SIM_EXPECT(TMOD, 0xD1);
    SIM_EXPECT(stepper_position(), 0);

    SIM_MARK(2); /* short moves never reach the cruising speed */
    move(1);
    move(-1);
    move(2);
    move(3);
    move(-4);
    move(0);
    SIM_MARK(3); /* just reaching it, and cruising */
    move(2 * HOLE_RAMP_STEPS);
    move(-(2 * HOLE_RAMP_STEPS + 1));
    move(2 * HOLE_RAMP_STEPS + 2);
    move(-(2 * HOLE_RAMP_STEPS + 5));
    for (i = 0; i < 5; i++) {
        SIM_MARK(10 + i);
        move((int16_t)SIM_DRAW(0, 24) - 12);
    }

    SIM_MARK(4);
    stepper_release();
    SIM_EXPECT_WRITE(PORT(HOLE_COIL_PORT), 0xF0);
    SIM_EXPECT(stepper_position(), place);
    move(1); /* goes on from the phase it had */
    stepper_init();
    SIM_EXPECT_WRITE(PORT(HOLE_COIL_PORT), 0xF0);
    SIM_EXPECT(stepper_position(), 0);
    at = 0;
    place = 0;
    move(1);

    SIM_MARK(5); /* more steps than a byte counts */
    move(300);
    move(-301);
    SIM_EXPECT(stepper_position(), 0);
    SIM_MARK(6); /* the longest move of all: only its beginning is looked at */
    SIM_CUT_AFTER(40, far_away);
    stepper_move(-32767 - 1);
    SIM_EXPECT(stepper_position(), -32767 - 1); /* never comes that far */
}
