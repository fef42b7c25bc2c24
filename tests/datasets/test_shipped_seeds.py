"""Every shipped seed holds what it promises: its compilers without a warning, its harness on its chip's simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from corpus.seeds import LANGUAGES, MANNERS, Seed, load_seeds
from flows.proof import Prover
from flows.settings import ROOT
from flows.stages.seeds import check
from validators.sandbox.runner import Sandbox

SEEDS = tuple(load_seeds(ROOT / "datasets" / "seeds"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all."""
    with Sandbox() as opened:
        yield opened


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.id)
def test_a_seed_compiles_without_a_warning_and_passes_its_harness(seed: Seed, sandbox: Sandbox) -> None:
    """With the values on disk; a harness that expects nothing would prove nothing."""
    verdict = check(seed, Prover(sandbox, seed, 2_000_000))
    assert verdict.passed, f"{verdict.reason}: {verdict.evidence}"
    expectations = int(verdict.evidence.split(" expectations met")[0])
    assert expectations >= 20


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.id)
def test_a_seed_says_what_it_wants_in_both_languages(seed: Seed) -> None:
    """Every manner of asking, an idea, safety needs, and a Chinese text for every comment of the program."""
    sheet = seed.sheet
    for language in LANGUAGES:
        texts = sheet.instruction.of(language, MANNERS)
        assert len(set(texts)) == len(texts)
        assert all(sheet.instruction.of(language, [manner]) for manner in MANNERS)
    assert len(sheet.idea.en.split()) >= 40 and len(sheet.idea.zh) >= 60
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in sheet.instruction.of("zh", MANNERS))
    assert sheet.comments and all(sheet.comments.values())
    assert sheet.needs


def test_the_seeds_cover_what_firmware_people_do() -> None:
    """GPIO to Modbus, as the set is meant to teach."""
    families = {family for seed in SEEDS for family in seed.sheet.peripherals}
    wanted = {
        "gpio",
        "timer",
        "uart",
        "i2c",
        "spi",
        "adc",
        "pwm",
        "lcd1602",
        "seven-segment",
        "keypad",
        "one-wire",
        "eeprom",
        "watchdog",
        "buffer",
        "checksum",
        "bcd",
        "fixed-point",
        "pid",
        "state-machine",
        "modbus",
        "ir",
        "stepper",
        "low-power",
        "scheduler",
    }
    assert wanted <= families
    assert len(SEEDS) >= 150
