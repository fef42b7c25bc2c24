"""The shipped toolchains beside the 8051's: what they make, measure and say, through the real compilers."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.records import Diagnostic, Sizes
from corpus.seeds import load_seeds
from generators.templates import default_filling, fill_program
from validators.sandbox.runner import Sandbox
from validators.toolchains.catalogue import shipped, toolchain
from validators.toolchains.compile import compile_verdict
from validators.toolchains.elf import read_elf
from validators.toolchains.judgement import evidence_of
from validators.toolchains.sizes import measured
from validators.toolchains.toolchain import Measured, MissingTool

SEEDS = Path(__file__).parents[3] / "datasets" / "seeds"
MAKERS = [name for name in shipped() if name not in ("gcc-host", "clang-msp430")]

MEASURED = """#include <stdint.h>

uint8_t buffer[100];
uint16_t start = 0x1234;
const uint8_t steps[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
volatile uint8_t port;

uint16_t walk(uint8_t count)
{
    volatile uint8_t copy[30];
    uint8_t n;
    for (n = 0; n < 30; n++)
        copy[n] = buffer[n];
    return start + copy[count] + steps[count % 10] + port;
}
"""


@pytest.mark.parametrize("name", MAKERS)
def test_every_maker_measures_what_it_makes(sandbox: Sandbox, name: str) -> None:
    """103 bytes of variables and 12 of constants and first values, besides the code itself."""
    compiled = compile_verdict(sandbox, toolchain(name), MEASURED)
    assert compiled.verdict.passed and compiled.diagnostics == (), compiled.verdict
    assert compiled.sizes is not None
    sizes = compiled.sizes
    constants_in_ram = 10 if name == "avr-gcc" else 0
    frames_in_ram = name in ("sdcc-mcs51", "sdcc-pdk14")  # without a usable stack, locals are variables
    assert 103 + constants_in_ram <= sizes.iram <= 103 + constants_in_ram + 40 * frames_in_ram, sizes
    assert 12 + 40 < sizes.code < 400
    assert (sizes.stack is not None) == (name in ("avr-gcc", "arm-none-eabi-gcc"))
    assert sizes.stack is None or 30 <= sizes.stack <= 60
    assert bool(compiled.object) == name.startswith("sdcc")
    less = compile_verdict(sandbox, toolchain(name), MEASURED.replace("buffer[100]", "buffer[60]")).sizes
    assert less is not None and (less.code, less.iram) == (sizes.code, sizes.iram - 40)


@pytest.mark.parametrize("name", MAKERS)
def test_every_maker_links_an_image(sandbox: Sandbox, name: str) -> None:
    """Which is measured as well."""
    linked = toolchain(name, purpose="image", source="unit.c")
    source = MEASURED.replace("100", "30")  # the Padauk has 128 bytes
    compiled = compile_verdict(sandbox, linked, source + "int main(void)\n{\n    return walk(3);\n}\n")
    assert compiled.verdict.passed, compiled.verdict
    assert compiled.sizes is not None and compiled.sizes.code > 50
    image = compiled.files[linked.keep[0]]
    if linked.kind == "elf":
        assert read_elf(image).machine == {"avr-gcc": 83, "arm-none-eabi-gcc": 40}[name]
        assert compiled.sizes.stack is not None
    else:
        assert image.startswith(b":")


@pytest.mark.parametrize("name", ["avr-gcc", "arm-none-eabi-gcc"])
def test_a_name_that_stays_undefined_fails_the_link(sandbox: Sandbox, name: str) -> None:
    """The linker names no file of this machine."""
    source = "int there(int x);\nint main(void)\n{\n    return there(1);\n}\n"
    verdict = compile_verdict(sandbox, toolchain(name, purpose="image"), source).verdict
    assert (verdict.outcome, verdict.reason, verdict.evidence) == (
        "failed", "link-error", "undefined reference to `there'"
    )  # fmt: skip


def test_what_does_not_fit_fails_the_link(sandbox: Sandbox) -> None:
    """20 KB of RAM has the Cortex-M, 128 bytes the Padauk."""
    source = "char large[30000];\nint main(void)\n{\n    return large[7];\n}\n"
    verdict = compile_verdict(sandbox, toolchain("arm-none-eabi-gcc", purpose="image"), source).verdict
    assert (verdict.reason, "will not fit in region `RAM'" in verdict.evidence) == ("link-error", True), verdict
    verdict = compile_verdict(sandbox, toolchain("sdcc-pdk14", purpose="image"), source.replace("30000", "200")).verdict
    assert (verdict.reason, verdict.evidence) == ("link-error", "RAM value 202 too large (128B max)")


SAID = {
    "avr-gcc": {
        "assembler-error": 'void f(void)\n{\n    __asm__("foo r1");\n}\n',
        "missing-header": "#include <nothere.h>\n",
        "syntax-error": "int x = 5\nint y;\n",
        "compile-error": "int f(void)\n{\n    return g(1);\n}\n",
    },
    "clang-msp430": {
        "missing-header": "#include <nothere.h>\n",
        "syntax-error": "int f(void)\n{\n    return 1\n}\n",
        "compile-error": "int f(void)\n{\n    return g(1);\n}\n",
    },
}
SAID["arm-none-eabi-gcc"] = SAID["avr-gcc"]


@pytest.mark.parametrize(("name", "reason"), [(name, reason) for name, some in SAID.items() for reason in some])
def test_each_way_to_fail_has_its_reason(sandbox: Sandbox, name: str, reason: str) -> None:
    """With the first error as evidence."""
    verdict = compile_verdict(sandbox, toolchain(name), SAID[name][reason]).verdict
    assert (verdict.outcome, verdict.reason) == ("failed", reason), verdict
    first = next(d for d in verdict.diagnostics if d.severity == "error")
    assert verdict.evidence == evidence_of(first)
    assert "/" not in verdict.evidence


def test_clang_names_the_class_of_what_it_finds(sandbox: Sandbox) -> None:
    """Also where -Werror made an error of it."""
    source = "int f(int p) { if (p) return 1; }\nvoid g(int unused) { }\n"
    verdict = compile_verdict(sandbox, toolchain("clang-msp430"), source).verdict
    assert verdict.diagnostics == (
        Diagnostic("program.c", 1, 33, "error", "return-type",
                   "non-void function does not return a value in all control paths"),
        Diagnostic("program.c", 2, 12, "warning", "unused-parameter", "unused parameter 'unused'"),
    )  # fmt: skip


def test_clang_checks_where_int_has_16_bits(sandbox: Sandbox) -> None:
    """So it sees what gcc on the host cannot; main may return void, and the C library is sdcc's."""
    source = "#include <8052.h>\n#include <string.h>\nlong f(void) { return 300 * 300; }\n"
    source += 'void main(void) { P1 = strlen("x"); }\n'
    verdict = compile_verdict(sandbox, toolchain("clang-msp430"), source).verdict
    assert verdict.passed
    assert [(d.line, d.code) for d in verdict.diagnostics] == [(3, "integer-overflow")]
    assert compile_verdict(sandbox, toolchain("gcc-host"), source).diagnostics == ()


@pytest.mark.parametrize("name", ["avr-gcc", "arm-none-eabi-gcc"])
def test_portable_8051_code_compiles_for_other_chips(sandbox: Sandbox, name: str) -> None:
    """When the shim is asked for; device headers of the 8051 are then plain variables."""
    source = "#include <8052.h>\n__code const unsigned char steps[] = {1, 2};\nvoid f(void) { P1 = steps[P0 & 1]; }\n"
    assert compile_verdict(sandbox, toolchain(name), source).verdict.outcome == "failed"
    assert compile_verdict(sandbox, toolchain(name, dialect="sdcc"), source).verdict.passed
    seed = next(seed for seed in load_seeds(SEEDS) if seed.id == "crc8-maxim")
    compiled = compile_verdict(sandbox, toolchain(name, dialect="sdcc"), fill_program(seed, default_filling(seed)))
    assert compiled.verdict.passed and compiled.diagnostics == ()


def test_a_verdict_names_program_version_and_flags(sandbox: Sandbox) -> None:
    """And no path, file or folder of this machine."""
    for name in shipped():
        made = toolchain(name)
        tool = compile_verdict(sandbox, made, "int x;\n").verdict.tool
        program, version, *flags = tool.split()
        assert (program, version[0].isdigit()) == (made.program, True), tool
        assert len(flags) >= 4 and "program" not in " ".join(flags) and "/" not in tool
    tool = compile_verdict(sandbox, toolchain("sdcc-mcs51"), "int x;\n").verdict.tool
    assert tool.endswith(" -mmcs51 --std-sdcc99 --model-small --no-c-code-in-asm -c")


def test_an_option_of_the_compiler_that_is_gone_stops_the_run(sandbox: Sandbox) -> None:
    """As with sdcc: such a compile would not be what was asked for."""
    for name in ("avr-gcc", "clang-msp430", "gcc-host"):
        with pytest.raises(MissingTool, match="-fno-such-option"):
            compile_verdict(sandbox, toolchain(name).with_flags("-fno-such-option"), "int x;\n")


def test_sizes_of_an_object_that_is_none() -> None:
    """Nothing is said of it."""
    assert measured(Measured("elf", "x.o"), {"x.o": b"\x7fELF"}) is None
    assert measured(Measured("elf", "x.o"), {}) is None
    assert measured(Measured("sdas-areas", "x.rel"), {"x.rel": b""}) == Sizes(0, 0, 0)
