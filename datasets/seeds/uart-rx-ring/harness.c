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

    TMOD = 0x5D; /* timer 0 is somebody else's: it must survive, of timer 1 two bits are wrong */
    TH1 = 0x55;
    TL1 = 0x55;
    uart_init();
    SIM_EXPECT(TMOD, 0x2D);
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

    SIM_EXPECT((uint16_t)uart_read(), out);

    SIM_MARK(5); /* filled up at every place, also where the free-running indices come round */
    for (i = 0; i <= 256; i += HOLE_RING_SIZE) {
        for (in = 0; in < HOLE_RING_SIZE; in++)
            receive(in ^ 0x80);
        SIM_EXPECT(uart_available(), HOLE_RING_SIZE);
        receive(0x11);
        SIM_EXPECT(uart_available(), HOLE_RING_SIZE);
        for (in = 0; in < HOLE_RING_SIZE; in++)
            SIM_EXPECT((uint16_t)uart_read(), in ^ 0x80);
        SIM_EXPECT((uint16_t)uart_read(), 0xFFFF);
    }
    SIM_EXPECT(uart_dropped(), 3 + 1 + 256 / HOLE_RING_SIZE);

    SIM_MARK(6); /* starting again forgets everything */
    receive(1);
    TMOD = 0x82;
    uart_init();
    SIM_EXPECT(TMOD, 0x22);
    SIM_EXPECT(uart_available(), 0);
    SIM_EXPECT((uint16_t)uart_read(), 0xFFFF);
    SIM_EXPECT(uart_dropped(), 0);

    SIM_MARK(7); /* more lost than a byte can count */
    for (i = 0; i < HOLE_RING_SIZE + 0x102; i++)
        receive((uint8_t)i);
    SIM_EXPECT(uart_dropped(), 0x102);
    SIM_EXPECT((uint16_t)uart_read(), 0);
    /* The stack lies behind the ring: returning shows that nothing was written past its end. */
}
