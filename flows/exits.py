"""The exit codes of the command, and how trouble is said: what, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from corpus.recipe import RecipeError
from corpus.seeds import SeedError
from corpus.shards import UnreadableShard, UnwritableFolder
from corpus.taxonomy import TaxonomyError
from filters.targets import MixtureError
from validators.sandbox.runner import SandboxUnavailable
from validators.toolchains.toolchain import MissingTool

OK = 0
FOUND_TROUBLE = 1  # a check found something: a failed verdict, a seed that does not pass
BAD_INPUT = 2  # a recipe, a seed, an option or a path that cannot be used
MISSING_TOOL = 3  # a compiler or simulator is not there
INTERRUPTED = 130  # Ctrl-C; what was done is kept

ERRORS = Console(stderr=True)


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turns expected trouble into one line on stderr and an exit code; a bug keeps its traceback."""
    try:
        yield
    except (MissingTool, SandboxUnavailable) as error:
        _say(str(error))
        raise typer.Exit(MISSING_TOOL) from None
    except (RecipeError, SeedError, TaxonomyError, UnreadableShard, UnwritableFolder, MixtureError) as error:
        _say(str(error))
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        _say("stopped; what was done is kept, and the same command goes on from there")
        raise typer.Exit(INTERRUPTED) from None


def _say(text: str) -> None:
    ERRORS.print(f"[bold red]firmseed:[/] {text}", highlight=False, soft_wrap=True)
