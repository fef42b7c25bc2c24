static void check_hypot(uint8_t a, uint8_t b)
{
    uint32_t sum = (uint32_t)a * a + (uint32_t)b * b;
    uint32_t got = hypot8(a, b);

    SIM_REPORT(got);
    /* nearest: between the squares of half below and half above */
    SIM_EXPECT(sum <= got * got + got, 1);
    SIM_EXPECT(sum > got * got - got || (sum == 0 && got == 0), 1);
}

void main(void)
{
    uint16_t n;
    uint16_t square = 0;
    uint16_t wrong = 0;
    uint8_t i, a;

    SIM_MARK(1); /* each square, one below it, and the last before the next one */
    for (n = 0; n < 256; n++) {
        if (isqrt16(square) != n)
            wrong++;
        if (n > 0 && isqrt16(square - 1) != n - 1)
            wrong++;
        if (isqrt16(square + n) != n || isqrt16(square + 2 * n) != n)
            wrong++;
        square += 2 * n + 1;
    }
    SIM_EXPECT(wrong, 0);
    SIM_EXPECT(isqrt16(0), 0);
    SIM_EXPECT(isqrt16(1), 1);
    SIM_EXPECT(isqrt16(3), 1);
    SIM_EXPECT(isqrt16(65535), 255);
    SIM_EXPECT(isqrt16(65025), 255);
    SIM_EXPECT(isqrt16(65024), 254);
    SIM_EXPECT(isqrt16(0x8000), 181);

    SIM_MARK(2); /* triangles that everybody knows, both ways round */
    SIM_EXPECT(hypot8(0, 0), 0);
    SIM_EXPECT(hypot8(3, 4), 5);
    SIM_EXPECT(hypot8(12, 5), 13);
    SIM_EXPECT(hypot8(119, 120), 169);
    SIM_EXPECT(hypot8(120, 119), 169);
    SIM_EXPECT(hypot8(1, 1), 1); /* 1.41 */
    SIM_EXPECT(hypot8(1, 2), 2); /* 2.24 */
    SIM_EXPECT(hypot8(2, 2), 3); /* 2.83 */
    SIM_EXPECT(hypot8(5, 5), 7); /* 7.07 */
    SIM_EXPECT(hypot8(255, 255), 361); /* 360.62 */
    SIM_EXPECT(hypot8(255, 0), 255);
    SIM_EXPECT(hypot8(0, 255), 255);
    SIM_EXPECT(hypot8(255, 22), 256); /* 255.95: over the byte by rounding alone */
    SIM_EXPECT(hypot8(255, 23), 256); /* 256.04 */

    SIM_MARK(3); /* sums that are just within 16 bits, and just beyond */
    check_hypot(181, 181);
    check_hypot(181, 182);
    check_hypot(255, 22);
    check_hypot(254, 32);
    check_hypot(252, 77);
    for (n = 0; n < 256; n += 15)
        check_hypot((uint8_t)n, (uint8_t)(255 - n));
    for (i = 0; i < 60; i++) {
        SIM_MARK(10 + i);
        a = (uint8_t)SIM_DRAW(0, 255);
        check_hypot(a, (uint8_t)SIM_DRAW(0, 255));
        n = (uint16_t)SIM_DRAW(0, 65535);
        a = isqrt16(n);
        SIM_REPORT(a);
        SIM_EXPECT((uint32_t)a * a <= n && (a + 1UL) * (a + 1UL) > n, 1);
    }
    SIM_DONE();
}
