"""The page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from reports.page import render_json, render_page, short
from reports.report import Report
from reports.words import percent
from tests.reports.example import report

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Outline(HTMLParser):
    """Tags as they open and close, ids, references, text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id" and value and "svg" not in self.open:
                self.ids.append(value)
            if name in ("href", "src", "xlink:href") and value:
                self.references.append(value)
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(made: Report) -> Outline:
    parsed = Outline()
    parsed.feed(render_page(made))
    parsed.close()
    assert not parsed.open
    return parsed


def test_the_page_is_one_file_without_script_and_fetches_nothing() -> None:
    """It opens from a mail, offline, with JavaScript off; whatever a row's text holds stays text."""
    page = render_page(report())
    found = outline(report())
    assert "script" not in found.tags and not found.handlers
    assert all(reference.startswith("#") for reference in found.references)
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", page)
    assert "<script>alert('x')</script>" in found.text
    assert len(page.encode()) < 3_000_000


def test_every_section_that_the_page_names_is_there_once() -> None:
    """Links within the page lead somewhere, and ids are unique."""
    found = outline(report())
    assert len(found.ids) == len(set(found.ids))
    inside = {reference[1:] for reference in found.references if not reference.startswith("#m") or len(reference) < 12}
    assert {name for name in inside if name.isalpha()} <= set(found.ids)
    sections = {"verdict", "limits", "funnel", "mixture", "rewrites", "mutants", "duplicates", "lineages"}
    assert sections | {"variety", "lengths", "measured", "coverage", "samples", "rejects", "made"} <= set(found.ids)


def test_chinese_shows_as_it_is() -> None:
    """UTF-8, declared before any text, marked for the browser's choice of fonts."""
    page = render_page(report())
    assert page.startswith("<!doctype html>") and '<meta charset="utf-8">' in page[:200]
    assert "请改正" in page and "中文注释" in page and "发光二极管" in page and 'lang="zh-Hans"' in page


def test_the_same_report_gives_the_same_bytes() -> None:
    """No date, no random id."""
    assert render_page(report()) == render_page(report())
    assert render_json(report()) == render_json(report())


def test_what_is_short_stands_on_the_first_screen() -> None:
    """With the shares that miss, and what to make more of below."""
    text = outline(report()).text
    first = text[: text.index("Limits: what is estimated")]
    assert "1 short" in first and "language=en is short of 100 tokens" in first
    assert "language=en: about 2 rows" in text


def test_a_mixture_that_was_met_says_so() -> None:
    """No shortfall is shown where there is none."""
    met = outline(report(mixture=replace(report().mixture, shortfalls=()))).text
    assert "shares met" in met and "Nothing: the budget and every share were met." in met
    assert "work order" not in met


def test_limits_are_said_with_their_numbers() -> None:
    """Tokens are estimates; the grade `simulated` has so many stimuli; what nobody measured."""
    text = outline(report(stimuli=5)).text
    assert "without a tokenizer" in text
    assert "simulated stands on 5 stimuli" in text
    assert "nothing was trained on it" in text
    assert "written by a model" not in text
    assert "written by a model" in outline(report(contains_model=True)).text


def test_empty_cells_are_told_apart() -> None:
    """A seed without rows is framed; no seed is hatched."""
    page = render_page(report())
    assert page.count('class="cell lost"') == 1 and page.count('class="cell none"') == 2


def test_a_pair_shows_the_line_that_differs_on_both_sides() -> None:
    """And no other."""
    page = render_page(report())
    section = page[page.index('id="duplicates"') : page.index('id="lineages"')]
    assert section.count("<mark>") == 2 and "0.870" in section


def test_what_was_measured_stands_with_what_was_not() -> None:
    """Medians, a delta with its sign, coverage; a faulty program has no cycles; how many have no figures is told."""
    page = render_page(report())
    section = page[page.index('id="measured"') : page.index('id="coverage"')]
    rows = [
        re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line) for line in section.split("\n") if line.startswith("<tr><td>")
    ]
    assert rows == [
        ["rewrite", "2", "1,310", "12", "9", "48,519"],
        ["mutant", "7", "120", "8", "", ""],
        ["code bytes", "-4", "2", "0", "0"],
        ["machine cycles", "0", "0", "2", "0"],
        ["led", "bbbb", "92.0 %", "50.0 %"],
    ]
    assert section.count(" bad") == 1
    assert "Below 90.0 %: 0 programs by lines, 1 by outcomes." in section and "Not measured: 1 programs" in section


def test_without_coverage_only_that_is_said() -> None:
    """A run whose harnesses were not measured."""
    found = report().measured
    bare = replace(found.harness, programs=0, worst=(), unmeasured=3)
    text = outline(report(measured=replace(found, harness=bare))).text
    assert "Not measured: 3 programs" in text and "their harnesses ran" not in text


def test_json_has_every_number() -> None:
    """The same structure as the report."""
    data = json.loads(render_json(report()))
    assert data["size"]["train"] == 8
    assert data["operators"][0]["by_harness"] == 7
    assert data["mixture"]["shortfalls"][0]["make"] == [["language=en", 2]]
    assert data["coverage"]["rows"] == [[0, 10], [0, 0]]


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0.0 %"), (0.0001, "< 0.1 %"), (0.5, "50.0 %"), (0.9999, "> 99.9 %"), (1, "100.0 %")]
)
def test_a_rounded_share_never_hides_a_record(share: float, words: str) -> None:
    """What is there is not 0, what lacks is not 100."""
    assert percent(share) == words


@pytest.mark.parametrize(("value", "words"), [(7, "7"), (999, "999"), (1_279_462, "1.28 M"), (999_700, "1,000 k")])
def test_large_numbers_have_three_digits(value: float, words: str) -> None:
    """With a unit."""
    assert short(value) == words
