/* The same controller in 64 bits, in the instruction's words. */
static int64_t m_target, m_last, m_speed, m_ordered, m_integral;
static uint32_t m_count, m_arrived;

static int64_t between(int64_t low, int64_t value, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* As 32-bit counters see it: the shorter way round. */
static int64_t way(int64_t from, int64_t to)
{
    int64_t d = (to - from) % 4294967296ll;

    if (d >= 2147483648ll)
        d -= 4294967296ll;
    if (d < -2147483648ll)
        d += 4294967296ll;
    return d;
}

static void reset(int32_t position)
{
    cascade_reset(position);
    m_target = m_last = position;
    m_speed = m_ordered = m_integral = 0;
    m_count = 0;
    m_arrived = 1;
    SIM_EXPECT(cascade_arrived(), 1);
}

static void move_to(int32_t position)
{
    cascade_move_to(position);
    m_target = position;
    m_arrived = 0;
    SIM_EXPECT(cascade_arrived(), 0);
}

static int32_t step(int32_t measured)
{
    int64_t sum, error, grown, want, duty;

    m_speed += (between(-1000, way(m_last, measured), 1000) * 256 - m_speed) / HOLE_FILTER;
    m_last = measured;
    if (m_count++ % HOLE_OUTER_EVERY == 0) {
        sum = way(measured, m_target);
        m_arrived = sum >= -HOLE_WINDOW && sum <= HOLE_WINDOW;
        sum = between(-1048576, sum, 1048576) * HOLE_KP_POSITION / 256;
        sum = between(-HOLE_SPEED_MAX, sum, HOLE_SPEED_MAX);
        m_ordered = between(m_ordered - HOLE_ACCELERATION, sum, m_ordered + HOLE_ACCELERATION);
    }
    error = m_ordered - m_speed;
    grown = m_integral + HOLE_KI_SPEED * error;
    want = (HOLE_KP_SPEED * error + grown) / 4096;
    duty = between(-HOLE_OUT_MAX, want, HOLE_OUT_MAX);
    if (!((want > HOLE_OUT_MAX && error > 0) || (want < -HOLE_OUT_MAX && error < 0)))
        m_integral = between(-HOLE_OUT_MAX * 4096ll, grown, HOLE_OUT_MAX * 4096ll);
    SIM_EXPECT((uint32_t)cascade_step(measured), (uint32_t)duty);
    SIM_EXPECT(cascade_arrived(), m_arrived);
    return (int32_t)duty;
}

/* A motor with inertia and friction, so that the loops close; positions in 1/256 counts. */
static int64_t place, velocity;

static void run(uint32_t samples, int32_t blocked)
{
    while (samples--) {
        int32_t duty = step((int32_t)(place >> 8));

        if (blocked)
            continue;
        velocity += duty - velocity / 16;
        place += velocity;
    }
}

void main(void)
{
    uint32_t i;

    SIM_MARK(1); /* at rest, after dirt */
    target = 5;
    last_position = 77;
    speed = -4000;
    ordered = 3000;
    integral = 123456;
    phase = 1;
    arrived = false;
    reset(1000);
    place = 1000 << 8;
    for (i = 0; i < 2 * HOLE_OUTER_EVERY + 1; i++)
        SIM_EXPECT((uint32_t)step(1000), 0);

    SIM_MARK(2); /* a long way there: acceleration, full speed, arrival */
    move_to(5000);
    run(160, 0);

    SIM_MARK(3); /* blocked: the output goes to its limit, the integral does not go on */
    reset(0);
    move_to(-100000);
    place = velocity = 0;
    run(220, 1);
    move_to(100000); /* and comes back at once */
    run(60, 1);
    run(40, 0);

    SIM_MARK(4); /* arrived: the window's edge, from both sides */
    for (i = 0; i < 3; i++) {
        int32_t edge = HOLE_WINDOW + (int32_t)i - 1;

        reset(0);
        move_to(edge);
        step(0);
        reset(0);
        move_to(-edge);
        step(0);
    }
    reset(0);
    move_to(HOLE_WINDOW + 5); /* found only by the position loop's next pass */
    for (i = 0; i < 2 * HOLE_OUTER_EVERY + 1; i++)
        step(i == 0 ? 0 : HOLE_WINDOW + 5);

    SIM_MARK(5); /* the encoder's count wraps; jumps that no motor makes */
    reset(2147483600);
    move_to(-2147483600);
    for (i = 0; i < 30; i++)
        step((int32_t)(2147483600u + 5 * i));
    reset(-2147483647);
    move_to(2147483647);
    for (i = 0; i < 20; i++)
        step((int32_t)(0x80000001u - 3 * i));
    reset(0);
    step(999);
    step(1999);
    step(3000);
    step(1000);
    step(-2147483647);
    step(2147483647);
    step(-5);

    SIM_MARK(6); /* targets too far for 32 bits of product */
    reset(0);
    move_to(2147483647);
    run(3 * HOLE_OUTER_EVERY, 1);
    reset(2147483647);
    move_to(0);
    for (i = 0; i < 20; i++)
        step(2147483647);
    reset(-1048577);
    move_to(0);
    step(-1048577);

    for (i = 0; i < 4; i++) {
        uint32_t n;

        SIM_MARK(7 + i);
        place = velocity = 0;
        reset(0);
        move_to((int32_t)SIM_DRAW(0, 4000) - 2000);
        run(SIM_DRAW(1, 60), 0);
        for (n = 0; n < 10; n++)
            step((int32_t)(m_last + SIM_DRAW(0, 100) - 50));
    }
}
