static __xdata uint8_t a[4];
static __xdata uint8_t b[4];

static uint8_t pair(uint8_t n)
{
    return (uint8_t)(((n / 10) << 4) | (n % 10));
}

static void convert(uint16_t n)
{
    a[0] = a[1] = a[2] = 0xFF;
    a[3] = 0x5C;
    bcd_from_u16(n, a);
    SIM_EXPECT(a[0], pair((uint8_t)(n / 10000)));
    SIM_EXPECT(a[1], pair((uint8_t)(n / 100 % 100)));
    SIM_EXPECT(a[2], pair((uint8_t)(n % 100)));
    SIM_EXPECT(a[3], 0x5C);
    b[0] = a[0];
    b[1] = a[1];
    b[2] = a[2];
    SIM_EXPECT(bcd_to_u16(b), n);
    SIM_EXPECT(b[0], pair((uint8_t)(n / 10000))); /* the argument survives */
    SIM_EXPECT(b[2], pair((uint8_t)(n % 100)));
}

/* Adds two numbers given as pairs of decimal digits; the expectation works in base 100. */
static void add(uint8_t m0, uint8_t m1, uint8_t m2, uint8_t n0, uint8_t n1, uint8_t n2)
{
    a[0] = pair(m0);
    a[1] = pair(m1);
    a[2] = pair(m2);
    b[0] = pair(n0);
    b[1] = pair(n1);
    b[2] = pair(n2);
    a[3] = 0x5C;
    m2 += n2;
    m1 += n1 + m2 / 100;
    m0 += n0 + m1 / 100;
    SIM_EXPECT(bcd_add(a, b), m0 / 100);
    SIM_EXPECT(a[2], pair(m2 % 100));
    SIM_EXPECT(a[1], pair(m1 % 100));
    SIM_EXPECT(a[0], pair(m0 % 100));
    SIM_EXPECT(a[3], 0x5C);
    SIM_EXPECT(b[1], pair(n1)); /* the addend survives */
}

void main(void)
{
    uint8_t i;

    SIM_MARK(1);
    convert(9);
    convert(10);
    convert(99);
    convert(100);
    convert(9999);
    convert(10000);
    convert(32768);
    convert(55555);
    for (i = 0; i < 7; i++) {
        SIM_MARK(10 + i);
        convert((uint16_t)SIM_DRAW(0, 65535));
    }
    SIM_MARK(2);
    add(0, 0, 0, 0, 0, 0);
    add(99, 99, 99, 0, 0, 1);
    add(99, 99, 99, 99, 99, 99);
    add(12, 34, 56, 65, 43, 21);
    add(0, 0, 9, 0, 0, 1);
    add(0, 0, 99, 0, 0, 1);
    add(50, 0, 0, 50, 0, 0);
    add(99, 99, 89, 0, 0, 10);
    for (i = 0; i < 8; i++) {
        uint8_t digits[6];
        uint8_t j;

        SIM_MARK(30 + i);
        for (j = 0; j < 6; j++)
            digits[j] = (uint8_t)SIM_DRAW(0, 99);
        add(digits[0], digits[1], digits[2], digits[3], digits[4], digits[5]);
    }
    SIM_DONE();
}
