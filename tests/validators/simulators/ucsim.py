"""uCsim's s51, asked for the state after so many instructions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from validators.sandbox.runner import Limits, Sandbox
from validators.simulators.machine import Trace

_CLOCKS_PER_CYCLE = 12
_TCON = 0x88 - 0x80


@dataclass(frozen=True, slots=True)
class State:
    """Registers 0x80..0xFF, internal RAM 0..0xFF, the program counter, and the machine cycles since reset."""

    pc: int
    sfr: bytes
    iram: bytes
    cycles: int

    @classmethod
    def of(cls, trace: Trace) -> State:
        """The state at the end of one of our traces."""
        pc, sfr, iram = trace.state.split()
        return cls(int(pc, 16), bytes.fromhex(sfr), bytes.fromhex(iram), trace.cycles)

    @property
    def comparable(self) -> State:
        """Without TCON: uCsim raises IE0 and IE1 from the pins of P3, ours only at the harness's word."""
        return replace(self, sfr=self.sfr[:_TCON] + self.sfr[_TCON + 1 :])


@dataclass(frozen=True, slots=True)
class Run:
    """An image, how many instructions of it to do, and commands to give before the instruction of that number."""

    image: bytes
    steps: int
    before: tuple[tuple[int, str], ...] = ()


def states(sandbox: Sandbox, runs: Sequence[Run]) -> list[State]:
    """The state at the end of each run, memory zero at power-up, from one start of s51."""
    files = {f"{number}.ihx": run.image for number, run in enumerate(runs)}
    lines = []
    for number, run in enumerate(runs):
        lines += [f'file "{number}.ihx"', "reset", "fill iram 0 0xff 0", "fill xram 0 0xffff 0"]
        done = 0
        for instruction, command in run.before:
            if instruction - 1 > done:
                lines.append(f"step {instruction - 1 - done}")
                done = instruction - 1
            lines.append(command)
        lines += [f"step {run.steps - done}"]
        lines += [f"set hw port[{port}] 0xff" for port in range(4)]  # the dump shows pins, the latches are compared
        lines += ["expr sim_ticks"]
        lines += ["dump /h sfr 0x80 0xff", "dump /h iram 0 0xff", "state"]
    files["script"] = "\n".join([*lines, "quit", ""]).encode()
    limits = Limits(cpu_s=60, output_bytes=64 << 20)
    ended = sandbox.run(["s51", "-q", "-b", "-P", "-R", "1", "-C", "script"], files=files, limits=limits)
    assert ended.ok, ended
    chunks = ended.stdout.decode(errors="replace").split("expr sim_ticks\n")[1:]
    return [_state(chunk) for chunk in chunks]


def _state(text: str) -> State:
    ticks = int(text.split("\n", 1)[0])
    rows = re.findall(r"(?m)^0x[0-9a-f]{2} ((?:[0-9a-f]{2} ){8})", text)
    memory = bytes.fromhex("".join(rows))
    pc = re.search(r"PC= 0x([0-9a-f]+)", text)
    assert len(memory) == 0x180 and pc, text
    return State(int(pc[1], 16), memory[:0x80], memory[0x80:], ticks // _CLOCKS_PER_CYCLE)
