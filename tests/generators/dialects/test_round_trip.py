"""sdcc to Keil C51 and back: the same machine code, for every shipped 8051 seed and for rewritten ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from corpus.seeds import Seed, load_seeds
from corpus.source.stream import token_stream
from corpus.source.unit import Unit
from flows.settings import ROOT
from generators.dialects.c89 import hoisted
from generators.dialects.conversion import Converted
from generators.dialects.keil import to_keil
from generators.dialects.sdcc import to_sdcc
from tests.soak.chains import grow
from validators.objects import same_code
from validators.sandbox.runner import Sandbox
from validators.toolchains.compile import compile_verdict
from validators.toolchains.sdcc import sdcc_mcs51

SEEDS = tuple(seed for seed in load_seeds(ROOT / "datasets" / "seeds") if seed.sheet.target == "mcs51")
VARIANTS = 3
LONGEST = 8


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Where sdcc runs."""
    with Sandbox() as made:
        yield made


def there_and_back(source: bytes) -> tuple[Converted, Converted]:
    """The Keil form, and what comes back."""
    keil = to_keil(source)
    assert isinstance(keil, Converted), keil
    back = to_sdcc(keil.source)
    assert isinstance(back, Converted), (back, keil.source.decode())
    return keil, back


def object_of(sandbox: Sandbox, seed: Seed, source: bytes) -> str:
    """What sdcc makes of it, which must not warn."""
    compiled = compile_verdict(sandbox, sdcc_mcs51(seed.sheet.model), source.decode())
    assert compiled.verdict.passed, compiled.verdict.evidence
    return compiled.object


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.id)
def test_a_seed_comes_back_as_the_same_machine_code(seed: Seed, sandbox: Sandbox) -> None:
    """And as the same tokens, unless a change says that it chose among sdcc's spellings; once chosen, it stays."""
    source = seed.program.encode()
    keil, back = there_and_back(source)
    words = {text for text in token_stream(keil.source) if text.startswith(b"__")}
    assert not words, "a word of sdcc's is left"
    assert same_code(object_of(sandbox, seed, source), object_of(sandbox, seed, back.source))
    if all(change.kept for change in keil.changes):
        assert token_stream(back.source) == token_stream(source)
    again, last = there_and_back(back.source)
    assert (again.source, last.source) == (keil.source, back.source)


@pytest.mark.parametrize("number", range(VARIANTS))
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.id)
def test_a_rewritten_seed_comes_back_as_the_same_machine_code(seed: Seed, number: int, sandbox: Sandbox) -> None:
    """C99's declarations are moved for C51, by rewrites that are proved elsewhere, and stay where they were moved to:
    sdcc gives a variable of a loop other registers than one of the function. So the moved text is what must come back.
    """
    chain = grow(seed.program, f"dialects/{seed.id}/{number}", longest=LONGEST)
    source = hoisted(Unit.parse(chain.last.encode()))[1]
    _, back = there_and_back(source)
    assert same_code(object_of(sandbox, seed, source), object_of(sandbox, seed, back.source)), chain.rules
