"""Faults that the compiler sees: the ones that fill a beginner's first week with sdcc."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator


@operator("missing-semicolon", "compile", "a semicolon is missing", "少了一个分号")
def missing_semicolon(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The semicolon at the end of a statement or declaration is forgotten."""
    for node in unit.walk("expression_statement", "declaration", "return_statement"):
        ends = unit.src[node.end_byte - 1 : node.end_byte] == b";" and node.end_byte - node.start_byte > 3
        if ends and not unit.in_opaque(node.start_byte, node.end_byte):
            yield Mutation(Edit(node.end_byte - 1, node.end_byte, b""), ";", "")


@operator("missing-brace", "compile", "a closing brace is missing", "少了一个右花括号")
def missing_brace(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The closing brace of a block is forgotten."""
    for node in unit.walk("compound_statement"):
        if unit.src[node.end_byte - 1 : node.end_byte] == b"}" and not unit.in_opaque(node.end_byte - 1, node.end_byte):
            start = unit.src.rfind(b"\n", 0, node.end_byte) + 1
            alone = (
                unit.src[start : node.end_byte].strip() == b"}" and unit.src[node.end_byte : node.end_byte + 1] == b"\n"
            )
            edit = Edit(start, node.end_byte + 1, b"") if alone else Edit(node.end_byte - 1, node.end_byte, b"")
            yield Mutation(edit, "}", "")


@operator("undeclared-name", "compile", "the name is misspelt and so was never declared", "名字拼错了，因此没有声明过")
def undeclared_name(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One use of a name is misspelt: two letters swapped, one dropped or the wrong case."""
    names = unit.symbols.names
    for node in unit.walk("identifier"):
        parent = node.parent
        name = unit.text(node)
        if len(name) < 4 or parent is None or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        if "declarator" in parent.type or parent.type in ("declaration", "enumerator", "preproc_def"):
            continue
        at = rng.randrange(1, len(name) - 1)
        wrong = rng.choice(
            (
                name[:at] + name[at + 1 :],
                name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
                name.swapcase() if name.islower() or name.isupper() else name.lower(),
            )
        )
        if wrong != name and wrong not in names:
            yield Mutation(Edit(node.start_byte, node.end_byte, wrong), name.decode(), wrong.decode())


@operator("wrong-type-name", "compile", "the type name does not exist here", "这里没有这个类型名")
def wrong_type_name(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`uint8` or `u8` or `byte` for `uint8_t`, without a typedef."""
    wrong = {
        b"uint8_t": (b"uint8", b"u8", b"byte", b"uchar"),
        b"uint16_t": (b"uint16", b"u16", b"word", b"uint"),
        b"uint32_t": (b"uint32", b"u32", b"ulong"),
        b"int16_t": (b"int16", b"s16"),
    }
    for node in unit.walk("primitive_type", "type_identifier"):
        text = unit.text(node)
        if text in wrong and not unit.in_opaque(node.start_byte, node.end_byte):
            now = rng.choice(wrong[text])
            if now not in unit.symbols.names:
                yield Mutation(Edit(node.start_byte, node.end_byte, now), text.decode(), now.decode())


@operator(
    "missing-include",
    "compile",
    "the header that declares these names is not included",
    "没有包含声明这些名字的头文件",
)
def missing_include(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One `#include` is forgotten."""
    for node in unit.walk("preproc_include"):
        text = unit.text(node).strip().decode("utf-8", "replace")
        yield Mutation(Edit(node.start_byte, node.end_byte, b""), text, "")


@operator(
    "keil-spelling",
    "compile",
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
            yield Mutation(
                Edit(span.start, span.end, vector[1] + b" " + vector[2]),
                was.decode(),
                f"{vector[1].decode()} {vector[2].decode()}",
            )
        elif space:
            yield Mutation(Edit(span.start, span.end, space[1]), was.decode(), space[1].decode())
