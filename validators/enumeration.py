"""Equivalence by trying every input: for pure functions whose arguments have few enough bits.

    verdict = Enumerator(sandbox).verdict(before, after)

Both versions are compiled with the target's own integer widths and then run natively: clang translates the C for a
machine with 16-bit int (msp430) into its intermediate form, where all widths are fixed, and that into host code. Every
input then takes nanoseconds where a simulated chip takes microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tree_sitter import Node

from corpus.records import Verdict
from corpus.source.stream import token_stream
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from validators.sandbox.runner import Limits, ProgramNotFound, Sandbox
from validators.toolchains.dialect import device_headers, for_gcc
from validators.toolchains.toolchain import MissingTool

GATE = "equivalent"

MOST_BITS = 24
"""Bits of all arguments together: 16.8 million pairs of calls, about 0.1 s for a function of a few operations."""

# Input for which C gives no meaning prove nothing, so they trap: the shift count, the divisor, the index, the missing
# return. Signed overflow wraps on all compilers of these chips. Memory that nobody wrote holds a pattern.
_TRAPS = "shift-exponent,integer-divide-by-zero,array-bounds,unreachable,return"
_TO_IR = (
    *("clang", "-target", "msp430", "-std=gnu11", "-O1", "-ffreestanding", "-w"),
    *("-fwrapv", "-funsigned-char", "-fno-finite-loops"),
    *("-ftrivial-auto-var-init=pattern", "-isystem", "devices", "-include", "dialect_shim.h"),
    *("-Xclang", f"-fsanitize={_TRAPS}", "-Xclang", f"-fsanitize-trap={_TRAPS}"),
    *("-S", "-emit-llvm", "-o", "pair.ll", "pair.c"),
)
_TO_HOST = ("clang", "-O2", "-w", "-o", "pair", "pair.ll", "search.c")
_SHIM = Path(__file__).parent / "toolchains" / "dialect_shim.h"
_BUILD = Limits(cpu_s=10, wall_s=120, memory_bytes=1 << 30)
_CALLS_PER_CPU_SECOND = 4_000_000  # of the slowest function that is worth waiting for
_MAIN = b"""
#include <stdint.h>
#include <stdio.h>
int32_t firmseed_search(void);
int main(void) { printf("%ld", (long)firmseed_search()); return 0; }
"""
_KEEPS_NOTHING = ("local", "param", "typedef", "enumerator", "macro", "label", "field", "function")


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter: its name, and its width in bits and sign on the target."""

    name: str
    bits: int
    signed: bool

    def value(self, at: int) -> str:
        """A C expression for its value, from bit `at` of the counter on."""
        kind = {1: "_Bool", 8: "int8_t", 16: "int16_t", 32: "int32_t"}[self.bits]
        if self.bits == 1:
            return f"(_Bool)((firmseed_n >> {at}) & 1)"
        return f"({kind if self.signed else 'u' + kind})(firmseed_n >> {at})"


