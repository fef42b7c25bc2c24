#define BIT_P2_0 0x01
#define BIT_P2_1 0x02
#define BIT_P2_2 0x04
#define BIT_P2_5 0x20
#define BIT_P2_6 0x40
#define BIT_P2_7 0x80
#define JOIN(name) BIT_##name
#define BIT(pin) JOIN(pin)
#define OPENS BIT(HOLE_MOTOR_OPEN)
#define CLOSES BIT(HOLE_MOTOR_CLOSE)
#define OTHERS (0x99 & ~(OPENS | CLOSES))

#define COUNTS (HOLE_CRYSTAL_HZ / 480) /* 25 ms */
#define HOLD (HOLE_HOLD_MS / 25)
#define REST (HOLE_REST_MS / 25)
#define LIMIT (HOLE_RUN_LIMIT_MS / 25)
#define SIZE HOLE_QUEUE_SIZE

#define TH0_ADDRESS SIM_SFR(0x8C)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define TMOD_ADDRESS SIM_SFR(0x89)
#define ENABLES SIM_SFR(0xA8)
#define PCON_ADDRESS SIM_SFR(0x87)

#define PERSON 0x01
#define BARRED 0x02
#define AT_OPEN 0x04
#define AT_CLOSED 0x08

static __xdata uint8_t script[400]; /* active inputs of each tick */
static uint16_t ticks;
static uint8_t timer_1 = 0x50; /* its half of TMOD, another one each time */

/* The model: a shifted list of events, time that counts up, and the five states by hand. */
enum { SHUT, GOES_OPEN, STANDS_OPEN, GOES_SHUT, STUCK };

static uint8_t m_state;
static uint8_t m_list[SIZE];
static uint8_t m_count;
static uint16_t m_posted; /* since the beginning */
static uint8_t m_last, m_known;
static uint16_t m_age, m_limit; /* ticks since the wait began, and how many it has; limit 0 while none */
static uint8_t m_ticks;
static uint8_t m_enables; /* IE */

static uint8_t m_post(uint8_t event)
{
    if (m_count >= SIZE)
        return 0;
    m_list[m_count++] = event;
    m_posted++;
    return 1;
}

static void m_tick(uint8_t inputs)
{
    uint8_t both = 0;
    uint8_t bit;
    uint8_t event = 0;

    m_ticks++;
    for (bit = 1; bit != 0x10; bit <<= 1) {
        if ((inputs & bit) && (m_last & bit))
            both |= bit;
        else
            m_known &= ~bit;
    }
    m_last = inputs;
    if (m_ticks % 8 == 0)
        m_known = 0;
    for (bit = 1; bit != 0x10; bit <<= 1) {
        if ((both & bit) && !(m_known & bit)) {
            if (m_post(event))
                m_known |= bit;
        }
        event++;
    }
    if (m_limit != 0) {
        m_age++;
        if (m_age >= m_limit && m_post(4))
            m_limit = 0;
    }
}

static void held_off(void)
{
    SIM_EXPECT_WRITE(ENABLES, m_enables & ~0x02);
    SIM_EXPECT_WRITE(ENABLES, m_enables | 0x02);
    m_enables |= 0x02;
}

static void m_enter(uint8_t next, uint8_t motor_before)
{
    uint8_t port = OTHERS | OPENS | CLOSES;

    SIM_EXPECT_WRITE(SIM_P2, (port & ~motor_before) | OPENS);
    SIM_EXPECT_WRITE(SIM_P2, port);
    SIM_EXPECT_WRITE(SIM_P0, 255 - (1 << next));
    held_off();
    m_age = 0;
    if (next == SHUT)
        m_limit = 0;
    else if (next == STANDS_OPEN)
        m_limit = HOLD;
    else if (next == STUCK)
        m_limit = REST;
    else
        m_limit = LIMIT;
    if (next == GOES_OPEN)
        SIM_EXPECT_WRITE(SIM_P2, port & ~OPENS);
    if (next == GOES_SHUT)
        SIM_EXPECT_WRITE(SIM_P2, port & ~CLOSES);
    m_state = next;
}

static uint8_t m_motor(void)
{
    if (m_state == GOES_OPEN)
        return OPENS;
    return m_state == GOES_SHUT ? CLOSES : 0;
}

