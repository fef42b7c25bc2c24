"""The command as its user meets it: exit codes, help with examples, errors that name the remedy."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from flows.settings import ROOT

SEEDS = (["seeds", "check"], ["seeds", "strength"], ["seeds", "coverage"], ["seeds", "new"])
VERBS = (["generate"], ["inspect"], ["trace"], ["rewrite"], ["convert"], ["check"], *SEEDS, ["doctor"])
SEED = ROOT / "datasets" / "seeds" / "crc8-maxim"


def firmseed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One run of the command, not on a terminal."""
    command = [sys.executable, "-m", "flows", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help_shows_examples(verb: list[str]) -> None:
    """Every verb."""
    done = firmseed(*verb, "--help")
    assert done.returncode == 0 and "Examples" in done.stdout and f"firmseed {verb[0]}" in done.stdout


def test_without_a_verb_the_verbs_are_shown() -> None:
    """As `make` alone does."""
    done = firmseed()
    assert "generate" in done.stdout and "doctor" in done.stdout


def test_an_unknown_recipe_key_is_said_in_one_line(tmp_path: Path) -> None:
    """Exit code 2, file, line, key and the nearest name, no traceback."""
    path = tmp_path / "r.yaml"
    path.write_text("mixtur: {rows: 5}\n", encoding="utf-8")
    done = firmseed("generate", "--recipe", str(path))
    assert done.returncode == 2
    assert 'r.yaml:1: mixtur: unknown key; did you mean "mixture"?' in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_rule_names_the_nearest(tmp_path: Path) -> None:
    """Found before any work."""
    path = tmp_path / "r.yaml"
    path.write_text(f"seeds: {ROOT}/datasets/seeds\ngenerate: {{rewrites: {{rules: [step-from]}}}}\n", encoding="utf-8")
    done = firmseed("generate", "--recipe", str(path), "--out", str(tmp_path / "out"))
    assert done.returncode == 2 and 'did you mean "step-form"?' in done.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, recipe_file: Path) -> None:
    """A file stands where the folder should be (root may write anywhere, so permissions prove nothing)."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    done = firmseed("generate", "--recipe", str(recipe_file), "--out", str(blocked / "run"))
    assert done.returncode == 2 and "cannot write" in done.stderr and "--out" in done.stderr


def test_a_missing_compiler_stops_the_run_before_any_work(tmp_path: Path, recipe_file: Path) -> None:
    """Exit code 3, with the command that gets it; nothing is made."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SDCC, str(recipe_file), str(tmp_path / "out")],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "sdcc-that-is-not-there: not found" in done.stderr and "apt-get install sdcc" in done.stderr
    assert not (tmp_path / "out").exists()


# The sandbox looks programs up in the system's folders; here its compiler has a name that is in none of them.
WITHOUT_SDCC = """
import sys
from dataclasses import replace
import validators.toolchains.tools as tools
real = tools.sdcc_mcs51
def absent(*args, **kwargs):
    toolchain = real(*args, **kwargs)
    return replace(toolchain, command=("sdcc-that-is-not-there", *toolchain.command[1:]))
tools.sdcc_mcs51 = absent
sys.argv = ["firmseed", "generate", "--recipe", sys.argv[1], "--out", sys.argv[2]]
from flows.cli import main
main()
"""


def test_convert_is_a_filter_that_goes_there_and_back() -> None:
    """From a file and from standard input, to standard output and nothing else; proved on request."""
    program = ROOT / "datasets" / "seeds" / "watchdog-stc" / "program.c"
    keil = firmseed("convert", str(program), "--to", "keil", "--prove")
    assert keil.returncode == 0 and "sfr WDT_CONTR = 0xE1;" in keil.stdout
    assert "compiled to identical object code" in keil.stderr
    command = [sys.executable, "-m", "flows", "convert", "-", "--to", "sdcc"]
    back = subprocess.run(command, input=keil.stdout, capture_output=True, text=True, check=False, cwd=ROOT)
    assert back.returncode == 0 and back.stdout == program.read_text(encoding="utf-8")


def test_convert_says_where_and_why_it_refuses(tmp_path: Path) -> None:
    """Line, reason word, sentence and exit code 1; nothing is written."""
    path = tmp_path / "flags.c"
    path.write_text("#include <reg52.h>\nunsigned char bdata flags;\nsbit ready = flags ^ 0;\n", encoding="utf-8")
    done = firmseed("convert", str(path), "--to", "sdcc")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith(f"{path}:3: bit-of-variable: this is a bit of a variable")
    assert firmseed("convert", str(tmp_path / "none.c"), "--to", "sdcc").returncode == 2


