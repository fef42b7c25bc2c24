enum { MORE, RECORD, END, BAD };

static uint8_t model[HOLE_PAGE_BYTES]; /* the page that is being filled */
static uint16_t model_page;
static uint8_t model_open;

static uint8_t before[HOLE_PAGE_BYTES]; /* the page that must have been written */
static uint16_t calls;
static uint16_t called_with;
static uint8_t differs;

static void writer(uint16_t address, const uint8_t *page)
{
    uint16_t i;

    calls++;
    called_with = address;
    differs = 0;
    for (i = 0; i < HOLE_PAGE_BYTES; i++)
        differs |= page[i] ^ before[i];
}

static void other_writer(uint16_t address, const uint8_t *page)
{
    writer(address + 1, page);
}

static void start(void)
{
    hex_init(writer);
    model_open = 0;
    calls = 0;
}

static void expect_page(uint8_t written, uint16_t address)
{
    SIM_EXPECT(calls, written);
    if (written) {
        SIM_EXPECT(called_with, address);
        SIM_EXPECT(differs, 0);
    }
    calls = 0;
}

static uint8_t early; /* something was said before the last digit */

static uint8_t nibble(uint8_t value, uint8_t small)
{
    uint8_t result = hex_feed((char)(value < 10 ? '0' + value : (small ? 'a' : 'A') + value - 10));

    return result;
}

static uint8_t hex_byte(uint8_t value, uint8_t small)
{
    early |= nibble(value / 16, small) != MORE;
    return nibble(value % 16, small);
}

static uint8_t pattern(uint16_t address, uint8_t seed)
{
    return (uint8_t)(address * 3 + seed + address / 256);
}

/* One record with a checksum that is off by so much; gives what the last digit gave. */
static uint8_t raw(uint8_t type, uint16_t address, uint8_t length, uint8_t seed, uint8_t off)
{
    uint8_t sum = length + type + address / 256 + address % 256;
    uint8_t i;
    uint8_t byte;
    uint8_t result;

    early = hex_feed(':') != MORE;
    early |= hex_byte(length, seed & 1) != MORE;
    early |= hex_byte(address / 256, seed & 1) != MORE;
    early |= hex_byte(address % 256, 0) != MORE;
    early |= hex_byte(type, 0) != MORE;
    for (i = 0; i < length; i++) {
        byte = type == 0 ? pattern(address + i, seed) : seed;
        sum += byte;
        early |= hex_byte(byte, seed & 1) != MORE;
    }
    result = hex_byte((uint8_t)(0 - sum + off), 0);
    SIM_EXPECT(early, 0);
    return result;
}

/* A data record that is right; at most one page ends with it. */
static void data(uint16_t address, uint8_t length, uint8_t seed)
{
    uint16_t page;
    uint16_t written_page = 0;
    uint8_t written = 0;
    uint16_t i;
    uint8_t k;

    for (k = 0; k < length; k++) {
        page = (uint16_t)((address + k) / HOLE_PAGE_BYTES * HOLE_PAGE_BYTES);
        if (!model_open || page != model_page) {
            if (model_open) {
                written = 1;
                written_page = model_page;
                for (i = 0; i < HOLE_PAGE_BYTES; i++)
                    before[i] = model[i];
            }
            for (i = 0; i < HOLE_PAGE_BYTES; i++)
                model[i] = 0xFF;
            model_page = page;
            model_open = 1;
        }
        model[(address + k) % HOLE_PAGE_BYTES] = pattern(address + k, seed);
    }
    SIM_EXPECT(raw(0, address, length, seed, 0), RECORD);
    expect_page(written, written_page);
    SIM_EXPECT(hex_feed('\r'), MORE);
    SIM_EXPECT(hex_feed('\n'), MORE);
}

static void finish(void)
{
    uint16_t i;

    for (i = 0; i < HOLE_PAGE_BYTES; i++)
        before[i] = model[i];
    SIM_EXPECT(raw(1, 0, 0, 0, 0), END);
    expect_page(model_open, model_page);
    SIM_EXPECT(hex_feed('\n'), END); /* nothing more is taken */
    SIM_EXPECT(hex_feed('x'), END);
    SIM_EXPECT(hex_feed(':'), END);
    expect_page(0, 0);
}

/* Wrong: nothing is written, and everything is refused until the next start. */
static void is_bad(void)
{
    expect_page(0, 0);
    SIM_EXPECT(hex_feed('\n'), BAD);
    SIM_EXPECT(hex_feed(':'), BAD);
    SIM_EXPECT(hex_feed('0'), BAD);
    expect_page(0, 0);
    start();
}

static void text(const char *characters, uint8_t last)
{
    uint8_t wrong = 0;

    while (characters[1])
        wrong |= hex_feed(*characters++) != MORE;
    SIM_EXPECT(wrong, 0);
    SIM_EXPECT(hex_feed(*characters), last);
    if (last == BAD)
        is_bad();
}

