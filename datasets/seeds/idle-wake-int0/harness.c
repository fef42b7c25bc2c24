#define MASK_P1_0 0x01
#define MASK_P1_1 0x02
#define MASK_P1_2 0x04
#define MASK_P1_3 0x08
#define MASK_P1_4 0x10
#define MASK_P1_5 0x20
#define MASK_P1_6 0x40
#define MASK_P1_7 0x80
#define JOIN(name) MASK_##name
#define MASK(pin) JOIN(pin)

#define DARK 0xFB   /* only INT0 low */
#define BRIGHT 0x04 /* only INT0 high */

static __xdata uint8_t dark[2 * HOLE_BATCH_SIZE + 8]; /* the barrier at each wake-up */
static uint8_t wakes;

static void wake(uint8_t is_dark)
{
    dark[wakes++] = is_dark;
    SIM_FEED(SIM_P3, is_dark ? DARK : BRIGHT);
    SIM_INTERRUPT_ON_IDLE(0);
}

static void finish(void)
{
    uint8_t i;
    uint8_t count = 0;
    uint8_t lamp = 0; /* the latch with the lamp on: every other pin was 0 */

    SIM_MARK(1);
    SIM_EXPECT_WRITE(SIM_P2, 0);
    SIM_EXPECT_WRITE(SIM_P1, MASK(HOLE_LAMP));
    for (i = 0; i < wakes; i++) {
        if (!dark[i])
            continue;
        if (++count == HOLE_BATCH_SIZE) {
            count = 0;
            SIM_EXPECT_WRITE(SIM_P1, lamp);
            lamp ^= MASK(HOLE_LAMP);
        }
        SIM_EXPECT_WRITE(SIM_P2, count);
    }
    SIM_MARK(2);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT(IT0, 1);
    SIM_EXPECT(PCON & 0x1E, 0); /* idle and nothing else: power-down would stop the clock */
    SIM_EXPECT(EX0, 1);
    SIM_EXPECT(EA, 1);
    SIM_EXPECT(IE & 0x1E, 0); /* nothing else may wake it */
    SIM_DONE();
}

void main(void)
{
    uint8_t i;

    wakes = 0;
    P1 = 0x00;
    P2 = 0x55;
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(SIM_P2);
    for (i = 0; i < 2 * HOLE_BATCH_SIZE + 3; i++) {
        wake(1);
        if (i == 1 || i == HOLE_BATCH_SIZE - 2 || i == HOLE_BATCH_SIZE + 1)
            wake(0); /* a glitch: woken, but light again */
        if (i == 3)
            wake((uint8_t)SIM_DRAW(0, 1));
    }
    SIM_CUT_AFTER(3000, finish);
    program_main();
}
