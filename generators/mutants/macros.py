"""Faults of the preprocessor: macros that are text and not values, directives that are none."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import field, shown

_BOARD_HEADERS = ("reg52.h", "AT89X52.h", "regx52.h")
_SIGN = re.compile(rb"[-+*/%&|^]|<<|>>")


def _bodies(unit: Unit) -> Iterator[tuple[int, bytes, str, bool]]:
    """(start of the body, body, name, has arguments) of each macro with a body on one line."""
    for node in unit.walk("preproc_def", "preproc_function_def"):
        value = node.child_by_field_name("value")
        if value is not None and b"\n" not in unit.text(value).strip():
            body = re.sub(rb"/\*.*|//.*", b"", unit.text(value)).rstrip()
            if body:
                name = shown(unit, field(node, "name"))
                yield value.start_byte, body, name, node.type == "preproc_function_def"


@operator(
    "macro-without-parentheses",
    "behaviour",
    "preprocessor",
    "the macro's body has no parentheses, so the operators around it get in between",
    "宏体没有加括号，展开后被两边的运算符拆开",
)
def macro_without_parentheses(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`#define RELOAD 65536 - COUNTS`: `RELOAD >> 8` shifts only `COUNTS`."""
    for start, body, name, _ in _bodies(unit):
        inside = body[1:-1]
        if not (body.startswith(b"(") and body.endswith(b")")) or not _SIGN.search(inside[1:]):
            continue
        depth, closed = 0, False
        for byte in inside:
            depth += (byte == 0x28) - (byte == 0x29)
            closed = closed or depth < 0
        if not closed and _torn(unit, name.encode()):
            edits = (Edit(start, start + 1, b""), Edit(start + len(body) - 1, start + len(body), b""))
            facts = (("macro", name),)
            yield Mutation(edits, body.decode("utf-8", "replace"), inside.decode("utf-8", "replace"), "", facts)


def _torn(unit: Unit, name: bytes) -> bool:
    """Whether something that may bind tighter stands beside a use of the macro."""
    word = rb"\b" + re.escape(name) + rb"\b(?:\([^()]*\))?"
    around = rb"(?:[-*/%&~!]|<<|>>|\(\w+_t\))\s*" + word + rb"|" + word + rb"\s*(?:[-+*/%&^]|<<|>>)"
    return any(re.search(around, line) for line in unit.src.split(b"\n"))


@operator("macro-semicolon", "compile", "preprocessor", "a semicolon ends the macro's body", "宏定义末尾多了分号")
def macro_semicolon(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`#define LIMIT 8;`: the semicolon goes along into every expression."""
    for start, body, name, _ in _bodies(unit):
        at = start + len(body)
        text = body.decode("utf-8", "replace")
        yield Mutation((Edit(at, at, b";"),), text, f"{text};", "", (("macro", name),))


@operator("macro-equals", "compile", "preprocessor", "a macro is written like an assignment", "把宏定义写成了赋值")
def macro_equals(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`#define LIMIT = 8`: the equals sign belongs to the text."""
    for start, body, name, arguments in _bodies(unit):
        if not arguments:
            text = body.decode("utf-8", "replace")
            yield Mutation((Edit(start, start, b"= "),), text, f"= {text}", "", (("macro", name),))


@operator(
    "macro-space",
    "compile",
    "preprocessor",
    "a blank parts the macro's name from its arguments",
    "宏名和参数之间多了空格",
)
def macro_space(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`#define SQUARE (x) ((x) * (x))` is a macro without arguments."""
    for node in unit.walk("preproc_function_def"):
        name, arguments = field(node, "name"), field(node, "parameters")
        head = f"{shown(unit, name)} {shown(unit, arguments)}"
        facts = (("macro", shown(unit, name)), ("arguments", shown(unit, arguments)))
        yield Mutation((Edit(name.end_byte, name.end_byte, b" "),), head.replace(" ", "", 1), head, "", facts)


@operator("missing-hash", "compile", "preprocessor", "the `#` of a directive is missing", "预处理指令少了 `#`")
def missing_hash(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`define N 8` or `include <8052.h>` without the `#`."""
    for start, end in unit.directives:
        found = re.match(rb"#\s*(include|define)\b", unit.src[start:end])
        if found:
            edit = Edit(start, start + found.start(1), b"")
            yield Mutation((edit,), f"#{found[1].decode()}", found[1].decode())


@operator(
    "missing-include",
    "compile",
    "preprocessor",
    "the header that declares these names is not included",
    "没有包含声明这些名字的头文件",
)
def missing_include(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One `#include` is forgotten."""
    for node in unit.walk("preproc_include"):
        end = unit.line_end(node.start_byte)
        edit = Edit(node.start_byte, min(end + 1, len(unit.src)), b"")
        header = shown(unit, field(node, "path"))
        yield Mutation((edit,), shown(unit, node), "", "", (("header", header),))


@operator("missing-define", "compile", "preprocessor", "a macro is used that is defined nowhere", "用到的宏没有定义")
def missing_define(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One `#define` is forgotten, or was lost in a merge."""
    for node in unit.walk("preproc_def"):
        name, value = field(node, "name"), node.child_by_field_name("value")
        if value is not None and unit.symbols.lookup(unit.text(name)) is not None:
            line = Edit(unit.line_start(node.start_byte), unit.line_end(node.start_byte) + 1, b"")
            if line.end >= node.end_byte and len(unit.symbols.occurrences(unit.text(name))) > 1:
                body = re.sub(r"\s*/[*/].*", "", shown(unit, value))
                was = f"#define {shown(unit, name)} {body}"
                yield Mutation((line,), was, "", "", (("macro", shown(unit, name)), ("value", body)))


@operator(
    "wrong-header", "compile", "preprocessor", "the header is not one of this compiler's", "这个头文件不是该编译器的"
)
def wrong_header(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`<reg52.h>` as in Keil's examples, for `<8052.h>`."""
    for node in unit.walk("preproc_include"):
        path = field(node, "path")
        name = unit.text(path)
        if name in (b"<8051.h>", b"<8052.h>"):
            now = f"<{rng.choice(_BOARD_HEADERS)}>"
            edit = Edit(path.start_byte, path.end_byte, now.encode())
            yield Mutation((edit,), name.decode(), now, "", (("header", name.decode()),))
