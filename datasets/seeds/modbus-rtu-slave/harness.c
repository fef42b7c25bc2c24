static __xdata uint8_t request[8];
static __xdata uint8_t reply[48];

static uint16_t crc_of(const __xdata uint8_t *data, uint8_t count)
{
    uint16_t crc = 0xFFFF;
    uint8_t i;

    while (count--) {
        crc ^= *data++;
        for (i = 0; i < 8; i++)
            crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
    }
    return crc;
}

static uint8_t ask(uint8_t slave, uint8_t function, uint16_t address, uint16_t argument)
{
    uint16_t crc;
    uint8_t i;

    request[0] = slave;
    request[1] = function;
    request[2] = address >> 8;
    request[3] = (uint8_t)address;
    request[4] = argument >> 8;
    request[5] = (uint8_t)argument;
    crc = crc_of(request, 6);
    request[6] = (uint8_t)crc;
    request[7] = crc >> 8;
    for (i = 0; i < sizeof reply; i++)
        reply[i] = 0xEE;
    return modbus_answer(request, 8, reply);
}

static void expect_crc(uint8_t length)
{
    uint16_t crc = crc_of(reply, length - 2);

    SIM_EXPECT(reply[length - 2], crc & 0xFF);
    SIM_EXPECT(reply[length - 1], crc >> 8);
    SIM_EXPECT(reply[length], 0xEE);
}

static void expect_exception(uint8_t function, uint16_t address, uint16_t argument, uint8_t code)
{
    SIM_EXPECT(ask(HOLE_SLAVE_ADDRESS, function, address, argument), 5);
    SIM_EXPECT(reply[0], HOLE_SLAVE_ADDRESS);
    SIM_EXPECT(reply[1], function | 0x80);
    SIM_EXPECT(reply[2], code);
    expect_crc(5);
}

static void expect_read(uint8_t address, uint8_t count)
{
    uint8_t i;

    SIM_EXPECT(ask(HOLE_SLAVE_ADDRESS, 3, address, count), 5 + 2 * count);
    SIM_EXPECT(reply[0], HOLE_SLAVE_ADDRESS);
    SIM_EXPECT(reply[1], 3);
    SIM_EXPECT(reply[2], 2 * count);
    for (i = 0; i < count; i++) {
        SIM_EXPECT(reply[3 + 2 * i], holding[address + i] >> 8);
        SIM_EXPECT(reply[4 + 2 * i], holding[address + i] & 0xFF);
    }
    expect_crc(5 + 2 * count);
}

void main(void)
{
    uint8_t i;
    uint8_t where;
    uint8_t count;
    uint16_t value;
    uint8_t other = (uint8_t)(HOLE_SLAVE_ADDRESS == 1 ? 2 : HOLE_SLAVE_ADDRESS - 1);

    for (i = 0; i < HOLE_REGISTERS; i++)
        holding[i] = 0x1280 + i * 0x0101;

    SIM_MARK(1); /* reads: one, all, up to the end */
    expect_read(0, 1);
    expect_read(0, HOLE_REGISTERS);
    expect_read(HOLE_REGISTERS - 1, 1);
    expect_read(1, HOLE_REGISTERS - 1);

    SIM_MARK(2); /* reads that do not fit */
    expect_exception(3, 0, HOLE_REGISTERS + 1, 2);
    expect_exception(3, 1, HOLE_REGISTERS, 2);
    expect_exception(3, HOLE_REGISTERS, 1, 2);
    expect_exception(3, 0xFFFF, 2, 2);
    expect_exception(3, 0, 0, 3);
    expect_exception(3, 0, 126, 3);
    expect_exception(3, 0, 125, 2);
    expect_exception(3, 0, 0x0101, 3);
    expect_exception(3, 0x0100, 1, 2);

    SIM_MARK(3); /* writes */
    for (i = 0; i < 6; i++) {
        where = (uint8_t)SIM_DRAW(0, HOLE_REGISTERS - 1);
        value = (uint16_t)SIM_DRAW(0, 0xFFFF);
        SIM_EXPECT(ask(HOLE_SLAVE_ADDRESS, 6, where, value), 8);
        for (count = 0; count < 8; count++)
            SIM_EXPECT(reply[count], request[count]);
        SIM_EXPECT(reply[8], 0xEE);
        SIM_EXPECT(holding[where], value);
    }
    expect_exception(6, HOLE_REGISTERS, 5, 2);
    expect_exception(6, 0x0100, 5, 2);

    SIM_MARK(4); /* other functions */
    expect_exception(1, 0, 1, 1);
    expect_exception(4, 0, 1, 1);
    expect_exception(0x10, 0, 1, 1);

    SIM_MARK(5); /* silence */
    holding[1] = 0xABCD;
    SIM_EXPECT(ask(other, 6, 1, 0x1111), 0);
    SIM_EXPECT(holding[1], 0xABCD);
    SIM_EXPECT(ask(0, 3, 0, 1), 0);
    SIM_EXPECT(reply[0], 0xEE);
    SIM_EXPECT(ask(0, 6, 1, 0x2222), 0); /* broadcast: done, not answered */
    SIM_EXPECT(holding[1], 0x2222);
    SIM_EXPECT(ask(0, 6, HOLE_REGISTERS, 0x3333), 0);
    ask(HOLE_SLAVE_ADDRESS, 6, 1, 0x4444);
    SIM_EXPECT(modbus_answer(request, 7, reply), 0);
    SIM_EXPECT(modbus_answer(request, 9, reply), 0);
    for (i = 0; i < 8; i++) {
        request[i] ^= 0x80 >> i;
        SIM_EXPECT(modbus_answer(request, 8, reply), 0);
        request[i] ^= 0x80 >> i;
    }
    SIM_EXPECT(modbus_answer(request, 8, reply), 8);
    SIM_EXPECT(holding[1], 0x4444);
    for (i = 0; i < HOLE_REGISTERS; i++)
        SIM_REPORT(holding[i]);
    SIM_DONE();
}
