#define AT(address) (*(volatile uint32_t *)(address))
#define IDR SIM_IDR(HOLE_PORT_CHAR)
#define SET SIM_BSRR(HOLE_PORT_CHAR)
#define RESET SIM_BRR(HOLE_PORT_CHAR)
#define CL (1u << HOLE_SCL_PIN)
#define DA (1u << HOLE_SDA_PIN)
#define TIM4_CR1 0x40000800
#define TIM4_SR 0x40000810
#define CONTROL(pin) ((pin) < 8 ? SIM_CRL(HOLE_PORT_CHAR) : SIM_CRH(HOLE_PORT_CHAR))

/* ---- What the slaves do: SCL is looked at until it is high, then SDA once. ---- */

static void scl_high(void) { SIM_FEED(IDR, 0xFFFF); }

static uint32_t halves; /* half bits that must have been waited for so far */

static void stretch(uint32_t looks)
{
    halves += looks;
    while (looks--)
        SIM_FEED(IDR, 0xFFFF & ~CL);
}

static void slave_bit(uint32_t level)
{
    scl_high();
    SIM_FEED(IDR, level ? CL | DA : CL);
}

static void slave_takes(uint32_t acknowledge)
{
    uint32_t i;

    for (i = 0; i < 8; i++)
        slave_bit(1);
    slave_bit(!acknowledge);
}

static void slave_sends(uint8_t byte)
{
    uint32_t i;

    for (i = 8; i-- > 0;)
        slave_bit(byte >> i & 1);
    slave_bit(1);
}

/* ---- What must be on the lines. ---- */

static void quiet(void)
{
    SIM_EXPECT(SIM_WRITES(TIM4_CR1), halves);
    SIM_EXPECT(SIM_WRITES(TIM4_SR), halves);
    SIM_EXPECT_NO_WRITE(SET);
    SIM_EXPECT_NO_WRITE(RESET);
    SIM_EXPECT_NO_WRITE(SIM_ODR(HOLE_PORT_CHAR));
}

static void drives(uint32_t line, uint32_t level) { SIM_EXPECT_WRITE(level ? SET : RESET, line); }

static void expect_bit(uint32_t level)
{
    drives(DA, level);
    drives(CL, 1);
    drives(CL, 0);
    halves += 2;
}

static void expect_start(void)
{
    drives(DA, 1);
    drives(CL, 1);
    drives(DA, 0);
    drives(CL, 0);
    halves += 3;
}

static void expect_stop(void)
{
    drives(DA, 0);
    drives(CL, 1);
    drives(DA, 1);
    halves += 3;
}

static void expect_byte(uint8_t byte)
{
    uint32_t i;

    for (i = 8; i-- > 0;)
        expect_bit(byte >> i & 1);
    expect_bit(1);
}

/* After so many half bits of what was begun, the time for stretching left out. */
static void expect_given_up(uint32_t begun)
{
    halves += begun;
    SIM_EXPECT_WRITE(SET, CL | DA);
    quiet();
    SIM_EXPECT(SIM_LATCH(SIM_ODR(HOLE_PORT_CHAR)) & (CL | DA), CL | DA);
}

static void start_bus(uint32_t low, uint32_t high, uint32_t answer)
{
    uint32_t scl = HOLE_SCL_PIN % 8 * 4, sda = HOLE_SDA_PIN % 8 * 4, control[2];

    AT(SIM_CRL(HOLE_PORT_CHAR)) = control[0] = low;
    AT(SIM_CRH(HOLE_PORT_CHAR)) = control[1] = high;
    AT(0x40021018) = 0x4801;
    AT(0x4002101C) = 0x8000002;
    SIM_SKIP_WRITES(0x4002101C);
    SIM_SKIP_WRITES(SIM_CRL(HOLE_PORT_CHAR));
    SIM_SKIP_WRITES(SIM_CRH(HOLE_PORT_CHAR));
    SIM_SKIP_WRITES(0x40021018);
    SIM_EXPECT(i2c_init(), answer);
    SIM_EXPECT_WRITE(0x4002101C, 0x8000006);
    SIM_EXPECT_WRITE(0x40000828, 0);
    SIM_EXPECT_WRITE(0x4000082C, HOLE_TIMER_HZ / HOLE_BUS_HZ / 2 - 1);
    SIM_EXPECT_NO_WRITE(0x4000082C);
    SIM_EXPECT_WRITE(0x40021018, 0x4801 | 1u << HOLE_BUS_CLOCK_BIT);
    SIM_EXPECT_WRITE(SET, CL | DA);
    control[HOLE_SCL_PIN / 8] = (control[HOLE_SCL_PIN / 8] & ~(15u << scl)) | 6u << scl;
    SIM_EXPECT_WRITE(CONTROL(HOLE_SCL_PIN), control[HOLE_SCL_PIN / 8]);
    control[HOLE_SDA_PIN / 8] = (control[HOLE_SDA_PIN / 8] & ~(15u << sda)) | 6u << sda;
    SIM_EXPECT_WRITE(CONTROL(HOLE_SDA_PIN), control[HOLE_SDA_PIN / 8]);
    SIM_EXPECT_NO_WRITE(SIM_CRL(HOLE_PORT_CHAR));
    SIM_EXPECT_NO_WRITE(SIM_CRH(HOLE_PORT_CHAR));
    drives(CL, 1);
}

