/* A boot loader's judgement of a firmware image: header, bounds, version, CRC and vectors, and the jump into it. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t CTRL, LOAD, VAL;
} SysTick_TypeDef;

#define SysTick ((SysTick_TypeDef *)0xE000E010)
#define NVIC_ICER ((volatile uint32_t *)0xE000E180)
#define NVIC_ICPR ((volatile uint32_t *)0xE000E280)
#define NVIC_WORDS 2
#define SCB_VTOR (*(volatile uint32_t *)0xE000ED08)

#define IMAGE_MAGIC 0x4D524946
#define APP_START 0x08004000 /* behind the boot loader */
#define APP_END 0x08010000   /* end of flash */
#define RAM_START 0x20000000
#define RAM_END 0x20005000

#define VECTOR_BYTES 236u /* 16 of the core and 43 of the chip */
#define VECTOR_ALIGN 256u /* VTOR takes multiples of the table's size, rounded up to a power of two */
#define STACK_ALIGN 8u
#define THUMB 1u

/* Little-endian as the core reads it; the payload, which begins with the vector table, follows at once. */
typedef struct {
    uint32_t magic;
    uint32_t size;         /* bytes of payload */
    uint32_t load_address; /* where the payload runs */
    uint32_t version;      /* major << 24 | minor << 16 | build */
    uint32_t payload_crc;
    uint32_t header_crc;   /* over the words above */
} image_header_t;

typedef enum {
    IMAGE_OK,
    IMAGE_NO_MAGIC,
    IMAGE_BAD_HEADER,
    IMAGE_BAD_SIZE,
    IMAGE_BAD_ADDRESS,
    IMAGE_TOO_OLD,
    IMAGE_BAD_CRC,
    IMAGE_BAD_VECTORS
} image_result_t;

/* CRC-32 as in Ethernet and zip: mirrored 0x04C11DB7, all ones at the start, inverted at the end. */
uint32_t image_crc32(const uint8_t *data, uint32_t count)
{
    static const uint32_t remainders[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
        0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
        0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C
    };
    uint32_t crc = 0xFFFFFFFFu;

    while (count-- > 0) {
        crc ^= *data++;
        crc = (crc >> 4) ^ remainders[crc & 0xFu];
        crc = (crc >> 4) ^ remainders[crc & 0xFu];
    }
    return ~crc;
}

/* A table, some code behind it, whole words, and no more than is there. */
static bool size_is_sound(uint32_t size, uint32_t available)
{
    return size > VECTOR_BYTES && size % 4 == 0 && size <= available;
}

/* Compared by differences: address + size of a forged header may wrap. */
static bool address_is_sound(uint32_t address, uint32_t size)
{
    return address % VECTOR_ALIGN == 0 && address >= APP_START && address < APP_END && size <= APP_END - address;
}

static bool vectors_are_sound(const image_header_t *header, uint32_t stack, uint32_t reset)
{
    uint32_t offset = (reset & ~THUMB) - header->load_address;

    if (stack <= RAM_START || stack > RAM_END || stack % STACK_ALIGN != 0) /* the end itself is right: it grows down */
        return false;
    return (reset & THUMB) && offset >= VECTOR_BYTES && offset < header->size;
}

/* Judges an image of which `available` bytes of payload can be read; nothing is believed before it was checked. */
image_result_t image_check(const image_header_t *header, uint32_t available, uint32_t oldest_version)
{
    const uint32_t *payload = (const uint32_t *)(header + 1);

    if (header->magic != IMAGE_MAGIC)
        return IMAGE_NO_MAGIC; /* erased flash, mostly */
    if (image_crc32((const uint8_t *)header, sizeof *header - sizeof header->header_crc) != header->header_crc)
        return IMAGE_BAD_HEADER;
    if (!size_is_sound(header->size, available))
        return IMAGE_BAD_SIZE;
    if (!address_is_sound(header->load_address, header->size))
        return IMAGE_BAD_ADDRESS;
    if (header->version < oldest_version)
        return IMAGE_TOO_OLD;
    if (image_crc32((const uint8_t *)payload, header->size) != header->payload_crc)
        return IMAGE_BAD_CRC;
    if (!vectors_are_sound(header, payload[0], payload[1]))
        return IMAGE_BAD_VECTORS;
    return IMAGE_OK;
}

/* Loads the main stack pointer and jumps; nothing of a C function may stand between the two. */
void image_enter(uint32_t stack, uint32_t reset);

__asm(
    ".syntax unified\n"
    ".text\n"
    ".p2align 1\n"
    ".thumb_func\n"
    ".type image_enter, %function\n"
    ".global image_enter\n"
    "image_enter:\n"
    "    msr msp, r0\n"
    "    bx r1\n"
);

/* Starts the image that lies at its load address, with the chip as after a reset: no interrupt enabled or pending. */
void image_boot(const image_header_t *header)
{
    const volatile uint32_t *vectors = (const volatile uint32_t *)header->load_address;
    uint32_t i;

    SysTick->CTRL = 0;
    for (i = 0; i < NVIC_WORDS; i++) {
        NVIC_ICER[i] = 0xFFFFFFFFu;
        NVIC_ICPR[i] = 0xFFFFFFFFu;
    }
    SCB_VTOR = header->load_address;
    image_enter(vectors[0], vectors[1]);
}
