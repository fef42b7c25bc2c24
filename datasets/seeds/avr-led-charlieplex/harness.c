#include <avr/interrupt.h>

#define PORT SIM_REG(_SFR_MEM_ADDR(HOLE_LED_PORT))
#define DDR SIM_REG(_SFR_MEM_ADDR(HOLE_LED_DDR))
#define COUNT (HOLE_PINS * (HOLE_PINS - 1))
#define TICK 14 /* TIMER0_COMPA */

static uint8_t mask;
static uint8_t others_port;
static uint8_t others_ddr;

static uint8_t anode_of(uint8_t led)
{
    return (uint8_t)(1 << (led / (HOLE_PINS - 1) + HOLE_FIRST_BIT));
}

static uint8_t pair_of(uint8_t led)
{
    uint8_t a = led / (HOLE_PINS - 1);
    uint8_t c = led % (HOLE_PINS - 1);

    if (c >= a)
        c++;
    return (uint8_t)(anode_of(led) | 1 << (c + HOLE_FIRST_BIT));
}

static void expect_led(uint8_t led, uint8_t lit)
{
    SIM_EXPECT(SIM_LATCH(DDR), others_ddr | (lit ? pair_of(led) : 0));
    SIM_EXPECT(SIM_LATCH(PORT), others_port | (lit ? anode_of(led) : 0));
}

static void scan(uint16_t picture)
{
    uint8_t led;

    for (led = 0; led < COUNT; led++) {
        SIM_INTERRUPT(TICK);
        expect_led(led, picture >> led & 1);
    }
}

/* Looks into the interrupt of one LED after each of its writes: what drives must be the LED before or this one. */
static uint8_t led;
static uint8_t step;

static void look(void);

static void next_look(void)
{
    uint8_t i;

    charlie_init();
    charlie_show(0xFFFF);
    for (i = 0; i < led; i++)
        SIM_INTERRUPT(TICK);
    SIM_CUT_AFTER(step, look);
    SIM_INTERRUPT(TICK);
    SIM_EXPECT(0, 1); /* fewer than three writes cannot light an LED without a ghost */
}

static void rest(void);

static void look(void)
{
    uint8_t driven = (uint8_t)SIM_LATCH(DDR) & mask;
    uint8_t levels = (uint8_t)SIM_LATCH(PORT) & mask;

    SIM_EXPECT((uint8_t)SIM_LATCH(DDR) & (uint8_t)~mask, others_ddr);
    SIM_EXPECT((uint8_t)SIM_LATCH(PORT) & (uint8_t)~mask, others_port);
    if (step < 3) {
        SIM_EXPECT(driven, 0);
    } else {
        SIM_EXPECT(driven, pair_of(led));
    }
    if (step > 1)
        SIM_EXPECT(levels, anode_of(led));
    if (++step > 3) {
        step = 1;
        led++;
    }
    if (led < COUNT)
        next_look();
    rest();
}

static void rest(void)
{
    uint8_t i;
    uint8_t seen;
    uint32_t before;

    SIM_MARK(5); /* a picture of two bytes that the interrupt would see half changed */
    for (i = 1; i < 26; i++) {
        charlie_init();
        charlie_show(0x0101);
        cli();
        before = SIM_WRITES(PORT);
        sei();
        SIM_INTERRUPT_AFTER(TICK, i);
        charlie_show(0x0E1E);
        while (SIM_WRITES(PORT) == before)
            ;
        seen = ((uint8_t)SIM_LATCH(DDR) & mask) != 0; /* LED 0 is lit in the old picture only */
        cli();
        sei();
        for (led = 1; led < COUNT; led++) {
            SIM_INTERRUPT(TICK);
            SIM_EXPECT(((uint8_t)SIM_LATCH(DDR) & mask) != 0, (seen ? 0x0101 : 0x0E1E) >> led & 1);
        }
    }

    SIM_MARK(6); /* the interrupt flag is left as the caller had it */
    cli();
    charlie_show(1);
    SIM_EXPECT(SREG >> 7, 0);
    charlie_init();
    SIM_EXPECT(SREG >> 7, 0);
    SIM_DONE();
}

void main(void)
{
    uint8_t i;
    uint16_t picture;

    mask = (uint8_t)(((1 << HOLE_PINS) - 1) << HOLE_FIRST_BIT);
    others_port = (uint8_t)~mask & 0xA5;
    others_ddr = (uint8_t)~mask & 0x99;
    HOLE_LED_DDR = others_ddr | mask; /* as if somebody had driven the pins high */
    HOLE_LED_PORT = others_port | mask;
    TIMSK0 = 0x05;
    TCNT0 = 77;

    charlie_init();
    SIM_EXPECT(charlie_count(), COUNT);
    expect_led(0, 0);
    SIM_EXPECT(TCCR0A, 0x02);
    SIM_EXPECT(TCCR0B, 0x04);
    SIM_EXPECT(OCR0A, HOLE_TIMER_TOP);
    SIM_EXPECT(SIM_LATCH(0x46), 0);
    SIM_EXPECT(TIMSK0, 0x07);
    SIM_EXPECT_WRITE(SIM_TIFR0, 0x02);
    SIM_EXPECT_NO_WRITE(SIM_TIFR0);
    sei();

    SIM_MARK(1); /* dark, each LED alone, all of them */
    scan(0);
    for (i = 0; i < COUNT; i++) {
        charlie_show((uint16_t)1 << i);
        scan((uint16_t)1 << i);
    }
    charlie_show(0xFFFF);
    scan(0xFFFF);
    scan(0xFFFF);

    SIM_MARK(2); /* a picture that comes in the middle of a scan waits for the next one */
    for (i = 0; i < COUNT; i++) {
        SIM_INTERRUPT(TICK);
        expect_led(i, 1);
        charlie_show(i & 1 ? 0x0A5A : 0x0555);
    }
    scan(0x0A5A);

    SIM_MARK(3); /* starting anew in the middle of a scan */
    SIM_INTERRUPT(TICK);
    charlie_show(0xFFFF);
    SIM_INTERRUPT(TICK);
    charlie_init();
    expect_led(0, 0);
    scan(0);
    for (i = 0; i < 6; i++) {
        picture = (uint16_t)SIM_DRAW(0, 0xFFFF);
        charlie_show(picture);
        scan(picture);
    }

    SIM_MARK(4);
    led = 0;
    step = 1;
    next_look();
}
