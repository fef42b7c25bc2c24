"""The task `fix`: a faulty program and how the fault shows; which line it is, why, and the correction."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from corpus.records import Diagnostic, Example, Language
from corpus.source.edits import diff
from corpus.source.unit import Unit
from generators.mutants.catalogue import OPERATORS
from generators.mutants.words import words
from generators.tasks.bank import Bank, Phrase, bank
from generators.tasks.comments import localise
from generators.tasks.difference import function_at, function_text, hunks
from generators.tasks.faults import Fault, find_fault
from generators.tasks.material import Mutated, Single, Witness
from generators.tasks.own_words import fitting, idea_for, names_of
from generators.tasks.refactor import placed
from generators.tasks.row import LANGUAGES, CountTokens, ended, evidence, fence, joined, lowered, paragraphs, row
from generators.tasks.symptom import bare

_OPERATORS = {operator.name: operator for operator in OPERATORS}

# Above this, a compiler's later messages are echoes of the first.
_MOST_MESSAGES = 4

# How often a fault that compiles is put before a reviewer who is told of no symptom.
_REVIEWED = 0.35


def examples(
    material: Mutated,
    rng: random.Random,
    count_tokens: CountTokens,
    languages: tuple[Language, ...] = LANGUAGES,
) -> Iterator[Example]:
    """One Example in each language; none when nothing can be said of the symptom or the texts do not differ."""
    for language in languages:
        wrong = localise(material.mutant.source, material.brief.comments, language)
        right = localise(material.original.source, material.brief.comments, language)
        fault = material.mutant.fault
        silent = fault is None or (fault.kind != "behaviour" and not messages(material, _file_name(material)))
        if wrong != right and not silent:
            yield _example(material, rng, count_tokens, language, wrong, right)


def _example(
    material: Mutated, rng: random.Random, count_tokens: CountTokens, language: Language, wrong: str, right: str
) -> Example:
    brief, mutant = material.brief, material.mutant
    assert mutant.fault is not None
    phrases = bank(language, "fix")
    title = brief.title.of(language)
    file = _file_name(material)
    values = {"title": title, "title_low": lowered(title), **brief.words(language), "code": fence(wrong)}
    values["code_follows"] = phrases.one(rng, "code-follows").text
    ids: list[str] = []
    review = _review(material, rng, language)
    if review is not None:
        index, text = review
        frame = Phrase(f"own-review-{index}", paragraphs(text, "{code}"))
    elif mutant.fault.kind != "behaviour":
        values["errors"] = fence(messages(material, file), "")
        frame = phrases.one(rng, "frame-finding" if _found_by_a_check(material) else "frame-compile")
    else:
        values["symptom"], ids = _symptom(material, phrases, rng, language)
        frame = phrases.one(rng, "frame-behaviour")

    fault = find_fault(wrong, right, mutant.fault.line)
    corrected = Unit.parse(right.encode())
    function = function_at(corrected, _corrected_line(wrong, right))
    local = bool(function) and _only_in(function, wrong, corrected)
    gives = rng.choices(("file", "function" if local else "file", "diff"), (45, 30, 25))[0]
    asks = [phrases.pick(rng, f"ask-{gives}", (), frame.tone)] if gives != "file" or rng.random() < 0.3 else []
    said = [ask for ask in asks if ask is not None]
    user = placed(frame.fill(**values), joined((ask.text for ask in said), language), frame.tone, language)

    told = _diagnosis(material, phrases, rng, language, fault, function, "therefore" if review is None else "effect")
    if review is not None and rng.random() < 0.7:
        told = paragraphs(phrases.one(rng, "reviewed").text, told)
    lead = phrases.one(rng, f"give-{gives}").fill(function=function)
    code = {
        "file": lambda: fence(right),
        "function": lambda: fence(function_text(corrected, function)),
        "diff": lambda: fence(diff(wrong.encode(), right.encode(), file), "diff"),
    }[gives]()
    idea = idea_for_original(material, language) if rng.random() < 0.15 else ""
    link = phrases.one(rng, "link").fill(idea=idea, idea_low=lowered(idea)) if idea else ""
    return row(
        "fix",
        language,
        brief,
        user=user,
        answer=paragraphs(told, lead, code, link),
        programs=[material.original, mutant],
        origin="mutant",
        grade=material.original.grade,
        phrasing=f"fix/{language}/{'+'.join([frame.id, *ids, *(ask.id for ask in said)])}/{gives}",
        why=_why(material),
        count_tokens=count_tokens,
        steps=[mutant.fault.operator],
    )


def idea_for_original(material: Mutated, language: Language) -> str:
    """The seed's idea in the names of the correct program, or ""."""
    single = Single(material.brief, material.original)
    return idea_for(single, Unit.parse(material.original.source.encode()), language)


