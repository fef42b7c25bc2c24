"""ELF objects compared without the names that they define."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.source.dialect import is_vector
from corpus.source.unit import Unit
from validators.elf_objects import code_of_elf
from validators.sandbox.runner import Sandbox
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict

SEEDS = Path(__file__).parents[1] / "datasets" / "seeds"
COMPILERS = {"avr": "avr-gcc", "stm32": "arm-none-eabi-gcc"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def code(sandbox: Sandbox, name: str, source: str, renamed: tuple[tuple[str, str], ...] = ()) -> bytes:
    compiled = compile_verdict(sandbox, toolchain(name), source)
    assert compiled.verdict.passed, compiled.verdict
    return code_of_elf(compiled.files["program.o"], renamed)


@pytest.mark.parametrize("seed", ["tick-avr", "ring-avr", "ring-stm32"])
def test_a_consistent_renaming_keeps_the_code(sandbox: Sandbox, seed: str) -> None:
    """If it is told; that of a handler, which its vector finds by name, is told by nobody."""
    source = (SEEDS / seed / "program.c").read_text()
    name = COMPILERS[seed.rpartition("-")[2]]
    symbols = Unit.parse(source.encode()).symbols.all("function", "global", "static")
    own = {s.name.decode() for s in symbols if not is_vector(s.name)}
    renamed = re.sub(r"\w+", lambda word: f"zq_{word[0]}" if word[0] in own else word[0], source)
    before = code(sandbox, name, source)
    told = tuple((f"zq_{one}", one) for one in own)
    assert renamed != source and before and before == code(sandbox, name, renamed, told)
    assert before != code(sandbox, name, renamed)
    lost = {"avr": ("TIMER0_COMPA_vect", "TIMER0_COMPB_vect"), "stm32": ("USART1_IRQHandler", "USART2_IRQHandler")}
    for old, new in lost.values():
        if old in source:
            assert before != code(sandbox, name, source.replace(old, new))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int f(int a, int b) { return a + b; }", "int f(int a, int b) { return a - b; }"),
        ("int g(void), h(void); int f(void) { return g(); }", "int g(void), h(void); int f(void) { return h(); }"),
        ("char a, b; void f(void) { a = 1; }", "char a, b; void f(void) { b = 1; }"),
        ("char a = 1;", "char a = 2;"),
        ("char a[2];", "char a[3];"),
        ("int f(void) { return 1; }", "static int f(void) { return 1; } int (*const p)(void) = f;"),
    ],
)
@pytest.mark.parametrize("name", COMPILERS.values())
def test_other_code_is_told_apart(sandbox: Sandbox, name: str, one: str, other: str) -> None:
    """Instructions, calls, the objects that they reach, values and sizes."""
    assert code(sandbox, name, one) != code(sandbox, name, other)


def test_what_is_no_object_has_no_code() -> None:
    """Nor a part of one."""
    assert code_of_elf(b"") == code_of_elf(b"\x7fELF\x01\x01" + bytes(9)) == b""
