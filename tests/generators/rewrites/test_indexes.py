"""Indexes: what a loop, a guard and the writers of a variable tell of it, and what tells nothing."""

from __future__ import annotations

import pytest

from corpus.source.unit import Unit
from generators.rewrites.indexes import bounds

HEAD = "#include <stdint.h>\n#define UP(x) ((x)++)\nuint8_t t[8];\nint g(int n);\nvoid h(uint8_t *p);\n"


def found(text: str) -> tuple[int, int] | None:
    """The bounds of the index of the last `t[...]` in the text."""
    unit = Unit.parse((HEAD + text).encode())
    assert unit.error is None
    index = list(unit.walk("subscript_expression"))[-1].child_by_field_name("index")
    assert index is not None
    return bounds(unit, index)


# An index that is not known to be in 0..7 must not be taken for one.
OUTSIDE = {
    "nothing is known of a parameter": "int f(uint8_t n) { return t[n]; }",
    "a guard with and": "int f(uint8_t n, int m) { if (m && n > 7) return 0; return t[n]; }",
    "a write after the guard": "int f(uint8_t n) { if (n >= 8) return 0; n++; return t[n]; }",
    "an address is given away": "int f(uint8_t n) { if (n >= 8) return 0; h(&n); return t[n]; }",
    "a write later in the loop": "int f(uint8_t n) { if (n >= 8) return 0; while (g(1)) { g(t[n]); n++; } return 0; }",
    "a negative value passes": "int f(int n) { if (n >= 8) return 0; return t[n]; }",
    "a negative value compared as unsigned": "int f(int n) { if (n < 3u || n > 10) return 0; return t[n >> 1]; }",
    "after the loop": "int f(void) { uint8_t i; for (i = 0; i < 8; i++) g(i); return t[i]; }",
    "the body steps too": "int f(void) { uint8_t i; for (i = 0; i < 8; i++) { i++; g(t[i]); } return 0; }",
    "a loop down": "int f(void) { int i; for (i = 7; i < 8; i--) g(t[i]); return 0; }",
    "the other branch": "int f(uint8_t n) { if (n < 8) return 1; else return t[n]; }",
    "the right side of or": "int f(uint8_t n) { return n < 8 || t[n]; }",
    "a jump past the guard": "int f(uint8_t n) { if (g(1)) goto in; if (n >= 8) return 0; in: return t[n]; }",
    "a case past the guard": "int f(uint8_t n) { switch (n) { if (n >= 8) return 0; case 1: return t[n]; } return 0; }",
    "a case inside": "int f(uint8_t n) { switch (n) { case 0: if (n < 8) { case 20: return t[n]; } } return 0; }",
    "a static that counts on": "static uint8_t s; int f(void) { return t[s]; } void k(void) { s++; }",
    "a static that anybody sets": "static uint8_t s; int f(void) { return t[s]; } void k(int n) { s = n; }",
    "a static that begins outside": (
        "static uint8_t s = 9; int f(void) { return t[s]; } void k(void) { if (++s == 8) s = 0; }"
    ),
    "a static in between": (
        "static uint8_t s; int f(void) { return t[s]; } void k(void) __interrupt(1) { if (++s == 8) s = 0; }"
    ),
    "a macro that writes": "static uint8_t s; int f(void) { return t[s]; } void k(void) { s = 1; UP(s); }",
    "a sum of more bits than 16": "int f(uint16_t n) { return t[(n + 9u) >> 13]; }",
}
INSIDE = {
    "a mask": ("int f(uint8_t n) { return t[n & 7]; }", (0, 7)),
    "a guard": ("int f(uint8_t n) { if (n >= 8) return 0; return t[n]; }", (0, 7)),
    "a guard with or": ("int f(uint8_t n, int m) { if (m || n > 7) return 0; return t[n]; }", (0, 7)),
    "a guard before a call": ("int f(uint8_t n) { if (n >= 8) return 0; g(n); return t[n]; }", (0, 7)),
    "both ends": ("int f(int n) { if (n < 0 || n >= 8) return 0; return t[n]; }", (0, 7)),
    "a loop up": ("int f(void) { int s = 0; for (int i = 2; i < 6; i++) s += t[i]; return s; }", (2, 5)),
    "a loop to unequal": ("int f(void) { uint8_t i; for (i = 0; i != 8; i++) g(t[i]); return 0; }", (0, 7)),
    "a choice": ("int f(uint8_t n) { return n < 8 ? t[n] : 0; }", (0, 7)),
    "and": ("int f(uint8_t n) { return n < 8 && t[n]; }", (0, 7)),
    "a static set to constants": ("static uint8_t s; int f(void) { return t[s]; } void k(void) { s = 3; }", (0, 3)),
    "a static that wraps": (
        "static uint8_t s; int f(void) { return t[s]; } void k(void) { if (++s == 8) s = 0; }",
        (0, 7),
    ),
    "a local with its only value": ("int f(uint8_t n) { uint8_t m = n >> 5; return t[m]; }", (0, 7)),
    "low bits of a sum": ("int f(uint16_t n) { return t[(uint16_t)(n + 9u) >> 13]; }", (0, 7)),
}


@pytest.mark.parametrize("text", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_what_may_be_outside_is_not_taken_for_an_index(text: str) -> None:
    """Each is one step away from a case that holds."""
    limits = found(text)
    assert limits is None or limits[0] < 0 or limits[1] > 7


@pytest.mark.parametrize(("text", "limits"), INSIDE.values(), ids=INSIDE.keys())
def test_what_is_surely_an_index_is_seen(text: str, limits: tuple[int, int]) -> None:
    """Exactly these values."""
    assert found(text) == limits
