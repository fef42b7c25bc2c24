"""One chain of rewrites over a file, and what must hold of each of its steps, asked anew after the applier."""

from __future__ import annotations

import random
import re
import resource
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TypeVar

from corpus.source.edits import Edit, apply_edits
from corpus.source.lexer import lex, lexed
from corpus.source.tokens import token_stream
from corpus.source.unit import Unit
from generators.rewrites.apply import Proposal, order, propose, rename_aliases
from generators.rewrites.catalogue import RULES
from generators.rewrites.opposites import undoes
from generators.rewrites.rule import Context, Refusal, Rule
from generators.rewrites.style import STYLES

STEP_CPU_S = 10.0
"""One question to one rule may take this long: a hundred times the dearest that was seen, on a file of 64 KiB."""
MEMORY_BYTES = 3 << 30

_CONDITIONALS = (b"if", b"ifdef", b"ifndef", b"elif", b"else", b"endif", b"include", b"pragma", b"error", b"line")

_TAG = re.compile(rb"[@\\]\w+")
_WORD = re.compile(rb"[\w\x80-\xff]+")
_STDINT = b"# include < stdint . h >"

# What does not parse is told apart from its surroundings as well as can be: a name's length may move that border.
_MORE = 2

T = TypeVar("T")


class TooSlow(Exception):
    """A rule took more than STEP_CPU_S."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong: a kind (`crash`, `slow`, `memory`, `parse`, `edits`, `comments`, ...), the rule, and evidence."""

    kind: str
    rule: str
    detail: str


@dataclass(slots=True)
class Chain:
    """A chain of one author: the texts from the file on, the steps, the harness's names, and what was wrong."""

    style: str
    texts: list[bytes]
    steps: list[str] = field(default_factory=list)
    renames: list[tuple[str, str]] = field(default_factory=list)
    aliases: tuple[tuple[str, str], ...] = ()
    defects: list[Defect] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")


