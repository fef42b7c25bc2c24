"""Every rewrite rule, family by family, in the order of the documentation."""

from __future__ import annotations

from generators.rewrites import (
    bits,
    blanks,
    braces,
    branches,
    choices,
    conditions,
    constants,
    declarations,
    endings,
    extraction,
    inlining,
    layout,
    literals,
    loops,
    names,
    nesting,
    operands,
    ordering,
    placement,
    powers,
    remarks,
    subscripts,
    switches,
    types,
    updates,
)

# Right, and worth teaching as a change or a repair, but not how an expert would write it anew: rows that ask for a
# program do not show it.
NOT_WRITTEN_ANEW = frozenset(
    {
        "de-morgan",
        "exit-inside",
        "macro-in-place",
        "mask-as-remainder",
        "negated-comparison",
        "split-if",
        "subscript-as-pointer",
        "truth-spelt-out",
        "wrapped-body",
    }
)

RULES = (
    *literals.RULES,
    *updates.RULES,
    *loops.RULES,
    *endings.RULES,
    *branches.RULES,
    *nesting.RULES,
    *choices.RULES,
    *switches.RULES,
    *braces.RULES,
    *conditions.RULES,
    *operands.RULES,
    *names.RULES,
    *layout.RULES,
    *blanks.RULES,
    *remarks.RULES,
    *declarations.RULES,
    *placement.RULES,
    *types.RULES,
    *extraction.RULES,
    *inlining.RULES,
    *ordering.RULES,
    *constants.RULES,
    *bits.RULES,
    *powers.RULES,
    *subscripts.RULES,
)
