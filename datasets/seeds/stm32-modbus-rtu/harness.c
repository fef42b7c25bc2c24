#define AT(address) (*(volatile uint32_t *)(address))
#define SR SIM_USART1_SR
#define DR SIM_USART1_DR
#define UART_CR1 0x4001380C
#define TIM(offset) (0x40000400 + (offset))
#define UART_IRQ 53
#define TIM3_IRQ 45
#define DE (1u << HOLE_DE_PIN)
#define ON SIM_BSRR('A')
#define OFF SIM_BRR('A')
#define LAST (HOLE_FIRST_REGISTER + HOLE_REGISTER_COUNT - 1)

static uint8_t out[260]; /* a request being made */
static uint32_t size;
static uint16_t values[HOLE_REGISTER_COUNT]; /* what the registers must hold */

/* The same CRC from the other end: bits mirrored, divided by 0x8005 from the top. */
static uint32_t mirrored(uint32_t value, uint32_t bits)
{
    uint32_t i, to = 0;

    for (i = 0; i < bits; i++)
        if (value >> i & 1)
            to |= 1u << (bits - 1 - i);
    return to;
}

static uint32_t crc(uint32_t count)
{
    uint32_t i, bit, rest = 0xFFFF;

    for (i = 0; i < count; i++) {
        rest ^= mirrored(out[i], 8) << 8;
        for (bit = 0; bit < 8; bit++)
            rest = (rest & 0x8000 ? rest << 1 ^ 0x8005 : rest << 1) & 0xFFFF;
    }
    return mirrored(rest, 16);
}

static void begin(uint32_t address, uint32_t function)
{
    size = 0;
    out[size++] = (uint8_t)address;
    out[size++] = (uint8_t)function;
}

static void word(uint32_t value)
{
    out[size++] = (uint8_t)(value / 256);
    out[size++] = (uint8_t)value;
}

static void finish_crc(void)
{
    uint32_t value = crc(size);

    out[size++] = (uint8_t)value;
    out[size++] = (uint8_t)(value / 256);
}

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(DR);
    SIM_EXPECT_NO_WRITE(ON);
    SIM_EXPECT_NO_WRITE(OFF);
    SIM_EXPECT_NO_WRITE(UART_CR1);
    SIM_EXPECT_NO_WRITE(TIM(0x14));
    SIM_EXPECT_NO_WRITE(TIM(0x00));
}

static void registers_hold(void)
{
    uint32_t i, wrong = 0;

    for (i = 0; i < HOLE_REGISTER_COUNT; i++)
        wrong += modbus_registers[i] != values[i];
    SIM_EXPECT(wrong, 0);
}

static void comes(uint32_t byte)
{
    SIM_RX(byte);
    SIM_INTERRUPT(UART_IRQ);
}

static void silence(void)
{
    SIM_INTERRUPT(TIM3_IRQ);
    SIM_EXPECT_WRITE(TIM(0x10), 0xFFFFFFFE);
    SIM_EXPECT_NO_WRITE(TIM(0x10));
}

/* The request goes over the line; each byte starts the silence anew. */
static void send_frame(void)
{
    uint32_t i, restarts = SIM_WRITES(TIM(0x14));

    for (i = 0; i < size; i++)
        comes(out[i] | (i % 3 ? 0x100 : 0)); /* with a parity bit */
    restarts = SIM_WRITES(TIM(0x14)) - restarts;
    SIM_EXPECT(restarts, size);
    SIM_EXPECT_WRITE(TIM(0x14), 1);
    SIM_EXPECT_WRITE(TIM(0x00), 0x0D);
    SIM_SKIP_WRITES(TIM(0x14));
    SIM_SKIP_WRITES(TIM(0x00));
    modbus_poll(); /* not complete yet */
    quiet();
    silence();
    quiet();
}

