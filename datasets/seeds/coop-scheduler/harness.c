#define TH0_ADDRESS SIM_SFR(0x8C)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define INTERRUPTS SIM_SFR(0xA8)

static uint8_t runs[3];
static uint8_t last;        /* the task that ran last */
static uint8_t slow;        /* ticks that pass while task 1 runs */

static void task_0(void)
{
    runs[0]++;
    last = 0;
}

static void task_1(void)
{
    runs[1]++;
    last = 1;
    while (slow) {
        slow--;
        SIM_INTERRUPT(1);
    }
}

static void task_2(void)
{
    runs[2]++;
    last = 2;
}

static void tick(void)
{
    SIM_INTERRUPT(1);
    SIM_EXPECT_WRITE(TH0_ADDRESS, HOLE_RELOAD_HIGH);
    SIM_EXPECT_WRITE(TL0_ADDRESS, HOLE_RELOAD_LOW);
}

/* How often a task ran after n ticks. */
static uint8_t due(uint8_t n, uint8_t first, uint8_t period)
{
    return n < first ? 0 : (n - first) / period + 1;
}

static void look(uint8_t n)
{
    SIM_EXPECT(runs[0], due(n, 1, 1));
    SIM_EXPECT(runs[1], due(n, 2, 5));
    SIM_EXPECT(runs[2], due(n, 7, 3));
}

static void clear(void)
{
    runs[0] = runs[1] = runs[2] = 0;
    slow = 0;
    last = 0xFF;
}

void main(void)
{
    uint8_t n;
    uint8_t i;
    uint8_t batch;

    clear();
    TMOD = 0x2E;
    SIM_MARK(1);
    scheduler_start();
    SIM_EXPECT(TMOD, 0x21);
    SIM_EXPECT(TR0, 1);
    SIM_EXPECT_WRITE(TH0_ADDRESS, HOLE_RELOAD_HIGH);
    SIM_EXPECT_WRITE(TL0_ADDRESS, HOLE_RELOAD_LOW);
    SIM_EXPECT(scheduler_add(task_0, 1, 1), 1);
    SIM_EXPECT(scheduler_add(task_1, 2, 5), 1);
    SIM_EXPECT(scheduler_add(task_2, 0, 3), 0); /* never due: refused */
    SIM_EXPECT(scheduler_add(task_2, 3, 0), 0);
    SIM_EXPECT(scheduler_add(task_2, 7, 3), 1);
    for (i = 3; i < HOLE_MAX_TASKS; i++)
        SIM_EXPECT(scheduler_add(task_0, 60000, 60000), 1); /* not within this test */
    SIM_EXPECT(scheduler_add(task_0, 1, 1), 0);           /* full */

    SIM_MARK(2); /* nothing without a tick, and nothing inside the interrupt */
    scheduler_dispatch();
    look(0);
    for (n = 1; n <= 30; n++) {
        tick();
        look(n - 1);
        scheduler_dispatch();
        look(n);
        if (due(n, 7, 3) != due(n - 1, 7, 3))
            SIM_EXPECT(last, 2); /* in the order of adding */
        scheduler_dispatch();    /* a tick counts once */
        look(n);
    }
    n = 30;

    tick();
    n++;
    SIM_SKIP_WRITES(INTERRUPTS);
    scheduler_dispatch();
    SIM_EXPECT_WRITE(INTERRUPTS, 0x02); /* EA off while the count changes */
    SIM_EXPECT_WRITE(INTERRUPTS, 0x82);
    look(n);

    SIM_MARK(3); /* the loop was late: ticks are caught up */
    for (i = 0; i < 4; i++) {
        SIM_MARK(10 + i);
        for (batch = (uint8_t)SIM_DRAW(0, 9); batch; batch--) {
            tick();
            n++;
        }
        scheduler_dispatch();
        look(n);
    }

    SIM_MARK(4); /* ticks during a task are not lost either */
    slow = 3;
    for (i = 0; i < 5; i++) {
        tick();
        n++;
    }
    scheduler_dispatch();
    n += 3;
    look(n);
    SIM_EXPECT(EA, 1);

    SIM_MARK(5); /* a fresh start knows nobody; long periods need all sixteen bits */
    tick();
    scheduler_start();
    clear();
    SIM_EXPECT(scheduler_add(task_1, 256, 300), 1);
    tick();
    scheduler_dispatch();
    SIM_EXPECT(runs[0], 0);
    SIM_EXPECT(runs[1], 0);
    for (i = 0; i < 255; i++) {
        if (runs[1])
            SIM_EXPECT(runs[1], 0);
        SIM_INTERRUPT(1);
        scheduler_dispatch();
    }
    SIM_EXPECT(runs[1], 1);
    SIM_EXPECT(runs[2], 0);
    SIM_DONE();
}
