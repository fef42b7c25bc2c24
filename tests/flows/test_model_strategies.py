"""The model stage's strategies, repairs, caps and resumption, against a real server and real compilers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.judging import Question, judged
from flows.places import differences, placed
from flows.settings import ROOT
from flows.subjects import subject_of
from generators.model.answers import Answers
from generators.model.drafts import ProgramDraft
from generators.model.strategies.catalogue import STRATEGIES
from tests.flows.conftest import carried_out
from tests.flows.test_model_stage import (
    BROKEN,
    CODE,
    ENGLISH,
    GOOD,
    SEED,
    TASK,
    kept,
    recipe,
    rejected,
    stage,
    three_kinds,
    written,
)
from tests.generators.model.server import Reply, completion, serving
from validators.sandbox.runner import Sandbox


def test_every_strategy_is_asked_and_judged_where_its_program_belongs(tmp_path: Path) -> None:
    """One good answer for all of them; the cell's is labelled by the cell, the port's compiled for the other chip."""
    strategies = {name: 1 for name in STRATEGIES if STRATEGIES[name].makes == "program" and name != "repair"}
    thinking = "1. Fold the byte onto its lowest bit.\n2. Return it.\n" * 6
    answer = completion(f"THINKING:\n{thinking}\nINSTRUCTION: {TASK}\n```c\n{CODE}```")
    with serving(lambda _: answer) as server:
        run = carried_out(recipe(server.url, strategies=strategies, retries=0).model_copy(update=ENGLISH), tmp_path, 1)
        assert len(server.asked) == len(strategies) >= 7
    (manifest,) = [json.loads(path.read_text()) for path in (run.folder / "shards" / "model").glob("*.json")]
    counts = manifest["counts"]["strategies"]
    assert counts.keys() == strategies.keys() and all(one["asked"] == one["answered"] == 1 for one in counts.values())
    # The same program again and again: the first is kept, all others that hold are its copies.
    assert sum(one["kept"] for one in counts.values()) == 1
    assert counts["spirit"]["pass"] == counts["cell"]["pass"] == counts["port"]["pass"] == {"1": 1.0}


PLACES = {
    ("cell", 0): {"peripheral", "difficulty"},
    ("deepen", 0): {"difficulty"},
    ("broaden", 0): {"peripheral"},
    ("spirit", 0): set(),
}


@pytest.mark.parametrize("strategy, sample", PLACES)
def test_a_row_is_labelled_by_what_was_asked_for(strategy: str, sample: int) -> None:
    """Not by the seed that stood in the question as an example."""
    subject = subject_of(SEED, "en", sample, strategy)
    found = dict(differences(SEED, subject))
    assert found.keys() - {"chip"} == PLACES[strategy, sample], found
    labels = placed(SEED, found).sheet
    assert labels.difficulty == (subject.difficulty or SEED.sheet.difficulty)
    assert (labels.peripherals[0] == SEED.sheet.peripherals[0]) == ("peripheral" not in found)


def test_a_port_is_compiled_for_the_chip_that_it_was_asked_for(tmp_path: Path) -> None:
    """AVR code is right for an AVR and wrong for the seed's 8051; Keil's spelling is compiled through sdcc's."""
    avr = "#include <avr/io.h>\n\nvoid led_on(void)\n{\n    PORTB |= 1;\n}\n"
    keil = "#include <reg52.h>\n\nsbit LED = P1^0;\n\nvoid led_on(void)\n{\n    LED = 0;\n}\n"
    places = {sample: subject_of(SEED, "en", sample, "port").other for sample in range(13)}
    assert {"ATmega88", "Keil C51", "AT89C2051"} <= set(places.values())
    draft = ProgramDraft("Write `led_on`, which lights an LED.", "")
    with Sandbox() as sandbox:
        for sample, place in places.items():
            if place not in ("ATmega88", "Keil C51", "AT89C2051"):
                continue
            subject = subject_of(SEED, "en", sample, "port")
            question = Question("port", SEED.id, "en", sample)
            good = {
                name: judged(SEED, question, subject, replace(draft, source=source), sandbox, "tiny", 0)
                for name, source in (("avr", avr), ("keil", keil))
            }
            assert [name for name, one in good.items() if one.failed is None] == (
                {"ATmega88": ["avr"], "Keil C51": ["keil"]}.get(place, [])
            ), good


def test_a_program_that_fails_is_sent_back_with_what_was_found(tmp_path: Path) -> None:
    """As often as `repairs` says; the repaired one is kept, and says so."""
    good, bad = written(*GOOD["crc8-maxim", "en"]), written("Write `f` for an AT89S52: it sets P1.", BROKEN)
    with serving(lambda asked: good if len(asked["messages"]) == 3 else bad) as server:
        chosen = recipe(server.url, answers=1, repairs=1).model_copy(update=ENGLISH)
        (manifest,) = stage(chosen, tmp_path)
    assert len(server.asked) == 2 and "undeclared_name" in server.asked[1]["messages"][-1]["content"]
    (program,) = kept(tmp_path)
    assert dict(program.steps[0].params)["repairs"] == "1"
    counts = manifest.counts["strategies"]["spirit"]
    assert (counts["repaired"], counts["kept"], counts["answers"]) == (1, 1, 2)


# Runs the stage until it is killed: the folder, the server's address, how many answers.
STAGE = """
import sys
from pathlib import Path
from tests.flows.test_model_stage import ENGLISH, recipe, stage
stage(recipe(sys.argv[2], answers=int(sys.argv[3]), retries=0).model_copy(update=ENGLISH), Path(sys.argv[1]))
"""


def test_a_run_that_was_killed_pays_for_no_answer_twice(tmp_path: Path) -> None:
    """`kill -9` at half, with the other half in flight; the next run asks the other half only."""
    answers = 8
    held = threading.Event()
    paid: list[int] = []

    def script(asked: dict[str, Any]) -> Reply:
        if asked["seed"] >= answers // 2 and not held.is_set():
            return Reply(pause_s=30.0)
        paid.append(asked["seed"])
        return completion("I would rather not.")

    with serving(script) as server:
        command = [sys.executable, "-c", STAGE, str(tmp_path), server.url, str(answers)]
        with subprocess.Popen(command, cwd=ROOT) as process:
            deadline = time.monotonic() + 60
            while (
                not (tmp_path / "answers.sqlite").exists() or len(Answers(tmp_path / "answers.sqlite")) < answers // 2
            ):
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)
            process.kill()
        held.set()
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    assert sorted(paid) == list(range(answers))
    assert len(rejected(tmp_path)) == answers


def test_a_cap_ends_the_asking_and_the_next_run_asks_nothing(tmp_path: Path) -> None:
    """The stage is done with what it has: under the same recipe the cap stays reached."""
    with serving(three_kinds) as server:
        chosen = recipe(server.url, max_requests=5, in_flight=1)
        (manifest,) = stage(chosen, tmp_path)
        assert len(server.asked) == 5
        assert manifest.counts["reasons"]["model:budget"] > 0
        assert stage(chosen, tmp_path) == [manifest] and len(server.asked) == 5
