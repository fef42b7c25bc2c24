"""The screen lets honest firmware through and names what is wrong with the rest."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from corpus.seeds import load_seeds
from tests.validators.hostile import HOSTILE, SECRET
from validators.screen import Screen, screen, screen_for

SEEDS = Path(__file__).parents[2] / "datasets" / "seeds"

HONEST = {
    "device headers": '#include <8052.h>\n#include "C8051F020.h"\n#include <mcs51reg.h>\n#include <compiler.h>\n',
    "splice in a macro": "#define SET(p, b) \\\n    do { \\\n        p |= b; \\\n    } while (0)\nint x;\n",
    "variadic": "#define LOG(f, ...) put(f, __VA_ARGS__)\nint put(const char *f, ...);\n",
    "asm block": "void f(void)\n{\n__asm\n    mov a, #5 ; don't\n    mov r0, #define_me\n__endasm;\n}\n",
    "asm call": '#define NOP() __asm__("nop")\nvoid f(void) { __asm__ ("mov a,#1\\n\\tnop"); NOP(); }\n',
    "conditions in asm": "void f(void)\n{\n__asm\n#ifdef FAST\n nop\n#endif\n__endasm;\n}\n",
    "apostrophe in a message": "#if 0\n#error don't use this\n#endif\nint x;\n",
    "words in strings": 'const char *t = "#include </etc/passwd> __has_include ??? ... _Pragma /*";\n',
    "words in comments": "/* #include </etc/passwd> __attribute__ \" ' .incbin */ // it's \"\nint x;\n",
    "Chinese comments": "int x; /* 定时器初值：(65536 - 50000) % 256 */\n",
    "large constants": "const unsigned long clock = 11059200UL;\nunsigned char t[65536UL - 50000UL];\n",
    "index arithmetic": "int f(const int *t, long x) { return t[(x * 25173 + 13849) & 15]; }\n",
    "missing brace": "void f(void) { if (1) {\n",
    "windows lines": "#include <8051.h>\r\nvoid main(void) { P1 = 0; }\r\n",
    "pragmas": "#pragma save\n#pragma disable_warning 85\n#pragma nooverlay\n#pragma restore\n",
    "null directive": "#\nint x;\n",
    "macro of its own name": "#define foo foo\nint foo;\n",
    "macros that use macros": "#define A(x) ((x) + 1)\n#define B(x) A(A(x))\n#define C B(B(3))\nint x = C;\n",
    "empty": "",
}  # fmt: skip


@pytest.mark.parametrize("source", HONEST.values(), ids=HONEST)
def test_honest_source_passes(source: str) -> None:
    """What firmware contains is let through; broken brackets are the compiler's to judge."""
    verdict = screen(source)
    assert verdict.passed, verdict
    assert verdict.gate == "screen"


def test_every_seed_passes() -> None:
    """The experts' own programs, and sdcc's harnesses beside them; gcc's may use asm with operands."""
    for seed in load_seeds(SEEDS):
        for source in (seed.program, seed.harness)[: 1 + (seed.sheet.dialect == "sdcc")]:
            verdict = screen_for(seed.sheet.target)(source)
            assert verdict.passed, (seed.id, verdict)


@pytest.mark.parametrize(
    ("source", "reason"), [(source, reason) for _, source, reason in HOSTILE], ids=[n for n, _, _ in HOSTILE]
)
def test_a_hostile_source_is_refused_with_its_reason(source: str, reason: str) -> None:
    """Each known attack has its reason word, and evidence short enough to print."""
    verdict = screen(source.replace(SECRET, "/etc/passwd"))
    assert (verdict.outcome, verdict.reason) == ("failed", reason)
    assert 0 < len(verdict.evidence) < 300


def test_files_beside_the_program_are_named_by_the_caller() -> None:
    """A header of the recipe's own is allowed by name, and by name only."""
    source = '#include "board.h"\n'
    assert screen(source).reason == "unknown-header"
    assert Screen(beside=frozenset({"board.h"}))(source).passed


def test_mutually_recursive_macros_are_refused() -> None:
    """They hide growth from any estimate, and no honest program has them."""
    source = "#define A B B\n#define B A A\nint x = A;\n"
    assert screen(source).reason == "macro-bomb"


def test_the_screen_itself_ends_soon_on_its_worst_input() -> None:
    """A long chain of macros, each naming the next twice, costs the screen no more than it costs to read."""
    chain = "".join(f"#define M{n} M{n + 1} M{n + 1}\n" for n in range(1200))
    began = time.process_time()
    assert screen(chain + "int x = M0;\n").reason == "macro-bomb"
    assert time.process_time() - began < 1
