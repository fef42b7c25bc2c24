"""Dialects: interrupts and addresses, spelt another way that the same compiler takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from corpus.source.ctype import literal_value
from corpus.source.edits import Edit
from corpus.source.mask import Span
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_IN_PARENTHESES = re.compile(rb"(__interrupt|__using|__at)[ \t]*\([ \t]*(\w+)[ \t]*\)")
_BARE = re.compile(rb"(__interrupt|__using|__at)[ \t]+(\w+)")
_NUMBERED = re.compile(rb"(__interrupt[ \t]*\(?[ \t]*)(\w+)([ \t]*\)?)")


def _attributes(unit: Unit, kind: str, *words: bytes) -> Iterator[tuple[Span, bytes]]:
    """The places of one kind that begin with one of these words, and their text."""
    for span in unit.spans:
        text = unit.src[span.start : span.end]
        if span.kind == kind and re.match(rb"\w*", text)[0] in words:  # type: ignore[index]
            yield span, text


def _without_parentheses(unit: Unit, found: Iterable[tuple[Span, bytes]]) -> Iterator[Site | Refusal]:
    """All of these words with their number bare."""
    edits = []
    for span, text in found:
        if (match := _IN_PARENTHESES.fullmatch(text)) is not None:
            edits.append(Edit(span.start, span.end, match[1] + b" " + match[2]))
        elif b"(" in text:
            yield Refusal(span.start, "no-plain-number")
            return
    if edits:
        yield Site(aligned(unit, edits))


@rewrite(
    family="dialects",
    scope="file",
    en="Write the interrupt number without parentheses (`__interrupt 1`)",
    zh="中断号不加括号，写成 `__interrupt 1`",
    changes=[
        (
            "void tick(void) __interrupt(1) __using(2)\n{\n}\n",
            "void tick(void) __interrupt 1 __using 2\n{\n}\n",
        ),
    ],
    keeps=[
        "void tick(void) __interrupt 1\n{\n}\n",
        "#define TICK 1\nvoid tick(void) __interrupt(TICK + 1)\n{\n}\n",
        "void tick(void) interrupt 1\n{\n}\n",
        "void tick(void) __interrupt\n{\n}\n",
    ],
)
def interrupt_bare(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__interrupt(1)` as `__interrupt 1`, `__using(1)` as `__using 1`.

    Sound: sdcc's grammar takes the number with or without parentheses. Refuses expressions as numbers.

    It acts for authors who learnt on Keil's C51, which writes `interrupt 1`.
    """
    if not context.style.from_keil:
        return
    yield from _without_parentheses(unit, _attributes(unit, "fattr", b"__interrupt", b"__using"))


