"""What to ask for, and what was done, in words: one rewrite step as a request, a report and a reason."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from corpus.records import Language
from corpus.source.unit import Unit
from generators.rewrites.words import Words, fill, fitting, slots, words
from generators.tasks.bank import Bank
from generators.tasks.material import StepWords
from generators.tasks.row import lowered

_WORD = re.compile(r"[A-Za-z_]\w*")
# How a Chinese request begins that can follow 请 or 想: with a verb or a preposition, not with what it is about.
_VERB_FIRST = re.compile(
    "[把将用给按从让去删换拆补改写]|交换|不要|不用|统一|直接|引入|定义|调换|简写|单独声明|每个变量单独|取消|消除|合并|提取"
)
_NEGATIVE = ("Do not ", "Don't ", "Never ")
_CODE = re.compile(r"`[^`]*`")
_LONGEST_LINE = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """One step in words of one language: `ask` an imperative, `done` a sentence, `whys` reasons; without full stops.

    `done` is empty where the rule has no such words; `again` then is another imperative than `ask`, if there is one.
    """

    ask: str
    again: str
    done: str
    whys: tuple[str, ...]


def low(text: str) -> str:
    """As `lowered`, but the language keeps its capital."""
    return text if text.startswith("C ") else lowered(text)


def words_of(unit: Unit) -> frozenset[str]:
    """Every word of the text, comments included."""
    return frozenset(_WORD.findall(unit.src.decode("utf-8", "replace")))


def follows(text: str, language: Language) -> bool:
    """Whether a request can stand behind "could you", or 请: one imperative that begins with its verb."""
    if language == "zh":
        return _VERB_FIRST.match(text) is not None
    return not text.startswith(_NEGATIVE) and not re.search("[;:]", _CODE.sub("", text))


def wishes(
    steps: Iterable[StepWords], old: Unit, new: Unit, phrases: Bank, rng: random.Random, language: Language
) -> tuple[Wish, ...]:
    """The steps in words, in order; steps that would be asked for with the same words are told once.

    A name is told only where the reader finds it: what was there before in `old`, what was made in `new`.
    """
    found: dict[str, Wish] = {}
    for step in steps:
        wish = _wish(step, old, new, phrases, rng, language)
        found.setdefault(wish.ask, wish)
    return tuple(found.values())


def _wish(step: StepWords, old: Unit, new: Unit, phrases: Bank, rng: random.Random, language: Language) -> Wish:
    known = _found(step, old, new)
    own = (step.zh if language == "zh" else step.en).strip().rstrip(".。")
    said = words(step.rule, step.way, language) or Words((), ())
    asks = fitting(said.asks, known)
    named = known.keys() - {"function", "value"}
    if not named or not asks:
        asks = (own, *asks)
    asked = rng.sample(asks, min(2, len(asks)))
    line = _line(step, old, known) if not named else ""
    ask, *again = [_placed(one, known, line if one == asked[0] else "", phrases, rng) for one in asked]
    dones = fitting(said.dones, known)
    done = fill(rng.choice(dones), known) if dones else ""
    whys = tuple(fill(why, known) for why in fitting(said.whys, known))
    return Wish(ask, again[0] if again else ask, done, tuple(rng.sample(whys, len(whys))))


def _found(step: StepWords, old: Unit, new: Unit) -> dict[str, str]:
    """The slots whose names stand where the text says so."""
    before, after = words_of(old), words_of(new)
    functions = {old.function_name(function).decode() for function in old.functions()}
    known = {}
    for slot, value in step.slots:
        there = functions if slot == "function" else after if slot in ("new", "other") else before
        if slot == "value" or value in there:
            known[slot] = value
    return known


def _line(step: StepWords, old: Unit, known: Mapping[str, str]) -> str:
    """The line of the step, where it stands once in the function, so that it tells the place; else empty."""
    function = old.function(known["function"].encode()) if "function" in known else None
    if function is None or not 3 < len(step.at) <= _LONGEST_LINE or "`" in step.at:
        return ""
    lines = [line.strip() for line in old.text(function).decode("utf-8", "replace").split("\n")]
    return step.at if sum(line.startswith(step.at) for line in lines) == 1 else ""


def _placed(phrase: str, known: Mapping[str, str], line: str, phrases: Bank, rng: random.Random) -> str:
    """The phrase filled, with its place in brackets where it does not tell it itself."""
    text = fill(phrase, known)
    function = "" if slots(phrase) or known.keys() - {"function"} else known.get("function", "")
    if not function and not line:
        return text
    tone = "both" if function and line else "line" if line else "function"
    return text + phrases.one(rng, "place", (), tone).fill(function=function, line=line)
