"""Recipes: the shipped ones load, and a wrong one is refused with file, line, key and the nearest known name."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.recipe import RecipeError, load_recipe

RECIPES = Path(__file__).parents[2] / "datasets" / "recipes"


def refused(tmp_path: Path, text: str) -> str:
    """The error that this recipe gives."""
    path = tmp_path / "r.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as error:
        load_recipe(path)
    return str(error.value)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.name)
def test_a_shipped_recipe_loads(path: Path) -> None:
    """And asks for more than nothing."""
    assert load_recipe(path).generate.rewrites.variants > 0


def test_an_unknown_key_names_line_and_nearest_name(tmp_path: Path) -> None:
    """Nested keys too."""
    message = refused(tmp_path, "name: a\ngenerate:\n  rewrites:\n    varients: 3\n")
    assert 'r.yaml:4: generate.rewrites.varients: unknown key; did you mean "variants"?' in message


def test_an_unknown_axis_names_the_nearest(tmp_path: Path) -> None:
    """The mixture knows its axes."""
    message = refused(tmp_path, "mixture:\n  shares:\n    periferal: {uart: 1.0}\n")
    assert 'did you mean "peripheral"?' in message


def test_an_unknown_evidence_grade_is_refused(tmp_path: Path) -> None:
    """A misspelt grade would silently accept nothing."""
    assert 'did you mean "simulated"?' in refused(tmp_path, "verify: {accept: [simulatd]}\n")


def test_a_distance_is_a_share(tmp_path: Path) -> None:
    """A bound above 1 would leave nothing."""
    assert "generate.rewrites.distance_min" in refused(tmp_path, "generate:\n  rewrites: {distance_min: 1.5}\n")


def test_rows_and_tokens_exclude_each_other(tmp_path: Path) -> None:
    """One budget."""
    assert "not both" in refused(tmp_path, "mixture: {rows: 10, tokens: 10}\n")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(RecipeError, match=r"none\.yaml:1: recipe: cannot be read"):
        load_recipe(tmp_path / "none.yaml")


def test_yaml_that_does_not_parse_names_the_line(tmp_path: Path) -> None:
    """Tabs for indentation are no YAML."""
    assert "r.yaml:2: yaml:" in refused(tmp_path, "generate:\n\trewrites: 3\n")


def test_a_fingerprint_covers_only_the_named_sections(tmp_path: Path) -> None:
    """A changed share must not make the proofs again."""
    path = tmp_path / "r.yaml"
    path.write_text("mixture: {rows: 5}\n", encoding="utf-8")
    one = load_recipe(path)
    path.write_text("mixture: {rows: 6}\n", encoding="utf-8")
    two = load_recipe(path)
    assert one.fingerprint("generate", "verify") == two.fingerprint("generate", "verify")
    assert one.fingerprint("mixture") != two.fingerprint("mixture")