@rewrite(
    family="dialects",
    scope="file",
    en="Put the interrupt number in parentheses (`__interrupt(1)`)",
    zh="中断号加上括号，写成 `__interrupt(1)`",
    changes=[
        (
            "void tick(void) __interrupt 1 __using 2\n{\n}\n",
            "void tick(void) __interrupt(1) __using(2)\n{\n}\n",
        ),
    ],
    keeps=["void tick(void) __interrupt(1)\n{\n}\n", "void tick(void) interrupt 1 using 2\n{\n}\n"],
)
def interrupt_in_parentheses(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__interrupt 1` as `__interrupt(1)`, `__using 1` as `__using(1)`.

    Sound: sdcc's grammar takes the number with or without parentheses. Refuses nothing that is written so; other
    dialects have other words.

    It acts for authors who learnt on sdcc.
    """
    if context.style.from_keil:
        return
    edits = [
        Edit(span.start, span.end, match[1] + b"(" + match[2] + b")")
        for span, text in _attributes(unit, "fattr", b"__interrupt", b"__using")
        if (match := _BARE.fullmatch(text)) is not None
    ]
    if edits:
        yield Site(aligned(unit, edits))


@rewrite(
    family="dialects",
    scope="file",
    en="Name the interrupts by the header's vector macros instead of numbers",
    zh="中断号改用头文件里的向量宏",
    changes=[
        (
            "#include <8052.h>\n\nvoid tick(void) __interrupt(1)\n{\n}\n\nvoid serial(void) __interrupt 4\n{\n}\n",
            "#include <8052.h>\n\nvoid tick(void) __interrupt(TF0_VECTOR)\n{\n}\n\n"
            "void serial(void) __interrupt SI0_VECTOR\n{\n}\n",
        ),
    ],
    keeps=[
        "void tick(void) __interrupt(1)\n{\n}\n",
        "#include <8052.h>\nvoid tick(void) __interrupt(7)\n{\n}\n",
        "#include <8052.h>\n#undef TF0_VECTOR\nvoid tick(void) __interrupt(1)\n{\n}\n",
    ],
)
def vector_by_name(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__interrupt(1)` as `__interrupt(TF0_VECTOR)` where an included header has that macro.

    Sound: the macro stands for the same number. Refuses numbers for which the headers have no name or several, and
    names that this file mentions.

    It acts for authors who learnt on sdcc; Keil's headers have no such names.
    """
    if context.style.from_keil:
        return
    names = _vectors(unit)
    edits = []
    for span, text in _attributes(unit, "fattr", b"__interrupt"):
        match = _NUMBERED.fullmatch(text)
        number = literal_value(match[2]) if match is not None else None
        if match is None or number is None:
            continue
        found = [name for name, value in names.items() if value == number]
        if len(found) != 1:
            yield Refusal(span.start, "no-name")
        elif any(place.where == "directive" for place in unit.symbols.occurrences(found[0])):
            yield Refusal(span.start, "named-in-a-directive")
        else:
            edits.append(Edit(span.start, span.end, match[1] + found[0] + match[3]))
    if edits:
        yield Site(aligned(unit, edits))


@rewrite(
    family="dialects",
    scope="file",
    en="Write the interrupt numbers instead of the header's vector macros",
    zh="中断向量宏改成直接写中断号",
    changes=[
        (
            "#include <8052.h>\n\nvoid tick(void) __interrupt(TF0_VECTOR)\n{\n}\n",
            "#include <8052.h>\n\nvoid tick(void) __interrupt(1)\n{\n}\n",
        ),
    ],
    keeps=[
        "#define TICK 5\nvoid tick(void) __interrupt(TICK)\n{\n}\n",
        "#include <8052.h>\n#define TF0_VECTOR 1\nvoid tick(void) __interrupt(TF0_VECTOR)\n{\n}\n",
    ],
)
def vector_by_number(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__interrupt(TF0_VECTOR)` as `__interrupt(1)`.

    Sound: the header's macro stands for that number. Refuses macros of this file, which are its own names, and names
    that it mentions in a directive.

    It acts for authors who learnt on Keil's C51, whose headers have no such names.
    """
    if not context.style.from_keil:
        return
    names = _vectors(unit)
    edits = []
    for span, text in _attributes(unit, "fattr", b"__interrupt"):
        match = _NUMBERED.fullmatch(text)
        if match is None or match[2] not in names:
            continue
        if any(place.where == "directive" for place in unit.symbols.occurrences(match[2])):
            yield Refusal(span.start, "named-in-a-directive")
        else:
            edits.append(Edit(span.start, span.end, match[1] + b"%d" % names[match[2]] + match[3]))
    if edits:
        yield Site(aligned(unit, edits))


def _vectors(unit: Unit) -> dict[bytes, int]:
    """The interrupt numbers that the included headers name."""
    found = {}
    for name in sorted(unit.symbols.header_names):
        symbol = unit.symbols.lookup(name) if name.endswith(b"_VECTOR") else None
        value = literal_value(symbol.body or b"") if symbol is not None and symbol.kind == "macro" else None
        if symbol is not None and symbol.from_header and value is not None:
            found[name] = value
    return found


@rewrite(
    family="dialects",
    scope="file",
    en="Write the interrupt number before the register bank",
    zh="先写中断号，再写寄存器组",
    changes=[
        ("void tick(void) __using(1) __interrupt(3)\n{\n}\n", "void tick(void) __interrupt(3) __using(1)\n{\n}\n"),
        (
            "sfr P1 = 0x90;\nvoid tick(void) using 1 interrupt 3\n{\n}\n",
            "sfr P1 = 0x90;\nvoid tick(void) interrupt 3 using 1\n{\n}\n",
        ),
    ],
    keeps=[
        "void tick(void) __interrupt(3) __using(1)\n{\n}\n",
        "void tick(void) __using(1) /* bank */ __interrupt(3)\n{\n}\n",
    ],
)
def interrupt_first(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__using(1) __interrupt(3)` as `__interrupt(3) __using(1)`; Keil's words likewise.

    Sound: the attributes of a function have no order. Refuses a comment or a line break between the two.
    """
    edits: list[Edit] = []
    spans = list(_attributes(unit, "fattr", b"__using", b"__interrupt", b"using", b"interrupt"))
    for (one, text), (other, second) in pairwise(spans):
        if not text.lstrip(b"_").startswith(b"using") or not second.lstrip(b"_").startswith(b"interrupt"):
            continue
        between = unit.src[one.end : other.start]
        if between.strip(b" \t"):
            if not between.strip(b" \t\r\n") or b"*/" in between:
                yield Refusal(one.start, "something-between")
        else:
            edits += [Edit(one.start, one.end, second), Edit(other.start, other.end, text)]
    if edits:
        yield Site(tuple(edits))


@rewrite(
    family="dialects",
    scope="file",
    en="Write the addresses without parentheses (`__at 0x90`)",
    zh="地址不加括号，写成 `__at 0x90`",
    changes=[
        (
            "__sfr __at(0xBC) ADC_CONTR; /* control */\n__sfr __at (0xBD) ADC_RES;  /* result */\n",
            "__sfr __at 0xBC ADC_CONTR; /* control */\n__sfr __at 0xBD ADC_RES;   /* result */\n",
        ),
    ],
    keeps=["__sfr __at(0x80 + 4) ADC_CONTR;\n", "__sfr __at 0xBC ADC_CONTR;\n"],
)
def address_bare(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__at(0xBC)` as `__at 0xBC`.

    Sound: sdcc's grammar takes a constant with or without parentheses. Refuses expressions as addresses.

    It acts for authors who learnt on Keil's C51, which writes `_at_ 0x30`.
    """
    if not context.style.from_keil:
        return
    yield from _without_parentheses(unit, _attributes(unit, "at", b"__at"))


@rewrite(
    family="dialects",
    scope="file",
    en="Put the addresses in parentheses (`__at (0x90)`)",
    zh="地址加上括号，写成 `__at (0x90)`",
    changes=[
        ("__sfr __at 0xBC ADC_CONTR;\n__bit __at 0x20 b;\n", "__sfr __at (0xBC) ADC_CONTR;\n__bit __at (0x20) b;\n")
    ],
    keeps=["__sfr __at(0xBC) ADC_CONTR;\n", "__sfr __at 0x80 + 4 ADC_CONTR;\n"],
)
def address_in_parentheses(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`__at 0xBC` as `__at (0xBC)`.

    Sound: sdcc's grammar takes a constant with or without parentheses. Refuses expressions as addresses.

    It acts for authors who learnt on sdcc.
    """
    if context.style.from_keil:
        return
    edits = []
    for span, text in _attributes(unit, "at", b"__at"):
        if (match := _BARE.fullmatch(text)) is not None:
            edits.append(Edit(span.start, span.end, match[1] + b" (" + match[2] + b")"))
        elif b"(" not in text:
            yield Refusal(span.start, "no-plain-number")
            return
    if edits:
        yield Site(aligned(unit, edits))


RULES = (
    interrupt_bare,
    interrupt_in_parentheses,
    vector_by_name,
    vector_by_number,
    interrupt_first,
    address_bare,
    address_in_parentheses,
)
