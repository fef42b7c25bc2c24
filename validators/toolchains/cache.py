"""Compiles that were done before, by everything that they hang on.

cached = Cached(sandbox)
cached.compile(toolchain, source)
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpus.records import Diagnostic, Sizes, Verdict
from validators.sandbox.build import cache_folder
from validators.sandbox.runner import Sandbox
from validators.toolchains.batch import compile_all
from validators.toolchains.compile import Compiled, compile_verdict
from validators.toolchains.store import MOST_BYTES, Store
from validators.toolchains.toolchain import Toolchain
from validators.toolchains.versions import UNKNOWN, command_of, version_of

_LEVEL = 3


class Cached:
    """`compile_verdict` and `compile_all` that remember, in one file for all runs of this user; a context manager.

    What is remembered is found again only for the same toolchain, version, command, limits and input files, and the
    same code of ours. A verdict `unknown` is not remembered, nor that of a compiler that does not tell its version.
    `path` is `compiled.sqlite` in the user's cache folder by default; a damaged file is set aside with a StoreWarning.
    `hits` and `misses` count.
    """

    def __init__(self, sandbox: Sandbox, path: Path | None = None, *, most_bytes: int = MOST_BYTES) -> None:
        self._sandbox = sandbox
        self._store = Store(path or cache_folder() / "compiled.sqlite", most_bytes=most_bytes)
        self.hits = self.misses = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        self._store.close()

    def compile(self, toolchain: Toolchain, source: str, files: Mapping[str, bytes] | None = None) -> Compiled:
        """As `compile_verdict`; `cpu_s` is 0 for what was remembered. Raises MissingTool."""
        key = key_of(self._sandbox, toolchain, source, files or {})
        found = self._found(key)
        return found or self._kept(key, compile_verdict(self._sandbox, toolchain, source, files))

    def compile_all(self, toolchain: Toolchain, sources: Sequence[str]) -> list[Compiled]:
        """As the function of that name: what is not remembered is compiled together. Raises MissingTool."""
        keys = [key_of(self._sandbox, toolchain, source, {}) for source in sources]
        found = [self._found(key) for key in keys]
        missing = [source for source, one in zip(sources, found, strict=True) if one is None]
        made = iter(compile_all(self._sandbox, toolchain, missing))
        return [one or self._kept(key, next(made)) for key, one in zip(keys, found, strict=True)]

    def _found(self, key: bytes) -> Compiled | None:
        data = self._store.get(key) if key else None
        found = unpacked(data) if data else None
        self.hits += found is not None
        self.misses += found is None
        return found

    def _kept(self, key: bytes, compiled: Compiled) -> Compiled:
        if key and compiled.verdict.outcome != "unknown":
            self._store.put(key, packed(compiled))
        return compiled


def key_of(sandbox: Sandbox, toolchain: Toolchain, source: str, files: Mapping[str, bytes]) -> bytes:
    """SHA-256 of all that a compile hangs on; empty where the compiler tells no version. Raises MissingTool."""
    version = version_of(sandbox, toolchain)
    if version == UNKNOWN:
        return b""
    messages = toolchain.messages
    patterns = (*messages.forms, messages.continuation, messages.crash, messages.ignored)
    inputs = toolchain.inputs(source, files)
    told = (
        *(_ours(), toolchain.name, toolchain.gate, version, command_of(sandbox, toolchain), toolchain.keep),
        *(toolchain.kind, toolchain.measured and astuple(toolchain.measured), astuple(toolchain.limits)),
        [pattern.pattern for pattern in patterns],
        [(name, hashlib.sha256(inputs[name]).hexdigest()) for name in sorted(inputs)],
    )
    return hashlib.sha256(json.dumps(told).encode()).digest()


def packed(compiled: Compiled) -> bytes:
    """A result as bytes, without its cost."""
    places = [name for name, data in compiled.files.items() if data.decode(errors="replace") == compiled.object]
    header = {
        "verdict": asdict(compiled.verdict),
        "sizes": compiled.sizes and asdict(compiled.sizes),
        "object": places[0] if compiled.object and places else "",
        "files": [(name, len(data)) for name, data in compiled.files.items()],
    }
    text = json.dumps(header).encode()
    parts = (len(text).to_bytes(4, "little"), text, *compiled.files.values())
    return zlib.compress(b"".join(parts), _LEVEL)


def unpacked(data: bytes) -> Compiled | None:
    """The result; None where the bytes are none, as after a fault of the disk."""
    try:
        plain = zlib.decompress(data)
        place = 4 + int.from_bytes(plain[:4], "little")
        header: dict[str, Any] = json.loads(plain[4:place])
        files: dict[str, bytes] = {}
        for name, size in header["files"]:
            files[name] = plain[place : place + size]
            place += size
        told = header["verdict"]
        verdict = Verdict(**{**told, "diagnostics": tuple(Diagnostic(**one) for one in told["diagnostics"])})
        sizes = Sizes(**header["sizes"]) if header["sizes"] else None
        rel = files[header["object"]].decode(errors="replace") if header["object"] else ""
    except (zlib.error, ValueError, KeyError, TypeError):
        return None
    return Compiled(verdict, sizes, rel, files, 0.0) if place == len(plain) else None


@cache
def _ours() -> str:
    """SHA-256 of the code that makes a verdict of what a compiler did."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
