"""The task `refactor`: a program, what a person wants changed, and the program changed so."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from corpus.records import Example, Language
from corpus.source.unit import Unit
from generators.tasks.bank import Bank, bank
from generators.tasks.comments import localise
from generators.tasks.difference import Extent, extent, function_text
from generators.tasks.material import Rewritten
from generators.tasks.reports import did, new_names
from generators.tasks.row import LANGUAGES, CountTokens, evidence, fence, joined, listing, lowered, paragraphs, row
from generators.tasks.wishes import Wish, follows, low, wishes

# Weakest last: a chain is only as well proven as its weakest step, and the variant's grade says that.
_KNOWN_GRADES = ("same-tokens", "identical-object", "enumerated", "simulated")

# Above this many an answer does not list the functions that changed.
_MOST_FUNCTIONS = 4


def examples(
    material: Rewritten,
    rng: random.Random,
    count_tokens: CountTokens,
    languages: tuple[Language, ...] = LANGUAGES,
) -> Iterator[Example]:
    """One Example in each language; none when the variant's text equals its parent's in that language."""
    for language in languages:
        before = localise(material.parent.source, material.brief.comments, language)
        after = localise(material.variant.source, material.brief.comments, language)
        if before != after and material.steps:
            yield _example(material, rng, count_tokens, language, before, after)


def _example(
    material: Rewritten, rng: random.Random, count_tokens: CountTokens, language: Language, before: str, after: str
) -> Example:
    brief, variant = material.brief, material.variant
    phrases = bank(language, "refactor")
    old, new = Unit.parse(before.encode()), Unit.parse(after.encode())
    changed = extent(old, new)
    asked = wishes(material.steps, old, new, phrases, rng, language)
    title = brief.title.of(language)
    values = {
        "title": title,
        "title_low": lowered(title),
        **brief.words(language),
        "code": fence(before),
        "list": _bullets(tuple(wish.ask for wish in asked), rng),
    }
    if len(asked) == 1 or (len(asked) == 2 and rng.random() < 0.5):
        values |= _one(tuple(wish.ask for wish in asked), language)
        facts = {"single": len(asked) == 1, "verb": all(follows(wish.ask, language) for wish in asked)}
        frame = phrases.one(rng, "frame-one", [fact for fact, holds in facts.items() if holds])
    else:
        frame = phrases.one(rng, "frame-list")
    tone = frame.tone

    single = changed.functions[0] if changed and not changed.outside and len(changed.functions) == 1 else ""
    values["function"] = single
    asides = []
    if single and f"`{single}`" not in values.get("do", values["list"]) and rng.random() < 0.5:
        asides.append(phrases.pick(rng, "limit", (), tone))
    because = asked[0].whys[0] if len(asked) == 1 and asked[0].whys and rng.random() < 0.2 else ""
    if because:
        values |= {"why": because, "why_low": low(because)}
        asides.append(phrases.one(rng, "because"))
    if rng.random() < 0.35:
        asides.append(phrases.pick(rng, "kept", (), tone))
    shows = rng.choices(("", "ask-function" if single else "ask-file", "ask-code-only"), (60, 25, 15))[0]
    sized = material.parent.sizes is not None and variant.sizes is not None
    if shows != "ask-code-only" and sized and rng.random() < 0.2:
        asides.append(phrases.one(rng, "ask-size"))
    if shows:
        asides.append(phrases.one(rng, shows))
    said = [aside for aside in asides if aside is not None]
    aside = joined((phrase.fill(**values) for phrase in said), language)
    user = placed(frame.fill(**values), aside, tone, language)

    ids = [frame.id, *(phrase.id for phrase in said)]
    report = ""
    if shows != "ask-code-only":
        wants_size = any(phrase in phrases.groups["ask-size"] for phrase in said)
        report = paragraphs(
            did(asked, because, phrases, rng, language),
            joined(
                [
                    new_names(material.steps, old, new, phrases, rng, language),
                    "" if shows == "ask-function" else _extent(phrases, rng, language, changed, asked),
                    _same(variant.grade, phrases, rng, values),
                    _sizes(material, phrases, rng, values, wants_size),
                ],
                language,
            ),
        )
        if len(asked) == 1:
            report = joined(report.split("\n\n"), language)
    return row(
        "refactor",
        language,
        brief,
        user=user,
        answer=_answer(phrases, rng, values, new, shows, report),
        programs=[variant, material.parent],
        origin="rewrite",
        grade=variant.grade,
        phrasing=f"refactor/{language}/{'+'.join(ids)}",
        why=evidence(variant, brief),
        count_tokens=count_tokens,
        steps=[step.rule for step in material.steps],
    )


def placed(text: str, aside: str, tone: str, language: Language) -> str:
    """The text with an aside: before a mail's greeting, in the paragraph before a code block, or at the end."""
    if not aside:
        return text
    if tone == "mail":
        head, _, tail = text.rpartition("\n\n")
        return paragraphs(head, aside, tail) if not tail.endswith("```") else paragraphs(text, aside)
    head, _, tail = text.rpartition("\n\n")
    listed = re.match(r"- |\d+\. ", tail.rpartition("\n")[2])
    if "```" not in tail and not listed and head:
        return paragraphs(head, joined([tail, aside], language))
    return paragraphs(text, aside)


