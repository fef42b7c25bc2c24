"""The gate `chip` on what is said: true and doubtful words pass first, since refusing good work is the dear error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.chips import Family, chip_for
from corpus.seeds import MANNERS, Seed, load_seeds
from generators.model.fact_words import told_facts
from generators.tasks.comments import localise
from generators.templates import default_filling, fill_program
from validators import chip_claims

PART: dict[Family, str] = {
    "mcs51": "AT89S52", "stm8": "STM8S105", "avr": "ATmega328P", "cortex-m": "STM32F103",
}  # fmt: skip

TRUE: tuple[tuple[Family, str], ...] = (
    ("mcs51", "TF0 (bit 5 of TCON) is set by the hardware."),
    ("mcs51", "SMOD 是 PCON 的第 7 位，写 1 加倍。"),
    ("mcs51", "Timer 0 overflow (interrupt 1) reloads TH0 and TL0."),
    ("mcs51", "定时器 2 中断（中断号 5）每 10 ms 一次。"),
    ("mcs51", "T1 in TMOD counts; hold P1 at 0xFF; TH0 is 0xFC and TL0 0x66."),
    ("mcs51", "The timer 0 interrupt 4 times a second, bit 3 of the mask P1_3."),
    ("mcs51", "the state is in bit 2 of `flags`; bit 7 (sign) of the sum"),
    ("stm8", "UIF is bit 0 of TIM4_SR, at 0x5342."),
    ("stm8", "TIM4 update, vector 23; UART2 RX is vector 21."),
    ("avr", "UDRE0（UCSR0A 的第 5 位）为 1 时可以写 UDR0。"),
    ("avr", "PORTB, address 0x05 in I/O space, 0x25 in data memory: PORTB, address 0x25."),
    ("cortex-m", "RXNE (bit 5 of USART1->SR); GPIOC_ODR at 0x4001100C; HSERDY is bit 17."),
    ("cortex-m", "RXNE is bit 0 in an SPI_SR and bit 6 in an I2C1_SR1."),
)

FALSE: tuple[tuple[Family, str, str], ...] = (
    ("mcs51", "TF0 (bit 4 of TCON) is set by the hardware.", "TF0 is bit 5 of TCON, not bit 4"),
    ("mcs51", "Set bit 6 of PCON (SMOD).", "SMOD is bit 7 of PCON, not bit 6"),
    ("mcs51", "SMOD 是 PCON 的第 6 位。", "SMOD is bit 7 of PCON, not bit 6"),
    ("mcs51", "REN（第 3 位）允许接收", "REN is bit 4 of SCON, not bit 3"),
    ("mcs51", "Start it by TR0 in TMOD.", "TR0 is in TCON, not in TMOD"),
    ("mcs51", "TMOD 的 TF1 要清零", "TF1 is in TCON, not in TMOD"),
    ("mcs51", "Timer 1 overflow (interrupt 1).", "that interrupt is 3 (TF1), not 1"),
    ("mcs51", "串口中断，中断号 5", "that interrupt is 4 (SI0), not 5"),
    ("mcs51", "TCON, address 0x89, holds the flags.", "TCON lies at 0x88, not at 0x89"),
    ("stm8", "TIM4 update interrupt, vector 22", "that interrupt is 23 (TIM4_UPD_OVF), not 22"),
    ("stm8", "The flag in TIM4_SR at 0x5344.", "TIM4_SR lies at 0x5342, not at 0x5344"),
    ("avr", "Wait until bit 6 of UCSR0A (UDRE0) is set.", "UDRE0 is bit 5 of UCSR0A, not bit 6"),
    ("cortex-m", "HSERDY = bit 16", "HSERDY is bit 17 of RCC_CR, not bit 16"),
    ("cortex-m", "RXNE (bit 6 of USART1->SR)", "RXNE is bit 5 of USART1_SR, not bit 6"),
)

SR = "#include <stdint.h>\n#define TIM4_SR (*(volatile uint8_t *)0x5342)\n"
USART = """#include <stdint.h>
typedef struct {
    volatile uint32_t SR, DR;
} USART_TypeDef;
#define USART1 ((USART_TypeDef *)0x40013800)
"""
RIGHT: tuple[tuple[Family, str], ...] = (
    ("stm8", SR + "#define UIF 0x01\nvoid f(void)\n{\n    TIM4_SR &= (uint8_t)~UIF;\n}\n"),
    ("stm8", SR + "#define STOP 0x06\n#define UIF 9\nint f(int a)\n{\n    return a == STOP || a == UIF;\n}\n"),
    ("cortex-m", USART + "#define USART_SR_RXNE (1u << 5)\n#define USART_SR_RXNE_Pos 5u\nint f(void) { return 0; }\n"),
    ("mcs51", "__sbit __at(0x8D) TF0;\n__sbit __at(0x93) LED;\nvoid f(void)\n{\n    TF0 = LED;\n}\n"),
    ("mcs51", "#include <8052.h>\nvoid timer0_isr(void) __interrupt (1)\n{\n    TH0 = 0xFC;\n}\n"),
    (
        "mcs51",
        "#include <8052.h>\nvoid uart_isr(void) __interrupt (1)\n{\n    TH0 = 0xFC; /* a UART in software */\n}\n",
    ),
)

WRONG: tuple[tuple[Family, str, str, str], ...] = (
    (
        "stm8", SR + "#define UIF 0x02\nvoid f(void)\n{\n    TIM4_SR &= (uint8_t)~UIF;\n}\n",
        "wrong-bit", "`UIF` is bit 0",
    ),
    (
        "stm8", SR + "#define TIM4_SR_UIF 0x02\nint f(void) { return 0; }\n",
        "wrong-bit", "of TIM4_SR (mask 0x1), not 0x2",
    ),
    (
        "cortex-m",
        USART + "#define RXNE (1u << 6)\nint f(void)\n{\n    return (USART1->SR & RXNE) != 0;\n}\n",
        "wrong-bit", "`RXNE` is bit 5 of USART1_SR (mask 0x20), not 0x40",
    ),
    ("mcs51", "__sbit __at(0x8C) TF0;\nvoid f(void)\n{\n    TF0 = 0;\n}\n", "wrong-bit", "`TF0` is bit 5 of TCON"),
    (
        "mcs51", "#include <8052.h>\nvoid timer0_isr(void) __interrupt (3)\n{\n    TH0 = 0xFC;\n}\n",
        "wrong-claim", "`timer0_isr`: that interrupt is 1 (TF0), not 3",
    ),
    (
        "mcs51", "#include <8052.h>\n/* TI is\n   bit 2 of SCON */\nvoid f(void)\n{\n    TI = 0;\n}\n",
        "wrong-claim", "TI is bit 1 of SCON, not bit 2",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("target", "text"), TRUE)
def test_true_and_doubtful_words_pass(target: Family, text: str) -> None:
    """Both languages, and words that only look like a claim."""
    verdict = chip_claims.said(text, chip_for(target, PART[target]))
    assert verdict.passed and verdict.gate == "chip", verdict.evidence


@pytest.mark.parametrize(("target", "text", "evidence"), FALSE)
def test_a_false_claim_fails_and_the_evidence_says_what_is_true(target: Family, text: str, evidence: str) -> None:
    """A bit's position or register, an interrupt's number, an address."""
    verdict = chip_claims.said(text, chip_for(target, PART[target]))
    assert (verdict.outcome, verdict.reason, verdict.evidence) == ("failed", "wrong-claim", evidence)


@pytest.mark.parametrize(("target", "source"), RIGHT)
def test_a_right_program_passes(target: Family, source: str) -> None:
    """Also one whose own names are like a bit's but are used with no register."""
    assert chip_claims.written(source, chip_for(target, PART[target])).passed


