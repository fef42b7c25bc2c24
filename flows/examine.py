"""What every gate and check says of any C file: the work behind `firmseed check`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from corpus.chips import chip_for
from corpus.records import Diagnostic, Verdict
from corpus.source.unit import Unit
from validators.behaviour import Bench, judge
from validators.boards import BOARDS
from validators.findings.catalogue import findings_verdict
from validators.findings.cppcheck import Cppcheck
from validators.guess import Dialect, Guess, Target, guess
from validators.sandbox.runner import Sandbox
from validators.screen import Screen
from validators.toolchains.cache import Cached
from validators.toolchains.catalogue import toolchain
from validators.toolchains.gcc import gcc_host
from validators.toolchains.toolchain import MissingTool, Toolchain

SOURCE = "program.c"

# Any name without `..`: whether a header is there is for the compiler to say.
_ANY_HEADER = r"[\w.+-]+(?:/[\w.+-]+)*"
_BESIDE_BYTES = 4 << 20
_COMPILERS: Mapping[tuple[Target, Dialect], tuple[str, ...]] = {
    ("mcs51", "sdcc"): ("sdcc-mcs51", "clang-msp430"),
    ("stm8", "sdcc"): ("sdcc-stm8",),
    ("avr", "gcc"): ("avr-gcc",),
    ("cortex-m", "gcc"): ("arm-none-eabi-gcc",),
    ("host", "gcc"): ("gcc-host",),
}


@dataclass(frozen=True, slots=True)
class Examined:
    """One file: what it is taken for, and what was said of it. Diagnostics name the file as `path` does."""

    path: str
    guess: Guess
    verdicts: tuple[Verdict, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All messages in source order; what several tools say of one line in one class, once."""
        found: dict[tuple[str, int, str], Diagnostic] = {}
        for verdict in self.verdicts:
            for d in verdict.diagnostics:
                found.setdefault((d.file, d.line, d.code or d.message), d)
        return tuple(sorted(found.values(), key=lambda d: (d.file, d.line, d.column)))


@dataclass(frozen=True)
class Examiner:
    """Examines files on one sandbox, which it does not own.

    `target` and `chip` replace the guess. `model` is the 8051's memory model. `misra` asks for MISRA rule numbers. A
    compile that `cache` knows is not done again.
    """

    sandbox: Sandbox
    cache: Cached
    target: Target | None = None
    chip: str = ""
    model: str = "small"
    misra: bool = False

    def examine(self, path: str, source: str, beside: Mapping[str, bytes], harness: str | None = None) -> Examined:
        """Every verdict in order; what the screen refuses is not compiled. `beside` are headers by name."""
        about = guess(source)
        if self.target is not None and self.target != about.target:
            dialect: Dialect = "sdcc" if self.target in ("mcs51", "stm8") else "gcc"
            about = Guess(self.target, dialect, ("as asked for",))
        safe = Screen(headers=_ANY_HEADER, beside=frozenset(beside))(source)
        verdicts = [safe, parsed(source)]
        if safe.passed:
            verdicts += [
                self._compiled(name, source, beside) for name in _COMPILERS.get((about.target, about.dialect), ())
            ]
            verdicts += self._findings(source, about, beside)
            if harness is not None:
                verdicts.append(self._behaviour(source, harness, about))
        return Examined(path, about, tuple(_named(verdict, path) for verdict in verdicts))

    @cached_property
    def _cppcheck(self) -> Cppcheck:
        return Cppcheck(self.sandbox)

    def _compiled(self, name: str, source: str, beside: Mapping[str, bytes]) -> Verdict:
        chosen = self._toolchain(name)
        try:
            return self.cache.compile(chosen, source, beside).verdict
        except MissingTool as error:
            return Verdict(chosen.gate, "unknown", "missing-tool", str(error))

    def _toolchain(self, name: str) -> Toolchain:
        if name == "gcc-host":
            return gcc_host
        return toolchain(name, model=self.model) if name == "sdcc-mcs51" else toolchain(name)

    def _findings(self, source: str, about: Guess, beside: Mapping[str, bytes]) -> list[Verdict]:
        if about.target == "host":
            return []
        # Unless the part is named, what another member of the family has is not known, and nothing is said of it.
        verdicts = [findings_verdict(source, chip_for(about.target, self.chip or "not named"))]
        if about.dialect == "keil":  # cppcheck takes its keywords for errors
            return verdicts
        try:
            verdicts.append(self._cppcheck(source, about.target, misra=self.misra, files=beside))
        except MissingTool as error:
            verdicts.append(Verdict("cppcheck", "unknown", "missing-tool", str(error)))
        return verdicts

    def _behaviour(self, source: str, harness: str, about: Guess) -> Verdict:
        bench = Bench(self.sandbox, board=BOARDS[about.target if about.target != "host" else "mcs51"])
        built = bench.build(source, harness, model=self.model if about.target in ("mcs51", "host") else "")
        return judge(bench.observe(built)) if built.image else built.verdict


def parsed(source: str) -> Verdict:
    """Whether the file parses as C, dialect and all; where not, the place."""
    unit = Unit.parse(source.encode())
    if unit.error is None:
        return Verdict("parse", "passed")
    line, column = unit.line(unit.error.start), unit.column(unit.error.start)
    place = Diagnostic(SOURCE, line, column, "error", "syntax", "does not parse here")
    return Verdict("parse", "failed", "syntax", f"does not parse at line {line}, column {column}", (place,))


def c_files(paths: Iterable[Path]) -> list[Path]:
    """The C files among some files and folders, folders searched through; hidden folders are passed over."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            for folder, names, files in os.walk(path):
                names[:] = sorted(name for name in names if not name.startswith("."))
                found.update((Path(folder) / name, None) for name in sorted(files) if name.endswith(".c"))
        else:
            found[path] = None
    return list(found)


def headers_beside(path: Path, root: Path) -> dict[str, bytes]:
    """The headers that a file may include: those in its own folder and below, those of the project, by their name.

    The nearest of two with one name counts. No more than 4 MiB in all, nearest first.
    """
    found: dict[str, bytes] = {}
    room = _BESIDE_BYTES
    own = path.parent
    for header in (*sorted(own.rglob("*.h")), *(sorted(root.rglob("*.h")) if root.is_dir() else ())):
        if not header.is_file() or header.stat().st_size > room:
            continue
        data = _utf8(header.read_bytes())[0].encode()
        room -= len(data)
        for base in (own, root, header.parent):
            if header.is_relative_to(base) and re.fullmatch(_ANY_HEADER, name := header.relative_to(base).as_posix()):
                found.setdefault(name, data)
    found.pop(SOURCE, None)
    return found


def read_source(path: Path) -> str:
    """A C file's text: UTF-8, or GB 18030, in which many Chinese projects are written.

    Raises:
        OSError: it cannot be read.
        ValueError: it is neither.
    """
    text, problem = _utf8(path.read_bytes())
    if problem:
        raise ValueError(problem)
    return text


def _utf8(data: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), ""
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace"), "is neither UTF-8 nor GB 18030"


def _named(verdict: Verdict, path: str) -> Verdict:
    """The verdict with the file's own name in place of the one it had in the sandbox."""
    found = tuple(replace(d, file=path if d.file in ("", SOURCE) else d.file) for d in verdict.diagnostics)
    return replace(verdict, diagnostics=found, evidence=re.sub(rf"\b{re.escape(SOURCE)}\b", path, verdict.evidence))
