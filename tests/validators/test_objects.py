"""Objects compared without the names that they define."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.source.unit import Unit
from validators.objects import same_code
from validators.sandbox.runner import Sandbox
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict

SEEDS = Path(__file__).parents[2] / "datasets" / "seeds"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def compiled(sandbox: Sandbox, source: str, name: str = "sdcc-mcs51") -> str:
    return compile_verdict(sandbox, toolchain(name), source).object


@pytest.mark.parametrize("name", ["buzzer-melody", "coop-scheduler", "uart-command-parser"])
def test_a_consistent_renaming_keeps_the_code(sandbox: Sandbox, name: str) -> None:
    """Though the assembler lists symbols in another order then."""
    source = (SEEDS / name / "program.c").read_text()
    symbols = Unit.parse(source.encode()).symbols
    own = {symbol.name.decode() for symbol in symbols.all("function", "global", "static")} - {"main"}
    renamed = re.sub(r"\w+", lambda word: f"zq_{word[0]}" if word[0] in own else word[0], source)
    assert renamed != source and same_code(compiled(sandbox, source), compiled(sandbox, renamed))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int f(int a, int b) { return a / b; }", "int f(int a, int b) { return a % b; }"),
        ("int g(void), h(void); int f(void) { return g(); }", "int g(void), h(void); int f(void) { return h(); }"),
        ("char a, b; void f(void) { a = 1; }", "char a, b; void f(void) { b = 1; }"),
        ("char a; void f(void) { a = 1; }", "char a; void f(void) { a = 2; }"),
        ("char a[2];", "char a[3];"),
    ],
)
@pytest.mark.parametrize("name", ["sdcc-mcs51", "sdcc-stm8"])
def test_another_function_called_or_object_written_is_other_code(
    sandbox: Sandbox, name: str, one: str, other: str
) -> None:
    """Though the bytes themselves may be the same before they are linked."""
    first, second = (compiled(sandbox, f"{text}\n", name) for text in (one, other))
    assert first and second and same_code(first, first) and not same_code(first, second)


def test_what_did_not_compile_has_no_code() -> None:
    """Nothing equals nothing."""
    assert not same_code("", "")
