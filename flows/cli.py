"""The `firmseed` command: its verbs are in `flows/commands`, one a file."""

from __future__ import annotations

import typer

from flows.commands import check, doctor, generate, inspect, rewrite, seeds

app = typer.Typer(
    name="firmseed",
    help="Grow expert-written microcontroller C into a verified, balanced SFT set; every row carries its evidence.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("generate", epilog=generate.EXAMPLES)(generate.command)
app.command("inspect", epilog=inspect.EXAMPLES)(inspect.command)
app.command("rewrite", epilog=rewrite.EXAMPLES)(rewrite.command)
app.command("check", epilog=check.EXAMPLES)(check.command)
app.command("doctor", epilog=doctor.EXAMPLES)(doctor.command)
_seeds = typer.Typer(help="Work with the expert seeds.", no_args_is_help=True)
_seeds.command("check", epilog=seeds.EXAMPLES)(seeds.command)
app.add_typer(_seeds, name="seeds")


def main() -> None:
    """Entry point of the console script."""
    app()
