"""The task `fix`: a faulty program and how the fault shows; which line it is, why, and the correction."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.records import Diagnostic, Example, Language
from corpus.source.edits import diff
from corpus.source.lexer import lex, significant
from corpus.source.unit import Unit
from generators.tasks.bank import Bank, bank, table
from generators.tasks.comments import localise
from generators.tasks.difference import function_at, function_text, hunks
from generators.tasks.material import Mutated, Single, Witness
from generators.tasks.refactor import placed
from generators.tasks.row import LANGUAGES, CountTokens, ended, evidence, fence, joined, lowered, paragraphs, row
from generators.tasks.symptom import bare
from generators.tasks.write import idea_for

# Above this, a compiler's later messages are echoes of the first.
_MOST_MESSAGES = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the faulty text differs: its line (from 1), that line, what belongs there, and the differing bits of code.

    `gap` says that lines are missing after `line`. `wrong` and `right` are empty where no clean cut was found.
    """

    line: int
    wrong_line: str
    right_line: str
    wrong: str
    right: str
    gap: bool


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
        silent = fault is None or (fault.kind == "compile" and not messages(material, _file_name(material)))
        if wrong != right and not silent:
            yield _example(material, rng, count_tokens, language, wrong, right)


def find_fault(wrong: str, right: str) -> Fault:
    """Where the two texts differ first. Raises ValueError when they do not differ."""
    differing = hunks(wrong, right)
    if not differing:
        raise ValueError("the texts do not differ")
    hunk = differing[0]
    old = next((line.strip() for line in hunk.old if line.strip()), "")
    new = " ".join(line.strip() for line in hunk.new if line.strip())
    if not old:
        return Fault(hunk.line, "", new, "", _bare(new), True)
    first = next(i for i, line in enumerate(hunk.old) if line.strip())
    pair = _cut(_bare(old), _bare(new)) if len(hunk.old) == len(hunk.new) == 1 else ("", "")
    return Fault(hunk.line + first, _bare(old), _bare(new) if len(hunk.new) == 1 else "", *pair, False)


def _bare(line: str) -> str:
    """A line without its comments and outer blanks."""
    return re.sub(r"/\*.*?\*/|//.*$|/\*.*$", "", line).strip()


def _cut(wrong: str, right: str) -> tuple[str, str]:
    """The tokens in which two lines differ, whole operands with a changed operator; ("", "") when either has none."""
    old, new = (list(significant(lex(text.encode()))) for text in (wrong, right))
    a = [wrong.encode()[t.start : t.end].decode() for t in old]
    b = [right.encode()[t.start : t.end].decode() for t in new]
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    if head == len(a) - tail or head == len(b) - tail:
        return "", ""
    texts = []
    for text, tokens in ((wrong, old), (right, new)):
        texts.append(text.encode()[tokens[head].start : tokens[len(tokens) - tail - 1].end].decode())
    return texts[0], texts[1]


def _example(
    material: Mutated, rng: random.Random, count_tokens: CountTokens, language: Language, wrong: str, right: str
) -> Example:
    brief, mutant = material.brief, material.mutant
    assert mutant.fault is not None
    phrases = bank(language, "fix")
    title = brief.title.of(language)
    file = _file_name(material)
    values = {"title": title, "title_low": lowered(title), "chip": brief.chip, "code": fence(wrong)}
    values["code_follows"] = phrases.one(rng, "code-follows").text
    ids: list[str] = []
    if mutant.fault.kind == "compile":
        values["errors"] = fence(messages(material, file), "")
        frame = phrases.one(rng, "frame-compile")
    else:
        values["symptom"], ids = _symptom(material, phrases, rng, language)
        frame = phrases.one(rng, "frame-behaviour")

    fault = find_fault(wrong, right)
    corrected = Unit.parse(right.encode())
    function = function_at(corrected, _corrected_line(wrong, right))
    local = bool(function) and _only_in(function, wrong, corrected)
    gives = rng.choices(("file", "function" if local else "file", "diff"), (45, 30, 25))[0]
    asks = [phrases.pick(rng, f"ask-{gives}", (), frame.tone)] if gives != "file" or rng.random() < 0.3 else []
    said = [ask for ask in asks if ask is not None]
    user = placed(frame.fill(**values), joined((ask.text for ask in said), language), frame.tone, language)

    told = _diagnosis(material, phrases, rng, language, fault, function)
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
    return "\n".join(_line(message, file) for message in found[:_MOST_MESSAGES])


def _line(message: Diagnostic, file: str) -> str:
    """One message in sdcc's own form: `file:line: error 20: text`; syntax errors carry no number but a column."""
    code = f"{message.severity} {message.code}" if message.code else message.severity
    if message.code == "syntax":
        column = f" ; column {message.column}" if message.column else ""
        return f"{file}:{message.line}: syntax error: {message.message}{column}"
    return f"{file}:{message.line}: {code}: {message.message}"


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
    material: Mutated, phrases: Bank, rng: random.Random, language: Language, fault: Fault, function: str
) -> str:
    reason = _reason(material, rng, language, fault)
    tone = "line" if not fault.gap else "gap" if fault.line else "top"
    phrase = phrases.one(rng, "diagnosis", (), tone)
    inside = ""
    if function:
        inside = f"（在 `{function}` 里）" if language == "zh" else f" (in `{function}`)"
    text = phrase.fill(
        line=str(fault.line),
        reason=reason,
        wrong_line=fault.wrong_line,
        wrong_code=fence(fault.wrong_line),
        in_function=inside,
    )
    if fault.right_line and not fault.gap and fault.right not in reason and rng.random() < 0.8:
        text = joined([text, phrases.one(rng, "should").fill(right_line=fault.right_line)], language)
    return text


def _reason(material: Mutated, rng: random.Random, language: Language, fault: Fault) -> str:
    if material.reason is not None:
        return ended(material.reason.of(language))
    assert material.mutant.fault is not None
    reasons = table("reasons.yaml")
    entry = reasons.get(material.mutant.fault.operator, reasons["generic"])
    statement = fault.right if fault.gap else ""
    fit = [
        text
        for text in entry[language]
        if ("{statement}" not in text or statement) and ("{wrong}" not in text or (fault.wrong and fault.right))
    ]
    if not fit:
        return str(entry[f"plain_{language}"])
    return (
        str(rng.choice(fit))
        .replace("{wrong}", fault.wrong)
        .replace("{right}", fault.right)
        .replace("{statement}", statement)
    )


def _why(material: Mutated) -> str:
    fault = material.mutant.fault
    assert fault is not None
    correct = evidence(material.original, material.brief)
    if fault.kind == "compile":
        return f"the faulty version does not compile ({fault.seen}); of the corrected one: {correct}"
    return f"the faulty version was told apart on the simulator ({fault.seen}); of the corrected one: {correct}"
