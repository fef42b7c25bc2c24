"""Words of a model about a verified program, in a run: true ones become rows, lies have their reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpus.recipe import Recipe
from corpus.records import Text
from corpus.seeds import load_seed
from corpus.tables import texts_of
from flows.job import stage_outputs
from flows.judging import root_of
from generators.tasks.bank import bank
from generators.tasks.row import fence
from tests.flows.conftest import carried_out, parquet_bytes
from tests.flows.test_model_stage import SEEDS, rejected, stage
from tests.flows.test_model_stage import recipe as asking
from tests.generators.model.server import ModelServer, Reply, completion, serving

SEED = load_seed(SEEDS / "uart-baud-init")
OWN = root_of(SEED)

TASK = (
    "I need a serial driver for an AT89S52 with SDCC that waits instead of using interrupts. `void uart_init(void)` "
    "shall set up 9600 baud with eight data bits from the 11.0592 MHz crystal by timer 1, without touching timer 0. "
    "`void uart_put(uint8_t byte)` sends one byte, `uint8_t uart_get(void)` waits for one and returns it, and `void "
    "uart_puts(const char *text)` sends a string in which each newline becomes CR LF."
)
IN_CHINESE = (
    "给 AT89S52 写一个不用中断、靠等待的串口驱动，编译器是 SDCC。`void uart_init(void)` 按 11.0592 MHz 晶振用定时器 1 "
    "设好 9600 波特率，定时器 0 保持原样；`void uart_put(uint8_t byte)` 发一个字节，`uint8_t uart_get(void)` 等一个字节"
    "并返回，`void uart_puts(const char *text)` 发字符串，里面的换行要变成 CR LF。"
)
PHRASINGS = (
    "My board carries an AT89S52 at 11.0592 MHz and I want to reach it over its UART, by polling. In SDCC, please: "
    "`uart_init` (9600 baud 8-N-1 out of timer 1 with auto-reload, SMOD stays 0, timer 0 is somebody else's), "
    "`uart_put` and `uart_get` for single bytes, `uart_puts` for a string whose newlines go out as CR LF.",
    "Ticket: polled UART, AT89S52, SDCC, crystal 11.0592 MHz. uart_init: 9600 baud, 8-N-1, SMOD = 0, timer 1 reloads "
    "itself, timer 0 kept. uart_put / uart_get: one byte each, blocking. uart_puts: whole string, CR before each LF.",
)
EXPLANATION = (
    "The driver never uses an interrupt. `uart_init` puts 0x50 into `SCON`, which selects mode 1 and switches the "
    "receiver on, and gives timer 1 the reload value `BAUD_RELOAD`.\n\n`TMOD` serves both timers, so the lower half is "
    "kept by the mask 0x0F. `uart_put` waits for `TI` and clears it, because the hardware does not; `uart_get` does "
    "the same with `RI`."
)
REVIEW = (
    "`uart_put` and `uart_get` wait without a bound: if `TI` never comes, the caller hangs. `uart_puts` takes a "
    "pointer that must not be null. Otherwise the flags are cleared in the right order."
)
HARNESS = SEED.harness.replace("HOLE_BAUD_RELOAD", "0xFD")
WEAK = "void main(void)\n{\n    uart_init();\n    SIM_EXPECT(TR1, 1);\n    SIM_DONE();\n}\n"


def form(asked: dict[str, Any]) -> str:
    """Which strategy asks, by the form that it wants."""
    text = asked["messages"][0]["content"]
    for mark in ("EXPLANATION:", "PHRASING 1:", "REVIEW:", "INSTRUCTION:"):
        if mark in text[-400:]:
            return mark
    return "harness"


def code(source: str) -> str:
    """A harness as an answer."""
    return f"```c\n{source}```"


def recipe(url: str, *strategies: str, languages: tuple[str, ...] = ("en",), answers: int = 1, **more: Any) -> Recipe:
    """These strategies about the one seed."""
    chosen = asking(url, strategies=dict.fromkeys(strategies, answers), retries=0, **more)
    return chosen.model_copy(update={"languages": languages, "only": (SEED.id,)})


def kept(run: Path) -> list[Text]:
    """The texts that the stage kept."""
    return [one for path in stage_outputs(run, "model", "texts") for one in texts_of(pq.read_table(path))]


ALL = ("instruction", "phrasings", "explanation", "review", "harness")


def truths(asked: dict[str, Any]) -> Reply:
    """What is true, in the language that is asked for where there is one."""
    chinese = "只" in asked["messages"][0]["content"]
    answers = {
        "INSTRUCTION:": f"INSTRUCTION: {IN_CHINESE if chinese else TASK}",
        "PHRASING 1:": "\n".join(f"PHRASING {n}: {text}" for n, text in enumerate(PHRASINGS, 1)),
        "EXPLANATION:": f"EXPLANATION: {EXPLANATION}",
        "REVIEW:": f"REVIEW: {REVIEW}",
        "harness": code(HARNESS),
    }
    return completion(answers[form(asked)])


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ModelServer, Recipe]:
    """A finished run of all strategies that write about a program, whose server is then gone."""
    with serving(truths) as server:
        chosen = recipe(server.url, *ALL)
        run = carried_out(chosen, tmp_path_factory.mktemp("texts"), workers=1)
    return run.folder, server, chosen


def rows_by_model(run: Path) -> list[dict[str, Any]]:
    """The emitted rows whose words a model wrote."""
    table = pq.read_table(sorted((run / "data").glob("train-*.parquet")))
    return [row for row in table.to_pylist() if row["meta_phrasing"].split("/")[2] == "model"]


def test_what_agrees_with_the_program_is_kept_with_its_evidence(done: tuple[Path, ModelServer, Recipe]) -> None:
    """Every text and the harness, of the seed's own program, with the model and the gates; nothing is rejected."""
    assert rejected(done[0]) == []
    found = kept(done[0])
    assert {(one.strategy, one.text) for one in found} == {
        ("instruction", TASK),
        *(("phrasings", text) for text in PHRASINGS),
        ("explanation", EXPLANATION),
        ("review", REVIEW),
        ("harness", HARNESS),
    }
    assert {(one.program, one.seed, one.language) for one in found} == {(OWN.id, SEED.id, "en")}
    for one in found:
        gates = "the gate model-harness: refuses " if one.strategy == "harness" else "the gates agreement and chip"
        assert one.evidence.startswith(f"written by the model tiny; passed {gates}")


