"""Delay loops and functions of counted cycles are told from loops that do work."""

from __future__ import annotations

import pytest

from corpus.source.unit import Unit
from generators.rewrites.timing import keeps_time, only_passes_time

HEAD = "#include <8052.h>\nint g(void);\n"


def parsed(body: str) -> Unit:
    """A function with this body."""
    return Unit.parse(f"{HEAD}int f(unsigned char n, char *t)\n{{\n{body}\n    return 0;\n}}\n".encode())


@pytest.mark.parametrize(
    ("body", "delay"),
    [
        ("while (n--) ;", True),
        ("for (n = 0; n < 9; n++) { }", True),
        ("do { } while (--n);", True),
        ("for (n = 0; n < 9; n++) NOP();", True),
        ("for (n = 9; n; n--) { if (P1_0) return 1; }", True),
        ("while (!TI && --n) ;", True),
        ("while (!TI) ;", False),
        ("while (1) ;", False),
        ("while (n--) g();", False),
        ("while (n--) P1 = n;", False),
        ("for (n = 0; n < 9; n++) { if (t[n] == 3) return 1; }", False),
    ],
)
def test_a_loop_that_only_counts_passes_time(body: str, delay: bool) -> None:
    """Counting, pausing and looking at a flag take time and do nothing else; polling alone takes no certain time."""
    unit = parsed(body)
    loop = next(unit.walk("for_statement", "while_statement", "do_statement"))
    assert only_passes_time(unit, loop) is delay


@pytest.mark.parametrize(
    ("body", "counted"),
    [
        ("    P1 = 1; /* low for 60 us */", True),
        ("    P1 = 1; /* two cycles later */", True),
        ("    while (n--) ;", True),
        ("    P1 = 1; /* the lamp */", False),
        ("    while (!TI) ;", False),
    ],
)
def test_a_function_tells_by_its_comments_and_loops_that_its_cycles_count(body: str, counted: bool) -> None:
    """Where somebody counted microseconds, only what compiles to the same code may be rewritten."""
    unit = parsed(body)
    assert keeps_time(unit, next(unit.walk("return_statement"))) is counted
