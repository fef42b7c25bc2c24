"""The beginning of a seed: files whose format is right, a program that switches one pin, and TODO for the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from corpus.chips import Family
from corpus.seeds import LANGUAGES, MANNERS, Manner

_LICENCE = "# SPDX-License-Identifier: Apache-2.0\n"

_SHEET = """\
id: {id}
title:
  en: {title}
  zh: TODO
author: {author}
license: Apache-2.0
target: {target}
dialect: {dialect}
chip: {chip}
clock_hz: {clock_hz}
{model}kind: module
peripherals: [{peripheral}]
difficulty: {difficulty}
tags: []
instruction:
{instruction}
idea:
  en: "TODO: why this way, why these register values, what goes wrong otherwise"
  zh: TODO
# Each comment of program.c and its Chinese:
#   "drives the buzzer, high = on": 驱动蜂鸣器，高电平响
comments: {{}}
# What an expert minds unasked:
#   - kind: neighbour-bits
#     names: [{name}_set]
#     en: Leave the other pins of the port as they are.
#     zh: 不要改动同一端口的其他引脚。
needs: []
# Values that may be others; each is a macro of program.c with its default:
#   LEVEL: {{default: 20, range: [5, 100, 5]}}
holes: {{}}
"""

_ASKED: Mapping[Manner, str] = {
    "specification": "functions with their signatures, pins, clock, limits, what happens at them",
    "ticket": "the same in telegram style, signatures included",
    "question": "a colleague asks in the first person, and names the functions",
    "review": "stands before the finished program: what it must do, and what worries the asker",
    "continuation": "stands before the beginning of the program: what the whole must offer",
    "port": "the asker had it with another compiler or on another chip",
}

_PROGRAM = """\
/* TODO: what this module is, in one line. */
{head}
/* TODO: what it does; units, limits. */
void {name}_set(uint8_t on)
{{
{body}}}
"""

_HARNESS = """\
/* TODO: each sentence of the instruction, in other code than the program's: docs/seeds.md, "A strong harness". */
void main(void)
{{
{body}    SIM_EXPECT_NO_WRITE({register});
}}
"""


@dataclass(frozen=True, slots=True)
class _Chip:
    """What a first program needs: the compiler's dialect, a usual clock in Hz, the lines before and in the function,
    the register that it writes, and what is written for off and on."""

    dialect: str
    clock_hz: int
    head: str
    body: str
    register: str
    off: str
    on: str


_SWITCH = "    if (on)\n        {0} |= {1};\n    else\n        {0} &= (uint8_t)~{1};\n"

_CHIPS: Mapping[Family, _Chip] = {
    "mcs51": _Chip(
        "sdcc", 11059200,
        "#include <8052.h>\n#include <stdint.h>\n\n#define PIN P1_0\n", "    PIN = on != 0;\n",
        "SIM_P1", "0xFE", "0xFF",
    ),
    "stm8": _Chip(
        "sdcc", 16000000,
        "#include <stdint.h>\n\n#define PB_ODR (*(volatile uint8_t *)0x5005)\n#define PIN 0x01\n",
        _SWITCH.format("PB_ODR", "PIN"), "SIM_ODR('B')", "0x00", "0x01",
    ),
    "avr": _Chip(
        "gcc", 16000000,
        "#include <avr/io.h>\n#include <stdint.h>\n\n#define PIN (1 << PB0)\n",
        _SWITCH.format("PORTB", "PIN"), "SIM_PORTB", "0x00", "0x01",
    ),
    "cortex-m": _Chip(
        "gcc", 8000000,
        "#include <stdint.h>\n\n#define GPIOC_BSRR (*(volatile uint32_t *)0x40011010)\n#define PIN 0x2000u\n",
        "    GPIOC_BSRR = on ? PIN : PIN << 16;\n", "SIM_BSRR('C')", "0x20000000", "0x2000",
    ),
}  # fmt: skip


def scaffold(
    name: str, target: Family, chip: str, title: str, author: str, peripheral: str, difficulty: int
) -> dict[str, str]:
    """The files of a new seed by name: what must be written yet begins with TODO.

    `chip` is a part of the target, `title` English, `author` may be empty.
    """
    made = _CHIPS[target]
    word = name.replace("-", "_")
    word = word if word[0].isalpha() else f"s_{word}"
    asked = "\n".join(
        f"  {language}:\n" + "\n".join(f'    {manner}: "TODO: {_ASKED[manner]}"' for manner in MANNERS)
        for language in LANGUAGES
    )
    sheet = _SHEET.format(
        id=name,
        title=json.dumps(title, ensure_ascii=False),
        author=json.dumps(author or "TODO", ensure_ascii=False),
        target=target,
        dialect=made.dialect,
        chip=chip,
        clock_hz=made.clock_hz,
        model="model: small\n" if target == "mcs51" else "",
        peripheral=peripheral,
        difficulty=difficulty,
        instruction=asked,
        name=word,
    )
    calls = "".join(
        f"    {word}_set({on});\n    SIM_EXPECT_WRITE({made.register}, {value});\n"
        for on, value in ((1, made.on), (0, made.off))
    )
    return {
        "seed.yaml": _LICENCE + sheet,
        "program.c": _PROGRAM.format(head=made.head, name=word, body=made.body),
        "harness.c": _HARNESS.format(body=calls, register=made.register),
    }
