"""From what the simulator saw to a witness: the first difference, as a person who watches the pins would name it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from corpus.source.unit import Unit
from generators.tasks.material import Witness
from generators.tasks.naming import renamed
from generators.tasks.registers import Registers, registers_of

_CALL = re.compile(r"^in call \d+: ")
_PLACE = r"(\w+|(?:SFR|register) 0x\w+)"


def witness(
    seen: str,
    harness: str = "",
    names: Collection[str] = (),
    aliases: Iterable[tuple[str, str]] = (),
    target: str = "mcs51",
) -> Witness | None:
    """The first difference between a mutant and its parent, or None where the words are of no known form.

    `seen` is the evidence of the verdict that told them apart ("in call 2: TMOD written 0x20, expected 0x21",
    "harness line 12: got 0x00, expected 0x41", "never ends (2,000,000 cycles), expected: ..."). `harness` is
    the harness's source, from which the failed expectation is read; `names` are those that the program defines.
    """
    text = bare(seen)
    if text.startswith(("never ends", "falls asleep")):
        return Witness("hang")
    if text.startswith(("runs into", "runs its stack", "writes the simulator")):
        return Witness("crash")
    if text.startswith("starts anew"):
        return Witness("restart")
    if match := re.fullmatch(_PLACE + r" written (0x\w+), expected (0x\w+)", text):
        return Witness("write", match[1], *_pair(match[3], match[2]))
    if match := re.fullmatch(_PLACE + r" written (0x\w+), expected: " + _PLACE + r" written (0x\w+)", text):
        return Witness("instead", match[1], _short(match[4]), _short(match[2]), due=match[3])
    if match := re.search(r", expected: (\w+)(?: bit (\d+))? cleared after it was seen set$", text):
        return Witness("uncleared", _flag(registers_of(target), match[1], match[2]))
    if match := re.fullmatch(r"ends(?: with failed expectations)?, expected: " + _PLACE + r" written (0x\w+)", text):
        return Witness("missing", match[1], _short(match[2]))
    if match := re.fullmatch(_PLACE + r" written (0x\w+), expected: .*", text):
        return Witness("extra", match[1], "", _short(match[2]))
    if match := re.fullmatch(r".+, expected: " + _PLACE + r" written (0x\w+)", text):
        return Witness("skipped", match[1], _short(match[2]))
    if match := re.fullmatch(_PLACE + r" read as 0x\w+, expected: " + _PLACE + r" read as 0x\w+", text):
        return Witness("read", match[1], due=match[2])
    if match := re.fullmatch(r"(0x\w+) reported, expected (0x\w+)", text):
        return Witness("result", "", *_pair(match[2], match[1]))
    if match := re.fullmatch(r"harness line (\d+): got (0x\w+|no write)(?:, expected (0x\w+|no write))?", text):
        return _expectation(
            int(match[1]), match[2], match[3] or "", harness, names, tuple(aliases), registers_of(target)
        )
    return None


def bare(seen: str) -> str:
    """What was seen, without the numbers of the harness's call and line, which mean nothing to a reader."""
    return _CALL.sub("", seen.strip())


def _expectation(
    line: int,
    got: str,
    wanted: str,
    harness: str,
    names: Collection[str],
    aliases: tuple[tuple[str, str], ...],
    registers: Registers,
) -> Witness | None:
    lines = harness.split("\n")
    if not wanted or not 0 < line <= len(lines):
        return None
    unit = Unit.parse(f"void f(void)\n{{\n{lines[line - 1]}\n}}\n".encode())
    calls = [
        call
        for call in unit.walk("call_expression")
        if (callee := call.child_by_field_name("function")) is not None and unit.text(callee).startswith(b"SIM_EXPECT")
    ]
    if len(calls) != 1:
        return None
    call = calls[0]
    callee, inside = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if callee is None or inside is None:
        return None
    macro = unit.text(callee).decode()
    first = unit.text(inside.named_children[0]).decode() if inside.named_children else ""
    expected, observed = _pair(wanted, got)
    if macro in ("SIM_EXPECT_WRITE", "SIM_EXPECT_NO_WRITE"):
        where = _register(_spelt_out(first, lines), registers)
        if not where:
            return None
        if got == "no write":
            return Witness("missing", where, expected)
        if wanted == "no write":
            return Witness("extra", where, "", observed)
        return Witness("write", where, expected, observed)
    first = renamed(f"`{first}`", aliases)[1:-1]
    if first in registers.registers or first in registers.bits:
        return Witness("state", first, expected, observed)
    function = re.fullmatch(r"(?:\(\w+\)\s*)?([A-Za-z_]\w*)\s*\(.*\)", first)
    if function is not None and function[1] in names:
        return Witness("value", function[1], expected, observed)
    return Witness("result", "", expected, observed)


def _spelt_out(text: str, lines: list[str]) -> str:
    """What a macro of the harness stands for: its name for a register's address."""
    defined = (re.fullmatch(r"#define\s+" + re.escape(text) + r"\s+(.+?)\s*(?:/[*/].*)?", line) for line in lines)
    return next((match[1] for match in defined if match), text)


def _register(text: str, registers: Registers) -> str:
    """The register that a harness means: by its address, or by the name that sim.h has for it."""
    if match := re.fullmatch(r"(?:SIM_(?:SFR|REG)\(\s*)?(0[xX][0-9A-Fa-f]+)\s*\)?", text):
        address = int(match[1], 16)
        return next((name for name, entry in registers.registers.items() if entry["address"] == address), "")
    name = text.removeprefix("SIM_")
    if match := re.fullmatch(r"(\w+)\('([A-I])'\)", name):  # SIM_ODR('B')
        port = "GPIO" if registers.target == "cortex-m" else "P"
        name = f"{port}{match[2]}_{match[1]}"
    return name if name != text and name in registers.registers else ""


def _flag(registers: Registers, register: str, bit: str | None) -> str:
    """A flag by its own name, with its register's where other registers have one of the same name (`TIM4_SR.UIF`)."""
    if bit is None:
        return register
    key = registers.bit_at(register, int(bit))
    name = key.rpartition(".")[2]
    if not key or name.isdigit():
        return f"{register}.{bit}"
    return name if registers.target == "avr" else f"{register}.{name}"


def _pair(expected: str, observed: str) -> tuple[str, str]:
    """Two values with the same number of digits."""
    one, other = _short(expected), _short(observed)
    width = max((len(value) - 2 for value in (one, other) if value.startswith("0x")), default=0)
    one, other = (f"0x{v[2:].rjust(width, '0')}" if v.startswith("0x") else v for v in (one, other))
    return one, other


def _short(value: str) -> str:
    """A value without leading zeros beyond whole bytes: "0x00000041" is "0x41"."""
    if not value.startswith("0x"):
        return value
    digits = value[2:].lstrip("0") or "0"
    return "0x" + digits.upper().rjust(2 if len(digits) <= 2 else 4 if len(digits) <= 4 else 8, "0")
