#define ASF SIM_SFR(0x9D)
#define CONTR SIM_SFR(0xBC)
#define RES SIM_SFR(0xBD)
#define RESL SIM_SFR(0xBE)
#define ENABLES SIM_SFR(0xA8)
#define SIZE (1 << HOLE_WINDOW_SHIFT)
#define READY (0x80 + HOLE_SPEED_BITS + HOLE_CHANNEL)

static __xdata uint16_t all[SIZE]; /* the latest samples, the newest first */
static uint8_t known;

static void sample(uint16_t code)
{
    uint8_t i;

    SIM_FEED(RES, code >> 2);
    SIM_FEED(RESL, (uint8_t)(0xFC | (code & 3))); /* the upper bits are no part of it */
    SIM_INTERRUPT(5);
    SIM_EXPECT_WRITE(CONTR, READY + 8);
    SIM_EXPECT_NO_WRITE(CONTR);
    for (i = SIZE - 1; i > 0; i--)
        all[i] = all[i - 1];
    all[0] = code;
    if (known < SIZE)
        known++;
}

static void check(void)
{
    uint16_t average = 0x5AA5;
    uint32_t total = 0;
    uint8_t i;

    SIM_SKIP_WRITES(ENABLES);
    SIM_EXPECT(adc_average(&average), known == SIZE);
    if (known < SIZE) {
        SIM_EXPECT(average, 0x5AA5);
        return;
    }
    for (i = 0; i < SIZE; i++)
        total += all[i];
    SIM_EXPECT(average, (2 * total + SIZE) / (2 * SIZE));
    SIM_EXPECT_NO_WRITE(CONTR);
}

static void start(uint8_t analogue)
{
    P1ASF = (uint8_t)(analogue & ~HOLE_CHANNEL_MASK);
    SIM_SKIP_WRITES(ASF);
    SIM_SKIP_WRITES(ENABLES);
    adc_init();
    SIM_EXPECT_WRITE(ENABLES, 0x90); /* no conversion of before may come in */
    SIM_EXPECT_NO_WRITE(ENABLES);
    SIM_EXPECT_WRITE(ASF, analogue | HOLE_CHANNEL_MASK);
    SIM_EXPECT_NO_WRITE(ASF);
    SIM_EXPECT_WRITE(CONTR, READY);
    SIM_EXPECT_NO_WRITE(CONTR);
    known = 0;
    check();
    IE = 0x10;
    SIM_SKIP_WRITES(ENABLES);
    adc_start();
    SIM_EXPECT_WRITE(ENABLES, 0x30);
    SIM_EXPECT_WRITE(ENABLES, 0xB0);
    SIM_EXPECT_NO_WRITE(ENABLES);
    SIM_EXPECT_WRITE(CONTR, READY + 8);
    SIM_EXPECT_NO_WRITE(CONTR);
}

void main(void)
{
    uint8_t i;
    uint16_t average;

    IE = 0xB0;
    SIM_HOLD(RES, 0x81);
    SIM_HOLD(RESL, 0x02);
    SIM_INTERRUPT(5); /* a sample from before the start */
    SIM_SKIP_WRITES(CONTR);
    SIM_MARK(1);
    start(0xC3);
    for (i = 0; i < SIZE - 1; i++)
        sample(1023);
    check(); /* one is lacking */
    sample(1023);
    check(); /* full scale does not overflow */

    SIM_MARK(2); /* the old samples leave one by one, down to nothing and up again */
    for (i = 0; i < SIZE; i++) {
        sample(0);
        check();
    }
    for (i = 0; i < SIZE + 3; i++) {
        sample(1023 - i);
        check();
    }

    SIM_MARK(3); /* rounding: half of them one higher goes up, one fewer goes down */
    for (i = 0; i < SIZE; i++)
        sample(i < SIZE / 2 ? 513 : 512);
    check();
    SIM_EXPECT(adc_average(&average), 1);
    SIM_EXPECT(average, 513);
    sample(512);
    SIM_EXPECT(adc_average(&average), 1);
    SIM_EXPECT(average, 512);

    SIM_MARK(4); /* the copy is made with this interrupt off, and only this one; after it EADC is as before */
    SIM_SKIP_WRITES(ENABLES);
    SIM_EXPECT(adc_average(&average), 1);
    SIM_EXPECT_WRITE(ENABLES, 0x90);
    SIM_EXPECT_WRITE(ENABLES, 0xB0);
    SIM_EXPECT_NO_WRITE(ENABLES);
    EADC = 0;
    SIM_SKIP_WRITES(ENABLES);
    SIM_EXPECT(adc_average(&average), 1);
    SIM_EXPECT(SIM_LATCH(ENABLES), 0x90);
    EADC = 1;

    for (i = 0; i < 24; i++) {
        SIM_MARK(10 + i);
        sample((uint16_t)SIM_DRAW(0, 1023));
        check();
    }

    SIM_MARK(6); /* very many samples: it stays full */
    SIM_HOLD(RES, 77 >> 2);
    SIM_HOLD(RESL, 77 & 3);
    for (i = 0; i < 250; i++) {
        SIM_INTERRUPT(5);
        SIM_EXPECT(adc_average(&average), 1);
    }
    SIM_EXPECT(average, 77);
    for (i = 0; i < SIZE; i++)
        all[i] = 77;
    SIM_SKIP_WRITES(CONTR);
    for (i = 0; i < 12; i++) {
        sample((uint16_t)(500 + i));
        check();
    }

    SIM_MARK(5); /* starting anew forgets all samples, wherever the ring stood */
    sample(900);
    SIM_EXPECT(EADC, 1);
    start(0x3C);
    for (i = 0; i < SIZE; i++) {
        sample((uint16_t)(3 * i + 1));
        check();
    }
    sample(700);
    check();
    SIM_DONE();
}
