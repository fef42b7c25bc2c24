/* Key-value store in two flash pages: values are appended, the newest counts, a full page is compacted. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t ACR, KEYR, OPTKEYR, SR, CR, AR;
} FLASH_TypeDef;

#define FLASH ((FLASH_TypeDef *)0x40022000)
#define FLASH_KEY1 0x45670123u
#define FLASH_KEY2 0xCDEF89ABu
#define FLASH_SR_BSY (1u << 0)
#define FLASH_SR_PGERR (1u << 2)
#define FLASH_SR_WRPRTERR (1u << 4)
#define FLASH_SR_EOP (1u << 5)
#define FLASH_CR_PG (1u << 0)
#define FLASH_CR_PER (1u << 1)
#define FLASH_CR_STRT (1u << 6)
#define FLASH_CR_LOCK (1u << 7)

#define PAGE_BYTES 1024  /* 2048 on parts with 256 KB and more */
#define KEY_COUNT 32     /* keys are 0..KEY_COUNT - 1, so a page has room for one value of each */
#define CHECK_SEED 0x5A
#define BUSY_LIMIT 1000  /* looks at BSY; the core stalls on its next fetch from flash, so few are needed */

#define SLOTS ((PAGE_BYTES - 8u) / 4u)
#define ERASED 0xFFFF
#define FIRST_SEQUENCE 1

typedef struct {
    volatile uint16_t value;
    volatile uint16_t tag; /* key, and in the upper byte a check over both; programmed last */
} record_t;

typedef struct {
    volatile uint16_t sequence;
    volatile uint16_t complement; /* of sequence: a half erased header does not match any more */
    volatile uint16_t committed;  /* 0 once the page is complete */
    volatile uint16_t reserved;
    record_t records[SLOTS];
} page_t;

static page_t *active;
static page_t *spare;
static uint32_t next; /* first free slot of the active page */

static void unlock(void)
{
    if (FLASH->CR & FLASH_CR_LOCK) {
        FLASH->KEYR = FLASH_KEY1;
        FLASH->KEYR = FLASH_KEY2;
    }
}

static void lock(void)
{
    FLASH->CR = FLASH_CR_LOCK;
}

/* Waits for the end of an operation and clears its flags, which are cleared by writing 1. */
static bool finished(void)
{
    uint32_t looks = BUSY_LIMIT;
    uint32_t status;

    do {
        status = FLASH->SR;
    } while ((status & FLASH_SR_BSY) && --looks > 0);
    FLASH->SR = FLASH_SR_EOP | FLASH_SR_PGERR | FLASH_SR_WRPRTERR;
    return !(status & (FLASH_SR_BSY | FLASH_SR_PGERR | FLASH_SR_WRPRTERR));
}

/* Programs one halfword, the only width that this flash takes, and reads it back. */
static bool program(volatile uint16_t *at, uint16_t value)
{
    bool done;

    FLASH->CR = FLASH_CR_PG;
    *at = value;
    done = finished();
    FLASH->CR = 0;
    return done && *at == value;
}

static bool erase(const page_t *page)
{
    bool done;

    FLASH->CR = FLASH_CR_PER;
    FLASH->AR = (uint32_t)(uintptr_t)page;
    FLASH->CR = FLASH_CR_PER | FLASH_CR_STRT;
    done = finished();
    FLASH->CR = 0;
    return done;
}

static bool is_blank(const page_t *page)
{
    const volatile uint32_t *word = (const volatile uint32_t *)(uintptr_t)page;
    uint32_t i;

    for (i = 0; i < PAGE_BYTES / 4; i++)
        if (word[i] != 0xFFFFFFFFu)
            return false;
    return true;
}

static bool is_valid(const page_t *page)
{
    return page->committed == 0 && (page->sequence ^ page->complement) == 0xFFFF;
}

static uint16_t tag_of(uint8_t key, uint16_t value)
{
    uint8_t check = (uint8_t)(CHECK_SEED ^ key ^ value ^ (value >> 8));

    return (uint16_t)((check << 8) | key);
}

static bool append(record_t *record, uint8_t key, uint16_t value)
{
    return program(&record->value, value) && program(&record->tag, tag_of(key, value));
}

static bool begin_page(page_t *page, uint16_t sequence)
{
    return (is_blank(page) || erase(page)) && program(&page->sequence, sequence)
        && program(&page->complement, (uint16_t)~sequence);
}

/* The newest value of a key; false, and `*value` unchanged, when it was never set. */
bool kv_get(uint8_t key, uint16_t *value)
{
    uint32_t slot = next;

    while (slot-- > 0) {
        uint16_t stored = active->records[slot].value;

        if (active->records[slot].tag == tag_of(key, stored)) {
            *value = stored;
            return true;
        }
    }
    return false;
}

/* Copies what still counts to the spare page. The old page is valid until the new one is committed. */
static bool compact(void)
{
    page_t *full = active;
    uint32_t used = 0;
    uint16_t value;
    uint8_t key;

    if (!begin_page(spare, (uint16_t)(active->sequence + 1)))
        return false;
    for (key = 0; key < KEY_COUNT; key++)
        if (kv_get(key, &value) && !append(&spare->records[used++], key, value))
            return false;
    if (!program(&spare->committed, 0))
        return false;
    active = spare;
    spare = full;
    next = used;
    erase(spare); /* if this fails, the next compaction tries again */
    return true;
}

/* Stores a value; a value that is there already costs no flash. False: no such key, or the flash refuses. */
bool kv_set(uint8_t key, uint16_t value)
{
    uint16_t present;
    bool done;

    if (key >= KEY_COUNT)
        return false;
    if (kv_get(key, &present) && present == value)
        return true;
    unlock();
    done = next < SLOTS || compact();
    if (done) {
        done = append(&active->records[next], key, value);
        next++; /* even a slot that failed is used up */
    }
    lock();
    return done;
}

/* Finds the valid page, of two the newer one, or begins the first; cleans up what a loss of power left behind. */
bool kv_mount(uint32_t page_a, uint32_t page_b)
{
    page_t *a = (page_t *)(uintptr_t)page_a;
    page_t *b = (page_t *)(uintptr_t)page_b;
    bool done = true;

    active = a;
    if (is_valid(b) && (!is_valid(a) || (int16_t)(b->sequence - a->sequence) > 0))
        active = b;
    spare = active == a ? b : a;
    unlock();
    if (!is_valid(active))
        done = begin_page(active, FIRST_SEQUENCE) && program(&active->committed, 0);
    if (!is_blank(spare))
        done = erase(spare) && done;
    lock();
    next = SLOTS;
    while (next > 0 && active->records[next - 1].value == ERASED && active->records[next - 1].tag == ERASED)
        next--;
    return done;
}
