"""Attacks on whoever compiles them, given straight to compilers as they leak most: the walls alone must hold."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.validators.hostile import HOSTILE, SECRET
from validators.sandbox.runner import Limits, Request, Sandbox

CONTENT = b"word_of_the_secret_file"
LIMITS = Limits(cpu_s=1, wall_s=30, memory_bytes=256 << 20, file_bytes=1 << 20, output_bytes=100_000)
GCC = ("gcc", "-std=gnu11", "-trigraphs", "-w", "-c", "program.c")
SDCC = ("sdcc", "-mmcs51", "-c", "program.c")

# Everything that any of these leaves may hold what it has read.
KEPT = [f"program.{suffix}" for suffix in ("o", "rel", "asm", "lst", "sym", "s", "i")]

READING = [(name, source) for name, source, _ in HOSTILE if SECRET in source]


@pytest.fixture(scope="module")
def secret() -> Iterator[Path]:
    """A readable file outside, whose words a compiler would quote."""
    path = Path("/tmp") / f"outside-compilers-{os.getpid()}.h"
    path.write_bytes(CONTENT + b" " + CONTENT + b";\n")
    path.chmod(0o644)
    yield path
    path.unlink()


def _requests(secret: Path, *commands: tuple[str, ...]) -> list[Request]:
    sources = [source.replace(SECRET, str(secret)).encode() for _, source in READING]
    return [Request(argv, {"program.c": source}, KEPT, limits=LIMITS) for argv in commands for source in sources]


def test_nothing_outside_is_read_behind_any_wall(walled: Sandbox, secret: Path) -> None:
    """The host's compiler, which has the most ways to read a file, and sdcc."""
    for done in walled.run_all(_requests(secret, GCC, SDCC)):
        assert CONTENT not in done.stdout + done.stderr + b"".join(done.files.values())
        assert done.outcome in ("exited", "signal")


@pytest.mark.parametrize(
    "command",
    [
        ("gcc", "-std=c99", "-E", "program.c"),
        ("gcc", "-std=gnu11", "-trigraphs", "-w", "-S", "-g3", "-save-temps", "program.c"),
        ("sdcc", "-mmcs51", "-E", "program.c"),
        ("sdcc", "-mstm8", "--fverbose-asm", "-c", "program.c"),
        ("avr-gcc", "-mmcu=atmega328p", "-trigraphs", "-w", "-c", "program.c"),
        ("arm-none-eabi-gcc", "-mcpu=cortex-m3", "-mthumb", "-trigraphs", "-w", "-c", "program.c"),
    ],
    ids=" ".join,
)
def test_nothing_outside_is_read_by_any_compiler(sandbox: Sandbox, secret: Path, command: tuple[str, ...]) -> None:
    """Each in the way that shows most of what it read."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not here")
    for done in sandbox.run_all(_requests(secret, command)):
        assert CONTENT not in done.stdout + done.stderr + b"".join(done.files.values())


@pytest.mark.parametrize("compiler", [GCC, SDCC], ids=["gcc", "sdcc"])
def test_the_attacks_do_read_without_walls(secret: Path, compiler: tuple[str, ...]) -> None:
    """So the tests above can fail: most forms leak from gcc, and many from sdcc."""
    with Sandbox(unconfined=True) as sandbox:
        finished = sandbox.run_all(_requests(secret, compiler))
    leaks = sum(CONTENT in done.stdout + done.stderr + b"".join(done.files.values()) for done in finished)
    assert leaks > len(READING) // 3


def test_accounts_and_devices_give_nothing(walled: Sandbox) -> None:
    """They exist on every machine; a device does not fill the memory, a terminal is not waited for."""
    for path in ("/etc/passwd", "/dev/zero", "/dev/stdin", "/dev/tty", "/proc/self/environ", "/dev/fd/0"):
        for argv in (GCC, SDCC):
            source = f'#include "{path}"\nint x;\n'.encode()
            done = walled.run(argv, files={"program.c": source}, keep=KEPT, limits=LIMITS)
            said = done.stdout + done.stderr + b"".join(done.files.values())
            assert done.outcome == "exited"
            assert b"root:" not in said and b"PATH=" not in said
            assert done.cpu_s < 0.5


def test_a_name_of_a_file_reaches_no_shell(walled: Sandbox) -> None:
    """sdcc starts its parts through one."""
    name = "a;echo out >escaped;$(id).c"
    done = walled.run(["sdcc", "-mmcs51", "-c", name], files={name: b"int x;\n"}, keep=["escaped"])
    assert done.files == {}
    assert b"uid=" not in done.stdout + done.stderr
