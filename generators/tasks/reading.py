"""What a reader finds in the code: functions with their comments, registers, interrupts, waits, shared variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node

from corpus.source.unit import Unit
from generators.tasks.comments import comment_text
from generators.tasks.registers import BITS, PIN, REGISTERS, VECTORS


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """One function as read. `vector` is its interrupt number, or -1; `attribute` is how the source writes it.

    Registers and bits are in the words of the source (`LED` where a macro says that it is `P1_0`), in the order of
    first use. `pure` says that neither the function nor what it calls touches any.
    """

    name: str
    signature: str
    comment: str
    vector: int
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
    """A statement that gives bits of a register fixed values: those in `touched` become those of `value`."""

    text: str
    line: int
    offset: int
    function: str
    register: str
    value: int
    touched: int


@dataclass(frozen=True, slots=True)
class Wait:
    """A loop with an empty body on one bit; `cleared` says that the next statement clears the bit."""

    text: str
    function: str
    bit: str
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
    """The facts of one parsed unit. Raises nothing; what cannot be read is left out."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    @cached_property
    def macros(self) -> dict[str, str]:
        """Object-like macros and their bodies, those defined once."""
        found: dict[str, list[str]] = {}
        for node in self.unit.walk("preproc_def"):
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None:
                body = self.unit.text(value).decode() if value is not None else ""
                found.setdefault(self.unit.text(name).decode(), []).append(re.sub(r"/\*.*?\*/|//.*", "", body).strip())
        return {name: bodies[0] for name, bodies in found.items() if len(bodies) == 1}

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
        vector = re.search(r"\b__interrupt\s*\(?\s*(\w+)\s*\)?", head)
        bank = re.search(r"\b__using\s*\(?\s*(\d+)", head)
        writes, reads = self._accesses(node)
        return FunctionFacts(
            name,
            " ".join(head.split()),
            comment_above(self.unit, name),
            self._vector(vector[1]) if vector else -1,
            vector[0] if vector else "",
            int(bank[1]) if bank else -1,
            self._pure(name, called),
            writes,
            reads,
            tuple(dict.fromkeys(wait.bit for wait in self.waits if wait.function == name)),
            called[name],
            tuple(other for other, calls in called.items() if name in calls and other != name),
        )

    def _vector(self, word: str) -> int:
        number = _number(self.macros.get(word, word))
        return number if number is not None else VECTORS.get(word, -1)

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
        return not own and not any(word in REGISTERS or word in BITS or PIN.fullmatch(word) for word in reached)

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
        for word in self.unit.walk("identifier", under=node):
            name = self.unit.text(word).decode()
            if not self.register(name):
                continue
            owner = word.parent
            left = owner.child_by_field_name("left") if owner is not None else None
            if owner is not None and owner.type == "assignment_expression" and left == word:
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

    def register(self, word: str) -> str:
        """The register, bit or port pin that a word stands for, through one macro (`#define LED P1_0`), or ""."""
        name = self.macros.get(word, word)
        return name if name in REGISTERS or name in BITS or PIN.fullmatch(name) else ""

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The statements that set registers of the table to values known here, in order."""
        return tuple(self._settings())

    def _settings(self) -> Iterator[Setting]:
        for node in self.unit.walk("assignment_expression"):
            statement, left = node.parent, node.child_by_field_name("left")
            right, operator = node.child_by_field_name("right"), node.child_by_field_name("operator")
            function = self.unit.enclosing_function(node)
            if statement is None or statement.type != "expression_statement" or function is None:
                continue
            if left is None or right is None or operator is None:
                continue
            name = self.unit.text(left).decode()
            effect = self._effect(name, operator.type, right) if name in REGISTERS else None
            if effect is not None:
                where = self.unit.function_name(function).decode()
                line = self.unit.line(node.start_byte)
                yield Setting(self.unit.text(statement).decode(), line, node.start_byte, where, name, *effect)

    def _effect(self, name: str, operator: str, right: Node) -> tuple[int, int] | None:
        constant = self.constant(right)
        if constant is not None:
            value = constant & 0xFF
            return {"=": (value, 0xFF), "|=": (value, value), "&=": (0, ~value & 0xFF)}.get(operator)
        if operator == "=" and right.type == "binary_expression":
            return self._kept(name, right)
        return None

    def _kept(self, name: str, right: Node) -> tuple[int, int] | None:
        """`R & m`, `R | v` and `(R & m) | v`, with the operands in either order."""
        operator = right.child_by_field_name("operator")
        for one, other in ((0, -1), (-1, 0)):
            side = _unwrapped(right.named_children[one])
            constant = self.constant(right.named_children[other])
            if constant is None or operator is None:
                continue
            value = constant & 0xFF
            if self.unit.text(side).decode() == name:
                return {"|": (value, value), "&": (0, ~value & 0xFF)}.get(operator.type)
            if operator.type == "|" and side.type == "binary_expression":
                inner = self._kept(name, side)
                if inner is not None and inner[0] == 0:
                    return value, inner[1] | value
        return None

    def constant(self, node: Node) -> int | None:
        """The value of a constant expression of numbers, macros and operators, or None."""
        node = _unwrapped(node)
        text = self.unit.text(node).decode()
        if node.type == "number_literal":
            return _number(text)
        if node.type == "identifier":
            return _number(self.macros.get(text, ""))
        if node.type == "cast_expression":
            value = node.child_by_field_name("value")
            return self.constant(value) if value is not None else None
        if node.type == "unary_expression":
            inner = self.constant(node.named_children[0])
            sign = text[0]
            return None if inner is None or sign not in "~-" else ~inner if sign == "~" else -inner
        if node.type == "binary_expression":
            left, right = (self.constant(child) for child in (node.named_children[0], node.named_children[-1]))
            operator = node.child_by_field_name("operator")
            if left is None or right is None or operator is None or not 0 <= right < 1 << 16:
                return None
            return _computed(operator.type, left, right)
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
            polled = re.fullmatch(
                r"\(\s*(?:(!)\s*(\w+)|(\w+)\s*==\s*(0)|(\w+)(?:\s*!=\s*0|\s*==\s*1)?)\s*\)",
                self.unit.text(condition).decode(),
            )
            if empty is None or polled is None:
                continue
            word = polled[2] or polled[3] or polled[5]
            if word not in BITS:
                continue
            until = 1 if polled[1] or polled[4] else 0
            after = loop.next_named_sibling
            while after is not None and after.type == "comment":
                after = after.next_named_sibling
            clears = after is not None and bool(re.fullmatch(rf"{word}\s*=\s*0\s*;", self.unit.text(after).decode()))
            where = self.unit.function_name(function).decode()
            found.append(Wait(self.unit.text(loop).decode(), where, word, until, clears))
        return tuple(found)

    @cached_property
    def shared(self) -> tuple[Shared, ...]:
        """The volatile variables of file scope that one interrupt handler and at least one other function use."""
        found = []
        handlers = {f.name for f in self.functions if f.vector >= 0}
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


def _unwrapped(node: Node) -> Node:
    while node.type == "parenthesized_expression" and node.named_children:
        node = node.named_children[0]
    return node


def _number(text: str) -> int | None:
    match = re.fullmatch(r"\(?\s*(0[xX][0-9A-Fa-f]+|0[bB][01]+|\d+)[uUlL]*\s*\)?", text)
    if match is None:
        return None
    digits = match[1]
    if digits[:2].lower() in ("0x", "0b"):
        return int(digits, 0)
    return int(digits, 8) if len(digits) > 1 and digits[0] == "0" and set(digits) <= set("01234567") else int(digits)


def _computed(operator: str, left: int, right: int) -> int | None:
    if operator in ("<<", ">>") and right > 31:
        return None
    return {
        "|": left | right,
        "&": left & right,
        "^": left ^ right,
        "+": left + right,
        "-": left - right,
        "<<": left << min(right, 31),
        ">>": left >> min(right, 31),
    }.get(operator)
