#define ROW(r) (1 << (HOLE_ROW_SHIFT + (r)))
#define ROWS_MASK (0x0F << HOLE_ROW_SHIFT)
#define COLS_MASK (0x0F << HOLE_COLUMN_SHIFT)

static const char names[] = HOLE_LAYOUT;
static uint8_t other_b;
static uint8_t noise;

static uint8_t fingers[4];  /* keys that are held down, row by row */
static uint8_t low[4];      /* columns that are low while a row is */
static uint16_t scanned;    /* what a scan shows, and whether it can be told from another one */
static uint8_t unclear;

static uint16_t last;       /* the expectation */
static uint8_t same;
static uint16_t believed;
static char waiting[8];     /* names that were not fetched yet */
static uint8_t count;

/* Current flows through every closed key, along rows and columns. */
static void hold(uint16_t keys)
{
    uint8_t row;
    uint8_t other;
    uint8_t round;
    uint8_t bits;

    for (row = 0; row < 4; row++) {
        fingers[row] = keys & 0x0F;
        keys >>= 4;
    }
    scanned = 0;
    for (row = 4; row-- > 0;) {
        low[row] = fingers[row];
        for (round = 0; round < 3; round++) {
            for (other = 0; other < 4; other++) {
                if (low[row] & fingers[other])
                    low[row] |= fingers[other];
            }
        }
        scanned = scanned << 4 | low[row];
    }
    unclear = 0;
    for (row = 0; row < 4; row++) {
        for (other = row + 1; other < 4; other++) {
            bits = 0;
            for (round = 1; round < 16; round <<= 1) {
                if ((low[row] & round) && (low[other] & round))
                    bits++;
            }
            if (bits > 1)
                unclear = 1;
        }
    }
}

static void expect(uint16_t keys)
{
    uint8_t key;

    if (unclear) {
        same = 0;
        return;
    }
    same = same != 0 && keys == last ? same + 1 : 1;
    last = keys;
    if (same != HOLE_STABLE_TICKS) {
        if (same > HOLE_STABLE_TICKS)
            same = HOLE_STABLE_TICKS;
        return;
    }
    for (key = 0; key < 16; key++) {
        if ((keys >> key & 1) && !(believed >> key & 1) && count < 8)
            waiting[count++] = names[key];
    }
    believed = keys;
}

static void run(uint8_t number, uint8_t watch)
{
    uint8_t row;

    while (number--) {
        for (row = 0; row < 4; row++) {
            SIM_FEED(SIM_PIND, ((uint8_t)~(low[row] << HOLE_COLUMN_SHIFT) & COLS_MASK) | (noise & (uint8_t)~COLS_MASK));
            noise = (uint8_t)~noise;
        }
        keypad_tick();
        for (row = 0; row < 4 && watch; row++) {
            SIM_EXPECT_WRITE(SIM_DDRB, other_b | ROW(row));
            SIM_EXPECT_WRITE(SIM_DDRB, other_b);
        }
        watch = 0; /* all scans are alike */
        expect(scanned);
    }
    SIM_SKIP_WRITES(SIM_DDRB);
    SIM_EXPECT(SIM_LATCH(SIM_DDRB), other_b);
    SIM_EXPECT(keypad_held(), believed);
}

static void ticks(uint16_t keys, uint8_t number)
{
    hold(keys);
    run(number, 1);
}

static void fetch(void)
{
    uint8_t i;

    for (i = 0; i < count; i++)
        SIM_EXPECT((uint8_t)keypad_get(), (uint8_t)waiting[i]);
    SIM_EXPECT((uint8_t)keypad_get(), 0);
    count = 0;
}

static void press(uint16_t keys)
{
    ticks(keys, HOLE_STABLE_TICKS);
    fetch();
    ticks(0, HOLE_STABLE_TICKS);
    fetch();
}

static void start(void)
{
    keypad_init();
    SIM_SKIP_WRITES(SIM_DDRB);
    SIM_SKIP_WRITES(SIM_PORTB);
    last = 0;
    same = 0;
    believed = 0;
    count = 0;
    SIM_EXPECT(keypad_held(), 0);
    SIM_EXPECT((uint8_t)keypad_get(), 0);
}

