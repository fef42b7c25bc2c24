"""gcc on the host: a second opinion on the C of a program, with far better warnings than sdcc's."""

from __future__ import annotations

from validators.toolchains.catalogue import toolchain

gcc_host = toolchain("gcc-host")
"""gcc with the sdcc dialect, checking only: no code is made, so nothing can be run or embedded."""
