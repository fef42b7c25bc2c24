#define MASK_0 0x01
#define MASK_1 0x02
#define MASK_2 0x04
#define MASK_3 0x08
#define MASK_4 0x10
#define MASK_5 0x20
#define MASK_6 0x40
#define MASK_7 0x80
#define JOIN(bit) MASK_##bit
#define MASK(bit) JOIN(bit)
#define DE MASK(HOLE_DRIVER_BIT)
#define RELOAD (0x10000UL - HOLE_RELEASE_COUNTS)

#define TCON_REG SIM_SFR(0x88)
#define TL0_REG SIM_SFR(0x8A)
#define TH0_REG SIM_SFR(0x8C)
#define SCON_REG SIM_SFR(0x98)
#define SBUF_REG SIM_SFR(0x99)
#define IE_REG SIM_SFR(0xA8)

static __xdata uint8_t data[20];
static uint8_t looked; /* how many events of an interrupt have been looked behind */

static void expect_silent(void)
{
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(SBUF_REG);
    SIM_EXPECT_NO_WRITE(TH0_REG);
}

static void driving(void)
{
    SIM_EXPECT(SIM_LATCH(SIM_P1), 0xFF);
    SIM_EXPECT(SIM_LATCH(SCON_REG) & 0x10, 0);
    SIM_EXPECT(rs485_busy(), 1);
}

static void listening(void)
{
    SIM_EXPECT(SIM_LATCH(SIM_P1), 0xFF & ~DE);
    SIM_EXPECT(SIM_LATCH(SCON_REG) & 0xD0, 0x50);
    SIM_EXPECT(SIM_LATCH(TCON_REG), 0x45); /* timer 0 stopped */
    SIM_EXPECT(rs485_busy(), 0);
}

/* The whole life of one transmission. */
static void transmit(uint8_t count)
{
    uint8_t i;

    SIM_EXPECT(rs485_send(data, count), 1);
    for (i = 0; i < count; i++)
        data[i] ^= 0xFF; /* the caller may use them again */
    SIM_EXPECT_WRITE(SIM_P1, 0xFF);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_SKIP_WRITES(TCON_REG);
    for (i = 0; i < count; i++) {
        driving();
        SIM_EXPECT_WRITE(SBUF_REG, 0xFF & ~data[i]);
        SIM_EXPECT(rs485_send(data, 1), 0); /* not in between */
        expect_silent();
        SIM_INTERRUPT(4);
        SIM_EXPECT(SIM_LATCH(SCON_REG) & 0x10, 0);
    }
    SIM_EXPECT_WRITE(TH0_REG, RELOAD / 256);
    SIM_EXPECT_WRITE(TL0_REG, RELOAD % 256);
    SIM_EXPECT_NO_WRITE(TL0_REG);
    SIM_EXPECT(SIM_LATCH(TCON_REG), 0x55);
    SIM_EXPECT(SIM_LATCH(SCON_REG) & 0x02, 0);
    driving(); /* the stop bit is still to be sent */
    SIM_EXPECT(rs485_send(data, 1), 0);
    expect_silent();
    SIM_INTERRUPT(1);
    SIM_EXPECT_WRITE(SIM_P1, 0xFF & ~DE);
    listening();
    expect_silent();
}

static void receive(uint8_t byte)
{
    SIM_RX(byte);
    SIM_INTERRUPT(4);
    SIM_EXPECT(SIM_LATCH(SCON_REG) & 0x01, 0);
}

static void expect_nothing(void)
{
    SIM_EXPECT((uint16_t)rs485_read(), 0xFFFF);
}

static void turn(uint8_t events);

/* At any moment of the interrupt behind the last byte: a running timer has all of its count. */
static void look(void)
{
    if (SIM_LATCH(TCON_REG) & 0x10) {
        SIM_EXPECT(SIM_LATCH(TH0_REG), RELOAD / 256);
        SIM_EXPECT(SIM_LATCH(TL0_REG), RELOAD % 256);
    }
    if (++looked > 10)
        SIM_DONE();
    turn(looked);
}

/* That interrupt again, until so many events after it. */
static void turn(uint8_t events)
{
    rs485_init();
    rs485_send(data, 1);
    TH0 = (uint8_t)~(RELOAD / 256);
    TL0 = (uint8_t)~(RELOAD % 256);
    looked = events;
    SIM_CUT_AFTER(events, look);
    SIM_INTERRUPT(4);
    for (;;)
        P3 = 0xFF; /* is over: on to the cut */
}

