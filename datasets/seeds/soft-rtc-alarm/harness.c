#define T2CON_REG SIM_SFR(0xC8)
#define IE_REG SIM_SFR(0xA8)
#define COUNT (HOLE_CRYSTAL_HZ / (12UL * HOLE_TICK_HZ))

static struct rtc_time shown;
static uint8_t looked; /* how many events of the initialisation have been looked behind */

static void tick(uint8_t count)
{
    while (count--)
        SIM_INTERRUPT(5);
}

static void expect_time(uint16_t d, uint8_t h, uint8_t m, uint8_t s)
{
    shown.days = 0xEEEE;
    shown.hours = 0xEE;
    shown.minutes = 0xEE;
    shown.seconds = 0xEE;
    rtc_get(&shown);
    SIM_EXPECT(shown.days, d);
    SIM_EXPECT(shown.hours, h);
    SIM_EXPECT(shown.minutes, m);
    SIM_EXPECT(shown.seconds, s);
}

/* One second, whose end is seen at its last tick and not before. */
static void second(uint16_t d, uint8_t h, uint8_t m, uint8_t s)
{
    uint8_t before;

    rtc_get(&shown);
    before = shown.seconds;
    tick(HOLE_TICK_HZ - 1);
    rtc_get(&shown);
    SIM_EXPECT(shown.seconds, before);
    tick(1);
    expect_time(d, h, m, s);
}

static void expect_gate(uint8_t off, uint8_t on)
{
    SIM_EXPECT_WRITE(IE_REG, off);
    SIM_EXPECT_WRITE(IE_REG, on);
    SIM_EXPECT_NO_WRITE(IE_REG);
}

static void alarm_comes(uint8_t h, uint8_t m)
{
    uint16_t before = (uint16_t)(h * 60u + m + 1439u) % 1440u;

    rtc_set((uint8_t)(before / 60u), (uint8_t)(before % 60u), 59);
    tick(HOLE_TICK_HZ - 1);
    SIM_EXPECT(rtc_alarm_take(), 0);
    tick(1);
    SIM_EXPECT(rtc_alarm_take(), 1);
    SIM_EXPECT(rtc_alarm_take(), 0);
}

static void begin(uint8_t events);

/* At any moment of the initialisation: a running timer has all of its count. */
static void look(void)
{
    if (SIM_LATCH(T2CON_REG) & 0x04) {
        SIM_EXPECT(SIM_LATCH(SIM_SFR(0xCD)), (65536UL - COUNT) >> 8);
        SIM_EXPECT(SIM_LATCH(SIM_SFR(0xCC)), (65536UL - COUNT) & 0xFF);
    }
    if (++looked > 15)
        SIM_DONE();
    begin(looked);
}

/* The initialisation again, until so many events after its beginning. */
static void begin(uint8_t events)
{
    T2CON = 0x00;
    TH2 = (uint8_t)~((65536UL - COUNT) >> 8);
    TL2 = (uint8_t)~((65536UL - COUNT) & 0xFF);
    looked = events;
    SIM_CUT_AFTER(events, look);
    rtc_init();
    for (;;)
        P1 = 0xFF; /* is over: on to the cut */
}

