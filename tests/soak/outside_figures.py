"""The figures of a run, as a table of text."""

from __future__ import annotations

from collections import Counter
from typing import Any


def defects_of(records: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """(file, kind, rule, detail) of each defect."""
    return [(record["file"], *defect) for record in records for defect in record["defects"]]


def table(records: list[dict[str, Any]], commands: list[dict[str, Any]]) -> str:
    """Files and parsing by dialect, chains and steps by rule, what compilers said, and what was wrong."""
    lines = ["dialect      files  functions     KiB  parse  bytes in ERROR"]
    for dialect in [*sorted({record["dialect"] for record in records}), ""]:
        some = [record for record in records if dialect in ("", record["dialect"])]
        size = sum(record["bytes"] for record in some)
        lines.append(
            f"{dialect or 'all':<10} {len(some):>7} {sum(r['functions'] for r in some):>10} {size / 1024:>7.0f}"
            f" {_share(sum(not r['error_bytes'] for r in some), len(some)):>6}"
            f" {100 * sum(r['error_bytes'] for r in some) / max(1, size):>13.2f} %"
        )
    chains = [chain for record in records for chain in record["chains"]]
    steps = Counter(step for chain in chains for step in chain["steps"])
    single = Counter(rule for record in records for rule in record["single"])
    slowest = max((record["slowest"] for record in records), default=(0, ""))
    lines += [
        "",
        f"{len(chains)} chains, {steps.total()} steps in them; {single.total()} single steps of {len(single)} rules; "
        f"dearest question {slowest[0]} s ({slowest[1]}); most memory {max(r['mib'] for r in records)} MiB",
    ]
    builds = [build for record in records for build in record["builds"]]
    code = Counter(build["code"] for build in builds)
    functions = sum(build.get("functions", 0) for build in builds)
    differing = sum(build.get("differing", 0) for build in builds)
    ran = Counter(build["ran"] for build in builds if "ran" in build)
    lines += [
        f"{sum(r.get('compiles') is True for r in records)} files compile here, "
        f"{sum(r.get('compiles') is False for r in records)} do not; their chains: {code['identical']} identical code, "
        f"{code['different']} different ({differing} of {functions} functions), {code['broken']} broken",
        f"sdcc's regression tests that were run: {ran['alike']} chains alike, {ran['otherwise']} otherwise",
        f"firmseed rewrite: {len(commands)} runs, exit codes {dict(Counter(one['rc'] for one in commands))}",
    ]
    kinds = Counter(kind for _, kind, _, _ in defects_of(records))
    lines.append(f"defects: {dict(kinds) or 'none'}")
    lines += ["", "rule: single steps, steps in chains"]
    lines += [f"  {rule:<32} {single[rule]:>6} {steps[rule]:>6}" for rule in sorted({*single, *steps})]
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"
