"""What a run over csmith's programs came to, in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.soak.csmith_batch import Failure, Record

_STATES = {
    "endless": "do not end soon",
    "crashed": "do what C leaves open",
    "refused": "do not compile",
    "no-room": "do not fit",
    "says-nothing": "end with no value",
    "does-not-parse": "do not parse",
}


def summary(records: Sequence[Record], folder: Path) -> tuple[str, int]:
    """The text, and how many failures are ours."""
    states = Counter(record["state"] for record in records)
    lines = [f"{len(records)} programs, {states['run']} run"]
    lines += [f"  {states[state]:>6} {words}" for state, words in _STATES.items() if states[state]]
    variants: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    suspects: Counter[str] = Counter()
    for record in records:
        variants.update(record["variants"])
        rules.update(record["rules"])
        suspects.update(record["suspects"])
    lines.append(f"{sum(record['chains'] for record in records)} chains, {sum(rules.values())} rewrites, variants run:")
    lines += [f"  {count:>6} {judge}" for judge, count in sorted(variants.items())]
    lines.append("rewrites by rule:")
    lines += _columns([f"{count} {rule}" for rule, count in rules.most_common()])
    if suspects:
        lines.append("proposals taken back:")
        lines += [f"  {count:>6} {words}" for words, count in suspects.most_common()]
    failures = [failure for record in records for failure in record["failures"]]
    ours = [failure for failure in failures if failure["whose"] == "ours"]
    lines += _told("ours", ours, folder)
    lines += _told("a compiler's alone", [failure for failure in failures if failure["whose"] != "ours"], folder)
    cpu_s = sum(record["cpu_s"] for record in records)
    lines.append(f"CPU: {cpu_s / 60:.1f} min")
    return "\n".join(lines), len(ours)


def _told(whose: str, failures: Sequence[Failure], folder: Path) -> list[str]:
    """The failures by the least chain that shows them, the most frequent first."""
    alike: dict[str, list[Failure]] = defaultdict(list)
    for failure in failures:
        alike[f"{failure['kind']}: {' + '.join(failure['shortest'])}"].append(failure)
    lines = [f"failures, {whose}: {len(failures)}"]
    for words, some in sorted(alike.items(), key=lambda item: (-len(item[1]), item[0])):
        judges = ", ".join(sorted({failure["judge"] or "the rule itself" for failure in some}))
        lines.append(f"  {len(some):>6} {words} ({judges}); {folder / 'failures' / some[0]['folder']}")
    return lines


def _columns(words: Sequence[str], width: int = 38) -> list[str]:
    return ["  " + "".join(word.ljust(width) for word in words[at : at + 3]).rstrip() for at in range(0, len(words), 3)]
