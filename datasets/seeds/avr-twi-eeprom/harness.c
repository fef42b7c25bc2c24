#define TWCR_ SIM_REG(0xBC)
#define TWSR_ SIM_REG(0xB9)
#define TWDR_ SIM_REG(0xBB)
#define START 0xA4
#define GO 0x84
#define GO_ACK 0xC4
#define STOP 0x94

enum { OK, RANGE, BUSY, REFUSED, LOST, TIMEOUT };

static uint8_t buffer[80];

/* What the bus answers to the next step; prescaler bits are no part of the status. */
static void says(uint8_t status)
{
    SIM_FEED(TWSR_, status | 0x03);
}

static void says_many(uint8_t status, uint8_t count)
{
    while (count--)
        says(status);
}

static void did(uint8_t control)
{
    SIM_EXPECT_WRITE(TWCR_, control);
}

static void sent(uint8_t byte)
{
    SIM_EXPECT_WRITE(TWDR_, byte);
    did(GO);
}

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(TWCR_);
    SIM_EXPECT_NO_WRITE(TWDR_);
}

/* The answers to addressing, after some tries that the busy chip does not acknowledge. */
static void finds(uint8_t busy)
{
    while (busy--) {
        says(0x08);
        says(0x20);
    }
    says(0x08);
    says(0x18);
    says(0x28);
    says(0x28);
}

static void addressed(uint16_t address, uint8_t busy)
{
    while (busy--) {
        did(START);
        sent(HOLE_CONTROL);
        did(STOP);
    }
    did(START);
    sent(HOLE_CONTROL);
    sent(address / 256);
    sent(address % 256);
}

static void read_back(uint16_t address, uint8_t count, uint8_t busy)
{
    uint8_t i;
    uint8_t bytes[8];

    finds(busy);
    says(0x10);
    says(0x40);
    for (i = 0; i < count; i++) {
        says(i + 1 == count ? 0x58 : 0x50);
        bytes[i] = (uint8_t)SIM_DRAW(0, 255);
        SIM_FEED(TWDR_, bytes[i]);
    }
    buffer[count] = 0xA5;
    SIM_EXPECT(ee_read(address, buffer, count), OK);
    for (i = 0; i < count; i++)
        SIM_EXPECT(buffer[i], bytes[i]);
    SIM_EXPECT(buffer[count], 0xA5);
    addressed(address, busy);
    did(START);
    sent(HOLE_CONTROL + 1);
    for (i = 1; i < count; i++)
        did(GO_ACK);
    did(GO);
    did(STOP);
    quiet();
}

/* One page or several, each addressed for itself. */
static void write_out(uint16_t address, uint8_t count)
{
    uint8_t i;
    uint8_t first = 1;

    for (i = 0; i < count; i++) {
        if (i == 0 || (address + i) % HOLE_PAGE_SIZE == 0)
            finds(0);
        says(0x28);
        buffer[i] = (uint8_t)(address + 37 * i);
    }
    SIM_EXPECT(ee_write(address, buffer, count), OK);
    for (i = 0; i < count; i++) {
        if (first || (address + i) % HOLE_PAGE_SIZE == 0) {
            if (!first)
                did(STOP);
            addressed(address + i, 0);
            first = 0;
        }
        sent((uint8_t)(address + 37 * i));
    }
    did(STOP);
    quiet();
}

static void refused_range(uint16_t address, uint16_t count)
{
    SIM_EXPECT(ee_read(address, buffer, count), RANGE);
    SIM_EXPECT(ee_write(address, buffer, count), RANGE);
    quiet();
}

/* A failure after the start, the control byte and so many address bytes; then the bus works again. */
static void fails(uint8_t steps, uint8_t status, uint8_t result, uint8_t last)
{
    if (steps > 0)
        says(0x08);
    if (steps > 1)
        says(0x18);
    if (steps > 2)
        says(0x28);
    says(status);
    SIM_EXPECT(ee_write(0x123, buffer, 1), result);
    did(START);
    if (steps > 0)
        sent(HOLE_CONTROL);
    if (steps > 1)
        sent(0x01);
    if (steps > 2)
        sent(0x23);
    did(last);
    quiet();
    read_back(0x0456, 1, 0);
}

static void dead(uint8_t steps)
{
    uint8_t i;

    SIM_HOLD(TWCR_, GO);
    for (i = 0; i < steps; i++)
        SIM_FEED(TWCR_, GO);
    SIM_FEED(TWCR_, 0x04); /* TWINT does not come */
}

static void alive(void)
{
    SIM_HOLD(TWCR_, GO);
}

