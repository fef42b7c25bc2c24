"""What a compiler says of itself, asked once: by the process for the system's, by the sandbox for one of its own."""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

from validators.sandbox.runner import ProgramNotFound, Sandbox, WorkerDied
from validators.toolchains.diagnostics import lines_of
from validators.toolchains.toolchain import MissingTool, Query, Toolchain

UNKNOWN = "unknown"
"""The version of a program that is there and does not tell it."""

_system: dict[tuple[str, Query], str] = {}
_answers: WeakKeyDictionary[Sandbox, dict[tuple[str, Query], str]] = WeakKeyDictionary()


def version_of(sandbox: Sandbox, toolchain: Toolchain) -> str:
    """The version of a toolchain's program, UNKNOWN where it tells none. Raises MissingTool."""
    return _answer(sandbox, toolchain, toolchain.version) or UNKNOWN


def tool_of(sandbox: Sandbox, toolchain: Toolchain) -> str:
    """Program, version and flags, as a verdict names its tool: `sdcc 4.2.0 -mmcs51 -c`. Raises MissingTool."""
    return " ".join((Path(toolchain.program).name, version_of(sandbox, toolchain), *toolchain.flags))


def command_of(sandbox: Sandbox, toolchain: Toolchain) -> tuple[str, ...]:
    """The command line with the folder of the compiler's own headers in it, where it asks for that.

    Raises MissingTool, also where the compiler names no such folder.
    """
    if toolchain.resources is None:
        return toolchain.command
    folder = _answer(sandbox, toolchain, toolchain.resources)
    if not folder:
        raise MissingTool(toolchain.program, toolchain.remedy, "does not say where its own headers are")
    return tuple(argument.replace("{resources}", folder) for argument in toolchain.command)


def _answer(sandbox: Sandbox, toolchain: Toolchain, query: Query) -> str:
    known = _answers.setdefault(sandbox, {}) if "/" in toolchain.program else _system
    key = (toolchain.program, query)
    if key not in known:
        try:
            done = sandbox.run((toolchain.program, *query.arguments), limits=toolchain.limits)
        except ProgramNotFound as error:
            raise MissingTool(toolchain.program, toolchain.remedy) from error
        except WorkerDied:
            return ""
        text = "\n".join(lines_of(done.stdout + done.stderr))
        match = query.pattern.search(text)
        known[key] = match[1].strip() if match else ""
    return known[key]