def _one(asked: tuple[str, ...], language: Language) -> dict[str, str]:
    if language == "zh":
        text = "；".join((asked[0], *(wish.removeprefix("请") for wish in asked[1:])))
        return {"do": text, "do_low": text}
    joint = ", and " if "," in re.sub(r"`[^`]*`|\(.*?\)", "", asked[0]) else " and "
    text = joint.join((asked[0], *(lowered(wish) for wish in asked[1:])))
    return {"do": text, "do_low": lowered(text)}


def _bullets(asked: tuple[str, ...], rng: random.Random) -> str:
    if rng.random() < 0.5:
        return "\n".join(f"{number}. {wish}" for number, wish in enumerate(asked, 1))
    return "\n".join(f"- {wish}" for wish in asked)


def _answer(phrases: Bank, rng: random.Random, values: dict[str, str], new: Unit, shows: str, report: str) -> str:
    """The code, with a word before it and what there is to say behind it, or now and then in front."""
    if shows == "ask-code-only":
        return fence(new.src.decode())
    if shows == "ask-function":
        code = fence(function_text(new, values["function"]))
        lead = phrases.one(rng, "lead-function").fill(**values)
    else:
        code = fence(new.src.decode())
        lead = phrases.one(rng, "lead").fill(**values) if rng.random() < 0.6 else ""
    return paragraphs(report, lead, code) if rng.random() < 0.2 else paragraphs(lead, code, report)


def _extent(
    phrases: Bank, rng: random.Random, language: Language, changed: Extent | None, asked: tuple[Wish, ...]
) -> str:
    """Which functions changed, unless that was said; nothing where more changed than a few functions."""
    if changed is None or changed.outside or not changed.functions or len(changed.functions) > _MOST_FUNCTIONS:
        return ""
    said = all(f"`{name}`" in wish.done for wish in asked for name in changed.functions)
    if rng.random() < (0.7 if said else 0.2):
        return ""
    tone = "one" if len(changed.functions) == 1 else "some"
    phrase = phrases.one(rng, "changed", (), tone)
    return phrase.fill(functions=changed.functions[0], function_list=listing(changed.functions, language))


def _same(grade: str, phrases: Bank, rng: random.Random, values: dict[str, str]) -> str:
    """Why it behaves as before, by the evidence."""
    return phrases.one(rng, "why", (), grade).fill(**values) if grade in _KNOWN_GRADES else ""


def _sizes(material: Rewritten, phrases: Bank, rng: random.Random, values: dict[str, str], wanted: bool) -> str:
    before, after = material.parent.sizes, material.variant.sizes
    if before is None or after is None:
        return ""
    tone = "smaller" if after.code < before.code else "larger" if after.code > before.code else "equal"
    same = tone == "equal" or material.variant.grade in ("same-tokens", "identical-object")
    if not wanted and (same or rng.random() < 0.4):
        return ""
    figures = {"before": before.code, "after": after.code, "difference": abs(after.code - before.code)}
    phrase = phrases.one(rng, "size", (), tone)
    return phrase.fill(**values, **{name: str(figure) for name, figure in figures.items()})
