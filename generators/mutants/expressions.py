"""Faults inside an expression: the wrong operator, or one that binds otherwise than was meant."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import bare, field, nodes, replaced, shown, signs, within

_BOUNDARY = {b"<": b"<=", b"<=": b"<", b">": b">=", b">=": b">"}
_FLIPPED = {b"<": b">", b">": b"<", b"==": b"!=", b"!=": b"==", b"<=": b">=", b">=": b"<="}
_ARITHMETIC = {b"+": b"-", b"-": b"+", b"/": b"%", b"%": b"/", b"*": b"+"}
_BITWISE = {b"&": b"|", b"|": b"&", b"^": b"|"}
_SHIFTS = {b"<<": b">>", b">>": b"<<"}
_COMPOUND = {b"|=": b"=", b"&=": b"=", b"^=": b"|=", b"+=": b"=", b"-=": b"+=", b"<<=": b">>=", b">>=": b"<<="}
_LOGICAL = {b"&": b"&&", b"|": b"||"}
_BINDING = {
    b"*": 10, b"/": 10, b"%": 10, b"+": 9, b"-": 9, b"<<": 8, b">>": 8, b"<": 7, b"<=": 7, b">": 7, b">=": 7,
    b"==": 6, b"!=": 6, b"&": 5, b"^": 4, b"|": 3, b"&&": 2, b"||": 1,
}  # fmt: skip


def _swapped(unit: Unit, kind: str, table: dict[bytes, bytes]) -> Iterator[Mutation]:
    for node, sign, was in signs(unit, kind):
        if was in table:
            whole = within(unit, node, (Edit(sign.start_byte, sign.end_byte, table[was]),))
            facts = (("whole", whole.was), ("wrong_whole", whole.now), ("target", shown(unit, field(node, "left"))))
            yield Mutation(whole.edits, was.decode(), table[was].decode(), facts=facts)


@operator(
    "relational-boundary",
    "behaviour",
    "control-flow",
    "the comparison is off by one at its boundary",
    "比较条件在边界上差了一",
)
def relational_boundary(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`<` for `<=` and the like: right for every value but the boundary one."""
    yield from _swapped(unit, "binary_expression", _BOUNDARY)