static const uint8_t message[4] = {0xA5, 0x00, 0xFF, 0x5A};

static void check_write(uint8_t slave, uint8_t count)
{
    uint32_t i;

    slave_bit(1);
    for (i = 0; i <= count; i++)
        slave_takes(1);
    scl_high();
    SIM_EXPECT(i2c_write(slave, message, count), I2C_OK);
    expect_start();
    expect_byte((uint8_t)(slave * 2));
    for (i = 0; i < count; i++)
        expect_byte(message[i]);
    expect_stop();
    quiet();
}

static void check_read(uint8_t slave, uint8_t reg, const uint8_t *bytes, uint8_t count)
{
    uint8_t got[5];
    uint32_t i, bit;

    for (i = 0; i < 5; i++)
        got[i] = 0x77;
    slave_bit(1);
    slave_takes(1);
    slave_takes(1);
    slave_bit(1);
    slave_takes(1);
    for (i = 0; i < count; i++)
        slave_sends(bytes[i]);
    scl_high();
    SIM_EXPECT(i2c_read(slave, reg, got, count), I2C_OK);
    for (i = 0; i < 5; i++)
        SIM_EXPECT(got[i], i < count ? bytes[i] : 0x77);
    expect_start();
    expect_byte((uint8_t)(slave * 2));
    expect_byte(reg);
    expect_start();
    expect_byte((uint8_t)(slave * 2 + 1));
    for (i = 0; i < count; i++) {
        for (bit = 0; bit < 8; bit++)
            expect_bit(1);
        expect_bit(i + 1 == count);
    }
    expect_stop();
    quiet();
}

