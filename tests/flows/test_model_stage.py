"""The model in a run: what it writes passes the gates or has a reason, and a recorded answer is not asked for twice."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpus.recipe import Recipe
from corpus.records import Program
from corpus.seeds import load_seed
from corpus.shards import Manifest
from corpus.tables import programs_of
from flows.job import JobMaker, stage_outputs
from flows.passes import passes
from flows.pipeline import Run, check_balance
from flows.settings import ROOT, prepare
from flows.stages import model, seeds
from generators.model.breaker import TRIPS
from generators.templates import default_filling, fill_program
from tests.flows.conftest import carried_out, parquet_bytes
from tests.generators.model.server import ModelServer, Reply, Script, completion, refusal, serving

SEEDS = ROOT / "datasets" / "seeds"
ONLY = ("crc8-maxim", "uart-baud-init")

# One task and program for each seed and language; small, and unlike each other.
GOOD = {
    ("crc8-maxim", "en"): (
        "For an AT89S52 with SDCC write `uint8_t parity(uint8_t value)`, which returns 1 when the number of set bits "
        "in `value` is odd, else 0.",
        "#include <stdint.h>\n\n/* Folds the byte onto its lowest bit. */\nuint8_t parity(uint8_t value)\n{\n"
        "    value ^= value >> 4;\n    value ^= value >> 2;\n    value ^= value >> 1;\n    return value & 1;\n}\n",
    ),
    ("crc8-maxim", "zh"): (
        "用 SDCC 为 AT89S52 写 `uint8_t set_bits(uint8_t value)`，返回 value 中为 1 的位数，要用循环实现。",
        "#include <stdint.h>\n\n/* 每次清掉最低的 1。 */\nuint8_t set_bits(uint8_t value)\n{\n"
        "    uint8_t count = 0;\n\n    while (value) {\n        value &= value - 1;\n        count++;\n    }\n"
        "    return count;\n}\n",
    ),
    ("uart-baud-init", "en"): (
        "On an AT89S52 an LED hangs on P1.0, lit when low. Write `led_on`, `led_off` and `led_flip` for SDCC.",
        "#include <8052.h>\n\nvoid led_on(void)\n{\n    P1_0 = 0;\n}\n\nvoid led_off(void)\n{\n    P1_0 = 1;\n}\n\n"
        "void led_flip(void)\n{\n    P1_0 = !P1_0;\n}\n",
    ),
    ("uart-baud-init", "zh"): (
        "用 SDCC 为 AT89S52 写外部中断 0 的计数：`counter_init` 设为下降沿触发，`counter_isr` 每次加一。",
        "#include <8052.h>\n#include <stdint.h>\n\nvolatile uint16_t pulses;\n\n"
        "void counter_isr(void) __interrupt (0)\n{\n    pulses++;\n}\n\n"
        "void counter_init(void)\n{\n    pulses = 0;\n    IT0 = 1;\n    EX0 = 1;\n    EA = 1;\n}\n",
    ),
}
ENGLISH = {"languages": ("en",), "only": ("crc8-maxim",)}
BROKEN = "#include <8052.h>\n\nvoid f(void)\n{\n    P1 = undeclared_name;\n}\n"


def written(instruction: str, code: str) -> Reply:
    """An answer in the asked form."""
    return completion(f"INSTRUCTION: {instruction}\n```c\n{code}```")


def about(asked: dict[str, Any]) -> tuple[str, str]:
    """The seed and the language of a question."""
    first = asked["messages"][0]["content"]
    return "crc8-maxim" if "CRC" in first else "uart-baud-init", "zh" if "出一道新题" in first else "en"


def three_kinds(asked: dict[str, Any]) -> Reply:
    """By sample: a good program, one that does not compile, an answer without code (also when told)."""
    seed, language = about(asked)
    if asked["seed"] == 0:
        return written(*GOOD[seed, language])
    if asked["seed"] == 1:
        task = "Write `f` for an AT89S52: it sets P1." if language == "en" else "写函数 f，把 P1 置为给定的值。"
        return written(task, BROKEN)
    return completion("I would rather not.")


def recipe(base_url: str, **asked: Any) -> Recipe:
    """Two seeds, hardly anything but the model's programs."""
    settings = {
        "enabled": True,
        "base_url": base_url,
        "name": "tiny",
        "strategies": {"spirit": asked.pop("answers", 3)},
        "retries": 1,
        "timeout_s": 20,
        "patience_s": 0,
    }
    return Recipe.model_validate(
        {
            "name": "with-model",
            "seed": 3,
            "seeds": str(SEEDS),
            "only": ONLY,
            "generate": {
                "templates": {"fillings": 1},
                "rewrites": {"variants": 1, "steps": 1},
                "mutants": {"tried": 0},
                "model": settings | asked,
            },
            "emit": {"validation": 0},
        }
    )