def messages(material: Mutated, file: str) -> str:
    """The compiler's messages on this file as it printed them, at most four lines; "" when there is none."""
    found = [message for message in material.diagnostics if message.file.rsplit("/", 1)[-1] == file]
    line = _line_of_gcc if material.brief.dialect == "gcc" and not _found_by_a_check(material) else _line
    return "\n".join(line(message, file) for message in found[:_MOST_MESSAGES])


def _found_by_a_check(material: Mutated) -> bool:
    """Whether the program compiles, and only a static check has something to say of it."""
    return bool(material.diagnostics) and not any(d.severity == "error" for d in material.diagnostics)


def _line(message: Diagnostic, file: str) -> str:
    """One message in sdcc's own form: `file:line: error 20: text`; syntax errors carry no number but a column."""
    code = f"{message.severity} {message.code}" if message.code else message.severity
    if message.code == "syntax":
        column = f" ; column {message.column}" if message.column else ""
        return f"{file}:{message.line}: syntax error: {message.message}{column}"
    return f"{file}:{message.line}: {code}: {message.message}"


def _line_of_gcc(message: Diagnostic, file: str) -> str:
    """One message as gcc prints it: `file:line:column: error: text [-Werror=option]`."""
    column = f":{message.column}" if message.column else ""
    option = "-Werror=" if message.severity == "error" else "-W"
    code = f" [{option}{message.code}]" if message.code else ""
    return f"{file}:{message.line}{column}: {message.severity}: {message.message}{code}"


def _file_name(material: Mutated) -> str:
    named = next((d.file.rsplit("/", 1)[-1] for d in material.diagnostics if d.file), "")
    return named or material.brief.seed.replace("-", "_") + ".c"


def _symptom(material: Mutated, phrases: Bank, rng: random.Random, language: Language) -> tuple[str, list[str]]:
    witness = material.witness
    assert material.mutant.fault is not None
    if witness is None:
        words = re.sub(r"harness line \d+: ", "", bare(material.mutant.fault.seen))
        seen = f"`{words.replace('`', chr(39))}`"
        phrase = phrases.one(rng, "symptom", (), "plain")
        return phrase.fill(seen_quoted=seen), [phrase.id]
    tone = "write-nth" if witness.kind == "write" and witness.ordinal > 1 else witness.kind
    phrase = phrases.one(rng, "symptom", (), tone)
    text = phrase.fill(
        where=witness.where,
        expected=witness.expected,
        observed=witness.observed,
        due=witness.due,
        ordinal=str(witness.ordinal),
        before_nth=_before(witness, language),
    )
    fed = phrases.one(rng, "fed").fill(fed=witness.fed) if witness.fed else ""
    return joined([text, fed], language), [phrase.id]


def _before(witness: Witness, language: Language) -> str:
    count = witness.ordinal - 1
    if language == "zh":
        return f"{count} 次写入"
    return "write" if count == 1 else f"{count} writes"


def _corrected_line(wrong: str, right: str) -> int:
    hunk = hunks(right, wrong)[0]
    return max(1, hunk.line)


def _only_in(function: str, wrong: str, corrected: Unit) -> bool:
    """Whether putting the corrected function in place of the faulty one makes the whole text right."""
    node = corrected.function(function.encode())
    if node is None:
        return False
    src = corrected.src.decode()
    head = corrected.src[: node.start_byte].decode()
    tail = corrected.src[node.end_byte :].decode()
    return wrong.startswith(head) and wrong.endswith(tail) and len(src) > 0


