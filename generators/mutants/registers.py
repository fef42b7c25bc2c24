"""Faults at the peripherals: the wrong register or bit, a wrong reload, a set-up that is not complete."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import dropped, field, meant, moved, nodes, replaced, shown, statements, target, within

ENABLE = re.compile(rb"(EA|ES|EX[01]|ET[012]|TR[012]|REN|IT[01])\s*=\s*1\s*;")
"""A statement that switches a part of the hardware on."""

_BITS = {
    b"TR0": b"TR1", b"TR1": b"TR0", b"TF0": b"TF1", b"TF1": b"TF0", b"TI": b"RI", b"RI": b"TI", b"ET0": b"ET1",
    b"ET1": b"ET0", b"EX0": b"EX1", b"EX1": b"EX0", b"IT0": b"IT1", b"ES": b"ET1", b"IE0": b"IE1", b"IE1": b"IE0",
}  # fmt: skip
_REGISTERS = {
    b"TMOD": b"TCON", b"SBUF": b"SCON", b"SCON": b"SBUF", b"P0": b"P1", b"P1": b"P2", b"P2": b"P1", b"P3": b"P1",
    b"IE": b"IP", b"IP": b"IE", b"T2CON": b"TCON", b"RCAP2H": b"TH2", b"RCAP2L": b"TL2", b"TH0": b"TH1",
    b"TH1": b"TH0", b"TL0": b"TL1", b"TL1": b"TL0", b"PCON": b"PSW",
}  # fmt: skip
_HALVES = {
    b"TH0": b"TL0", b"TL0": b"TH0", b"TH1": b"TL1", b"TL1": b"TH1", b"RCAP2H": b"RCAP2L", b"RCAP2L": b"RCAP2H",
    b"TH2": b"TL2", b"TL2": b"TH2",
}  # fmt: skip
_FULL = re.compile(rb"(\(\s*)?(65536|65535|0x10000|256|255|0x100)[uUlL]*\s*-\s*")
_PORT = re.compile(rb"(P[0-4])(?:_([0-7]))?")


def _defined(unit: Unit, table: dict[bytes, bytes]) -> Iterator[Mutation]:
    """Each use of a register in code, and each macro that stands for one, with its twin."""
    for node in unit.walk("identifier", "preproc_arg"):
        name = unit.text(node).strip()
        if name not in table or unit.symbols.lookup(table[name]) is None:
            continue
        if node.type == "preproc_arg" or not unit.in_opaque(node.start_byte, node.end_byte):
            end = node.start_byte + len(name)
            edit = Edit(node.start_byte, end, table[name])
            yield Mutation((edit,), name.decode(), table[name].decode())


@operator("wrong-bit", "behaviour", "peripheral-setup", "the wrong pin or flag bit is used", "用错了引脚或标志位")
def wrong_bit(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`P1_3` for `P1_2`, `TR1` for `TR0`, `RI` for `TI`."""
    for made in _defined(unit, _BITS):
        yield Mutation(made.edits, made.was, made.now, "flag")
    for node in unit.walk("identifier", "preproc_arg"):
        name = unit.text(node).strip()
        pin = re.fullmatch(rb"(P[0-3]_)([0-7])", name)
        if pin and (node.type == "preproc_arg" or not unit.in_opaque(node.start_byte, node.end_byte)):
            now = pin[1] + str((int(pin[2]) + rng.choice((1, 7))) % 8).encode()
            yield Mutation(
                (Edit(node.start_byte, node.start_byte + len(name), now),), name.decode(), now.decode(), "pin"
            )


