"""Every rewrite rule, family by family, in the order of the documentation."""

from __future__ import annotations

from generators.rewrites import branches, conditions, endings, literals, loops, updates

RULES = (*literals.RULES, *updates.RULES, *loops.RULES, *endings.RULES, *branches.RULES, *conditions.RULES)
