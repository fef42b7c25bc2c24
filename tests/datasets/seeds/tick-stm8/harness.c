#define LED (1 << HOLE_LED_PIN)
#define OTHERS (0x81 & ~LED)
#define TIM4 23
#define TIM4_PSCR_AT 0x5345
#define TIM4_ARR_AT 0x5346
#define TIM4_CR1_AT 0x5340
#define TIM4_IER_AT 0x5341

static uint16_t past;
static uint8_t on;

static void run(uint16_t count)
{
    while (count--) {
        SIM_INTERRUPT(TIM4);
        SIM_EXPECT_WRITE(SIM_TIM4_SR, 0xFE);
        if (++past == HOLE_TICKS_PER_SECOND) {
            past = 0;
            on ^= LED;
            SIM_EXPECT_WRITE(SIM_ODR('D'), OTHERS | on);
        }
        SIM_EXPECT_NO_WRITE(SIM_ODR('D'));
    }
}

void main(void)
{
    uint8_t i;

    PD_ODR = 0xFF & (OTHERS | LED);
    PD_DDR = 0x10;
    PD_CR1 = 0x10;
    TIM4_CR1 = 0x80;
    ticks = 5;
    seconds = 7;
    SIM_SKIP_WRITES(SIM_ODR('D'));
    SIM_SKIP_WRITES(SIM_DDR('D'));
    SIM_SKIP_WRITES(SIM_CR1('D'));
    SIM_SKIP_WRITES(TIM4_CR1_AT);
    tick_init();
    SIM_EXPECT_WRITE(SIM_ODR('D'), OTHERS);
    SIM_EXPECT_WRITE(SIM_DDR('D'), 0x10 | LED);
    SIM_EXPECT_WRITE(SIM_CR1('D'), 0x10 | LED);
    SIM_EXPECT_WRITE(TIM4_PSCR_AT, 7);
    SIM_EXPECT_WRITE(TIM4_ARR_AT, HOLE_RELOAD);
    SIM_EXPECT_WRITE(SIM_TIM4_SR, 0xFE);
    SIM_EXPECT_WRITE(TIM4_IER_AT, 1);
    SIM_EXPECT_WRITE(TIM4_CR1_AT, 0x81);
    SIM_EXPECT(tick_seconds(), 0);
    __asm__("rim");
    SIM_MARK(1);
    run(HOLE_TICKS_PER_SECOND - 1);
    SIM_EXPECT(tick_seconds(), 0);
    run(1);
    SIM_EXPECT(tick_seconds(), 1);
    run(HOLE_TICKS_PER_SECOND);
    SIM_EXPECT(tick_seconds(), 2);
    SIM_MARK(2);
    seconds = 58;
    for (i = 0; i < 3; i++) {
        ticks = HOLE_TICKS_PER_SECOND - 1;
        past = HOLE_TICKS_PER_SECOND - 1;
        run(1);
        SIM_EXPECT(tick_seconds(), (59 + i) % 60);
    }
}
