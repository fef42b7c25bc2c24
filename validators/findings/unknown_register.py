"""unknown-register: a register that the chip does not have, or has elsewhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import operator, stripped
from corpus.source.symbol import Symbol
from validators.findings.check import Case, Finding, check
from validators.findings.firmware import Firmware, said
from validators.findings.special_registers import elsewhere, missing, of_8051
from validators.findings.structures import members

# Names that only a register of the family can have, by target; the digits tell the chips apart.
FAMILIES = {
    "avr": re.compile(
        r"(?:PORT|PIN|DDR)[A-L]|(?:TCCR|TCNT|OCR|TIMSK|TIFR|ICR|ASSR|GTCCR|UDR|UCSR|UBRR|SPCR|SPDR|SPSR|TWCR|TWDR|TWSR|"
        r"TWBR|EIMSK|EICR|PCICR|PCMSK|ADCSR|ADMUX|GPIOR)(?:\d?[A-C]?[HL]?)"
    ),
    "stm8": re.compile(
        r"(?:P[A-I]|TIM\d|UART\d|SPI|I2C|CLK|EXTI|ADC2)_(?:ODR|IDR|DDR|SR|DR|CR[1-6]|BRR[12]|IER|CNTR|ARR)"
    ),
}
PERIPHERAL = re.compile(
    r"(?:GPIO[A-K]|TIM\d{1,2}|U?S?ART\d|SPI\d|I2C\d|ADC\d|DAC\d?|DMA\d(?:_(?:Channel|Stream)\d)?|RCC|EXTI|AFIO)"
)
# Headers that declare nothing but what the facts know, and the C library's.
_OWN_HEADERS = re.compile(
    r"avr/\w+\.h|util/\w+\.h|std\w+\.h|string\.h|math\.h|stm8s\w*\.h|stm32f1\w*\.h|core_cm3\.h|cmsis\w*\.h"
)


@check(
    reported=[
        Case("""#include <8052.h>
__sfr __at(0xBC) ADC_CONTR;
__sfr __at(0xC0) WDT_CONTR;

void start(void)
{
    ADC_CONTR = 0x80; /* reported */
    WDT_CONTR = 0x35; /* reported */
}
""", "stc89c52"),
        Case("""#include <8052.h>
void start(void)
{
    T2M0D = 0x01; /* reported */
    P1 = 0xFF;
}
"""),
        Case("""#include <avr/io.h>
int main(void)
{
    DDRE |= 1; /* reported */
    UBRRL = 51; /* reported */
    PORTB |= 1 << PB0;
    return 0;
}
""", "atmega328p"),
        Case("""#include <8052.h>
#define LED P0_0
#define BUTTON P3_6

void start(void)
{
    LED = 0; /* reported */
    P2 = 0xFF; /* reported */
    if (BUTTON)
        P1 = 0;
}
""", "at89c2051"),
        Case("""#include <8052.h>
void start(void)
{
    ET1 = 1;
    ET2 = 1; /* reported */
}
""", "at89s51"),
        Case("""#include <8052.h>
void start(void)
{
    T2CON = 4; /* reported */
    ET2 = 1; /* reported */
}
""", "stc12c5a60s2"),
        Case("""#include <stdint.h>
#define TIM4_SR (*(volatile uint8_t *)0x5342)

void clear(void)
{
    TIM4_SR = 0; /* reported */
}
""", "stm8s003"),
        Case("""#include <stdint.h>
#define TIM2_SR1 (*(volatile uint8_t *)0x5304)
#define EXTRA (*(volatile uint8_t *)0x5240)

void clear(void)
{
    TIM2_SR1 = 0; /* reported */
    EXTRA = 0;
}
""", "stm8s105"),
        Case("""#include "stm32f1xx.h"
void led(void)
{
    GPIOC->MODER = 1; /* reported */
    GPIOH->ODR = 1; /* reported */
    GPIOC->ODR |= 1u << 13;
    while (!(RCC->CR & RCC_CR_HSERDY))
        ;
}
""", "stm32f103"),
        Case("""#include <stdint.h>
#define GPIOC_BASE 0x40011000UL
#define GPIOC_ODR (*(volatile uint32_t *)(GPIOC_BASE + 0x14UL))

void led(void)
{
    GPIOC_ODR ^= 1UL << 13; /* reported */
}
""", "stm32f103"),
        Case("""#include <stdint.h>