void main(void)
{
    uint16_t i;
    uint8_t n;

    for (n = 0; n < sizeof data; n++)
        data[n] = n * 29 + 3;
    P1 = 0xFF; /* somebody left it driving */
    PCON = 0x9C;
    TMOD = 0x12;
    TCON = 0x75;
    IE = 0x16;
    busy = 1;
    rx_head = 5;
    rx_tail = 3;
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(TCON_REG);
    SIM_SKIP_WRITES(IE_REG);
    rs485_init();
    SIM_EXPECT_WRITE(SIM_P1, 0xFF & ~DE);
    SIM_EXPECT_WRITE(IE_REG, 0x06);
    SIM_EXPECT_WRITE(IE_REG, 0x04);
    SIM_EXPECT_WRITE(IE_REG, 0x06);
    SIM_EXPECT_WRITE(IE_REG, 0x16);
    SIM_EXPECT_WRITE(IE_REG, 0x96);
    SIM_EXPECT_NO_WRITE(IE_REG);
    SIM_EXPECT_WRITE(TCON_REG, 0x65);
    SIM_EXPECT_WRITE(TCON_REG, 0x25);
    SIM_EXPECT_WRITE(TCON_REG, 0x05);
    SIM_EXPECT_WRITE(TCON_REG, 0x45);
    SIM_EXPECT_NO_WRITE(TCON_REG);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x87)), 0x1C);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x89)), 0x21);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8B)), HOLE_BAUD_RELOAD);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8D)), HOLE_BAUD_RELOAD);
    SIM_EXPECT(SIM_LATCH(SCON_REG), 0x50);
    listening();
    expect_nothing();
    expect_silent();

    SIM_MARK(1); /* what is not sent */
    SIM_EXPECT(rs485_send(data, 0), 0);
    SIM_EXPECT(rs485_send(data, 17), 0);
    SIM_EXPECT(rs485_send(data, 255), 0);
    expect_silent();
    listening();

    SIM_MARK(2); /* one byte, the most, and some */
    transmit(1);
    transmit(16);
    transmit(2);

    SIM_MARK(3); /* receiving; a byte that comes while we drive is our own echo */
    receive(0x00);
    receive(0xFF);
    SIM_EXPECT((uint16_t)rs485_read(), 0x00);
    receive(0x80);
    SIM_EXPECT((uint16_t)rs485_read(), 0xFF);
    SIM_EXPECT((uint16_t)rs485_read(), 0x80);
    expect_nothing();
    SIM_INTERRUPT(4); /* neither sent nor received anything */
    expect_nothing();
    expect_silent();
    SIM_EXPECT(SIM_LATCH(TCON_REG), 0x45);

    SIM_MARK(4); /* full: the newest are dropped, the old ones stay in order */
    for (n = 0; n < 19; n++)
        receive(0x40 + n);
    for (n = 0; n < 16; n++)
        SIM_EXPECT((uint16_t)rs485_read(), 0x40 + n);
    expect_nothing();

    SIM_MARK(5); /* far enough for the indexes to wrap, with transmissions between */
    for (i = 0; i < 256; i++) {
        receive((uint8_t)(i ^ 0x5A));
        SIM_EXPECT((uint16_t)rs485_read(), (i ^ 0x5A) & 0xFF);
    }
    rx_head = 250; /* full across the wrap */
    rx_tail = 250;
    for (n = 0; n < 19; n++)
        receive(0x60 + n);
    for (n = 0; n < 16; n++)
        SIM_EXPECT((uint16_t)rs485_read(), 0x60 + n);
    expect_nothing();
    receive(0x11);
    transmit(3);
    SIM_EXPECT((uint16_t)rs485_read(), 0x11);
    expect_nothing();

    SIM_MARK(6); /* both flags at once: a byte was received just before we began to send */
    SIM_RX(0x77);
    SIM_EXPECT(RI, 1);
    SIM_EXPECT(rs485_send(data, 1), 1);
    SIM_INTERRUPT(4);
    SIM_EXPECT((uint16_t)rs485_read(), 0x77);
    SIM_EXPECT(SIM_LATCH(TCON_REG), 0x55);
    SIM_INTERRUPT(1);
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(SBUF_REG);
    SIM_SKIP_WRITES(TH0_REG);
    SIM_SKIP_WRITES(TL0_REG);
    listening();

    for (n = 0; n < 6; n++) {
        SIM_MARK(7 + n);
        transmit((uint8_t)SIM_DRAW(1, 16));
    }
    SIM_MARK(13);
    turn(1);
}
