#define BIT_P1_0 0x01
#define BIT_P1_2 0x04
#define BIT_P1_3 0x08
#define BIT_P1_4 0x10
#define BIT_P1_5 0x20
#define JOIN(name) BIT_##name
#define BIT(pin) JOIN(pin)
#define LAMP_BIT BIT(HOLE_LAMP)
#define RELAY_BIT 0x02
#define OTHERS (0xDC & ~(LAMP_BIT | RELAY_BIT))
#define WDT SIM_SFR(0xC1)
#define CONTR SIM_SFR(0xBC)
#define RES SIM_SFR(0xBD)
#define TH0_ADDRESS SIM_SFR(0x8C)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define PCON_ADDRESS SIM_SFR(0x87)
#define ENABLES SIM_SFR(0xA8)
#define FED (0x38 + HOLE_WDT_PRESCALE)
#define COUNTS (HOLE_CRYSTAL_HZ / 1200) /* 10 ms */

#define MOST 250

static __xdata uint8_t key_low[MOST];  /* at each tick */
static __xdata uint8_t adc_ready[MOST];
static __xdata uint8_t adc_code[MOST];
static uint8_t ticks;

static volatile __xdata __at(0x0300) uint8_t kept;

/* What the model knows of the tasks. The harness enters main anew without clearing static data, so these stay, too. */
static uint8_t lit, lamp_ticks, lamp_fresh; /* fresh: begun in this round */
static uint8_t lows, highs, relay_wanted;   /* samples in a row */
static uint8_t measuring, supply_fresh, good;

static void tick(uint8_t low, uint8_t ready, uint8_t code)
{
    key_low[ticks] = low;
    adc_ready[ticks] = ready;
    adc_code[ticks] = code;
    SIM_INTERRUPT_ON_IDLE(1);
    SIM_FEED(SIM_P3, low ? 0xFB : 0x04); /* all others say the opposite */
    if (ticks > 0 || measuring) /* the very first tick starts the first conversion */
        SIM_FEED(CONTR, ready ? 0x97 : 0xE7);
    if ((ticks > 0 || measuring) && ready)
        SIM_FEED(RES, code);
    ticks++;
}

static void same(uint8_t count, uint8_t low, uint8_t ready, uint8_t code)
{
    while (count--)
        tick(low, ready, code);
}

static void went_to_sleep(void)
{
    SIM_EXPECT_WRITE(ENABLES, 0x02);
    SIM_EXPECT_WRITE(ENABLES, 0x82);
    SIM_EXPECT_WRITE(PCON_ADDRESS, 0x81); /* only the idle bit is added */
}

/* All that has been written, by a model of the three tasks that knows rounds but no tokens. */
static void check(uint8_t shown)
{
    uint8_t t;
    uint8_t key_in = 0, lamp_in = 0, supply_in = 0;
    uint8_t port = OTHERS | LAMP_BIT | RELAY_BIT;

    SIM_EXPECT_WRITE(SIM_P2, shown);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_EXPECT_WRITE(WDT, FED);
    SIM_EXPECT_WRITE(SIM_P1, OTHERS | LAMP_BIT);
    SIM_EXPECT_WRITE(SIM_P1, port);
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x9D)), 0xA1);
    SIM_EXPECT_WRITE(CONTR, 0x87);
    SIM_EXPECT(TMOD, 0x01);
    SIM_EXPECT(TR0, 1);
    SIM_EXPECT_WRITE(ENABLES, 0x02);
    for (t = 0; t <= ticks; t++) {
        SIM_EXPECT_WRITE(TH0_ADDRESS, (0x10000 - COUNTS) >> 8);
        SIM_EXPECT_WRITE(TL0_ADDRESS, (0x10000 - COUNTS) & 0xFF);
    }
    for (t = 0; t < ticks; t++) {
        went_to_sleep();
        SIM_EXPECT_WRITE(ENABLES, 0x02); /* woken by the tick, which is taken note of with EA off */
        SIM_EXPECT_WRITE(ENABLES, 0x82);

        if (lamp_ticks == 0)
            lamp_fresh = 1;
        lamp_ticks++;
        if (lamp_ticks == HOLE_BLINK_TICKS) {
            lamp_ticks = 0;
            lit = !lit;
            port = (port & ~LAMP_BIT) | (lit ? 0 : LAMP_BIT);
            SIM_EXPECT_WRITE(SIM_P1, port);
            if (lamp_fresh)
                lamp_in = 1;
        }
        lows = key_low[t] ? lows + 1 : 0;
        highs = key_low[t] ? 0 : highs + 1;
        if (lows >= 3)
            relay_wanted = 1;
        if (highs >= 3)
            relay_wanted = 0;
        port = (port & ~RELAY_BIT) | (relay_wanted && good ? 0 : RELAY_BIT);
        SIM_EXPECT_WRITE(SIM_P1, port);
        key_in = 1;
        if (measuring && adc_ready[t]) {
            good = adc_code[t] > 149;
            if (supply_fresh)
                supply_in = 1;
        }
        if (!measuring || adc_ready[t]) {
            measuring = 1;
            supply_fresh = 1;
            SIM_EXPECT_WRITE(CONTR, 0x8F);
        }
        if (lamp_in && key_in && supply_in) {
            SIM_EXPECT_WRITE(WDT, FED);
            key_in = lamp_in = supply_in = lamp_fresh = supply_fresh = 0;
        }
    }
    went_to_sleep();
    SIM_EXPECT_NO_WRITE(ENABLES);
    SIM_EXPECT_NO_WRITE(PCON_ADDRESS);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(WDT);
    SIM_EXPECT_NO_WRITE(CONTR);
    SIM_EXPECT_NO_WRITE(TH0_ADDRESS);
    SIM_EXPECT(kept, (lamp_in ? 0 : 1) + (key_in ? 0 : 2) + (supply_in ? 0 : 4));
    ticks = 0;
}

