void main(void)
{
    uint8_t i;
    uint8_t byte;

    TMOD = 0x01; /* timer 0 is somebody else's: it must survive */
    SIM_SKIP_WRITES(SIM_SFR(0x89));
    uart_init();
    SIM_EXPECT(TMOD, 0x21);
    SIM_EXPECT_WRITE(SIM_SFR(0x98), 0x50);
    SIM_EXPECT(TH1, HOLE_BAUD_RELOAD);
    SIM_EXPECT(TL1, HOLE_BAUD_RELOAD);
    SIM_EXPECT(TR1, 1);

    SIM_MARK(1);
    uart_puts("A\nz");
    SIM_EXPECT_WRITE(SIM_SFR(0x99), 'A');
    SIM_EXPECT_WRITE(SIM_SFR(0x99), '\r');
    SIM_EXPECT_WRITE(SIM_SFR(0x99), '\n');
    SIM_EXPECT_WRITE(SIM_SFR(0x99), 'z');
    SIM_EXPECT_NO_WRITE(SIM_SFR(0x99));
    SIM_EXPECT(TI, 0);

    for (i = 0; i < 8; i++) {
        SIM_MARK(2 + i);
        byte = (uint8_t)SIM_DRAW(0, 255);
        SIM_RX(byte);
        SIM_EXPECT(uart_get(), byte);
        uart_put(byte);
        SIM_EXPECT_WRITE(SIM_SFR(0x99), byte);
    }
    SIM_DONE();
}
