"""A C program with its harness, built by avr-gcc as one unit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from validators.sandbox.runner import Finished, Sandbox
from validators.simulators.avr import AVR
from validators.simulators.machine import header

FLAGS = ("-mmcu=atmega328p", "-Os", "-std=gnu11", "-g", "-Wall", "-Wno-main", "-Werror=implicit-function-declaration")
UNIT = b'#define main program_main\n#include "program.c"\n#undef main\n#include "sim.h"\n#include "harness.c"\n'


def build_avr(sandbox: Sandbox, program: str, body: str, *flags: str, functions: str = "") -> bytes:
    """An ELF image; `body` is that of the harness's main, `functions` come before it."""
    files = {
        "program.c": f"#include <avr/io.h>\n#include <avr/interrupt.h>\n#include <avr/sleep.h>\n{program}\n".encode(),
        "harness.c": f"{functions}void main(void) {{ {body} }}\n".encode(),
        "sim.h": header(),
        "unit.c": UNIT,
    }
    done = sandbox.run(["avr-gcc", *FLAGS, *flags, "unit.c", "-o", "unit.elf"], files=files, keep=["unit.elf"])
    assert done.ok, done
    return done.files["unit.elf"]


def plain_simavr(sandbox: Sandbox, image: bytes, keep: Sequence[str] = ()) -> Finished:
    """What simavr says itself of an image that ends asleep without interrupts: its state, cycles and memory."""
    source = (Path(__file__).parent / "plain_simavr.c").read_bytes()
    built = sandbox.run(["gcc", "-o", "plain", "plain.c", *AVR.link_flags], files={"plain.c": source}, keep=["plain"])
    assert built.ok, built
    path = sandbox.install("plain-simavr", built.files["plain"])
    return sandbox.run([path, "a.elf", "2000000"], files={"a.elf": image}, keep=keep)


def hex_of(*words: int) -> bytes:
    """An image of these opcodes at 0, as Intel HEX."""
    code = b"".join(word.to_bytes(2, "little") for word in words)
    records = []
    for start in range(0, len(code), 16):
        part = code[start : start + 16]
        record = bytes([len(part), start >> 8, start & 0xFF, 0]) + part
        records.append(f":{record.hex().upper()}{-sum(record) & 0xFF:02X}\n")
    return ("".join(records) + ":00000001FF\n").encode()
