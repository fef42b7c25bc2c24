"""What the prompts say of each target's dialect holds: compilers and the screen take it, the chips' tables agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from corpus.chips import Family, chip_for
from corpus.records import Language
from corpus.taxonomy import taxonomy
from generators.dialects.conversion import Converted
from generators.dialects.sdcc import to_sdcc
from generators.model.drafts import Subject
from generators.model.home import KEIL
from generators.model.strategies.catalogue import STRATEGIES
from validators import chip_fit
from validators.boards import BOARDS
from validators.sandbox.runner import Sandbox
from validators.screen import screen_for
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host

LANGUAGES: tuple[Language, ...] = ("en", "zh")
HEADER = re.compile(r"`<([\w/]+\.h)>`")
MCS51_BODY = """\
static const __code uint8_t table[] = {1, 2};
static volatile __bit ticked;
static __idata uint8_t ring[4];
static __xdata uint8_t frame[8];

uint8_t shared(uint8_t at) __reentrant
{
    return table[at & 1];
}

void tick_isr(void) __interrupt(TF0_VECTOR)
{
    ticked = 1;
    ring[0] = shared(1);
}

void line_isr(void) __interrupt(SI0_VECTOR)
{
    RI = 0;
    TI = 0;
}

void first_isr(void) __interrupt(IE0_VECTOR)
{
    frame[0] = 1;
}

void second_isr(void) __interrupt(IE1_VECTOR)
{
    P1_0 = 0;
}

void other_isr(void) __interrupt(TF1_VECTOR)
{
    EA = 0;
    TMOD = (TMOD & 0xF0) | 0x01;
}
"""

# A program of what the rules allow, for each target and, on the 8051, each header: the chip whose it is.
TAKEN: dict[str, tuple[Family, str, str]] = {
    **{
        f"{header} {chip}": ("mcs51", chip, f"#include <{header}>\n{{}}{MCS51_BODY}")
        for chip, header in {
            "AT89S52": "8052.h",
            "STC89C52RC": "8052.h",
            "AT89S51": "8051.h",
            "AT89C51": "8051.h",
            "AT89C2051": "at89x051.h",
            "STC12C5A60S2": "stc12.h",
        }.items()
    },
    "a register that the header lacks": (
        "mcs51",
        "STC89C52RC",
        "#include <8052.h>\n{}__sfr __at(0xE1) WDT_CONTR;\n\n"
        "void timer2_isr(void) __interrupt(5)\n{\n    TF2 = 0;\n    WDT_CONTR = 0x35;\n}\n",
    ),
    "stm8": (
        "stm8",
        "STM8S105",
        "{}#define PB_ODR (*(volatile uint8_t *)0x5005)\n#define TIM4_SR (*(volatile uint8_t *)0x5342)\n\n"
        "void tim4_isr(void) __interrupt(23)\n{\n    TIM4_SR = 0;\n    PB_ODR ^= 1;\n}\n\nvoid sleep(void)\n{\n"
        '    __asm__("sim");\n    __asm__("rim");\n    __asm__("wfi");\n    __asm__("halt");\n}\n',
    ),
    "avr": (
        "avr",
        "ATmega328P",
        "#define F_CPU 16000000UL\n#include <avr/io.h>\n{}"
        "static const uint8_t table[] PROGMEM = {1, 2};\nstatic volatile uint16_t ticks;\n\n"
        + "".join(
            f"ISR({name}_vect)\n{{\n    ticks++;\n}}\n\n"
            for name in ("TIMER1_COMPA", "TIMER0_OVF", "INT0", "PCINT2", "USART_RX", "USART_UDRE", "ADC")
        )
        + "uint16_t read(void)\n{\n    uint16_t now;\n\n    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)\n        now = ticks;\n"
        "    TCCR1B = (1 << CS10);\n    TIFR1 = _BV(OCF1A);\n    return now + pgm_read_byte(&table[1]);\n}\n",
    ),
    "cortex-m": (
        "cortex-m",
        "STM32F103",
        "{}#define GPIOC_CRH (*(volatile uint32_t *)0x40011004)\n"
        "#define NVIC_ISER0 (*(volatile uint32_t *)0xE000E100)\n"
        "#define NVIC_ISER1 (*(volatile uint32_t *)0xE000E104)\n\n"
        "typedef struct {\n    volatile uint32_t SR, DR, BRR, CR1, CR2, CR3, GTPR;\n} USART_TypeDef;\n\n"
        "#define USART1 ((USART_TypeDef *)0x40013800)\n\nvoid USART1_IRQHandler(void)\n{\n    (void)USART1->DR;\n}\n\n"
        "void SysTick_Handler(void)\n{\n    GPIOC_CRH = 0;\n}\n\nvoid start(void)\n{\n"
        '    __asm volatile("cpsid i");\n    NVIC_ISER0 = 1;\n    NVIC_ISER1 = 1u << 5;\n'
        '    __asm volatile("cpsie i");\n}\n',
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Where the compilers run."""
    with Sandbox() as made:
        yield made


def rules(target: Family, language: Language, chip: str = "", other: str = "") -> str:
    """The rules of a target as a prompt has them."""
    subject = Subject(language, target, chip or taxonomy().chips[target][0], "t", "i", "d", "p", other=other)
    ((_, text),) = STRATEGIES["port" if other else "spirit"].prompt(subject)
    return text[: text.index("-", text.index("__attribute__"))]


def named(target: Family, text: str) -> set[str]:
    """The headers that the rules allow; the 8051's device headers, of which each chip has one, are left out."""
    return {name for name in HEADER.findall(text) if target != "mcs51" or name.startswith("std")}


