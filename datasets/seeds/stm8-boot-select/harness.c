#define REG(address) (*(volatile uint8_t *)(address))
#define IAPSR SIM_REG(0x505F)
#define DUKR SIM_REG(0x5064)
#define AT(i) (0x4000 + HOLE_PLACE + (i))
#define CELL(i) (((volatile uint8_t *)0x4000)[HOLE_PLACE + (i)])

static uint8_t first[310];
static uint8_t second[30];
static uint16_t i;

/* Remainder of the image without its CRC field, as one long message, by the polynomial. */
static uint16_t remainder_of(const uint8_t *image, uint16_t length)
{
    uint16_t rest = 0xFFFF;
    uint16_t at;
    uint8_t bit;

    for (at = 0; at < 10 + length; at++) {
        if (at == 8 || at == 9)
            continue;
        for (bit = 0x80; bit != 0; bit >>= 1) {
            uint8_t out = rest >> 15;

            rest <<= 1;
            if (out != ((image[at] & bit) != 0))
                rest ^= HOLE_CRC_POLYNOMIAL;
        }
    }
    return rest;
}

static void seal(uint8_t *image, uint16_t length)
{
    uint16_t rest = remainder_of(image, length);

    image[8] = (uint8_t)rest;
    image[9] = (uint8_t)(rest >> 8);
}

static void make(uint8_t *image, uint8_t version, uint8_t length)
{
    uint8_t at;

    image[0] = 'F';
    image[1] = 'W';
    image[2] = '0';
    image[3] = '1';
    image[4] = version;
    image[5] = HOLE_BOARD;
    image[6] = length;
    image[7] = 0;
    for (at = 10; at < 30; at++)
        image[at] = (uint8_t)(version * 7 + at * 31);
    seal(image, length);
}

static void skip(void)
{
    SIM_SKIP_WRITES(IAPSR);
    SIM_SKIP_WRITES(DUKR);
    for (i = 0; i < 3; i++)
        SIM_SKIP_WRITES(AT(i));
}

static void plant(uint8_t lowest, uint8_t tries_a, uint8_t tries_b)
{
    REG(SIM_REG(0x5064)) = 0xAE;
    REG(SIM_REG(0x5064)) = 0x56;
    CELL(0) = lowest;
    CELL(1) = tries_a;
    CELL(2) = tries_b;
    REG(SIM_REG(0x505F)) = 0;
    REG(SIM_REG(0x505F)); /* what is left in it */
    skip();
}

static void expect_untouched(void)
{
    SIM_EXPECT_NO_WRITE(DUKR);
    for (i = 0; i < 3; i++)
        SIM_EXPECT_NO_WRITE(AT(i));
    SIM_EXPECT(SIM_LATCH(IAPSR) & 0x08, 0);
}

static void expect_stored(uint8_t cell, uint8_t value)
{
    SIM_EXPECT_WRITE(DUKR, 0xAE);
    SIM_EXPECT_WRITE(DUKR, 0x56);
    SIM_EXPECT_WRITE(AT(cell), value);
    SIM_EXPECT(CELL(cell), value);
    expect_untouched();
}

/* A choice of a confirmed image, or of none, writes nothing. */
static void choose(uint8_t slot)
{
    SIM_EXPECT(boot_select(first, second), slot);
    expect_untouched();
}

/* One on trial is counted. */
static void try_out(uint8_t slot, uint8_t tries)
{
    SIM_EXPECT(boot_select(first, second), slot);
    expect_stored(slot, tries);
}

static void check_damaged(uint8_t at, uint8_t bits)
{
    first[at] ^= bits;
    choose(2);
    first[at] ^= bits;
}

