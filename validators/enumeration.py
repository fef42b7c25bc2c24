"""Equivalence by trying every input: for pure functions whose arguments have few enough bits.

    verdict = Enumerator(sandbox).verdict(before, after)

Both versions are compiled with the target's own integer widths and then run natively: clang translates the C for a
machine with 16-bit int (msp430) into its intermediate form, where all widths are fixed, and that into host code. Every
input then takes nanoseconds where a simulated chip takes microseconds. sdcc reads C otherwise in places, and translates
some of it wrongly, so it compiles the same pair as well, and the simulated 8051 tries up to 65,536 of the inputs.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from tree_sitter import Node

from corpus.records import Verdict
from corpus.source.ctype import CType
from corpus.source.stream import token_stream
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from validators.behaviour import Bench
from validators.purity import portable_directives, pure_calls
from validators.sandbox.runner import Limits, ProgramNotFound, Sandbox
from validators.simulators.machine import Job, Simulator
from validators.toolchains.dialect import device_headers, for_gcc
from validators.toolchains.toolchain import MissingTool

GATE = "equivalent"

MOST_BITS = 24
"""Bits of all arguments together: 16.8 million pairs of calls, about 0.1 s for a function of a few operations."""

# Input for which C gives no meaning prove nothing, so they trap: the shift count, the divisor, the index, the missing
# return, -32768 / -1. Other signed overflow wraps on all compilers of these chips, and -fwrapv keeps it from trapping.
_TRAPS = "shift-exponent,integer-divide-by-zero,signed-integer-overflow,array-bounds,unreachable,return"
# What no run shows, since both versions are compiled alike: a value that nobody set, and two effects without an order.
_REFUSED = ("uninitialized", "sometimes-uninitialized", "conditional-uninitialized", "unsequenced", "return-type")
_TO_IR = (
    *("clang", "-target", "msp430", "-std=gnu11", "-O1", "-ffreestanding"),
    *("-Wno-everything", *(f"-Werror={name}" for name in _REFUSED)),
    *("-fwrapv", "-funsigned-char", "-fshort-enums", "-fpack-struct=1", "-fno-finite-loops"),
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

CHIP_CYCLES = 30_000_000
"""Of one search on the simulated chip, 0.2 s: 65,536 inputs of two functions that take 150 cycles each."""

_CHIP_BITS = 16
_CHIP_BLOCK = 256
# An odd step reaches every input once, and a few of them are spread over all: 2**32 divided by the golden ratio.
_CHIP_STEP = 0x9E3779B1


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
    """Tries all inputs in a sandbox that it does not own; `model` is the memory model that the chip's code is for.

    Raises CoreFailed when the simulator does not compile.
    """

    def __init__(self, sandbox: Sandbox, model: str = "small") -> None:
        self._sandbox = sandbox
        self._model = model
        self._bench = Bench(sandbox)
        self._simulator = Simulator(sandbox, self._bench.board.machine)

    def verdict(self, before: Unit, after: Unit) -> Verdict | None:
        """Passed with the reason `enumerated` where the units differ in pure functions only, and these agree.

        Pure: arguments and result are integers, at most MOST_BITS of arguments together, nothing is read but them and
        constants, nothing is written but locals, and the same of all that is called. None where this is no case for it,
        or where some input has no defined result; failed, `wrong-output`, with the first input that tells them apart;
        unknown, `targets-disagree`, with an input that does so on the chip only. Raises MissingTool without clang or
        sdcc.
        """
        changed = _changed(before, after)
        if not changed or not (portable_directives(before) and portable_directives(after)):
            return None
        arguments = {name: _arguments(before, after, name) for name in changed}
        tried = ran = 0
        for name, found in arguments.items():
            old, new = _needed(before, name), _needed(after, name)
            if found is None or old is None or new is None or _meets_interrupts(before, old, new):
                return None
            pair = _Pair(before, after, name, tuple(old), tuple(new), found)
            verdict = self._search(pair)
            if verdict is None or not verdict.passed:
                return verdict
            on_chip = self._on_chip(pair)
            if not isinstance(on_chip, int):
                return on_chip
            tried += 1 << pair.bits
            ran += on_chip
        words = ", ".join(name.decode() for name in changed)
        return Verdict(GATE, "passed", "enumerated", f"{words}: the same for all {tried:,} inputs, {ran:,} on the chip")

    def _search(self, pair: _Pair) -> Verdict | None:
        source = for_gcc(pair.host().encode())
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
        calls = 1 << pair.bits
        done = self._sandbox.run([path], limits=Limits(cpu_s=2 + calls / _CALLS_PER_CPU_SECOND, wall_s=120))
        if not done.ok:  # a trap, or it takes too long
            return None
        found = int(done.stdout)
        if found < 0:
            return Verdict(GATE, "passed", "enumerated")
        return Verdict(GATE, "failed", "wrong-output", f"{pair.call(found)} gives another result")

    def _on_chip(self, pair: _Pair) -> int | Verdict | None:
        """How many inputs gave the same on the chip; a verdict where one did not; None where none could be tried."""
        built = self._bench.build(pair.functions(), pair.harness(), model=self._model, together=True)
        if not built.image:
            return None
        trace = self._simulator.run([Job(built.image, limit=CHIP_CYCLES)])[0]
        events = trace.events.split()
        found = next((event for event in events if event.startswith("V")), None)
        if found is not None:
            words = f"{pair.call(int(found[1:], 16))} gives another result on the chip, and the same by clang"
            return Verdict(GATE, "unknown", "targets-disagree", words)
        if trace.outcome not in ("done", "cycle-limit") or not events:
            return None
        return len(events) * min(_CHIP_BLOCK, 1 << pair.bits)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two versions of a function, with what each needs, and the arguments that both take."""

    before: Unit
    after: Unit
    name: bytes
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]
    arguments: tuple[Argument, ...]

    @property
    def bits(self) -> int:
        """Of all arguments."""
        return sum(argument.bits for argument in self.arguments)

    def functions(self) -> str:
        """One file with both versions under their own names."""
        parts = ["#include <stdint.h>"]
        parts += [_source(self.before, node) for node in _around(self.before)]
        for unit, names, side in ((self.before, self.old, "before"), (self.after, self.new, "after")):
            functions = _functions(unit)
            parts += [f"#define {one.decode()} firmseed_{side}_{one.decode()}" for one in names]
            parts += [f"static {_source(unit, functions[one]).removeprefix('static ')}" for one in names]
            parts += [f"#undef {one.decode()}" for one in names]
        return "\n".join([*parts, ""])

    def host(self) -> str:
        """The same, and the search over all inputs."""
        return self.functions() + (
            "int32_t firmseed_search(void)\n{\n    uint32_t firmseed_n = 0;\n    do {\n"
            f"        if ({self._differ()})\n            return (int32_t)firmseed_n;\n"
            f"    }} while (++firmseed_n != {1 << self.bits}UL);\n    return -1;\n}}\n"
        )

    def harness(self) -> str:
        """A search for the chip: a mark for each block that agrees, the input that does not as a value."""
        block = min(_CHIP_BLOCK, 1 << self.bits)
        blocks = (1 << min(self.bits, _CHIP_BITS)) // block
        step, last = _CHIP_STEP & (1 << self.bits) - 1, (1 << self.bits) - 1
        return (
            "void main(void)\n{\n    uint32_t firmseed_n = 0;\n    uint16_t firmseed_k, firmseed_b;\n"
            f"    for (firmseed_b = 0; firmseed_b != {blocks}; firmseed_b++) {{\n"
            f"        for (firmseed_k = 0; firmseed_k != {block}; firmseed_k++) {{\n"
            f"            if ({self._differ()}) {{\n                SIM_REPORT(firmseed_n);\n"
            "                SIM_DONE();\n            }\n"
            f"            firmseed_n = firmseed_n + {step}UL & {last}UL;\n        }}\n"
            "        SIM_MARK(1);\n    }\n    SIM_DONE();\n}\n"
        )

    def _differ(self) -> str:
        values, at = [], 0
        for argument in self.arguments:
            values.append(argument.value(at))
            at += argument.bits
        one, other = (f"firmseed_{side}_{self.name.decode()}({', '.join(values)})" for side in ("before", "after"))
        return f"{one} != {other}"

    def call(self, counter: int) -> str:
        """The call that a counter's value stands for."""
        values, at = [], 0
        for argument in self.arguments:
            value = counter >> at & (1 << argument.bits) - 1
            if argument.signed and value >> (argument.bits - 1):
                value -= 1 << argument.bits
            values.append(str(value))
            at += argument.bits
        return f"{self.name.decode()}({', '.join(values)})"


