#define IE_REG SIM_SFR(0xA8)
#define DATA SIM_SFR(0xC2)
#define ADDRH SIM_SFR(0xC3)
#define ADDRL SIM_SFR(0xC4)
#define CMD SIM_SFR(0xC5)
#define TRIG SIM_SFR(0xC6)
#define CONTR SIM_SFR(0xC7)

static __xdata uint8_t copies[2][8]; /* what is in the flash */

/* CRC-16 by a table of no bytes: each bit of the message is put in front of the register by hand. */
static uint16_t crc_after(uint16_t crc, uint8_t byte)
{
    uint8_t i;
    uint8_t feedback;

    for (i = 0; i < 8; i++) {
        feedback = (uint8_t)crc ^ byte;
        crc /= 2;
        byte /= 2;
        if (feedback % 2)
            crc ^= 0xA001;
    }
    return crc;
}

static void plant(uint8_t copy, uint8_t version, uint8_t generation_, uint8_t address, uint8_t baud, uint16_t setpoint)
{
    uint16_t crc = 0xFFFF;
    uint8_t i;

    copies[copy][0] = version;
    copies[copy][1] = generation_;
    copies[copy][2] = address;
    copies[copy][3] = baud;
    copies[copy][4] = setpoint % 256;
    copies[copy][5] = setpoint / 256;
    for (i = 0; i < 6; i++)
        crc = crc_after(crc, copies[copy][i]);
    copies[copy][6] = crc % 256;
    copies[copy][7] = crc / 256;
}

static void blank(uint8_t copy)
{
    uint8_t i;

    for (i = 0; i < 8; i++)
        copies[copy][i] = 0xFF;
}

/* One flash operation as the program must carry it out. */
static void expect_operation(uint8_t command, uint8_t copy, uint8_t offset)
{
    SIM_EXPECT_WRITE(CONTR, HOLE_IAP_ENABLED);
    SIM_EXPECT_WRITE(CONTR, 0);
    SIM_EXPECT_WRITE(CMD, command);
    SIM_EXPECT_WRITE(CMD, 0);
    SIM_EXPECT_WRITE(ADDRH, copy ? 2 : 0);
    SIM_EXPECT_WRITE(ADDRL, offset);
    SIM_EXPECT_WRITE(TRIG, 0x5A);
    SIM_EXPECT_WRITE(TRIG, 0xA5);
    SIM_EXPECT_WRITE(IE_REG, 0x12);
    SIM_EXPECT_WRITE(IE_REG, 0x92);
}

static void expect_quiet(void)
{
    SIM_EXPECT_NO_WRITE(CONTR);
    SIM_EXPECT_NO_WRITE(CMD);
    SIM_EXPECT_NO_WRITE(TRIG);
    SIM_EXPECT_NO_WRITE(DATA);
    SIM_EXPECT_NO_WRITE(IE_REG);
}

static void feed_copy(uint8_t copy, uint8_t count)
{
    uint8_t i;

    for (i = 0; i < count; i++)
        SIM_FEED(DATA, copies[copy][i]);
}

static void expect_reading(uint8_t copy, uint8_t count)
{
    uint8_t i;

    for (i = 0; i < count; i++)
        expect_operation(1, copy, i);
}

static void load(uint8_t found, uint8_t address, uint8_t baud, uint16_t setpoint)
{
    config.address = ~address;
    config.baud_code = ~baud;
    config.setpoint = ~setpoint;
    feed_copy(0, 8);
    feed_copy(1, 8);
    SIM_EXPECT(config_load(), found);
    SIM_EXPECT(config.address, address);
    SIM_EXPECT(config.baud_code, baud);
    SIM_EXPECT(config.setpoint, setpoint);
    expect_reading(0, 8);
    expect_reading(1, 8);
    expect_quiet();
}

static void load_defaults(void)
{
    load(0, HOLE_DEFAULT_ADDRESS, 3, HOLE_DEFAULT_SETPOINT);
}

/* Saves config; copy and generation say where and as what it must go. */
static void save(uint8_t copy, uint8_t generation_)
{
    uint8_t i;

    plant(copy, HOLE_FORMAT_VERSION, generation_, config.address, config.baud_code, config.setpoint);
    feed_copy(copy, 8);
    SIM_EXPECT(config_save(), 1);
    expect_operation(3, copy, 0);
    for (i = 0; i < 8; i++) {
        SIM_EXPECT_WRITE(DATA, copies[copy][i]);
        expect_operation(2, copy, i);
    }
    expect_reading(copy, 8);
    expect_quiet();
}

