"""What a model says of a program is held against it: names, registers, pins, numbers, language, length, copies."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.agreement import measured
from corpus.seeds import load_seed
from generators.model.agreement import AGREEMENTS, Agreement, agreed, alike
from generators.model.drafts import Subject, TextDraft
from generators.model.grounds import grounds_of

SEEDS = Path(__file__).parents[3] / "datasets" / "seeds"
EVERY = 7  # of the seeds: all targets, in seconds

PROGRAM = """#include <8052.h>
#include <stdint.h>

#define LIMIT 80
#define TICKS_PER_S 1000

static volatile uint8_t ticks;

static uint8_t limited(uint8_t value)
{
    return value < LIMIT ? value : LIMIT;
}

void tick_isr(void) __interrupt(1)
{
    TH0 = 0xFC;
    ticks++;
}

void fan_start(void)
{
    TMOD = (TMOD & 0xF0) | 0x01;
    TR0 = 1;
}

void fan_set(uint8_t level)
{
    P1_3 = limited(level) > 40;
}
"""
EN = Subject("en", "mcs51", "AT89S52", "A fan", "", "", PROGRAM)
ZH = replace(EN, language="zh")

PB_ODR = "#define PB_ODR (*(volatile unsigned char *)0x5005)"
BSRR = "#define GPIOC_BSRR (*(volatile unsigned long *)0x40011010)"

GOOD = (
    "Write for an AT89S52 and SDCC the functions `void fan_start(void)`, which starts timer 0, and `void "
    "fan_set(uint8_t level)`, which switches the fan on P1.3 on above a level of 40 and takes 80 for more than 80."
)
GUT = (
    "请用 SDCC 为 AT89S52 写两个函数：`void fan_start(void)` 启动定时器 0；`void fan_set(uint8_t level)` 在等级大于 40 "
    "时接通 P1.3 上的风扇，大于 80 的等级按 80 处理。"
)
ASKS = replace(AGREEMENTS["instruction"], shortest=40)

REFUSED: dict[str, tuple[str, str]] = {
    "a function that is not there": ("unknown-name", GOOD + " Call fan_stop() first."),
    "a name in backticks": ("unknown-name", GOOD + " Use `speed` for it."),
    "a register": ("unused-register", GOOD + " Leave SBUF alone."),
    "another pin": ("unknown-pin", GOOD.replace("P1.3", "P1.4")),
    "another port": ("unknown-pin", GOOD.replace("P1.3", "P2.3")),
    "a pin in C's spelling": ("unknown-pin", GOOD.replace("P1.3", "`P1_4`")),
    "another limit": ("unknown-number", GOOD.replace("40", "45")),
    "a number in hexadecimal": ("unknown-number", GOOD + " Reload with 0xFD."),
    "a number in another unit": ("unknown-number", GOOD + " It ticks every 3 ms."),
    "Chinese": ("wrong-language", GOOD + " 谢谢。"),
    "a program": ("gives-away", f"{GOOD}\n```c\nvoid fan_start(void);\n```"),
    "a statement": ("gives-away", GOOD + " Use return value < LIMIT ? value : LIMIT; TMOD = (TMOD & 0xF0) | 0x01;"),
    "a function that is not named": ("unnamed-function", GOOD.replace("`void fan_start(void)`", "one")),
    "too little": ("too-short", "Write `fan_set` and `fan_start`."),
    "too much": ("too-long", GOOD * 20),
    "a line behind the end": ("no-such-line", GOOD + " See line 400."),
}  # fmt: skip


@pytest.mark.parametrize("reason, text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_of_the_program_is_refused(reason: str, text: str) -> None:
    """Each with its reason, and the words say which it is."""
    verdict = ASKS(text, EN)
    assert (verdict.outcome, verdict.reason) == ("failed", reason)
    assert verdict.evidence


@pytest.mark.parametrize(
    "more",
    [
        "",
        " It runs every 1 ms, 1000 times a second.",
        " `level` is 0 to 79, then 80.",
        " Do not touch the upper half of TMOD; clear TR0 first.",
        " See line 5.",
        " 1. First. 2. Then.",
        " The old one was an 8051 with an I2C bus, RS-485 and a 24C02.",
    ],
)
def test_what_is_of_the_program_or_is_common_knowledge_passes(more: str) -> None:
    """Other units, the last below a limit, bits of a register that is used, parts and families."""
    assert ASKS(GOOD + more, EN).passed, ASKS(GOOD + more, EN)


def test_chinese_is_held_to_the_same() -> None:
    """It passes; a number, a pin and a name beside Chinese characters are seen."""
    assert ASKS(GUT, ZH).passed
    assert ASKS(GUT.replace("大于 40", "大于45"), ZH).reason == "unknown-number"
    assert ASKS(GUT.replace("P1.3", "P1.5"), ZH).reason == "unknown-pin"
    assert ASKS(GUT + "不要调用fan_stop。", ZH).reason == "unknown-name"
    assert ASKS(GOOD, ZH).reason == "wrong-language"


def test_facts_and_the_task_are_grounds_too() -> None:
    """What retrieval or the seed's author said may be named."""
    text = GOOD + " The crystal has 12 MHz; set SMOD in PCON."
    assert ASKS(text, EN).reason == "unused-register"
    assert ASKS(text, replace(EN, facts="PCON: SMOD is bit 7. The crystal has 12 MHz.")).passed
    assert ASKS(text, replace(EN, instruction="At 12000000 Hz; SMOD of PCON is yours.")).passed


