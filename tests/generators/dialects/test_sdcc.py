"""Keil C51's dialect to sdcc's: what people write in C51, and that sdcc compiles what comes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generators.dialects.conversion import Converted, Refused
from generators.dialects.sdcc import to_sdcc
from validators.sandbox.runner import Sandbox
from validators.toolchains.compile import compile_verdict
from validators.toolchains.sdcc import sdcc_mcs51

HEAD = "#include <reg52.h>\n\n"
THERE = "#include <8052.h>\n\n"

REFUSED = [
    (HEAD + "unsigned char bdata flags;\nsbit ready = flags ^ 0;\n", 4, "bit-of-variable"),
    ("sbit LED = P1 ^ 0;\n", 1, "register-address"),
    ("#include <STC15F2K60S2.H>\nvoid f(void)\n{\n}\n", 1, "unknown-header"),
    ("void f(void) large\n{\n}\n", 1, "attribute"),
    ("void task(void) _task_ 1\n{\n}\n", 1, "attribute"),
    ("#pragma asm\n    NOP\n#pragma endasm\nvoid f(void)\n{\n}\n", 1, "assembly"),
    ("#pragma OPTIMIZE(8)\nvoid f(void)\n{\n}\n", 1, "pragma"),
    (HEAD + "#include <intrins.h>\nvoid f(void)\n{\n    if (_testbit_(TI))\n        P1 = 0;\n}\n", 6, "intrinsic"),
    ("#include <absacc.h>\nunsigned int f(void)\n{\n    return XWORD[4];\n}\n", 4, "byte-order"),
    ("unsigned char far big[4];\nsfr P1 = 0x90;\n", 1, "memory-space"),
    ("sfr P1 = 0x90;\nxdata unsigned char *p, n;\n", 2, "memory-space"),
    ("sfr P1 = 0x90;\nint f(char *s)\n{\n    return *s < 10;\n}\n", 4, "plain-char"),
    ("sfr P1 = 0x90;\nunion {\n    unsigned int w;\n    unsigned char b[2];\n} u;\n", 2, "byte-order"),
    ("#ifdef __C51__\nint a;\n#endif\n", 1, "compiler-condition"),
]

CHANGED = [
    (HEAD + "sbit LED = P1^0; // lamp\n", THERE + "#define LED P1_0 // lamp\n"),
    (HEAD + "sbit LED=P3^7;\n", THERE + "#define LED P3_7\n"),
    # sdcc's header has it under this name.
    (HEAD + "sbit P1_0 = P1 ^ 0;\nvoid f(void)\n{\n    P1_0 = 1;\n}\n", THERE + "void f(void)\n{\n    P1_0 = 1;\n}\n"),
    (HEAD + "sbit FLAG = PSW^5;\nsbit CARRY = 0xD7;\n", THERE + "__sbit __at(0xD5) FLAG;\n__sbit __at(0xD7) CARRY;\n"),
    (HEAD + "sfr AUXR = 0x8E;\nsfr16 T2COUNT = 0xCC;\n",
     THERE + "__sfr __at(0x8E) AUXR;\n__sfr16 __at(0xCDCC) T2COUNT;\n"),
    # A name that a function has too must not become a macro.
    (HEAD + "sbit LED = P1^0;\nunsigned char f(unsigned char LED)\n{\n    return LED;\n}\n",
     THERE + "__sbit __at(0x90) LED;\nunsigned char f(unsigned char LED)\n{\n    return LED;\n}\n"),
    ("#include <reg51.h>\nvoid t0() interrupt 1 using 2\n{\n    TR0 = 0;\n}\n",
     "#include <8051.h>\nvoid t0(void) __interrupt(1) __using(2)\n{\n    TR0 = 0;\n}\n"),
    (HEAD + "main()\n{\n    P1 = 0;\n}\n", THERE + "void main(void)\n{\n    P1 = 0;\n}\n"),
    (HEAD + "#define uchar unsigned char\nuchar code tab[] = {1, 2};\nunsigned char code *p;\n",
     THERE + "#define uchar unsigned char\n__code uchar tab[] = {1, 2};\n__code unsigned char *p;\n"),
    # C51's old order: the pointer itself lies in xdata, and points anywhere.
    (HEAD + "xdata unsigned char *p;\nxdata unsigned char buf[4];\nunsigned char code * data q;\n",
     THERE + "unsigned char * __xdata p;\n__xdata unsigned char buf[4];\n__code unsigned char * __data q;\n"),
    (HEAD + "xdata unsigned char buf[] _at_ 0x8000;\nunsigned int data n _at_ 0x30;\n",
     THERE + "__xdata __at(0x8000) unsigned char buf[];\n__data __at(0x30) unsigned int n;\n"),
    (HEAD + "bit flag;\nbit f(bit a)\n{\n    flag = ~flag;\n    return a;\n}\n",
     THERE + "__bit flag;\n__bit f(__bit a)\n{\n    flag = !flag;\n    return a;\n}\n"),
    # `~` of a pin toggles it in C51; in sdcc it would be -1 or -2, which are both true.
    (HEAD + "sbit LED = P1^0;\nvoid f(void)\n{\n    LED = ~LED;\n}\n",
     THERE + "#define LED P1_0\nvoid f(void)\n{\n    LED = !LED;\n}\n"),
    (HEAD + "#include <intrins.h>\n\nvoid f(void)\n{\n    _nop_();\n}\n",
     THERE + 'void f(void)\n{\n    __asm__("nop");\n}\n'),
    (HEAD + "#include <intrins.h>\n\nunsigned char f(unsigned char x)\n{\n    return _crol_(x, 3);\n}\n",
     THERE + "unsigned char f(unsigned char x)\n{\n    return (unsigned char)((x << 3) | (x >> 5));\n}\n"),
    # A port must not be read twice.
    (HEAD + "#include <intrins.h>\n\nvoid f(void)\n{\n    P1 = _cror_(P1, 1);\n}\n",
     THERE + "static unsigned char cror(unsigned char value, unsigned char count)\n{\n    return (unsigned char)("
     "(value >> (count & 7)) | (value << (-count & 7)));\n}\n\nvoid f(void)\n{\n    P1 = cror(P1, 1);\n}\n"),
    (HEAD + "#include <absacc.h>\n\nvoid f(void)\n{\n    XBYTE[0x8000] = 1;\n}\n",
     THERE + "#define XBYTE ((volatile __xdata unsigned char *)0)\n\nvoid f(void)\n{\n    XBYTE[0x8000] = 1;\n}\n"),
    (HEAD + "void f(void)\n{\n    T2 = 1;\n}\n", THERE + "#define T2 P1_0\n\nvoid f(void)\n{\n    T2 = 1;\n}\n"),
    ("#include <STC12C5A60S2.H>\n\nsbit LED = P4^2;\nvoid f(void)\n{\n    IPH2 = 0;\n    P10 = 1;\n}\n",
     "#include <stc12.h>\n\n__sfr __at(0xB6) IPH2;\n#define P10 P1_0\n\n#define LED P4_2\nvoid f(void)\n{\n"
     "    IPH2 = 0;\n    P10 = 1;\n}\n"),
    ("#include <STC89C5xRC.H>\n\nvoid f(void)\n{\n    WDT_CONTR = 0x35;\n}\n",
     THERE + "__sfr __at(0xE1) WDT_CONTR;\n\nvoid f(void)\n{\n    WDT_CONTR = 0x35;\n}\n"),
    ("#include <REG52.H>\n\ntypedef unsigned char uint8_t;\ntypedef unsigned int uint16_t;\n\nuint16_t f(uint8_t a);\n",
     "#include <8052.h>\n#include <stdint.h>\n\nuint16_t f(uint8_t a);\n"),
    (HEAD + "char i;\nvoid f(void)\n{\n    for (i = 9; i >= 0; i--)\n        P1 = i;\n}\n",
     THERE + "signed char i;\nvoid f(void)\n{\n    for (i = 9; i >= 0; i--)\n        P1 = i;\n}\n"),
    (HEAD + "#pragma disable\nvoid f(void)\n{\n    TR0 = 1;\n}\n",
     THERE + "void f(void) __critical\n{\n    TR0 = 1;\n}\n"),
    (HEAD + "void (code *handler)(void);\n", THERE + "void (*handler)(void);\n"),
    (HEAD + "unsigned char f(unsigned char a) reentrant\n{\n    return a;\n}\n",
     THERE + "unsigned char f(unsigned char a) __reentrant\n{\n    return a;\n}\n"),
]  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Where sdcc runs."""
    with Sandbox() as made:
        yield made


