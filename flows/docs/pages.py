"""Every page that is written from the code, and the README's tables."""

from __future__ import annotations

import re

from flows.docs import findings, gates, mutants, recipe, rewrites
from flows.settings import ROOT

_MARKED = r"(<!-- {name}: written by make docs[^\n]* -->\n).*?(<!-- end of {name} -->)"


def pages() -> dict[str, str]:
    """Text by path from the root; the README as it is on disk, with its marked tables as they should be."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tables = {"gates": gates.table(), "rewrites": rewrites.table(), "recipe": recipe.table()}
    for name, text in tables.items():
        readme = replaced(readme, name, text)
    return {
        "docs/rewrites.md": rewrites.page(),
        "docs/mutants.md": mutants.page(),
        "docs/findings.md": findings.page(),
        "docs/gates.md": gates.page(),
        "docs/recipe.md": recipe.page(),
        "README.md": readme,
    }


def replaced(document: str, name: str, text: str) -> str:
    """The document with `text` between the markers of that name.

    Raises:
        ValueError: the markers are not there exactly once.
    """
    pattern = re.compile(_MARKED.format(name=name), re.DOTALL)
    found, count = pattern.subn(lambda match: match[1] + text.strip("\n") + "\n" + match[2], document)
    if count != 1:
        raise ValueError(f"{count} pairs of markers named {name}, not one")
    return found
