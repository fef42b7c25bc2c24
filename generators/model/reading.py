"""Reading an answer: what a model decorates is taken off, what is missing is told it."""

from __future__ import annotations

import re

from corpus.records import Language
from generators.model.drafts import ProgramDraft, Unparsed

# A block from its fence to the closing one, or to the end of the text; other languages' blocks are no programs.
_BLOCK = re.compile(r"^[ \t]*```[ \t]*([\w+#-]*)[^\n]*\n(.*?)(^[ \t]*```[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_C_TAGS = frozenset({"", "c", "cpp", "c++", "h"})
# No line break in the marks before a word: a text of empty lines would cost the square of its length.
_LABEL = re.compile(r"^[#* \t]*(?:INSTRUCTION|TASK|任务|指令|题目)[* \t]*[:：][*\s]*", re.IGNORECASE | re.MULTILINE)
_FENCE_BEFORE_LABEL = re.compile(rf"\A\s*```\w*[ \t]*\n(?={_LABEL.pattern[1:]})", re.IGNORECASE)
# The paragraph ends at an empty line, at a fence, or where the next label begins.
_AFTER = re.compile(
    r"\n[ \t]*(?:\n|```)|\n[#* \t]*(?:TITLE|THINKING|PROGRAM|CODE|ANSWER|标题|思路|程序|代码|答案)[* \t]*[:：]",
    re.IGNORECASE,
)
_UNCLOSED_THINKING = re.compile(r"<think>.*", re.DOTALL)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Characters; shorter than this no instruction names a function and what it must do.
SHORTEST_INSTRUCTION: dict[Language, int] = {"en": 20, "zh": 10}

ADVICE: dict[str, dict[Language, str]] = {
    "cut-off": {
        "en": "the code block is not closed with ```; write a shorter program.",
        "zh": "代码块没有用 ``` 结束，请把程序写短一些。",
    },
    "no-code": {
        "en": "put the whole program in one block that begins with ```c and ends with ```.",
        "zh": "请把完整程序放进一个以 ```c 开头、以 ``` 结束的代码块。",
    },
    "several-blocks": {
        "en": "put the whole program in one ```c block, and no other code beside it.",
        "zh": "请把完整程序放进一个 ```c 代码块，不要再有别的代码块。",
    },
    "no-instruction": {
        "en": "begin with a line `INSTRUCTION: ...` that states the task, then the code.",
        "zh": "请以一行 `INSTRUCTION: ...` 开头写出题目，然后是代码。",
    },
    "short-instruction": {
        "en": "say after `INSTRUCTION:` in one paragraph, without a list, all that the program must do.",
        "zh": "请在 `INSTRUCTION:` 后用一段话写清程序要做的全部事情，不要用列表。",
    },
    "wrong-language": {"en": "write the instruction in English.", "zh": "请用中文写题目。"},
}
"""What is wrong with an answer's form, by reason, as the model is told."""


def task_and_program(text: str, language: Language) -> ProgramDraft:
    """An answer's task and program: an `INSTRUCTION:` paragraph and one fenced C block; prose around them is ignored.

    Raises:
        Unparsed: with one of the reasons in `ADVICE`.
    """
    # Some servers leave out the opening mark of the thinking, some models never close it.
    said = _UNCLOSED_THINKING.sub("", text.replace("\r\n", "\n").rpartition("</think>")[2])
    # Some put a fence around the whole answer.
    if wrapped := _FENCE_BEFORE_LABEL.match(said):
        said = said[wrapped.end() :].rstrip()
        said = said[: -len("\n```")] if said.endswith("\n```\n```") else said
    blocks = [block for block in _BLOCK.finditer(said) if block[1].lower() in _C_TAGS]
    # Some models go on with further tasks: the first one is what was asked for.
    further = _LABEL.search(said, blocks[0].end()) if blocks else None
    if further:
        blocks = [block for block in blocks if block.start() < further.start()]

    def unparsed(reason: str) -> Unparsed:
        return Unparsed(reason, ADVICE[reason][language], text)

    if any(not block[3] for block in blocks):
        raise unparsed("cut-off")
    blocks = [block for block in blocks if block[2].strip()]
    if not blocks:
        raise unparsed("no-code")
    if len(blocks) > 1:
        raise unparsed("several-blocks")
    block = blocks[0]
    # The last one: some models repeat the question first.
    labels = list(_LABEL.finditer(said, 0, block.start()))
    if not labels:
        raise unparsed("no-instruction")
    paragraph = said[labels[-1].end() : block.start()].strip()
    instruction = _AFTER.split(paragraph, maxsplit=1)[0].strip().removesuffix("**").strip()
    if len(instruction) < SHORTEST_INSTRUCTION[language] or instruction.endswith((":", "：")):
        raise unparsed("short-instruction")
    if (language == "zh") != bool(_CHINESE.search(instruction)):
        raise unparsed("wrong-language")
    return ProgramDraft(instruction, block[2].strip() + "\n")
