#define REG(address) (*(volatile uint8_t *)(address))
#define SR SIM_UART2_SR
#define DR SIM_UART2_DR

static uint8_t text[HOLE_MAX_LENGTH + 1];
static uint8_t expected_damaged;
static uint16_t sum;

/* The CRC with the register the other way round: what leaves it at the top meets the data's bit. */
static void add(uint8_t byte)
{
    uint8_t bit;

    for (bit = 0; bit < 8; bit++) {
        uint8_t out = sum >> 15;

        sum <<= 1;
        if (out != (byte >> bit & 1))
            sum ^= HOLE_MIRRORED;
    }
}

static void compute(uint8_t count)
{
    uint16_t mirrored = 0;
    uint8_t i;

    sum = 0xFFFF;
    for (i = 0; i < count; i++)
        add(text[i]);
    for (i = 0; i < 16; i++) {
        mirrored <<= 1;
        if (!(sum >> i & 1))
            mirrored |= 1;
    }
    sum = mirrored;
}

static void put(uint8_t byte)
{
    SIM_EXPECT(frame_put(byte), 0);
}

static void put_inside(uint8_t byte)
{
    if (byte == HOLE_FLAG || byte == HOLE_ESCAPE) {
        put(HOLE_ESCAPE);
        put(byte ^ 0x20);
    } else {
        put(byte);
    }
}

static void put_crc(uint8_t count, uint16_t wrong)
{
    compute(count);
    sum ^= wrong;
    put_inside((uint8_t)sum);
    put_inside((uint8_t)(sum >> 8));
}

static void expect_damaged(uint8_t more)
{
    expected_damaged += more;
    SIM_EXPECT(frame_damaged(), expected_damaged);
}

/* Payload and CRC after a flag that was there already, and the flag that ends it. */
static void good(uint8_t count)
{
    uint8_t i;

    for (i = 0; i < count; i++)
        put_inside(text[i]);
    put_crc(count, 0);
    SIM_EXPECT(frame_put(HOLE_FLAG), count);
    for (i = 0; i < count; i++)
        SIM_EXPECT(frame_payload()[i], text[i]);
    expect_damaged(0);
}

static void bad(uint8_t count, uint16_t wrong)
{
    uint8_t i;

    for (i = 0; i < count; i++)
        put_inside(text[i]);
    put_crc(count, wrong);
    put(HOLE_FLAG);
    expect_damaged(1);
}

static void fill(uint8_t from)
{
    uint8_t i;

    for (i = 0; i <= HOLE_MAX_LENGTH; i++)
        text[i] = (uint8_t)(from + i * 29);
}

static bool is_plain(uint8_t byte)
{
    return byte != HOLE_FLAG && byte != HOLE_ESCAPE;
}

static void expect_sent(uint8_t byte)
{
    if (byte == HOLE_FLAG || byte == HOLE_ESCAPE) {
        SIM_EXPECT_WRITE(DR, HOLE_ESCAPE);
        byte ^= 0x20;
    }
    SIM_EXPECT_WRITE(DR, byte);
}

static void check_send(uint8_t count)
{
    uint8_t i;

    SIM_EXPECT(frame_send(text, count), 1);
    compute(count);
    SIM_EXPECT_WRITE(DR, HOLE_FLAG);
    for (i = 0; i < count; i++)
        expect_sent(text[i]);
    expect_sent((uint8_t)sum);
    expect_sent((uint8_t)(sum >> 8));
    SIM_EXPECT_WRITE(DR, HOLE_FLAG);
    SIM_EXPECT_NO_WRITE(DR);
}

