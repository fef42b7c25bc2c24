enum { MORE, DATA, END, SYNTAX, COUNT, CHECKSUM, RANGE, TYPE };

static const char __code upper[] = "0123456789ABCDEF";
static const char __code lower[] = "0123456789abcdef";
static __xdata uint8_t expected[HOLE_PAGE_SIZE];
static uint8_t total;
static uint8_t small;

static void digit(uint8_t value, uint8_t result)
{
    SIM_EXPECT(hex_feed(small ? lower[value] : upper[value]), result);
}

static void send(uint8_t byte, uint8_t result)
{
    digit(byte >> 4, MORE);
    digit(byte & 15, result);
    total += byte;
}

static void head(uint8_t count, uint16_t address, uint8_t type)
{
    SIM_EXPECT(hex_feed(':'), MORE);
    total = 0;
    send(count, MORE);
    send(address >> 8, MORE);
    send((uint8_t)address, MORE);
    send(type, MORE);
}

static void tail(uint8_t wrong, uint8_t result)
{
    send((uint8_t)(0x100 - total + wrong), result);
}

static void page_as_expected(void)
{
    uint16_t i;

    for (i = 0; i < HOLE_PAGE_SIZE; i++)
        if (page[i] != expected[i]) {
            SIM_EXPECT(i, 0xFFFF);
            return;
        }
}

/* A data record of count bytes; it arrives only if the result is DATA. */
static void data(uint8_t count, uint16_t address, uint8_t seed, uint8_t wrong, uint8_t result)
{
    uint8_t i;

    head(count, address, 0);
    for (i = 0; i < count; i++) {
        if (result == DATA)
            expected[address - HOLE_PAGE_BASE + i] = seed;
        send(seed, MORE);
        seed = seed * 7 + 11;
    }
    tail(wrong, result);
    page_as_expected();
}

void main(void)
{
    uint16_t i;
    uint16_t end = (uint16_t)(HOLE_PAGE_BASE + HOLE_PAGE_SIZE);
    uint8_t n;

    for (i = 0; i < HOLE_PAGE_SIZE; i++) {
        page[i] = (uint8_t)i;
        expected[i] = 0xFF;
    }
    hex_feed(':');
    hex_begin();
    page_as_expected();
    SIM_EXPECT(hex_feed('G'), MORE); /* the record begun before is forgotten, and no syntax matters outside */
    SIM_EXPECT(hex_feed('0'), MORE);

    SIM_MARK(1);
    data(1, HOLE_PAGE_BASE, 0x5A, 0, DATA);
    data(HOLE_RECORD_MAX, HOLE_PAGE_BASE + 3, 0x81, 0, DATA);
    SIM_EXPECT(hex_feed('\r'), MORE);
    SIM_EXPECT(hex_feed('\n'), MORE);
    small = 1;
    data(5, HOLE_PAGE_BASE + 40, 0xEF, 0, DATA);
    data(4, HOLE_PAGE_BASE + 50, 0xAC, 0, DATA);

    SIM_MARK(2); /* the page's ends */
    data(1, end - 1, 0x33, 0, DATA);
    data(1, end, 0x34, 0, RANGE);
    data(2, end - 1, 0x35, 0, RANGE);
    data(HOLE_RECORD_MAX, end - HOLE_RECORD_MAX, 0x36, 0, DATA);
    data(HOLE_RECORD_MAX, end - HOLE_RECORD_MAX + 1, 0x37, 0, RANGE);
    data(1, HOLE_PAGE_BASE - 1, 0x38, 0, RANGE);
    data(2, HOLE_PAGE_BASE - 1, 0x39, 0, RANGE);
    data(1, HOLE_PAGE_BASE + 0x4000, 0x3A, 0, RANGE);
    data(1, HOLE_PAGE_BASE + 0x8001, 0x3A, 0, RANGE);

    SIM_MARK(3); /* faults leave the page alone; the checksum is judged first */
    data(3, HOLE_PAGE_BASE + 9, 0x77, 1, CHECKSUM);
    data(3, HOLE_PAGE_BASE + 9, 0x77, 0xFF, CHECKSUM);
    data(3, HOLE_PAGE_BASE + 9, 0x77, 0x80, CHECKSUM);
    data(3, end, 0x77, 4, CHECKSUM);
    data(3, HOLE_PAGE_BASE + 9, 0x77, 0, DATA);

    SIM_MARK(4); /* types and counts */
    head(0, 0, 1);
    tail(0, END);
    head(0, 0x1234, 1);
    tail(1, CHECKSUM);
    head(1, 0, 1);
    send(0x99, MORE);
    tail(0, COUNT);
    head(0, HOLE_PAGE_BASE, 0);
    tail(0, COUNT);
    for (n = 2; n < 6; n++) {
        head(2, HOLE_PAGE_BASE, n);
        send(0x12, MORE);
        send(0x34, MORE);
        tail(0, TYPE);
    }
    head(0, HOLE_PAGE_BASE, 0x80);
    tail(0, TYPE);
    SIM_EXPECT(hex_feed(':'), MORE);
    send(HOLE_RECORD_MAX + 1, COUNT);
    SIM_EXPECT(hex_feed('x'), MORE); /* the rest of it is skipped */
    SIM_EXPECT(hex_feed(':'), MORE);
    send(0xFF, COUNT);
    SIM_EXPECT(hex_feed('0'), MORE);
    page_as_expected();

    SIM_MARK(5); /* characters just outside the digits, at either nibble */
    for (n = 0; n < 8; n++) {
        SIM_EXPECT(hex_feed(':'), MORE);
        if (n & 1)
            digit(0, MORE);
        SIM_EXPECT(hex_feed("/;@G`g \n"[n]), SYNTAX);
        SIM_EXPECT(hex_feed("/;@G`g \n"[n]), MORE);
    }
    small = 0;
    SIM_EXPECT(hex_feed(':'), MORE);
    digit(9, MORE); /* cut off in the middle of a byte: the next one starts afresh */
    data(2, HOLE_PAGE_BASE + 1, 0x01, 0, DATA);
    head(2, HOLE_PAGE_BASE, 0);
    send(0x55, MORE);
    data(2, HOLE_PAGE_BASE + 2, 0xC0, 0, DATA);

    for (n = 0; n < 6; n++) {
        SIM_MARK(10 + n);
        i = (uint16_t)SIM_DRAW(0, HOLE_PAGE_SIZE - 1);
        data(4, HOLE_PAGE_BASE + i, (uint8_t)SIM_DRAW(0, 255), 0, i <= HOLE_PAGE_SIZE - 4 ? DATA : RANGE);
    }
    hex_begin();
    for (i = 0; i < HOLE_PAGE_SIZE; i++)
        expected[i] = 0xFF;
    page_as_expected();
    SIM_DONE();
}
