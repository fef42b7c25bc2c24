"""What an author is told of a seed before anything is compiled: file, line, and plain words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from corpus.seeds import load_seed, load_seeds
from flows.remarks import Remark, remarks, unwritten
from flows.settings import ROOT
from flows.stages.strength import digest_of
from generators.scaffold import scaffold
from tests.flows.written import written

SEEDS = ROOT / "datasets" / "seeds"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a good seed without its needs, to be broken."""
    copy = Path(shutil.copytree(SEEDS / "uart-rx-ring", tmp_path / "uart-rx-ring"))
    sheet, _, _ = (copy / "seed.yaml").read_text(encoding="utf-8").partition("\nneeds:")
    (copy / "seed.yaml").write_text(sheet + "\n", encoding="utf-8")
    return copy


def told(folder: Path, file: str, old: str, new: str) -> list[Remark]:
    """The remarks that one change brings."""
    before = {one.problem for one in remarks(load_seed(folder))}
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return [one for one in remarks(load_seed(folder)) if one.problem not in before]


def line_of(folder: Path, word: str, file: str = "seed.yaml") -> int:
    """The first line that has a word."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if word in line)


def test_no_shipped_seed_has_an_error() -> None:
    """Warnings they may have."""
    wrong = [str(one) for seed in load_seeds(SEEDS) for one in remarks(seed) if one.severity == "error"]
    assert not wrong


def test_what_is_still_to_be_written_is_said_first_and_alone(tmp_path: Path) -> None:
    """In the sheet and in both C files; a run cannot use such a seed either."""
    folder = tmp_path / "lamp"
    folder.mkdir()
    for name, text in scaffold("lamp", "avr", "ATmega328P", "A lamp", "", "gpio", 1).items():
        (folder / name).write_text(text, encoding="utf-8")
    seed = load_seed(folder)
    found = remarks(seed)
    assert found == sorted(unwritten(seed), key=lambda one: (one.severity, one.file, one.line))
    fields = [one.field for one in found]
    assert fields.count("comment") == 3 and "title.zh" in fields and "author" in fields
    assert sum(field.startswith("instruction.") for field in fields) == 12
    ticket = next(one for one in found if one.field == "instruction.en.ticket")
    assert ticket.problem == "is still to be written: the same in telegram style, signatures included"
    assert ticket.line == line_of(folder, "ticket:") and ticket.severity == "error"
    assert str(ticket).startswith(f"{folder}/seed.yaml:{ticket.line}: instruction.en.ticket: ")


def test_a_written_seed_has_nothing_wrong(tmp_path: Path) -> None:
    """What `seeds new` begins can be ended."""
    assert not remarks(written(tmp_path / "lamp"))


def test_an_unknown_hole_and_a_stray_brace_are_errors(folder: Path) -> None:
    """A row could not be written from such a text."""
    (one,) = told(folder, "seed.yaml", "{BAUD}", "{BUAD}")
    assert one.severity == "error" and one.line == line_of(folder, "{BUAD}")
    assert 'names the hole {BUAD}, which is not there; did you mean "BAUD"?' in one.problem
    (one,) = told(folder, "seed.yaml", "{BUAD}", "{BAUD} }")
    assert "has a brace that names no hole" in one.problem
    assert unwritten(load_seed(folder))


def test_a_first_peripheral_of_no_family_is_an_error(folder: Path) -> None:
    """With the nearest word that has one."""
    (one,) = told(folder, "seed.yaml", "peripherals: [uart", "peripherals: [uatr")
    assert one.severity == "error" and one.field == "peripherals.0" and one.line == line_of(folder, "peripherals:")
    assert "'uatr' is in no family of datasets/taxonomy.yaml; did you mean \"uart\"?" in one.problem


def test_a_comment_without_chinese_is_an_error_and_one_that_is_gone_a_warning(folder: Path) -> None:
    """Where the program was changed after its comments were translated."""
    gone, lacking = sorted(
        told(folder, "program.c", "/* free-running,", "/* never reset,"), key=lambda one: one.severity, reverse=True
    )
    assert lacking.severity == "error" and lacking.file.endswith("program.c") and lacking.field == "comment"
    assert lacking.line == line_of(folder, "never reset", "program.c")
    assert lacking.problem.startswith("has no Chinese under comments: never reset,")
    assert gone.severity == "warning" and gone.problem == "stands in no comment of the program"


def test_a_name_that_the_program_has_not_is_an_error(folder: Path) -> None:
    """In the manners from which a program is written; what looks like a unit is no name."""
    first, *_ = told(folder, "seed.yaml", "uart_read", "uart_raed")
    assert first.severity == "error" and first.line == line_of(folder, "uart_raed")
    assert 'speaks of `uart_raed`, which the program does not have; did you mean "uart_read"?' in first.problem
    assert not told(folder, "seed.yaml", "{BAUD}", "5 kHz {BAUD}")


def test_a_function_that_no_text_names_is_a_warning(folder: Path) -> None:
    """Whoever reads only the ticket must know what the harness calls."""
    text = (folder / "seed.yaml").read_text(encoding="utf-8")
    sheet = text.replace("uart_dropped", "the count of lost bytes")
    (folder / "seed.yaml").write_text(sheet, encoding="utf-8")
    found = [one for one in remarks(load_seed(folder)) if "uart_dropped" in one.problem]
    assert found and {one.severity for one in found} == {"warning"}
    assert {one.problem for one in found} == {"does not name `uart_dropped`, which the harness calls"}


def test_a_need_speaks_of_names_of_the_program(folder: Path) -> None:
    """With the nearest that is there."""
    lines = "needs:\n  - {kind: volatile, names: [haed], en: Declare it., zh: 声明。}\nholes:\n"
    (one,) = told(folder, "seed.yaml", "holes:\n", lines)
    assert one.severity == "error" and one.field == "needs.0.names" and one.line == line_of(folder, "haed")
    assert one.problem == "the program has no 'haed'; did you mean \"head\"?"


def test_a_default_said_in_figures_is_a_warning(folder: Path) -> None:
    """The words would stay while the value changes."""
    (one,) = told(folder, "seed.yaml", "{BAUD}", "9600")
    assert one.severity == "warning" and one.line == line_of(folder, "9600")
    assert one.problem.startswith("says 9600, which is the default of {BAUD}")


def test_a_register_of_another_chip_is_a_warning(folder: Path) -> None:
    """One that another chip of the family has; in `port` it may be what the asker had before."""
    (one,) = told(folder, "seed.yaml", "idea:\n  en: >-\n", "idea:\n  en: >-\n    Do not touch WDT_CONTR here.\n")
    assert one.severity == "warning" and one.line == line_of(folder, "WDT_CONTR")
    assert "speaks of WDT_CONTR, which the AT89S52 does not have" in one.problem


@pytest.mark.parametrize(("target", "word"), [("stm8", "UART7_SR"), ("avr", "TCCR5A"), ("cortex-m", "TIM14")], ids=str)
def test_a_register_of_the_family_that_the_chip_lacks_is_a_warning(tmp_path: Path, target: str, word: str) -> None:
    """By its form."""
    seed = written(tmp_path / "lamp", target)  # type: ignore[arg-type]
    path = seed.folder / "seed.yaml"
    text = path.read_text(encoding="utf-8").replace("idea:\n  en: ", f"idea:\n  en: {word} and PORTB. #", 1)
    path.write_text(text, encoding="utf-8")
    assert [one.problem.split(",")[0] for one in remarks(load_seed(seed.folder))] == [f"speaks of {word}"]


def test_manners_that_are_missing_are_warnings_and_errors_when_strict(folder: Path) -> None:
    """One a language."""
    seed = load_seed(folder)
    lacking = [one for one in remarks(seed) if one.field in ("instruction.en", "instruction.zh")]
    without = {manner for manner in ("review", "continuation", "port") if not seed.sheet.instruction.en.get(manner)}
    for one in lacking:
        assert one.severity == "warning" and one.problem.startswith("has no ")
    assert bool(lacking) == bool(without)
    assert all(one.severity == "error" for one in remarks(seed, strict=True))


def test_an_old_figure_of_strength_is_a_warning(folder: Path) -> None:
    """By the digest of program and harness."""
    right = f"strength: {{mutants: 10, caught: 9, digest: {digest_of(load_seed(folder))}}}\nholes:\n"
    assert not told(folder, "seed.yaml", "holes:\n", right)
    (one,) = told(folder, "harness.c", "void main(void)", "\nvoid main(void)")
    assert one.severity == "warning" and one.field == "strength" and one.line == line_of(folder, "strength:")
    assert "`firmseed seeds strength uart-rx-ring --write` measures it again" in one.problem


def test_an_unknown_operator_under_equivalent_is_an_error(folder: Path) -> None:
    """With the nearest that there is."""
    lines = "equivalent:\n  - {rule: wrong-bits, text: 'x;', because: so}\nholes:\n"
    (one,) = told(folder, "seed.yaml", "holes:\n", lines)
    assert one.severity == "error" and one.field == "equivalent.0.rule"
    assert one.problem == "no mutation operator 'wrong-bits'; did you mean \"wrong-bit\"?"
