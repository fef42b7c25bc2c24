"""The naive way to judge programs: a driver process for each check, as pipelines do that call compilers from Python."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from validators.behaviour import DRAWS, FILLS
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import build, header
from validators.simulators.mcs51 import MCS51
from validators.toolchains.dialect import for_gcc, gcc_inputs
from validators.toolchains.gcc import gcc_host

Runs = tuple[str, ...]
"""What each run did, as the simulator prints it, without cycles and stack."""


def judged_naively(
    harness: str,
    holes: Mapping[str, str],
    model: str,
    root: str,
    variants: Sequence[tuple[str, Mapping[str, str]]],
    mutants: Sequence[str],
    cycles: int,
) -> list[str]:
    """A word for each variant (same, refused) and each mutant (compile, behaviour, none)."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        simulator = folder / "simulator"
        with Sandbox() as sandbox:
            simulator.write_bytes(build(sandbox, MCS51))
        simulator.chmod(0o755)
        way = _Way(folder, simulator, harness, holes, model, cycles)
        expected = way.behaviour(root, {})
        if expected is None or not _passes(expected):
            raise SystemExit("a root does not pass its harness")
        way.accepted(root)
        found = []
        for source, aliases in variants:
            good = way.accepted(source) and way.behaviour(source, aliases) == expected
            found.append("same" if good else "refused")
        for source in mutants:
            actual = way.behaviour(source, {}) if way.compiles(source) else None
            found.append("compile" if actual is None else "behaviour" if actual != expected else "none")
    return found


class _Way:
    def __init__(
        self, folder: Path, simulator: Path, harness: str, holes: Mapping[str, str], model: str, cycles: int
    ) -> None:
        self.folder, self.simulator, self.model, self.cycles = folder, simulator, model, cycles
        self.holes = [f"#define HOLE_{name} {text}" for name, text in holes.items()]
        (folder / "harness.c").write_text(harness, encoding="utf-8")
        (folder / "sim.h").write_bytes(header())

    def accepted(self, source: str) -> bool:
        """Whether both compilers take the program alone."""
        if not self.compiles(source):
            return False
        for name, data in gcc_inputs({"program.c": for_gcc(source.encode())}).items():
            path = self.folder / "gcc" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return self._ok(gcc_host.command, self.folder / "gcc")

    def compiles(self, source: str) -> bool:
        """Whether sdcc takes the program alone."""
        (self.folder / "program.c").write_text(source, encoding="utf-8")
        return self._ok(["sdcc", "-mmcs51", "--std-sdcc99", f"--model-{self.model}", "-c", "program.c"], self.folder)

    def behaviour(self, source: str, aliases: Mapping[str, str]) -> Runs | None:
        """What the program does with its harness; None where that does not build."""
        (self.folder / "program.c").write_text(source, encoding="utf-8")
        lines = ["#define main program_main", '#include "program.c"', "#undef main", '#include "sim.h"', *self.holes]
        lines += [f"#define {old} {new}" for old, new in aliases.items()]
        (self.folder / "unit.c").write_text("\n".join([*lines, '#include "harness.c"', ""]), encoding="utf-8")
        if not self._ok(["sdcc", "-mmcs51", "--std-sdcc99", f"--model-{self.model}", "unit.c"], self.folder):
            return None
        return tuple(self._run(draw, fill) for draw in DRAWS for fill in FILLS)

    def _run(self, draw: int, fill: int) -> str:
        job = f"unit.ihx\t{fill}\t{draw}\t{self.cycles}\t-\n"
        done = subprocess.run([self.simulator], input=job, capture_output=True, text=True, check=False, cwd=self.folder)
        outcome, _, _, _, *events = done.stdout.split()
        return " ".join([outcome, *events])

    @staticmethod
    def _ok(command: Sequence[str], folder: Path) -> bool:
        return subprocess.run(command, capture_output=True, check=False, cwd=folder).returncode == 0


def _passes(runs: Runs) -> bool:
    return all(run.startswith("done") for run in runs)
