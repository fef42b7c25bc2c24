"""What compilers say of a chain: whether it compiles, which functions' code is the same, whether it runs alike."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.source.unit import Unit
from tests.soak.outside_files import SAMPLES, Source
from validators.objects import code_of
from validators.sandbox.runner import Limits, ProgramNotFound, Sandbox

_LIMITS = Limits(cpu_s=10, wall_s=120, memory_bytes=1 << 30)
# What makes code of one function depend on another, or on its place in the file, is off; the rest of -O2 stays.
_APART = (
    *(
        "-D__LINE__=1",
        "-fno-ident",
        "-fno-asynchronous-unwind-tables",
        "-fno-ipa-icf",
        "-fno-ipa-cp",
        "-fno-ipa-sra",
        "-fno-ipa-ra",
    ),
    *("-fno-partial-inlining", "-fno-reorder-blocks-and-partition", "-fno-section-anchors"),
)
_FUNCTION = re.compile(r"^\s*\.type\s+([\w.$]+), *[@%]function", re.MULTILINE)
_LABEL = re.compile(r"\.L\w*\d+")
_DATA = re.compile(r"^\s*\.(?:byte|value|short|word|2byte|4byte|8byte|long|quad|string|ascii|zero|comm|local)\b")
_COUNTED = re.compile(r"\b([A-Za-z_]\w*)\.\d+\b")  # a static variable of a function
_TEST = re.compile(rb"^(?:void\s+)?test\w*$")


@dataclass(frozen=True, slots=True)
class Code:
    """What a compiler made: normalised text by function (one part, "", for sdcc), or its first complaint."""

    functions: dict[str, str]
    complaint: str = ""

    @property
    def there(self) -> bool:
        """Whether it compiled."""
        return bool(self.functions)


class Builder:
    """Compiles texts in place of one file, in the sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def code(self, source: Source, text: bytes, renames: Sequence[tuple[str, str]] = ()) -> Code:
        """The code of `text`; names that a chain gave read as before it (`renames` are (old, new), first to last)."""
        command = source.command
        name = source.path.name if source.path.suffix == ".c" else source.path.stem + ".c"
        sdcc = command[0] == "sdcc"
        made = Path(name).stem + (".rel" if sdcc else ".s")
        options = [name] if sdcc else [*_APART, *_host_test(source), "-S", "-o", made, name]
        try:
            done = self._sandbox.run(
                [*command, *options], files={name: text, **_beside(source)}, keep=[made], limits=_LIMITS
            )
        except ProgramNotFound as error:
            return Code({}, f"no {error}")
        if not done.ok or made not in done.files:
            said = (done.stderr + done.stdout).decode(errors="replace")
            lines = [line for line in said.splitlines() if "error" in line.lower() or "syntax" in line.lower()]
            return Code({}, (lines or said.splitlines() or [done.outcome])[0][:200])
        out = done.files[made].decode(errors="replace")
        return Code({"": code_of(out)}) if sdcc else Code(by_function(out, renames))

    def output(self, source: Source, text: bytes, aliases: Sequence[tuple[str, str]] = ()) -> str:
        """What sdcc's regression tests in `text` print when they run here: tests, failures, exit; "" if not built."""
        names = regression_functions(source.text)
        if not names:
            return ""
        now = dict(aliases)
        calls = [now.get(name, name) for name in names]
        main = "".join(f"void {name}(void);\n" for name in calls) + "int report(void);\nint main(void)\n{\n"
        main += "".join(f"    {name}();\n" for name in calls) + "    return report();\n}\n"
        files = {"case.c": text, "main.c": main.encode(), **_beside(source), "report.c": _host("report.c")}
        command = [word for word in source.command if word != "-O2"]
        built = self._sandbox.run(
            [*command, *_host_test(source), "-O1", "-o", "case", "case.c", "main.c", "report.c", "-lm"],
            files=files,
            keep=["case"],
            limits=_LIMITS,
        )
        if not built.ok or "case" not in built.files:
            return ""
        program = self._sandbox.install("soak-case", built.files["case"])
        ran = self._sandbox.run([program], limits=Limits(cpu_s=5, wall_s=60))
        return f"{ran.stdout.decode(errors='replace')[:200]} rc {ran.rc} {ran.outcome}"


def regression_functions(text: bytes) -> list[str]:
    """The functions `void test...(void)` of one of sdcc's regression tests."""
    unit = Unit.parse(text)
    names = [unit.function_name(f) for f in unit.functions() if b"static" not in unit.text(f).split(b"(")[0]]
    return [name.decode() for name in dict.fromkeys(names) if name.startswith(b"test")]


def by_function(assembly: str, renames: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    """Each function's instructions with labels numbered by first use and constants by content; `=` holds the data."""
    for old, new in reversed(renames):
        assembly = re.sub(rf"(?<![\w.$]){re.escape(new)}(?![\w$])", old, assembly)
    assembly = _COUNTED.sub(r"\1", assembly)
    lines = assembly.splitlines()
    constants = _constants(lines)
    names = {match[1] for match in _FUNCTION.finditer(assembly)}
    found: dict[str, list[str]] = {}
    data: list[str] = []
    current: list[str] | None = None
    for line in lines:
        if line.endswith(":") and line[:-1] in names:
            current = found.setdefault(line[:-1], [])
        elif line.lstrip().startswith(".size"):
            current = None
        elif current is not None:
            current.append(line)
        elif _DATA.match(line):
            data.append(line)
    return {name: _numbered("\n".join(body), constants) for name, body in found.items()} | {
        "=": "\n".join(sorted(_numbered(line, constants) for line in data if ".L" not in line))
    }


def _constants(lines: list[str]) -> dict[str, str]:
    """What stands at each label outside of code, as far as one line tells."""
    return {
        line[:-1]: after.strip()
        for line, after in itertools.pairwise(lines)
        if line.startswith(".LC") and line.endswith(":")
    }


def _numbered(body: str, constants: dict[str, str]) -> str:
    order: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        label = match[0]
        return constants[label] if label in constants else order.setdefault(label, f".L{len(order)}")

    return _LABEL.sub(name, body)


def _beside(source: Source) -> dict[str, bytes]:
    return {"testfwk.h": _host("testfwk.h")} if source.group.runs else {}


def _host(name: str) -> bytes:
    return (SAMPLES / "regression" / name).read_bytes()


def _host_test(source: Source) -> tuple[str, ...]:
    """The folder of the run comes first, so that our testfwk.h, which knows no lines, is the one that is read."""
    return ("-iquote", ".", "-I.") if source.group.runs else ()
