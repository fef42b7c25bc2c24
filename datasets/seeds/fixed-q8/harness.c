static int16_t clamp(int32_t value)
{
    if (value > 32767)
        return 32767;
    if (value < -32768)
        return -32767 - 1;
    return (int16_t)value;
}

/* Signed throughout: truncate towards zero, then look at the remainder. */
static int16_t nearest(int32_t dividend, int32_t divisor)
{
    int32_t quotient = dividend / divisor;
    int32_t rest = dividend - quotient * divisor;
    uint8_t apart = (dividend < 0) != (divisor < 0);

    if (rest < 0)
        rest = -rest;
    if (divisor < 0)
        divisor = -divisor;
    if (2 * rest >= divisor)
        quotient += apart ? -1 : 1;
    return clamp(quotient);
}

static void both(int16_t a, int16_t b)
{
    SIM_EXPECT(q8_mul(a, b), nearest((int32_t)a * b, 256));
    if (b)
        SIM_EXPECT(q8_div(a, b), nearest((int32_t)a * 256, b));
}

void main(void)
{
    uint8_t i;
    int16_t a;
    int16_t b;

    SIM_MARK(1); /* known values */
    SIM_EXPECT(q8_mul(0x0180, 0x0200), 0x0300);  /* 1.5 * 2 */
    SIM_EXPECT(q8_mul(-0x0180, 0x0200), -0x0300);
    SIM_EXPECT(q8_mul(1, 128), 1);               /* a tie, up */
    SIM_EXPECT(q8_mul(-1, 128), -1);             /* and down */
    SIM_EXPECT(q8_mul(1, 127), 0);
    SIM_EXPECT(q8_mul(-1, 127), 0);
    SIM_EXPECT(q8_mul(0x7FFF, 0x7FFF), 0x7FFF);
    SIM_EXPECT(q8_mul(-32767 - 1, 0x7FFF), -32767 - 1);
    SIM_EXPECT(q8_mul(-32767 - 1, -32767 - 1), 0x7FFF);
    SIM_EXPECT(q8_mul(-32767 - 1, 0x0100), -32767 - 1);
    SIM_EXPECT(q8_mul(-32767 - 1, -0x0100), 0x7FFF);
    SIM_EXPECT(q8_mul(32767, -256), -32767);

    SIM_MARK(2);
    SIM_EXPECT(q8_div(0x0300, 0x0200), 0x0180);
    SIM_EXPECT(q8_div(0x0100, 0x0300), 85);      /* 1 / 3 */
    SIM_EXPECT(q8_div(0x0200, 0x0300), 171);     /* 2 / 3 */
    SIM_EXPECT(q8_div(1, 512), 1);               /* a tie */
    SIM_EXPECT(q8_div(-1, 512), -1);
    SIM_EXPECT(q8_div(1, 513), 0);
    SIM_EXPECT(q8_div(0x7FFF, 1), 0x7FFF);
    SIM_EXPECT(q8_div(-32767 - 1, 1), -32767 - 1);
    SIM_EXPECT(q8_div(-32767 - 1, -1), 0x7FFF);
    SIM_EXPECT(q8_div(0, 0), 0);
    SIM_EXPECT(q8_div(5, 0), 0x7FFF);
    SIM_EXPECT(q8_div(-5, 0), -32767 - 1);
    SIM_EXPECT(q8_div(0, -7), 0);
    SIM_EXPECT(q8_div(0x0100, -32767 - 1), -2);  /* a divisor whose magnitude needs all 16 bits */
    SIM_EXPECT(q8_div(-32767 - 1, -32767 - 1), 0x0100);
    SIM_EXPECT(q8_div(0x0055, -32767 - 1), -1);  /* 0.66 of the smallest step */
    SIM_EXPECT(q8_div(0x003F, -32767 - 1), 0);
    SIM_EXPECT(q8_div(0x0040, -32767 - 1), -1);  /* a tie */

    SIM_MARK(3);
    SIM_EXPECT(q8_from_int(3), 0x0300);
    SIM_EXPECT(q8_from_int(-3), -0x0300);
    SIM_EXPECT(q8_from_int(127), 0x7F00);
    SIM_EXPECT(q8_from_int(128), 0x7FFF);
    SIM_EXPECT(q8_from_int(-128), -32767 - 1);
    SIM_EXPECT(q8_from_int(-129), -32767 - 1);
    SIM_EXPECT(q8_from_int(-32767 - 1), -32767 - 1);
    SIM_EXPECT(q8_round(0x017F), 1);
    SIM_EXPECT(q8_round(0x0180), 2);
    SIM_EXPECT(q8_round(-0x0180), -2);
    SIM_EXPECT(q8_round(-0x017F), -1);
    SIM_EXPECT(q8_round(0x7FFF), 128);
    SIM_EXPECT(q8_round(-32767 - 1), -128);

    for (i = 0; i < 8; i++) {
        SIM_MARK(10 + i);
        a = (int16_t)SIM_DRAW(0, 65535);
        b = (int16_t)(SIM_DRAW(0, 4000) - 2000);
        both(a, b);
        a = (int16_t)(SIM_DRAW(0, 2999) - 1500);
        both(a, b);
    }
    SIM_DONE();
}
