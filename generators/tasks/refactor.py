"""The task `refactor`: a program, what a person wants changed, and the program changed so."""

from __future__ import annotations

import random
from collections.abc import Iterator

from corpus.records import Example, Language
from corpus.source.unit import Unit
from generators.tasks.bank import Bank, bank
from generators.tasks.comments import localise
from generators.tasks.difference import Extent, extent, function_text, renames
from generators.tasks.material import Rewritten, StepWords
from generators.tasks.row import LANGUAGES, CountTokens, evidence, fence, joined, listing, lowered, paragraphs, row
from generators.tasks.traits import prototypes

# Weakest last: a chain is only as well proven as its weakest step, and the variant's grade says that.
_KNOWN_GRADES = ("same-tokens", "identical-object", "enumerated", "simulated")

# Above this many renamed names an answer does not list them.
_MOST_NAMES = 8


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


def wishes(steps: tuple[StepWords, ...], language: Language) -> tuple[str, ...]:
    """What to ask for, each once, in the order applied; without full stops."""
    texts = (step.zh if language == "zh" else step.en for step in steps)
    return tuple(dict.fromkeys(text.strip().rstrip(".。") for text in texts))


def _example(
    material: Rewritten, rng: random.Random, count_tokens: CountTokens, language: Language, before: str, after: str
) -> Example:
    brief, variant = material.brief, material.variant
    phrases = bank(language, "refactor")
    old, new = Unit.parse(before.encode()), Unit.parse(after.encode())
    changed = extent(old, new)
    asked = wishes(material.steps, language)
    title = brief.title.of(language)
    values = {
        "title": title,
        "title_low": lowered(title),
        "chip": brief.chip,
        "code": fence(before),
        "model": brief.model,
        "compiler": brief.compiler,
        "list": _bullets(asked, rng),
    }
    if len(asked) == 1 or (len(asked) == 2 and rng.random() < 0.5):
        values |= _one(asked, language)
        frame = phrases.one(rng, "frame-one")
    else:
        frame = phrases.one(rng, "frame-list")
    tone = frame.tone

    single = changed.functions[0] if changed and not changed.outside and len(changed.functions) == 1 else ""
    values["function"] = single
    asides = []
    if single and rng.random() < 0.5:
        asides.append(phrases.pick(rng, "limit", (), tone))
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
    wants_size = any(phrase in phrases.groups["ask-size"] for phrase in said)
    answer = _answer(material, phrases, rng, language, values, (old, new), changed, shows, wants_size)
    return row(
        "refactor",
        language,
        brief,
        user=user,
        answer=answer,
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
    if not tail.endswith("```") and "```" not in tail and not tail.startswith(("- ", "1. ")) and head:
        return paragraphs(head, joined([tail, aside], language))
    return paragraphs(text, aside)


def _one(asked: tuple[str, ...], language: Language) -> dict[str, str]:
    if language == "zh":
        text = "；".join((asked[0], *(wish.removeprefix("请") for wish in asked[1:])))
        return {"do": text, "do_low": text}
    text = " and ".join((asked[0], *(lowered(wish) for wish in asked[1:])))
    return {"do": text, "do_low": lowered(text)}


def _bullets(asked: tuple[str, ...], rng: random.Random) -> str:
    if rng.random() < 0.5:
        return "\n".join(f"{number}. {wish}" for number, wish in enumerate(asked, 1))
    return "\n".join(f"- {wish}" for wish in asked)


def _answer(
    material: Rewritten,
    phrases: Bank,
    rng: random.Random,
    language: Language,
    values: dict[str, str],
    units: tuple[Unit, Unit],
    changed: Extent | None,
    shows: str,
    wants_size: bool,
) -> str:
    old, new = units
    if shows == "ask-function":
        code = fence(function_text(new, values["function"]))
        lead = phrases.one(rng, "lead-function").fill(**values)
    else:
        code = fence(new.src.decode())
        lead = phrases.one(rng, "lead").fill(**values) if rng.random() < 0.6 else ""
    if shows == "ask-code-only":
        return code
    parts = [_changed(phrases, rng, language, old, new, changed)]
    grade = material.variant.grade
    if grade in _KNOWN_GRADES:
        parts.append(phrases.one(rng, "why", (), f"{grade}").fill(**values))
    parts.append(_sizes(material, phrases, rng, values, wants_size))
    return paragraphs(lead, code, joined(parts, language))


def _changed(
    phrases: Bank, rng: random.Random, language: Language, old: Unit, new: Unit, changed: Extent | None
) -> str:
    names = renames(old, new)
    if names and len(names) <= _MOST_NAMES and not _comments_differ(old, new):
        arrow = "、" if language == "zh" else ", "
        told = arrow.join(f"`{was}` → `{now}`" for was, now in names)
        tone = "names" if prototypes(old) != prototypes(new) else "names-private"
        return phrases.one(rng, "changed", (), tone).fill(renames=told)
    if changed is None or changed.outside or not changed.functions:
        return phrases.one(rng, "changed", (), "file").text if rng.random() < 0.5 else ""
    tone = "one" if len(changed.functions) == 1 else "some"
    return phrases.one(rng, "changed", (), tone).fill(
        functions=changed.functions[0], function_list=listing(changed.functions, language)
    )


def _comments_differ(old: Unit, new: Unit) -> bool:
    texts = [[unit.src[c.start : c.end] for c in unit.comments()] for unit in (old, new)]
    return texts[0] != texts[1]


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
