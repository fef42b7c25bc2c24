"""`firmseed check` on C that nobody wrote for it: single files, projects, five targets, three kinds of output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sarif_pydantic import Sarif

ROOT = Path(__file__).parents[2]
PROJECT = {
    "keil/blink.c": "#include <reg52.h>\nsbit LED = P1^0;\nstatic unsigned char ms;\n"
    "void t0(void) interrupt 1 { ms++; }\nvoid main(void) { while (1) if (ms > 9) { ms = 0; LED = !LED; } }\n",
    "avr/uart.c": '#include <avr/io.h>\n#include "board.h"\nvoid put(char c) { UDR0 = (uint8_t)c; PORTB |= LED; }\n',
    "inc/board.h": "#define LED 0x20\n",
    "stm8/wait.c": "#define UART2_SR (*(volatile unsigned char *)0x5240)\n"
    "void w(void) { while (!(UART2_SR & 0x80)) ; }\n",
    "arm/tick.c": "#include <stdint.h>\nstatic uint32_t ms;\nvoid SysTick_Handler(void) { ms++; }\n"
    "uint32_t now(void) { return ms; }\n",
    "plain.c": "int add(int a, int b) { return a + b; }\n",
    ".git/x.c": "not C\n",
}


def firmseed(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows", "check", *arguments],
        capture_output=True, text=True, check=False, cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
    )  # fmt: skip


def rows(*arguments: str, cwd: Path) -> tuple[int, dict[str, Any]]:
    done = firmseed(*arguments, "--json", cwd=cwd)
    return done.returncode, {row["file"]: row for row in json.loads(done.stdout)}


def outcomes(row: dict[str, Any]) -> dict[str, str]:
    return {verdict["gate"]: verdict["outcome"] for verdict in row["verdicts"]}


def codes(row: dict[str, Any]) -> set[str]:
    return {d["code"] for verdict in row["verdicts"] for d in verdict["diagnostics"]}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def checked(project: Path) -> dict[str, Any]:
    code, found = rows(".", cwd=project)
    assert code == 0
    return found


def test_a_folder_is_searched_and_hidden_ones_are_not(checked: dict[str, Any]) -> None:
    assert sorted(checked) == ["arm/tick.c", "avr/uart.c", "keil/blink.c", "plain.c", "stm8/wait.c"]


def test_each_file_is_compiled_by_its_own_targets_compiler(checked: dict[str, Any]) -> None:
    targets = {name: (row["target"], row["dialect"]) for name, row in checked.items()}
    assert targets == {
        "keil/blink.c": ("mcs51", "keil"),
        "avr/uart.c": ("avr", "gcc"),
        "stm8/wait.c": ("stm8", "sdcc"),
        "arm/tick.c": ("cortex-m", "gcc"),
        "plain.c": ("host", "gcc"),
    }
    compiled = {name: [gate for gate in outcomes(row) if gate.startswith("compile")] for name, row in checked.items()}
    assert compiled == {
        "keil/blink.c": [],
        "avr/uart.c": ["compile-avr"],
        "stm8/wait.c": ["compile-sdcc-stm8"],
        "arm/tick.c": ["compile-arm"],
        "plain.c": ["compile-gcc"],
    }


def test_a_project_header_elsewhere_in_the_folder_is_found(checked: dict[str, Any]) -> None:
    assert outcomes(checked["avr/uart.c"])["compile-avr"] == "passed"


def test_what_linters_lack_is_said_with_its_line(checked: dict[str, Any]) -> None:
    assert "missing-volatile" in codes(checked["keil/blink.c"]) & codes(checked["arm/tick.c"])
    assert "unbounded-wait" in codes(checked["stm8/wait.c"])
    place = next(
        d for v in checked["stm8/wait.c"]["verdicts"] for d in v["diagnostics"] if d["code"] == "unbounded-wait"
    )
    assert (place["file"], place["line"]) == ("stm8/wait.c", 2)


def test_each_verdict_of_a_tool_names_its_version_and_flags(checked: dict[str, Any]) -> None:
    tools = {v["gate"]: v["tool"] for v in checked["avr/uart.c"]["verdicts"]}
    assert "avr-gcc" in tools["compile-avr"] and "-mmcu=atmega328p" in tools["compile-avr"]
    assert tools["cppcheck"].startswith("cppcheck ")


def test_a_person_reads_place_class_and_count(project: Path) -> None:
    done = firmseed(".", cwd=project)
    assert "stm8/wait.c:2:" in done.stdout and "[unbounded-wait]" in done.stdout
    assert "stm8 (sdcc): UART2_SR" in done.stdout or "stm8 (sdcc): 0x5240" in done.stdout
    assert "5 files, 5 passed, 0 errors" in done.stdout


def test_sarif_is_read_by_a_typed_reader_and_points_into_the_files(project: Path) -> None:
    done = firmseed(".", "--sarif", cwd=project)
    log = Sarif.model_validate_json(done.stdout)
    places = {str(r.rule_id): r for r in log.runs[0].results or []}
    assert "findings/unbounded-wait" in places


def test_warnings_count_when_asked_and_a_named_target_replaces_the_guess(project: Path) -> None:
    assert firmseed("stm8/wait.c", "--strict", cwd=project).returncode == 1
    code, found = rows("plain.c", "--target", "avr", cwd=project)
    assert code == 0 and found["plain.c"]["target"] == "avr" and found["plain.c"]["why"] == ["as asked for"]


def test_misra_rules_come_as_numbers_on_request_only(project: Path, checked: dict[str, Any]) -> None:
    assert not any(code.startswith("misra") for code in codes(checked["arm/tick.c"]))
    assert "misra-c2012-8.4" in codes(rows("arm/tick.c", "--misra", cwd=project)[1]["arm/tick.c"])


def test_a_good_program_passes_with_its_harness_on_the_simulator() -> None:
    seed = "datasets/seeds/bcd-convert"
    code, found = rows(f"{seed}/program.c", "--harness", f"{seed}/harness.c", cwd=ROOT)
    assert code == 0
    assert outcomes(found[f"{seed}/program.c"])["harness"] == "passed"


def test_what_does_not_parse_or_compile_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text("#include <8052.h>\nvoid f(void)\n{\n    P1 = ;\n", encoding="utf-8")
    code, found = rows("bad.c", cwd=tmp_path)
    verdicts = {verdict["gate"]: verdict for verdict in found["bad.c"]["verdicts"]}
    assert code == 1
    assert verdicts["parse"]["reason"] == "syntax" and "line" in verdicts["parse"]["evidence"]
    assert verdicts["compile-sdcc"]["evidence"].startswith("bad.c:4")


def test_what_the_screen_refuses_is_not_compiled(tmp_path: Path) -> None:
    (tmp_path / "bomb.c").write_text('char *s = "never closed\n;\n', encoding="utf-8")
    code, found = rows("bomb.c", cwd=tmp_path)
    assert code == 1
    assert found["bomb.c"]["verdicts"][0]["reason"] == "unterminated-string"
    assert len(found["bomb.c"]["verdicts"]) == 2


def test_a_chinese_project_in_gb18030_is_read(tmp_path: Path) -> None:
    (tmp_path / "gbk.c").write_bytes("#include <8052.h>\n/* 点亮 */\nvoid main(void) { P1 = 0; }\n".encode("gb18030"))
    assert rows("gbk.c", cwd=tmp_path)[0] == 0


def test_a_path_that_is_not_there_and_a_folder_without_c_are_bad_input(tmp_path: Path) -> None:
    done = firmseed("nothing.c", cwd=tmp_path)
    assert done.returncode == 2 and "no such file" in done.stderr
    done = firmseed(".", cwd=tmp_path)
    assert done.returncode == 2 and "no C file" in done.stderr
