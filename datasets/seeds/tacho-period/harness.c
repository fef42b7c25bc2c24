#define TCON_REG SIM_SFR(0x88)
#define TMOD_REG SIM_SFR(0x89)
#define TL0_REG SIM_SFR(0x8A)
#define TH0_REG SIM_SFR(0x8C)
#define IE_REG SIM_SFR(0xA8)
#define IP_REG SIM_SFR(0xB8)

#define NOT_PENDING 0xDF /* only TF0 is 0 */
#define PENDING 0x20     /* only TF0 is 1 */

static uint32_t wanted; /* the period that must come out */

static void edge_at(uint16_t count)
{
    SIM_FEED(TH0_REG, count >> 8);
    SIM_FEED(TL0_REG, count & 0xFF);
    SIM_FEED(TH0_REG, count >> 8);
    SIM_INTERRUPT(2);
}

static void overflow(uint16_t times)
{
    while (times--)
        SIM_INTERRUPT(1);
}

static void expect_period(void)
{
    uint32_t rpm;
    uint32_t told;

    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(tacho_period(), wanted);
    SIM_EXPECT_WRITE(IE_REG, 0x1E);
    SIM_EXPECT_WRITE(IE_REG, 0x9E);
    SIM_EXPECT_NO_WRITE(IE_REG);
    told = tacho_rpm();
    if (wanted == 0) {
        SIM_EXPECT(told, 0);
        return;
    }
    /* The greatest whole number whose time for that many turns is not longer than a minute. */
    rpm = HOLE_FOSC_HZ * 5UL / wanted / HOLE_PULSES_PER_REV;
    SIM_EXPECT(told, rpm < 65535 ? rpm : 65535);
}

static void stop_shaft(void)
{
    overflow(HOLE_STALL_OVERFLOWS);
    wanted = 0;
    expect_period();
}