def _changed(before: Unit, after: Unit) -> list[bytes]:
    """The functions that differ, in order; none where anything else differs too, or stands in another order."""
    old, new = _functions(before), _functions(after)
    own = old.keys() ^ new.keys()
    for name in own:
        unit, node, other = (before, old[name], after) if name in old else (after, new[name], before)
        if not _static(unit, node) or name in other.symbols.names:
            return []
    if _frame(before, own) != _frame(after, own):
        return []
    both = [name for name in old if name in new]
    return [name for name in both if not _alike(before, old[name], after, new[name])]


def _frame(unit: Unit, without: Set[bytes]) -> list[object]:
    """What stands at file scope, in order: functions by name, all else by its tokens."""
    found: list[object] = []
    for node in unit.root.children:
        if node.type == "comment":
            continue
        if node.type == "function_definition":
            name = unit.function_name(node)
            found += [] if name in without else [name]
        elif not (_is_function(unit, node) and _words(unit, node) & without):
            found.append(token_stream(_source(unit, node).encode()))
    return found


def _functions(unit: Unit) -> dict[bytes, Node]:
    return {unit.function_name(node): node for node in unit.functions() if node.parent == unit.root}


def _static(unit: Unit, function: Node) -> bool:
    symbol = unit.symbols.lookup(unit.function_name(function))
    return symbol is not None and symbol.storage == b"static"


