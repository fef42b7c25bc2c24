"""How strong a harness is: what it catches itself, what only a comparison shows, what nothing shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.chips import Family
from corpus.seeds import Seed, load_seed
from flows.commands.seeds.strength import stored
from flows.proof import Proved, Prover
from flows.stages.strength import (
    COUNTED,
    MOST,
    Outcome,
    Strength,
    Tried,
    digest_of,
    joined,
    measured,
    mutated_line,
    planted,
)
from generators.templates import default_filling
from tests.flows.written import written
from validators.sandbox.runner import Sandbox

PROGRAM = """/* Switches one pin. */
#include <8052.h>
#include <stdint.h>

#define PIN P1_0
#define SHORT 20

static volatile uint8_t asked;
static uint8_t last;

void key_isr(void) __interrupt(0)
{
    asked = 1;
}

static void pause(uint8_t n)
{
    volatile uint8_t left;

    for (left = n; left != 0; left--)
        ;
}

/* On for anything but 0. */
void pin_set(uint8_t on)
{
    int8_t i;

    for (i = 0; i < 3; i++)
        PIN = on != 0;
    pause(SHORT);
    if (asked)
        P2 = 0x55;
    last = on;
}

uint8_t pin_last(void)
{
    return last;
}
"""
HARNESS = """
void main(void)
{
    pin_set(7);
    SIM_EXPECT_WRITE(SIM_P1, 0xFF);
    SIM_EXPECT(pin_last(), 7);
    pin_set(0);
    SIM_REPORT(pin_last());
}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all."""
    with Sandbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Seed:
    """A seed whose harness is weak in each way."""
    folder = tmp_path_factory.mktemp("seeds") / "pin"
    return written(folder, program=PROGRAM, harness=HARNESS, seed="delays: [pause]\n")


@pytest.fixture(scope="module")
def found(sandbox: Sandbox, seed: Seed) -> Strength:
    """It measured, in two parts."""
    return joined(seed, [measured(seed, sandbox, 200_000, part, 2) for part in (0, 1)])


def of(found: Strength, operator: str, text: str = "") -> set[Outcome]:
    """What became of the faults of an operator in lines like this."""
    outcomes: set[Outcome] = {one.outcome for one in found.tried if one.operator == operator and text in one.text}
    assert outcomes
    return outcomes


def test_what_an_expectation_refuses_is_caught(found: Strength) -> None:
    """The pin's level, the value that comes back."""
    assert of(found, "relational-flip", "PIN = on == 0") == {"caught"}
    assert of(found, "missing-return", "return last") == {"caught"}


def test_what_only_a_comparison_shows_is_not_caught(found: Strength) -> None:
    """Three writes instead of two: no expectation counts them."""
    assert of(found, "relational-boundary", "i <= 3") == {"compared"}


def test_what_no_run_shows_is_silent_and_shown_as_a_difference(found: Strength) -> None:
    """No interrupt ever comes in that harness."""
    assert of(found, "constant-bit", "P2 = ") == {"silent"}
    one = next(one for one in found.tried if one.operator == "constant-bit" and "P2" in one.text)
    assert one.diff.splitlines()[0] == "-        P2 = 0x55;" and one.line == 33


def test_what_cannot_show_does_not_count(found: Strength) -> None:
    """The sign of a counter, a wait, a dropped volatile, what the compiler refuses."""
    assert of(found, "unsigned-for-signed", "uint8_t i;") == {"equivalent"}
    assert of(found, "drop-volatile", "uint8_t asked") == {"finding"}
    assert of(found, "missing-semicolon") == {"refused"}
    assert of(found, "drop-statement", "pause(SHORT)") == of(found, "constant-off-by-one", "SHORT") == {"timing"}


def test_the_share_is_of_what_counts(found: Strength) -> None:
    """Caught, of caught and compared and silent; each fault is in one part."""
    counted = [one for one in found.tried if one.outcome in ("caught", "compared", "silent")]
    assert found.count(*COUNTED) == len(counted)
    assert found.share == found.count("caught") / len(counted) < 0.9
    assert not found.passed and not found.wrong
    assert len({(one.line, one.operator, one.diff) for one in found.tried}) == len(found.tried)


@pytest.mark.parametrize("target", ["mcs51", "stm8", "avr", "cortex-m"])
def test_each_target_can_be_measured(sandbox: Sandbox, tmp_path: Path, target: Family) -> None:
    """On its own board, with its own compiler."""
    seed = written(tmp_path / "pin", target)
    found = joined(seed, [measured(seed, sandbox, 200_000)])
    assert not found.wrong and found.count("caught") >= 3 and found.count("refused") > 3 and found.share >= 0.5
    assert not found.count("unknown")


