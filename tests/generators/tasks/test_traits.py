"""What may truthfully be asked of a program."""

from __future__ import annotations

import pytest

from corpus.source.unit import Unit
from generators.tasks.traits import prototypes, traits

KEPT = [
    ("no-division", "int f(int a) { int b; b = a + 1; b = b << 2; return b - 3; }"),
    ("declarations-first", "void f(void) { int a; a = 1; { int b; b = a; } }"),
    ("loop-variable-inside", "void f(void) { for (int i = 0; i < 3; i++) g(i); }"),
    ("while-only", "void f(void) { while (1) g(); }"),
    ("single-return", "int f(int a) { if (a) a = 2; return a; }"),
    ("own-line-braces", "void f(void)\n{\n    if (a)\n    {\n        g();\n    }\n}\n"),
    ("attached-braces", "void f(void)\n{\n    if (a) {\n        g();\n    }\n}\n"),
    ("tabs", "void f(void)\n{\n\tg();\n}\n"),
    ("no-comments", "void f(void) { g(); }"),
    ("camel", "void ledOn(void) {} void ledOff(void) {}"),
    ("binary-masks", "void f(void) { P1 = 0b01 | 0b10; }"),
    ("no-globals", "void f(void) { while (1) g(); }"),
]
DROPPED = [
    ("no-division", "int f(int a) { int b; b = a + 1; b = b << 2; return b / 3; }"),
    ("no-division", "#define HALF(x) ((x) / 2)\nint f(int a) { int b; b = a + 1; b = b << 2; return b - HALF(3); }"),
    ("declarations-first", "void f(void) { g(); int a; a = 1; }"),
    ("while-only", "void f(void) { while (1) g(); for (;;) ; }"),
    ("single-return", "int f(int a) { if (a) return 2; return a; }"),
    ("single-return", "void f(int a) { if (a) return; g(); }"),
    ("attached-braces", "void f(void)\n{\n    if (a)\n    {\n        g();\n    }\n}\n"),
    ("no-comments", "void f(void) { g(); /* x */ }"),
    ("camel", "void ledOn(void) {} void led_off(void) {}"),
    ("binary-masks", "void f(void) { P1 = 0b01 | 0b10 | 0x80; }"),
    ("no-globals", "static int n;\nvoid f(void) { while (1) n++; }"),
]


@pytest.mark.parametrize(("trait", "source"), KEPT)
def test_a_trait_that_holds_is_found(trait: str, source: str) -> None:
    """It may be asked for."""
    assert trait in traits(Unit.parse(source.encode()))


@pytest.mark.parametrize(("trait", "source"), DROPPED)
def test_a_trait_that_does_not_hold_is_never_asked(trait: str, source: str) -> None:
    """An instruction must not wish for what the answer does not give."""
    assert trait not in traits(Unit.parse(source.encode()))


def test_prototypes_leave_out_what_other_files_cannot_call() -> None:
    """Static functions, interrupt handlers and main."""
    source = (
        b"static int a(void) { return 1; }\nvoid i(void) __interrupt(1) { }\n"
        b"int b(int x)\n{ return x; }\nvoid main(void) { }\n"
    )
    assert prototypes(Unit.parse(source)) == ("int b(int x);",)
