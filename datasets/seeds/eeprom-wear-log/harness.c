#define CELL(at) SIM_XDATA(HOLE_STORE + (at))

static volatile __xdata __at(HOLE_STORE) uint8_t cells[4 * HOLE_SLOTS];
static __xdata log_entry got;

/* CRC-8, 0x07 from 0xFF, by long division of the 24 bits with their first eight inverted. */
static uint8_t check_of(uint8_t a, uint8_t b, uint8_t c)
{
    uint32_t bits = ((uint32_t)(uint8_t)~a << 24) | ((uint32_t)b << 16) | ((uint16_t)c << 8);
    uint32_t divisor = 0x83800000UL; /* 1 0000 0111 */
    uint32_t top;

    for (top = 0x80000000UL; top > 0xFF; top >>= 1) {
        if (bits & top)
            bits ^= divisor;
        divisor >>= 1;
    }
    return (uint8_t)bits;
}

static void plant(uint8_t slot, uint8_t sequence, uint8_t code, uint8_t value)
{
    cells[4 * slot] = sequence;
    cells[4 * slot + 1] = code;
    cells[4 * slot + 2] = value;
    cells[4 * slot + 3] = check_of(sequence, code, value);
}

static void erase(void)
{
    uint8_t i;

    for (i = 0; i < 4 * HOLE_SLOTS; i++)
        cells[i] = 0xFF;
}

/* All writes so far are known. */
static void skip_writes(void)
{
    uint8_t i;

    for (i = 0; i < 4 * HOLE_SLOTS; i++)
        SIM_SKIP_WRITES(CELL(i));
}

static void no_writes(void)
{
    uint8_t i;

    for (i = 0; i < 4 * HOLE_SLOTS; i++)
        SIM_EXPECT_NO_WRITE(CELL(i));
}

static void append(uint8_t slot, uint8_t sequence, uint8_t code, uint8_t value)
{
    SIM_EXPECT(log_append(code, value), 1);
    SIM_EXPECT(cells[4 * slot], sequence);
    SIM_EXPECT(cells[4 * slot + 1], code);
    SIM_EXPECT(cells[4 * slot + 2], value);
    SIM_EXPECT(cells[4 * slot + 3], check_of(sequence, code, value));
}

static void entry(uint8_t age, uint8_t code, uint8_t value)
{
    got.code = ~code;
    got.value = ~value;
    SIM_EXPECT(log_read(age, &got), 1);
    SIM_EXPECT(got.code, code);
    SIM_EXPECT(got.value, value);
}

static void no_entry(uint8_t age)
{
    got.code = 0x5A;
    got.value = 0xA5;
    SIM_EXPECT(log_read(age, &got), 0);
    SIM_EXPECT(got.code, 0x5A);
    SIM_EXPECT(got.value, 0xA5);
}

/* A full ring whose newest record is in this slot with this number; codes are the numbers. */
static void fill(uint8_t newest_slot, uint8_t newest)
{
    uint8_t i;

    for (i = 0; i < HOLE_SLOTS; i++) {
        plant(newest_slot, newest, newest, ~newest);
        newest_slot = newest_slot ? newest_slot - 1 : HOLE_SLOTS - 1;
        newest = newest ? newest - 1 : 254;
    }
    skip_writes();
}