void main(void)
{
    uint8_t i;
    uint16_t address;
    uint8_t length;

    start();

    SIM_MARK(1); /* records in a row, over the border of a page, with gaps; the end writes the last page */
    finish();
    start();
    data(0x0000, 16, 1);
    finish();
    start();
    for (address = 0; address < 2 * HOLE_PAGE_BYTES; address += 16)
        data(address, 16, 2);
    data(2 * HOLE_PAGE_BYTES + 3, 1, 3);
    data(3 * HOLE_PAGE_BYTES - 5, 9, 4); /* the rest begins the next page */
    data(3 * HOLE_PAGE_BYTES + 20, 0, 4);
    data(9 * HOLE_PAGE_BYTES - 2, 2, 5);
    data(9 * HOLE_PAGE_BYTES, 32, 6);
    data(9 * HOLE_PAGE_BYTES + 4, 8, 7); /* again in the same page: the later one counts */
    data(9 * HOLE_PAGE_BYTES + 1, 2, 8);
    data(11 * HOLE_PAGE_BYTES, HOLE_DATA_MAX, 9);
    finish();

    SIM_MARK(2); /* two lines of a file, small letters, and records of other types */
    start();
    text("\r\n:100100000C943400CFEFD8E0DEBFCDBF112400FF48", RECORD);
    text("\n:04020000fecfa05b32", RECORD);
    SIM_EXPECT(calls, 1);
    SIM_EXPECT(called_with, 0x0100);
    calls = 0;
    start();
    SIM_EXPECT(raw(2, 0, 2, 0, 0), RECORD);
    SIM_EXPECT(raw(4, 0, 2, 0, 0), RECORD);
    SIM_EXPECT(raw(3, 0, 4, 0x12, 0), RECORD);
    SIM_EXPECT(raw(5, 0, 4, 0x12, 0), RECORD);
    data(0x40, 4, 9);
    finish();

    SIM_MARK(3); /* what must not be: each ends everything */
    start();
    data(0x10, 16, 1);
    SIM_EXPECT(raw(0, 0x20, 16, 2, 1), BAD);
    is_bad();
    SIM_EXPECT(raw(0, 0x20, 16, 2, 0x80), BAD);
    is_bad();
    SIM_EXPECT(raw(1, 0, 0, 0, 0xFF), BAD);
    is_bad();
    SIM_EXPECT(raw(1, 0, 1, 0, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(6, 0, 0, 0, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(0xFF, 0, 0, 0, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(2, 0, 2, 1, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(4, 0, 2, 1, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(4, 0, 1, 0, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(2, 0, 3, 0, 0), BAD);
    is_bad();
    text(":02000004000001", BAD);
    text(":020000040100", MORE);
    text("F9", BAD);
    text("0", BAD);
    text(" ", BAD);
    text(":0G", BAD);
    text(":0g", BAD);
    text(":0/", BAD);
    text(":00:", BAD);
    text(":@", BAD);
    text(":`", BAD);
    text(":00\n", BAD);
    text(":1:", BAD);
    hex_feed(':'); /* longer than there is room for */
    SIM_EXPECT(hex_byte(HOLE_DATA_MAX + 1, 0), BAD);
    is_bad();
    text(":FF", BAD);

    SIM_MARK(4); /* the end of the application */
    data(HOLE_APP_END_NUMBER - 32, 32, 1);
    finish();
    start();
    data(HOLE_APP_END_NUMBER - 1, 1, 2);
    data(HOLE_APP_END_NUMBER, 0, 2);
    finish();
    start();
    SIM_EXPECT(raw(0, HOLE_APP_END_NUMBER, 1, 0, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(0, HOLE_APP_END_NUMBER - 15, 16, 0, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(0, HOLE_APP_END_NUMBER + 1, 0, 0, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(0, 0xFFF0, 32, 0, 0), BAD);
    is_bad();
    SIM_EXPECT(raw(0, 0xFFFF, 1, 0, 0), BAD);
    is_bad();

    SIM_MARK(5); /* a page that was written is not opened again */
    data(HOLE_PAGE_BYTES, 8, 1);
    data(2 * HOLE_PAGE_BYTES, 8, 1);
    for (i = 0; i < HOLE_PAGE_BYTES / 2; i++)
        before[i] = model[i];
    SIM_EXPECT(raw(0, 2 * HOLE_PAGE_BYTES - 4, 4, 1, 0), BAD);
    calls = 0;
    is_bad();
    data(4 * HOLE_PAGE_BYTES, 8, 1);
    SIM_EXPECT(raw(0, 0, 8, 1, 0), BAD);
    calls = 0;
    is_bad();
    data(0, 8, 1); /* but a new image begins anew */
    finish();

    SIM_MARK(6); /* starting over in the middle of a record, a digit, a page; another writer */
    start();
    data(8, 8, 1);
    hex_feed(':');
    hex_feed('1');
    start();
    finish();
    start();
    data(0x20, 4, 7);
    hex_init(other_writer);
    model_open = 0;
    text("\n:0100080055A2", RECORD);
    for (address = 0; address < HOLE_PAGE_BYTES; address++)
        before[address] = address == 8 ? 0x55 : 0xFF;
    SIM_EXPECT(raw(1, 0, 0, 0, 0), END);
    expect_page(1, 1);

    SIM_MARK(7); /* an image of drawn pieces */
    start();
    address = 0;
    for (i = 0; i < 20; i++) {
        length = (uint8_t)SIM_DRAW(0, 32);
        data(address, length, (uint8_t)SIM_DRAW(0, 255));
        address += length + (uint16_t)SIM_DRAW(0, 40);
    }
    finish();
    SIM_DONE();
}
