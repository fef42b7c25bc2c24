static uint8_t frame[24]; /* the levels of a frame, written down bit by bit */

static void compose(uint8_t byte)
{
    uint8_t i, bit;
    uint8_t ones = 0;

    for (i = 0; i < 6; i++)
        frame[i] = i < 3 ? HOLE_SYNC_FIRST : 1 - HOLE_SYNC_FIRST;
    for (i = 0; i < 9; i++) {
        if (i < 8)
            bit = (byte & (0x80 >> i)) ? 1 : 0;
        else
            bit = HOLE_ODD_PARITY ? (ones & 1) == 0 : ones & 1;
        ones += bit;
        frame[6 + 2 * i] = bit ? HOLE_ONE_FIRST : 1 - HOLE_ONE_FIRST;
        frame[7 + 2 * i] = 1 - frame[6 + 2 * i];
    }
}

static void idle(uint8_t count)
{
    while (count--)
        SIM_EXPECT(manch_send_half(), 1 - HOLE_SYNC_FIRST);
}

static void check_send(uint8_t byte)
{
    uint8_t i;

    compose(byte);
    SIM_EXPECT(manch_send(byte), 1);
    for (i = 0; i < 24; i++) {
        SIM_EXPECT(manch_send((uint8_t)~byte), 0); /* refused to the last half-bit, and harmless */
        SIM_EXPECT(manch_send_half(), frame[i]);
    }
}

/* Plays half-bits first..last of the frame, which must tell nothing. */
static void play(uint8_t first, uint8_t last)
{
    for (; first <= last; first++)
        SIM_EXPECT(manch_receive_half(frame[first]), 0);
}

static void check_receive(uint8_t byte)
{
    compose(byte);
    play(0, 22);
    SIM_EXPECT(manch_receive_half(frame[23]), 1);
    SIM_EXPECT(manch_received(), byte);
}

static void quiet(uint8_t count)
{
    while (count--)
        SIM_EXPECT(manch_receive_half(1 - HOLE_SYNC_FIRST), 0);
}

/* Half-bits that neither are a sync nor begin one, whatever came before. */
static void calm(void)
{
    uint8_t i;

    for (i = 0; i < 6; i++)
        SIM_EXPECT(manch_receive_half(i & 1), 0);
}

void main(void)
{
    uint8_t i, byte, at;

    manch_send(0x12);
    SIM_MARK(1); /* sending */
    manch_init();
    idle(3);
    check_send(0x00);
    idle(2);
    check_send(0xFF);
    check_send(0x01); /* straight after the other */
    check_send(0x80);
    check_send(0xA5);
    idle(1);

    SIM_MARK(2); /* receiving */
    quiet(8);
    check_receive(0x00);
    quiet(1);
    check_receive(0xFF);
    check_receive(0x80);
    check_receive(0x01);
    check_receive(0x5A);
    SIM_EXPECT(manch_received(), 0x5A);
    compose(0x33); /* high may be any number that is not 0 */
    for (i = 0; i < 23; i++)
        SIM_EXPECT(manch_receive_half(frame[i] ? (uint8_t)(0x80 >> (i & 7)) : 0), 0);
    SIM_EXPECT(manch_receive_half(frame[23]), 1);
    SIM_EXPECT(manch_received(), 0x33);

    SIM_MARK(3); /* the line may be at the other level before a sync */
    for (i = 0; i < 9; i++)
        SIM_EXPECT(manch_receive_half(HOLE_SYNC_FIRST), 0);
    check_receive(0xC3);

    SIM_MARK(4); /* a violation in each bit, of both kinds; after it the receiver hunts */
    for (at = 0; at < 9; at++) {
        compose((uint8_t)(0x3C + at));
        frame[7 + 2 * at] ^= 1;
        play(0, (uint8_t)(6 + 2 * at));
        SIM_EXPECT(manch_receive_half(frame[7 + 2 * at]), 2);
        calm();
        check_receive((uint8_t)(0x90 - at));
        compose((uint8_t)(0x3C + at));
        frame[6 + 2 * at] ^= 1;
        play(0, (uint8_t)(6 + 2 * at));
        SIM_EXPECT(manch_receive_half(frame[7 + 2 * at]), 2);
        calm();
    }

    SIM_MARK(5); /* wrong parity: one bit is the other way round */
    compose(0x47);
    frame[22] ^= 1;
    frame[23] ^= 1;
    play(0, 22);
    SIM_EXPECT(manch_receive_half(frame[23]), 3);
    compose(0x47);
    frame[12] ^= 1;
    frame[13] ^= 1;
    play(0, 22);
    SIM_EXPECT(manch_receive_half(frame[23]), 3);
    check_receive(0x47); /* and the next one is right again */

    SIM_MARK(6); /* a new frame breaks into an old one, in either phase */
    for (at = 10; at < 12; at++) {
        compose(0x00 ^ (at & 1 ? 0x55 : 0xAA));
        play(0, at);
        compose(0xD2);
        byte = 0;
        for (i = 0; i < 6; i++)
            byte += manch_receive_half(frame[i]);
        SIM_EXPECT(byte, 2); /* one violation, and then the sync */
        play(6, 22);
        SIM_EXPECT(manch_receive_half(frame[23]), 1);
        SIM_EXPECT(manch_received(), 0xD2);
    }

    SIM_MARK(7); /* five sixths of a sync are none */
    quiet(7);
    for (i = 0; i < 5; i++)
        SIM_EXPECT(manch_receive_half(i < 2 ? HOLE_SYNC_FIRST : 1 - HOLE_SYNC_FIRST), 0);
    compose(0x0F);
    play(6, 23);
    quiet(6);

    SIM_MARK(8); /* a new start forgets both halves */
    manch_send(0x77);
    manch_send_half();
    manch_send_half();
    compose(0x77);
    play(0, 9);
    manch_init();
    idle(3);
    play(10, 23);
    quiet(6);
    check_send(0x11);
    for (i = 0; i < 3; i++)
        SIM_EXPECT(manch_receive_half(HOLE_SYNC_FIRST), 0);
    manch_init(); /* also half of a sync */
    quiet(3);
    play(6, 23);
    quiet(6);
    for (i = 0; i < 12; i++) {
        SIM_MARK(10 + i);
        byte = (uint8_t)SIM_DRAW(0, 255);
        check_send(byte);
        check_receive(byte);
        quiet((uint8_t)SIM_DRAW(0, 3));
    }
    SIM_DONE();
}
