"""The Debian source packages that the soak reads, and how they are fetched: `apt-get source` with lists of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

# Small, written by many hands over thirty years, and much of it for small machines. The version is the one that the
# figures of docs/soak.md are of; a later one of the same release is taken where Debian has replaced it.
PACKAGES: tuple[tuple[str, str], ...] = (
    ("sdcc", "4.2.0+dfsg-1"),
    ("avr-libc", "1:2.0.0+Atmel3.6.2-3"),
    ("simavr", "1.6+dfsg-3"),
    ("stm32flash", "0.7-1"),
    ("zlib", "1:1.2.13.dfsg-1"),
    ("bzip2", "1.0.8-5"),
    ("lz4", "1.9.4-1"),
    ("lzo2", "2.10-2"),
    ("lua5.4", "5.4.4-3+deb12u1"),
    ("cjson", "1.7.15-1+deb12u4"),
    ("libtommath", "1.2.0-6+deb12u1"),
    ("libmodbus", "3.1.6-2.1+deb12u1"),
    ("rtl-433", "22.11-1"),
    ("busybox", "1:1.35.0-4+deb12u1"),
)

# C and what it includes; the rest of a package would only lie in the way of who searches this tree.
_KEPT = frozenset({".c", ".h", ".ch", ".inc", ".def"})
_APT = (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*")))


def fetch(folder: Path, packages: tuple[tuple[str, str], ...] = PACKAGES) -> dict[str, str]:
    """Unpacks each package at `folder/NAME` where it is not yet there; what could not be had, by name, and why.

    The machine's own apt settings stay as they are: the lists and the `deb-src` lines lie under `folder`.
    """
    missing = [(name, version) for name, version in packages if not (folder / name).is_dir()]
    if not missing:
        return {}
    apt = folder / "apt"
    for name in ("parts", "lists/partial", "cache/archives/partial", "work"):
        (apt / name).mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(_source_lines()):
        suffix = "sources" if "Types:" in text else "list"
        (apt / "parts" / f"{number}.{suffix}").write_text(text, encoding="utf-8")
    done = _apt(apt, "update")
    failed = {}
    for name, version in missing:
        done = _apt(apt, "source", "--only-source", f"{name}={version}")
        if done.returncode:  # Debian has replaced it, or the mirror has it only in part
            done = _apt(apt, "source", "--only-source", name)
        unpacked = sorted(path for path in (apt / "work").glob(f"{name}-*") if path.is_dir())
        if done.returncode or not unpacked:
            failed[name] = (done.stderr.strip().splitlines() or ["apt-get source gave nothing"])[0][:120]
            continue
        for path in unpacked[0].rglob("*"):
            if path.is_symlink() or (path.is_file() and path.suffix not in _KEPT):
                path.unlink()
        shutil.move(unpacked[0], folder / name)
    shutil.rmtree(apt)
    return failed


def _source_lines() -> Iterator[str]:
    """The machine's own Debian lines, asking for sources."""
    for path in _APT:
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if path.suffix == ".sources":
            stanzas = [part for part in text.split("\n\n") if "debian-archive" in part and "Types:" in part]
            lines = [
                "Types: deb-src" if line.startswith("Types:") else line
                for part in stanzas
                for line in [*part.splitlines(), ""]
            ]
            if lines:
                yield "\n".join(lines) + "\n"
        else:
            lines = [line for line in text.splitlines() if line.startswith("deb ") and "debian" in line]
            if lines:
                yield "".join("deb-src" + line[3:] + "\n" for line in lines)


def _apt(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": folder / "parts",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
    }
    options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    return subprocess.run(
        ["apt-get", "-qq", *options, *words], cwd=folder / "work", capture_output=True, text=True, check=False
    )
