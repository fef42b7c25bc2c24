"""Findings as SARIF 2.1.0 (OASIS), which code hosts and editors read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corpus.records import Diagnostic, Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_ROOT = "SRCROOT"


def sarif(
    checked: Mapping[str, Sequence[Verdict]], version: str, meanings: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """One run of a SARIF log: each diagnostic of each file's verdicts is a result, and so is a gate that did not pass.

    Keys of `checked` are paths relative to where the check ran, with forward slashes. A rule is `gate/class`;
    `meanings` gives some of them a sentence. A diagnostic's own file counts where it names one. Lines and columns that
    are not known (0) are left out.
    """
    results = [
        result for path, verdicts in checked.items() for verdict in verdicts for result in _results(path, verdict)
    ]
    rules = sorted({result["ruleId"] for result in results})
    place = {rule: index for index, rule in enumerate(rules)}
    for result in results:
        result["ruleIndex"] = place[result["ruleId"]]
    driver = {
        "name": "firmseed",
        "version": version,
        "rules": [_rule(rule, (meanings or {}).get(rule, "")) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "artifacts": [{"location": {"uri": path, "uriBaseId": _ROOT}} for path in checked],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: str, meaning: str) -> dict[str, Any]:
    return {"id": rule, **({"shortDescription": {"text": meaning}} if meaning else {})}


def _results(path: str, verdict: Verdict) -> list[dict[str, Any]]:
    found = [_result(path, verdict.gate, d) for d in verdict.diagnostics]
    if not verdict.passed and not any(d.severity == "error" for d in verdict.diagnostics):
        words = verdict.evidence or verdict.reason
        found.append(_result(path, verdict.gate, Diagnostic("", 0, 0, "error", verdict.reason, words)))
    return found


def _result(path: str, gate: str, d: Diagnostic) -> dict[str, Any]:
    region = {"startLine": d.line, **({"startColumn": d.column} if d.column else {})} if d.line else {}
    location: dict[str, Any] = {"artifactLocation": {"uri": d.file or path, "uriBaseId": _ROOT}}
    if region:
        location["region"] = region
    return {
        "ruleId": f"{gate}/{d.code}" if d.code else gate,
        "level": d.severity,
        "message": {"text": d.message},
        "locations": [{"physicalLocation": location}],
    }
