#define EDGE 1
#define SILENT 11
#define US(us) ((uint16_t)((uint32_t)(us) * (HOLE_TIMER_HZ / 100) / 10000))
#define BIT_TOLERANCE US(HOLE_BIT_TOLERANCE_US)
#define LEAD_TOLERANCE US(HOLE_LEAD_TOLERANCE_US)
#define TCCR1B_ SIM_REG(0x81)

static nec_key_t got;

static void edge(uint16_t ticks)
{
    SIM_HOLD(SIM_REG(0x84), ticks);
    SIM_INTERRUPT(EDGE);
}

static void nothing(void)
{
    got.address = 0xA5;
    got.command = 0xA6;
    got.repeats = 0xA7;
    SIM_EXPECT(nec_take(&got), 0);
    SIM_EXPECT(got.address, 0xA5);
    SIM_EXPECT(got.command, 0xA6);
    SIM_EXPECT(got.repeats, 0xA7);
}

static void key_is(uint8_t address, uint8_t command, uint8_t repeats)
{
    SIM_EXPECT(nec_take(&got), 1);
    SIM_EXPECT(got.address, address);
    SIM_EXPECT(got.command, command);
    SIM_EXPECT(got.repeats, repeats);
    nothing();
}

static uint16_t zero;
static uint16_t one;

static void byte_in(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++)
        edge(byte >> i & 1 ? one : zero); /* least significant bit first */
}

static void frame_in(uint8_t address, uint8_t inverse, uint8_t command, uint8_t inverse_command)
{
    edge(US(13500));
    byte_in(address);
    byte_in(inverse);
    byte_in(command);
    byte_in(inverse_command);
}

static void send(uint8_t address, uint8_t command)
{
    frame_in(address, (uint8_t)~address, command, (uint8_t)~command);
}

static void repeat(void)
{
    edge(US(96000)); /* the pause since the last frame or repeat code */
    edge(US(11250));
}

static void silence(void)
{
    SIM_SKIP_WRITES(TCCR1B_);
    SIM_INTERRUPT(SILENT);
    SIM_EXPECT_WRITE(TCCR1B_, 0);
    SIM_EXPECT_NO_WRITE(TCCR1B_);
}

static void restart(void)
{
    nec_init();
    edge(US(13500)); /* no interval: the clock stood */
}

/* A frame whose first bit has this length; kept tells whether it is a bit, and which. */
static void first_bit(uint16_t ticks, uint8_t valid, uint8_t bit)
{
    uint8_t i;
    uint8_t address = (uint8_t)(0x5A | bit);

    restart();
    edge(US(13500));
    edge(ticks);
    for (i = 1; i < 8; i++)
        edge(address >> i & 1 ? one : zero);
    byte_in((uint8_t)~address);
    byte_in(0x33);
    byte_in(0xCC);
    if (valid)
        key_is(address, 0x33, 0);
    else
        nothing();
}

static void lead(uint16_t ticks, uint8_t is_start, uint8_t is_repeat)
{
    restart();
    edge(ticks);
    byte_in(0x12);
    byte_in(0xED);
    byte_in(0x34);
    byte_in(0xCB);
    if (is_start)
        key_is(0x12, 0x34, 0);
    else
        nothing();
    send(0x77, 0x88);
    key_is(0x77, 0x88, 0);
    edge(US(40000));
    edge(ticks);
    if (is_repeat)
        key_is(0x77, 0x88, 1);
    else
        nothing();
}

