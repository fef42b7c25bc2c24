#define A 0x40030000u
#define B (A + HOLE_PAGE_BYTES)
#define HALF(address) (*(volatile uint16_t *)(address))
#define WORD(address) (*(volatile uint32_t *)(address))
#define KEYR 0x40022004
#define SR 0x4002200C
#define CR 0x40022010
#define AR 0x40022014
#define COUNT ((HOLE_PAGE_BYTES - 8) / 4)
#define SLOT(page, n) ((page) + 8 + 4 * (n))
#define EOP 0x20

/* ---- The flash as the harness prepares it. ---- */

static void blank(uint32_t page)
{
    uint32_t i;

    for (i = 0; i < HOLE_PAGE_BYTES; i += 4)
        if (WORD(page + i) != 0xFFFFFFFF)
            WORD(page + i) = 0xFFFFFFFF;
}

static void head(uint32_t page, uint16_t sequence, uint16_t committed)
{
    HALF(page) = sequence;
    HALF(page + 2) = 0xFFFF - sequence;
    HALF(page + 4) = committed;
}

static uint16_t tag(uint32_t key, uint32_t value)
{
    uint8_t check = HOLE_CHECK_SEED;

    check ^= (uint8_t)key;
    check ^= value & 255;
    check ^= value / 256;
    return (uint16_t)(check * 256 + key);
}

static void record(uint32_t page, uint32_t slot, uint32_t key, uint32_t value)
{
    HALF(SLOT(page, slot)) = (uint16_t)value;
    HALF(SLOT(page, slot) + 2) = tag(key, value);
}

/* ---- What must have been done to it. ---- */

static uint32_t programmed(uint32_t page)
{
    uint32_t i, n = 0;

    for (i = 0; i < HOLE_PAGE_BYTES; i += 2)
        n += SIM_WRITES(page + i);
    return n;
}

static void seen(void)
{
    SIM_SKIP_WRITES(KEYR);
    SIM_SKIP_WRITES(CR);
    SIM_SKIP_WRITES(AR);
    SIM_SKIP_WRITES(SR);
}

static void unlocked(void)
{
    SIM_EXPECT_WRITE(KEYR, 0x45670123);
    SIM_EXPECT_WRITE(KEYR, 0xCDEF89AB);
}

static void halves(uint32_t count)
{
    while (count--) {
        SIM_EXPECT_WRITE(CR, 0x01);
        SIM_EXPECT_WRITE(SR, 0x34);
        SIM_EXPECT_WRITE(CR, 0x00);
    }
}

static void erased(uint32_t page)
{
    SIM_EXPECT_WRITE(CR, 0x02);
    SIM_EXPECT_WRITE(AR, page);
    SIM_EXPECT_WRITE(CR, 0x42);
    SIM_EXPECT_WRITE(SR, 0x34);
    SIM_EXPECT_WRITE(CR, 0x00);
}

static void locked(void)
{
    SIM_EXPECT_WRITE(CR, 0x80);
    SIM_EXPECT_NO_WRITE(CR);
    SIM_EXPECT_NO_WRITE(SR);
    SIM_EXPECT_NO_WRITE(AR);
    SIM_EXPECT_NO_WRITE(KEYR);
    SIM_EXPECT(SIM_LATCH(CR), 0x80);
}

static void untouched(void)
{
    SIM_EXPECT_NO_WRITE(CR);
    SIM_EXPECT_NO_WRITE(KEYR);
}

static void is_head(uint32_t page, uint16_t sequence)
{
    SIM_EXPECT(HALF(page), sequence);
    SIM_EXPECT(HALF(page + 2), 0xFFFF - sequence);
    SIM_EXPECT(HALF(page + 4), 0);
    SIM_EXPECT(HALF(page + 6), 0xFFFF);
}

static void is_record(uint32_t page, uint32_t slot, uint32_t key, uint32_t value)
{
    SIM_EXPECT(HALF(SLOT(page, slot)), value);
    SIM_EXPECT(HALF(SLOT(page, slot) + 2), tag(key, value));
}

static void gives(uint32_t key, uint32_t value)
{
    uint16_t got = 0x1111;

    SIM_EXPECT(kv_get((uint8_t)key, &got), 1);
    SIM_EXPECT(got, value);
}

static void lacks(uint32_t key)
{
    uint16_t got = 0x1111;

    SIM_EXPECT(kv_get((uint8_t)key, &got), 0);
    SIM_EXPECT(got, 0x1111);
}

static void sets(uint32_t page, uint32_t slot, uint32_t key, uint32_t value)
{
    uint32_t value_writes = SIM_WRITES(SLOT(page, slot));
    uint32_t tag_writes = SIM_WRITES(SLOT(page, slot) + 2);

    SIM_EXPECT(kv_set((uint8_t)key, (uint16_t)value), 1);
    unlocked();
    halves(2);
    locked();
    is_record(page, slot, key, value);
    value_writes = SIM_WRITES(SLOT(page, slot)) - value_writes;
    tag_writes = SIM_WRITES(SLOT(page, slot) + 2) - tag_writes;
    SIM_EXPECT(value_writes, 1);
    SIM_EXPECT(tag_writes, 1);
    gives(key, value);
}

