"""The task `complete`: fill in the middle, cut at nodes of the syntax tree and never inside a token."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tree_sitter import Node

from corpus.records import Example, Language
from corpus.source.unit import STATEMENTS, Unit
from generators.rewrites.blocks import lead
from generators.tasks.bank import bank
from generators.tasks.comments import localise
from generators.tasks.material import Single
from generators.tasks.needs import kind_of
from generators.tasks.own_words import fitting, names_of
from generators.tasks.reading import comment_above
from generators.tasks.refactor import placed
from generators.tasks.requests import Request
from generators.tasks.row import (
    LANGUAGES,
    CountTokens,
    Hole,
    ended,
    evidence,
    fence,
    joined,
    lowered,
    paragraphs,
    quoted,
    row,
)

Kind = Literal["body", "statements", "loop", "condition", "value", "rest"]

# A cut leaves most of the file to go by: the middle is at most this share of it.
MOST_OF_FILE = 0.6

# Where a file is to be continued, what is there already may be little more than its declarations.
MOST_AS_REST = 0.85

_MARKERS = ("<FILL>", "<MISSING>", "<GAP>", "____", "<?>", "[[...]]", "@@@", "<BLANK>", "<INSERT>")
_WEIGHTS: dict[Kind, int] = {"body": 35, "statements": 25, "loop": 15, "condition": 15, "value": 10, "rest": 25}
_DECLARING = ("declaration", "function_definition", "type_definition")
_OPERATORS = re.compile(r"[-+*/%<>=!&|^~?]|\w\s*\(")


@dataclass(frozen=True, slots=True)
class Cut:
    """What could be taken out: bytes `start..end` of a unit, inside `function`; a `rest` begins with that function."""

    kind: Kind
    start: int
    end: int
    function: str


def examples(
    material: Single,
    rng: random.Random,
    count_tokens: CountTokens,
    languages: tuple[Language, ...] = LANGUAGES,
    each: int = 1,
) -> Iterator[Example]:
    """Up to `each` Examples in each language, every one with another cut; none for a source that does not parse."""
    for language in languages:
        unit = Unit.parse(localise(material.program.source, material.brief.comments, language).encode())
        possible = [] if unit.error else cuts(unit)
        asked = [] if unit.error else continuations(material, unit, language)
        possible += rests(unit) if asked else []
        for _ in range(each):
            if not possible:
                break
            kinds = sorted({cut.kind for cut in possible})
            kind = rng.choices(kinds, [_WEIGHTS[kind] for kind in kinds])[0]
            cut = rng.choice([cut for cut in possible if cut.kind == kind])
            possible.remove(cut)
            yield _example(material, rng, count_tokens, language, unit, cut, asked)


def cuts(unit: Unit) -> list[Cut]:
    """Every cut worth asking for, in source order: two statements or more, or an expression that decides something."""
    found = []
    for function in unit.functions():
        name = unit.function_name(function).decode()
        body = function.child_by_field_name("body")
        if body is None or not name:
            continue
        for kind, start, end in (*_runs(unit, body), *_loops(unit, body), *_expressions(unit, body)):
            small = end - start <= MOST_OF_FILE * len(unit.src)
            if small and not any(a < end and start < b for a, b in unit.directives):
                found.append(Cut(kind, start, end, name))
    return sorted(set(found), key=lambda cut: (cut.start, cut.end, cut.kind))


def continuations(material: Single, unit: Unit, language: Language) -> list[tuple[int, Request]]:
    """The seed's requests to finish what is begun that are true of this program, with their numbers."""
    return list(fitting(material.brief.of("continuation", language), material, names_of(unit)))


def rests(unit: Unit) -> list[Cut]:
    """Every place where the beginning of a file can end: before a function with its comment, behind all includes and
    the first declarations."""
    found = []
    last = max((end for start, end in unit.directives if b"include" in unit.src[start:end]), default=0)
    declared = next((n.end_byte for n in unit.root.named_children if n.type in _DECLARING), len(unit.src))
    for function in unit.functions():
        start, name = lead(unit, function), unit.function_name(function).decode()
        begun = start > max(last, declared) and function.parent == unit.root
        if begun and name and len(unit.src) - start <= MOST_AS_REST * len(unit.src):
            found.append(Cut("rest", start, len(unit.src), name))
    return found


def _weight(unit: Unit, node: Node) -> int:
    """How many statements stand in a node, declarations and bare blocks not counted."""
    plain = STATEMENTS - {"compound_statement", "declaration"}
    return sum(1 for _ in unit.walk(*plain, under=node))


def _runs(unit: Unit, body: Node) -> Iterator[tuple[Kind, int, int]]:
    for block in unit.walk("compound_statement", under=body):
        statements = [child for child in block.named_children if child.type in STATEMENTS]
        plain = [child for child in statements if child.type != "declaration"]
        weights = [_weight(unit, statement) for statement in plain]
        if block == body and sum(weights) >= 2:
            yield "body", statements[0].start_byte, statements[-1].end_byte
        for first in range(len(plain)):
            for last in range(first + 1, min(first + 6, len(plain))):
                whole = first == 0 and last == len(plain) - 1 and block == body
                if not whole and sum(weights[first : last + 1]) >= 2:
                    yield "statements", plain[first].start_byte, plain[last].end_byte


