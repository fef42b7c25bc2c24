"""The generated pages are up to date, and say everything that the code does."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.recipe import Recipe
from corpus.shards import UnreadableShard
from flows.docs import gates, mutants, recipe
from flows.docs.figures import figures
from flows.docs.gate import Gate
from flows.docs.gates import GATES
from flows.docs.markdown import attribute_docs, one_line, prose
from flows.docs.pages import pages, replaced
from flows.settings import ROOT
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import Operator
from generators.rewrites.catalogue import RULES

ROOMS = ("validators", "filters", "flows", "generators")
WORD = re.compile(r"[a-z]+(-[a-z*]+)+|[a-z]+")
# Functions that take a reason word first.
REASONED = ("NoAnswer", "unparsed", "_found")
# Tables whose values are reason words.
REASON_TABLES = {"_REASONS", "_WORDS"}
# Pairs in the gates' modules that are no reason and evidence.
NO_REASON = {"header", "reason", "best"}


@pytest.mark.parametrize("name", pages())
def test_a_generated_page_is_up_to_date(name: str) -> None:
    """`make docs` would change nothing."""
    path = ROOT / name
    assert path.is_file() and path.read_text(encoding="utf-8") == pages()[name], "run: make docs"


def test_pages_are_the_same_each_time() -> None:
    """No time, no set order."""
    assert pages() == pages()


def test_every_rule_has_its_section() -> None:
    """With docstring, request in both languages, and all of its examples."""
    page = pages()["docs/rewrites.md"]
    for rule in RULES:
        section = page.partition(f"\n### {rule.name}\n")[2].partition("\n### ")[0]
        assert prose(rule.doc) in section and rule.en in section and rule.zh in section
        for text in (*rule.keeps, *(text for pair in rule.changes for text in pair)):
            assert text.strip("\n") in section, rule.name


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_operator_is_shown_on_the_sample_program(operator: Operator) -> None:
    """A new operator needs a place in `flows/docs/mutants.py`."""
    assert re.match(r"line \d+: `", mutants.example(operator))


def test_every_key_of_a_recipe_has_a_meaning_and_its_section_one() -> None:
    """The page is only as good as the descriptions in the models."""
    for name, section in recipe.sections(Recipe):
        assert section.__doc__, name
        for key, field in section.model_fields.items():
            assert recipe.section_of(field) is not None or field.description, f"{name}.{key}"


def verdicts(path: Path) -> Iterator[tuple[str, str]]:
    """(gate, reason) of every verdict that a module writes out; a gate kept in a constant is looked up."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Verdict" and node.args:
            gate = node.args[0]
            name = gate.value if isinstance(gate, ast.Constant) else constants.get(getattr(gate, "id", ""), "")
            for reason in (*texts(node.args[2]),) if len(node.args) > 2 else ("",):
                yield str(name), reason


def texts(node: ast.expr) -> Iterator[str]:
    """The strings that an expression may be, as far as it spells them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


def words(path: Path) -> Iterator[str]:
    """Reason words that a module gives otherwise: yielded or returned with their evidence, raised, or in a table."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        given = node.value if isinstance(node, ast.Yield | ast.Return) else None
        if isinstance(given, ast.Tuple) and len(given.elts) == 2:
            yield from texts(given.elts[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in REASONED:
            yield from texts(node.args[0])
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and REASON_TABLES & names(node):
            yield from (text for value in node.value.values for text in texts(value))


def names(node: ast.Assign) -> set[str]:
    """The names that an assignment sets."""
    return {target.id for target in node.targets if isinstance(target, ast.Name)}


def test_every_gate_that_the_code_names_is_on_the_page() -> None:
    """And every reason word that it writes into a verdict under that name."""
    known = {name: {word for word, _ in (*gate.reasons, *gate.passes)} for gate in GATES for name in gate.names}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for name, reason in verdicts(path):
                assert not name or name in known, f"{path.relative_to(ROOT)}: gate {name}"
                assert not name or not reason or reason in known[name], f"{path.relative_to(ROOT)}: {name}: {reason}"


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.names[0])
def test_a_gates_reasons_are_those_of_its_modules(gate: Gate) -> None:
    """None is missing from the page, and none is on it that no module can give."""
    said = {word for word, _ in (*gate.reasons, *gate.passes)}
    everything = "\n".join((ROOT / module).read_text(encoding="utf-8") for module in gate.modules)
    given = {
        word
        for module in gate.modules
        for word in words(ROOT / module)
        if WORD.fullmatch(word) and word not in NO_REASON and not word.startswith("unterminated-*")
    }
    if gate.names[0] not in ("equivalent", "seeds", "fault", "expand", "evidence"):  # these share their modules
        assert given <= said, given - said
    made_up = {
        word for word in said if f'"{word}"' not in everything and f"{word.partition('-')[0]}-{{" not in everything
    }
    assert not made_up


def test_every_threshold_is_on_the_page() -> None:
    """Fields of the dataclasses, and constants."""
    page = gates.page()
    for gate in GATES:
        for settings in gate.settings:
            assert f"`{settings.__name__}`: " in page
            for field in settings.__dataclass_fields__:
                assert f"| `{field}` |" in page
        for _, name in gate.constants:
            assert f"| `{name}` |" in page


def test_prose_is_shown_as_it_was_meant() -> None:
    """Nothing outside inline code turns into emphasis or HTML."""
    assert prose("A * b <c> `d * <e>`.") == "A \\* b &lt;c> `d * <e>`."
    assert one_line("It does `a.b`. Then more.\n\nAnd more.") == "It does `a.b`"


def test_docstrings_under_assignments_are_found(tmp_path: Path) -> None:
    """Of a module and of a class."""
    path = tmp_path / "m.py"
    path.write_text('A = 1\n"""One."""\nclass C:\n    b: int = 2\n    """Two."""\n', encoding="utf-8")
    assert attribute_docs(path) == {"A": "One."}
    assert attribute_docs(path, "C") == {"b": "Two."}


def test_a_readme_without_markers_is_refused() -> None:
    """Rather than written without its tables."""
    with pytest.raises(ValueError, match="0 pairs of markers named gates"):
        replaced("# firmseed\n", "gates", "x")


def test_figures_of_a_run_come_from_its_report(tmp_path: Path) -> None:
    """Nothing in them is typed by hand."""
    stage = {"kept": 1200, "rejected": 30, "own_cpu_s": 30.0, "tool_cpu_s": 90.0}
    report = {
        "name": "demo",
        "tools": {"sdcc": "4.2.0"},
        "size": {"train": 900, "validation": 100, "tokens": 400_000},
        "stages": [{"name": "expand", **stage}],
        "lineages": [{"rows": 5}, {"rows": 0}],
        "mixture": {"shortfalls": []},
        "groups": {"grade": [{"name": "simulated", "rows": 250, "share": 0.25}]},
    }
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    text = figures(tmp_path).replace("\n", " ")
    assert "1 seeds became 1,200 proved programs and faults (30 rejected)" in text
    assert "900 training and 100 validation rows of about 400,000 tokens, in 2.0 minutes of CPU time." in text
    assert "| `simulated` | 250 | 25.0% |" in text
    with pytest.raises(UnreadableShard, match=r"has no report\.json"):
        figures(tmp_path / "none")


def test_the_readme_holds_the_figures_of_a_run() -> None:
    """Written by `python -m flows.docs datasets/runs/mcu-8051` after the run that they are of."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"figures: written by [^\n]*-->\n\S.* training and .*<!-- end of figures -->", readme, re.DOTALL)