typedef struct {
    volatile uint32_t CRL, CRH;
    volatile uint32_t ODR;
    volatile uint32_t IDR;
} GPIO_TypeDef;
#define GPIOC ((GPIO_TypeDef *)0x40011000UL)
#define GPIOF ((GPIO_TypeDef *)0x40014000UL)

void led(void)
{
    GPIOC->CRH = 0x44344444;
    GPIOC->ODR ^= 1UL << 13; /* reported */
    GPIOF->CRL = 0; /* reported */
}
""", "stm32f103"),
    ],
    silent=[
        Case("""#include <8052.h>
__sfr __at(0xE1) WDT_CONTR;
__sbit __at(0x95) LED;
#define BUFFER_SIZE 4

void start(void)
{
    WDT_CONTR = 0x35;
    LED = 0;
    TH0 = TL0 = BUFFER_SIZE;
}
""", "stc89c52"),
        Case("""#include <8052.h>
#include "board.h"

void start(void)
{
    P9 = LED_MASK;
}
"""),
        Case("""#include <avr/io.h>
#include "pins.h"

int main(void)
{
    DDRE |= 1;
    return 0;
}
""", "atmega328p"),
        Case("""#include <stdint.h>
#define GPIOC_BASE 0x40011000UL
#define GPIOC_ODR (*(volatile uint32_t *)(GPIOC_BASE + 0x0CUL))
#define RAM_WORD (*(volatile uint32_t *)0x20000100UL)

void led(void)
{
    GPIOC_ODR ^= 1UL << 13;
    RAM_WORD = 0;
}
""", "stm32f103"),
        Case("""#include <stdint.h>
typedef struct {
    volatile uint32_t CRL, CRH, IDR, ODR, BSRR, BRR, LCKR;
} GPIO_TypeDef;
typedef struct {
    volatile uint32_t EVCR, MAPR;
    volatile uint32_t EXTICR[4];
} AFIO_TypeDef;
#define GPIOC ((GPIO_TypeDef *)0x40011000)
#define LED_PORT GPIOC
#define AFIO ((AFIO_TypeDef *)0x40010000UL)

void led(void)
{
    GPIOC->CRH = 0x44344444;
    LED_PORT->ODR ^= 1UL << 13;
    AFIO->EXTICR[0] = 0;
}
""", "stm32f103"),
        Case("""#include <8052.h>
#define BUSY P3_7
#define UNUSED P0_0

void wait(void)
{
    while (BUSY)
        ;
}
""", "at89c2051"),
        Case("""#include "stm32f1xx.h"
void irq(void)
{
    NVIC->ISER[0] = 1u << 6;
    AFIO->EXTICR[0] = 0;
    SCB->SHP[3] = 0;
    TIM2->CR1 = 1;
}
""", "stm32f103"),
    ],
)  # fmt: skip
def unknown_register(firmware: Firmware) -> Iterator[Finding]:
    """A special function register that the chip at hand does not have, or a declaration that puts a known one at
    another address: `__sfr __at(0xBC) ADC_CONTR` on a chip without a converter, `PORTE` on an ATmega328P,
    `GPIOC->MODER` of another family.

    The compiler believes every address. The write goes to a place where nothing is, or where something else is, and the
    peripheral stays silent: what is left over from another chip's example is the commonest error in ported firmware.
    The facts are those of datasets/chips, with the data sheet named in each file. A pin behind a macro counts where the
    macro is used, a bit of an 8051's register where the register has none at its place, and a member of a structure by
    its place in the structure.

    Silent where the chip is not on file or its facts are not complete, for names that a header of the project may
    declare, within `#if`, for bits that a program gives its own names, for addresses outside the register space, and
    for names that are no register's by their form.
    """
    for finding in _all(firmware):
        if not firmware.conditional(finding.start):
            yield finding


def _all(firmware: Firmware) -> Iterator[Finding]:
    yield from _declared(firmware)
    if firmware.chip.complete and not _foreign_headers(firmware):
        yield from _undeclared(firmware)
        yield from _members(firmware)
    if firmware.chip.complete:
        yield from _structures(firmware)


def _declared(firmware: Firmware) -> Iterator[Finding]:
    """Registers with an address: what an sfr, a bit or a macro `*(volatile T *)0x5304` says."""
    chip = firmware.chip
    yield from of_8051(firmware)
    for symbol in firmware.symbols.all("macro"):
        place = _address(firmware, symbol) if symbol.uses and chip.target != "mcs51" else None
        if place is None:
            continue
        name = said(symbol.name)
        register = chip.by_name.get(name)
        if register is not None and chip.complete and register.address != place:
            yield Finding(symbol.uses[0].start_byte, elsewhere(firmware, name, register.address, place))
        elif chip.lacks(place):
            yield Finding(symbol.uses[0].start_byte, missing(firmware, name, place))


def _structures(firmware: Firmware) -> Iterator[Finding]:
    """`GPIOC->ODR` where this unit declares the structure and its place: the member's address by its offset."""
    chip = firmware.chip
    for member in members(firmware):
        register = chip.by_name.get(member.name)
        if register is not None and register.address != member.address:
            yield Finding(member.start, elsewhere(firmware, member.name, register.address, member.address))
        elif chip.lacks(member.address):
            yield Finding(member.start, missing(firmware, member.name, member.address))


