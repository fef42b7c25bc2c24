#define MAX HOLE_FRAME_MAX
#define MIN HOLE_FRAME_MIN

static __xdata uint8_t packet[256];

static void quiet(uint8_t byte)
{
    SIM_EXPECT(slip_feed(byte), 0);
}

/* One byte of a packet in the line's spelling. */
static void spelled(uint8_t byte)
{
    if (byte == 192) {
        quiet(219);
        quiet(220);
    } else if (byte == 219) {
        quiet(219);
        quiet(221);
    } else {
        quiet(byte);
    }
}

static void receive(uint8_t count, uint8_t good)
{
    uint8_t i;
    uint8_t first = packet[0];

    for (i = 0; i < count; i++)
        spelled(packet[i]);
    SIM_EXPECT(slip_feed(192), good ? count : 0);
    SIM_EXPECT(packet[0], first); /* what lies behind the buffer is as it was */
    if (!good)
        return;
    for (i = 0; i < count; i++)
        SIM_EXPECT(slip_frame[i], packet[i]);
}

static void next(int16_t value)
{
    SIM_EXPECT((uint16_t)slip_next(), (uint16_t)value);
}

static void transmit(uint8_t count)
{
    uint8_t i;

    slip_send(packet, count);
    next(192);
    for (i = 0; i < count; i++) {
        if (packet[i] == 192) {
            next(219);
            next(220);
        } else if (packet[i] == 219) {
            next(219);
            next(221);
        } else {
            next(packet[i]);
        }
    }
    next(192);
    next(-1);
    next(-1);
}

static void ramp(uint8_t start)
{
    uint8_t i = 0;

    do
        packet[i] = start++;
    while (++i);
}

void main(void)
{
    uint8_t i, n;

    ramp(1);
    slip_send(packet, 3);
    slip_next();
    quiet(0x77);
    quiet(219); /* dirt in both directions */
    slip_init();
    next(-1);
    receive(MIN, 1);
    receive(MIN - 1, 0);
    receive(0, 0);
    receive(0, 0);
    receive(MAX, 1);
    receive(MAX - 1, 1);

    SIM_MARK(1); /* too long, by one, by escapes, by far: the rest is no packet, the next one is good */
    receive(MAX + 1, 0);
    receive(MIN, 1);
    receive(255, 0);
    receive(255, 0);
    receive(MAX, 1);
    packet[MAX - 1] = 192;
    receive(MAX, 1);
    packet[MAX] = 219;
    receive(MAX + 1, 0);
    packet[0] = 219;
    packet[1] = 192;
    packet[2] = 220;
    packet[3] = 221;
    receive(4, 1);

    SIM_MARK(2); /* bad escapes */
    for (n = 0; n < 5; n++) {
        for (i = 0; i < MIN; i++)
            quiet(1);
        quiet(219);
        quiet("\x00\xDB\xDE\xC1\xDA"[n]);
        quiet(2);
        quiet(3);
        quiet(192);
        receive(MIN, 1);
    }
    for (i = 0; i < MIN; i++) /* an END inside an escape ends the packet, and the escape */
        quiet(5);
    quiet(219);
    quiet(192);
    for (i = 0; i < 4; i++)
        quiet(220);
    SIM_EXPECT(slip_feed(192), 4);
    SIM_EXPECT(slip_frame[0], 220);

    SIM_MARK(3);
    slip_init();
    receive(4, 1);
    quiet(9); /* begun and given up */
    quiet(219);
    slip_init();
    receive(4, 1);
    for (i = 0; i <= MAX; i++)
        quiet(9);
    slip_init();
    receive(4, 1);

    SIM_MARK(4); /* sending */
    transmit(0);
    transmit(4);
    packet[0] = 0;
    packet[1] = 255;
    packet[2] = 191;
    packet[3] = 193;
    packet[4] = 218;
    packet[5] = 220;
    transmit(6);
    ramp(0);
    transmit(255);
    slip_send(packet, 2);
    next(192);
    next(0);
    slip_init();
    next(-1);
    packet[0] = 192; /* a new packet in the middle of an escape */
    slip_send(packet, 1);
    next(192);
    next(219);
    transmit(3);

    for (n = 0; n < 10; n++) {
        SIM_MARK(5 + n);
        for (i = 0; i < 6; i++)
            packet[i] = (uint8_t)SIM_DRAW(188, 223);
        transmit(6);
        receive(6, 1);
    }
    SIM_DONE();
}
