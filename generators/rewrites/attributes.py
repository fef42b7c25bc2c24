"""Attributes and registers of other compilers than sdcc: Keil's bits, GCC's attributes; each within its own dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from tree_sitter import Node

from corpus.source.ctype import literal_value
from corpus.source.edits import Edit
from corpus.source.lexer import Token, significant
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_FIRST, _LAST = 0x80, 0xFF  # where special function registers live
# The registers of bits that every 8051 has and Keil's REG51.H names.
_PORTS = frozenset(b"P0 P1 P2 P3 TCON SCON IE IP PSW ACC B".split())
_KEIL_HEADERS = re.compile(rb'(?i)#[ \t]*include[ \t]*[<"](reg5[12]|regx5[12]|at89x5[12])\.h[>"]')
_BIT = re.compile(rb"(\w+)[ \t]*\^[ \t]*([0-7])")

# GCC attributes that may stand on functions and variables of firmware.
_GCC = frozenset(
    b"interrupt signal naked used unused noinline always_inline packed aligned section weak progmem noreturn noclone "
    b"alias OS_main OS_task isr optimize pure const malloc constructor cold hot deprecated format nonnull "
    b"warn_unused_result visibility mode address io noinit".split()
)


def _sbits(unit: Unit) -> Iterator[tuple[bytes, int, int]]:
    """Keil's `sbit NAME = value;`: the value's text and where it stands."""
    if not unit.masked.keil:
        return
    for symbol in unit.symbols.all("sbit"):
        node = symbol.declarations[0].parent
        value = node.child_by_field_name("value") if node is not None and node.type == "init_declarator" else None
        if value is not None and not unit.comments(value.start_byte, value.end_byte):
            yield unit.text(value), value.start_byte, value.end_byte


def _registers(unit: Unit) -> dict[bytes, int]:
    """The registers with bits that a Keil source may name, with their addresses."""
    found = {s.name: s.value for s in unit.symbols.all("sfr") if s.value is not None and s.value % 8 == 0}
    if _KEIL_HEADERS.search(unit.src):
        for name in sorted(_PORTS):
            known = unit.symbols.lookup(name)
            if known is not None and known.from_header and known.kind == "sfr" and known.value is not None:
                found.setdefault(name, known.value)
    return {name: value for name, value in found.items() if _FIRST <= value <= _LAST}


@rewrite(
    family="dialects",
    scope="file",
    en="Give the `sbit` addresses as numbers (`sbit LED = 0x90;`)",
    zh="`sbit` 直接写位地址（`sbit LED = 0x90;`）",
    changes=[
        (
            "#include <reg52.h>\nsbit LED = P1^0; /* low: on */\nsbit KEY = P3 ^ 2;\n",
            "#include <reg52.h>\nsbit LED = 0x90; /* low: on */\nsbit KEY = 0xB2;\n",
        ),
    ],
    keeps=[
        "#include <reg52.h>\nsbit LED = 0x90;\n",
        "sbit LED = P1^0;\n",
        "bdata unsigned char flags;\nsbit ready = flags^0;\n",
        "#define LED P1^0\n#include <8052.h>\nvoid f(void)\n{\n    P1 = 0;\n}\n",
    ],
)
def sbit_by_address(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Keil's `sbit LED = P1^0;` as `sbit LED = 0x90;`.

    Sound: C51 gives the bit the register's address plus the number of the bit. Refuses bits of variables (`bdata`) and
    of registers that this file does not declare and Keil's header does not have.
    """
    registers = _registers(unit)
    edits = []
    for text, start, end in _sbits(unit):
        match = _BIT.fullmatch(text)
        if match is not None and match[1] in registers:
            edits.append(Edit(start, end, b"0x%02X" % (registers[match[1]] + int(match[2]))))
        elif match is not None:
            yield Refusal(start, "unknown-register")
    if edits:
        yield Site(aligned(unit, edits))


