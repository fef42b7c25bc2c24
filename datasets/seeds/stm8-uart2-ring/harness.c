#define REG(address) (*(volatile uint8_t *)(address))
#define SR SIM_UART2_SR
#define DR SIM_UART2_DR
#define CR2 SIM_REG(0x5245)

static uint8_t expected_lost;

/* An interrupt with this status and byte; the last status stays for the next reads. */
static void arrive(uint8_t status, uint8_t byte)
{
    SIM_HOLD(SR, status);
    SIM_HOLD(DR, byte);
    SIM_INTERRUPT(21);
}

static void expect_lost(uint8_t more)
{
    expected_lost = expected_lost + more > 255 ? 255 : (uint8_t)(expected_lost + more);
    SIM_EXPECT(uart_lost(), expected_lost);
}

static void start(void)
{
    uart_init();
    expected_lost = 0;
    SIM_EXPECT_WRITE(CR2, 0);
    SIM_EXPECT_WRITE(CR2, 0x2C);
    SIM_EXPECT_WRITE(SIM_REG(0x5244), 0);
    SIM_EXPECT_WRITE(SIM_REG(0x5246), 0);
    SIM_EXPECT_WRITE(SIM_REG(0x5243), HOLE_BRR2);
    SIM_EXPECT_WRITE(SIM_REG(0x5242), HOLE_BRR1);
    SIM_EXPECT_NO_WRITE(CR2);
    SIM_EXPECT(uart_available(), 0);
    SIM_EXPECT((uint16_t)uart_read(), 0xFFFF);
    SIM_EXPECT(uart_lost(), 0);
}

void main(void)
{
    uint16_t i;
    uint8_t in = 0;
    uint8_t out = 0;
    uint8_t byte;

    REG(SIM_REG(0x5244)) = 0x14; /* somebody else's 9 bits with parity, and his leavings */
    REG(SIM_REG(0x5246)) = 0x20;
    SIM_SKIP_WRITES(SIM_REG(0x5244));
    SIM_SKIP_WRITES(SIM_REG(0x5246));
    start();
    SIM_RX(0x55);
    SIM_INTERRUPT(21); /* interrupts as a whole are still off */
    SIM_EXPECT(uart_available(), 0);
    __asm__("rim");

    SIM_MARK(1); /* through the chip's own flags: one in, one out */
    SIM_INTERRUPT(21);
    SIM_EXPECT(uart_available(), 1);
    SIM_EXPECT((uint16_t)uart_read(), 0x55);
    for (i = 0; i < 8; i++) {
        byte = (uint8_t)SIM_DRAW(0, 255);
        SIM_RX(byte);
        SIM_INTERRUPT(21);
        SIM_EXPECT(uart_available(), 1);
        SIM_EXPECT((uint16_t)uart_read(), byte);
        SIM_EXPECT((uint16_t)uart_read(), 0xFFFF);
    }
    uart_write(0x00);
    uart_write(0xA5);
    SIM_EXPECT_WRITE(DR, 0x00);
    SIM_EXPECT_WRITE(DR, 0xA5);
    SIM_EXPECT_NO_WRITE(DR);

    SIM_MARK(2); /* no room to send yet: it waits, whatever the other flags say */
    SIM_FEED(SR, 0x00);
    SIM_FEED(SR, 0x7F);
    SIM_FEED(SR, 0x40);
    SIM_FEED(SR, 0x80);
    SIM_FEED(SR, 0x5A);
    uart_write(0x3C);
    SIM_EXPECT(REG(SIM_UART2_SR), 0x5A); /* it looked four times */
    SIM_EXPECT_WRITE(DR, 0x3C);
    SIM_EXPECT_NO_WRITE(DR);

    SIM_MARK(3); /* damaged bytes are counted and left out; parity and idle flags mean nothing here */
    arrive(0xE2, 0x11);
    SIM_EXPECT(uart_available(), 0);
    expect_lost(1);
    arrive(0xE4, 0x22);
    SIM_EXPECT(uart_available(), 0);
    expect_lost(1);
    arrive(0xE6, 0x22);
    expect_lost(1);
    arrive(0xF1, 0x33);
    SIM_EXPECT(uart_available(), 1);
    expect_lost(0);
    SIM_EXPECT((uint16_t)uart_read(), 0x33);

    SIM_MARK(4); /* overrun: with a byte that is good, with one that is not, and with none */
    arrive(0xE8, 0x44);
    expect_lost(1);
    SIM_EXPECT(uart_available(), 1);
    SIM_EXPECT((uint16_t)uart_read(), 0x44);
    arrive(0xEA, 0x55);
    expect_lost(2);
    SIM_EXPECT(uart_available(), 0);
    arrive(0xC8, 0x66);
    expect_lost(1);
    SIM_EXPECT(uart_available(), 0);
    arrive(0xC0, 0x77); /* nothing at all */
    arrive(0xC6, 0x77);
    expect_lost(0);
    SIM_EXPECT(uart_available(), 0);

    SIM_MARK(5); /* three too many: the newest are lost */
    for (i = 1; i <= HOLE_RING_SIZE; i++) {
        arrive(0xE0, in++);
        SIM_EXPECT(uart_available(), i);
    }
    for (i = 0; i < 3; i++) {
        arrive(0xE0, in++);
        SIM_EXPECT(uart_available(), HOLE_RING_SIZE);
    }
    expect_lost(3);
    arrive(0xE8, 0x99); /* full, and an overrun on top */
    expect_lost(2);
    SIM_EXPECT((uint16_t)uart_read(), out++);
    arrive(0xE0, 0xA5);
    expect_lost(0);
    for (i = 1; i < HOLE_RING_SIZE; i++)
        SIM_EXPECT((uint16_t)uart_read(), out++);
    SIM_EXPECT((uint16_t)uart_read(), 0xA5);
    SIM_EXPECT((uint16_t)uart_read(), 0xFFFF);

    SIM_MARK(6); /* far enough for every index to wrap */
    arrive(0xE0, 0xEE);
    out = 0xEE;
    for (i = 0; i < 260; i++) {
        arrive(0xE0, (uint8_t)i);
        SIM_EXPECT((uint16_t)uart_read(), out);
        out = (uint8_t)i;
    }
    SIM_EXPECT(uart_available(), 1);

    SIM_MARK(7); /* full across the wrap of the indices */
    SIM_EXPECT((uint16_t)uart_read(), out);
    for (byte = 0; byte < 256 / HOLE_RING_SIZE + 1; byte++) {
        arrive(0xE0, byte); /* one place further in each round */
        SIM_EXPECT((uint16_t)uart_read(), byte);
        for (i = 0; i <= HOLE_RING_SIZE; i++)
            arrive(0xE0, (uint8_t)~i);
        expect_lost(1);
        SIM_EXPECT(uart_available(), HOLE_RING_SIZE);
        for (i = 0; i < HOLE_RING_SIZE; i++)
            SIM_EXPECT((uint16_t)uart_read(), (uint8_t)~i);
        SIM_EXPECT((uint16_t)uart_read(), 0xFFFF);
    }

    SIM_MARK(8); /* the count of losses stops at its end */
    while (expected_lost < 250) {
        arrive(0xE2, 0x00);
        expect_lost(1);
    }
    for (i = 0; i < 7; i++) {
        arrive(0xE2, 0x00);
        expect_lost(1);
    }
    arrive(0xEA, 0x00);
    expect_lost(2);
    arrive(0xE0, 0x00);
    SIM_SKIP_WRITES(CR2);
    SIM_SKIP_WRITES(SIM_REG(0x5242));
    start();
}
