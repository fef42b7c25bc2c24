"""What the checks claim of the compilers is what these do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from validators.findings.check import Case
from validators.findings.delay_loop_removed import delay_loop_removed
from validators.sandbox.runner import ProgramNotFound, Sandbox

BYTES = """
volatile unsigned char c;
volatile unsigned int w;
void or_(void) { c |= 1; }
void increment(void) { c++; }
void add(unsigned char x) { c += x; }
unsigned int read(void) { return w; }
void pause(unsigned int n) { while (n--) ; }
unsigned char two(unsigned char a, unsigned char b) { return a + b; }
unsigned int divided(unsigned int a, unsigned int b) { return a / b; }
unsigned int times(unsigned int a, unsigned int b) { return a * b; }
float scaled(float a, float b) { return a * b; }
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


def assembly(sandbox: Sandbox, command: list[str], source: str) -> str:
    """The assembly of a program; skips where the compiler is not installed."""
    try:
        done = sandbox.run([*command, "-S", "-o", "x.s", "x.c"], files={"x.c": source.encode()}, keep=["x.s"])
    except ProgramNotFound:
        pytest.skip(f"{command[0]} is not installed")
    assert done.ok, done.stderr
    return done.files["x.s"].decode()


def body(text: str, name: str) -> list[str]:
    """The instructions of a function, up to its return."""
    lines = text.split(f"\n{name}:")[1].splitlines()
    code = [" ".join(line.split()) for line in lines]
    shown = [line for line in code if line and line[0] not in ";./@" and "=" not in line and not line.endswith(":")]
    return shown[: next(i for i, line in enumerate(shown) if line.startswith(("ret", "bx"))) + 1]


def test_sdcc_for_the_8051_makes_one_instruction_of_or_and_several_of_the_rest(sandbox: Sandbox) -> None:
    """So `lost-update` is silent on `|=` of a byte and not on `++`; a word is two moves; an empty loop stays."""
    text = assembly(sandbox, ["sdcc", "-mmcs51", "--no-c-code-in-asm"], BYTES)
    assert body(text, "_or_") == ["orl _c,#0x01", "ret"]
    assert len(body(text, "_increment")) > 2
    assert len(body(text, "_read")) == 3
    assert any("djnz" in line or line.startswith(("jnz", "sjmp")) for line in body(text, "_pause"))
    assert "_two_PARM_2:" in text and "_two_PARM_1:" not in text


def test_sdcc_for_the_8051_hands_operands_over_at_fixed_addresses(sandbox: Sandbox) -> None:
    """Which no interrupt saves: the reason of `arithmetic-in-isr`."""
    text = assembly(sandbox, ["sdcc", "-mmcs51", "--no-c-code-in-asm"], BYTES)
    assert "mov __divuint_PARM_2,_divided_PARM_2" in body(text, "_divided")
    assert "mov __mulint_PARM_2,_times_PARM_2" in body(text, "_times")
    assert any("lcall ___fsmul" in line for line in body(text, "_scaled"))


def test_sdcc_for_the_stm8_moves_a_word_and_counts_a_byte_in_one_instruction(sandbox: Sandbox) -> None:
    """So 16 bits are atomic there, and `++` and single bits of a byte."""
    text = assembly(sandbox, ["sdcc", "-mstm8", "--no-c-code-in-asm"], BYTES)
    assert body(text, "_read") == ["ldw x, _w+0", "ret"]
    assert body(text, "_or_") == ["bset _c+0, #0", "ret"]
    assert body(text, "_increment") == ["inc _c+0", "ret"]
    assert len(body(text, "_add")) > 2


@pytest.mark.parametrize(
    ("chip", "command"),
    [
        ("atmega328p", ["avr-gcc", "-mmcu=atmega328p"]),
        ("stm32f103", ["arm-none-eabi-gcc", "-mcpu=cortex-m3", "-mthumb", "-ffreestanding"]),
    ],
)
@pytest.mark.parametrize("level", ["-O2", "-Os"])
def test_gcc_removes_the_loops_that_are_reported_and_no_other(
    sandbox: Sandbox, chip: str, command: list[str], level: str
) -> None:
    """No backward jump is left of the reported ones; the silent ones keep theirs."""

    def loops(case: Case) -> int:
        text = assembly(sandbox, [*command, level], case.text)
        return sum(
            line.split()[0].startswith(("br", "b", "rj"))
            for line in text.splitlines()
            if ".L" in line[1:] and line[0] in " \t"
        )

    assert [loops(case) for case in delay_loop_removed.reported if case.chip == chip] == [0]
    assert all(loops(case) >= 3 for case in delay_loop_removed.silent if case.chip == chip)