@pytest.mark.parametrize(("source", "line", "reason"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_sdcc_has_no_word_for_is_refused_with_its_line(source: str, line: int, reason: str) -> None:
    """The line of the source as it came, a reason word, and a sentence."""
    found = to_sdcc(source.encode())
    assert isinstance(found, Refused), found
    assert (found.line, found.reason) == (line, reason), found.words
    assert len(found.words.split()) > 5


@pytest.mark.parametrize(("source", "wanted"), CHANGED, ids=[str(number) for number in range(len(CHANGED))])
def test_what_people_write_in_c51_becomes_what_sdcc_compiles(source: str, wanted: str, sandbox: Sandbox) -> None:
    """The whole text, and sdcc says nothing against it."""
    found = to_sdcc(source.encode())
    assert isinstance(found, Converted), found
    assert found.source.decode() == wanted
    compiled = compile_verdict(sandbox, sdcc_mcs51(), wanted)
    assert compiled.verdict.passed and not compiled.diagnostics, compiled.verdict.evidence


def test_bytes_that_are_no_utf8_stay_as_they_are() -> None:
    """Chinese sources are often in GBK; only the dialect's words change."""
    source = b"#include <reg52.h>\r\nsbit LED = P1^0; // \xb5\xc6\r\n"
    found = to_sdcc(source)
    assert isinstance(found, Converted)
    assert found.source == b"#include <8052.h>\r\n#define LED P1_0 // \xb5\xc6\r\n"
