"""Findings as SARIF: read back by a typed model of the standard."""

from __future__ import annotations

import json
from typing import Any

from sarif_pydantic import Sarif

from corpus.records import Diagnostic, Verdict
from reports.sarif import sarif

CHECKED = {
    "src/uart.c": [
        Verdict("screen", "passed"),
        Verdict(
            "findings",
            "passed",
            diagnostics=(
                Diagnostic("", 12, 5, "warning", "unbounded-wait", "this loop waits for TI for ever"),
                Diagnostic("src/uart.h", 3, 0, "error", "missing-volatile", "head is shared"),
            ),
        ),
    ],
    "main.c": [Verdict("compile-sdcc", "failed", "missing-header", "no board.h"), Verdict("parse", "passed")],
}


def run(log: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = log["runs"][0]
    return found


def test_the_log_is_sarif_2_1_0_for_a_typed_reader() -> None:
    read = Sarif.model_validate(json.loads(json.dumps(sarif(CHECKED, "1.2"))))
    assert read.version == "2.1.0"
    assert len(read.runs[0].results or []) == 3


def test_each_finding_has_its_rule_level_place_and_words() -> None:
    result = run(sarif(CHECKED, "1.2"))["results"][0]
    assert result["ruleId"] == "findings/unbounded-wait"
    assert result["level"] == "warning"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/uart.c"
    assert place["region"] == {"startLine": 12, "startColumn": 5}


def test_a_finding_in_another_file_points_there_and_an_unknown_column_is_left_out() -> None:
    place = run(sarif(CHECKED, "1.2"))["results"][1]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "src/uart.h", "uriBaseId": "SRCROOT"}, "region": {"startLine": 3}}


def test_a_gate_that_did_not_pass_is_a_result_without_a_place_of_its_own() -> None:
    result = run(sarif(CHECKED, "1.2"))["results"][2]
    assert (result["ruleId"], result["level"], result["message"]["text"]) == (
        "compile-sdcc/missing-header",
        "error",
        "no board.h",
    )
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_rules_are_listed_once_with_their_meaning_and_pointed_at() -> None:
    found = run(sarif(CHECKED, "1.2", {"findings/unbounded-wait": "A wait without an end."}))
    rules = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in found["results"]})
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert any(rule.get("shortDescription", {}).get("text") == "A wait without an end." for rule in rules)
