static void receive(uint8_t byte)
{
    SIM_RX(byte);
    SIM_INTERRUPT(4);
}

void main(void)
{
    uint16_t i;
    uint8_t in = 0;
    uint8_t out = 0;
    uint8_t byte;

    TMOD = 0x03; /* timer 0 is somebody else's: it must survive */
    uart_init();
    SIM_EXPECT(TMOD, 0x23);
    SIM_EXPECT_WRITE(SIM_SFR(0x98), 0x50);
    SIM_EXPECT(TH1, HOLE_BAUD_RELOAD);
    SIM_EXPECT(TL1, HOLE_BAUD_RELOAD);
    SIM_EXPECT(TR1, 1);
    SIM_EXPECT(EA, 1);
    SIM_EXPECT(ES, 1);
    SIM_EXPECT(uart_available(), 0);
    SIM_EXPECT((uint16_t)uart_read(), 0xFFFF);

    SIM_MARK(1); /* one byte in, one byte out, also the values that look like "none" */
    for (i = 0; i < 8; i++) {
        byte = (uint8_t)SIM_DRAW(0, 255);
        receive(byte);
        SIM_EXPECT(uart_available(), 1);
        SIM_EXPECT((uint16_t)uart_read(), byte);
        SIM_EXPECT((uint16_t)uart_read(), 0xFFFF);
    }

    SIM_MARK(2); /* an interrupt with nothing received stores nothing */
    SIM_INTERRUPT(4);
    SIM_EXPECT(uart_available(), 0);

    SIM_MARK(3); /* three bytes too many: the newest are lost, and counted */
    for (i = 0; i < HOLE_RING_SIZE + 3; i++) {
        receive(in++);
        SIM_EXPECT(uart_available(), i < HOLE_RING_SIZE ? i + 1 : HOLE_RING_SIZE);
    }
    SIM_SKIP_WRITES(SIM_SFR(0xA8));
    SIM_EXPECT(uart_dropped(), 3);
    SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x80);
    SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x90);
    ES = 0;
    SIM_EXPECT(uart_dropped(), 3);
    SIM_EXPECT(ES, 0);
    ES = 1;
    SIM_EXPECT((uint16_t)uart_read(), out++);
    receive(0xA5); /* room again */
    SIM_EXPECT(uart_dropped(), 3);
    for (i = 1; i < HOLE_RING_SIZE; i++)
        SIM_EXPECT((uint16_t)uart_read(), out++);
    SIM_EXPECT((uint16_t)uart_read(), 0xA5);
    SIM_EXPECT((uint16_t)uart_read(), 0xFFFF);

    SIM_MARK(4); /* far enough for every index to wrap */
    receive(0xEE);
    out = 0xEE;
    for (i = 0; i < 260; i++) {
        receive((uint8_t)i);
        SIM_EXPECT((uint16_t)uart_read(), out);
        out = (uint8_t)i;
    }
    SIM_EXPECT(uart_available(), 1);

    SIM_MARK(5); /* starting again forgets everything */
    uart_init();
    SIM_EXPECT(uart_available(), 0);
    SIM_EXPECT(uart_dropped(), 0);
    SIM_DONE();
}
