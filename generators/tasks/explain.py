"""The task `explain`: a question on the code, answered from the seed's idea and from what stands in the code."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from corpus.records import Example, Language
from corpus.source.unit import Unit
from generators.tasks.bank import Bank, bank
from generators.tasks.comments import localise
from generators.tasks.material import Brief, Single
from generators.tasks.needs import minded
from generators.tasks.own_words import applicable, idea_for, names_of
from generators.tasks.reading import FunctionFacts, Reading, Setting, Shared, Wait
from generators.tasks.registers import PIN, Field
from generators.tasks.row import (
    LANGUAGES,
    CountTokens,
    ended,
    evidence,
    fence,
    has_chinese,
    joined,
    listing,
    lowered,
    paragraphs,
    row,
)
from generators.tasks.walk import Stop, stops

Answer = tuple[str, dict[str, str]]
"""What is answered, and the values that the question's slots take."""

# A list of registers longer than this says nothing any more.
_MOST_REGISTERS = 12

# Nor does a walk through more statements.
_MOST_STOPS = 9


def examples(
    material: Single,
    rng: random.Random,
    count_tokens: CountTokens,
    languages: tuple[Language, ...] = LANGUAGES,
    each: int = 1,
) -> Iterator[Example]:
    """Up to `each` Examples in each language, every one on another thing; only what the code itself shows is asked."""
    for language in languages:
        unit = Unit.parse(localise(material.program.source, material.brief.comments, language).encode())
        if unit.error:
            continue
        reading = Reading(unit, material.brief.target)
        teller = _Teller(material, reading, rng, language)
        topics = teller.topics()
        for _ in range(min(each, len(topics))):
            kinds = sorted({kind for kind, _, _ in topics})
            kind = rng.choices(kinds, [_WEIGHTS[k] for k in kinds])[0]
            topic = rng.choice([t for t in topics if t[0] == kind])
            topics.remove(topic)
            yield _example(material, rng, count_tokens, language, unit, topic, teller)


# How often an explanation of a whole file says what a change of it must keep.
_MINDED = 0.4

_EIGHT = {"en": "eight", "zh": "8"}

_WEIGHTS = {"whole": 30, "function": 20, "setting": 20, "volatile": 10, "interrupt": 10, "wait": 10}

Topic = tuple[str, str, Callable[[], Answer]]


def _example(
    material: Single,
    rng: random.Random,
    count_tokens: CountTokens,
    language: Language,
    unit: Unit,
    topic: Topic,
    teller: _Teller,
) -> Example:
    kind, _, tell = topic
    brief, program = material.brief, material.program
    answer, values = tell()
    attribute = values.get("attribute", "")
    known = {
        "numeric": attribute.startswith("__interrupt") and any(c.isdigit() for c in attribute),
        "attribute": bool(attribute),
        "hardware": any(f.writes or f.reads for f in teller.reading.functions),
    }
    question = teller.phrases.one(rng, kind, brief.facts | {fact for fact, holds in known.items() if holds})
    user = question.fill(code=fence(unit.src.decode()), **brief.words(language), **values)
    return row(
        "explain",
        language,
        brief,
        user=user,
        answer=answer,
        programs=[program],
        phrasing=f"explain/{language}/{kind}/{question.id}",
        why=f"facts read from the parsed code; {evidence(program, brief)}",
        count_tokens=count_tokens,
    )


def question_on(unit: Unit, brief: Brief, language: Language, rng: random.Random) -> tuple[str, str]:
    """A question on a whole file, worded as this task words it, and the name of its phrase."""
    functions = Reading(unit, brief.target).functions
    hardware = {"hardware"} if any(one.writes or one.reads for one in functions) else set()
    phrase = bank(language, "explain").one(rng, "whole", brief.facts | hardware)
    return phrase.fill(code=fence(unit.src.decode()), **brief.words(language)), f"whole/{phrase.id}"