def _around(unit: Unit) -> list[Node]:
    """All of a unit but its functions and their prototypes."""
    return [node for node in unit.root.children if not _is_function(unit, node)]


def _words(unit: Unit, node: Node) -> set[bytes]:
    return {unit.text(name) for name in unit.walk("identifier", under=node)}


def _alike(one: Unit, mine: Node, other: Unit, theirs: Node) -> bool:
    """Whether two pieces have the same tokens."""
    a, b = _source(one, mine), _source(other, theirs)
    return a == b or token_stream(a.encode()) == token_stream(b.encode())


def _is_function(unit: Unit, node: Node) -> bool:
    if node.type in ("function_definition", "comment"):
        return True
    if node.type != "declaration":
        return False
    declarator = node.child_by_field_name("declarator")
    return declarator is not None and declarator.type == "function_declarator"


def _arguments(before: Unit, after: Unit, name: bytes) -> tuple[Argument, ...] | None:
    """The parameters, where both versions have the same head but for their names, and it has few integers only."""
    old, new = _parameters(before, name), _parameters(after, name)
    if old is None or new is None or [(a.bits, a.signed) for a in old] != [(a.bits, a.signed) for a in new]:
        return None
    if _head(before, name) != _head(after, name):
        return None
    return old if 0 < sum(argument.bits for argument in old) <= MOST_BITS else None


def _head(unit: Unit, name: bytes) -> tuple[object, ...]:
    """The result, the storage and the attributes of a function."""
    function = _functions(unit)[name]
    own, body = unit.symbols.lookup(name), function.child_by_field_name("body")
    result = own.type.of if own is not None and own.type is not None else None
    end = body.start_byte if body is not None else unit.end(function)
    attributes = [
        token_stream(unit.src[s.start : s.end]) for s in unit.dialect(function.start_byte, end) if s.kind != "comment"
    ]
    words = [unit.text(n) for n in function.children if n.type == "storage_class_specifier"]
    return result.spell() if result is not None else "", own.storage if own is not None else b"", words, attributes


def _parameters(unit: Unit, name: bytes) -> tuple[Argument, ...] | None:
    """The parameters of a function of integers with an integer result."""
    function = _functions(unit)[name]
    own = unit.symbols.lookup(name)
    result = own.type.of if own is not None and own.type is not None else None
    if result is None or not result.integer:
        return None
    found: list[tuple[int, Symbol, CType]] = []
    for symbol in unit.symbols.all("param"):
        if symbol.declaration is not None and unit.enclosing_function(symbol.declaration) == function:
            kind = symbol.type
            if kind is None or not kind.integer or kind.volatile or kind.width not in (1, 8, 16, 32):
                return None
            found.append((symbol.declaration.start_byte, symbol, kind))
    found.sort(key=lambda one: one[0])
    return tuple(Argument(symbol.name.decode(), kind.width, kind.signed) for _, symbol, kind in found)


def _needed(unit: Unit, name: bytes) -> list[bytes] | None:
    """The function and all that it calls, callees first, when all are pure; None otherwise."""
    functions = _functions(unit)
    order: list[bytes] = []
    open_calls: list[bytes] = []

    def visit(name: bytes) -> bool:
        if name in order:
            return True
        if name not in functions or name in open_calls or _parameters(unit, name) is None:
            return False
        open_calls.append(name)
        calls = pure_calls(unit, functions[name])
        if calls is None or not all(visit(called) for called in sorted(calls)):
            return False
        open_calls.pop()
        order.append(name)
        return True

    return order if visit(name) else None


def _meets_interrupts(before: Unit, old: Sequence[bytes], new: Sequence[bytes]) -> bool:
    """Whether a function calls one that was there before and may be running: sdcc's are not reentrant."""
    met = [name for name in new if name not in old and name in _functions(before)]
    return bool(met) and any(s.kind == "isr" or b"interrupt" in before.src[s.start : s.end] for s in before.spans)


def _source(unit: Unit, node: Node) -> str:
    return unit.src[node.start_byte : unit.end(node)].decode("utf-8", "replace")
