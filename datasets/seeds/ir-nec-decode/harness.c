enum { NONE, KEY, REPEAT };

#define GAP_US 30000
#define TICKS_IN_64K_US (HOLE_CRYSTAL_HZ / 100UL * 8192UL / 15000UL)

static uint8_t address;
static uint8_t command;
static uint8_t bad_bit; /* this bit gets another interval; 0xFF for none */
static uint16_t bad_us;
static uint16_t leader_us;
static uint8_t no_start; /* the first edge is missing */
static int16_t off_us;  /* added to even bits, taken from odd ones */

static void edge(uint16_t us)
{
    uint16_t ticks = (uint16_t)(us * TICKS_IN_64K_US >> 16);

    SIM_FEED(SIM_SFR(0x8C), ticks >> 8);
    SIM_FEED(SIM_SFR(0x8A), ticks & 0xFF);
    SIM_INTERRUPT(0);
}

static void send(uint8_t b0, uint8_t b1, uint8_t b2, uint8_t b3)
{
    uint8_t sent[4];
    uint8_t i;
    uint16_t us;

    sent[0] = b0;
    sent[1] = b1;
    sent[2] = b2;
    sent[3] = b3;
    if (!no_start)
        edge(GAP_US);
    no_start = 0;
    edge(leader_us);
    for (i = 0; i < 32; i++) {
        us = sent[i >> 3] & 1 ? 2250 : 1125;
        sent[i >> 3] >>= 1;
        us = i & 1 ? us - off_us : us + off_us;
        edge(i == bad_bit ? bad_us : us);
    }
    bad_bit = 0xFF;
    leader_us = 13500;
    off_us = 0;
}

static void send_key(uint8_t a, uint8_t c)
{
    send(a, ~a, c, ~c);
}

static void send_repeat(uint16_t us)
{
    edge(GAP_US);
    edge(us);
}

static void expect_event(uint8_t event, uint8_t a, uint8_t c)
{
    address = 0xEE;
    command = 0xDD;
    SIM_EXPECT(ir_take(&address, &command), event);
    SIM_EXPECT(address, event == NONE ? 0xEE : a);
    SIM_EXPECT(command, event == NONE ? 0xDD : c);
}

void main(void)
{
    uint8_t a;
    uint8_t c;

    TMOD = 0xDF; /* timer 1 is somebody else's: it must survive */
    TR0 = 1;
    ir_init();
    SIM_EXPECT(TMOD, 0xD1);
    SIM_EXPECT(TR0, 0);
    SIM_EXPECT(IT0, 1);
    SIM_EXPECT(IE, 0x83);
    bad_bit = 0xFF;
    leader_us = 13500;
    off_us = 0;
    no_start = 0;
    expect_event(NONE, 0, 0);

    SIM_MARK(1); /* a repeat code alone says nothing */
    send_repeat(11250);
    expect_event(NONE, 0, 0);

    SIM_MARK(2); /* plain, then repeated at both ends of the tolerance */
    a = (uint8_t)SIM_DRAW(0, 255);
    c = (uint8_t)SIM_DRAW(0, 255) ^ 0x16;
    SIM_SKIP_WRITES(SIM_SFR(0x88));
    SIM_SKIP_WRITES(SIM_SFR(0x8A));
    SIM_SKIP_WRITES(SIM_SFR(0x8C));
    send_key(a, c);
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x01); /* the timer stands still while it is read and set to 0 */
    SIM_EXPECT_WRITE(SIM_SFR(0x8C), 0);
    SIM_EXPECT_WRITE(SIM_SFR(0x8A), 0);
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x11);
    expect_event(KEY, a, c);
    expect_event(NONE, 0, 0);
    send_repeat(11250 - HOLE_LEAD_TOLERANCE_US + 10);
    expect_event(REPEAT, a, c);
    send_repeat(11250 + HOLE_LEAD_TOLERANCE_US - 10);
    expect_event(REPEAT, a, c);
    expect_event(NONE, 0, 0);
    send_repeat(11250 - HOLE_LEAD_TOLERANCE_US - 10);
    expect_event(NONE, 0, 0);
    send_repeat(11250 + HOLE_LEAD_TOLERANCE_US + 10);
    expect_event(NONE, 0, 0);
    SIM_EXPECT(EX0, 1);

    SIM_MARK(3); /* intervals at the ends of the tolerance; a key that was not fetched outlives its repeat */
    leader_us = 13500 - HOLE_LEAD_TOLERANCE_US + 10;
    off_us = HOLE_BIT_TOLERANCE_US - 10;
    send_key(0x5C, 0xA3);
    send_repeat(11250);
    SIM_SKIP_WRITES(SIM_SFR(0xA8));
    expect_event(KEY, 0x5C, 0xA3);
    SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x82); /* no edge in the middle of fetching */
    SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x83);
    leader_us = 13500 + HOLE_LEAD_TOLERANCE_US - 10;
    off_us = 10 - HOLE_BIT_TOLERANCE_US;
    send_key(0x3A, 0x65);
    expect_event(KEY, 0x3A, 0x65);

    SIM_MARK(4); /* just outside of it; and no repeating of a frame that was not good */
    bad_bit = 0;
    bad_us = 1125 - HOLE_BIT_TOLERANCE_US - 10;
    send_key(0x12, 0x34);
    expect_event(NONE, 0, 0);
    send_repeat(11250);
    expect_event(NONE, 0, 0);
    bad_bit = 31;
    bad_us = 2250 + HOLE_BIT_TOLERANCE_US + 10;
    send_key(0x12, 0x34);
    expect_event(NONE, 0, 0);
    leader_us = 13500 + HOLE_LEAD_TOLERANCE_US + 10;
    send_key(0x12, 0x34);
    expect_event(NONE, 0, 0);
    edge(GAP_US);
    edge(13500);
    edge(1125 + HOLE_BIT_TOLERANCE_US + 10);
    SIM_MARK(5); /* one inverse is wrong in one bit */
    send(0x12, 0xED, 0x34, 0xCF);
    expect_event(NONE, 0, 0);
    send(0x12, 0x6D, 0x34, 0xCB);
    expect_event(NONE, 0, 0);

    SIM_MARK(6); /* silence: the first edge after it measures nothing */
    edge(GAP_US);
    edge(13500);
    edge(1125);
    SIM_INTERRUPT(1);
    SIM_EXPECT(TR0, 0);
    edge(13500);
    SIM_EXPECT(TR0, 1);
    send_key(0xFF, 0x00);
    expect_event(KEY, 0xFF, 0x00);

    edge(GAP_US);
    SIM_INTERRUPT(1);
    no_start = 1;
    send_key(0x12, 0x34);
    expect_event(NONE, 0, 0);
    SIM_MARK(7); /* a wrong interval ends the frame, and its edge may begin the next one */
    bad_bit = 7;
    bad_us = 5000;
    send_key(0x12, 0x34);
    expect_event(NONE, 0, 0);
    send_key(0x77, 0x21);
    expect_event(KEY, 0x77, 0x21);
    edge(GAP_US);
    edge(13500);
    edge(2250);
    edge(GAP_US);
    no_start = 1;
    send_key(0x08, 0x91);
    expect_event(KEY, 0x08, 0x91);
    SIM_MARK(8); /* bits that are 1 in a byte and in its inverse */
    send(0x13, 0xED, 0x34, 0xCB);
    expect_event(NONE, 0, 0);
    send(0x12, 0xED, 0x35, 0xCB);
    expect_event(NONE, 0, 0);
