"""Many programs in one process of clang: the same verdicts as one by one, whatever stands beside a program."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.records import Verdict
from corpus.seeds import load_seeds
from generators.templates import default_filling, fill_program
from validators.sandbox.runner import Sandbox
from validators.toolchains.batch import AT_ONCE, compile_all
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict

SEEDS = Path(__file__).parents[3] / "datasets" / "seeds"
CLANG = toolchain("clang-msp430")

GOOD = (
    "int sum(int a, int b)\n{\n    return a + b;\n}\n",
    "#include <8052.h>\nvoid set(void) { P1 = 0x55; }\n",
    "#include <string.h>\nunsigned int length(const char *s) { return strlen(s); }\n",
    "typedef char size_is_two[sizeof(int) == 2 ? 1 : -1];\n",
)
WARNED = (
    "static int unused(void) { return 1; }\n",
    "void g(int parameter) { }\n",
    "int h(int a) { int b; if (a) b = 1; return b; }\n",
    "int k(unsigned char x) { return x == 300; }\n",
)
BROKEN = (
    "int f(void) { return nowhere; }\n",
    "int g(int p) { if (p) return 1; }\n",
    "int h(void) { return there(1); }\n",
    "int x = 5\nint y;\n",
    "void f(void) {\n    if (1) {\n",
    "int a; /* and so on\n",
    'char *s = "never closed;\n',
    "#if 1\nint a;\n",
    "#include <nothere.h>\nint x;\n",
    "int x = " + "(" * 400 + "1" + ")" * 400 + ";\n",
    "int x;\n" + "".join(f"int f{n}(void) {{ return a{n}; }}\n" for n in range(60)),
    "#error no\n",
    "#define return while\nint f(void) { return 1; }\n",
    '#include "dialect_shim.h"\n#include "program.c"\n',
)
# Each would change what is said of the files after it, or be told something else in company.
REACHING = (
    '#pragma clang diagnostic ignored "-Wimplicit-function-declaration"\nint f(void) { return there(1); }\n',
    '#pra\\\ngma GCC diagnostic ignored "-Wreturn-type"\nint f(void) { }\n',
    '#define P(x) _Pragma(#x)\nP(clang diagnostic ignored "-Wunused-function")\nstatic int f(void) { return 1; }\n',
    '#line 1 "1/program.c"\nint f(void) { return wrong; }\n',
    '#include "1/program.c"\n',
    "#if __has_include(<8052.h>)\n#error here\n#endif\n",
    "char name[sizeof(__FILE__) == 10 ? 1 : -1];\n",
    '__attribute__((deprecated("x\\n1/program.c:1:1: warning: y"))) int old(void);\nint n(void) { return old(); }\n',
    "#pragma clang __debug crash\n",
)


def verdicts(sandbox: Sandbox, sources: list[str]) -> list[Verdict]:
    return [compiled.verdict for compiled in compile_all(sandbox, CLANG, sources)]


@pytest.fixture(scope="module")
def alone(sandbox: Sandbox) -> dict[str, Verdict]:
    """What is said of each program when it is compiled by itself."""
    return {source: compile_verdict(sandbox, CLANG, source).verdict for source in (*GOOD, *WARNED, *BROKEN, *REACHING)}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_batch_says_what_each_program_is_told_alone(sandbox: Sandbox, alone: dict[str, Verdict], seed: int) -> None:
    """In any order, with errors, fatal errors and a crash of the compiler among them."""
    sources = [*GOOD * 3, *WARNED * 3, *BROKEN, *REACHING]
    random.Random(seed).shuffle(sources)
    for source, verdict in zip(sources, verdicts(sandbox, sources), strict=True):
        assert verdict == alone[source], source


def test_the_examples_are_what_they_are_called(alone: dict[str, Verdict]) -> None:
    """Good ones pass in silence, others with a warning or not at all."""
    assert all(alone[source].passed and not alone[source].diagnostics for source in GOOD)
    assert all(alone[source].passed and len(alone[source].diagnostics) == 1 for source in WARNED)
    assert all(alone[source].outcome == "failed" for source in BROKEN)
    assert alone[BROKEN[8]].reason == "missing-header"
    assert alone[REACHING[-1]].reason == "compiler-crash"


@pytest.mark.parametrize("broken", [*BROKEN[:3], BROKEN[8], *REACHING[:3], REACHING[7]])
def test_a_program_hides_nothing_of_the_next(sandbox: Sandbox, alone: dict[str, Verdict], broken: str) -> None:
    """After an error clang leaves out what its flow analysis finds and unused functions; a pragma's choice stays."""
    sources = [broken, WARNED[0], WARNED[2], BROKEN[2]]
    assert verdicts(sandbox, sources) == [alone[source] for source in sources]


def test_good_programs_cost_one_process(sandbox: Sandbox) -> None:
    """And those with a warning as well; an error costs two more."""
    for sources, processes in (([*GOOD, *WARNED] * 8, 1), ([*GOOD, BROKEN[0], *WARNED], 3)):
        compile_all(sandbox, CLANG, ["int x;\n"])
        before = sandbox.runs
        compile_all(sandbox, CLANG, sources)
        assert len(sources) <= AT_ONCE
        assert sandbox.runs - before == processes


def test_the_experts_programs_give_no_warning(sandbox: Sandbox) -> None:
    """All seeds for the 8051, with their holes filled, where int has 16 bits."""
    seeds = [seed for seed in load_seeds(SEEDS) if seed.sheet.target == "mcs51"]
    sources = [fill_program(seed, default_filling(seed)) for seed in seeds]
    said = verdicts(sandbox, sources)
    assert [verdict for verdict in said if not verdict.passed or verdict.diagnostics] == []
    assert {verdict.evidence for verdict in said} == {"clang-msp430"}


def test_another_toolchain_takes_them_one_by_one(sandbox: Sandbox) -> None:
    """With sizes and objects, as ever."""
    sdcc = toolchain("sdcc-mcs51")
    compiled = compile_all(sandbox, sdcc, [GOOD[0], "int f(void) { return nowhere; }\n"])
    assert compiled[0].sizes is not None and compiled[0].object.startswith("XH3\n")
    assert compiled[1].verdict.outcome == "failed"


def test_an_empty_batch_and_a_batch_of_one(sandbox: Sandbox, alone: dict[str, Verdict]) -> None:
    """Nothing special."""
    assert compile_all(sandbox, CLANG, []) == []
    assert verdicts(sandbox, [BROKEN[0]]) == [alone[BROKEN[0]]]


def test_a_batch_that_meets_a_limit_is_halved(sandbox: Sandbox) -> None:
    """More messages together than one process may write, though none alone does."""
    noisy = "".join(f"static int f{n}(void) {{ return {n}; }}\n" for n in range(40))
    narrow = replace(CLANG, limits=replace(CLANG.limits, output_bytes=8000))
    found = compile_all(sandbox, narrow, [noisy] * 5)
    assert [(one.verdict.outcome, len(one.diagnostics)) for one in found] == [("passed", 40)] * 5
