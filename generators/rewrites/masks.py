"""Bit masks: one bit by a shift, or out of a table of the eight."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import UINT8
from corpus.source.edits import Edit
from corpus.source.expressions import operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.constant_tables import (
    Table,
    above,
    code_word,
    gone,
    in_macro_call,
    is_told,
    spelled,
    subscripts,
    tables,
)
from generators.rewrites.indexes import within
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.tables import index_of
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import is_torn, sides, spelt

_BITS = 8
_NAMES = (b"bit_mask", b"bit_masks", b"mask_of_bit", b"bit_of")
_TESTS = ("if_statement", "while_statement", "do_statement", "switch_statement", "sizeof_expression")
# Around these a shift needs no parentheses.
_OPEN = frozenset({"parenthesized_expression", "argument_list", "return_statement", "init_declarator",
                   "assignment_expression", "subscript_expression"})  # fmt: skip


@rewrite(
    family="tables",
    en="Take the bit masks from a table instead of shifting 1 by a variable",
    zh="变量移位 1 << n 改成查位掩码表",
    changes=[
        (
            "#include <8052.h>\n\nvoid f(unsigned char n)\n{\n    P1 = ~(1 << (n & 7));\n"
            "    P2 = (unsigned char)(1 << (n & 7));\n}\n",
            "#include <8052.h>\n\nstatic const __code unsigned char bit_mask[8] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, "
            "0x40, 0x80};\n\nvoid f(unsigned char n)\n{\n    P1 = ~bit_mask[n & 7];\n"
            "    P2 = bit_mask[n & 7];\n}\n",
        ),
        (
            "static const unsigned char bit_of[8] = {1, 2, 4, 8, 16, 32, 64, 128};\n\n"
            "int f(unsigned char n, int a)\n{\n    if (n >= 8)\n        return 0;\n"
            "    a |= 1 << n;\n    return bit_of[n & 7] & a;\n}\n",
            "static const unsigned char bit_of[8] = {1, 2, 4, 8, 16, 32, 64, 128};\n\n"
            "int f(unsigned char n, int a)\n{\n    if (n >= 8)\n        return 0;\n"
            "    a |= bit_of[n];\n    return bit_of[n & 7] & a;\n}\n",
        ),
    ],
    keeps=[
        "int f(unsigned char n)\n{\n    return 1 << n;\n}\n",
        "long f(unsigned char n)\n{\n    return 1L << (n & 7);\n}\n",
        "unsigned f(unsigned char n)\n{\n    return 1u << (n & 7);\n}\n",
        "#include <stdint.h>\nint f(uint16_t n)\n{\n    return 1 << ((n + 9u) >> 13);\n}\n",
        "int f(void)\n{\n    return 1 << 3;\n}\n",
        "int f(unsigned char n)\n{\n    if (n > 7)\n        return 0;\n    n += 4;\n    return 1 << n;\n}\n",
        "int f(signed char n)\n{\n    if (n > 7)\n        return 0;\n    return 1 << n;\n}\n",
    ],
)
def shift_to_mask(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Every `1 << n` with n surely in 0..7 as `bit_mask[n]`, out of a table that the file has or gets: the 8051 shifts
    one bit a turn of a loop.

    Sound: the element is promoted to the same `int`, and n is evaluated once in both. Refuses an n that might be
    outside, another type than `int` (`1u`, `1L`), constants, effects in n, functions that keep time, and Keil's
    dialect.
    """
    found: list[Node] = []
    for node in unit.walk("binary_expression"):
        if _shifted(unit, node) is None:
            continue
        reason = _reason(unit, node)
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        else:
            found.append(node)
    if not found:
        return
    table = next((t for t in tables(unit) if _is_masks(unit, t, _BITS) and t.symbol.scope is None), None)
    if table is not None and not any(node.start_byte < table.declaration.start_byte for node in found):
        free = all(_means(unit, table.symbol.name) for _ in found)
        if free:
            yield Site(tuple(_read(unit, node, table.symbol.name) for node in found))
        return
    place, space, kind = above(unit, found[0]), code_word(unit), spelled(unit, UINT8)
    name = next((n for n in _NAMES if unit.symbols.is_free(n) and n.decode() not in context.held), None)
    if place is None or space is None or kind is None or name is None or table is not None:
        yield Refusal(found[0].start_byte, "no-place")
        return
    digits = b"0x%02x" if context.style.radix == "hex-lower" else b"0x%02X"
    items = b", ".join(digits % (1 << bit) for bit in range(_BITS))
    head = b"static const " + space + kind + b" " + name + b"[8] = {" + items + b"};" + unit.newline * 2
    yield Site((Edit(place, place, head), *(_read(unit, node, name) for node in found)), (("table", name.decode()),))


def _shifted(unit: Unit, node: Node) -> Node | None:
    """The n of `1 << n`, where it is no constant."""
    parts = sides(node)
    if parts is None or parts[1] != b"<<" or unit.text(stripped(parts[0])) != b"1":
        return None
    return parts[2] if unit.symbols.constant(parts[2]) is None and unit.enclosing_function(node) is not None else None