void main(void)
{
    uint8_t i;
    uint8_t turns;
    uint16_t first;
    uint16_t second;

    P3 = 0xF7;
    TMOD = 0x5E;
    TCON = 0x7A; /* both timers run, all flags but TF1 are set */
    IE = 0x1E;
    IP = 0x3F;
    TH0 = 0x77;
    TL0 = 0x77;
    overflows = 0;
    have_edge = 1;
    idle = 0;
    period = 0x00ABCDEF;
    SIM_SKIP_WRITES(IE_REG);
    SIM_SKIP_WRITES(TCON_REG);
    SIM_SKIP_WRITES(TH0_REG);
    SIM_SKIP_WRITES(TL0_REG);
    tacho_init();
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    SIM_EXPECT(SIM_LATCH(TMOD_REG), 0x51);
    SIM_EXPECT(SIM_LATCH(TCON_REG), 0x56);
    SIM_EXPECT(SIM_LATCH(IP_REG), 0x39);
    SIM_EXPECT_WRITE(TCON_REG, 0x6A); /* stopped before it is set up */
    SIM_EXPECT_WRITE(TH0_REG, 0);
    SIM_EXPECT_WRITE(TL0_REG, 0);
    SIM_EXPECT_NO_WRITE(TH0_REG);
    SIM_EXPECT_NO_WRITE(TL0_REG);
    SIM_EXPECT_WRITE(IE_REG, 0x1A);
    SIM_EXPECT_WRITE(IE_REG, 0x18);
    SIM_EXPECT_WRITE(IE_REG, 0x1A);
    SIM_EXPECT_WRITE(IE_REG, 0x1E);
    SIM_EXPECT_WRITE(IE_REG, 0x9E);
    SIM_HOLD(TCON_REG, NOT_PENDING);
    wanted = 0;
    expect_period();

    SIM_MARK(1); /* nothing from one edge, a period from two, the newest from three */
    overflow(1);
    edge_at(0x1234);
    expect_period();
    edge_at(0x1334);
    wanted = 0x100;
    expect_period();
    edge_at(0x4335);
    wanted = 0x3001;
    expect_period();

    SIM_MARK(2); /* across one overflow and across several */
    overflow(1);
    edge_at(0x4334);
    wanted = 0xFFFF;
    expect_period();
    overflow(3);
    edge_at(0x0000);
    wanted = 0x2BCCC;
    expect_period();
    edge_at(0xFFFF);
    wanted = 0xFFFF;
    expect_period();

    SIM_MARK(3); /* the overflow is pending and the counter has begun anew: it belongs to the time */
    SIM_HOLD(TCON_REG, PENDING);
    edge_at(0x0003);
    wanted = 4;
    expect_period();
    SIM_HOLD(TCON_REG, NOT_PENDING);
    overflow(1);
    edge_at(0x7FFF);
    wanted = 0x7FFC;
    expect_period();
    SIM_HOLD(TCON_REG, PENDING);
    edge_at(0x7FFF);
    wanted = 0x10000;
    expect_period();
    SIM_HOLD(TCON_REG, NOT_PENDING);
    overflow(1);
    SIM_MARK(4); /* it overflowed only after the counter was read: it does not */
    SIM_HOLD(TCON_REG, PENDING);
    edge_at(0x8000);
    wanted = 1;
    expect_period();
    edge_at(0xFFFE);
    wanted = 0x7FFE;
    expect_period();
    SIM_HOLD(TCON_REG, NOT_PENDING);
    overflow(1);

    SIM_MARK(5); /* TH0 moves on between the reads: the whole pair is read again */
    SIM_FEED(TH0_REG, 0x12);
    SIM_FEED(TL0_REG, 0x01);
    SIM_FEED(TH0_REG, 0x13);
    edge_at(0x1304);
    wanted = 0x1306;
    expect_period();

    SIM_MARK(6); /* standing: one overflow less than the limit, then the limit */
    overflow(HOLE_STALL_OVERFLOWS - 1);
    expect_period();
    overflow(1);
    wanted = 0;
    expect_period();
    edge_at(0x2000); /* and it starts as from new */
    expect_period();
    overflow(HOLE_STALL_OVERFLOWS - 1);
    edge_at(0x2001);
    wanted = (HOLE_STALL_OVERFLOWS - 1) * 65536UL + 1;
    expect_period();
    overflow(HOLE_STALL_OVERFLOWS - 1);
    edge_at(0x1000);
    wanted = (HOLE_STALL_OVERFLOWS - 1) * 65536UL - 0x1001;
    expect_period();
    stop_shaft();
    overflow(300); /* a long rest: nothing wraps into a stall that is over, nor into a period */
    expect_period();
    edge_at(0x0010);
    expect_period();
    edge_at(0x0030);
    wanted = 0x20;
    expect_period();
    stop_shaft();

    SIM_MARK(7); /* the byte of overflows wraps between two edges */
    while (overflows != 0xFE)
        overflow(1);
    edge_at(0x4444);
    overflow(3);
    edge_at(0x4440);
    wanted = 0x2FFFC;
    expect_period();

    SIM_MARK(8); /* EA off stays off */
    EA = 0;
    SIM_EXPECT(tacho_period(), wanted);
    SIM_EXPECT(SIM_LATCH(IE_REG), 0x1E);
    EA = 1;

    SIM_MARK(9); /* speeds: the fastest that fits, and one that does not */
    period = HOLE_FOSC_HZ * 5UL / HOLE_PULSES_PER_REV / 65536UL;
    SIM_EXPECT(tacho_rpm(), 65535);
    period = 1;
    SIM_EXPECT(tacho_rpm(), 65535);

    for (i = 0; i < 16; i++) {
        SIM_MARK(10 + i);
        first = (uint16_t)SIM_DRAW(0, 65535);
        second = (uint16_t)SIM_DRAW(0, 65535);
        turns = (uint8_t)SIM_DRAW(1, HOLE_STALL_OVERFLOWS - 1);
        stop_shaft();
        edge_at(first);
        overflow(turns);
        edge_at(second);
        wanted = turns * 65536UL + second - first;
        expect_period();
    }

    SIM_MARK(26); /* started again */
    tacho_init();
    wanted = 0;
    expect_period();
    edge_at(0x0500);
    expect_period();
    edge_at(0x0900);
    wanted = 0x400;
    expect_period();
    SIM_DONE();
}
