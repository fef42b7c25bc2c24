"""What is said of a program when the compiler is what fails: nothing, and never by an exception."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.validators.toolchains.broken import broken, described
from validators.sandbox.limits import DEFAULT, Limits
from validators.sandbox.runner import Finished, Sandbox
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict

GOOD = "int sum(int a, int b)\n{\n    return a + b;\n}\n"

# The runs of the compiler: a crash and a full disk may pass, so they are tried once more.
ENDINGS = {
    "ends-by-signal": ("unknown", "compiler-crash", 2),
    "says-that-it-crashed": ("unknown", "compiler-crash", 2),
    "lets-its-child-crash": ("unknown", "compiler-crash", 2),
    "cannot-start": ("unknown", "compiler-crash", 2),
    "loops": ("unknown", "never-ends", 1),
    "writes-a-gigabyte": ("unknown", "too-much-output", 1),
    "fills-its-folder": ("unknown", "too-much-output", 1),
    "writes-one-large-file": ("unknown", "too-much-output", 1),
    "leaves-nothing": ("unknown", "no-object", 1),
    "leaves-an-empty-object": ("unknown", "no-object", 1),
    "leaves-a-part": ("unknown", "no-object", 1),
    "leaves-text": ("unknown", "no-object", 1),
    "finds-no-room": ("unknown", "disk-full", 2),
    "says-nothing": ("failed", "compile-error", 1),
    "complains-and-ends-well": ("failed", "compile-error", 1),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_a_broken_compiler_says_nothing_about_the_program(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    """The reason names what happened; one that merely refuses is believed."""
    outcome, reason, times = ENDINGS[name]
    before = sandbox.runs
    compiled = compile_verdict(sandbox, broken(sandbox, tmp_path, name), GOOD)
    assert (compiled.verdict.outcome, compiled.verdict.reason) == (outcome, reason), compiled.verdict
    assert sandbox.runs - before == 1 + times  # and one that asks for the version
    assert compiled.verdict.tool == f"{name} 7 -c"
    assert (compiled.sizes, compiled.object) == (None, "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leaves-nothing", "program.o is missing or larger than the limit"),
        ("leaves-an-empty-object", "program.o is empty"),
        ("leaves-text", "program.o is not a little-endian ELF file"),
    ],
)
def test_it_is_said_what_is_wrong_with_an_object(sandbox: Sandbox, tmp_path: Path, name: str, words: str) -> None:
    """In the evidence."""
    verdict = compile_verdict(sandbox, broken(sandbox, tmp_path, name), GOOD).verdict
    assert verdict.evidence == f"{name} ended well, but {words}"


def test_a_compiler_that_sleeps_is_stopped_by_the_clock(sandbox: Sandbox, tmp_path: Path) -> None:
    """It uses no CPU time that could be limited."""
    verdict = compile_verdict(sandbox, broken(sandbox, tmp_path, "sleeps", wall_s=0.5), GOOD).verdict
    assert (verdict.outcome, verdict.reason) == ("unknown", "never-ends")
    assert verdict.evidence == "sleeps was stopped after 0.5 s"


CRASHING = b"""
int main(int count, char **words)
{
    volatile int *nowhere = 0;
    return *nowhere + count + words[0][0];
}
"""


def test_a_program_that_crashes_even_when_asked_for_its_version(sandbox: Sandbox, tmp_path: Path) -> None:
    """A real executable; its version stays unknown."""
    built = sandbox.run(["gcc", "-o", "crash", "crash.c"], files={"crash.c": CRASHING}, keep=["crash"])
    compiled = compile_verdict(sandbox, described(sandbox, tmp_path, "crash", built.files["crash"]), GOOD)
    verdict = compiled.verdict
    assert (verdict.outcome, verdict.reason, verdict.tool) == ("unknown", "compiler-crash", "crash unknown -c")
    assert verdict.evidence == "crash ended by signal 11"


class Mending(Sandbox):
    """A sandbox in which a crash does not happen again."""

    def run(
        self,
        argv: Sequence[str],
        *,
        files: Mapping[str, bytes] | None = None,
        keep: Sequence[str] = (),
        stdin: bytes = b"",
        limits: Limits = DEFAULT,
    ) -> Finished:
        """As always, and then whatever was wrong is mended."""
        done = super().run(argv, files=files, keep=keep, stdin=stdin, limits=limits)
        if files:
            self.install("mended", b"")
        return done


def test_a_crash_that_does_not_come_again_is_forgotten(tmp_path: Path) -> None:
    """As when the machine had run out of memory; both tries are paid for."""
    with Mending() as sandbox:
        compiled = compile_verdict(sandbox, broken(sandbox, tmp_path, "crashes-at-first"), GOOD)
    assert compiled.verdict.passed, compiled.verdict
    assert compiled.cpu_s > 0


def test_a_compiler_that_kills_its_worker(tmp_path: Path) -> None:
    """Which it can do only where nothing confines it; the sandbox goes on."""
    with Sandbox(unconfined=True) as sandbox:
        compiled = compile_verdict(sandbox, broken(sandbox, tmp_path, "kills-its-worker"), GOOD)
        assert (compiled.verdict.outcome, compiled.verdict.reason) == ("unknown", "worker-died"), compiled.verdict
        assert compile_verdict(sandbox, toolchain("gcc-host"), GOOD).verdict.passed


def test_nothing_of_the_host_is_in_a_verdict(sandbox: Sandbox, tmp_path: Path) -> None:
    """Paths are cut to their last part, in messages and in what is quoted of others."""
    verdict = compile_verdict(sandbox, broken(sandbox, tmp_path, "tells-of-the-host"), GOOD).verdict
    assert [(d.file, d.line, d.message) for d in verdict.diagnostics] == [
        ("program.c", 3, "see x.h, passwd, tells-of-the-host")
    ]
    crashed = compile_verdict(sandbox, broken(sandbox, tmp_path, "says-that-it-crashed"), GOOD).verdict
    assert crashed.evidence.startswith("program.c:1:1: internal compiler error: in run")
    assert "/" not in repr((verdict, crashed)).replace("I/O", "")


def test_messages_that_are_no_text_are_kept_as_text(sandbox: Sandbox, tmp_path: Path) -> None:
    """Bytes that are no UTF-8 become U+FFFD, control characters blanks."""
    verdict = compile_verdict(sandbox, broken(sandbox, tmp_path, "writes-no-text"), GOOD).verdict
    assert (verdict.outcome, verdict.reason) == ("failed", "compile-error")
    assert [d.message for d in verdict.diagnostics] == ["\ufffd\ufffd \ufffd  [31m   end"]


def test_a_source_with_a_lone_surrogate_is_compiled_all_the_same(sandbox: Sandbox) -> None:
    """A model can write one in JSON; what it becomes in bytes is for the compiler to judge."""
    for name in ("sdcc-mcs51", "gcc-host"):
        assert compile_verdict(sandbox, toolchain(name), "int x\ud800;\n").verdict.outcome != "unknown"


def test_a_source_that_crashes_the_compiler_is_unknown(sandbox: Sandbox) -> None:
    """gcc 12 runs over its stack on deep nesting; whose fault that is cannot be told."""
    deep = "int x = " + "(" * 40_000 + "1" + ")" * 40_000 + ";\n"
    verdict = compile_verdict(sandbox, toolchain("gcc-host"), deep).verdict
    assert (verdict.outcome, verdict.reason) == ("unknown", "compiler-crash"), verdict


# In a file system of 1 MB of its own, filled but for so many KiB: what is said of a program that needs more.
TINY_DISK = """
import os, sys
from pathlib import Path
from validators.sandbox.runner import Sandbox
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict
disk = Path(sys.argv[1])
source = "".join(f"int f{n}(int x) {{ return x + {n}; }}\\n" for n in range(300))
with Sandbox(scratch=disk) as sandbox:
    for room in (0, 8, 20, 10_000):
        about = os.statvfs(disk)
        (disk / "other").write_bytes(bytes(max(0, about.f_bavail * about.f_frsize - (room << 10))))
        for name in ("sdcc-mcs51", "avr-gcc", "gcc-host"):
            verdict = compile_verdict(sandbox, toolchain(name), source).verdict
            print(room, name, verdict.outcome, verdict.reason)
        (disk / "other").unlink()
"""


def test_a_full_disk_is_not_the_programs_fault() -> None:
    """Whether there is no room for the source, for the object, or for what lies between; then it goes on."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        done = subprocess.run(
            [
                *("bwrap", "--dev-bind", "/", "/", "--size", str(1 << 20), "--tmpfs", name, "--"),
                *(sys.executable, "-c", TINY_DISK, name),
            ],
            cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = [line.split(" ", 2) for line in done.stdout.splitlines()]
    makers = [verdict for room, name, verdict in said if name != "gcc-host" and room != "10000"]
    assert makers == ["unknown disk-full"] * 6
    # gcc writes nothing when it only checks, so it needs room for its inputs alone.
    checked = [verdict.strip() for room, name, verdict in said if name == "gcc-host" and room != "10000"]
    assert checked[0] == "unknown disk-full" and set(checked) <= {"unknown disk-full", "passed"}
    assert [verdict.strip() for room, _, verdict in said if room == "10000"] == ["passed"] * 3