void main(void)
{
    uint8_t i, h, m, s;
    uint16_t at, later;

    /* Dirt in the clock and in the timer; the other interrupts are somebody else's. */
    T2CON = 0xFD;
    IE = 0x32;
    ticks = 7;
    seconds = 44;
    minute = 777;
    days = 99;
    alarm_minute = 1;
    alarm_due = 1;
    SIM_SKIP_WRITES(T2CON_REG);
    SIM_SKIP_WRITES(IE_REG);
    rtc_init();
    SIM_EXPECT_WRITE(T2CON_REG, 0x00);
    SIM_EXPECT_WRITE(T2CON_REG, 0x04);
    SIM_EXPECT_NO_WRITE(T2CON_REG);
    SIM_EXPECT_WRITE(SIM_SFR(0xCB), (65536UL - COUNT) >> 8);
    SIM_EXPECT_WRITE(SIM_SFR(0xCA), (65536UL - COUNT) & 0xFF);
    SIM_EXPECT_WRITE(SIM_SFR(0xCD), (65536UL - COUNT) >> 8);
    SIM_EXPECT_WRITE(SIM_SFR(0xCC), (65536UL - COUNT) & 0xFF);
    SIM_EXPECT_WRITE(IE_REG, 0x12);
    SIM_EXPECT_WRITE(IE_REG, 0x32);
    SIM_EXPECT_WRITE(IE_REG, 0xB2);
    SIM_EXPECT_NO_WRITE(IE_REG);
    expect_time(0, 0, 0, 0);
    expect_gate(0x92, 0xB2);
    SIM_EXPECT(rtc_alarm_take(), 0);

    SIM_MARK(1); /* the first second, and the flag is cleared each time */
    tick(1);
    SIM_EXPECT_WRITE(T2CON_REG, 0x04);
    tick(HOLE_TICK_HZ - 2);
    expect_time(0, 0, 0, 0);
    tick(1);
    expect_time(0, 0, 0, 1);

    SIM_MARK(2); /* without an alarm none comes, at 00:01 neither */
    SIM_EXPECT(rtc_set(0, 0, 58), 1);
    second(0, 0, 0, 59);
    second(0, 0, 1, 0);
    SIM_EXPECT(rtc_alarm_take(), 0);
    SIM_EXPECT(rtc_set(0, 59, 59), 1);
    second(0, 1, 0, 0);
    SIM_EXPECT(rtc_set(3, 59, 59), 1); /* from 239 to 240 and 255 to 256 */
    second(0, 4, 0, 0);
    SIM_EXPECT(rtc_set(4, 15, 59), 1);
    second(0, 4, 16, 0);

    SIM_MARK(3); /* day rollover */
    SIM_EXPECT(rtc_set(23, 59, 59), 1);
    expect_time(0, 23, 59, 59);
    second(1, 0, 0, 0);
    SIM_EXPECT(rtc_alarm_take(), 0);
    days = 0xFFFF;
    rtc_set(23, 59, 59);
    second(0, 0, 0, 0);
    days = 255;
    rtc_set(23, 59, 59);
    second(256, 0, 0, 0);

    SIM_MARK(4); /* no such time: nothing changes, the second that runs goes on */
    rtc_set(7, 8, 9);
    tick(1);
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(rtc_set(24, 0, 0), 0);
    SIM_EXPECT(rtc_set(0, 60, 0), 0);
    SIM_EXPECT(rtc_set(0, 0, 60), 0);
    SIM_EXPECT(rtc_set(255, 255, 255), 0);
    SIM_EXPECT(rtc_set(128, 0, 0), 0);
    SIM_EXPECT(rtc_set(0, 255, 0), 0);
    SIM_EXPECT(rtc_set(0, 0, 200), 0);
    SIM_EXPECT_NO_WRITE(IE_REG);
    tick(HOLE_TICK_HZ - 2);
    expect_time(256, 7, 8, 9);
    tick(1);
    expect_time(256, 7, 8, 10);
    tick(3); /* setting begins a whole second */
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(rtc_set(7, 8, 9), 1);
    expect_gate(0x92, 0xB2);
    second(256, 7, 8, 10);

    SIM_MARK(5); /* an interrupt that was off stays off */
    ET2 = 0;
    expect_time(256, 7, 8, 10);
    SIM_EXPECT(rtc_set(1, 2, 3), 1);
    SIM_EXPECT(rtc_alarm_set(1, 3), 1);
    rtc_alarm_off();
    SIM_EXPECT(IE, 0x92);
    ET2 = 1;

    SIM_MARK(6); /* alarm: at the beginning of its minute only, and again the next day */
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(rtc_alarm_set(6, 30), 1);
    expect_gate(0x92, 0xB2);
    alarm_comes(6, 30);
    rtc_set(6, 30, 0); /* set onto it: it does not begin */
    SIM_EXPECT(rtc_alarm_take(), 0);
    tick(HOLE_TICK_HZ);
    SIM_EXPECT(rtc_alarm_take(), 0);
    rtc_set(6, 30, 59);
    tick(HOLE_TICK_HZ);
    SIM_EXPECT(rtc_alarm_take(), 0);
    rtc_set(18, 29, 59);
    tick(HOLE_TICK_HZ);
    SIM_EXPECT(rtc_alarm_take(), 0);
    alarm_comes(6, 30);

    SIM_MARK(7); /* no such minute leaves the old one */
    SIM_EXPECT(rtc_alarm_set(24, 0), 0);
    SIM_EXPECT(rtc_alarm_set(0, 60), 0);
    SIM_EXPECT(rtc_alarm_set(128, 0), 0);
    SIM_EXPECT(rtc_alarm_set(0, 255), 0);
    alarm_comes(6, 30);
    SIM_EXPECT(rtc_alarm_set(23, 59), 1);
    alarm_comes(23, 59);
    SIM_EXPECT(rtc_alarm_set(0, 0), 1);
    alarm_comes(0, 0);

    SIM_MARK(8); /* off, and what is due is forgotten by off and by a new alarm */
    rtc_set(23, 59, 59);
    tick(HOLE_TICK_HZ);
    rtc_alarm_off();
    SIM_EXPECT(rtc_alarm_take(), 0);
    rtc_set(23, 59, 59);
    tick(HOLE_TICK_HZ);
    SIM_EXPECT(rtc_alarm_take(), 0);
    rtc_snooze();
    SIM_EXPECT(alarm_minute, 0xFFFF);
    rtc_alarm_set(12, 0);
    rtc_set(11, 59, 59);
    tick(HOLE_TICK_HZ);
    rtc_alarm_set(12, 1);
    SIM_EXPECT(rtc_alarm_take(), 0);

    SIM_MARK(9); /* snooze, up to midnight and past it */
    rtc_snooze();
    alarm_comes(12, 1 + HOLE_SNOOZE_MINUTES);
    rtc_alarm_set(23, 60 - HOLE_SNOOZE_MINUTES);
    rtc_snooze();
    alarm_comes(0, 0);
    rtc_alarm_set(23, 59 - HOLE_SNOOZE_MINUTES);
    rtc_snooze();
    alarm_comes(23, 59);
    rtc_snooze();
    alarm_comes(0, HOLE_SNOOZE_MINUTES - 1);

    for (i = 0; i < 8; i++) {
        SIM_MARK(10 + i);
        at = (uint16_t)SIM_DRAW(0, 1439);
        s = (uint8_t)SIM_DRAW(0, 58);
        h = (uint8_t)(at / 60);
        m = (uint8_t)(at % 60);
        rtc_set(h, m, s);
        tick(HOLE_TICK_HZ);
        rtc_get(&shown);
        SIM_EXPECT(shown.hours * 60u + shown.minutes, at);
        SIM_EXPECT(shown.seconds, s + 1);
        rtc_alarm_set(h, m);
        rtc_snooze();
        later = at + HOLE_SNOOZE_MINUTES;
        if (later > 1439)
            later -= 1440;
        alarm_comes((uint8_t)(later / 60), (uint8_t)(later % 60));
    }

    SIM_MARK(20); /* beginning again */
    rtc_alarm_set(0, 1);
    rtc_init();
    expect_time(0, 0, 0, 0);
    rtc_set(0, 0, 59);
    tick(HOLE_TICK_HZ);
    SIM_EXPECT(rtc_alarm_take(), 0);
    SIM_MARK(21);
    begin(1);
}
