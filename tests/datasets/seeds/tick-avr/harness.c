#define LED 0x20
#define TIMSK0_AT 0x6E
#define TCCR0A_AT 0x44
#define TCCR0B_AT 0x45
#define OCR0A_AT 0x47
#define COMPARE_A 14

static uint32_t ticks;

static void tick(uint16_t count)
{
    while (count--) {
        SIM_INTERRUPT(COMPARE_A);
        ticks++;
        if (ticks % HOLE_BLINK_MS == 0) {
            uint8_t on = (uint8_t)(ticks / HOLE_BLINK_MS % 2);
            SIM_EXPECT_WRITE(SIM_PORTB, on ? LED | 0x81 : 0x81);
        }
        SIM_EXPECT_NO_WRITE(SIM_PORTB);
    }
}

void main(void)
{
    DDRB = 0x04;
    PORTB = 0x81;
    TIMSK0 = 0x01; /* somebody else's overflow interrupt */
    milliseconds = 77;
    SIM_SKIP_WRITES(SIM_PORTB);
    SIM_SKIP_WRITES(SIM_DDRB);
    SIM_SKIP_WRITES(TIMSK0_AT);
    clock_init();
    SIM_EXPECT_WRITE(SIM_DDRB, 0x24);
    SIM_EXPECT_NO_WRITE(SIM_PORTB);
    SIM_EXPECT_WRITE(TCCR0A_AT, 0x02);
    SIM_EXPECT_WRITE(OCR0A_AT, HOLE_COMPARE);
    SIM_EXPECT_WRITE(TIMSK0_AT, 0x03);
    SIM_EXPECT_WRITE(TCCR0B_AT, HOLE_PRESCALE_BITS);
    SIM_EXPECT(clock_now(), 0);
    sei();
    SIM_MARK(1);
    tick(HOLE_BLINK_MS - 1);
    tick(1);
    tick(HOLE_BLINK_MS);
    SIM_EXPECT(clock_now(), ticks);
    SIM_EXPECT(SREG & 0x80, 0x80); /* interrupts are as they were */

    SIM_MARK(2);
    cli();
    SIM_EXPECT(clock_now(), ticks);
    SIM_EXPECT(SREG & 0x80, 0);
    sei();

    SIM_MARK(3);
    SIM_EXPECT(clock_passed(ticks, 0), 1);
    SIM_EXPECT(clock_passed(ticks, 1), 0);
    SIM_EXPECT(clock_passed(ticks - 5, 5), 1);
    SIM_EXPECT(clock_passed(ticks - 5, 6), 0);
    SIM_EXPECT(clock_passed(ticks - 70000, 69999), 1);
    SIM_EXPECT(clock_passed(ticks - 70000, 70001), 0);
    milliseconds = 3; /* wrapped */
    SIM_EXPECT(clock_passed(0xFFFFFFF0, 19), 1);
    SIM_EXPECT(clock_passed(0xFFFFFFF0, 20), 0);
}
