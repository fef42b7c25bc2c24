"""The soak notices a rewrite that changes what a program does, tells the least chain, and goes on where it stopped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Context, Refusal, Rule, Site, rewrite
from tests.soak import chains
from tests.soak.__main__ import main
from tests.soak.chains import Chain, again, grow, shortest
from tests.soak.csmith_batch import Batch, Record, Settings, whose
from tests.soak.csmith_programs import adapted
from validators.sandbox.runner import Sandbox

SAMPLE = adapted((Path(__file__).parent / "csmith_sample.c").read_text(encoding="utf-8"), 22)


@rewrite(family="loops", en="Go one further", zh="多走一步", changes=[("", "")], keeps=[])
def one_further(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """What a soak must find: a loop that goes one further than it did, and so beyond the end of its array."""
    for loop in unit.walk("for_statement"):
        condition = loop.child_by_field_name("condition")
        operator = condition.child_by_field_name("operator") if condition is not None else None
        if operator is not None and unit.text(operator) == b"<":
            yield Site((Edit(operator.start_byte, operator.end_byte, b"<="),))


@rewrite(family="literals", en="Raise", zh="报错", changes=[("", "")], keeps=[])
def raises(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A rule that breaks on some text."""
    raise KeyError(unit.src[:8])
    yield


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue, with a rule that is wrong instead of its own in that family."""
    chosen = tuple(rule for rule in RULES if rule.name in ("hex-case", "blank-lines", "step-form"))
    _catalogue(monkeypatch, *chosen, one_further)


def _catalogue(monkeypatch: pytest.MonkeyPatch, *rules: Rule) -> None:
    monkeypatch.setattr(chains, "RULES", rules)
    monkeypatch.setattr(chains, "_RULES", {rule.name: rule for rule in rules})


def examined(folder: Path, text: str = SAMPLE, *, most: int = 3) -> Record:
    """The record of the sample, judged on all three targets."""
    with Sandbox() as sandbox:
        return Batch(sandbox, Settings(most, 8, 22, folder)).examine({22: text})[0]


def test_variants_of_a_program_are_run_on_the_host_and_on_chips(tmp_path: Path) -> None:
    """And nothing is wrong with the rewrites of three chains."""
    record = examined(tmp_path)
    assert record["state"] == "run" and record["failures"] == []
    assert record["variants"].keys() >= {"avr-gcc -Os", "sdcc"}
    assert set(record["variants"].values()) <= {2, 3} and sum(record["rules"].values()) >= 3


@pytest.mark.usefixtures("plant")
def test_a_rewrite_that_changes_what_a_program_does_is_found_alone(tmp_path: Path) -> None:
    """On each target, with the chain cut down to it, its diff, and other compilers' word that it is no compiler's."""
    record = examined(tmp_path, most=1)
    assert {failure["judge"] for failure in record["failures"]} >= {"gcc -O1 with traps"}
    for failure in record["failures"]:
        assert failure["shortest"] == ["one-further"]
        assert "one-further" in failure["rules"]
        assert failure["whose"] == "ours"
        steps = (tmp_path / "failures" / failure["folder"] / "steps.diff").read_text(encoding="utf-8")
        assert sum(line.startswith("+ ") for line in steps.splitlines()) == 1


def test_a_rule_that_raises_is_a_failure_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the text that it raised on."""
    _catalogue(monkeypatch, raises)
    (failure, *_) = examined(tmp_path, most=1)["failures"]
    assert (failure["kind"], failure["shortest"], failure["whose"]) == ("raised", ["raises"], "ours")
    assert "KeyError" in failure["after"]
    assert (tmp_path / "failures" / failure["folder"] / "before.c").read_text(encoding="utf-8") == SAMPLE


@pytest.mark.parametrize(
    ("broken", "state"),
    [
        (SAMPLE.replace("func_1();", "for (;;) ;", 1), "endless"),
        (SAMPLE.replace("func_1();", "return 1 << (32 + unusable);", 1), "crashed"),
        (SAMPLE.replace("func_1();", "return 0;", 1), "says-nothing"),
        (SAMPLE.replace("func_1();", "func_0();", 1).replace("int main", "int main("), "refused"),
    ],
    ids=["endless", "crashed", "says-nothing", "refused"],
)
def test_a_program_that_can_show_nothing_is_left_out(tmp_path: Path, broken: str, state: str) -> None:
    """One without an end, one that does what C leaves open, one without a value, and one that is no C."""
    assert broken != SAMPLE
    record = examined(tmp_path, broken)
    assert record["state"] == state and record["chains"] == 0


def test_a_chain_is_the_same_each_time_and_keeps_one_style() -> None:
    """So a failure can be made again from its seed."""
    first = grow(SAMPLE, "22/1")
    assert first == grow(SAMPLE, "22/1") and first.rules
    made = again(SAMPLE, first.seed, first.rules)
    assert made is not None and made.texts == first.texts
    assert grow(SAMPLE, "22/2").texts != first.texts


def test_a_chain_loses_what_its_failure_does_not_need() -> None:
    """The steps that are left fail, and each of them is needed."""
    chain = next(one for one in (grow(SAMPLE, f"22/{number}") for number in range(20)) if len(one.rules) >= 5)
    needed = {chain.rules[1], chain.rules[3]}

    def fails(tried: Chain) -> bool:
        return needed <= set(tried.rules)

    assert set(shortest(chain, fails).rules) == needed
    assert shortest(chain, lambda tried: False) == chain


def test_all_other_compilers_must_agree_before_one_is_blamed() -> None:
    """And what brings in a trap is a rewrite's fault, whatever they say."""
    assert whose({"gcc -O0": "same", "clang -O1": "same"}) == "compiler"
    assert whose({"gcc -O0": "same", "clang -O1": "differs"}) == "ours"
    assert whose({"avr-gcc -Os": "same", "sdcc --stack-auto": "differs"}) == "compiler"
    assert whose({"avr-gcc -Os": "cannot-say"}) == "ours"
    assert whose({"gcc -O0": "same"}, trapped=True) == "ours"


def test_a_run_goes_on_where_it_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Done seeds are not made again, a line that was cut off does not count, and a failure of ours is exit code 1."""
    record = examined(tmp_path / "first", most=1)
    words = ["csmith", "--first", "22", "--programs", "1", "--chains", "1", "--mcs51", "1", "--out", str(tmp_path)]
    done = tmp_path / "done.jsonl"
    done.write_text(json.dumps(record) + '\n{"seed": 23, "sta', encoding="utf-8")
    assert main(words) == 0
    assert re.search(r"1 programs, 1 run\n1 chains, \d+ rewrites", capsys.readouterr().out)
    assert done.read_text(encoding="utf-8") == json.dumps(record) + "\n"

    failure = {"seed": 22, "kind": "differs", "shortest": ["one-further"], "judge": "sdcc", "folder": "22-0-sdcc"}
    for who, code in (("ours", 1), ("compiler", 0)):
        done.write_text(json.dumps(record | {"failures": [failure | {"whose": who}]}) + "\n", encoding="utf-8")
        assert main(words) == code
        assert "1 differs: one-further (sdcc)" in capsys.readouterr().out

    assert main([*words, "--longest", "3"]) == 3
    assert "--fresh" in capsys.readouterr().err
