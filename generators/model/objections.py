"""What a model is told of a text or a harness that a gate refused: the next turn of the talk in which it wrote it."""

from __future__ import annotations

from corpus.records import Language, Verdict
from generators.model.drafts import Messages

_MEND: dict[Language, str] = {
    "en": "This was found in your answer: {evidence}\n{advice} Answer again in full, in the form that was asked for.",
    "zh": "你的回答有问题：{evidence}\n{advice}请按原来要求的格式重新完整回答。",
}

ADVICE: dict[str, dict[Language, str]] = {
    "too-short": {"en": "Say all that the question asks for.", "zh": "题目要求的内容要写全。"},
    "too-long": {"en": "Leave out what was not asked for.", "zh": "没有要求的内容不要写。"},
    "gives-away": {"en": "Ask for the program; quote none of it.", "zh": "只提要求，不要引用程序的代码。"},
    "wrong-language": {"en": "Write in English.", "zh": "请用中文写。"},
    "unknown-name": {"en": "Name only what the program has.", "zh": "只能提程序里有的名字。"},
    "unused-register": {"en": "Name only registers that the program uses.", "zh": "只能提程序用到的寄存器。"},
    "unknown-pin": {"en": "Name only the program's pins.", "zh": "只能提程序用到的引脚。"},
    "unknown-number": {
        "en": "Take each number from the program or the facts, or leave it out.",
        "zh": "数字要取自程序或资料，否则不要写。",
    },
    "no-such-line": {"en": "Name functions instead of lines.", "zh": "请写函数名，不要写行号。"},
    "unnamed-function": {"en": "Name every function that others call.", "zh": "供外部调用的函数都要写出名字。"},
    "lost-name": {"en": "Keep every name of the task.", "zh": "原题里的名字都要保留。"},
    "lost-pin": {"en": "Keep every pin of the task.", "zh": "原题里的引脚都要保留。"},
    "lost-number": {"en": "Keep every number of the task.", "zh": "原题里的数字都要保留。"},
    "copied": {"en": "Say it in other words and another order.", "zh": "请换一种说法，次序也要不同。"},
    "weak": {
        "en": "Each line given there is a fault in the program: add what makes it fail, and keep the rest.",
        "zh": "上面列出的每一行都是植入了错误的程序：请增加能让它通不过的内容，其余保留。",
    },
    "wrong-output": {
        "en": "The program is right, so the expectation is wrong: follow the program by hand up to that place.",
        "zh": "程序是对的，错的是期望值：请照着程序手算到那一处。",
    },
    "never-ends": {
        "en": "End by SIM_DONE(); feed what the program waits for, and call no function that does not return.",
        "zh": "用 SIM_DONE() 结束；程序等待的输入要先给出，不要调用不返回的函数。",
    },
}
"""By the reason of a verdict of `agreement` or `model-harness`; any other reason has its evidence alone."""


def objected(messages: Messages, answer: str, verdict: Verdict, language: Language) -> Messages:
    """The same talk with the refused answer and what is to be mended, in the language of the question."""
    advice = ADVICE.get(verdict.reason, {}).get(language, "")
    # Blanks between sentences are an English habit.
    words = _MEND[language].format(evidence=verdict.evidence or verdict.reason, advice=advice).replace("\n ", "\n")
    return (*messages, ("assistant", answer), ("user", words))