@operator("relational-flip", "behaviour", "control-flow", "the comparison is the wrong way round", "比较方向写反了")
def relational_flip(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`==` for `!=`, `<` for `>`."""
    yield from _swapped(unit, "binary_expression", _FLIPPED)


@operator("arithmetic-swap", "behaviour", "arithmetic", "the wrong arithmetic operator is used", "算术运算符用错了")
def arithmetic_swap(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`+` for `-`, `%` for `/`."""
    yield from _swapped(unit, "binary_expression", _ARITHMETIC)


@operator("bitwise-swap", "behaviour", "arithmetic", "the wrong bit operator is used", "位运算符用错了")
def bitwise_swap(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`&` for `|` and back."""
    yield from _swapped(unit, "binary_expression", _BITWISE)


@operator("shift-direction", "behaviour", "arithmetic", "the shift goes the wrong way", "移位方向反了")
def shift_direction(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`<<` for `>>` and back."""
    yield from _swapped(unit, "binary_expression", _SHIFTS)


@operator("compound-swap", "behaviour", "arithmetic", "the compound assignment is the wrong one", "复合赋值用错了")
def compound_swap(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`=` for `|=`: what the target held before, the neighbours' bits of a port say, is overwritten."""
    for made in _swapped(unit, "assignment_expression", _COMPOUND):
        case = "overwrites" if made.now == "=" else ""
        yield Mutation(made.edits, made.was, made.now, case, made.facts)


@operator(
    "logical-for-bitwise",
    "behaviour",
    "arithmetic",
    "a logical operator is used where bits have to be combined",
    "该用位运算的地方用了逻辑运算",
)
def logical_for_bitwise(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`&&` for `&`, `||` for `|`, `!` for `~`."""
    for made in _swapped(unit, "binary_expression", _LOGICAL):
        yield Mutation(made.edits, made.was, made.now, "and" if made.was == "&" else "or", made.facts)
    for node, sign, was in signs(unit, "unary_expression"):
        if was == b"~":
            made = within(unit, node, (Edit(sign.start_byte, sign.end_byte, b"!"),), "not")
            yield Mutation(made.edits, "~", "!", "not", (("whole", made.was), ("wrong_whole", made.now)))


@operator("missing-complement", "behaviour", "arithmetic", "the mask is not complemented", "掩码没有取反")
def missing_complement(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`x &= MASK` for `x &= ~MASK`: the bit that should go is the only one that stays."""
    for node, _, was in signs(unit, "unary_expression"):
        if was == b"~":
            parent = node.parent
            clears = parent is not None and parent.type == "assignment_expression" and b"&=" in unit.text(parent)
            inner = unit.text(field(node, "argument"))
            yield replaced(unit, node, inner, "clear" if clears else "")


@operator(
    "assignment-for-comparison",
    "behaviour",
    "control-flow",
    "the condition assigns instead of comparing",
    "条件里写成了赋值，而不是比较",
)
def assignment_for_comparison(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`if (x = y)` for `if (x == y)`."""
    for node, sign, was in signs(unit, "binary_expression"):
        left, parent = field(node, "left"), node.parent
        if was != b"==" or parent is None or parent.type != "parenthesized_expression":
            continue
        known = unit.symbols.type_of(left)
        if left.type in ("identifier", "subscript_expression", "field_expression") and known and not known.const:
            value = unit.symbols.constant(field(node, "right"))
            case = "" if value is None else "always" if value else "never"
            facts = {"target": shown(unit, left), "value": shown(unit, field(node, "right"))}
            yield within(unit, node, (Edit(sign.start_byte, sign.end_byte, b"="),), case, **facts)


@operator(
    "lost-parentheses",
    "behaviour",
    "arithmetic",
    "parentheses are missing, and the operators bind otherwise than was meant",
    "少了括号，运算符的结合与本意不同",
)
def lost_parentheses(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`x & MASK == 0` for `(x & MASK) == 0`, `a + b * c` for `(a + b) * c`."""
    for node in nodes(unit, "parenthesized_expression"):
        inside, parent = node.named_children[0] if node.named_child_count == 1 else None, node.parent
        if inside is None or parent is None or inside.type != "binary_expression":
            continue
        inner = unit.text(field(inside, "operator"))
        if parent.type == "binary_expression":
            outer = unit.text(field(parent, "operator"))
            if _BINDING[inner] >= _BINDING[outer]:
                continue
        elif parent.type == "unary_expression":
            outer = unit.text(field(parent, "operator"))
        else:
            continue
        yield _unwrapped(unit, parent, node, inner=inner.decode(), outer=outer.decode())


def _unwrapped(unit: Unit, whole: Node, node: Node, **facts: str) -> Mutation:
    edits = (Edit(node.start_byte, node.start_byte + 1, b""), Edit(node.end_byte - 1, node.end_byte, b""))
    return within(unit, whole, edits, "", **facts)


@operator(
    "cast-too-tight",
    "behaviour",
    "types",
    "the cast applies to the first operand only and not to the result",
    "强制转换只作用于第一个操作数，而不是整个结果",
)
def cast_too_tight(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`(uint8_t)word >> 8` for `(uint8_t)(word >> 8)`: the high byte is cut off before the shift."""
    for node in nodes(unit, "cast_expression"):
        value = field(node, "value")
        if value.type != "parenthesized_expression" or value.named_child_count != 1:
            continue
        inside = value.named_children[0]
        # Bits that are masked or joined come out the same either way.
        if inside.type == "binary_expression" and unit.text(field(inside, "operator")) not in _BITWISE:
            facts = {"type": shown(unit, field(node, "type")), "operand": shown(unit, field(inside, "left"))}
            yield _unwrapped(unit, node, value, **facts, inner=shown(unit, field(inside, "operator")))


@operator(
    "pre-post-increment",
    "behaviour",
    "control-flow",
    "the old value is used where the new one is needed, or the other way round",
    "该用新值的地方用了旧值，或者相反",
)
def pre_post_increment(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`++i` for `i++` where the value is used: in a condition, an index or an assignment."""
    for node, sign, was in signs(unit, "update_expression"):
        parent = node.parent
        if parent is None or parent.type in ("expression_statement", "comma_expression", "for_statement"):
            continue
        inner = unit.text(field(node, "argument"))
        before = sign.start_byte == node.start_byte
        target = {"target": inner.decode("utf-8", "replace")}
        yield replaced(unit, node, inner + was if before else was + inner, "post" if before else "pre", **target)


@operator("argument-order", "behaviour", "control-flow", "two arguments are exchanged", "两个实参的顺序写反了")
def argument_order(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """Two arguments of like type in the wrong order: nothing warns."""
    for call in nodes(unit, "call_expression"):
        called = field(call, "function")
        symbol = unit.symbols.resolve(called) if called.type == "identifier" else None
        given = [n for n in field(call, "arguments").named_children if n.type != "comment"]
        if symbol is None or symbol.kind != "function":
            continue
        for one, other in pairwise(given):
            kinds = [t.decayed().kind if (t := unit.symbols.type_of(n)) is not None else "" for n in (one, other)]
            if kinds[0] and kinds[0] == kinds[1] and unit.text(one) != unit.text(other):
                facts = {"callee": shown(unit, called), "first": shown(unit, one), "second": shown(unit, other)}
                yield within(unit, call, _exchanged(unit, one, other), "", **facts)


def _exchanged(unit: Unit, one: Node, other: Node) -> tuple[Edit, ...]:
    ends = unit.end(one), unit.end(other)
    return Edit(one.start_byte, ends[0], unit.text(other)), Edit(other.start_byte, ends[1], unit.text(one))


@operator("byte-order", "behaviour", "arithmetic", "the two bytes of a word are exchanged", "一个字的两个字节颠倒了")
def byte_order(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The low byte where the high one belongs, when a word is put together from bytes or taken apart."""
    for node, _, sign in signs(unit, "binary_expression"):
        if sign not in (b"|", b"+"):
            continue
        sides = [bare(field(node, "left")), bare(field(node, "right"))]
        for shifted, low in (sides, sides[::-1]):
            if shifted.type != "binary_expression" or unit.text(field(shifted, "operator")) != b"<<":
                continue
            high = bare(field(shifted, "left"))
            if unit.text(field(shifted, "right")) == b"8" and high.type == low.type and "binary" not in low.type:
                facts = {"high": shown(unit, high), "low": shown(unit, low)}
                yield within(unit, node, _exchanged(unit, high, low), "join", **facts)
    for node in nodes(unit, "expression_statement"):
        after = node.next_named_sibling
        pair = [one.named_children[0] for one in (node, after) if one is not None and one.named_child_count]
        if len(pair) != 2 or any(one.type != "assignment_expression" for one in pair):
            continue
        rights = [unit.text(field(one, "right")) for one in pair]
        lefts = [field(one, "left") for one in pair]
        halves = sum(b">> 8" in text for text in rights) == 1
        names = [{unit.text(n) for n in unit.walk("identifier", under=field(one, "right"))} for one in pair]
        if halves and names[0] & names[1] and not any(unit.text(left).startswith((b"T", b"RCAP")) for left in lefts):
            one, other = (field(one, "right") for one in pair)
            facts = {"high": shown(unit, one), "low": shown(unit, other)}
            edits = _exchanged(unit, one, other)
            yield Mutation(edits, shown(unit, pair[0]), f"{shown(unit, lefts[0])} = {facts['low']}", "split",
                           tuple(facts.items()))  # fmt: skip
