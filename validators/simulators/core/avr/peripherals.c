/* SPDX-License-Identifier: Apache-2.0
 *
 * The peripherals, as far as programs poll them. Nothing here happens with time: a flag that a program waits for comes
 * when it looks, once as not yet and then as set, and data comes as the harness fed it.
 */
#include "avr.h"

#define LATCH(reg) peripherals.latch[reg]

enum { TIMERS = 3, CLOCK_SELECT = 7 };

static const struct {
    uint8_t flags, control, all;
} TIMER[TIMERS] = {{TIFR0, TCCR0B, 0x07}, {TIFR1, TCCR1B, 0x27}, {TIFR2, TCCR2B, 0x07}};

/* Those of the flags that are clear read as 0 once more, and then come. */
static void poll(uint8_t reg, uint8_t flags)
{
    uint8_t clear = flags & (uint8_t)~LATCH(reg);
    LATCH(reg) |= clear & peripherals.polled[reg];
    peripherals.polled[reg] ^= clear;
}

static void poll_timer(uint8_t reg)
{
    for (int i = 0; i < TIMERS; i++)
        if (TIMER[i].flags == reg && (LATCH(TIMER[i].control) & CLOCK_SELECT))
            poll(reg, TIMER[i].all);
}

static void control_timer(uint8_t reg, uint8_t value)
{
    for (int i = 0; i < TIMERS; i++)
        if (TIMER[i].control == reg && !(value & CLOCK_SELECT))
            peripherals.polled[TIMER[i].flags] = 0;
    LATCH(reg) = value;
}

/* With MPCM0 set, 9-bit frames that carry data for somebody else are not taken. */
static void receive(void)
{
    while ((LATCH(UCSR0B) & RXEN) && !peripherals.received && uart_waits()) {
        uint16_t frame = uart_receive();
        if ((LATCH(UCSR0A) & MPCM) && (LATCH(UCSR0B) & UCSZ2) && !(frame & 0x100))
            continue;
        peripherals.frame = frame;
        peripherals.received = true;
    }
}

static uint8_t uart_status(void)
{
    receive();
    return (uint8_t)(LATCH(UCSR0A) | UDRE | (peripherals.received ? RXC : 0) | (peripherals.sent ? TXC : 0));
}

static uint8_t uart_data(void)
{
    receive();
    acknowledge(UCSR0A, RXC);
    peripherals.received = false;
    return (uint8_t)peripherals.frame;
}

/* TXC0 stays set once something was sent: when it was cleared between sending and looking it would come again. */
static void write_uart(uint8_t reg, uint8_t value)
{
    if (reg == UCSR0A) {
        LATCH(UCSR0A) = value & 0x03;
    } else if (reg == UCSR0B) {
        LATCH(UCSR0B) = value;
        if (!(value & RXEN)) {
            peripherals.received = false;
            clear_flags(UCSR0A, RXC);
        }
    } else {
        peripherals.sent = true;
    }
}

/* A conversion is under way at the first look and done at the second; a free running one is always under way. */
static uint8_t adc_status(void)
{
    bool first = !(peripherals.polled[ADCSRA] & ADSC);
    if (!peripherals.converting)
        return LATCH(ADCSRA);
    if (LATCH(ADCSRA) & ADATE) {
        poll(ADCSRA, ADIF);
        return LATCH(ADCSRA) | ADSC;
    }
    peripherals.polled[ADCSRA] ^= ADSC;
    if (first)
        return LATCH(ADCSRA) | ADSC;
    peripherals.converting = false;
    return LATCH(ADCSRA) |= ADIF;
}

static void control_adc(uint8_t value)
{
    LATCH(ADCSRA) = (uint8_t)((value & ~(ADSC | ADIF)) | (LATCH(ADCSRA) & ~value & ADIF));
    if (!(value & ADEN)) {
        peripherals.converting = false;
    } else if (value & ADSC) {
        peripherals.converting = true;
        peripherals.seen[ADCSRA] &= (uint8_t)~ADIF;
    }
}

/* A master has sent as soon as it began to; a slave has when the harness feeds it. */
static uint8_t spi_status(void)
{
    bool slave = (LATCH(SPCR) & (SPE | MSTR)) == SPE;
    return (uint8_t)(LATCH(SPSR) | (peripherals.transferred || (slave && is_fed(SPDR)) ? SPIF : 0));
}

static void touch_spi_data(void)
{
    if (peripherals.seen[SPSR] & SPIF)
        peripherals.transferred = false;
    acknowledge(SPSR, SPIF);
}