static void m_handle(void)
{
    uint8_t event = m_list[0];
    uint8_t n;

    m_count--;
    for (n = 0; n < m_count; n++)
        m_list[n] = m_list[n + 1];
    if (event == 4) {
        held_off();
        if (m_limit != 0)
            return;
    }
    if (m_state == SHUT) {
        if (event == 0)
            m_enter(GOES_OPEN, m_motor());
    } else if (m_state == GOES_OPEN) {
        if (event == 2)
            m_enter(STANDS_OPEN, m_motor());
        else if (event == 4)
            m_enter(STUCK, m_motor());
    } else if (m_state == STANDS_OPEN) {
        if (event <= 1)
            m_enter(STANDS_OPEN, m_motor());
        else if (event == 4)
            m_enter(GOES_SHUT, m_motor());
    } else if (m_state == GOES_SHUT) {
        if (event == 3)
            m_enter(SHUT, m_motor());
        else if (event != 2)
            m_enter(STUCK, m_motor());
    } else if (event == 4) {
        m_enter(GOES_OPEN, m_motor());
    }
}

static void check_init(void)
{
    m_enables = 0x10;
    m_last = m_known = m_ticks = m_count = 0;
    m_posted = 0;
    m_state = GOES_SHUT;
    m_enter(STUCK, OPENS | CLOSES); /* both on, from before */
    SIM_EXPECT(SIM_LATCH(SIM_P1), 0xAF);
    SIM_EXPECT_WRITE(TMOD_ADDRESS, timer_1 | 0x01);
    SIM_EXPECT_NO_WRITE(TMOD_ADDRESS);
    SIM_EXPECT_WRITE(TH0_ADDRESS, (0x10000 - COUNTS) >> 8);
    SIM_EXPECT_WRITE(TL0_ADDRESS, (0x10000 - COUNTS) & 0xFF);
    SIM_EXPECT(TR0, 1);
    SIM_EXPECT(ET0, 1);
}

static void locked(void)
{
    SIM_EXPECT_WRITE(ENABLES, 0x12);
    SIM_EXPECT_WRITE(ENABLES, 0x92);
    m_enables = 0x92;
}

static void no_more_writes(void)
{
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_EXPECT_NO_WRITE(SIM_P0);
    SIM_EXPECT(SIM_LATCH(SIM_P1), 0xAF);
}

static void check(void)
{
    uint16_t t;

    check_init();
    for (t = 0; t < ticks; t++) {
        locked();
        SIM_EXPECT_WRITE(PCON_ADDRESS, 0x81); /* only the idle bit is added */
        SIM_EXPECT_WRITE(TH0_ADDRESS, (0x10000 - COUNTS) >> 8);
        SIM_EXPECT_WRITE(TL0_ADDRESS, (0x10000 - COUNTS) & 0xFF);
        m_tick(script[t]);
        while (m_count > 0) {
            locked();
            m_handle();
        }
    }
    locked();
    SIM_EXPECT_WRITE(PCON_ADDRESS, 0x81);
    SIM_EXPECT_NO_WRITE(PCON_ADDRESS);
    SIM_EXPECT_NO_WRITE(ENABLES);
    SIM_EXPECT_NO_WRITE(TH0_ADDRESS);
    SIM_EXPECT_NO_WRITE(TL0_ADDRESS);
    no_more_writes();
}

static void feed(uint8_t inputs)
{
    SIM_FEED(SIM_P1, (uint8_t)(inputs << 4 | (0x0F & ~inputs))); /* the others say the opposite */
}

static void same(uint16_t count, uint8_t inputs)
{
    for (; count != 0; count--) {
        script[ticks++] = inputs;
        SIM_INTERRUPT_ON_IDLE(1);
        feed(inputs);
    }
}

static void prepare(void)
{
    P0 = 0xFF;
    P1 = 0xA0; /* pins that nobody has released */
    P2 = OTHERS;
    timer_1 ^= 0xF0;
    TMOD = timer_1 | 0x0E;
    TR0 = 0;
    IE = 0x10;
    PCON = 0x80;
    SIM_SKIP_WRITES(SIM_P0);
    SIM_SKIP_WRITES(SIM_P2);
    SIM_SKIP_WRITES(TMOD_ADDRESS);
    SIM_SKIP_WRITES(TH0_ADDRESS);
    SIM_SKIP_WRITES(TL0_ADDRESS);
    SIM_SKIP_WRITES(ENABLES);
    SIM_SKIP_WRITES(PCON_ADDRESS);
}

