static const uint16_t corner[] = {0x0000, 0x0001, 0xFFFF, 0x7FFF, 0x8000, 0x8001, 0x4000, 0xC000, 0x3FFF, 0x00B5, 0xFF4B, 0x5A82};

/* Sines of some angles by a desk calculator, 32767 times and rounded. */
static const struct {
    uint16_t angle;
    int16_t sine;
} known[] = {
    {0, 0}, {1, 3}, {63, 198}, {64, 201}, {100, 314}, {1000, 3137}, {5461, 16383}, {8192, 23170}, {10000, 26819},
    {12345, 30341}, {16000, 32745}, {16383, 32767}, {16384, 32767}, {16385, 32767}, {20000, 30818}, {32767, 3},
    {32768, 0}, {40000, -20942}, {49152, -32767}, {54321, -28825}, {60000, -16586}, {65535, -3},
};

/* The product without a multiplication: magnitudes, bit by bit. */
static int32_t product(int16_t a, int16_t b)
{
    uint8_t negative = (a < 0) ^ (b < 0);
    uint16_t left = a;
    uint16_t right = b;
    uint32_t shifted;
    uint32_t sum = 0;

    if (a < 0)
        left = -left;
    if (b < 0)
        right = -right;
    for (shifted = left; right != 0; right >>= 1) {
        if (right & 1)
            sum += shifted;
        shifted <<= 1;
    }
    if (negative)
        sum = 0 - sum;
    return (int32_t)sum;
}

/* The nearest multiple of 2^-15, the higher one of two that are equally near, within the range. */
static uint16_t rounded(int32_t value)
{
    uint32_t magnitude = (uint32_t)value;

    if (value < 0) {
        magnitude = ((0 - magnitude) + 0x3FFF) / 0x8000;
        if (magnitude > 0x8000)
            magnitude = 0x8000;
        return (uint16_t)(0 - magnitude);
    }
    magnitude = (magnitude + 0x4000) / 0x8000;
    if (magnitude > 0x7FFF)
        magnitude = 0x7FFF;
    return (uint16_t)magnitude;
}

static void check_pair(uint16_t a, uint16_t b)
{
    uint16_t sum = a + b;

    if (!((a ^ b) & 0x8000) && ((a ^ sum) & 0x8000)) { /* the signs tell the overflow */
        sum = 0x7FFF;
        if (a & 0x8000)
            sum = 0x8000;
    }
    SIM_EXPECT((uint16_t)q15_add((int16_t)a, (int16_t)b), sum);
    SIM_EXPECT((uint16_t)q15_mul((int16_t)a, (int16_t)b), rounded(product((int16_t)a, (int16_t)b)));
}

static void check_rotate(uint16_t a, uint16_t b, uint16_t angle)
{
    int16_t x = (int16_t)a;
    int16_t y = (int16_t)b;
    int16_t sine = q15_sin(angle);
    int16_t cosine = q15_cos(angle);

    q15_rotate(&x, &y, angle);
    SIM_EXPECT((uint16_t)x, rounded(product((int16_t)a, cosine) - product((int16_t)b, sine)));
    SIM_EXPECT((uint16_t)y, rounded(product((int16_t)a, sine) + product((int16_t)b, cosine)));
}

static void check_between(uint16_t angle)
{
    uint16_t place = angle & 0x3FFF;
    uint16_t low = place & 0x3F80;
    int16_t from = q15_sin(low);
    int16_t to = q15_sin(low + 0x80);
    int32_t rise = product(to - from, (int16_t)(place & 0x7F)) + 64;
    int16_t expected = from;

    for (; rise >= 128; rise -= 128)
        expected++;
    SIM_EXPECT((uint16_t)q15_sin(place), (uint16_t)expected);
    SIM_EXPECT((uint16_t)q15_sin(0x8000 - place), (uint16_t)expected);
    SIM_EXPECT((uint16_t)q15_sin(0x8000 + place), (uint16_t)-expected);
    SIM_EXPECT((uint16_t)q15_sin(0 - place), (uint16_t)-expected);
    SIM_EXPECT((uint16_t)q15_cos(place - 0x4000), (uint16_t)expected);
    SIM_EXPECT((uint16_t)q15_cos(0x4000 - place), (uint16_t)expected);
}

void main(void)
{
    uint8_t i;
    uint8_t k;
    int16_t sine;
    uint32_t sum = 0;
    uint32_t weighted = 0;

    SIM_MARK(1); /* corners with corners */
    for (i = 0; i < 12; i++)
        for (k = 0; k < 12; k++)
            check_pair(corner[i], corner[k]);
    SIM_EXPECT((uint16_t)q15_mul(-32767 - 1, -32767 - 1), 0x7FFF);
    SIM_EXPECT((uint16_t)q15_mul(181, 181), 1); /* 32761 / 32768 */
    SIM_EXPECT((uint16_t)q15_mul(128, 128), 1); /* half a place goes up, */
    SIM_EXPECT((uint16_t)q15_mul(-128, 128), 0); /* in the negative, too */
    SIM_EXPECT((uint16_t)q15_mul(127, 129), 0);
    SIM_EXPECT((uint16_t)q15_mul(-127, 130), 0xFFFF);
    for (i = 0; i < 20; i++)
        check_pair((uint16_t)SIM_DRAW(0, 0xFFFF), (uint16_t)SIM_DRAW(0, 0xFFFF));

    SIM_MARK(2); /* the sine: every step through two sums, some values near enough, what lies between the steps */
    for (i = 0; i <= 128; i++) {
        sine = q15_sin((uint16_t)i * 128);
        sum += (uint16_t)sine;
        weighted += (uint32_t)(uint16_t)sine * i;
    }
    SIM_EXPECT(sum, 2686441);
    SIM_EXPECT(weighted, 219678527);
    for (i = 0; i < sizeof known / sizeof *known; i++) {
        sine = q15_sin(known[i].angle) - known[i].sine;
        SIM_EXPECT(sine >= -2 && sine <= 2, 1);
    }
    for (i = 0; i < 130; i += 3)
        check_between((uint16_t)i * 126 + i);
    check_between(0x3FFF);
    check_between(0x3F81);
    for (i = 0; i < 20; i++)
        check_between((uint16_t)SIM_DRAW(0, 0x3FFF));

    SIM_MARK(3); /* quarters of a turn, and vectors that grow out of the range */
    SIM_EXPECT((uint16_t)q15_sin(0x0000), 0);
    SIM_EXPECT((uint16_t)q15_sin(0x4000), 0x7FFF);
    SIM_EXPECT((uint16_t)q15_sin(0x8000), 0);
    SIM_EXPECT((uint16_t)q15_sin(0xC000), 0x8001);
    SIM_EXPECT((uint16_t)q15_cos(0x0000), 0x7FFF);
    SIM_EXPECT((uint16_t)q15_cos(0x8000), 0x8001);
    check_rotate(0x7FFF, 0x7FFF, 0x2000);
    check_rotate(0x8000, 0x8000, 0x2000);
    check_rotate(0x8000, 0x7FFF, 0x2000);
    check_rotate(0x7FFF, 0x8000, 0x6000);
    check_rotate(0x8000, 0x8000, 0xA000);
    check_rotate(0x4000, 0x0000, 0x4000);
    check_rotate(0x1234, 0xEDCC, 0x0000);
    check_rotate(0, 0, 0x1234);
    for (i = 0; i < 30; i++)
        check_rotate((uint16_t)SIM_DRAW(0, 0xFFFF), (uint16_t)SIM_DRAW(0, 0xFFFF), (uint16_t)SIM_DRAW(0, 0xFFFF));
}
