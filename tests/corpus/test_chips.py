"""Chip facts: what ships agrees with the compilers' headers, and a broken file is named with line and field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corpus.chips import CHIPS, REFERENCE, Chip, ChipError, chip, chip_for, read_chip

MCS51 = Path("/usr/share/sdcc/include/mcs51")
AVR = Path("/usr/lib/avr/include/avr/iom328p.h")
SHIPPED = sorted(path.stem for path in CHIPS.glob("*.yaml"))
# sdcc 4.2's stc89.h has these elsewhere than STC's data sheet: it declares RCAP2L four times for four registers, has
# T2MOD at "0xC9H", and the watchdog where the STC12 has it.
WRONG_IN_STC89 = {"RCAP2L", "T2MOD", "WDT_CONTR", "P4_0", "P4_1", "P4_2", "P4_3"}

GOOD = """# SPDX-License-Identifier: Apache-2.0
chip: X1
target: mcs51
sources: [a data sheet]
atomic_bits: 8
complete: true
space: [0x80, 0xFF]
registers:
  P0: {address: 0x80, bits: {P0_0: 0}}
  T2: {address: 0xC8, width: 16}
vectors:
  - {number: 0, name: IE0, ends: [P0_0]}
"""


def declared(header: str) -> dict[str, int]:
    """Registers and bits of a header of sdcc's, by name."""
    text = (MCS51 / header).read_text(encoding="utf-8", errors="replace")
    found = {name: int(at, 16) for at, name in re.findall(r"^__s(?:fr|bit) __at ?\(?0x(\w\w)\)?\s+(\w+)", text, re.M)}
    found |= {name: int(at, 16) for name, at in re.findall(r"^\s*SFR\((\w+), 0x(\w\w)\)", text, re.M)}
    bits = re.findall(r"^\s*SBIT\((\w+), 0x(\w\w), (\d)\)", text, re.M)
    return found | {name: int(at, 16) + int(bit) for name, at, bit in bits}


def address(facts: Chip, name: str) -> int | None:
    """Where a register or bit of an 8051 lies."""
    if name in facts.by_name:
        return facts.by_name[name].address
    register, position = facts.bit_names.get(name, (None, 0))
    return None if register is None else register.address + position


@pytest.mark.parametrize("stem", SHIPPED)
def test_every_shipped_chip_reads_and_names_its_sources(stem: str) -> None:
    """Each register within the chip's space or the core's own, and no two vectors of one name."""
    facts = chip(stem)
    assert facts.sources and facts.complete and facts.registers
    assert len({vector.name for vector in facts.vectors}) == len(facts.vectors)
    outside = [r.name for r in facts.registers if not facts.space[0] <= r.address <= facts.space[1]]
    assert not [
        name for name in outside if not name.startswith(("SysTick_", "NVIC_", "SCB_", "DBGMCU_", "CFG_", "ITC_"))
    ]


@pytest.mark.skipif(not MCS51.is_dir(), reason="sdcc's headers are not installed")
@pytest.mark.parametrize(
    ("stem", "headers", "other"),
    [
        ("at89s52", ("8052.h", "at89x52.h"), set()),
        ("stc89c52", ("8052.h", "stc89.h"), WRONG_IN_STC89),
        ("stc12c5a60s2", ("8051.h", "stc12.h"), set()),
    ],
)
def test_the_8051s_registers_lie_where_sdccs_headers_have_them(
    stem: str, headers: tuple[str, ...], other: set[str]
) -> None:
    """Whatever both name; and nearly all of the header is on file."""
    facts = chip(stem)
    theirs = {name: at for header in headers for name, at in declared(header).items()}
    wrong = {n: (hex(at), address(facts, n)) for n, at in theirs.items() if address(facts, n) not in (None, at)}
    assert set(wrong) <= other, wrong
    assert {"A", "FL"} | {f"T2CON_{bit}" for bit in range(8)} >= {n for n in theirs if address(facts, n) is None} - {
        "F1"
    }


