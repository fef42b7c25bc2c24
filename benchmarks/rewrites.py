"""What rewriting costs on one core: variants and chains a second, and what each part takes for a KiB of C.

    python -m benchmarks.rewrites                     all shipped seeds
    python -m benchmarks.rewrites --lines 50 70       those with so many lines

Prints ratios first, since they mean the same on every machine; then the figures of this one. A variant is one step of
one rule at one place (all places of a rule of style together), by any of the authors, whose text is new, parses and has
lost no comment. The same run does a few of the rewrites with ast-grep, and lays the seeds out with clang-format in one
start: the one is another engine on the same parser, the other a real tool in C++.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from tree_sitter import Parser

from benchmarks.astgrep import compared
from corpus.seeds import Seed, load_seeds
from corpus.source import lexer
from corpus.source import mask as masks
from corpus.source.edits import apply_edits
from corpus.source.unit import LANGUAGE, Unit
from generators.rewrites.apply import breaks, edits_of, together
from generators.rewrites.catalogue import RULES
from generators.rewrites.composition import Composition
from generators.rewrites.remembered import found_by
from generators.rewrites.rule import Context, Rule, Site
from generators.rewrites.style import STYLES

SEEDS = Path("datasets/seeds")
STEPS, NEAREST, DRAFTS = 8, 0.15, 12
ROUNDS = 5
DEAREST = 10

R = TypeVar("R")


@dataclass
class Spent:
    """CPU in ns by what it went into."""

    ns: Counter[str] = field(default_factory=Counter)

    def on(self, what: str, do: Callable[[], R]) -> R:
        """Does it, and counts it there."""
        before = time.process_time_ns()
        made = do()
        self.ns[what] += time.process_time_ns() - before
        return made


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs=2, default=(0, sys.maxsize), metavar=("LEAST", "MOST"))
    least, most = parser.parse_args().lines
    shipped = list(load_seeds(SEEDS))
    seeds = [seed for seed in shipped if least <= seed.program.count("\n") <= most]
    if not seeds:
        sys.exit(f"no seed has {least} to {most} lines")
    for seed in shipped:  # headers and what is told of rules are read once a process
        assert Unit.parse(seed.program.encode()).symbols
    drafts(seeds[:2])
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)  # as in a worker of a run

    texts = [seed.program.encode() for seed in seeds]
    kib = sum(map(len, texts)) / 1024
    started = time.process_time()
    made = [variants(seed) for seed in seeds]
    took = time.process_time() - started
    count = sum(map(len, made))
    each = sum(len(text) for some in made for text in some) / 1024
    started = time.process_time()
    chains = drafts(seeds)
    chained = time.process_time() - started
    parts, rules = stages(seeds)
    formatted = clang_format(texts)
    lines = sorted(text.count(b"\n") for text in texts)

    print(
        f"seeds                {len(seeds)} of {lines[0]} to {lines[-1]} lines, {lines[len(lines) // 2]} in the middle"
    )
    print("\nratios of CPU")
    if formatted is None:
        print("  clang-format       not installed")
    else:
        print(f"  a KiB of variants  {took / each / (formatted / kib):.2f} times clang-format's KiB")
        print(f"  a KiB parsed       {parts['parse'] / 1e9 / kib / (formatted / kib):.2f} times clang-format's KiB")
    for line in compared(seeds):
        print(f"  {line}")
    print(f"  matching           {parts['match'] / parts['re-parse']:.2f} of what parsing the variants again takes")
    print("\non this machine, one core")
    print(f"  variants           {count / took:,.0f} a second: {count:,} in {took:.2f} s, {len(RULES)} rules,"
          f" {len(STYLES)} authors")  # fmt: skip
    print(f"  chains             {chains / chained:,.0f} drafts a second, {chained / chains * 1000:.1f} ms each")
    for part in ("lex", "mask", "tree", "parse", "symbols", "match"):
        print(f"  {part:<18} {parts[part] / kib / 1000:7.0f} us for a KiB of a seed")
    for part in ("edit", "re-parse"):
        print(f"  {part:<18} {parts[part] / each / 1000:7.0f} us for a KiB of a variant")
    if formatted is not None:
        print(f"  clang-format       {formatted / kib * 1e6:7.0f} us for a KiB of a seed")
    print(f"  the dearest of the {len(RULES)} rules, which also pay for what they are the first to ask:")
    for name, ns in rules.most_common(DEAREST):
        print(f"    {name:<26} {ns / kib / 1000:7.0f} us for a KiB")
    print(f"  memory             {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB at most")


def contexts(seed: Seed, rng: random.Random) -> tuple[Context, ...]:
    """Each author's, for this seed."""
    harness = lexer.lexed(seed.harness.encode())
    held = frozenset(text.decode() for kind, text in harness.words if kind == "identifier")
    delays = frozenset(seed.sheet.delays)
    return tuple(Context(style, rng, held, delays) for style in STYLES)


