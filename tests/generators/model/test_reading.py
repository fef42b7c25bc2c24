"""Reading an answer: decoration is taken off; an answer of another form is told what to mend."""

from __future__ import annotations

import contextlib
import time

import pytest

from corpus.records import Language
from generators.model.drafts import ProgramDraft, Unparsed
from generators.model.reading import ADVICE, task_and_program

CODE = "#include <8052.h>\n\nvoid f(void)\n{\n    P1 = 1;\n}\n"
BLOCK = f"```c\n{CODE}```"
TASK = "Write f() for an AT89S52: it sets pin 0 of P1."
AUFGABE = "为 AT89S52 写一个函数 f，置位 P1 的第 0 脚。"

READ = {
    "as asked": f"INSTRUCTION: {TASK}\n{BLOCK}",
    "prose around": f"Sure! Here is one.\n\nINSTRUCTION: {TASK}\n\nHere is the program:\n\n{BLOCK}\n\nIt sets ``P1``.",
    "bold label": f"**INSTRUCTION:** {TASK}\n\n{BLOCK}",
    "bold all": f"**INSTRUCTION: {TASK}**\n{BLOCK}",
    "heading": f"### Instruction:\n{TASK}\n\n{BLOCK}",
    "capital tag": f"INSTRUCTION: {TASK}\n``` C\n{CODE}```",
    "no tag": f"INSTRUCTION: {TASK}\n```\n{CODE}```",
    "tag and title": f"INSTRUCTION: {TASK}\n```c title=f.c\n{CODE}```",
    "line ends of DOS": f"INSTRUCTION: {TASK}\n{BLOCK}".replace("\n", "\r\n"),
    "other blocks beside": f"INSTRUCTION: {TASK}\n{BLOCK}\nBuild it:\n```sh\nsdcc -mmcs51 f.c\n```",
    "an empty block beside": f"INSTRUCTION: {TASK}\n```c\n```\n{BLOCK}",
    "thinking": f"<think>INSTRUCTION: no\n```c\nno\n```</think>\nINSTRUCTION: {TASK}\n{BLOCK}",
    "thinking without its first mark": f"hm, INSTRUCTION: no\n```c\nint</think>INSTRUCTION: {TASK}\n{BLOCK}",
    "thinking after all": f"INSTRUCTION: {TASK}\n{BLOCK}\n<think>was that right",
    "thoughts between": f"INSTRUCTION: {TASK}\nThinking: set the pin.\n\n{BLOCK}",
    "the question repeated": f"Task: one in the same spirit.\n\nINSTRUCTION: {TASK}\n{BLOCK}",
    "all in a fence": f"```\nINSTRUCTION: {TASK}\n{BLOCK}\n```",
    "all in a fence that is not closed": f"```text\nINSTRUCTION: {TASK}\n{BLOCK}\n",
    "further tasks": f"INSTRUCTION: {TASK}\n{BLOCK}\nAnother:\nINSTRUCTION: {TASK}\n{BLOCK}",
    "a further task cut off": f"INSTRUCTION: {TASK}\n{BLOCK}\n\n**INSTRUCTION:** {TASK}\n```c\nint",
    "task": f"Task: {TASK}\n{BLOCK}",
}


@pytest.mark.parametrize("text", READ.values(), ids=READ.keys())
def test_an_answer_in_the_asked_form_is_read(text: str) -> None:
    """Models decorate; the instruction and the program come out the same."""
    assert task_and_program(text, "en") == ProgramDraft(TASK, CODE)


@pytest.mark.parametrize("label", ["INSTRUCTION: ", "任务：", "**指令**：", "题目:\n"])
def test_a_chinese_answer_is_read(label: str) -> None:
    """With either label."""
    assert task_and_program(f"{label}{AUFGABE}\n思路：置位。\n{BLOCK}", "zh") == ProgramDraft(AUFGABE, CODE)


