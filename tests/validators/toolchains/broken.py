"""Compilers that are broken in one way each, written as a user would: a program and a description of it."""

from __future__ import annotations

from pathlib import Path

from validators.sandbox.runner import Sandbox
from validators.toolchains.catalogue import load_toolchain
from validators.toolchains.toolchain import Toolchain

_DESCRIPTION = """\
name: {name}
target: nowhere
int_bits: 16
program: {program}
object:
  arguments: [-c, "{{source}}"]
  output: "{{stem}}.o"
  kind: elf
messages: [gcc]
version: {{arguments: [--version], pattern: 'version (\\d+)'}}
limits: {{cpu_s: 1, wall_s: {wall_s}, file_kib: 512, output_kib: 64}}
tested: "1"
install: none
"""

SCRIPTS = {
    "ends-by-signal": "kill -SEGV $$",
    "says-that-it-crashed": 'echo "$PWD/program.c:1:1: internal compiler error: in $PWD" >&2; exit 4',
    "lets-its-child-crash": "sh -c 'kill -ABRT $$'; exit $?",
    "cannot-start": "exec /no/such/program",
    "loops": "while :; do :; done",
    "sleeps": "sleep 1000",
    "writes-a-gigabyte": "yes | head -c 1000000000",
    "fills-its-folder": "n=0; while :; do yes | head -c 200000 > $n; n=$((n + 1)); done",
    "writes-one-large-file": "yes > program.o",
    "leaves-nothing": "exit 0",
    "leaves-an-empty-object": ": > program.o",
    "leaves-a-part": 'gcc -c -o whole.o "$2" && head -c 600 whole.o > program.o',
    "leaves-text": "echo done > program.o",
    "finds-no-room": 'echo "as: program.o: error: No space left on device" >&2; exit 1',
    "kills-its-worker": "kill -9 $PPID; sleep 1000",
    "crashes-at-first": 'ls "${0%/*}/mended" >/dev/null 2>&1 || kill -SEGV $$; gcc -c -o program.o "$2"',
    "tells-of-the-host": 'echo "$PWD/deep/er/program.c:3:1: error: see $PWD/x.h, /etc/passwd, $0" >&2; exit 1',
    "writes-no-text": "printf 'program.c:2:5: error: \\377\\376 \\342\\202 \\033[31m \\000 end\\n' >&2; exit 1",
    "says-nothing": "exit 1",
    "complains-and-ends-well": 'gcc -c -o program.o "$2"; echo "program.c:1:1: error: no"',
}


def broken(sandbox: Sandbox, folder: Path, name: str, *, wall_s: float = 30) -> Toolchain:
    """The toolchain that a description in `folder` makes of one of SCRIPTS, installed in the sandbox."""
    script = f'#!/bin/sh\n[ "$1" = --version ] && echo "{name} version 7" && exit\n{SCRIPTS[name]}\n'
    return described(sandbox, folder, name, script.encode(), wall_s=wall_s)


def described(sandbox: Sandbox, folder: Path, name: str, program: bytes, *, wall_s: float = 30) -> Toolchain:
    """The same for any program."""
    path = folder / f"{name}.yaml"
    text = _DESCRIPTION.format(name=name, program=sandbox.install(name, program), wall_s=wall_s)
    path.write_text(text, encoding="utf-8")
    return load_toolchain(path)
