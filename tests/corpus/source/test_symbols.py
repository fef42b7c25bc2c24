from __future__ import annotations

import pytest
from tree_sitter import Node

from corpus.source.symbols import Symbol
from corpus.source.unit import Unit


def node(unit: Unit, name: bytes, nth: int = 0) -> Node:
    found = [n for n in unit.walk() if n.child_count == 0 and unit.text(n) == name]
    return found[nth]


def named(unit: Unit, name: bytes, kind: str) -> Symbol:
    (symbol,) = (s for s in unit.symbols.all(kind) if s.name == name)
    return symbol


@pytest.mark.parametrize(
    ("src", "name", "kind", "spelled"),
    [
        (b"unsigned long g;", b"g", "global", "u32"),
        (b"static int s;", b"s", "static", "s16"),
        (b"void f(void) { static int s; }", b"s", "static", "s16"),
        (b"void f(void) { char c; }", b"c", "local", "u8"),
        (b"void f(void) { for (signed char c = 0;;) ; }", b"c", "local", "s8"),
        (b"int f(uint8_t *p) { return *p; }", b"p", "param", "*(u8)"),
        (b"int f(a) int a; { return a; }", b"a", "param", "s16"),
        (b"uint16_t f(void);", b"f", "function", "f(u16)"),
        (b"__sfr __at (0x90) P1;", b"P1", "sfr", "volatile __sfr u8"),
        (b"__sbit __at (0x91) LED;", b"LED", "sbit", "volatile __sbit bool1"),
        (b"sfr P1 = 0x90;", b"P1", "sfr", "volatile __sfr u8"),
        (b"static __bit flag;", b"flag", "static", "bool1"),
        (b"volatile __xdata uint8_t * __idata q;", b"q", "global", "__idata *(volatile __xdata u8)"),
        (b"__code const char t[] = {1};", b"t", "global", "const __code u8".join(("[](", ")"))),
        (b"void (*fp)(int);", b"fp", "global", "*(f(void))"),
        (b"#define N 3\nint t[N * 2];", b"t", "global", "[6](s16)"),
        (b"typedef unsigned char byte; byte b;", b"b", "global", "u8"),
        (b"typedef unsigned char bool; bool b;", b"b", "global", "u8"),
        (b"enum e { A, B }; enum e v;", b"v", "global", "u8"),
        (b"enum e { A = -1, B }; enum e v;", b"v", "global", "s8"),
        (b"enum e { A, B = 300 }; enum e v;", b"v", "global", "s16"),
        (b"struct s { int a : 3; };", b"a", "field", "s3"),
        (b"unsigned char xdata b; sbit L = P1^0;", b"b", "global", "xdata u8"),
    ],
)
def test_a_declaration_gives_its_name_a_kind_and_a_type(src: bytes, name: bytes, kind: str, spelled: str) -> None:
    """Kinds by C's rules and the dialect's, types as sdcc has them: 16-bit int, unsigned plain char."""
    symbol = named(Unit.parse(src), name, kind)
    assert symbol.type is not None and symbol.type.spell() == spelled
    assert symbol.declaration is not None


def test_an_inner_name_hides_an_outer_one_from_its_declaration_on() -> None:
    """Each use belongs to the declaration that C means."""
    unit = Unit.parse(b"int i; void f(int k) { i = k; { long i = 1; i = 2; } i = 3; for (char i = 0; i < 9;) ; }")
    owners = [unit.symbols.resolve(n) for n in unit.walk("identifier") if unit.text(n) == b"i"]
    types = [s.type.spell() for s in owners if s is not None and s.type is not None]
    assert types == ["s16", "s16", "s32", "s32", "s16", "u8", "u8"]
    assert len(named(unit, b"i", "global").uses) == 2


def test_a_function_may_be_used_before_it_is_defined_and_its_prototype_is_the_same_symbol() -> None:
    """Prototype, definition and calls are one symbol; the definition is its declaration."""
    unit = Unit.parse(
        b"int g(int a);\nint f(void) { return g(1) + h(2); }\nint g(int b) { return b; }\nint h(int c) { return c; }"
    )
    g = named(unit, b"g", "function")
    assert len(g.declarations) == 2 and len(g.uses) == 1
    assert g.declaration is not None and unit.line(g.declaration.start_byte) == 3
    assert len(named(unit, b"h", "function").uses) == 1


def test_registers_come_from_the_included_header_with_their_addresses() -> None:
    """P1_0, TR1, SBUF are known through <8052.h>, which includes <8051.h>; without it they are unknown."""
    src = b"#include <8052.h>\nvoid f(void) { TMOD = 0x20; TR1 = 1; P1_0 = !P1_0; T2CON = SBUF; }"
    found = {s.name: (s.kind, s.value, len(s.uses)) for s in Unit.parse(src).symbols.registers()}
    assert found == {
        b"TMOD": ("sfr", 0x89, 1), b"TR1": ("sbit", 0x8E, 1), b"P1_0": ("sbit", 0x90, 2),
        b"T2CON": ("sfr", 0xC8, 1), b"SBUF": ("sfr", 0x99, 1),
    }  # fmt: skip
    assert Unit.parse(src.split(b"\n")[1]).symbols.registers() == ()


