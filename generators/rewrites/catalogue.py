"""Every rewrite rule, family by family, in the order of the documentation."""

from __future__ import annotations

from generators.rewrites import branches, conditions, literals, updates

RULES = (*literals.RULES, *updates.RULES, *branches.RULES, *conditions.RULES)
