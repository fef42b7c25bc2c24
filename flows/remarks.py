"""What an author is told of a seed before anything is compiled: plain words, with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from corpus.seeds import Seed
from corpus.source.lexer import lex
from corpus.taxonomy import Taxonomy, taxonomy
from corpus.yamlfile import did_you_mean, line_of, located
from flows.stages.strength import digest_of
from flows.wording import Complaint, Wording, unusable
from generators.mutants.catalogue import OPERATORS
from generators.tasks.comments import comment_text, unspoken, untranslated


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is wrong with a seed; its text is `file:line: field: what is wrong`. An error refuses the seed."""

    severity: Literal["error", "warning"]
    file: str
    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.problem}"


def remarks(seed: Seed, strict: bool = False) -> list[Remark]:
    """All that can be said of a seed without a compiler, errors first; with `strict` a warning is an error.

    Raises:
        SeedError: the defaults do not evaluate.
        TaxonomyError: the taxonomy itself cannot be read.
    """
    found = unwritten(seed)
    if not found:
        found = [
            *_placed(seed, _labels(seed, taxonomy())),
            *_comments(seed),
            *_placed(seed, Wording(seed).complaints()),
        ]
        found += _placed(seed, _strength(seed))
    if strict:
        found = [Remark("error", one.file, one.line, one.field, one.problem) for one in found]
    return sorted(found, key=lambda one: (one.severity, one.file, one.line))


def unwritten(seed: Seed) -> list[Remark]:
    """What no row can be made of: texts still to be written, holes that are not there."""
    return [*_unwritten(seed), *_placed(seed, unusable(seed))]


def _placed(seed: Seed, complaints: Iterable[Complaint]) -> Iterator[Remark]:
    """With lines: that of the word at fault where the text has it, else that of the key."""
    path = seed.folder / "seed.yaml"
    data = None
    lines: list[str] = []
    for one in complaints:
        if data is None:
            text = path.read_text(encoding="utf-8")
            data, lines = located(text), text.splitlines()
        line = line_of(data, one.place)
        if one.word:
            line = next((n for n in range(line, len(lines) + 1) if one.word in lines[n - 1]), line)
        place = one.place[:-1] if one.place[0] == "instruction" and len(one.place) == 4 else one.place
        yield Remark(one.severity, str(path), line, ".".join(map(str, place)), one.problem)


def _unwritten(seed: Seed) -> Iterator[Remark]:
    for name, source in (("program.c", seed.program), ("harness.c", seed.harness)):
        data = source.encode()
        for token in lex(data):
            if token.kind == "comment":
                words = comment_text(data[token.start : token.end].decode())
                if words.startswith("TODO"):
                    line = data.count(b"\n", 0, token.start) + 1
                    yield Remark("error", str(seed.folder / name), line, "comment", f"is still to be done: {words}")


def _labels(seed: Seed, plan: Taxonomy) -> Iterator[Complaint]:
    first = seed.sheet.peripherals[0]
    if first not in plan.family_of:
        problem = f"{first!r} is in no family of datasets/taxonomy.yaml{did_you_mean(first, plan.family_of)}"
        yield Complaint("error", ("peripherals", 0), problem)


def _comments(seed: Seed) -> Iterator[Remark]:
    for line, words in untranslated(seed.program, seed.sheet.comments):
        yield Remark(
            "error", str(seed.folder / "program.c"), line, "comment", f"has no Chinese under comments: {words}"
        )
    unused = [
        Complaint("warning", ("comments", english), "stands in no comment of the program")
        for english in unspoken(seed.program, seed.sheet.comments)
    ]
    yield from _placed(seed, unused)


def _strength(seed: Seed) -> Iterator[Complaint]:
    names = [one.name for one in OPERATORS]
    for number, entry in enumerate(seed.sheet.equivalent):
        if entry.rule not in names:
            problem = f"no mutation operator {entry.rule!r}{did_you_mean(entry.rule, names)}"
            yield Complaint("error", ("equivalent", number, "rule"), problem)
    stored = seed.sheet.strength
    if stored is not None and stored.digest != digest_of(seed):
        problem = f"is of another program or harness: `firmseed seeds strength {seed.id} --write` measures it again"
        yield Complaint("warning", ("strength",), problem)