@pytest.mark.parametrize(("target", "source", "reason", "evidence"), WRONG)
def test_a_wrong_program_fails(target: Family, source: str, reason: str, evidence: str) -> None:
    """By its macros, its bits, its handler's number or its comments."""
    verdict = chip_claims.written(source, chip_for(target, PART[target]))
    assert (verdict.outcome, verdict.reason) == ("failed", reason)
    assert evidence in verdict.evidence


def test_of_a_part_that_is_not_on_file_nothing_is_said() -> None:
    """Its bits may lie elsewhere."""
    unknown = chip_for("mcs51", "W78E52")
    assert chip_claims.said("TF0 is bit 4 of TCON", unknown).passed
    assert chip_claims.written("__sbit __at(0x8C) TF0;\nvoid f(void)\n{\n    TF0 = 0;\n}\n", unknown).passed


def seeds() -> Iterator[Seed]:
    """Every fourth shipped seed, all four targets among them."""
    for place, seed in enumerate(load_seeds(Path("datasets/seeds"))):
        if place % 4 == 0:
            yield seed


def test_what_experts_wrote_passes() -> None:
    """Programs with their comments, instructions, ideas and needs of shipped seeds, in both languages."""
    for seed in seeds():
        sheet, filling = seed.sheet, default_filling(seed)
        chip = chip_for(sheet.target, sheet.chip)
        source = fill_program(seed, filling)
        for language in ("en", "zh"):
            written = chip_claims.written(localise(source, sheet.comments.items(), language), chip)
            assert written.passed, (seed.id, written.evidence)
            texts = [filling.words(text) for text in sheet.instruction.of(language, MANNERS)]
            texts += [sheet.idea.zh, *(need.zh for need in sheet.needs)] if language == "zh" else [sheet.idea.en]
            for text in texts:
                verdict = chip_claims.said(text, chip)
                assert verdict.passed, (seed.id, verdict.evidence)


@pytest.mark.parametrize("target", PART)
def test_the_facts_that_a_model_is_told_pass(target: Family) -> None:
    """A model that repeats them is right."""
    chip = chip_for(target, PART[target])
    for fact in told_facts(chip).values():
        for words in (fact.words_en, fact.words_zh):
            verdict = chip_claims.said(words, chip)
            assert verdict.passed, (fact.name, verdict.evidence)
