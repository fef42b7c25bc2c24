"""docs/seeds.md: every key, every macro, and an example that is a seed."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from corpus.records import Program
from corpus.seeds import (
    Constraint,
    Derived,
    Equivalent,
    Hole,
    Manner,
    Measured,
    Need,
    Phrasings,
    Seed,
    Sheet,
    load_seed,
)
from flows.proof import Proved, Prover
from flows.settings import ROOT
from flows.stages.seeds import check
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import mutate
from generators.templates import default_filling, fillings
from validators.sandbox.runner import Sandbox

PAGE = (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8")
HEADER = (ROOT / "validators" / "simulators" / "sim.h").read_text(encoding="utf-8")
CYCLES = 2_000_000


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Seed:
    """The page's example, written to disk and read as any seed is."""
    folder = tmp_path_factory.mktemp("seeds") / "level-alarm"
    folder.mkdir()
    found = re.findall(r"^`level-alarm/(\S+)`\n\n```\w+\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert [name for name, _ in found] == ["seed.yaml", "program.c", "harness.c"]
    for name, text in found:
        (folder / name).write_text(text, encoding="utf-8")
    return load_seed(folder)


@pytest.mark.parametrize("model", [Sheet, Phrasings, Need, Hole, Derived, Constraint, Equivalent, Measured])
def test_every_key_of_a_seed_is_described(model: type[BaseModel]) -> None:
    """As inline code, so that a search finds it."""
    missing = [name for name in model.model_fields if f"`{name}`" not in PAGE]
    assert not missing


def test_every_manner_and_kind_of_need_is_described() -> None:
    """As inline code, too."""
    words = (*get_args(Manner), *get_args(Need.model_fields["kind"].annotation))
    assert len(words) > 15 and not [word for word in words if f"`{word}`" not in PAGE]


def test_the_page_describes_no_key_that_is_not_there() -> None:
    """The table of keys is the sheet's own, in its order."""
    table = re.search(r"\| key \| meaning \|\n.*?\n\n", PAGE, re.DOTALL)
    assert table is not None
    named = [
        name for cell in re.findall(r"^\| (`.*?) \|", table[0], re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    ]
    assert named == list(Sheet.model_fields)


def test_every_macro_of_the_harness_is_described() -> None:
    """And none that the header does not have."""
    defined = set(re.findall(r"^#define (SIM_\w+)", HEADER, re.MULTILINE)) - {"SIM_H"}
    named = set(re.findall(r"`(SIM_[A-Z0-9_]+)", PAGE))
    assert named == defined


def test_the_example_passes_the_check_of_seeds(example: Seed) -> None:
    """Both compilers without a warning, and its harness, for ten fillings."""
    with Sandbox() as sandbox:
        prover = Prover(sandbox, example, CYCLES)
        assert check(example, prover).outcome == "passed", check(example, prover)
        values = fillings(example, random.Random("docs"), 10)
        assert len(values) == 10
        for filling in values[1:]:
            found = prover.root(filling, default=False)
            assert isinstance(found, Proved), found.failed


def test_the_example_has_a_strong_harness(example: Seed) -> None:
    """Of three faults by each operator, every one that changes the machine code is seen."""
    with Sandbox() as sandbox:
        prover = Prover(sandbox, example, CYCLES)
        root = prover.root(default_filling(example), default=True)
        assert isinstance(root, Proved)
        outcomes: list[tuple[str, Program]] = []
        for operator in OPERATORS:
            for draw in range(3):
                faulty = mutate(operator, root.unit, random.Random(f"docs/{operator.name}/{draw}"))
                if faulty is not None:
                    program = prover.fault(root, faulty)
                    outcomes.append((program.verdicts[-1].reason, program))
    seen = sum(reason in ("seen", "refused") for reason, _ in outcomes)
    assert seen >= 20
    assert not [program.steps[-1] for reason, program in outcomes if reason == "not-seen"]


def test_every_translated_comment_stands_in_the_example(example: Seed) -> None:
    """A comment that was changed and not translated again would stay English in a Chinese row."""
    program = " ".join(example.program.split())
    assert not [comment for comment in example.sheet.comments if comment not in program]


def test_the_page_shows_the_files_that_the_check_wants() -> None:
    """A seed has three files, and the table names them."""
    for name in ("seed.yaml", "program.c", "harness.c"):
        assert f"| `{name}` |" in PAGE
        assert all((folder / name).is_file() for folder in Path(ROOT / "datasets" / "seeds").iterdir())
