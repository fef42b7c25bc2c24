#include <avr/interrupt.h>

#define EECR_ SIM_REG(0x3F)
#define SIZE (4 * HOLE_SLOTS)

/* The EEPROM as the harness sees it, by its own access to the registers. */
static uint8_t peek(uint16_t address)
{
    EEAR = address;
    EECR = 0x01;
    return EEDR;
}

static void poke(uint16_t address, uint8_t byte)
{
    EEAR = address;
    EEDR = byte;
    EECR = 0x04;
    EECR = 0x06;
    while (EECR & 0x02)
        ;
}

static uint8_t check_of(uint8_t a, uint8_t b, uint8_t c)
{
    uint32_t dividend = (uint32_t)a << 24 | (uint32_t)b << 16 | (uint32_t)c << 8;
    uint32_t divisor = (0x100UL | HOLE_POLYNOMIAL) << 23;
    uint32_t bit;

    dividend ^= 0xFF000000UL; /* the start value */
    for (bit = 0x80000000UL; bit >= 0x100; bit >>= 1, divisor >>= 1) {
        if (dividend & bit)
            dividend ^= divisor;
    }
    return (uint8_t)dividend;
}

static void put_record(uint8_t slot, uint8_t sequence, uint16_t value)
{
    uint16_t at = HOLE_FIRST_ADDRESS + 4 * slot;

    poke(at, sequence);
    poke(at + 1, value & 0xFF);
    poke(at + 2, value >> 8);
    poke(at + 3, check_of(sequence, value & 0xFF, value >> 8));
}

static void expect_record(uint8_t slot, uint8_t sequence, uint16_t value)
{
    uint16_t at = HOLE_FIRST_ADDRESS + 4 * slot;

    SIM_EXPECT(peek(at), sequence);
    SIM_EXPECT(peek(at + 1), value & 0xFF);
    SIM_EXPECT(peek(at + 2), value >> 8);
    SIM_EXPECT(peek(at + 3), check_of(sequence, value & 0xFF, value >> 8));
}

static void loads(uint8_t found, uint16_t expected)
{
    uint16_t value = 0xA5C3;

    SIM_EXPECT(store_load(&value), found);
    SIM_EXPECT(value, found ? expected : 0xA5C3);
}

static void erase(void)
{
    uint8_t i;

    for (i = 0; i < SIZE; i++)
        poke(HOLE_FIRST_ADDRESS + i, 0xFF);
}

/* Power fails after each register access of a save: what is found afterwards is the old value or the new one. */
static uint8_t after;

static void next_failure(void);

static void power_up(void)
{
    uint16_t value = 0;

    SIM_EXPECT(store_load(&value), 1);
    if (value == 0x7F3C) {
        expect_record(1, 0x42, 0x7F3C);
        SIM_DONE();
    }
    SIM_EXPECT(value, 0x1122);
    after++;
    next_failure();
}

static void later(void)
{
    SIM_DONE();
}

/* The newest record is in slot 0, and slot 1 has one of the round before. */
static void next_failure(void)
{
    put_record(1, (uint8_t)(0x41 - HOLE_SLOTS + 1), 0x5566);
    SIM_CUT_AFTER(after, power_up);
    SIM_EXPECT(store_save(0x7F3C), 1);
    SIM_CUT_AFTER(60000, later); /* it has no more accesses */
    loads(1, 0x7F3C);
    SIM_DONE();
}

