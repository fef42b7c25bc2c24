static int32_t model;
static int16_t e1;
static int16_t e2;

/* The same controller, grouped by error instead of by term. */
static uint8_t step(uint16_t setpoint, uint16_t measured)
{
    int32_t e0 = (int32_t)setpoint - (int32_t)measured;

    model += ((int32_t)HOLE_KP + HOLE_KI + HOLE_KD) * e0;
    model -= ((int32_t)HOLE_KP + 2 * HOLE_KD) * e1;
    model += (int32_t)HOLE_KD * e2;
    e2 = e1;
    e1 = (int16_t)e0;
    if (model > HOLE_OUT_MAX * 256L)
        model = HOLE_OUT_MAX * 256L;
    if (model < HOLE_OUT_MIN * 256L)
        model = HOLE_OUT_MIN * 256L;
    return (uint8_t)(model / 256);
}

static void start(uint8_t present, uint16_t setpoint, uint16_t measured)
{
    int16_t kept = present;

    pid_start(present, setpoint, measured);
    if (kept < HOLE_OUT_MIN)
        kept = HOLE_OUT_MIN;
    if (kept > HOLE_OUT_MAX)
        kept = HOLE_OUT_MAX;
    model = kept * 256L;
    e1 = e2 = (int16_t)(setpoint - measured);
}

static void both(uint16_t setpoint, uint16_t measured)
{
    SIM_EXPECT(pid_step(setpoint, measured), step(setpoint, measured));
}

void main(void)
{
    uint8_t i;
    uint16_t measured = 500;
    uint16_t n;

    SIM_MARK(1); /* at rest nothing moves */
    start(100, 500, 500);
    SIM_EXPECT(pid_step(500, 500), 100);
    SIM_EXPECT(pid_step(500, 500), 100);

    SIM_MARK(2); /* bumpless: a standing error starts with the integral part only */
    start(100, 508, 500);
    SIM_EXPECT(pid_step(508, 500), 100 + 8 * HOLE_KI / 256);
    start(100, 508, 500);
    for (i = 0; i < 12; i++) /* fractions add up over the steps */
        both(508, 500);

    SIM_MARK(3); /* a proportional and derivative kick, and back */
    start(100, 500, 500);
    both(510, 500);
    both(510, 500);
    both(510, 500);
    both(500, 500);
    both(490, 500);
    both(490, 500);

    SIM_MARK(4); /* hard against the upper limit for long: no windup, so it leaves at once */
    start(120, 600, 600);
    for (i = 0; i < 20; i++)
        both(4095, 0);
    SIM_EXPECT(pid_step(4095, 0), HOLE_OUT_MAX);
    step(4095, 0);
    both(4095, 64);
    both(4095, 65);
    both(600, 610);
    both(600, 611);

    SIM_MARK(5); /* and against the lower one */
    for (i = 0; i < 20; i++)
        both(0, 4095);
    SIM_EXPECT(pid_step(0, 4095), HOLE_OUT_MIN);
    step(0, 4095);
    both(0, 4000);
    both(1, 4000);
    both(600, 590);

    SIM_MARK(6); /* a start outside the limits is pulled in */
    start(255, 10, 10);
    SIM_EXPECT(pid_step(10, 10), HOLE_OUT_MAX);
    start(0, 10, 10);
    SIM_EXPECT(pid_step(10, 10), HOLE_OUT_MIN);

    SIM_MARK(7); /* a wandering process near the set point */
    start(128, 500, 500);
    for (i = 0; i < 24; i++) {
        measured = (uint16_t)(measured + SIM_DRAW(0, 24) - 12);
        both(500, measured);
    }
    for (i = 0; i < 12; i++) {
        SIM_MARK(10 + i);
        n = (uint16_t)SIM_DRAW(0, 4095);
        both(n, (uint16_t)SIM_DRAW(0, 4095));
    }
    SIM_DONE();
}
