"""The compile gate: one program, one toolchain, one verdict."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace

from corpus.records import Diagnostic, Sizes, Verdict
from validators.sandbox.runner import Finished, ProgramNotFound, Sandbox, WorkerDied
from validators.toolchains.diagnostics import Said, read_output
from validators.toolchains.judgement import TRIED_AGAIN, judged
from validators.toolchains.sizes import measured
from validators.toolchains.toolchain import MissingTool, Toolchain
from validators.toolchains.versions import command_of, tool_of


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a toolchain made of a program.

    `sizes` and `object` (the text of the .rel, "" for other kinds) are there when it passed and the toolchain makes
    code; `files` are all that was kept, by name; `cpu_s` is what it cost.
    """

    verdict: Verdict
    sizes: Sizes | None
    object: str
    files: Mapping[str, bytes]
    cpu_s: float

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Errors and warnings, in the compiler's order."""
        return self.verdict.diagnostics

    @property
    def first_line(self) -> int:
        """The line of the first message that names one, else 1."""
        return next((one.line for one in self.diagnostics if one.line), 1)


def compile_verdict(
    sandbox: Sandbox, toolchain: Toolchain, source: str, files: Mapping[str, bytes] | None = None
) -> Compiled:
    """Compile one program, with `files` beside it.

    Warnings are kept and do not fail it. Reasons of a failure: `syntax-error`, `missing-header`, `compile-error`,
    `assembler-error`, `link-error`. What says nothing about the program is `unknown`: `compiler-crash`, `never-ends`,
    `too-much-output`, `disk-full`, `no-object` (it ended well without a whole output file), `worker-died`; a crash and
    a full disk are tried once more. Raises MissingTool.
    """
    command = command_of(sandbox, toolchain)
    tool = tool_of(sandbox, toolchain)
    inputs = toolchain.inputs(source, files or {})
    compiled = _once(sandbox, toolchain, command, tool, inputs)
    if compiled.verdict.reason in TRIED_AGAIN:
        again = _once(sandbox, toolchain, command, tool, inputs)
        return replace(again, cpu_s=compiled.cpu_s + again.cpu_s)
    return compiled


def compiled_from(toolchain: Toolchain, tool: str, done: Finished, said: Said) -> Compiled:
    """What a finished run means. Raises MissingTool where the compiler does not know one of its options."""
    if said.ignored:
        remedy = f"{toolchain.remedy} (version {toolchain.tested} or newer)"
        raise MissingTool(toolchain.program, remedy, said.ignored)
    outcome, reason, evidence = judged(toolchain, done, said)
    verdict = Verdict(toolchain.gate, outcome, reason, evidence, said.messages, tool)
    if not verdict.passed or toolchain.measured is None:
        return Compiled(verdict, None, "", done.files, done.cpu_s)
    how = toolchain.measured
    text = done.files.get(how.file, b"").decode(errors="replace") if how.reader == "sdas-areas" else ""
    return Compiled(verdict, measured(how, done.files), text, done.files, done.cpu_s)


def _once(
    sandbox: Sandbox, toolchain: Toolchain, command: tuple[str, ...], tool: str, inputs: Mapping[str, bytes]
) -> Compiled:
    try:
        done = sandbox.run(command, files=inputs, keep=toolchain.keep, limits=toolchain.limits)
    except ProgramNotFound as error:
        raise MissingTool(toolchain.program, toolchain.remedy) from error
    except WorkerDied:
        done = Finished(-signal.SIGKILL, "worker-died", b"", b"", 0.0, 0.0)
    return compiled_from(toolchain, tool, done, read_output(done.stderr + done.stdout, toolchain.messages))
