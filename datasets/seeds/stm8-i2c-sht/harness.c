#define REG(address) (*(volatile uint8_t *)(address))
#define CR2 SIM_REG(0x5211)
#define DR SIM_REG(0x5216)
#define SR1 SIM_REG(0x5217)
#define SR2 SIM_REG(0x5218)
#define SR3 SIM_REG(0x5219)
#define WRITE_TO (HOLE_SENSOR * 2)
#define READ_FROM (HOLE_SENSOR * 2 + 1)

static uint8_t answer[12];
static uint8_t got[12];
static uint16_t temperature;
static uint16_t humidity;

static void expect_header(uint16_t command)
{
    SIM_EXPECT_WRITE(CR2, 0x04);
    SIM_EXPECT_WRITE(CR2, 0x05);
    SIM_EXPECT_WRITE(DR, WRITE_TO);
    SIM_EXPECT_WRITE(DR, command >> 8);
    SIM_EXPECT_WRITE(DR, command);
}

static void expect_end(void)
{
    SIM_EXPECT_NO_WRITE(CR2);
    SIM_EXPECT_NO_WRITE(DR);
}

/* A whole read of count bytes, with the sequence that the reference manual has for 1, 2 and more bytes. */
static void expect_sequence(uint16_t command, uint8_t count)
{
    expect_header(command);
    if (count == 2) {
        SIM_EXPECT_WRITE(CR2, 0x0C);
        SIM_EXPECT_WRITE(CR2, 0x0D);
        SIM_EXPECT_WRITE(CR2, 0x08);
    } else {
        SIM_EXPECT_WRITE(CR2, 0x05);
        SIM_EXPECT_WRITE(CR2, 0x00);
    }
    SIM_EXPECT_WRITE(CR2, 0x02);
    SIM_EXPECT_WRITE(DR, READ_FROM);
    expect_end();
}

static void expect_failure(void)
{
    SIM_EXPECT_WRITE(CR2, 0x02);
    expect_end();
    SIM_EXPECT_WRITE(SR2, 0xFB);
    SIM_EXPECT_NO_WRITE(SR2);
}

static void read_well(uint16_t command, uint8_t count)
{
    uint8_t i;

    for (i = 0; i < 12; i++)
        got[i] = 0x5C;
    for (i = 0; i < count; i++)
        SIM_FEED(DR, answer[i]);
    SIM_EXPECT(sht_read(command, got, count), true);
    for (i = 0; i < 12; i++)
        SIM_EXPECT(got[i], i < count ? answer[i] : 0x5C);
    expect_sequence(command, count);
    SIM_EXPECT_NO_WRITE(SR2);
}

/* The remainder of the word and eight zeros, divided by x^8 + x^5 + x^4 + 1 with the start value 0xFF. */
static uint8_t crc_of(uint16_t word)
{
    uint32_t rest = (uint32_t)(word ^ 0xFF00u) << 8;
    uint8_t bit;

    for (bit = 23; bit >= 8; bit--)
        if (rest >> bit & 1)
            rest ^= (uint32_t)0x131 << (bit - 8);
    return (uint8_t)rest;
}

static void fetch(uint16_t t, uint8_t t_crc, uint16_t h, uint8_t h_crc, bool well)
{
    temperature = 0x1111;
    humidity = 0x2222;
    SIM_FEED(DR, t >> 8);
    SIM_FEED(DR, t & 0xFF);
    SIM_FEED(DR, t_crc);
    SIM_FEED(DR, h >> 8);
    SIM_FEED(DR, h & 0xFF);
    SIM_FEED(DR, h_crc);
    SIM_EXPECT(sht_fetch(&temperature, &humidity), well);
    if (!well) {
        t = 0x1111;
        h = 0x2222;
    }
    SIM_EXPECT(temperature, t);
    SIM_EXPECT(humidity, h);
    expect_sequence(0xE000, 6);
}

static void late(uint16_t looks, uint8_t flag)
{
    while (looks--)
        SIM_FEED(SR1, (uint8_t)~flag);
    SIM_FEED(SR1, flag);
}

