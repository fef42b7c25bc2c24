"""The compile gate: one program, one toolchain, one verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.records import Diagnostic, Sizes, Verdict
from validators.sandbox.runner import Finished, ProgramNotFound, Sandbox
from validators.toolchains.diagnostics import diagnostics
from validators.toolchains.sdcc import UNKNOWN_OPTION
from validators.toolchains.toolchain import MissingTool, Toolchain


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a toolchain made of a program.

    `sizes` and `object` (the text of the .rel) are there when it passed and the toolchain makes code; `files` are all
    that was kept, by name; `cpu_s` is what it cost.
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


def compile_verdict(
    sandbox: Sandbox, toolchain: Toolchain, source: str, files: Mapping[str, bytes] | None = None
) -> Compiled:
    """Compile one program, with `files` beside it.

    Warnings are kept and do not fail it. Reasons of a failure: `syntax-error`, `missing-header`, `compile-error`,
    `assembler-error`, `link-error`, `compiler-crash`, `never-ends`, `too-much-output`. Raises MissingTool.
    """
    try:
        done = sandbox.run(
            toolchain.command, files=toolchain.inputs(source, files or {}), keep=toolchain.keep, limits=toolchain.limits
        )
    except ProgramNotFound as error:
        raise MissingTool(toolchain.program, toolchain.remedy) from error
    said = (done.stderr + done.stdout).decode(errors="replace")
    found = diagnostics(said, toolchain.diagnostic, toolchain.continuation)
    if toolchain.program == "sdcc" and any(d.code == UNKNOWN_OPTION and not d.file for d in found):
        ignored = next(d.message for d in found if d.code == UNKNOWN_OPTION)
        raise MissingTool("sdcc", f"{toolchain.remedy} (version {toolchain.tested} or newer)", ignored)
    reason, evidence = _judge(toolchain, done, found, said)
    verdict = Verdict(toolchain.gate, "failed" if reason else "passed", reason, evidence, found)
    rel = next((name for name in toolchain.keep if name.endswith(".rel")), "")
    text = done.files[rel].decode(errors="replace") if rel in done.files and not reason else ""
    sizes = toolchain.sizes(text) if toolchain.sizes and text else None
    return Compiled(verdict, sizes, text, done.files, done.cpu_s)


def _judge(toolchain: Toolchain, done: Finished, found: tuple[Diagnostic, ...], said: str) -> tuple[str, str]:
    """The reason word and the evidence; an empty reason for a pass."""
    if done.outcome in ("cpu-limit", "wall-limit"):
        return "never-ends", f"{toolchain.name} was stopped after {toolchain.limits.cpu_s:g} s of CPU"
    if done.outcome == "output-limit":
        return "too-much-output", f"{toolchain.name} wrote more than its limit"
    if done.ok and all(name in done.files for name in toolchain.keep[:1]):
        return "", toolchain.name
    first = next((d for d in found if d.severity == "error"), None)
    if done.outcome == "signal" or (first is None and _crashed(said)):
        return "compiler-crash", f"{toolchain.name} ended by signal {-done.rc}" if done.rc < 0 else _last_line(said)
    if first is None:
        return "compile-error", _last_line(said) or f"{toolchain.name} exited with {done.rc}"
    return _kind(first), f"{first.file}:{first.line}: {first.message}" if first.file else first.message


def _kind(first: Diagnostic) -> str:
    if first.file.endswith(".asm"):
        return "assembler-error"
    if not first.file and not first.line:
        return "link-error"
    if first.message.endswith("No such file or directory"):
        return "missing-header"
    return "syntax-error" if first.code == "syntax" or " before " in first.message else "compile-error"


def _crashed(said: str) -> bool:
    return any(
        word in said for word in ("Caught signal", "internal compiler error", "Internal Error", "terminated signal")
    )


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
