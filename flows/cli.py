"""The `firmseed` command: its verbs are in `flows/commands`, one a file, each loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# In the order of the help page; loading all of them takes two seconds, most of it in libraries that one verb needs.
VERBS = ("generate", "inspect", "trace", "rewrite", "convert", "check", "seeds", "doctor")

GROUPS = {"seeds": ("check", "strength", "coverage", "new")}

CONTEXT = {"help_option_names": ["-h", "--help"]}


class _Verbs(TyperGroup):
    """A group that loads a verb's module on first use (typer keeps its own copy of click's types to itself: `Any`)."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs, in order."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb of this name."""
        if cmd_name not in VERBS:
            return None
        verb = typer.Typer(add_completion=False, rich_markup_mode="rich", context_settings=CONTEXT)
        if cmd_name in GROUPS:
            verb.callback(help="Work with the expert seeds.", no_args_is_help=True)(_nothing)
        for name in GROUPS.get(cmd_name, ("",)):
            module = import_module(f"flows.commands.{cmd_name}{'.' if name else ''}{name}")
            verb.command(name or cmd_name, epilog=module.EXAMPLES)(module.command)
        command = typer.main.get_command(verb)
        command.name = cmd_name
        return command


def _nothing() -> None:
    """Stands before a group's own verbs."""


app = typer.Typer(
    name="firmseed",
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings=CONTEXT,
)


@app.callback(
    help="Grow expert-written microcontroller C into a verified, balanced SFT set; every row carries its evidence."
)
def _firmseed() -> None:
    """The group itself does nothing."""


def main() -> None:
    """Entry point of the console script."""
    app()
