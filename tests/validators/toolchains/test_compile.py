"""What the compile gates say of real programs, through the real sdcc and gcc."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.records import Diagnostic, Sizes
from corpus.seeds import load_seeds
from validators.sandbox.runner import Sandbox
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.sdcc import sdcc_mcs51
from validators.toolchains.sizes import sdas_areas
from validators.toolchains.toolchain import MissingTool, Toolchain

SEEDS = Path(__file__).parents[3] / "datasets" / "seeds"
SMALL = sdcc_mcs51()
LINKED = sdcc_mcs51("large", link=True)

BLINK = """#include <8052.h>
#include <stdint.h>

__xdata uint8_t buffer[100];
__bit flag;
static __idata uint8_t table[10];
const __code uint8_t steps[] = {1, 2, 4, 8};

void tick(void) __interrupt(1) __using(1)
{
    flag = !flag;
}

void main(void)
{
    P1 = steps[P0 & 3] + buffer[0] + table[1];
    for (;;)
        ;
}
"""

DIALECT = """#include <mcs51reg.h>
#include <C8051F020.h>
__sfr __at 0x8E AUXR;
__sfr __at (0x8F) WAKE;
__sfr16 __at (0xCDCC) TWICE;
__sbit __at 0x96 LED;
__near unsigned char a;
__far unsigned char b;
__pdata unsigned char c;
volatile __data unsigned char d;
#define NOP __asm nop __endasm
void first(void) __interrupt 1 __using 2 { a++; }
void second(unsigned char x) __reentrant { b += x; __critical { c++; } }
void fifth(void) __critical { c--; }
void third(void) __naked
{
    __asm
    mov a, #5
    ret
    __endasm;
}
#pragma save
#pragma nooverlay
volatile __sbit __at (0x97) OUT;
unsigned char peek(unsigned int address) { return *(volatile __xdata unsigned char *)address; }
unsigned int where(void) { return (unsigned int)&b; }
#pragma restore
void fourth(void) { LED = 1; AUXR |= 1; NOP; d = a; __asm__("nop"); }
"""


def test_a_sound_program_passes_both_compilers(sandbox: Sandbox) -> None:
    """sdcc measures it and leaves its object, gcc only checks."""
    compiled = compile_verdict(sandbox, SMALL, BLINK)
    assert compiled.verdict.passed, compiled.verdict
    assert (compiled.verdict.gate, compiled.diagnostics) == ("compile-sdcc", ())
    assert compiled.object.startswith("XH3\n")
    assert sorted(compiled.files) == ["program.asm", "program.rel"]
    assert compiled.sizes is not None
    assert (compiled.sizes.iram, compiled.sizes.xram) == (11, 100)
    checked = compile_verdict(sandbox, gcc_host, BLINK)
    assert (checked.verdict.gate, checked.verdict.outcome, checked.diagnostics) == ("compile-gcc", "passed", ())
    assert (checked.sizes, checked.object) == (None, "")


def test_both_compilers_take_the_whole_dialect(sandbox: Sandbox) -> None:
    """Spaces, registers, bits, interrupts and assembler parse under gcc too, and the shim provokes no warning."""
    for toolchain in (SMALL, gcc_host):
        verdict = compile_verdict(sandbox, toolchain, DIALECT).verdict
        assert verdict.passed, verdict
        assert verdict.diagnostics == ()


def test_the_experts_programs_pass_without_a_warning_of_gcc(sandbox: Sandbox) -> None:
    """What the experts wrote for the 8051 is clean C on the host."""
    for seed in [seed for seed in load_seeds(SEEDS) if seed.sheet.target == "mcs51"][:8]:
        verdict = compile_verdict(sandbox, gcc_host, seed.program).verdict
        assert verdict.passed, (seed.id, verdict)


def test_device_headers_parse_under_gcc(sandbox: Sandbox) -> None:
    """Also those that write `__sfr __at 0x80 P0;`, and those that include others."""
    names = ("8051.h", "8052.h", "reg764.h", "at89x52.h", "stc12.h", "C8051F040.h", "cc2530.h", "compiler.h", "w7100.h")
    for name in names:
        verdict = compile_verdict(sandbox, gcc_host, f"#include <{name}>\nint x;\n").verdict
        assert (verdict.outcome, verdict.diagnostics) == ("passed", ()), (name, verdict)


def test_linking_gives_the_program_for_the_simulator(sandbox: Sandbox) -> None:
    """With files beside the unit, as a harness needs them."""
    toolchain = sdcc_mcs51("large", link=True, source="unit.c")
    files = {"program.c": BLINK.replace("main", "start").encode()}
    compiled = compile_verdict(sandbox, toolchain, '#include "program.c"\nvoid main(void) { start(); }\n', files)
    assert compiled.verdict.passed, compiled.verdict
    assert compiled.files["unit.ihx"].startswith(b":")
    assert set(compiled.files) == {"unit.ihx", "unit.rel", "unit.asm", "unit.map", "unit.mem"}
    assert compiled.object.startswith("XH3\n")


def test_the_same_program_gives_the_same_object_whatever_its_layout(sandbox: Sandbox) -> None:
    """Neither C text nor line numbers get into the files that are compared."""
    plain = compile_verdict(sandbox, SMALL, BLINK)
    spaced = compile_verdict(sandbox, SMALL, BLINK.replace("\n", "\n\n/* more */\n"))
    assert plain.object == spaced.object
    assert plain.files["program.asm"].splitlines()[5:] == spaced.files["program.asm"].splitlines()[5:]


SAID_BY_SDCC = {
    "syntax-error": (
        "#include <8052.h>\nint x = 5\nint f(void) { return x; }\n",
        Diagnostic("program.c", 3, 3, "error", "syntax", "token -> 'int'"),
    ),
    "compile-error": (
        "#include <8052.h>\nvoid f(void) { LED = 1; }\n",
        Diagnostic("program.c", 2, 0, "error", "20", "Undefined identifier 'LED'"),
    ),
    "missing-header": (
        "#include <nothere.h>\n",
        Diagnostic("program.c", 1, 21, "error", "", "nothere.h: No such file or directory"),
    ),
    "assembler-error": (
        "void main(void) { __asm foo a,b\n__endasm; }\n",
        Diagnostic("program.asm", 0, 0, "error", "o", ".org in REL area or directive / mnemonic error"),
    ),
    "link-error": (
        "int there(int x);\nvoid main(void) { there(1); }\n",
        Diagnostic("", 0, 0, "error", "", "Undefined Global '_there' referenced by module 'program'"),
    ),
}


@pytest.mark.parametrize("reason", SAID_BY_SDCC)
def test_each_way_to_fail_sdcc_has_its_reason(sandbox: Sandbox, reason: str) -> None:
    """The first error is the evidence, with its file, line and code."""
    source, expected = SAID_BY_SDCC[reason]
    compiled = compile_verdict(sandbox, LINKED, source)
    first = next(d for d in compiled.diagnostics if d.severity == "error")
    if reason == "assembler-error":
        assert first.line > 0
        first = replace(first, line=0)
    assert (compiled.verdict.outcome, compiled.verdict.reason, first) == ("failed", reason, expected)
    assert expected.message in compiled.verdict.evidence
    assert (compiled.sizes, compiled.object) == (None, "")


def test_too_much_internal_ram_fails_the_link(sandbox: Sandbox) -> None:
    """The compiler alone takes 300 bytes of internal RAM; the linker does not."""
    source = "__data unsigned char big[300];\nvoid main(void) { big[1] = 1; }\n"
    assert compile_verdict(sandbox, SMALL, source).verdict.passed
    verdict = compile_verdict(sandbox, LINKED, source).verdict
    assert (verdict.reason, verdict.evidence) == (
        "link-error",
        "Could not get 300 consecutive bytes in internal RAM for area DSEG.",
    )


SAID_BY_GCC = {
    "syntax-error": (
        "int x = 5\nint f(void) { return x; }\n",
        Diagnostic("program.c", 2, 1, "error", "", "expected ‘,’ or ‘;’ before ‘int’"),
    ),
    "compile-error": (
        "void f(void) { g(1); }\n",
        Diagnostic(
            "program.c", 1, 16, "error", "implicit-function-declaration", "implicit declaration of function ‘g’"
        ),
    ),
    "missing-header": (
        "#include <nothere.h>\n",
        Diagnostic("program.c", 1, 10, "error", "", "nothere.h: No such file or directory"),
    ),
}


@pytest.mark.parametrize("reason", SAID_BY_GCC)
def test_each_way_to_fail_gcc_has_its_reason(sandbox: Sandbox, reason: str) -> None:
    """What sdcc only warns of is an error here."""
    source, expected = SAID_BY_GCC[reason]
    verdict = compile_verdict(sandbox, gcc_host, source).verdict
    assert (verdict.outcome, verdict.reason, verdict.diagnostics[:1]) == ("failed", reason, (expected,))


def test_a_warning_is_kept_and_passes(sandbox: Sandbox) -> None:
    """Both compilers' warnings are diagnostics of a verdict that passed; sdcc's further lines belong to the first."""
    source = "int *f(int z) { return z; }\nvoid g(int unused) { }\n"
    compiled = compile_verdict(sandbox, SMALL, source)
    assert compiled.verdict.passed
    assert compiled.diagnostics == (
        Diagnostic("program.c", 1, 0, "warning", "127",
                   "non-pointer type cast to generic pointer; from type 'int fixed'; to type 'int generic* fixed'"),
        Diagnostic("program.c", 2, 0, "warning", "85", "in function g unreferenced function argument : 'unused'"),
    )  # fmt: skip
    checked = compile_verdict(sandbox, gcc_host, "void g(int unused) { }\n")
    assert checked.verdict.passed
    assert [(d.severity, d.code, d.line, d.column) for d in checked.diagnostics] == [
        ("warning", "unused-parameter", 1, 12)
    ]


def test_where_a_macro_stood_before_is_no_error(sandbox: Sandbox) -> None:
    """sdcc's preprocessor says the second half of a warning as an error, and ends well."""
    source = '#include <stc12.h>\n#define NOP() __asm__("nop")\nvoid f(void)\n{\n    NOP();\n}\n'
    compiled = compile_verdict(sandbox, SMALL, source)
    assert compiled.verdict.passed
    assert [(d.severity, d.line) for d in compiled.diagnostics] == [("warning", 2)]


