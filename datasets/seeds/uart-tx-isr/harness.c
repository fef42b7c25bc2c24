#define SENT SIM_SFR(0x99)

void main(void)
{
    uint8_t i;
    uint8_t round;
    uint8_t byte;

    uart_init();
    SIM_EXPECT_WRITE(SIM_SFR(0x98), 0x40);
    SIM_EXPECT(RCAP2H, HOLE_BAUD_RELOAD >> 8);
    SIM_EXPECT(RCAP2L, HOLE_BAUD_RELOAD & 0xFF);
    SIM_EXPECT(TH2, HOLE_BAUD_RELOAD >> 8);
    SIM_EXPECT(TL2, HOLE_BAUD_RELOAD & 0xFF);
    SIM_EXPECT(T2CON & 0x3F, 0x34);
    SIM_EXPECT(EA, 1);
    SIM_EXPECT(ES, 1);
    SIM_EXPECT(uart_idle(), 1);
    SIM_EXPECT_NO_WRITE(SENT);

    SIM_MARK(1); /* one byte: out at once, idle after its interrupt */
    for (i = 0; i < 6; i++) {
        byte = (uint8_t)SIM_DRAW(0, 255);
        SIM_SKIP_WRITES(SIM_SFR(0xA8));
        SIM_EXPECT(uart_send(byte), 1);
        SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x80); /* no interrupt between the test and the change */
        SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x90);
        SIM_EXPECT_WRITE(SENT, byte);
        SIM_EXPECT(uart_idle(), 0);
        SIM_EXPECT(ES, 1);
        SIM_INTERRUPT(4);
        SIM_EXPECT_NO_WRITE(SENT);
        SIM_EXPECT(uart_idle(), 1);
        SIM_EXPECT(TI, 0);
    }

    SIM_MARK(2); /* an interrupt that is not ours sends nothing */
    SIM_INTERRUPT(4);
    SIM_EXPECT_NO_WRITE(SENT);

    for (round = 0; round < 3; round++) { /* full queue, in order, over the wrap */
        SIM_MARK(3 + round);
        for (i = 0; i <= HOLE_QUEUE_SIZE; i++)
            SIM_EXPECT(uart_send(round * 64 + i), 1);
        SIM_EXPECT(uart_send(0xEE), 0);
        SIM_EXPECT(ES, 1);
        SIM_EXPECT_WRITE(SENT, round * 64);
        SIM_EXPECT_NO_WRITE(SENT);
        for (i = 1; i <= HOLE_QUEUE_SIZE; i++) {
            SIM_INTERRUPT(4);
            SIM_EXPECT_WRITE(SENT, round * 64 + i);
            SIM_EXPECT(uart_idle(), 0);
            if (i == 3) { /* room for exactly three more */
                SIM_EXPECT(uart_print("xyz!"), 3);
            }
        }
        SIM_INTERRUPT(4);
        SIM_EXPECT_WRITE(SENT, 'x');
        SIM_INTERRUPT(4);
        SIM_EXPECT_WRITE(SENT, 'y');
        SIM_INTERRUPT(4);
        SIM_EXPECT_WRITE(SENT, 'z');
        SIM_EXPECT(uart_idle(), 0);
        SIM_INTERRUPT(4);
        SIM_EXPECT_NO_WRITE(SENT);
        SIM_EXPECT(uart_idle(), 1);
        SIM_EXPECT(uart_print(""), 0);
        SIM_EXPECT(uart_print("Q"), 1); /* shifts the start of the next round */
        SIM_EXPECT(uart_print("r"), 1);
        SIM_INTERRUPT(4);
        SIM_INTERRUPT(4);
        SIM_EXPECT_WRITE(SENT, 'Q');
        SIM_EXPECT_WRITE(SENT, 'r');
        SIM_EXPECT_NO_WRITE(SENT);
    }

    SIM_MARK(9); /* starting again forgets what was queued */
    SIM_EXPECT(uart_print("ab"), 2);
    uart_init();
    SIM_SKIP_WRITES(SENT);
    SIM_EXPECT(uart_idle(), 1);
    SIM_EXPECT(uart_send('c'), 1);
    SIM_EXPECT_WRITE(SENT, 'c');
    SIM_EXPECT(uart_send('d'), 1);
    SIM_INTERRUPT(4);
    SIM_EXPECT_WRITE(SENT, 'd');
    SIM_INTERRUPT(4);
    SIM_EXPECT_NO_WRITE(SENT);
    SIM_DONE();
}
