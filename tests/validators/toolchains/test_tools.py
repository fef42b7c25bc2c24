"""What the doctor command learns of the tools."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from validators.sandbox.runner import Sandbox
from validators.toolchains import tools
from validators.toolchains.gcc import gcc_host
from validators.toolchains.sdcc import sdcc_mcs51
from validators.toolchains.toolchain import MissingTool


def test_installed_tools_are_found_with_their_versions(sandbox: Sandbox) -> None:
    """Each compiler is tried on a small program."""
    found = {tool.name: tool for tool in tools.find_tools(sandbox)}
    assert list(found) == ["sdcc", "gcc", "s51"]
    for name in ("sdcc", "gcc"):
        assert found[name].works, found[name]
        assert found[name].version[0].isdigit()
    assert found["s51"].works == (shutil.which("s51") is not None)
    assert tools.require_tools(sandbox) == tuple(found.values())


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
