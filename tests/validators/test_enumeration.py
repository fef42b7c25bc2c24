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
#include <stdbool.h>

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

ONE = "uint8_t f(uint8_t a) { return a + 1; }"
UNALIKE = {
    "another result type, with a sign": ("uint16_t f(uint16_t a) { return a; }", "uint16_t f", "int16_t f"),
    "critical": (ONE, "(uint8_t a)", "(uint8_t a) __critical"),
    "naked": (ONE, "(uint8_t a)", "(uint8_t a) __naked"),
    "visible now": ("static " + ONE, "static uint8_t f", "uint8_t f"),
    "a critical block": ("uint8_t f(uint8_t a) { __critical { a++; } return a; }", "__critical { a++; }", "a++;"),
    "another function stands below a macro that means it": (
        "uint8_t k(void) { return 1; } uint8_t f(uint8_t a) { return a + 0; } uint8_t g(void) { return k(); }\n"
        "#define k() 7\n",
        "return a + 0; } uint8_t g(void) { return k(); }\n#define k() 7\n",
        "return a; }\n#define k() 7\nuint8_t g(void) { return k(); }\n",
    ),
    "a macro that reads a global": ("#define S state\nuint8_t f(uint8_t a) { return a + S; }", "a + S", "a"),
    "a macro of this compiler's": (
        "#ifdef __clang__\n#define K 1\n#else\n#define K 2\n#endif\nuint8_t f(uint8_t a) { return a + K; }",
        "a + K",
        "a + 1",
    ),
    "a macro that another one replaces below": (
        "#define K 1\nuint8_t f(uint8_t a) { return a + K; }\n#undef K\n#define K 2\n", "a + K", "a + 2"
    ),
    "no value, but true": (
        "uint8_t f(uint8_t a) { uint8_t k = 1; if (a > 9) k = 2; return k ? a : 0; }", "k = 1;", "k;"
    ),
    "an array without values": (
        "uint8_t f(uint8_t a) { uint8_t t[2] = {1}; t[1] = a; return t[0] ? a : 0; }", "t[2] = {1}", "t[2]"
    ),
    "a value of its own": ("uint8_t f(uint8_t a) { uint8_t k = 1; return k ? a : 0; }", "k = 1", "k = k"),
    "no return": ("uint8_t f(uint8_t a) { if (a < 9) return a; a++; }", "a++;", "a += 2;"),
    "the size of a pointer": ("uint8_t f(uint8_t a) { return a + sizeof(char *); }", "sizeof(char *)", "2"),
    "the size of a struct": (
        "struct s { uint8_t a; uint16_t b; }; uint8_t f(uint8_t a) { return a + sizeof(struct s); }",
        "sizeof(struct s)",
        "4",
    ),
    "the size of a wide character": ("uint8_t f(uint8_t a) { return a + sizeof(L'a'); }", "sizeof(L'a')", "2"),
    "an address": ("uint8_t f(uint8_t a) { return a + (uint8_t)(uint16_t)&SEG; }", "a + ", "0 + a + "),
    "a pointer beyond its table": (
        "uint8_t f(uint8_t a) { const __code uint8_t *p = SEG; return a < 4 ? p[a] : 0; }", "a < 4", "a < 5"
    ),
    "a bit-field, which sdcc takes for unsigned": (
        "struct s { int a : 3; }; int16_t f(uint8_t a) { struct s x = {0}; x.a = a; return x.a; }",
        "{ struct s x = {0}; x.a = a; return x.a; }",
        "{ a &= 7; return a > 3 ? a - 8 : a; }",
    ),
    "bytes of a union": (
        "union u { struct { uint8_t a; uint16_t b; } s; uint8_t r[4]; };\n"
        "uint8_t f(uint16_t a) { union u x = {{0, 0}}; x.s.b = a; return x.r[1]; }",
        "union u x = {{0, 0}}; x.s.b = a; return x.r[1];",
        "return 0 * a;",
    ),
    "double, which sdcc does not have": (
        "uint16_t f(uint16_t a) { return (uint32_t)(a * 16777217.0); }", "(a * 16777217.0)", "a * 16777217UL"
    ),
    "two effects in no order": ("uint8_t f(uint8_t a) { return a + (a = 3); }", "a + (a = 3)", "a + 3"),
    "a constant that nobody gave a value": ("const uint8_t k; uint8_t f(uint8_t a) { return a + k; }", "a + k", "a"),
    "a constant at an address": (
        "const __xdata __at(0x9000) uint8_t k; uint8_t f(uint8_t a) { return a + k; }", "a + k", "a"
    ),
    "sdcc does not widen both to int": (
        "int16_t f(uint8_t c, int8_t a) { return c & 1 ? a : c; }",
        "return c & 1 ? a : c;",
        "if (c & 1) return a; return c;",
    ),
    "a routine that an interrupt may be in": (
        "static uint8_t g(uint8_t a, uint8_t b) { return a + b; } uint8_t f(uint8_t a) { return a + 1; }\n"
        "void isr(void) __interrupt(1) { P1 = g(1, 2); }",
        "return a + 1;",
        "return g(a, 1);",
    ),
    "-32768 / -1": ("int16_t f(int16_t a) { return a / -1; }", "a / -1", "-a"),
}  # fmt: skip

MISREAD = {
    "sdcc 4.2.0 forgets a cast between two shifts": (
        "uint16_t f(uint8_t a) { return (uint8_t)(a << 4) >> 4; }", "(uint8_t)(a << 4) >> 4", "a & 15"
    ),
    "sdcc 4.2.0 divides two signed bytes wrongly": (
        "int16_t f(int8_t a, int8_t b) { return b ? a / b : 0; }", "return b ? a", "int16_t k = a; return b ? k"
    ),
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
    assert f"all {inputs:,} inputs, {min(inputs, 65536):,} on the chip" in verdict.evidence


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


@pytest.mark.parametrize("name", UNALIKE)
def test_what_another_compiler_may_read_otherwise_is_never_certified(name: str, enumerator: Enumerator) -> None:
    """The two differ on the chip, or may; clang alone found most of them the same."""
    text, old, new = UNALIKE[name]
    assert text.count(old) == 1
    assert enumerator.verdict(*units(text, text.replace(old, new))) is None


@pytest.mark.parametrize("name", MISREAD)
def test_what_the_chips_own_compiler_makes_of_it_counts(name: str, enumerator: Enumerator) -> None:
    """Equal in C, but not on the chip."""
    text, old, new = MISREAD[name]
    verdict = enumerator.verdict(*units(text, text.replace(old, new)))
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == ("unknown", "targets-disagree")
    assert "gives another result on the chip" in verdict.evidence
