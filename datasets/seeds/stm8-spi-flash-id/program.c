/* Serial NOR flash on the SPI peripheral: who is there (JEDEC ID), and is it still busy. */
#include <stdbool.h>
#include <stdint.h>

#define PC_ODR (*(volatile uint8_t *)0x500A)
#define PC_DDR (*(volatile uint8_t *)0x500C)
#define PC_CR1 (*(volatile uint8_t *)0x500D)
#define PC_CR2 (*(volatile uint8_t *)0x500E)
#define SPI_CR1 (*(volatile uint8_t *)0x5200)
#define SPI_CR2 (*(volatile uint8_t *)0x5201)
#define SPI_SR (*(volatile uint8_t *)0x5203)
#define SPI_DR (*(volatile uint8_t *)0x5204)

#define SPE 0x40 /* CR1 */
#define MSTR 0x04
#define SSM 0x02 /* CR2 */
#define SSI 0x01
#define TXE 0x02 /* SR */
#define RXNE 0x01

#define CS_BIT 4 /* port C, low selects */
#define CS (1 << CS_BIT)
#define SCK 0x20 /* PC5 to PC7 */
#define MOSI 0x40
#define MISO 0x80
#define SPI_BR 0 /* SCK is 16 MHz / 2^(SPI_BR + 1) */

#define FLASH_ID 0xEF4017UL /* maker, kind, capacity */
#define READ_ID 0x9F
#define READ_STATUS 0x05
#define BUSY 0x01
#define IDLE 0xFF /* sent while only the answer counts */

#define POLL_LIMIT 1000 /* status bytes: more than the 3 ms of a page program */

/* Mode 0, MSB first. */
void flash_init(void)
{
    PC_ODR |= CS; /* deselected before the pin drives */
    PC_DDR = (PC_DDR & (uint8_t)~MISO) | CS | SCK | MOSI;
    PC_CR1 |= CS | SCK | MOSI | MISO; /* push-pull, and a pull-up: who is missing reads as ones */
    PC_CR2 = (PC_CR2 & (uint8_t)~MISO) | SCK | MOSI; /* edges for 10 MHz; no interrupt from MISO */
    SPI_CR1 = 0;         /* the rate changes only while it is off */
    SPI_CR2 = SSM | SSI; /* before MSTR: a low NSS pin would take it back as a mode fault */
    SPI_CR1 = SPE | SPI_BR << 3 | MSTR;
}

static void select(void)
{
    PC_ODR &= (uint8_t)~CS;
}

static void deselect(void)
{
    PC_ODR |= CS;
}

/* One byte out and one in. RXNE and not TXE tells that the last clock is over, so CS may follow at once. */
static uint8_t swap(uint8_t out)
{
    while (!(SPI_SR & TXE))
        ;
    SPI_DR = out;
    while (!(SPI_SR & RXNE))
        ;
    return SPI_DR;
}

/* The three bytes of the JEDEC ID, the maker's first; all ones or all zeros where nobody is. */
uint32_t flash_read_id(void)
{
    uint32_t id = 0;
    uint8_t i;

    select();
    swap(READ_ID);
    for (i = 0; i < 3; i++)
        id = id << 8 | swap(IDLE);
    deselect();
    return id;
}

/* Whether the part that the board was built for is there. */
bool flash_check(void)
{
    return flash_read_id() == FLASH_ID;
}

/* Waits for the end of a write or an erase; false when it does not come. The status repeats as long as CS is low. */
bool flash_wait_ready(void)
{
    bool ready = false;
    uint16_t polls;

    select();
    swap(READ_STATUS);
    for (polls = 0; polls < POLL_LIMIT && !ready; polls++)
        ready = !(swap(IDLE) & BUSY);
    deselect();
    return ready;
}