/* A slave that acknowledges everything, for programs whose harness does not feed TWSR (table 22-2 and 22-3). */
static void control_twi(uint8_t value)
{
    static const uint8_t sent = 0x28, received = 0x58, received_acknowledged = 0x50;
    LATCH(TWCR) = (uint8_t)((value & ~(TWINT | TWSTO)) | (LATCH(TWCR) & ~value & TWINT));
    if (!(value & TWEN))
        peripherals.twi = TWI_IDLE;
    if (!(value & TWINT) || !(value & TWEN))
        return;
    if (value & TWSTO) {
        peripherals.twi = TWI_IDLE;
        peripherals.twi_status = 0xF8;
        return;
    }
    LATCH(TWCR) |= TWINT;
    if (value & TWSTA) {
        peripherals.twi_status = peripherals.twi == TWI_IDLE ? 0x08 : 0x10;
        peripherals.twi = TWI_ADDRESS;
    } else if (peripherals.twi == TWI_ADDRESS) {
        peripherals.twi = LATCH(TWDR) & 1 ? TWI_RECEIVE : TWI_TRANSMIT;
        peripherals.twi_status = LATCH(TWDR) & 1 ? 0x40 : 0x18;
    } else {
        bool in = peripherals.twi == TWI_RECEIVE;
        peripherals.twi_status = !in ? sent : value & TWEA ? received_acknowledged : received;
    }
}

static uint8_t *eeprom_byte(void) { return &eeprom[(LATCH(EEARH) << 8 | LATCH(EEARL)) % EEPROM_SIZE]; }

/* Bits 4 and 5 choose erase and write, erase only, or write only. */
static void control_eeprom(uint8_t value)
{
    if (value & EERE)
        LATCH(EEDR) = *eeprom_byte();
    if ((value & EEPE) && (LATCH(EECR) & EEMPE)) {
        unsigned mode = value >> 4 & 3;
        *eeprom_byte() = mode == 1 ? 0xFF : mode == 2 ? *eeprom_byte() & LATCH(EEDR) : LATCH(EEDR);
        peripherals.programming = true;
        value &= (uint8_t)~EEMPE;
    }
    LATCH(EECR) = value & (uint8_t)~(EERE | EEPE);
}

static uint8_t eeprom_status(void)
{
    bool busy = peripherals.programming;
    peripherals.programming = false;
    return LATCH(EECR) | (busy ? EEPE : 0);
}

uint8_t read_peripheral(uint8_t reg)
{
    switch (reg) {
    case TIFR0: case TIFR1: case TIFR2: poll_timer(reg); break;
    case UCSR0A: return uart_status();
    case UCSR0B: receive(); return (uint8_t)((LATCH(UCSR0B) & ~RXB8) | (peripherals.frame & 0x100 ? RXB8 : 0));
    case UDR0: return uart_data();
    case ADCSRA: return adc_status();
    case ADCL: case ADCH: acknowledge(ADCSRA, ADIF); break;
    case SPSR: return spi_status();
    case SPDR: touch_spi_data(); return 0xFF; /* nobody drives the line */
    case TWSR: return LATCH(TWSR) | peripherals.twi_status;
    case EECR: return eeprom_status();
    }
    return LATCH(reg);
}

/* What a write says of flags that the program saw, before it has its effect. */
void acknowledge_by_writing(uint8_t reg, uint8_t value)
{
    switch (reg) {
    case UCSR0A: acknowledge(UCSR0A, value & TXC); break;
    case UDR0: acknowledge(UCSR0A, UDRE); break;
    case SPDR: touch_spi_data(); break;
    case TWCR: acknowledge(TWCR, value & TWINT); break;
    }
}

void write_peripheral(uint8_t reg, uint8_t value)
{
    switch (reg) {
    case TCCR0B: case TCCR1B: case TCCR2B: control_timer(reg, value); break;
    case UCSR0A: case UCSR0B: case UDR0: write_uart(reg, value); break;
    case ADCSRA: control_adc(value); break;
    case SPSR: LATCH(SPSR) = value & 0x01; break;
    case SPDR:
        LATCH(SPDR) = value;
        peripherals.transferred = (LATCH(SPCR) & (SPE | MSTR)) == (SPE | MSTR);
        break;
    case TWCR: control_twi(value); break;
    case TWSR: LATCH(TWSR) = value & 0x03; break;
    case EECR: control_eeprom(value); break;
    case ACSR: LATCH(ACSR) = value & 0xCF; break;
    case ASSR: LATCH(ASSR) = value & 0x60; break;
    default: LATCH(reg) = value;
    }
}

/* An interrupt tells the service routine what polling would have shown. */
void announce(unsigned interrupt)
{
    switch (interrupt) {
    case SPI_STC: peripherals.seen[SPSR] |= SPIF; break;
    case USART_RX:
        receive();
        peripherals.seen[UCSR0A] |= peripherals.received ? RXC : 0;
        break;
    case USART_UDRE: peripherals.seen[UCSR0A] |= UDRE; break;
    case ADC_DONE:
        peripherals.converting = peripherals.converting && (LATCH(ADCSRA) & ADATE);
        peripherals.seen[ADCSRA] |= ADIF;
        break;
    case TWI:
        LATCH(TWCR) |= TWINT;
        peripherals.seen[TWCR] |= TWINT;
        break;
    }
}
