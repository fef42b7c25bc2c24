#define TICK 14
#define SMCR_ SIM_REG(0x53)

static uint8_t log_[40];
static uint8_t logged;
static int8_t numbers[3];

static void a(void) { log_[logged++] = 'a'; }
static void b(void) { log_[logged++] = 'b'; }
static void c(void) { log_[logged++] = 'c'; }

static void again(void) /* a task that enters itself */
{
    log_[logged++] = 'g';
    numbers[0] = sched_after(again, 2);
}

static void quits(void) /* a task that takes itself out */
{
    log_[logged++] = 'q';
    sched_cancel(numbers[1]);
}

static void tick(uint16_t count)
{
    while (count--)
        SIM_INTERRUPT(TICK);
}

/* Runs what is due; these letters in this order, and no more. */
static void runs(const char *letters)
{
    uint8_t i;

    for (i = 0; letters[i]; i++) {
        logged = 0;
        SIM_EXPECT(sched_run(), 1);
        SIM_EXPECT(logged, 1);
        SIM_EXPECT(log_[0], (uint8_t)letters[i]);
    }
    logged = 0;
    SIM_EXPECT(sched_run(), 0);
    SIM_EXPECT(logged, 0);
}

static void start(void)
{
    sched_init();
    SIM_EXPECT(sched_now(), HOLE_FIRST_TICK);
    runs("");
}

