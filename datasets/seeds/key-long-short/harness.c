#define BIT_P3_2 0x04
#define BIT_P3_3 0x08
#define BIT_P3_4 0x10
#define BIT_P3_5 0x20
#define BIT_P3_6 0x40
#define BIT_P3_7 0x80
#define JOIN(name) BIT_##name
#define BIT(pin) JOIN(pin)
#define KEY_BIT BIT(HOLE_KEY)
#define TCON_ADDRESS SIM_SFR(0x88)
#define TH0_ADDRESS SIM_SFR(0x8C)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define COUNTS (HOLE_CRYSTAL_HZ / 2400) /* 5 ms */
#define LONG_AFTER (HOLE_LONG_MS / 5)
#define REPEAT_AFTER (HOLE_REPEAT_MS / 5)

static uint8_t same;      /* samples in a row of one level, */
static uint8_t level;     /* and which: 1 is high */
static uint8_t is_down;
static uint16_t since;    /* ticks pressed */
static uint8_t waiting[4];
static uint8_t count;

static void event(uint8_t what)
{
    if (count < 4)
        waiting[count++] = what;
}

/* One tick; the other pins of the port say the opposite. */
static void tick(uint8_t high)
{
    SIM_HOLD(SIM_P3, high ? KEY_BIT : 0xFF & ~KEY_BIT);
    if (high == level) {
        if (same < 4)
            same++;
    } else {
        level = high;
        same = 1;
    }
    if (is_down)
        since++;
    if (same == 4 && level && is_down) {
        is_down = 0;
        if (since <= LONG_AFTER)
            event(1);
    } else if (same == 4 && !level && !is_down) {
        is_down = 1;
        since = 0;
    } else if (is_down && since == LONG_AFTER) {
        event(2);
    } else if (is_down && since > LONG_AFTER && (since - LONG_AFTER) % REPEAT_AFTER == 0) {
        event(3);
    }
    SIM_INTERRUPT(1);
    SIM_EXPECT_WRITE(TH0_ADDRESS, (0x10000 - COUNTS) >> 8);
    SIM_EXPECT_WRITE(TL0_ADDRESS, (0x10000 - COUNTS) & 0xFF);
}

static void ticks(uint16_t n, uint8_t high)
{
    while (n--)
        tick(high);
}

static void fetch(void)
{
    uint8_t i;

    for (i = 0; i < count; i++)
        SIM_EXPECT(key_event(), waiting[i]);
    SIM_EXPECT(key_event(), 0);
    SIM_EXPECT(key_event(), 0);
    count = 0;
}

static void start(void)
{
    P3 = (uint8_t)(0xA5 & ~KEY_BIT); /* left low by somebody */
    TCON = 0x70; /* running, and overflown */
    SIM_SKIP_WRITES(TCON_ADDRESS);
    key_init();
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xA5 | KEY_BIT);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x60); /* stopped, */
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x40); /* the overflow forgotten, */
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x50); /* started */
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
    SIM_EXPECT_WRITE(TH0_ADDRESS, (0x10000 - COUNTS) >> 8);
    SIM_EXPECT_WRITE(TL0_ADDRESS, (0x10000 - COUNTS) & 0xFF);
    P3 = 0xFF;
    same = 4;
    level = 1;
    is_down = 0;
    count = 0;
}

void main(void)
{
    uint8_t i;

    TMOD = 0x5E;
    SIM_MARK(1);
    start();
    SIM_EXPECT(TMOD, 0x51);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0xA8)), 0x82);
    fetch();

    SIM_MARK(2); /* a short press, reported at its end */
    ticks(3, 1);
    ticks(8, 0);
    fetch();
    ticks(3, 1);
    fetch();
    ticks(3, 1);
    fetch();

    SIM_MARK(3); /* three low samples are not enough, neither are they with a high one in between */
    ticks(3, 0);
    ticks(1, 1);
    ticks(3, 0);
    ticks(2, 1);
    fetch();
    ticks(4, 0);
    ticks(3, 1); /* nor do three high ones end it */
    ticks(2, 0);
    ticks(4, 1);
    fetch();

    SIM_MARK(4); /* one tick short of long; just long, without a short one at its end */
    ticks(LONG_AFTER, 0);
    ticks(4, 1);
    fetch();
    ticks(4 + LONG_AFTER - 1, 0);
    fetch();
    tick(0);
    fetch();
    ticks(4, 1);
    fetch();

    SIM_MARK(5); /* repeats */
    ticks(4 + LONG_AFTER + 2 * REPEAT_AFTER - 1, 0);
    fetch();
    tick(0);
    fetch();
    ticks(REPEAT_AFTER - 2, 0);
    ticks(4, 1);
    fetch();
    ticks(6, 0); /* the next press starts anew */
    ticks(4, 1);
    fetch();

    SIM_MARK(6); /* nobody listens: the first four stay */
    ticks(6, 0);
    ticks(4, 1);
    ticks(4 + LONG_AFTER + 4 * REPEAT_AFTER, 0);
    fetch();
    ticks(4, 1);
    for (i = 0; i < 3; i++) {
        ticks(5, 0);
        ticks(5, 1);
        fetch();
    }

    SIM_MARK(7); /* a new start while the key is down and events wait */
    ticks(5, 0);
    start();
    ticks(4, 1);
    fetch();
    ticks(4 + LONG_AFTER, 0);
    start();
    fetch();
    ticks(3, 0);
    ticks(5, 1);
    fetch();
    ticks(LONG_AFTER, 0);
    ticks(4, 1);
    fetch();
    for (i = 0; i < 16; i++) {
        SIM_MARK(10 + i);
        ticks((uint8_t)SIM_DRAW(1, 9), i & 1);
        if (i % 4 == 3)
            fetch();
    }
    SIM_DONE();
}