def _reason(unit: Unit, node: Node) -> str | None:
    """Why this shift may not become a table's element, or None."""
    amount = _shifted(unit, node)
    if amount is None or is_torn(unit, amount) or unit.in_opaque(node.start_byte, node.end_byte):
        return "not-plain"
    effects = unit.symbols.effects(amount)
    if effects.writes or effects.calls or effects.unknown or unit.comments(node.start_byte, unit.end(node)):
        return "not-plain"
    if in_macro_call(unit, node):
        return "argument-of-a-macro"
    if not within(unit, amount, _BITS):
        return "may-be-above-seven"
    return "timing-function" if keeps_time(unit, node) else None


def _read(unit: Unit, node: Node, name: bytes) -> Edit:
    """The element in place of the shift, with the parentheses around it, which it does not need."""
    amount = _shifted(unit, node)
    assert amount is not None
    outer, holder = node, node.parent
    around = holder.parent.type if holder is not None and holder.parent is not None else ""
    if holder is not None and holder.type == "parenthesized_expression" and around not in _TESTS:
        outer = node if unit.comments(holder.start_byte, unit.end(holder)) else holder
    cast = outer.parent
    if cast is not None and cast.type == "cast_expression" and not unit.comments(cast.start_byte, unit.end(cast)):
        t = unit.symbols.type_of(cast)
        outer = cast if t is not None and t.plain() == UINT8 else outer  # the element already has that type
    text = name + b"[" + unit.text(stripped(amount)) + b"]"
    before = unit.src[outer.start_byte - 1 : outer.start_byte]
    return Edit(outer.start_byte, unit.end(outer), (b" " if before.isalnum() else b"") + text)


def _means(unit: Unit, name: bytes) -> bool:
    """Whether a name means the same in the whole file."""
    return sum(s.name == name for s in unit.symbols.all()) == 1


def _is_masks(unit: Unit, table: Table, length: int) -> bool:
    """Whether the table holds the first bits in order, at least so many."""
    values = [unit.symbols.constant(n) for n in table.elements]
    return table.element.plain() == UINT8 and len(values) >= length and values == [1 << i for i in range(len(values))]


@rewrite(
    family="tables",
    en="Drop the table of bit masks and shift 1 instead",
    zh="去掉位掩码表，直接写 1 << n",
    changes=[
        (
            "#include <8052.h>\n\nstatic const __code unsigned char bit[4] = {1, 2, 4, 8};\n\nvoid f(unsigned char n)\n"
            "{\n    P1 &= ~bit[n & 3];\n    if (n < 4)\n        P2 |= bit[n];\n}\n",
            "#include <8052.h>\n\nvoid f(unsigned char n)\n"
            "{\n    P1 &= ~(1 << (n & 3));\n    if (n < 4)\n        P2 |= 1 << n;\n}\n",
        ),
    ],
    keeps=[
        "static const unsigned char bit[4] = {1, 2, 4, 8};\nint f(unsigned char n)\n{\n    return bit[n];\n}\n",
        "static const unsigned char bit[4] = {1, 2, 4, 7};\nint f(unsigned char n)\n{\n    return bit[n & 3];\n}\n",
        "static const unsigned char bit[2] = {1, 2};\nconst unsigned char *f(void)\n{\n    return bit;\n}\n",
        "const unsigned char bit[2] = {1, 2};\nint f(unsigned char n)\n{\n    return bit[n & 1];\n}\n",
        "static const unsigned int bit[2] = {1, 2};\nint f(unsigned char n)\n{\n    return ~bit[n & 1];\n}\n",
    ],
)
def mask_to_shift(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A table of bytes that are exactly 1, 2, 4 ... as `1 << i` at each use; the table goes away.

    Sound: every index is surely in the table, and a byte is promoted to the `int` that the shift gives. Refuses an
    index that might be outside, other uses of the table, other types, tables that the harness sees, comments beside
    the table, and functions that keep time.
    """
    for table in tables(unit):
        if not _is_masks(unit, table, 2) or len(table.elements) > _BITS:
            continue
        start, reads = table.declaration.start_byte, subscripts(unit, table.symbol)
        edit = gone(unit, table.declaration)
        if not reads or edit is None or is_told(unit, table.symbol.name):
            yield Refusal(start, "not-only-read")
        elif table.symbol.name.decode() in context.held:
            yield Refusal(start, "used-by-the-harness")
        elif not all(within(unit, index_of(read), len(table.elements)) for read in reads):
            yield Refusal(start, "index-may-be-outside")
        elif any(keeps_time(unit, read) for read in reads):
            yield Refusal(start, "timing-function")
        elif any(
            unit.in_opaque(n.start_byte, n.end_byte) or unit.comments(n.start_byte, n.end_byte) for n in reads
        ) or any(is_torn(unit, read) or _reads_masks(unit, read, table) for read in reads):
            yield Refusal(start, "not-plain")
        else:
            uses = (Edit(n.start_byte, unit.end(n), _as_shift(unit, n)) for n in reads)
            yield Site((edit, *uses), (("name", table.symbol.name.decode()),))


def _reads_masks(unit: Unit, read: Node, table: Table) -> bool:
    """Whether the index itself reads the table."""
    return any(unit.text(n) == table.symbol.name for n in unit.walk("identifier", under=index_of(read)))


def _as_shift(unit: Unit, read: Node) -> bytes:
    text = b"1 << " + spelt(unit, index_of(read)).within(13)
    parent = read.parent
    bare = parent is not None and parent.type in _OPEN
    assigned = parent is None or parent.type != "assignment_expression" or operator(parent) != b""
    return text if bare and assigned else b"(" + text + b")"


RULES = (shift_to_mask, mask_to_shift)
