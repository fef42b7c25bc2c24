"""uCsim's s51, asked for the state after so many instructions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from validators.sandbox.runner import Limits, Sandbox

_CLOCKS_PER_CYCLE = 12


@dataclass(frozen=True, slots=True)
class State:
    """Registers 0x80..0xFF, internal RAM 0..0xFF, the program counter, and the machine cycles since reset."""

    pc: int
    sfr: bytes
    iram: bytes
    cycles: int


def states(sandbox: Sandbox, programs: Sequence[tuple[bytes, int]]) -> list[State]:
    """The state after `steps` instructions of each (image, steps), memory zero at power-up, from one start."""
    files = {f"{number}.ihx": image for number, (image, _) in enumerate(programs)}
    script = ""
    for number, (_, steps) in enumerate(programs):
        script += f'file "{number}.ihx"\nreset\nfill iram 0 0xff 0\nfill xram 0 0xffff 0\nstep {steps}\n'
        script += "expr sim_ticks\ndump /h sfr 0x80 0xff\ndump /h iram 0 0xff\nstate\n"
    files["script"] = (script + "quit\n").encode()
    limits = Limits(cpu_s=60, output_bytes=64 << 20)
    done = sandbox.run(["s51", "-q", "-b", "-P", "-R", "1", "-C", "script"], files=files, limits=limits)
    assert done.ok, done
    chunks = done.stdout.decode(errors="replace").split("expr sim_ticks\n")[1:]
    return [_state(chunk) for chunk in chunks]


def _state(text: str) -> State:
    ticks = int(text.split("\n", 1)[0])
    rows = re.findall(r"(?m)^0x[0-9a-f]{2} ((?:[0-9a-f]{2} ){8})", text)
    memory = bytes.fromhex("".join(rows))
    pc = re.search(r"PC= 0x([0-9a-f]+)", text)
    assert len(memory) == 0x180 and pc, text
    return State(int(pc[1], 16), memory[:0x80], memory[0x80:], ticks // _CLOCKS_PER_CYCLE)
