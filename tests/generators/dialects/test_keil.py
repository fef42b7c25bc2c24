"""sdcc's dialect to Keil C51's: what is left alone or refused first, then what changes."""

from __future__ import annotations

import pytest

from generators.dialects.conversion import Converted, Refused
from generators.dialects.keil import to_keil

HEAD = "#include <8052.h>\n\n"
THERE = "#include <REG52.H>\n\n"

REFUSED = [
    ("void f(void)\n{\n    __asm\n    mov a, #1\n    __endasm;\n}\n", 3, "assembly"),
    ('void f(void)\n{\n    __asm__("inc _x");\n}\n', 3, "assembly"),
    ("void f(void) __naked\n{\n}\n", 1, "attribute"),
    ("#include <stdio.h>\nvoid f(void)\n{\n}\n", 1, "unknown-header"),
    ("#include <C8051F340.h>\nvoid f(void)\n{\n}\n", 1, "unknown-header"),
    ("#if defined(__SDCC)\nint a;\n#endif\n", 1, "compiler-condition"),
    ("#define ON_TICK void on_tick(void) __interrupt(1)\nint a;\n", 1, "macro"),
    ("#pragma nooverlay\nvoid f(void)\n{\n}\n", 1, "pragma"),
    ("struct s {\n    int a, b;\n};\nstruct s v = {.b = 1};\n", 4, "c99"),
    ("long long wide;\n", 1, "c99"),
    ("void f(int n)\n{\n    int a[2] = {n, 1};\n\n    (void)a;\n}\n", 3, "c99"),
    ("int g(void);\nint f(int a)\n{\n    g();\n    static int n = 1;\n    return n + a;\n}\n", 5, "c99-declaration"),
    ("int data(void)\n{\n    return 1;\n}\n", 1, "reserved-name"),
    (HEAD + "static int T2;\n", 3, "name-taken"),
    ("__bit __at(0x20) flag;\n", 1, "absolute"),
    ("__code __at(0x100) const char t[2] = {1, 2};\n", 1, "absolute"),
    ("typedef union {\n    unsigned int word;\n    unsigned char bytes[2];\n} both;\n", 1, "byte-order"),
    ("unsigned char f(unsigned int *p)\n{\n    return *(unsigned char *)p;\n}\n", 3, "byte-order"),
    ("__bit flag;\nvoid f(void)\n{\n    flag = ~flag;\n}\n", 4, "bit-complement"),
    (HEAD + "void f(void)\n{\n    __critical {\n        if (TI)\n            return;\n    }\n}\n", 5, "critical"),
    ("__xdata struct {\n    int a;\n} *p;\n", 1, "memory-space"),
    ("#include <stdbool.h>\nbool f(int a)\n{\n    return a & 4;\n}\n", 4, "bool-conversion"),
    ("#include <stdint.h>\nuint64_t t;\n", 2, "integer-type"),
    ("int f(int a)\n{\n    return a +;\n}\n", 3, "does-not-parse"),
]

SAME = [
    "unsigned char f(unsigned char a)\n{\n    return a;\n}\n",
    "#include <string.h>\n#define LIMIT 5\nint f(int a)\n{\n    return a > LIMIT; // C51 takes this\n}\n",
    # The sign of these is seen by nobody.
    "char last;\nvoid f(const char *text)\n{\n    while (*text)\n        last = *text++;\n}\n",
    "int letter(char c)\n{\n    return c == 'a' || (c >= 'b' && c <= 'z');\n}\n",
    "unsigned char low(char c)\n{\n    return c & 0x0F;\n}\n",
]

