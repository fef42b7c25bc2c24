"""Chip facts: what ships agrees with the compilers' headers, and a broken file is named with line and field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corpus.chips import CHIPS, REFERENCE, Chip, ChipError, chip, chip_for, read_chip
from corpus.taxonomy import taxonomy
from validators.simulators.cortex_m import CORTEX_M
from validators.simulators.stm8 import STM8

MCS51 = Path("/usr/share/sdcc/include/mcs51")
AVR = Path("/usr/lib/avr/include/avr")
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
memory: {code: 4096, ram: 128}
clock: [0, 12000000]
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
        ("at89s51", ("8051.h", "at89x51.h"), set()),
        ("at89c51", ("8051.h", "at89x51.h"), set()),
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


@pytest.mark.skipif(not MCS51.is_dir(), reason="sdcc's headers are not installed")
def test_the_small_8051_has_what_is_left_of_the_headers_registers() -> None:
    """sdcc's at89x051.h takes P0 and P2 away with `#undef`, which does nothing to a register: the facts say so."""
    facts, theirs = chip("at89c2051"), declared("8051.h")
    gone = {name for name in theirs if address(facts, name) is None}
    assert gone == {"WR", "RD", "P0", "P2"} | {f"P{port}_{bit}" for port in (0, 2) for bit in range(8)}
    assert all(address(facts, name) == at for name, at in theirs.items() if name not in gone)


@pytest.mark.parametrize("stem", ["stm8s105", "stm32f103"])
def test_the_simulators_have_the_registers_of_the_chips_that_they_play(stem: str) -> None:
    """At the same addresses; beyond the facts, ports and a UART that other parts of the family have, and 16-bit halves
    that the facts give one name."""
    facts = chip(stem)
    machine = {"stm8s105": STM8, "stm32f103": CORTEX_M}[stem]
    theirs = {name: at for at, name in machine.registers.items()}
    both = [r for r in facts.registers if r.name in theirs]
    assert len(both) > 0.9 * len(facts.registers)
    assert not [(r.name, hex(theirs[r.name]), hex(r.address)) for r in both if theirs[r.name] != r.address]
    more = {name for name in theirs if name not in facts.by_name}
    known = ("UART1_", "PH_", "PI_", "DBGMCU_", "SCB_", "NVIC_", "RTC_", "BKP_")
    assert not [name for name in more if not name.startswith(known)]


def test_the_small_stm8_has_its_timers_where_the_data_sheet_has_them() -> None:
    """One and two bytes behind those of the larger parts, and UART1 in UART2's place."""
    small, other, large = chip("stm8s003"), chip("stm8s103"), chip("stm8s105")
    where = {name: hex(small.by_name[name].address) for name in ("TIM2_IER", "TIM2_ARRL", "TIM4_SR", "TIM4_ARR")}
    assert where == {"TIM2_IER": "0x5303", "TIM2_ARRL": "0x5310", "TIM4_SR": "0x5344", "TIM4_ARR": "0x5348"}
    assert small.registers == other.registers and small.vectors == other.vectors
    assert (small.memory.eeprom, other.memory.eeprom) == (128, 640)
    assert small.by_name["UART1_DR"].address == 0x5231 and "UART2_DR" not in small.by_name
    shared = [r for r in small.registers if r.name in large.by_name and not r.name.startswith(("TIM2_", "TIM4_"))]
    assert len(shared) > 140 and all(large.by_name[r.name] == r for r in shared)
    assert [v.name for v in small.vectors if v.number in (17, 18, 15)] == ["UART1_TX", "UART1_RX"]


