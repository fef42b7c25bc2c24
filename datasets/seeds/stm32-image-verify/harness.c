#define AT(address) (*(volatile uint32_t *)(address))
#define WORDS 70
#define TABLE 236u

static struct {
    image_header_t head;
    uint32_t payload[WORDS];
} image;

/* The same CRC by whole bytes; their remainders are divided out bit by bit, mirrored. */
static uint32_t of_byte[256];

static void divide(void)
{
    uint32_t byte, bit;

    for (byte = 0; byte < 256; byte++) {
        uint32_t rest = byte;

        for (bit = 0; bit < 8; bit++)
            rest = rest & 1 ? rest >> 1 ^ 0xEDB88320 : rest >> 1;
        of_byte[byte] = rest;
    }
}

static uint32_t crc(const void *data, uint32_t count)
{
    const uint8_t *byte = data;
    uint32_t rest = 0xFFFFFFFF;

    while (count--)
        rest = rest >> 8 ^ of_byte[(rest ^ *byte++) & 255];
    return rest ^ 0xFFFFFFFF;
}

static void seal(void)
{
    image.head.header_crc = crc(&image.head, 20);
}

static void pack(void)
{
    image.head.payload_crc = crc(image.payload, image.head.size <= sizeof image.payload ? image.head.size : 0);
    seal();
}

/* A good one: as large as the buffer, at the start of the region. */
static void make(void)
{
    uint32_t i;

    image.head.magic = HOLE_IMAGE_MAGIC;
    image.head.size = sizeof image.payload;
    image.head.load_address = HOLE_APP_START;
    image.head.version = 0x01020003;
    image.payload[0] = HOLE_RAM_END;
    image.payload[1] = HOLE_APP_START + TABLE + 1;
    for (i = 2; i < WORDS; i++)
        image.payload[i] = 0x9E3779B9u * (i + 5);
    pack();
}

static void is(image_result_t result)
{
    SIM_EXPECT(image_check(&image.head, sizeof image.payload, 0x01020003), result);
}

static void with_size(uint32_t size, image_result_t result)
{
    make();
    image.head.size = size;
    pack();
    is(result);
}

static void with_address(uint32_t address, image_result_t result)
{
    make();
    image.head.load_address = address;
    image.payload[1] = address + TABLE + 1;
    pack();
    is(result);
}

static void with_vectors(uint32_t stack, uint32_t reset, image_result_t result)
{
    make();
    image.payload[0] = stack;
    image.payload[1] = reset;
    pack();
    is(result);
}

/* The image that is entered at the end. */
static uint32_t own_stack[64];
static uint32_t table[2];

static void landed(void)
{
    uint32_t sp, primask;

    __asm__ volatile("mov %0, sp\nmrs %1, primask" : "=r"(sp), "=r"(primask)::"memory");
    SIM_EXPECT(sp > (uintptr_t)own_stack && sp <= (uintptr_t)(own_stack + 64), 1);
    SIM_EXPECT(primask, 0);
    SIM_EXPECT_WRITE(0xE000E010, 0);
    SIM_EXPECT_WRITE(0xE000E180, 0xFFFFFFFF);
    SIM_EXPECT_WRITE(0xE000E280, 0xFFFFFFFF);
    SIM_EXPECT_WRITE(0xE000E184, 0xFFFFFFFF);
    SIM_EXPECT_WRITE(0xE000E284, 0xFFFFFFFF);
    SIM_EXPECT_WRITE(0xE000ED08, (uintptr_t)table);
    SIM_EXPECT_NO_WRITE(0xE000ED08);
    SIM_EXPECT_NO_WRITE(0xE000E188);
    SIM_EXPECT_NO_WRITE(0xE000E288);
    SIM_EXPECT_NO_WRITE(0xE000E010);
    SIM_EXPECT(AT(0xE000E100) | AT(0xE000E104), 0);
    SIM_DONE();
}

