#define TCON_REG SIM_SFR(0x88)
#define IE_REG SIM_SFR(0xA8)
#define IP_REG SIM_SFR(0xB8)

#define RELEASED 0x04 /* only the stop line is high: the others mean nothing */
#define PRESSED 0xFB  /* only the stop line is low */

static uint8_t lanes[HOLE_QUEUE_SIZE]; /* the queue as the instruction tells it: first in, first out */
static uint8_t waiting;
static uint8_t lost;

static void item(uint8_t port)
{
    SIM_HOLD(SIM_P1, port);
    SIM_INTERRUPT(2);
    if (waiting < HOLE_QUEUE_SIZE)
        lanes[waiting++] = port % 8;
    else if (lost < 255)
        lost++;
    SIM_EXPECT_NO_WRITE(SIM_P2); /* items move nothing by themselves */
}

static void expect_window(void)
{
    SIM_EXPECT_WRITE(IE_REG, 0x84); /* INT0 held off, and nothing else */
    SIM_EXPECT_WRITE(IE_REG, 0x85);
    SIM_EXPECT_NO_WRITE(IE_REG);
}

static void step_moves(void)
{
    uint8_t i;
    uint8_t gate = 1;

    SIM_EXPECT(sorter_step(), 1);
    for (i = 0; i < lanes[0]; i++)
        gate *= 2;
    SIM_EXPECT_WRITE(SIM_P2, HOLE_DRIVES_OFF ? 255 - gate : gate);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    expect_window();
    waiting--;
    for (i = 0; i < waiting; i++)
        lanes[i] = lanes[i + 1];
}

static void step_idle(void)
{
    SIM_EXPECT(sorter_step(), 0);
    SIM_EXPECT_NO_WRITE(SIM_P2);
}

static void stop(void)
{
    SIM_INTERRUPT(0);
    SIM_EXPECT_WRITE(SIM_P2, HOLE_DRIVES_OFF);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_HOLD(SIM_P3, PRESSED);
}

static void rearm(void)
{
    SIM_HOLD(SIM_P3, RELEASED);
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(sorter_rearm(), 1);
    expect_window();
    waiting = 0;
}

void main(void)
{
    uint16_t i;
    uint8_t n;

    P1 = 0xA0;
    P2 = (uint8_t)~HOLE_DRIVES_OFF; /* whatever was on before */
    P3 = 0xF3;
    TCON = 0x5A; /* timers run, old edges on both lines */
    IE = 0x85;
    IP = 0x06;
    head = 3;
    tail = 1;
    missed = 9;
    stopped = 0;
    SIM_SKIP_WRITES(SIM_P2);
    SIM_SKIP_WRITES(IE_REG);
    sorter_init();
    SIM_EXPECT_WRITE(SIM_P2, HOLE_DRIVES_OFF);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_EXPECT_WRITE(IE_REG, 0x84);
    SIM_EXPECT_WRITE(IE_REG, 0x80);
    SIM_EXPECT_WRITE(IE_REG, 0x81);
    SIM_EXPECT_WRITE(IE_REG, 0x85);
    SIM_EXPECT_WRITE(IE_REG, 0x85);
    SIM_EXPECT_NO_WRITE(IE_REG);
    SIM_EXPECT(SIM_LATCH(SIM_P1), 0xA7);
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    SIM_EXPECT(SIM_LATCH(TCON_REG), 0x55);
    SIM_EXPECT(SIM_LATCH(IP_REG), 0x03);
    SIM_EXPECT(sorter_missed(), 0);

    SIM_MARK(1); /* stopped from the start: items wait, and rearming drops them */
    step_idle();
    SIM_EXPECT_NO_WRITE(IE_REG); /* nothing waits, so the stop was not even held off */
    item(0x02);
    SIM_HOLD(SIM_P3, PRESSED);
    step_idle();
    SIM_EXPECT(sorter_rearm(), 0);
    step_idle();
    rearm();
    step_idle();

    SIM_MARK(2); /* each lane, in order; the other pins of P1 mean nothing */
    SIM_SKIP_WRITES(IE_REG);
    for (n = 0; n < 8; n++) {
        item(n ^ (n & 1 ? 0xF8 : 0x00));
        if (n & 1) {
            step_moves();
            step_moves();
        }
    }
    step_idle();
    SIM_EXPECT_NO_WRITE(IE_REG); /* nothing to do: the stop is not held off */
    SIM_HOLD(SIM_P3, PRESSED);
    SIM_EXPECT(sorter_rearm(), 1); /* running already: the line is not even looked at */
    SIM_EXPECT_NO_WRITE(IE_REG);

    SIM_MARK(3); /* full to the last place, then overfull: the newest are lost and counted */
    for (n = 0; n < HOLE_QUEUE_SIZE; n++)
        item(7 - n % 8);
    SIM_EXPECT(sorter_missed(), 0);
    item(0x05);
    SIM_EXPECT(sorter_missed(), 1);
    step_moves();
    item(0x01);
    SIM_EXPECT(sorter_missed(), 1);
    item(0x02);
    SIM_EXPECT(sorter_missed(), 2);
    while (waiting)
        step_moves();
    step_idle();

    SIM_MARK(4); /* a stop with items waiting: they stay where they are, until rearming drops them */
    item(0x03);
    item(0x04);
    stop();
    SIM_SKIP_WRITES(IE_REG);
    step_idle();
    expect_window();
    item(0x06);
    SIM_EXPECT(sorter_rearm(), 0);
    expect_window();
    step_idle();
    while (waiting < HOLE_QUEUE_SIZE)
        item(0x06);
    step_idle(); /* takes nothing out of the queue, so the next one is lost */
    item(0x06);
    SIM_EXPECT(sorter_missed(), 3);
    rearm();
    step_idle();
    item(0x01);
    step_moves();

    SIM_MARK(5); /* a stop while it is stopped */
    stop();
    stop();
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(sorter_rearm(), 0);
    rearm();

    SIM_MARK(6); /* random traffic, far enough for every index to wrap */
    lost = 3;
    for (i = 0; i < 150; i++) {
        n = (uint8_t)SIM_DRAW(0, 255);
        item(n);
        item((uint8_t)(n * 3 + i));
        if (waiting)
            step_moves();
        if (waiting && (n & 8))
            step_moves();
    }
    SIM_EXPECT(sorter_missed(), lost);

    SIM_MARK(7); /* the count of lost items stays at its end */
    stop();
    for (i = 0; i < HOLE_QUEUE_SIZE + 260; i++)
        SIM_INTERRUPT(2);
    SIM_EXPECT(sorter_missed(), 255);

    SIM_MARK(8); /* a second start */
    SIM_SKIP_WRITES(SIM_P2);
    sorter_init();
    SIM_SKIP_WRITES(SIM_P2);
    waiting = 0;
    SIM_EXPECT(sorter_missed(), 0);
    item(0x01);
    step_idle();
    SIM_EXPECT_NO_WRITE(SIM_P2);
    rearm();
    item(0x07);
    step_moves();
    step_idle();
    SIM_DONE();
}