def test_an_instruction_of_several_lines_stays_as_it_was_written() -> None:
    """It ends at an empty line."""
    text = "Write f() for an AT89S52.\nIt sets pin 0 of P1."
    assert task_and_program(f"INSTRUCTION: {text}\n\n{BLOCK}", "en").instruction == text


def test_three_quotes_inside_the_code_do_not_end_it() -> None:
    """A fence stands alone on its line."""
    code = '/* ```c is a fence */\nconst char s[] = "```";\n'
    assert task_and_program(f"INSTRUCTION: {TASK}\n```c\n{code}```", "en").source == code


REFUSED: dict[str, tuple[str, Language, str]] = {
    "empty": ("", "en", "no-code"),
    "talk": ("I cannot help with that.", "en", "no-code"),
    "code without fence": (f"INSTRUCTION: {TASK}\n{CODE}", "en", "no-code"),
    "another language": (f"INSTRUCTION: {TASK}\n```python\nprint(1)\n```", "en", "no-code"),
    "empty block": (f"INSTRUCTION: {TASK}\n```c\n\n```", "en", "no-code"),
    "thinking only": (f"<think>INSTRUCTION: {TASK}\n{BLOCK}", "en", "no-code"),
    "cut off": (f"INSTRUCTION: {TASK}\n```c\n{CODE[:30]}", "en", "cut-off"),
    "cut off at once": (f"INSTRUCTION: {TASK}\n```c\n", "en", "cut-off"),
    "the second cut off": (f"INSTRUCTION: {TASK}\n{BLOCK}\n```c\nint", "en", "cut-off"),
    "several": (f"INSTRUCTION: {TASK}\n{BLOCK}\nOr:\n{BLOCK}", "en", "several-blocks"),
    "a header apart": (f"INSTRUCTION: {TASK}\n```h\nvoid f(void);\n```\n{BLOCK}", "en", "several-blocks"),
    "code only": (BLOCK, "en", "no-instruction"),
    "label after the code": (f"{BLOCK}\nINSTRUCTION: {TASK}", "en", "no-instruction"),
    "nothing after the label": (f"INSTRUCTION:\n{BLOCK}", "en", "short-instruction"),
    "too short": (f"INSTRUCTION: Write f.\n{BLOCK}", "en", "short-instruction"),
    "a list follows": (f"INSTRUCTION: Write these functions:\n\n- f\n\n{BLOCK}", "en", "short-instruction"),
    "too short in Chinese": (f"INSTRUCTION: 写一个程序。\n{BLOCK}", "zh", "short-instruction"),
    "English for Chinese": (f"INSTRUCTION: {TASK}\n{BLOCK}", "zh", "wrong-language"),
    "Chinese for English": (f"INSTRUCTION: {AUFGABE}\n{BLOCK}", "en", "wrong-language"),
}


@pytest.mark.parametrize("text, language, reason", REFUSED.values(), ids=REFUSED.keys())
def test_an_answer_of_another_form_is_told_what_to_mend(text: str, language: Language, reason: str) -> None:
    """The reason is a word, the advice in the language asked for."""
    with pytest.raises(Unparsed) as caught:
        task_and_program(text, language)
    assert caught.value.reason == reason
    assert str(caught.value) == ADVICE[reason][language]
    assert caught.value.answer == text


def test_every_advice_is_given_once() -> None:
    """No reason is without a test."""
    assert {reason for _, _, reason in REFUSED.values()} == set(ADVICE)


@pytest.mark.parametrize("filler", ["\n", " ", "*", "#", "`", "```\n", "INSTRUCTION:", "<think>", "\n\n```c"])
def test_rubbish_of_any_length_is_read_in_no_time(filler: str) -> None:
    """No pattern of ours costs the square of the length."""
    rubbish = filler * (200_000 // len(filler))
    began = time.process_time()
    for text in (rubbish, f"{rubbish}\n{BLOCK}", f"INSTRUCTION: {TASK}{rubbish}\n{BLOCK}"):
        with contextlib.suppress(Unparsed):
            task_and_program(text, "en")
    assert time.process_time() - began < 2