/* Byte `bad` does not read back. */
static void save_fails(uint8_t copy, uint8_t generation_, uint8_t bad)
{
    uint8_t i;

    plant(copy, HOLE_FORMAT_VERSION, generation_, config.address, config.baud_code, config.setpoint);
    feed_copy(copy, bad);
    SIM_FEED(DATA, copies[copy][bad] ^ 0x80);
    SIM_EXPECT(config_save(), 0);
    expect_operation(3, copy, 0);
    for (i = 0; i < 8; i++) {
        SIM_EXPECT_WRITE(DATA, copies[copy][i]);
        expect_operation(2, copy, i);
    }
    expect_reading(copy, bad + 1);
    expect_quiet();
}

void main(void)
{
    uint8_t i;

    IE = 0x92;
    SIM_SKIP_WRITES(IE_REG);

    SIM_MARK(1); /* a new chip: defaults; the first saves go to copy 0, then 1, then 0 */
    blank(0);
    blank(1);
    newest = 0;
    generation = 7;
    load_defaults();
    config.address = 0x5A;
    config.setpoint = 0x1234;
    save(0, 1);
    config.baud_code = 0;
    save(1, 2);
    config.setpoint = 0xFF00;
    save(0, 3);
    load(1, 0x5A, 0, 0xFF00);
    save(1, 4);

    SIM_MARK(2); /* the newer of two, whichever copy it is, also where the generations wrap */
    plant(0, HOLE_FORMAT_VERSION, 9, 1, 2, 300);
    plant(1, HOLE_FORMAT_VERSION, 10, 4, 5, 600);
    load(1, 4, 5, 600);
    save(0, 11);
    plant(0, HOLE_FORMAT_VERSION, 10, 1, 2, 300);
    plant(1, HOLE_FORMAT_VERSION, 9, 4, 5, 600);
    load(1, 1, 2, 300);
    plant(0, HOLE_FORMAT_VERSION, 255, 1, 2, 300);
    plant(1, HOLE_FORMAT_VERSION, 0, 4, 5, 600);
    load(1, 4, 5, 600);
    plant(0, HOLE_FORMAT_VERSION, 0, 1, 2, 300);
    plant(1, HOLE_FORMAT_VERSION, 255, 4, 5, 600);
    load(1, 1, 2, 300);
    save(1, 1);
    plant(0, HOLE_FORMAT_VERSION, 20, 1, 2, 300);
    plant(1, HOLE_FORMAT_VERSION, 20, 4, 5, 600);
    load(1, 1, 2, 300); /* equal: the first */

    SIM_MARK(3); /* a bad byte anywhere makes a copy useless, the older one is taken */
    for (i = 0; i < 8; i += 2) {
        plant(0, HOLE_FORMAT_VERSION, 40, 6, 7, 800);
        plant(1, HOLE_FORMAT_VERSION, 41, 4, 5, 600);
        copies[1][i] ^= 0x01;
        load(1, 6, 7, 800);
        plant(1, HOLE_FORMAT_VERSION, 39, 4, 5, 600);
        copies[0][i + 1] ^= 0x80;
        load(1, 4, 5, 600);
    }
    save(0, 40);
    SIM_MARK(4); /* another format, older or newer, with a right CRC */
    plant(0, HOLE_FORMAT_VERSION - 1, 40, 6, 7, 800);
    plant(1, HOLE_FORMAT_VERSION + 1, 41, 4, 5, 600);
    load_defaults();
    save(0, 1);

    SIM_MARK(5); /* erased, or all zero */
    blank(0);
    for (i = 0; i < 8; i++)
        copies[1][i] = 0;
    load_defaults();

    SIM_MARK(6); /* a save that does not hold: told, and the good copy stays the good one */
    plant(0, HOLE_FORMAT_VERSION, 60, 6, 7, 800);
    blank(1);
    load(1, 6, 7, 800);
    for (i = 0; i < 8; i += 7) {
        config.address = 9 + i;
        save_fails(1, 61, i);
    }
    save(1, 61);
    save(0, 62);

    SIM_MARK(7); /* interrupts that were off stay off */
    EA = 0;
    feed_copy(0, 8);
    feed_copy(1, 8);
    SIM_EXPECT(config_load(), 1);
    SIM_EXPECT(EA, 0);
    EA = 1;
    SIM_SKIP_WRITES(IE_REG);
    SIM_SKIP_WRITES(CONTR);
    SIM_SKIP_WRITES(CMD);
    SIM_SKIP_WRITES(ADDRH);
    SIM_SKIP_WRITES(ADDRL);
    SIM_SKIP_WRITES(TRIG);

    for (i = 0; i < 4; i++) {
        SIM_MARK(8 + i);
        config.address = (uint8_t)SIM_DRAW(1, 247);
        config.baud_code = (uint8_t)SIM_DRAW(0, 255);
        config.setpoint = (uint16_t)SIM_DRAW(0, 65535);
        save(~i & 1, 63 + i);
    }
    SIM_DONE();
}
