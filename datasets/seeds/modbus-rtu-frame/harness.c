enum { FOR_US, TO_ALL, BAD_LENGTH, BAD_CRC, OTHER };

static __xdata uint8_t frame[256];

/* By polynomial division from the top, on reversed bytes: another way than the program's. */
static uint16_t crc_of(const __xdata uint8_t *data, uint8_t count)
{
    uint16_t remainder = 0xFFFF;
    uint16_t reversed = 0;
    uint8_t i;
    uint8_t byte;
    uint8_t top;

    while (count--) {
        byte = *data++;
        for (i = 0; i < 8; i++) {
            top = (remainder & 0x8000) != 0;
            if (byte & 1)
                top ^= 1;
            byte >>= 1;
            remainder <<= 1;
            if (top)
                remainder ^= 0x8005;
        }
    }
    for (i = 0; i < 16; i++) {
        reversed = reversed << 1 | (remainder & 1);
        remainder >>= 1;
    }
    return reversed;
}

/* Fills a frame of so many bytes with a right CRC. */
static void make(uint8_t address, uint8_t function, uint8_t sixth, uint8_t length)
{
    uint8_t i;
    uint16_t crc;

    for (i = 2; i < length - 2; i++)
        frame[i] = i * 37;
    frame[0] = address;
    frame[1] = function;
    if (length > 8)
        frame[6] = sixth;
    crc = crc_of(frame, length - 2);
    frame[length - 2] = (uint8_t)crc;
    frame[length - 1] = crc >> 8;
}

static uint8_t check(uint8_t address, uint8_t function, uint8_t sixth, uint8_t length)
{
    make(address, function, sixth, length);
    return modbus_check(frame, length);
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint8_t other = (uint8_t)(HOLE_SLAVE_ADDRESS == 1 ? 2 : HOLE_SLAVE_ADDRESS - 1);

    SIM_MARK(1); /* the CRC itself: published example, empty, one byte */
    frame[0] = 0x02;
    frame[1] = 0x07;
    SIM_EXPECT(modbus_crc(frame, 2), 0x1241);
    SIM_EXPECT(modbus_crc(frame, 0), 0xFFFF);
    for (i = 0; i < 8; i++) {
        frame[0] = (uint8_t)SIM_DRAW(0, 255);
        frame[1] = (uint8_t)SIM_DRAW(0, 255);
        frame[2] = i;
        SIM_EXPECT(modbus_crc(frame, 3), crc_of(frame, 3));
    }

    SIM_MARK(2); /* sealing */
    frame[0] = HOLE_SLAVE_ADDRESS;
    frame[1] = 0x83;
    frame[2] = 0x02;
    frame[5] = 0x77;
    SIM_EXPECT(modbus_seal(frame, 3), 5);
    SIM_EXPECT(frame[3], crc_of(frame, 3) & 0xFF);
    SIM_EXPECT(frame[4], crc_of(frame, 3) >> 8);
    SIM_EXPECT(frame[5], 0x77);
    SIM_EXPECT(modbus_check(frame, 5), FOR_US);
    SIM_EXPECT(modbus_seal(frame, 1), 0);
    SIM_EXPECT(modbus_seal(frame, 2), 4);
    SIM_EXPECT(modbus_seal(frame, HOLE_FRAME_MAX - 2), HOLE_FRAME_MAX);
    SIM_EXPECT(modbus_seal(frame, HOLE_FRAME_MAX - 1), 0);
    SIM_EXPECT(modbus_seal(frame, 255), 0);

    SIM_MARK(3); /* whose frame it is */
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 3, 0, 8), FOR_US);
    SIM_EXPECT(check(0, 6, 0, 8), TO_ALL);
    SIM_EXPECT(check(other, 3, 0, 8), OTHER);
    SIM_EXPECT(check((uint8_t)(HOLE_SLAVE_ADDRESS + 1), 3, 0, 8), OTHER);
    SIM_EXPECT(check(other, 3, 0, 9), OTHER); /* another slave's reply may have any length */

    SIM_MARK(4); /* damage: each byte in turn, and the CRC the wrong way round */
    for (i = 0; i < 8; i++) {
        make(HOLE_SLAVE_ADDRESS, 3, 0, 8);
        frame[i] ^= 1 << i;
        SIM_EXPECT(modbus_check(frame, 8), BAD_CRC);
    }
    make(HOLE_SLAVE_ADDRESS, 4, 0, 8);
    n = frame[6];
    frame[6] = frame[7];
    frame[7] = n;
    SIM_EXPECT(modbus_check(frame, 8), BAD_CRC);
    make(other, 4, 0, 8);
    frame[7]++;
    SIM_EXPECT(modbus_check(frame, 8), BAD_CRC); /* not even the address can be believed */

    SIM_MARK(5); /* lengths */
    SIM_EXPECT(modbus_check(frame, 0), BAD_LENGTH);
    SIM_EXPECT(modbus_check(frame, 3), BAD_LENGTH);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 7, 0, 4), FOR_US);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 0, 0, 5), FOR_US);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 1, 0, 7), BAD_LENGTH);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 6, 0, 9), BAD_LENGTH);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 1, 0, 8), FOR_US);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 6, 0, 8), FOR_US);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 15, 1, 10), FOR_US);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 15, 2, 10), BAD_LENGTH);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 16, 4, 13), FOR_US);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 16, 4, 12), BAD_LENGTH);
    SIM_EXPECT(check(0, 16, 4, 14), BAD_LENGTH);
    SIM_EXPECT(check(0, 16, 4, 13), TO_ALL);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 16, 0, 8), BAD_LENGTH);
    make(HOLE_SLAVE_ADDRESS, 16, 0, 8);
    frame[6] = (uint8_t)crc_of(frame, 6);
    SIM_EXPECT(modbus_check(frame, 8), BAD_LENGTH);
    SIM_EXPECT(check(HOLE_SLAVE_ADDRESS, 65, 0, HOLE_FRAME_MAX), FOR_US);
    SIM_EXPECT(modbus_check(frame, (uint8_t)(HOLE_FRAME_MAX + 1)), BAD_LENGTH);
    SIM_DONE();
}