def _by_all(rule: Rule, unit: Unit, authors: Sequence[Context]) -> list[tuple[Site, ...]]:
    """What a rule finds for any of the authors, once where it is the same for several."""
    found = (found_by(rule.find, unit, author)[0] for author in authors)
    return list({id(sites): sites for sites in found if sites}.values())


def choices(rule: Rule, sites: Sequence[Site]) -> list[list[Site]]:
    """What a rule may do: one of its sites, or all of them together where it is one of style."""
    return [[site] for site in sites] if rule.scope == "site" else [together(sites)]


def variants(seed: Seed) -> set[bytes]:
    """The texts that are one step from the seed."""
    unit = Unit.parse(seed.program.encode() + b"\n")  # a text that nobody has looked at
    made = {unit.src, seed.program.encode()}
    kept = set()
    authors = contexts(seed, random.Random(seed.id))
    for rule in RULES:
        for chosen in (one for sites in _by_all(rule, unit, authors) for one in choices(rule, sites)):
            edits = edits_of(chosen)
            text = apply_edits(unit.src, edits)
            if text not in made:
                made.add(text)
                if breaks(rule, unit, chosen, unit.edited(edits)) is None:
                    kept.add(text)
    return kept


def drafts(seeds: Sequence[Seed]) -> int:
    """Drafts some chains of each seed, as a shard of a run does before any tool; returns how many."""
    count = 0
    for seed in seeds:
        root = Unit.parse(seed.program.encode() + b"\n\n")
        for number in range(DRAFTS):
            rng = random.Random(f"{seed.id}/{number}")
            context = rng.choice(contexts(seed, rng))
            draft = Composition.drawn(RULES, context, STEPS, NEAREST).draft(root, root)
            count += bool(draft.proposals)
    return count


def stages(seeds: Sequence[Seed]) -> tuple[Counter[str], Counter[str]]:
    """CPU in ns of each part for every seed once, and of each rule's part of matching."""
    spent, rules = Spent(), Spent()
    for seed in seeds:
        for fresh in range(ROUNDS):
            _looked_at(seed, seed.program.encode() + b"\n" * (fresh + 3), spent, rules)
    for name, value in rules.ns.items():
        rules.ns[name] = value // ROUNDS
    for name, value in spent.ns.items():
        spent.ns[name] = value // ROUNDS
    spent.ns["match"] = rules.ns.total()
    return spent.ns, rules.ns


def _looked_at(seed: Seed, src: bytes, spent: Spent, rules: Spent) -> None:
    """Everything done once with a text that nobody has looked at."""
    spent.on("lex", partial(lexer.lexed, src))
    masked = spent.on("mask", partial(masks.mask, src))
    spent.on("tree", partial(Parser(LANGUAGE).parse, masked.text))
    unit = spent.on("parse", partial(Unit.parse, src + b"\n" * ROUNDS))
    spent.on("symbols", lambda: unit.symbols)
    authors = contexts(seed, random.Random(seed.id))
    made = {unit.src}
    for rule in RULES:
        some = rules.on(rule.name, partial(_by_all, rule, unit, authors))
        for chosen in (one for sites in some for one in choices(rule, sites)):
            text = spent.on("edit", lambda chosen=chosen: apply_edits(unit.src, edits_of(chosen)))  # type: ignore[misc]
            if text not in made:
                made.add(text)
                spent.on("re-parse", partial(_parsed_again, rule, unit, chosen))


def _parsed_again(rule: Rule, unit: Unit, chosen: Sequence[Site]) -> str | None:
    return breaks(rule, unit, chosen, unit.edited(edits_of(chosen)))


def clang_format(texts: Sequence[bytes]) -> float | None:
    """CPU seconds of one start that lays all of them out; None where it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.c" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            subprocess.run(["clang-format", "--style=LLVM", *paths], stdout=subprocess.DEVNULL, check=True)
        except FileNotFoundError:
            return None
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