void main(void)
{
    uint16_t looks;
    uint8_t i;

    SIM_MARK(1); /* a new chip: nothing in it, nothing read out of it */
    erase();
    skip_writes();
    next_slot = 3;
    next_sequence = 77;
    entries = 5;
    SIM_EXPECT(log_mount(), 0);
    no_entry(0);
    no_writes();

    SIM_MARK(2); /* the first records, byte by byte */
    append(0, 0, 0x12, 0x34);
    SIM_EXPECT_WRITE(CELL(1), 0x12); /* the empty mark was there already */
    SIM_EXPECT_WRITE(CELL(2), 0x34);
    SIM_EXPECT_WRITE(CELL(3), check_of(0, 0x12, 0x34));
    SIM_EXPECT_WRITE(CELL(0), 0);
    no_writes();
    entry(0, 0x12, 0x34);
    no_entry(1);
    append(1, 1, 0xFF, 0x80);
    skip_writes();
    entry(0, 0xFF, 0x80);
    entry(1, 0x12, 0x34);
    no_entry(2);
    no_entry(255);
    SIM_EXPECT(log_mount(), 2);
    entry(0, 0xFF, 0x80);
    entry(1, 0x12, 0x34);
    append(2, 2, 7, 8);
    SIM_EXPECT(log_mount(), 3);

    SIM_MARK(3); /* full: the oldest goes; each of its bytes is written once, the first one twice */
    fill(HOLE_SLOTS - 1, 100);
    SIM_EXPECT(log_mount(), HOLE_SLOTS);
    entry(0, 100, 155);
    entry(HOLE_SLOTS - 1, 101 - HOLE_SLOTS, 154 + HOLE_SLOTS);
    no_entry(HOLE_SLOTS);
    append(0, 101, 0xC0, 0x0C);
    SIM_EXPECT_WRITE(CELL(0), 0xFF);
    SIM_EXPECT_WRITE(CELL(0), 101);
    SIM_EXPECT_WRITE(CELL(1), 0xC0);
    SIM_EXPECT_WRITE(CELL(2), 0x0C);
    SIM_EXPECT_WRITE(CELL(3), check_of(101, 0xC0, 0x0C));
    no_writes();
    entry(0, 0xC0, 0x0C);
    entry(1, 100, 155);
    entry(HOLE_SLOTS - 1, 102 - HOLE_SLOTS, 153 + HOLE_SLOTS);
    no_entry(HOLE_SLOTS);
    SIM_EXPECT(log_mount(), HOLE_SLOTS);
    append(1, 102, 1, 1);

    SIM_MARK(4); /* the numbers wrap, and 255 is none of them */
    fill(2, 254);
    SIM_EXPECT(log_mount(), HOLE_SLOTS);
    append(3, 0, 9, 9);
    SIM_EXPECT(log_mount(), HOLE_SLOTS);
    entry(0, 9, 9);
    entry(1, 254, 1);
    entry(HOLE_SLOTS - 1, 256 - HOLE_SLOTS, HOLE_SLOTS - 1);
    append(4, 1, 8, 8);
    fill(1, 2);
    SIM_EXPECT(log_mount(), HOLE_SLOTS);
    entry(3, 254, 1);
    append(2, 3, 6, 6);

    SIM_MARK(5); /* power lost at each step of a write: the new record is not there, all others are */
    for (i = 0; i < 4; i++) {
        fill(1, 50);
        cells[8] = 0xFF;
        if (i > 0)
            cells[9] = 0x77;
        if (i > 1)
            cells[10] = 0x78;
        if (i > 2)
            cells[11] = check_of(51, 0x77, 0x78);
        skip_writes();
        SIM_EXPECT(log_mount(), HOLE_SLOTS - 1);
        no_writes();
        entry(0, 50, 205);
        no_entry(HOLE_SLOTS - 1);
        append(2, 51, 0x77, 0x79);
        SIM_EXPECT(log_mount(), HOLE_SLOTS);
    }

    SIM_MARK(6); /* a byte of the newest or of an older record has gone bad */
    for (i = 0; i < 4; i++) {
        fill(2, 60);
        cells[8 + i] ^= 0x10;
        SIM_EXPECT(log_mount(), HOLE_SLOTS - 1);
        entry(0, 59, 196);
        fill(2, 60);
        cells[4 + i] ^= 0x01;
        SIM_EXPECT(log_mount(), 1);
        entry(0, 60, 195);
        no_entry(1);
        append(3, 61, 0, 0);
        entry(1, 60, 195);
        no_entry(2);
    }
    SIM_MARK(7); /* zeros everywhere are no records either */
    for (i = 0; i < 4 * HOLE_SLOTS; i++)
        cells[i] = 0;
    SIM_EXPECT(log_mount(), 0);
    no_entry(0);

    SIM_MARK(8); /* an older number left over in between is not the newest, nor counted */
    erase();
    plant(0, 10, 1, 1);
    plant(1, 11, 2, 2);
    plant(3, 9, 3, 3);
    SIM_EXPECT(log_mount(), 2);
    entry(0, 2, 2);
    append(2, 12, 4, 4);
    SIM_EXPECT(log_mount(), 3);
    erase();
    plant(0, 200, 2, 1); /* with empty slots behind it */
    SIM_EXPECT(log_mount(), 1);
    entry(0, 2, 1);
    erase();
    plant(2, 200, 5, 5); /* more than half a round behind 60: newer */
    plant(3, 60, 6, 6);
    SIM_EXPECT(log_mount(), 1);
    entry(0, 6, 6);
    erase();
    plant(0, 0, 7, 7); /* at 127 steps the other is newer, at 128 older */
    plant(1, 127, 8, 8);
    log_mount();
    entry(0, 8, 8);
    plant(1, 128, 9, 9);
    log_mount();
    entry(0, 7, 7);
    plant(0, 254, 7, 7); /* the same across the wrap */
    plant(1, 126, 8, 8);
    log_mount();
    entry(0, 8, 8);
    plant(1, 127, 9, 9);
    log_mount();
    entry(0, 7, 7);

    SIM_MARK(9); /* a dead cell in a full log: the oldest record is lost, once, and the rest stays */
    fill(HOLE_SLOTS - 2, 30);
    SIM_EXPECT(log_mount(), HOLE_SLOTS);
    SIM_HOLD(CELL(4 * (HOLE_SLOTS - 1) + 2), 0x33); /* whatever is written, this comes back */
    for (i = 0; i < 2; i++) {
        SIM_EXPECT(log_append(0x40, 0x41), 0);
        SIM_EXPECT(cells[4 * (HOLE_SLOTS - 1)], 0xFF);
        entry(0, 30, 225);
        no_entry(HOLE_SLOTS - 1);
        entry(HOLE_SLOTS - 2, 32 - HOLE_SLOTS, 223 + HOLE_SLOTS);
    }

    SIM_MARK(10); /* slow cells: as many looks as allowed; then one that never takes the byte */
    erase();
    SIM_EXPECT(log_mount(), 0);
    skip_writes();
    SIM_FEED(CELL(1), 0xFF);
    for (looks = 1; looks < HOLE_WRITE_LOOKS; looks++)
        SIM_FEED(CELL(1), 0xC7);
    SIM_FEED(CELL(1), 0x47);
    SIM_EXPECT(log_append(0x47, 1), 1);
    erase();
    log_mount();
    skip_writes();
    SIM_FEED(CELL(1), 0xFF);
    for (looks = 0; looks < HOLE_WRITE_LOOKS; looks++)
        SIM_FEED(CELL(1), 0xC7);
    SIM_FEED(CELL(1), 0x47);
    SIM_EXPECT(log_append(0x47, 1), 0);
    SIM_EXPECT_WRITE(CELL(1), 0x47);
    no_writes(); /* nothing after the failure */
    no_entry(0);
    SIM_DONE();
}
