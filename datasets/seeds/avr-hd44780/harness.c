#define RS (1 << HOLE_RS_BIT)
#define EN (1 << HOLE_EN_BIT)
#define MASK (0x0F << HOLE_DATA_SHIFT)
#define TICKS(ms) ((ms) % HOLE_TICK_MS ? (ms) / HOLE_TICK_MS + 1 : (ms) / HOLE_TICK_MS)

static uint8_t other_b;
static uint8_t other_d;

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(SIM_PORTB);
    SIM_EXPECT_NO_WRITE(SIM_PORTD);
}

static void nibble_out(uint8_t nibble, uint8_t rs)
{
    SIM_EXPECT_WRITE(SIM_PORTD, other_d | nibble << HOLE_DATA_SHIFT);
    SIM_EXPECT_WRITE(SIM_PORTB, other_b | rs | EN);
    SIM_EXPECT_WRITE(SIM_PORTB, other_b | rs);
}

static void code_out(uint8_t code, uint8_t rs, uint8_t lone)
{
    SIM_EXPECT_WRITE(SIM_PORTB, other_b | rs);
    if (!lone)
        nibble_out(code / 16, rs);
    nibble_out(code % 16, rs);
    quiet();
}

static void idle_ticks(uint8_t count)
{
    while (count--) {
        SIM_EXPECT(lcd_idle(), 0);
        lcd_tick();
        quiet();
    }
}

static void byte_out(uint8_t code, uint8_t rs)
{
    lcd_tick();
    code_out(code, rs, 0);
}

static void skip(void)
{
    SIM_SKIP_WRITES(SIM_PORTB);
    SIM_SKIP_WRITES(SIM_PORTD);
}

static void start_up(void)
{
    uint8_t i;

    lcd_init();
    skip();
    SIM_EXPECT(SIM_LATCH(SIM_PORTB), other_b);
    SIM_EXPECT(SIM_LATCH(SIM_PORTD), other_d);
    idle_ticks(TICKS(40));
    for (i = 0; i < 4; i++) {
        lcd_tick();
        code_out(i < 3 ? 3 : 2, 0, 1);
        idle_ticks(TICKS(i == 0 ? 5 : 1));
    }
    byte_out(0x28, 0);
    byte_out(0x08, 0);
    byte_out(0x01, 0);
    idle_ticks(TICKS(2));
    byte_out(0x06, 0);
    SIM_EXPECT(lcd_idle(), 0);
    byte_out(0x0C, 0);
    SIM_EXPECT(lcd_idle(), 1);
}

/* Looks at the lines after each write of one byte: what counts is what they are while EN is high. */
static uint8_t step_;
static uint8_t pulses;
static uint8_t character;

static void next_look(void);

static void look(void)
{
    uint8_t byte = character ? 0x4E : 0x81 + 0x40;

    if (SIM_LATCH(SIM_PORTB) & EN) {
        SIM_EXPECT(SIM_LATCH(SIM_PORTD), other_d | (pulses ? byte % 16 : byte / 16) << HOLE_DATA_SHIFT);
        SIM_EXPECT(SIM_LATCH(SIM_PORTB), other_b | EN | (character ? RS : 0));
        pulses++;
    }
    step_++;
    next_look();
}

