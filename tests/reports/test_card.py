"""The dataset card: what it promises is read by what would read it."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from ruamel.yaml import YAML

from corpus.tables import EXAMPLES
from reports.card import front_matter, render_card, size_category
from reports.columns import COLUMNS
from reports.report import Report
from reports.words import GRADE_WORDS
from tests.reports.example import report

FILES = {"train": ["data/train-00000-of-00001.parquet"], "validation": ["data/validation-00000-of-00001.parquet"]}


def fenced(card: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)\n```", card, flags=re.DOTALL)


def front(made: Report, files: dict[str, list[str]] = FILES) -> dict[str, Any]:
    card = render_card(made, files)
    found: dict[str, Any] = YAML(typ="safe").load(card.split("---\n")[1])
    return found


def test_the_front_matter_is_what_the_hub_reads() -> None:
    """Valid YAML with languages, licence, size and the files of both splits."""
    found = front(report())
    assert found["language"] == ["en", "zh"] and found["license"] == "apache-2.0"
    assert found["task_categories"] == ["text-generation"] and found["size_categories"] == ["n<1K"]
    assert found["configs"] == [
        {
            "config_name": "default",
            "data_files": [
                {"split": "train", "path": "data/train-*.parquet"},
                {"split": "validation", "path": "data/validation-*.parquet"},
            ],
        }
    ]


def test_a_split_without_rows_is_not_promised() -> None:
    """A reader would fail on it."""
    made = report(size=replace(report().size, validation=0))
    assert [one["split"] for one in front_matter(made, FILES)["configs"][0]["data_files"]] == ["train"]


def test_seeds_under_two_licences_are_named_as_such() -> None:
    """The hub knows one licence or `other` with a name."""
    one = report().lineages[0]
    found = front_matter(report(lineages=(one, replace(one, seed="lamp", license="MIT"))), FILES)
    assert found["license"] == "other" and found["license_name"] == "Apache-2.0 and MIT"


def test_every_column_is_described_in_its_order() -> None:
    """The table is the schema."""
    assert [name for name, _ in COLUMNS] == EXAMPLES.names
    card = render_card(report(), FILES)
    table = card[card.index("## Columns") : card.index("## Loading")]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == EXAMPLES.names


def test_code_and_settings_in_the_card_parse() -> None:
    """Python, LLaMA-Factory's JSON, axolotl's YAML; each names the data and a limit that cuts nothing."""
    card = render_card(report(), FILES)
    for code in fenced(card, "python"):
        ast.parse(code)
    entry = json.loads(fenced(card, "json")[0])["small"]
    assert entry["file_name"] == "small/data/train-00000-of-00001.parquet" and entry["formatting"] == "sharegpt"
    axolotl = YAML(typ="safe").load(fenced(card, "yaml")[0])
    assert axolotl["sequence_len"] == 512 > report().size.tokens / 10
    assert axolotl["datasets"][0]["field_messages"] == "messages"


def test_a_set_of_several_files_names_each() -> None:
    """Neither trainer is told a pattern."""
    files = {"train": [f"data/train-0000{n}-of-00002.parquet" for n in (0, 1)], "validation": []}
    card = render_card(report(), files)
    assert list(json.loads(fenced(card, "json")[0])) == ["small-0", "small-1"]
    assert len(YAML(typ="safe").load(fenced(card, "yaml")[0])["datasets"]) == 2


def test_evidence_grades_in_the_set_are_explained() -> None:
    """Those that occur, with their share."""
    card = render_card(report(), FILES)
    assert f"| `simulated` | 9 | 90.0 % | {GRADE_WORDS['simulated']} |" in card
    assert "| `compiled` |" not in card
    assert "under 2 stimuli" in card and "without a tokenizer" in card


@pytest.mark.parametrize(("rows", "word"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (5_000_000, "1M<n<10M")])
def test_sizes_have_the_hub_s_words(rows: int, word: str) -> None:
    """Bounds belong to the larger class."""
    assert size_category(rows) == word