def test_an_instruction_and_phrasings_become_rows_of_the_seeds_own_program(
    done: tuple[Path, ModelServer, Recipe],
) -> None:
    """The model's words ask, the program answers: its grade and origin, and evidence that says who wrote the words."""
    rows = [row for row in rows_by_model(done[0]) if row["meta_task"] == "write"]
    assert {row["messages"][0]["content"] for row in rows} == {TASK, *PHRASINGS}
    for row in rows:
        assert row["messages"][1]["content"] == fence(OWN.source)
        assert (row["prov_origin"], row["prov_grade"], row["prov_programs"]) == ("seed", "harness", [OWN.id])
        strategy = "instruction" if row["messages"][0]["content"] == TASK else "phrasings"
        assert row["meta_phrasing"].startswith(f"write/en/model/{strategy}/") and row["prov_steps"] == [strategy]
        assert "the words were written by the model tiny; passed the gates agreement and chip" in row["prov_evidence"]
        assert "it passes its seed's harness" in row["prov_evidence"]


def test_an_explanation_answers_a_question_that_the_task_explain_asks(done: tuple[Path, ModelServer, Recipe]) -> None:
    """One of its phrases on a whole file, with the code."""
    (row,) = [row for row in rows_by_model(done[0]) if row["meta_task"] == "explain"]
    user, answer = (turn["content"] for turn in row["messages"])
    assert answer == EXPLANATION and fence(OWN.source) in user
    name = row["meta_phrasing"].removeprefix("explain/en/model/explanation/whole/")
    (phrase,) = [one for one in bank("en", "explain").groups["whole"] if one.id == name]
    assert user.startswith(phrase.text.partition("{")[0])
    assert (row["prov_grade"], row["prov_origin"]) == ("harness", "seed")


def test_a_review_and_a_harness_are_counted_and_make_no_row(done: tuple[Path, ModelServer, Recipe]) -> None:
    """All strategies stand in the manifest; the card says that a model wrote."""
    assert {row["meta_phrasing"].split("/")[3] for row in rows_by_model(done[0])} == set(ALL) - {"review", "harness"}
    counts = json.loads((done[0] / "shards" / "model" / "all.json").read_text())["counts"]
    assert {name: one["kept"] for name, one in counts["strategies"].items()} == dict.fromkeys(ALL, 1) | {"phrasings": 2}
    assert all(one["right"] == 1 and one["pass"] == {"1": 1.0} for one in counts["strategies"].values())
    assert "further words about these" in (done[0] / "README.md").read_text(encoding="utf-8")


def test_a_replay_gives_the_same_bytes(done: tuple[Path, ModelServer, Recipe], tmp_path: Path) -> None:
    """From the record alone, with no server: the same rows, the same table of texts, the same counts."""
    folder, server, chosen = done
    before = len(server.asked)
    shutil.copy(folder / "answers.sqlite", tmp_path)
    carried_out(chosen, tmp_path, workers=1)
    assert parquet_bytes(tmp_path) == parquet_bytes(folder)
    for name in (f"all.{SEED.id}.texts.parquet", "all.json"):
        path = Path("shards", "model", name)
        assert (tmp_path / path).read_bytes() == (folder / path).read_bytes()
    assert len(server.asked) == before


