#define PLACE_P1_0 0
#define PLACE_P1_1 1
#define PLACE_P1_2 2
#define PLACE_P1_4 4
#define PLACE_P1_5 5
#define PLACE_P1_6 6
#define PLACE_P1_7 7
#define PLACE_P3_2 10
#define PLACE_P3_3 11
#define PLACE_P3_4 12
#define PLACE_P3_5 13
#define PLACE_P3_6 14
#define PLACE_P3_7 15
#define JOIN(name) PLACE_##name
#define PLACE(pin) JOIN(pin)

/* Where each bit lives: 0..7 on P1, 8..15 on P3. */
static const uint8_t place[4] = {PLACE(HOLE_PIN_0), PLACE(HOLE_PIN_1), PLACE(HOLE_PIN_2), PLACE(HOLE_PIN_3)};

static uint16_t others; /* the latches of both ports without our pins, P3 in the upper byte */

static uint16_t spread(uint8_t nibble)
{
    uint16_t both = 0;
    uint8_t i;

    for (i = 0; i < 4; i++)
        if (nibble & (1 << i))
            both |= (uint16_t)(1u << place[i]);
    return both;
}

static void latches(uint8_t nibble)
{
    uint16_t both = others | spread(nibble);

    SIM_EXPECT(SIM_LATCH(SIM_P1), both & 0xFF);
    SIM_EXPECT(SIM_LATCH(SIM_P3), both >> 8);
    SIM_EXPECT(vport_latch(), nibble);
}

/* Bit 0 first, one write a pin. */
static void seen_in_order(uint8_t before, uint8_t after)
{
    uint8_t i;
    uint16_t both;

    for (i = 0; i < 4; i++) {
        before = (before & ~(1 << i)) | (after & (1 << i));
        both = others | spread(before);
        if (place[i] < 8)
            SIM_EXPECT_WRITE(SIM_P1, both & 0xFF);
        else
            SIM_EXPECT_WRITE(SIM_P3, both >> 8);
    }
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(SIM_P3);
}

static void set_others(uint16_t both)
{
    others = both & ~spread(15);
    P1 = (uint8_t)others;
    P3 = (uint8_t)(others >> 8);
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(SIM_P3);
}

static void check_read(uint8_t driven, uint16_t outside)
{
    uint8_t i;
    uint8_t expected = 0;

    SIM_HOLD(SIM_P1, outside & 0xFF);
    SIM_HOLD(SIM_P3, outside >> 8);
    for (i = 0; i < 4; i++)
        if ((driven & (1 << i)) && ((outside >> place[i]) & 1))
            expected |= (uint8_t)(1 << i);
    SIM_EXPECT(vport_read(), expected);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(SIM_P3);
}

void main(void)
{
    uint8_t i, state, clear, set;

    SIM_HOLD(SIM_P1, 0x00); /* what the pins read must not reach the latches */
    SIM_HOLD(SIM_P3, 0x00);
    vport_write(0x06);
    set_others(0x5A3C);

    SIM_MARK(1);
    vport_init();
    latches(15);
    seen_in_order(0, 15);

    SIM_MARK(2); /* every value from every neighbourhood; the upper bits mean nothing */
    state = 15;
    for (i = 0; i < 16; i++) {
        vport_write(i);
        latches(i);
        seen_in_order(state, i);
        state = i;
    }
    vport_write(0xF5);
    latches(5);
    seen_in_order(15, 5);
    set_others(0xFFFF);
    vport_write(0x0A);
    latches(0x0A);
    set_others(0x0000);
    vport_write(0x0A);
    latches(0x0A);
    seen_in_order(0, 0x0A);

    SIM_MARK(3); /* changes start from what was driven, whatever the pins carry; set wins */
    vport_change(0x08, 0x01);
    latches(0x03);
    seen_in_order(0x0A, 0x03);
    vport_change(0x02, 0x02);
    latches(0x03);
    seen_in_order(0x03, 0x03);
    vport_change(0xF0, 0x50);
    latches(0x03);
    seen_in_order(0x03, 0x03);
    state = 0x03;

    SIM_MARK(4); /* reading: one pin at a time high, one at a time low, all the others wrong */
    vport_write(15);
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(SIM_P3);
    check_read(15, 0x0000);
    check_read(15, 0xFFFF);
    for (i = 0; i < 4; i++) {
        check_read(15, spread((uint8_t)(1 << i)));
        check_read(15, ~spread((uint8_t)(1 << i)));
    }
    SIM_EXPECT(vport_latch(), 15); /* which leaves the mirror alone */
    vport_write(0x06);
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(SIM_P3);
    check_read(0x06, 0xFFFF); /* a pin driven low reads low */

    state = 0x06;
    for (i = 0; i < 16; i++) {
        SIM_MARK(10 + i);
        set_others((uint16_t)SIM_DRAW(0, 0xFFFF));
        vport_write(state); /* the neighbours' new latches went over our pins as well */
        SIM_SKIP_WRITES(SIM_P1);
        SIM_SKIP_WRITES(SIM_P3);
        clear = (uint8_t)SIM_DRAW(0, 255);
        set = (uint8_t)SIM_DRAW(0, 255);
        vport_change(clear, set);
        seen_in_order(state, ((state & ~clear) | set) & 15);
        state = ((state & ~clear) | set) & 15;
        latches(state);
        check_read(state, (uint16_t)SIM_DRAW(0, 0xFFFF));
    }
    SIM_DONE();
}