@pytest.mark.parametrize("target, chip, source", TAKEN.values(), ids=TAKEN.keys())
def test_what_the_rules_allow_compiles_without_a_warning(
    target: Family, chip: str, source: str, sandbox: Sandbox
) -> None:
    """With every header that they name, and it passes the screen and the chip's gate."""
    includes = "".join(f"#include <{name}>\n" for name in sorted(named(target, rules(target, "en"))))
    source = source.replace("{}", includes + "\n", 1)
    assert screen_for(target)(source).passed
    compilers = [BOARDS[target].compiler("object", BOARDS[target].model, "program.c")]
    for compiler in (*compilers, *((gcc_host,) if target == "mcs51" else ())):
        verdict = compile_verdict(sandbox, compiler, source).verdict
        assert verdict.passed and not verdict.diagnostics, verdict.evidence
    verdict = chip_fit.registers(source, chip_for(target, chip))
    assert verdict.passed, verdict.evidence


@pytest.mark.parametrize("target", BOARDS)
def test_both_languages_have_the_same_rules(target: Family) -> None:
    """Everything in backticks stands in both, but for the words of a language; so do the figures."""
    english, chinese = (rules(target, language) for language in LANGUAGES)
    assert sorted(set(re.findall(r"`[^`]+`", english))) == sorted(set(re.findall(r"`[^`]+`", chinese)))
    assert sorted(set(re.findall(r"0x[0-9A-F]+", english))) == sorted(set(re.findall(r"0x[0-9A-F]+", chinese)))


def test_every_chip_has_its_header() -> None:
    """The rules of the 8051 name each chip of the taxonomy, and each header is tried above."""
    for language in LANGUAGES:
        text = rules("mcs51", language)
        assert all(chip in text for chip in taxonomy().chips["mcs51"])
    tried = {name.split()[0] for name in TAKEN if ".h " in name}
    assert tried == {name for name in HEADER.findall(rules("mcs51", "en")) if not name.startswith("std")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_rules_say_of_the_stm8s_parts_is_so(language: Language) -> None:
    """Addresses, interrupts and units, by the chips' own tables."""
    small, large = chip_for("stm8", "STM8S003"), chip_for("stm8", "STM8S105")
    text = rules("stm8", language)
    line = next(line for line in text.splitlines() if "STM8S003" in line)
    pairs = re.findall(r"`(\w+)`[^`\w]*(?:at|在) (0x[0-9A-F]{4})", line)
    assert len(pairs) == 4
    for (name, address), chip in zip(pairs, (large, large, small, small), strict=True):
        assert chip.by_name[name].address == int(address, 16)
    assert "TIM3_CR1" in large.by_name and "TIM3_CR1" not in small.by_name
    assert "UART2_CR1" in large.by_name and "UART1_CR1" in small.by_name
    line = next(line for line in text.splitlines() if "tim4_isr" in line)
    told = {
        name: int(number) for name, number in re.findall(r"(TIM\d|UART\d|ADC\d)[^\d,，、]* (\d+)(?=[,，.。])", line)
    }
    names = {
        "TIM1": "TIM1_UPD_OVF_TRG_BRK", "TIM2": "TIM2_UPD_OVF_BRK", "UART1": "UART1_RX", "UART2": "UART2_RX",
        "ADC1": "ADC1", "TIM4": "TIM4_UPD_OVF",
    }  # fmt: skip
    numbers = {vector.name: vector.number for chip in (small, large) for vector in chip.vectors}
    assert told == {short: numbers[name] for short, name in names.items()}
    assert f"__interrupt({told['TIM4']})" in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chip_has_its_header_in_keil_s_dialect(language: Language) -> None:
    """And the conversion knows each of them as sdcc's header for the chip."""
    text = rules("mcs51", language, other=KEIL)
    assert all(chip in text for chip in taxonomy().chips["mcs51"])
    headers = set(re.findall(r"`<(\w+\.H)>`", text)) - {"INTRINS.H"}
    made = set[str]()
    for header in headers:
        found = to_sdcc(f"#include <{header}>\n\nvoid f(void)\n{{\n    P1 = 0;\n}}\n".encode())
        assert isinstance(found, Converted), found
        made |= set(re.findall(r"<(\w+\.h)>", found.source.decode()))
    assert made == {name for name in HEADER.findall(rules("mcs51", "en")) if not name.startswith("std")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_rules_say_of_keil_converts_and_compiles(language: Language, sandbox: Sandbox) -> None:
    """A program of the named spellings becomes one that sdcc takes."""
    text = rules("mcs51", language, other=KEIL)
    source = (
        "#include <REG52.H>\n#include <INTRINS.H>\n\ntypedef unsigned char uint8_t;\n\nsbit LED = P1^0;\n"
        "sfr WDT_CONTR = 0xE1;\nbit ticked;\nuint8_t code table[] = {1, 2};\nuint8_t idata ring[4];\n"
        "uint8_t xdata frame[8];\n\nvoid tick_isr(void) interrupt 1\n{\n    ticked = 1;\n    LED = 0;\n    _nop_();\n"
        "    WDT_CONTR = 0x35;\n    ring[0] = table[1];\n    frame[0] = ring[0];\n}\n"
    )
    for spelling in ("sbit LED = P1^0;", "sfr WDT_CONTR = 0xE1;", "void tick_isr(void) interrupt 1", "<INTRINS.H>"):
        assert spelling in text and spelling in source
    made = to_sdcc(source.encode())
    assert isinstance(made, Converted), made
    compiler = BOARDS["mcs51"].compiler("object", "small", "program.c")
    verdict = compile_verdict(sandbox, compiler, made.source.decode()).verdict
    assert verdict.passed, verdict.evidence
