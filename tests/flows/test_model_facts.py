"""Facts of the chip in a run's questions: shown where the recipe says so, and of the chip that counts."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import pytest

from corpus.seeds import load_seed
from flows.subjects import subject_of
from generators.model.strategies.catalogue import STRATEGIES
from tests.flows.test_model_stage import SEEDS, recipe, stage
from tests.generators.model.server import completion, serving

SERIAL = "uart-baud-init"
HEADINGS = ("Facts from the data sheet", "数据手册里的资料")
# Those that ask for something else than the seed's own registers may find no facts.
ELSEWHERE = ("cell", "broaden", "port")
OWN = tuple(name for name in STRATEGIES if STRATEGIES[name].makes == "program" and name not in ("repair", *ELSEWHERE))


@pytest.mark.parametrize("facts", [True, False])
def test_every_strategy_shows_them_where_the_recipe_says_so(tmp_path: Path, facts: bool) -> None:
    """In both languages, the serial port's for a seed that sets it up; and none, nor a heading, with the switch off."""
    only = {"only": (SERIAL,)}
    with serving(lambda _: completion("I would rather not.")) as server:
        chosen = recipe(server.url, strategies=dict.fromkeys(OWN, 1), retries=0, facts=facts).model_copy(update=only)
        stage(chosen, tmp_path)
    texts = [asked["messages"][0]["content"] for asked in server.asked]
    assert len(texts) == 2 * len(OWN)
    for text in texts:
        told = re.findall(r"^- (\w+)[ （(].*?0x[89]", text, re.MULTILINE)
        assert ({"TMOD", "SCON", "SBUF"} & set(told) != set()) is facts, text
        assert any(heading in text for heading in HEADINGS) is facts


def test_they_are_of_the_chip_on_which_the_answer_is_to_run() -> None:
    """A port to another chip is told of that chip's registers and of none of the seed's."""
    seed = load_seed(SEEDS / SERIAL)
    places = {one.other: one.facts for one in (subject_of(seed, "en", n, "port") for n in range(13))}
    assert "UBRR0" in places["ATmega88"] and "TMOD" not in places["ATmega88"]
    assert "USART1_BRR" in places["STM32F103"] and "TMOD" not in places["STM32F103"]
    assert "TMOD" in places["Keil C51"]


def test_they_are_of_what_is_asked_for() -> None:
    """A cell of converters is told of the converter, whatever the seed that stands as the example does."""
    seed = load_seed(SEEDS / "stm8-tim4-millis")
    cells = (subject_of(seed, language, n, "cell") for n in range(300) for language in ("en", "zh"))
    converters = list(islice((one for one in cells if one.family == "adc"), 4))
    assert len(converters) == 4 and all("ADC_CSR" in one.facts and "TIM4" not in one.facts for one in converters)
