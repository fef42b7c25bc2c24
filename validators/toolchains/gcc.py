"""gcc on the host: a second opinion on the C of a program, with far better warnings than sdcc's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from validators.toolchains.dialect import device_headers, for_gcc
from validators.toolchains.toolchain import Toolchain

_SOURCE = "program.c"
_SHIM = "dialect_shim.h"
_DEVICES = "mcs51"

_OPTIONS = (
    "-fsyntax-only",
    "-std=gnu11",
    "-ffreestanding",  # main may return void, and putchar is the program's own
    "-Wall",
    "-Wextra",
    # What sdcc refuses or what cannot be meant, though gcc 12 only warns.
    *("-Werror=implicit-function-declaration", "-Werror=int-conversion", "-Werror=incompatible-pointer-types"),
    "-Werror=return-type",
    # A flood of errors costs seconds, and the quoted line would show whatever file a #line names.
    *("-fmax-errors=10", "-fno-diagnostics-show-caret"),
    # What the target provokes: addresses are 16 bits wide, and sdcc's pragmas are not gcc's.
    *("-Wno-int-to-pointer-cast", "-Wno-pointer-to-int-cast", "-Wno-unknown-pragmas"),
)

_MESSAGES = (
    re.compile(
        r"(?P<file>[^:\s][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? (?P<severity>(?:fatal )?error|warning): "
        r"(?P<message>.*?)(?: \[-W(?:error=)?(?P<code>[^]\s]+)\])?$"
    ),
    re.compile(r"(?P<file>cc1|gcc): (?P<severity>(?:fatal )?error|warning): (?P<message>.*)"),
)


def _inputs(text: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The program in gcc's dialect, the shim, and the device headers it names, translated as well."""
    own = {name: for_gcc(data) if name.endswith((".c", ".h")) else data for name, data in files.items()}
    own[_SOURCE] = for_gcc(text.encode())
    devices = device_headers(own.values())
    own.update((f"{_DEVICES}/{name}", data) for name, data in devices.items())
    own[_SHIM] = (Path(__file__).parent / _SHIM).read_bytes()
    return own


gcc_host = Toolchain(
    name="gcc-host",
    gate="compile-gcc",
    command=("gcc", *_OPTIONS, "-isystem", _DEVICES, "-include", _SHIM, _SOURCE),
    source=_SOURCE,
    inputs=_inputs,
    diagnostic=_MESSAGES,
    continuation=re.compile(r"(?!)"),
    keep=(),
    sizes=None,
    tested="12.2.0",
    remedy="apt-get install gcc libc6-dev",
    version=("-dumpfullversion",),
)
"""gcc with the sdcc dialect, checking only: no code is made, so nothing can be run or embedded."""
