"""What a reader finds in the code: functions with their comments, registers, interrupts, waits, shared variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node

from corpus.records import Language
from corpus.source.dialect import is_vector
from corpus.source.unit import Unit
from generators.tasks.comments import comment_text
from generators.tasks.hardware import Hardware
from generators.tasks.registers import VECTORS, Field, registers_of
from generators.tasks.values import Values, number, unwrapped


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """One function as read. `vector` is its interrupt's number, or its name where that has one, None for an ordinary
    function; `attribute` is how the source writes it, "" where the function's name alone says it.

    Registers and bits are in the words of the source (`LED` where a macro says that it is `P1_0`), in the order of
    first use. `pure` says that neither the function nor what it calls touches any.
    """

    name: str
    signature: str
    comment: str
    vector: int | str | None
    attribute: str
    bank: int
    pure: bool
    writes: tuple[str, ...]
    reads: tuple[str, ...]
    waits: tuple[str, ...]
    calls: tuple[str, ...]
    callers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A statement that gives bits of a register fixed values: those in `touched` become those of `value`.

    `register` is the chip's name of it, `spelt` how the source has it.
    """

    text: str
    line: int
    offset: int
    function: str
    register: str
    spelt: str
    value: int
    touched: int


@dataclass(frozen=True, slots=True)
class Wait:
    """A loop with an empty body on one bit; `cleared` says that the next statement clears the bit.

    `bit` is the table's name of it, `spelt` how the source has it.
    """

    text: str
    function: str
    bit: str
    spelt: str
    until: int
    cleared: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """A volatile variable that an interrupt handler and other functions use."""

    name: str
    handler: str
    handler_writes: bool
    others: tuple[str, ...]


