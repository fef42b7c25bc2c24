"""Reading an answer: what a model decorates is taken off; what is missing has a reason, and advice for the model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.records import Language
from corpus.source.lexer import BLANK, lex
from generators.model import plain
from generators.model.drafts import ProgramDraft, Unparsed
from generators.model.plain import unfit, without_thinking
from generators.model.structured import sections_of

# A block from its fence to the closing one, or to the end of the text; other languages' blocks are no programs.
_BLOCK = re.compile(r"^[ \t]*```[ \t]*([\w+#-]*)[^\n]*\n(.*?)(^[ \t]*```[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_C_TAGS = frozenset({"", "c", "cpp", "c++", "h"})
_NUMBERED = re.compile(
    r"^[#* \t]*(?:(?:Step|步骤)?[ \t]*\d+[*]*[ \t]*[.):、．）：]|第[一二三四五六七八九十]+步)",
    re.IGNORECASE | re.MULTILINE,
)


def _label(words: str) -> re.Pattern[str]:
    # No line break in the marks before a word: a text of empty lines would cost the square of its length.
    return re.compile(
        rf"^(?:[#* \t]*(?:{words})[* \t]*[:：]\**\s*|[ \t]*#+[* \t]*(?:{words})[* \t]*$)", re.IGNORECASE | re.MULTILINE
    )


_LABEL = re.compile(r"^[#* \t]*(?:INSTRUCTION|TASK|任务|指令|题目)[* \t]*[:：][*\s]*", re.IGNORECASE | re.MULTILINE)
_THINKING = _label("THINKING|REASONING|APPROACH|思路|思考")
_STEPS = _label("STEPS|PLAN|步骤")
_PROGRAM = _label("PROGRAM|CODE|ANSWER|SOLUTION|程序|代码|答案")
_FENCE_BEFORE_LABEL = re.compile(rf"\A\s*```\w*[ \t]*\n(?={_LABEL.pattern[1:]})", re.IGNORECASE)
# The paragraph ends at an empty line, at a fence, or where the next label begins.
_AFTER = re.compile(
    r"\n[ \t]*(?:\n|```)"
    r"|\n[#* \t]*(?:TITLE|THINKING|STEPS|PROGRAM|CODE|ANSWER|标题|思路|步骤|程序|代码|答案)[* \t]*[:：]",
    re.IGNORECASE,
)

# Characters; shorter than this no instruction names a function and what it must do.
SHORTEST_INSTRUCTION: dict[Language, int] = {"en": 20, "zh": 10}
# Characters; shorter than this it is a sentence, and no reasoning. The shipped seeds' ideas have 300 and more.
SHORTEST_THINKING: dict[Language, int] = {"en": 200, "zh": 60}

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
    **plain.ADVICE,
    "no-thinking": {
        "en": "begin with `THINKING:` and several paragraphs of reasoning, before the code.",
        "zh": "请以 `思路：` 开头，先写几段思路，再写代码。",
    },
    "short-thinking": {
        "en": "reason in several paragraphs: what the hardware does, the figures worked out, what can go wrong.",
        "zh": "思路请写成几段：硬件做什么，数字怎么算，哪里会出错。",
    },
    "no-steps": {
        "en": "after the thinking write `STEPS:` and at least two numbered steps, each on a line of its own.",
        "zh": "思路之后请写 `步骤：`，至少两步，编号，每步一行。",
    },
    "unchanged": {
        "en": "the program is the same as before; find the cause of the findings and mend it.",
        "zh": "程序和原来一样，请找出问题的原因并改正。",
    },
}
"""What is wrong with an answer's form, by reason, as the model is told."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer on its way: what the model wrote, and the language in which it was asked."""

    text: str
    language: Language

    def unparsed(self, reason: str) -> Unparsed:
        return Unparsed(reason, ADVICE[reason][self.language], self.text)

    def prose(self, words: str) -> str:
        """The words, once they are plain and in the language."""
        if reason := unfit(words, self.language):
            raise self.unparsed(reason)
        return words

    def instruction(self, words: str) -> str:
        """The words as a task."""
        words = words.strip().removesuffix("**").strip()
        if words.startswith("<") and words.endswith(">"):  # as a place is marked in a form
            words = words[1:-1].strip()
        if len(words) < SHORTEST_INSTRUCTION[self.language] or words.endswith((":", "：")):
            raise self.unparsed("short-instruction")
        return self.prose(words)

    def thinking(self, thought: str, steps: str) -> str:
        """The reasoning, its steps below a heading of their own."""
        thought, steps = thought.strip(), steps.strip()
        if not thought:
            raise self.unparsed("no-thinking")
        if len(thought) < SHORTEST_THINKING[self.language]:
            raise self.unparsed("short-thinking")
        if len(_NUMBERED.findall(steps)) < 2:
            raise self.unparsed("no-steps")
        heading = "步骤：" if self.language == "zh" else "Steps:"
        return self.prose(f"{thought}\n\n{heading}\n{steps}")

    def block(self, said: str, end: int | None = None) -> re.Match[str]:
        """The one block of C that begins before `end`."""
        blocks = [block for block in _BLOCK.finditer(said) if block[1].lower() in _C_TAGS]
        blocks = [block for block in blocks if end is None or block.start() < end]
        if any(not block[3] for block in blocks):
            raise self.unparsed("cut-off")
        blocks = [block for block in blocks if _has_code(block[2])]
        if not blocks:
            raise self.unparsed("no-code")
        if len(blocks) > 1:
            raise self.unparsed("several-blocks")
        return blocks[0]

    def program(self, section: str) -> str:
        """The program of a section, which may be a fenced one all the same."""
        code = self.block(section)[2] if _BLOCK.search(section) else section
        if not _has_code(code):
            raise self.unparsed("no-code")
        return _ended(code)


