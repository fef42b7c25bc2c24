/* ---- Sines by turning a vector of 64 bits 64 times through 90 / 64 degrees. ---- */

#define STEP_COSINE 2146836866ll
#define STEP_SINE 52701887ll

static int32_t exact[65];

static void turn_through(void)
{
    int64_t x = 1ll << 31, y = 0;
    uint32_t i;

    for (i = 0; i <= 64; i++) {
        int64_t old = x;

        exact[i] = (int32_t)((y + (1 << 14)) >> 15);
        x = (x * STEP_COSINE - y * STEP_SINE + (1 << 30)) >> 31;
        y = (old * STEP_SINE + y * STEP_COSINE + (1 << 30)) >> 31;
    }
}

/* The nearest below and above, and what lies between them, for any angle. */
static int32_t sine_of(uint32_t angle)
{
    int32_t sign = angle % 65536 >= 32768 ? -1 : 1;
    uint32_t way = angle % 32768;
    uint32_t step, part;

    if (way > 16384)
        way = 32768 - way;
    step = way / 256;
    part = way % 256;
    if (part == 0)
        return sign * exact[step];
    return sign * (exact[step] + (int32_t)((uint32_t)(exact[step + 1] - exact[step]) * part + 128) / 256);
}

static void check_angle(uint32_t angle)
{
    SIM_EXPECT(q16_sin((uint16_t)angle), sine_of(angle));
    SIM_EXPECT(q16_cos((uint16_t)angle), sine_of(angle + 16384));
}

/* Rounded to the nearest, halves upwards. */
static int32_t scaled(int64_t value)
{
    int64_t up = value + 32768;

    return (int32_t)(up >= 0 ? up / 65536 : -((65535 - up) / 65536));
}

static void check_rotation(int32_t x, int32_t y, uint32_t angle)
{
    int64_t s = sine_of(angle), c = sine_of(angle + 16384);
    int32_t new_x = x, new_y = y;

    q16_rotate(&new_x, &new_y, (uint16_t)angle);
    SIM_EXPECT(new_x, scaled(x * c - y * s));
    SIM_EXPECT(new_y, scaled(x * s + y * c));
}

/* ---- CORDIC with 64 bits and real arctangents. ---- */

static const double arcs[16] = {
    0.7853981633974483, 0.4636476090008061, 0.24497866312686414, 0.12435499454676144,
    0.06241880999595735, 0.031239833430268277, 0.015623728620476831, 0.007812341060101111,
    0.0039062301319669718, 0.0019531225164788188, 0.0009765621895593195, 0.0004882812111948983,
    0.00024414062014936177, 0.00012207031189367021, 6.103515617420877e-05, 3.0517578115526096e-05
};
static uint32_t turns[16];

static int64_t halved(int64_t value, uint32_t times)
{
    while (times--)
        value = (value - (value % 2 != 0 && value < 0)) / 2; /* towards minus infinity */
    return value;
}

/* The sum of the sixteen turns, 2^32 being a full one. */
static int64_t turned(int64_t a, int64_t b)
{
    int64_t sum = 0;
    uint32_t i;

    for (i = 0; i < 16; i++) {
        int64_t da = halved(b, i), db = halved(a, i);

        a += b > 0 ? da : -da;
        sum += b > 0 ? turns[i] : -(int64_t)turns[i];
        b += b > 0 ? -db : db;
    }
    return sum;
}

static uint32_t direction(int64_t y, int64_t x)
{
    int64_t a = x < 0 ? -x : x, b = y < 0 ? -y : y, larger, sum;

    if (a == 0 && b == 0)
        return 0;
    for (larger = a > b ? a : b; larger < 1 << 28; larger *= 2) {
        a *= 2;
        b *= 2;
    }
    for (; larger >= 1 << 29; larger /= 2) {
        a /= 2;
        b /= 2;
    }
    sum = turned(a, b);
    sum = x < 0 ? (1ll << 31) - sum : sum;
    sum = y < 0 ? -sum : sum;
    return (uint32_t)(sum + 32768) / 65536;
}

/* All 32 bits of the angle, so that each arctangent counts to its last one. */
static void check_turns(int32_t x, int32_t y)
{
    SIM_EXPECT(quadrant_angle(x, y), (uint32_t)turned(x, y));
}

static void check_direction(int32_t x, int32_t y)
{
    SIM_EXPECT(q16_atan2(y, x), direction(y, x));
}