void main(void)
{
    uint8_t i;
    uint16_t keys;

    other_b = 0x81 & (uint8_t)~ROWS_MASK;
    noise = 0x5A;
    DDRB = other_b | ROWS_MASK;
    PORTB = 0xA5 | ROWS_MASK;
    DDRD = 0x5A | COLS_MASK;
    PORTD = 0xC3 & (uint8_t)~COLS_MASK;
    start();
    SIM_EXPECT(SIM_LATCH(SIM_DDRB), other_b);
    SIM_EXPECT(SIM_LATCH(SIM_PORTB), 0xA5 & (uint8_t)~ROWS_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_DDRD), 0x5A & (uint8_t)~COLS_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_PORTD), 0xC3 | COLS_MASK);

    SIM_MARK(1); /* each key, believed after the last of the equal scans */
    for (i = 0; i < 16; i++) {
        keys = (uint16_t)1 << i;
        ticks(keys, HOLE_STABLE_TICKS - 1);
        fetch();
        ticks(keys, 1);
        fetch();
        SIM_EXPECT(believed, keys);
        if (i % 5 == 0)
            ticks(keys, 2);
        ticks(0, HOLE_STABLE_TICKS);
        fetch();
    }

    SIM_MARK(2); /* bounce */
    ticks(0x0020, HOLE_STABLE_TICKS - 1);
    ticks(0x0000, 1);
    ticks(0x0020, HOLE_STABLE_TICKS - 1);
    ticks(0x0021, 1);
    ticks(0x0020, HOLE_STABLE_TICKS - 1);
    fetch();
    ticks(0x0020, 1);
    ticks(0x0000, HOLE_STABLE_TICKS - 1);
    ticks(0x0020, HOLE_STABLE_TICKS + 3);
    fetch();

    SIM_MARK(3); /* two keys, one after the other and both at once; the same column, the same row */
    ticks(0x0420, HOLE_STABLE_TICKS);
    fetch();
    ticks(0x0400, HOLE_STABLE_TICKS);
    fetch();
    ticks(0x0420, HOLE_STABLE_TICKS);
    fetch();
    press(0x1001);
    press(0x0009);
    press(0x8421); /* a diagonal of four is no rectangle */
    press(0x000F);
    press(0x1111);
    press(0x00F1);

    SIM_MARK(4); /* three corners of a rectangle: nothing is believed, and what was held stays */
    press(0x0013);
    press(0x8009 | 0x1000);
    ticks(0x0011, HOLE_STABLE_TICKS);
    fetch();
    ticks(0x0013, HOLE_STABLE_TICKS + 2);
    fetch();
    SIM_EXPECT(keypad_held(), 0x0011);
    ticks(0x0010, HOLE_STABLE_TICKS);
    ticks(0x0012, HOLE_STABLE_TICKS - 1);
    ticks(0x0013, 1); /* interrupts the count */
    ticks(0x0012, HOLE_STABLE_TICKS - 1);
    fetch();
    ticks(0x0012, 1);
    fetch();
    press(0x0101 | 0x0004);
    press(0x2200 | 0x1000);
    press(0x0A00 | 0x8000);
    press(0x0440 | 0x4000 | 0x8000);

    SIM_MARK(5); /* more keys than there is room for */
    ticks(0x010F, HOLE_STABLE_TICKS);
    ticks(0x0000, HOLE_STABLE_TICKS);
    ticks(0x000F, HOLE_STABLE_TICKS);
    fetch();
    start();
    for (i = 0; i < 36; i++) { /* until the indices wrap */
        hold(0x000F);
        run(HOLE_STABLE_TICKS, 0);
        hold(0x00F0);
        run(HOLE_STABLE_TICKS, 0);
        if (i > 28) {
            hold(0x0F00);
            run(HOLE_STABLE_TICKS, 0);
        }
        fetch();
    }
    start();
    ticks(0x0200, HOLE_STABLE_TICKS);
    start(); /* forgets what waits, and what was seen */
    ticks(0x0200, HOLE_STABLE_TICKS - 1);
    fetch();
    start();
    ticks(0x0200, 1);
    ticks(0x0200, HOLE_STABLE_TICKS - 1);
    fetch();
    for (i = 0; i < 12; i++) {
        SIM_MARK(6 + i);
        ticks((uint16_t)SIM_DRAW(0, 0xFFFF) & (uint16_t)SIM_DRAW(0, 0xFFFF), HOLE_STABLE_TICKS);
        fetch();
    }
    ticks(0, HOLE_STABLE_TICKS);
    SIM_EXPECT_NO_WRITE(SIM_PORTB);

    SIM_MARK(20); /* the interrupt flag stays as it was */
    __asm__ volatile("sei");
    keypad_held();
    SIM_EXPECT(SREG >> 7, 1);
    __asm__ volatile("cli");
    keypad_held();
    SIM_EXPECT(SREG >> 7, 0);
    SIM_DONE();
}