/* What stands in `out` must be answered, with its CRC behind it. */
static void answered(void)
{
    uint32_t i;

    finish_crc();
    modbus_poll();
    SIM_EXPECT_WRITE(ON, DE);
    SIM_EXPECT_WRITE(UART_CR1, 0x34AC);
    modbus_poll();
    for (i = 0; i < size; i++) {
        quiet();
        SIM_INTERRUPT(UART_IRQ);
        SIM_EXPECT_WRITE(DR, out[i]);
        if (i + 1 == size)
            SIM_EXPECT_WRITE(UART_CR1, 0x346C);
    }
    quiet();
    SIM_INTERRUPT(UART_IRQ);
    SIM_EXPECT_WRITE(OFF, DE);
    SIM_EXPECT_WRITE(UART_CR1, 0x342C);
    quiet();
    registers_hold();
}

static void ignored(void)
{
    modbus_poll();
    quiet();
    SIM_INTERRUPT(UART_IRQ);
    quiet();
    registers_hold();
}

static void refused(uint32_t function, uint32_t code)
{
    begin(HOLE_SERVER_ADDRESS, function + 0x80);
    out[size++] = (uint8_t)code;
    answered();
}

static void ask(uint32_t address, uint32_t function, uint32_t first, uint32_t second)
{
    begin(address, function);
    word(first);
    word(second);
    finish_crc();
    send_frame();
}

static void reads(uint32_t first, uint32_t count)
{
    uint32_t i;

    ask(HOLE_SERVER_ADDRESS, 3, first, count);
    begin(HOLE_SERVER_ADDRESS, 3);
    out[size++] = (uint8_t)(2 * count);
    for (i = 0; i < count; i++)
        word(values[first + i - HOLE_FIRST_REGISTER]);
    answered();
}

static void read_refused(uint32_t first, uint32_t count, uint32_t code)
{
    ask(HOLE_SERVER_ADDRESS, 3, first, count);
    refused(3, code);
}

static void writes(uint32_t number, uint32_t value)
{
    ask(HOLE_SERVER_ADDRESS, 6, number, value);
    values[number - HOLE_FIRST_REGISTER] = (uint16_t)value;
    begin(HOLE_SERVER_ADDRESS, 6);
    word(number);
    word(value);
    answered();
}

/* Function 16 with the byte count and the number of bytes off by so many. */
static void ask_many(uint32_t address, uint32_t first, uint32_t count, uint32_t seed, int32_t told, int32_t more)
{
    uint32_t i;

    begin(address, 16);
    word(first);
    word(count);
    out[size++] = (uint8_t)((int32_t)(2 * count) + told);
    for (i = 0; i < count; i++)
        word((seed + i * 0x0123) & 0xFFFF);
    size = (uint32_t)((int32_t)size + more);
    finish_crc();
    send_frame();
}

static void keep_many(uint32_t first, uint32_t count, uint32_t seed)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        values[first - HOLE_FIRST_REGISTER + i] = (uint16_t)(seed + i * 0x0123);
}

static void writes_many(uint32_t first, uint32_t count, uint32_t seed)
{
    ask_many(HOLE_SERVER_ADDRESS, first, count, seed, 0, 0);
    keep_many(first, count, seed);
    begin(HOLE_SERVER_ADDRESS, 16);
    word(first);
    word(count);
    answered();
}