void main(void)
{
    uint8_t i;
    uint16_t n;
    uint16_t due[2];
    uint16_t period[2];
    uint16_t now;
    uint16_t read;
    uint8_t expected;

    TIMSK0 = 0x07;
    TCNT0 = 99;
    SMCR = 0x0F;
    SIM_SKIP_WRITES(SIM_TIFR0);
    start();
    SIM_EXPECT(TCCR0A, 0x02);
    SIM_EXPECT(TCCR0B, 0x03);
    SIM_EXPECT(OCR0A, HOLE_TIMER_TOP);
    SIM_EXPECT(SIM_LATCH(0x46), 0);
    SIM_EXPECT(TIMSK0, 0x07);
    SIM_EXPECT(SMCR & 0x0E, 0);
    SIM_EXPECT_WRITE(SIM_TIFR0, 0x02);
    SIM_EXPECT_NO_WRITE(SIM_TIFR0);
    SIM_EXPECT(SREG >> 7, 0);
    sei();

    SIM_MARK(1); /* one shot: at its tick and not before, and only once */
    SIM_EXPECT((uint8_t)sched_after(a, 3), 0);
    tick(2);
    runs("");
    tick(1);
    runs("a");
    tick(5);
    runs("");
    SIM_EXPECT((uint8_t)sched_after(b, 0), 0);
    runs("b");

    SIM_MARK(2); /* a period keeps its phase, also when it is served late */
    numbers[0] = sched_every(a, 1, 4);
    SIM_EXPECT((uint8_t)numbers[0], 0);
    tick(1);
    runs("a");
    tick(3);
    runs("");
    tick(1);
    runs("a");
    tick(6); /* two late */
    runs("a");
    tick(2);
    runs("a");
    SIM_EXPECT(sched_missed(0), 0);
    tick(8); /* one whole period too late */
    runs("a");
    SIM_EXPECT(sched_missed(0), 1);
    tick(3);
    runs("");
    tick(1);
    runs("a");
    tick(11);
    runs("a");
    SIM_EXPECT(sched_missed(0), 2);
    tick(1);
    runs("a");
    sched_cancel(0);
    SIM_EXPECT(sched_missed(0), 0);
    tick(9);
    runs("");

    SIM_MARK(3); /* who has waited longest comes first; of equals the first one entered */
    start();
    sched_after(a, 5);
    sched_after(b, 3);
    sched_after(c, 5);
    sched_after(a, 4);
    tick(6);
    runs("baac");
    sched_after(c, 2);
    sched_after(a, 1);
    sched_after(b, 2);
    tick(2);
    runs("acb");

    SIM_MARK(4); /* no more tasks than there is room for; nonsense is refused */
    start();
    for (i = 0; i < HOLE_TASKS; i++)
        SIM_EXPECT((uint8_t)sched_every(a, 100, 7), i);
    SIM_EXPECT((uint8_t)sched_every(b, 0, 1), 0xFF);
    SIM_EXPECT((uint8_t)sched_after(b, 0), 0xFF);
    sched_cancel(2);
    sched_cancel(-1);
    sched_cancel(HOLE_TASKS);
    sched_cancel(-128);
    sched_cancel(127);
    SIM_EXPECT((uint8_t)sched_after(b, 32768U), 0xFF);
    SIM_EXPECT((uint8_t)sched_after(0, 1), 0xFF);
    SIM_EXPECT((uint8_t)sched_every(b, 1, 0), 0xFF);
    SIM_EXPECT((uint8_t)sched_every(b, 0, 32768U), 0xFF);
    SIM_EXPECT((uint8_t)sched_every(b, 65535U, 1), 0xFF);
    runs("");
    SIM_EXPECT((uint8_t)sched_after(b, 32767), 2);
    SIM_EXPECT(sched_missed(-1), 0);
    SIM_EXPECT(sched_missed(HOLE_TASKS), 0);
    SIM_EXPECT(sched_missed(127), 0);
    runs("");
    sched_cancel(2);
    SIM_EXPECT((uint8_t)sched_every(b, 0, 32767), 2);
    runs("b");
    for (i = 0; i < HOLE_TASKS; i++)
        sched_cancel((int8_t)i);

    SIM_MARK(5); /* tasks that change the table while they run */
    start();
    numbers[0] = sched_after(again, 1);
    tick(1);
    runs("g");
    SIM_EXPECT((uint8_t)numbers[0], 0); /* its place was free already */
    tick(1);
    runs("");
    tick(1);
    runs("g");
    sched_cancel(numbers[0]);
    numbers[1] = sched_every(quits, 0, 1);
    runs("q");
    tick(3);
    runs("");

    SIM_MARK(6); /* across the wrap of the tick, at which 0 comes after 0xFFFF */
    start();
    n = (uint16_t)(0 - HOLE_FIRST_TICK); /* ticks to the wrap */
    sched_after(a, n - 1);
    sched_after(b, n + 1);
    sched_after(c, n);
    sched_every(a, n + 2, 3);
    tick(n - 2);
    SIM_EXPECT(sched_now(), 0xFFFE);
    runs("");
    tick(1);
    runs("a");
    tick(1);
    SIM_EXPECT(sched_now(), 0);
    runs("c");
    tick(3);
    runs("ba");
    tick(2);
    runs("a");

    SIM_MARK(7); /* a read of the tick while it counts on from 0xFFFF or 0x..FF */
    for (i = 1; i < 24; i++) {
        start();
        tick(0xFF);
        now = sched_now();
        while ((uint8_t)now != 0xFF) {
            tick(1);
            now = sched_now();
        }
        SIM_INTERRUPT_AFTER(TICK, i);
        read = sched_now();
        while (sched_now() == now)
            ;
        SIM_EXPECT(read == now || read == (uint16_t)(now + 1), 1);
        i += 3;
    }

    SIM_MARK(8); /* missed periods are counted up to 255 */
    start();
    sched_every(c, 0, 1);
    runs("c");
    tick(201);
    runs("c");
    SIM_EXPECT(sched_missed(0), 200);
    tick(55);
    runs("c");
    SIM_EXPECT(sched_missed(0), 254);
    tick(2);
    runs("c");
    SIM_EXPECT(sched_missed(0), 255);
    tick(3);
    runs("c");
    SIM_EXPECT(sched_missed(0), 255);
    sched_cancel(0);
    sched_every(c, 0, 1);
    SIM_EXPECT(sched_missed(0), 0);
    start();
    sched_after(a, 9999);
    sched_every(c, 1, 1);
    tick(301); /* 300 late */
    runs("c");
    SIM_EXPECT(sched_missed(0), 0);
    SIM_EXPECT(sched_missed(1), 255);
    tick(1);
    runs("c");
    start();
    sched_every(b, 151, 300);
    sched_after(a, 1);
    sched_after(c, 299);
    tick(300);
    runs("abc");
    tick(150);
    runs("");
    tick(1);
    runs("b");

    SIM_MARK(9); /* sleep: only if nothing is due, with the sleep bit set for no longer than that */
    start();
    sched_after(a, 1);
    SIM_SKIP_WRITES(SMCR_);
    SIM_INTERRUPT_ON_IDLE(TICK);
    sched_sleep();
    SIM_EXPECT_WRITE(SMCR_, 0x01);
    SIM_EXPECT_WRITE(SMCR_, 0x00);
    SIM_EXPECT_NO_WRITE(SMCR_);
    SIM_EXPECT(sched_now(), (uint16_t)(HOLE_FIRST_TICK + 1));
    SIM_EXPECT(SREG >> 7, 1);
    sched_sleep(); /* a is due */
    SIM_EXPECT_NO_WRITE(SMCR_);
    SIM_EXPECT(SREG >> 7, 1);
    runs("a");
    sched_after(b, 1);
    SIM_INTERRUPT_AFTER(TICK, 60); /* a tick during the check makes b due, and must not be slept over */
    sched_sleep();
    runs("b");
    SIM_EXPECT(SREG >> 7, 1);

    SIM_MARK(10); /* two periodic tasks against a count by hand */
    start();
    now = 0;
    for (i = 0; i < 2; i++) {
        due[i] = (uint16_t)SIM_DRAW(0, 9);
        period[i] = (uint16_t)SIM_DRAW(1, 12);
        sched_every(i ? b : a, due[i], period[i]);
    }
    for (n = 0; n < 40; n++) {
        SIM_MARK(11 + n);
        read = (uint16_t)SIM_DRAW(0, 14);
        tick(read);
        now += read;
        for (;;) {
            expected = 2;
            if (due[0] <= now)
                expected = 0;
            if (due[1] <= now && (expected == 2 || due[1] < due[0]))
                expected = 1;
            logged = 0;
            SIM_EXPECT(sched_run(), expected < 2);
            if (expected == 2)
                break;
            SIM_EXPECT(log_[0], expected ? 'b' : 'a');
            while (due[expected] <= now)
                due[expected] += period[expected];
        }
    }
    cli();
    sched_now();
    SIM_EXPECT(SREG >> 7, 0);
    SIM_DONE();
}