/* So many operations end well, the next one with an error, those after it well again. */
static void fails_after(uint32_t operations, uint32_t error)
{
    SIM_HOLD(SR, EOP);
    while (operations--)
        SIM_FEED(SR, EOP);
    SIM_FEED(SR, error);
    SIM_FEED(SR, EOP);
}

static void mounts(uint32_t good)
{
    SIM_EXPECT(kv_mount(A, B), good);
    unlocked();
}

static void check_mount(uint32_t erased_page)
{
    mounts(1);
    if (erased_page)
        erased(erased_page);
    locked();
    if (erased_page)
        blank(erased_page);
}

void main(void)
{
    uint32_t i, before;

    SIM_HOLD(SR, EOP);
    blank(A);
    blank(B);
    SIM_MARK(1); /* a new chip: the first page is begun */
    mounts(1);
    halves(3);
    locked();
    is_head(A, 1);
    SIM_EXPECT(WORD(SLOT(A, 0)), 0xFFFFFFFF);
    lacks(0);

    SIM_MARK(2); /* values, limits, a value that is there already */
    sets(A, 0, 0, 0x1234);
    sets(A, 1, HOLE_KEY_COUNT - 1, 0xFFFF);
    sets(A, 2, 7, 0);
    lacks(1);
    SIM_EXPECT(kv_set(7, 0), 1);
    SIM_EXPECT(kv_set(0, 0x1234), 1);
    SIM_EXPECT(kv_set(HOLE_KEY_COUNT, 1), 0);
    SIM_EXPECT(kv_set(255, 1), 0);
    untouched();
    sets(A, 3, 0, 0x4321);
    gives(7, 0);
    gives(HOLE_KEY_COUNT - 1, 0xFFFF);
    sets(A, 4, 0, 0x1234);

    SIM_MARK(3); /* mounted again: nothing is written */
    check_mount(0);
    gives(0, 0x1234);
    gives(7, 0);

    SIM_MARK(4); /* a torn record, one with a wrong check, one whose bits were lost: the values before count */
    HALF(SLOT(A, 5)) = 0x5555;
    check_mount(0);
    sets(A, 6, 1, 0x0101);
    record(A, 7, 1, 0x0202);
    HALF(SLOT(A, 7) + 2) ^= 0x0100;
    record(A, 8, 7, 0x0303);
    HALF(SLOT(A, 8)) ^= 0x0080;
    check_mount(0);
    gives(1, 0x0101);
    gives(7, 0);
    sets(A, 9, 7, 0x0404);

    SIM_MARK(5); /* the last slot, then compaction: the newest of each key in the order of keys */
    for (i = 10; i < COUNT - 1; i++)
        record(A, i, 1, i);
    check_mount(0);
    gives(1, COUNT - 2);
    sets(A, COUNT - 1, 2, 0xBEEF);
    before = programmed(B);
    SIM_EXPECT(kv_set(2, 0xCAFE), 1);
    unlocked();
    halves(2 + 2 * 5 + 1);
    erased(A);
    halves(2);
    locked();
    SIM_EXPECT(programmed(B) - before, 15);
    is_head(B, 2);
    is_record(B, 0, 0, 0x1234);
    is_record(B, 1, 1, COUNT - 2);
    is_record(B, 2, 2, 0xBEEF);
    is_record(B, 3, 7, 0x0404);
    is_record(B, 4, HOLE_KEY_COUNT - 1, 0xFFFF);
    is_record(B, 5, 2, 0xCAFE);
    gives(2, 0xCAFE);
    gives(0, 0x1234);
    sets(B, 6, 3, 3);

    SIM_MARK(6); /* the power failed before the old page was erased: the newer one counts, the older one goes */
    check_mount(A);
    gives(2, 0xCAFE);
    sets(B, 7, 3, 4);

    SIM_MARK(7); /* sequence numbers wrap */
    head(A, 0xFFFF, 0);
    head(B, 0x0000, 0);
    check_mount(A);
    gives(3, 4);
    head(A, 0x8003, 0);
    record(A, 0, 3, 0x0A0A);
    head(B, 0x0002, 0);
    check_mount(A);
    gives(3, 4);
    head(A, 0x0003, 0);
    record(A, 0, 3, 0x0A0A);
    check_mount(B);
    gives(3, 0x0A0A);

    SIM_MARK(8); /* a newer page without its commitment, one with a half erased header: both go */
    head(B, 0x0004, 0xFFFF);
    record(B, 0, 3, 0x0B0B);
    check_mount(B);
    gives(3, 0x0A0A);
    head(B, 0x0004, 0);
    HALF(B + 2) = 0xFFFF;
    check_mount(B);
    head(B, 0x0004, 0);
    HALF(B) = 0x0404;
    check_mount(B);
    HALF(SLOT(B, COUNT - 1) + 2) = 0xFFFE; /* and a bit in the last word, or in the first */
    check_mount(B);
    HALF(B) = 0x7FFF;
    check_mount(B);

    SIM_MARK(9); /* the spare page is not blank when it is needed: erased first */
    head(A, 0x12FF, 0);
    for (i = 1; i < COUNT; i++)
        record(A, i, 3, 0x4000 + i);
    check_mount(0);
    WORD(SLOT(B, 100)) = 0x7FFFFFFF;
    SIM_EXPECT(kv_set(5, 5), 1);
    unlocked();
    erased(B);
    halves(2 + 2 + 1);
    erased(A);
    halves(2);
    locked();
    is_head(B, 0x1300);
    is_record(B, 0, 3, 0x4000 + COUNT - 1);
    is_record(B, 1, 5, 5);
    blank(A);
    WORD(SLOT(B, 100)) = 0xFFFFFFFF;

    WORD(CR) = 0; /* somebody has unlocked it: the keys a second time would lock it until reset */
    SIM_SKIP_WRITES(CR);
    SIM_EXPECT(kv_set(5, 0x55), 1);
    halves(2);
    locked();
    is_record(B, 2, 5, 0x55);
    gives(5, 0x55);

    SIM_MARK(10); /* busy up to the last look, and one look too long */
    for (i = 1; i < HOLE_BUSY_LIMIT; i++)
        SIM_FEED(SR, 1);
    SIM_FEED(SR, EOP);
    sets(B, 3, 6, 0x66);
    for (i = 0; i < HOLE_BUSY_LIMIT; i++)
        SIM_FEED(SR, 1);
    SIM_FEED(SR, EOP);
    SIM_EXPECT(kv_set(6, 0x67), 0);
    unlocked();
    halves(1);
    locked();
    SIM_EXPECT(WORD(SLOT(B, 4)), 0xFFFF0067); /* the tag is not programmed any more */
    gives(6, 0x66);
    SIM_HOLD(SR, EOP);
    sets(B, 5, 6, 0x67); /* the slot that failed is used up */

    SIM_MARK(11); /* the flash reports an error, in the value or in the tag; a cell does not hold */
    SIM_HOLD(SR, 0x04);
    SIM_EXPECT(kv_set(6, 0x6A), 0);
    unlocked();
    halves(1);
    locked();
    SIM_HOLD(SR, EOP);
    SIM_FEED(SR, EOP);
    SIM_FEED(SR, 0x14);
    SIM_EXPECT(kv_set(6, 0x6B), 0);
    unlocked();
    halves(2);
    locked();
    SIM_HOLD(SR, 0x10);
    SIM_EXPECT(kv_set(6, 0x6C), 0);
    unlocked();
    halves(1);
    locked();
    SIM_HOLD(SR, EOP);
    SIM_HOLD(SLOT(B, 9), 0xFFFF0069);
    SIM_EXPECT(kv_set(6, 0x68), 0);
    unlocked();
    halves(1);
    locked();
    SIM_HOLD(SLOT(B, 9), 0xFFFFFFFF);
    sets(B, 10, 6, 0x68);

    SIM_MARK(12); /* compaction fails at the header, in a record, at the commitment: the old page stays */
    for (i = 11; i < COUNT; i++)
        record(B, i, 3, 0x5000 + i);
    check_mount(0);
    for (i = 0; i < 3; i++) {
        static const uint8_t good[3] = {1, 4, 2 + 2 * 3};

        blank(A);
        fails_after(good[i], 0x04);
        SIM_EXPECT(kv_set(9, 9), 0);
        unlocked();
        halves(good[i] + 1u);
        locked();
        gives(3, 0x5000 + COUNT - 1);
        gives(5, 0x55);
        lacks(9);
    }
    fails_after(0, 0x04); /* what is left there must be erased; that fails, then succeeds */
    SIM_EXPECT(kv_set(9, 9), 0);
    unlocked();
    erased(A);
    locked();
    fails_after(1 + 9, 0x10); /* the erasure of the old page fails: it does not matter now */
    SIM_EXPECT(kv_set(9, 9), 1);
    unlocked();
    erased(A);
    halves(2 + 2 * 3 + 1);
    erased(B);
    halves(2);
    locked();
    is_head(A, 0x1301);
    gives(9, 9);
    gives(6, 0x68);

    SIM_MARK(13); /* no page is valid: the first is erased and begun, the second cleaned; either may fail */
    HALF(B + 4) = 0x8000;
    for (i = 0; i < 3; i++) {
        HALF(A + 4) = 0x8000;
        if (i > 0)
            fails_after(i == 1 ? 0 : 4, 0x10);
        mounts(i == 0);
        erased(A);
        if (i != 1)
            halves(3);
        erased(B);
        locked();
    }
    is_head(A, 1);
    SIM_HOLD(SR, EOP);

    SIM_MARK(14); /* drawn */
    blank(A);
    blank(B);
    seen();
    mounts(1);
    seen();
    for (i = 0; i < 8; i++) {
        uint32_t value = SIM_DRAW(0, 0xFFFF);

        sets(A, i, 10 + i % 3, value ^ i);
    }
}
