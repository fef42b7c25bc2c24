"""The task `port`: an 8051 program of one dialect, and the same program in the other."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from corpus.records import Example, Language
from corpus.source.unit import Unit
from generators.dialects.conversion import Converted
from generators.dialects.headers import device
from generators.dialects.idioms import in_the_wild
from generators.dialects.sdcc import to_sdcc
from generators.rewrites.renaming import retold
from generators.tasks.bank import Bank, bank
from generators.tasks.caveats import (
    calls_by_pointer,
    handlers,
    keeps_variables,
    shared_with_handlers,
    waits_by_counting,
)
from generators.tasks.comments import localise
from generators.tasks.material import Brief, Ported
from generators.tasks.naming import missing, renamed
from generators.tasks.porting import told
from generators.tasks.refactor import placed
from generators.tasks.registers import registers_of
from generators.tasks.row import (
    LANGUAGES,
    CountTokens,
    ended,
    evidence,
    fence,
    folded,
    joined,
    listing,
    lowered,
    paragraphs,
    row,
)

To = Literal["sdcc", "keil"]

EVIDENCE = "converted back and compiled to identical object code"

_OWN_WORDS = 0.6  # how often a seed's own request is taken where it has one
_MOST_IN_LINE = 3  # changes that a paragraph can hold
_KEIL_MODELS = {"small": "SMALL", "medium": "COMPACT", "large": "LARGE"}


@dataclass(frozen=True, slots=True)
class _Port:
    """One direction: the program as it is given, as it is wanted, and how one became the other."""

    to: To
    given: str
    wanted: str
    conversion: Converted
    comments: tuple[tuple[str, str], ...]


def examples(
    material: Ported,
    rng: random.Random,
    count_tokens: CountTokens,
    languages: tuple[Language, ...] = LANGUAGES,
    each: int = 1,
) -> Iterator[Example]:
    """`each` Examples in each language, in one direction and the other in turn; none of a program that both compilers
    take as it is."""
    possible = _directions(material)
    for language in languages if possible else ():
        directions = rng.sample(possible, len(possible))
        for number in range(each):
            yield _example(material, rng, count_tokens, language, directions[number % len(directions)])


def _directions(material: Ported) -> list[To]:
    """The directions in which there is something to port: sdcc takes a typedef and another name as they are."""
    there = {change.kind for change in material.keil.changes}
    back = {change.kind for change in material.back.changes} - {"stdint", "stdbool", "inline"}
    found: list[To] = ["sdcc"] if back else []
    return [*found, "keil"] if there - {"reserved-name"} else found


def _port(material: Ported, rng: random.Random, to: To) -> _Port:
    """The material in one direction. A name that C51 reserves has its other name in the comments of both."""
    pairs = [(c.before, c.after) for c in material.keil.changes if c.kind == "reserved-name"]
    comments = material.brief.comments
    if pairs:
        comments = (*comments, *((retold(en, pairs), retold(zh, pairs)) for en, zh in comments))
    if to == "keil":
        return _Port(to, material.program.source, material.keil.source.decode(), material.keil, comments)
    given, back = in_the_wild(material.keil.source, rng), material.back
    met = to_sdcc(given)
    # What was proved came of the text without its author's habits; it must come of this one too.
    if isinstance(met, Converted) and met.source == back.source:
        return _Port(to, given.decode(), back.source.decode(), met, comments)
    return _Port(to, material.keil.source.decode(), back.source.decode(), back, comments)


def _example(material: Ported, rng: random.Random, count_tokens: CountTokens, language: Language, to: To) -> Example:
    brief, program = material.brief, material.program
    port = _port(material, rng, to)
    phrases = bank(language, "port")
    given, wanted = (localise(text, port.comments, language) for text in (port.given, port.wanted))
    values = _values(brief, language) | {"code": fence(given)}

    own = _own(material, port, language)
    if own and rng.random() < _OWN_WORDS:
        index = rng.randrange(len(own))
        asked, text, tone = f"own-{index}", paragraphs(own[index], values["code"]), "own"
    else:
        frame = phrases.one(rng, f"frame-{to}")
        asked, text, tone = frame.id, frame.fill(**values), frame.tone
    shows = rng.choices(("", "ask-explain", "ask-code-only"), (45, 40, 15))[0]
    wishes = [phrases.one(rng, "kept")] if tone != "own" and rng.random() < 0.3 else []
    wishes += [phrases.one(rng, shows)] if shows else []
    user = placed(text, joined((wish.text for wish in wishes), language), tone, language)

    answer = fence(wanted)
    if shows != "ask-code-only":
        answer = _answer(material, phrases, rng, language, port, values, answer)
    why = evidence(program, brief)
    return row(
        "port",
        language,
        brief if to == "sdcc" else replace(brief, labels=replace(brief.labels, dialect="keil")),
        user=user,
        answer=answer,
        programs=[program],
        grade="identical-object" if program.grade == "same-tokens" else program.grade,
        phrasing=f"port/{language}/{to}/{'+'.join([asked, *(wish.id for wish in wishes)])}",
        why=f"{EVIDENCE} ({brief.compiler}, {brief.model} model); of the program: {why}",
        count_tokens=count_tokens,
        steps=dict.fromkeys(f"to-{to}:{change.kind}" for change in port.conversion.changes),
    )


def _values(brief: Brief, language: Language) -> dict[str, str]:
    title = brief.title.of(language)
    return {
        "title": title,
        "title_low": lowered(title),
        "chip": brief.chip,
        "model": brief.model,
        "keil_model": _KEIL_MODELS.get(brief.model, ""),
        "compiler": brief.compiler,
    }


def _own(material: Ported, port: _Port, language: Language) -> list[str]:
    """The seed's own requests that are true of this program; they ask for sdcc's dialect only."""
    if port.to != "sdcc":
        return []
    names = Unit.parse(port.given.encode()).symbols.names
    known = {name.decode("utf-8", "replace") for name in names}
    texts = [ended(renamed(folded(one.text), material.program.aliases)) for one in material.brief.of("port", language)]
    return [text for text in texts if not missing(text, known, registers_of("mcs51").known)]


def _answer(
    material: Ported,
    phrases: Bank,
    rng: random.Random,
    language: Language,
    port: _Port,
    values: Mapping[str, str],
    code: str,
) -> str:
    """The code with a word before it, what was changed, and what must be looked after on the other compiler."""
    to = port.to
    header = device(Unit.parse(port.given.encode()))
    facts = ["bare"] if header is not None and b"P1_0" not in header.bits else []
    changed = told(port.conversion.changes, phrases, rng, to, language, facts)
    mind = _caveats(material, phrases, rng, language, port, values)
    if rng.random() < 0.25:
        mind.append(phrases.one(rng, f"proof-{to}").fill(**values))
    lead = phrases.one(rng, f"lead-{to}").fill(**values) if rng.random() < 0.7 else ""
    if len(changed) > _MOST_IN_LINE or (len(changed) > 1 and rng.random() < 0.6):
        intro = phrases.one(rng, "intro").text
        report = f"{intro}\n\n" + "\n".join(f"- {text}" for text in changed)
    else:
        report = joined(changed, language)
    notes = joined(mind, language)
    if rng.random() < 0.2:
        return paragraphs(report, notes, lead, code)
    return paragraphs(lead, code, report, notes)


def _caveats(
    material: Ported,
    phrases: Bank,
    rng: random.Random,
    language: Language,
    port: _Port,
    values: Mapping[str, str],
) -> list[str]:
    """What a port does not settle: lengths of delays, calls that a linker cannot see, where vectors are made."""
    unit = Unit.parse(material.program.source.encode())
    found = {
        "delay": waits_by_counting(unit),
        "pointer": port.to == "keil" and calls_by_pointer(unit),
        "handler": port.to == "sdcc" and material.brief.kind == "module" and bool(handlers(unit)),
        "model": material.brief.model != "small",
    }
    shared = shared_with_handlers(unit) if port.to == "keil" else ()
    facts = ["locals" if any(keeps_variables(unit, name) for name in shared) else "plain"]
    names = {"handler": handlers(unit), "shared": shared}
    said = []
    for group, holds in {**found, "shared": bool(shared)}.items():
        if holds and (group == "model" or rng.random() < 0.75):
            slots = {**values, "names": listing(names.get(group, ()), language) if group in names else ""}
            said.append(phrases.one(rng, f"caveat-{group}", facts, port.to).fill(**slots))
    return said
