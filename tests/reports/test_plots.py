"""Plots as SVG."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

from reports.plots import funnel_plot, length_plot, mixture_plot
from tests.reports.example import report


def plots() -> list[str]:
    made = report()
    return [
        str(funnel_plot(made.stages)),
        str(mixture_plot("language", made.mixture.margins)),
        str(length_plot(made.lengths)),
    ]


def test_the_same_numbers_give_the_same_bytes() -> None:
    """No date, no random ids."""
    assert plots() == plots()


def test_each_is_a_whole_element_without_script_date_or_outside_reference() -> None:
    """It stands inside the page as it is."""
    for plot in plots():
        assert ElementTree.fromstring(plot).tag.endswith("svg")
        assert "<script" not in plot and "<metadata" not in plot and "<dc:date" not in plot
        outside = [ref for ref in re.findall(r'(?:href|src)="([^"]+)"', plot) if not ref.startswith("#")]
        assert not outside


def test_ids_do_not_clash_within_a_page() -> None:
    """Ids stand for shapes by their content, so that two plots that share one mean the same."""
    shapes: dict[str, str] = {}
    for plot in plots():
        for element in ElementTree.fromstring(plot).iter():
            if name := element.get("id"):
                shape = ElementTree.tostring(element).decode()
                assert shapes.setdefault(name, shape) == shape
        assert not re.search(r'<g id="', plot)


def test_colours_are_the_page_s_own_and_labels_are_text() -> None:
    """So that they follow the reader's light or dark, and the page's fonts show them."""
    for plot in plots():
        assert "var(--kept)" in plot and "#01020" not in plot
        assert "<text" in plot


def test_what_is_shown_is_what_was_counted() -> None:
    """Stages without records are left out, shares are written out."""
    funnel = plots()[0]
    assert "75.0% kept" in funnel and "expand" in funnel and "model" not in funnel
