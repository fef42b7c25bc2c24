"""The dataset card: `README.md` with the YAML that the Hugging Face hub reads, and how to load the set."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from ruamel.yaml import YAML

from reports.columns import COLUMNS
from reports.page import short
from reports.report import Report
from reports.words import GRADE_WORDS, limits, percent

_TEMPLATES = Path(__file__).parent / "templates"
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))


def render_card(report: Report, files: Mapping[str, Sequence[str]]) -> str:
    """The card; `files` are the data files of each split as paths from the card's folder."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=False,  # Markdown, not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(number=lambda value: f"{value:,}", percent=percent, short=short)
    return environment.get_template("card.md.j2").render(
        report=report,
        front=_yaml(front_matter(report, files)),
        columns=COLUMNS,
        grades=GRADE_WORDS,
        limits=limits(report),
        files=files,
        longest=_room(dict(report.lengths.quantiles)["longest"]),
        llama_factory=json.dumps(_llama_factory(report.name, files.get("train", ())), indent=2, ensure_ascii=False),
        axolotl=_yaml(_axolotl(report.name, files.get("train", ()), _room(dict(report.lengths.quantiles)["longest"]))),
    )


def front_matter(report: Report, files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What the hub reads: languages, licence, size, tasks, and the files of each split that has rows."""
    licences = sorted({lineage.license for lineage in report.lineages if lineage.rows})
    rows = {"train": report.size.train, "validation": report.size.validation}
    splits = [
        {"split": split, "path": f"{Path(paths[0]).parent.as_posix()}/{split}-*.parquet"}
        for split, paths in files.items()
        if rows.get(split) and paths
    ]
    front: dict[str, Any] = {
        "pretty_name": report.name,
        "language": sorted(group.name for group in report.groups["language"]),
        "license": licences[0].lower() if len(licences) == 1 else "other",
        "task_categories": ["text-generation"],
        "size_categories": [size_category(report.size.rows)],
        "tags": ["code", "c", "embedded", "microcontroller", *sorted(g.name for g in report.groups["target"]), "sft"],
        "configs": [{"config_name": "default", "data_files": splits}],
    }
    if len(licences) > 1:
        front["license_name"] = " and ".join(licences)
    return front


def size_category(rows: int) -> str:
    """The hub's own word for a number of rows."""
    return next((word for bound, word in _SIZES if rows < bound), "10M<n<100M")


def _room(longest: int) -> int:
    """A limit in tokens that cuts nothing: a fifth above the longest row, since tokens are estimates, up to a power
    of 2."""
    limit = 512
    while limit < 1.2 * longest:
        limit *= 2
    return limit


def _llama_factory(name: str, paths: Sequence[str]) -> dict[str, Any]:
    entry = {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    }
    many = len(paths) > 1
    return {
        (f"{name}-{number}" if many else name): {"file_name": f"{name}/{path}", **entry}
        for number, path in enumerate(paths)
    }


def _axolotl(name: str, paths: Sequence[str], limit: int) -> dict[str, Any]:
    datasets = [
        {"path": f"{name}/{path}", "ds_type": "parquet", "type": "chat_template", "field_messages": "messages"}
        for path in paths
    ]
    return {"sequence_len": limit, "datasets": datasets}


def _yaml(data: Mapping[str, Any]) -> str:
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 200
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(data, out)
    return out.getvalue().rstrip("\n")