def test_a_seed_that_does_not_hold_has_no_strength(sandbox: Sandbox, seed: Seed) -> None:
    """Its own program must pass first."""
    found = joined(seed, [measured(replace(seed, harness=HARNESS.replace("0xFF", "0xFE")), sandbox, 200_000)])
    assert "harness: wrong-output" in found.wrong[0] and not found.passed and not found.tried


def test_faults_are_the_same_each_time_and_spread_below_the_cap(sandbox: Sandbox, seed: Seed) -> None:
    """Those that the seed argues about are always among them."""
    root = Prover(sandbox, seed, 200_000).root(default_filling(seed), default=True)
    assert isinstance(root, Proved)
    every = planted(seed, root)
    assert [one.source for one in every] == [one.source for one in planted(seed, root)]
    some = [one for one in planted(seed, root, 10) if one.effect != "compile"]
    assert len(some) == 10 and len({one.step.name for one in some}) == 10
    last = next(one for one in reversed(every) if one.effect == "behaviour")
    text = mutated_line(seed.program, last.source.decode())
    arguing = written(
        seed.folder.parent / "argued" / "pin",
        program=PROGRAM,
        harness=HARNESS,
        seed=f"equivalent:\n  - rule: {last.step.name}\n    text: {text!r}\n    because: so\n",
    )
    assert last.source in {one.source for one in planted(arguing, root, 10)}
    assert len(every) < MOST


def test_an_argued_fault_leaves_the_count(tmp_path: Path) -> None:
    """Where nothing shows it; an entry for what is caught, or for nothing, is an error."""
    lines = [
        "equivalent:",
        "  - {rule: constant-bit, text: 'P2 = 0x51;', because: no interrupt comes}",
        "  - {rule: constant-bit, text: 'PIN = 3;', because: it is said}",
        "  - {rule: constant-bit, text: 'P3 = 3;', because: it is not there}",
        "",
    ]
    seed = written(tmp_path / "pin", program=PROGRAM, harness=HARNESS, seed="\n".join(lines))
    tried = (
        Tried("constant-bit", 34, "P2 = 0x51;", "silent", "", ""),
        Tried("constant-bit", 34, "P2 = 0x15;", "silent", "", ""),
        Tried("constant-bit", 36, "PIN = 3;", "compared", "", ""),
    )
    found = joined(seed, [Strength("pin", tried)])
    assert [one.outcome for one in found.tried] == ["argued", "silent", "compared"]
    assert found.count(*COUNTED) == 2 and found.tried[0].seen == "no interrupt comes"
    assert found.wrong == (
        "equivalent.1: constant-bit: 'PIN = 3;' is not needed: that fault is compared",
        "equivalent.2: constant-bit: 'P3 = 3;' matches no fault of the program",
    )
    assert not found.passed


def test_a_line_is_named_as_it_reads_with_the_fault() -> None:
    """Or as it was where it is gone."""
    assert mutated_line("a;\n  b;\nc;\n", "a;\n  d;\nc;\n") == "d;"
    assert mutated_line("a;\n  b;\nc;\n", "a;\nc;\n") == "b;"
    assert mutated_line("a;\n", "a;\n") == ""


def test_a_stored_figure_leaves_the_rest_byte_for_byte(tmp_path: Path) -> None:
    """Written twice, it stands once, where it stood."""
    seed = written(tmp_path / "pin", program=PROGRAM, harness=HARNESS)
    path = seed.folder / "seed.yaml"
    before = path.read_bytes()
    caught = Tried("wrong-bit", 1, "", "caught", "", "")
    stored(seed, Strength("pin", (caught, caught, Tried("wrong-bit", 2, "", "silent", "", ""))))
    line = f"strength: {{mutants: 3, caught: 2, digest: {digest_of(seed)}}}\n".encode()
    assert path.read_bytes() == before + line
    path.write_bytes(line.replace(b"3", b"9", 1) + before)
    stored(seed, Strength("pin", (caught,)))
    assert path.read_bytes() == line.replace(b"3", b"1", 1).replace(b"2", b"1", 1) + before


@pytest.mark.parametrize("digest", ["512416341429", "012345670123", "51241634e429"])
def test_a_digest_that_looks_like_a_number_is_read_as_text(
    digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 280 digests one has no letter, and YAML would read it as a number."""
    seed = written(tmp_path / "pin", program=PROGRAM, harness=HARNESS)
    monkeypatch.setattr("flows.commands.seeds.strength.digest_of", lambda _: digest)
    stored(seed, Strength("pin", (Tried("wrong-bit", 1, "", "caught", "", ""),)))
    found = load_seed(seed.folder).sheet.strength
    assert found is not None
    assert found.digest == digest
