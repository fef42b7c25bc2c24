"""Faults between an interrupt and the rest: flags, guards, vectors, waits in the handler."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import dropped, field, is_isr, moved, nodes, shown, statements, target, within, without

FLAG_CLEAR = re.compile(rb"(TI|RI|TF[012]|IE[01]|EXF2|CCF[0-4])\s*=\s*0\s*;")
"""A statement that clears an interrupt's flag."""

GUARD = re.compile(rb"(EA|ES|EX[01]|ET[012])\s*=\s*(?:0|[a-z]\w*)\s*;")
"""A statement that switches interrupts off, or puts the switch back as it was."""

_CLEARED_ON_ENTRY = (b"TF0", b"TF1", b"IE0", b"IE1")
_VECTOR = re.compile(rb"__interrupt\s*\(?\s*(\w+)\s*\)?")
_NUMBERS = {b"0": b"IE0", b"1": b"TF0", b"2": b"IE1", b"3": b"TF1", b"4": b"SI0", b"5": b"TF2"}
_SOURCES = {
    b"0": "external interrupt 0", b"1": "timer 0", b"2": "external interrupt 1", b"3": "timer 1",
    b"4": "the UART", b"5": "timer 2",
}  # fmt: skip
_IN_CHINESE = {
    b"0": "外部中断 0",
    b"1": "定时器 0",
    b"2": "外部中断 1",
    b"3": "定时器 1",
    b"4": "串口",
    b"5": "定时器 2",
}


