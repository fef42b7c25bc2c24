#define WATCHDOG 6
#define CHANGE 5
#define REQUEST (1 << HOLE_REQUEST_BIT)
#define BUTTON (1 << HOLE_BUTTON_BIT)
#define SMCR_ SIM_REG(0x53)
#define MCUCR_ SIM_REG(0x55)
#define WDTCSR_ SIM_REG(0x60)

static uint8_t part;
static uint16_t naps;     /* how often the program must have slept in this part */
static uint16_t reports;

static void next_part(void);

/* The program sleeps, and nothing will wake it. */
static void asleep(void)
{
    uint16_t i;

    SIM_EXPECT_WRITE(WDTCSR_, 0x18);
    SIM_EXPECT_WRITE(WDTCSR_, 0x40 | HOLE_WATCHDOG_BITS);
    SIM_EXPECT_NO_WRITE(WDTCSR_);
    for (i = 0; i < reports; i++)
        SIM_EXPECT_WRITE(SIM_PINB, REQUEST);
    SIM_EXPECT_NO_WRITE(SIM_PINB);
    SIM_EXPECT_WRITE(SMCR_, 0x04);
    for (i = 0; i < naps; i++) {
        SIM_EXPECT_WRITE(SMCR_, 0x05);
        SIM_EXPECT_WRITE(SMCR_, 0x04);
        SIM_EXPECT_WRITE(MCUCR_, 0x60);
        SIM_EXPECT_WRITE(MCUCR_, 0x40);
    }
    SIM_EXPECT_WRITE(SMCR_, 0x05); /* the nap that goes on */
    SIM_EXPECT_NO_WRITE(SMCR_);
    SIM_EXPECT_WRITE(MCUCR_, 0x60); /* the brown-out detector is off just then */
    SIM_EXPECT_WRITE(MCUCR_, 0x40);
    SIM_EXPECT_NO_WRITE(MCUCR_);
    SIM_EXPECT(SREG >> 7, 0); /* as it was when the harness began */
    SIM_EXPECT(SIM_LATCH(SIM_PORTB), (0xA4 & (uint8_t)~REQUEST) | (reports & 1 ? REQUEST : 0));
    part++;
    next_part();
}

/* Runs the program from its start with so many watchdog interrupts, one for each nap. */
static void periods_give(uint16_t interrupts, uint16_t expected)
{
    while (interrupts--) {
        SIM_INTERRUPT_ON_IDLE(WATCHDOG);
        naps++;
    }
    reports += expected;
}

static void button(void)
{
    SIM_INTERRUPT_ON_IDLE(CHANGE);
    naps++;
}

static void run(void)
{
    __asm__ volatile("cli");
    PORTB = 0xA4 | REQUEST;
    PORTD = 0x12 & (uint8_t)~BUTTON;
    DDRB = 0x40 & (uint8_t)~REQUEST;
    DDRD = 0xFF;
    MCUSR = 0x08;
    ADCSRA = 0x87;
    ACSR = 0;
    SMCR = 0;
    MCUCR = 0;
    SIM_SKIP_WRITES(SMCR_);
    SIM_SKIP_WRITES(MCUCR_);
    SIM_SKIP_WRITES(SIM_PINB);
    SIM_SKIP_WRITES(WDTCSR_);
    SIM_CUT_AFTER(15000, asleep);
    program_main();
}

/* The first write of the program must be to MCUSR, the next two the timed ones. */
static void first_write(void)
{
    SIM_EXPECT(SIM_LATCH(0x54), 0);
    SIM_EXPECT_NO_WRITE(WDTCSR_);
    part++;
    next_part();
}

static void third_write(void)
{
    SIM_EXPECT_WRITE(WDTCSR_, 0x18);
    SIM_EXPECT_WRITE(WDTCSR_, 0x40 | HOLE_WATCHDOG_BITS);
    SIM_EXPECT_NO_WRITE(WDTCSR_);
    part++;
    next_part();
}

static void next_part(void)
{
    uint8_t i;

    SIM_MARK(part);
    naps = 0;
    reports = 0;
    SIM_HOLD(SIM_PIND, 0xFF);
    switch (part) {
    case 0:
        MCUSR = 0x08;
        SIM_SKIP_WRITES(WDTCSR_);
        SIM_CUT_AFTER(1, first_write);
        program_main();
        break;
    case 1:
        SIM_SKIP_WRITES(WDTCSR_);
        SIM_CUT_AFTER(3, third_write);
        program_main();
        break;
    case 2: /* set up, and asleep at once */
        SIM_SKIP_WRITES(SIM_REG(0x3B));
        run();
        break;
    case 3:
        SIM_EXPECT(DDRB, (0x40 & (uint8_t)~REQUEST) | REQUEST);
        SIM_EXPECT(DDRD, (uint8_t)~BUTTON);
        SIM_EXPECT(PORTD, (0x12 & (uint8_t)~BUTTON) | BUTTON);
        SIM_EXPECT(MCUSR, 0);
        SIM_EXPECT(ADCSRA & 0x80, 0);
        SIM_EXPECT(SIM_LATCH(0x50) & 0x80, 0x80);
        SIM_EXPECT(PCMSK2, BUTTON);
        SIM_EXPECT(PCICR, 0x04);
        SIM_EXPECT_WRITE(SIM_REG(0x3B), 0x04);
        periods_give(HOLE_REPORT_PERIODS - 1, 0); /* not yet */
        run();
        break;
    case 4:
        periods_give(HOLE_REPORT_PERIODS, 1);
        run();
        break;
    case 5:
        periods_give(2 * HOLE_REPORT_PERIODS - 1, 1);
        run();
        break;
    case 6: /* again and again */
        periods_give(3 * HOLE_REPORT_PERIODS + 1, 3);
        run();
        break;
    case 7: /* the button reports at once and starts the interval anew */
        SIM_HOLD(SIM_PIND, (uint8_t)~BUTTON);
        periods_give(HOLE_REPORT_PERIODS - 1, 0);
        button();
        reports++;
        periods_give(HOLE_REPORT_PERIODS - 1, 0);
        run();
        break;
    case 8:
        SIM_HOLD(SIM_PIND, (uint8_t)~BUTTON);
        periods_give(2, 0);
        button();
        reports++;
        periods_give(HOLE_REPORT_PERIODS, 1);
        run();
        break;
    case 9: /* letting go, or another pin, is no press */
        SIM_HOLD(SIM_PIND, BUTTON);
        button();
        button();
        periods_give(HOLE_REPORT_PERIODS - 1, 0);
        run();
        break;
    case 10: /* pressed, let go, pressed */
        SIM_FEED(SIM_PIND, (uint8_t)~BUTTON);
        SIM_FEED(SIM_PIND, 0xFF);
        SIM_FEED(SIM_PIND, (uint8_t)~BUTTON);
        button();
        button();
        button();
        reports = 2;
        run();
        break;
    case 11: /* both at once count once */
        SIM_HOLD(SIM_PIND, (uint8_t)~BUTTON);
        periods_give(HOLE_REPORT_PERIODS - 1, 0);
        button();
        reports++;
        periods_give(1, 0);
        run();
        break;
    default:
        for (i = 0; i < 4; i++) {
            naps = (uint16_t)SIM_DRAW(1, 2 * HOLE_REPORT_PERIODS);
            SIM_REPORT(naps);
        }
        SIM_DONE();
    }
}

void main(void)
{
    part = 0;
    next_part();
}
