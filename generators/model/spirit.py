"""Strategy: a new instruction and a program that answers it, in a seed's spirit.

The seed is shown whole (instruction, idea, code); the model writes another task of the same family and solves it.
What it writes is believed only as far as the gates can see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from corpus.records import Language

NAME = "spirit"

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


class Unparsed(ValueError):
    """An answer that does not have the asked form: `reason` is a word, the text tells the model what to mend."""

    def __init__(self, reason: str, advice: str, answer: str) -> None:
        super().__init__(advice)
        self.reason, self.answer = reason, answer


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answer holds: the instruction, and the C unit."""

    instruction: str
    source: str


def prompt(
    language: Language,
    title: str,
    instruction: str,
    idea: str,
    program: str,
    chip: str,
    variation: int,
    target: str = "mcs51",
) -> tuple[tuple[str, str], ...]:
    """The messages that ask for a new task in the spirit of a seed; `variation` picks what must differ from it."""
    template = _templates().get_template(f"{NAME}.{language}.j2")
    text = template.render(
        title=title,
        instruction=instruction,
        idea=idea,
        program=program,
        chip=chip,
        variation=variation,
        target=target,
    )
    return (("user", text.strip()),)


def again(messages: tuple[tuple[str, str], ...], trouble: Unparsed, language: Language) -> tuple[tuple[str, str], ...]:
    """The same conversation with the failed answer and what was wrong with it."""
    ask = f"你的回答格式不对：{trouble}" if language == "zh" else f"Your answer does not have the asked form: {trouble}"
    return (*messages, ("assistant", trouble.answer), ("user", ask))


def parse(text: str, language: Language) -> Draft:
    """The draft in an answer: an `INSTRUCTION:` paragraph and one fenced C block; prose around them is ignored.

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
    return Draft(instruction, block[2].strip() + "\n")


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "prompts"
    return Environment(loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False, trim_blocks=True)