#if HOLE_CRYSTAL_HZ % 12000000 == 0
    SIM_MARK(9); /* whole counts a microsecond: the ends of the tolerance themselves */
    leader_us = 13500 - HOLE_LEAD_TOLERANCE_US;
    off_us = HOLE_BIT_TOLERANCE_US;
    send_key(0x5C, 0xA3);
    expect_event(KEY, 0x5C, 0xA3);
    leader_us = 13500 + HOLE_LEAD_TOLERANCE_US;
    off_us = -HOLE_BIT_TOLERANCE_US;
    send_key(0x3A, 0x65);
    expect_event(KEY, 0x3A, 0x65);
    send_repeat(11250 - HOLE_LEAD_TOLERANCE_US);
    expect_event(REPEAT, 0x3A, 0x65);
    send_repeat(11250 + HOLE_LEAD_TOLERANCE_US);
    expect_event(REPEAT, 0x3A, 0x65);
    send_repeat(11250 - HOLE_LEAD_TOLERANCE_US - 1);
    expect_event(NONE, 0, 0);
    send_repeat(11250 + HOLE_LEAD_TOLERANCE_US + 1);
    expect_event(NONE, 0, 0);
    for (a = 0; a < 6; a++) {
        bad_bit = a < 4 ? 3 : 0xFF; /* bit 3 of 0x3A is 1, of 0x32 it is 0 */
        bad_us = (a & 2 ? 2250 : 1125) + (a & 1 ? HOLE_BIT_TOLERANCE_US + 1 : -HOLE_BIT_TOLERANCE_US - 1);
        if (a == 4)
            leader_us = 13500 - HOLE_LEAD_TOLERANCE_US - 1;
        if (a == 5)
            leader_us = 13500 + HOLE_LEAD_TOLERANCE_US + 1;
        send_key(a & 2 ? 0x3A : 0x32, 0x65);
        expect_event(NONE, 0, 0);
    }
#endif

    SIM_MARK(10); /* starting again forgets all */
    send_key(0x01, 0x02);
    ir_init();
    SIM_EXPECT(TR0, 0);
    send_repeat(11250);
    expect_event(NONE, 0, 0);
    ir_init();
    no_start = 1;
    send_key(0x01, 0x02);
    expect_event(NONE, 0, 0);
    SIM_DONE();
}
