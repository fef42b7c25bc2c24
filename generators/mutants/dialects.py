"""Faults of somebody who knows another compiler for the same chip: Keil C51's words in a program for sdcc."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import field, nodes, replaced, shown


@operator(
    "keil-spelling",
    "compile",
    "syntax",
    "this is Keil C51 spelling, which sdcc does not take",
    "这是 Keil C51 的写法，sdcc 不认",
)
def keil_spelling(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`interrupt 1`, `code` or `xdata` as Keil writes them, in a program for sdcc."""
    for span in unit.spans:
        was = unit.src[span.start : span.end]
        vector = re.fullmatch(rb"__(interrupt|using)\s*\(?\s*(\w+)\s*\)?", was)
        space = re.fullmatch(rb"__(code|xdata|idata|bit)", was)
        if vector:
            now = vector[1] + b" " + vector[2]
            yield Mutation((Edit(span.start, span.end, now),), was.decode(), now.decode(), "interrupt")
        elif space:
            yield Mutation((Edit(span.start, span.end, space[1]),), was.decode(), space[1].decode(), "space")


@operator("keil-pin", "compile", "syntax", "pins are named here as in Keil C51", "引脚用了 Keil C51 的写法")
def keil_pin(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`sbit LED = P1^2;` for `#define LED P1_2`: in C `^` is an exclusive or."""
    for node in unit.walk("preproc_def"):
        value = node.child_by_field_name("value")
        text = re.sub(rb"/\*.*|//.*", b"", unit.text(value)).strip() if value is not None else b""
        pin = re.fullmatch(rb"(P[0-4])_([0-7])", text)
        if pin and value is not None:
            name = unit.text(field(node, "name"))
            now = b"sbit " + name + b" = " + pin[1] + b"^" + pin[2] + b";"
            edit = Edit(node.start_byte, value.start_byte + len(text), now)
            was = f"#define {name.decode()} {text.decode()}"
            yield Mutation((edit,), was, now.decode(), "sbit", (("pin", text.decode()), ("name", name.decode())))
    for node in nodes(unit, "identifier"):
        pin = re.fullmatch(rb"(P[0-4])_([0-7])", unit.text(node))
        if pin:
            yield replaced(unit, node, pin[1] + b"^" + pin[2], "bit", pin=shown(unit, node))


@operator(
    "keil-register", "compile", "syntax", "a register is declared here as in Keil C51", "寄存器用了 Keil C51 的声明方式"
)
def keil_register(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`sfr P4 = 0xC0;` for `__sfr __at(0xC0) P4;`."""
    for span in unit.spans:
        was = unit.src[span.start : span.end]
        found = re.fullmatch(rb"__(sfr|sbit)\s+__at\s*\(?\s*(\w+)\s*\)?\s*(\w+)\s*;?", was)
        if span.kind == "register" and found:
            end = b";" if was.endswith(b";") else b""
            now = found[1] + b" " + found[3] + b" = " + found[2] + end
            facts = (("name", found[3].decode()), ("word", found[1].decode()))
            yield Mutation((Edit(span.start, span.end, now),), was.decode(), now.decode(), "", facts)
