/* MCP4921 12-bit DAC on the hardware SPI. */
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

#define CHIP_SELECT 1   /* port B, low while a word goes out */
#define RATE_BITS 0     /* SPR1 and SPR0 */
#define DOUBLE_RATE 1   /* SPI2X */
#define COMMAND 0x3000U /* upper four bits of each word: 0, BUF, not GA, not SHDN */
#define FULL_SCALE_MV 2500U

#define OUTPUT_ON 0x1000U
#define CODES 4096U
#define SPI_SS PORTB2
#define SPI_MOSI PORTB3
#define SPI_SCK PORTB5
#define LOOK_LIMIT 255  /* at the slowest rate a byte takes some 170 looks */

/* Sends one byte; false when the SPI does not finish, as when it is no master any more. */
static bool spi_send(uint8_t byte)
{
    uint8_t looks;

    SPDR = byte;
    for (looks = LOOK_LIMIT; looks != 0; looks--) {
        if (SPSR & _BV(SPIF))
            return true;
    }
    return false;
}

/* The DAC takes over a word at the rising edge of the select line, after exactly 16 clocks. */
static bool dac_send(uint16_t word)
{
    bool sent;

    PORTB &= (uint8_t)~_BV(CHIP_SELECT);
    sent = spi_send((uint8_t)(word >> 8)) && spi_send((uint8_t)word);
    PORTB |= _BV(CHIP_SELECT);
    return sent;
}

/* SPI master in mode 0, most significant bit first. */
void dac_init(void)
{
    /* High before they are outputs; SS is one whether it selects anything or not. */
    PORTB |= _BV(CHIP_SELECT) | _BV(SPI_SS);
    DDRB |= _BV(CHIP_SELECT) | _BV(SPI_SS) | _BV(SPI_MOSI) | _BV(SPI_SCK);
    SPSR = DOUBLE_RATE;
    SPCR = _BV(SPE) | _BV(MSTR) | RATE_BITS;
}

/* Sets the output to code / 4096 of full scale; higher codes give the highest one. */
bool dac_write(uint16_t code)
{
    if (code >= CODES)
        code = CODES - 1;
    return dac_send(COMMAND | code);
}

/* Sets the output in millivolts, to the nearest code. */
bool dac_millivolts(uint16_t millivolts)
{
    if (millivolts >= FULL_SCALE_MV)
        return dac_write(CODES - 1);
    return dac_write((uint16_t)(((uint32_t)millivolts * CODES + FULL_SCALE_MV / 2) / FULL_SCALE_MV));
}

/* Switches the output off (high impedance) until the next value is written. */
bool dac_off(void)
{
    return dac_send(COMMAND & ~OUTPUT_ON);
}
