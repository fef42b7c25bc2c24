/* SPDX-License-Identifier: Apache-2.0
 *
 * What the registers hold: one word each of whatever the program wrote, else its value after reset; and of status
 * registers, which flags the program waits for and which it has seen.
 */
#include <string.h>

#include "chip.h"

enum { SLOTS = 1 << 15, MOST = 3 << 13 };
enum { VALUE, POLLED, SEEN }; /* what a slot is about, in the low bits of its address */

typedef struct {
    uint32_t address, run, value;
} Slot;

static Slot slots[SLOTS];
static uint32_t run; /* what an earlier run left in a slot is not there any more */
static int used;

static const struct {
    uint32_t reg, value;
} RESET[] = {
    {0x40002C00, 0x7F}, {0x40002C04, 0x7F},                     /* WWDG_CR, CFR */
    {0x40003008, 0xFFF},                                        /* IWDG_RLR */
    {0x40003808, 0x02}, {0x40013008, 0x02}, {0x40003C08, 0x02}, /* SPI_SR */
    {0x40004400, 0xC0}, {0x40004800, 0xC0}, {0x40004C00, 0xC0}, {0x40005000, 0xC0}, {0x40013800, 0xC0}, /* USART_SR */
    {0x40021000, 0x83}, {0x40021014, 0x14}, {0x40021024, 0x0C000000}, /* RCC_CR, AHBENR, CSR */
    {0x40022000, 0x30}, {0x40022010, 0x80},                     /* FLASH_ACR, CR */
    {0xE000ED00, 0x411FC231}, {0xE000ED0C, 0xFA050000}, {0xE000ED14, 0x200}, /* SCB_CPUID, AIRCR, CCR */
};

static uint32_t after_reset(uint32_t word)
{
    if (word >= 0x40010800 && word < 0x40012400 && (word & 0x3F8) == 0)
        return 0x44444444; /* GPIO_CRL, CRH: floating inputs */
    for (unsigned i = 0; i < sizeof RESET / sizeof *RESET; i++)
        if (RESET[i].reg == word)
            return RESET[i].value;
    return 0;
}

void forget_registers(void)
{
    run++;
    used = 0;
}

static Slot *slot_of(uint32_t address)
{
    uint32_t i = (address * 0x9E3779B1u) >> 17;
    while (slots[i].run == run && slots[i].address != address)
        i = (i + 1) % SLOTS;
    return &slots[i];
}

static uint32_t *known(uint32_t address)
{
    Slot *slot = slot_of(address);
    if (slot->run != run) {
        *slot = (Slot){address, run, address & 3 ? 0 : after_reset(address)};
        if (++used > MOST)
            finish("bad-access"); /* a loop over the whole address space */
    }
    return &slot->value;
}

uint32_t *latch(uint32_t word) { return known(word | VALUE); }

uint32_t held(uint32_t word)
{
    Slot *slot = slot_of(word | VALUE);
    return slot->run == run ? slot->value : after_reset(word);
}

void poll(uint32_t word, uint32_t running)
{
    uint32_t *flags = latch(word), *polled = known(word | POLLED), clear = running & ~*flags;
    *flags |= clear & *polled;
    *polled = clear & ~*polled;
}

void wait_anew(uint32_t word) { *known(word | POLLED) = 0; }

void see(uint32_t word, uint32_t flags) { *known(word | SEEN) |= flags; }

/* Traced where the program had seen the flag, so that not waiting for it shows. */
void acknowledge(uint32_t word, uint32_t flags)
{
    uint32_t *seen = known(word | SEEN), answered = *seen & flags;
    *seen &= ~flags;
    *latch(word) &= ~flags;
    *known(word | POLLED) &= ~flags;
    for (unsigned bit = 0; bit < 32; bit++)
        if (answered >> bit & 1 && !bench.cut_now)
            event("A%08X.%u", word, bit);
}
