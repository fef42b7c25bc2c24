/* Bit-banged SPI master, mode 0 (clock idles low, data is taken on the rising edge). */
#include <8051.h>
#include <stdint.h>

#define CS P1_4
#define MOSI P1_5
#define MISO P1_6
#define SCK P1_7

/* Puts the lines into their idle state; call once after reset. */
void spi_init(void)
{
    CS = 1;    /* first of all: nobody is addressed */
    SCK = 0;
    MOSI = 0;
    MISO = 1;  /* a pin is an input while its latch is 1 */
}

void spi_select(void)
{
    SCK = 0;
    CS = 0;
}

void spi_deselect(void)
{
    CS = 1;
}

/* Exchanges one byte, most significant bit first. */
uint8_t spi_transfer(uint8_t byte)
{
    uint8_t left = 8;

    do {
        MOSI = byte & 0x80 ? 1 : 0;
        byte <<= 1;
        SCK = 1;
        if (MISO)
            byte |= 1;  /* the bit that was shifted out makes room for the one that comes in */
        SCK = 0;
    } while (--left);
    return byte;
}

/* One whole transaction: count bytes out of tx (filler when tx is 0), the answers into rx (dropped when rx is 0). */
void spi_exchange(const uint8_t *tx, uint8_t *rx, uint8_t count)
{
    uint8_t answer;

    spi_select();
    while (count--) {
        answer = spi_transfer(tx ? *tx++ : 0xFF);
        if (rx)
            *rx++ = answer;
    }
    spi_deselect();
}
