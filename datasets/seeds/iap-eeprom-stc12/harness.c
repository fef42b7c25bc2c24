#define DATA_REG SIM_SFR(0xC2)
#define ADDRH_REG SIM_SFR(0xC3)
#define ADDRL_REG SIM_SFR(0xC4)
#define CMD_REG SIM_SFR(0xC5)
#define TRIG_REG SIM_SFR(0xC6)
#define CONTR_REG SIM_SFR(0xC7)
#define PCON_REG SIM_SFR(0x87)
#define IE_REG SIM_SFR(0xA8)
#define END ((uint16_t)(HOLE_DATA_SECTORS * 512))

enum { OK, BAD_ADDRESS, LOW_SUPPLY, NOT_ERASED, ERROR };

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(DATA_REG);
    SIM_EXPECT_NO_WRITE(ADDRH_REG);
    SIM_EXPECT_NO_WRITE(ADDRL_REG);
    SIM_EXPECT_NO_WRITE(CMD_REG);
    SIM_EXPECT_NO_WRITE(TRIG_REG);
    SIM_EXPECT_NO_WRITE(CONTR_REG);
    SIM_EXPECT_NO_WRITE(PCON_REG);
    SIM_EXPECT_NO_WRITE(IE_REG);
}

/* The writes of one command with interrupts at ie before it. */
static void command(uint8_t number, uint16_t address, uint8_t ie)
{
    SIM_EXPECT_WRITE(CONTR_REG, 0x80 + HOLE_WAIT_CODE);
    SIM_EXPECT_WRITE(CONTR_REG, 0x00);
    SIM_EXPECT_WRITE(CMD_REG, number);
    SIM_EXPECT_WRITE(CMD_REG, 0);
    SIM_EXPECT_WRITE(ADDRH_REG, address >> 8);
    SIM_EXPECT_WRITE(ADDRH_REG, 0xFF);
    SIM_EXPECT_WRITE(ADDRL_REG, address & 0xFF);
    SIM_EXPECT_WRITE(ADDRL_REG, 0xFF);
    SIM_EXPECT_WRITE(TRIG_REG, 0x5A);
    SIM_EXPECT_WRITE(TRIG_REG, 0xA5);
    SIM_EXPECT_WRITE(TRIG_REG, 0x00);
    SIM_EXPECT_WRITE(IE_REG, ie & 0x7F);
    SIM_EXPECT_WRITE(IE_REG, ie);
}

static void guard(void)
{
    SIM_EXPECT_WRITE(PCON_REG, 0x8C);
}

/* Before the call: what PCON and the flash answer. */
static void supply(uint8_t after_clearing)
{
    PCON = 0xAC;
    SIM_SKIP_WRITES(PCON_REG);
    SIM_HOLD(PCON_REG, after_clearing);
}

static void read_back(uint16_t address, uint8_t value)
{
    SIM_FEED(DATA_REG, value);
    SIM_HOLD(CONTR_REG, 0x80);
    SIM_EXPECT(iap_read(address), value);
    command(1, address, IE);
    quiet();
}

static void write(uint16_t address, uint8_t before, uint8_t value, uint8_t after, uint8_t result)
{
    supply(0x8C);
    SIM_FEED(DATA_REG, before);
    SIM_FEED(DATA_REG, after);
    SIM_EXPECT(iap_write(address, value), result);
    guard();
    command(1, address, IE);
    SIM_EXPECT_WRITE(DATA_REG, value);
    command(2, address, IE);
    command(1, address, IE);
    quiet();
}

static void erase(uint16_t address, uint8_t status, uint8_t result)
{
    supply(0x8C);
    SIM_HOLD(CONTR_REG, status);
    SIM_EXPECT(iap_erase(address), result);
    guard();
    command(3, address, IE);
    quiet();
    SIM_HOLD(CONTR_REG, 0x80);
}


void main(void)
{
    uint8_t i, value, before;
    uint16_t address;

    IE = 0x95;
    SIM_SKIP_WRITES(IE_REG);
    read_back(0, 0x5C);
    read_back(END - 1, 0xA3);
    SIM_EXPECT(iap_read(END), 0xFF);
    SIM_EXPECT(iap_read(0xFFFF), 0xFF);
    quiet();

    SIM_MARK(1);
    write(0x0012, 0xFF, 0x34, 0x34, OK);
    write(END - 1, 0x7F, 0x01, 0x01, OK);
    write(0x0100, 0xFF, 0xFF, 0xFF, OK);
    write(0x0100, 0x0F, 0x0F, 0x0F, OK);
    write(0x01FF, 0xFF, 0x34, 0x36, ERROR); /* a bit that would not take */
    write(0x01FF, 0xFF, 0x80, 0x00, ERROR);
    SIM_EXPECT(iap_write(END, 0x00), BAD_ADDRESS);
    SIM_EXPECT(iap_write(0x8000, 0x00), BAD_ADDRESS);
    quiet();

    SIM_MARK(2); /* bits that only erasing can set */
    for (i = 0; i < 8; i++) {
        supply(0x00);
        SIM_FEED(DATA_REG, (uint8_t)~(1 << i));
        SIM_EXPECT(iap_write(0x0040, (uint8_t)(1 << i)), NOT_ERASED);
        guard();
        command(1, 0x0040, IE);
        quiet();
    }

    SIM_MARK(3); /* the command fails: nothing is read back */
    supply(0x8C);
    SIM_FEED(DATA_REG, 0xFF);
    SIM_FEED(CONTR_REG, 0x80 + HOLE_WAIT_CODE);
    SIM_FEED(CONTR_REG, 0x90 + HOLE_WAIT_CODE);
    SIM_EXPECT(iap_write(0x0021, 0x11), ERROR);
    guard();
    command(1, 0x0021, IE);
    SIM_EXPECT_WRITE(DATA_REG, 0x11);
    command(2, 0x0021, IE);
    quiet();
    SIM_HOLD(CONTR_REG, 0x80);

    SIM_MARK(4); /* a supply that is low now */
    supply(0xAC);
    SIM_EXPECT(iap_write(0, 0), LOW_SUPPLY);
    guard();
    quiet();
    supply(0x20);
    SIM_EXPECT(iap_erase(0), LOW_SUPPLY);
    guard();
    quiet();

    SIM_MARK(5);
    erase(0, 0x80 + HOLE_WAIT_CODE, OK);
    erase(END - 1, 0xEF, OK);
    erase(0x0155, 0x10, ERROR);
    SIM_EXPECT(iap_erase(END), BAD_ADDRESS);
    SIM_EXPECT(iap_erase(0xFE00), BAD_ADDRESS);
    quiet();

    SIM_MARK(6); /* interrupts that were off stay off */
    EA = 0;
    SIM_SKIP_WRITES(IE_REG);
    erase(0x0033, 0x80, OK);
    write(0x0022, 0xFF, 0x0F, 0x0F, OK);
    EA = 1;
    SIM_SKIP_WRITES(IE_REG);

    for (i = 0; i < 10; i++) {
        SIM_MARK(7 + i);
        address = (uint16_t)SIM_DRAW(0, HOLE_DATA_SECTORS * 512 - 1);
        before = (uint8_t)SIM_DRAW(0, 255);
        value = before & (uint8_t)SIM_DRAW(0, 255);
        write(address, before, value, value, OK);
        read_back(address, value);
    }
    SIM_DONE();
}
