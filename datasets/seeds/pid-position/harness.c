static int32_t sum; /* of the errors, times the gain */
static int32_t before;

static void start(uint16_t measured)
{
    pid_start(measured);
    sum = 0;
    before = measured;
}

static uint8_t step(int32_t setpoint, int32_t measured)
{
    int32_t e = setpoint - measured;
    int32_t grown = sum + e * HOLE_KI;
    int32_t raw = e * HOLE_KP + grown + (before - measured) * HOLE_KD;
    int32_t limit = HOLE_OUT_MAX * 256L;
    uint8_t out;

    before = measured;
    if (!((raw > limit && e > 0) || (raw < 0 && e < 0)))
        sum = grown;
    out = (uint8_t)(raw < 0 ? 0 : raw > limit ? HOLE_OUT_MAX : raw / 256);
    SIM_EXPECT(pid_step((uint16_t)setpoint, (uint16_t)measured), out);
    SIM_EXPECT((uint32_t)integral, (uint32_t)sum);
    return out;
}

void main(void)
{
    uint8_t i;

    pid_step(4095, 0); /* history of somebody else */
    pid_step(300, 290);
    SIM_MARK(1); /* at the setpoint nothing happens, wherever it is */
    start(0);
    SIM_EXPECT(step(0, 0), 0);
    start(4095);
    SIM_EXPECT(step(4095, 4095), 0);
    start(2000);
    SIM_EXPECT(step(2000, 2000), 0);

    SIM_MARK(2); /* small errors build up the integral, then down */
    for (i = 0; i < 20; i++)
        step(2005, 2000);
    SIM_EXPECT(step(2000, 2000), 5L * 20 * HOLE_KI / 256);
    for (i = 0; i < 10; i++)
        step(2000, 2001);
    step(2000, 2010);
    step(2000, 1990);

    SIM_MARK(3); /* a jump of the setpoint acts by KP and KI alone */
    start(1000);
    SIM_EXPECT(step(1020, 1000), 20L * (HOLE_KP + HOLE_KI) / 256);

    SIM_MARK(4); /* a rise of the measurement brakes, even at the setpoint */
    start(1000);
    for (i = 0; i < 60; i++)
        step(1010, 1000);
    step(1010, 1005);
    step(1010, 1005);
    step(1010, 1004);

    SIM_MARK(5); /* long at full output: no windup, the limit is left at once */
    start(0);
    for (i = 0; i < 50; i++)
        SIM_EXPECT(step(4095, 0), HOLE_OUT_MAX);
    SIM_EXPECT((uint32_t)integral, 0);
    SIM_EXPECT(step(0, 0), 0);
    SIM_EXPECT(step(30, 0), 30L * (HOLE_KP + HOLE_KI) / 256);
    start(4095);
    for (i = 0; i < 50; i++)
        SIM_EXPECT(step(0, 4095), 0);
    SIM_EXPECT((uint32_t)integral, 0);
    step(4095, 4095);
    step(4095, 4080);

    SIM_MARK(6); /* at a limit by derivative, with the error pointing back: it is summed */
    start(4095);
    SIM_EXPECT(step(0, 1), HOLE_OUT_MAX);
    start(0);
    SIM_EXPECT(step(4095, 4094), 0);
    step(4095, 4094);
    start(4095);
    SIM_EXPECT(step(0, 0), HOLE_OUT_MAX);
    start(0);
    SIM_EXPECT(step(4095, 4095), 0);

    SIM_MARK(7); /* exactly at the limits, reached by the integral alone */
    start(7);
    integral = HOLE_OUT_MAX * 256L;
    sum = integral;
    SIM_EXPECT(step(7, 7), HOLE_OUT_MAX);
    step(8, 8);
    integral = HOLE_OUT_MAX * 256L - (HOLE_KP + HOLE_KI); /* an error of one just gets there: not beyond */
    sum = integral;
    before = 8;
    SIM_EXPECT(step(9, 8), HOLE_OUT_MAX);
    integral = HOLE_OUT_MAX * 256L - HOLE_KP; /* and now beyond: not summed */
    sum = integral;
    SIM_EXPECT(step(9, 8), HOLE_OUT_MAX);
    SIM_EXPECT((uint32_t)integral, HOLE_OUT_MAX * 256L - HOLE_KP);
    start(0);
    integral = -(HOLE_KP + HOLE_KI) * 4095L; /* the largest error against an integral as large */
    sum = integral;
    SIM_EXPECT(step(4095, 0), 0);
    start(8);
    integral = HOLE_KP + HOLE_KI;
    sum = integral;
    SIM_EXPECT(step(7, 8), 0);
    SIM_EXPECT((uint32_t)integral, HOLE_KP);

    start(2048);
    for (i = 0; i < 24; i++) {
        SIM_MARK(10 + i);
        step((int32_t)SIM_DRAW(0, 4095), (int32_t)SIM_DRAW(0, 4095));
        step(2000 + (int32_t)SIM_DRAW(0, 60), 2000 + (int32_t)SIM_DRAW(0, 60));
        step(2030, 2000 + (int32_t)SIM_DRAW(0, 60));
    }
    SIM_DONE();
}