void main(void)
{
    uint8_t i;
    uint16_t n;

    TWCR = 0xFF;
    SIM_SKIP_WRITES(TWCR_);
    TWSR = 0x03;
    ee_init();
    SIM_EXPECT(SIM_LATCH(TWSR_), 0);
    SIM_EXPECT(SIM_LATCH(0xB8), HOLE_BIT_RATE);
    did(0x04);
    quiet();
    alive();

    SIM_MARK(1); /* reading one byte, several, and up to the last one */
    read_back(0x0000, 1, 0);
    read_back(0x0102, 3, 0);
    read_back(HOLE_CAPACITY_BYTES - 2, 2, 0);
    read_back(HOLE_CAPACITY_BYTES - 1, 1, 2);

    SIM_MARK(2); /* writing inside a page, to its end, across it, over several */
    write_out(0x0000, 1);
    write_out(HOLE_PAGE_SIZE - 1, 1);
    write_out(HOLE_PAGE_SIZE * 3 - 2, 2);
    write_out(HOLE_PAGE_SIZE * 3 - 2, 3);
    write_out(HOLE_PAGE_SIZE * 8 + 5, 70);
    write_out(HOLE_CAPACITY_BYTES - 3, 3);

    SIM_MARK(3); /* nothing, or beyond the end: the bus stays quiet */
    refused_range(0, 0);
    refused_range(HOLE_CAPACITY_BYTES, 1);
    refused_range(HOLE_CAPACITY_BYTES - 1, 2);
    refused_range(0, HOLE_CAPACITY_BYTES + 1);
    refused_range(0xFFFF, 1);
    refused_range(0xFFF0, 0x20);
    refused_range(2, 0xFFFF);

    SIM_MARK(4); /* each status that can go wrong, and how the bus is left */
    fails(0, 0x38, LOST, GO);
    fails(0, 0x00, REFUSED, STOP);
    fails(0, 0x10, REFUSED, STOP);
    fails(1, 0x38, LOST, GO);
    fails(1, 0x00, REFUSED, STOP);
    fails(2, 0x30, REFUSED, STOP);
    fails(2, 0x38, LOST, GO);
    fails(3, 0x30, REFUSED, STOP);
    finds(0);
    says(0x30); /* the first data byte is refused */
    SIM_EXPECT(ee_write(0x20, buffer, 2), REFUSED);
    addressed(0x20, 0);
    sent(buffer[0]);
    did(STOP);
    quiet();
    finds(0);
    says(0x28); /* SLA+R where a start should be */
    SIM_EXPECT(ee_read(0x20, buffer, 1), REFUSED);
    addressed(0x20, 0);
    did(START);
    did(STOP);
    quiet();
    finds(0);
    says(0x10);
    says(0x48); /* the read address is refused */
    buffer[0] = 0x5A;
    SIM_EXPECT(ee_read(0x20, buffer, 1), REFUSED);
    SIM_EXPECT(buffer[0], 0x5A);
    addressed(0x20, 0);
    did(START);
    sent(HOLE_CONTROL + 1);
    did(STOP);
    quiet();
    finds(0);
    says(0x10);
    says(0x40);
    says(0x50);
    SIM_FEED(TWDR_, 0x11);
    says(0x38); /* lost while the second byte came */
    SIM_EXPECT(ee_read(0x20, buffer, 3), LOST);
    SIM_EXPECT(buffer[0], 0x11);
    addressed(0x20, 0);
    did(START);
    sent(HOLE_CONTROL + 1);
    did(GO_ACK);
    did(GO_ACK);
    did(GO);
    quiet();

    SIM_MARK(5); /* a chip that never answers, and one that does at the last try */
    for (i = 0; i < HOLE_POLL_LIMIT; i++) {
        says(0x08);
        says(0x20);
    }
    SIM_EXPECT(ee_read(0x20, buffer, 1), BUSY);
    for (i = 0; i < HOLE_POLL_LIMIT; i++) {
        did(START);
        sent(HOLE_CONTROL);
        did(STOP);
    }
    quiet();
    read_back(0x0077, 2, HOLE_POLL_LIMIT - 1);

    SIM_MARK(6); /* the bus hangs: given up, switched off, and used again later */
    dead(0);
    SIM_EXPECT(ee_read(0x20, buffer, 1), TIMEOUT);
    did(START);
    did(0);
    quiet();
    alive();
    read_back(0x0001, 1, 0);
    dead(5); /* the control byte for reading */
    finds(0);
    says(0x10);
    SIM_EXPECT(ee_read(0x20, buffer, 1), TIMEOUT);
    addressed(0x20, 0);
    did(START);
    sent(HOLE_CONTROL + 1);
    did(0);
    quiet();
    alive();
    write_out(0x40, 2);

    SIM_MARK(7); /* the stop is never done */
    SIM_HOLD(TWCR_, GO | 0x10);
    finds(0);
    says(0x28);
    SIM_EXPECT(ee_write(0x20, buffer, 1), TIMEOUT);
    addressed(0x20, 0);
    sent(buffer[0]);
    did(STOP);
    did(0);
    quiet();
    says(0x08);
    says(0x20);
    SIM_EXPECT(ee_write(0x20, buffer, 1), TIMEOUT);
    did(START);
    sent(HOLE_CONTROL);
    did(STOP);
    did(0);
    quiet();
    finds(0);
    says(0x30);
    SIM_EXPECT(ee_write(0x20, buffer, 1), TIMEOUT);
    addressed(0x20, 0);
    sent(buffer[0]);
    did(STOP);
    did(0);
    quiet();
    alive();

    SIM_MARK(20); /* the flags come at the last look */
    for (n = 1; n < HOLE_WAIT_LIMIT; n++)
        SIM_FEED(TWCR_, 0x04);
    SIM_FEED(TWCR_, GO);
    read_back(0x0010, 1, 0);
    for (i = 0; i < 5; i++)
        SIM_FEED(TWCR_, GO);
    for (n = 1; n < HOLE_WAIT_LIMIT; n++)
        SIM_FEED(TWCR_, GO | 0x10);
    SIM_FEED(TWCR_, GO);
    write_out(0x0010, 1);

    for (i = 0; i < 6; i++) {
        SIM_MARK(8 + i);
        n = (uint16_t)SIM_DRAW(0, HOLE_CAPACITY_BYTES - 8);
        read_back(n, (uint8_t)SIM_DRAW(1, 7), (uint8_t)SIM_DRAW(0, 3));
        write_out(n, (uint8_t)SIM_DRAW(1, 8));
    }
    SIM_DONE();
}
