"""What a variant's image costs: program and harness as one file, and as two objects of which the harness is kept.

    python -m benchmarks.split

Prints, for the root and five variants each of ten seeds, how many were built and the mean CPU in ms.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from pathlib import Path
from random import Random

from corpus.seeds import load_seeds
from corpus.source.unit import Unit
from generators.rewrites.apply import Proposal, order, propose
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Context
from generators.rewrites.style import STYLES
from generators.templates import default_filling
from validators.behaviour import Bench
from validators.sandbox.runner import Sandbox


def main() -> None:
    """Measures and prints."""
    spent: dict[str, list[float]] = defaultdict(list)
    with Sandbox() as sandbox:
        bench = Bench(sandbox)

        def build(what: str, source: str, aliases: dict[str, str], together: bool) -> None:
            before = sandbox.cpu_s
            bench.build(source, seed.harness, holes, aliases, seed.sheet.model, together=together)
            spent[what].append(1000 * (sandbox.cpu_s - before))

        for seed in islice(load_seeds(Path("datasets/seeds")), 0, 40, 4):
            holes = dict(default_filling(seed).texts)
            build("root", seed.program, {}, together=False)
            context = Context(STYLES[0], Random(seed.id), frozenset())
            unit = Unit.parse(seed.program.encode())
            found = (propose(rule, unit, context) for rule in order(list(RULES), context.rng))
            for made in islice((one for one in found if isinstance(one, Proposal)), 5):
                for what, together in (("one file", True), ("two objects", False)):
                    build(what, made.source.decode(), dict(made.aliases), together)
    for what, each in spent.items():
        print(f"{what:<12} {len(each):>3} {sum(each) / len(each):6.1f} ms")


if __name__ == "__main__":
    main()
