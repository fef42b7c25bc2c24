"""csmith's arithmetic in all its bodies: the same on 16-bit and 32-bit chips, and nothing that C leaves open."""

from __future__ import annotations

import pytest

from tests.soak.csmith_arithmetic import Function, definition, trial
from tests.soak.csmith_bodies import HEAD
from tests.soak.judges import avr, host
from validators.sandbox.runner import Sandbox

TYPES = [f"{sign}int{bits}_t" for bits in (8, 16, 32) for sign in ("", "u")]
MOST_BODIES = 2
START = """\
#include <stdint.h>

void transparent_crc(uint32_t value, const char *name, int flag);

"""


def functions() -> list[Function]:
    """All that csmith can call."""
    names = []
    for kind in TYPES:
        sign = "u" if kind[0] == "u" else "s"
        names += [f"safe_{what}_func_{kind}_{sign}_{sign}" for what in ("add", "sub", "mul", "div", "mod")]
        names += [f"safe_{what}_func_{kind}_{sign}_{by}" for what in ("lshift", "rshift") for by in "su"]
        names.append(f"safe_unary_minus_func_{kind}_{sign}")
    return [Function.named(name) for name in names]


def expected(function: Function, left: int, right: int) -> int:
    """What a function gives: the left operand where C leaves the result open."""
    what, bits = function.operation, function.bits
    least, most = min(function.lefts), max(function.lefts)
    if what in ("div", "mod") and right == 0:
        return left
    if what in ("lshift", "rshift"):
        if left < 0 or not 0 <= right < bits or (what == "lshift" and left > most >> right):
            return left
        return left << right if what == "lshift" else left >> right
    if what == "mul" and function.kind == "int32_t" and max(abs(left), abs(right)) > 46340:
        return left
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1) if right else 0
    if what in ("div", "mod") and not least <= quotient <= most:
        return left
    result = {
        "add": left + right,
        "sub": left - right,
        "mul": left * right,
        "div": quotient,
        "mod": left - quotient * right,
        "minus": -left,
    }[what]
    if not function.signed:
        return result & most
    if what == "mul" and bits == 8:  # made in an int, and cut
        return (result + 128) % 256 - 128
    return result if least <= result <= most else left


def sums() -> dict[str, int]:
    """What `try_arithmetic` must tell."""
    told = {}
    for function in functions():
        total = 0
        for left in function.lefts:
            for right in function.rights or (1,):
                total = (total * 31 + expected(function, left, right)) & 0xFFFFFFFF
        told[function.name] = total
    return told


@pytest.mark.parametrize("body", range(MOST_BODIES))
def test_each_body_gives_what_the_operation_means(body: int) -> None:
    """On the host, where what C leaves open stops the program, and on a chip whose int has 16 bits."""
    every = functions()
    definitions = [definition(function, lambda some: some[body % len(some)]) for function in every]
    main = "int main(void)\n{\n    try_arithmetic();\n    return 0;\n}\n"
    text = "\n".join([START, HEAD, *definitions, trial(every), main])
    with Sandbox() as sandbox:
        for judge in (host(sandbox), avr(sandbox)):
            (answer,) = judge.answers([text])
            assert answer.ending == "done", answer
            said = [int(word.removeprefix("V"), 16) for word in answer.words.split()]
            assert dict(zip((function.name for function in every), said, strict=True)) == sums(), judge.name