static const struct {
    int32_t x, y;
    uint32_t angle;
} known[] = {
    {1, 1, 8192},
    {3, 1, 3356},
    {1, 3, 13028},
    {-5, 2, 28799},
    {-2, -7, 46249},
    {7, -3, 61313},
    {65536, 1000, 159},
    {-100000, 250000, 20353},
    {2147483647, 1, 0},
    {1, 2147483647, 16384},
    {(-2147483647 - 1), (-2147483647 - 1), 40960},
    {(-2147483647 - 1), 0, 32768},
    {0, (-2147483647 - 1), 49152},
    {2147483647, (-2147483647 - 1), 57344},
    {12345, -67890, 51028},
    {-987654321, 123456789, 31471},
    {100, 1, 104},
    {1000, -1, 65526},
    {536870911, 536870912, 8192},
    {268435455, -1, 0},
    {1, 0, 0},
    {0, 1, 16384},
    {-1, 0, 32768},
    {0, -1, 49152},
    {-268435456, 268435455, 24576},
    {40000, 30000, 6712},
};

void main(void)
{
    uint32_t i, n;

    turn_through();
    for (i = 0; i < 16; i++)
        turns[i] = (uint32_t)(arcs[i] * 683565275.5764316 + 0.5);

    SIM_MARK(1); /* every step of the table in each quarter, and around it */
    for (i = 0; i < 256; i += 3)
        for (n = 0; n < 3; n++)
            check_angle(i * 256 + n - 1);
    for (i = 1; i < 256; i += 4)
        check_angle(i * 256 + 128);
    SIM_EXPECT(q16_sin(0), 0);
    SIM_EXPECT(q16_sin(0x4000), 65536);
    SIM_EXPECT(q16_sin(0x8000), 0);
    SIM_EXPECT(q16_sin(0xC000), -65536);
    SIM_EXPECT(q16_cos(0), 65536);
    SIM_EXPECT(q16_cos(0xC000), 0);

    SIM_MARK(2);
    for (i = 0; i <= 64; i++)
        SIM_EXPECT(q16_sin((uint16_t)(i * 256)), exact[i]);

    SIM_MARK(3); /* rotation: the axes, rounding, vectors that need 64 bits between */
    check_rotation(65536, 0, 0x4000);
    check_rotation(0, 65536, 0x4000);
    check_rotation(-65536, 3, 0x8000);
    check_rotation(1000000007, -1000000009, 0x2000);
    check_rotation(-1500000000, 1400000000, 0xE000);
    check_rotation(2000000000, 5, 0x0003);
    check_rotation(-7, 9, 0x1234);
    check_rotation(1, 1, 0x2001);
    for (i = 0; i < 6; i++) { /* sine and cosine close to a half, which rounds up from exactly there */
        check_rotation(1, 0, 0x2AA8 + i);
        check_rotation(1, 0, 0x1552 + i);
        check_rotation(0, -1, 0x1552 + i);
    }

    SIM_MARK(4); /* directions that are known: within one unit; and as the sixteen steps give it */
    for (i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t off = (q16_atan2(known[i].y, known[i].x) - known[i].angle + 1) & 0xFFFF;

        SIM_EXPECT(off <= 2, 1);
        check_direction(known[i].x, known[i].y);
    }
    SIM_EXPECT(q16_atan2(0, 0), 0);
    SIM_EXPECT(q16_atan2(0, 5), 0);
    SIM_EXPECT(q16_atan2(0, -2000000000), 0x8000);

    SIM_MARK(5); /* the length does not matter */
    for (i = 0; i < 30; i++) {
        check_direction(1 << i, 3);
        check_direction(-5, 1 << i);
        check_direction(-(1 << i), -(1 << i) / 3);
    }

    check_turns(1 << 28, 0);
    check_turns(0, 1 << 28);
    check_turns(1 << 28, 1 << 28);
    check_turns((1 << 29) - 1, (1 << 29) - 1);
    check_turns(3 << 27, 1);

    for (i = 0; i < 20; i++) {
        SIM_MARK(6 + i);
        check_turns((int32_t)SIM_DRAW(0, (1 << 29) - 1), (int32_t)SIM_DRAW(1 << 28, (1 << 29) - 1));
        check_angle(SIM_DRAW(0, 65535));
        check_direction((int32_t)SIM_DRAW(0, 0xFFFFFFFF), (int32_t)SIM_DRAW(0, 0xFFFFFFFF));
        n = SIM_DRAW(0, 200);
        check_direction((int32_t)n - 100, (int32_t)SIM_DRAW(0, 200) - 100);
        check_rotation((int32_t)SIM_DRAW(0, 0x7FFFFFFF) - 0x40000000, (int32_t)SIM_DRAW(0, 0x7FFFFFFF) - 0x40000000,
                       SIM_DRAW(0, 65535));
    }
}
