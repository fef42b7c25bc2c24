"""Every mutation operator, in the order of the documentation."""

from __future__ import annotations

import random

from generators.mutants import (
    constants,
    control,
    dialects,
    expressions,
    interrupts,
    macros,
    memory,
    registers,
    statements,
    syntax,
    types,
)
from generators.mutants.operator import Operator

_MODULES = (
    expressions,
    constants,
    types,
    statements,
    control,
    registers,
    interrupts,
    memory,
    macros,
    syntax,
    dialects,
)

OPERATORS: tuple[Operator, ...] = tuple(
    made for module in _MODULES for made in vars(module).values() if isinstance(made, Operator)
)


def in_turn(rng: random.Random) -> list[Operator]:
    """Every operator once, in a drawn order in which the kinds take turns, so that a few draws meet all of them."""
    kinds: dict[str, list[Operator]] = {}
    for made in rng.sample(OPERATORS, len(OPERATORS)):
        kinds.setdefault(made.kind, []).append(made)
    rounds = max(map(len, kinds.values()))
    return [kind[number] for number in range(rounds) for kind in kinds.values() if number < len(kind)]
