"""From words to a row: fences, sentences, evidence, and the Example itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from corpus.records import Example, Language, Message, Needs, Origin, Program, Task, example_id
from generators.tasks.material import Brief

CountTokens = Callable[[str], int]

LANGUAGES: tuple[Language, ...] = ("en", "zh")

_GRADES = {
    "same-tokens": "its tokens are those of its parent; only layout or comments differ",
    "identical-object": "{compiler} makes the same machine code of it as of its parent",
    "enumerated": "{compiler} compiles it; what changed gives the same result as in its parent for every input",
    "simulated": "{compiler} compiles it; same outputs and ordered register accesses as its parent on the {simulator}",
    "harness": "{compiler} compiles it, and it passes its seed's harness on the {simulator}",
    "compiled": "{compiler} compiles it; its behaviour was not compared",
}


@dataclass(frozen=True, slots=True)
class Hole:
    """A cut for fill-in-the-middle: the three parts joined are the whole source."""

    prefix: str
    middle: str
    suffix: str


def fence(code: str, info: str = "c") -> str:
    """The code in a Markdown fence that nothing inside it can close."""
    marks = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`{3,}", code)), 3)
    return f"{marks}{info}\n{code.strip(chr(10))}\n{marks}"


def quoted(text: str) -> str:
    """The text as a Markdown quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def ended(text: str) -> str:
    """The text, closed with a full stop where it has no end mark; blanks at its ends are dropped."""
    text = text.strip()
    if text.endswith(tuple('.!?。！？:：;；`>”"')) and not text.endswith("`"):
        return text
    return text + ("。" if has_chinese(text) else ".")


def folded(text: str) -> str:
    """The text on one line; a line break beside a Chinese character leaves no blank."""
    text = " ".join(text.split())
    return re.sub(r"(?<=[\u3000-\u303f\uff00-\uffef]) | (?=[\u3000-\u303f\uff00-\uffef])", "", text)


def has_chinese(text: str) -> bool:
    """Whether a CJK ideograph or its punctuation occurs."""
    return re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", text) is not None


def lowered(text: str) -> str:
    """The text as it goes on inside a sentence: a capital that only opens a sentence is dropped."""
    first = re.match(r"[A-Z][a-z]*(?=[\s,-])", text)
    if first is None or first[0] in ("I", "Manchester", "Gray", "Hamming", "Maxim", "Dallas", "Modbus", "Keil"):
        return text
    return text[0].lower() + text[1:]


def sentences(text: str) -> list[str]:
    """The sentences of an English or Chinese paragraph, in order."""
    if has_chinese(text):
        return [part for part in re.split(r"(?<=[。！？])", text) if part.strip()]
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z`\"])", text) if part]


def joined(parts: Iterable[str], language: Language) -> str:
    """Sentences of one paragraph, joined as the language does; empty ones are left out.

    A part that begins or ends with a block (a fence, a list) stands in a paragraph of its own.
    """
    text = ""
    for part in (p.strip() for p in parts):
        if not part:
            continue
        if not text:
            text = part
        elif "```" in text.rsplit("\n", 1)[-1] or part.startswith(("```", ">", "- ", "1. ")):
            text += "\n\n" + part
        else:
            text += ("" if language == "zh" and has_chinese(text[-1]) else " ") + part
    return text


def paragraphs(*parts: str) -> str:
    """Paragraphs with an empty line between; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def listing(names: Iterable[str], language: Language) -> str:
    """Names of code as a spoken list."""
    marked = [f"`{name}`" for name in names]
    if language == "zh":
        return "、".join(marked)
    return marked[0] if len(marked) == 1 else ", ".join(marked[:-1]) + " and " + marked[-1]


def evidence(program: Program, brief: Brief) -> str:
    """Why a Program may be believed, in one sentence."""
    text = _GRADES[program.grade].format(compiler=brief.compiler, simulator=brief.platform.simulator)
    found = "; ".join(dict.fromkeys(v.evidence for v in program.verdicts if v.passed and v.evidence))
    return f"{text} ({found})" if found else text


def row(
    task: Task,
    language: Language,
    brief: Brief,
    *,
    user: str,
    answer: str,
    programs: Sequence[Program],
    phrasing: str,
    why: str,
    count_tokens: CountTokens,
    origin: Origin | None = None,
    grade: str | None = None,
    steps: Iterable[str] | None = None,
    hole: Hole | None = None,
    needs: Needs = "none",
) -> Example:
    """One Example; origin, grade and steps are those of the first program where nothing else is said.

    It has no system turn: that one is the deployment's, and a fixed text would teach to need it.
    """
    first = programs[0]
    messages = (Message("user", user.strip()), Message("assistant", answer.strip()))
    return Example(
        id=example_id(task, language, messages),
        task=task,
        language=language,
        messages=messages,
        labels=brief.labels,
        seed=brief.seed,
        programs=tuple(program.id for program in programs),
        origin=first.origin if origin is None else origin,
        grade=first.grade if grade is None else grade,
        phrasing=phrasing,
        prefix=hole.prefix if hole else "",
        middle=hole.middle if hole else "",
        suffix=hole.suffix if hole else "",
        tokens=sum(count_tokens(message.content) for message in messages),
        answer_tokens=count_tokens(messages[-1].content),
        evidence=why,
        steps=tuple(step.name for step in first.steps) if steps is None else tuple(steps),
        needs=needs,
    )
