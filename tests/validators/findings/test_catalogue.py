"""All checks together: on the shipped seeds, on odd input, as a gate."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.chips import chip, chip_for
from corpus.records import Diagnostic
from corpus.seeds import load_seed, seed_folders
from validators.findings.catalogue import CHECKS, findings, findings_verdict

SEEDS = Path(__file__).parents[3] / "datasets" / "seeds"
# Each waits by design, for a byte that the outside world sends, or for one or a timer that is on its way; none has a
# limit. The debounced line is masked while what its interrupt writes is counted down.
KNOWN = {
    "duty-measure-t0": ["unbounded-wait"],
    "stm32-exti-debounce": ["lost-update"],
    "stm32-i2c-soft": ["unbounded-wait"],
    "stm32-onewire": ["unbounded-wait"],
    "stm32-spi-w25q": ["unbounded-wait", "unbounded-wait", "unbounded-wait"],
    "stm8-frame-parser": ["unbounded-wait"],
    "stm8-uart2-ring": ["unbounded-wait"],
    "uart-baud-init": ["unbounded-wait", "unbounded-wait"],
    "uart-command-parser": ["unbounded-wait", "unbounded-wait"],
}
TICKS = """#include <8052.h>
unsigned int ticks;

void tick(void) __interrupt(1)
{
    ticks++;
}

unsigned int now(void)
{
    return ticks;
}
"""


@pytest.mark.parametrize("folder", seed_folders(SEEDS), ids=lambda folder: folder.name)
def test_the_shipped_seeds_have_no_finding_that_is_not_known(folder: Path) -> None:
    """An expert wrote them: a finding here is a flaw of the seed, or a false alarm."""
    seed = load_seed(folder)
    found = findings(seed.program, chip_for(seed.sheet.target, seed.sheet.chip))
    assert [d.code for d in found] == KNOWN.get(seed.id, []), found


@pytest.mark.parametrize(
    ("seed", "line", "check"),
    [
        ("timer0-millis", "    EA = 0; /* the four bytes must belong together */\n", "non-atomic-access"),
        ("timer0-millis", "volatile ", "missing-volatile"),
        ("uart-tx-isr", "    ES = 0;\n", "lost-update"),
        ("uart-tx-isr", "    TI = 0;\n", "flag-not-cleared"),
        ("software-timers", "    TF2 = 0; /* the hardware does not clear this one */\n", "flag-not-cleared"),
        ("coop-scheduler", "        EA = 0;\n", "lost-update"),
        ("idle-wake-int0", "volatile ", "missing-volatile"),
    ],
)
def test_what_a_tired_engineer_leaves_out_of_a_seed_is_found(seed: str, line: str, check: str) -> None:
    """One line or word less, and the check that it belongs to speaks."""
    source = load_seed(SEEDS / seed).program
    assert line in source and not findings(source, chip("at89s52"))
    assert check in {d.code for d in findings(source.replace(line, "", 1), chip("at89s52"))}


def test_findings_come_in_source_order_and_the_same_each_time() -> None:
    """From several checks."""
    found = findings(TICKS, chip("at89s52"))
    assert [(d.line, d.code) for d in found] == [(2, "missing-volatile"), (11, "non-atomic-access")]
    assert found == findings(TICKS, chip("at89s52"))


def test_the_gate_passes_whatever_is_found() -> None:
    """A filter may make more of it; what another checker found stands behind."""
    other = Diagnostic("program.c", 1, 1, "warning", "uninitvar", "Uninitialized variable: q")
    verdict = findings_verdict(TICKS, chip("at89s52"), more=(other,))
    assert (verdict.gate, verdict.outcome, verdict.reason, verdict.evidence) == ("findings", "passed", "", "3 findings")
    assert [d.code for d in verdict.diagnostics] == ["missing-volatile", "non-atomic-access", "uninitvar"]
    assert findings_verdict("int x;\n", chip("at89s52")).evidence == "0 findings"


def test_the_checks_have_names_of_their_own() -> None:
    """As codes of diagnostics."""
    assert len({check.name for check in CHECKS}) == len(CHECKS) >= 10


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_check_stumbles_over_torn_programs(data: st.DataObject) -> None:
    """Any part of an example, any target: findings or none, and no exception."""
    cases = [case.text for check in CHECKS for case in (*check.reported, *check.silent)]
    text = data.draw(st.sampled_from(cases))
    cut = random.Random(data.draw(st.integers(0, 1 << 16)))
    words = text.split(" ")
    for _ in range(3):
        del words[cut.randrange(len(words))]
        words.insert(cut.randrange(len(words) + 1), cut.choice(["{", "}", "(", ";", "while (", "#if X\n", "'", "*"]))
    for stem in ("at89s52", "stm8s105", "atmega328p", "stm32f103"):
        findings(" ".join(words), chip(stem))