@rewrite(
    family="dialects",
    scope="file",
    en="Name the `sbit`s by register and bit (`sbit LED = P1^0;`)",
    zh="`sbit` 用寄存器加位号表示（`sbit LED = P1^0;`）",
    changes=[
        (
            "#include <reg52.h>\nsbit LED = 0x90; /* low: on */\nsbit KEY = 0xB0 ^ 2;\n",
            "#include <reg52.h>\nsbit LED = P1^0; /* low: on */\nsbit KEY = P3^2;\n",
        ),
        ("sfr PORT = 0x90;\nsbit LED = 0x97;\n", "sfr PORT = 0x90;\nsbit LED = PORT^7;\n"),
    ],
    keeps=[
        "#include <reg52.h>\nsbit LED = P1^0;\n",
        "sbit LED = 0x90;\n",
        "#include <8052.h>\n__sbit __at(0x90) LED;\n",
    ],
)
def sbit_by_register(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Keil's `sbit LED = 0x90;` and `sbit LED = 0x90^0;` as `sbit LED = P1^0;`.

    Sound: C51 gives the bit the register's address plus the number of the bit. Refuses addresses in no register, or in
    several, that this file declares above or Keil's header has.
    """
    registers = _registers(unit)
    edits = []
    for text, start, end in _sbits(unit):
        number, _, bit = (part.strip() for part in text.partition(b"^"))
        base = literal_value(number)
        if base is None or (bit and (literal_value(bit) or 0) > 7):
            continue
        address = base + (literal_value(bit) or 0 if bit else 0)
        names = sorted(name for name, value in registers.items() if value == address & ~7)
        above = [n for n in names if all(d.start_byte < start for d in _declarations(unit, n))]
        if len(names) == len(above) == 1:
            edits.append(Edit(start, end, names[0] + b"^%d" % (address & 7)))
        else:
            yield Refusal(start, "no-register")
    if edits:
        yield Site(aligned(unit, edits))


def _declarations(unit: Unit, name: bytes) -> tuple[Node, ...]:
    symbol = unit.symbols.lookup(name)
    return symbol.declarations if symbol is not None else ()


def _lists(unit: Unit) -> Iterator[tuple[Token, list[Token]]]:
    """GCC's `__attribute__` words outside directives, each with the tokens between its inner parentheses."""
    if unit.masked.keil or b"__attribute" not in unit.src:
        return
    inside = unit.directives
    code = significant(t for t in unit.tokens if not any(a <= t.start < b for a, b in inside))
    words = [unit.src[t.start : t.end] for t in code]
    for i, word in enumerate(words):
        if word not in (b"__attribute__", b"__attribute") or words[i + 1 : i + 3] != [b"(", b"("]:
            continue
        depth, last = 2, i + 3
        while last < len(words) and depth > 1:
            depth += {b"(": 1, b")": -1}.get(words[last], 0)
            last += 1
        if words[last : last + 1] == [b")"]:
            yield code[i], code[i + 3 : last - 1]


def _named(unit: Unit, tokens: list[Token]) -> Iterator[Token]:
    """The tokens of a list that name an attribute, not an argument of one."""
    depth = 0
    for token in tokens:
        text = unit.src[token.start : token.end]
        depth += {b"(": 1, b")": -1}.get(text, 0)
        if token.kind == "identifier" and not depth:
            yield token


@rewrite(
    family="dialects",
    scope="file",
    en="Write GCC's attributes with underscores (`__interrupt__`), safe from macros of the same name",
    zh="GCC 属性名统一加双下划线（`__interrupt__`），免得和同名宏冲突",
    changes=[
        (
            'void USART1_IRQHandler(void) __attribute__((interrupt("IRQ"), used));\n',
            'void USART1_IRQHandler(void) __attribute__((__interrupt__("IRQ"), __used__));\n',
        ),
    ],
    keeps=[
        "void f(void) __attribute__((__interrupt__));\n",
        "#define PACKED __attribute__((packed))\n",
        "void tick(void) __interrupt(1)\n{\n}\n",
        "#define used\nvoid f(void) __attribute__((used));\n",
    ],
)
def attributes_guarded(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__attribute__((interrupt))` as `__attribute__((__interrupt__))`.

    Sound: GCC takes each attribute's name with or without two underscores on both sides. Refuses names that it does not
    know, names that this file uses for anything else, and attributes in macros.
    """
    edits = []
    for _, tokens in _lists(unit):
        for token in _named(unit, tokens):
            word = unit.src[token.start : token.end]
            if word not in _GCC:
                continue
            if unit.symbols.lookup(word) is not None:
                yield Refusal(token.start, "a-name-of-the-file")
                return
            edits.append(Edit(token.start, token.end, b"__" + word + b"__"))
    if edits:
        yield Site(aligned(unit, edits))


@rewrite(
    family="dialects",
    scope="file",
    en="Write GCC's attributes without underscores (`interrupt`)",
    zh="GCC 属性名去掉双下划线（`interrupt`）",
    changes=[
        (
            'static unsigned char dma[64] __attribute__((__aligned__(4), __section__(".dma")));\n',
            'static unsigned char dma[64] __attribute__((aligned(4), section(".dma")));\n',
        ),
    ],
    keeps=[
        "void f(void) __attribute__((interrupt));\n",
        "#include <used.h>\nvoid f(void) __attribute__((__used__));\n",
        "void f(void) __attribute__((__used__));\nint used;\n",
    ],
)
def attributes_bare(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__attribute__((__interrupt__))` as `__attribute__((interrupt))`.

    Sound: GCC takes each attribute's name with or without two underscores on both sides. Refuses names that it does not
    know, names that this file or a header has (a macro would be replaced), files with unknown headers, and attributes
    in macros.
    """
    edits = []
    for _, tokens in _lists(unit):
        for token in _named(unit, tokens):
            word = unit.src[token.start : token.end]
            name = word[2:-2]
            if not word.startswith(b"__") or not word.endswith(b"__") or name not in _GCC:
                continue
            unknown = [h for h in unit.symbols.missing_headers if not h.startswith(("avr/", "util/"))]
            if name in unit.symbols.names or name in unit.symbols.header_names or unknown:
                yield Refusal(token.start, "perhaps-a-macro")
                return
            edits.append(Edit(token.start, token.end, name))
    if edits:
        yield Site(aligned(unit, edits))


@rewrite(
    family="dialects",
    scope="file",
    en="Put GCC attributes that stand side by side into one list",
    zh="把并排的几个 GCC 属性合并成一个列表",
    changes=[
        (
            "void f(void) __attribute__((noinline)) __attribute__((used));\n",
            "void f(void) __attribute__((noinline, used));\n",
        ),
    ],
    keeps=[
        "void f(void) __attribute__((noinline, used));\n",
        "void f(void) __attribute__((noinline)) /* measured */ __attribute__((used));\n",
        "void f(void) __attribute__((noinline));\nvoid g(void) __attribute__((used));\n",
    ],
)
def attributes_joined(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__attribute__((a)) __attribute__((b))` as `__attribute__((a, b))`.

    Sound: GCC's grammar makes one list of attribute specifiers in a row, in their order. Refuses anything but blanks
    between the two, an empty list, and attributes in macros.
    """
    edits = []
    found = list(_lists(unit))
    for (_, first), (word, second) in pairwise(found):
        if not first or not second:
            continue
        between = unit.src[first[-1].end : word.start]
        if re.fullmatch(rb"\s*\)\s*\)[ \t]*", between) is None:
            continue
        edits.append(Edit(first[-1].end, second[0].start, b", "))
    if edits:
        yield Site(aligned(unit, edits))


_HANDLERS = frozenset(b"interrupt signal isr naked __interrupt__ __signal__ __isr__ __naked__".split())


@rewrite(
    family="dialects",
    scope="file",
    en="Put the attribute that makes an interrupt handler first in its list",
    zh="中断属性写在属性列表的最前面",
    changes=[
        (
            "void __vector_16(void) __attribute__((used, signal));\n",
            "void __vector_16(void) __attribute__((signal, used));\n",
        ),
        (
            'void TIM2_IRQHandler(void) __attribute__((section(".fast"), interrupt("IRQ"), used));\n',
            'void TIM2_IRQHandler(void) __attribute__((interrupt("IRQ"), section(".fast"), used));\n',
        ),
    ],
    keeps=[
        "void __vector_16(void) __attribute__((signal, used));\n",
        "void __vector_16(void) __attribute__((used, /* timer 0 */ signal));\n",
        "#define ISR_ATTRIBUTES __attribute__((used, signal))\n",
    ],
)
def handler_attribute_first(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__attribute__((used, signal))` as `__attribute__((signal, used))`.

    Sound: the attributes of one list have no order among themselves; the others keep theirs. Refuses lists with
    comments, and attributes in macros.
    """
    edits = []
    for _, tokens in _lists(unit):
        items = _items(tokens, unit)
        texts = [unit.src[item[0].start : item[-1].end] for item in items if item]
        sorted_texts = sorted(texts, key=lambda text: text.partition(b"(")[0].strip() not in _HANDLERS)
        if len(texts) != len(items) or texts == sorted_texts:
            continue
        if unit.comments(tokens[0].start, tokens[-1].end):
            yield Refusal(tokens[0].start, "comment-in-the-way")
            continue
        for item, old, new in zip(items, texts, sorted_texts, strict=True):
            if old != new:
                edits.append(Edit(item[0].start, item[-1].end, new))
    if edits:
        yield Site(tuple(edits))


def _items(tokens: list[Token], unit: Unit) -> list[list[Token]]:
    """The attributes of a list, each with its arguments."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        text = unit.src[token.start : token.end]
        depth += {b"(": 1, b")": -1}.get(text, 0)
        if text == b"," and not depth:
            items.append([])
        else:
            items[-1].append(token)
    return items


RULES = (
    sbit_by_address,
    sbit_by_register,
    attributes_guarded,
    attributes_bare,
    attributes_joined,
    handler_attribute_first,
)
