"""Reading an answer: decoration is taken off; an answer of another form is told what to mend."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Language
from generators.model.drafts import ProgramDraft, Unparsed
from generators.model.reading import ADVICE, program_alone, reasoned_program, task_and_program

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
    "marked as a place in a form": f"INSTRUCTION: <{TASK}>\n{BLOCK}",
    "the form's own program before": f"INSTRUCTION: {TASK}\n```c\n/* the whole program */\n```\n{BLOCK}",
    "JSON": json.dumps({"instruction": TASK, "program": CODE}),
    "JSON in a fence, the program in one as well": f"```json\n{json.dumps({'Task': TASK, 'code': BLOCK})}\n```",
    "JSON with line breaks in its texts": f'{{"instruction": "{TASK}", "code": "{CODE}", "notes": [1, {{"a": null}}]}}',
    "JSON with the program by lines": json.dumps({"instruction": TASK, "source": CODE.splitlines()}),
    "tags": f"Here you are.\n<instruction>\n{TASK}\n</instruction>\n<program>\n{CODE}</program>",
    "tags in capitals around a fence": f"<TASK>{TASK}</TASK>\n\n<CODE>\n{BLOCK}\n</CODE>\n<task>More</task>",
    "steps between": f"INSTRUCTION: {TASK}\nSteps: set the pin.\n{BLOCK}",
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
    "the form as it was shown": (f"INSTRUCTION: {TASK}\n```c\n/* the whole program */\n```", "en", "no-code"),
    "JSON with a remark for a program": (json.dumps({"instruction": TASK, "code": "// later"}), "en", "no-code"),
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
    "turned text": (f"INSTRUCTION: {TASK}\u202e \n{BLOCK}", "en", "odd-characters"),
    "a bell": (f"INSTRUCTION: {TASK}\x07 Ring.\n{BLOCK}", "en", "odd-characters"),
    "JSON without a task": (json.dumps({"program": CODE}), "en", "no-instruction"),
    "JSON with an empty program": (json.dumps({"instruction": TASK, "program": " "}), "en", "no-code"),
    "JSON with half a character": ('{"instruction": "Write it to the end.", "code": "\\ud800"}', "en", "no-code"),
    "JSON without end": (f'{{"instruction": "{TASK}", "code": "int', "en", "no-code"),
    "JSON without measure": ("[" * 100_000, "en", "no-code"),
    "an object without measure": ('{"a":' * 100_000, "en", "no-code"),
    "a long number": ('{"a": ' + "9" * 10_000 + "}", "en", "no-code"),
    "a tag without end": (f"<instruction>{TASK}</instruction><program>{CODE}", "en", "no-code"),
    "a fence without end between tags": (f"<instruction>{TASK}</instruction><code>\n```c\nint</code>", "en", "cut-off"),
}


@pytest.mark.parametrize("text, language, reason", REFUSED.values(), ids=REFUSED.keys())
def test_an_answer_of_another_form_is_told_what_to_mend(text: str, language: Language, reason: str) -> None:
    """The reason is a word, the advice in the language asked for."""
    with pytest.raises(Unparsed) as caught:
        task_and_program(text, language)
    assert caught.value.reason == reason
    assert str(caught.value) == ADVICE[reason][language]
    assert caught.value.answer == text


FIXED = {
    "a block": BLOCK,
    "prose around": f"The pin was wrong.\n\n{BLOCK}\nNow it compiles.",
    "a build line beside": f"{BLOCK}\n```sh\nsdcc f.c\n```",
    "thoughts before": f"<think>```c\nno\n```</think>{BLOCK}",
    "JSON": json.dumps({"program": CODE}),
    "tags": f"<program>{CODE}</program>",
    "a task as well": f"INSTRUCTION: Another.\n{BLOCK}",
}


@pytest.mark.parametrize("text", FIXED.values(), ids=FIXED.keys())
def test_a_program_alone_keeps_its_task(text: str) -> None:
    """Whatever the answer says of it."""
    assert program_alone(text, "en", TASK) == ProgramDraft(TASK, CODE)


def test_a_program_alone_is_one_block() -> None:
    """The old program beside the new one leaves open which is meant."""
    with pytest.raises(Unparsed) as caught:
        program_alone(f"Before:\n{BLOCK}\nAfter:\n{BLOCK}", "zh", AUFGABE)
    assert caught.value.reason == "several-blocks" and str(caught.value) == ADVICE["several-blocks"]["zh"]


def test_a_program_that_was_to_be_mended_has_changed() -> None:
    """In more than its layout."""
    assert program_alone(BLOCK, "en", TASK, CODE.replace("1", "2")).source == CODE
    for old in (CODE, f"\n{CODE.replace('    ', '  ')}\n"):
        with pytest.raises(Unparsed) as caught:
            program_alone(BLOCK, "en", TASK, old)
        assert (caught.value.reason, str(caught.value)) == ("unchanged", ADVICE["unchanged"]["en"])


THOUGHT = (
    "P1 is a quasi-bidirectional port, so that a pin is an output as soon as 0 is written.\n\n"
    "A write of 1 to the whole port would clear the other seven pins: 0x01 is right only because the task owns P1. " * 2
).strip()
STEPS = "1. Write the port.\n2. Return."
REASONED = ProgramDraft(TASK, CODE, f"{THOUGHT}\n\nSteps:\n{STEPS}")
THINKS = {
    "as asked": f"THINKING: {THOUGHT}\n\nSTEPS:\n{STEPS}\n\n{BLOCK}",
    "headings": f"## Thinking\n\n{THOUGHT}\n\n## Steps\n{STEPS}\n\n## Program\n{BLOCK}",
    "bold": f"**Thinking:**\n{THOUGHT}\n**Steps:**\n{STEPS}\n**Code:**\n{BLOCK}\nDone.",
    "Chinese labels": f"思路：{THOUGHT}\n步骤：\n{STEPS}\n程序：\n{BLOCK}",
    "thoughts of the model's own": f"<think>THINKING: x\n```c\n</think>\nTHINKING: {THOUGHT}\nSTEPS: {STEPS}\n{BLOCK}",
    "tags": f"<thinking>{THOUGHT}</thinking><steps>{STEPS}</steps><program>{CODE}</program>",
    "JSON": json.dumps({"reasoning": THOUGHT, "steps": STEPS.splitlines(), "code": CODE}),
}


@pytest.mark.parametrize("text", THINKS.values(), ids=THINKS.keys())
def test_reasoning_is_read_with_its_steps(text: str) -> None:
    """The steps come below a heading of their own."""
    assert reasoned_program(text, "en", TASK) == REASONED


@pytest.mark.parametrize(
    "steps",
    [
        "1) a\n2) b",
        "1、甲\n2、乙",
        "**Step 1:** a\n**Step 2:** b",
        "### 步骤1：甲\n### 步骤2：乙",
        "第一步 甲\n第十二步 乙",
    ],
)
def test_steps_are_numbered_in_many_ways(steps: str) -> None:
    """And stay as they were written."""
    thought = "P1 是准双向口，写 0 即为输出；整口写 1 会动到其余七位。" * 4
    draft = reasoned_program(f"思路：{thought}\n\n步骤：\n{steps}\n\n{BLOCK}", "zh", AUFGABE)
    assert draft.thinking == f"{thought}\n\n步骤：\n{steps.strip()}"


HTML = "Write <code>f()</code> for an AT89S52.\n<code>f</code> sets pin 0 of P1."


def test_tags_within_prose_are_html() -> None:
    """Some models set names so; the program is the fenced one all the same."""
    assert task_and_program(f"INSTRUCTION: {HTML}\n\n{BLOCK}", "en") == ProgramDraft(HTML, CODE)


UNREASONED = {
    "the program only": (BLOCK, "no-thinking"),
    "no label": (f"{THOUGHT}\nSTEPS: {STEPS}\n{BLOCK}", "no-thinking"),
    "no thought": (f"THINKING:\n\nSTEPS: {STEPS}\n{BLOCK}", "no-thinking"),
    "a sentence": (f"THINKING: Set the pin.\nSTEPS: {STEPS}\n{BLOCK}", "short-thinking"),
    "no steps": (f"THINKING: {THOUGHT}\n{BLOCK}", "no-steps"),
    "one step": (f"THINKING: {THOUGHT}\nSTEPS:\n1. Set the pin.\n{BLOCK}", "no-steps"),
    "steps before the thinking": (f"STEPS: {STEPS}\nTHINKING: {THOUGHT}\n{BLOCK}", "no-steps"),
    "bullets": (f"THINKING: {THOUGHT}\nSTEPS:\n- Set the pin.\n- Return.\n{BLOCK}", "no-steps"),
    "Chinese": (f"THINKING: {THOUGHT} 好\nSTEPS: {STEPS}\n{BLOCK}", "wrong-language"),
    "code between": (f"THINKING: {THOUGHT}\n```c\nP1 = 1;\n```\nSTEPS: {STEPS}\n{BLOCK}", "several-blocks"),
    "JSON without steps": (json.dumps({"thinking": THOUGHT, "code": CODE}), "no-steps"),
}


@pytest.mark.parametrize("text, reason", UNREASONED.values(), ids=UNREASONED.keys())
def test_reasoning_of_another_form_is_told_what_to_mend(text: str, reason: str) -> None:
    """By a reason word."""
    with pytest.raises(Unparsed) as caught:
        reasoned_program(text, "en", TASK)
    assert (caught.value.reason, str(caught.value)) == (reason, ADVICE[reason]["en"])


def test_every_advice_is_given_once() -> None:
    """No reason is without a test."""
    given = {reason for _, _, reason in REFUSED.values()} | {reason for _, reason in UNREASONED.values()}
    assert given == set(ADVICE) - {"unchanged"}


Reader = Callable[[str], ProgramDraft]


def readers(language: Language) -> tuple[Reader, ...]:
    """Every way in which an answer is read."""
    return (
        lambda text: task_and_program(text, language),
        lambda text: program_alone(text, language, TASK),
        lambda text: reasoned_program(text, language, TASK),
    )


PIECES = (
    *(
        "INSTRUCTION:",
        "THINKING:",
        "思路：",
        "STEPS:",
        "步骤：",
        "## Steps",
        "1. a\n2. b",
        "```c",
        "```",
        "```json",
        "~~~",
    ),
    *(
        "<think>",
        "</think>",
        "<program>",
        "</program>",
        "<instruction>",
        "</instruction>",
        '{"code": "',
        '"}',
        "{",
        "[[",
    ),
    *(
        TASK,
        AUFGABE,
        CODE,
        BLOCK,
        THOUGHT,
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "**",
        "#",
        " ",
        "\x00",
        "\u202e",
        "\ufeff",
        "\u2028",
    ),
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=20)).map("".join) | st.text()


@given(text=TEXTS, language=st.sampled_from(("en", "zh")))
@settings(max_examples=300, deadline=None)
def test_whatever_is_answered_a_draft_or_its_reason_comes_out(text: str, language: Language) -> None:
    """Nothing else is raised; a draft's texts are plain, of some length, and can be written down."""
    for read in readers(language):
        try:
            draft = read(text)
        except Unparsed as trouble:
            assert trouble.answer == text and str(trouble) == ADVICE[trouble.reason][language]
            continue
        assert draft.source.strip() and draft.source.endswith("\n") and draft.source.encode()
        assert len(draft.instruction) >= 10 and "\x00" not in draft.instruction + draft.thinking


@pytest.mark.parametrize(
    "filler",
    [
        "\n",
        " ",
        "*",
        "#",
        "`",
        "```\n",
        "INSTRUCTION:",
        "<think>",
        "\n\n```c",
        "<code>",
        "</code>",
        "[",
        '{"a":',
        "# STEPS\n",
        "THINKING:\n",
    ],
)
def test_rubbish_of_any_length_is_read_in_no_time(filler: str) -> None:
    """No pattern of ours costs the square of the length."""
    rubbish = filler * (200_000 // len(filler))
    began = time.process_time()
    for text in (rubbish, f"{rubbish}\n{BLOCK}", f"INSTRUCTION: {TASK}{rubbish}\n{BLOCK}"):
        for read in readers("en"):
            with contextlib.suppress(Unparsed):
                read(text)
    assert time.process_time() - began < 2
