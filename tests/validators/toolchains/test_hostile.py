"""Each attack that the screen refuses, given to the compilers all the same: the sandbox alone must hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.validators.hostile import HOSTILE, SECRET
from validators.sandbox.runner import Limits, Sandbox
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.sdcc import sdcc_mcs51
from validators.toolchains.toolchain import Toolchain

CONTENT = "word_of_the_secret_file"
TIGHT = Limits(cpu_s=1, wall_s=20.0, memory_bytes=256 << 20, file_bytes=1 << 20, output_bytes=100_000)

# What may be said of an attack that neither reads nor leaks: a verdict on the sample, never a failure of the run.
ENDINGS = frozenset(
    (
        *("syntax-error", "missing-header", "compile-error", "assembler-error", "link-error", "compiler-crash"),
        *("never-ends", "too-much-output"),
    )
)


@pytest.fixture(scope="module")
def secret() -> Iterator[Path]:
    """A readable file outside, whose words a compiler would quote."""
    path = Path("/tmp") / f"outside-{os.getpid()}.h"
    path.write_text(f"{CONTENT} {CONTENT};\n" * 3)
    path.chmod(0o644)
    yield path
    path.unlink()


def _toolchains(source: str) -> tuple[Toolchain, ...]:
    """The gates' own, and where there is something to leak gcc as it leaks most: with carets, and making an object."""
    loud = replace(
        gcc_host,
        command=("gcc", "-c", "-std=gnu11", "-trigraphs", "-w", "program.c"),
        keep=("program.o",),
        kind="elf",
        limits=TIGHT,
    )
    strict = (replace(gcc_host, limits=TIGHT), replace(sdcc_mcs51("large", link=True), limits=TIGHT))
    return (loud, *strict) if SECRET in source else strict


ATTACKS = [(name, source) for name, source, _ in HOSTILE if "\ud800" not in source]


@pytest.mark.parametrize(("name", "source"), ATTACKS, ids=[name for name, _ in ATTACKS])
def test_an_attack_is_harmless_in_the_sandbox(sandbox: Sandbox, secret: Path, name: str, source: str) -> None:
    """It ends within the limits, and nothing it leaves holds a word of a file outside."""
    for toolchain in _toolchains(source):
        compiled = compile_verdict(sandbox, toolchain, source.replace(SECRET, str(secret)))
        assert compiled.verdict.passed or compiled.verdict.reason in ENDINGS
        said = repr(compiled.verdict) + "".join(data.decode("latin-1") for data in compiled.files.values())
        assert CONTENT not in said, (name, toolchain.name)
        assert compiled.cpu_s < 5


def test_the_attacks_do_leak_without_walls(secret: Path) -> None:
    """The same compile without the sandbox's walls reads the file, so the test above can fail."""
    with Sandbox(unconfined=True) as open_sandbox:
        compiled = compile_verdict(open_sandbox, _toolchains(SECRET)[0], f'#include "{secret}"\n')
    assert CONTENT in repr(compiled.verdict)


def test_a_compile_that_never_ends_says_so(sandbox: Sandbox) -> None:
    """sdcc loops on an unterminated string until its CPU time is up."""
    compiled = compile_verdict(sandbox, replace(sdcc_mcs51(), limits=TIGHT), 'char g(char a) { return "abc }\n')
    assert (compiled.verdict.outcome, compiled.verdict.reason) == ("unknown", "never-ends")
