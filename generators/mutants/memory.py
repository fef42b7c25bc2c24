"""Faults of objects: not initialised, not kept, too small, reached through the wrong pointer."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import field, nodes, shown, within


@operator(
    "uninitialised-variable",
    "behaviour",
    "memory",
    "the variable is used before it has got a value",
    "变量还没有赋值就被使用了",
)
def uninitialised_variable(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`uint8_t sum;` for `uint8_t sum = 0;` in a function: it begins with whatever lies there."""
    for node in nodes(unit, "init_declarator"):
        declaration, name, value = node.parent, field(node, "declarator"), field(node, "value")
        inside = declaration is not None and unit.enclosing_function(declaration) is not None
        if not inside or declaration is None or unit.text(declaration).startswith(b"static"):
            continue
        if name.type == "identifier" and value.type != "initializer_list" and b"const" not in unit.text(declaration):
            facts = {"name": shown(unit, name), "value": shown(unit, value)}
            yield within(unit, declaration, (Edit(unit.end(name), unit.end(node), b""),), "", **facts)


@operator(
    "local-state",
    "behaviour",
    "memory",
    "a local variable hides the one that keeps the state",
    "局部变量把保存状态的同名变量遮住了",
)
def local_state(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`uint8_t count = 0;` in a function, where `count = 0;` is meant for the one of the file."""
    for symbol in unit.symbols.all("static", "global"):
        if symbol.scope is not None or symbol.type is None or not symbol.type.integer or symbol.type.kind == "bool":
            continue
        for use in symbol.uses:
            statement, assigned = unit.enclosing_statement(use), use.parent
            if statement is None or assigned is None or assigned.type != "assignment_expression":
                continue
            block = statement.parent
            plain = field(assigned, "left").id == use.id and unit.text(field(assigned, "operator")) == b"="
            if (
                not plain
                or statement.type != "expression_statement"
                or block is None
                or block.type != "compound_statement"
            ):
                continue
            holder = symbol.declaration.parent if symbol.declaration is not None else None
            while holder is not None and holder.type != "declaration":
                holder = holder.parent
            spelt = holder.child_by_field_name("type") if holder is not None else None
            if spelt is not None and statement.parent is not None and assigned.parent == statement:
                edit = Edit(statement.start_byte, statement.start_byte, unit.text(spelt) + b" ")
                yield within(unit, statement, (edit,), "", name=shown(unit, use))


_SPACES = {b"__xdata": b"__idata", b"__idata": b"__xdata", b"__code": b"__xdata", b"__pdata": b"__xdata"}


@operator(
    "wrong-pointer-space",
    "compile",
    "memory",
    "the pointer points into the wrong memory space",
    "指针指向了错误的存储空间",
)
def wrong_pointer_space(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`__xdata T *p` for `__code T *p`: the same number, read from another memory."""
    for span in unit.spans:
        was = unit.src[span.start : span.end].strip()
        line = unit.src[span.end : unit.line_end(span.end)]
        pointer = re.match(rb"\s*(?:const\s+)?(?:struct\s+)?\w+\s*\*\s*(\w+)", line)
        if span.kind == "space" and was in _SPACES and pointer:
            edit = Edit(span.start, span.start + len(was), _SPACES[was])
            facts = (("name", pointer[1].decode()),)
            yield Mutation((edit,), was.decode(), _SPACES[was].decode(), "", facts)


@operator("array-too-small", "behaviour", "memory", "the array has one element too few", "数组少了一个元素")
def array_too_small(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """No room for the terminator, or for the last element: the write lands in the neighbour."""
    for node in nodes(unit, "array_declarator"):
        size, name = node.child_by_field_name("size"), field(node, "declarator")
        if size is None or name.type != "identifier":
            continue
        if size.type == "binary_expression" and unit.text(field(size, "operator")) == b"+":
            if unit.text(field(size, "right")) == b"1":
                left = field(size, "left")
                edit = Edit(unit.end(left), unit.end(size), b"")
                yield within(unit, node, (edit,), "terminator", name=shown(unit, name))
        elif size.type == "number_literal" and unit.text(size).isdigit() and int(unit.text(size)) > 1:
            near = str(int(unit.text(size)) - 1)
            edit = Edit(size.start_byte, size.end_byte, near.encode())
            facts = {"name": shown(unit, name), "last": near, "size": near}
            yield within(unit, node, (edit,), "", **facts)
        elif size.type == "identifier":
            edit = Edit(unit.end(size), unit.end(size), b" - 1")
            yield within(unit, node, (edit,), "", name=shown(unit, name), last=f"{shown(unit, size)} - 1")


@operator(
    "missing-dereference",
    "behaviour",
    "memory",
    "the pointer itself is changed and not what it points to",
    "改的是指针本身，而不是它所指的内容",
)
def missing_dereference(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`p = x` for `*p = x`: the caller's variable stays as it was."""
    for node in nodes(unit, "pointer_expression"):
        parent = node.parent
        if unit.text(field(node, "operator")) != b"*" or parent is None or parent.type != "assignment_expression":
            continue
        if field(parent, "left").id == node.id and field(node, "argument").type == "identifier":
            edit = Edit(node.start_byte, field(node, "argument").start_byte, b"")
            yield within(unit, parent, (edit,), "", name=shown(unit, field(node, "argument")))


@operator(
    "missing-address", "behaviour", "memory", "the value is passed where its address is needed", "该传地址的地方传了值"
)
def missing_address(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`f(x)` for `f(&x)`: the value is taken for an address."""
    for node in nodes(unit, "pointer_expression"):
        parent = node.parent
        if unit.text(field(node, "operator")) == b"&" and parent is not None and parent.type == "argument_list":
            argument = field(node, "argument")
            call = unit.enclosing(node, "call_expression")
            if argument.type == "identifier" and call is not None:
                edit = Edit(node.start_byte, argument.start_byte, b"")
                facts = {"name": shown(unit, argument), "callee": shown(unit, field(call, "function"))}
                yield within(unit, call, (edit,), "", **facts)


@operator("sizeof-pointer", "behaviour", "memory", "`sizeof` is taken of the wrong thing", "`sizeof` 取错了对象")
def sizeof_pointer(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`sizeof p` for `sizeof *p` or for its type; `sizeof table` for the number of its elements."""
    for node in nodes(unit, "binary_expression"):
        left, right = field(node, "left"), field(node, "right")
        if unit.text(field(node, "operator")) == b"/" and left.type == right.type == "sizeof_expression":
            edit = Edit(unit.end(left), unit.end(node), b"")
            yield within(unit, node, (edit,), "elements", object=shown(unit, left))
    for node in nodes(unit, "sizeof_expression"):
        kind = node.child_by_field_name("type")
        function = unit.enclosing_function(node)
        if kind is None or function is None:
            continue
        for one in unit.walk("parameter_declaration", under=function):
            text = unit.text(one)
            pointer = re.fullmatch(rb"(?:const\s+)?" + re.escape(unit.text(kind)) + rb"\s*\*\s*(\w+)", text)
            if pointer:
                edit = Edit(kind.start_byte, kind.end_byte, pointer[1])
                yield within(unit, node, (edit,), "", name=pointer[1].decode(), type=shown(unit, kind))


@operator(
    "constant-variable",
    "compile",
    "memory",
    "a variable that is written is declared constant",
    "需要改写的变量被声明成了常量",
)
def constant_variable(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`static const uint8_t count;` and an assignment to it."""
    for symbol in unit.symbols.all("static", "global", "local"):
        written = [use for use in symbol.uses if _is_written(use)]
        holder = symbol.declaration.parent if symbol.declaration is not None else None
        while holder is not None and holder.type != "declaration":
            holder = holder.parent
        if not written or holder is None or b"const" in unit.text(holder) or symbol.type is None or symbol.type.pointer:
            continue
        spelt = holder.child_by_field_name("type")
        if spelt is None or unit.in_opaque(spelt.start_byte, spelt.end_byte):
            continue
        if unit.src[spelt.start_byte : unit.end(spelt)].startswith((b"uint", b"int", b"char", b"struct")):
            edit = Edit(spelt.start_byte, spelt.start_byte, b"const ")
            yield within(unit, holder, (edit,), "", name=symbol.name.decode("utf-8", "replace"))


def _is_written(use: Node) -> bool:
    parent = use.parent
    if parent is None:
        return False
    if parent.type == "assignment_expression":
        return field(parent, "left").id == use.id
    return parent.type == "update_expression"


@operator(
    "arrow-for-dot",
    "compile",
    "memory",
    "a pointer is used like the structure itself, or the other way round",
    "把指针当结构体用，或者把结构体当指针用",
)
def arrow_for_dot(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`p.x` for `p->x`, `s->x` for `s.x`."""
    for node in nodes(unit, "field_expression"):
        sign = field(node, "operator")
        now = b"." if unit.text(sign) == b"->" else b"->"
        case = "pointer" if now == b"." else "structure"
        facts = {"holder": shown(unit, field(node, "argument"))}
        yield within(unit, node, (Edit(sign.start_byte, sign.end_byte, now),), case, **facts)
