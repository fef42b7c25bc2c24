"""`firmseed seeds`: check, strength, coverage and new, as their user meets them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from corpus.chips import Family
from flows.settings import ROOT
from tests.flows.test_cli import firmseed
from tests.flows.written import written

SHIPPED = ROOT / "datasets" / "seeds"
TARGETS: tuple[Family, ...] = ("mcs51", "stm8", "avr", "cortex-m")


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A folder with a good seed, a broken one, and a hidden folder that is none."""
    shutil.copytree(SHIPPED / "crc8-maxim", tmp_path / "seeds" / "crc8-maxim")
    broken = Path(shutil.copytree(SHIPPED / "uart-baud-init", tmp_path / "seeds" / "uart-baud-init"))
    text = (broken / "seed.yaml").read_text(encoding="utf-8").replace("difficulty:", "dificulty:")
    (broken / "seed.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "seeds" / ".git").mkdir()
    return tmp_path / "seeds"


@pytest.mark.parametrize("target", TARGETS)
def test_what_new_makes_has_the_format_and_is_refused_until_it_is_written(tmp_path: Path, target: Family) -> None:
    """Each TODO with its file and line; then, with words in place of them, nothing is wrong."""
    made = firmseed("seeds", "new", "my-lamp", "--target", target, "--title", 'A "lamp": on', "--seeds", str(tmp_path))
    assert made.returncode == 0 and f"firmseed seeds check {tmp_path}/my-lamp" in made.stdout
    done = firmseed("seeds", "check", str(tmp_path / "my-lamp"))
    assert done.returncode == 1 and "broken-seed" not in done.stdout
    said = re.findall(
        rf"^error: {tmp_path}/my-lamp/([\w.]+):\d+: \S+ is still to be (?:written|done)", done.stdout, re.M
    )
    assert set(said) == {"seed.yaml", "program.c", "harness.c"} and len(said) == 19
    written(tmp_path / "done" / "my-lamp", target)
    assert firmseed("seeds", "check", str(tmp_path / "done"), "--strict").returncode == 0


def test_new_refuses_what_cannot_be_used(tmp_path: Path) -> None:
    """Exit code 2 each time, and nothing is written."""
    for words, said in (
        (("My_Lamp",), "lower-case words joined by hyphens"),
        (("lamp", "--peripheral", "uatr"), 'did you mean "uart"?'),
        (("lamp", "--target", "avr8"), "avr8"),
        (("crc8-maxim", "--seeds", str(SHIPPED)), "is there already"),
    ):
        done = firmseed("seeds", "new", "--title", "A lamp", "--seeds", str(tmp_path), *words)
        assert done.returncode == 2 and said in done.stderr, words
    assert not list(tmp_path.iterdir())


def test_check_takes_an_id_a_seed_and_a_folder_of_seeds(seeds: Path) -> None:
    """And names what is none of these."""
    for words in (["crc8-maxim", "--seeds", str(seeds)], [str(seeds / "crc8-maxim")]):
        done = firmseed("seeds", "check", "-n", "1", "--json", *words)
        assert done.returncode == 0 and [one["seed"] for one in json.loads(done.stdout)] == ["crc8-maxim"]
    done = firmseed("seeds", "check", "-n", "1", str(seeds))
    assert done.returncode == 1 and "1 of 2 seeds hold" in done.stdout
    assert f'{seeds}/uart-baud-init/seed.yaml:14: dificulty: unknown key; did you mean "difficulty"?' in done.stdout
    done = firmseed("seeds", "check", "crc8-maksim", "--seeds", str(seeds))
    assert done.returncode == 2 and 'did you mean "crc8-maxim"?' in done.stderr
    done = firmseed("seeds", "check", str(seeds / ".git"))
    assert done.returncode == 2 and "holds no seed folder" in done.stderr


def test_a_warning_counts_when_it_shall(tmp_path: Path) -> None:
    """Said with file and line either way."""
    seed = written(tmp_path / "lamp")
    path = seed.folder / "seed.yaml"
    path.write_text(re.sub(r"    review: .*\n", "", path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    loose, strict = (firmseed("seeds", "check", str(seed.folder), *words) for words in ((), ("--strict",)))
    assert loose.returncode == 0 and f"warning: {path}:18: instruction.en: has no review" in loose.stdout
    assert strict.returncode == 1 and f"error: {path}:18: instruction.en: has no review" in strict.stdout


def test_strength_says_what_is_missed_and_stores_the_figure(tmp_path: Path) -> None:
    """A weak harness fails; the stored figure is what was measured."""
    strong, weak = written(tmp_path / "strong"), written(tmp_path / "weak", harness="void main(void)\n{\n}\n")
    done = firmseed("seeds", "strength", str(tmp_path), "-j", "1", "--list", "--write")
    assert done.returncode == 1 and "1 of 2 harnesses catch 90% or more" in done.stdout
    assert re.search(r"^weak:10: \S+ silent: no run differs\n-    PIN = on != 0;\n\+", done.stdout, re.M)
    assert re.search(r"^strong +\d+ +(\d+) +0 +0 .*100\.0% *$", done.stdout, re.M)
    again = firmseed("seeds", "strength", "strong", "--seeds", str(tmp_path), "--json")
    (found,) = json.loads(again.stdout)
    assert again.returncode == 0 and found["strength"] == 1.0 and not found["wrong"]
    counted = sum(found[name] for name in ("caught", "compared", "silent"))
    line = f"strength: {{mutants: {counted}, caught: {found['caught']}, digest: {found['digest']}}}\n"
    assert (strong.folder / "seed.yaml").read_text(encoding="utf-8").endswith(line)
    assert "caught: 0," in (weak.folder / "seed.yaml").read_text(encoding="utf-8")
    assert firmseed("seeds", "check", str(strong.folder), "--strict").returncode == 0


def test_strength_refuses_an_argument_that_holds_for_nothing(tmp_path: Path) -> None:
    """An entry of `equivalent` that no fault matches."""
    entry = "equivalent:\n  - {rule: wrong-bit, text: 'P2 = 0;', because: nobody looks}\n"
    written(tmp_path / "lamp", seed=entry)
    done = firmseed("seeds", "strength", str(tmp_path / "lamp"), "-j", "1")
    assert done.returncode == 1
    assert "lamp: equivalent.0: wrong-bit: 'P2 = 0;' matches no fault of the program" in done.stdout


def test_coverage_counts_the_seeds_that_load(seeds: Path) -> None:
    """The others are named; unmet goals matter only when they shall."""
    done = firmseed("seeds", "coverage", "--seeds", str(seeds), "--json")
    assert done.returncode == 0 and "not counted: " in done.stderr and "uart-baud-init/seed.yaml:14" in done.stderr
    found = json.loads(done.stdout)
    assert found["targets"]["checksum"] == {"mcs51": 1, "stm8": 0, "avr": 0, "cortex-m": 0}
    assert sum(sum(row.values()) for row in found["difficulty"].values()) == 1
    assert ["uart", "mcs51"] in found["empty"] and ["checksum", "mcs51"] not in found["empty"]
    assert {"goal": "seeds", "wanted": 160, "found": 1, "met": False} in found["goals"]
    # Its 36 valid fillings are less than a template shall have.
    assert {"goal": "templates of 50 fillings or more", "wanted": 50, "found": 0, "met": False} in found["goals"]
    strict = firmseed("seeds", "coverage", "--seeds", str(seeds), "--strict")
    assert strict.returncode == 1 and "no seed for mcs51: gpio, timer," in strict.stdout
    assert "seeds: 1 of 160, 159 more wanted" in strict.stdout
