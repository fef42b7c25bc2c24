"""Compilers' messages, read into Diagnostics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.records import Diagnostic

MOST = 50
"""Messages kept of one compile: a reader and a fix task need the first few, and one error can cause thousands."""


def diagnostics(output: str, forms: Sequence[re.Pattern[str]], continuation: re.Pattern[str]) -> tuple[Diagnostic, ...]:
    """The errors and warnings in a compiler's output, in its order, at most MOST; other lines are passed over."""
    found: list[Diagnostic] = []
    open_message = False
    for line in output.splitlines():
        if open_message and continuation.match(line):
            found[-1] = replace(found[-1], message=f"{found[-1].message}; {line.strip()}")
            continue
        match = next((match for form in forms if (match := form.match(line))), None)
        open_message = match is not None
        if match is None:
            continue
        if len(found) == MOST:
            break
        found.append(_diagnostic(match))
    return tuple(found)


def _diagnostic(match: re.Match[str]) -> Diagnostic:
    said = match.groupdict()
    return Diagnostic(
        file=said.get("file") or "",
        line=int(said.get("line") or 0),
        column=int(said.get("column") or 0),
        severity="warning" if "warning" in (said.get("severity") or "").lower() else "error",
        code=said.get("code") or "",
        message=said["message"].strip(),
    )