CHANGED = [
    (HEAD + "#define LED P1_0 /* lamp */\n", THERE + "sbit LED = P1^0; /* lamp */\n"),
    (HEAD + "void f(void)\n{\n    P1_3 = 1;\n}\n", THERE + "sbit P1_3 = P1^3;\n\nvoid f(void)\n{\n    P1_3 = 1;\n}\n"),
    # A macro that a condition asks for stays one.
    (
        HEAD + "#define LED P1_0\n#ifdef LED\nint a;\n#endif\n",
        THERE + "sbit P1_0 = P1^0;\n\n#define LED P1_0\n#ifdef LED\nint a;\n#endif\n",
    ),
    ("__sbit __at (0x90) LED;\n", "sbit LED = 0x90;\n"),
    (HEAD + "__sbit __at(0x95) LED;\n", THERE + "sbit LED = P1^5;\n"),
    (HEAD + "__sfr __at(0x8E) AUXR;\n__sfr __at 0x80 + 4 X;\n", THERE + "sfr AUXR = 0x8E;\nsfr X = 0x84;\n"),
    ("__sfr16 __at(0xCDCC) T2COUNT;\n", "sfr16 T2COUNT = 0xCC;\n"),
    (
        "#include <8052.h>\n\nvoid t(void) __interrupt(TF0_VECTOR) __using(1)\n{\n}\n",
        "#include <REG52.H>\n\nvoid t(void) interrupt 1 using 1\n{\n}\n",
    ),
    # C51 takes no `interrupt` in a prototype.
    ("void t(void) __interrupt(1);\n\nvoid t(void) __interrupt(1)\n{\n}\n", "void t(void) interrupt 1\n{\n}\n"),
    ("unsigned char f(unsigned char a) __reentrant\n{\n    return a;\n}\n",
     "unsigned char f(unsigned char a) reentrant\n{\n    return a;\n}\n"),
    (HEAD + "static void f(void) __critical\n{\n    TR0 = 1;\n}\n",
     THERE + "#pragma disable\nstatic void f(void)\n{\n    TR0 = 1;\n}\n"),
    ("static __xdata unsigned char buf[8];\n", "static unsigned char xdata buf[8];\n"),
    ("void f(const __code unsigned char *p);\n", "void f(const unsigned char code *p);\n"),
    ("unsigned char * __xdata p;\n", "unsigned char * xdata p;\n"),
    ("#define REG (*(volatile __xdata unsigned char *)0x8000)\n",
     "#define REG (*(volatile unsigned char xdata *)0x8000)\n"),
    ("#include <stdint.h>\n#define XD __xdata\nstatic XD uint8_t *p;\n",
     "typedef unsigned char uint8_t;\nstatic uint8_t xdata *p;\n"),
    # sdcc puts constants into code memory by itself.
    ("static const unsigned char t[2] = {1, 2};\n", "static const unsigned char code t[2] = {1, 2};\n"),
    (HEAD + 'static const char * const names[] = {"a"};\n',
     THERE + 'static const char * const code names[] = {"a"};\n'),
    ("__xdata __at (0x8000) unsigned char buf[4];\n", "unsigned char xdata buf[4] _at_ 0x8000;\n"),
    ("static volatile __bit flag;\n", "static volatile bit flag;\n"),
    ('#include <8052.h>\n\n#define WAIT() __asm__("nop")\nvoid f(void)\n{\n    __asm nop __endasm;\n}\n',
     "#include <REG52.H>\n#include <intrins.h>\n\n#define WAIT() _nop_()\nvoid f(void)\n{\n    _nop_();\n}\n"),
    ("#include <8052.h>\n#include <stdint.h>\n\nuint16_t f(uint8_t a);\n",
     THERE + "typedef unsigned char uint8_t;\ntypedef unsigned int uint16_t;\n\nuint16_t f(uint8_t a);\n"),
    ("#include <stdbool.h>\n\nbool f(int a)\n{\n    return a == 4;\n}\n",
     "typedef unsigned char bool;\n#define true 1\n#define false 0\n\nbool f(int a)\n{\n    return a == 4;\n}\n"),
    ("#include <8052.h>\n\nvoid f(void)\n{\n    PCON |= IDL;\n}\n",
     "#include <REG52.H>\n\n#define IDL 0x01\n\nvoid f(void)\n{\n    PCON |= IDL;\n}\n"),
    (HEAD + "unsigned char n;\nvoid f(void)\n{\n    __critical {\n        n = 0;\n    }\n}\n",
     THERE + "unsigned char n;\nvoid f(void)\n{\n    {\n        bit ea = EA;\n\n"
     "        EA = 0;\n        n = 0;\n        EA = ea;\n    }\n}\n"),
    ("void g(int);\nvoid f(int n)\n{\n    for (int i = 0; i < n; i++)\n        g(i);\n}\n",
     "void g(int);\nvoid f(int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++)\n        g(i);\n}\n"),
    ("int g(void);\nint f(void)\n{\n    g();\n    const int n = g();\n    return n;\n}\n",
     "int g(void);\nint f(void)\n{\n    int n;\n\n    g();\n    n = g();\n    return n;\n}\n"),
    ("static inline int f(void)\n{\n    return 0b101;\n}\nenum { A, B, };\n",
     "#define inline\n\nstatic inline int f(void)\n{\n    return 0x5;\n}\nenum { A, B };\n"),
    ("static int f(const char *data)\n{\n    return *data == 'x';\n}\n",
     "static int f(const char *dat)\n{\n    return *dat == 'x';\n}\n"),
    ("int f(char c)\n{\n    return c < 10;\n}\n", "int f(unsigned char c)\n{\n    return c < 10;\n}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "line", "reason"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_has_no_counterpart_is_refused_with_its_line(source: str, line: int, reason: str) -> None:
    """The line of the source as it came, a reason word, and a sentence."""
    found = to_keil(source.encode())
    assert isinstance(found, Refused), found
    assert (found.line, found.reason) == (line, reason), found.words
    assert len(found.words.split()) > 5


@pytest.mark.parametrize("source", SAME)
def test_what_is_the_same_in_both_is_left_alone(source: str) -> None:
    """To the byte, and without a change."""
    found = to_keil(source.encode())
    assert isinstance(found, Converted) and found.source.decode() == source and not found.changes


@pytest.mark.parametrize(("source", "wanted"), CHANGED, ids=[str(number) for number in range(len(CHANGED))])
def test_each_construct_has_its_spelling_in_c51(source: str, wanted: str) -> None:
    """The whole text."""
    found = to_keil(source.encode())
    assert isinstance(found, Converted), found
    assert found.source.decode() == wanted
    assert found.changes


def test_lines_end_as_they_did() -> None:
    """What is put in ends its lines as the file does."""
    found = to_keil(b"#include <8052.h>\r\n#include <stdint.h>\r\n\r\nuint8_t a;\r\n")
    assert isinstance(found, Converted)
    assert found.source == b"#include <REG52.H>\r\n\r\ntypedef unsigned char uint8_t;\r\n\r\nuint8_t a;\r\n"


def test_a_refusal_behind_moved_declarations_still_names_the_line_of_the_source() -> None:
    """The declaration of `i` is put four lines above; the reader has the file as it was."""
    source = "void g(int);\nvoid f(int n)\n{\n    for (int i = 0; i < n; i++)\n        g(i);\n}\nlong long wide;\n"
    found = to_keil(source.encode())
    assert isinstance(found, Refused) and (found.line, found.reason) == (7, "c99")
