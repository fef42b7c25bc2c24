#define REG(address) (*(volatile uint8_t *)(address))
#define C_OWN ((1 << HOLE_K1_BIT) | (1 << HOLE_K2_BIT))
#define D_OWN ((1 << HOLE_K3_BIT) | (1 << HOLE_K4_BIT))
#define C_OTHERS ((uint8_t)~C_OWN)
#define D_OTHERS ((uint8_t)~D_OWN)

static const uint8_t bits[] = {HOLE_K1_BIT, HOLE_K2_BIT, HOLE_K3_BIT, HOLE_K4_BIT};
static uint8_t c;
static uint8_t d;

static void dirt(uint8_t on_c, uint8_t on_d)
{
    REG(SIM_ODR('C')) = c = on_c;
    REG(SIM_ODR('D')) = d = on_d;
    SIM_SKIP_WRITES(SIM_ODR('C'));
    SIM_SKIP_WRITES(SIM_ODR('D'));
}

/* The outside disagrees with the latches all the time. */
static void check_all(void)
{
    uint8_t i;

    for (i = 0; i < 4; i++)
        SIM_EXPECT(relay_is_on(i + 1), (i < 2 ? c : d) >> bits[i] & 1);
    SIM_EXPECT(SIM_LATCH(SIM_ODR('C')), c);
    SIM_EXPECT(SIM_LATCH(SIM_ODR('D')), d);
    SIM_EXPECT_NO_WRITE(SIM_ODR('C'));
    SIM_EXPECT_NO_WRITE(SIM_ODR('D'));
}

static void set(uint8_t relay, bool on)
{
    uint8_t mask = (uint8_t)(1u << bits[relay - 1]);

    relay_set(relay, on);
    if (relay <= 2) {
        c = on ? c | mask : c & (uint8_t)~mask;
        SIM_EXPECT_WRITE(SIM_ODR('C'), c);
    } else {
        d = on ? d | mask : d & (uint8_t)~mask;
        SIM_EXPECT_WRITE(SIM_ODR('D'), d);
    }
    check_all();
}

static void start(uint8_t odr, uint8_t ddr, uint8_t cr1, uint8_t cr2)
{
    dirt(odr, (uint8_t)~odr);
    REG(SIM_DDR('C')) = ddr;
    REG(SIM_DDR('D')) = (uint8_t)~ddr;
    REG(SIM_CR1('C')) = cr1;
    REG(SIM_CR1('D')) = (uint8_t)~cr1;
    REG(SIM_CR2('C')) = cr2;
    REG(SIM_CR2('D')) = (uint8_t)~cr2;
    relay_init();
    c &= C_OTHERS;
    d &= D_OTHERS;
    SIM_EXPECT_WRITE(SIM_ODR('C'), c);
    SIM_EXPECT_WRITE(SIM_ODR('D'), d);
    SIM_EXPECT(SIM_LATCH(SIM_DDR('C')), ddr | C_OWN);
    SIM_EXPECT(SIM_LATCH(SIM_DDR('D')), (uint8_t)~ddr | D_OWN);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('C')), cr1 | C_OWN);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('D')), (uint8_t)~cr1 | D_OWN);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('C')), cr2 & C_OTHERS);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('D')), (uint8_t)~cr2 & D_OTHERS);
    check_all();
}

void main(void)
{
    uint8_t i;
    uint8_t relay;

    SIM_HOLD(SIM_IDR('C'), (uint8_t)~C_OWN);
    SIM_HOLD(SIM_IDR('D'), D_OWN);
    start(0x00, 0x00, 0x00, 0x00);
    start(0xFF, 0xFF, 0xFF, 0xFF);
    start(0x5A, 0xA5, 0x33, 0x0F);

    SIM_MARK(1); /* each by itself, twice each way */
    for (relay = 1; relay <= 4; relay++) {
        set(relay, true);
        set(relay, true);
        set(relay, false);
        set(relay, false);
    }

    SIM_MARK(2); /* among neighbours that are all on */
    dirt(0xFF, 0xFF);
    check_all();
    for (relay = 1; relay <= 4; relay++)
        set(relay, false);
    for (relay = 1; relay <= 4; relay++)
        set(relay, true);
    relay_all_off();
    c = C_OTHERS;
    d = D_OTHERS;
    SIM_EXPECT_WRITE(SIM_ODR('C'), c);
    SIM_EXPECT_WRITE(SIM_ODR('D'), d);
    check_all();

    SIM_MARK(3); /* relays that there are not */
    dirt(0xFF, 0xFF);
    for (i = 0; i < 8; i++) {
        relay = (uint8_t)SIM_DRAW(5, 255);
        relay_set(relay, false);
        SIM_EXPECT(relay_is_on(relay), false);
    }
    relay_set(0, false);
    SIM_EXPECT(relay_is_on(0), false);
    check_all();
    dirt(0, 0);
    relay_set(0, true);
    relay_set(5, true);
    check_all();

    for (i = 0; i < 16; i++) {
        SIM_MARK(4 + i);
        relay = (uint8_t)SIM_DRAW(1, 4);
        set(relay, (bool)SIM_DRAW(0, 1));
    }
}
