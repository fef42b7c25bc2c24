"""What a seed can give: sites, combinations, and the estimate from what was drawn once and twice."""

from __future__ import annotations

import math
import random
from pathlib import Path

from corpus.shards import write_table
from corpus.tables import draw_table
from reports.page import render_page
from reports.reach import Reach, chao1, combinations, reaches
from tests.reports.example import report


def test_combinations_choose_rules_and_one_site_of_each() -> None:
    """Two rules with 2 and 3 sites: 5 chains of one step, 6 of two."""
    assert combinations([2, 3], 1) == 5
    assert combinations([2, 3], 2) == combinations([2, 3], 8) == 11
    assert combinations([1] * 6, 3) == sum(math.comb(6, taken) for taken in (1, 2, 3))
    assert combinations([], 4) == 0


def test_chao1_is_what_was_seen_when_nothing_came_once() -> None:
    assert chao1([2, 5, 3]) == 3
    assert chao1([]) == 0


def test_chao1_adds_for_what_came_once() -> None:
    """Four kinds once, one twice: 5 + 4 * 3 / (2 * 2)."""
    assert chao1([1, 1, 1, 1, 2]) == 8


def test_chao1_comes_near_a_known_number() -> None:
    """200 kinds equally likely, 300 draws see about 155 of them."""
    rng = random.Random(1)
    draws = [rng.randrange(200) for _ in range(300)]
    seen = [draws.count(kind) for kind in set(draws)]
    assert len(seen) < 170 and 180 < chao1(seen) < 225


def test_parts_of_a_seed_add_up(tmp_path: Path) -> None:
    """A tree that two shards drew is one tree, drawn twice."""
    paths = [tmp_path / "led-on-000.draws.parquet", tmp_path / "led-on-001.draws.parquet"]
    write_table(paths[0], draw_table("led-on", {"a": 1, "b": 1, "c": 3}))
    write_table(paths[1], draw_table("led-on", {"a": 1, "d": 1}))
    counts = {
        "led-on-000": {
            "chains": 4,
            "origins": {"rewrite": 3, "seed": 1},
            "reasons": {"expand:too-near": 1, "expand:copy": 2},
            "sites": {"for-to-while": 2, "exit-inside": 1, "invert-if": 4},
        },
        "led-on-001": {"chains": 4, "origins": {"rewrite": 1}, "reasons": {}, "sites": {}},
    }
    families = {"for-to-while": "loops", "exit-inside": "loops", "invert-if": "branches"}
    (found,) = reaches(counts, paths, families, steps=2)
    assert found == Reach("led-on", 8, 4, 1, (("branches", 4), ("loops", 3)), 7 + 14, 7, 4, round(4 + 2 * 1 / 4))
    assert found.short


def test_a_seed_without_a_draw_is_listed_without_an_estimate() -> None:
    (found,) = reaches({"lamp-000": {"chains": 4}}, [], {}, steps=2)
    assert found == Reach("lamp", 4, 0, 0, (), 0, 0, 0, None) and not found.short


def test_the_page_warns_where_more_is_asked_than_a_seed_gives() -> None:
    page = render_page(report())
    assert "More variants are asked for than the rules can give of 1 of 2 seeds: led." in page
    enough = render_page(report(reach=(Reach("led", 4, 4, 0, (("loops", 3),), 7, 6, 5, 16),)))
    assert "More variants are asked for" not in enough and "chains were left out" not in enough


def test_the_page_names_rules_that_failed_a_gate() -> None:
    """Before the table, with how often and why."""
    page = render_page(report())
    assert "<code>hex-case</code>: 1 of 6 (equivalent:not-same 1)" in page
    assert "<code>hex-case</code> (compile-clang:warning 2)" in page
