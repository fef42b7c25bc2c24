#define PCON_ADDRESS SIM_SFR(0x87)
#define WDT SIM_SFR(0xC1)
#define IAP SIM_SFR(0xC7)

static volatile __xdata __at(HOLE_RECORD_ADDRESS) uint8_t cell[6];

static uint8_t others = 0x25; /* the watchdog's own bits */

static void contents(uint8_t resets, uint8_t watchdogs, uint8_t request)
{
    SIM_EXPECT(cell[0], HOLE_MAGIC_A);
    SIM_EXPECT(cell[1], HOLE_MAGIC_B);
    SIM_EXPECT(cell[2], resets);
    SIM_EXPECT(cell[3], watchdogs);
    SIM_EXPECT(cell[4], request);
    SIM_EXPECT((uint8_t)(cell[0] + cell[1] + cell[2] + cell[3] + cell[4] + cell[5]), 0);
    SIM_EXPECT(reset_count(), resets);
    SIM_EXPECT(reset_watchdogs(), watchdogs);
}

/* A start with these flags; the other bits belong to somebody else. */
static void start(uint8_t power, uint8_t watchdog, uint8_t cause, uint8_t resets, uint8_t watchdogs)
{
    PCON = power ? 0x9C : 0x8C;
    others ^= 0x7F;
    WDT_CONTR = watchdog ? others | 0x80 : others;
    SIM_SKIP_WRITES(PCON_ADDRESS);
    SIM_SKIP_WRITES(WDT);
    SIM_EXPECT(reset_detect(), cause);
    SIM_EXPECT_WRITE(PCON_ADDRESS, 0x8C);
    SIM_EXPECT_NO_WRITE(PCON_ADDRESS);
    SIM_EXPECT_WRITE(WDT, others);
    SIM_EXPECT_NO_WRITE(WDT);
    contents(resets, watchdogs, 0);
}

static void scramble(uint8_t value)
{
    uint8_t i;

    for (i = 0; i < 6; i++)
        cell[i] = value;
}

/* Another value of one counter, sealed again. */
static void put(uint8_t index, uint8_t value)
{
    cell[5] += cell[index] - value;
    cell[index] = value;
}

static void after_request(void)
{
    SIM_MARK(9); /* what reset_now left */
    SIM_EXPECT(EA, 0);
    SIM_EXPECT_WRITE(IAP, 0x20);
    SIM_EXPECT_NO_WRITE(IAP);
    SIM_EXPECT_NO_WRITE(PCON_ADDRESS);
    contents(1, 0, 0x96);
    start(0, 0, 2, 2, 0);
    start(0, 0, 3, 3, 0); /* the note counts once */

    SIM_MARK(10); /* the watchdog comes first, if both speak; the note is forgotten all the same */
    put(4, 0x96);
    start(0, 1, 1, 4, 1);
    start(0, 0, 3, 5, 1);
    put(4, 0x97);
    start(0, 0, 3, 6, 1);
    put(4, 0x96);
    start(1, 0, 0, 0, 0); /* power-on as well */
    start(0, 0, 3, 1, 0);
    SIM_DONE();
}

void main(void)
{
    uint8_t i;

    SIM_MARK(1); /* power-on: whatever the RAM holds */
    scramble(0x00);
    start(1, 0, 0, 0, 0);
    scramble(0xFF);
    start(1, 1, 0, 0, 0);
    SIM_MARK(2); /* warm starts */
    start(0, 1, 1, 1, 1);
    start(0, 0, 3, 2, 1);
    start(0, 1, 1, 3, 2);
    SIM_MARK(3); /* power-on with a record that fits */
    start(1, 1, 0, 0, 0);
    start(0, 0, 3, 1, 0);

    SIM_MARK(4); /* no POF, but nothing in the RAM that could be ours */
    for (i = 0; i < 5; i++) {
        scramble(i * 0x40 - (i == 4));
        start(0, i & 1, 0, 0, 0);
    }
    SIM_MARK(5); /* one byte spoiled, each in turn, by its lowest or its highest bit */
    for (i = 0; i < 12; i++) {
        start(0, 0, 3, 1, 0);
        cell[i / 2] ^= i & 1 ? 0x80 : 0x01;
        start(0, 1, 0, 0, 0);
    }
    SIM_MARK(6); /* the seal alone is not enough */
    put(0, (uint8_t)~HOLE_MAGIC_A);
    start(0, 0, 0, 0, 0);
    put(1, (uint8_t)~HOLE_MAGIC_B);
    start(0, 0, 0, 0, 0);

    SIM_MARK(7); /* the counts stop at their end, each by itself */
    put(2, 254);
    put(3, 253);
    start(0, 1, 1, 255, 254);
    start(0, 0, 3, 255, 254);
    start(0, 1, 1, 255, 255);
    start(0, 1, 1, 255, 255);
    for (i = 0; i < 6; i++) {
        uint8_t n = (uint8_t)SIM_DRAW(0, 250);
        uint8_t dog = (uint8_t)SIM_DRAW(0, 1);

        put(2, n);
        put(3, n / 2);
        start(0, dog, dog ? 1 : 3, n + 1, n / 2 + dog);
    }

    SIM_MARK(8);
    start(1, 0, 0, 0, 0);
    start(0, 0, 3, 1, 0);
    EA = 1;
    SIM_SKIP_WRITES(IAP);
    SIM_CUT_AFTER(40, after_request);
    reset_now();
}
