#define RX 18
#define UDRE 19
#define READY 0x20 /* UDRE0 is set all the time */

static void arrive(uint8_t byte, uint8_t flags)
{
    SIM_FEED(SIM_UCSR0A, READY | 0x80 | flags);
    SIM_RX(byte);
    SIM_INTERRUPT(RX);
}

/* Lets the transmitter run dry: exactly these bytes come out, then it asks for no more. */
static void drain(uint8_t first, uint8_t count)
{
    uint8_t i;

    for (i = 0; i < count; i++) {
        SIM_EXPECT(UCSR0B & 0x20, 0x20);
        SIM_INTERRUPT(UDRE);
        SIM_EXPECT_WRITE(SIM_UDR0, first);
        first++;
    }
    SIM_INTERRUPT(UDRE);
    SIM_EXPECT(SIM_LATCH(0xC1), 0x98);
    SIM_INTERRUPT(UDRE);
    SIM_EXPECT_NO_WRITE(SIM_UDR0);
}

static void rest(void);

static void order(void)
{
    SIM_EXPECT(UCSR0A, 0xA5); /* the program's one read of the flags came first */
    rest();
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint8_t byte;

    SIM_HOLD(SIM_UCSR0A, READY);
    UCSR0B = 0xFF;
    SIM_SKIP_WRITES(SIM_REG(0xC1));
    usart_init();
    SIM_EXPECT_WRITE(SIM_REG(0xC1), 0);
    SIM_EXPECT_WRITE(SIM_REG(0xC5), HOLE_DIVIDER_VALUE / 256);
    SIM_EXPECT_WRITE(SIM_REG(0xC4), HOLE_DIVIDER_VALUE % 256);
    SIM_EXPECT_WRITE(SIM_UCSR0A, HOLE_DOUBLE ? 0x02 : 0x00);
    SIM_EXPECT_WRITE(SIM_REG(0xC2), HOLE_FRAME_BITS);
    SIM_EXPECT(SIM_LATCH(0xC1), 0x98);
    SIM_EXPECT(SREG >> 7, 0);
    SIM_EXPECT((uint16_t)usart_get(), 0xFFFF);
    SIM_EXPECT(usart_errors(), 0);
    sei();

    SIM_MARK(1); /* sending: one byte, then until there is no more room */
    SIM_EXPECT(usart_put(0x5A), 1);
    SIM_EXPECT_NO_WRITE(SIM_UDR0); /* the interrupt sends, nobody else */
    drain(0x5A, 1);
    for (i = 0; i < HOLE_TX_SIZE; i++)
        SIM_EXPECT(usart_put(i + 7), 1);
    SIM_EXPECT(usart_put(0xEE), 0);
    SIM_INTERRUPT(UDRE);
    SIM_EXPECT_WRITE(SIM_UDR0, 7);
    SIM_EXPECT(usart_put(HOLE_TX_SIZE + 7), 1);
    SIM_EXPECT(usart_put(0xEF), 0);
    drain(8, HOLE_TX_SIZE);

    SIM_MARK(2); /* far enough for the indices to wrap */
    byte = 0;
    for (i = 0; i < 40; i++) {
        n = (uint8_t)SIM_DRAW(1, 8);
        for (; n != 0; n--) {
            SIM_EXPECT(usart_put(byte), 1);
            SIM_INTERRUPT(UDRE);
            SIM_EXPECT_WRITE(SIM_UDR0, byte);
            byte += 3;
        }
    }
    drain(0, 0);

    SIM_MARK(3); /* receiving, also what looks like "nothing" */
    for (i = 0; i < 6; i++) {
        byte = (uint8_t)SIM_DRAW(0, 255);
        arrive(byte, 0);
        SIM_EXPECT((uint16_t)usart_get(), byte);
        SIM_EXPECT((uint16_t)usart_get(), 0xFFFF);
    }
    for (i = 0; i < HOLE_RX_SIZE; i++)
        arrive((uint8_t)(0xF8 + i), 0);
    SIM_EXPECT(usart_errors(), 0);
    arrive(0x99, 0);
    arrive(0x9A, 0);
    SIM_EXPECT(usart_errors(), 0x01);
    arrive(0x9B, 0x08);
    SIM_EXPECT(usart_errors(), 0x09);
    SIM_EXPECT(usart_errors(), 0);
    SIM_EXPECT((uint16_t)usart_get(), 0xF8);
    arrive(0x42, 0); /* room again */
    SIM_EXPECT(usart_errors(), 0);
    for (i = 1; i < HOLE_RX_SIZE; i++)
        SIM_EXPECT((uint16_t)usart_get(), (uint8_t)(0xF8 + i));
    SIM_EXPECT((uint16_t)usart_get(), 0x42);
    SIM_EXPECT((uint16_t)usart_get(), 0xFFFF);
    for (i = 0; i < 250; i++) {
        arrive(i, 0);
        SIM_EXPECT((uint16_t)usart_get(), i);
    }

    SIM_MARK(4); /* what arrives damaged is not kept, what comes after an overrun is */
    arrive(0x11, 0x10);
    SIM_EXPECT((uint16_t)usart_get(), 0xFFFF);
    SIM_EXPECT(usart_errors(), 0x10);
    arrive(0x12, 0x04);
    SIM_EXPECT((uint16_t)usart_get(), 0xFFFF);
    SIM_EXPECT(usart_errors(), 0x04);
    arrive(0x13, 0x08);
    SIM_EXPECT((uint16_t)usart_get(), 0x13);
    SIM_EXPECT(usart_errors(), 0x08);
    arrive(0x14, 0x10);
    arrive(0x15, 0x0C);
    arrive(0x16, 0x43); /* TXC0, U2X0 and MPCM0 are no errors */
    SIM_EXPECT((uint16_t)usart_get(), 0x16);
    SIM_EXPECT((uint16_t)usart_get(), 0xFFFF);
    SIM_EXPECT(usart_errors(), 0x1C);
    SIM_EXPECT(usart_errors(), 0);

    SIM_MARK(5); /* an error that comes while the others are taken is told the next time */
    for (i = 1; i < 24; i++) {
        arrive(0, 0x10);
        SIM_FEED(SIM_UCSR0A, READY | 0x84);
        SIM_RX(0);
        SIM_INTERRUPT_AFTER(RX, i);
        n = usart_errors();
        while (n != 0x14)
            n |= usart_errors();
        SIM_EXPECT(n, 0x14);
    }

    SIM_MARK(8); /* full wherever the indices stand */
    for (n = 0; n < 256 / HOLE_TX_SIZE + 1; n++) {
        for (i = 0; i < HOLE_TX_SIZE; i++)
            SIM_EXPECT(usart_put(i), 1);
        SIM_EXPECT(usart_put(0), 0);
        drain(0, HOLE_TX_SIZE);
    }
    for (n = 0; n < 256 / HOLE_RX_SIZE + 1; n++) {
        for (i = 0; i < HOLE_RX_SIZE + 1; i++)
            arrive(n + i, 0);
        SIM_EXPECT(usart_errors(), 0x01);
        for (i = 0; i < HOLE_RX_SIZE; i++)
            SIM_EXPECT((uint16_t)usart_get(), (uint8_t)(n + i));
        SIM_EXPECT((uint16_t)usart_get(), 0xFFFF);
    }

    SIM_MARK(6); /* starting anew forgets both directions */
    usart_put(1);
    usart_put(1);
    arrive(2, 0);
    arrive(2, 0x10);
    usart_init();
    SIM_EXPECT((uint16_t)usart_get(), 0xFFFF);
    SIM_EXPECT(usart_errors(), 0);
    SIM_EXPECT(UCSR0B & 0x20, 0);
    usart_put(0x77);
    drain(0x77, 1);
    cli();
    usart_put(3);
    usart_errors();
    SIM_EXPECT(SREG >> 7, 0);
    sei();

    SIM_MARK(7); /* the flags belong to the byte that waits in UDR0, so they are read before it */
    SIM_HOLD(SIM_UCSR0A, 0xA4);
    SIM_FEED(SIM_UCSR0A, 0xA0);
    SIM_FEED(SIM_UCSR0A, 0xA5);
    SIM_RX(0x21);
    SIM_CUT_AFTER(1, order);
    SIM_INTERRUPT(RX);
    SIM_DONE();
}

static void rest(void)
{
    SIM_EXPECT(usart_errors(), 0);
    SIM_DONE();
}
