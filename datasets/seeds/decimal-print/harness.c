#define GUARD 0x5C

static __xdata char field[HOLE_FIELD_WIDTH + 3];

/* From the right, by division. */
static void look(uint16_t magnitude, uint8_t negative)
{
    uint8_t at = HOLE_FIELD_WIDTH;

    SIM_EXPECT(field[0], GUARD);
    SIM_EXPECT(field[at + 1], 0);
    SIM_EXPECT(field[at + 2], GUARD);
    do {
        SIM_EXPECT(field[at], '0' + (uint8_t)(magnitude % 10));
        magnitude /= 10;
        at--;
    } while (magnitude);
    if (negative) {
        SIM_EXPECT(field[at], '-');
        at--;
    }
    for (; at; at--)
        SIM_EXPECT(field[at], HOLE_PAD);
}

static void wipe(void)
{
    uint8_t i;

    for (i = 0; i < HOLE_FIELD_WIDTH + 3; i++)
        field[i] = GUARD;
}

static void check_u16(uint16_t value)
{
    wipe();
    print_u16(value, &field[1]);
    look(value, 0);
}

static void check_i16(int16_t value)
{
    wipe();
    print_i16(value, &field[1]);
    look(value < 0 ? (uint16_t)~value + 1u : (uint16_t)value, value < 0);
}

void main(void)
{
    uint8_t i;

    SIM_MARK(1);
    check_u16(0);
    check_u16(9);
    check_u16(10);
    check_u16(100);
    check_u16(1005);
    check_u16(9999);
    check_u16(10000);
    check_u16(40302);
    check_u16(65535);
    SIM_MARK(2);
    check_i16(0);
    check_i16(-1);
    check_i16(1);
    check_i16(-10);
    check_i16(-999);
    check_i16(32767);
    check_i16(-32767);
    check_i16(-32767 - 1);
    for (i = 0; i < 8; i++) {
        SIM_MARK(10 + i);
        check_u16((uint16_t)SIM_DRAW(0, 65535));
        check_i16((int16_t)SIM_DRAW(0, 65535));
    }
    SIM_DONE();
}
