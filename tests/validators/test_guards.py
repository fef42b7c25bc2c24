"""Equal machine code is not yet an equal program: what has to hold besides, and whose code counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from corpus.source.tokens import interface
from corpus.source.unit import Unit
from validators.behaviour import Bench, Observed, judge
from validators.sandbox.runner import Sandbox

PROGRAM = """\
#include <8052.h>
#include <stdint.h>
static volatile uint8_t ready;
volatile uint8_t seconds;
uint8_t last;

void tick(void) __interrupt(1)
{
    ready = 1;
}

void wait(void)
{
    while (!ready)
        ;
    ready = 0;
    last = seconds;
}

uint8_t above(int16_t level)
{
    return level > 0x8000L;
}

uint8_t first(const uint8_t *text)
{
    return text[0];
}
"""
HARNESS = """\
void main(void)
{
    static uint8_t text[2] = {5, 6};

    SIM_EXPECT(first(text), 5);
    SIM_REPORT(above(-1));
    EA = 1;
    ET0 = 1;
    SIM_INTERRUPT_AFTER(1, 50);
    wait();
}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def bench(sandbox: Sandbox) -> Bench:
    return Bench(sandbox, limit=100_000)


@pytest.fixture(scope="module")
def parent(bench: Bench) -> Observed:
    observed = bench.observe(bench.build(PROGRAM, HARNESS))
    assert judge(observed).passed
    return observed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("static volatile", "static"),
        ("volatile uint8_t seconds", "uint8_t seconds"),
        ("const uint8_t *text", "uint8_t *text"),
        ("uint8_t last;", "__data uint8_t last;"),
        ("uint8_t last;", "uint8_t last;\nextern uint8_t more;"),
        ("static volatile", "volatile"),
        ("void wait(void)", "void wait(void) __reentrant"),
        ("__interrupt(1)", "__interrupt(1) __using(0)"),
        ("while (!ready)", '__asm__("");\n    while (!ready)'),
        ("last = seconds", "last = *(uint8_t *)&seconds"),
    ],
)
def test_the_same_code_with_another_contract_is_no_identical_object(
    bench: Bench, parent: Observed, old: str, new: str
) -> None:
    """sdcc makes the same code without a `volatile`; another compiler, or the next change, would not."""
    source = PROGRAM.replace(old, new)
    variant = bench.build(source, HARNESS)
    assert source != PROGRAM and variant.code == parent.code
    same = interface(Unit.parse(source.encode())) == interface(Unit.parse(PROGRAM.encode()))
    verdict, _ = bench.equivalent(parent, variant, same_interface=same)
    assert not same and (verdict.outcome, verdict.reason) == ("passed", "simulated")


def test_code_of_a_compiler_with_a_wider_int_would_prove_too_much(sandbox: Sandbox, bench: Bench) -> None:
    """`40000` is a long where int has 16 bits, `0x9C40` an unsigned int: gcc on the host sees no difference."""
    source = "#include <stdint.h>\nuint8_t below(int16_t level)\n{\n    return level < 40000;\n}\n"
    other = source.replace("40000", "0x9C40")
    harness = "void main(void) { SIM_REPORT(below(-1)); }\n"
    command = ["gcc", "-O2", "-S", "-o", "-", "-x", "c", "-"]
    host = [sandbox.run(command, stdin=text.encode()).stdout for text in (source, other)]
    assert host[0] and host[0] == host[1]
    assert interface(Unit.parse(source.encode())) == interface(Unit.parse(other.encode()))
    parent, variant = bench.observe(bench.build(source, harness)), bench.build(other, harness)
    verdict, _ = bench.equivalent(parent, variant, same_interface=True)
    assert (verdict.outcome, verdict.reason, verdict.evidence) == (
        "failed",
        "wrong-output",
        "0x0 reported, expected 0x1",
    )
