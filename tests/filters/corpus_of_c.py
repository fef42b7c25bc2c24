"""C to compare: the sources of sdcc's library where they are installed, else functions made by a small grammar."""

from __future__ import annotations

import random
import re
from pathlib import Path

from corpus.records import Origin, Program, program_id
from filters.keys import ProgramKey, program_key

LIBRARY = Path("/usr/share/sdcc/lib/src")


def program(source: str, seed: str, grade: str = "simulated", origin: Origin = "rewrite") -> Program:
    """A Program with no more than what the keys read."""
    return Program(program_id(seed, source), seed, source, origin, grade=grade)


def real_sources(count: int = 120) -> list[str]:
    """Up to `count` sources of 500 to 6,000 characters."""
    paths = sorted(LIBRARY.glob("*.c"))
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in paths]
    fitting = [text for text in texts if 500 <= len(text) <= 6000][:count]
    return fitting or [made_source(random.Random(f"made/{i}")) for i in range(count)]


def real_keys() -> list[ProgramKey]:
    """One lineage a source, and for each third source a renamed and lightly edited copy in a lineage of its own."""
    keys = []
    for i, text in enumerate(real_sources()):
        keys.append(program_key(program(text, f"s{i}")))
        if i % 3 == 0:
            copy = re.sub(r"\b(i|c|result|p|x)\b", lambda m: f"{m[0]}_new", text) + f"\nint added_{i};\n"
            keys.append(program_key(program(copy, f"copy{i}", grade="compiled")))
    return keys


def made_source(rng: random.Random, statements: int = 12) -> str:
    """A function of simple statements."""
    names = ["value", "count", "mask", "index", "delta"]
    lines = [f"unsigned int step(unsigned int {names[0]})", "{", f"    unsigned int {', '.join(names[1:])};"]
    for _ in range(statements):
        a, b, c = rng.choice(names), rng.choice(names), rng.choice(names)
        n = rng.randint(1, 200)
        lines.append(
            rng.choice(
                [
                    f"    {a} = {b} {rng.choice('+-&|^')} {n}u;",
                    f"    if ({a} {rng.choice(['<', '>', '==', '!='])} {n}u) {b} = {c};",
                    f"    while ({a} > {n}u) {{ {a} -= {b} | 1u; {c}++; }}",
                    f"    for ({a} = 0; {a} < {n}u; {a}++) {b} {rng.choice(['+', '^'])}= {c};",
                    f"    P{rng.randint(0, 3)} = (unsigned char)({a} >> {rng.randint(1, 7)});",
                ]
            )
        )
    return "\n".join([*lines, f"    return {rng.choice(names)};", "}", ""])