@pytest.mark.parametrize(
    ("part", "sizes", "most"),
    [
        ("AT89S52", (8192, 256, 0, 0), 33_000_000), ("AT89C2051", (2048, 128, 0, 0), 24_000_000),
        ("STC89C52RC", (8192, 256, 256, 4096), 40_000_000), ("STC89C54RD+", (16384, 256, 1024, 46080), 40_000_000),
        ("STC12C5A60S2", (61440, 256, 1024, 1024), 35_000_000), ("STM8S105K4", (16384, 2048, 0, 1024), 16_000_000),
        ("ATmega88", (8192, 1024, 0, 512), 20_000_000), ("STM32F103CB", (131072, 20480, 0, 0), 72_000_000),
    ],
)  # fmt: skip
def test_a_part_has_its_own_memory_and_clock(part: str, sizes: tuple[int, ...], most: int) -> None:
    """Code, RAM, external RAM on the chip and EEPROM in bytes; the highest clock in Hz."""
    facts = next(chip_for(family, part) for family in REFERENCE if chip_for(family, part).complete)
    memory = facts.memory
    assert (memory.code, memory.ram, memory.xram, memory.eeprom) == sizes and facts.clock[1] == most
    assert facts.name == part


def test_every_chip_of_the_taxonomy_is_on_file() -> None:
    """A seed for it can then be held against its registers and sizes."""
    named = taxonomy().chips
    missing = [part for family, parts in named.items() for part in parts if not chip_for(family, part).complete]
    assert named and not missing


@pytest.mark.skipif(not AVR.is_dir(), reason="avr-libc is not installed")
@pytest.mark.parametrize(
    ("stem", "header"),
    [("atmega328p", "iom328p.h"), ("atmega168", "iomx8.h"), ("atmega88", "iomx8.h")],
)
def test_the_avrs_registers_bits_and_vectors_are_avr_libcs(stem: str, header: str) -> None:
    """Address and width of each register, each vector; I/O addresses count from 0x20 in data memory."""
    text = (AVR / header).read_text(encoding="utf-8", errors="replace")
    facts = chip(stem)
    registers = re.findall(r"^#\s*define (\w+)\s+_SFR_(IO|MEM)(8|16)\s*\((0[xX]\w+)\)", text, re.M)
    assert len(registers) > 80
    for name, kind, width, at in registers:
        register = facts.by_name[name]
        assert (register.address, register.width) == (int(at, 16) + (0x20 if kind == "IO" else 0), int(width)), name
    numbers = re.findall(r"^#\s*define (\w+)_vect_num\s+(\d+)", text, re.M)
    assert {(int(number), name) for name, number in numbers} == {(v.number, v.name) for v in facts.vectors}
    values = dict(re.findall(r"^#\s*define (\w+)\s+(\d)\s*$", text, re.M))
    bits = [(name, position) for r in facts.registers for name, position in r.bits if not name.startswith("SREG_")]
    known = [(name, position) for name, position in bits if name in values]
    assert not [(name, position) for name, position in known if values[name] != str(position)]
    # The pins of iomx8.h are in another header of avr-libc's.
    assert {name for name, _ in bits if name not in values} <= {f"PORT{p}{n}" for p in "BCD" for n in range(8)}


@pytest.mark.skipif(not AVR.is_dir(), reason="avr-libc is not installed")
@pytest.mark.parametrize("part", ["ATmega328P", "ATmega168", "ATmega88"])
def test_the_avrs_memories_are_avr_libcs(part: str) -> None:
    """Ends of flash, RAM and EEPROM; RAM begins at 0x100."""
    text = (AVR / f"iom{part.removeprefix('ATmega').lower()}.h").read_text(encoding="utf-8", errors="replace")
    ends = {name: int(at, 16) for name, at in re.findall(r"^#\s*define (\w+END)\s+\(?(0x[0-9A-Fa-f]+)", text, re.M)}
    memory = chip_for("avr", part).memory
    assert (memory.code, memory.ram) == (ends["FLASHEND"] + 1, ends["RAMEND"] + 1 - 0x100)
    assert memory.eeprom == ends["E2END"] + 1


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
    other = chip_for("mcs51", "AT89S8253")
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
        (("ram: 128", "ram: 0"), "13: memory.ram: Input should be greater than 0"),
        (("target: mcs51", "like: x2\ntarget: mcs51"), "3: like: no such chip"),
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