class Enumerator:
    """Tries all inputs in a sandbox that it does not own."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def verdict(self, before: Unit, after: Unit) -> Verdict | None:
        """Passed with the reason `enumerated` where the units differ in pure functions only, and these agree.

        Pure: arguments and result are integers, at most MOST_BITS of arguments together, nothing is read but them and
        constants, nothing is written but locals, and the same of all that is called. None where this is no case for it,
        or where some input has no defined result; failed, `wrong-output`, with the first input that tells them apart.
        Raises MissingTool without clang.
        """
        changed = _changed(before, after)
        if not changed:
            return None
        arguments = {name: _arguments(before, after, name) for name in changed}
        tried = 0
        for name, found in arguments.items():
            if found is None:
                return None
            verdict = self._search(before, after, name, found)
            if verdict is None or not verdict.passed:
                return verdict
            tried += 1 << sum(argument.bits for argument in found)
        words = ", ".join(name.decode() for name in changed)
        return Verdict(GATE, "passed", "enumerated", f"{words}: the same for all {tried:,} inputs")

    def _search(self, before: Unit, after: Unit, name: bytes, arguments: tuple[Argument, ...]) -> Verdict | None:
        old, new = _needed(before, name), _needed(after, name)
        if old is None or new is None:
            return None
        source = for_gcc(_pair(before, after, name, old, new, arguments).encode())
        devices = device_headers([source])
        files = {f"devices/{header}": text for header, text in devices.items()}
        files |= {"pair.c": source, "dialect_shim.h": _SHIM.read_bytes(), "search.c": _MAIN}
        try:
            lowered = self._sandbox.run(_TO_IR, files=files, keep=["pair.ll"], limits=_BUILD)
        except ProgramNotFound as error:
            raise MissingTool("clang", "apt-get install clang") from error
        if not lowered.ok:
            return None
        files = {"pair.ll": lowered.files["pair.ll"], "search.c": _MAIN}
        built = self._sandbox.run(_TO_HOST, files=files, keep=["pair"], limits=_BUILD)
        if not built.ok:
            return None
        path = self._sandbox.install("enumerated-pair", built.files["pair"])
        calls = 1 << sum(argument.bits for argument in arguments)
        done = self._sandbox.run([path], limits=Limits(cpu_s=2 + calls / _CALLS_PER_CPU_SECOND, wall_s=120))
        if not done.ok:  # a trap, or it takes too long
            return None
        found = int(done.stdout)
        if found < 0:
            return Verdict(GATE, "passed", "enumerated")
        return Verdict(GATE, "failed", "wrong-output", f"{_call(name, arguments, found)} gives another result")


def _changed(before: Unit, after: Unit) -> list[bytes]:
    """The functions that differ, in order; none where anything else differs too, or a function is visible and new."""
    old, new = _functions(before), _functions(after)
    if not _alike(before, _around(before), after, _around(after)):
        return []
    for name in old.keys() ^ new.keys():
        unit, node = (before, old[name]) if name in old else (after, new[name])
        if not _static(unit, node):
            return []
    both = [name for name in old if name in new]
    return [name for name in both if not _alike(before, [old[name]], after, [new[name]])]


def _functions(unit: Unit) -> dict[bytes, Node]:
    return {unit.function_name(node): node for node in unit.functions() if node.parent == unit.root}


def _static(unit: Unit, function: Node) -> bool:
    symbol = unit.symbols.lookup(unit.function_name(function))
    return symbol is not None and symbol.storage == b"static"


def _around(unit: Unit) -> list[Node]:
    """All of a unit but its functions and their prototypes."""
    return [node for node in unit.root.children if not _is_function(unit, node)]


def _alike(one: Unit, mine: list[Node], other: Unit, theirs: list[Node]) -> bool:
    """Whether these pieces have the same tokens."""
    if len(mine) != len(theirs):
        return False
    pairs = [(_source(one, a), _source(other, b)) for a, b in zip(mine, theirs, strict=True)]
    return all(a == b or token_stream(a.encode()) == token_stream(b.encode()) for a, b in pairs)


def _is_function(unit: Unit, node: Node) -> bool:
    if node.type in ("function_definition", "comment"):
        return True
    if node.type != "declaration":
        return False
    declarator = node.child_by_field_name("declarator")
    return declarator is not None and declarator.type == "function_declarator"


def _arguments(before: Unit, after: Unit, name: bytes) -> tuple[Argument, ...] | None:
    """The parameters, where both versions have the same few integers and return one."""
    old, new = _parameters(before, name), _parameters(after, name)
    if old is None or new is None or [(a.bits, a.signed) for a in old] != [(a.bits, a.signed) for a in new]:
        return None
    return old if 0 < sum(argument.bits for argument in old) <= MOST_BITS else None


def _parameters(unit: Unit, name: bytes) -> tuple[Argument, ...] | None:
    function = _functions(unit)[name]
    own = unit.symbols.lookup(name)
    result = own.type.of if own is not None and own.type is not None else None
    if result is None or not result.integer:
        return None
    found = []
    for symbol in unit.symbols.all("param"):
        if symbol.declaration is not None and unit.enclosing_function(symbol.declaration) == function:
            kind = symbol.type
            if kind is None or not kind.integer or kind.volatile or kind.width not in (1, 8, 16, 32):
                return None
            found.append((symbol.declaration.start_byte, Argument(symbol.name.decode(), kind.width, kind.signed)))
    return tuple(argument for _, argument in sorted(found, key=lambda pair: pair[0]))


def _needed(unit: Unit, name: bytes) -> list[bytes] | None:
    """The function and all that it calls, callees first, when all are pure; None otherwise."""
    functions = _functions(unit)
    order: list[bytes] = []
    open_calls: list[bytes] = []

    def visit(name: bytes) -> bool:
        if name in order:
            return True
        if name not in functions or name in open_calls:
            return False
        open_calls.append(name)
        calls = _pure_calls(unit, functions[name])
        if calls is None or not all(visit(called) for called in sorted(calls)):
            return False
        open_calls.pop()
        order.append(name)
        return True

    return order if visit(name) else None


def _pure_calls(unit: Unit, function: Node) -> frozenset[bytes] | None:
    """What a function calls, when it keeps to its arguments, its locals and constants; None otherwise."""
    body = function.child_by_field_name("body")
    if body is None:
        return None
    effects = unit.symbols.effects(body)
    if effects.unknown or effects.volatile_reads or effects.volatile_writes or b"*" in effects.reads | effects.writes:
        return None
    for symbol in _meanings(unit, function):
        if symbol is None or not (symbol.kind in _KEEPS_NOTHING or _is_constant(symbol, effects.writes)):
            return None
    return effects.calls


def _meanings(unit: Unit, function: Node) -> Iterator[Symbol | None]:
    for node in unit.walk("identifier", under=function):
        yield unit.symbols.resolve(node)


def _is_constant(symbol: Symbol, written: frozenset[bytes]) -> bool:
    kind = symbol.type
    if not symbol.is_variable or kind is None or symbol.name in written:
        return False
    while kind.array and kind.of is not None:
        kind = kind.of
    return kind.const or kind.space == b"__code"


def _pair(
    before: Unit, after: Unit, name: bytes, old: list[bytes], new: list[bytes], arguments: tuple[Argument, ...]
) -> str:
    """One file with both versions under their own names, and the search over all inputs."""
    parts = ["#include <stdint.h>"]
    parts += [_source(before, node) for node in _around(before)]
    for unit, names, side in ((before, old, "before"), (after, new, "after")):
        functions = _functions(unit)
        parts += [f"#define {one.decode()} firmseed_{side}_{one.decode()}" for one in names]
        parts += [f"static {_source(unit, functions[one]).removeprefix('static ')}" for one in names]
        parts += [f"#undef {one.decode()}" for one in names]
    values, at = [], 0
    for argument in arguments:
        values.append(argument.value(at))
        at += argument.bits
    one, other = (f"firmseed_{side}_{name.decode()}({', '.join(values)})" for side in ("before", "after"))
    parts.append(
        "int32_t firmseed_search(void)\n{\n    uint32_t firmseed_n = 0;\n    do {\n"
        f"        if ({one} != {other})\n            return (int32_t)firmseed_n;\n"
        f"    }} while (++firmseed_n != {1 << at}UL);\n    return -1;\n}}\n"
    )
    return "\n".join(parts)


def _source(unit: Unit, node: Node) -> str:
    return unit.src[node.start_byte : unit.end(node)].decode("utf-8", "replace")


def _call(name: bytes, arguments: tuple[Argument, ...], counter: int) -> str:
    values, at = [], 0
    for argument in arguments:
        value = counter >> at & (1 << argument.bits) - 1
        if argument.signed and value >> (argument.bits - 1):
            value -= 1 << argument.bits
        values.append(str(value))
        at += argument.bits
    return f"{name.decode()}({', '.join(values)})"
