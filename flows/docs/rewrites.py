"""docs/rewrites.md: every rule with its reasons and its examples, which are also its tests."""

from __future__ import annotations

from flows.docs.markdown import WRITTEN, prose, tabulated
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Rule
from generators.tasks.row import fence

_HEAD = """# Rewrites

{written}

{count} rules in {families} families. Each keeps the behaviour of a program and changes how it is written. The rule's
text says why the change is sound in C for this target and when the rule refuses; its examples are run as tests
(`tests/generators/rewrites/test_rules.py`): the rule must make the second text of the first, and must find nothing to
do in the texts under "Leaves alone". In a run no rule is believed: every step is proved on the compiler or the
simulator (see [gates.md](gates.md), gate `equivalent`), and a step that is not proved is dropped.

A rule of scope `site` changes one place a step, one of scope `file` all of them together, since a writer is
consistent. Choose rules in a recipe with `generate.rewrites.rules`, or try one on your own file:
`firmseed rewrite uart.c --rules invert-if`.
"""


def page() -> str:
    """The whole page."""
    families = by_family()
    links = ((name, ", ".join(f"[{rule.name}](#{rule.name})" for rule in rules)) for name, rules in families.items())
    parts = [_HEAD.format(written=WRITTEN, count=len(RULES), families=len(families))]
    parts.append(tabulated(("family", "rules"), links) + "\n")
    for family, rules in families.items():
        parts.append(f"## {family}\n")
        parts += [_section(rule) for rule in rules]
    return "\n".join(parts)


def table() -> str:
    """One line a rule, for the README."""
    rules = [rule for rules in by_family().values() for rule in rules]
    return tabulated(("family", "rule", "asks for"), ((r.family, f"`{r.name}`", r.en) for r in rules))


def by_family() -> dict[str, list[Rule]]:
    """The rules of each family, both in the order of the catalogue; a family may come from several files."""
    families: dict[str, list[Rule]] = {}
    for rule in RULES:
        families.setdefault(rule.family, []).append(rule)
    return families


def _section(rule: Rule) -> str:
    marks = [f"scope `{rule.scope}`"]
    marks += ["changes layout or comments only"] if rule.tokens_kept else []
    marks += ["renames: names that the harness uses become aliases"] if rule.renames else []
    lines = [f"### {rule.name}", "", prose(rule.doc), "", f"- {'; '.join(marks)}"]
    lines += [f"- asked for as: {rule.en}", f"- 中文：{rule.zh}", ""]
    for before, after in rule.changes:
        lines += ["Before:", "", fence(before), "", "After:", "", fence(after), ""]
    lines += ["Leaves alone:", ""]
    for text in rule.keeps:
        lines += [fence(text), ""]
    return "\n".join(lines)