void main(void)
{
    uint8_t i;
    uint8_t sequence;
    uint16_t value;

    poke(HOLE_FIRST_ADDRESS - 1, 0x11);
    poke(HOLE_FIRST_ADDRESS + SIZE, 0x22);

    SIM_MARK(1); /* nothing there, erased or all zero; the first record */
    EECR = 0x38; /* bits that somebody left */
    loads(0, 0);
    SIM_EXPECT(SIM_LATCH(EECR_), 0);
    for (i = 0; i < 8; i++)
        poke(HOLE_FIRST_ADDRESS + i, 0);
    loads(0, 0);
    SIM_EXPECT(store_save(0x0000), 1);
    expect_record(0, 0, 0x0000);
    SIM_SKIP_WRITES(EECR_);
    SIM_EXPECT(store_save(0x0000), 1);
    SIM_EXPECT_NO_WRITE(EECR_);
    SIM_EXPECT(store_save(0xFFFF), 1);
    expect_record(1, 1, 0xFFFF);
    SIM_SKIP_WRITES(EECR_);
    SIM_EXPECT(store_save(0xFFFF), 1);
    SIM_EXPECT_NO_WRITE(EECR_);
    SIM_EXPECT(store_save(0x1234), 1);
    expect_record(2, 2, 0x1234);
    loads(1, 0x1234);

    SIM_MARK(2); /* the same value is not written, and no byte that is right already */
    SIM_SKIP_WRITES(EECR_);
    SIM_EXPECT(store_save(0x1234), 1);
    SIM_EXPECT_NO_WRITE(EECR_);
    put_record(3, 0x03, 0x1299);
    poke(HOLE_FIRST_ADDRESS + 15, check_of(0x03, 0x99, 0x12) ^ 0x40);
    SIM_SKIP_WRITES(EECR_);
    SIM_EXPECT(store_save(0x1235), 1);
    SIM_EXPECT_WRITE(EECR_, 0x01);
    SIM_EXPECT_WRITE(EECR_, 0x01);
    SIM_EXPECT_WRITE(EECR_, 0x04);
    SIM_EXPECT_WRITE(EECR_, 0x06);
    SIM_EXPECT_WRITE(EECR_, 0x01);
    SIM_EXPECT_WRITE(EECR_, 0x01);
    if (check_of(0x03, 0x35, 0x12) != (check_of(0x03, 0x99, 0x12) ^ 0x40)) {
        SIM_EXPECT_WRITE(EECR_, 0x04);
        SIM_EXPECT_WRITE(EECR_, 0x06);
    }
    SIM_EXPECT_NO_WRITE(EECR_);
    expect_record(3, 3, 0x1235);

    SIM_MARK(3); /* round the slots, and sequence numbers beyond 255 */
    put_record(HOLE_SLOTS - 1, 0xFD, 0x0FD0);
    poke(HOLE_FIRST_ADDRESS + 15, peek(HOLE_FIRST_ADDRESS + 15) ^ 1);
    poke(HOLE_FIRST_ADDRESS + 11, peek(HOLE_FIRST_ADDRESS + 11) ^ 0x80);
    poke(HOLE_FIRST_ADDRESS + 7, peek(HOLE_FIRST_ADDRESS + 7) ^ 0x10);
    poke(HOLE_FIRST_ADDRESS + 3, peek(HOLE_FIRST_ADDRESS + 3) ^ 0x02);
    loads(1, 0x0FD0);
    sequence = 0xFE;
    for (i = 0; i < HOLE_SLOTS + 3; i++) {
        value = (uint16_t)(0x0101 * i + 7);
        SIM_EXPECT(store_save(value), 1);
        expect_record(i % HOLE_SLOTS, sequence, value);
        if (i < 4)
            loads(1, value);
        sequence++;
    }
    loads(1, value);
    SIM_EXPECT(peek(HOLE_FIRST_ADDRESS - 1), 0x11);
    SIM_EXPECT(peek(HOLE_FIRST_ADDRESS + SIZE), 0x22);
    for (i = 0; i < 4; i++) {
        value = (uint16_t)SIM_DRAW(0, 0xFFFF);
        SIM_EXPECT(store_save(value), 1);
        loads(1, value);
    }

    SIM_MARK(4); /* the newest record is damaged: the one before it counts, and the damaged slot is used next */
    erase();
    put_record(0, 9, 0x0900);
    put_record(1, 10, 0x0A00);
    put_record(2, 11, 0x0B00);
    for (i = 0; i < 4; i++) {
        poke(HOLE_FIRST_ADDRESS + 8 + i, peek(HOLE_FIRST_ADDRESS + 8 + i) ^ 0x20);
        loads(1, 0x0A00);
        poke(HOLE_FIRST_ADDRESS + 8 + i, peek(HOLE_FIRST_ADDRESS + 8 + i) ^ 0x20);
        loads(1, 0x0B00);
    }
    poke(HOLE_FIRST_ADDRESS + 8, 0);
    loads(1, 0x0A00);
    SIM_EXPECT(store_save(0x0C00), 1);
    expect_record(2, 11, 0x0C00);
    loads(1, 0x0C00);
    erase();
    loads(0, 0); /* forgets what it knew */
    SIM_EXPECT(store_save(0x0C00), 1);
    expect_record(0, 0, 0x0C00);

    SIM_MARK(5); /* busy for long, and for ever */
    SIM_HOLD(EECR_, 0x02);
    for (i = 0; i < 99; i++)
        SIM_FEED(EECR_, 0x02);
    SIM_FEED(EECR_, 0x00);
    loads(1, 0x0C00);
    SIM_HOLD(EECR_, 0x02);
    SIM_SKIP_WRITES(EECR_);
    SIM_EXPECT(store_save(0x4321), 0);
    loads(0, 0);
    SIM_EXPECT_NO_WRITE(EECR_);
    SIM_HOLD(EECR_, 0x00);
    expect_record(0, 0, 0x0C00);
    loads(1, 0x0C00);
    SIM_FEED(EECR_, 0x00);
    for (i = 0; i < 100; i++)
        SIM_FEED(EECR_, 0x02);
    SIM_EXPECT(store_save(0x4321), 0); /* after the first byte */
    SIM_HOLD(EECR_, 0x00);
    loads(1, 0x0C00);
    SIM_EXPECT(store_save(0x0C00), 1);
    SIM_EXPECT(store_save(0x4321), 1);
    loads(1, 0x4321);

    SIM_MARK(6); /* the interrupt flag */
    sei();
    store_save(0x4322);
    SIM_EXPECT(SREG >> 7, 1);
    cli();
    store_save(0x4323);
    SIM_EXPECT(SREG >> 7, 0);

    SIM_MARK(7);
    erase();
    put_record(0, 0x41, 0x1122);
    loads(1, 0x1122);
    after = 1;
    next_failure();
}
