"""The quick look at an interface says "the same" only where the whole comparison does."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpus.seeds import load_seed, seed_folders
from corpus.source.interface import interface
from corpus.source.touched import keeps_interface
from corpus.source.unit import Unit
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import mutate
from generators.rewrites.apply import propose
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Context, Refusal
from generators.rewrites.style import STYLES
from generators.templates import default_filling, fill_program

SEEDS = seed_folders(Path("datasets/seeds"))
HEAD = """#include <8052.h>
#define LED P1_0
#define SPEED(n) ((n) * 2)
#define STATUS (*(volatile unsigned char *)0x90)
static volatile unsigned char flag, ring[4];
static volatile struct { unsigned char a; } pair;
static const unsigned char table[2] = {1, 2};
static void helper(void);
"""


def parsed(body: str, head: str = HEAD) -> Unit:
    return Unit.parse((head + body).encode())


def same(before: str, after: str) -> bool | None:
    return keeps_interface(parsed(before), parsed(after), {})


@pytest.mark.parametrize("folder", SEEDS[::9], ids=lambda folder: folder.name)
def test_what_it_calls_the_same_is_the_same_in_full(folder: Path) -> None:
    """Every rule and every fault on some seeds; and it does settle most of the rewrites."""
    seed = load_seed(folder)
    before = parsed(fill_program(seed, default_filling(seed)), "")
    rng = random.Random(seed.id)
    found = [propose(rule, before, Context(rng.choice(STYLES), rng)) for rule in RULES]
    variants = [(one.source, one.aliases) for one in found if not isinstance(one, Refusal)]
    # Of a missing semicolon the parser makes a declaration; it does not compile, so that nobody asks.
    operators = [operator for operator in OPERATORS if operator.name != "missing-semicolon"]
    faults = [fault.source for operator in operators if (fault := mutate(operator, before, rng)) is not None]
    settled = 0
    for source, aliases in [*variants, *((source, ()) for source in faults)]:
        after, original = Unit.parse(source), {new.encode(): old.encode() for old, new in aliases}
        if after.error is None and (kept := keeps_interface(before, after, original)) is not None:
            settled += 1
            assert kept == (interface(after, original) == interface(before))
    # Registers that a program defines by their addresses are beyond it, and so are most of their functions.
    assert settled > (len(variants) // 2 if seed.sheet.target == "mcs51" else 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("void f(void) { P1 = 1; flag = 2; }", "void f(void) { flag = 2; P1 = 1; }"),
        ("unsigned char f(void) { if (flag) return ring[0]; return P1; }",
         "unsigned char f(void) { return flag ? ring[0] : P1; }"),
        ("void f(unsigned char i) { LED = i; }", "void f(unsigned char i) { LED = (i); }"),
        ("void f(void) { static const unsigned char t[1] = {3}; P1 = t[0]; }",
         "void f(void) { static const unsigned char t[1] = {3}; { P1 = t[0]; } }"),
        ("static void g(void) { P1 = 1; }\nvoid f(void) { g(); }",
         "static void g(void);\nvoid f(void) { g(); }\nstatic void g(void) { P1 = 1; }"),
        ("static unsigned char count; void f(void) { count = 1; }",
         "static unsigned char total; void f(void) { total = 1; }"),
    ],
)  # fmt: skip
def test_ordinary_statements_and_equal_accesses_are_settled(before: str, after: str) -> None:
    """The order and the statements around an access do not matter to an interface, nor do names of one's own."""
    assert interface(parsed(before)) == interface(parsed(after))
    assert same(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("void f(void) { P1 = 1; }", "void f(void) { P1 == 1; }"),
        ("void f(void) { P1 = P1 + 1; }", "void f(void) { P1 += 1; }"),
        ("void f(void) { LED = 1; }", "void f(void) { LED = 1; LED = 1; }"),
        ("void f(void) { ring[0] = 1; }", "void f(void) { *ring = 1; }"),
        ("void f(unsigned char *p) { *p = ring[1]; }", "void f(unsigned char *p) { *p = 1; }"),
        ("void f(void) { pair.a = 1; }", "void f(void) { pair.a = pair.a; }"),
        ("void f(void) { STATUS = 1; }", "void f(void) { unsigned char t = STATUS; STATUS = t; }"),
        ("void f(volatile unsigned char *p) { *p = 1; }", "void f(volatile unsigned char *p) { *p = 1; *p = 1; }"),
        ("void f(void) { volatile unsigned char n = 1; P1 = n; }", "void f(void) { unsigned char n = 1; P1 = n; }"),
        ("void f(void) { unsigned char *p = 0; P1 = *p; }", "void f(void) { const unsigned char *p = 0; P1 = *p; }"),
        ("void f(void) __interrupt(TF0_VECTOR) { }", "void f(void) __interrupt(TF1_VECTOR) { }"),
        ("void f(void) { P1 = 1; }", "void g(void) { P1 = 1; }"),
        ("unsigned char f(void) { return 1; }", "static unsigned char f(void) { return 1; }"),
        ("void f(void) { }", "extern int n;\nvoid f(void) { }"),
        ("void f(void) { }", "void f(void) { __asm nop __endasm; }"),
        ("void f(void) { P1 = 1; }\nvoid g(void) { }", "void f(void) { }\nvoid g(void) { P1 = 1; }"),
    ],
)
def test_whatever_changes_an_interface_is_not_settled(before: str, after: str) -> None:
    """Each of these is another interface, and the quick look does not say otherwise."""
    assert interface(parsed(before)) != interface(parsed(after))
    assert not same(before, after)


def test_a_rename_of_what_others_see_is_settled_by_its_alias_alone() -> None:
    """A private name may change; an exported one only where it is said what it was called."""
    before, after = parsed("void f(void) { P1 = 1; }"), parsed("void g(void) { P1 = 1; }")
    assert keeps_interface(before, after, {b"g": b"f"})
    assert keeps_interface(before, after, {}) is False
