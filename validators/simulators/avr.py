"""The AVR oracle: an ATmega328P whose instructions and cycles are simavr's, and whose registers are fed and traced.

A harness image is built by `avr-gcc -mmcu=atmega328p -Os -std=gnu11 -o unit.elf unit.c`. In its traces a flag that the
program cleared after it saw it set is told by its register and bit: `A35.0` is TOV0. The executable is built where it
runs and never passed on, since simavr's licence is the GPL.
"""

from __future__ import annotations

from validators.sandbox.runner import ProgramNotFound, Sandbox
from validators.simulators.machine import Machine

REMEDY = "apt-get install libsimavr-dev libelf-dev"

AVR = Machine(
    name="avr",
    core="avr",
    registers={
        0x23: "PINB", 0x24: "DDRB", 0x25: "PORTB", 0x26: "PINC", 0x27: "DDRC", 0x28: "PORTC", 0x29: "PIND",
        0x2A: "DDRD", 0x2B: "PORTD", 0x35: "TIFR0", 0x36: "TIFR1", 0x37: "TIFR2", 0x3B: "PCIFR", 0x3C: "EIFR",
        0x3D: "EIMSK", 0x3E: "GPIOR0", 0x3F: "EECR", 0x40: "EEDR", 0x41: "EEARL", 0x42: "EEARH", 0x43: "GTCCR",
        0x44: "TCCR0A", 0x45: "TCCR0B", 0x46: "TCNT0", 0x47: "OCR0A", 0x48: "OCR0B", 0x4A: "GPIOR1", 0x4B: "GPIOR2",
        0x4C: "SPCR", 0x4D: "SPSR", 0x4E: "SPDR", 0x50: "ACSR", 0x53: "SMCR", 0x54: "MCUSR", 0x55: "MCUCR",
        0x57: "SPMCSR", 0x60: "WDTCSR", 0x61: "CLKPR", 0x64: "PRR", 0x66: "OSCCAL", 0x68: "PCICR", 0x69: "EICRA",
        0x6B: "PCMSK0", 0x6C: "PCMSK1", 0x6D: "PCMSK2", 0x6E: "TIMSK0", 0x6F: "TIMSK1", 0x70: "TIMSK2", 0x78: "ADCL",
        0x79: "ADCH", 0x7A: "ADCSRA", 0x7B: "ADCSRB", 0x7C: "ADMUX", 0x7E: "DIDR0", 0x7F: "DIDR1", 0x80: "TCCR1A",
        0x81: "TCCR1B", 0x82: "TCCR1C", 0x84: "TCNT1L", 0x85: "TCNT1H", 0x86: "ICR1L", 0x87: "ICR1H", 0x88: "OCR1AL",
        0x89: "OCR1AH", 0x8A: "OCR1BL", 0x8B: "OCR1BH", 0xB0: "TCCR2A", 0xB1: "TCCR2B", 0xB2: "TCNT2", 0xB3: "OCR2A",
        0xB4: "OCR2B", 0xB6: "ASSR", 0xB8: "TWBR", 0xB9: "TWSR", 0xBA: "TWAR", 0xBB: "TWDR", 0xBC: "TWCR",
        0xBD: "TWAMR", 0xC0: "UCSR0A", 0xC1: "UCSR0B", 0xC2: "UCSR0C", 0xC4: "UBRR0L", 0xC5: "UBRR0H", 0xC6: "UDR0",
    },
    counts_cycles=True,
    cycles_per_cpu_second=5_000_000,  # 45 million were the fewest seen
    link_flags=("-lsimavr", "-lelf", "-lm"),
)  # fmt: skip
"""Registers are those of the ATmega328P, by their address in data space. Cycles are clocks."""

_TRIAL = b'#include <simavr/sim_avr.h>\nint main(void) { return !avr_make_mcu_by_name("atmega328p"); }\n'


def missing(sandbox: Sandbox) -> str:
    """What of libsimavr is not here, with the remedy; empty when a program that uses it can be built."""
    command = ["gcc", "-o", "trial", "trial.c", *AVR.link_flags]
    try:
        built = sandbox.run(command, files={"trial.c": _TRIAL}, keep=["trial"])
    except ProgramNotFound:
        return "gcc: not found. Remedy: apt-get install gcc libc6-dev"
    return "" if built.ok else f"libsimavr: not found. Remedy: {REMEDY}"
