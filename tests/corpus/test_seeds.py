"""Seeds on disk: the shipped ones load, and a broken one is refused with file, line and field."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from corpus.seeds import SeedError, load_seed, load_seeds, seed_folders, targets_of

SEEDS = Path(__file__).parents[2] / "datasets" / "seeds"
OTHERS = Path(__file__).parents[1] / "datasets" / "seeds"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a good seed, to be broken."""
    return Path(shutil.copytree(SEEDS / "uart-baud-init", tmp_path / "uart-baud-init"))


def broken(folder: Path, old: str, new: str) -> str:
    """The error after one change to seed.yaml."""
    path = folder / "seed.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SeedError) as error:
        load_seed(folder)
    return str(error.value)


def test_every_shipped_seed_loads() -> None:
    """At least forty of them, and their ids are their folders' names."""
    seeds = list(load_seeds(SEEDS))
    assert len(seeds) >= 40
    assert [seed.id for seed in seeds] == sorted(seed.folder.name for seed in seeds)


def test_chinese_lines_are_joined_without_blanks() -> None:
    """YAML folds a line break into a blank; between Chinese characters no writer puts one."""
    seed = load_seed(SEEDS / "uart-baud-init")
    assert "，不能" in "".join(seed.sheet.instruction.of("zh")).replace(" ", "")
    assert "， 不" not in "".join(seed.sheet.instruction.of("zh"))


def test_an_unknown_key_names_the_nearest(folder: Path) -> None:
    """The key is named with its line, and the known key that it was meant to be."""
    message = broken(folder, "difficulty: 2", "dificulty: 2")
    assert "seed.yaml:" in message and 'did you mean "difficulty"?' in message
    assert ":14: dificulty:" in message


def test_a_wrong_value_names_file_line_and_field(folder: Path) -> None:
    """Difficulty goes from 1 to 5."""
    message = broken(folder, "difficulty: 2", "difficulty: 9")
    assert "seed.yaml:14: difficulty: Input should be less than or equal to 5" in message


def test_yaml_that_does_not_parse_names_the_line(folder: Path) -> None:
    """A bracket that is never closed."""
    message = broken(folder, "tags: [polling, baud-rate, serial]", "tags: [polling, baud-rate")
    assert "seed.yaml:" in message and "yaml:" in message


@pytest.mark.parametrize("name", ["seed.yaml", "program.c", "harness.c"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """A seed has three files."""
    (folder / name).unlink()
    with pytest.raises(SeedError, match=rf"{name}:1: file: is missing"):
        load_seed(folder)


def test_a_seed_without_licence_line_is_refused(folder: Path) -> None:
    """Data without a licence cannot be passed on."""
    message = broken(folder, "# SPDX-License-Identifier: Apache-2.0", "# no licence")
    assert "license: has no SPDX-License-Identifier" in message


def test_a_default_outside_its_own_values_is_refused(folder: Path) -> None:
    """The program on disk must be one of the fillings."""
    message = broken(folder, "BAUD: {default: 9600,", "BAUD: {default: 9601,")
    assert "holes.BAUD" in message and "not among its own values" in message


def test_a_folder_with_another_name_is_refused(folder: Path) -> None:
    """The id is the folder's name, so that a lineage leads back to its files."""
    moved = folder.rename(folder.parent / "other")
    with pytest.raises(SeedError, match="the folder is 'other'"):
        load_seed(moved)


def test_text_that_is_not_utf8_is_refused(folder: Path) -> None:
    """GBK files come up in practice; the byte is named."""
    (folder / "program.c").write_bytes("/* 串口 */".encode("gbk"))
    with pytest.raises(SeedError, match="is not UTF-8"):
        load_seed(folder)


def test_a_delay_is_free_or_timed_but_not_both(folder: Path) -> None:
    """A function whose cycles count has no free length."""
    path = folder / "seed.yaml"
    text = path.read_text(encoding="utf-8").replace("\ninstruction:\n", "\ndelays: [uart_put]\ninstruction:\n", 1)
    path.write_text(text, encoding="utf-8")
    assert load_seed(folder).sheet.delays == ("uart_put",)
    message = broken(folder, "delays: [uart_put]", "timing: [uart_put]\ndelays: [uart_put]")
    assert "'uart_put' is in timing and in delays" in message


def test_the_targets_of_a_folder_of_seeds_are_those_of_the_seeds_asked_for(tmp_path: Path) -> None:
    """In one order; a seed without a sheet is named later, where it is read."""
    for source in (SEEDS / "uart-baud-init", OTHERS / "ring-stm32", OTHERS / "tick-stm8"):
        shutil.copytree(source, tmp_path / source.name)
    (tmp_path / "empty").mkdir()
    assert targets_of(seed_folders(tmp_path)) == ("mcs51", "stm8", "cortex-m")
    assert targets_of([tmp_path / "tick-stm8", tmp_path / "ring-stm32"]) == ("stm8", "cortex-m")
    assert targets_of([tmp_path / "empty"]) == ()
