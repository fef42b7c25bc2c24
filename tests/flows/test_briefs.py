"""A brief speaks of a Program in the names that it has, and of its parent in the names that it had."""

from __future__ import annotations

from corpus.records import Program, Step
from corpus.seeds import load_seed
from flows.briefs import brief
from flows.settings import ROOT
from generators.tasks.comments import localise
from generators.templates import default_filling

SEED = load_seed(ROOT / "datasets" / "seeds" / "tlc549-adc")


def test_after_a_rename_the_comments_of_both_versions_are_translated() -> None:
    """The refactor task shows both."""
    step = Step("rewrite", "rename-macros", params=(("SAMPLES", "SAMPLE_COUNT"),))
    before = "/* Average of SAMPLES fresh readings, rounded to the nearest count. */\n"
    after = before.replace("SAMPLES", "SAMPLE_COUNT")
    program = Program("1", SEED.id, after, "rewrite", holes=default_filling(SEED).texts, steps=(step,))
    texts = brief(SEED, program, "sdcc 4.2.0").comments
    assert localise(before, texts, "zh") == "/* SAMPLES 个新读数的平均，四舍五入。 */\n"
    assert localise(after, texts, "zh") == "/* SAMPLE_COUNT 个新读数的平均，四舍五入。 */\n"