class Reading:
    """The facts of one parsed unit for one target. Raises nothing; what cannot be read is left out."""

    def __init__(self, unit: Unit, target: str = "mcs51") -> None:
        self.unit = unit
        self.table = registers_of(target)
        self.hardware = Hardware(unit, self.table)
        self.values = Values(unit, self.hardware.macros)

    @cached_property
    def functions(self) -> tuple[FunctionFacts, ...]:
        """The functions in order."""
        names = [self.unit.function_name(f).decode() for f in self.unit.functions()]
        called = {n: self._calls(f, names) for n, f in zip(names, self.unit.functions(), strict=True)}
        return tuple(
            self._function(name, node, called) for name, node in zip(names, self.unit.functions(), strict=True) if name
        )

    def _function(self, name: str, node: Node, called: dict[str, tuple[str, ...]]) -> FunctionFacts:
        body = node.child_by_field_name("body")
        head = self.unit.src[node.start_byte : body.start_byte if body else node.end_byte].decode()
        vector, attribute = self._interrupt(name, head)
        bank = re.search(r"\b__using\s*\(?\s*(\d+)", head)
        writes, reads = self._accesses(node)
        return FunctionFacts(
            name,
            " ".join(head.split()),
            comment_above(self.unit, name),
            vector,
            attribute,
            int(bank[1]) if bank else -1,
            self._pure(name, called),
            writes,
            reads,
            tuple(dict.fromkeys(wait.spelt for wait in self.waits if wait.function == name)),
            called[name],
            tuple(other for other, calls in called.items() if name in calls and other != name),
        )

    def _interrupt(self, name: str, head: str) -> tuple[int | str | None, str]:
        """The vector of a handler and how the source writes it: `__interrupt(1)`, `ISR(TIMER0_OVF_vect)`, or by its
        name alone."""
        found = re.search(r"\b__interrupt\s*\(?\s*(\w+)\s*\)?", head)
        if found is not None:
            vector = number(self.hardware.macros.get(found[1], found[1]))
            return (vector if vector is not None else VECTORS.get(found[1], -1)), found[0]
        if not is_vector(name.encode()):
            return None, ""
        macro = re.match(r"\s*((?:ISR|SIGNAL)\s*\(.*\))\s*\Z", head, re.DOTALL)
        return re.sub(r"_(?:vect|IRQHandler|Handler)\Z", "", name), " ".join(macro[1].split()) if macro else ""

    def _pure(self, name: str, called: dict[str, tuple[str, ...]]) -> bool:
        """Whether no word that leads to hardware can be reached from a function, through calls and macros."""
        reached, todo = set(), [name]
        while todo:
            current = todo.pop()
            if current in reached:
                continue
            reached.add(current)
            node = self.unit.function(current.encode())
            body = self.unit.text(node).decode() if node is not None else self._bodies.get(current, "")
            todo += re.findall(r"[A-Za-z_]\w*", _without_comments(body))
        own = any(span.kind in ("register", "asm", "at") for span in self.unit.spans)
        return not own and not self.hardware.touches(reached)

    @cached_property
    def _bodies(self) -> dict[str, str]:
        """The bodies of all macros, every definition of each."""
        found: dict[str, str] = {}
        for start, end in self.unit.directives:
            match = re.match(r"#\s*define\s+(\w+)(.*)", self.unit.src[start:end].decode(), re.DOTALL)
            if match is not None:
                found[match[1]] = found.get(match[1], "") + match[2]
        return found

    def _calls(self, node: Node, names: list[str]) -> tuple[str, ...]:
        found = []
        for call in self.unit.walk("call_expression", under=node):
            callee = call.child_by_field_name("function")
            if callee is not None and self.unit.text(callee).decode() in names:
                found.append(self.unit.text(callee).decode())
        return tuple(dict.fromkeys(found))

    def _accesses(self, node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
        writes, reads = [], []
        for place in self.unit.walk("identifier", "field_expression", "subscript_expression", under=node):
            if not self.hardware.register(place):
                continue
            name, owner = self._spelt(place), place.parent
            left = owner.child_by_field_name("left") if owner is not None else None
            if owner is not None and owner.type == "assignment_expression" and left == place:
                writes.append(name)
                operator = owner.child_by_field_name("operator")
                if operator is not None and operator.type != "=":
                    reads.append(name)
            elif owner is not None and owner.type == "update_expression":
                writes.append(name)
                reads.append(name)
            else:
                reads.append(name)
        return tuple(dict.fromkeys(writes)), tuple(dict.fromkeys(reads))

    def _spelt(self, node: Node) -> str:
        return " ".join(self.unit.text(node).decode().split())

    def register(self, word: str) -> str:
        """The register, bit or port pin that the source's words for it stand for (`LED` for `P1_0`), or ""."""
        return self._members.get(word) or self.hardware.named(word)

    @cached_property
    def _members(self) -> dict[str, str]:
        """By the source's words, what the chip calls each member of a peripheral that the unit uses."""
        found = {}
        for place in self.unit.walk("field_expression", "subscript_expression"):
            if name := self.hardware.register(place):
                found[self._spelt(place)] = name
        return found

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The statements that set registers of the table to values known here, in order."""
        return tuple(self._settings())

    def decoded(self, setting: Setting, language: Language) -> list[Field]:
        """What a setting makes of each field of its register; empty where the table does not say."""
        return self.table.decode(setting.register, setting.value, setting.touched, language)

    def _settings(self) -> Iterator[Setting]:
        for node in self.unit.walk("assignment_expression"):
            statement, left = node.parent, node.child_by_field_name("left")
            right, operator = node.child_by_field_name("right"), node.child_by_field_name("operator")
            function = self.unit.enclosing_function(node)
            if statement is None or statement.type != "expression_statement" or function is None:
                continue
            if left is None or right is None or operator is None:
                continue
            name = self.hardware.register(left)
            text, spelt = self.unit.text(statement).decode(), self._spelt(left)
            effect = self._effect(name, spelt, operator.type, right) if name in self.table.registers else None
            if effect is not None:
                where = self.unit.function_name(function).decode()
                line = self.unit.line(node.start_byte)
                yield Setting(text, line, node.start_byte, where, name, spelt, *effect)

    def _effect(self, name: str, spelt: str, operator: str, right: Node) -> tuple[int, int] | None:
        full = (1 << self.table.width(name)) - 1
        constant = self.values.constant(right)
        if constant is not None:
            value = constant & full
            return {"=": (value, full), "|=": (value, value), "&=": (0, ~value & full)}.get(operator)
        if operator == "=" and right.type == "binary_expression":
            return self._kept(spelt, right, full)
        return None

    def _kept(self, spelt: str, right: Node, full: int) -> tuple[int, int] | None:
        """`R & m`, `R | v` and `(R & m) | v`, with the operands in either order."""
        operator = right.child_by_field_name("operator")
        for one, other in ((0, -1), (-1, 0)):
            side = unwrapped(right.named_children[one])
            constant = self.values.constant(right.named_children[other])
            if constant is None or operator is None:
                continue
            value = constant & full
            if self._spelt(side) == spelt:
                return {"|": (value, value), "&": (0, ~value & full)}.get(operator.type)
            if operator.type == "|" and side.type == "binary_expression":
                inner = self._kept(spelt, side, full)
                if inner is not None and inner[0] == 0:
                    return value, inner[1] | value
        return None

    @cached_property
    def waits(self) -> tuple[Wait, ...]:
        """The loops that do nothing but poll one bit of the table."""
        found = []
        for loop in self.unit.walk("while_statement"):
            condition, body = loop.child_by_field_name("condition"), loop.child_by_field_name("body")
            function = self.unit.enclosing_function(loop)
            if condition is None or body is None or function is None:
                continue
            empty = re.fullmatch(r"\s*(?:;|\{\s*;?\s*\})\s*", _without_comments(self.unit.text(body).decode()))
            polled = self._polled(condition)
            if empty is None or polled is None:
                continue
            bit, spelt, until = polled
            after = loop.next_named_sibling
            while after is not None and after.type == "comment":
                after = after.next_named_sibling
            cleared = rf"{re.escape(spelt)}\s*=\s*0\s*;"
            clears = after is not None and bool(re.fullmatch(cleared, self.unit.text(after).decode()))
            where = self.unit.function_name(function).decode()
            found.append(Wait(self.unit.text(loop).decode(), where, bit, spelt, until, clears))
        return tuple(found)

    def _polled(self, condition: Node) -> tuple[str, str, int] | None:
        """The bit that a loop's condition asks for, how the source has it, and the value that ends the loop."""
        text = self.unit.text(condition).decode()
        word = re.fullmatch(r"\(\s*(?:(!)\s*(\w+)|(\w+)\s*==\s*(0)|(\w+)(?:\s*!=\s*0|\s*==\s*1)?)\s*\)", text)
        if word is not None:
            name = word[2] or word[3] or word[5]
            return (name, name, 1 if word[1] or word[4] else 0) if name in self.table.bits else None
        asked, until = unwrapped(condition), 0
        if asked.type == "unary_expression" and self.unit.text(asked).startswith(b"!"):
            asked, until = unwrapped(asked.named_children[0]), 1
        sign = asked.child_by_field_name("operator")
        compared = asked.type == "binary_expression" and sign is not None and sign.type in ("==", "!=")
        if compared and sign is not None and self.values.constant(asked.named_children[-1]) == 0:
            asked, until = unwrapped(asked.named_children[0]), int(sign.type == "==")
        sign = asked.child_by_field_name("operator")
        if asked.type != "binary_expression" or sign is None or sign.type != "&":
            return None
        name, mask = self.hardware.register(asked.named_children[0]), self.values.constant(asked.named_children[-1])
        if not name or mask is None or mask <= 0 or mask & (mask - 1):
            return None
        bit = self.table.bit_at(name, mask.bit_length() - 1)
        return (bit, self._spelt(asked.named_children[-1]), until) if bit else None

    @cached_property
    def shared(self) -> tuple[Shared, ...]:
        """The volatile variables of file scope that one interrupt handler and at least one other function use."""
        found = []
        handlers = {f.name for f in self.functions if f.vector is not None}
        for node in self.unit.root.named_children:
            text = _without_comments(self.unit.text(node).decode())
            if node.type != "declaration" or not re.search(r"\bvolatile\b", text) or "(" in text.split("=")[0]:
                continue
            name = re.search(r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)?(?:=[^;]*)?;$", text)
            if name is None or "," in text.split("=")[0]:
                continue
            users = {f: writes for f, writes in self._users(name[1]) if f}
            inside = [f for f in users if f in handlers]
            others = tuple(f for f in users if f not in handlers)
            if len(inside) == 1 and others:
                found.append(Shared(name[1], inside[0], users[inside[0]], others))
        return tuple(found)

    def _users(self, name: str) -> Iterator[tuple[str, bool]]:
        for function in self.unit.functions():
            uses = [n for n in self.unit.walk("identifier", under=function) if self.unit.text(n).decode() == name]
            if uses:
                yield self.unit.function_name(function).decode(), any(_written(node) for node in uses)


def comment_above(unit: Unit, function: str) -> str:
    """The words of the comment right above a function's definition, or ""."""
    node = unit.function(function.encode())
    if node is None:
        return ""
    start = node.start_byte
    lines: list[str] = []
    for comment in reversed(unit.comments(0, start)):
        if unit.src[comment.end : start].strip() or unit.src[comment.end : start].count(b"\n") > 1:
            break
        if unit.src[unit.line_start(comment.start) : comment.start].strip():
            break
        lines.insert(0, unit.src[comment.start : comment.end].decode())
        start = comment.start
        if lines[0].startswith("/*"):
            break
    return comment_text("\n".join(lines)) if lines else ""


def _written(node: Node) -> bool:
    """Whether this use of a variable (or of an element of it) changes it."""
    place, owner = node, node.parent
    while owner is not None and owner.type == "subscript_expression" and owner.child_by_field_name("argument") == place:
        place, owner = owner, owner.parent
    if owner is None:
        return False
    if owner.type == "update_expression":
        return True
    return owner.type == "assignment_expression" and owner.child_by_field_name("left") == place


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL).strip()
