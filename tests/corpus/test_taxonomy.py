"""The taxonomy: the shipped one loads, and a broken one is refused with file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.seeds import load_seeds
from corpus.taxonomy import TAXONOMY, TaxonomyError, read_taxonomy, taxonomy

SEEDS = Path(__file__).parents[2] / "datasets" / "seeds"


def broken(tmp_path: Path, old: str, new: str) -> str:
    """The error after one change."""
    text = TAXONOMY.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "taxonomy.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TaxonomyError) as error:
        read_taxonomy(path)
    return str(error.value)


def test_the_shipped_one_places_every_shipped_seed() -> None:
    """A peripheral decides the family."""
    plan = taxonomy()
    assert plan.family_of["lcd1602"] == "display" and plan.wanted.of("cortex-m") > 0
    assert not [seed.id for seed in load_seeds(SEEDS) if seed.sheet.peripherals[0] not in plan.family_of]


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    """At the top, in a family, in the goals."""
    assert 'taxonomy.yaml:39: wantd: unknown key; did you mean "wanted"?' in broken(tmp_path, "wanted:", "wantd:")
    message = broken(tmp_path, "{seeds: 160", "{seds: 160")
    assert 'wanted.seds: unknown key; did you mean "seeds"?' in message
    message = broken(tmp_path, '"schedulers, states and queues"', "schedulers, states and queues")
    assert "taxonomy.yaml:18: families.scheduling.states and queues: unknown key" in message


def test_a_peripheral_is_in_one_family(tmp_path: Path) -> None:
    """Else a seed would count twice."""
    message = broken(tmp_path, "[uart, rs485, lin]", "[uart, rs485, relay]")
    assert "taxonomy.yaml:7: families.uart.peripherals.2: 'relay' is in the family 'gpio' as well" in message


def test_each_target_has_a_chip(tmp_path: Path) -> None:
    """A new seed takes the first."""
    assert "chips: has no chip for 'stm8'" in broken(tmp_path, "  stm8: [STM8S105, STM8S003, STM8S103]\n", "")


def test_no_more_families_are_wanted_than_there_are(tmp_path: Path) -> None:
    """A goal that nobody can meet."""
    assert "wanted.families: wants 94 families, but there are 20" in broken(tmp_path, "families: 14", "families: 94")


def test_what_is_no_yaml_or_not_there_is_said(tmp_path: Path) -> None:
    """With the file's name."""
    assert "taxonomy.yaml:" in broken(tmp_path, "kinds: [module, program]", "kinds: [module, program")
    with pytest.raises(TaxonomyError, match=r"none\.yaml:1: taxonomy: cannot be read"):
        read_taxonomy(tmp_path / "none.yaml")