static void next_look(void)
{
    if (step_ > 7) {
        SIM_EXPECT(pulses, 2);
        step_ = 1;
        pulses = 0;
        if (++character == 2)
            SIM_DONE();
    }
    PORTB = other_b | (character ? 0 : RS);
    PORTD = other_d;
    if (character)
        lcd_put(0x4E);
    else
        lcd_goto(1, 1);
    SIM_CUT_AFTER(step_, look);
    lcd_tick();
    SIM_EXPECT(0, 1);
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint8_t first;
    uint8_t byte;

    other_b = 0xA5 & (uint8_t)~(RS | EN);
    other_d = 0x5A & (uint8_t)~MASK;
    PORTB = other_b | RS | EN;
    PORTD = other_d | MASK;
    DDRB = 0x40;
    DDRD = 0x81 & (uint8_t)~MASK;
    skip();
    start_up();
    SIM_EXPECT(DDRB, 0x40 | RS | EN);
    SIM_EXPECT(DDRD, (0x81 & (uint8_t)~MASK) | MASK);

    SIM_MARK(1); /* nothing to do */
    lcd_tick();
    quiet();
    SIM_EXPECT(lcd_idle(), 1);

    SIM_MARK(2); /* characters, moves, clearing and the time that it takes */
    SIM_EXPECT(lcd_put('A'), 1);
    quiet();
    SIM_EXPECT(lcd_idle(), 0);
    SIM_EXPECT(lcd_goto(0, 0), 1);
    SIM_EXPECT(lcd_goto(HOLE_COLUMNS - 1, 1), 1);
    SIM_EXPECT(lcd_put((char)0xFF), 1);
    SIM_EXPECT(lcd_put(0x01), 1); /* a character of one's own, no command */
    SIM_EXPECT(lcd_clear(), 1);
    SIM_EXPECT(lcd_put('z'), 1);
    byte_out('A', RS);
    byte_out(0x80, 0);
    byte_out(0xC0 + HOLE_COLUMNS - 1, 0);
    byte_out(0xFF, RS);
    byte_out(0x01, RS);
    byte_out(0x01, 0);
    idle_ticks(TICKS(2));
    byte_out('z', RS);
    SIM_EXPECT(lcd_idle(), 1);
    SIM_EXPECT(lcd_goto(HOLE_COLUMNS, 0), 0);
    SIM_EXPECT(lcd_goto(0, 2), 0);
    SIM_EXPECT(lcd_goto(255, 255), 0);
    SIM_EXPECT(lcd_goto(HOLE_COLUMNS - 1, 0), 1);
    byte_out(0x80 + HOLE_COLUMNS - 1, 0);
    SIM_EXPECT(lcd_idle(), 1);
    SIM_EXPECT(lcd_clear(), 1);
    byte_out(0x01, 0);
    SIM_EXPECT(lcd_idle(), 0);
    idle_ticks(TICKS(2));
    SIM_EXPECT(lcd_idle(), 1);

    SIM_MARK(3); /* as much as there is room for, wherever the indices stand */
    byte = 0;
    for (n = 0; n < 256 / HOLE_QUEUE_SIZE + 1; n++) {
        first = byte;
        for (i = 0; i < HOLE_QUEUE_SIZE; i++)
            SIM_EXPECT(lcd_put((char)byte++), 1);
        SIM_EXPECT(lcd_put('x'), 0);
        SIM_EXPECT(lcd_goto(0, 0), 0);
        SIM_EXPECT(lcd_clear(), 0);
        for (i = 0; i < HOLE_QUEUE_SIZE; i++) {
            lcd_tick();
            if (i % 8 == 1)
                code_out(first, RS, 0);
            first++;
            skip();
        }
        lcd_tick();
        quiet();
    }

    SIM_MARK(4); /* queued during the start-up, and forgotten by another one */
    lcd_put('q');
    lcd_clear();
    lcd_tick();
    lcd_tick();
    start_up();
    lcd_init();
    skip();
    SIM_EXPECT(lcd_put('w'), 1);
    while (SIM_WRITES(SIM_PORTD) == 0 || !lcd_idle())
        lcd_tick();
    SIM_EXPECT(SIM_LATCH(SIM_PORTB), other_b | RS);
    SIM_EXPECT(SIM_LATCH(SIM_PORTD), other_d | 7 << HOLE_DATA_SHIFT);
    skip();
    for (i = 0; i < 8; i++) {
        byte = (uint8_t)SIM_DRAW(0, 255);
        SIM_EXPECT(lcd_put((char)byte), 1);
        byte_out(byte, RS);
        n = (uint8_t)SIM_DRAW(0, HOLE_COLUMNS - 1);
        first = (uint8_t)SIM_DRAW(0, 1);
        SIM_EXPECT(lcd_goto(n, first), 1);
        byte_out((uint8_t)(0x80 + n + (first ? 64 : 0)), 0);
    }

    SIM_MARK(5);
    step_ = 1;
    next_look();
}