@pytest.mark.skipif(not AVR.is_file(), reason="avr-libc is not installed")
def test_the_avrs_registers_bits_and_vectors_are_avr_libcs() -> None:
    """Address and width of each register, each vector; I/O addresses count from 0x20 in data memory."""
    text = AVR.read_text(encoding="utf-8", errors="replace")
    facts = chip("atmega328p")
    registers = re.findall(r"^#define (\w+)\s+_SFR_(IO|MEM)(8|16)\s*\((0x\w+)\)", text, re.M)
    assert len(registers) > 80
    for name, kind, width, at in registers:
        register = facts.by_name[name]
        assert (register.address, register.width) == (int(at, 16) + (0x20 if kind == "IO" else 0), int(width)), name
    numbers = re.findall(r"^#define (\w+)_vect_num\s+(\d+)", text, re.M)
    assert {(int(number), name) for name, number in numbers} == {(v.number, v.name) for v in facts.vectors}
    values = dict(re.findall(r"^#define (\w+)\s+(\d)\s*$", text, re.M))
    for register in facts.registers:
        for name, position in register.bits:
            assert name.startswith("SREG_") or values[name] == str(position), (register.name, name)


def test_a_chip_answers_by_name_address_and_vector() -> None:
    """A bit lies in its register; an address in the register space without a register is one that the chip lacks."""
    facts = chip("at89s52")
    assert facts.at(0x98)[0].name == "SCON" and facts.bit_names["TI"] == (facts.by_name["SCON"], 1)
    assert facts.lacks(0xBC) and not facts.lacks(0x98) and not facts.lacks(0x30)
    assert [v.ends for v in (facts.vector(1), facts.vector("SI0")) if v] == [(), ("RI", "TI", "SCON")]
    assert facts.vector(6) is None


def test_a_part_name_finds_its_facts_and_any_other_only_the_familys() -> None:
    """What a chip that is not on file lacks is not known."""
    assert chip_for("mcs51", "stc89c52rc").name == "STC89C52RC"
    assert chip_for("mcs51").name == "AT89S52" and chip_for("mcs51").complete
    other = chip_for("mcs51", "AT89C2051")
    assert other.name == "AT89S52" and not other.complete and not other.lacks(0xBC)
    assert {chip_for(target).target for target in REFERENCE} == set(REFERENCE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("width: 16", "widht: 16"), '10: registers.T2.widht: unknown key; did you mean "width"?'),
        (("width: 16", "width: 12"), "10: registers.T2.width: Input should be 8, 16 or 32"),
        (("P0_0: 0}", "P0_0: 9}"), "9: registers.P0.bits.P0_0: no bit 9 in 8 bits"),
        (("ends: [P0_0]", "ends: [P0_O]"), '12: vectors.0.ends: no register or bit P0_O; did you mean "P0_0"?'),
        (("target: mcs51", "target: mcs52"), "3: target: "),
        (("# SPDX-License-Identifier: Apache-2.0", "#"), "1: license: has no SPDX-License-Identifier comment line"),
        (("space: [0x80, 0xFF]", "space: [0x80, 0xFF"), "yaml: "),
        (
            ("  - {number: 0", "  - {number: 0, name: B}\n  - {number: 0"),
            "13: vectors.1.number: vector 0 is there twice",
        ),
    ],
)
def test_a_broken_file_is_named_with_line_and_field(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    """So that its author finds the place."""
    path = tmp_path / "x1.yaml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(ChipError) as caught:
        read_chip(path)
    assert said in str(caught.value) and str(caught.value).startswith(str(path))


def test_a_chip_that_is_not_there_is_named_with_its_neighbours(tmp_path: Path) -> None:
    """A typing error is the likeliest reason."""
    with pytest.raises(ChipError, match='is not there; did you mean "at89s52"'):
        chip("at89s25")
    (tmp_path / "x.yaml").write_bytes(b"\xb5")
    with pytest.raises(ChipError, match="is not UTF-8"):
        read_chip(tmp_path / "x.yaml")