def _address(firmware: Firmware, macro: Symbol) -> int | None:
    """The address in `(*(volatile uint8_t *)0x5304)`."""
    if macro.function_like or b"volatile" not in (macro.body or b"") or not macro.uses:
        return None
    expanded = firmware.symbols.expansion(macro, macro.uses[0])
    if expanded is None:
        return None
    node = stripped(expanded[1])
    if node.type != "pointer_expression" or operator(node) != b"*":
        return None
    cast = node.child_by_field_name("argument")
    cast = stripped(cast) if cast is not None else None
    value = cast.child_by_field_name("value") if cast is not None and cast.type == "cast_expression" else None
    return expanded[0].constant(value) if value is not None else None


def _foreign_headers(firmware: Firmware) -> bool:
    """Whether the unit includes what may declare any name: the project's own headers."""
    return any(_OWN_HEADERS.fullmatch(name) is None for name in firmware.symbols.missing_headers)


def _undeclared(firmware: Firmware) -> Iterator[Finding]:
    """Names of registers that nothing declares and the chip does not have."""
    chip, unit = firmware.chip, firmware.unit
    if chip.target == "cortex-m":
        return  # its names are members, and macros for bits that are not on file
    seen: set[str] = set()
    for node in unit.walk("identifier"):
        name = said(unit.text(node))
        if name in seen or not name.isupper() or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        if firmware.symbols.resolve(node) is not None or name in chip.by_name or name in chip.bit_names:
            continue
        if firmware.function_of(node) == b"" or not _value(node):
            continue
        near = difflib.get_close_matches(name, [*chip.by_name, *chip.bit_names], n=1, cutoff=0.75)
        family = FAMILIES.get(chip.target)
        known_form = family.fullmatch(name) is not None if family is not None else bool(near)
        if known_form and (chip.target != "mcs51" or firmware.symbols.header_names):
            seen.add(name)
            hint = f": is `{near[0]}` meant?" if near else ": look up what this chip has instead"
            yield Finding(node.start_byte, f"the {chip.name} has no register or bit `{name}`{hint}")


def _value(node: Node) -> bool:
    """Whether a name stands for a value, and not for what is called or for an argument of somebody's macro."""
    parent = node.parent
    return parent is not None and parent.type not in (
        "call_expression",
        "argument_list",
        "field_expression",
        "parenthesized_declarator",
    )


def _members(firmware: Firmware) -> Iterator[Finding]:
    """`GPIOC->MODER`: the vendor's structures."""
    chip, unit = firmware.chip, firmware.unit
    if chip.target != "cortex-m":
        return
    for node in unit.walk("field_expression"):
        argument, field = node.child_by_field_name("argument"), node.child_by_field_name("field")
        if argument is None or field is None or argument.type != "identifier" or operator(node) != b"->":
            continue
        name, member = said(unit.text(argument)), said(unit.text(field))
        if firmware.symbols.resolve(argument) is not None or PERIPHERAL.fullmatch(name) is None:
            continue
        own = [r.name.removeprefix(f"{name}_") for r in chip.registers if r.name.rpartition("_")[0] == name]
        if not own:
            yield Finding(node.start_byte, f"the {chip.name} has no `{name}`: look up what this chip has instead")
        elif not any(one == member or one.rstrip("0123456789") == member for one in own):
            near = difflib.get_close_matches(member, own, n=1)
            hint = f": is `{near[0]}` meant?" if near else ""
            yield Finding(node.start_byte, f"`{name}` of the {chip.name} has no `{member}`{hint}")
