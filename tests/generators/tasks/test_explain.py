"""The task `explain`: what is said of the code is read from the code."""

from __future__ import annotations

import random
import re

import pytest

from corpus.source.unit import Unit
from generators.tasks import explain
from generators.tasks.reading import Reading
from generators.tasks.registers import registers_of
from generators.tasks.walk import stops
from tests.generators.tasks.materials import SINGLE, SOURCE


def read(source: str) -> Reading:
    return Reading(Unit.parse(source.encode()))


def test_functions_are_read_with_comment_interrupt_and_registers() -> None:
    """Writes and reads in the words of the source."""
    isr, init, put, seen = read(SOURCE).functions
    assert (isr.vector, isr.attribute, isr.writes) == (4, "__interrupt(4)", ("RI",))
    assert init.comment == "Sets 8-N-1 and starts the baud-rate generator; call once after reset."
    assert init.writes == ("SCON", "TMOD", "TH1", "TR1") and init.reads == ("TMOD",)
    assert put.waits == ("TI",) and not put.pure
    assert seen.comment == "How many bytes were seen since the reset." and seen.pure


def test_a_pin_behind_a_macro_or_a_call_is_hardware() -> None:
    """A function is pure only if nothing that it reaches names a register."""
    reading = read(
        "#define LED P1_0\n#define ON() (LED = 0)\n"
        "void a(void) { ON(); }\nvoid b(void) { a(); }\nint c(void) { return 1; }\n"
    )
    assert [f.pure for f in reading.functions] == [False, False, True]


@pytest.mark.parametrize(
    ("statement", "value", "touched"),
    [
        ("TMOD = (TMOD & 0x0F) | 0x20;", 0x20, 0xF0),
        ("TMOD = 0x20 | (0x0F & TMOD);", 0x20, 0xF0),
        ("TMOD = (TMOD & 0xF0) | 0x13;", 0x13, 0x1F),
        ("TMOD |= 1 << 5;", 0x20, 0x20),
        ("TMOD &= ~0x0F;", 0x00, 0x0F),
        ("TMOD &= (uint8_t)~(1 << 4);", 0x00, 0x10),
        ("TMOD = MODE;", 0x21, 0xFF),
    ],
)
def test_register_lines_are_decoded(statement: str, value: int, touched: int) -> None:
    """Masks in every spelling, macros and casts included."""
    (setting,) = read(f"#define MODE 0x21 /* both */\nvoid f(void) {{ {statement} }}\n").settings
    assert (setting.register, setting.value, setting.touched) == ("TMOD", value, touched)


@pytest.mark.parametrize("statement", ["TMOD = mode;", "TMOD ^= 0x20;", "TMOD = TMOD + 1;", "x = 0x20;"])
def test_what_is_not_constant_is_not_decoded(statement: str) -> None:
    """Nothing is said of a value that is not known here."""
    assert read(f"void f(int mode) {{ int x; {statement} }}\n").settings == ()


def test_fields_mean_what_the_data_sheet_says() -> None:
    """SCON 0x50 is mode 1 with the receiver on; of a half-touched field nothing is said."""
    table = registers_of("mcs51")
    scon = {f.name: (f.binary, f.meaning) for f in table.decode("SCON", 0x50, 0xFF, "en")}
    assert scon["SM0 and SM1"] == ("01", "mode 1, 8 data bits, rate set by a timer")
    assert scon["REN"] == ("1", "the receiver is on")
    assert [f.name for f in table.decode("TMOD", 0x20, 0x20, "en")] == []
    assert [f.meaning for f in table.decode("IE", 0x82, 0x82, "zh")] == ["开总中断", "允许定时器 0 中断"]
    assert table.interrupt(4, "en") == "the serial port (RI or TI)" and table.interrupt(9, "en") == ""


@pytest.mark.parametrize("target", ["mcs51", "stm8", "avr", "cortex-m"])
def test_every_field_table_is_complete(target: str) -> None:
    """A meaning for each value, in both languages, and no slot of a pattern left."""
    table = registers_of(target)
    told = [*table.registers.values(), *table.bits.values(), *table.sources.values()]
    assert told and not any(re.search(r"\{b?\d\}", str(entry)) for entry in told)
    for name, entry in table.registers.items():
        for field in entry.get("fields", ()):
            high, low = field["bits"]
            assert len(field["en"]) == len(field["zh"]) == 2 ** (high - low + 1), (name, field["name"])


def test_a_wait_is_an_empty_loop_on_one_bit() -> None:
    """`while (x);` on a variable is none; the clearing statement behind it is seen."""
    (wait,) = read("void f(int x) { while (x) ; while (RI == 0) { } RI = 0; }\n").waits
    assert (wait.bit, wait.until, wait.cleared) == ("RI", 1, True)


def test_a_shared_variable_tells_who_writes_it() -> None:
    """Volatile, used in one handler and outside."""
    (shared,) = read(SOURCE).shared
    assert (shared.name, shared.handler, shared.handler_writes, shared.others) == (
        "seen",
        "uart_isr",
        True,
        ("uart_seen",),
    )


def test_a_walk_names_only_what_the_code_says() -> None:
    """Comments on the line, bits, waits, guards."""
    assert [s.kind for s in stops(read(SOURCE), "uart_init")] == ["said", "said", "set"]
    assert [s.kind for s in stops(read(SOURCE), "uart_put")] == ["wait", "set"]
    assert [s.kind for s in stops(read(SOURCE), "uart_seen")] == ["guard", "returns"]


def test_every_kind_of_question_is_asked_of_such_a_program() -> None:
    """Each at most once."""
    found = list(explain.examples(SINGLE, random.Random(1), len, ("en",), each=40))
    assert {e.phrasing.split("/")[2] for e in found} == {
        "whole",
        "function",
        "setting",
        "volatile",
        "interrupt",
        "wait",
    }
    assert len({e.answer for e in found}) == len(found)
