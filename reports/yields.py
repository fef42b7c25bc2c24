"""What the stages say of themselves: the funnel, the yields of gates, rewrite rules and mutation operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corpus.records import GRADES
from reports.report import OperatorYield, RuleYield, StageYield

Counts = Mapping[str, Any]

_REFUSED, _FAILED, _ENDED = "refused:", "failed:", "ended:"


def stage_yield(name: str, words: str, counts: Sequence[Counts], times: Sequence[Mapping[str, float]]) -> StageYield:
    """One stage's line from the `counts` of its manifests and from its shards' `.time` files."""
    reasons: Counter[str] = Counter()
    for one in counts:
        reasons.update(one.get("reasons", {}))
    return StageYield(
        name=name,
        words=words,
        shards=len(counts),
        entered=sum(int(one.get("in", 0)) for one in counts),
        kept=sum(int(one.get("kept", 0)) for one in counts),
        rejected=sum(int(one.get("rejected", 0)) for one in counts),
        reasons=ranked(reasons),
        own_cpu_s=round(sum(one.get("own_cpu_s", 0.0) for one in times), 3),
        tool_cpu_s=round(sum(one.get("tool_cpu_s", 0.0) for one in times), 3),
    )


def rule_yields(counts: Iterable[Counts], known: Sequence[tuple[str, str, str]]) -> tuple[RuleYield, ...]:
    """What became of each rule, in the order of `known` (name, family, words); a rule never tried has zeros."""
    totals = _totals(counts, "rules")
    listed = {name for name, _, _ in known}
    extra = [(name, "", "") for name in sorted(totals.keys() - listed)]
    found = []
    for name, family, words in (*known, *extra):
        tally = totals.get(name, Counter())
        refusals, failures, ended = (_beginning(tally, word) for word in (_REFUSED, _FAILED, _ENDED))
        grades = tuple((grade, tally[grade]) for grade in GRADES if tally[grade])
        applied = sum(count for _, count in grades)
        found.append(
            RuleYield(
                name=name,
                family=family,
                words=words,
                tried=applied + failures.total() + refusals.total(),
                applied=applied,
                grades=grades,
                failed=failures.total(),
                failures=ranked(failures),
                refused=refusals.total(),
                refusals=ranked(refusals),
                ended=ranked(ended),
            )
        )
    return tuple(found)


def operator_yields(counts: Iterable[Counts], known: Sequence[tuple[str, str]]) -> tuple[OperatorYield, ...]:
    """What became of each operator, in the order of `known` (name, words); one never tried has zeros."""
    totals = _totals(counts, "operators")
    listed = {name for name, _ in known}
    found = []
    for name, words in (*known, *((name, "") for name in sorted(totals.keys() - listed))):
        tally = totals.get(name, Counter())
        named = {reason: tally[reason] for reason in ("refused", "seen", "equivalent", "not-seen")}
        found.append(
            OperatorYield(
                name=name,
                words=words,
                by_compiler=named["refused"],
                by_harness=named["seen"],
                equivalent=named["equivalent"],
                not_seen=named["not-seen"],
                other=sum(tally.values()) - sum(named.values()),
            )
        )
    return tuple(found)


def ranked(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """The most frequent first, ties by name."""
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _beginning(tally: Mapping[str, int], word: str) -> Counter[str]:
    return Counter({name.removeprefix(word): count for name, count in tally.items() if name.startswith(word)})


def _totals(counts: Iterable[Counts], key: str) -> dict[str, Counter[str]]:
    totals: dict[str, Counter[str]] = {}
    for one in counts:
        for name, tally in one.get(key, {}).items():
            totals.setdefault(name, Counter()).update(tally)
    return totals