void main(void)
{
    static const uint8_t digits[9] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
    uint32_t i;

    divide();
    SIM_MARK(1);
    SIM_EXPECT(image_crc32(digits, 9), 0xCBF43926);
    SIM_EXPECT(image_crc32(digits, 0), 0);
    for (i = 0; i < 16; i++) {
        uint8_t byte = (uint8_t)(i * 16 + 15 - i);

        SIM_EXPECT(image_crc32(&byte, 1), crc(&byte, 1));
    }
    make();
    is(IMAGE_OK);

    SIM_MARK(2); /* one bit anywhere */
    for (i = 0; i < 192; i += 5) {
        make();
        ((uint8_t *)&image.head)[i / 8] ^= (uint8_t)(1u << i % 8);
        is(i < 32 ? IMAGE_NO_MAGIC : IMAGE_BAD_HEADER);
    }
    for (i = 0; i < WORDS * 32; i += 97) {
        make();
        image.payload[i / 32] ^= 1u << i % 32;
        is(IMAGE_BAD_CRC);
    }
    make();
    image.head.payload_crc ^= 0x80000000;
    seal();
    is(IMAGE_BAD_CRC);

    SIM_MARK(3); /* sizes: one word of code, none, odd ones, all that is there, more */
    with_size(TABLE + 4, IMAGE_OK);
    with_size(TABLE, IMAGE_BAD_SIZE);
    with_size(0, IMAGE_BAD_SIZE);
    with_size(TABLE + 5, IMAGE_BAD_SIZE);
    with_size(TABLE + 6, IMAGE_BAD_SIZE);
    with_size(sizeof image.payload - 4, IMAGE_OK);
    with_size(sizeof image.payload + 4, IMAGE_BAD_SIZE);
    with_size(0xFFFFFFFC, IMAGE_BAD_SIZE);
    make();
    SIM_EXPECT(image_check(&image.head, sizeof image.payload - 1, 0), IMAGE_BAD_SIZE);
    SIM_EXPECT(image_check(&image.head, sizeof image.payload + 1, 0), IMAGE_OK);

    SIM_MARK(4); /* addresses: ends of the region, alignment, wrap-around */
    with_address(HOLE_APP_START - 0x100, IMAGE_BAD_ADDRESS);
    with_address(HOLE_APP_START + 0x100, IMAGE_OK);
    with_address(HOLE_APP_START + 0x80, IMAGE_BAD_ADDRESS);
    with_address(HOLE_APP_START + 1, IMAGE_BAD_ADDRESS);
    with_address(HOLE_APP_END - 0x200, IMAGE_OK);
    with_address(HOLE_APP_END - 0x100, IMAGE_BAD_ADDRESS);
    with_address(HOLE_APP_END, IMAGE_BAD_ADDRESS);
    with_address(HOLE_APP_END + 0x100, IMAGE_BAD_ADDRESS);
    with_address(0, IMAGE_BAD_ADDRESS);
    with_address(0xFFFFFF00, IMAGE_BAD_ADDRESS);
    with_address(0x20000000, IMAGE_BAD_ADDRESS);
    with_address(HOLE_APP_END - 0x100, IMAGE_BAD_ADDRESS);
    make(); /* a size that just fits into the last block */
    image.head.load_address = HOLE_APP_END - 0x100;
    image.payload[1] = HOLE_APP_END - 0x100 + TABLE + 1;
    image.head.size = 0x100;
    pack();
    is(IMAGE_OK);
    image.head.size = 0x104;
    pack();
    is(IMAGE_BAD_ADDRESS);

    SIM_MARK(5); /* versions compare as one number */
    make();
    SIM_EXPECT(image_check(&image.head, sizeof image.payload, 0x01020004), IMAGE_TOO_OLD);
    SIM_EXPECT(image_check(&image.head, sizeof image.payload, 0x01020002), IMAGE_OK);
    SIM_EXPECT(image_check(&image.head, sizeof image.payload, 0x02000000), IMAGE_TOO_OLD);
    SIM_EXPECT(image_check(&image.head, sizeof image.payload, 0xFF000000), IMAGE_TOO_OLD);
    SIM_EXPECT(image_check(&image.head, sizeof image.payload, 0), IMAGE_OK);
    image.head.version = 0xFF000000;
    seal();
    is(IMAGE_OK);

    SIM_MARK(6); /* vectors */
    with_vectors(HOLE_RAM_END + 8, HOLE_APP_START + TABLE + 1, IMAGE_BAD_VECTORS);
    with_vectors(HOLE_RAM_END - 8, HOLE_APP_START + TABLE + 1, IMAGE_OK);
    with_vectors(HOLE_RAM_END - 4, HOLE_APP_START + TABLE + 1, IMAGE_BAD_VECTORS);
    with_vectors(HOLE_RAM_END - 1, HOLE_APP_START + TABLE + 1, IMAGE_BAD_VECTORS);
    with_vectors(0x20000000, HOLE_APP_START + TABLE + 1, IMAGE_BAD_VECTORS);
    with_vectors(0x20000008, HOLE_APP_START + TABLE + 1, IMAGE_OK);
    with_vectors(0x1FFFFFF8, HOLE_APP_START + TABLE + 1, IMAGE_BAD_VECTORS);
    with_vectors(0xFFFFFFFF, 0xFFFFFFFF, IMAGE_BAD_VECTORS);
    with_vectors(HOLE_RAM_END, HOLE_APP_START + TABLE, IMAGE_BAD_VECTORS);
    with_vectors(HOLE_RAM_END, HOLE_APP_START + TABLE - 1, IMAGE_BAD_VECTORS);
    with_vectors(HOLE_RAM_END, HOLE_APP_START + TABLE + 3, IMAGE_OK);
    with_vectors(HOLE_RAM_END, HOLE_APP_START + sizeof image.payload - 1, IMAGE_OK);
    with_vectors(HOLE_RAM_END, HOLE_APP_START + sizeof image.payload + 1, IMAGE_BAD_VECTORS);
    with_vectors(HOLE_RAM_END, HOLE_APP_START - 1, IMAGE_BAD_VECTORS);
    with_vectors(HOLE_RAM_END, 1, IMAGE_BAD_VECTORS);
    with_vectors(HOLE_RAM_END, 0xFFFFFFFF, IMAGE_BAD_VECTORS);

    SIM_MARK(7); /* several things wrong: the first in the order of the checks is told */
    with_vectors(0, 0, IMAGE_BAD_VECTORS);
    image.head.payload_crc ^= 1;
    seal();
    is(IMAGE_BAD_CRC);
    image.head.version = 0;
    seal();
    is(IMAGE_TOO_OLD);
    image.head.load_address = 4;
    seal();
    is(IMAGE_BAD_ADDRESS);
    image.head.size = 3;
    seal();
    is(IMAGE_BAD_SIZE);
    image.head.header_crc ^= 1;
    is(IMAGE_BAD_HEADER);
    image.head.magic = 0xFFFFFFFF;
    is(IMAGE_NO_MAGIC);

    for (i = 0; i < 8; i++) {
        uint32_t bit = SIM_DRAW(0, WORDS * 32 - 1);

        SIM_MARK(8 + i);
        make();
        image.payload[2] = SIM_DRAW(0, 0xFFFFFFFF);
        pack();
        is(IMAGE_OK);
        image.payload[bit / 32] ^= 1u << bit % 32;
        is(IMAGE_BAD_CRC);
    }

    SIM_MARK(16); /* into it */
    AT(0xE000E010) = 7;
    AT(0xE000E100) = 0x10000040;
    AT(0xE000E104) = 0x20;
    SIM_SKIP_WRITES(0xE000E010);
    table[0] = (uintptr_t)(own_stack + 64);
    table[1] = (uintptr_t)landed | 1;
    image.head.load_address = (uintptr_t)table;
    image_boot(&image.head);
    SIM_EXPECT(0, 1); /* nobody comes back */
}
