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

_FENCE = re.compile(r"```[ \t]*([A-Za-z0-9+]*)[ \t]*\n(.*?)(?:\n```|\Z)", re.DOTALL)
_LABEL = re.compile(r"^[#*\s]*(?:INSTRUCTION|TASK|任务|指令)[*\s]*[:：]\s*", re.IGNORECASE | re.MULTILINE)
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


class Unparsed(ValueError):
    """An answer that does not have the asked form: `reason` is a word, the text tells the model what to mend."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(advice)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answer holds: the instruction, and the C unit."""

    instruction: str
    source: str


def prompt(
    language: Language, title: str, instruction: str, idea: str, program: str, chip: str, variation: int
) -> tuple[tuple[str, str], ...]:
    """The messages that ask for a new task in the spirit of a seed; `variation` picks what must differ from it."""
    template = _templates().get_template(f"{NAME}.{language}.j2")
    text = template.render(
        title=title, instruction=instruction, idea=idea, program=program, chip=chip, variation=variation
    )
    return (("user", text.strip()),)


def again(
    messages: tuple[tuple[str, str], ...], answer: str, trouble: Unparsed, language: Language
) -> tuple[tuple[str, str], ...]:
    """The same conversation with the failed answer and what was wrong with it."""
    ask = f"你的回答格式不对：{trouble}" if language == "zh" else f"Your answer does not have the asked form: {trouble}"
    return (*messages, ("assistant", answer), ("user", ask))


def parse(text: str, language: Language) -> Draft:
    """The draft in an answer: an `INSTRUCTION:` paragraph and one fenced C block; prose around them is ignored.

    Raises:
        Unparsed: `no-code`, `no-instruction`, `cut-off` or `wrong-language`.
    """
    text = _THINKING.sub("", text)
    blocks = [match for match in _FENCE.finditer(text) if match[1].lower() in ("", "c", "h", "cpp")]
    if not blocks:
        raise Unparsed("no-code", "put the whole program in one block that begins with ```c and ends with ```")
    block = max(blocks, key=lambda match: len(match[2]))
    if not text[block.start() :].rstrip().endswith("```") and "\n```" not in text[block.start(2) :]:
        raise Unparsed("cut-off", "the code block is not closed with ```; write a shorter program")
    label = _LABEL.search(text, 0, block.start())
    if label is None:
        raise Unparsed(
            "no-instruction", "begin with a line `INSTRUCTION: ...` that states the task, then the code block"
        )
    instruction = text[label.end() : block.start()].strip().strip("*").strip()
    instruction = re.split(r"\n\s*\n", instruction)[0].strip()
    if len(instruction) < 20:
        raise Unparsed("no-instruction", "the instruction is too short to say what the program must do")
    if (language == "zh") != bool(re.search(r"[\u4e00-\u9fff]", instruction)):
        raise Unparsed("wrong-language", "请用中文写任务。" if language == "zh" else "write the instruction in English")
    return Draft(instruction, block[2].strip() + "\n")


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "prompts"
    return Environment(loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False, trim_blocks=True)
