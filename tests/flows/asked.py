"""Runs of one small seed in which a model is asked, and what they left in the run's folder."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from corpus.recipe import Recipe
from corpus.shards import Manifest
from flows.job import JobMaker, stage_folder, stage_outputs
from flows.pipeline import Run, check_balance
from flows.settings import ROOT, prepare
from flows.stages import model, seeds

SEEDS = ROOT / "datasets" / "seeds"
SEED = "crc8-maxim"

# Small, and nothing like the seed.
TASK = (
    "For an AT89S52 with SDCC write `uint8_t parity(uint8_t value)`, which returns 1 when the number of set bits in "
    "`value` is odd, else 0."
)
CODE = """#include <stdint.h>

/* Folds the byte onto its lowest bit. */
uint8_t parity(uint8_t value)
{
    value ^= value >> 4;
    value ^= value >> 2;
    value ^= value >> 1;
    return value & 1;
}
"""


def answer(task: str = TASK, code: str = CODE) -> str:
    """An answer in the asked form."""
    return f"INSTRUCTION: {task}\n```c\n{code}```"


def recipe(base_url: str, answers: int = 1, folder: Path = SEEDS, only: str = SEED, **asked: Any) -> Recipe:
    """So many answers about one seed, in English, and hardly anything beside them."""
    settings = {"enabled": True, "base_url": base_url, "name": "tiny", "retries": 0, "timeout_s": 30}
    settings |= {"strategies": {"spirit": answers}}
    return Recipe.model_validate(
        {
            "name": "asked",
            "seed": 3,
            "seeds": str(folder),
            "only": [only],
            "languages": ["en"],
            "generate": {
                "templates": {"fillings": 1},
                "rewrites": {"variants": 1, "steps": 1},
                "mutants": {"tried": 0},
                "model": settings | asked,
            },
            "emit": {"validation": 0},
        }
    )


@dataclass(frozen=True)
class Left:
    """What the stage left: its programs and rejects as rows, and its manifests' counts."""

    kept: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    counts: list[dict[str, Any]]

    @property
    def reasons(self) -> Counter[str]:
        """Rejects by `gate:reason`."""
        return Counter(f"{row['gate']}:{row['reason']}" for row in self.rejects)

    def total(self, name: str) -> int:
        """A count over all shards: `in`, `kept`, `rejected`, or one of `usage`."""
        return sum(counts[name] if name in counts else counts["usage"].get(name, 0) for counts in self.counts)


def left(run: Path) -> Left:
    """Reads the folder of a run, in which nothing may have vanished."""
    programs, rejects = (
        [row for path in stage_outputs(run, model.NAME, name) for row in pq.read_table(path).to_pylist()]
        for name in ("programs", "rejects")
    )
    manifests = [
        Manifest(**json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(stage_folder(run, model.NAME).glob("*.json"))
    ]
    for manifest in manifests:
        check_balance(manifest)
    found = Left(programs, rejects, [dict(manifest.counts) for manifest in manifests])
    assert (len(programs), len(rejects)) == (found.total("kept"), found.total("rejected"))
    return found


def ask(chosen: Recipe, folder: Path) -> Left:
    """Runs what the stage needs, and the stage, as a run would; again in the same folder, it goes on."""
    run = Run(folder, Path(chosen.seeds), chosen)
    prepare(run)
    for module in (seeds, model):
        make = JobMaker(folder, run.seeds, chosen, module.NAME, module.VERSION, module.SECTIONS)
        for job in module.jobs(make):
            if job.done() is None:
                module.work(job)
    return left(folder)
