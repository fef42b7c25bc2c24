"""`firmseed convert`: an 8051 program in the other dialect, Keil C51's or sdcc's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.exits import ERRORS, FOUND_TROUBLE, said_plainly
from flows.roundtrip import EVIDENCE, proved
from generators.dialects.conversion import Change, Converted, Refused
from generators.dialects.keil import to_keil
from generators.dialects.sdcc import to_sdcc
from validators.sandbox.runner import Sandbox
from validators.screen import screen
from validators.toolchains.compile import compile_verdict
from validators.toolchains.sdcc import sdcc_mcs51

EXAMPLES = """[bold]Examples[/]

  firmseed convert uart.c --to keil > uart_keil.c

  firmseed convert old.c --to sdcc | firmseed convert - --to keil   there and back

  firmseed convert uart.c --to keil --prove          converts back and compares the object code

  firmseed convert old.c --to sdcc --changes > new.c     also says what was changed
"""

_STDIN = "-"


def command(
    file: Annotated[str, typer.Argument(help="C file for the 8051; - reads standard input.")],
    to: Annotated[Literal["keil", "sdcc"], typer.Option(help="The dialect to give it in.")],
    prove: Annotated[
        bool, typer.Option("--prove", help="Compile it with sdcc: for keil, what it converts back to, and compare.")
    ] = False,
    changes: Annotated[bool, typer.Option("--changes", help="Say on stderr what was changed.")] = False,
    model: Annotated[
        Literal["small", "medium", "large"], typer.Option(help="sdcc's memory model, for --prove.")
    ] = "small",
) -> None:
    """Give an 8051 program in Keil C51's spelling or in sdcc's, on standard output.

    What the other compiler has no counterpart of is refused with its line and a reason, and nothing is written. Exit
    codes: 0 converted, 1 refused, 2 the file cannot be read, 3 --prove finds no sdcc.
    """
    with said_plainly():
        source = _read(file)
        name = "<stdin>" if file == _STDIN else file
        found = to_keil(source) if to == "keil" else to_sdcc(source)
        if not isinstance(found, Refused) and prove:
            found = _refusal(source, found, to, model) or found
        if isinstance(found, Refused):
            _say(f"{name}:{found.line}: {found.reason}: {found.words}")
            raise typer.Exit(FOUND_TROUBLE)
        if prove:
            said = EVIDENCE if to == "keil" else "compiled by sdcc without an error"
            _say(f"{name}: {said}")
        if changes:
            for change in found.changes:
                _say(f"{change.kind}: {_shown(change)}")
    sys.stdout.buffer.write(found.source)


def _read(file: str) -> bytes:
    if file == _STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from None


def _refusal(source: bytes, made: Converted, to: str, model: Literal["small", "medium", "large"]) -> Refused | None:
    """Why a conversion is not proved, or None where it is."""
    safe = screen((source if to == "keil" else made.source).decode("utf-8", "replace"))
    if not safe.passed:
        return Refused(1, safe.reason, safe.evidence)
    with Sandbox() as sandbox:
        if to == "keil":
            found = proved(sandbox, source, made, model)
            return found if isinstance(found, Refused) else None
        compiled = compile_verdict(sandbox, sdcc_mcs51(model), made.source.decode("utf-8", "replace"))
        if compiled.verdict.passed:
            return None
        words = f"in the converted text: {compiled.verdict.evidence}"
        return Refused(compiled.first_line, compiled.verdict.reason, words)


def _say(text: str) -> None:
    ERRORS.print(text, highlight=False, markup=False, soft_wrap=True)


def _shown(change: Change) -> str:
    if change.before and change.after:
        return f"{change.before} -> {change.after}"
    return change.before or change.after or "in this file"
