"""Pure functions are compared over every input, with the integer widths of the target."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from corpus.source.unit import Unit
from validators.enumeration import Enumerator
from validators.sandbox.runner import Sandbox

HEAD = b"""
#include <8052.h>
#include <stdint.h>

static uint8_t state;
static const __code uint8_t SEG[4] = {1, 2, 4, 8};

"""
SCALE = "uint16_t scale(uint8_t a, uint8_t b)\n{\n    return (uint16_t)(a * 257u + b) >> 3;\n}\n"

AGREE = {
    "a temporary and a division instead of a shift": (
        SCALE,
        "uint16_t scale(uint8_t a, uint8_t b)\n{\n    uint16_t t = a * 257u;\n    t += b;\n    return t / 8u;\n}\n",
        65536,
    ),
    "a helper pulled out": (
        SCALE,
        "static uint16_t joined(uint8_t a, uint8_t b)\n{\n    return a * 257u + b;\n}\n"
        "uint16_t scale(uint8_t a, uint8_t b)\n{\n    return joined(a, b) >> 3;\n}\n",
        65536,
    ),
    "a table and what it holds": (
        "uint8_t one_hot(uint8_t n) { return SEG[n & 3]; }\n",
        "uint8_t one_hot(uint8_t n) { return (uint8_t)(1 << (n & 3)); }\n",
        256,
    ),
    "three bytes": (
        "uint8_t most(uint8_t a, uint8_t b, uint8_t c) { uint8_t m = a > b ? a : b; return m > c ? m : c; }\n",
        "uint8_t most(uint8_t x, uint8_t y, uint8_t z) { if (x < y) x = y; if (x < z) x = z; return x; }\n",
        1 << 24,
    ),
}

DIFFER = {
    "one input in 65,536": (
        "uint8_t f(uint8_t a, uint8_t b) { return a & b; }\n",
        "uint8_t f(uint8_t a, uint8_t b) { if (a == 201 && b == 77) return 0; return a & b; }\n",
        "f(201, 77)",
    ),
    "the sum needs more than the 16 bits of int, which a host's int has": (
        "uint16_t mean(uint16_t a) { return (a + 40000u) / 2u; }\n",
        "uint16_t mean(uint16_t a) { return (uint16_t)(((uint32_t)a + 40000u) / 2u); }\n",
        "mean(25536)",
    ),
    "a negative argument": (
        "int8_t half(int8_t a) { return a / 2; }\n",
        "int8_t half(int8_t a) { return a >> 1; }\n",
        "half(-127)",
    ),
}

NO_CASE = {
    "a global is written": ("uint8_t f(uint8_t a) { state = a; return a; }", "return a;", "return a + 0;"),
    "a global is read": ("uint8_t f(uint8_t a) { return a + state; }", "a + state", "state + a"),
    "a register is read": ("uint8_t f(uint8_t a) { return a + P1; }", "a + P1", "P1 + a"),
    "a pointer comes in": ("uint8_t f(const uint8_t *a) { return *a; }", "*a;", "a[0];"),
    "too many bits": ("uint32_t f(uint32_t a) { return a + 1; }", "a + 1", "1 + a"),
    "something else differs as well": ("uint8_t f(uint8_t a) { return a; }", "a; }", "a + 0; } uint8_t k;"),
    "a routine for all to see is new": ("uint8_t f(uint8_t a) { return a; }", "}", "} int g(int a) { return a; }"),
    "no meaning for some inputs": ("uint8_t f(uint8_t a) { return SEG[a]; }", "SEG[a]", "*(SEG + a)"),
    "a shift too far for some inputs": ("uint8_t f(uint8_t a) { return 1 << a; }", "1 <<", "1U <<"),
    "never ends for some input": ("uint8_t f(uint8_t a) { if (a) a ^= 1; return 0; }", "if (a) a ^", "while (a) a |"),
    "nothing differs": ("uint8_t f(uint8_t a) { return a; }", "a;", "a ;"),
}  # fmt: skip


@pytest.fixture(scope="module")
def enumerator() -> Iterator[Enumerator]:
    with Sandbox() as sandbox:
        yield Enumerator(sandbox)


def units(before: str, after: str) -> tuple[Unit, Unit]:
    return Unit.parse(HEAD + before.encode()), Unit.parse(HEAD + after.encode())


@pytest.mark.parametrize("name", AGREE)
def test_equal_functions_are_certified_with_the_number_of_inputs(name: str, enumerator: Enumerator) -> None:
    before, after, inputs = AGREE[name]
    verdict = enumerator.verdict(*units(before, after))
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == ("passed", "enumerated")
    assert f"all {inputs:,} inputs" in verdict.evidence


@pytest.mark.parametrize("name", DIFFER)
def test_the_first_input_that_differs_is_named(name: str, enumerator: Enumerator) -> None:
    before, after, call = DIFFER[name]
    verdict = enumerator.verdict(*units(before, after))
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == ("failed", "wrong-output")
    assert call in verdict.evidence


@pytest.mark.parametrize("name", NO_CASE)
def test_what_is_not_pure_small_and_defined_is_left_to_others(name: str, enumerator: Enumerator) -> None:
    text, old, new = NO_CASE[name]
    assert old in text
    assert enumerator.verdict(*units(text, text.replace(old, new))) is None
