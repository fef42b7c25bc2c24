"""The house keeps its plan: who may import whom, what lies where, how long a file may be."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("corpus", "generators", "validators", "filters", "reports", "flows")
MAY_IMPORT = {
    "corpus": set(),
    "generators": {"corpus"},
    "validators": {"corpus"},
    "filters": {"corpus"},
    "reports": {"corpus"},
    "flows": {"corpus", "generators", "validators", "filters", "reports"},
}
LONGEST_FILE = 400


def tracked() -> list[Path]:
    """Files that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def imported(path: Path) -> set[str]:
    """Top-level names that a module imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_one_way(room: str) -> None:
    """corpus <- generators, validators, filters, reports <- flows; the four in the middle do not know each other."""
    for path in (ROOT / room).rglob("*.py"):
        foreign = imported(path) & set(ROOMS) - {room} - MAY_IMPORT[room]
        assert not foreign, f"{path.relative_to(ROOT)} imports {sorted(foreign)}"


def test_only_flows_imports_prefect() -> None:
    """The stages run without Prefect, so only the thin layer over them may know it."""
    for path in ROOT.rglob("*.py"):
        if ".venv" in path.parts or path.is_relative_to(ROOT / "tests" / "flows"):
            continue
        if "prefect" in imported(path):
            assert path.is_relative_to(ROOT / "flows"), path.relative_to(ROOT)
            assert not path.is_relative_to(ROOT / "flows" / "stages"), path.relative_to(ROOT)


def test_datasets_holds_data_only() -> None:
    """A Python file in datasets/ would hide HuggingFace's package of that name."""
    assert not [path for path in tracked() if path.is_relative_to(ROOT / "datasets") and path.suffix == ".py"]


def test_no_room_is_named_like_an_installed_distribution() -> None:
    """`import filters` must mean ours."""
    installed = importlib.metadata.packages_distributions()
    for room in ROOMS:
        assert set(installed.get(room, ["firmseed"])) == {"firmseed"}


def test_packages_say_what_they_are_in_one_sentence_and_import_nothing() -> None:
    """An `__init__.py` is a signpost."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("__init__.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            assert ast.get_docstring(tree), path
            assert len(tree.body) == 1, path


def test_no_file_is_too_long_to_read_in_one_sitting() -> None:
    """Longer than this is two rooms."""
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in tracked()
        if path.suffix == ".py" and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert not long


def test_tests_mirror_the_rooms() -> None:
    """tests/<room>/... stands for <room>/..."""
    for path in (ROOT / "tests").iterdir():
        if path.is_dir() and path.name != "__pycache__":
            assert path.name in (*ROOMS, "datasets", "docs", "soak"), path
    for folder in [ROOT / "tests", *(p for p in (ROOT / "tests").rglob("*") if p.is_dir() and p.name != "__pycache__")]:
        if list(folder.glob("test_*.py")):
            assert (folder / "__init__.py").is_file(), folder


def test_every_seed_and_text_of_ours_names_its_licence() -> None:
    """SPDX on each seed."""
    for path in (ROOT / "datasets" / "seeds").glob("*/seed.yaml"):
        assert "SPDX-License-Identifier: Apache-2.0" in path.read_text(encoding="utf-8"), path