class _Teller:
    """Puts facts into words, in one language and with one stream of choices."""

    def __init__(self, material: Single, reading: Reading, rng: random.Random, language: Language) -> None:
        self.material = material
        self.reading = reading
        self.rng = rng
        self.language = language
        self.phrases: Bank = bank(language, "explain")
        self.words = material.brief.words(language)

    def topics(self) -> list[Topic]:
        """What can be asked: (kind, a key that tells it from others, how to answer)."""
        found: list[Topic] = []
        if idea_for(self.material, self.reading.unit, self.language) and self.reading.functions:
            found.append(("whole", "", self.whole))
        for facts in self.reading.functions:
            if facts.name != "main" and self._telling(facts.name) >= 2:
                found.append(("function", facts.name, lambda facts=facts: self.function(facts)))  # type: ignore[misc]
            if facts.vector is not None and not facts.callers and self._source(facts):
                found.append(("interrupt", facts.name, lambda facts=facts: self.interrupt(facts)))  # type: ignore[misc]
        for setting in self.reading.settings:
            if self.reading.decoded(setting, self.language):
                key = f"{setting.line}"
                found.append(("setting", key, lambda setting=setting: self.setting(setting)))  # type: ignore[misc]
        for shared in self.reading.shared:
            found.append(("volatile", shared.name, lambda shared=shared: self.volatile(shared)))  # type: ignore[misc]
        for wait in self.reading.waits:
            if self._event(wait):
                found.append(("wait", wait.function, lambda wait=wait: self.wait(wait)))  # type: ignore[misc]
        return found

    def whole(self) -> Answer:
        """Idea, functions, registers, size."""
        brief, program = self.material.brief, self.material.program
        title = brief.title.of(self.language)
        intro = self._say("intro", title=title, title_low=lowered(title))
        idea = idea_for(self.material, self.reading.unit, self.language)
        named = "\n".join(f"- {self._brief(facts)}" for facts in self.reading.functions)
        used = tuple(dict.fromkeys(r for f in self.reading.functions for r in (*f.writes, *f.reads)))[:_MOST_REGISTERS]
        dash = "：" if self.language == "zh" else ": "
        registers = "\n".join(f"- `{name}`{dash}{words}" for name in used if (words := self._meaning(name)))
        size = ""
        if program.sizes is not None and self.rng.random() < 0.4:
            size = self._say("size", code=str(program.sizes.code))
        parts = [paragraphs(self._say("functions-head"), named)]
        if registers:
            parts.append(paragraphs(self._say("registers-head"), registers))
        self.rng.shuffle(parts)
        safety = [note.of(self.language) for note in brief.safety]
        if self.rng.random() < _MINDED:
            needs = applicable(self.material, names_of(self.reading.unit))
            safety.insert(0, minded(needs, bank(self.language, "write"), self.rng, self.language))
        order = [joined([intro, idea], self.language), *parts] if self.rng.random() < 0.6 else [intro, *parts, idea]
        return paragraphs(*order, size, *safety), {}

    def function(self, facts: FunctionFacts) -> Answer:
        """Signature, comment, hardware, calls."""
        signature = self._say("facts", "signature", signature=facts.signature)
        told = self._walk(facts.name)
        steps = paragraphs(self._say("walk-head"), "\n".join(f"- {line}" for line in told)) if told else ""
        said = self._facts(facts)
        if not facts.callers and facts.vector is None:
            said.append(self._say("facts", "nobody"))
        return paragraphs(signature, joined(said, self.language), steps), {"function": facts.name}

    def interrupt(self, facts: FunctionFacts) -> Answer:
        """The source and vector of a handler, and what it does."""
        attribute = facts.attribute
        head = self._say("why-interrupt", attribute=attribute, function=facts.name, **self._vector(facts))
        rest = joined(self._facts(facts, with_vector=False), self.language)
        told = self._walk(facts.name)
        steps = paragraphs(self._say("walk-head"), "\n".join(f"- {line}" for line in told)) if told else ""
        return paragraphs(head, rest, steps), {"function": facts.name, "attribute": attribute}

    def setting(self, setting: Setting) -> Answer:
        """A register line, field by field."""
        fields = self.reading.decoded(setting, self.language)
        width = self.reading.table.width(setting.register)
        tone = "whole" if setting.touched == (1 << width) - 1 else "some"
        head = self._say(
            "set",
            tone,
            register=setting.spelt,
            meaning=self._meaning(setting.spelt),
            binary=self._written(setting.value, width),
            width=_EIGHT[self.language] if width == 8 else str(width),
            bits=self._bits(setting.touched, width),
        )
        lines = "\n".join(self._field(f.high, f.low, f.name, f.binary, f.meaning) for f in fields)
        rest = self._say("set-rest", "some") if tone == "some" else ""
        if tone == "whole" and sum(f.high - f.low + 1 for f in fields) < width:
            rest = self._say("set-rest", "zero") if not self._others(setting, fields) else ""
        return paragraphs(head, lines, rest), {"line": " ".join(setting.text.split()), "function": setting.function}

    def volatile(self, shared: Shared) -> Answer:
        """Why a variable that an interrupt shares is volatile."""
        text = self._say(
            "why-volatile",
            "writer" if shared.handler_writes else "reader",
            handler=shared.handler,
            variable=shared.name,
            others=listing(shared.others, self.language),
            use="uses" if len(shared.others) == 1 else "use",
        )
        return joined([text, self._say("volatile-limit")], self.language), {"variable": shared.name}

    def wait(self, wait: Wait) -> Answer:
        """What an empty loop waits for."""
        values = {"bit": wait.spelt, "function": wait.function, "event": self._event(wait)}
        text = self._say("why-wait", "hang", until=str(wait.until), **values)
        cleared = self._say("cleared", bit=wait.spelt) if wait.cleared else ""
        return joined([text, cleared], self.language), values

    def _say(self, group: str, tone: str = "any", **values: str) -> str:
        facts = self.material.brief.facts
        return self.phrases.one(self.rng, group, facts, tone).fill(**self.words, **values)

    def _source(self, facts: FunctionFacts) -> str:
        """What causes a handler's interrupt, or ""."""
        return "" if facts.vector is None else self._inside(self.reading.table.interrupt(facts.vector, self.language))

    def _event(self, wait: Wait) -> str:
        """What a loop waits for, or ""."""
        return self._inside(self.reading.table.awaited(wait.bit, wait.until, self.language))

    def _inside(self, words: str) -> str:
        """Words as they stand inside a sentence: in Chinese a blank goes before what begins with a Latin letter."""
        return f" {words}" if self.language == "zh" and words[:1].isascii() and words else words

    def _telling(self, function: str) -> int:
        """How many statements say something about hardware or intent, beyond control flow that anybody can read."""
        return sum(stop.kind in ("said", "set", "setting", "wait", "call") for stop in stops(self.reading, function))

    def _walk(self, function: str) -> list[str]:
        """What the statements of a function do, as far as the code and the chip's table say it."""
        told = []
        for stop in stops(self.reading, function):
            text = self._stop(stop)
            if text and text not in told:
                told.append(text)
        return told[:_MOST_STOPS]

    def _stop(self, stop: Stop) -> str:
        if stop.kind == "wait":
            event = self._inside(self.reading.table.awaited(stop.bit, stop.value, self.language))
            return self._say("walk", "waits", line=stop.line, event=event) if event else ""
        if stop.kind == "guard":
            tone = "guard" if stop.text else "leave"
            return self._say("walk", tone, condition=stop.condition, value=stop.text)
        if stop.kind == "returns":
            # That a bare name is returned says nothing.
            return "" if stop.text.isidentifier() else self._say("walk", "returns", value=stop.text)
        if stop.kind == "repeats":
            telling = stop.condition and not stop.condition.startswith(("--", "++"))
            return self._say("walk", "repeats", line=stop.line, condition=stop.condition) if telling else ""
        words = stop.text
        if stop.kind == "set":
            words = self.reading.table.effect(stop.bit, stop.value, self.language)
        elif stop.kind == "setting":
            setting = next(s for s in self.reading.settings if s.offset == stop.offset)
            fields = self.reading.decoded(setting, self.language)
            worth = [field for field in fields if field.value] or fields
            words = ("；" if self.language == "zh" else "; ").join(field.meaning for field in worth[:3])
        if not words or has_chinese(words) != (self.language == "zh"):
            return ""
        words = ended(words if self.language == "zh" else lowered(words))
        return self._say("walk", "calls", line=stop.line, comment=words)

    def _comment(self, facts: FunctionFacts) -> str:
        """The function's comment where it is written in the reader's language, else ""."""
        if not facts.comment or has_chinese(facts.comment) != (self.language == "zh"):
            return ""
        return ended(facts.comment)

    def _brief(self, facts: FunctionFacts) -> str:
        comment = self._comment(facts)
        dash = "：" if self.language == "zh" else ": "
        if comment:
            return f"`{facts.signature}`{dash}{comment if self.language == 'zh' else lowered(comment)}"
        said = joined(self._facts(facts)[:2], self.language)
        said = said if self.language == "zh" else lowered(said)
        return f"`{facts.signature}`{dash}{said}" if said else f"`{facts.signature}`"

    def _facts(self, facts: FunctionFacts, with_vector: bool = True) -> list[str]:
        said = []
        comment = self._comment(facts)
        if comment:
            said.append(self._say("facts", "purpose", comment=comment))
        if with_vector and self._source(facts):
            said.append(self._say("facts", "vector", **self._vector(facts)))
        if facts.bank > 0:
            said.append(self._say("facts", "bank", bank=str(facts.bank)))
        waits = {w.spelt: w for w in self.reading.waits if w.function == facts.name and self._event(w)}
        said += [self._say("facts", "waits", event=self._event(w), bit=w.spelt) for w in waits.values()]
        if facts.writes:
            said.append(self._say("facts", "writes", registers=self._registers(facts.writes)))
        reads = [name for name in facts.reads if name not in facts.writes and name not in facts.waits]
        if reads:
            said.append(self._say("facts", "reads", registers=self._registers(reads)))
        if facts.pure and self.rng.random() < 0.3:
            said.append(self._say("facts", "pure"))
        if facts.calls:
            said.append(self._say("facts", "calls", functions=listing(facts.calls, self.language)))
        if facts.callers:
            said.append(self._say("facts", "callers", functions=listing(facts.callers, self.language)))
        return said

    def _registers(self, names: Sequence[str]) -> str:
        told = [self._named(name) for name in names]
        if self.language == "zh":
            return "、".join(told)
        return told[0] if len(told) == 1 else ", ".join(told[:-1]) + " and " + told[-1]

    def _named(self, name: str) -> str:
        words = self._meaning(name)
        if not words:
            return f"`{name}`"
        words = re.split("[:：]| [(]|（", words)[0]
        return f"`{name}`（{words}）" if self.language == "zh" else f"`{name}` ({words})"

    def _meaning(self, word: str) -> str:
        """What a register or bit is; a name that a macro gave it is traced back."""
        name = self.reading.register(word)
        words = self.reading.table.meaning(name, self.language)
        if name in (word, word.replace("->", "_")) or not words or PIN.fullmatch(name) or words.startswith(name):
            return words
        return f"{name}，{words}" if self.language == "zh" else f"{name}, {words}"

    def _vector(self, facts: FunctionFacts) -> dict[str, str]:
        """The source of an interrupt; where vectors have numbers in C, its own and its vector's address.

        The 8051's vectors lie eight bytes apart from 3 on, the STM8's four from 0x8008 on (RM0016, interrupt vectors).
        """
        number = facts.vector if isinstance(facts.vector, int) else 0
        address = 8 * number + 3 if self.reading.table.target == "mcs51" else 0x8008 + 4 * number
        return {"source": self._source(facts), "number": str(number), "address": f"{address:04X}"}

    def _written(self, value: int, width: int) -> str:
        """A register's value: a byte in binary, wider ones in hexadecimal."""
        if width > 8:
            return f"0x{value:0{width // 4}X}"
        return f"0b{value:08b}" if self.language == "zh" else f"{value:08b} in binary"

    def _others(self, setting: Setting, fields: list[Field]) -> int:
        """The bits that are written as 1 and that no field tells."""
        told = sum((1 << f.high + 1) - (1 << f.low) for f in fields)
        return setting.value & ~told

    def _bits(self, touched: int, width: int) -> str:
        numbers = [bit for bit in range(width - 1, -1, -1) if touched >> bit & 1]
        runs: list[list[int]] = []
        for number in numbers:
            if runs and runs[-1][-1] == number + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        zh = self.language == "zh"
        texts = [str(run[0]) if len(run) == 1 else f"{run[0]}{'～' if zh else ' to '}{run[-1]}" for run in runs]
        if zh:
            return "第 " + "、".join(texts) + " 位"
        last = texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + " and " + texts[-1]
        return ("bit " if len(numbers) == 1 else "bits ") + last

    def _field(self, high: int, low: int, name: str, binary: str, words: str) -> str:
        if self.language == "zh":
            between = "、" if high == low + 1 else "～"
            place = f"第 {high} 位" if high == low else f"第 {high}{between}{low} 位"
            return f"- {place} = {binary}：{words}" if name.isdigit() else f"- {place}（{name}）= {binary}：{words}"
        place = f"bit {high}" if high == low else f"bits {high} {'and' if high == low + 1 else 'to'} {low}"
        return f"- {place} = {binary}: {words}" if name.isdigit() else f"- {place} ({name}) = {binary}: {words}"