void main(void)
{
    uint32_t i, n, bit;
    uint8_t byte = 0x33;

    SIM_MARK(1); /* a free bus; the other pins are somebody else's */
    AT(SIM_ODR(HOLE_PORT_CHAR)) = 0xFFFF & ~(CL | DA);
    SIM_SKIP_WRITES(SIM_ODR(HOLE_PORT_CHAR));
    SIM_HOLD(IDR, 0xFFFF);
    start_bus(0x43218B4A, 0xA4B81234, 1);
    quiet();

    SIM_MARK(2);
    check_write(0x50, 3);
    check_write(0x00, 4);
    check_write(0x7F, 0);

    SIM_MARK(3);
    check_read(0x68, 0x75, message, 1);
    check_read(0x1E, 0xC3, message, 4);
    check_read(0x7F, 0xFF, message + 1, 2);
    SIM_EXPECT(i2c_read(0x50, 0, &byte, 0), I2C_OK); /* nothing wanted: the bus stays quiet */
    SIM_EXPECT(byte, 0x33);
    quiet();

    SIM_MARK(4); /* no acknowledge: at the address, at a byte, at the register, at the second address */
    slave_bit(1);
    slave_takes(0);
    scl_high();
    SIM_EXPECT(i2c_write(0x22, message, 3), I2C_NACK);
    expect_start();
    expect_byte(0x44);
    expect_stop();
    quiet();
    slave_bit(1);
    slave_takes(1);
    slave_takes(1);
    slave_takes(0);
    scl_high();
    SIM_EXPECT(i2c_write(0x22, message, 3), I2C_NACK);
    expect_start();
    expect_byte(0x44);
    expect_byte(0xA5);
    expect_byte(0x00);
    expect_stop();
    quiet();
    slave_bit(1);
    slave_takes(1);
    slave_takes(0);
    scl_high();
    SIM_EXPECT(i2c_read(0x22, 0x10, &byte, 1), I2C_NACK);
    expect_start();
    expect_byte(0x44);
    expect_byte(0x10);
    expect_stop();
    quiet();
    slave_bit(1);
    slave_takes(0);
    scl_high();
    SIM_EXPECT(i2c_read(0x22, 0x10, &byte, 1), I2C_NACK);
    expect_start();
    expect_byte(0x44);
    expect_stop();
    slave_bit(1);
    slave_takes(1);
    slave_takes(1);
    slave_bit(1);
    slave_takes(0);
    scl_high();
    SIM_EXPECT(i2c_read(0x22, 0x10, &byte, 1), I2C_NACK);
    expect_start();
    expect_byte(0x44);
    expect_byte(0x10);
    expect_start();
    expect_byte(0x45);
    expect_stop();
    quiet();
    SIM_EXPECT(byte, 0x33);

    SIM_MARK(5); /* a slave stretches the clock as long as it may, in a data bit, in the acknowledge, in the stop */
    slave_bit(1);
    slave_takes(1);
    for (i = 0; i < 3; i++)
        slave_bit(1);
    stretch(HOLE_STRETCH_LIMIT - 1);
    for (i = 0; i < 5; i++)
        slave_bit(1);
    stretch(3);
    slave_bit(0);
    stretch(HOLE_STRETCH_LIMIT - 1);
    scl_high();
    SIM_EXPECT(i2c_write(0x29, message, 1), I2C_OK);
    expect_start();
    expect_byte(0x52);
    expect_byte(0xA5);
    expect_stop();
    quiet();

    SIM_MARK(6); /* and one look too long */
    slave_bit(1);
    slave_takes(1);
    slave_bit(1);
    stretch(HOLE_STRETCH_LIMIT);
    SIM_FEED(IDR, 0xFFFF);
    SIM_EXPECT(i2c_write(0x29, message, 2), I2C_STUCK);
    expect_start();
    expect_byte(0x52);
    expect_bit(1);
    drives(DA, 0);
    drives(CL, 1);
    expect_given_up(1);
    SIM_FEED(IDR, 0xFFFF); /* the value that was left over */
    (void)AT(IDR);
    (void)AT(IDR);

    SIM_MARK(7); /* the same in the acknowledge bit, in a byte that is read, and in its acknowledge */
    slave_bit(1);
    for (i = 0; i < 8; i++)
        slave_bit(1);
    stretch(HOLE_STRETCH_LIMIT);
    SIM_EXPECT(i2c_write(0x29, message, 2), I2C_STUCK);
    expect_start();
    for (i = 8; i-- > 0;)
        expect_bit(0x52 >> i & 1);
    drives(DA, 1);
    drives(CL, 1);
    expect_given_up(1);
    for (n = 5; n <= 8; n += 3) {
        SIM_HOLD(IDR, 0xFFFF);
        slave_bit(1);
        slave_takes(1);
        slave_takes(1);
        slave_bit(1);
        slave_takes(1);
        for (i = 0; i < n; i++)
            slave_bit(0);
        stretch(HOLE_STRETCH_LIMIT);
        SIM_EXPECT(i2c_read(0x29, 1, &byte, 2), I2C_STUCK);
        SIM_EXPECT(byte, 0x33);
        expect_start();
        expect_byte(0x52);
        expect_byte(1);
        expect_start();
        expect_byte(0x53);
        for (i = 0; i < n; i++)
            expect_bit(1);
        drives(DA, n < 8);
        drives(CL, 1);
        expect_given_up(1);
    }

    SIM_MARK(8); /* SCL low at the start, at the repeated start and at the stop; SDA low at the start */
    SIM_HOLD(IDR, 0xFFFF & ~CL);
    SIM_EXPECT(i2c_write(0x29, message, 1), I2C_STUCK);
    drives(DA, 1);
    drives(CL, 1);
    expect_given_up(1 + HOLE_STRETCH_LIMIT);
    SIM_HOLD(IDR, 0xFFFF & ~DA);
    SIM_EXPECT(i2c_read(0x29, 2, &byte, 1), I2C_STUCK);
    drives(DA, 1);
    drives(CL, 1);
    expect_given_up(2);
    SIM_HOLD(IDR, 0xFFFF);
    slave_bit(1);
    slave_takes(1);
    slave_takes(1);
    slave_bit(0);
    SIM_EXPECT(i2c_read(0x29, 2, &byte, 1), I2C_STUCK);
    expect_start();
    expect_byte(0x52);
    expect_byte(2);
    drives(DA, 1);
    drives(CL, 1);
    expect_given_up(2);
    SIM_HOLD(IDR, 0xFFFF);
    slave_bit(1);
    slave_takes(1);
    stretch(HOLE_STRETCH_LIMIT);
    SIM_EXPECT(i2c_write(0x29, message, 0), I2C_STUCK);
    expect_start();
    expect_byte(0x52);
    expect_stop();
    quiet();

    SIM_MARK(9); /* a reset caught a slave in the middle of a byte: clocked out after 1, 4 and 9 pulses */
    for (n = 1; n <= 9; n += n == 4 ? 5 : 3) {
        SIM_HOLD(IDR, 0xFFFF);
        scl_high();
        for (i = 0; i < n; i++) {
            SIM_FEED(IDR, 0xFFFF & ~DA);
            scl_high();
        }
        SIM_FEED(IDR, 0xFFFF);
        start_bus(0x66666666, 0x44444444, 1);
        for (i = 0; i < n; i++) {
            drives(CL, 0);
            drives(CL, 1);
        }
        drives(CL, 0);
        halves += 2 * n + 1;
        expect_stop();
        quiet();
    }

    SIM_MARK(10); /* it never lets go; SCL does not rise at the first look, in a pulse, at the stop */
    SIM_HOLD(IDR, 0xFFFF & ~DA);
    start_bus(0, 0, 0);
    for (i = 0; i < 9; i++) {
        drives(CL, 0);
        drives(CL, 1);
    }
    halves += 18;
    quiet();
    SIM_HOLD(IDR, 0xFFFF & ~CL);
    start_bus(0xFFFFFFFF, 0xFFFFFFFF, 0);
    halves += HOLE_STRETCH_LIMIT;
    quiet();
    SIM_HOLD(IDR, 0xFFFF);
    scl_high();
    SIM_FEED(IDR, 0xFFFF & ~DA);
    stretch(HOLE_STRETCH_LIMIT);
    start_bus(0x11111111, 0x22222222, 0);
    drives(CL, 0);
    drives(CL, 1);
    halves += 1;
    quiet();
    SIM_HOLD(IDR, 0xFFFF);
    scl_high();
    SIM_FEED(IDR, 0xFFFF & ~DA);
    scl_high();
    scl_high();
    stretch(HOLE_STRETCH_LIMIT);
    start_bus(0x11111111, 0x22222222, 0);
    drives(CL, 0);
    drives(CL, 1);
    drives(CL, 0);
    halves += 3;
    expect_stop();
    quiet();

    for (bit = 0; bit < 3; bit++) {
        SIM_MARK(11 + bit);
        SIM_HOLD(IDR, 0xFFFF);
        n = SIM_DRAW(0, 0x7F);
        byte = (uint8_t)SIM_DRAW(0, 255);
        check_read((uint8_t)n, (uint8_t)(n * 3), &byte, 1);
    }

    SIM_MARK(14); /* half a bit lasts until UIF, whatever the other flags do */
    SIM_SKIP_WRITES(TIM4_CR1);
    SIM_SKIP_WRITES(TIM4_SR);
    SIM_FEED(TIM4_SR, 0x1E);
    SIM_FEED(TIM4_SR, 0x00);
    SIM_FEED(TIM4_SR, 0x1F);
    SIM_FEED(TIM4_SR, 0x5E);
    SIM_FEED(TIM4_SR, 0x01);
    SIM_FEED(TIM4_SR, 0x40);
    SIM_HOLD(IDR, 0xFFFF & ~DA);
    SIM_EXPECT(i2c_write(0x29, message, 1), I2C_STUCK);
    SIM_EXPECT(AT(TIM4_SR), 0x40);
    for (i = 0; i < 2; i++) {
        SIM_EXPECT_WRITE(TIM4_SR, 0);
        SIM_EXPECT_WRITE(TIM4_CR1, 9);
    }
    SIM_EXPECT_NO_WRITE(TIM4_CR1);
}
