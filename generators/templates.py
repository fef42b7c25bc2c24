"""Templates: a seed's typed holes filled together in code, instruction and harness.

A hole is a macro of the program, `#define NAME value`. Derived values are expressions over the holes (a reload value
from crystal and baud rate) and may be macros too; constraints refuse fillings that the hardware could not run.
"""

from __future__ import annotations

import itertools
import math
import random
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simpleeval import EvalWithCompoundTypes, InvalidExpression

from corpus.seeds import Seed, SeedError, Value
from corpus.source.edits import Edit, apply_edits
from corpus.source.unit import Unit

# Above this many combinations a seed's fillings are drawn instead of listed.
ENUMERATE_UP_TO = 4096

# Python 3.11 counts the depth of all threads' syntax trees together, and raises SystemError where two are made at once;
# the gates on what a model writes run in threads.
_ONE_TREE = threading.Lock()

_FUNCTIONS = {
    "abs": abs,
    "float": float,
    "int": int,
    "len": len,
    "max": max,
    "min": min,
    "round": round,
    "str": str,
    "ceil": math.ceil,
    "floor": math.floor,
    "log2": math.log2,
    "hex": hex,
}


@dataclass(frozen=True, slots=True)
class Filling:
    """One consistent set of values, each as the text that stands in code and words, in the seed's order."""

    texts: tuple[tuple[str, str], ...] = ()

    @property
    def crystal_hz(self) -> int | None:
        """The value of the hole CRYSTAL_HZ, in Hz; None where there is none, or it is no plain number."""
        digits = dict(self.texts).get("CRYSTAL_HZ", "").rstrip("uUlL")
        return int(digits) if digits.isdigit() else None

    def words(self, text: str) -> str:
        """`text` with `{NAME}` replaced and doubled braces made single.

        Raises:
            KeyError, IndexError, ValueError: the text names an unknown hole or has a stray brace.
        """
        return text.format_map(dict(self.texts))


class _Refused(Exception):
    """A constraint does not hold; carries its reason."""


def default_filling(seed: Seed) -> Filling:
    """The values that the program on disk has.

    Raises:
        SeedError: a derived value or a constraint does not evaluate, or the defaults break a constraint.
    """
    values = {name: hole.default for name, hole in seed.sheet.holes.items()}
    try:
        return _completed(seed, values)
    except _Refused as refusal:
        raise SeedError(seed.folder / "seed.yaml", 1, "constraints", f"the defaults break one: {refusal}") from None


def fillings(seed: Seed, rng: random.Random, limit: int) -> list[Filling]:
    """Up to `limit` different fillings, the default first, the others drawn evenly over the valid combinations."""
    first = default_filling(seed)
    found = {first: None}
    for values in _combinations(seed, rng):
        if len(found) >= limit:
            break
        try:
            found.setdefault(_completed(seed, values))
        except _Refused:
            continue
    return list(found)[:limit]


def refusal(seed: Seed, values: dict[str, Value]) -> str:
    """Why these hole values cannot be used, in the seed's own words; empty when they can."""
    try:
        _completed(seed, values)
    except _Refused as refused:
        return str(refused)
    return ""


def fill_program(seed: Seed, filling: Filling) -> str:
    """The program with each hole's macro set to its text.

    Raises:
        SeedError: a hole has no `#define` in the program, the text on disk is not the default's, or `timing` or
            `delays` names a function that is not there.
    """
    source = seed.program.encode()
    defaults = dict(default_filling(seed).texts)
    wanted = dict(filling.texts)
    edits: list[Edit] = []
    seen: set[str] = set()
    unit = Unit.parse(source)
    for key, functions in (("timing", seed.sheet.timing), ("delays", seed.sheet.delays)):
        for function in functions:
            if unit.function(function.encode()) is None:
                raise SeedError(seed.folder / "seed.yaml", 1, key, f"the program defines no function {function!r}")
    for node in unit.walk("preproc_def"):
        name_node, value_node = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name_node is None or value_node is None:
            continue
        name = source[name_node.start_byte : name_node.end_byte].decode()
        if name not in wanted:
            continue
        seen.add(name)
        raw = source[value_node.start_byte : value_node.end_byte].decode()
        value = re.split(r"\s*(?:/[/*])", raw, maxsplit=1)[0].rstrip()
        if value != defaults[name]:
            line = source.count(b"\n", 0, node.start_byte) + 1
            raise SeedError(
                seed.folder / "program.c", line, name, f"is {value!r} but the default filling gives {defaults[name]!r}"
            )
        start = value_node.start_byte
        edits.append(Edit(start, start + len(value.encode()), wanted[name].encode()))
    missing = [
        name
        for name, hole in seed.sheet.holes.items()
        if not hole.in_words and name not in seen and not _feeds_a_macro(seed, name, seen)
    ]
    if missing:
        raise SeedError(
            seed.folder / "program.c",
            1,
            missing[0],
            f"no `#define {missing[0]} ...` in the program, nor a derived macro that uses it",
        )
    return apply_edits(source, edits).decode()


def _feeds_a_macro(seed: Seed, hole: str, macros: set[str]) -> bool:
    """Whether a derived value that is a macro of the program depends on the hole, directly or through others."""
    word = re.compile(rf"\b{re.escape(hole)}\b")
    for name, derived in seed.sheet.derived.items():
        if word.search(derived.value) and (name in macros or _feeds_a_macro(seed, name, macros)):
            return True
    return False


def _combinations(seed: Seed, rng: random.Random) -> Iterator[dict[str, Value]]:
    names = list(seed.sheet.holes)
    domains = [seed.sheet.holes[name].domain for name in names]
    if not names:
        return
    total = math.prod(len(domain) for domain in domains)
    if total <= ENUMERATE_UP_TO:
        rows = list(itertools.product(*domains))
        rng.shuffle(rows)
        yield from (dict(zip(names, row, strict=True)) for row in rows)
        return
    for _ in range(ENUMERATE_UP_TO):
        yield {name: rng.choice(domain) for name, domain in zip(names, domains, strict=True)}


def _completed(seed: Seed, values: dict[str, Value]) -> Filling:
    names: dict[str, Any] = dict(values)
    texts = [(name, _text(seed, f"holes.{name}", hole.format, names[name])) for name, hole in seed.sheet.holes.items()]
    for name, derived in seed.sheet.derived.items():
        names[name] = _evaluated(seed, f"derived.{name}", derived.value, names)
        texts.append((name, _text(seed, f"derived.{name}", derived.format, names[name])))
    for number, constraint in enumerate(seed.sheet.constraints):
        if not _evaluated(seed, f"constraints.{number}", constraint.require, names):
            raise _Refused(constraint.because)
    return Filling(tuple(texts))


def _text(seed: Seed, field: str, form: str, value: Any) -> str:
    try:
        return form.format(value)
    except (ValueError, IndexError, KeyError) as error:
        raise SeedError(
            seed.folder / "seed.yaml", 1, field, f"format {form!r} does not fit {value!r}: {error}"
        ) from None


def _evaluated(seed: Seed, field: str, expression: str, names: dict[str, Any]) -> Any:
    try:
        with _ONE_TREE:
            return EvalWithCompoundTypes(names=names, functions=_FUNCTIONS).eval(expression)
    except (InvalidExpression, SyntaxError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise SeedError(seed.folder / "seed.yaml", 1, field, f"{expression!r} does not evaluate: {error}") from None