LIES = {
    "a wrong pin": ("instruction", TASK + " The lamp is on P1.3.", "agreement", "unknown-pin"),
    "a wrong number": ("instruction", TASK.replace("9600", "19200"), "agreement", "unknown-number"),
    "the wrong language": ("instruction", IN_CHINESE, "model", "wrong-language"),
    "words of another language": ("instruction", TASK + " 谢谢。", "model", "wrong-language"),
    "a name that is not there": ("instruction", TASK + " Call `uart_flush` too.", "agreement", "unknown-name"),
    "a function left out": ("instruction", TASK.replace("uart_puts", "uart_put"), "agreement", "unnamed-function"),
    "the program": ("instruction", f"{TASK}\n\n```c\n{OWN.source}```", "agreement", "gives-away"),
    "a bit elsewhere": ("explanation", EXPLANATION + " TI (bit 3 of SCON) is set then.", "chip", "wrong-claim"),
}  # fmt: skip


@pytest.mark.parametrize("strategy, text, gate, reason", LIES.values(), ids=LIES.keys())
def test_a_lie_is_a_reject_with_its_reason(tmp_path: Path, strategy: str, text: str, gate: str, reason: str) -> None:
    """And nothing is kept; facts that the model is shown do not make it true."""
    with serving(lambda _: completion(f"{strategy.upper()}: {text}")) as server:
        (manifest,) = stage(recipe(server.url, strategy), tmp_path)
    assert kept(tmp_path) == [] and rejected(tmp_path) == [(gate, reason)]
    (path,) = stage_outputs(tmp_path, "model", "rejects")
    (row,) = pq.read_table(path).to_pylist()
    assert (row["kind"], row["text"].removeprefix("INSTRUCTION: ")) == ("text", text)
    assert manifest.counts["strategies"][strategy]["kept"] == 0


def test_chinese_words_are_held_to_the_same(tmp_path: Path) -> None:
    """A true text is kept, one with another rate is not."""
    answers = (f"INSTRUCTION: {IN_CHINESE}", f"INSTRUCTION: {IN_CHINESE.replace('9600', '4800')}")
    with serving(lambda asked: completion(answers[asked["seed"]])) as server:
        stage(recipe(server.url, "instruction", languages=("zh",), answers=2), tmp_path)
    assert [one.text for one in kept(tmp_path)] == [IN_CHINESE]
    assert rejected(tmp_path) == [("agreement", "unknown-number")]


def test_of_several_phrasings_the_true_ones_stay(tmp_path: Path) -> None:
    """One that loses the crystal goes; what another answer says again goes, too, and names which text it copies."""
    lost = PHRASINGS[1].replace(", crystal 11.0592 MHz", "")
    answer = f"PHRASING 1: {PHRASINGS[0]}\nPHRASING 2: {lost}"
    with serving(lambda _: completion(answer)) as server:
        stage(recipe(server.url, "phrasings", answers=2), tmp_path)
    (stays,) = kept(tmp_path)
    assert stays.text == PHRASINGS[0]
    assert sorted(rejected(tmp_path)) == [("agreement", "copied"), *[("agreement", "lost-number")] * 2]
    (path,) = stage_outputs(tmp_path, "model", "rejects")
    assert [row["winner"] for row in pq.read_table(path).to_pylist() if row["reason"] == "copied"] == [stays.id]


def test_a_text_is_sent_back_with_what_was_found(tmp_path: Path) -> None:
    """As often as `repairs` says; a harness likewise, with the faults that it let through."""
    lie = TASK.replace("9600", "19200")

    def script(asked: dict[str, Any]) -> Reply:
        again = len(asked["messages"]) == 3
        if form(asked) == "harness":
            return completion(code(HARNESS if again else WEAK))
        return completion(f"INSTRUCTION: {TASK if again else lie}")

    with serving(script) as server:
        (manifest,) = stage(recipe(server.url, "instruction", "harness", repairs=1), tmp_path)
    said = [asked["messages"][-1]["content"] for asked in server.asked if len(asked["messages"]) == 3]
    assert (
        len(said) == 2 and any("19200" in words for words in said) and any("planted faults" in words for words in said)
    )
    assert sorted(one.strategy for one in kept(tmp_path)) == ["harness", "instruction"]
    assert all(one["repaired"] == one["kept"] == 1 for one in manifest.counts["strategies"].values())


def test_a_weak_harness_is_a_reject(tmp_path: Path) -> None:
    """Its kind and its reason are told; few faults are caught by it."""
    with serving(lambda _: completion(code(WEAK))) as server:
        stage(recipe(server.url, "harness"), tmp_path)
    (path,) = stage_outputs(tmp_path, "model", "rejects")
    (row,) = pq.read_table(path).to_pylist()
    assert (row["kind"], row["gate"], row["reason"]) == ("harness", "model-harness", "weak")


def test_texts_are_asked_for_where_no_compiled_program_is_accepted(tmp_path: Path) -> None:
    """Programs are not, since they would be thrown away."""
    with serving(lambda _: completion(f"INSTRUCTION: {TASK}")) as server:
        chosen = recipe(server.url, "spirit", "instruction")
        verify = chosen.verify.model_copy(update={"accept_model": ()})
        stage(chosen.model_copy(update={"verify": verify}), tmp_path)
        assert len(server.asked) == 1
    assert [one.strategy for one in kept(tmp_path)] == ["instruction"]
