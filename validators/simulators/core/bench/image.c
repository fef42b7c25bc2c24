/* SPDX-License-Identifier: Apache-2.0
 *
 * Images: Intel HEX, and 32-bit ELF of either byte order, whose program headers are loaded at their physical addresses.
 */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

static uint8_t file[IMAGE_LIMIT];

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20; /* lower case */
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One record of Intel HEX: 1 when more may follow, 0 at the end, -1 when it is none. */
static int load_record(const uint8_t *line, size_t size, uint32_t *base)
{
    uint8_t bytes[260];
    unsigned count = 0, sum = 0;
    if (!size || line[0] != ':')
        return -1;
    for (size_t at = 1; at + 1 < size && count < sizeof bytes; at += 2) {
        int high = hex_digit(line[at]), low = hex_digit(line[at + 1]);
        if (high < 0 || low < 0)
            break;
        sum += bytes[count++] = (uint8_t)(high << 4 | low);
    }
    if (count < 5 || count != bytes[0] + 5u || (sum & 0xFF))
        return -1;
    uint32_t start = (uint32_t)bytes[1] << 8 | bytes[2];
    switch (bytes[3]) {
    case 0: return start + bytes[0] <= 0x10000 && core_load(*base + start, bytes + 4, bytes[0]) ? 1 : -1;
    case 1: return 0;
    case 2: case 4: /* where what follows lies: a segment, the upper half of an address */
        if (bytes[0] != 2)
            return -1;
        *base = ((uint32_t)bytes[4] << 8 | bytes[5]) << (bytes[3] == 2 ? 4 : 16);
        return 1;
    case 3: case 5: return 1; /* where to start: a chip starts at its reset vector */
    default: return -1;
    }
}

static bool load_hex(size_t size)
{
    uint32_t base = 0;
    int kind = -1;
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(file + at, '\n', size - at);
        size_t next = end ? (size_t)(end - file) + 1 : size;
        kind = load_record(file + at, next - at, &base);
        if (kind <= 0)
            break;
        at = next;
    }
    return kind == 0;
}

/* A number of the ELF file, which the caller knows to lie in it. */
static uint32_t number(size_t at, int size)
{
    uint32_t value = 0;
    for (int i = 0; i < size; i++)
        value |= (uint32_t)file[at + (size_t)(file[EI_DATA] == ELFDATA2MSB ? size - 1 - i : i)] << 8 * i;
    return value;
}

#define HEADER(field) number(offsetof(Elf32_Ehdr, field), sizeof((Elf32_Ehdr *)0)->field)
#define SEGMENT(field) number(at + offsetof(Elf32_Phdr, field), sizeof((Elf32_Phdr *)0)->field)

static bool load_elf(size_t size)
{
    if (size < sizeof(Elf32_Ehdr) || file[EI_CLASS] != ELFCLASS32)
        return false;
    uint64_t first = HEADER(e_phoff), count = HEADER(e_phnum), each = HEADER(e_phentsize);
    if (each < sizeof(Elf32_Phdr) || first + count * each > size)
        return false;
    bool any = false;
    for (uint64_t n = 0; n < count; n++) {
        size_t at = first + n * each;
        uint64_t from = SEGMENT(p_offset), bytes = SEGMENT(p_filesz);
        if (SEGMENT(p_type) != PT_LOAD || !bytes)
            continue;
        if (from + bytes > size || !core_load(SEGMENT(p_paddr), file + from, bytes))
            return false;
        any = true;
    }
    return any;
}

bool load_image(const char *path)
{
    FILE *from = fopen(path, "rb");
    if (!from)
        return false;
    size_t size = fread(file, 1, sizeof file, from);
    bool whole = size < sizeof file;
    fclose(from);
    if (!whole)
        return false;
    return size > SELFMAG && !memcmp(file, ELFMAG, SELFMAG) ? load_elf(size) : load_hex(size);
}
