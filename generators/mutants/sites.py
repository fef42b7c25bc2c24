"""Every fault that could be made in a unit: one for each place of each operator."""

from __future__ import annotations

import random
from itertools import zip_longest

from corpus.source.unit import Unit
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import Faulty, faulty


def all_faults(unit: Unit, rng: random.Random) -> list[Faulty]:
    """Every operator at every place. Operators come in turn and the places of one in a drawn order, so that any
    beginning of the list is spread evenly over both. Of faults that give the same text there is one.

    `rng` also draws what an operator leaves open at a place (which other register, which bit), for each operator apart:
    what changes the places of one leaves the faults of the others.
    """
    each, about = [], rng.random()
    for made in OPERATORS:
        own = random.Random(f"{about}/{made.name}")
        found = [faulty(made, unit, mutation) for mutation in made.find(unit, own)]
        each.append(own.sample(found, len(found)))
    in_turn = [one for turn in zip_longest(*each) for one in turn if one is not None]
    return list({one.source: one for one in reversed(in_turn)}.values())[::-1]
