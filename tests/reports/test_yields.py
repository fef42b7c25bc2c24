"""Funnel, rules and operators from the manifests' counts."""

from __future__ import annotations

from reports.yields import operator_yields, rule_yields, stage_yield

COUNTS = [
    {
        "in": 10,
        "kept": 7,
        "rejected": 3,
        "reasons": {"a": 2, "b": 1},
        "rules": {
            "hex-case": {"identical-object": 4, "simulated": 1, "refused:no-site": 2, "failed:equivalent:not-same": 1}
        },
        "operators": {"wrong-bit": {"seen": 3, "equivalent": 1, "not-seen": 2, "no-diagnostic": 1}},
    },
    {
        "in": 5,
        "kept": 5,
        "rejected": 0,
        "reasons": {"b": 4},
        "rules": {
            "hex-case": {"refused:no-site": 1, "refused:volatile": 5, "ended:compile-clang:warning": 2},
            "gone": {"simulated": 1},
        },
        "operators": {"wrong-bit": {"refused": 2}},
    },
]


def test_shards_of_a_stage_add_up() -> None:
    """Records, reasons (the most frequent first) and CPU seconds."""
    found = stage_yield("expand", "grow", COUNTS, [{"own_cpu_s": 1.5, "tool_cpu_s": 2.0}, {"tool_cpu_s": 1.0}])
    assert (found.entered, found.kept, found.rejected, found.shards) == (15, 12, 3, 2)
    assert found.reasons == (("b", 5), ("a", 2))
    assert (found.own_cpu_s, found.tool_cpu_s, found.share) == (1.5, 3.0, 0.8)


def test_a_rule_is_applied_refused_or_failed() -> None:
    """Grades make up what was applied, reasons what was refused."""
    rule = rule_yields(COUNTS, [("hex-case", "literals", "words")])[0]
    assert (rule.tried, rule.applied, rule.failed, rule.refused) == (14, 5, 1, 8)
    assert rule.failures == (("equivalent:not-same", 1),)
    assert rule.grades == (("identical-object", 4), ("simulated", 1))
    assert rule.refusals == (("volatile", 5), ("no-site", 3))


def test_a_chain_that_failed_at_its_end_is_no_try_of_its_rules() -> None:
    """Each of its steps was proved, and counted as applied."""
    rule = rule_yields(COUNTS, [("hex-case", "literals", "words")])[0]
    assert rule.ended == (("compile-clang:warning", 2),)


def test_a_rule_never_tried_is_listed_and_one_not_known_as_well() -> None:
    """Nothing that was counted is left out, and nothing that could have been."""
    found = {rule.name: rule.applied for rule in rule_yields(COUNTS, [("never", "", ""), ("hex-case", "", "")])}
    assert found == {"never": 0, "hex-case": 5, "gone": 1}


def test_an_operator_s_outcomes_add_up() -> None:
    """By compiler, by harness, same machine code, not seen, and what is none of these."""
    found = operator_yields(COUNTS, [("wrong-bit", "words")])[0]
    assert (found.by_compiler, found.by_harness, found.equivalent, found.not_seen, found.other) == (2, 3, 1, 2, 1)
