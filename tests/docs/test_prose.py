"""What the written pages name is there: paths, links, commands with their options, tests, recipe keys."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from corpus.recipe import Recipe
from flows.settings import ROOT
from tests.docs.pages import PAGES, Page

ALL = [pytest.param(Page.read(path), id=str(path.relative_to(ROOT))) for path in PAGES]
ROOMS = "corpus|generators|validators|filters|reports|flows|datasets|benchmarks|docs|tests"
NAMED = re.compile(rf"(?<![\w/.-])((?:{ROOMS}|\.ci)/[\w./*<>-]*[\w*>/])")

# What is named and need not be in a checkout, with the reason.
ELSEWHERE = {
    "filters/code.py": "NeMo Curator's own file, named as the source of thresholds",
    "datasets/runs": "made by a run, and git-ignored",
}


@pytest.mark.parametrize("page", ALL)
def test_every_path_that_prose_names_exists(page: Page) -> None:
    """Files and folders of ours, wherever prose or inline code names them."""
    missing = [
        name
        for name in NAMED.findall(page.prose)
        if not any(name.rstrip("/").startswith(known) for known in ELSEWHERE)
        and not re.search(r"[*<]", name)
        and not (ROOT / name).exists()
    ]
    assert not missing


@pytest.mark.parametrize("page", ALL)
def test_every_relative_link_leads_somewhere(page: Page) -> None:
    """Files, and headings within this documentation."""
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.prose):
        if re.match(r"https?://", target):
            continue
        name, _, heading = target.partition("#")
        file = (page.path.parent / name).resolve() if name else page.path
        if not file.exists() or (heading and heading not in headings(file)):
            dead.append(target)
    assert not dead


def headings(file: Path) -> set[str]:
    """Anchors that a Markdown page offers, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", ALL)
def test_every_make_verb_is_in_the_makefile(page: Page) -> None:
    """With variables that the Makefile knows."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    verbs = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) [?:]=", makefile, re.MULTILINE))
    for _, *words in page.commands("make"):
        for word in words:
            name, assigned, _ = word.partition("=")
            assert name in (variables if assigned else verbs), words


@pytest.mark.parametrize("page", ALL)
def test_every_python_module_that_is_run_exists(page: Page) -> None:
    """`python -m benchmarks.overhead` and the like."""
    for _, *words in page.commands("python"):
        if words[:1] == ["-m"]:
            path = ROOT / words[1].replace(".", "/")
            assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), words


@pytest.mark.parametrize("page", ALL)
def test_every_test_that_prose_cites_exists(page: Page) -> None:
    """`pytest tests/...`, with the name of a test after `::` if there is one."""
    for _, *words in page.commands("pytest"):
        for word in words:
            file, _, name = word.partition("::")
            assert (ROOT / file).exists(), words
            assert not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), words


def test_the_readme_names_every_key_of_a_recipe() -> None:
    """The top level, as inline code."""
    inline = set(Page.read(ROOT / "README.md").inline)
    assert set(Recipe.model_fields) <= inline


def test_the_readme_names_every_environment_variable_of_ours() -> None:
    """What code reads from the environment under our name, a user must be able to find."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "Makefile", "*.sh"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    texts = [
        (ROOT / line).read_text(encoding="utf-8") for line in listed.stdout.splitlines() if (ROOT / line).is_file()
    ]
    names = {name for text in texts for name in re.findall(r"\bFIRMSEED_[A-Z_]*[A-Z]\b", text)}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert names and not [name for name in names if name not in readme]


DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_context_choice_and_cost(path: Path) -> None:
    """In this order, under a title with the number of its file, on one page."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Choice", "Cost"]
    assert text.startswith(f"# {path.stem[:4]}: ")
    assert len(text.split("\n")) <= 70


def test_decisions_are_numbered_without_a_gap() -> None:
    """A number names one decision for good."""
    assert [path.stem[:4] for path in DECISIONS] == [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]
    assert len(DECISIONS) >= 6
