"""How far a whole run is from its floor, the CPU time of the compilers and simulators themselves.

    python -m benchmarks.overhead                     the shipped recipe, in a fresh folder
    python -m benchmarks.overhead --recipe r.yaml --jobs 2 --keep run/

Prints rows, wall time, CPU seconds of the tools and of everything else, their ratio, and the peak memory of all
processes together (proportional set size, sampled five times a second). The goal is a ratio of at most 0.35.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

SAMPLE_S = 0.2


def main() -> None:
    """Runs and measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="datasets/recipes/demo.yaml")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=Path, help="run folder to make and keep; must not exist")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        run = asked.keep or Path(scratch) / "run"
        if run.exists():
            sys.exit(f"{run} exists; a measured run starts from nothing")
        measure(asked.recipe, asked.jobs, run)


def measure(recipe: str, jobs: int, run: Path) -> None:
    """One run as its own process, with its whole tree watched."""
    command = [
        sys.executable,
        "-m",
        "flows",
        "generate",
        "--recipe",
        recipe,
        "--out",
        str(run),
        "--jobs",
        str(jobs),
        "--json",
    ]
    before = time.perf_counter()
    # The ratio is of CPU seconds, so that a busy machine does not change it.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak = _watch(process)
        output = process.communicate()[0]
        usage = os.times()
    wall = time.perf_counter() - before
    if process.returncode:
        sys.exit(process.returncode)
    outcome = json.loads(output)
    total = usage.children_user + usage.children_system
    tools = sum(json.loads(path.read_text())["tool_cpu_s"] for path in run.glob("shards/*/*.time"))
    rows = sum(outcome["rows"].values())
    print(f"rows                 {rows:,}")
    print(f"wall                 {wall:.1f} s with {jobs} processes")
    print(f"tools' CPU           {tools:.1f} s")
    print(f"all CPU              {total:.1f} s")
    print(f"beyond the tools     {(total - tools) / tools:.1%} of the tools' CPU")
    print(f"peak memory          {peak[0] / 2**20:.0f} MiB")


def _watch(process: subprocess.Popen[str]) -> list[int]:
    """A list whose one number grows to the peak of the tree's memory in bytes."""
    peak = [0]

    def sample() -> None:
        while process.poll() is None:
            peak[0] = max(peak[0], sum(_memory(pid) for pid in _tree(process.pid)))
            time.sleep(SAMPLE_S)

    threading.Thread(target=sample, daemon=True).start()
    return peak


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting.extend(children.get(pid, []))
    return found


def _memory(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
