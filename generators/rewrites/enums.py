"""Enums: macro constants that belong together as enumerators, and back."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import literal_value
from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, lead
from generators.rewrites.constants import INT_MAX, NumberMacro, number_macros
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite


@rewrite(
    family="constants",
    en="Turn the related macro constants into an enum",
    zh="把这一组相关的宏常量改成枚举",
    changes=[
        (
            "#define A_ON 1\n#define A_OFF 0x00 /* dark */\n\nint f(void)\n{\n    return A_ON + A_OFF;\n}\n",
            "enum {\n    A_ON = 1,\n    A_OFF = 0x00 /* dark */\n};\n\nint f(void)\n{\n    return A_ON + A_OFF;\n}\n",
        ),
        (
            "#define RELOAD 0xEE\n/* The lamp. */\n#define LAMP_OFF 0\n#define LAMP_ON 1\n#define TASKS 6\n",
            "#define RELOAD 0xEE\n\n/* The lamp. */\nenum {\n    LAMP_OFF = 0,\n    LAMP_ON = 1\n};\n\n"
            "#define TASKS 6\n",
        ),
        (
            "#define RELOAD 0xEE\n#define LAMP_OFF 0\n#define LAMP_ON 1\n\nint a;\n",
            "#define RELOAD 0xEE\n\nenum {\n    LAMP_OFF = 0,\n    LAMP_ON = 1\n};\n\nint a;\n",
        ),
        (
            "#define IDLE 0\n#define BUSY 1\n#define DONE 2\n",
            "enum {\n    IDLE = 0,\n    BUSY = 1,\n    DONE = 2\n};\n",
        ),
    ],
    keeps=[
        "#define A 0\n\n#define B 1\n",
        "#define TASKS 6\n#define RELOAD 0xEE\n",
        "#define TASKS 6\n#define RELOAD 7\n",
        "#define FIFO_SIZE 8\n#define FIFO_MASK 7\n",
        "#define RX_SIZE 1\n#define TX_SIZE 2\n#define TICKS 3\n",
        "#define RELOAD_HIGH 0xDC\n#define RELOAD_LOW 0x00\n",
        "#define CRC_FIRST 0x00\n#define CRC_XOR 0x00\n",
        "#define A_ON 1\n#define A_OFF 0\n#define A_BIG 40000\n",
        "#define ON 0\n#define OFF 1\n#if ON\n#endif\n",
        "#define ON 0\n#define OFF 1u\n",
        "#ifdef X\n#define ON 0\n#define OFF 1\n#endif\n",
        '#define ON 0\n#define OFF 1\n#include "board.h"\n',
    ],
)
def macros_to_enum(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`#define`s of small integers, line under line, as one unnamed enum: those whose names begin alike, or three or
    more that count up from 0 or 1.

    Sound: an enumerator is an `int` of that value wherever an expression may stand, as the literal was. Refuses values
    that do not fit a 16-bit `int`, suffixes, macros that `#if`, other macros, asm or a header included below may use,
    those within `#if`, names that tell an amount (`FIFO_SIZE`), and groups of which a part would stay behind.
    """
    layout = Layout.of(unit, context.style)
    run: list[NumberMacro] = []
    for found in [*number_macros(unit), None]:
        if isinstance(found, Refusal):
            yield found
            continue
        if found is not None and (
            not run or unit.line(found.node.start_byte) == unit.line(run[-1].node.start_byte) + 1
        ):
            run.append(found)
            continue
        for group in _related(unit, run):
            yield _as_enum(unit, layout, group)
        run = [found] if found is not None else []


def _related(unit: Unit, run: list[NumberMacro]) -> list[list[NumberMacro]]:
    """The parts of a run of `#define`s whose names begin alike, or all of it where three or more count up from 0 or 1;
    none with a name that tells an amount, which is no choice among others."""
    values = [literal_value(line.value) or 0 for line in run]
    families = {_family(line.symbol.name) for line in run}
    counts = len(run) > 2 and values[0] < 2 and values == list(range(values[0], values[0] + len(run)))
    if counts and len(families) > 1:
        return [] if any(_is_amount(line.symbol.name.split(b"_")) for line in run) else [run]
    groups: list[list[NumberMacro]] = []
    for line in run:
        if groups and _family(groups[-1][-1].symbol.name) == _family(line.symbol.name):
            groups[-1].append(line)
        else:
            groups.append([line])
    groups = [group for group in groups if len(group) > 1 and not _has_sibling(unit, group)]
    return [group for group in groups if _are_choices(group)]


def _are_choices(group: list[NumberMacro]) -> bool:
    """Whether the values differ and no name tells an amount; a first word may be the name of what has the choice."""
    words = [line.symbol.name.split(b"_") for line in group]
    values = {literal_value(line.value) for line in group}
    return len(values) == len(group) and not any(_is_amount(w[w[0] in _CHOOSING :]) for w in words)


def _is_amount(words: list[bytes]) -> bool:
    return not _AMOUNTS.isdisjoint(words)


_CHOOSING = frozenset((b"STEP", b"RATE", b"BASE", b"LOAD", b"VERSION", b"TIME"))


_AMOUNTS = frozenset(
    b"SIZE LEN LENGTH COUNT CNT NUM NUMBER MAX MIN LIMIT TOTAL MASK BITS BYTES SHIFT OFFSET DEPTH WIDTH HEIGHT "
    b"HZ KHZ MHZ FREQ RATE BAUD MS US SEC SECONDS TIME TIMEOUT DELAY PERIOD TICKS TICK RELOAD LOAD STEP STEPS "
    b"PER DIV SCALE PRESCALE PRESCALER POLY INIT SEED GAIN THRESHOLD ADDR ADDRESS BASE VERSION TASKS ROWS COLS "
    b"CHANNELS KEYS LEDS".split()
)