static void start(uint32_t pins)
{
    AT(0x40021018) = 0x1001;
    AT(0x4002101C) = 0x10000001;
    AT(0x40010804) = pins;
    SIM_SKIP_WRITES(0x40021018);
    SIM_SKIP_WRITES(0x4002101C);
    SIM_SKIP_WRITES(0x40010804);
    SIM_SKIP_WRITES(UART_CR1);
    SIM_SKIP_WRITES(TIM(0x00));
    SIM_SKIP_WRITES(TIM(0x14));
    modbus_init();
    SIM_EXPECT_WRITE(0x40021018, 0x1001 | 0x4004);
    SIM_EXPECT_WRITE(0x4002101C, 0x10000003);
    SIM_EXPECT_WRITE(UART_CR1, 0);
    SIM_EXPECT_WRITE(OFF, DE);
    SIM_EXPECT_WRITE(ON, 0x400);
    pins = (pins & 0xFFFFF00F) | 0x8B0;
    pins = (pins & ~(15u << (HOLE_DE_PIN * 4 - 32))) | 2u << (HOLE_DE_PIN * 4 - 32);
    SIM_EXPECT_WRITE(0x40010804, pins);
    SIM_EXPECT_WRITE(TIM(0x28), HOLE_TIMER_HZ / 1000000 - 1);
    SIM_EXPECT_WRITE(TIM(0x2C), HOLE_SILENCE_US - 1);
    SIM_EXPECT_WRITE(TIM(0x00), 4);
    SIM_EXPECT_WRITE(TIM(0x14), 1);
    SIM_EXPECT_WRITE(TIM(0x10), 0xFFFFFFFE);
    SIM_EXPECT_WRITE(TIM(0x0C), 1);
    SIM_EXPECT_WRITE(0x40013808, HOLE_DIVIDER);
    SIM_EXPECT_WRITE(UART_CR1, 0x342C);
    SIM_EXPECT_WRITE(0xE000E100, 1u << 29);
    SIM_EXPECT_WRITE(0xE000E104, 1u << 5);
    quiet();
}

/* One byte of a frame arrives with an error: nothing of it is taken, the next frame is. */
static void spoiled(uint32_t status)
{
    uint32_t i;

    SIM_HOLD(SR, 0x20);
    begin(HOLE_SERVER_ADDRESS, 6);
    word(HOLE_FIRST_REGISTER);
    word(0xDEAD);
    finish_crc();
    for (i = 0; i < size; i++) {
        SIM_HOLD(SR, i == 2 ? status : 0x20);
        comes(i == 2 && !(status & 0x20) ? 0xEE : out[i]);
        if (i == 2 && !(status & 0x20)) { /* ORE alone: there is no byte, but the frame is spoiled */
            SIM_HOLD(SR, 0x20);
            comes(out[i]);
        }
    }
    SIM_SKIP_WRITES(TIM(0x14));
    SIM_SKIP_WRITES(TIM(0x00));
    silence();
    SIM_HOLD(SR, 0xC0);
    modbus_poll();
    quiet();
    SIM_HOLD(SR, 0x20);
    begin(HOLE_SERVER_ADDRESS, 6);
    word(HOLE_FIRST_REGISTER);
    word(0x0102);
    finish_crc();
    send_frame();
    values[0] = 0x0102;
    SIM_HOLD(SR, 0xC0);
    begin(HOLE_SERVER_ADDRESS, 6);
    word(HOLE_FIRST_REGISTER);
    word(0x0102);
    answered();
    SIM_HOLD(SR, 0x20);
    ask(HOLE_SERVER_ADDRESS, 3, HOLE_FIRST_REGISTER, 1);
    modbus_poll();
    SIM_EXPECT_WRITE(ON, DE);
    SIM_EXPECT_WRITE(UART_CR1, 0x34AC);
    SIM_HOLD(SR, 0x50); /* TXE is not set: nothing is sent, though TC is */
    SIM_INTERRUPT(UART_IRQ);
    quiet();
    SIM_HOLD(SR, 0xC0);
    for (i = 0; i < 7; i++)
        SIM_INTERRUPT(UART_IRQ);
    SIM_SKIP_WRITES(DR);
    SIM_EXPECT_WRITE(UART_CR1, 0x346C);
    SIM_HOLD(SR, 0x80); /* TC is not set: the driver stays on */
    SIM_INTERRUPT(UART_IRQ);
    quiet();
    SIM_HOLD(SR, 0x40);
    SIM_INTERRUPT(UART_IRQ);
    SIM_EXPECT_WRITE(OFF, DE);
    SIM_EXPECT_WRITE(UART_CR1, 0x342C);
    quiet();
}

