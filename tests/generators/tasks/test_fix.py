"""The task `fix`."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.records import Diagnostic
from generators.tasks import fix
from generators.tasks.material import Mutated, Witness
from generators.tasks.symptom import witness
from tests.generators.tasks.materials import MUTANTS, SOURCE, mutated


def by_operator(name: str) -> Mutated:
    return next(m for m in MUTANTS if m.mutant.fault and m.mutant.fault.operator == name)


@pytest.mark.parametrize("mutated", MUTANTS, ids=lambda m: m.mutant.fault.operator)
def test_the_answer_gives_back_the_original(mutated: Mutated, tmp_path: Path) -> None:
    """As a file, as a function that goes in place, or as a patch that applies."""
    if shutil.which("patch") is None:
        pytest.skip("patch is not installed")
    forms = set()
    for seed in range(12):
        (e,) = fix.examples(mutated, random.Random(seed), len, ("en",))
        form = e.phrasing.rsplit("/", 1)[1]
        forms.add(form)
        if form == "file":
            assert SOURCE.strip() in e.answer
        elif form == "diff":
            (tmp_path / "x.c").write_text(mutated.mutant.source)
            match = re.search(r"```diff\n(.*?)```", e.answer, re.DOTALL)
            assert match is not None
            done = subprocess.run(
                ["patch", "x.c"], input=match[1], text=True, cwd=tmp_path, capture_output=True, check=False
            )
            assert done.returncode == 0, done.stdout + match[1]
            assert (tmp_path / "x.c").read_text() == SOURCE
        else:
            (*_, function) = re.findall(r"```c\n(.*?)\n```", e.answer, re.DOTALL)
            assert function in SOURCE and function.endswith("}")
        assert e.programs == ("p0", "m0") and e.grade == "harness" and e.origin == "mutant"
    assert "file" in forms and "diff" in forms


def test_the_line_named_is_the_line_at_fault() -> None:
    """Counted in the text that the question shows."""
    mutated = by_operator("constant-bit")
    line = next(n for n, text in enumerate(mutated.mutant.source.split("\n"), 1) if "SCON = 0x40" in text)
    for seed in range(6):
        for e in fix.examples(mutated, random.Random(seed), len):
            assert f"ine {line}" in e.answer or f"第 {line} 行" in e.answer
            assert "`0x40`" in e.answer or "0x40" in e.answer


def test_the_compiler_is_quoted_as_it_printed() -> None:
    """sdcc's own forms; messages of other files are left out."""
    assert fix.messages(by_operator("missing-semicolon"), "program.c") == (
        "program.c:32: syntax error: token -> 'while' ; column 5"
    )
    assert fix.messages(by_operator("missing-include"), "program.c") == (
        "program.c:11: error 20: Undefined identifier 'RI'"
    )


def test_a_compile_fault_without_a_message_gives_nothing() -> None:
    """There is no symptom to show."""
    assert list(fix.examples(replace(by_operator("missing-semicolon"), diagnostics=()), random.Random(0), len)) == []


def test_a_diagnosis_tells_how_the_fault_leads_to_what_was_seen() -> None:
    """In some of the rows: the values of the witness, or the line that the compiler named."""
    constant, missing = by_operator("constant-bit"), by_operator("missing-include")
    told = [e.answer for seed in range(20) for e in fix.examples(constant, random.Random(seed), len, ("en",))]
    assert any("That is why SCON gets 0x40 and not 0x50." in text for text in told)
    told = [e.answer for seed in range(20) for e in fix.examples(missing, random.Random(seed), len, ("zh",))]
    assert any("SDCC 到第 11 行才发现。" in text for text in told)


def test_a_finding_of_a_static_check_is_quoted() -> None:
    """A program that compiles, and runs, and is wrong all the same."""
    remark = Diagnostic("program.c", 7, 1, "warning", "missing-volatile", "declare `seen` volatile")
    shared = mutated("static volatile ", "static ", "drop-volatile", diagnostics=(remark,), seen=remark.message)
    for e in fix.examples(shared, random.Random(5), len):
        assert "program.c:7: warning missing-volatile: declare `seen` volatile" in e.instruction
        assert "static volatile uint8_t seen;" in e.answer and "static check" in e.evidence


HARNESS = """\
void main(void)
{
    SIM_EXPECT(uart_seen(), 1);
    SIM_EXPECT_WRITE(SIM_SFR(0x99), 65);
    SIM_EXPECT(buffer[1], 2);
    SIM_EXPECT(TR1, 1);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_WRITE(TH0_ADDRESS, 2);
}
#define TH0_ADDRESS SIM_SFR(0x8C) /* high */
"""


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ("in call 2: TMOD written 0x20, expected 0x21", Witness("write", "TMOD", "0x21", "0x20")),
        ("P1 written 0x01, expected: P2 written 0x02", Witness("instead", "P1", "0x02", "0x01", due="P2")),
        ("ends, expected: P2 written 0x02", Witness("missing", "P2", "0x02")),
        ("in call 1: harness line 5: got 0x1, expected: P2 written 0x02", Witness("skipped", "P2", "0x02")),
        ("P1 written 0x01, expected: harness line 5: got 0x2", Witness("extra", "P1", "", "0x01")),
        ("SFR 0xBC written 0x04, expected 0x85", Witness("write", "SFR 0xBC", "0x85", "0x04")),
        ("TL0 read as 0x30, expected: TH0 read as 0x75", Witness("read", "TL0", due="TH0")),
        ("in call 3: 0x1 reported, expected 0x0", Witness("result", "", "0x00", "0x01")),
        ("starts anew from its reset vector, expected: TH1 written 0xFD", Witness("restart")),
        ("never ends (2,000,000 cycles), expected: ends", Witness("hang")),
        ("runs into memory that holds no program, expected: ends", Witness("crash")),
        ("SCON written 0x55, expected: RI cleared after it was seen set", Witness("uncleared", "RI")),
        ("in call 1: harness line 3: got 0x0, expected 0x100", Witness("value", "uart_seen", "0x0100", "0x0000")),
        ("harness line 4: got 0x00000040, expected 0x00000041", Witness("write", "SBUF", "0x41", "0x40")),
        ("harness line 4: got no write, expected 0x41", Witness("missing", "SBUF", "0x41")),
        ("harness line 5: got 0x1, expected 0x2", Witness("result", "", "0x02", "0x01")),
        ("harness line 6: got 0x0, expected 0x1", Witness("state", "TR1", "0x01", "0x00")),
        ("harness line 7: got 0x5, expected no write", Witness("extra", "P1", "", "0x05")),
        ("harness line 8: got no write, expected 0x2", Witness("missing", "TH0", "0x02")),
        ("interrupt 4 ignored, expected: interrupt 4 taken", None),
        ("harness line 99: got 0x1, expected 0x2", None),
    ],
)
def test_what_the_simulator_saw_becomes_a_witness(seen: str, expected: Witness | None) -> None:
    """Every form of the simulator's words that a person can be told about."""
    assert witness(seen, HARNESS, {"uart_seen"}) == expected
