"""sdcc for the 8051 family."""

from __future__ import annotations

from typing import Literal

from validators.toolchains.catalogue import toolchain
from validators.toolchains.toolchain import Toolchain

Model = Literal["small", "medium", "large", "huge"]


def sdcc_mcs51(model: Model = "small", *, link: bool = False, source: str = "program.c") -> Toolchain:
    """sdcc for a memory model of the 8051, compiling to .rel or, with `link`, to .ihx as well.

    The .asm that it leaves has no C text in it, so that two sources that differ in layout only give the same one.
    """
    return toolchain("sdcc-mcs51", purpose="image" if link else "object", source=source, model=model)