static void begin(void)
{
    prepare();
    door_init();
    check_init();
    EA = 1;
    SIM_EXPECT_WRITE(ENABLES, 0x92);
    m_enables = 0x92;
}

static void tick_only(uint8_t inputs)
{
    feed(inputs);
    SIM_INTERRUPT(1);
    m_tick(inputs);
}

static void answer(uint8_t count)
{
    for (; count != 0 && m_count != 0; count--) {
        door_handle();
        m_handle();
    }
}

/* Many events between two answers: the queue fills up, keeps its order, and forgets no timeout. */
static void crowd(void)
{
    uint8_t round;
    uint16_t t;

    for (round = 0; round < 2; round++) {
        SIM_MARK(10 + round);
        begin();
        for (t = 0; t < REST + 2 * SIZE + round; t++)
            tick_only(0x0F);
        tick_only(0);
        answer(1);
        tick_only(AT_OPEN); /* only the timeout can take the place that is free */
        answer(2);
        tick_only(AT_OPEN);
        tick_only(AT_OPEN);
        answer(SIZE);
        no_more_writes();
    }
    for (t = 0; m_posted < 252; t++) { /* up to where a byte counts round */
        SIM_MARK(100 + t);
        tick_only(t % 3 == 0 ? 0 : t & 0x20 ? 0x0D : 0x0F);
        answer((uint8_t)SIM_DRAW(2, SIZE));
    }
    no_more_writes();
    for (t = 0; t < 2 * SIZE; t++)
        tick_only(t % 3 == 0 ? 0 : 0x0F);
    answer(SIZE);
    SIM_EXPECT(m_count, 0);
    for (t = 0; t < 20; t++) {
        tick_only(AT_OPEN);
        answer((uint8_t)SIM_DRAW(0, 2));
    }
    no_more_writes();
    SIM_EXPECT_NO_WRITE(ENABLES);
    SIM_DONE();
}

/* Time as it passes while main would look at once. */
static void live(uint16_t count, uint8_t inputs)
{
    for (; count != 0; count--) {
        tick_only(inputs);
        answer(SIZE);
    }
}

static void after_main(void)
{
    uint8_t n;

    check();

    SIM_MARK(2); /* people who stay, a door that jams, everything at once */
    begin();
    live(REST, AT_OPEN | PERSON); /* it stands open already: told again while it opens */
    live(HOLD + 30, PERSON);
    live(HOLD + 9, BARRED);
    live(HOLD - 1, 0);
    live(12, 0);
    live(2, BARRED);
    live(REST - 1, AT_CLOSED);
    live(LIMIT + 2, AT_CLOSED | BARRED); /* it does not come free */
    live(REST + 5, 0);
    live(2, AT_OPEN);
    live(HOLD + 5, 0);
    live(2, PERSON);
    live(REST + 5, 0);
    no_more_writes();

    SIM_MARK(3); /* all inputs in the tick of a timeout; does not reach its end; then at random */
    live(2, AT_OPEN);
    live(HOLD - 2, 0);
    live(2, 0x0F);
    live(HOLD, 0);
    live(LIMIT - 1, AT_OPEN);
    live(1, AT_OPEN);
    live(REST, AT_CLOSED);
    live(2, AT_OPEN);
    for (n = 0; n < 40; n++)
        live((uint16_t)SIM_DRAW(1, 4), (uint8_t)SIM_DRAW(0, 15) & (n & 1 ? 0x0F : 0x05));
    no_more_writes();
    crowd();
}

void main(void)
{
    SIM_MARK(1); /* a day without trouble in main, asleep between the ticks */
    same(REST + 3, 0);
    same(1, AT_OPEN);
    same(1, 0);
    same(2, AT_OPEN);
    same(HOLD - 1, AT_OPEN);
    same(3, 0);
    same(1, AT_CLOSED);
    same(1, 0);
    same(12, AT_CLOSED);
    same(1, AT_CLOSED | PERSON);
    same(9, AT_CLOSED | BARRED);
    same(2, AT_CLOSED | PERSON);
    same(10, AT_CLOSED | PERSON);
    same(4, PERSON | BARRED);
    same(3, AT_OPEN);
    same(HOLD - 3, AT_OPEN);
    same(2, AT_OPEN | PERSON); /* in the tick in which the time runs out */
    same(2, AT_OPEN);
    prepare();
    SIM_CUT_AFTER(19900, after_main);
    program_main();
}