/* The answer stops after its address; of four and more, after the first byte. */
static void broken_off(uint8_t count)
{
    SIM_HOLD(SR1, 0);
    SIM_FEED(SR1, 0x01);
    SIM_FEED(SR1, 0x02);
    SIM_FEED(SR1, 0x04);
    SIM_FEED(SR1, 0x04);
    SIM_FEED(SR1, 0x01);
    SIM_FEED(SR1, 0x02);
    if (count > 3)
        SIM_FEED(SR1, 0x04);
    SIM_FEED(SR1, 0);
    SIM_EXPECT(sht_read(0xF32D, got, count), false);
    expect_header(0xF32D);
    switch (count) {
    case 1:
        SIM_EXPECT_WRITE(CR2, 0x05);
        SIM_EXPECT_WRITE(CR2, 0x00);
        SIM_EXPECT_WRITE(CR2, 0x02);
        break;
    case 2:
        SIM_EXPECT_WRITE(CR2, 0x0C);
        SIM_EXPECT_WRITE(CR2, 0x0D);
        SIM_EXPECT_WRITE(CR2, 0x08);
        break;
    default:
        SIM_EXPECT_WRITE(CR2, 0x05);
    }
    SIM_EXPECT_WRITE(DR, READ_FROM);
    expect_failure();
}