void main(void)
{
    uint32_t i, n;

    SIM_MARK(1);
    AT(UART_CR1) = 0x20EC;
    length = 9;
    broken = true;
    for (i = 0; i < HOLE_REGISTER_COUNT; i++)
        modbus_registers[i] = values[i] = (uint16_t)(0xA5C3 + 0x1357 * i);
    start(0x43218B4A);
    modbus_poll();
    quiet();

    SIM_MARK(2); /* reading: one, all, the ends, beyond them */
    reads(HOLE_FIRST_REGISTER, 1);
    reads(LAST, 1);
    reads(HOLE_FIRST_REGISTER, HOLE_REGISTER_COUNT);
    reads(HOLE_FIRST_REGISTER + 1, 2);
    read_refused(HOLE_FIRST_REGISTER - 1, 2, 2);
    read_refused(LAST, 2, 2);
    read_refused(LAST + 1, 1, 2);
    read_refused(0xFFFF, 2, 2);
    read_refused(HOLE_FIRST_REGISTER, HOLE_REGISTER_COUNT + 1, 2);
    read_refused(HOLE_FIRST_REGISTER, 125, 2);
    read_refused(HOLE_FIRST_REGISTER, 126, 3);
    read_refused(HOLE_FIRST_REGISTER, 0, 3);
    read_refused(0, 0xFFFF, 3);

    SIM_MARK(3); /* writing one */
    writes(HOLE_FIRST_REGISTER, 0xBEEF);
    writes(LAST, 0x00FF);
    writes(HOLE_FIRST_REGISTER + 2, 0xFF00);
    ask(HOLE_SERVER_ADDRESS, 6, LAST + 1, 7);
    refused(6, 2);
    ask(HOLE_SERVER_ADDRESS, 6, HOLE_FIRST_REGISTER - 1, 7);
    refused(6, 2);

    SIM_MARK(4); /* writing several: the ends, wrong counts, wrong lengths */
    writes_many(HOLE_FIRST_REGISTER, HOLE_REGISTER_COUNT, 0x8001);
    writes_many(LAST, 1, 0x4321);
    writes_many(HOLE_FIRST_REGISTER + 1, 2, 0xFFF0);
    ask_many(HOLE_SERVER_ADDRESS, LAST, 2, 1, 0, 0);
    refused(16, 2);
    ask_many(HOLE_SERVER_ADDRESS, HOLE_FIRST_REGISTER - 1, 1, 1, 0, 0);
    refused(16, 2);
    ask_many(HOLE_SERVER_ADDRESS, HOLE_FIRST_REGISTER, 0, 1, 0, 0);
    refused(16, 3);
    ask_many(HOLE_SERVER_ADDRESS, HOLE_FIRST_REGISTER, 2, 1, 1, 0);
    refused(16, 3);
    ask_many(HOLE_SERVER_ADDRESS, HOLE_FIRST_REGISTER, 2, 1, -2, 0);
    refused(16, 3);
    ask_many(HOLE_SERVER_ADDRESS, HOLE_FIRST_REGISTER, 2, 1, 0, 1);
    refused(16, 3);
    ask_many(HOLE_SERVER_ADDRESS, HOLE_FIRST_REGISTER, 2, 1, 0, -1);
    refused(16, 3);
    ask_many(HOLE_SERVER_ADDRESS, HOLE_FIRST_REGISTER, 123, 1, 0, 0);
    refused(16, 2);
    ask_many(HOLE_SERVER_ADDRESS, HOLE_FIRST_REGISTER, 124, 1, 0, -2);
    refused(16, 3);

    SIM_MARK(5); /* functions that there are not, requests of another length */
    ask(HOLE_SERVER_ADDRESS, 4, HOLE_FIRST_REGISTER, 1);
    refused(4, 1);
    ask(HOLE_SERVER_ADDRESS, 0, 0, 0);
    refused(0, 1);
    begin(HOLE_SERVER_ADDRESS, 0x2B);
    finish_crc();
    send_frame();
    refused(0x2B, 1);
    for (n = 3; n <= 6; n += 3) {
        for (i = 0; i < 2; i++) {
            begin(HOLE_SERVER_ADDRESS, n);
            word(HOLE_FIRST_REGISTER);
            word(1);
            size += i ? 1 : -1;
            finish_crc();
            send_frame();
            refused(n, 3);
        }
    }

    SIM_MARK(6); /* for others, for all, damaged, too short */
    ask(HOLE_SERVER_ADDRESS + 1, 6, HOLE_FIRST_REGISTER, 0x1111);
    ignored();
    ask(0, 6, HOLE_FIRST_REGISTER, 0x2222);
    values[0] = 0x2222;
    ignored();
    ask_many(0, HOLE_FIRST_REGISTER + 1, 2, 0x3333, 0, 0);
    keep_many(HOLE_FIRST_REGISTER + 1, 2, 0x3333);
    ignored();
    ask(0, 3, HOLE_FIRST_REGISTER, 1);
    ignored();
    for (i = 0; i < 8; i++) {
        begin(HOLE_SERVER_ADDRESS, 6);
        word(HOLE_FIRST_REGISTER);
        word(0x4444);
        finish_crc();
        out[i] ^= (uint8_t)(1u << i);
        send_frame();
        ignored();
    }
    begin(HOLE_SERVER_ADDRESS, 0);
    size = 1;
    finish_crc();
    send_frame();
    ignored();
    silence(); /* and of nothing at all */
    ignored();
    reads(HOLE_FIRST_REGISTER, 3);

    SIM_MARK(7); /* as long as a frame may be, and one byte longer */
    begin(HOLE_SERVER_ADDRESS, 3);
    while (size < 254)
        out[size++] = 0x55;
    finish_crc();
    send_frame();
    refused(3, 3);
    begin(HOLE_SERVER_ADDRESS, 3);
    while (size < 255)
        out[size++] = 0x55;
    finish_crc();
    send_frame();
    ignored();

    SIM_MARK(8); /* what comes between a frame and the end of its answer is not listened to */
    begin(HOLE_SERVER_ADDRESS, 6);
    word(HOLE_FIRST_REGISTER + 1);
    word(0x5678);
    finish_crc();
    send_frame();
    comes(0x99);
    silence();
    quiet();
    modbus_poll();
    SIM_EXPECT_WRITE(ON, DE);
    SIM_EXPECT_WRITE(UART_CR1, 0x34AC);
    SIM_INTERRUPT(UART_IRQ);
    SIM_EXPECT_WRITE(DR, HOLE_SERVER_ADDRESS);
    SIM_RX(0x77);
    SIM_INTERRUPT(UART_IRQ);
    SIM_EXPECT_WRITE(DR, 6);
    silence();
    quiet();
    values[1] = 0x5678;

    SIM_MARK(9); /* started again in the middle of an answer, then of a request */
    start(0xFFFFFFFF);
    SIM_INTERRUPT(UART_IRQ);
    quiet();
    comes(HOLE_SERVER_ADDRESS);
    comes(3);
    start(0);
    reads(HOLE_FIRST_REGISTER + 1, 1);

    for (i = 0; i < 3; i++) {
        SIM_MARK(10 + i);
        n = SIM_DRAW(HOLE_FIRST_REGISTER, LAST);
        writes(n, SIM_DRAW(0, 0xFFFF));
        reads(n, 1);
    }

    SIM_MARK(13); /* parity, framing, noise, overrun with a byte and alone */
    spoiled(0x21);
    spoiled(0x22);
    spoiled(0x24);
    spoiled(0x28);
    spoiled(0x08);
}
