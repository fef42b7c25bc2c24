static const __code uint8_t digits[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
static __xdata uint8_t frame[16];

/* One bit at a time, no table. */
static uint16_t model(uint8_t length)
{
    uint16_t value = HOLE_CRC_INIT;
    uint8_t i;
    uint8_t bit;

    for (i = 0; i < length; i++) {
        value ^= (uint16_t)frame[i] << 8;
        for (bit = 0; bit < 8; bit++)
            value = (value & 0x8000) ? (uint16_t)(value << 1) ^ 0x1021 : (uint16_t)(value << 1);
    }
    return value ^ HOLE_CRC_XOR;
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint16_t want;

    SIM_MARK(1);
    crc16_start();
    SIM_EXPECT(crc16_finish(), (uint16_t)(HOLE_CRC_INIT ^ HOLE_CRC_XOR));
    for (i = 0; i < 9; i++) {
        frame[i] = digits[i];
        crc16_update(digits[i]);
        SIM_EXPECT(crc16_finish(), model(i + 1)); /* may be asked between bytes */
    }
#if HOLE_CRC_INIT == 0xFFFF && HOLE_CRC_XOR == 0x0000
    SIM_EXPECT(crc16_finish(), 0x29B1); /* the catalogue's check value of CRC-16/CCITT-FALSE */
#endif

    SIM_MARK(2); /* every nibble of the table, both places */
    for (i = 0; i < 16; i++) {
        frame[0] = (uint8_t)(i * 17);
        crc16_start();
        crc16_update(frame[0]);
        SIM_EXPECT(crc16_finish(), model(1));
    }

    for (n = 1; n <= 10; n++) {
        SIM_MARK(2 + n);
        for (i = 0; i < n; i++)
            frame[i] = (uint8_t)SIM_DRAW(0, 255);
        want = model(n);
        frame[n + 2] = 0xC3;
        crc16_append(frame, n);
        SIM_EXPECT(frame[n], want >> 8);
        SIM_EXPECT(frame[n + 1], want & 0xFF);
        SIM_EXPECT(frame[n + 2], 0xC3);
        SIM_EXPECT(crc16_frame_ok(frame, n + 2), 1);
        i = (uint8_t)SIM_DRAW(0, 7);
        frame[n - 1] ^= (uint8_t)(1 << i);
        SIM_EXPECT(crc16_frame_ok(frame, n + 2), 0);
        frame[n - 1] ^= (uint8_t)(1 << i);
        frame[n] ^= 0x01;
        SIM_EXPECT(crc16_frame_ok(frame, n + 2), 0);
        frame[n] ^= 0x01;
        frame[n + 1] ^= 0x80;
        SIM_EXPECT(crc16_frame_ok(frame, n + 2), 0);
    }

    SIM_MARK(20); /* no data: never a frame */
    crc16_append(frame, 0);
    SIM_EXPECT(frame[0], model(0) >> 8);
    SIM_EXPECT(frame[1], model(0) & 0xFF);
    SIM_EXPECT(crc16_frame_ok(frame, 2), 0);
    SIM_EXPECT(crc16_frame_ok(frame, 1), 0);
    SIM_EXPECT(crc16_frame_ok(frame, 0), 0);
    SIM_DONE();
}