def test_a_flood_of_errors_is_bounded(sandbox: Sandbox) -> None:
    """gcc stops after ten, and of sdcc's no more than fifty are kept."""
    source = "void f(void)\n{\n" + "".join(f"a{n} = 1;\n" for n in range(500)) + "}\n"
    assert len(compile_verdict(sandbox, gcc_host, source).diagnostics) == 10
    assert len(compile_verdict(sandbox, SMALL, source).diagnostics) == 50


def test_sizes_are_read_from_the_areas() -> None:
    """Hexadecimal; bits are rounded up to bytes; register banks and the stack are left out."""
    rel = "A CSEG size 1A6 flags 20 addr 0\nA CONST size A flags 20 addr 0\nA DSEG size 2 flags 0 addr 0\n"
    rel += "A BSEG size 9 flags 80 addr 0\nA XSEG size 64 flags 40 addr 0\nA REG_BANK_0 size 8 flags 4 addr 0\n"
    rel += "A SSEG size 1 flags 0 addr 0\n"
    assert sdas_areas(rel) == Sizes(code=0x1A6 + 10, iram=4, xram=100)


def _missing(toolchain: Toolchain, command: str) -> Toolchain:
    return replace(toolchain, command=(command, *toolchain.command[1:]))


def test_a_missing_compiler_stops_the_run_with_its_remedy(sandbox: Sandbox) -> None:
    """It says nothing of the sample."""
    with pytest.raises(MissingTool, match="apt-get install sdcc sdcc-libraries") as raised:
        compile_verdict(sandbox, _missing(SMALL, "sdcc-not-here"), "int x;\n")
    assert raised.value.name == "sdcc-not-here"
    with pytest.raises(MissingTool, match="apt-get install gcc"):
        compile_verdict(sandbox, _missing(gcc_host, "gcc-not-here"), "int x;\n")


def test_an_option_that_sdcc_ignores_stops_the_run(sandbox: Sandbox) -> None:
    """sdcc only warns of an unknown option; such a compile would not be what the recipe asked for."""
    wrong = replace(SMALL, command=("sdcc", "--no-such-option", *SMALL.command[1:]))
    with pytest.raises(MissingTool, match="--no-such-option"):
        compile_verdict(sandbox, wrong, "int x;\n")
