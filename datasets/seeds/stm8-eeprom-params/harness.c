#define REG(address) (*(volatile uint8_t *)(address))
#define IAPSR SIM_REG(0x505F)
#define DUKR SIM_REG(0x5064)
#define AT(offset) (0x4000 + HOLE_PLACE + (offset))
#define CELL(offset) (((volatile uint8_t *)0x4000)[HOLE_PLACE + (offset)])

static uint8_t model[8]; /* a record as it should be */
static uint8_t standard[6] = {60, 4, 1, 100, 0, 7};

/* Remainder of the message and eight zeros by the polynomial; the start value goes into the first byte. */
static void seal(void)
{
    uint16_t rest = 0xFF ^ model[0];
    uint8_t i;
    uint8_t bit;

    for (i = 1; i <= 7; i++)
        for (bit = 0x80; bit != 0; bit >>= 1) {
            rest <<= 1;
            if (i < 7 && (model[i] & bit))
                rest |= 1;
            if (rest & 0x100)
                rest ^= 0x100 | HOLE_CRC_POLYNOMIAL;
        }
    model[7] = (uint8_t)rest;
}

static void unlock_for_harness(void)
{
    REG(SIM_REG(0x5064)) = 0xAE;
    REG(SIM_REG(0x5064)) = 0x56;
}

static void skip(void)
{
    uint8_t i;

    SIM_SKIP_WRITES(DUKR);
    SIM_SKIP_WRITES(IAPSR);
    for (i = 0; i < 16; i++)
        SIM_SKIP_WRITES(AT(i));
}

/* Puts the model into the EEPROM as record 0 or 1. */
static void plant(uint8_t record)
{
    uint8_t i;

    unlock_for_harness();
    for (i = 0; i < 8; i++)
        CELL(record * 8 + i) = model[i];
    REG(SIM_REG(0x505F)) = 0;
    skip();
}

static void fill(uint8_t sequence, uint8_t from)
{
    uint8_t i;

    model[0] = sequence;
    for (i = 1; i < 7; i++)
        model[i] = (uint8_t)(from + i * 37);
    seal();
}

static void expect_values(const uint8_t *expected)
{
    uint8_t i;

    for (i = 0; i < 6; i++)
        SIM_EXPECT(params_get(i), expected[i]);
    SIM_EXPECT(params_get(6), 0);
    SIM_EXPECT(params_get(255), 0);
}

static void expect_no_cells(void)
{
    uint8_t i;

    for (i = 0; i < 16; i++)
        SIM_EXPECT_NO_WRITE(AT(i));
}

static void expect_keys(void)
{
    SIM_EXPECT_WRITE(DUKR, 0xAE);
    SIM_EXPECT_WRITE(DUKR, 0x56);
    SIM_EXPECT_NO_WRITE(DUKR);
}

static void expect_locked(void)
{
    SIM_EXPECT(SIM_WRITES(IAPSR) != 0, 1);
    SIM_SKIP_WRITES(IAPSR);
    SIM_EXPECT(SIM_LATCH(IAPSR) & 0x08, 0);
}

/* A save of the model into a record that goes well: exactly the bytes that differ are written. */
static void save(uint8_t record)
{
    uint8_t before[8];
    uint8_t i;

    seal();
    for (i = 0; i < 8; i++)
        before[i] = CELL(record * 8 + i);
    SIM_EXPECT(params_save(), 1);
    expect_keys();
    for (i = 0; i < 8; i++) {
        if (before[i] != model[i])
            SIM_EXPECT_WRITE(AT(record * 8 + i), model[i]);
        SIM_EXPECT(CELL(record * 8 + i), model[i]);
    }
    expect_no_cells();
    expect_locked();
}

static void set(uint8_t number, uint8_t value, uint8_t good)
{
    SIM_EXPECT(params_set(number, value), good);
    if (good)
        model[1 + number] = value;
    SIM_EXPECT(params_get(number), model[1 + number]);
}