def test_an_avrs_registers_are_volatile_lvalues_and_its_bits_are_numbers() -> None:
    """Though avr-libc's own header of the chip is found through a dozen conditions."""
    unit = Unit.parse(b"#include <avr/interrupt.h>\nvoid f(void)\n{\n    PORTB = 1 << PB5;\n    TCNT1 = 9;\n}\n")
    first, second = unit.walk("assignment_expression")
    assert [(t.width, t.volatile) for t in map(unit.symbols.type_of, (first.named_children[0],)) if t] == [(8, True)]
    assert unit.symbols.constant(first.named_children[1]) == 0x20
    assert unit.symbols.effects(first).volatile_writes and not unit.symbols.effects(first).unknown
    wide = unit.symbols.type_of(second.named_children[0])
    assert wide is not None and wide.width == 16 and not unit.symbols.is_free(b"PORTC")
    assert unit.symbols.missing_headers == ()


def test_headers_that_declare_registers_by_macros_are_read_too_and_keils_by_their_twins() -> None:
    """compiler.h's SFR(...) and SBIT(...); <REG52.H> is <8052.h>; a header that is not there is named."""
    stc = Unit.parse(b"#include <stc12.h>\nvoid f(void) { AUXR = 1; ELVD = 1; }").symbols.registers()
    assert [(s.name, s.kind, s.value) for s in stc] == [(b"AUXR", "sfr", 0x8E), (b"ELVD", "sbit", 0xAE)]
    keil = Unit.parse(b'#include <REG52.H>\n#include "board.h"\nsbit LED = P1^3;\nvoid f(void) { LED = TF2; }').symbols
    assert {s.name: s.value for s in keil.registers()} == {b"P1": 0x90, b"LED": 0x93, b"TF2": 0xCF}
    assert keil.missing_headers == ("board.h",)


def test_members_belong_to_their_struct() -> None:
    """The same member name in two structs is two symbols; members of unnamed unions are reached."""
    unit = Unit.parse(
        b"struct a { int n; union { char lo; int w; }; }; struct b { long n; }; struct a x; struct b *y;"
        b"void f(void) { x.n = 1; y->n = 2; y->n = 3; x.lo = 4; x.other = 5; }"
    )
    first, second = (s for s in unit.symbols.all("field") if s.name == b"n")
    assert (len(first.uses), len(second.uses)) == (1, 2)
    assert len(named(unit, b"lo", "field").uses) == 1
    assert unit.symbols.resolve(node(unit, b"other")) is None


def test_labels_are_each_functions_own() -> None:
    """Two functions may have the same label; a critical block is none."""
    unit = Unit.parse(
        b"void f(void) { goto out; out: ; } void g(void) { out: goto out; }void h(void) { __critical { } }"
    )
    labels = unit.symbols.all("label")
    assert [(s.name, len(s.uses)) for s in labels] == [(b"out", 1), (b"out", 1)]


def test_words_are_found_wherever_they_stand() -> None:
    """Code, macro bodies, dead branches and asm with sdcc's underscore count; comments and strings do not."""
    unit = Unit.parse(
        b'#define USE (wait + 1)\n#if 0\nint wait2;\n#endif\n/* lost */ char *s = "lost";\n'
        b"void wait(void) { __asm\n lcall _wait\n__endasm; }"
    )
    assert [o.where for o in unit.symbols.occurrences(b"wait")] == ["directive", "code", "asm"]
    assert b"wait2" in unit.symbols.names and b"lost" not in unit.symbols.names


def test_a_word_in_code_that_does_not_parse_may_mean_anything() -> None:
    """`va_arg(ap, struct tag)` is no expression: nothing of its arguments counts as known, the code around it does."""
    unit = Unit.parse(b"struct tiny { int a; };\nvoid f(int tiny) { struct tiny x = va_arg(ap, struct tiny); }\n")
    assert [o.where for o in unit.symbols.occurrences(b"tiny")] == ["code", "code", "code", "error"]
    assert [o.where for o in unit.symbols.occurrences(b"ap")] == ["error"]


@pytest.mark.parametrize("taken", [b"x", b"P1", b"memcpy", b"data", b"__xdata", b"while", b"uint8_t", b"EXTRA"])
def test_a_new_name_is_free_only_if_nothing_here_or_in_the_dialects_has_it(taken: bytes) -> None:
    """Words of the source, of included headers and of every dialect are taken."""
    symbols = Unit.parse(b"#include <8052.h>\n#include <string.h>\n#ifdef EXTRA\n#endif\nint x;").symbols
    assert not symbols.is_free(taken)
    assert symbols.is_free(b"counter")


def test_declarations_that_disagree_have_no_type() -> None:
    """Two branches of an #if give different types: then nothing is certain."""
    unit = Unit.parse(b"#ifdef A\nint x;\n#else\nlong x;\n#endif\nextern char t[]; char t[4];")
    assert named(unit, b"x", "global").type is None
    t = named(unit, b"t", "global").type
    assert t is not None and t.length == 4
