"""A harness that a model wrote: kept only if the right program passes it and most wrong ones do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.chips import REFERENCE, Family
from corpus.seeds import Seed, load_seed
from flows.model_harness import ENOUGH, FEWEST, weighed
from flows.settings import ROOT
from generators.model.drafts import HarnessDraft, Subject
from generators.model.strategies import harness
from tests.flows.written import written
from validators.sandbox.runner import Sandbox

CYCLES = 200_000
PROGRAM = """/* Switches one pin. */
#include <8052.h>
#include <stdint.h>

#define RELAY P1_5

static uint8_t on;

/* On for anything but 0. */
uint8_t relay_update(uint8_t level)
{
    if (level >= 80)
        on = 1;
    else if (level < 60)
        on = 0;
    RELAY = on;
    return on;
}
"""
STRONG = """void main(void)
{
    uint8_t i;

    SIM_EXPECT(relay_update(0), 0);
    SIM_EXPECT(relay_update(79), 0);
    SIM_EXPECT(relay_update(80), 1);
    SIM_EXPECT(SIM_LATCH(SIM_P1), 0xFF);
    SIM_EXPECT(relay_update(60), 1);
    SIM_EXPECT(relay_update(59), 0);
    SIM_EXPECT(SIM_LATCH(SIM_P1), 0xDF);
    SIM_EXPECT(relay_update(60), 0);
    for (i = 0; i < 40; i++) {
        uint8_t level = (uint8_t)SIM_DRAW(0, 255);
        if (level >= 80 || level < 60)
            SIM_EXPECT(relay_update(level), level >= 80);
    }
    SIM_DONE();
}
"""
ECHO = "void main(void)\n{\n    uint8_t on = relay_update(9);\n\n    SIM_EXPECT(on, on);\n}\n"

REFUSED = {
    "no expectation": ("no-expectation", "void main(void)\n{\n    SIM_REPORT(relay_update(80));\n}\n"),
    "no start": ("no-main", "void test(void)\n{\n    SIM_EXPECT(relay_update(80), 1);\n}\n"),
    "past the macros": ("reaches-past", STRONG.replace("SIM_DONE();", "sim_command = 14;")),
    "a file of the host": ("include-path", '#include "/etc/passwd"\n' + STRONG),
    "a wrong expectation": ("wrong-output", STRONG.replace("(relay_update(79), 0)", "(relay_update(79), 1)")),
    "no end": ("never-ends", STRONG.replace("SIM_DONE();", "for (;;)\n        ;")),
    "broken C": ("syntax-error", STRONG.replace("uint8_t i;", "uint8_t i")),
    "a function that is not there": ("link-error", STRONG.replace("relay_update(0)", "relay_init()")),
    "too little": ("weak", "void main(void)\n{\n    SIM_EXPECT(relay_update(255), 1);\n}\n"),
    "what came out is expected": ("weak", ECHO),
}  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all."""
    with Sandbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Seed:
    """A relay with a gap between its limits."""
    return written(tmp_path_factory.mktemp("seeds") / "relay", program=PROGRAM, harness=STRONG)


def test_a_harness_that_catches_the_faults_is_kept(seed: Seed, sandbox: Sandbox) -> None:
    """With what became of each fault; the same each time."""
    first, second = (weighed(seed, HarnessDraft(STRONG), sandbox, CYCLES) for _ in range(2))
    assert first.verdict.passed, first.verdict
    assert first.strength is not None and first.strength.share >= ENOUGH
    assert first.strength.count("caught", "compared", "silent") >= FEWEST
    assert first == second


@pytest.mark.parametrize("reason, text", REFUSED.values(), ids=REFUSED.keys())
def test_a_harness_that_tells_nothing_is_refused(reason: str, text: str, seed: Seed, sandbox: Sandbox) -> None:
    """With a reason, and words that say what to mend."""
    verdict = weighed(seed, HarnessDraft(text), sandbox, CYCLES).verdict
    assert (verdict.gate, verdict.outcome, verdict.reason) == ("model-harness", "failed", reason), verdict
    assert verdict.evidence


def test_a_weak_harness_is_told_what_it_misses(seed: Seed, sandbox: Sandbox) -> None:
    """The lines as they read with the faults, few enough to be told to a model."""
    found = weighed(seed, HarnessDraft(REFUSED["too little"][1]), sandbox, CYCLES)
    assert found.strength is not None and 0 < found.strength.share < ENOUGH
    assert "if (level" in found.verdict.evidence and len(found.verdict.evidence) < 600


def test_too_few_faults_tell_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    """A program with one place to go wrong: unknown, which counts as refused."""
    head = "/* Switches one pin. */\n#include <stdint.h>\n\n/* On for anything but 0. */\n"
    program = head + "void pin_set(uint8_t on)\n{\n    (void)on;\n}\n"
    seed = written(tmp_path / "nothing", program=program, harness=STRONG)
    text = "void main(void)\n{\n    pin_set(1);\n    SIM_EXPECT(1, 1);\n}\n"
    verdict = weighed(seed, HarnessDraft(text), sandbox, CYCLES).verdict
    assert (verdict.outcome, verdict.reason) == ("unknown", "few-faults"), verdict


RELAYS: dict[Family, tuple[str, str]] = {
    "mcs51": ("#include <8052.h>\n#include <stdint.h>\n", "P1_5 = on;"),
    "stm8": (
        "#include <stdint.h>\n#define PB_ODR (*(volatile uint8_t *)0x5005)\n",
        "PB_ODR = (uint8_t)((PB_ODR & 0xDF) | (on ? 0x20 : 0));",
    ),
    "avr": (
        "#include <avr/io.h>\n#include <stdint.h>\n",
        "PORTB = (uint8_t)((PORTB & 0xDF) | (on ? 0x20 : 0));",
    ),
    "cortex-m": (
        "#include <stdint.h>\n#define GPIOA_ODR (*(volatile uint32_t *)0x4001080C)\n",
        "GPIOA_ODR = (GPIOA_ODR & ~0x20UL) | (on ? 0x20UL : 0UL);",
    ),
}


@pytest.mark.parametrize("target", RELAYS)
def test_the_example_of_the_question_is_itself_good_enough(target: Family, tmp_path: Path, sandbox: Sandbox) -> None:
    """What the model is shown passes the gate, on each target."""
    head, write = RELAYS[target]
    body = PROGRAM.partition("static uint8_t on;")[2].replace("RELAY = on;", write)
    program = f"/* Switches one pin. */\n{head}\nstatic uint8_t on;{body}"
    text = harness.prompt(Subject("en", target, REFERENCE[target], "t", "i", "d", program))[0][1]
    shown = text.partition("```c\n")[2].partition("```")[0]
    seed = written(tmp_path / "relay", target, program=program, harness=shown)
    found = weighed(seed, HarnessDraft(shown), sandbox, 2_000_000, most=20)
    assert found.verdict.passed, found.verdict


def test_an_experts_harness_is_strong_enough(sandbox: Sandbox) -> None:
    """One of another chip, by its own program: the bar is no dream."""
    seed = load_seed(ROOT / "datasets" / "seeds" / "avr-fletcher-cobs")
    found = weighed(seed, HarnessDraft(seed.harness), sandbox, 2_000_000, most=24)
    assert found.verdict.passed, found.verdict