void main(void)
{
    uint8_t i;
    uint8_t k;
    uint16_t n;

    SIM_MARK(1); /* an empty EEPROM is no record, and neither is one full of ones */
    SIM_EXPECT(params_load(), 0);
    expect_values(standard);
    for (i = 0; i < 8; i++)
        model[i] = 0xFF;
    plant(0);
    plant(1);
    SIM_EXPECT(params_load(), 0);
    expect_values(standard);

    SIM_MARK(2); /* limits of the values, in RAM only */
    for (i = 0; i < 6; i++)
        model[1 + i] = standard[i];
    set(0, 5, 1);
    set(0, 4, 0);
    set(0, 90, 1);
    set(0, 91, 0);
    set(1, 0, 0);
    set(1, 1, 1);
    set(1, 20, 1);
    set(1, 21, 0);
    set(2, 0, 1);
    set(2, 1, 1);
    set(2, 2, 0);
    set(3, 9, 0);
    set(3, 10, 1);
    set(3, 250, 1);
    set(3, 251, 0);
    set(4, 255, 1);
    set(4, 0, 1);
    set(5, 0, 0);
    set(5, 12, 1);
    set(5, 13, 0);
    set(5, 1, 1);
    SIM_EXPECT(params_set(6, 1), 0);
    SIM_EXPECT(params_set(255, 0), 0);
    expect_values(model + 1);
    expect_no_cells();

    SIM_MARK(3); /* saves go to the two records in turn, and what is there already is not written */
    model[0] = 1;
    save(1);
    set(4, 200, 1);
    model[0] = 2;
    save(0);
    model[0] = 3;
    save(1);
    SIM_EXPECT(params_set(0, 33), 1); /* not saved */
    SIM_EXPECT(params_load(), 1);
    expect_values(model + 1);
    set(1, 9, 1);
    model[0] = 4;
    save(0);

    SIM_MARK(4); /* which record is taken: the newer one, also across the wrap; the other when it is damaged */
    for (i = 0; i < 5; i++) {
        k = (uint8_t)SIM_DRAW(0, 255);
        fill(k, 20);
        plant(0);
        fill(k + 1, 40);
        plant(1);
        SIM_EXPECT(params_load(), 1);
        expect_values(model + 1);
        fill(k + 2, 60);
        plant(0);
        SIM_EXPECT(params_load(), 1);
        expect_values(model + 1);
        model[3] ^= 0x10;
        plant(0);
        fill(k + 1, 40);
        SIM_EXPECT(params_load(), 1);
        expect_values(model + 1);
    }
    fill(9, 80);
    plant(0);
    fill(10, 90);
    model[7] ^= 1;
    plant(1);
    fill(9, 80);
    SIM_EXPECT(params_load(), 1);
    expect_values(model + 1);
    model[0] = 10;
    save(1);
    fill(255, 11);
    plant(1);
    SIM_EXPECT(params_load(), 1);
    model[0] = 9;
    fill(9, 80); /* 9 comes after 255 */
    expect_values(model + 1);
    fill(255, 11);
    plant(0);
    SIM_EXPECT(params_load(), 1);
    model[0] = 0;
    save(1); /* the number after 255 */

    SIM_MARK(5); /* no unlocking: nothing is written, the next number stays the same */
    SIM_EXPECT(params_set(4, model[5] ^ 0x55), 1);
    SIM_HOLD(IAPSR, 0xF7);
    SIM_EXPECT(params_save(), 0);
    expect_keys();
    expect_no_cells();
    expect_locked();

    SIM_MARK(6); /* it comes at the last look; then the chip refuses the first byte */
    for (n = 1; n < HOLE_EOP_LIMIT; n++)
        SIM_FEED(IAPSR, 0xF7);
    SIM_FEED(IAPSR, 0x08);
    SIM_FEED(IAPSR, 0x4D);
    SIM_EXPECT(params_save(), 0);
    expect_keys();
    SIM_EXPECT_WRITE(AT(0), 1);
    expect_no_cells();
    expect_locked();

    SIM_MARK(7); /* the end of programming at the last look; at the second byte not at all, and the save is given up */
    fill(255, 11);
    plant(0);
    SIM_FEED(IAPSR, 0x48);
    for (n = 1; n < HOLE_EOP_LIMIT; n++)
        SIM_FEED(IAPSR, 0xFA);
    SIM_FEED(IAPSR, 0x4C);
    for (n = 0; n < HOLE_EOP_LIMIT; n++)
        SIM_FEED(IAPSR, 0x48);
    SIM_FEED(IAPSR, 0x4C);
    SIM_EXPECT(params_save(), 0);
    expect_keys();
    SIM_EXPECT_WRITE(AT(0), 1);
    SIM_EXPECT_WRITE(AT(5), model[5] ^ 0x55);
    expect_no_cells();
    expect_locked();

    SIM_MARK(8); /* the record that was there before still holds, and the next save is whole */
    SIM_HOLD(IAPSR, 0x4C);
    SIM_EXPECT(params_get(4), model[5] ^ 0x55);
    SIM_EXPECT(params_load(), 1);
    model[0] = 1;
    expect_values(model + 1);
    save(0);
    SIM_EXPECT(params_load(), 1);
    expect_values(model + 1);
}