def _family(name: bytes) -> bytes:
    return name.split(b"_")[0] if b"_" in name else b"/" + name


def _has_sibling(unit: Unit, group: list[NumberMacro]) -> bool:
    """Whether another macro with the same first word would be left outside."""
    inside = {line.symbol.name for line in group}
    return any(
        s.name not in inside and _family(s.name) == _family(group[0].symbol.name) for s in unit.symbols.all("macro")
    )


def _as_enum(unit: Unit, layout: Layout, run: list[NumberMacro]) -> Site:
    width = max(len(line.symbol.name) + len(line.value) for line in run)
    items = []
    for line in run:
        comma = b"" if line is run[-1] else b","
        text = layout.step + line.symbol.name + b" = " + line.value + comma
        gap = b" " * (width - len(line.symbol.name) - len(line.value) + 2 - len(comma)) if len(run) > 1 else b" "
        several = sum(bool(one.remark) for one in run) > 1
        items.append(text + ((gap if several else b" ") + line.remark if line.remark else b""))
    opening = unit.newline if layout.own_line else b" "
    body = unit.newline.join([b"enum" + opening + b"{", *items, b"};"])
    named = (("name", run[0].symbol.name.decode()), ("last", run[-1].symbol.name.decode()))
    start, end = run[0].node.start_byte, line_stop(unit, run[-1].node.start_byte)
    edits = [Edit(start, end, body)]
    first = lead(unit, run[0].node)
    if _is_taken(unit, unit.line_start(first) - 1):
        edits.insert(0, Edit(first, first, unit.newline))
    if _is_taken(unit, unit.line_end(end) + 1):
        edits.append(Edit(end, end, unit.newline))
    return Site(tuple(edits), named)


def _is_taken(unit: Unit, offset: int) -> bool:
    """Whether the line of this offset has anything on it."""
    if not 0 <= offset < len(unit.src):
        return False
    return bool(unit.src[unit.line_start(offset) : unit.line_end(offset)].strip())


@rewrite(
    family="constants",
    en="Replace the unnamed enum with macro constants",
    zh="把匿名枚举改成宏常量",
    changes=[
        (
            "enum {\n    ON = 1,\n    DIM,   /* half */\n    OFF = 0\n};\n\nint f(void)\n{\n    return DIM;\n}\n",
            "#define ON 1\n#define DIM 2 /* half */\n#define OFF 0\n\nint f(void)\n{\n    return DIM;\n}\n",
        ),
    ],
    keeps=[
        "enum state { ON, OFF };\n",
        "typedef enum { ON, OFF } state;\n",
        "enum { ON, OFF };\nint f(int ON)\n{\n    return ON;\n}\n",
        "enum { ON, OFF };\nstruct s { int ON; };\n",
        "void f(void)\n{\n    enum { ON, OFF };\n    g(ON);\n}\n",
    ],
)
def enum_to_macros(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """An unnamed enum at file scope as one `#define` for each enumerator.

    Sound: every enumerator is an `int` constant, as its literal is. Refuses enums with a tag or a variable, negative
    and unknown values, and names that also mean something else (a macro knows no scope)."""
    for node in unit.root.named_children:
        enum = node if node.type == "enum_specifier" else None
        if enum is None or enum.child_by_field_name("name") is not None:
            continue
        body = enum.child_by_field_name("body")
        end = line_stop(unit, enum.start_byte if body is None else body.end_byte)
        rest = unit.src[enum.end_byte : end].strip()
        if body is None or rest != b";" or unit.src[unit.line_start(enum.start_byte) : enum.start_byte].strip():
            continue
        lines = _as_defines(unit, body)
        if isinstance(lines, str):
            yield Refusal(enum.start_byte, lines)
        elif unit.in_opaque(enum.start_byte, end) or unit.comments(enum.start_byte, body.start_byte):
            yield Refusal(enum.start_byte, "not-plain")
        else:
            names = [unit.text(n).decode().split("=")[0].strip() for n in unit.walk("enumerator", under=body)]
            named = (("name", names[0]), ("last", names[-1]))
            yield Site((Edit(enum.start_byte, end, unit.newline.join(lines)),), named)


def _as_defines(unit: Unit, body: Node) -> list[bytes] | str:
    lines: list[bytes] = []
    remarks: list[bytes] = []
    last = -1
    for child in body.named_children:
        if child.type == "comment":
            text = unit.text(child)
            if lines and unit.line(child.start_byte) == last and b"\n" not in text and not remarks[-1]:
                remarks[-1] = text
                continue
            return "comment-between"
        name = child.child_by_field_name("name")
        symbol = unit.symbols.resolve(name) if name is not None else None
        if symbol is None or symbol.value is None or not 0 <= symbol.value <= INT_MAX:
            return "value-unknown"
        places = unit.symbols.occurrences(symbol.name)
        if len(places) != len(symbol.uses) + 1 or any(place.where != "code" for place in places):
            return "name-means-more"
        given = child.child_by_field_name("value")
        text = unit.text(given) if given is not None and given.type == "number_literal" else b"%d" % symbol.value
        lines.append(b"#define " + symbol.name + b" " + text)
        remarks.append(b"")
        last = unit.line(child.start_byte)
    width = max(map(len, lines)) if sum(map(bool, remarks)) > 1 else 0
    return [(a.ljust(width) + b" " + b) if b else a for a, b in zip(lines, remarks, strict=True)] or "empty"


RULES = (macros_to_enum, enum_to_macros)
