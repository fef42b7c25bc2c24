"""Which functions are interrupt handlers, in every dialect that the targets' compilers have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.chips import Chip, Vector
from corpus.source.ctype import literal_value
from corpus.source.dialect import ISR_MACROS
from corpus.source.lexer import lex, significant
from corpus.source.unit import Unit

_CORE_HANDLERS = ("_IRQHandler", "_Handler")


@dataclass(frozen=True, slots=True, eq=False)
class Handler:
    """One interrupt handler: its name, its definition, and the vector as written: a number, or a name without
    `_vect` or `_IRQHandler`; None where that cannot be told. `place` is where the vector is written."""

    name: bytes
    node: Node
    key: int | str | None
    place: int

    def vector(self, chip: Chip) -> Vector | None:
        """The chip's vector, where it has this one."""
        return None if self.key is None else chip.vector(self.key)


def handlers(unit: Unit, chip: Chip) -> tuple[Handler, ...]:
    """The handlers that the unit defines, in order.

    sdcc's `__interrupt (1)` and Keil's `interrupt 1` behind the parameters (a prototype's counts too),
    `ISR(TIMER0_OVF_vect)`, `SIGNAL(...)`, `INTERRUPT_HANDLER(name, 23)`, COSMIC's `@interrupt`, gcc's attribute, and
    on a Cortex-M the names of the vector table (`SysTick_Handler`, `USART1_IRQHandler`) and the callbacks of ST's HAL.
    """
    return tuple(_found(unit, chip, _prototypes(unit)))


def _found(unit: Unit, chip: Chip, declared: dict[bytes, tuple[int | str | None, int]]) -> Iterator[Handler]:
    for node in unit.functions():
        name, body = unit.function_name(node), node.child_by_field_name("body")
        if body is None:
            continue
        marked = _marked(unit, _head(unit, node), body.start_byte) or declared.get(name)
        suffix = next((s for s in _CORE_HANDLERS if name.decode("latin1").endswith(s)), "")
        if marked is not None:
            yield Handler(name, node, *marked)
        elif _called_back(chip, name):
            yield Handler(name, node, None, node.start_byte)
        elif chip.target == "cortex-m" and suffix and not _ordinary(unit, chip, node, name):
            yield Handler(name, node, name.decode("latin1").removesuffix(suffix), node.start_byte)


def _called_back(chip: Chip, name: bytes) -> bool:
    """`HAL_GPIO_EXTI_Callback`: ST's library calls these from its handlers."""
    return chip.target == "cortex-m" and name.startswith(b"HAL_") and name.endswith(b"Callback")


def _ordinary(unit: Unit, chip: Chip, node: Node, name: bytes) -> bool:
    """`Button_Handler`, a static function, one that the program calls by itself, the library's own."""
    text = name.decode("latin1")
    core = chip.vector(text.removesuffix("_Handler"))
    symbol = unit.symbols.lookup(name)
    called = (
        any(use.parent is not None and use.parent.type == "call_expression" for use in symbol.uses) if symbol else False
    )
    static = any(unit.text(n) == b"static" for n in node.children if n.type == "storage_class_specifier")
    named = text.endswith("_IRQHandler") or (core is not None and core.number < 0)
    return static or called or not named or text.startswith("HAL_")


def _head(unit: Unit, function: Node) -> int:
    """Where a definition begins, with the words of COSMIC's in front of it that the parser does not see."""
    start = function.start_byte
    for span in reversed(unit.spans):
        if span.end <= start and not unit.src[span.end : start].strip():
            start = span.start
    return start


def _prototypes(unit: Unit) -> dict[bytes, tuple[int | str | None, int]]:
    found: dict[bytes, tuple[int | str | None, int]] = {}
    for span in unit.spans:
        node = unit.around(span.start, "declaration", "function_definition") if span.kind == "fattr" else None
        if node is not None and node.type == "declaration":
            marked = _marked(unit, node.start_byte, node.end_byte)
            if marked is not None:
                found[unit.function_name(node)] = marked
    return found


def _marked(unit: Unit, start: int, end: int) -> tuple[int | str | None, int] | None:
    """The vector that a function's head names, and where; None for an ordinary function."""
    head = unit.src[start:end]
    tokens = significant(lex(head))
    words = [head[t.start : t.end] for t in tokens]
    for i, word in enumerate(words):
        given = words[i + 1 :]
        if word in (b"__interrupt", b"interrupt") and words[i - 1 : i] in ([b")"], [b"@"], [b"("], []):
            return _key(unit, given[1] if given[:1] == [b"("] else given[0] if given else b""), start + tokens[i].start
        if (
            word in (b"__interrupt", b"interrupt", b"signal", b"__interrupt__", b"__signal__")
            and b"__attribute__" in words
        ):
            return None, start + tokens[i].start
        if word in ISR_MACROS and given[:1] == [b"("] and i == 0:
            if b"," in given and word not in (b"ISR", b"SIGNAL"):
                return _key(unit, given[given.index(b",") + 1]), start + tokens[i].start
            return _label(unit, given[1]), start + tokens[i + 2].start
    return None


def _label(unit: Unit, word: bytes) -> str | None:
    """The name of `TIMER0_OVF_vect`, also where the program gives it another one by a macro."""
    symbol = unit.symbols.lookup(word)
    if symbol is not None and symbol.kind == "macro":
        word = symbol.body or b""
    text = word.decode("latin1")
    return text.removesuffix("_vect") if text.isidentifier() else None


def _key(unit: Unit, word: bytes) -> int | str | None:
    value = literal_value(word)
    if value is not None:
        return value
    symbol = unit.symbols.lookup(word)
    if symbol is None:
        return None
    return symbol.value if symbol.kind == "enumerator" else literal_value((symbol.body or b"").strip(b"() "))
