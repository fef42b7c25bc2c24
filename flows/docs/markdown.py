"""Markdown from docstrings and records: tables, prose that is shown as it was meant, code in fences."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path

WRITTEN = "<!-- Written by `make docs` from the code: change it there. -->"

_INLINE = re.compile(r"(`[^`]*`)")


def prose(docstring: str) -> str:
    """A docstring as paragraphs: outside inline code nothing reads as emphasis or as HTML."""
    parts = _INLINE.split(cleandoc(docstring))
    return "".join(part if part.startswith("`") else _plain(part) for part in parts)


def one_line(docstring: str) -> str:
    """The first sentence or paragraph of a docstring, on one line."""
    paragraph = " ".join(prose(docstring).split("\n\n")[0].split())
    return re.split(r"(?<=[.!?]) (?=[A-Z`])", paragraph)[0].rstrip(".")


def tabulated(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; a bar in a cell is escaped, a line break becomes a blank."""
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{'|'.join(' --- ' for _ in names)}|"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def attribute_docs(path: Path, owner: str = "") -> dict[str, str]:
    """Docstrings under the assignments of a module, or of its class `owner`, by name."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    if owner:
        body = next(node.body for node in body if isinstance(node, ast.ClassDef) and node.name == owner)
    found = {}
    for named, said in pairwise(body):
        if isinstance(named, ast.Assign | ast.AnnAssign) and isinstance(said, ast.Expr):
            target = named.target if isinstance(named, ast.AnnAssign) else named.targets[0]
            if isinstance(target, ast.Name) and isinstance(said.value, ast.Constant):
                found[target.id] = str(said.value.value)
    return found


def _plain(text: str) -> str:
    return text.replace("*", "\\*").replace("<", "&lt;")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
