"""Every rewrite rule, family by family, in the order of the documentation."""

from __future__ import annotations

from generators.rewrites import braces, branches, choices, conditions, endings, literals, loops, switches, updates

RULES = (
    *literals.RULES,
    *updates.RULES,
    *loops.RULES,
    *endings.RULES,
    *branches.RULES,
    *choices.RULES,
    *switches.RULES,
    *braces.RULES,
    *conditions.RULES,
)
