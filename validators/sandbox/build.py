"""The worker's executable, compiled from `worker/` on first use and kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import tempfile
from pathlib import Path

from validators.sandbox.isolation import SandboxUnavailable

_SOURCES = Path(__file__).parent / "worker"
_FLAGS = ("-std=gnu11", "-O2")


def worker_program(folder: Path) -> Path:
    """The path of the executable in a cache folder, compiled unless it is there for these very sources.

    It is our own code, so the compiler runs outside the sandbox. Raises SandboxUnavailable without a compiler.
    """
    sources = sorted(_SOURCES.glob("*.[ch]"))
    key = hashlib.sha256(repr(([file.read_bytes() for file in sources], _FLAGS, platform.machine())).encode())
    place = folder / f"sandbox-worker-{key.hexdigest()[:16]}"
    if place.exists():
        return place
    try:
        folder.mkdir(parents=True, exist_ok=True)
        building = tempfile.TemporaryDirectory(dir=folder)
    except OSError as error:
        raise SandboxUnavailable(
            f"the sandbox's worker cannot be kept in {folder} ({error}). Remedy: set XDG_CACHE_HOME to a folder that "
            "can be written"
        ) from error
    with building as name:
        fresh = Path(name) / "worker"
        units = [str(file) for file in sources if file.suffix == ".c"]
        try:
            subprocess.run(["gcc", *_FLAGS, "-o", str(fresh), *units], capture_output=True, text=True, check=True)
        except FileNotFoundError as error:
            raise SandboxUnavailable(
                "the sandbox's worker cannot be compiled: there is no gcc. Remedy: apt-get install gcc libc6-dev"
            ) from error
        except subprocess.CalledProcessError as error:
            raise SandboxUnavailable(
                f"gcc did not compile the sandbox's worker in {_SOURCES}: {error.stderr.strip()}. Remedy: apt-get "
                "install gcc libc6-dev"
            ) from error
        fresh.replace(place)
    return place


def cache_folder() -> Path:
    """`firmseed` in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firmseed"
