"""The arithmetic of csmith's programs, written into each of them as C that is defined where an int has 16 bits and 32.

csmith's own header takes an int of 32 bits for granted (`right >= 32`), comes as one file of sixty functions, which is
most of what a compile costs, and hides them from the rewrites. Here a program holds the few that it uses.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from string import Template

from tests.soak.csmith_bodies import HEAD, bodies

_CALL = re.compile(
    r"\bsafe_(?:(?P<operation>add|sub|mul|div|mod)_func_(?P<type>u?int(?:8|16|32)_t)_(?:s_s|u_u)"
    r"|(?P<shift>[lr]shift)_func_(?P<shifted>u?int(?:8|16|32)_t)_[su]_(?P<by>[su])"
    r"|unary_(?P<minus>minus)_func_(?P<negated>u?int(?:8|16|32)_t)_[su])\b"
)
COUNTS = (-1, 0, 1, 3, 7, 8, 15, 16, 31, 32)
"""Counts of a shift that are tried."""

_NO_COUNT = "    if (right < 0)\n        return left;"


@dataclass(frozen=True, slots=True)
class Function:
    """One arithmetic function, as its name tells it: `safe_add_func_int8_t_s_s`, of which `add` is the operation."""

    name: str
    operation: str
    kind: str
    signed_count: bool

    @classmethod
    def named(cls, name: str) -> Function:
        """Raises ValueError for what is no such name."""
        call = _CALL.fullmatch(name)
        if call is None:
            raise ValueError(name)
        operation = call["operation"] or call["shift"] or call["minus"]
        return cls(name, operation, call["type"] or call["shifted"] or call["negated"], call["by"] == "s")

    @property
    def signed(self) -> bool:
        """Whether its type has a sign."""
        return self.kind.startswith("i")

    @property
    def bits(self) -> int:
        """Those of its type."""
        return int(re.sub(r"\D", "", self.kind))

    @property
    def lefts(self) -> list[int]:
        """The bounds of its type and what lies between."""
        most = (1 << (self.bits - self.signed)) - 1
        below = [-most - 1, -most, -most // 2, -2, -1] if self.signed else []
        return [*below, 0, 1, 2, 13, most // 3, most - 1, most]

    @property
    def rights(self) -> Sequence[int]:
        """Values of its right operand; none where it has one operand only."""
        if self.operation == "minus":
            return ()
        if self.operation in ("lshift", "rshift"):
            return COUNTS if self.signed_count else COUNTS[1:]
        return self.lefts


def functions_for(text: str, rng: random.Random, *, tried: bool) -> str:
    """C of the arithmetic functions that a program calls, each once and with one of its bodies, by their names.

    With `tried`, the function `try_arithmetic` stands behind them, which calls each with many values.
    """
    used = [Function.named(name) for name in sorted({match[0] for match in _CALL.finditer(text)})]
    parts = [HEAD, *(definition(one, rng.choice) for one in used)]
    return "\n".join([*parts, trial(used)] if tried else parts)


def definition(function: Function, choose: Callable[[Sequence[str]], str]) -> str:
    """C of one function, with the body that is chosen among those it can have."""
    kind = function.kind
    parameters = f"{kind} left, {kind} right"
    if function.operation == "minus":
        parameters = f"{kind} value"
    elif function.operation in ("lshift", "rshift"):
        parameters = f"{kind} left, {'int' if function.signed_count else 'unsigned int'} right"
    body = choose(bodies(function.operation, signed=function.signed, bits=function.bits)).strip("\n")
    if function.signed_count:
        # Declarations come first, as with the oldest compilers, and this check behind them.
        declared = body.lstrip().startswith(("uint8_t", "unsigned"))
        head, gap, rest = body.partition("\n\n") if declared else ("", "", body)
        body = f"{head}{gap}{_NO_COUNT}\n{rest}"
    stem = kind.removesuffix("_t").upper()
    filled = Template(body).substitute(T=kind, BITS=function.bits, MAX=f"{stem}_MAX", MIN=f"{stem}_MIN")
    return f"static {kind} {function.name}({parameters})\n{{\n{filled}\n}}\n"


def trial(functions: Sequence[Function]) -> str:
    """C of `try_arithmetic`, which tells for each function one value, folded from its results for all operands."""
    parts = []
    for one in {one.kind: one for one in functions}.values():
        stem = one.kind.removesuffix("_t").upper()
        texts = [f"{stem}_MIN" if value < 0 and value == min(one.lefts) else str(value) for value in one.lefts]
        parts.append(f"static const {one.kind} values_{one.kind}[] = {{{', '.join(texts)}}};")
    parts.append(f"static const int8_t counts[] = {{{', '.join(map(str, COUNTS))}}};\n")
    parts += ["static void try_arithmetic(void)", "{", "    uint8_t i, j;", "    uint32_t sum;", ""]
    for one in functions:
        first, end, right = 0, len(one.rights), f", values_{one.kind}[j]"
        if one.operation in ("lshift", "rshift"):
            first, end, right = len(COUNTS) - end, len(COUNTS), ", counts[j]"
        elif one.operation == "minus":
            first, end, right = 0, 1, ""
        parts += [
            "    sum = 0;",
            f"    for (i = 0; i < {len(one.lefts)}; i++)",
            f"        for (j = {first}; j < {end}; j++)",
            f"            sum = sum * 31 + (uint32_t){one.name}(values_{one.kind}[i]{right});",
            f'    transparent_crc(sum, "{one.name}", 0);',
        ]
    return "\n".join([*parts, "}", ""])
