static const __code uint8_t digits[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
static __xdata uint8_t frame[10];

static uint8_t mirror(uint8_t value)
{
    uint8_t out = 0;
    uint8_t i;

    for (i = 0; i < 8; i++) {
        out = (uint8_t)(out << 1) | (value & 1);
        value >>= 1;
    }
    return out;
}

/* The same CRC computed most significant bit first, on mirrored bytes with the polynomial in normal form. */
static uint8_t model(uint8_t length)
{
    uint8_t crc = mirror(HOLE_CRC_INIT);
    uint8_t i;
    uint8_t bit;

    for (i = 0; i < length; i++) {
        crc ^= mirror(frame[i]);
        for (bit = 8; bit; bit--)
            crc = (crc & 0x80) ? (uint8_t)(crc << 1) ^ HOLE_POLYNOMIAL : (uint8_t)(crc << 1);
    }
    return mirror(crc) ^ HOLE_CRC_XOR;
}

void main(void)
{
    uint8_t i;
    uint8_t n;

    SIM_MARK(1);
    SIM_EXPECT(crc8(digits, 0), (uint8_t)(HOLE_CRC_INIT ^ HOLE_CRC_XOR));
    SIM_EXPECT(crc8_update(0, 0), 0);
    SIM_EXPECT(crc8_update(0, 0x80), HOLE_CRC_POLY);
    SIM_EXPECT(crc8_update(0x80, 0x80), 0);
#if HOLE_POLYNOMIAL == 0x31 && HOLE_CRC_INIT == 0x00 && HOLE_CRC_XOR == 0x00
    SIM_EXPECT(crc8(digits, 9), 0xA1); /* the catalogue's check value of CRC-8/MAXIM */
#endif
    for (i = 0; i < 9; i++)
        frame[i] = digits[i];
    SIM_EXPECT(crc8(digits, 9), model(9));

    for (n = 1; n <= 8; n++) {
        SIM_MARK(1 + n);
        for (i = 0; i < n; i++)
            frame[i] = (uint8_t)SIM_DRAW(0, 255);
        frame[n] = model(n);
        SIM_EXPECT(crc8(frame, n), frame[n]);
        SIM_EXPECT(crc8_check(frame, n + 1), 1);
        i = (uint8_t)SIM_DRAW(0, 7);
        frame[n - 1] ^= (uint8_t)(1 << i);
        SIM_EXPECT(crc8_check(frame, n + 1), 0);
        frame[n - 1] ^= (uint8_t)(1 << i);
        frame[n] ^= (uint8_t)(1 << i);
        SIM_EXPECT(crc8_check(frame, n + 1), 0);
    }

    SIM_MARK(20); /* too short to be a frame, whatever the byte says */
    frame[0] = HOLE_CRC_INIT ^ HOLE_CRC_XOR;
    SIM_EXPECT(crc8_check(frame, 1), 0);
    SIM_EXPECT(crc8_check(frame, 0), 0);

    for (i = 0; i < 12; i++) {
        uint8_t crc;

        SIM_MARK(30 + i);
        crc = (uint8_t)SIM_DRAW(0, 255);
        n = (uint8_t)SIM_DRAW(0, 255);
        /* linear: the CRC of a sum is the sum of the CRCs */
        SIM_EXPECT(crc8_update(crc, n), crc8_update(crc, 0) ^ crc8_update(0, n));
        SIM_REPORT(crc8_update(crc, n));
    }
    SIM_DONE();
}
