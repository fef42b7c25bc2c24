"""The gate `chip`, on what is said: bit positions, interrupt numbers and addresses that a text or a definition states.

`chip_fit` looks at what a program does. What its comments, its instruction and its macros claim is checked here, since
a model learns from them too. Only claims in plain forms about names that the chip has count, the same in English and
Chinese; what is not sure to be a claim is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.chips import Chip, Register
from corpus.records import Verdict
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from validators.chip_fit import GATE
from validators.findings.handlers import handlers

_BIT = "(?<![A-Za-z0-9_])`?(?P<bit>[A-Z][A-Z0-9_]{1,20}[a-z]?)(?![A-Za-z0-9_])`?"
# A boundary and a limit: a long run of letters would cost the square of its length.
_REGISTER = "(?<![A-Za-z0-9_])`?(?P<register>[A-Z][A-Za-z0-9_]{0,30}(?:->[A-Z0-9]{1,12})?)`?"
_NUMBER = "(?P<number>\\d{1,2})(?![\\dx])"
_OF = f"(?: (?:of|in) (?:the )?{_REGISTER})?"
_BITS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_BIT} ?[(（] ?bit {_NUMBER}{_OF}",
        rf"{_BIT} ?(?:is|=|:) ?(?:the )?bit {_NUMBER}{_OF}",
        rf"\bbit {_NUMBER}{_OF} ?(?:\(|is |= ?|: ){_BIT}",
        rf"{_REGISTER}\.{_NUMBER} ?[(（]{_BIT}[)）]",
        rf"{_BIT} ?[(（]{_REGISTER}\.{_NUMBER}[)）]",
        rf"{_BIT} ?(?:[（(:：=]|是|为|即)? ?(?:{_REGISTER} ?的? ?)?第 ?{_NUMBER} ?位",
        rf"第 ?{_NUMBER} ?位 ?(?:[（(:：=]|是|为|即) ?{_BIT}",
    )
)
_PLACES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_BIT} (?:bit )?(?:of|in) (?:the )?{_REGISTER}",
        rf"{_REGISTER} ?(?:'s|的|里的|中的) ?{_BIT}(?! ?(?:of|in))",
    )
)
_HEX = "0x(?P<address>[0-9A-Fa-f]{2,8})"
_ADDRESSES = (
    re.compile(rf"{_REGISTER},? ?(?:[(（] ?)?(?:lies |located )?(?:at )?(?:the )?address (?:is )?{_HEX}"),
    re.compile(rf"{_REGISTER} ?(?:[(（] ?)?的?(?:地址|位于)(?:是|为|在|：|:)? ?{_HEX}"),
)
# Only where an address is longer than a value: `hold P1 at 0xFF` is none.
_LONG_ADDRESS = re.compile(rf"{_REGISTER} ?[(（]?(?:at|@|在) ?(?=0x[0-9A-Fa-f]{{4}}){_HEX}")

_SOURCES = {
    "mcs51": (
        (r"(?:timer|定时器|T) ?(?P<which>[012])", "TF{}"),
        (r"(?:external interrupt|外部中断|INT) ?(?P<which>[01])", "IE{}"),
        (r"(?:serial(?: port)?|UART|串口)(?P<which>)", "SI0"),
    ),
    "stm8": (
        (r"TIM(?P<which>[1-4])", "TIM{}_.*"),
        (r"UART(?P<which>[12])", "UART{}_.*"),
        (r"EXTI(?P<which>[0-4])", "EXTI{}"),
        (r"AWU(?P<which>)", "AWU"),
    ),
}  # fmt: skip
_MORE = (
    r"(?:'s)?(?: (?:overflow|update|receive|transmit|rx|tx|interrupt|handler|ISR)| ?(?:溢出|更新|接收|发送|中断)){0,3}"
)
_INTERRUPT = (
    r"(?: is| has| uses| =|:|,|，| ?[(（]| ?为| ?是| ?用)? ?"
    r"(?:interrupt number|vector(?: number)?|中断号|中断向量|向量|__interrupt ?\(|(?<=[(（])interrupt)"
    rf" ?(?:为|是)? ?{_NUMBER}"
)
# `timer0_isr`, `tim4_handler`: a name without a number may be for anything that another interrupt plays.
_TIMER_NAME = re.compile(r"(?:^|_)(?:timer|tim|t)_?(?P<which>[0-4])(?=_|$|isr|int|ovf|up)", re.IGNORECASE)


def said(text: str, chip: Chip) -> Verdict:
    """Passed, or failed as `wrong-claim`: a text puts a bit at another position or in another register, a register at
    another address, or gives an interrupt another number than the chip does."""
    wrong = dict.fromkeys(_wrong(text, chip)) if chip.complete else {}
    return Verdict(GATE, "failed", "wrong-claim", "; ".join(wrong)) if wrong else Verdict(GATE, "passed")


def written(source: str, chip: Chip) -> Verdict:
    """The same for a program: its comments (`wrong-claim`), the number of a handler that is named after a timer
    (`wrong-claim`), and its macros for bits (`wrong-bit`)."""
    if not chip.complete:
        return Verdict(GATE, "passed")
    unit = Unit.parse(source.encode("utf-8", "replace"))
    bits = dict.fromkeys(_macros(unit, chip))
    if bits:
        return Verdict(GATE, "failed", "wrong-bit", "; ".join(bits))
    claims = dict.fromkeys(_handlers(unit, chip))
    for comment in unit.comments():
        text = re.sub(r"\s+", " ", unit.src[comment.start : comment.end].decode("utf-8", "replace"))
        claims |= dict.fromkeys(_wrong(text, chip))
    return Verdict(GATE, "failed", "wrong-claim", "; ".join(claims)) if claims else Verdict(GATE, "passed")


def _wrong(text: str, chip: Chip) -> Iterator[str]:
    for pattern in _BITS:
        for match in pattern.finditer(text):
            yield from _position(match, chip)
    for pattern in _PLACES:
        for match in pattern.finditer(text):
            yield from _place(match["bit"], match["register"], chip)
    wide = chip.target in ("stm8", "cortex-m")
    for pattern in (*_ADDRESSES, _LONG_ADDRESS) if wide else _ADDRESSES:
        for match in pattern.finditer(text):
            yield from _address(match, chip)
    for words, vectors in _SOURCES.get(chip.target, ()):
        for match in re.finditer(rf"(?<![A-Za-z0-9_]){words}{_MORE}{_INTERRUPT}", text, re.IGNORECASE):
            yield from _number(vectors.format(match["which"]), int(match["number"]), chip)


def _position(match: re.Match[str], chip: Chip) -> Iterator[str]:
    """A bit that is said to be at a position, maybe of a register that is named too."""
    bit, number = match["bit"], int(match["number"])
    named = match.groupdict().get("register")
    homes = _homes(bit, chip)
    register = chip.by_name.get(named.replace("->", "_")) if named else None
    if register is not None and homes and not any(home is register for home, _ in homes):
        yield from _place(bit, register.name, chip)
    elif register is not None:
        homes = [one for one in homes if one[0] is register]
    if homes and all(at != number for _, at in homes):
        yield f"{bit} is bit {homes[0][1]} of {homes[0][0].name}, not bit {number}"


def _place(bit: str, name: str, chip: Chip) -> Iterator[str]:
    """A bit that is said to be in a register; only where the bits of that are on file."""
    register, homes = chip.by_name.get(name.replace("->", "_")), _homes(bit, chip)
    if register is not None and register.bits and homes and not any(home is register for home, _ in homes):
        yield f"{bit} is in {homes[0][0].name}, not in {register.name}"


def _homes(bit: str, chip: Chip) -> list[tuple[Register, int]]:
    """Where a bit is; nothing for pins and for what is a register too: `T1 in TMOD` is no claim about a pin."""
    if bit in chip.by_name:
        return []
    return [
        (register, at)
        for register in chip.registers
        for name, at in register.bits
        if name == bit and not re.fullmatch(r"P\d|P[A-I]_\w+|PORT.|PIN.|DDR.", register.name)
    ]


def _address(match: re.Match[str], chip: Chip) -> Iterator[str]:
    register = chip.by_name.get(match["register"].replace("->", "_"))
    if register is None:
        return
    address = int(re.sub(r"^.*0x", "", match[0]), 16)
    # An AVR's registers have an I/O address too, 0x20 lower.
    right = {register.address, register.address - 0x20} if chip.target == "avr" else {register.address}
    if address not in right:
        yield f"{register.name} lies at 0x{register.address:02X}, not at 0x{address:02X}"


def _number(name: str, number: int, chip: Chip) -> Iterator[str]:
    meant = [vector for vector in chip.vectors if re.fullmatch(name, vector.name)]
    if meant and all(vector.number != number for vector in meant):
        listed = " or ".join(f"{vector.number} ({vector.name})" for vector in meant)
        yield f"that interrupt is {listed}, not {number}"


def _handlers(unit: Unit, chip: Chip) -> Iterator[str]:
    """Handlers named after a timer whose number is that of another interrupt."""
    sources = _SOURCES.get(chip.target)
    for handler in handlers(unit, chip) if sources else ():
        timer = _TIMER_NAME.search(handler.name.decode("latin1"))
        if timer is not None and sources is not None and isinstance(handler.key, int):
            for wrong in _number(sources[0][1].format(timer["which"]), handler.key, chip):
                yield f"`{handler.name.decode('latin1')}`: {wrong}"


def _macros(unit: Unit, chip: Chip) -> Iterator[str]:
    """Macros and bits of this unit that are named like a bit of the chip and are another one."""
    for symbol in unit.symbols.all("macro", "sbit"):
        if symbol.from_header or symbol.function_like:
            continue
        name = symbol.name.decode("latin1")
        value = symbol.value if symbol.kind == "sbit" else _constant(unit, symbol)
        if value is None:
            continue
        homes = _homes(name, chip)
        if symbol.kind == "sbit":
            right = {register.address + at for register, at in homes if register.address % 8 == 0}
        else:
            bare = re.sub(r"_(?:Pos|Msk|BIT|MASK|POS|bm|bp)$", "", name)
            homes = _qualified(bare, chip) or [h for h in _homes(bare, chip) if _used_with(unit, symbol, h[0])]
            right = {way for _, at in homes for way in (at, 1 << at)}
        if right and value not in right:
            register, at = homes[0]
            yield f"`{name}` is bit {at} of {register.name} (mask 0x{1 << at:X}), not 0x{value:X}"


def _constant(unit: Unit, symbol: Symbol) -> int | None:
    found = unit.symbols.body(symbol)
    return found[0].constant(found[1]) if found is not None else None


def _qualified(name: str, chip: Chip) -> list[tuple[Register, int]]:
    """The bits that `USART_CR1_UE` or `TIM4_SR_UIF` means: any instance's."""
    found = []
    for register in chip.registers if "_" in name else ():
        spellings = {register.name, re.sub(r"\d+_", "_", register.name, count=1)}
        found += [(register, at) for bit, at in register.bits if any(name == f"{one}_{bit}" for one in spellings)]
    return found


def _used_with(unit: Unit, symbol: Symbol, register: Register) -> bool:
    """Whether a name stands in one expression with a register: a protocol has a STOP and an ACK of its own."""
    wanted = re.compile(rf"\b{'(?:_|->)'.join(register.name.rsplit('_', 1))}\b")
    return any(wanted.search(unit.text(_expression(use)).decode("latin1")) for use in symbol.uses)


def _expression(use: Node) -> Node:
    """The largest expression around a name."""
    node = use
    while node.parent is not None and ("expression" in node.parent.type) and node.parent.type != "expression_statement":
        node = node.parent
    return node
