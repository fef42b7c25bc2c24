"""Whether a file that a compiler left is whole: real ones, cut at every place that a full disk could cut them."""

from __future__ import annotations

import random

import pytest

from validators.sandbox.runner import Sandbox
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict
from validators.toolchains.diagnostics import LONGEST_LINE, MOST, read_output
from validators.toolchains.messages import NAMED
from validators.toolchains.outputs import trouble
from validators.toolchains.toolchain import Toolchain

SOURCE = "int there(int x)\n{\n    return x * 7;\n}\n\nint main(void)\n{\n    return there(1);\n}\n"

MADE = [
    toolchain("sdcc-mcs51"),
    toolchain("sdcc-z80"),
    toolchain("avr-gcc"),
    toolchain("sdcc-mcs51", purpose="image"),
    toolchain("arm-none-eabi-gcc", purpose="image"),
]


@pytest.mark.parametrize("made", MADE, ids=lambda made: f"{made.name} {made.kind}")
def test_a_part_of_a_file_is_told_from_the_whole(sandbox: Sandbox, made: Toolchain) -> None:
    """Wherever it ends; only an object of sdcc's that ends with a whole line may pass for one with less code in it."""
    whole = compile_verdict(sandbox, made, SOURCE).files[made.keep[0]]
    assert trouble(made.kind, whole) == ""
    places = random.Random(1).sample(range(len(whole) - 3), 100)
    ends_a_line = [place for place in places if made.kind == "sdas" and whole[place - 1 : place] == b"\n"]
    assert [place for place in places if place not in ends_a_line and not trouble(made.kind, whole[:place])] == []
    assert trouble(made.kind, whole[: len(whole) // 2] + bytes(50)) != ""


def test_no_file_and_no_bytes_are_trouble_of_any_kind() -> None:
    """Also where the kind says nothing of the contents."""
    for kind in ("none", "sdas", "ihx", "elf"):
        assert trouble(kind, None) == "is missing or larger than the limit"
        assert trouble(kind, b"") == "is empty"
    assert trouble("none", b"anything") == ""


@pytest.mark.parametrize("name", NAMED)
def test_noise_is_read_without_trouble(name: str) -> None:
    """Bytes, one endless line, and messages with numbers that no file has."""
    noise = random.Random(3)
    letters = b"program.c:12 error warning()[]<>:\n-W\xff\x00/ 7"
    for _ in range(20):
        said = read_output(bytes(noise.choice(letters) for _ in range(3000)), NAMED[name])
        assert len(said.messages) <= MOST
    said = read_output(b"program.c:1:1: error: " + b"x" * 1_000_000, NAMED[name])
    assert [len(d.message) < LONGEST_LINE for d in said.messages] == [True]
    said = read_output(b"program.c:99999999999999999999:1: error: x\n", NAMED[name])
    assert [(d.line, d.message) for d in said.messages] == [(0, "x")]
