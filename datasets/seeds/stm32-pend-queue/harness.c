#define AT(address) (*(volatile uint32_t *)(address))
#define ICSR 0xE000ED04
#define SHPR3 0xE000ED20
#define PENDSV 14
#define SYSTICK 15

static uint32_t log_of[600], logged, looked;
static uint32_t waiting, most, missed;

static uint32_t primask(void)
{
    uint32_t value;

    __asm__ volatile("mrs %0, primask" : "=r"(value)::"memory");
    return value;
}

static void mask(uint32_t on)
{
    if (on)
        __asm__ volatile("cpsid i" ::: "memory");
    else
        __asm__ volatile("cpsie i" ::: "memory");
}

static void note(uint32_t argument) { log_of[logged++] = argument; }

static void note_twice(uint32_t argument)
{
    note(argument);
    note(~argument);
}

static void posting(uint32_t argument)
{
    note(argument);
    if (argument > 0)
        pend_post(posting, argument - 1);
}

void SysTick_Handler(void)
{
    pend_post(note, 0x51C);
    log_of[logged++] = primask();
}

static void posts(pend_function_t function, uint32_t argument)
{
    uint32_t fits = waiting < HOLE_QUEUE_SIZE;
    uint32_t before = primask();

    SIM_EXPECT(pend_post(function, argument), fits);
    SIM_EXPECT(primask(), before);
    if (fits) {
        SIM_EXPECT_WRITE(ICSR, 1u << 28);
        waiting++;
        most = waiting > most ? waiting : most;
    } else {
        missed++;
    }
    SIM_EXPECT_NO_WRITE(ICSR);
    SIM_EXPECT(pend_lost(), missed);
    SIM_EXPECT(pend_peak(), most);
}

static void logged_next(uint32_t value)
{
    SIM_EXPECT(looked < logged, 1);
    SIM_EXPECT(log_of[looked++], value);
}

static void no_more(void) { SIM_EXPECT(logged, looked); }

static void run(void)
{
    SIM_INTERRUPT(PENDSV);
    waiting = 0;
}

static void start(uint32_t priorities, uint32_t masked)
{
    AT(SHPR3) = priorities;
    SIM_SKIP_WRITES(SHPR3);
    mask(masked);
    pend_init();
    SIM_EXPECT(primask(), masked);
    mask(0);
    SIM_EXPECT_WRITE(ICSR, 1u << 27);
    SIM_EXPECT_NO_WRITE(ICSR);
    SIM_EXPECT_WRITE(SHPR3, (priorities & 0xFF00FFFF) | HOLE_PEND_PRIORITY * 0x100000u);
    SIM_EXPECT_NO_WRITE(SHPR3);
    waiting = most = missed = 0;
    SIM_EXPECT(pend_lost(), 0);
    SIM_EXPECT(pend_peak(), 0);
    run();
    no_more();
}

void main(void)
{
    uint32_t i, n;

    SIM_MARK(1); /* dirt, and other priorities in the same register */
    head = 7;
    tail = 3;
    lost = 9;
    peak = 5;
    start(0x40B07030, 0);

    SIM_MARK(2); /* nothing runs before PendSV does; then all, in order, once */
    posts(note, 0xFFFFFFFF);
    posts(note_twice, 2);
    posts(note, 0);
    no_more();
    run();
    logged_next(0xFFFFFFFF);
    logged_next(2);
    logged_next(~2u);
    logged_next(0);
    no_more();
    run();
    no_more();

    SIM_MARK(3); /* full, two too many; masked interrupts stay masked */
    mask(1);
    for (i = 0; i < HOLE_QUEUE_SIZE + 2; i++)
        posts(note, 100 + i);
    SIM_INTERRUPT(PENDSV);
    no_more();
    mask(0);
    run();
    for (i = 0; i < HOLE_QUEUE_SIZE; i++)
        logged_next(100 + i);
    no_more();
    posts(note, 5);
    run();
    logged_next(5);
    SIM_EXPECT(pend_peak(), HOLE_QUEUE_SIZE);

    SIM_MARK(4); /* a job posts a job: it runs in the next round */
    posts(posting, 2);
    posts(note, 77);
    run();
    SIM_EXPECT_WRITE(ICSR, 1u << 28);
    SIM_EXPECT_NO_WRITE(ICSR);
    logged_next(2);
    logged_next(77);
    no_more();
    run();
    SIM_EXPECT_WRITE(ICSR, 1u << 28);
    logged_next(1);
    no_more();
    run();
    SIM_EXPECT_NO_WRITE(ICSR);
    logged_next(0);
    run();
    no_more();

    SIM_MARK(5); /* a full queue has room again for what its first job posts */
    posts(posting, 1);
    for (i = 1; i < HOLE_QUEUE_SIZE; i++)
        posts(note, i);
    run();
    SIM_EXPECT_WRITE(ICSR, 1u << 28);
    logged_next(1);
    for (i = 1; i < HOLE_QUEUE_SIZE; i++)
        logged_next(i);
    no_more();
    SIM_EXPECT(pend_lost(), missed);
    run();
    logged_next(0);
    no_more();

    SIM_MARK(6); /* from an interrupt, where nothing is masked before or after */
    AT(0xE000E010) = 3;
    posts(note, 1);
    SIM_INTERRUPT(SYSTICK);
    SIM_EXPECT_WRITE(ICSR, 1u << 28);
    logged_next(0);
    run();
    logged_next(1);
    logged_next(0x51C);
    no_more();

    SIM_MARK(7); /* the indices wrap while jobs wait */
    head = tail = 0xFFFFFFFE;
    for (i = 0; i < HOLE_QUEUE_SIZE + 1; i++)
        posts(note, 500 + i);
    run();
    for (i = 0; i < HOLE_QUEUE_SIZE; i++)
        logged_next(500 + i);
    no_more();
    run();
    logged = looked = 0;
    head = tail = 0x1FFFE; /* far along, with large counts */
    lost = missed = 0x12344;
    peak = most = 0x10003;
    for (i = 0; i < HOLE_QUEUE_SIZE + 1; i++)
        posts(note, i);
    run();
    for (i = 0; i < HOLE_QUEUE_SIZE; i++)
        logged_next(i);
    no_more();
    posts(note, 9);

    SIM_MARK(8); /* started again with jobs waiting, interrupts masked */
    start(0xFFFFFFFF, 1);
    posts(note, 3);
    run();
    logged_next(3);
    start(0, 0);

    for (i = 0; i < 4; i++) {
        SIM_MARK(9 + i);
        n = SIM_DRAW(0, HOLE_QUEUE_SIZE + 1);
        mask(i % 2);
        while (n--)
            posts(note, n * 3);
        mask(0);
        n = waiting;
        run();
        SIM_EXPECT(logged - looked, n);
        looked = logged;
    }
}
