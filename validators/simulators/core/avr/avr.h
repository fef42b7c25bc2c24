/* SPDX-License-Identifier: Apache-2.0
 *
 * The ATmega328P: simavr executes its instructions, everything else is ours. What the parts of this core share.
 */
#ifndef AVR_H
#define AVR_H
#include <simavr/sim_avr.h>
#include <simavr/sim_core.h>

#include "bench.h"

enum { FLASH_SIZE = 0x8000, RAM_START = 0x100, RAM_END = 0x8FF, EEPROM_SIZE = 0x400, MONITOR = 0xE0 };

enum { /* I/O registers by their data address, and bits in them */
    PINB = 0x23, PINC = 0x26, PIND = 0x29, TIFR0 = 0x35, TIFR1 = 0x36, TIFR2 = 0x37, PCIFR = 0x3B, EIFR = 0x3C,
    EIMSK = 0x3D, EECR = 0x3F, EEDR = 0x40, EEARL = 0x41, EEARH = 0x42, TCCR0B = 0x45, SPCR = 0x4C, SPSR = 0x4D,
    SPDR = 0x4E, ACSR = 0x50, SMCR = 0x53, MCUSR = 0x54, SPMCSR = 0x57, WDTCSR = 0x60, PCICR = 0x68, TIMSK0 = 0x6E,
    TIMSK1 = 0x6F, TIMSK2 = 0x70, ADCL = 0x78, ADCH = 0x79, ADCSRA = 0x7A, ADMUX = 0x7C, TCCR1B = 0x81, TCNT1L = 0x84,
    ICR1L = 0x86, TCCR2B = 0xB1, ASSR = 0xB6, TWSR = 0xB9, TWAR = 0xBA, TWDR = 0xBB, TWCR = 0xBC, UCSR0A = 0xC0,
    UCSR0B = 0xC1, UCSR0C = 0xC2, UDR0 = 0xC6,
    EERE = 0x01, EEPE = 0x02, EEMPE = 0x04, SPE = 0x40, MSTR = 0x10, SPIF = 0x80, SE = 0x01, ADEN = 0x80, ADSC = 0x40,
    ADATE = 0x20, ADIF = 0x10, ADLAR = 0x20, TWINT = 0x80, TWEA = 0x40, TWSTA = 0x20, TWSTO = 0x10, TWEN = 0x04,
    RXC = 0x80, TXC = 0x40, UDRE = 0x20, RXEN = 0x10, UCSZ2 = 0x04, RXB8 = 0x02, MPCM = 0x01,
};

enum { VECTORS = 26, SPI_STC = 17, USART_RX = 18, USART_UDRE = 19, ADC_DONE = 21, TWI = 24 }; /* as __vector_n */

typedef enum { TWI_IDLE, TWI_ADDRESS, TWI_TRANSMIT, TWI_RECEIVE } TwiPhase;

/* The registers, and what they do not hold themselves; zero at reset. */
typedef struct {
    uint8_t latch[0x100];    /* the registers, by their data address */
    uint8_t bit;             /* the bit that an SBI or CBI at hand changes, else 0 */
    bool bit_set;            /* whether it is an SBI */
    uint8_t seen[0x100];     /* flags, by register, that the program saw set and has not cleared */
    uint8_t polled[0x100];   /* flags, by register, that were read as 0 once since they can come */
    uint8_t high[0x100];     /* the high byte that goes with the low byte read last, by the low one's address */
    bool high_waits[0x100];
    bool sent, received;     /* a byte was given to the UART; one waits in UDR0 */
    uint16_t frame;          /* the byte that was received last, and its ninth bit */
    bool transferred;        /* SPI */
    bool converting;         /* ADC */
    bool programming;        /* EEPROM */
    TwiPhase twi;
    uint8_t twi_status;
} Peripherals;

extern avr_t *cpu;
extern bool just_enabled; /* the instruction before set the interrupt flag */
extern Peripherals peripherals;
extern uint8_t eeprom[EEPROM_SIZE];

/* opcodes.c */
typedef enum {
    ILLEGAL, PLAIN, BRANCH, SKIP, PUSH, CALL, POP, RETURN, RETURN_FROM_INTERRUPT, SET_BIT, CLEAR_BIT, SET_STACK, SLEEP,
    SELF_JUMP,
} Kind;
Kind kind_of(uint16_t opcode);
bool is_two_words(uint16_t opcode);

/* registers.c */
void map_registers(void);
void reset_registers(void);
void acknowledge(uint8_t reg, uint8_t flags);
void clear_flags(uint8_t reg, uint8_t flags);

/* peripherals.c */
uint8_t read_peripheral(uint8_t reg);
void write_peripheral(uint8_t reg, uint8_t value);
void acknowledge_by_writing(uint8_t reg, uint8_t value);
void announce(unsigned interrupt);

/* stack.c */
unsigned stack_pointer(void);
void set_stack_pointer(unsigned to);
bool stack_allows(Kind kind);
void stack_moved(Kind kind);
void push_address(unsigned word);
void reset_stack(void);
void core_begin(void);

/* cpu.c */
uint8_t status_register(void);

#endif
