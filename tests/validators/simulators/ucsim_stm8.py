"""uCsim's sstm8, asked for the state after so many instructions, and for what it knows of the instruction set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.validators.simulators.ucsim import Run
from validators.sandbox.runner import Limits, Sandbox
from validators.simulators.machine import Trace

# RAM is filled with zeros up to where sstm8 believes it ends. Its stack limit is that of the larger chips, and a push
# below it would stop the run.
_BEGIN = ("reset", "fill rom 0 0x17ff 0", "set mem cpu_0_cfg 0 0", "set mem rom 0x7f08 0x07 0xff")
_STATE = ("dump /h rom 0x7f00 0x7f0a", "dump /h rom 0 0x7ff", "expr sim_ticks")


@dataclass(frozen=True, slots=True)
class State:
    """PC, A, X, Y, SP and CC, and RAM 0..0x7FF; `cycles` is no part of it, since uCsim models the pipeline."""

    pc: int
    a: int
    x: int
    y: int
    sp: int
    cc: int
    ram: bytes

    @classmethod
    def of(cls, trace: Trace) -> State:
        """The state at the end of one of our traces."""
        *registers, ram = trace.state.split()
        pc, a, x, y, sp, cc = (int(register, 16) for register in registers)
        return cls(pc, a, x, y, sp, cc, bytes.fromhex(ram))


def states(sandbox: Sandbox, runs: Sequence[Run]) -> tuple[list[State], list[int]]:
    """The state at the end of each run, memory zero at power-up, and its clocks since reset; from one start."""
    files = {f"{number}.ihx": run.image for number, run in enumerate(runs)}
    lines = []
    for number, run in enumerate(runs):
        lines += [f'file "{number}.ihx"', *_BEGIN]
        done = 0
        for instruction, command in run.before:
            if instruction - 1 > done:
                lines.append(f"step {instruction - 1 - done}")
                done = instruction - 1
            lines.append(command)
        lines += [f"step {run.steps - done}", *_STATE]
    chunks = _ask(sandbox, files, lines).split("expr sim_ticks\n")
    ticks = [int(chunk.split("\n", 1)[0]) for chunk in chunks[1:]]
    return [_state(chunk) for chunk in chunks[:-1]], ticks


def known(sandbox: Sandbox, codes: Sequence[bytes]) -> list[bool]:
    """Whether its disassembler knows the instruction that each code begins with."""
    place = 0x100
    lines = []
    for code in codes:
        lines.append(f"set mem rom {place:#x} " + " ".join(f"{byte:#04x}" for byte in code))
        lines.append(f"pc {place:#x}")
    rows = re.findall(r"(?m)^pc 0x100\n(?:Warning.*\n)?(0x00100 .*)$", _ask(sandbox, {}, lines))
    assert len(rows) == len(codes)
    return ["UNKNOWN" not in row for row in rows]


def _ask(sandbox: Sandbox, files: dict[str, bytes], lines: Sequence[str]) -> str:
    script = "\n".join([*lines, "quit", ""]).encode()
    limits = Limits(cpu_s=60, output_bytes=64 << 20)
    command = ["sstm8", "-q", "-b", "-P", "-R", "1", "-t", "STM8S105", "-C", "script"]
    ended = sandbox.run(command, files=files | {"script": script}, limits=limits)
    assert ended.ok, ended
    return ended.stdout.decode(errors="replace")


def _state(text: str) -> State:
    dump = text[text.rindex("dump /h rom 0x7f00") :]
    rows = re.findall(r"(?m)^0x[0-9a-f]{5} ((?:[0-9a-f]{2} )+)", dump)
    memory = bytes.fromhex("".join(rows))
    assert len(memory) == 11 + 0x800, text
    registers = memory[:11]
    pc, x, y, sp = (int.from_bytes(registers[a:b], "big") for a, b in ((1, 4), (4, 6), (6, 8), (8, 10)))
    return State(pc, registers[0], x, y, sp, registers[10], memory[11:])
