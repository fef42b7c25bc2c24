#define BLOCKS (HOLE_IMAGE_MAX / 128)

static __xdata uint8_t copy[HOLE_IMAGE_MAX];
static uint16_t size;
static uint16_t sum;

static void send(uint8_t byte, uint8_t reply)
{
    SIM_EXPECT(xmodem_byte(byte), reply);
}

/* CRC-16/XMODEM a byte at a time, without a loop over bits. */
static void add(uint8_t byte)
{
    sum = (uint16_t)(sum >> 8 | sum << 8) ^ byte;
    sum ^= (uint8_t)sum >> 4;
    sum ^= sum << 12;
    sum ^= (sum & 0xFF) << 5;
}

static void part(uint8_t number, uint8_t inverse, uint8_t seed, uint8_t bytes)
{
    uint8_t i;

    send(0x01, 0);
    send(number, 0);
    send(inverse, 0);
    sum = 0;
    for (i = 0; i < bytes; i++) {
        add(seed);
        if (xmodem_byte(seed))
            SIM_EXPECT(i, 255);
        seed = seed * 5 + 77;
    }
}

static void block_of(uint8_t number, uint8_t seed, uint16_t wrong, uint8_t reply)
{
    part(number, 255 - number, seed, 128);
    sum ^= wrong;
    send(sum >> 8, 0);
    send((uint8_t)sum, reply);
}

static void good(uint8_t number, uint8_t seed)
{
    uint8_t i;

    block_of(number, seed, 0, 0x06);
    for (i = 0; i < 128; i++) {
        copy[size++] = seed;
        seed = seed * 5 + 77;
    }
}

static void whole(void)
{
    uint16_t i;

    SIM_EXPECT(image_size, size);
    for (i = 0; i < size; i++)
        if (image[i] != copy[i])
            SIM_EXPECT(i, 0xFFFF);
    SIM_EXPECT(xmodem_result(), 0);
}

static void start(void)
{
    size = 0;
    SIM_EXPECT(xmodem_start(), 'C');
    SIM_EXPECT(xmodem_result(), 0);
    SIM_EXPECT(image_size, 0);
}

/* Nothing is answered any more, and nothing revives it. */
static void dead(void)
{
    SIM_EXPECT(xmodem_result(), 2);
    send(0x01, 0);
    send(0x04, 0);
    send(0x18, 0);
    SIM_EXPECT(xmodem_timeout(), 0);
    SIM_EXPECT(xmodem_result(), 2);
    SIM_EXPECT(image_size, size);
}

void main(void)
{
    uint8_t n;

    image_size = 5;
    start();
    send(0x00, 0); /* noise */
    send(0x43, 0);
    for (n = 0; n < HOLE_RETRY_MAX; n++)
        SIM_EXPECT(xmodem_timeout(), 'C');
    good(1, 0x11);
    whole();

    SIM_MARK(1); /* damage to either half of the number and of the CRC */
    block_of(2, 0x22, 0x0001, 0x15);
    block_of(2, 0x22, 0x8000, 0x15);
    part(2, 0xFF, 0x22, 128);
    send(sum >> 8, 0);
    send((uint8_t)sum, 0x15);
    whole();
    good(2, 0x22);
    whole();

    SIM_MARK(2); /* our ACK was lost */
    block_of(2, 0x33, 0, 0x06);
    whole();
    SIM_EXPECT(xmodem_timeout(), 0x15);
    good(3, 0x44);
    whole();

    SIM_MARK(3); /* the line dies inside a block, and again, until there is no hope */
    for (n = 0; n < HOLE_RETRY_MAX; n++) {
        if (n == 0)
            part(9, 0, 1, 20);
        SIM_EXPECT(xmodem_timeout(), 0x15);
        SIM_EXPECT(xmodem_result(), 0);
    }
    SIM_EXPECT(xmodem_timeout(), 0x18);
    dead();

    SIM_MARK(4); /* everything anew, up to the end of the memory */
    start();
    SIM_EXPECT(xmodem_timeout(), 'C'); /* earlier errors are forgotten */
    for (n = 1; n <= BLOCKS; n++)
        good(n, n * 3);
    whole();
    block_of(BLOCKS, 1, 0, 0x06);
    whole();
    for (n = 0; n < HOLE_RETRY_MAX; n++) /* a repeated block ended the count */
        SIM_EXPECT(xmodem_timeout(), 0x15);
    block_of(BLOCKS + 1, 1, 0, 0x18);
    dead();

    SIM_MARK(5); /* the end, and the end again */
    start();
    good(1, 0x99);
    send(0x04, 0x06);
    SIM_EXPECT(xmodem_result(), 1);
    SIM_EXPECT(image_size, 128);
    send(0x01, 0);
    send(0x04, 0x06);
    send(0x18, 0);
    SIM_EXPECT(xmodem_timeout(), 0);
    SIM_EXPECT(xmodem_result(), 1);

    SIM_MARK(6); /* numbers out of order */
    start();
    block_of(0, 1, 0, 0x18);
    dead();
    start();
    block_of(2, 1, 0, 0x18);
    dead();
    start();
    good(1, 0xA5);
    block_of(0, 1, 0, 0x18);
    dead();
    start();
    send(0x18, 0);
    dead();

    SIM_MARK(7); /* cut off before each part of a block, with nothing received yet */
    start();
    send(0x01, 0);
    SIM_EXPECT(xmodem_timeout(), 0x15);
    SIM_EXPECT(xmodem_timeout(), 'C');
    part(1, 254, 3, 128);
    SIM_EXPECT(xmodem_timeout(), 0x15);
    good(1, (uint8_t)SIM_DRAW(0, 255));
    whole();

    SIM_MARK(8); /* numbers run on over 255 */
    expected = 255;
    good(255, (uint8_t)SIM_DRAW(0, 255));
    whole();
    block_of(255, 7, 0, 0x06);
    whole();
    good(0, (uint8_t)SIM_DRAW(0, 255));
    block_of(0, 7, 0, 0x06);
    whole();
    SIM_DONE();
}
