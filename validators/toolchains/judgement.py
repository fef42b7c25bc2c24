"""What the end of a compile means: the program's own fault, or nothing that is known of it."""

from __future__ import annotations

import re
import signal

from corpus.records import Diagnostic, Outcome
from validators.sandbox.runner import Finished
from validators.toolchains.diagnostics import Said, scrubbed
from validators.toolchains.outputs import trouble
from validators.toolchains.toolchain import Toolchain

Judged = tuple[Outcome, str, str]
"""Outcome, reason word and evidence."""

TRIED_AGAIN = ("compiler-crash", "disk-full")
"""Reasons that may be the machine's and pass: another process took the memory or the room. The sandbox itself runs a
program again whose worker was killed."""

_NO_ROOM = re.compile("No space left on device")
_TOO_LARGE = re.compile("File size limit exceeded|File too large")
# A shell exits with 126 or 127 for a program that cannot start, and with this much more than the number of the signal
# that ended it.
_SHELL = 128
_DEATHS = (
    *(signal.SIGILL, signal.SIGTRAP, signal.SIGABRT, signal.SIGBUS),
    *(signal.SIGFPE, signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM),
)
_NEVER_CHOSEN = frozenset((126, 127, *(_SHELL + number for number in _DEATHS)))


def judged(toolchain: Toolchain, done: Finished, said: Said) -> Judged:
    """Whether a program compiled, and why not."""
    name = toolchain.name
    if done.outcome in ("cpu-limit", "wall-limit"):
        limits = toolchain.limits
        time = f"{limits.cpu_s:g} s of CPU" if done.outcome == "cpu-limit" else f"{limits.wall_s:g} s"
        return "unknown", "never-ends", f"{name} was stopped after {time}"
    if done.outcome == "worker-died":
        return "unknown", "worker-died", f"the sandbox was ended from outside while {name} ran, twice"
    if done.outcome == "output-limit" or done.rc == -signal.SIGXFSZ:
        return "unknown", "too-much-output", f"{name} wrote more than its limit"
    if done.outcome == "disk-full":
        return "unknown", "disk-full", f"{name} had no room for its files"
    if done.outcome == "signal":
        return "unknown", "compiler-crash", f"{name} ended by signal {-done.rc}"
    first = next((d for d in said.messages if d.severity == "error"), None)
    return _exited_well(toolchain, done, first) if done.rc == 0 else _exited_badly(toolchain, done, said, first)


def _exited_well(toolchain: Toolchain, done: Finished, first: Diagnostic | None) -> Judged:
    if first is not None:
        return "failed", kind_of(first), evidence_of(first)
    if toolchain.keep:
        wrong = trouble(toolchain.kind, done.files.get(toolchain.keep[0]))
        if wrong:
            return "unknown", "no-object", f"{toolchain.name} ended well, but {toolchain.keep[0]} {wrong}"
    return "passed", "", toolchain.name


def _exited_badly(toolchain: Toolchain, done: Finished, said: Said, first: Diagnostic | None) -> Judged:
    everything = [*said.other, *(d.message for d in said.messages)]
    if any(_NO_ROOM.search(line) for line in everything):
        return "unknown", "disk-full", f"{toolchain.name} had no room for its files"
    crashed = next((line for line in said.other if toolchain.messages.crash.search(line)), "")
    if any(_TOO_LARGE.search(line) for line in said.other):
        return "unknown", "too-much-output", f"{toolchain.name} wrote more than its limit"
    if crashed or (first is None and done.rc in _NEVER_CHOSEN):
        return "unknown", "compiler-crash", scrubbed(crashed.strip())[:200] or f"{toolchain.name} exited with {done.rc}"
    if first is None:
        return "failed", "compile-error", _last_line(said) or f"{toolchain.name} exited with {done.rc}"
    return "failed", kind_of(first), evidence_of(first)


def evidence_of(first: Diagnostic) -> str:
    """The first error in one line, with its place where it has one."""
    return f"{first.file}:{first.line}: {first.message}" if first.file else first.message


def kind_of(first: Diagnostic) -> str:
    """The reason word that the first error deserves."""
    if first.file.endswith((".asm", ".s")) or first.message.startswith("no such instruction"):
        return "assembler-error"
    if not first.file and not first.line:
        return "link-error"
    if first.message.endswith(("No such file or directory", "file not found")):
        return "missing-header"
    syntax = (
        first.code == "syntax" or " before " in first.message or first.message.startswith(("expected ", "extraneous "))
    )
    return "syntax-error" if syntax else "compile-error"


def _last_line(said: Said) -> str:
    lines = [line.strip() for line in said.other if line.strip()]
    return scrubbed(lines[-1])[:200] if lines else ""
