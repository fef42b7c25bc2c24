#define PORT HOLE_KEYPAD_ADDRESS

/* The columns that each row pulls low in the next scan, four bits a row, row 0 lowest. */
static void close_keys(uint16_t columns)
{
    uint8_t row;

    SIM_HOLD(PORT, 0xFF);
    for (row = 0; row < 4; row++) {
        SIM_FEED(PORT, (uint8_t)~((columns & 15) << HOLE_COLUMN_SHIFT));
        columns >>= 4;
    }
}

static void expect_rows(void)
{
    uint8_t row;

    for (row = 0; row < 4; row++)
        SIM_EXPECT_WRITE(PORT, 0xFF ^ (1 << (HOLE_ROW_SHIFT + row)));
    SIM_EXPECT_WRITE(PORT, 0xFF);
    SIM_EXPECT_NO_WRITE(PORT);
}

static void expect_scan(uint16_t columns, uint8_t found)
{
    close_keys(columns);
    SIM_EXPECT(keypad_scan(), found);
    expect_rows();
}

/* So many scans alike, of which only the last may give the label. */
static void expect_get(uint16_t columns, uint8_t scans, char label)
{
    while (scans--) {
        close_keys(columns);
        SIM_EXPECT(keypad_get(), scans ? 0 : label);
    }
}

void main(void)
{
    uint8_t i, key, other;

    keypad_init();
    SIM_EXPECT_WRITE(PORT, 0xFF);
    expect_get(0x0000, 1, 0);
    expect_rows();
    expect_get(0x0000, HOLE_STABLE_SCANS, 0);
    SIM_SKIP_WRITES(PORT);
    SIM_MARK(1);
    expect_scan(0x0000, 0xFF);
    expect_scan(0x0001, 0);
    expect_scan(0x8000, 15);
    expect_scan(0x0020, 5);
    expect_scan(0x0003, 0xFE);
    expect_scan(0x1001, 0xFE);
    expect_scan(0x0033, 0xFE);
    expect_scan(0x0111, 0xFE);
    expect_scan(0xFFFF, 0xFE);

    SIM_MARK(2); /* each key has its label */
    for (key = 0; key < 16; key++) {
        expect_get((uint16_t)1 << key, HOLE_STABLE_SCANS, "123A456B789C*0#D"[key]);
        expect_get(0x0000, HOLE_STABLE_SCANS, 0);
    }
    SIM_MARK(3); /* once a press; too short a release does not count */
    expect_get(0x0010, HOLE_STABLE_SCANS, '4');
    expect_get(0x0010, HOLE_STABLE_SCANS + 2, 0);
    expect_get(0x0000, HOLE_STABLE_SCANS - 1, 0);
    expect_get(0x0010, HOLE_STABLE_SCANS + 1, 0);
    expect_get(0x0000, HOLE_STABLE_SCANS, 0);
    SIM_MARK(4); /* too short a press, bounce */
    expect_get(0x0400, HOLE_STABLE_SCANS - 1, 0);
    expect_get(0x0000, 1, 0);
    expect_get(0x0400, 1, 0);
    expect_get(0x0000, 1, 0);
    expect_get(0x0400, HOLE_STABLE_SCANS, '9');
    SIM_MARK(5); /* a second key, then the first lifted: nothing until all are up */
    expect_get(0x0401, HOLE_STABLE_SCANS + 1, 0);
    expect_get(0x0001, HOLE_STABLE_SCANS + 1, 0);
    expect_get(0x0000, HOLE_STABLE_SCANS, 0);
    SIM_MARK(6); /* two keys at once, and one of them stays */
    expect_get(0x0003, HOLE_STABLE_SCANS, 0);
    expect_get(0x0001, HOLE_STABLE_SCANS, 0);
    keypad_init();
    expect_get(0x0001, HOLE_STABLE_SCANS, '1');
    keypad_init();
    SIM_SKIP_WRITES(PORT);
    for (i = 0; i < 8; i++) {
        SIM_MARK(7 + i);
        key = (uint8_t)SIM_DRAW(0, 15);
        other = (uint8_t)SIM_DRAW(0, 15);
        expect_scan((uint16_t)1 << key | (uint16_t)1 << other, key == other ? key : 0xFE);
    }
    SIM_DONE();
}