void main(void)
{
    uint8_t i;
    uint8_t count;
    uint16_t word;

    REG(SIM_REG(0x5210)) = 0xC1;
    REG(SIM_REG(0x521C)) = 0x8F;
    SIM_SKIP_WRITES(SIM_REG(0x5210));
    SIM_SKIP_WRITES(SIM_REG(0x521C));
    sht_init();
    SIM_EXPECT_WRITE(CR2, 0x80);
    SIM_EXPECT_WRITE(CR2, 0x00);
    SIM_EXPECT_WRITE(SIM_REG(0x5212), HOLE_CRYSTAL_MHZ);
    SIM_EXPECT_WRITE(SIM_REG(0x521B), HOLE_CCR_TEXT);
    SIM_EXPECT_WRITE(SIM_REG(0x521C), 0);
    SIM_EXPECT_WRITE(SIM_REG(0x521D), HOLE_CRYSTAL_MHZ + 1);
    SIM_EXPECT_WRITE(SIM_REG(0x5210), 1);
    expect_end();

    SIM_MARK(1); /* a command, twice: the first leaves the bus free */
    SIM_EXPECT(sht_command(0x2130), true);
    expect_header(0x2130);
    SIM_EXPECT_WRITE(CR2, 0x02);
    expect_end();
    SIM_EXPECT(sht_command(0xFF01), true);
    expect_header(0xFF01);
    SIM_EXPECT_WRITE(CR2, 0x02);
    expect_end();

    SIM_MARK(2); /* every number of bytes */
    for (count = 1; count <= 12; count++) {
        for (i = 0; i < 12; i++)
            answer[i] = (uint8_t)SIM_DRAW(0, 255);
        read_well((uint16_t)SIM_DRAW(0, 0xFFFF), count);
    }
    read_well(0x1234, 2); /* what one leaves behind does not disturb the next */
    read_well(0x1234, 1);
    read_well(0x1234, 3);
    SIM_EXPECT(sht_read(0x1234, got, 0), false);
    expect_end();

    SIM_MARK(3); /* checksums: the data sheet's example, then one bit wrong in each place */
    SIM_EXPECT(crc_of(0xBEEF), 0x92);
    fetch(0xBEEF, 0x92, 0x0000, 0x81, true);
    for (i = 0; i < 6; i++) {
        word = (uint16_t)SIM_DRAW(0, 0xFFFF);
        fetch(word, crc_of(word), (uint16_t)~word, crc_of((uint16_t)~word), true);
    }
    fetch(0xBEEF, 0x93, 0xBEEF, 0x92, false);
    fetch(0xBEEF, 0x92, 0xBEEF, 0x12, false);
    fetch(0xBEEE, 0x92, 0xBEEF, 0x92, false);
    fetch(0xBEEF, 0x92, 0x3EEF, 0x92, false);

    SIM_MARK(4); /* the sensor does not answer its address, a command byte, its address again */
    SIM_HOLD(SR2, 0);
    SIM_FEED(SR2, 0);
    SIM_FEED(SR2, 0x04);
    SIM_EXPECT(sht_command(0x2130), false);
    SIM_EXPECT_WRITE(CR2, 0x04);
    SIM_EXPECT_WRITE(CR2, 0x05);
    SIM_EXPECT_WRITE(DR, WRITE_TO);
    expect_failure();
    SIM_HOLD(SR2, 0);
    for (i = 0; i < 2; i++)
        SIM_FEED(SR2, 0xFB);
    SIM_FEED(SR2, 0x04);
    SIM_EXPECT(sht_read(0x2130, got, 1), false);
    SIM_EXPECT_WRITE(CR2, 0x04);
    SIM_EXPECT_WRITE(CR2, 0x05);
    SIM_EXPECT_WRITE(DR, WRITE_TO);
    SIM_EXPECT_WRITE(DR, 0x21);
    expect_failure();
    SIM_HOLD(SR2, 0);
    for (i = 0; i < 5; i++)
        SIM_FEED(SR2, 0);
    SIM_FEED(SR2, 0x04);
    word = 0x7777;
    SIM_EXPECT(sht_fetch(&word, &word), false);
    SIM_EXPECT(word, 0x7777);
    expect_header(0xE000);
    SIM_EXPECT_WRITE(CR2, 0x05);
    SIM_EXPECT_WRITE(DR, READ_FROM);
    expect_failure();
    SIM_HOLD(SR2, 0);

    SIM_MARK(5); /* every flag as late as it may be, and one look too late */
    late(HOLE_WAIT_LIMIT - 1, 0x01);
    late(HOLE_WAIT_LIMIT - 1, 0x02);
    late(HOLE_WAIT_LIMIT - 1, 0x04);
    late(HOLE_WAIT_LIMIT - 1, 0x04);
    SIM_EXPECT(sht_command(0x3041), true);
    expect_header(0x3041);
    SIM_EXPECT_WRITE(CR2, 0x02);
    expect_end();
    late(HOLE_WAIT_LIMIT, 0x01);
    SIM_EXPECT(sht_command(0x3041), false);
    SIM_EXPECT_WRITE(CR2, 0x04);
    SIM_EXPECT_WRITE(CR2, 0x05);
    expect_failure();

    late(0, 0x01);
    late(0, 0x02);
    late(0, 0x04);
    late(0, 0x04);
    late(0, 0x01);
    late(0, 0x02);
    late(HOLE_WAIT_LIMIT - 1, 0x40);
    SIM_FEED(DR, 0x96);
    SIM_EXPECT(sht_read(0x3041, got, 1), true);
    SIM_EXPECT(got[0], 0x96);
    expect_sequence(0x3041, 1);

    SIM_MARK(6); /* the sensor falls silent in the middle of its answer */
    for (count = 1; count <= 5; count++)
        broken_off(count);

    SIM_MARK(7); /* the bus belongs to somebody else, up to the last look; then for good */
    SIM_HOLD(SR1, 0xFF);
    SIM_HOLD(SR3, 0);
    for (word = 1; word < HOLE_WAIT_LIMIT; word++)
        SIM_FEED(SR3, 0x02);
    SIM_FEED(SR3, 0xFD);
    SIM_EXPECT(sht_command(0x2130), true);
    expect_header(0x2130);
    SIM_EXPECT_WRITE(CR2, 0x02);
    expect_end();
    for (word = 0; word < HOLE_WAIT_LIMIT; word++)
        SIM_FEED(SR3, 0x02);
    SIM_FEED(SR3, 0);
    SIM_EXPECT(sht_command(0x2130), false);
    expect_end();
    SIM_HOLD(SR3, 0x03);
    SIM_EXPECT(sht_read(0x2130, got, 3), false);
    expect_end();
    SIM_EXPECT_NO_WRITE(SR2);
}
