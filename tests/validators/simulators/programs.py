"""A C program with its harness, built by sdcc as one unit or as two that are linked."""

from __future__ import annotations

from collections.abc import Mapping

from validators.sandbox.runner import Sandbox
from validators.simulators.machine import header

UNIT = '#define main program_main\n#include "program.c"\n#undef main\n#include "sim.h"\n#include "harness.c"\n'
HARNESS = '#include "sim.h"\n#include "harness.c"\n'

_SDCC = {
    "mcs51": ("sdcc", "-mmcs51", "--std-sdcc99"),
    "stm8": ("sdcc", "-mstm8", "--std-sdcc99", "--max-allocs-per-node", "500"),
}


def build(
    sandbox: Sandbox, program: str, harness: str, *flags: str, target: str = "mcs51", linked: bool = False
) -> Mapping[str, bytes]:
    """What the linker leaves, by suffix: `ihx` is the image, `rst` the relocated listing of the unit.

    With `linked` the program is a unit of its own, `rst` is its listing and `harness.rst` the harness's.
    """
    sdcc = [*_SDCC[target], *flags]
    files = {"program.c": program.encode(), "harness.c": harness.encode(), "sim.h": header()}
    if not linked:
        files["unit.c"] = UNIT.encode()
        done = sandbox.run([*sdcc, "unit.c"], files=files, keep=["unit.ihx", "unit.rst"])
        assert done.ok, done
        return {"ihx": done.files["unit.ihx"], "rst": done.files["unit.rst"]}
    files["bench.c"] = HARNESS.encode()
    for unit in ("bench", "program"):
        done = sandbox.run([*sdcc, "-c", f"{unit}.c"], files=files, keep=[f"{unit}.rel", f"{unit}.lst", f"{unit}.asm"])
        assert done.ok, done
        files |= done.files
    keep = ["bench.ihx", "bench.rst", "program.rst"]
    done = sandbox.run([*sdcc, "-o", "bench.ihx", "bench.rel", "program.rel"], files=files, keep=keep)
    assert done.ok, done
    return {"ihx": done.files["bench.ihx"], "rst": done.files["program.rst"], "harness.rst": done.files["bench.rst"]}
