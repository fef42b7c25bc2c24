#define USART1_EXCEPTION 53
#define USART1_BRR_AT 0x40013808
#define USART1_CR1_AT 0x4001380C
#define ISER1_AT 0xE000E104
#define APB2ENR_AT 0x40021018

static void receive(uint8_t byte)
{
    SIM_RX(byte);
    SIM_INTERRUPT(USART1_EXCEPTION);
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
    uint32_t i;

    head = 7;
    overruns = 5;
    RCC_APB2ENR = 1;
    GPIOA_CRH = 0x33333333;
    SIM_SKIP_WRITES(APB2ENR_AT);
    SIM_SKIP_WRITES(SIM_CRH('A'));
    rx_init();
    SIM_EXPECT_WRITE(APB2ENR_AT, 0x4005);
    SIM_EXPECT_WRITE(SIM_CRH('A'), 0x33333433);
    SIM_EXPECT_WRITE(USART1_BRR_AT, HOLE_BAUD_DIVIDER);
    SIM_EXPECT_WRITE(USART1_CR1_AT, 0x2024);
    SIM_EXPECT_WRITE(ISER1_AT, 0x20);
    SIM_EXPECT(rx_overruns(), 0);
    none();
    SIM_MARK(1);
    receive('x');
    got('x');
    none();
    SIM_MARK(2);
    for (i = 0; i < HOLE_RING_SIZE; i++)
        receive((uint8_t)(3 * i + 1));
    SIM_EXPECT(rx_overruns(), 0);
    receive(0x55);
    SIM_EXPECT(rx_overruns(), 1);
    for (i = 0; i < HOLE_RING_SIZE; i++)
        got((uint8_t)(3 * i + 1));
    none();
    SIM_MARK(3);
    head = 0xFFFFFFFEu;
    tail = 0xFFFFFFFEu;
    for (i = 0; i < 6; i++)
        receive((uint8_t)SIM_DRAW(0, 255));
    for (i = 0; i < 6; i++) {
        uint8_t one;

        SIM_EXPECT(rx_get(&one), 1);
        SIM_REPORT(one);
    }
    none();
    SIM_MARK(4);
    SIM_FEED(SIM_USART1_SR, 0x28);
    SIM_FEED(SIM_USART1_DR, 0x99);
    SIM_INTERRUPT(USART1_EXCEPTION);
    SIM_EXPECT(rx_overruns(), 2);
    got(0x99);
    SIM_FEED(SIM_USART1_SR, 0);
    SIM_INTERRUPT(USART1_EXCEPTION);
    none();
}
