"""What was compiled before is not compiled again, and nothing else is taken for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.validators.toolchains.broken import broken
from validators.sandbox.runner import Sandbox
from validators.toolchains.cache import Cached, key_of, packed, unpacked
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict
from validators.toolchains.store import StoreWarning

SMALL = toolchain("sdcc-mcs51")
GOOD = "#include <stdint.h>\n__xdata uint8_t buffer[7];\nint f(void) { return 1; }\n"
BAD = "int f(void) { return nowhere; }\n"


@pytest.fixture
def cached(sandbox: Sandbox, tmp_path: Path) -> Iterator[Cached]:
    with Cached(sandbox, tmp_path / "compiled.sqlite") as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "purpose"),
    [("sdcc-mcs51", "object"), ("sdcc-mcs51", "image"), ("avr-gcc", "object"), ("gcc-host", "check")],
)
@pytest.mark.parametrize("source", [GOOD + "void main(void) { }\n", BAD])
def test_a_second_time_costs_nothing(sandbox: Sandbox, cached: Cached, name: str, purpose: str, source: str) -> None:
    """All that a compile gives comes back: verdict, messages, sizes, object and files."""
    asked = toolchain(name, purpose=purpose, **({"dialect": "sdcc"} if name == "avr-gcc" else {}))  # type: ignore[arg-type]
    first = cached.compile(asked, source)
    assert replace(first, cpu_s=0) == replace(compile_verdict(sandbox, asked, source), cpu_s=0)
    before = sandbox.runs
    assert cached.compile(asked, source) == replace(first, cpu_s=0)
    assert sandbox.runs == before
    assert (cached.hits, cached.misses) == (1, 1)


def test_another_run_finds_it(sandbox: Sandbox, cached: Cached) -> None:
    """The file is for all runs."""
    cached.compile(SMALL, GOOD)
    cached.close()
    with Sandbox() as other, Cached(other, cached._store.path) as again:
        assert again.compile(SMALL, GOOD).verdict.passed
        assert (again.hits, other.runs) == (1, 0)  # the version is known by now


def test_everything_that_counts_is_in_the_key(sandbox: Sandbox) -> None:
    """Program, options, limits, files, the compiler's version and its forms of messages."""
    files = {"program.h": b"int x;\n"}
    keys = {
        key_of(sandbox, SMALL, GOOD, {}),
        key_of(sandbox, SMALL, GOOD + "\n", {}),
        key_of(sandbox, SMALL, GOOD, files),
        key_of(sandbox, SMALL, GOOD, {"program.h": b"int y;\n"}),
        key_of(sandbox, SMALL, GOOD, {"other.h": b"int x;\n"}),
        key_of(sandbox, toolchain("sdcc-mcs51", model="large"), GOOD, {}),
        key_of(sandbox, replace(SMALL, limits=replace(SMALL.limits, cpu_s=2)), GOOD, {}),
        key_of(sandbox, replace(SMALL, gate="build"), GOOD, {}),
        key_of(sandbox, replace(SMALL, messages=toolchain("avr-gcc").messages), GOOD, {}),
        key_of(sandbox, replace(SMALL, version=replace(SMALL.version, pattern=re.compile(r"#(\d+)"))), GOOD, {}),
    }
    assert len(keys) == 10 and b"" not in keys
    assert key_of(sandbox, SMALL, GOOD, files) in keys


def test_what_is_unknown_is_not_remembered(sandbox: Sandbox, cached: Cached, tmp_path: Path) -> None:
    """It may be otherwise the next time."""
    compiler = broken(sandbox, tmp_path, "leaves-nothing")
    assert [cached.compile(compiler, GOOD).verdict.outcome for _ in range(2)] == ["unknown", "unknown"]
    assert (cached.hits, cached.misses) == (0, 2)


def test_a_compiler_without_a_version_is_asked_each_time(sandbox: Sandbox, cached: Cached, tmp_path: Path) -> None:
    """It may be another one under the same name."""
    compiler = broken(sandbox, tmp_path, "says-nothing")
    silent = replace(compiler, version=replace(compiler.version, arguments=("--silent",)))
    assert [cached.compile(silent, GOOD).verdict.outcome for _ in range(2)] == ["failed", "failed"]
    assert cached.hits == 0


def test_a_batch_compiles_only_what_is_new(sandbox: Sandbox, cached: Cached) -> None:
    """In the order asked for."""
    clang = toolchain("clang-msp430")
    cached.compile(clang, GOOD)
    sources = [BAD, GOOD, "int x;\n", GOOD]
    found = cached.compile_all(clang, sources)
    assert [one.verdict for one in found] == [compile_verdict(sandbox, clang, source).verdict for source in sources]
    assert (cached.hits, cached.misses) == (2, 3)


def test_a_damaged_entry_is_compiled_again(sandbox: Sandbox, cached: Cached) -> None:
    """The file may be whole and the bytes in it wrong."""
    key = key_of(sandbox, SMALL, GOOD, {})
    good = packed(cached.compile(SMALL, GOOD))
    for data in (good[:-5], b"", b"text", good[:20] + bytes(4) + good[24:]):
        cached._store.put(key, data)
        assert cached.compile(SMALL, GOOD).sizes is not None
    assert cached.hits == 0
    assert unpacked(good) is not None


def test_a_damaged_file_does_not_stop_a_run(sandbox: Sandbox, cached: Cached) -> None:
    """It is said, and compiling goes on."""
    cached._store.path.write_bytes(b"garbage" * 1000)
    with pytest.warns(StoreWarning, match="is damaged"):
        assert cached.compile(SMALL, GOOD).verdict.passed
    assert cached.compile(SMALL, GOOD).verdict.passed
    assert cached.hits == 1
