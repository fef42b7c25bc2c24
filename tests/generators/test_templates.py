"""Templates: code, words and harness are filled together; what hardware could not run is refused with its reason."""

from __future__ import annotations

import random
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.seeds import LANGUAGES, Seed, SeedError, load_seed, load_seeds
from generators.templates import default_filling, fill_program, fillings, refusal

SEEDS = Path(__file__).parents[2] / "datasets" / "seeds"
ALL = list(load_seeds(SEEDS))


@pytest.fixture
def uart() -> Seed:
    """Baud rate and crystal are its holes, the reload value is derived."""
    return load_seed(SEEDS / "uart-baud-init")


@pytest.mark.parametrize("seed", ALL, ids=lambda seed: seed.id)
def test_the_default_filling_gives_the_program_on_disk(seed: Seed) -> None:
    """So that what the expert compiled is what the template makes."""
    assert fill_program(seed, default_filling(seed)) == seed.program


@pytest.mark.parametrize("seed", ALL, ids=lambda seed: seed.id)
def test_every_filling_fills_every_word(seed: Seed) -> None:
    """No hole is left in an instruction or an idea, and different fillings give different texts."""
    found = fillings(seed, random.Random(1), 12)
    assert len(found) == len(set(found))
    for filling in found:
        sheet = seed.sheet
        for language in LANGUAGES:
            texts = [
                *sheet.instruction.of(language),
                getattr(sheet.idea, language),
                getattr(sheet.title, language),
            ]
            for text in texts:
                assert not re.search(r"\{[A-Z][A-Z0-9_]*\}", filling.words(text))


def test_most_seeds_have_holes() -> None:
    """Templates are a generator, not an ornament."""
    assert sum(len(fillings(seed, random.Random(1), 12)) >= 12 for seed in ALL) >= 30


def test_a_derived_value_follows_the_datasheet(uart: Seed) -> None:
    """256 - 11059200 / (384 * 9600) = 253 = 0xFD, in the code and as the harness gets it."""
    values = dict(default_filling(uart).texts)
    assert values["BAUD_RELOAD"] == "0xFD" and values["CRYSTAL_MHZ"] == "11.0592"


def test_code_words_and_harness_get_the_same_value(uart: Seed) -> None:
    """For another crystal and baud rate."""
    filling = next(f for f in fillings(uart, random.Random(3), 18) if dict(f.texts)["BAUD"] == "4800")
    values = dict(filling.texts)
    assert f"#define BAUD_RELOAD {values['BAUD_RELOAD']}\n" in fill_program(uart, filling)
    assert "4800" in filling.words(uart.sheet.instruction.of("en")[0])


def test_a_value_out_of_tolerance_is_refused_with_the_formula(uart: Seed) -> None:
    """19200 baud from 18.432 MHz would need a reload of 253.5."""
    assert "baud error over 2 %" in refusal(uart, {"CRYSTAL_HZ": 18432000, "BAUD": 19200})
    assert not refusal(uart, {"CRYSTAL_HZ": 11059200, "BAUD": 9600})
    for filling in fillings(uart, random.Random(1), 100):
        values = dict(filling.texts)
        assert (values["CRYSTAL_HZ"], values["BAUD"]) != ("18432000", "19200")


def test_the_same_randomness_gives_the_same_fillings(uart: Seed) -> None:
    """And other randomness another order."""
    one, two, three = (fillings(uart, random.Random(n), 8) for n in (5, 5, 6))
    assert one == two != three


def changed(tmp_path: Path, name: str, old: str, new: str) -> Seed:
    """A copy of the UART seed with one change in one file."""
    folder = tmp_path / "uart-baud-init"
    shutil.copytree(SEEDS / "uart-baud-init", folder)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_seed(folder)


def test_a_program_that_does_not_have_the_default_is_refused(tmp_path: Path) -> None:
    """With file, line and both values."""
    seed = changed(tmp_path, "program.c", "#define BAUD_RELOAD 0xFD", "#define BAUD_RELOAD 0xFA")
    with pytest.raises(SeedError, match=r"program\.c:\d+: BAUD_RELOAD: is '0xFA' but the default filling gives '0xFD'"):
        fill_program(seed, default_filling(seed))


def test_a_hole_that_nothing_uses_is_refused(tmp_path: Path) -> None:
    """It would change the words and not the code."""
    seed = changed(tmp_path, "seed.yaml", "holes:\n", "holes:\n  LED: {default: P1_0, choices: [P1_0, P1_1]}\n")
    with pytest.raises(SeedError, match="no `#define LED"):
        fill_program(seed, default_filling(seed))


def test_an_expression_that_does_not_evaluate_names_its_field(tmp_path: Path) -> None:
    """And nothing but arithmetic can be said in one."""
    seed = changed(tmp_path, "seed.yaml", "CRYSTAL_HZ / 1000000", "__import__('os').getcwd()")
    with pytest.raises(SeedError, match=r"derived\.CRYSTAL_MHZ: .* does not evaluate"):
        default_filling(seed)


@pytest.mark.parametrize("key", ["timing", "delays"])
def test_a_function_that_is_not_there_is_refused(tmp_path: Path, key: str) -> None:
    """A misspelt name would guard nothing, and free nothing."""
    seed = changed(tmp_path, "seed.yaml", "\ninstruction:\n", f"\n{key}: [uart_putt]\ninstruction:\n")
    with pytest.raises(SeedError, match=f"{key}: the program defines no function 'uart_putt'"):
        fill_program(seed, default_filling(seed))


def test_threads_fill_at_the_same_time(uart: Seed) -> None:
    """As the gates on a model's answers do; Python's own parser of expressions cannot be entered twice."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert len(set(threads.map(default_filling, [uart] * 400))) == 1
    finally:
        sys.setswitchinterval(before)