def kept(run: Path) -> list[Program]:
    """What the stage kept."""
    return [one for path in stage_outputs(run, "model", "programs") for one in programs_of(pq.read_table(path))]


def rejected(run: Path) -> list[tuple[str, str]]:
    """Gate and reason of what the stage rejected, by name."""
    rows = [row for path in stage_outputs(run, "model", "rejects") for row in pq.read_table(path).to_pylist()]
    return [(row["gate"], row["reason"]) for row in sorted(rows, key=lambda row: str(row["id"]))]


def stage(chosen: Recipe, folder: Path) -> list[Manifest]:
    """Runs what the stage needs, and the stage, as a run would."""
    run = Run(folder, SEEDS, chosen)
    prepare(run)
    ended: list[Manifest] = []
    for module in (seeds, model):
        make = JobMaker(folder, SEEDS, chosen, module.NAME, module.VERSION, module.SECTIONS)
        ended = [job.done() or module.work(job) for job in module.jobs(make)]
    for manifest in ended:
        check_balance(manifest)
    return ended


@pytest.fixture(scope="module")
def free_port() -> int:
    """A port on which nothing listens until a test does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def first(free_port: int, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ModelServer]:
    """A finished run against a server that is then gone."""
    with serving(three_kinds, free_port) as server:
        run = carried_out(recipe(server.url), tmp_path_factory.mktemp("first"), workers=1)
    return run.folder, server


def test_the_model_is_off_by_default(tmp_path: Path) -> None:
    """No jobs, so no request."""
    assert not Recipe().generate.model.enabled
    assert stage(recipe("http://127.0.0.1:9/v1", enabled=False), tmp_path) == []
    assert not (tmp_path / "answers.sqlite").exists()


def test_what_compiles_is_kept_and_the_rest_has_its_reason(first: tuple[Path, ModelServer]) -> None:
    """Of each seed and language one of three; a malformed answer was asked for again with what was wrong."""
    folder, server = first
    assert {(p.seed, dict(p.steps[0].params)["language"], p.source) for p in kept(folder)} == {
        (*key, code) for key, (_, code) in GOOD.items()
    }
    for program in kept(folder):
        assert program.grade == "compiled" and program.origin == "model" and program.sizes is not None
        assert [v.gate for v in program.verdicts] == ["screen", "compile-sdcc", "compile-gcc"]
        assert all(verdict.passed for verdict in program.verdicts)
    assert sorted(rejected(folder)) == [("compile-sdcc", "compile-error")] * 4 + [("model", "no-code")] * 4
    assert len(server.asked) == 4 * (1 + 1 + 2)
    told = [asked["messages"][-1]["content"] for asked in server.asked if len(asked["messages"]) == 3]
    assert len(told) == 4 and all("```c" in words for words in told)


def test_a_row_by_the_model_is_its_own_words_and_claims_no_more_than_it_can_show(
    first: tuple[Path, ModelServer],
) -> None:
    """The instruction as it was written, the code, the right language, and evidence that names no harness."""
    table = pq.read_table(sorted((first[0] / "data").glob("train-*.parquet")))
    rows = [row for row in table.to_pylist() if row["prov_origin"] == "model"]
    assert len(rows) == 4
    for row in rows:
        instruction, code = GOOD[row["prov_seed"], row["meta_language"]]
        assert row["messages"] == [
            {"role": "user", "content": instruction},
            {"role": "assistant", "content": f"```c\n{code}```"},
        ]
        assert (row["meta_task"], row["prov_grade"], row["prov_steps"]) == ("write", "compiled", ["spirit"])
        assert "compiles it" in row["prov_evidence"] and "behaviour was not compared" in row["prov_evidence"]
        assert not any(word in row["prov_evidence"] for word in ("harness", "simulator", "same"))


def test_a_second_run_asks_nothing_and_gives_the_same_bytes(first: tuple[Path, ModelServer], tmp_path: Path) -> None:
    """From the record alone, in another folder and with no server: the same files, the same counts."""
    folder, server = first
    before = len(server.asked)
    shutil.copy(folder / "answers.sqlite", tmp_path)
    again = carried_out(recipe(server.url), tmp_path, workers=1)
    assert parquet_bytes(again.folder) == parquet_bytes(folder)
    path = Path("shards", "model", "all.json")
    assert (again.folder / path).read_bytes() == (folder / path).read_bytes()
    assert len(server.asked) == before


def test_without_server_and_record_the_run_ends_with_what_it_has(
    first: tuple[Path, ModelServer], tmp_path: Path
) -> None:
    """Each question is rejected as unreachable; when the server is back the same command asks them, and all is well."""
    folder, server = first
    chosen = recipe(server.url, retries=1)
    carried_out(chosen, tmp_path, workers=1)
    assert kept(tmp_path) == [] and rejected(tmp_path) == [("model", "unreachable")] * 12
    alone = pq.read_table(sorted((tmp_path / "data").glob("train-*.parquet")))
    assert alone.num_rows > 0 and "model" not in alone["prov_origin"].to_pylist()
    with serving(three_kinds, server.port) as back:
        carried_out(chosen, tmp_path, workers=1)
    assert len(back.asked) == 16
    assert parquet_bytes(tmp_path) == parquet_bytes(folder)


def by_sample(*replies: Reply) -> Script:
    """The same replies to every seed, by sample."""
    return lambda asked: replies[asked["seed"]]


def test_every_trouble_is_a_reject_and_is_asked_again_by_the_next_run(tmp_path: Path) -> None:
    """What was answered is not asked again, and a shard without trouble is done."""
    good = written(*GOOD["crc8-maxim", "en"])
    bad = (Reply(b"<html>"), refusal(429), completion(None), refusal(500), Reply(hang_up=True))
    with serving(by_sample(good, *bad)) as server:
        chosen = recipe(server.url, retries=0, answers=6).model_copy(update=ENGLISH)
        stage(chosen, tmp_path)
        assert rejected(tmp_path) == [
            ("model", reason) for reason in ("not-a-completion", "rate-limited", "empty", "http-500", "unreachable")
        ]
        assert len(kept(tmp_path)) == 1
        server.asked.clear()
        server.script = lambda _: written(*GOOD["uart-baud-init", "en"])
        (manifest,) = stage(chosen, tmp_path)
        assert sorted(asked["seed"] for asked in server.asked) == [1, 2, 3, 4, 5]
        assert len(kept(tmp_path)) == 2 and rejected(tmp_path) == [("model", "copy")] * 4
        assert manifest.counts["usage"] == {"answers": 6, "prompt_tokens": 66, "completion_tokens": 42}
        assert stage(chosen, tmp_path) == [manifest] and len(server.asked) == 5


@pytest.mark.parametrize(
    "reply, reason, times",
    [(refusal(401), "http-401", 1), (refusal(404), "http-404", 1), (Reply(pause_s=30), "timeout", TRIPS)],
)
def test_an_endpoint_that_is_gone_is_given_up(tmp_path: Path, reply: Reply, reason: str, times: int) -> None:
    """A wrong key or a server that hangs does not cost each question anew; each reject still has the reason."""
    with serving(lambda _: reply) as server:
        stage(recipe(server.url, retries=0, timeout_s=0.3, in_flight=1), tmp_path)
        assert rejected(tmp_path) == [("model", reason)] * 12
        assert len(server.asked) == times


SEED = load_seed(SEEDS / "crc8-maxim")
OWN = fill_program(SEED, default_filling(SEED))
TASK, CODE = GOOD["crc8-maxim", "en"]
POOR = {
    "the seed's program, renamed": (
        "Write `sum_update` and `sum_check` for SDCC: a CRC over a frame.",
        OWN.replace("crc8_", "sum_"),
        "duplicates",
        "copy",
    ),
    "the seed's program, hardly changed": (
        "Write `crc8` for SDCC as before, but with another polynomial and an initial value of 3.",
        OWN.replace("0x8C", "0xE0").replace("CRC_INIT 0x00", "CRC_INIT 0x03").replace("bit < 8", "bit != 8"),
        "duplicates",
        "near-duplicate",
    ),
    "the seed's instruction": (
        default_filling(SEED).words(SEED.sheet.instruction.of("en")[0]),
        CODE,
        "model",
        "copied-instruction",
    ),
    "a name that is not there": (TASK + " Add `parity_init`, too.", CODE, "model", "missing-name"),
    "a warning": (TASK, CODE.replace("{\n", "{\n    uint8_t unused = 3;\n\n", 1), "model", "warning"),
    "a header of the host": (TASK, "#include </etc/passwd>\n" + CODE, "screen", "include-path"),
    "a register of another chip": (
        TASK,
        CODE + "\n__sfr __at(0xBC) ADC;\n\nvoid start(void)\n{\n    ADC = 1;\n}\n",
        "chip",
        "unknown-register",
    ),
    "a comment that puts a bit elsewhere": (
        TASK,
        CODE.replace("/* Folds", "/* TF0 (bit 3 of TCON) stays as it is. Folds"),
        "chip",
        "wrong-claim",
    ),
    "an instruction that puts a bit elsewhere": (
        TASK + " TF0 (bit 3 of TCON) stays as it is.",
        CODE,
        "chip",
        "wrong-claim",
    ),
    "a macro for another bit": (
        TASK,
        CODE + "\n#define SMOD 0x40\n\n__sfr __at(0x87) PCON;\n\nvoid twice(void)\n{\n    PCON |= SMOD;\n}\n",
        "chip",
        "wrong-bit",
    ),
    "another compiler's C": (TASK, "sbit LED = P1^0;\n" + CODE, "compile-sdcc", "compile-error"),
}


def test_the_gates_say_no(tmp_path: Path) -> None:
    """A copy with new words, words without their program, and what a seed could not have either."""
    replies = [written(task, code) for task, code, _, _ in POOR.values()]
    with serving(by_sample(*replies)) as server:
        chosen = recipe(server.url, answers=len(POOR)).model_copy(update=ENGLISH)
        stage(chosen, tmp_path)
    assert kept(tmp_path) == []
    assert sorted(rejected(tmp_path)) == sorted((gate, reason) for _, _, gate, reason in POOR.values())


def test_a_copy_names_what_it_copies(tmp_path: Path) -> None:
    """Of two answers alike one stays, and the reject names it."""
    other = CODE.replace("parity", "odd_bits")
    replies = (written(TASK, CODE), written(TASK.replace("parity", "odd_bits"), other))
    with serving(by_sample(*replies)) as server:
        stage(recipe(server.url, answers=2).model_copy(update=ENGLISH), tmp_path)
    (stays,) = kept(tmp_path)
    (path,) = stage_outputs(tmp_path, "model", "rejects")
    (row,) = pq.read_table(path).to_pylist()
    assert (row["reason"], row["winner"], row["similarity"]) == ("copy", stays.id, 1.0)
    assert {row["text"], stays.source} == {CODE, other}


def test_pass_at_k_counts_what_the_gates_passed(first: tuple[Path, ModelServer]) -> None:
    """One of three for each seed and language; exact values of the unbiased estimate."""
    data = json.loads((first[0] / "shards" / "model" / "all.json").read_text())["counts"]
    assert data["model"] == "tiny" and data["strategies"]["spirit"]["pass"] == {"1": 0.3333, "2": 0.6667}
    assert passes([(10, 3), (2, 2), (1, 0)]) == {"1": 0.4333, "2": 0.7667, "5": 0.9167, "10": 1.0}


def test_a_recipe_that_accepts_no_compiled_program_asks_for_none(tmp_path: Path) -> None:
    """Nothing is paid for what would be thrown away."""
    with serving(three_kinds) as server:
        chosen = recipe(server.url)
        verify = chosen.verify.model_copy(update={"accept_model": ()})
        assert stage(chosen.model_copy(update={"verify": verify}), tmp_path) == []
        assert not server.asked


def test_the_key_comes_from_the_environment_and_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent with each request, and in no file of the run."""
    monkeypatch.setenv("SOME_KEY", "sk-very-secret")
    with serving(three_kinds) as server:
        stage(recipe(server.url, api_key_env="SOME_KEY", answers=1), tmp_path)
        assert set(server.keys) == {"Bearer sk-very-secret"}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and not any(b"sk-very-secret" in path.read_bytes() for path in files)