def _loops(unit: Unit, body: Node) -> Iterator[tuple[Kind, int, int]]:
    for loop in unit.walk("for_statement", "while_statement", "do_statement", under=body):
        if _weight(unit, loop) >= 3:  # the loop itself counts as one
            yield "loop", loop.start_byte, loop.end_byte


def _expressions(unit: Unit, body: Node) -> Iterator[tuple[Kind, int, int]]:
    for owner in unit.walk("if_statement", "while_statement", "for_statement", "do_statement", under=body):
        condition = owner.child_by_field_name("condition")
        if condition is None:
            continue
        inner = condition.named_children[0] if condition.type == "parenthesized_expression" else condition
        if inner.type not in ("number_literal", "identifier") and _OPERATORS.search(unit.text(inner).decode()):
            yield "condition", inner.start_byte, inner.end_byte
    for assignment in unit.walk("assignment_expression", under=body):
        value = assignment.child_by_field_name("right")
        if value is not None and value.type in ("binary_expression", "conditional_expression"):
            yield "value", value.start_byte, value.end_byte


def _example(
    material: Single,
    rng: random.Random,
    count_tokens: CountTokens,
    language: Language,
    unit: Unit,
    cut: Cut,
    requests: Sequence[tuple[int, Request]],
) -> Example:
    brief, program = material.brief, material.program
    phrases = bank(language, "complete")
    hole = Hole(
        *(part.decode() for part in (unit.src[: cut.start], unit.src[cut.start : cut.end], unit.src[cut.end :]))
    )
    if cut.kind == "rest":
        return _continued(material, rng, count_tokens, language, hole, requests)
    marker = rng.choice([m for m in _MARKERS if m not in program.source])
    what = phrases.one(rng, "what", (), cut.kind).fill(function=cut.function)
    title = brief.title.of(language)
    values = {
        "title": title,
        "title_low": lowered(title),
        **brief.words(language),
        "code": fence(hole.prefix + marker + hole.suffix),
        "marker": marker,
        "what": what,
        "what_up": what[:1].upper() + what[1:],
        "function": cut.function,
    }
    frame = phrases.one(rng, "frame")
    asides = []
    small = cut.kind in ("body", "statements", "value")
    specs = list(fitting(brief.instructions(language), material, names_of(unit))) if small else []
    if specs:
        asides.append(phrases.one(rng, "spec"))
        values["quoted"] = quoted(rng.choice(specs)[1].text)
    elif "title" not in frame.text and rng.random() < 0.6:
        asides.append(phrases.one(rng, "about"))
    only = phrases.one(rng, "only") if rng.random() < 0.4 else None
    asked = frame.fill(**(values | {"code": "\0"}))
    if language == "zh":  # a blank stands between Chinese and code, but not behind a full-width mark
        asked = re.sub(r"(?<=[：，。；？（“]) (?=`)", "", asked)
    request = placed(asked.replace("\0", values["code"]), only.text if only else "", frame.tone, language)
    context = joined((phrase.fill(**values) for phrase in asides), language)
    user = _with_context(request, context, frame.tone)

    middle = fence(
        textwrap.dedent(unit.indent(cut.start).decode() + hole.middle) if "\n" in hole.middle else hole.middle
    )
    comment = comment_above(unit, cut.function)
    said = note = ""
    if only is None and rng.random() < 0.5:
        said = phrases.one(rng, "lead", (), cut.kind).fill(**values)
    if only is None and cut.kind == "body" and comment and rng.random() < 0.35:
        words = ended(comment)
        note = phrases.one(rng, "comment").fill(function=cut.function, comment=words, comment_low=lowered(words))
    ids = [frame.id, *(aside.id for aside in asides), *([only.id] if only else [])]
    return row(
        "complete",
        language,
        brief,
        user=user,
        answer=paragraphs(said, middle, note),
        programs=[program],
        phrasing=f"complete/{language}/{cut.kind}/{'+'.join(ids)}",
        why=evidence(program, brief),
        count_tokens=count_tokens,
        hole=hole,
    )


def _continued(
    material: Single,
    rng: random.Random,
    count_tokens: CountTokens,
    language: Language,
    hole: Hole,
    requests: Sequence[tuple[int, Request]],
) -> Example:
    """The seed's own request to finish what is begun."""
    program, phrases = material.program, bank(language, "complete")
    index, request = rng.choice(requests)
    code = fence(hole.middle)
    lead_in = phrases.one(rng, "lead-rest").text if rng.random() < 0.6 else ""
    return row(
        "complete",
        language,
        material.brief,
        user=paragraphs(request.text, fence(hole.prefix)),
        answer=paragraphs(lead_in, code),
        programs=[program],
        phrasing=f"complete/{language}/rest/continuation-{index}",
        why=evidence(program, material.brief),
        count_tokens=count_tokens,
        hole=hole,
        needs=kind_of(material.brief.needs, (), request.text),
    )


def _with_context(request: str, context: str, tone: str) -> str:
    """The request with what the reader should know first: after a mail's greeting, else before or behind the rest."""
    if not context:
        return request
    parts = request.split("\n\n")
    if tone == "mail":
        return "\n\n".join([parts[0], parts[1], context, *parts[2:]])
    return paragraphs(request, context)
