"""Examples to judge: one good row for each task, and ways to spoil it."""

from __future__ import annotations

from dataclasses import replace

from corpus.records import Example, Labels, Language, Message, Task

CODE = """#include <8052.h>

/* Toggles the LED on P1.0. */
void led_toggle(void)
{
    P1 ^= 0x01;
}
"""
ASK = {
    "en": "Write led_toggle() for an AT89S52: it inverts the LED on P1.0.",
    "zh": "写一个函数 led_toggle(),把 P1.0 上的 LED 翻转。",
}
TELL = {"en": "One exclusive or inverts the pin:", "zh": "用异或翻转引脚:"}


def example(
    task: Task = "write", language: Language = "en", ask: str | None = None, answer: str | None = None, middle: str = ""
) -> Example:
    """A good row, or one with the given texts."""
    if answer is None:
        answer = f"{TELL[language]}\n\n```c\n{CODE}```"
    messages = (Message("user", ASK[language] if ask is None else ask), Message("assistant", answer))
    labels = Labels("mcs51", "sdcc", "gpio", 1)
    row = Example("row", task, language, messages, labels, "s", ("p",), "rewrite", "simulated", "w1")
    return replace(row, prefix="a", middle=middle, suffix="b") if task == "complete" else row


def with_code(code: str) -> Example:
    """A good row whose answer is this code."""
    return example(answer=f"{TELL['en']}\n\n```c\n{code}\n```")


def with_prose(prose: str, language: Language = "en") -> Example:
    """An explanation in these words."""
    return example("explain", language, answer=prose)
