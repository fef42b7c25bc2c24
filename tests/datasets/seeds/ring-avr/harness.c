#define RX_VECTOR 18
#define UCSR0B_AT 0xC1
#define UCSR0C_AT 0xC2
#define UBRR0L_AT 0xC4

static void receive(uint8_t byte)
{
    SIM_RX(byte);
    SIM_INTERRUPT(RX_VECTOR);
}

static void got(uint8_t byte)
{
    uint8_t one = 0xEE;

    SIM_EXPECT(rx_get(&one), 1);
    SIM_EXPECT(one, byte);
}

static void none(void)
{
    uint8_t one = 0xEE;

    SIM_EXPECT(rx_get(&one), 0);
    SIM_EXPECT(one, 0xEE);
}

void main(void)
{
    uint16_t i;
    uint8_t drawn[8];

    head = 3;
    lost = 9;
    rx_init();
    SIM_EXPECT_WRITE(UBRR0L_AT, HOLE_UBRR);
    SIM_EXPECT_WRITE(UCSR0C_AT, 0x06);
    SIM_EXPECT_WRITE(UCSR0B_AT, 0x90);
    none();
    SIM_EXPECT(rx_lost(), 0);
    sei();
    SIM_MARK(1);
    receive('a');
    got('a');
    none();
    SIM_MARK(2);
    for (i = 0; i < HOLE_RING_SIZE - 1; i++)
        receive((uint8_t)(i * 7 + 1));
    SIM_EXPECT(rx_lost(), 0);
    receive(0x55);
    receive(0x56);
    SIM_EXPECT(rx_lost(), 2);
    SIM_EXPECT(rx_lost(), 0);
    for (i = 0; i < HOLE_RING_SIZE - 1; i++)
        got((uint8_t)(i * 7 + 1));
    none();
    SIM_MARK(3);
    for (i = 0; i < HOLE_RING_SIZE - 1; i++)
        receive((uint8_t)i);
    for (i = 0; i < 300; i++)
        receive(0);
    cli();
    SIM_EXPECT(rx_lost(), 255);
    SIM_EXPECT(SREG & 0x80, 0);
    sei();
    for (i = 0; i < HOLE_RING_SIZE - 1; i++)
        got((uint8_t)i);
    for (i = 0; i < 8; i++) {
        drawn[i] = (uint8_t)SIM_DRAW(0, 255);
        receive(drawn[i]);
        got(drawn[i]);
    }
    SIM_EXPECT(SREG & 0x80, 0x80);
}
