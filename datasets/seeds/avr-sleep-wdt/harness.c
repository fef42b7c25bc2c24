#define WATCHDOG 6
#define CHANGE 5
#define LOOK 16 /* timer 0 overflow: the harness's own interrupt, at which it looks at what was done */
#define REQUEST (1 << HOLE_REQUEST_BIT)
#define BUTTON (1 << HOLE_BUTTON_BIT)
#define SMCR_ SIM_REG(0x53)
#define MCUCR_ SIM_REG(0x55)
#define WDTCSR_ SIM_REG(0x60)

static uint8_t step;
static uint16_t naps;    /* since the last look */
static uint16_t reports;
static uint8_t level;
static uint8_t elapsed_;

/* Watchdog interrupts, one for each nap. */
static void watchdog(uint16_t number)
{
    while (number--) {
        SIM_INTERRUPT_ON_IDLE(WATCHDOG);
        naps++;
        if (++elapsed_ == HOLE_REPORT_PERIODS) {
            elapsed_ = 0;
            reports++;
        }
    }
}

/* The button's pin changes, and other pins are whatever they are. */
static void change(uint8_t pins, uint8_t press)
{
    SIM_FEED(SIM_PIND, pins);
    SIM_INTERRUPT_ON_IDLE(CHANGE);
    naps++;
    if (press) {
        elapsed_ = 0;
        reports++;
    }
}

static void press(void)
{
    change((uint8_t)~BUTTON, 1);
}

static void let_go(void)
{
    change(BUTTON, 0);
}

static void set_up(void)
{
    SIM_EXPECT_WRITE(WDTCSR_, 0x18);
    SIM_EXPECT_WRITE(WDTCSR_, 0x40 | HOLE_WATCHDOG_BITS);
    SIM_EXPECT(MCUSR, 0);
    SIM_EXPECT(DDRB, (0x40 & (uint8_t)~REQUEST) | REQUEST);
    SIM_EXPECT(DDRD, 0xA5 & (uint8_t)~BUTTON);
    SIM_EXPECT(PORTD, (0x12 & (uint8_t)~BUTTON) | BUTTON);
    SIM_EXPECT(ADCSRA, 0);
    SIM_EXPECT(SIM_LATCH(0x50), 0x80);
    SIM_EXPECT(PCMSK2, BUTTON);
    SIM_EXPECT(PCICR, 0x04);
    SIM_EXPECT_WRITE(SIM_REG(0x3B), 0x04);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x3B));
}

/* What was done since the last look: so many naps, each with its timed sequence, and so many reports. */
static void look(void)
{
    naps++; /* the one that this look ends */
    for (; naps != 0; naps--) {
        SIM_EXPECT_WRITE(SMCR_, 0x04);
        SIM_EXPECT_WRITE(SMCR_, 0x05);
        SIM_EXPECT_WRITE(MCUCR_, 0x60);
        SIM_EXPECT_WRITE(MCUCR_, 0x40);
    }
    SIM_EXPECT_NO_WRITE(SMCR_);
    SIM_EXPECT_NO_WRITE(MCUCR_);
    for (; reports != 0; reports--) {
        SIM_EXPECT_WRITE(SIM_PINB, REQUEST);
        level ^= REQUEST;
    }
    SIM_EXPECT_NO_WRITE(SIM_PINB);
    SIM_EXPECT_NO_WRITE(WDTCSR_);
    SIM_EXPECT(SIM_LATCH(SIM_PORTB), (0xA4 & (uint8_t)~REQUEST) | level);
}

ISR(TIMER0_OVF_vect)
{
    uint16_t i;

    if (step == 0)
        set_up();
    look();
    SIM_MARK(10 + step);
    switch (step++) {
    case 0: /* not yet, and then */
        watchdog(HOLE_REPORT_PERIODS - 1);
        break;
    case 1:
        watchdog(1);
        break;
    case 2:
        watchdog(HOLE_REPORT_PERIODS - 1);
        break;
    case 3: /* the button reports at once, and the interval begins anew */
        press();
        break;
    case 4:
        let_go();
        watchdog(HOLE_REPORT_PERIODS - 1);
        break;
    case 5:
        watchdog(1);
        break;
    case 6: /* letting go, or another pin, is no press and delays nothing */
        watchdog(1);
        let_go();
        change(0xFF, 0);
        watchdog(HOLE_REPORT_PERIODS - 2);
        break;
    case 7:
        watchdog(1);
        break;
    case 8:
        press();
        let_go();
        press();
        watchdog(1);
        let_go();
        break;
    case 9:
        watchdog(2 * HOLE_REPORT_PERIODS + 1);
        break;
    case 10: /* 256 periods while it was awake: they are not taken for none */
        for (i = 0; i < 256; i++)
            SIM_INTERRUPT_AFTER(WATCHDOG, 0); /* behind this routine, before the program sleeps again */
        reports = 1;
        elapsed_ = 0;
        break;
    case 11: /* periods that came together count each */
        for (i = 0; i < HOLE_REPORT_PERIODS - 1; i++)
            SIM_INTERRUPT_AFTER(WATCHDOG, 0);
        elapsed_ = HOLE_REPORT_PERIODS - 1;
        break;
    case 12:
        watchdog(1);
        break;
    case 13:
        watchdog(HOLE_REPORT_PERIODS - 1);
        break;
    case 14: /* a period and a press together are one report, and begin the interval anew */
        SIM_FEED(SIM_PIND, (uint8_t)~BUTTON);
        SIM_INTERRUPT_AFTER(CHANGE, 0);
        SIM_INTERRUPT_AFTER(WATCHDOG, 0);
        reports = 1;
        elapsed_ = 0;
        break;
    case 15:
    case 16:
    case 17:
    case 18:
        watchdog((uint16_t)SIM_DRAW(0, 2 * HOLE_REPORT_PERIODS));
        if (SIM_DRAW(0, 1))
            press();
        break;
    default:
        SIM_DONE();
    }
    SIM_INTERRUPT_ON_IDLE(LOOK);
}

static void third_write(void);

/* The program's first write must be to MCUSR, and the next two are the timed ones. */
static void first_write(void)
{
    SIM_EXPECT(SIM_LATCH(0x54), 0);
    SIM_EXPECT_NO_WRITE(WDTCSR_);
    MCUSR = 0x08;
    SIM_CUT_AFTER(3, third_write);
    program_main();
}

static void third_write(void)
{
    SIM_EXPECT_WRITE(WDTCSR_, 0x18);
    SIM_EXPECT_WRITE(WDTCSR_, 0x40 | HOLE_WATCHDOG_BITS);
    SIM_EXPECT_NO_WRITE(WDTCSR_);
    MCUSR = 0x08;
    SIM_SKIP_WRITES(SMCR_);
    SIM_SKIP_WRITES(MCUCR_);
    SIM_SKIP_WRITES(SIM_PINB);
    SIM_SKIP_WRITES(SIM_REG(0x3B));
    SIM_INTERRUPT_ON_IDLE(LOOK);
    program_main();
}

void main(void)
{
    PORTB = 0xA4 | REQUEST;
    PORTD = 0x12 & (uint8_t)~BUTTON;
    DDRB = 0x40 & (uint8_t)~REQUEST;
    DDRD = 0xA5 | BUTTON;
    MCUSR = 0x08;
    ADCSRA = 0x87;
    TIMSK0 = 0x01;
    SIM_CUT_AFTER(1, first_write);
    program_main();
}