void main(void)
{
    uint8_t i;
    uint8_t n;

    for (i = 0; i < 8; i++)
        text[i] = '1' + i;
    frame_reset();
    put(HOLE_FLAG);
    bad(2, 1);
    for (i = 0; i < HOLE_MAX_LENGTH + 5; i++)
        put_inside(i);
    put(HOLE_ESCAPE);
    frame_reset(); /* in the middle of everything */
    expected_damaged = 0;
    expect_damaged(0);

    SIM_MARK(1); /* the rest of a frame that began before us: good, but not to be believed and not to be counted */
    put('1');
    put_crc(1, 0);
    put(HOLE_ESCAPE);
    put(HOLE_FLAG);
    expect_damaged(0);
    good(1);
    put(HOLE_FLAG); /* a pause */
    put(HOLE_FLAG);
    expect_damaged(0);
    good(8);
    good(8); /* one flag between two frames is enough */

    SIM_MARK(2); /* lengths: the longest, one more; and the next one is read again */
    fill(3);
    good(HOLE_MAX_LENGTH);
    for (i = 0; i < HOLE_MAX_LENGTH; i++)
        put_inside(text[i]);
    put_crc(HOLE_MAX_LENGTH, 0);
    put_inside(0x00);
    put(HOLE_FLAG);
    expect_damaged(1);
    bad(HOLE_MAX_LENGTH + 1, 0);
    for (i = 0; i < 200; i++)
        put_inside(i);
    put(HOLE_ESCAPE);
    put(HOLE_FLAG);
    expect_damaged(1);
    good(2);
    put(0x00); /* too short */
    put(HOLE_FLAG);
    expect_damaged(1);
    put(0xFF);
    put(0xFF);
    put(HOLE_FLAG);
    expect_damaged(1);
    put(0x00); /* the CRC of nothing, and so no frame either */
    put(0x00);
    put(HOLE_FLAG);
    expect_damaged(1);

    SIM_MARK(3); /* bytes that must be escaped, in the payload */
    text[0] = HOLE_FLAG;
    text[1] = HOLE_ESCAPE;
    text[2] = HOLE_FLAG ^ 0x20;
    text[3] = HOLE_ESCAPE ^ 0x20;
    text[4] = 0x00;
    good(5);
    put(text[2]); /* an escape before a byte that needs none */
    put(HOLE_ESCAPE);
    put('A' ^ 0x20);
    text[0] = text[2];
    text[1] = 'A';
    put_crc(2, 0);
    SIM_EXPECT(frame_put(HOLE_FLAG), 2);
    SIM_EXPECT(frame_payload()[1], 'A');

    SIM_MARK(4); /* one bit wrong in each half; cut off after an escape, also as the only byte; two escapes */
    fill(77);
    bad(4, 0x0001);
    bad(4, 0x0080);
    bad(4, 0x0100);
    bad(4, 0x8000);
    good(4);
    for (i = 0; i < 3; i++)
        put_inside(text[i]);
    put_crc(3, 0);
    put(HOLE_ESCAPE);
    put(HOLE_FLAG);
    expect_damaged(1);
    good(3);
    put(HOLE_ESCAPE);
    put(HOLE_FLAG);
    expect_damaged(1);
    good(3);
    put(HOLE_ESCAPE);
    put(HOLE_ESCAPE);
    put(text[0] ^ 0x20);
    put_crc(1, 0);
    put(HOLE_FLAG);
    expect_damaged(1);
    good(1);

    SIM_MARK(5); /* payloads with a CRC that itself must be escaped come by, too */
    for (i = 0; i < 12; i++) {
        n = (uint8_t)SIM_DRAW(1, HOLE_MAX_LENGTH);
        fill((uint8_t)SIM_DRAW(0, 255));
        if (i < 4)
            n = 1 + i;
        good(n);
    }
    for (i = 0; i < 250; i++) { /* the CRC's low byte takes every value */
        text[0] = i;
        compute(1);
        if ((uint8_t)sum == HOLE_FLAG || (uint8_t)(sum >> 8) == HOLE_ESCAPE)
            good(1);
    }

    SIM_MARK(6); /* the count of damaged frames stops */
    while (expected_damaged < 253) {
        put(0x00);
        put(HOLE_FLAG);
        expected_damaged++;
    }
    expect_damaged(0);
    bad(1, 1);
    bad(1, 1);
    expected_damaged = 254;
    bad(1, 1);
    frame_reset();
    expected_damaged = 0;
    put(text[0]);
    put_crc(1, 0);
    put(HOLE_FLAG);
    expect_damaged(0);

    SIM_MARK(7); /* sending */
    fill(200);
    check_send(1);
    check_send(HOLE_MAX_LENGTH);
    text[0] = HOLE_FLAG;
    text[1] = HOLE_ESCAPE;
    text[2] = HOLE_ESCAPE ^ 0x20;
    check_send(3);
    for (i = 0; i < 250; i++) {
        text[0] = i;
        compute(1);
        if ((uint8_t)sum == HOLE_ESCAPE || (uint8_t)(sum >> 8) == HOLE_FLAG)
            check_send(1);
    }
    SIM_EXPECT(frame_send(text, 0), 0);
    SIM_EXPECT(frame_send(text, HOLE_MAX_LENGTH + 1), 0);
    SIM_EXPECT(frame_send(text, 255), 0);
    SIM_EXPECT_NO_WRITE(DR);
    for (i = 0; i < 250; i++) { /* one whose five bytes need no escape */
        text[0] = i;
        compute(1);
        if (is_plain(i) && is_plain((uint8_t)sum) && is_plain((uint8_t)(sum >> 8)))
            break;
    }
    SIM_FEED(SR, 0x00); /* the transmitter lets us wait before the first byte and before the second */
    SIM_FEED(SR, 0x7F);
    SIM_FEED(SR, 0x80);
    SIM_FEED(SR, 0x7F);
    SIM_FEED(SR, 0xC0);
    SIM_FEED(SR, 0x80);
    SIM_FEED(SR, 0x80);
    SIM_FEED(SR, 0x80);
    SIM_FEED(SR, 0x5A);
    check_send(1);
    SIM_EXPECT(REG(SIM_UART2_SR), 0x5A); /* eight looks for five bytes */
}