void main(void)
{
    uint8_t n;
    uint8_t va;
    uint8_t vb;

    SIM_MARK(1); /* new chip, empty slots; then one image, on trial until its tries are used up, and confirmed */
    for (i = 0; i < 30; i++)
        first[i] = second[i] = 0;
    choose(0);
    make(second, 1, 20);
    for (n = 1; n <= HOLE_MAX_TRIES; n++)
        try_out(2, n);
    choose(0);
    SIM_EXPECT(boot_installed(2), 1);
    expect_stored(2, 0);
    SIM_EXPECT(boot_installed(2), 1); /* already */
    expect_untouched();
    try_out(2, 1);
    SIM_EXPECT(boot_confirm(1), 1);
    expect_stored(0, 1);
    for (n = 0; n < HOLE_MAX_TRIES + 2; n++)
        choose(2);

    SIM_MARK(2); /* a newer one in slot A that never gets so far: tried, given up, back to the confirmed one */
    make(first, 2, 17);
    for (n = 1; n <= HOLE_MAX_TRIES; n++)
        try_out(1, n);
    choose(2);
    SIM_EXPECT(boot_installed(1), 1);
    expect_stored(1, 0);
    try_out(1, 1);
    SIM_EXPECT(boot_confirm(2), 1);
    expect_stored(0, 2);
    choose(1);
    make(first, 2, 20);
    first[29] ^= 1;
    choose(0); /* the older one may not come back */
    SIM_EXPECT(boot_confirm(1), 0);
    SIM_EXPECT(boot_confirm(0), 0);
    expect_untouched();
    SIM_EXPECT(boot_confirm(2), 1);
    expect_untouched();
    SIM_EXPECT(boot_installed(0), 0);
    SIM_EXPECT(boot_installed(3), 0);
    SIM_EXPECT(boot_installed(255), 0);
    expect_untouched();

    SIM_MARK(3); /* which of two: the higher version, slot A of equals, whatever the tries of the other are */
    plant(5, 0, HOLE_MAX_TRIES);
    make(first, 5, 3);
    make(second, 5, 3);
    choose(1);
    make(second, 6, 3);
    choose(1);
    plant(5, HOLE_MAX_TRIES, HOLE_MAX_TRIES - 1);
    try_out(2, HOLE_MAX_TRIES);
    choose(1);
    make(first, 7, 3);
    choose(0);
    plant(5, 255, 0); /* tries that nobody wrote are used up */
    try_out(2, 1);
    make(first, 255, 20);
    plant(254, 0, 0);
    try_out(1, 1);
    plant(255, 9, 9);
    choose(1);
    for (n = 0; n < 8; n++) {
        va = (uint8_t)SIM_DRAW(1, 255);
        vb = (uint8_t)SIM_DRAW(1, 255);
        make(first, va, 5);
        make(second, vb, 5);
        plant(1, 0, 0);
        if (va == 1 && vb == 1)
            choose(1);
        else if (vb > va)
            try_out(2, 1);
        else
            try_out(1, 1);
        plant(va, 0, 0);
        if (vb > va)
            try_out(2, 1);
        else
            choose(1);
    }

    SIM_MARK(4); /* damage in each field, and every length that cannot be; slot B is there to be taken instead */
    plant(9, 0, 0);
    make(first, 9, 20);
    make(second, 9, 1);
    choose(1);
    for (n = 0; n < 10; n++)
        check_damaged(n, 0x01);
    check_damaged(3, 0x80);
    check_damaged(8, 0x80);
    check_damaged(9, 0x80);
    check_damaged(10, 0x01);
    check_damaged(29, 0x80);
    make(first, 9, 0); /* no payload, with a right CRC */
    choose(2);
    make(first, 9, 20);
    first[5] = HOLE_BOARD ^ 0x40; /* for another board, and in order otherwise */
    seal(first, 20);
    choose(2);
    make(first, 8, 20); /* too old, and in order otherwise */
    choose(2);
    make(first, 9, 20);
    first[6] = (HOLE_SLOT_SIZE - 9) % 256; /* one byte more than fits, and far more */
    first[7] = (HOLE_SLOT_SIZE - 9) / 256;
    choose(2);
    first[6] = 0xFF;
    first[7] = 0xFF;
    choose(2);
    make(first, 0, 20); /* there is no version 0 */
    plant(0, 0, 0);
    second[0] = 0;
    choose(0);

    make(first, 9, 20);
    for (n = 0; n < 4; n++) { /* another kind of file, in order otherwise */
        first[n] ^= 0x20;
        seal(first, 20);
        plant(9, 0, 0);
        choose(0);
        first[n] ^= 0x20;
    }
    first[6] = 300 % 256; /* a payload of more than 255 bytes */
    first[7] = 300 / 256;
    for (i = 10; i < 310; i++)
        first[i] = (uint8_t)(i * 3);
    seal(first, 300);
    choose(1);
    first[309] ^= 0x04;
    choose(0);

    SIM_MARK(5); /* the EEPROM does not open: nothing starts that would have to be counted; it opens at the last look */
    plant(3, 0, 0);
    make(first, 4, 8);
    SIM_HOLD(IAPSR, 0xF2);
    SIM_FEED(IAPSR, 0xF2);
    SIM_FEED(IAPSR, 0xF3);
    SIM_FEED(IAPSR, 0xF2);
    SIM_EXPECT(boot_select(first, second), 0);
    SIM_EXPECT_WRITE(DUKR, 0xAE);
    SIM_EXPECT_WRITE(DUKR, 0x56);
    expect_untouched();
    SIM_EXPECT_WRITE(IAPSR, 0xF2);
    make(first, 3, 8); /* a confirmed one starts all the same */
    choose(1);
    make(first, 4, 8);
    for (i = 1; i < HOLE_EOP_LIMIT; i++)
        SIM_FEED(IAPSR, 0xF6);
    SIM_FEED(IAPSR, 0x08);
    for (i = 1; i < HOLE_EOP_LIMIT; i++)
        SIM_FEED(IAPSR, 0xFA);
    SIM_FEED(IAPSR, 0x04);
    SIM_FEED(IAPSR, 0x0C);
    try_out(1, 1);
    SIM_EXPECT_WRITE(IAPSR, 0x04);
    SIM_FEED(IAPSR, 0x08); /* the byte is refused, in spite of EOP */
    SIM_FEED(IAPSR, 0x0D);
    SIM_FEED(IAPSR, 0x08);
    SIM_EXPECT(boot_select(first, second), 0);
    SIM_EXPECT_WRITE(IAPSR, 0x00);
    SIM_EXPECT_NO_WRITE(IAPSR);
    skip();
    plant(3, 0, 0);
    SIM_FEED(IAPSR, 0x08); /* its end does not come */
    for (i = 0; i < HOLE_EOP_LIMIT; i++)
        SIM_FEED(IAPSR, 0x08);
    SIM_FEED(IAPSR, 0x0C);
    SIM_EXPECT(boot_select(first, second), 0);
    SIM_EXPECT_WRITE(IAPSR, 0x04);
    SIM_EXPECT_NO_WRITE(IAPSR);
}
