"""The rules about data do what they say on a program of many tables and states, and it runs as before."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.seeds import load_seed
from corpus.source.unit import Unit
from flows.proof import Proved, Prover
from flows.settings import ROOT
from generators.rewrites.apply import propose
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Context, Refusal
from generators.rewrites.style import STYLES
from generators.templates import default_filling
from validators.sandbox.runner import Sandbox

HOB = Path(__file__).parent / "hob"
BY_NAME = {rule.name: rule for rule in RULES}
# A rule, and the one that takes its result back, where the result leaves it room to.
PAIRS = (
    ("switch-to-table", ""),
    ("switch-to-state-table", "state-table-to-switch"),
    ("switch-to-handlers", "handlers-to-switch"),
    ("shift-to-mask", "mask-to-shift"),
    ("table-to-formula", "formula-to-table"),
    ("formula-to-table", "table-to-formula"),
    ("globals-to-struct", "struct-to-globals"),
    ("tables-to-structs", "structs-to-tables"),
    ("const-parameter", ""),
    ("const-table", ""),
    ("const-locals", "const-values-dropped"),
    ("macro-to-function", "function-to-macro"),
    ("function-to-macro", "macro-to-function"),
    ("constant-to-macro", ""),
)


@pytest.fixture(scope="module")
def hob() -> Iterator[tuple[Prover, Proved]]:
    """The program, proved."""
    shipped = load_seed(ROOT / "datasets" / "seeds" / "crc8-maxim")
    sheet = shipped.sheet.model_copy(update={"holes": {}, "derived": {}, "timing": ()})
    program, harness = (HOB / name for name in ("program.c", "harness.c"))
    seed = replace(shipped, sheet=sheet, program=program.read_text(), harness=harness.read_text())
    with Sandbox() as sandbox:
        prover = Prover(sandbox, seed, 5_000_000, enumerate_inputs=False, coverage=False)
        root = prover.root(default_filling(seed), default=True)
        assert isinstance(root, Proved)
        yield prover, root


def taken(prover: Prover, parent: Proved, name: str, draw: int) -> Proved:
    """The program after the rule, which acts on it and is right."""
    proposal = propose(BY_NAME[name], parent.unit, Context(STYLES[0], random.Random(draw)))
    assert not isinstance(proposal, Refusal), proposal.reason
    found = prover.step(parent, proposal)
    assert isinstance(found, Proved), found.failed
    return found


@pytest.mark.parametrize(("rule", "opposite"), PAIRS)
def test_the_program_does_the_same_after_a_rule_and_after_its_opposite(
    hob: tuple[Prover, Proved], rule: str, opposite: str
) -> None:
    """Compiled for the 8051 and run under the same stimuli."""
    prover, root = hob
    after = taken(prover, root, rule, 1)
    assert after.program.source != root.program.source
    if opposite:
        back = taken(prover, after, opposite, 1)
        assert back.program.source != after.program.source


def test_a_table_that_a_comment_speaks_of_stays() -> None:
    """The comment would tell of a name that is gone."""
    text = (
        "static const unsigned char bit[4] = {1, 2, 4, 8};\n\nint f(unsigned char n)\n{\n%s    return bit[n & 3];\n}\n"
    )
    told = Unit.parse((text % "    /* bit has four */\n").encode())
    plain = Unit.parse((text % "    /* bits, four of them */\n").encode())
    context = Context(STYLES[0], random.Random(0))
    assert isinstance(propose(BY_NAME["mask-to-shift"], told, context), Refusal)
    assert not isinstance(propose(BY_NAME["mask-to-shift"], plain, context), Refusal)


@pytest.mark.parametrize("name", ["table-to-switch", "mask-to-shift", "table-to-formula", "structs-to-tables"])
def test_a_table_that_the_harness_uses_stays(name: str) -> None:
    """What a harness names must not vanish: the rule's own example is refused."""
    rule = BY_NAME[name]
    unit = Unit.parse(rule.changes[0][0].encode())
    names = frozenset(symbol.name.decode() for symbol in unit.symbols.all("static"))
    context = Context(STYLES[0], random.Random(0))
    assert not isinstance(propose(rule, unit, context), Refusal)
    assert isinstance(propose(rule, unit, replace(context, held=names)), Refusal)


def test_a_use_within_a_macro_call_is_no_plain_use() -> None:
    """The macro may write its argument, take its address or use it twice."""
    text = (
        "#define SET(x) ((x) = 9)\nstatic unsigned char s;\n"
        "static const unsigned char t[2] = {1, 2};\nint f(void)\n{\n    return t[s];\n}\n"
        "void g(void)\n{\n    s = 1;\n%s}\n"
    )
    context = Context(STYLES[0], random.Random(0))
    clean = Unit.parse((text % "").encode())
    written = Unit.parse((text % "    SET(s);\n").encode())
    assert not isinstance(propose(BY_NAME["table-to-switch"], clean, context), Refusal)
    found = propose(BY_NAME["table-to-switch"], written, context)
    assert isinstance(found, Refusal) and found.reason == "index-may-be-outside"