@operator("wrong-register", "behaviour", "peripheral-setup", "the wrong register is used", "用错了寄存器")
def wrong_register(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`TCON` for `TMOD`, `SCON` for `SBUF`, `TH1` for `TH0`, `P2` for `P1`."""
    yield from _defined(unit, _REGISTERS)


@operator("swap-high-low", "behaviour", "peripheral-setup", "the high and low byte are swapped", "高低字节弄反了")
def swap_high_low(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`TL0` for `TH0`: one half of the counter gets the other's value."""
    yield from _defined(unit, _HALVES)


@operator(
    "reload-not-complemented",
    "behaviour",
    "peripheral-setup",
    "the timer is loaded with the count itself and not with what is missing to its overflow",
    "定时器装入的是计数值本身，而不是离溢出还差的值",
)
def reload_not_complemented(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`COUNTS` for `65536 - COUNTS`: the timers of the 8051 count up."""
    for node in unit.walk("preproc_arg", "binary_expression"):
        text = unit.text(node)
        start = _FULL.match(text)
        if not start or (node.type == "binary_expression" and unit.in_opaque(node.start_byte, node.end_byte)):
            continue
        parent = node.parent
        name = parent.child_by_field_name("name") if parent is not None else None
        if not re.search(rb"(?i)reload|tone|\bT[HL]\d", text + (unit.text(name) if name is not None else b"")):
            continue
        lead = len(start[1] or b"")
        edit = Edit(node.start_byte + lead, node.start_byte + start.end(), b"")
        yield within(unit, node, (edit,), "formula", full=start[2].decode())
    for node in nodes(unit, "assignment_expression"):
        left, right = field(node, "left"), field(node, "right")
        if unit.text(left) not in (b"TH0", b"TH1", b"TL0", b"TL1") or right.type != "identifier":
            continue
        symbol = unit.symbols.lookup(unit.text(right))
        value = symbol.body if symbol is not None and symbol.kind == "macro" and symbol.body else b""
        place = symbol.declaration.parent if symbol is not None and symbol.declaration is not None else None
        body = place.child_by_field_name("value") if place is not None else None
        byte = re.fullmatch(rb"0[xX][0-9A-Fa-f]{2}", value) and unit.text(left)[1:2] == b"H"
        if byte and body is not None and not _halved(unit, left, right) and int(value, 16):
            facts = {"full": "256", "count": str(256 - int(value, 16)), "macro": shown(unit, right)}
            yield replaced(unit, body, f"0x{256 - int(value, 16):02X}".encode(), "value", **facts)


def _halved(unit: Unit, high: Node, value: Node) -> bool:
    """Whether the low register gets something else than the high one: the two are halves of one word."""
    low = unit.text(high).replace(b"H", b"L")
    pairs = ((field(node, "left"), field(node, "right")) for node in nodes(unit, "assignment_expression"))
    return any(unit.text(left) == low and unit.text(right) != unit.text(value) for left, right in pairs)


@operator(
    "high-byte-not-shifted",
    "behaviour",
    "peripheral-setup",
    "the high byte is not shifted down before it is stored",
    "取高字节时没有右移 8 位",
)
def high_byte_not_shifted(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`TH0 = RELOAD` for `TH0 = RELOAD >> 8`: a byte takes the low half of a word."""
    for node in nodes(unit, "binary_expression"):
        if unit.text(field(node, "operator")) == b">>" and unit.text(field(node, "right")) == b"8":
            left = field(node, "left")
            statement = unit.enclosing(node, "assignment_expression")
            if statement is not None and len(unit.text(field(statement, "left"))) < 24:
                edit = Edit(unit.end(left), unit.end(node), b"")
                yield within(unit, statement, (edit,), "", target=shown(unit, field(statement, "left")))


def _kept(unit: Unit) -> Iterator[tuple[Node, Node, Node, Node]]:
    """`R = (R & MASK) | BITS` as (assignment, R, MASK, BITS)."""
    for node in nodes(unit, "assignment_expression"):
        left, right = field(node, "left"), field(node, "right")
        if right.type != "binary_expression" or unit.text(field(right, "operator")) != b"|":
            continue
        kept = field(right, "left")
        inner = kept.named_children[0] if kept.type == "parenthesized_expression" and kept.named_child_count else kept
        masked = inner.type == "binary_expression" and unit.text(field(inner, "operator")) == b"&"
        if masked and unit.text(field(inner, "left")) == unit.text(left):
            yield node, left, field(inner, "right"), field(right, "right")


@operator(
    "register-overwritten",
    "behaviour",
    "peripheral-setup",
    "the whole register is written, so the bits of another part are lost",
    "整个寄存器被重写，别的部分用的位丢了",
)
def register_overwritten(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`TMOD = 0x20` for `TMOD = (TMOD & 0x0F) | 0x20`: the other timer's mode is gone."""
    for node, left, mask, bits in _kept(unit):
        right = field(node, "right")
        facts = {"register": shown(unit, left), "kept": shown(unit, mask), "bits": shown(unit, bits)}
        yield within(unit, node, (Edit(right.start_byte, unit.end(right), unit.text(bits)),), "", **facts)


@operator(
    "mode-bits-not-cleared",
    "behaviour",
    "peripheral-setup",
    "new bits are added without clearing the old ones",
    "只或上新的位，没有先清掉旧的位",
)
def mode_bits_not_cleared(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`TMOD |= 0x20` for `TMOD = (TMOD & 0x0F) | 0x20`: right only when the field was 0 before."""
    for node, left, mask, bits in _kept(unit):
        now = unit.text(left) + b" |= " + unit.text(bits)
        yield replaced(unit, node, now, "", register=shown(unit, left), bits=shown(unit, bits), kept=shown(unit, mask))


@operator(
    "wrong-nibble",
    "behaviour",
    "peripheral-setup",
    "the mask keeps the wrong half of the byte",
    "掩码保留了错误的半字节",
)
def wrong_nibble(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`& 0xF0` for `& 0x0F`."""
    for node in nodes(unit, "binary_expression", "assignment_expression"):
        right = field(node, "right")
        if unit.text(right) in (b"0x0F", b"0xF0") and unit.text(field(node, "operator")) in (b"&", b"&="):
            now = b"0xF0" if unit.text(right) == b"0x0F" else b"0x0F"
            facts = {"target": shown(unit, field(node, "left")), "wrong_mask": now.decode()}
            yield within(
                unit, node, (Edit(right.start_byte, right.end_byte, now),), "", mask=shown(unit, right), **facts
            )


@operator(
    "pin-not-released",
    "behaviour",
    "peripheral-setup",
    "the pin is read while its latch may be 0",
    "读引脚之前没有先把口锁存器写 1",
)
def pin_not_released(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The 1 written before a port pin is read is forgotten: a latch at 0 pulls the pin low."""
    read = {meant(unit, unit.text(node)) for node in nodes(unit, "identifier") if _is_read(node)}
    for node in statements(unit):
        parts = target(unit, node)
        if parts is None or parts[2] != b"=" or unit.text(parts[1]) not in (b"1", b"0xFF"):
            continue
        name = meant(unit, unit.text(parts[0]))
        port = _PORT.fullmatch(name)
        if not port or name not in read or (port[2] is None) == (unit.text(parts[1]) == b"1"):
            continue
        function = unit.enclosing_function(node)
        later = nodes(unit, "identifier", under=function) if function is not None else iter(())
        read_here = any(
            n.start_byte > node.end_byte and unit.text(n) == unit.text(parts[0]) and _is_read(n) for n in later
        )
        writes = [
            one for one in statements(unit) if (t := target(unit, one)) and unit.text(t[0]) == unit.text(parts[0])
        ]
        if read_here or len(writes) == 1:
            yield dropped(unit, node, "", pin=shown(unit, parts[0]), port=name.decode())


def _is_read(node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type == "expression_statement":
        return False
    return parent.type != "assignment_expression" or field(parent, "left").id != node.id


@operator(
    "missing-enable",
    "behaviour",
    "peripheral-setup",
    "a part of the hardware is never switched on",
    "有一部分硬件没有打开",
)
def missing_enable(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`EA = 1`, `ET0 = 1` or `TR0 = 1` is forgotten: set up, but never running."""
    for node in statements(unit):
        found = ENABLE.fullmatch(unit.text(node))
        off = re.compile((found[1] if found else b"") + rb"\s*=\s*0\s*;")
        held = [
            n for n in (node.parent.named_children if node.parent is not None else []) if off.fullmatch(unit.text(n))
        ]
        # What is switched off before it is the end of a guard, an operator of its own.
        if found and (found[1].startswith(b"TR") or not any(n.start_byte < node.start_byte for n in held)):
            bit = found[1]
            case = {b"TR": "timer", b"EA": "global", b"IT": "edge", b"RE": "receiver"}.get(bit[:2], "source")
            yield dropped(unit, node, case, bit=bit.decode())


@operator(
    "start-before-reload",
    "behaviour",
    "peripheral-setup",
    "the timer is started before it is loaded",
    "定时器还没装初值就启动了",
)
def start_before_reload(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`TR0 = 1` in front of `TH0 = …`: the first period is of a random length."""
    for node in statements(unit):
        found = re.fullmatch(rb"TR([012])\s*=\s*1\s*;", unit.text(node))
        before = node.prev_named_sibling
        load: Node | None = None
        while found and before is not None and before.type == "expression_statement":
            parts = target(unit, before)
            if parts is not None and unit.text(parts[0]) in (b"TH" + found[1], b"TL" + found[1]):
                load = before
            elif parts is not None and unit.text(parts[0]) == b"TR" + found[1]:
                break
            before = before.prev_named_sibling
        edits = moved(unit, node, load) if found and load is not None else ()
        if found and edits and load is not None:
            facts = (("bit", f"TR{found[1].decode()}"), ("first", shown(unit, load)), ("timer", found[1].decode()))
            yield Mutation(edits, f"{shown(unit, load)} … {shown(unit, node)}", shown(unit, node), "", facts)