static void prepare(uint8_t watchdog)
{
    P1 = OTHERS; /* lamp and relay on from before */
    P3 = 0xFB;
    P1ASF = 0x21;
    TMOD = 0x22;
    IE = 0x00;
    TR0 = 0;
    PCON = 0x80;
    SIM_HOLD(WDT, watchdog ? 0xB9 : 0x39);
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(SIM_P2);
    SIM_SKIP_WRITES(WDT);
    SIM_SKIP_WRITES(CONTR);
    SIM_SKIP_WRITES(TH0_ADDRESS);
    SIM_SKIP_WRITES(TL0_ADDRESS);
    SIM_SKIP_WRITES(ENABLES);
    SIM_SKIP_WRITES(PCON_ADDRESS);
}

static void last(void)
{
    check(0xFD);
    SIM_DONE();
}

/* The last of these ticks completes a round: everybody is missing again. Then a start that is cut at once. */
static void fourth(void)
{
    check(0xFF);
    SIM_MARK(4);
    SIM_EXPECT(kept, 7);
    kept = 2;
    prepare(1);
    SIM_CUT_AFTER(19000, last);
    program_main();
}

/* The converter has hung for good: it is told after the watchdog reset, and not after another one. */
static void third(void)
{
    check(0xFB);
    SIM_MARK(3);
    same(2 * HOLE_BLINK_TICKS - lamp_ticks, 0, 1, 149);
    prepare(0);
    SIM_CUT_AFTER(19000, fourth);
    program_main();
}

static void second(void)
{
    uint8_t i;

    check(0xFF);
    SIM_EXPECT(kept, 4);
    SIM_MARK(2);
    for (i = 0; i < 20; i++)
        tick((uint8_t)SIM_DRAW(0, 1), (uint8_t)SIM_DRAW(0, 1), (uint8_t)SIM_DRAW(145, 155));
    prepare(1);
    SIM_CUT_AFTER(19000, third);
    program_main();
}

void main(void)
{
    SIM_MARK(1); /* everything in order; the key through its debounce; the supply at its limit */
    same(2, 0, 1, 150);
    same(2, 1, 1, 150);
    same(1, 0, 1, 150);
    same(3, 1, 1, 150);
    same(2, 0, 1, 150);
    same(2, 1, 1, 149);
    same(3, 1, 1, 151);
    same(3, 0, 1, 255);
    same(HOLE_BLINK_TICKS - 18 + 3, 1, 1, 200);
    same(HOLE_BLINK_TICKS - 5, 1, 0, 200); /* slow, but in time */
    same(2, 1, 1, 0);
    same(HOLE_BLINK_TICKS / 2, 1, 0, 200); /* begun before the second feeding: a stale token */
    same(1, 0, 1, 200);
    same(2, 0, 0, 200);
    same(2, 0, 1, 200);
    same(2 * HOLE_BLINK_TICKS + 3 - HOLE_BLINK_TICKS / 2, 0, 1, 200);
    same(2 * HOLE_BLINK_TICKS, 0, 0, 200); /* it hangs, and the round stays short of it */
    prepare(0);
    kept = 5;
    SIM_CUT_AFTER(19000, second);
    program_main();
}