def _diagnosis(
    material: Mutated,
    phrases: Bank,
    rng: random.Random,
    language: Language,
    fault: Fault,
    function: str,
    group: str,
) -> str:
    """Where and what is wrong and why, how that leads to what was seen, and what has to be done."""
    reason = _reason(material, rng, language, fault)
    tone = {"extra": "line", "gap": "gap" if fault.line else "top"}.get(fault.kind, fault.kind)
    inside = ""
    if function and fault.kind != "block":
        inside = f"（在 `{function}` 里）" if language == "zh" else f" (in `{function}`)"
    target = phrases.one(rng, "target", (), "block" if fault.kind == "block" else "line").fill(line=str(fault.other))
    parts = [
        phrases.one(rng, "diagnosis", (), tone).fill(
            line=str(fault.line),
            other=str(fault.other),
            target=target,
            reason=reason,
            wrong_line=fault.wrong_line,
            wrong_code=fence(fault.wrong_line),
            in_function=inside,
        )
    ]
    if rng.random() < 0.7:
        parts.append(_consequence(material, phrases, rng, fault, group))
    told = fault.right_line.rstrip(" ;{") in reason or (fault.right and fault.right in reason)
    if fault.kind == "line" and fault.right_line and not told and rng.random() < 0.8:
        parts.append(phrases.one(rng, "should", (), "token").fill(right_line=fault.right_line))
    elif fault.kind == "extra":
        parts.append(phrases.one(rng, "should", (), "remove").fill(line=str(fault.line)))
    return joined(parts, language)


def _review(material: Mutated, rng: random.Random, language: Language) -> tuple[int, str] | None:
    """Now and then the seed's own request to review the program, and its number: who asks so has seen nothing yet."""
    fault = material.mutant.fault
    requests = material.brief.of("review", language)
    if fault is None or fault.kind == "compile" or not requests or rng.random() >= _REVIEWED:
        return None
    single = Single(material.brief, material.original)
    names = names_of(Unit.parse(material.original.source.encode()))
    fit = list(fitting(requests, single, names))
    if not fit:
        return None
    index, request = rng.choice(fit)
    return index, request.text


def _consequence(material: Mutated, phrases: Bank, rng: random.Random, fault: Fault, group: str) -> str:
    """How the fault leads to what was seen, in a sentence of this group; "" where there is nothing to add."""
    witness = material.witness
    if witness is not None:
        return phrases.one(rng, group, (), witness.kind).fill(
            where=witness.where, expected=witness.expected, observed=witness.observed, due=witness.due
        )
    shown = [d for d in material.diagnostics if d.file.rsplit("/", 1)[-1] == _file_name(material)]
    if not shown or _found_by_a_check(material):
        return ""
    first, near = shown[0].line, fault.line + (fault.kind in ("gap", "gaps"))
    below = "below" if fault.kind in ("line", "extra") and rng.random() < 0.5 else "late"
    tone = below if first > near and fault.line else "above" if 0 < first < fault.line else ""
    if not tone and len(shown) > 1:
        tone = "many"
    values = {"message_line": str(first), "line": str(fault.line), "tool": material.brief.platform.tool}
    return phrases.one(rng, "therefore", (), tone).fill(**values) if tone else ""


def _reason(material: Mutated, rng: random.Random, language: Language, fault: Fault) -> str:
    """What is wrong at this place in the operator's words, mostly with why that matters."""
    if material.reason is not None:
        return ended(material.reason.of(language))
    assert material.mutant.fault is not None
    name = material.mutant.fault.operator
    step = next((step for step in reversed(material.mutant.steps) if step.kind == "mutant"), None)
    facts = dict(step.params) if step is not None else {"was": fault.right, "now": fault.wrong}
    said = words(name, facts.get("case", ""), language)
    causes = said.causes(facts) if said is not None else ()
    if said is None or not causes:
        operator = _OPERATORS.get(name)
        if operator is not None:
            return ended(operator.zh if language == "zh" else operator.en[:1].upper() + operator.en[1:])
        if fault.wrong and fault.right:
            return (
                f"这里写成了 `{fault.wrong}`，应为 `{fault.right}`。"
                if language == "zh"
                else (f"It says `{fault.wrong}` where `{fault.right}` belongs.")
            )
        return "这里的代码做的不是该做的事。" if language == "zh" else "The code here does not do what it should."
    whys = said.whys(facts)
    why = [rng.choice(whys)] if whys and rng.random() < 0.8 else []
    return joined([rng.choice(causes), *why], language)


def _why(material: Mutated) -> str:
    fault = material.mutant.fault
    assert fault is not None
    correct = evidence(material.original, material.brief)
    if _found_by_a_check(material):
        return f"a static check reports the faulty version ({fault.seen}); of the corrected one: {correct}"
    if fault.kind == "compile":
        return f"the faulty version does not compile ({fault.seen}); of the corrected one: {correct}"
    return f"the faulty version was told apart on the simulator ({fault.seen}); of the corrected one: {correct}"
