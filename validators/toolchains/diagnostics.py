"""Compilers' messages, read into Diagnostics with nothing of this machine in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.records import Diagnostic
from validators.toolchains.messages import Messages

MOST = 50
"""Messages kept of one compile: a reader and a fix task need the first few, and one error can cause thousands."""

LONGEST_LINE = 2000
"""Characters of a line that are read: a broken compiler may write megabytes without a line end."""

_PATH = re.compile(r"(?<![\w./-])(?:/[\w.+@~-]+)+/([\w.+@~-]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A compiler's output: its messages, at most MOST, the `other` lines, those that no form matches, and what it says
    of an option that it does not know."""

    messages: tuple[Diagnostic, ...]
    other: tuple[str, ...]
    ignored: str = ""


def read_output(output: bytes, messages: Messages) -> Said:
    """Read what a compiler wrote, whatever it is: bytes that are no text become U+FFFD."""
    found: list[Diagnostic] = []
    other: list[str] = []
    open_message = False
    ignored = ""
    for line in lines_of(output):
        if not ignored and (unknown := messages.ignored.match(line)):
            ignored = scrubbed(unknown["message"])
        if open_message and messages.continuation.match(line):
            found[-1] = replace(found[-1], message=f"{found[-1].message}; {scrubbed(line.strip())}")
            continue
        match = next((match for form in messages.forms if (match := form.match(line))), None)
        open_message = match is not None and len(found) < MOST
        if match is None:
            other.append(line)
        elif open_message:
            found.append(_diagnostic(match))
    return Said(tuple(found), tuple(other), ignored)


def lines_of(output: bytes) -> Sequence[str]:
    """Its lines as text, each cut at LONGEST_LINE, control characters made blanks."""
    text = output.decode(errors="replace")
    return [_CONTROL.sub(" ", line[:LONGEST_LINE].rstrip("\r")) for line in text.split("\n")]


def scrubbed(text: str) -> str:
    """The text with each absolute path cut to its last part: no folder of this machine is told."""
    return _PATH.sub(r"\1", text)


def _diagnostic(match: re.Match[str]) -> Diagnostic:
    said = match.groupdict()
    return Diagnostic(
        file=scrubbed(said.get("file") or ""),
        line=_number(said.get("line")),
        column=_number(said.get("column")),
        severity="warning" if "warning" in (said.get("severity") or "").lower() else "error",
        code=said.get("code") or "",
        message=scrubbed(said["message"].strip()),
    )


def _number(text: str | None) -> int:
    """A line or a column; 0 for none, and for what no file can have."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
