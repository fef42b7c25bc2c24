#define CRL SIM_CRL(HOLE_PORT_CHAR)
#define CRH SIM_CRH(HOLE_PORT_CHAR)
#define ODR SIM_ODR(HOLE_PORT_CHAR)
#define BSRR SIM_BSRR(HOLE_PORT_CHAR)
#define BRR SIM_BRR(HOLE_PORT_CHAR)
#define APB2ENR 0x40021018
#define AT(address) (*(volatile uint32_t *)(address))

static uint32_t pins; /* what ODR must hold */

static uint32_t in_bank(uint32_t pin)
{
    return pin >= HOLE_FIRST_PIN && pin < HOLE_FIRST_PIN + HOLE_WIDTH;
}

static void expect_bank(uint16_t levels)
{
    uint32_t pin, word = 0;

    for (pin = 0; pin < 16; pin++) {
        if (!in_bank(pin))
            continue;
        if (levels >> (pin - HOLE_FIRST_PIN) & 1) {
            word |= 1u << pin;
            pins |= 1u << pin;
        } else {
            word |= 0x10000u << pin;
            pins &= ~(1u << pin);
        }
    }
    SIM_EXPECT_WRITE(BSRR, word);
}

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(BSRR);
    SIM_EXPECT_NO_WRITE(BRR);
    SIM_EXPECT_NO_WRITE(ODR);
    SIM_EXPECT_NO_WRITE(CRL);
    SIM_EXPECT_NO_WRITE(CRH);
    SIM_EXPECT(SIM_LATCH(ODR), pins);
}

static uint16_t levels_of_pins(void)
{
    uint32_t pin;
    uint16_t levels = 0;

    for (pin = 0; pin < 16; pin++)
        if (in_bank(pin) && (pins >> pin & 1))
            levels |= 1u << (pin - HOLE_FIRST_PIN);
    return levels;
}

static void check_init(uint32_t low, uint32_t high, uint16_t levels)
{
    uint32_t pin, expected[2];

    AT(CRL) = expected[0] = low;
    AT(CRH) = expected[1] = high;
    SIM_SKIP_WRITES(CRL);
    SIM_SKIP_WRITES(CRH);
    bank_init(levels);
    expect_bank(levels);
    for (pin = 0; pin < 16; pin++) {
        if (!in_bank(pin))
            continue;
        expected[pin / 8] &= ~(15u << pin % 8 * 4);
        expected[pin / 8] |= (uint32_t)HOLE_PIN_CONFIG << pin % 8 * 4;
        SIM_EXPECT_WRITE(pin < 8 ? CRL : CRH, expected[pin / 8]);
    }
    SIM_EXPECT(SIM_LATCH(CRL), expected[0]);
    SIM_EXPECT(SIM_LATCH(CRH), expected[1]);
    quiet();
}

void main(void)
{
    uint32_t i, n;

    SIM_MARK(1); /* other clocks, pins and levels belong to somebody else */
    AT(APB2ENR) = 0x4001;
    AT(ODR) = pins = 0xA5C3;
    SIM_SKIP_WRITES(ODR);
    SIM_SKIP_WRITES(APB2ENR);
    check_init(0x4B38A183, 0x9841B43A, 0x2C5);
    SIM_EXPECT_WRITE(APB2ENR, 0x4001 | 1u << HOLE_BANK_CLOCK_BIT);
    SIM_EXPECT_NO_WRITE(APB2ENR);

    SIM_MARK(2); /* each output by itself */
    for (i = 0; i < HOLE_WIDTH; i++) {
        bank_set((uint8_t)i);
        SIM_EXPECT_WRITE(BSRR, 1u << (HOLE_FIRST_PIN + i));
        pins |= 1u << (HOLE_FIRST_PIN + i);
        quiet();
        SIM_EXPECT(bank_levels(), levels_of_pins());
    }
    for (i = HOLE_WIDTH; i-- > 0;) {
        bank_clear((uint8_t)i);
        SIM_EXPECT_WRITE(BRR, 1u << (HOLE_FIRST_PIN + i));
        pins &= ~(1u << (HOLE_FIRST_PIN + i));
        quiet();
        SIM_EXPECT(bank_levels(), levels_of_pins());
    }

    SIM_MARK(3); /* no such output */
    for (i = HOLE_WIDTH; i < 256; i += i < 20 ? 1 : 47) {
        bank_set((uint8_t)i);
        bank_clear((uint8_t)i);
        quiet();
    }
    bank_set(255);
    bank_clear(255);
    quiet();

    SIM_MARK(4); /* all at once; bits beyond the bank do not count */
    bank_write(0xFFFF);
    expect_bank(0xFFFF);
    quiet();
    SIM_EXPECT(bank_levels(), levels_of_pins());
    bank_write(0);
    expect_bank(0);
    quiet();
    SIM_EXPECT(bank_levels(), 0);

    SIM_MARK(5); /* what is outside pulls the pins, the answer comes from the output register */
    SIM_HOLD(SIM_IDR(HOLE_PORT_CHAR), 0);
    bank_write(0xA2B);
    expect_bank(0xA2B);
    SIM_EXPECT(bank_levels(), levels_of_pins());
    SIM_HOLD(SIM_IDR(HOLE_PORT_CHAR), 0xFFFF);
    SIM_EXPECT(bank_levels(), levels_of_pins());

    SIM_MARK(6); /* starting again, from everything set */
    AT(ODR) = pins = 0xFFFF;
    SIM_SKIP_WRITES(ODR);
    check_init(0xFFFFFFFF, 0xFFFFFFFF, 0);
    SIM_EXPECT(bank_levels(), 0);
    check_init(0, 0, 0xFFFF);

    for (i = 0; i < 10; i++) {
        SIM_MARK(7 + i);
        n = SIM_DRAW(0, 0xFFFF);
        bank_write((uint16_t)n);
        expect_bank((uint16_t)n);
        SIM_EXPECT(bank_levels(), levels_of_pins());
        n = SIM_DRAW(0, HOLE_WIDTH - 1);
        bank_set((uint8_t)n);
        SIM_EXPECT_WRITE(BSRR, 1u << (HOLE_FIRST_PIN + n));
        pins |= 1u << (HOLE_FIRST_PIN + n);
        quiet();
    }
}
