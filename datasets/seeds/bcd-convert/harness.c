static __xdata uint8_t a[4];
static __xdata uint8_t b[4];

static uint8_t pair(uint8_t n)
{
    return (uint8_t)(((n / 10) << 4) | (n % 10));
}

static void put(__xdata uint8_t *out, uint32_t n)
{
    out[2] = pair((uint8_t)(n % 100));
    out[1] = pair((uint8_t)(n / 100 % 100));
    out[0] = pair((uint8_t)(n / 10000));
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
    put(b, n);
    SIM_EXPECT(bcd_to_u16(b), n);
    SIM_EXPECT(b[0], pair((uint8_t)(n / 10000))); /* the argument survives */
    SIM_EXPECT(b[2], pair((uint8_t)(n % 100)));
}

static void add(uint32_t m, uint32_t n)
{
    uint32_t want = m + n;

    put(a, m);
    put(b, n);
    a[3] = 0x5C;
    SIM_EXPECT(bcd_add(a, b), want >= 1000000 ? 1 : 0);
    want %= 1000000;
    SIM_EXPECT(a[2], pair((uint8_t)(want % 100)));
    SIM_EXPECT(a[1], pair((uint8_t)(want / 100 % 100)));
    SIM_EXPECT(a[0], pair((uint8_t)(want / 10000)));
    SIM_EXPECT(a[3], 0x5C);
}

void main(void)
{
    uint8_t i;
    uint32_t m;

    SIM_MARK(1);
    convert(9);
    convert(10);
    convert(99);
    convert(100);
    convert(9999);
    convert(10000);
    convert(32768);
    convert(55555);
    for (i = 0; i < 10; i++) {
        SIM_MARK(10 + i);
        convert((uint16_t)SIM_DRAW(0, 65535));
    }
    SIM_MARK(2);
    add(0, 0);
    add(999999, 1);
    add(999999, 999999);
    add(123456, 654321);
    add(9, 1);
    add(99, 1);
    add(500000, 500000);
    add(999989, 10);
    for (i = 0; i < 8; i++) {
        SIM_MARK(30 + i);
        m = SIM_DRAW(0, 999999);
        add(m, SIM_DRAW(0, 999999));
    }
    SIM_DONE();
}