def test_a_review_may_name_what_is_missing() -> None:
    """Registers of the chip that the program does not use; not those of another chip, nor names that nobody has."""
    said = "Check that nobody else uses SBUF. " * 5
    assert AGREEMENTS["review"](said, EN).passed
    assert AGREEMENTS["explanation"](said * 2, EN).reason == "unused-register"
    assert AGREEMENTS["review"](said + " Set `TIM4_CR1`.", EN).reason == "unknown-name"


def test_a_phrasing_keeps_all_that_the_task_states() -> None:
    """A name, a pin or a number that is gone would make it another task."""
    gate = Agreement(40, 3000, asks=True, keeps=True)
    subject = replace(EN, instruction=GOOD)
    other = (
        "My fan hangs on P1.3 of an AT89S52 and I use SDCC. Timer 0 shall start in `void fan_start(void)`. Then "
        "`void fan_set(uint8_t level)`: more than 80 counts as 80, and above 40 the fan goes on."
    )
    assert gate(other, subject).passed
    assert gate(GOOD, subject).reason == "copied"
    assert gate(other.replace("on P1.3 ", ""), subject).reason == "lost-pin"
    assert gate(other.replace("more than 80 counts as 80, and ", ""), subject).reason == "lost-number"
    assert gate(other.replace("uint8_t level", "level"), subject).reason == "lost-name"


def test_texts_of_one_answer_must_differ() -> None:
    """The second that says the same goes; the first stays, and so does a third that differs."""
    other = (
        "My fan hangs on P1.3 of an AT89S52, built with SDCC. Timer 0 starts in `fan_start`. The other function is "
        "`fan_set`: a level of more than 80 counts as 80, and above 40 the fan goes on."
    )
    verdicts = agreed(TextDraft((GOOD, GOOD + " Please.", other)), EN, "instruction")
    assert [verdict.reason for verdict in verdicts] == ["", "copied", ""]


def test_the_experts_own_texts_pass_and_planted_lies_do_not() -> None:
    """Of the seeds' further phrasings at most a fifth is refused, most for values of examples that the program does not
    have; of wrong names all are found, of wrong pins most, of wrong numbers more than half."""
    found = measured(map(load_seed, sorted(SEEDS.iterdir())[::EVERY]), random.Random(1))
    assert found.wrongly < 0.2, found
    assert found.share("name") == 1 and found.share("pin") > 0.75 and found.share("number") > 0.55, found


@pytest.mark.parametrize(
    "target, chip, program, there, absent",
    [
        ("avr", "ATmega328P", "#include <avr/io.h>\nvoid f(void)\n{\n    PORTB |= _BV(PB5);\n}\n", "PB5", "PB4"),
        ("avr", "ATmega328P", "#include <avr/io.h>\nvoid f(void)\n{\n    PORTB |= 0x20;\n}\n", "PB5", "PC5"),
        ("stm8", "STM8S105K4", f"{PB_ODR}\nvoid f(void)\n{{\n    PB_ODR |= 1 << 5;\n}}\n", "PB5", "PD5"),
        ("cortex-m", "STM32F103C8", f"{BSRR}\nvoid f(void)\n{{\n    GPIOC_BSRR = 1UL << 13;\n}}\n", "PC13", "PA13"),
    ],
)  # fmt: skip
def test_pins_of_the_other_chips_are_found_too(target: str, chip: str, program: str, there: str, absent: str) -> None:
    """By avr-libc's name, by a mask, by a shift."""
    grounds = grounds_of(Subject("en", target, chip, "", "", "", program))
    assert grounds.has_pin(there[1], int(there[2:]))
    assert not grounds.has_pin(absent[1], int(absent[2:]))


def test_a_range_of_pins_names_those_between() -> None:
    """In words and in signs; another pin of the port is none of them."""
    grounds = grounds_of(replace(EN, instruction="Keys on P2.0 to P2.3, lamps on `P0.4`～`P0.6`."))
    assert all(grounds.has_pin("2", n) for n in range(4)) and all(grounds.has_pin("0", n) for n in (4, 5, 6))
    assert not grounds.has_pin("2", 4) and not grounds.has_pin("0", 3)


def test_likeness_counts_pieces() -> None:
    """1 for the same words, 0 for others and for less than a piece."""
    assert alike("one two three four", "one two three four", "en") == 1
    assert alike("one two three four", "five six seven eight", "en") == 0
    assert alike("one", "one", "en") == 0
    assert alike("数码管的四个位轮流点亮", "数码管的四个位轮流点亮。", "zh") == 1


@given(st.text(max_size=300), st.sampled_from(sorted(AGREEMENTS)), st.sampled_from((EN, ZH)))
def test_any_text_gets_a_verdict(text: str, strategy: str, subject: Subject) -> None:
    """Nothing that a model can write breaks the gate."""
    (verdict,) = agreed(TextDraft((text + GOOD + text,)), subject, strategy)
    assert verdict.gate == "agreement" and (verdict.passed or verdict.reason)
