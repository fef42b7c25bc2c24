#define AT(address) (*(volatile uint32_t *)(address))
#define SR SIM_USART1_SR
#define DR SIM_USART1_DR
#define CR1 0x4001380C
#define IRQ 53
#define RUNNING 0x202Cu
#define SENDING 0x20ACu

static uint8_t out[HOLE_TX_SIZE + 8];

static void take(uint32_t byte)
{
    SIM_RX(byte);
    SIM_INTERRUPT(IRQ);
}

static void start(uint32_t clocks, uint32_t pins)
{
    AT(0x40021018) = clocks;
    AT(0x40010804) = pins;
    AT(0x40013810) = 0x3000;
    AT(0x40013814) = 0x0300;
    SIM_SKIP_WRITES(0x40021018);
    SIM_SKIP_WRITES(0x40010804);
    SIM_SKIP_WRITES(0x40013810);
    SIM_SKIP_WRITES(0x40013814);
    SIM_SKIP_WRITES(CR1);
    usart_init();
    SIM_EXPECT_WRITE(0x40021018, clocks | 0x4004);
    SIM_EXPECT_WRITE(SIM_BSRR('A'), 0x400);
    SIM_EXPECT_WRITE(0x40010804, (pins & 0xFFFFF00F) | 0x8B0);
    SIM_EXPECT_WRITE(0x40013810, 0);
    SIM_EXPECT_WRITE(0x40013814, 0);
    SIM_EXPECT_WRITE(0x40013808, HOLE_DIVIDER);
    SIM_EXPECT_WRITE(CR1, 0);
    SIM_EXPECT_WRITE(CR1, RUNNING);
    SIM_EXPECT_WRITE(0xE000E104, 1u << 5);
    SIM_EXPECT_NO_WRITE(CR1);
    SIM_EXPECT_NO_WRITE(SIM_BSRR('A'));
    SIM_EXPECT(usart_lost(0) + usart_lost(1) + usart_lost(2), 0);
    SIM_EXPECT((uint32_t)usart_read(), 0xFFFFFFFF);
    SIM_EXPECT_NO_WRITE(DR);
}

static void losses(uint32_t overrun, uint32_t full, uint32_t line)
{
    SIM_EXPECT(usart_lost(0), overrun);
    SIM_EXPECT(usart_lost(1), full);
    SIM_EXPECT(usart_lost(2), line);
    SIM_EXPECT(usart_lost(3), 0);
    SIM_EXPECT(usart_lost(0xFFFFFFFF), 0);
}

/* One interrupt that sends this byte. */
static void sends(uint8_t byte)
{
    SIM_INTERRUPT(IRQ);
    SIM_EXPECT_WRITE(DR, byte);
    SIM_EXPECT_NO_WRITE(DR);
    SIM_EXPECT_NO_WRITE(CR1);
}

static void falls_silent(void)
{
    SIM_INTERRUPT(IRQ);
    SIM_EXPECT_WRITE(CR1, RUNNING);
    SIM_EXPECT_NO_WRITE(CR1);
    SIM_EXPECT_NO_WRITE(DR);
}

