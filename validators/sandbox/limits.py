"""What one run may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use; the defaults fit one compile or one simulation.

    The dearest honest compile measured took 0.4 s of CPU and under 256 MiB, so the defaults leave a factor of ten
    and of two. The wall clock is far above the CPU limit on purpose: on a busy machine it runs several times faster
    than the CPU clock, and a verdict must not depend on who else is working.
    """

    cpu_s: float = 5.0
    """CPU seconds of each process, rounded up to whole seconds, the kernel's unit."""
    wall_s: float = 60.0
    """Seconds after which the whole tree is killed."""
    memory_bytes: int = 512 << 20
    """Address space of each process."""
    file_bytes: int = 8 << 20
    """Size of any one file; the folder as a whole may hold eight times that."""
    output_bytes: int = 1 << 20
    """Bytes of stdout and stderr together."""
    processes: int = 32
    """Processes alive at once (sdcc with its shells needs six)."""


DEFAULT = Limits()
