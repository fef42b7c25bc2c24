"""The task `write`: an instruction, and the program that fulfils it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from corpus.records import Example, Language
from corpus.source.unit import Unit
from generators.tasks.bank import Bank, bank
from generators.tasks.comments import localise
from generators.tasks.material import Single
from generators.tasks.needs import chosen, kind_of, minded, stated
from generators.tasks.own_words import applicable, fitting, idea_for, names_of
from generators.tasks.requests import Request
from generators.tasks.row import (
    LANGUAGES,
    CountTokens,
    evidence,
    fence,
    joined,
    lowered,
    paragraphs,
    quoted,
    row,
    sentences,
)
from generators.tasks.traits import prototypes, traits

# A wish is not added to an instruction that says as much already.
_SAID = {
    "no-division": r"divi|除",
    "no-arithmetic-library": r"divi|multipl|shift|除|乘|移位",
    "no-float": r"float|integer|浮点|整数",
    "static-helpers": r"static",
    "code-tables": r"__code|flash|code memory|程序存储",
    "flash-tables": r"PROGMEM|flash|Flash",
    "size-limit": r"code space|bytes of code|flash|程序空间|代码空间",
    "uses-switch": r"switch",
    "stdint": r"int8_t",
    "plain-types": r"int8_t|unsigned char",
    "no-globals": r"static|global|全局",
    "prototypes": r"\w\s?\([^)]*\w+ \*?\w+[,)]",
}


def examples(
    material: Single,
    rng: random.Random,
    count_tokens: CountTokens,
    languages: tuple[Language, ...] = LANGUAGES,
    each: int = 1,
) -> Iterator[Example]:
    """Up to `each` Examples in each language, every one from another of the seed's phrasings.

    A phrasing that speaks of a name which this program does not have (a style changed its types, say) is passed over.
    """
    unit = Unit.parse(material.program.source.encode())
    for language in languages:
        instructions = list(fitting(material.brief.instructions(language), material, names_of(unit)))
        rng.shuffle(instructions)
        for index, request in instructions[:each]:
            yield _example(material, rng, count_tokens, language, unit, index, request)


def voice(instruction: str) -> str:
    """How an instruction speaks: "ticket" (telegram style), "personal" (first person, a question) or "plain"."""
    if re.match(r"(?:Ticket|Task|TODO|任务|工单|需求)\s*[:：]", instruction):
        return "ticket"
    if re.search(r"\b(?:I|I'm|my|My|we|We|our|Our|me)\b|\?|我|麻烦|请问|帮忙|咱|吗|呢|？", instruction):
        return "personal"
    return "plain"


def _voices(request: Request) -> set[str]:
    """The voices of a request: what frames may stand around it."""
    heard = voice(request.text)
    if request.manner in ("question", "port"):
        return {"personal"}
    return {heard, "ticket"} if request.manner == "ticket" else {heard}


def limit_for(size: int) -> int:
    """A round number of bytes that a person would name for code of this size: 3 to 20 % above it."""
    step = 10 if size < 200 else 20 if size < 400 else 50
    return -(-int(size * 1.03 + 1) // step) * step


def _example(
    material: Single,
    rng: random.Random,
    count_tokens: CountTokens,
    language: Language,
    unit: Unit,
    index: int,
    request: Request,
) -> Example:
    brief, program, instruction = material.brief, material.program, request.text
    phrases, wishes = bank(language, "write"), bank(language, "constraints")
    found = traits(unit)
    values = {"title": brief.title.of(language), **brief.words(language)}
    facts = {
        brief.kind,
        *_voices(request),
        *(["clock"] if brief.clock else []),
        *(found & {"commented"}),
        *brief.facts,
    }

    possible = sorted(found - {"commented"})
    declared = prototypes(unit)
    if program.sizes is not None:
        possible.append("size-limit")
        values |= {"code": str(program.sizes.code), "limit": str(limit_for(program.sizes.code))}
    if len(declared) >= 2 and brief.kind == "module":
        possible.append("prototypes")
        values["prototypes"] = fence("\n".join(declared))
    possible = [trait for trait in possible if not re.search(_SAID.get(trait, r"(?!)"), instruction)]
    asked = rng.sample(possible, min(len(possible), rng.choices((0, 1, 2), (45, 40, 15))[0]))
    asked.sort(key=lambda trait: trait == "prototypes")
    wanted = [wishes.one(rng, trait, brief.facts) for trait in asked]
    if "no-comments" in asked:
        facts.discard("commented")

    frame = phrases.one(rng, "frame", facts)
    tone = frame.tone
    want = rng.choices(("", "code-only", "explained"), (55, 0 if brief.safety else 15, 30))[0]
    closer = phrases.pick(rng, want, facts, tone) if want else None
    needs = applicable(material, names_of(unit))
    added = chosen(needs, instruction, rng)
    wish = joined([*(phrase.fill(**values) for phrase in wanted), stated(added, phrases, rng, language)], language)
    values |= {"instruction": joined([instruction, wish], language), "quoted": quoted(instruction)}
    quotes = "quoted" in frame.slots
    user = paragraphs(frame.fill(**values), wish if quotes else "")
    if closer is not None:
        user = _closed(user, closer.text, tone, language, rng)

    code = fence(localise(program.source, brief.comments, language))
    idea = idea_for(material, unit, language)
    ids = [
        frame.id,
        *(f"{trait}.{p.id}" for trait, p in zip(asked, wanted, strict=True)),
        *(f"need.{need.kind}" for need in added),
        *([closer.id] if closer else []),
    ]
    answer, form = code, "bare"
    if want != "code-only":
        size = "size-kept" if "size-limit" in asked else "size" if program.sizes and rng.random() < 0.12 else ""
        tail = phrases.one(rng, size).fill(**values) if size else ""
        answer, form = _told(phrases, rng, language, values, facts, code, idea, want == "explained")
        kept = minded(needs, phrases, rng, language) if want == "explained" and rng.random() < 0.6 else ""
        answer = paragraphs(answer, tail, kept, *(note.of(language) for note in brief.safety))
    return row(
        "write",
        language,
        brief,
        user=user,
        answer=answer,
        programs=[program],
        phrasing=f"write/{language}/{request.manner}-{index}/{'+'.join(ids)}/{form}",
        why=evidence(program, brief),
        count_tokens=count_tokens,
        needs=kind_of(brief.needs, added, instruction),
    )


def _closed(user: str, closer: str, tone: str, language: Language, rng: random.Random) -> str:
    """The closing wish, before a mail's greeting, else at the end: in the last paragraph or in one of its own."""
    parts = user.split("\n\n")
    if tone == "mail":
        return "\n\n".join([*parts[:-1], closer, parts[-1]])
    last = parts[-1]
    if last.startswith((">", "```")) or last.endswith("```") or "\n" in last or rng.random() < 0.5:
        return paragraphs(user, closer)
    return joined([user, closer], language)


def _told(
    phrases: Bank,
    rng: random.Random,
    language: Language,
    values: dict[str, str],
    facts: set[str],
    code: str,
    idea: str,
    explained: bool,
) -> tuple[str, str]:
    """The code with words around it, and the form that was chosen."""
    forms = ["before", "after", "split"] if explained else ["lead", "lead", "before", "after", "split", "bare"]
    form = rng.choice(forms) if idea else "lead"
    words = values | {"idea": idea, "idea_low": lowered(idea)}
    lead = phrases.one(rng, "lead", facts).fill(**values)
    if form == "bare":
        return code, form
    if form == "lead":
        return paragraphs(lead, code), form
    if form == "after":
        return paragraphs(lead, code, phrases.one(rng, "note").fill(**words)), form
    if form == "before":
        opening = phrases.one(rng, "lead-idea")
        between = (
            phrases.one(rng, "between").fill(**words) if opening.text.endswith("{idea}") and rng.random() < 0.5 else ""
        )
        return paragraphs(opening.fill(**words), between, code), form
    parts = sentences(idea)
    cut = rng.randint(1, max(1, len(parts) - 1))
    return paragraphs(joined(parts[:cut], language), code, joined(parts[cut:], language)), form
