"""What a model's answers yield, gate by gate, for one recipe in several variants.

    python -m benchmarks.model_yields recipe.yaml --out yields/ --only crc8-maxim \\
        --variant "once: retries=0" --variant "mended: retries=2" --variant "cool: temperature=0.2"

Each variant is the recipe with these keys of `generate.model` in place of its own (values are YAML), run as far as the
model's stage in its own folder under `--out`. All share one record of answers, so that what two variants ask alike is
asked and paid for once, and a second call asks nothing. Without `--variant` the recipe itself is measured. Prints for
each variant how many answers were judged and kept, tokens for each kept one, and how many are left after each gate
with the reasons of those that it stopped; `--json` writes the same as data.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from corpus.recipe import Recipe, load_recipe
from flows.job import JobMaker, stage_folder
from flows.pipeline import STAGES, Run, check_balance
from flows.settings import prepare

UNTIL = "model"


@dataclass(frozen=True, slots=True)
class Yields:
    """One variant: answers judged and kept, rejects by `gate:reason`, and what was used (answers, tokens)."""

    variant: str
    judged: int
    kept: int
    reasons: dict[str, int]
    usage: dict[str, float]

    @property
    def share(self) -> float:
        """Kept of those judged, 0..1."""
        return self.kept / self.judged if self.judged else 0.0

    def lines(self) -> list[str]:
        """The variant in words, the gates in order of what they stop."""
        tokens = self.usage.get("prompt_tokens", 0) + self.usage.get("completion_tokens", 0)
        each = f"{tokens / self.kept:,.0f} tokens a kept one" if self.kept else f"{tokens:,.0f} tokens for nothing"
        found = [f"{self.variant}: {self.kept} of {self.judged} kept ({self.share:.1%}), {each}"]
        gates: dict[str, Counter[str]] = {}
        for name, number in self.reasons.items():
            gate, _, reason = name.partition(":")
            gates.setdefault(gate, Counter())[reason] += number
        for gate, reasons in sorted(gates.items(), key=lambda item: -item[1].total()):
            words = ", ".join(f"{reason} {number}" for reason, number in reasons.most_common())
            found.append(f"  {gate:<14} stops {reasons.total():>5} ({reasons.total() / self.judged:6.1%})  {words}")
        return found


def varied(recipe: Recipe, changes: dict[str, Any], record: Path, only: Sequence[str]) -> Recipe:
    """The recipe with these keys of its model section, validated anew.

    Raises:
        ValidationError: a key or a value that the recipe does not know.
    """
    data = recipe.model_dump(mode="json")
    data["generate"]["model"] |= {"enabled": True, "record": str(record)} | changes
    return Recipe.model_validate(data | ({"only": list(only)} if only else {}))


def measured(variant: str, recipe: Recipe, seeds: Path, folder: Path) -> Yields:
    """Runs the stages up to the model's in this folder, in this process, and counts what it left."""
    run = Run(folder, seeds, recipe)
    prepare(run)
    for stage in STAGES[: [stage.NAME for stage in STAGES].index(UNTIL) + 1]:
        if stage.NAME == "expand":
            continue  # the model's stage reads none of it, and it takes most of a run
        make = JobMaker(folder, seeds, recipe, stage.NAME, stage.VERSION, stage.SECTIONS)
        for job in stage.jobs(make):
            check_balance(job.done() or stage.work(job))
    judged = kept = 0
    reasons: Counter[str] = Counter()
    usage: Counter[str] = Counter()
    for path in sorted(stage_folder(folder, UNTIL).glob("*.json")):
        counts = json.loads(path.read_text(encoding="utf-8"))["counts"]
        judged, kept = judged + counts["in"], kept + counts["kept"]
        reasons.update(counts["reasons"])
        usage.update({name: value for name, value in counts["usage"].items() if isinstance(value, int | float)})
    return Yields(variant, judged, kept, dict(reasons.most_common()), dict(usage))


def main(words: Sequence[str]) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder of the variants' runs; kept, and gone on with")
    parser.add_argument("--record", type=Path, help="file of recorded answers; default: answers.sqlite under --out")
    parser.add_argument("--variant", action="append", default=[], help='"name: key=value, key=value" of generate.model')
    parser.add_argument("--only", nargs="+", default=[], help="these seeds only")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    asked = parser.parse_args(words)
    recipe = load_recipe(asked.recipe)
    record = (asked.record or asked.out / "answers.sqlite").resolve()
    seeds = (asked.recipe.parent / recipe.seeds).resolve()
    all_yields = []
    for text in asked.variant or ["recipe:"]:
        name, _, settings = text.partition(":")
        chosen = varied(recipe, changes(settings), record, asked.only)
        all_yields.append(measured(name.strip(), chosen, seeds, (asked.out / name.strip()).resolve()))
        print("\n".join(all_yields[-1].lines()), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in all_yields], indent=1) + "\n", encoding="utf-8")


def changes(settings: str) -> dict[str, Any]:
    """`retries=0, temperature=0.2` as keys and values; a YAML mapping as value has no blank after its commas."""
    pairs = (pair.partition("=") for pair in settings.split(", ") if pair.strip())
    return {key.strip(): yaml.safe_load(value) for key, _, value in pairs}


if __name__ == "__main__":
    main(sys.argv[1:])
