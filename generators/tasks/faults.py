"""Where a faulty text differs from the right one, cut out for a diagnosis: the line, the gap, what stands elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from corpus.source.lexer import lex, significant
from corpus.source.unit import Unit
from generators.tasks.difference import Hunk, hunks


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the faulty text differs: its line (from 1), that line, what belongs there, and the differing bits of code.

    `kind` says what is to be done: `line` a line reads otherwise, `extra` it has to go, `gap` lines are missing after
    `line` (`gaps`: and after `other`), `moved` this line belongs after `other`, `block` the function that begins in
    `line` stands behind its call.
    `wrong` and `right` are empty where no clean cut was found.
    """

    line: int
    wrong_line: str
    right_line: str
    wrong: str
    right: str
    kind: Literal["line", "extra", "gap", "gaps", "moved", "block"]
    other: int = 0


def find_fault(wrong: str, right: str, at: int = 0) -> Fault:
    """Where the two texts differ first. Raises ValueError when they do not differ.

    `at` is the line at which the wrong text was changed: of two lines that have changed places, the one to blame.
    """
    differing = hunks(wrong, right)
    if not differing:
        raise ValueError("the texts do not differ")
    if (found := _out_of_order(wrong, right)) is not None:
        return found
    if len(differing) == 2 and (found := _moved(*differing) or _gaps(*differing)):
        swapped = found.kind == "moved" and (found.line, found.other) == (at + 1, at - 1)
        return replace(found, line=at, wrong_line=_bare(wrong.split("\n")[at - 1]), other=at + 1) if swapped else found
    hunk = differing[0]
    old = next((line.strip() for line in hunk.old if line.strip()), "")
    new = " ".join(line.strip() for line in hunk.new if line.strip())
    if not old:
        return Fault(hunk.line, "", new, "", _bare(new), "gap")
    first = next(i for i, line in enumerate(hunk.old) if line.strip())
    pair = _cut(_bare(old), _bare(new)) if len(hunk.old) == len(hunk.new) == 1 else ("", "")
    right_line = _bare(new) if len(hunk.new) == 1 else ""
    line = hunk.line + first
    while not new and wrong.split("\n")[line : line + 1] == [hunk.old[first]]:
        line += 1  # of equal lines the last one is too many
    return Fault(line, _bare(old), right_line, *pair, "line" if new else "extra")


def _out_of_order(wrong: str, right: str) -> Fault | None:
    """A whole function that stands in another place."""
    old, new = Unit.parse(wrong.encode()), Unit.parse(right.encode())
    names, due = ([unit.function_name(f) for f in unit.functions()] for unit in (old, new))
    if names == due or sorted(names) != sorted(due) or len(set(names)) != len(names):
        return None
    for name in due:
        if [n for n in names if n != name] == [n for n in due if n != name]:
            function = old.function(name)
            if function is not None:
                head = _bare(old.src[function.start_byte : old.line_end(function.start_byte)].decode())
                return Fault(old.line(function.start_byte), head, "", "", "", "block")
    return None


def _moved(one: Hunk, other: Hunk) -> Fault | None:
    """The same lines taken out at one place and put in at another."""
    for gone, put in ((one, other), (other, one)):
        taken = [line.strip() for line in gone.old if line.strip()]
        if (
            len(taken) == 1
            and not any(gone.new)
            and not any(put.old)
            and taken == [x.strip() for x in put.new if x.strip()]
        ):
            first = next(i for i, line in enumerate(gone.old) if line.strip())
            code = _bare(taken[0])
            return Fault(gone.line + first, code, "", "", "", "moved", put.line)
    return None


def _gaps(one: Hunk, other: Hunk) -> Fault | None:
    """Lines missing at two places."""
    if any(line.strip() for line in (*one.old, *other.old)) or not (one.line and other.line):
        return None
    return Fault(one.line, "", "", "", "", "gaps", other.line)


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
