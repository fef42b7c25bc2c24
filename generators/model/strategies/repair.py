"""Strategy: mend an answer by what was wrong with it.

The talk goes on: what the model wrote stays in it, and the next message says what was found.
"""

from __future__ import annotations

from corpus.records import Language
from generators.model.drafts import Messages, Unparsed


def again(messages: Messages, answer: str, diagnostics: str, language: Language) -> Messages:
    """The same conversation with the failed answer and what the validators said of its program."""
    ask = (
        f"程序没有通过检查：\n{diagnostics}\n请改正并按同样的格式给出完整的回答。"
        if language == "zh"
        else f"The program did not pass the checks:\n{diagnostics}\nMend it and answer in full in the same form."
    )
    return (*messages, ("assistant", answer), ("user", ask))


def reformed(messages: Messages, trouble: Unparsed, language: Language) -> Messages:
    """The same conversation with the malformed answer and what was wrong with its form."""
    ask = f"你的回答格式不对：{trouble}" if language == "zh" else f"Your answer does not have the asked form: {trouble}"
    return (*messages, ("assistant", trouble.answer), ("user", ask))