def test_rows_and_tokens_exclude_each_other(recipe_file: Path) -> None:
    """A usage error."""
    done = firmseed("generate", "--recipe", str(recipe_file), "--rows", "5", "--tokens", "5")
    assert done.returncode == 2 and "not both" in done.stderr


def test_seeds_check_names_a_broken_seed(tmp_path: Path) -> None:
    """Exit code 1 with file, line and field."""
    folder = tmp_path / "seeds" / "crc8-maxim"
    folder.mkdir(parents=True)
    for name in ("program.c", "harness.c", "seed.yaml"):
        (folder / name).write_bytes((SEED / name).read_bytes())
    text = (folder / "seed.yaml").read_text(encoding="utf-8").replace("difficulty:", "dificulty:")
    (folder / "seed.yaml").write_text(text, encoding="utf-8")
    done = firmseed("seeds", "check", "--seeds", str(tmp_path / "seeds"), "--json")
    assert done.returncode == 1
    assert 'did you mean "difficulty"?' in json.loads(done.stdout)[0]["verdict"]["evidence"]


def test_seeds_check_sees_a_program_that_fails_its_harness(tmp_path: Path) -> None:
    """The harness is what stands behind a seed."""
    folder = tmp_path / "seeds" / "crc8-maxim"
    folder.mkdir(parents=True)
    for name in ("program.c", "harness.c", "seed.yaml"):
        (folder / name).write_bytes((SEED / name).read_bytes())
    program = (folder / "program.c").read_text(encoding="utf-8")
    assert ">> 1" in program
    (folder / "program.c").write_text(program.replace(">> 1", ">> 2"), encoding="utf-8")
    done = firmseed("seeds", "check", "--seeds", str(tmp_path / "seeds"), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)[0]["verdict"]["reason"] == "wrong-output"


def test_rewrite_writes_a_variant_that_still_compiles(tmp_path: Path) -> None:
    """And the same seed gives the same variant."""
    out = [tmp_path / "one.c", tmp_path / "two.c"]
    for path in out:
        done = firmseed("rewrite", str(SEED / "program.c"), "--seed", "3", "--steps", "3", "-o", str(path))
        assert done.returncode == 0, done.stderr
    assert out[0].read_bytes() == out[1].read_bytes() != (SEED / "program.c").read_bytes()
    assert firmseed("check", str(out[0])).returncode == 0


def test_rewrite_shows_diffs_with_the_grade_of_each_step() -> None:
    """In a pipe as plain text."""
    done = firmseed("rewrite", str(SEED / "program.c"), "--count", "1")
    assert done.returncode == 0
    assert (done.stdout.startswith("# ") and "(identical-object)" in done.stdout) or "(same-tokens)" in done.stdout
    assert "\n--- a/program.c\n+++ b/program.c\n" in done.stdout
    assert "\x1b[" not in done.stdout


def test_rewrite_refuses_an_unknown_rule() -> None:
    """With the nearest name."""
    done = firmseed("rewrite", str(SEED / "program.c"), "--rules", "hex-cases")
    assert done.returncode == 2 and 'did you mean "hex-case"?' in done.stderr


def test_doctor_names_versions() -> None:
    """All that a run needs is here, or this test would not run."""
    done = firmseed("doctor", "--json")
    assert done.returncode == 0
    tools = {tool["name"]: tool for tool in json.loads(done.stdout)}
    assert tools["sdcc"]["version"] and tools["gcc"]["version"] and not tools["sandbox"]["problem"]
    assert re.fullmatch(r"landlock \(ABI \d+\)|bubblewrap", tools["sandbox"]["version"])
    optional = [tool for tool in tools.values() if not tool["required"]]
    assert {"sdcc-stm8", "avr-gcc", "arm-none-eabi-gcc", "libsimavr", "unicorn", "cppcheck"} <= set(tools)
    assert optional and all(tool["remedy"] for tool in optional)


def test_the_scripts_can_be_run() -> None:
    """setup.sh and .ci/run are executable."""
    for path in (ROOT / "setup.sh", ROOT / ".ci" / "run"):
        assert path.stat().st_mode & stat.S_IXUSR