void main(void)
{
    uint32_t i, n, in = 0, back = 0;

    for (i = 0; i < HOLE_TX_SIZE + 8; i++)
        out[i] = (uint8_t)(i * 37 + 11);

    SIM_MARK(1);
    AT(CR1) = 0x20EC;
    start(0x1, 0x44443334);

    SIM_MARK(2); /* one in, one out, also the values that look like "none" */
    for (i = 0; i < 8; i++) {
        n = SIM_DRAW(0, 255);
        take(n);
        SIM_EXPECT((uint32_t)usart_read(), n);
        SIM_EXPECT((uint32_t)usart_read(), 0xFFFFFFFF);
    }
    SIM_EXPECT_NO_WRITE(DR); /* TXE was set all the time */
    SIM_EXPECT_NO_WRITE(CR1);

    SIM_MARK(3); /* three too many: the newest are lost */
    for (i = 0; i < HOLE_RX_SIZE + 3; i++)
        take(0xFF & (in++ * 7));
    losses(0, 3, 0);
    SIM_EXPECT((uint32_t)usart_read(), 0xFF & (back++ * 7));
    take(0xA5);
    losses(0, 3, 0);
    for (i = 1; i < HOLE_RX_SIZE; i++)
        SIM_EXPECT((uint32_t)usart_read(), 0xFF & (back++ * 7));
    SIM_EXPECT((uint32_t)usart_read(), 0xA5);
    SIM_EXPECT((uint32_t)usart_read(), 0xFFFFFFFF);

    SIM_MARK(4); /* sending: three bytes, then silence */
    SIM_EXPECT(usart_write(out, 0), 0);
    SIM_EXPECT_NO_WRITE(CR1);
    SIM_EXPECT(usart_write(out, 3), 3);
    SIM_EXPECT_WRITE(CR1, SENDING);
    SIM_EXPECT_NO_WRITE(DR);
    SIM_EXPECT(usart_sent(), 0);
    for (i = 0; i < 3; i++) {
        sends(out[i]);
        if (i < 2)
            SIM_EXPECT(usart_sent(), 0);
    }
    falls_silent();
    SIM_INTERRUPT(IRQ);
    SIM_EXPECT_NO_WRITE(CR1);

    SIM_MARK(5); /* more than fits; bytes come in meanwhile */
    SIM_EXPECT(usart_write(out, HOLE_TX_SIZE + 8), HOLE_TX_SIZE);
    SIM_EXPECT_WRITE(CR1, SENDING);
    SIM_EXPECT(usart_write(out, 1), 0);
    SIM_EXPECT_NO_WRITE(CR1);
    for (i = 0; i < HOLE_TX_SIZE; i++) {
        if (i % 16 == 5) {
            take(i);
            SIM_EXPECT((uint32_t)usart_read(), i & 0xFF);
            SIM_EXPECT_WRITE(DR, out[i]);
        } else {
            sends(out[i]);
        }
        if (i == 1) {
            SIM_EXPECT(usart_write(out + HOLE_TX_SIZE, 8), 2);
            SIM_EXPECT_WRITE(CR1, SENDING);
        }
    }
    sends(out[HOLE_TX_SIZE]);
    sends(out[HOLE_TX_SIZE + 1]);
    falls_silent();

    SIM_MARK(6); /* the interrupt emptied the ring between main's read and write of CR1 */
    AT(CR1) = SENDING;
    SIM_SKIP_WRITES(CR1);
    falls_silent();

    SIM_MARK(7); /* TXE without TXEIE sends nothing */
    SIM_EXPECT(usart_write(out, 2), 2);
    AT(CR1) = RUNNING;
    SIM_SKIP_WRITES(CR1);
    take('x');
    SIM_EXPECT_NO_WRITE(DR);
    SIM_EXPECT((uint32_t)usart_read(), 'x');
    SIM_EXPECT(usart_write(out + 2, 1), 1);
    SIM_EXPECT_WRITE(CR1, SENDING);

    SIM_MARK(8); /* TXE not set: nothing is sent; the line is not idle before TC */
    SIM_HOLD(SR, 0x00);
    SIM_INTERRUPT(IRQ);
    SIM_EXPECT_NO_WRITE(DR);
    SIM_EXPECT_NO_WRITE(CR1);
    SIM_HOLD(SR, 0x80);
    sends(out[0]);
    sends(out[1]);
    SIM_HOLD(SR, 0xC0);
    SIM_EXPECT(usart_sent(), 0);
    sends(out[2]);
    SIM_EXPECT(usart_sent(), 1);
    SIM_HOLD(SR, 0x80);
    SIM_EXPECT(usart_sent(), 0);
    SIM_HOLD(SR, 0x40);
    SIM_EXPECT(usart_sent(), 1);
    SIM_HOLD(SR, 0x80);
    falls_silent();

    SIM_MARK(9); /* overrun with a good byte, and the flag alone */
    SIM_HOLD(SR, 0x28);
    take(0x55);
    losses(1, 3, 0);
    SIM_EXPECT((uint32_t)usart_read(), 0x55);
    SIM_HOLD(SR, 0x08);
    take(0x66); /* DR is read, the byte does not count */
    losses(2, 3, 0);
    SIM_EXPECT((uint32_t)usart_read(), 0xFFFFFFFF);

    SIM_MARK(10); /* noise, framing, both with an overrun */
    SIM_HOLD(SR, 0x22);
    take(0x77);
    losses(2, 3, 1);
    SIM_HOLD(SR, 0x24);
    take(0x88);
    losses(2, 3, 2);
    SIM_HOLD(SR, 0x2A);
    take(0x99);
    losses(3, 3, 3);
    SIM_EXPECT((uint32_t)usart_read(), 0xFFFFFFFF);
    SIM_HOLD(SR, 0x31); /* idle line and parity say nothing here */
    take(0xAA);
    SIM_EXPECT((uint32_t)usart_read(), 0xAA);
    losses(3, 3, 3);

    SIM_HOLD(SR, 0x80); /* neither flag: DR is not touched, the byte stays where it is */
    take(0x5B);
    SIM_EXPECT((uint32_t)usart_read(), 0xFFFFFFFF);
    SIM_HOLD(SR, 0x20);
    SIM_INTERRUPT(IRQ);
    SIM_EXPECT((uint32_t)usart_read(), 0x5B);

    SIM_MARK(11); /* indices wrap */
    rx_head = rx_tail = 0xFFFFFFFE;
    SIM_HOLD(SR, 0x20);
    for (i = 0; i < HOLE_RX_SIZE + 1; i++)
        take(i);
    losses(3, 4, 3);
    for (i = 0; i < HOLE_RX_SIZE; i++)
        SIM_EXPECT((uint32_t)usart_read(), i & 0xFF);
    SIM_EXPECT((uint32_t)usart_read(), 0xFFFFFFFF);
    tx_head = tx_tail = 0xFFFFFFFF;
    SIM_EXPECT(usart_write(out, HOLE_TX_SIZE + 1), HOLE_TX_SIZE);
    SIM_EXPECT_WRITE(CR1, SENDING);
    SIM_HOLD(SR, 0x80);
    sends(out[0]);
    sends(out[1]);

    lost[0] = 0x12345;
    losses(0x12345, 4, 3);

    SIM_MARK(12); /* starting again forgets everything */
    SIM_HOLD(SR, 0x20);
    take(1);
    start(0xFFFFFFFF, 0xFFFFFFFF);
    SIM_EXPECT(usart_sent(), 0);
    SIM_HOLD(SR, 0x40);
    SIM_EXPECT(usart_sent(), 1);
}
