"""The task `explain` on the STM8, the AVR and the Cortex-M: registers by address and member, handlers by name."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from corpus.records import Language
from corpus.source.unit import Unit
from generators.tasks import explain
from generators.tasks.reading import Reading
from generators.tasks.registers import registers_of
from tests.generators.tasks.materials import single

HEADS = {
    "stm8": "#define PD_DDR (*(volatile uint8_t *)0x5011)\n#define TIM4_SR (*(volatile uint8_t *)(0x5342))\n"
    "#define UIF 0x01\n#define LED 3\n",
    "avr": "#include <avr/io.h>\n#define LED_PORT PORTB\n#define LED PB5\n",
    "cortex-m": "typedef struct { volatile uint32_t CRL, CRH, IDR, ODR, BSRR; } GPIO_TypeDef;\n"
    "#define GPIOC ((GPIO_TypeDef *)0x40011000)\n#define LED_PORT GPIOC\n"
    "typedef struct { volatile uint32_t ISER[2]; } nvic;\n#define CONTROLLER ((nvic *)0xE000E100)\n"
    "typedef struct { volatile uint32_t SR, DR; } uart;\n#define SERIAL ((uart *)0x40013800)\n#define TXE (1u << 7)\n",
}


def read(target: str, statement: str) -> Reading:
    return Reading(Unit.parse(f"{HEADS[target]}void f(void)\n{{\n{statement}\n}}\n".encode()), target)


@pytest.mark.parametrize(
    ("target", "statement", "register", "value", "touched"),
    [
        ("stm8", "PD_DDR |= 1 << LED;", "PD_DDR", 8, 8),
        ("stm8", "TIM4_SR = (uint8_t)~UIF;", "TIM4_SR", 0xFE, 0xFF),
        ("avr", "TCCR0B = _BV(CS01) | _BV(CS00);", "TCCR0B", 3, 0xFF),
        ("avr", "LED_PORT &= ~(1 << LED);", "PORTB", 0, 0x20),
        (
            "cortex-m",
            "LED_PORT->CRH = (LED_PORT->CRH & ~(0xFu << 20)) | (0x2u << 20);",
            "GPIOC_CRH",
            0x200000,
            0xF00000,
        ),
        ("cortex-m", "GPIOC->BSRR = 1u << 13;", "GPIOC_BSRR", 0x2000, 0xFFFFFFFF),
        ("cortex-m", "CONTROLLER->ISER[1] = 1u << 5;", "NVIC_ISER1", 0x20, 0xFFFFFFFF),
    ],
)
def test_a_register_is_known_by_name_address_or_peripheral(
    target: str, statement: str, register: str, value: int, touched: int
) -> None:
    """In the widths of the chip."""
    (setting,) = read(target, statement).settings
    assert (setting.register, setting.value, setting.touched) == (register, value, touched)
    assert setting.spelt == statement.partition(" ")[0]


@pytest.mark.parametrize(
    ("target", "loop", "bit", "until", "event"),
    [
        ("stm8", "while (!(TIM4_SR & UIF))\n;", "TIM4_SR.UIF", 1, "TIM4 to overflow"),
        ("avr", "while ((UCSR0A & _BV(UDRE0)) == 0) { }", "UCSR0A.UDRE0", 1, "the transmit buffer to have room"),
        ("avr", "while (ADCSRA & (1 << ADSC));", "ADCSRA.ADSC", 0, "the conversion to end"),
        ("cortex-m", "while (!(SERIAL->SR & TXE));", "USART1_SR.TXE", 1, "the transmit register to be empty"),
    ],
)
def test_a_wait_is_for_one_bit_of_a_register(target: str, loop: str, bit: str, until: int, event: str) -> None:
    """Whatever way it is tested."""
    (wait,) = read(target, loop).waits
    assert (wait.bit, wait.until) == (bit, until)
    assert registers_of(target).awaited(bit, until, "en") == event


@pytest.mark.parametrize(
    ("name", "handler", "vector", "source"),
    [
        ("tick-stm8", "tim4_update", 23, "update of TIM4"),
        ("tick-avr", "TIMER0_COMPA_vect", "TIMER0_COMPA", "compare match A of timer 0"),
        ("ring-stm32", "USART1_IRQHandler", "USART1", "an event of USART1"),
    ],
)
def test_a_handler_is_known_by_number_macro_or_name(name: str, handler: str, vector: object, source: str) -> None:
    """And what it shares with the rest."""
    material = single(name)
    reading = Reading(Unit.parse(material.program.source.encode()), material.brief.target)
    facts = next(f for f in reading.functions if f.name == handler)
    assert facts.vector == vector and not facts.pure
    assert reading.table.interrupt(facts.vector or 0, "en") == source
    assert reading.shared and all(shared.handler == handler for shared in reading.shared)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["tick-stm8", "tick-avr", "ring-avr", "ring-stm32"])
def test_what_is_said_is_of_this_chip(name: str, language: Language) -> None:
    """No word of another family, no compiler of another; and every kind of question comes up."""
    material, rng, kinds = single(name), random.Random(name), set[str]()
    foreign = {"8051", "51 单片机", "STM8", "AVR", "STM32", "SDCC", "avr-gcc", "RETI", "IRET"}
    own = {"stm8": {"STM8", "SDCC", "IRET"}, "avr": {"AVR", "avr-gcc", "RETI"}, "cortex-m": {"STM32"}}
    for _ in range(40):
        for example in explain.examples(material, rng, len, (language,)):
            kinds.add(example.phrasing.split("/")[2])
            text = example.instruction.partition("```")[0] + example.answer
            wrong = {word for word in foreign - own[material.brief.target] if word in text}
            assert not wrong, (wrong, text)
            assert "()" not in example.answer.replace("()`", "") and "（）" not in example.answer
    assert {"whole", "function", "volatile", "interrupt", "setting"} - kinds <= {"function"}, kinds


def test_a_wide_register_is_told_by_what_is_set() -> None:
    """In hexadecimal, and the rest in one sentence."""
    material = single("ring-stm32")
    told = {
        example.answer
        for seed in range(120)
        for example in explain.examples(material, random.Random(seed), len, ("en",))
        if "CR1" in example.instruction.partition("```")[0] and "/setting/" in example.phrasing
    }
    assert any("0x00002024" in text for text in told)
    for text in told:
        assert "bit 13 (UE) = 1: USART1 is on" in text and "bit 12" not in text
        assert text.endswith(("All other bits are written as 0.", "The rest is 0."))


def test_the_brief_of_a_target_names_its_tools() -> None:
    """And a memory model only where there is one."""
    words = {name: single(name).brief.words("en") for name in ("tick-stm8", "tick-avr", "ring-stm32")}
    assert [words[name]["tool"] for name in words] == ["SDCC", "avr-gcc", "arm-none-eabi-gcc"]
    assert [words[name]["option"] for name in words] == ["medium model", "`-Os`", "`-Os`"]
    assert replace(single("tick-avr").brief, target="mcs51", model="large").words("zh")["option"] == "large 模式"
