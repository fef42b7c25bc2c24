#define PORT SIM_SFR(HOLE_PORT_SFR)
#define LOW (uint8_t)~(1u << HOLE_DATA_BIT)
#define HIGH 0xFF

static climate result;
static uint8_t sent[5];

static void feed_response(void)
{
    SIM_FEED(PORT, HIGH); /* not yet */
    SIM_FEED(PORT, LOW);
    SIM_FEED(PORT, LOW);
    SIM_FEED(PORT, HIGH);
    SIM_FEED(PORT, HIGH);
    SIM_FEED(PORT, LOW);
}

/* All bits; one of them begins and ends late, by so many looks. */
static void feed_bits(uint8_t late_rise, uint8_t late_fall)
{
    uint8_t i;
    uint8_t byte = 0;

    for (i = 0; i < 40; i++) {
        if ((i & 7) == 0)
            byte = sent[i >> 3];
        if (i == 11)
            while (late_rise--)
                SIM_FEED(PORT, LOW);
        SIM_FEED(PORT, HIGH);
        SIM_FEED(PORT, byte & 0x80 ? HIGH : LOW);
        if (i == 11)
            while (late_fall--)
                SIM_FEED(PORT, HIGH);
        SIM_FEED(PORT, LOW);
        byte <<= 1;
    }
}

static uint8_t read(void)
{
    uint8_t status;

    SIM_SKIP_WRITES(PORT);
    status = dht11_read(&result);
    SIM_EXPECT_WRITE(PORT, LOW);
    SIM_EXPECT_WRITE(PORT, HIGH);
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_HOLD(PORT, HIGH);
    return status;
}

static void check(uint8_t humidity, uint8_t humidity_tenth, uint8_t degrees, uint8_t sign_and_tenth)
{
    int16_t temperature;

    sent[0] = humidity;
    sent[1] = humidity_tenth;
    sent[2] = degrees;
    sent[3] = sign_and_tenth;
    sent[4] = (uint8_t)(humidity + humidity_tenth + degrees + sign_and_tenth);
    feed_response();
    feed_bits(0, 0);
    SIM_EXPECT(read(), 0);
    temperature = degrees * 10 + sign_and_tenth % 128;
    SIM_EXPECT(result.humidity, humidity * 10 + humidity_tenth);
    SIM_EXPECT((uint16_t)result.temperature, (uint16_t)(sign_and_tenth > 127 ? -temperature : temperature));
}

void main(void)
{
    uint8_t i;

    EA = 1;
    SIM_HOLD(PORT, HIGH);
    SIM_SKIP_WRITES(SIM_SFR(0xA8));
    SIM_MARK(1);
    check((uint8_t)SIM_DRAW(5, 95), 7, (uint8_t)SIM_DRAW(0, 60), 0x09);
    SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x00);
    SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x80);
    check(40, 0, 25, 0x50); /* only bit 7 is the sign, all others are decimals */
    EA = 0; /* and stays off */
    check(90, 50, 110, 0x85); /* below zero; more than fits in eight bits */
    SIM_EXPECT(EA, 0);

    SIM_MARK(2); /* one bit of the sum is wrong */
    sent[4] ^= 0x10;
    result.humidity = 0x1234;
    result.temperature = 0x5678;
    feed_response();
    feed_bits(0, 0);
    SIM_EXPECT(read(), 3);

    SIM_MARK(3); /* nobody there: as many looks as allowed, no more */
    SIM_EXPECT(read(), 1);
    SIM_FEED(PORT, LOW);
    for (i = 0; i <= HOLE_WAIT_LIMIT; i++)
        SIM_FEED(PORT, HIGH);
    SIM_FEED(PORT, LOW);
    SIM_EXPECT(read(), 1);

    SIM_MARK(4); /* a bit begins one look too late; ends one look too late */
    sent[4] ^= 0x10;
    feed_response();
    feed_bits(HOLE_WAIT_LIMIT, 0);
    SIM_EXPECT(read(), 2);
    feed_response();
    feed_bits(0, HOLE_WAIT_LIMIT);
    SIM_EXPECT(read(), 2);
    SIM_EXPECT(result.humidity, 0x1234);
    SIM_EXPECT(result.temperature, 0x5678);

    SIM_MARK(5); /* slow, but just in time */
    for (i = 1; i < HOLE_WAIT_LIMIT; i++)
        SIM_FEED(PORT, HIGH);
    SIM_FEED(PORT, LOW);
    for (i = 1; i < HOLE_WAIT_LIMIT; i++)
        SIM_FEED(PORT, LOW);
    SIM_FEED(PORT, HIGH);
    SIM_FEED(PORT, LOW);
    feed_bits(HOLE_WAIT_LIMIT - 1, HOLE_WAIT_LIMIT - 1);
    SIM_EXPECT(read(), 0);
    SIM_EXPECT(result.humidity, 950);
    SIM_DONE();
}
