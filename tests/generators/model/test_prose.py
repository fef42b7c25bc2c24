"""Reading answers that are prose: models decorate, stop early, repeat the form, or answer in JSON."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Language
from generators.model.drafts import TextDraft, Unparsed
from generators.model.prose import ADVICE, one_text, several_texts

TASK = "Write f() for an AT89S52: it sets pin 0 of P1."
AUFGABE = "为 AT89S52 写一个函数 f，置位 P1 的第 0 脚。"

READ = {
    "as asked": f"INSTRUCTION: {TASK}",
    "prose before": f"Sure, here it is.\n\nINSTRUCTION: {TASK}",
    "bold label": f"**INSTRUCTION:** {TASK}",
    "bold all": f"**INSTRUCTION: {TASK}**",
    "heading": f"### Instruction\n\n{TASK}",
    "heading with a colon": f"## Task:\n{TASK}\n",
    "no label": TASK,
    "in a fence": f"```\nINSTRUCTION: {TASK}\n```",
    "in a fence that is not closed": f"```text\nINSTRUCTION: {TASK}\n",
    "line ends of DOS": f"INSTRUCTION: {TASK}\r\n",
    "thinking": f"<think>INSTRUCTION: no.</think>\nINSTRUCTION: {TASK}",
    "thinking without its first mark": f"hm. INSTRUCTION: no.</think>INSTRUCTION: {TASK}",
    "thinking after all": f"INSTRUCTION: {TASK}\n<think>was that right",
    "the form repeated": f"INSTRUCTION: <the task>\n\nINSTRUCTION: {TASK}",
    "an object": json.dumps({"instruction": TASK}),
    "an object in a fence": f"```json\n{json.dumps({'Task': TASK, 'note': 'x.'})}\n```",
    "in quotation marks": f'INSTRUCTION: "{TASK}"',
}  # fmt: skip

BAD: dict[str, tuple[str, Language, str]] = {
    "nothing": ("", "en", "no-text"),
    "a label alone": ("INSTRUCTION:", "en", "no-text"),
    "only thinking": ("<think>INSTRUCTION: it", "en", "no-text"),
    "the form": ("INSTRUCTION: <the task, one paragraph in English>", "en", "echoed-form"),
    "Chinese": (f"INSTRUCTION: {AUFGABE}", "en", "wrong-language"),
    "English": (f"INSTRUCTION: {TASK}", "zh", "wrong-language"),
    "cut off": (f"INSTRUCTION: {TASK} Then it also", "en", "cut-off"),
    "hidden signs": (f"INSTRUCTION: {TASK[:-1]}\u202e.", "en", "odd-characters"),
    "half a character": ('{"instruction": "Write f\\ud800 for me."}', "en", "odd-characters"),
}


@pytest.mark.parametrize("text", READ.values(), ids=READ.keys())
def test_one_text_is_read(text: str) -> None:
    """The same comes out of each."""
    assert one_text(text, "en", "instruction") == TextDraft((TASK,))


@pytest.mark.parametrize("text, language, reason", BAD.values(), ids=BAD.keys())
def test_an_answer_without_a_text_is_told_what_to_mend(text: str, language: Language, reason: str) -> None:
    """A reason word, advice in the language, the answer kept."""
    with pytest.raises(Unparsed) as raised:
        one_text(text, language, "instruction")
    assert (raised.value.reason, raised.value.answer) == (reason, text)
    assert str(raised.value) == ADVICE[reason][language]


def test_a_long_text_keeps_its_paragraphs_and_its_code() -> None:
    """An explanation may quote code and has lists; a line that begins with a word like the label stays a line of it."""
    text = "First it waits.\n\n```c\nwhile (!TI)\n    ;\n```\n\n1. Then `TI` is cleared.\n2. Review `SBUF` later."
    assert one_text(f"EXPLANATION: {text}", "en", "explanation").texts == (text,)


def test_chinese_labels_are_read() -> None:
    """A model that answers in Chinese translates the label, too."""
    assert one_text(f"题目：{AUFGABE}", "zh", "instruction").texts == (AUFGABE,)
    assert one_text(f"**审查意见**：\n{AUFGABE}", "zh", "review").texts == (AUFGABE,)
    assert several_texts(f"说法 1：{AUFGABE}\n说法2: 再{AUFGABE}", "zh", "phrasing", 1).texts == (
        AUFGABE,
        f"再{AUFGABE}",
    )


SEVERAL = ("Write f() please.", "Could you write f() for me?", "f() is wanted.")


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"PHRASING {n}: {one}" for n, one in enumerate(SEVERAL, 1)),
        "\n\n".join(f"**Phrasing {n}:** {one}" for n, one in enumerate(SEVERAL, 1)),
        "\n\n".join(f"### PHRASING {n}\n{one}" for n, one in enumerate(SEVERAL, 1)),
        json.dumps(SEVERAL),
        json.dumps({"phrasings": SEVERAL}),
        json.dumps({f"PHRASING {n}": one for n, one in enumerate(SEVERAL, 1)}),
    ],
)
def test_several_texts_are_read_in_their_order(text: str) -> None:
    """Under labels, or in JSON."""
    assert several_texts(text, "en", "phrasing", 3) == TextDraft(SEVERAL)


def test_what_is_no_text_is_left_out_while_enough_are_left() -> None:
    """The third is cut off, the second is the first again: one is left, and two were too many to ask for."""
    text = f"PHRASING 1: {TASK}\nPHRASING 2: {TASK}\nPHRASING 3: Write"
    assert several_texts(text, "en", "phrasing", 1).texts == (TASK,)
    with pytest.raises(Unparsed) as raised:
        several_texts(text, "en", "phrasing", 2)
    assert raised.value.reason == "cut-off"
    with pytest.raises(Unparsed) as raised:
        several_texts(f"PHRASING 1: {TASK}", "en", "phrasing", 2)
    assert raised.value.reason == "too-few"


PIECES = st.sampled_from(
    ("PHRASING 1:", "INSTRUCTION:", "```", "\n", "<think>", "</think>", "{", '"instruction":', "[", "说法", TASK, "**")
)


@given(st.lists(PIECES | st.text(max_size=20), max_size=12).map("".join), st.sampled_from(("en", "zh")))
def test_any_answer_is_a_draft_or_unparsed(text: str, language: Language) -> None:
    """Nothing else comes out, and no text is empty."""
    for kind in ("instruction", "explanation", "review"):
        try:
            assert all(one_text(text, language, kind).texts)
        except Unparsed as trouble:
            assert trouble.reason in ADVICE
    try:
        assert all(several_texts(text, language, "phrasing", 1).texts)
    except Unparsed as trouble:
        assert trouble.reason in ADVICE


@pytest.mark.parametrize("text", ["\n" * 100_000, "# " * 50_000, "[" * 100_000, "`" * 100_000, "PHRASING 1:" * 10_000])
def test_a_hostile_answer_takes_no_time(text: str) -> None:
    """Linear, and bounded by what is looked at."""
    began = time.process_time()
    with contextlib.suppress(Unparsed):
        one_text(text, "en", "review")
    with contextlib.suppress(Unparsed):
        several_texts(text, "en", "phrasing", 1)
    assert time.process_time() - began < 2
