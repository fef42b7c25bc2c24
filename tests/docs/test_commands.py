"""The command explains itself, and what the pages show of it can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from flows import exits
from flows.cli import app
from flows.settings import ROOT
from tests.docs.pages import PAGES, Page


def verbs(group: object, before: str = "") -> dict[str, TyperCommand]:
    """Every command by its words: `generate`, `seeds check`."""
    assert isinstance(group, TyperGroup)
    found: dict[str, TyperCommand] = {}
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, TyperCommand):
            found[before + name] = command
        else:
            found |= verbs(command, f"{before}{name} ")
    return found


VERBS = verbs(typer.main.get_command(app))


def parsed(words: list[str]) -> None:
    """Parses a call as the command would, without running it; raises the error that the command would show."""
    for length in (2, 1):
        command = VERBS.get(" ".join(words[:length]))
        if command is not None:
            command.make_context(command.name or "", list(words[length:]), resilient_parsing=False).close()
            return
    raise typer.BadParameter(f"no verb in {words}")


def shown(name: str) -> list[list[str]]:
    """The examples in a verb's help, as words."""
    lines = [line.strip() for line in (VERBS[name].epilog or "").split("\n")]
    return [shlex.split(re.split(r"\s[|#>]|\s{2,}", line)[0])[1:] for line in lines if line.startswith("firmseed ")]


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_has_help_exit_codes_and_examples(name: str) -> None:
    """What it does, its codes, two examples; and every option says what it is for."""
    command = VERBS[name]
    assert command.help and "Exit codes: 0" in " ".join(command.help.split())
    assert len(shown(name)) >= 2
    unexplained = [option.name for option in command.params if not getattr(option, "help", "")]
    assert not unexplained


@pytest.mark.parametrize("name", VERBS)
def test_the_examples_of_a_verb_can_be_typed(name: str) -> None:
    """With options that exist and values of the right kind."""
    for words in shown(name):
        assert " ".join(words).startswith(name)
        parsed(words)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_call_on_a_page_can_be_typed(path: Path) -> None:
    """In shell blocks and in inline code; a bare verb stands for itself."""
    for _, *words in Page.read(path).commands("firmseed"):
        bare = " ".join(words) in VERBS or not words
        if not bare:
            parsed(words)


def test_an_option_that_does_not_exist_is_noticed() -> None:
    """The check is seen to fail."""
    with pytest.raises(TyperException):
        parsed(["generate", "--rowz", "5"])
    with pytest.raises(TyperException):
        parsed(["grow"])


def test_the_readme_has_every_verb_with_its_exit_codes() -> None:
    """The table, row by row; codes that the help names stand in it."""
    rows = dict(
        re.findall(r"^\| `firmseed ([a-z ]+)` \|[^|]*\| ([^|]*) \|$", Page.read(ROOT / "README.md").prose, re.MULTILINE)
    )
    assert set(rows) == set(VERBS)
    known = {exits.OK, exits.FOUND_TROUBLE, exits.BAD_INPUT, exits.MISSING_TOOL, exits.INTERRUPTED}
    for name, text in rows.items():
        codes = {int(code) for code in re.findall(r"\b\d+\b", text)}
        said = " ".join((VERBS[name].help or "").split()).partition("Exit codes:")[2]
        assert {int(code) for code in re.findall(r"\b\d+\b", said)} <= codes <= known, name
