"""Landlock: from here on, this process and its children reach only the paths they were given.

Bits and numbers are those of linux/landlock.h; the kernel's documentation lists what each ABI version added
(1: Linux 5.13 files, 2: renaming across folders, 3: truncation, 4: TCP, 5: device ioctls, 6: signals and abstract
sockets).
"""

from __future__ import annotations

import ctypes
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_ON_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_NO_TCP = 0b11
_SCOPES = 0b11
TRUNCATE_ABI = 3
"""The ABI version (Linux 6.2) from which truncation is seen."""
SIGNAL_SCOPE_ABI = 6
"""The ABI version (Linux 6.12) from which signals stay inside."""

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The kernel's Landlock version, 0 where it has none or it is switched off."""
    version = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(0, int(version))


def confine(*, writable: Sequence[str], readable: Sequence[str]) -> None:
    """Allow everything but execution below `writable`, reading and execution below `readable`, and /dev/null.

    Paths that do not exist are left out. There is no way back, and children inherit it. Raises OSError.
    """
    version = abi()
    every = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    ruleset = _ruleset(every, _NO_TCP if version >= 4 else 0, _SCOPES if version >= SIGNAL_SCOPE_ABI else 0)
    grants = [(path, every & ~_EXECUTE) for path in writable]
    grants += [(path, _EXECUTE | _READ_FILE | _READ_DIR) for path in readable]
    grants += [("/dev/null", (_READ_FILE | _WRITE_FILE | _TRUNCATE) & every)]
    for path, access in grants:
        _grant(ruleset, path, access)
    restrict(ruleset)
    os.close(ruleset)


def signal_fence() -> int | None:
    """A ruleset that only keeps signals inside, for each run on its own; None where the kernel cannot."""
    return _ruleset(0, 0, _SCOPES) if abi() >= SIGNAL_SCOPE_ABI else None


def restrict(ruleset: int) -> None:
    """Put this process under the ruleset. Raises OSError."""
    if _libc.syscall(_RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")


def _ruleset(files: int, tcp: int, scopes: int) -> int:
    fields = [files, tcp, scopes]
    while len(fields) > 1 and not fields[-1]:
        fields.pop()  # an older kernel refuses a longer structure
    attributes = struct.pack(f"<{len(fields)}Q", *fields)
    ruleset = int(_libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0))
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    return ruleset


def _grant(ruleset: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):  # noqa: PTH112 - pathlib is not loaded in the worker
        access &= _ON_A_FILE
    rule = struct.pack("<Qi", access, place)
    failed = _libc.syscall(_ADD_RULE, ruleset, 1, rule, 0)
    os.close(place)
    if failed:
        raise OSError(ctypes.get_errno(), "landlock_add_rule", path)
