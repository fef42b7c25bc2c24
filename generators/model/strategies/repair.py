"""Strategy: mend a program by what the checks said of it.

Alone it is a question about any program; `again` is the same within the talk in which the program was written.
"""

from __future__ import annotations

from corpus.records import Language
from generators.model.drafts import Messages, ProgramDraft, Subject, Unparsed
from generators.model.reading import program_alone
from generators.model.rendering import asked, fenced
from generators.model.strategies.strategy import Makes

NAME = "repair"
MAKES: Makes = "program"
OWN_TASK = True

# Characters: the first findings are the cause, the rest mostly follow from them, and each costs tokens again.
LONGEST_FINDINGS = 2000

_AGAIN: dict[Language, str] = {
    "en": """\
The checks found this in your program, line numbers counted from 1:

{findings}

Find the cause of each finding, not only the line where it shows, and mend it; leave what is right as it is. Do not \
silence a finding by a cast, by deleting what the task asks for, or by a macro. Answer again in full, in the form that \
was asked for at first, with the whole program.""",
    "zh": """\
检查你的程序，结果如下（行号从 1 开始）：

{findings}

请找出每条结果的原因，而不只是报错的那一行，然后改正；对的地方不要动。不要用强制转换、宏，或删掉题目要求的内容来掩盖问题。\
请按最初要求的格式重新完整回答，给出整个程序。""",
}
_REFORM: dict[Language, str] = {
    "en": "Your answer does not have the asked form: {advice}",
    "zh": "你的回答格式不对：{advice}",
}


def prompt(subject: Subject) -> Messages:
    """The question about the subject's program and its diagnostics. Raises ValueError where there are none."""
    if not subject.diagnostics.strip():
        raise ValueError("no diagnostics to mend the program by")
    return asked(NAME, subject, diagnostics=shortened(subject.diagnostics))


def parse(text: str, subject: Subject) -> ProgramDraft:
    """The mended program; the instruction is the subject's. Raises Unparsed, also where nothing was changed."""
    return program_alone(text, subject.language, subject.instruction, subject.program)


def again(messages: Messages, answer: str, diagnostics: str, language: Language) -> Messages:
    """The same talk with the failed answer and what the checks said of its program.

    The next answer has the form of the first question, so that the strategy that asked it parses it.
    """
    findings = fenced(shortened(diagnostics), "text")
    return (*messages, ("assistant", answer), ("user", _AGAIN[language].format(findings=findings)))


def reformed(messages: Messages, trouble: Unparsed, language: Language) -> Messages:
    """The same talk with the malformed answer and what was wrong with its form."""
    return (*messages, ("assistant", trouble.answer), ("user", _REFORM[language].format(advice=trouble)))


def shortened(diagnostics: str) -> str:
    """The first of the findings, in whole lines, where there are too many."""
    text = diagnostics.strip()
    if len(text) <= LONGEST_FINDINGS:
        return text
    return text[:LONGEST_FINDINGS].rpartition("\n")[0] or text[:LONGEST_FINDINGS]
