#define PCON_REG SIM_SFR(0x87)
#define TMOD_REG SIM_SFR(0x89)
#define SCON_REG SIM_SFR(0x98)
#define IE_REG SIM_SFR(0xA8)

#define OTHER (HOLE_OWN_ADDRESS ^ 0x01 ? HOLE_OWN_ADDRESS ^ 0x01 : 0x80) /* never 0, never the own one */

static __xdata uint8_t data[256];
static __xdata uint8_t got[HOLE_FRAME_MAX + 2];

static void put(uint16_t nine_bits)
{
    SIM_RX(nine_bits);
    SIM_INTERRUPT(4);
}

static void deaf(void)
{
    SIM_EXPECT(SIM_LATCH(SCON_REG) & 0xF1, 0xF0); /* mode 3, SM2, receiver on, RI cleared */
}

static void listening(void)
{
    SIM_EXPECT(SIM_LATCH(SCON_REG) & 0xF1, 0xD0);
}

static void address(uint8_t byte)
{
    put(0x100 | byte);
}

/* What follows the address; check is added to the right check byte. */
static void body(uint8_t length, uint8_t check)
{
    uint8_t i;
    uint8_t total = length;

    put(length);
    for (i = 0; i < length; i++) {
        put(data[i]);
        total += data[i];
    }
    check -= total;
    put(check);
}

static void expect_none(void)
{
    got[0] = 0x5A;
    SIM_EXPECT(slave_take(got), 0);
    SIM_EXPECT(got[0], 0x5A);
}

static void expect_frame(uint8_t length)
{
    uint8_t i;

    for (i = 0; i < sizeof got; i++)
        got[i] = 0xEE;
    SIM_EXPECT(slave_take(got), length);
    for (i = 0; i < length; i++)
        SIM_EXPECT(got[i], data[i]);
    SIM_EXPECT(got[length], 0xEE);
    expect_none();
}

void main(void)
{
    uint8_t i;
    uint8_t n;

    for (n = 0; n < HOLE_FRAME_MAX; n++)
        data[n] = n * 37 + 11;
    PCON = 0x8C;
    TMOD = 0xD2;
    TR1 = 1;
    IE = 0x12;
    complete = 1;
    length = 1;
    SIM_SKIP_WRITES(IE_REG);
    slave_init();
    SIM_EXPECT_WRITE(IE_REG, 0x02);
    SIM_EXPECT_WRITE(IE_REG, 0x12);
    SIM_EXPECT_WRITE(IE_REG, 0x92);
    SIM_EXPECT_NO_WRITE(IE_REG);
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x40);
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x00);
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x40);
    SIM_EXPECT(SIM_LATCH(PCON_REG), 0x0C);
    SIM_EXPECT(SIM_LATCH(TMOD_REG), 0x22);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8B)), HOLE_BAUD_RELOAD);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8D)), HOLE_BAUD_RELOAD);
    SIM_EXPECT(SIM_LATCH(SCON_REG), 0xF0);
    expect_none();

    SIM_MARK(1); /* a frame for us, byte by byte */
    address(HOLE_OWN_ADDRESS);
    listening();
    put(2);
    listening();
    put(data[0]);
    expect_none();
    put(data[1]);
    listening();
    expect_none();
    put(0xFF & -(2 + data[0] + data[1]));
    deaf();
    expect_frame(2);

    SIM_MARK(2); /* for somebody else: its bytes do not even arrive */
    address(OTHER);
    deaf();
    body(3, 0);
    expect_none();
    address((uint8_t)(HOLE_OWN_ADDRESS + 0x80));
    deaf();
    SIM_INTERRUPT(4); /* a serial interrupt without a byte */
    expect_none();

    SIM_MARK(3); /* the shortest and the longest, and the lengths beyond */
    address(HOLE_OWN_ADDRESS);
    body(1, 0);
    expect_frame(1);
    address(HOLE_OWN_ADDRESS);
    body(HOLE_FRAME_MAX, 0);
    expect_frame(HOLE_FRAME_MAX);
    address(HOLE_OWN_ADDRESS);
    put(HOLE_FRAME_MAX + 1);
    deaf();
    address(HOLE_OWN_ADDRESS);
    put(0);
    deaf();
    address(HOLE_OWN_ADDRESS);
    put(255);
    deaf();
    put(1);
    put(0x55);
    put(0xAA);
    expect_none();

    SIM_MARK(4); /* wrong check bytes */
    address(HOLE_OWN_ADDRESS);
    body(3, 1);
    deaf();
    expect_none();
    address(HOLE_OWN_ADDRESS);
    body(3, 0x80);
    expect_none();
    address(HOLE_OWN_ADDRESS);
    body(3, 0);
    expect_frame(3);

    SIM_MARK(5); /* broadcast */
    address(0);
    listening();
    body(4, 0);
    expect_frame(4);

    SIM_MARK(6); /* an address in the middle: ours begins anew, another's ends it */
    address(HOLE_OWN_ADDRESS);
    put(4);
    put(0x99);
    address(HOLE_OWN_ADDRESS);
    listening();
    body(2, 0);
    expect_frame(2);
    address(HOLE_OWN_ADDRESS);
    put(2);
    put(data[0]);
    address(OTHER);
    deaf();
    put(data[1]);
    put(0xFF & -(2 + data[0] + data[1]));
    expect_none();

    SIM_MARK(7); /* not taken yet: the next frame is not received, nor its rest after it was taken */
    address(HOLE_OWN_ADDRESS);
    body(3, 0);
    address(HOLE_OWN_ADDRESS);
    deaf();
    put(1);
    put(0x77);
    address(0);
    deaf();
    expect_frame(3);
    put(0xFF & -(1 + 0x77));
    body(1, 0);
    deaf();
    expect_none();
    address(HOLE_OWN_ADDRESS);
    body(1, 0);
    expect_frame(1);

    for (i = 0; i < 8; i++) {
        SIM_MARK(8 + i);
        n = (uint8_t)SIM_DRAW(1, HOLE_FRAME_MAX);
        data[n - 1] = (uint8_t)SIM_DRAW(0, 255);
        address(i & 1 ? HOLE_OWN_ADDRESS : 0);
        body(n, 0);
        expect_frame(n);
    }

    SIM_MARK(16); /* started again in the middle of a frame */
    address(HOLE_OWN_ADDRESS);
    put(3);
    put(0x42);
    slave_init();
    deaf();
    address(HOLE_OWN_ADDRESS);
    body(2, 0);
    expect_frame(2);
    SIM_DONE();
}