void main(void)
{
    uint8_t i;
    uint8_t address;
    uint8_t command;
    uint8_t any;
    uint8_t first;

    zero = US(1125);
    one = US(2250);
    DDRD = 0x7E;
    PORTD = 0x21;
    EICRA = 0x09; /* INT1 belongs to somebody else */
    EIMSK = 0x02;
    TCCR1A = 0x55;
    TCCR1B = 0x05;
    TCNT1 = 0x1234;
    nec_init();
    SIM_EXPECT(DDRD, 0x7A);
    SIM_EXPECT(PORTD, 0x25);
    SIM_EXPECT(EICRA, 0x0A);
    SIM_EXPECT(EIMSK, 0x03);
    SIM_EXPECT_WRITE(SIM_REG(0x3C), 0x01);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x3C));
    SIM_EXPECT(TCCR1A, 0);
    SIM_EXPECT(SIM_LATCH(TCCR1B_), 0);
    SIM_EXPECT(SIM_LATCH(0x84), 0);
    SIM_EXPECT(SIM_LATCH(0x85), 0);
    SIM_EXPECT(TIMSK1, 0x02);
    SIM_EXPECT(OCR1A, US(HOLE_SILENCE_MS * 1000UL));
    SIM_EXPECT_WRITE(SIM_TIFR1, 0x02);
    SIM_EXPECT(SREG >> 7, 0);
    nothing();
    sei();

    SIM_MARK(1); /* the first edge starts the clock, each one sets it back */
    SIM_SKIP_WRITES(TCCR1B_);
    SIM_SKIP_WRITES(SIM_REG(0x84));
    edge(0);
    SIM_EXPECT_WRITE(TCCR1B_, 0x03);
    SIM_EXPECT_WRITE(SIM_REG(0x84), 0);
    SIM_EXPECT_WRITE(SIM_TIFR1, 0x02);
    edge(US(5000));
    SIM_EXPECT_NO_WRITE(TCCR1B_);
    SIM_EXPECT_WRITE(SIM_REG(0x84), 0);
    SIM_EXPECT_WRITE(SIM_TIFR1, 0x02);
    SIM_EXPECT_NO_WRITE(SIM_TIFR1);

    SIM_MARK(2); /* frames, repeats, and silence after which a repeat means nothing */
    send(0x04, 0x08);
    key_is(0x04, 0x08, 0);
    repeat();
    key_is(0x04, 0x08, 1);
    repeat();
    repeat();
    key_is(0x04, 0x08, 3);
    silence();
    edge(US(1000));
    edge(US(11250));
    nothing();
    send(0xFF, 0x00);
    key_is(0xFF, 0x00, 0);
    edge(US(40000));
    send(0x00, 0xFF);
    edge(US(40000));
    send(0x81, 0x7E); /* the latest of two */
    key_is(0x81, 0x7E, 0);
    for (i = 0; i < 254; i++)
        repeat();
    key_is(0x81, 0x7E, 254);
    repeat();
    key_is(0x81, 0x7E, 255);
    repeat();
    repeat();
    key_is(0x81, 0x7E, 255);

    SIM_MARK(3); /* complements that are none, and repeats after them */
    for (i = 0; i < 4; i++) {
        send(0x11, 0x22);
        key_is(0x11, 0x22, 0);
        if (i & 1)
            frame_in(0x55, i & 2 ? 0xAB : 0x55, 0x66, 0x99);
        else
            frame_in(0x55, 0xAA, 0x66, i & 2 ? 0x66 : 0x19);
        nothing();
        repeat();
        nothing();
    }

    SIM_MARK(4); /* a frame that breaks off */
    send(0x11, 0x22);
    key_is(0x11, 0x22, 0);
    edge(US(13500));
    byte_in(0x10);
    edge(US(5000));
    byte_in(0xEF);
    byte_in(0x20);
    byte_in(0xDF);
    nothing();
    repeat();
    nothing();
    edge(US(13500));
    byte_in(0x3F);
    send(0x12, 0x9A); /* a start in the middle begins anew */
    key_is(0x12, 0x9A, 0);
    edge(US(13500));
    byte_in(0x10);
    edge(US(11250)); /* a repeat code inside a frame is none, and ends it */
    byte_in(0xEF);
    byte_in(0x20);
    byte_in(0xDF);
    nothing();
    edge(US(13500));
    byte_in(0x10);
    silence();
    edge(0);
    byte_in(0xEF);
    byte_in(0x20);
    byte_in(0xDF);
    nothing();
    send(0x0F, 0xA5);
    zero = US(1125);
    byte_in(0); /* more edges behind it say nothing */
    key_is(0x0F, 0xA5, 0);
    send(0x0F, 0xA6);
    nec_init(); /* forgets what was not taken, and the key */
    nothing();
    edge(0);
    repeat();
    nothing();
    edge(US(13500));
    byte_in(0x10);
    nec_init();
    edge(0);
    byte_in(0xEF);
    byte_in(0x20);
    byte_in(0xDF);
    nothing();

    SIM_MARK(5); /* the limits of each interval */
    first_bit(zero - BIT_TOLERANCE - 1, 0, 0);
    first_bit(zero - BIT_TOLERANCE, 1, 0);
    first_bit(zero + BIT_TOLERANCE, 1, 0);
    first_bit(zero + BIT_TOLERANCE + 1, 0, 0);
    first_bit(one - BIT_TOLERANCE - 1, 0, 0);
    first_bit(one - BIT_TOLERANCE, 1, 1);
    first_bit(one + BIT_TOLERANCE, 1, 1);
    first_bit(one + BIT_TOLERANCE + 1, 0, 0);
    first_bit(0, 0, 0);
    lead(US(13500) - LEAD_TOLERANCE - 1, 0, US(13500) - LEAD_TOLERANCE - 1 <= US(11250) + LEAD_TOLERANCE);
    lead(US(13500) - LEAD_TOLERANCE, 1, 0);
    lead(US(13500) + LEAD_TOLERANCE, 1, 0);
    lead(US(13500) + LEAD_TOLERANCE + 1, 0, 0);
    lead(US(11250) - LEAD_TOLERANCE - 1, 0, 0);
    lead(US(11250) - LEAD_TOLERANCE, 0, 1);
    lead(US(11250) + LEAD_TOLERANCE, 0, 1);
    lead(US(11250) + LEAD_TOLERANCE + 1, 0, 0);
    lead(0xFFFF, 0, 0);

    for (i = 0; i < 8; i++) {
        SIM_MARK(6 + i);
        restart();
        zero = (uint16_t)(US(1125) + SIM_DRAW(0, 2 * BIT_TOLERANCE) - BIT_TOLERANCE);
        one = (uint16_t)(US(2250) + SIM_DRAW(0, 2 * BIT_TOLERANCE) - BIT_TOLERANCE);
        address = (uint8_t)SIM_DRAW(0, 255);
        command = (uint8_t)SIM_DRAW(0, 255);
        send(address, command);
        key_is(address, command, 0);
        repeat();
        key_is(address, command, 1);
    }

    SIM_MARK(20); /* an event that comes while the one before is taken is not lost */
    restart();
    send(0x3C, 0xC3);
    for (i = 1; i < 60; i++) {
        repeat();
        edge(US(96000));
        SIM_HOLD(SIM_REG(0x84), US(11250));
        SIM_INTERRUPT_AFTER(EDGE, i);
        any = nec_take(&got);
        first = got.repeats;
        while (got.repeats != 2 * i)
            nec_take(&got);
        SIM_EXPECT(any && (first == 2 * i - 1 || first == 2 * i), 1);
    }
    cli();
    nothing();
    SIM_EXPECT(SREG >> 7, 0);
    SIM_DONE();
}
