#define HALF_TICKS (HOLE_HALF_PERIOD_MS / HOLE_TICK_MS)

static void finish(void)
{
    uint16_t tick;
    uint8_t half;

    SIM_EXPECT_WRITE(SIM_P1, 0xFF);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x89)), 0x21);
    SIM_EXPECT_WRITE(SIM_SFR(0x8C), HOLE_RELOAD >> 8);
    SIM_EXPECT_WRITE(SIM_SFR(0x8A), HOLE_RELOAD & 0xFF);
    SIM_EXPECT_WRITE(SIM_SFR(0x87), 0x01);
    SIM_EXPECT(TR0, 1);
    SIM_EXPECT(EA, 1);
    SIM_EXPECT(ET0, 1);
    for (half = 0; half < 3; half++) {
        SIM_MARK(1 + half);
        for (tick = 1; tick < HALF_TICKS; tick++) {
            SIM_INTERRUPT(1);
        }
        SIM_EXPECT_NO_WRITE(SIM_P1);
        SIM_INTERRUPT(1);
        SIM_EXPECT_WRITE(SIM_P1, half & 1 ? 0xFF : 0xFF & ~(1 << HOLE_LED_BIT));
        SIM_EXPECT_NO_WRITE(SIM_P1);
        SIM_EXPECT_WRITE(SIM_SFR(0x8C), HOLE_RELOAD >> 8);
        SIM_EXPECT_WRITE(SIM_SFR(0x8A), HOLE_RELOAD & 0xFF);
    }
    SIM_DONE();
}

void main(void)
{
    TMOD = 0x2E; /* timer 1 is somebody else's: it must survive; timer 0 was left in some other mode */
    SIM_SKIP_WRITES(SIM_SFR(0x89));
    SIM_CUT_AFTER(400, finish);
    program_main();
}