def bound_memory() -> None:
    """Bounds this process: a rule that takes more raises MemoryError."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def chain(text: bytes, name: str, number: int, held: frozenset[str] = frozenset()) -> Chain:
    """A random chain of 1 to 8 rules by one author."""
    rng = random.Random(f"soak/{name}/{number}")
    made = Chain((style := rng.choice(STYLES)).name, [text])
    context = Context(style, rng, held)
    length = rng.randint(1, 8)
    for rule in order(RULES, rng):
        if len(made.steps) == length or made.defects:
            break
        if not undoes(rule.name, made.steps):
            _step(made, rule, context)
    return made


def each_rule(text: bytes, name: str, held: frozenset[str] = frozenset()) -> list[Chain]:
    """Every rule once on the file itself, each as a chain of its own."""
    found = []
    for rule in RULES:
        rng = random.Random(f"soak/{name}/{rule.name}")
        made = Chain((style := rng.choice(STYLES)).name, [text])
        _step(made, rule, Context(style, rng, held))
        found.append(made)
    return found


def _step(made: Chain, rule: Rule, context: Context) -> None:
    before = Unit.parse(made.texts[-1])
    start = time.process_time()
    try:
        proposal = _within(STEP_CPU_S, lambda: propose(rule, before, context))
    except TooSlow:
        made.defects.append(Defect("slow", rule.name, f"more than {STEP_CPU_S:.0f} s"))
        return
    except MemoryError:
        made.defects.append(Defect("memory", rule.name, f"more than {MEMORY_BYTES >> 20} MiB"))
        return
    except Exception as error:  # noqa: BLE001 - any crash is a finding
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__}: {error} in {Path(where.filename).name}:{where.lineno}"
        made.defects.append(Defect("crash", rule.name, told))
        return
    made.slowest = max(made.slowest, (round(time.process_time() - start, 2), rule.name))
    if isinstance(proposal, Refusal):
        if proposal.reason in ("broke-parse", "lost-comment"):  # held back, but the rule should not have asked
            made.defects.append(
                Defect(f"held-back-{proposal.reason}", rule.name, f"line {before.line(proposal.start)}")
            )
        return
    made.defects += wrong(before, proposal, rule)
    made.texts.append(proposal.source)
    made.steps.append(rule.name)
    made.aliases = rename_aliases(made.aliases, proposal.aliases)
    if rule.renames:
        made.renames += [pair for pair in proposal.step.params if pair[0] not in ("ask-en", "ask-zh", "within")]


def wrong(before: Unit, proposal: Proposal, rule: Rule) -> list[Defect]:
    """What a step broke, by the texts alone."""
    after = Unit.parse(proposal.source)
    return [Defect(kind, rule.name, detail) for kind, detail in _wrong(before, after, proposal, rule)]


def _wrong(before: Unit, after: Unit, proposal: Proposal, rule: Rule) -> Iterator[tuple[str, str]]:
    try:
        before.src.decode()
        edits = [Edit(start, end, text.encode()) for start, end, text in proposal.step.edits]
        if apply_edits(before.src, edits) != after.src:
            yield "edits", "the step's edits do not give its text"
    except UnicodeDecodeError:  # a record holds text, so that the edits of such a file are not all there
        pass
    if error_bytes(after) > _MORE * error_bytes(before):
        at = after.error
        told = f"{error_bytes(before)} -> {error_bytes(after)} bytes"
        yield "parse", f"line {after.line(at.start) if at else 0}: {told}"
    if rule.tokens_kept and token_stream(before.src) != token_stream(after.src):
        yield "tokens", "a rule of layout changed tokens"
    if (words := comment_words(before.src)) - (now := comment_words(after.src)) and not rule.renames:
        yield "comments", _difference(words, now)
    if _line_ends(before.src) != _line_ends(after.src) and _line_ends(before.src) != "mixed":
        yield "line-ends", f"{_line_ends(before.src)} -> {_line_ends(after.src)}"
    if (old := _lines(before.src)) - (new := _lines(after.src)):
        yield "directives", _difference(old, new)
    if _asm(before.src) != _asm(after.src):
        yield "asm", _difference(_asm(before.src), _asm(after.src))
    if _trailing(after.src) > _trailing(before.src):
        yield "trailing-blanks", f"{_trailing(before.src)} -> {_trailing(after.src)} lines"
    if before.src.endswith(b"\n") and not after.src.endswith(b"\n"):
        yield "last-line", "its end is gone"


def errors(unit: Unit) -> list[tuple[int, int]]:
    """The outermost places that do not parse; a missing token has no length."""
    found: list[tuple[int, int]] = []
    waiting = [unit.root] if unit.root.has_error else []
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append((node.start_byte, node.end_byte))
        elif node.has_error:
            waiting += reversed(node.children)
    return found


def error_bytes(unit: Unit) -> int:
    """Bytes inside ERROR; a missing token counts as one."""
    return sum(max(1, end - start) for start, end in errors(unit))


def comment_words(src: bytes) -> Counter[bytes]:
    """The words of all comments; not the marks, the rulers and tags such as `@brief`, which go with the form."""
    words: Counter[bytes] = Counter()
    for token in lex(src):
        if token.kind == "comment":
            words.update(_WORD.findall(_TAG.sub(b"", src[token.start : token.end])))
    return words


def _line_ends(src: bytes) -> str:
    crlf, all_ends = src.count(b"\r\n"), src.count(b"\n")
    return "lf" if not crlf else "crlf" if crlf == all_ends else "mixed"


def _lines(src: bytes) -> Counter[bytes]:
    """The `#if`, `#include` and `#pragma` lines, blanks and comments aside."""
    cut = lexed(src)
    found: Counter[bytes] = Counter()
    for first, last in cut.lines:
        words = [text for _, text in cut.words[first:last]]
        if words[1:2] and words[1] in _CONDITIONALS:
            found[b" ".join(words if words[1] in (b"include", b"pragma") else words[:2])] += 1
    found.pop(_STDINT, None)  # comes and goes with the words for types
    return found


def _asm(src: bytes) -> Counter[bytes]:
    return Counter(src[token.start : token.end] for token in lex(src) if token.kind == "asm")


def _trailing(src: bytes) -> int:
    return sum(line.rstrip(b"\r\n") != line.rstrip() for line in src.splitlines())


def _difference(old: Counter[bytes], new: Counter[bytes]) -> str:
    gone, come = old - new, new - old
    return f"gone {[*gone][:4]}, come {[*come][:4]}"[:300]


def _within(seconds: float, work: Callable[[], T]) -> T:
    """Does the work under a limit of CPU time. Raises TooSlow."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    earlier = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, earlier)
