"""What goes with the data: `manifest.json`, which says what made it, and `SHA256SUMS`."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from typing import Any

PACKAGES = (
    "datasketch",
    "jinja2",
    "matplotlib",
    "numpy",
    "pyarrow",
    "pydantic",
    "pygments",
    "ruamel.yaml",
    "scipy",
    "tree-sitter",
    "tree-sitter-c",
)


def package_versions() -> dict[str, str]:
    """Versions of firmseed, of Python and of the packages that decide what a run writes."""
    found = {name: importlib.metadata.version(name) for name in ("firmseed", *PACKAGES)}
    return {"python": platform.python_version(), **found}


def manifest(
    recipe: Mapping[str, Any],
    tools: Mapping[str, str],
    packages: Mapping[str, str],
    seeds: Mapping[str, str],
    counts: Mapping[str, Any],
    files: Mapping[str, tuple[str, int]],
) -> dict[str, Any]:
    """All that made the set, and what it is: `seeds` maps ids to digests, `files` paths to (SHA-256, bytes)."""
    return {
        "recipe": dict(recipe),
        "tools": dict(tools),
        "packages": dict(packages),
        "seeds": dict(seeds),
        "counts": dict(counts),
        "files": {path: {"sha256": digest, "bytes": size} for path, (digest, size) in files.items()},
    }


def checksums(files: Mapping[str, str]) -> str:
    """Lines that `sha256sum -c` reads, by path."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(files.items()))