@operator(
    "drop-flag-clear",
    "behaviour",
    "concurrency",
    "the flag is never cleared in software, so the next wait or interrupt sees a stale one",
    "标志没有用软件清零，下一次等待或中断看到的是旧标志",
)
def drop_flag_clear(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`TI = 0;`, `RI = 0;` or `TF2 = 0;` is forgotten."""
    for node in statements(unit):
        flag = FLAG_CLEAR.fullmatch(unit.text(node))
        if flag:
            function = unit.enclosing_function(node)
            case = "isr" if function is not None and is_isr(unit, function) else ""
            if case and flag[1] in _CLEARED_ON_ENTRY:
                continue
            yield dropped(unit, node, case, flag=flag[1].decode())


def _guarded(unit: Unit) -> Iterator[tuple[Node, Node, bytes]]:
    """Pairs of statements of one block that switch one source off and on again, as (off, on, bit)."""
    for off in statements(unit):
        found = re.fullmatch(rb"(EA|ES|EX[01]|ET[012])\s*=\s*0\s*;", unit.text(off))
        after = off.next_named_sibling
        while found and after is not None:
            if re.fullmatch(found[1] + rb"\s*=\s*(1|[a-z]\w*)\s*;", unit.text(after)):
                yield off, after, found[1]
                break
            after = after.next_named_sibling


@operator(
    "missing-guard",
    "behaviour",
    "concurrency",
    "data shared with an interrupt is used without holding the interrupt off",
    "访问与中断共享的数据时没有先关中断",
)
def missing_guard(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`EA = 0; … EA = 1;` around a shared value is forgotten: the interrupt can come in the middle."""
    for off, on, bit in _guarded(unit):
        between = off.next_named_sibling
        if between is None or between.id == on.id:
            continue
        facts = (("bit", bit.decode()), ("off", shown(unit, off)), ("on", shown(unit, on)))
        work = (*facts, ("work", shown(unit, between) if between.type == "expression_statement" else ""))
        edits = (without(unit, off), without(unit, on))
        yield Mutation(edits, f"{shown(unit, off)} … {shown(unit, on)}", "", "" if work[-1][1] else "block", work)
    for span in unit.spans:
        if span.kind == "critical":
            gap = len(unit.src[span.end :]) - len(unit.src[span.end :].lstrip(b" "))
            yield Mutation((Edit(span.start, span.end + gap, b""),), "__critical", "", "critical")


@operator(
    "guard-not-ended", "behaviour", "concurrency", "interrupts are never switched on again", "中断关掉以后没有再打开"
)
def guard_not_ended(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The end of a guarded piece, `EA = 1;`, is forgotten: no interrupt comes any more."""
    for off, on, bit in _guarded(unit):
        yield dropped(unit, on, "", bit=bit.decode(), off=shown(unit, off))


@operator(
    "guard-switches-on",
    "behaviour",
    "concurrency",
    "interrupts are switched on at the end, although they may have been off before",
    "结束时直接打开中断，而进来之前中断可能本来就是关着的",
)
def guard_switches_on(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`EA = 1` where the state found before has to be put back."""
    for off, on, bit in _guarded(unit):
        parts = target(unit, on)
        if parts is not None and unit.text(parts[1]) != b"1":
            edit = Edit(parts[1].start_byte, parts[1].end_byte, b"1")
            facts = (("bit", bit.decode()), ("saved", shown(unit, parts[1])), ("off", shown(unit, off)))
            yield Mutation((edit,), shown(unit, on), f"{bit.decode()} = 1;", "", facts)


@operator("wrong-vector", "behaviour", "concurrency", "the handler has the number of another interrupt", "中断号写错了")
def wrong_vector(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`__interrupt(3)` for timer 0: the handler sits at the address of another source."""
    for span in unit.spans:
        found = _VECTOR.fullmatch(unit.src[span.start : span.end])
        if not found:
            continue
        named = {name + b"_VECTOR": number for number, name in _NUMBERS.items()}
        right = named.get(found[1], found[1])
        others = [number for number in _NUMBERS if number not in _numbers_used(unit, named)]
        if right in _NUMBERS and others:
            wrong = rng.choice(others)
            spelt = _NUMBERS[wrong] + b"_VECTOR" if found[1] in named else wrong
            start = span.start + found.start(1)
            now = unit.src[span.start : start] + spelt + unit.src[start + len(found[1]) : span.end]
            facts = (
                ("number", wrong.decode()), ("right_number", right.decode()), ("source_en", _SOURCES[right]),
                ("source_zh", _IN_CHINESE[right]), ("other_en", _SOURCES[wrong]), ("other_zh", _IN_CHINESE[wrong]),
            )  # fmt: skip
            edit = Edit(start, start + len(found[1]), spelt)
            yield Mutation((edit,), unit.src[span.start : span.end].decode(), now.decode(), "", facts)


def _numbers_used(unit: Unit, named: dict[bytes, bytes]) -> set[bytes]:
    found = (_VECTOR.fullmatch(unit.src[span.start : span.end]) for span in unit.spans)
    return {named.get(match[1], match[1]) for match in found if match}


@operator(
    "missing-interrupt",
    "behaviour",
    "concurrency",
    "the handler is an ordinary function, so the vector does not lead to it",
    "中断函数没有声明为中断，向量不会指到它",
)
def missing_interrupt(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`__interrupt(n)` is forgotten: nobody calls the function, and the vector leads into nothing."""
    for function in unit.functions():
        body = field(function, "body")
        for span in unit.dialect(function.start_byte, body.start_byte):
            if _VECTOR.fullmatch(unit.src[span.start : span.end]):
                blanks = len(unit.src[: span.start]) - len(unit.src[: span.start].rstrip(b" "))
                name = unit.function_name(function).decode("utf-8", "replace")
                was = unit.src[span.start : span.end].decode()
                yield Mutation((Edit(span.start - blanks, span.end, b""),), was, "", "", (("callee", name),))


@operator(
    "wait-in-isr", "behaviour", "concurrency", "the handler waits instead of asking", "中断函数里在等待，而不是查询一次"
)
def wait_in_isr(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`while (!RI);` in an interrupt that also comes for another reason: it never ends then."""
    for function in unit.functions():
        if not is_isr(unit, function):
            continue
        for node in nodes(unit, "if_statement", under=function):
            condition, body = field(node, "condition"), field(node, "consequence")
            text = unit.text(condition)[1:-1].strip()
            if node.child_by_field_name("alternative") is not None:
                continue
            leaves = re.fullmatch(rb"\{?\s*return;\s*\}?", unit.text(body))
            known = re.fullmatch(rb"(!?)\s*(TI|RI|TF[012]|IE[01])", text)
            if not known:
                continue
            flag = known[2].decode()
            if known[1] and leaves:
                now = b"while (" + text + b")" + unit.newline + unit.indent(node.start_byte) + b"    ;"
                edit = Edit(node.start_byte, node.end_byte, now)
                yield Mutation((edit,), shown(unit, node), f"while (!{flag});", "", (("flag", flag),))
            elif not known[1]:
                indent = unit.indent(node.start_byte)
                now = b"while (!" + known[2] + b")" + unit.newline + indent + b"    ;" + unit.newline + indent
                edit = Edit(node.start_byte, node.start_byte, now)
                yield Mutation((edit,), "", f"while (!{flag});", "", (("flag", flag),))


@operator(
    "drop-volatile",
    "finding",
    "concurrency",
    "data shared with an interrupt is not volatile",
    "与中断共享的变量没有加 volatile",
)
def drop_volatile(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The `volatile` of a variable that an interrupt shares is forgotten."""
    for symbol in unit.symbols.all("static", "global"):
        holder = symbol.declaration.parent if symbol.declaration is not None else None
        while holder is not None and holder.type != "declaration":
            holder = holder.parent
        if holder is None or symbol.type is None:
            continue
        found = re.search(rb"\bvolatile\s+", unit.text(holder))
        if found and not unit.in_opaque(holder.start_byte, holder.start_byte + 1):
            start = holder.start_byte + found.start()
            edit = Edit(start, start + len(found[0]), b"")
            yield within(unit, holder, (edit,), "", name=symbol.name.decode("utf-8", "replace"))


@operator(
    "interrupts-too-early",
    "behaviour",
    "concurrency",
    "interrupts are allowed before what they use has been set up",
    "还没有初始化好就打开了中断",
)
def interrupts_too_early(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`EA = 1` at the top of the initialisation: the handler may run with what was there before."""
    for node in statements(unit):
        if re.fullmatch(rb"EA\s*=\s*1\s*;", unit.text(node)) is None:
            continue
        block = [n for n in (node.parent.named_children if node.parent is not None else []) if n.type != "comment"]
        first = next((n for n in block if n.type == "expression_statement"), node)
        if first.start_byte < node.start_byte and not any(GUARD.fullmatch(unit.text(n)) for n in block):
            edits = moved(unit, node, first)
            if edits:
                facts = (("first", shown(unit, first)),)
                yield Mutation(edits, f"{shown(unit, first)} … EA = 1;", "EA = 1;", "", facts)