def task_and_program(text: str, language: Language) -> ProgramDraft:
    """An answer's task and program: an `INSTRUCTION:` paragraph and one fenced C block; prose around them is ignored.
    Both may be sections of JSON or between tags, too.

    Raises:
        Unparsed: with one of the reasons in `ADVICE`.
    """
    answer, said = _Answer(text, language), without_thinking(text)
    if sections := sections_of(said, "instruction"):
        program = answer.program(sections["program"])
        if "instruction" not in sections:
            raise answer.unparsed("no-instruction")
        return ProgramDraft(answer.instruction(sections["instruction"]), program)
    # Some put a fence around the whole answer.
    if wrapped := _FENCE_BEFORE_LABEL.match(said):
        said = said[wrapped.end() :].rstrip()
        said = said[: -len("\n```")] if said.endswith("\n```\n```") else said
    first = next((block for block in _BLOCK.finditer(said) if block[1].lower() in _C_TAGS), None)
    # Some models go on with further tasks: the first one is what was asked for.
    further = _LABEL.search(said, first.end()) if first else None
    block = answer.block(said, further.start() if further else None)
    # The last one: some models repeat the question first.
    labels = list(_LABEL.finditer(said, 0, block.start()))
    if not labels:
        raise answer.unparsed("no-instruction")
    paragraph = said[labels[-1].end() : block.start()].strip()
    return ProgramDraft(answer.instruction(_AFTER.split(paragraph, maxsplit=1)[0]), _ended(block[2]))


def program_alone(text: str, language: Language, instruction: str, old: str = "") -> ProgramDraft:
    """An answer's program, one fenced C block, to a task that stays as it was; prose around it is ignored. It differs
    from the `old` one in more than blanks.

    Raises:
        Unparsed: with one of the reasons in `ADVICE`.
    """
    answer, said = _Answer(text, language), without_thinking(text)
    sections = sections_of(said)
    source = answer.program(sections["program"]) if sections else _ended(answer.block(said)[2])
    if source.split() == old.split():
        raise answer.unparsed("unchanged")
    return ProgramDraft(instruction, source)


def reasoned_program(text: str, language: Language, instruction: str) -> ProgramDraft:
    """An answer's reasoning, numbered steps and program to a task that stays as it was: `THINKING:`, `STEPS:` and one
    fenced C block, or sections of JSON or between tags. The steps follow the thinking under a heading of their own.

    Raises:
        Unparsed: with one of the reasons in `ADVICE`.
    """
    answer, said = _Answer(text, language), without_thinking(text)
    if sections := sections_of(said, "thinking", "steps"):
        program = answer.program(sections["program"])
        return ProgramDraft(
            instruction, program, answer.thinking(sections.get("thinking", ""), sections.get("steps", ""))
        )
    block = answer.block(said)
    label = _THINKING.search(said, 0, block.start())
    if label is None:
        raise answer.unparsed("no-thinking")
    steps = _STEPS.search(said, label.end(), block.start())
    if steps is None:
        raise answer.unparsed("no-steps")
    listed = _PROGRAM.split(said[steps.end() : block.start()], maxsplit=1)[0]
    return ProgramDraft(instruction, _ended(block[2]), answer.thinking(said[label.end() : steps.start()], listed))


def _has_code(text: str) -> bool:
    """Whether there is more than blanks and comments; a small model repeats the form as it was shown."""
    code = text.strip(" \t\r\n")
    return bool(code) and any(token.kind not in BLANK for token in lex(code.encode("utf-8", "replace")))


def _ended(code: str) -> str:
    return code.strip() + "\n"
