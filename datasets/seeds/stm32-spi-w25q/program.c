/* W25Q serial flash on SPI1: writes split at page borders, busy times bounded in milliseconds. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t CR1, CR2, SR, DR;
} SPI_TypeDef;

typedef struct {
    volatile uint32_t CTRL, LOAD, VAL;
} SysTick_TypeDef;

#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)
#define RCC_APB2ENR_IOPAEN (1u << 2)
#define RCC_APB2ENR_SPI1EN (1u << 12)
#define GPIOA_CRL (*(volatile uint32_t *)0x40010800)
#define GPIOA_BSRR (*(volatile uint32_t *)0x40010810)
#define GPIOA_BRR (*(volatile uint32_t *)0x40010814)
#define SPI1 ((SPI_TypeDef *)0x40013000)
#define SPI_CR1_MSTR (1u << 2)
#define SPI_CR1_SPE (1u << 6)
#define SPI_CR1_SSI (1u << 8)
#define SPI_CR1_SSM (1u << 9)
#define SPI_SR_RXNE (1u << 0)
#define SPI_SR_TXE (1u << 1)
#define SPI_SR_BSY (1u << 7)
#define SysTick ((SysTick_TypeDef *)0xE000E010)
#define SysTick_CTRL_ENABLE (1u << 0)
#define SysTick_CTRL_CLKSOURCE (1u << 2)
#define SysTick_CTRL_COUNTFLAG (1u << 16)

#define CORE_HZ 72000000
#define SPI_BR 1 /* SCK is PCLK2 divided by 2 << SPI_BR */
#define CS_PIN 4
#define CAPACITY_CODE 0x17 /* third byte of the JEDEC id: log2 of the size in bytes */
#define PROGRAM_MS 5
#define ERASE_MS 500

#define CS (1u << CS_PIN)
#define FLASH_BYTES (1ul << CAPACITY_CODE)
#define PAGE_BYTES 256u
#define MANUFACTURER 0xEF
#define STATUS_WIP 0x01

enum {
    CMD_PAGE_PROGRAM = 0x02,
    CMD_READ = 0x03,
    CMD_READ_STATUS = 0x05,
    CMD_WRITE_ENABLE = 0x06,
    CMD_SECTOR_ERASE = 0x20,
    CMD_JEDEC_ID = 0x9F,
    CMD_WAKE_UP = 0xAB
};

static void select(void)
{
    GPIOA_BRR = CS;
}

/* The flash acts on a command when CS rises, so the last clock must be over. */
static void deselect(void)
{
    while (SPI1->SR & SPI_SR_BSY)
        ;
    GPIOA_BSRR = CS;
}

static uint8_t exchange(uint8_t byte)
{
    while (!(SPI1->SR & SPI_SR_TXE))
        ;
    SPI1->DR = byte;
    while (!(SPI1->SR & SPI_SR_RXNE))
        ;
    return (uint8_t)SPI1->DR; /* read even if nobody wants it: an unread byte would be an overrun */
}

static void pause_1ms(void)
{
    SysTick->VAL = 0;
    while (!(SysTick->CTRL & SysTick_CTRL_COUNTFLAG))
        ;
}

static void command(uint8_t code)
{
    select();
    exchange(code);
    deselect();
}

static void begin_at(uint8_t code, uint32_t address)
{
    select();
    exchange(code);
    exchange((uint8_t)(address >> 16));
    exchange((uint8_t)(address >> 8));
    exchange((uint8_t)address);
}

/* Looks at the status once a millisecond; false when the flash is still busy at the end. */
static bool wait_ready(uint32_t milliseconds)
{
    bool busy;

    select();
    exchange(CMD_READ_STATUS); /* from here on each byte is a fresh copy of the status */
    while ((busy = (exchange(0) & STATUS_WIP) != 0) && milliseconds > 0) {
        pause_1ms();
        milliseconds--;
    }
    deselect();
    return !busy;
}

/* Subtracting where nothing can wrap: address + count might. */
static bool fits(uint32_t address, uint32_t count)
{
    return count > 0 && count <= FLASH_BYTES && address <= FLASH_BYTES - count;
}

/* Sets up SPI1 (mode 0) and the pins, wakes the flash; false when it is not the part that it should be. */
bool flash_init(void)
{
    uint8_t id[3];
    uint32_t i;

    RCC_APB2ENR |= RCC_APB2ENR_IOPAEN | RCC_APB2ENR_SPI1EN;
    GPIOA_BSRR = CS; /* not selected, before the pin drives */
    GPIOA_CRL = (GPIOA_CRL & ~(0xFFF00000u | (0xFu << (4 * CS_PIN))))
              | 0xB4B00000u /* PA5, PA7 alternate push-pull, PA6 input */
              | (0x3u << (4 * CS_PIN));
    SPI1->CR1 = SPI_CR1_SSM | SPI_CR1_SSI | SPI_CR1_MSTR | (SPI_BR << 3) | SPI_CR1_SPE;
    SysTick->LOAD = CORE_HZ / 1000 - 1;
    SysTick->CTRL = SysTick_CTRL_CLKSOURCE | SysTick_CTRL_ENABLE;

    command(CMD_WAKE_UP);
    pause_1ms(); /* 3 us are asked for */
    select();
    exchange(CMD_JEDEC_ID);
    for (i = 0; i < sizeof id; i++)
        id[i] = exchange(0);
    deselect();
    return id[0] == MANUFACTURER && id[2] == CAPACITY_CODE;
}

bool flash_read(uint32_t address, uint8_t *data, uint32_t count)
{
    if (!fits(address, count))
        return false;
    begin_at(CMD_READ, address);
    while (count-- > 0)
        *data++ = exchange(0);
    deselect();
    return true;
}

/* Bytes must be erased; the write may begin and end anywhere. False when the range or the flash refuses. */
bool flash_write(uint32_t address, const uint8_t *data, uint32_t count)
{
    uint32_t part;

    if (!fits(address, count))
        return false;
    while (count > 0) {
        part = PAGE_BYTES - address % PAGE_BYTES; /* beyond it the flash would wrap round inside the page */
        if (part > count)
            part = count;
        address += part;
        count -= part;
        command(CMD_WRITE_ENABLE); /* falls back by itself after each page */
        begin_at(CMD_PAGE_PROGRAM, address - part);
        while (part-- > 0)
            exchange(*data++);
        deselect();
        if (!wait_ready(PROGRAM_MS))
            return false;
    }
    return true;
}

/* Erases the 4 KiB sector that `address` lies in. */
bool flash_erase_sector(uint32_t address)
{
    if (!fits(address, 1))
        return false;
    command(CMD_WRITE_ENABLE);
    begin_at(CMD_SECTOR_ERASE, address);
    deselect();
    return wait_ready(ERASE_MS);
}
