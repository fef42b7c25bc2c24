"""Plots as SVG inside the page: static, no script, the same bytes each time, in the page's own colours."""

from __future__ import annotations

import io
import re
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.lengths import TRAINERS
from reports.report import Lengths, Margin, StageYield

_WIDTH = 7.2  # inches; the page scales it
_ROW = 0.27

# Colours that matplotlib writes out, and the page's variables that stand in their place.
_INK, _KEPT, _LOST, _LINE = "#010203", "#010204", "#010205", "#010206"
_VARIABLES = {_INK: "var(--ink)", _KEPT: "var(--kept)", _LOST: "var(--lost)", _LINE: "var(--line)"}

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "firmseed",
    "svg.fonttype": "none",  # text stays text: selectable, small, in the page's font
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _LINE,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "figure.constrained_layout.use": True,
}


def funnel_plot(stages: tuple[StageYield, ...]) -> Markup:
    """Kept and rejected by stage."""
    shown = [stage for stage in stages if stage.entered]
    with mpl.rc_context(_STYLE):
        figure, axes = _axes(len(shown))
        places = range(len(shown))
        kept, lost = [s.kept for s in shown], [s.rejected for s in shown]
        axes.barh(places, kept, 0.62, color=_KEPT, label="kept")
        axes.barh(places, lost, 0.62, left=kept, color=_LOST, label="rejected")
        for place, stage in zip(places, shown, strict=True):
            axes.text(stage.entered, place, f"  {stage.share:.1%} kept", va="center", fontsize=9)
        _rows(axes, [stage.name for stage in shown])
        axes.margins(x=0.14)
        axes.set_xlabel("records that came in (seeds, then programs, then rows)")
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2)
        return _svg(figure, "Records kept and rejected by stage")


def mixture_plot(axis: str, margins: tuple[Margin, ...]) -> Markup:
    """Share of tokens as asked (a line) and as it is (a bar) for the values of one axis."""
    with mpl.rc_context(_STYLE):
        figure, axes = _axes(len(margins))
        places = range(len(margins))
        axes.barh(places, [100 * m.achieved for m in margins], 0.62, color=_KEPT, label="achieved")
        targets = [100 * m.target for m in margins]
        axes.vlines(
            targets, [p - 0.42 for p in places], [p + 0.42 for p in places], color=_LOST, lw=2.5, label="target"
        )
        _rows(axes, [margin.value for margin in margins])
        axes.set_xlabel("% of tokens")
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2)
        return _svg(figure, f"Share of tokens by {axis}, target and achieved")


def length_plot(lengths: Lengths) -> Markup:
    """Rows by estimated tokens, with the lengths at which trainers' defaults cut or drop."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, 2.6))
        axes = figure.add_subplot()
        axes.bar(lengths.edges[:-1], lengths.counts, width=lengths.edges[1], align="edge", color=_KEPT)
        top = max((*lengths.counts, 1))
        for name, _, limit, _ in TRAINERS:
            if limit <= lengths.edges[-1]:
                axes.axvline(limit, color=_LOST, lw=1.5)
                axes.text(limit, top * 1.04, f" {name} {limit}", fontsize=9)
        axes.set_xlabel("estimated tokens of a row")
        axes.set_ylabel("rows")
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.tick_params(length=0)
        return _svg(figure, "Rows by estimated tokens")


def _axes(rows: int) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH, 0.95 + _ROW * max(rows, 2)))
    return figure, figure.add_subplot()


def _rows(axes: Axes, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.tick_params(length=0)


def _svg(figure: Figure, title: str) -> Markup:
    """The figure as an element: without XML head, metadata and ids of groups, which would clash within a page."""
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'<g id="[^"]+"', "<g", text)
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    head = Markup('<svg role="img" aria-label="{}"').format(title)
    return head + Markup(text.removeprefix("<svg"))
