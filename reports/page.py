"""The report as one HTML file: no script, nothing fetched, readable on a phone, in the dark and on paper."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import code, plots
from reports.lengths import TRAINERS
from reports.report import Margin, Pair, Report
from reports.samples import changed_lines
from reports.words import GRADE_WORDS, limits, percent

_TEMPLATES = Path(__file__).parent / "templates"


def render_page(report: Report) -> str:
    """The page; the same report gives the same bytes."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=lambda value: f"{value:,}",
        percent=percent,
        short=short,
        seconds=lambda value: f"{value:,.1f}",
        turn=code.turn,
        code=code.highlighted,
        diff=code.diffed,
    )
    axes = tuple((axis, tuple(lines)) for axis, lines in groupby(report.mixture.margins, key=lambda one: one.axis))
    return environment.get_template("report.html.j2").render(
        report=report,
        style=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),
        grades=GRADE_WORDS,
        limits=limits(report),
        trainers=TRAINERS,
        funnel_plot=plots.funnel_plot(report.stages),
        length_plot=plots.length_plot(report.lengths),
        axes=[(axis, lines, plots.mixture_plot(axis, lines)) for axis, lines in axes],
        missed=missed(report.mixture.margins),
        pairs=[(pair, *_marked(pair)) for pair in report.pairs],
        warmth=_warmth(report),
    )


def render_json(report: Report) -> bytes:
    """Every number of the report, keys sorted."""
    return (json.dumps(asdict(report), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def missed(margins: tuple[Margin, ...], points: float = 0.02) -> tuple[Margin, ...]:
    """Shares more than `points` (2 percentage points) off their target, the same as a shortfall's coarse bound."""
    return tuple(one for one in margins if abs(one.achieved - one.target) > points)


def short(value: float) -> str:
    """A large number in three digits: 1.28 M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {unit}" if value / size < 999.5 else f"{value / size:,.0f} {unit}"
    return f"{value:g}"


def _marked(pair: Pair) -> tuple[Markup, Markup]:
    left, right = changed_lines(pair.loser_text, pair.winner_text)
    return code.marked(pair.loser_text, left), code.marked(pair.winner_text, right)


def _warmth(report: Report) -> tuple[tuple[int, ...], ...]:
    """For each cell of the coverage a depth of colour, 0 (none) to 100, by the square root of its rows."""
    most = max((rows for line in report.coverage.rows for rows in line), default=0)
    return tuple(
        tuple(round(100 * (rows / most) ** 0.5) if most else 0 for rows in line) for line in report.coverage.rows
    )
