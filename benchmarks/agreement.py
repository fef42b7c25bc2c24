"""How good the gate `agreement` is: `python -m benchmarks.agreement`.

Over the shipped seeds, in both languages: what share of the authors' own further phrasings it refuses though they are
true of the program, and of the passed ones with one planted lie (a wrong name, pin or number), what share it finds. The
first phrasing and the idea are grounds, as they are in a run; facts of the chip are not.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from corpus.seeds import LANGUAGES, Seed, load_seed
from flows.settings import ROOT
from flows.subjects import subject_of
from generators.model.agreement import AGREEMENTS
from generators.model.grounds import NUMBER, PIN
from generators.tasks.row import folded
from generators.templates import default_filling

SEEDS = ROOT / "datasets" / "seeds"
GATE = replace(AGREEMENTS["instruction"], shortest=40)


@dataclass
class Measured:
    """Texts tried, those refused by reason, and by kind of lie how many were planted and found."""

    texts: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    @property
    def wrongly(self) -> float:
        """Share of the true texts that are refused, 0..1."""
        return self.refused.total() / self.texts

    def share(self, kind: str) -> float:
        """Share of the lies of a kind that are found, 0..1."""
        return self.found[kind] / self.planted[kind]


def measured(seeds: Iterable[Seed], rng: random.Random) -> Measured:
    """Over some seeds; `rng` draws the lies."""
    all_of_it = Measured()
    for seed in seeds:
        filling = default_filling(seed)
        for language in LANGUAGES:
            subject = subject_of(seed, "zh" if language == "zh" else "en", 0)
            for text in seed.sheet.instruction.of(language)[1:]:
                said = folded(filling.words(text))
                all_of_it.texts += 1
                verdict = GATE(said, subject)
                if not verdict.passed:
                    all_of_it.refused[verdict.reason] += 1
                    continue
                for kind, lie in lies(said, rng).items():
                    all_of_it.planted[kind] += 1
                    all_of_it.found[kind] += not GATE(lie, subject).passed
    return all_of_it


def lies(text: str, rng: random.Random) -> dict[str, str]:
    """The text with a wrong name, a wrong pin and a wrong number, each where it has one."""
    made: dict[str, str] = {}
    if names := re.findall(r"[a-z]+_[a-z_0-9]+", text):
        made["name"] = text.replace(rng.choice(names), "no_such_thing")
    if pins := list(PIN.finditer(text)):
        at = rng.choice(pins)
        other = rng.choice([n for n in range(8) if n != int(at[2])])
        made["pin"] = f"{text[: at.start(2)]}{other}{text[at.end(2) :]}"
    if numbers := [one for one in NUMBER.finditer(text) if one[1].isdigit() and int(one[1]) > 2]:
        at = rng.choice(numbers)
        value = int(at[1])
        lie = rng.choice([value * 2, value + 3, value * 10, value // 2 if value > 6 else value + 5])
        made["number"] = f"{text[: at.start(1)]}{lie}{text[at.end(1) :]}"
    return made


def main() -> None:
    """Prints the shares."""
    found = measured(map(load_seed, sorted(SEEDS.iterdir())), random.Random(1))
    print(f"{found.texts} true texts, {found.wrongly:.1%} refused: {dict(found.refused)}")
    for kind in found.planted:
        print(f"wrong {kind}: {found.found[kind]} of {found.planted[kind]} found, {found.share(kind):.1%}")


if __name__ == "__main__":
    main()
