"""What of the tools is installed, for the doctor command and for the check before a run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from validators.sandbox.runner import ProgramNotFound, Sandbox
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.sdcc import sdcc_mcs51
from validators.toolchains.toolchain import MissingTool, Toolchain

_TRIAL = """
#include <8052.h>
#include <stdint.h>
#include <string.h>

void main(void)
{
    P1 = (uint8_t)strlen("ok");
}
"""
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: its version ("" when it is missing), what is wrong with it ("" when it works), and the remedy."""

    name: str
    needed_for: str
    version: str
    problem: str
    remedy: str
    required: bool = True

    @property
    def works(self) -> bool:
        """Whether a run can count on it."""
        return not self.problem


def examine(sandbox: Sandbox, toolchain: Toolchain, needed_for: str) -> Tool:
    """One compiler as it is here."""
    version = _version(sandbox, (toolchain.program, *toolchain.version))
    problem = "" if version else "not found"
    if version:
        try:
            verdict = compile_verdict(sandbox, toolchain, _TRIAL).verdict
        except MissingTool as error:
            problem = str(error)
        else:
            problem = "" if verdict.passed else f"does not compile a small program: {verdict.evidence}"
    return Tool(toolchain.program, needed_for, version, problem, toolchain.remedy)


def find_tools(sandbox: Sandbox) -> tuple[Tool, ...]:
    """sdcc, gcc and s51 as they are here; the compilers by compiling and linking a small program, headers and all."""
    return (
        examine(sandbox, sdcc_mcs51("large", link=True), "compiling for the 8051"),
        examine(sandbox, gcc_host, "checking C on the host, building the 8051 simulator"),
        _simulator(sandbox),
    )


def require_tools(sandbox: Sandbox) -> tuple[Tool, ...]:
    """The same; raises MissingTool for the first required tool that does not work."""
    tools = find_tools(sandbox)
    for tool in tools:
        if tool.required and not tool.works:
            raise MissingTool(tool.name, tool.remedy, tool.problem)
    return tools


def _simulator(sandbox: Sandbox) -> Tool:
    version = _version(sandbox, ("s51", "-v"))
    problem = "" if version else "not found"
    remedy = "apt-get install sdcc-ucsim"
    return Tool("s51", "comparing our 8051 simulator with uCsim (tests)", version, problem, remedy, required=False)


def _version(sandbox: Sandbox, command: tuple[str, ...]) -> str:
    """The first number with a point in what the command prints; "" when it is not there."""
    try:
        done = sandbox.run(command)
    except ProgramNotFound:
        return ""
    match = _VERSION.search((done.stdout + done.stderr).decode(errors="replace"))
    return match.group() if match else "unknown"
