"""What a broad set of seeds covers: `datasets/taxonomy.yaml`, its families of peripherals, chips, levels and goals.

A broken file is a `TaxonomyError` that names file, line and field.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.chips import Family as Target
from corpus.yamlfile import YamlError, fault_of, line_of, located, read_file

TAXONOMY = Path(__file__).parents[1] / "datasets" / "taxonomy.yaml"

HARD = 4
"""Seeds of this difficulty and above are the hard ones."""


class TaxonomyError(ValueError):
    """A taxonomy that cannot be used; the text is `file:line: field: what is wrong`."""


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]


class Level(_Sheet):
    """What a difficulty means, in English and Chinese."""

    en: Text
    zh: Text


class PeripheralFamily(_Sheet):
    """One family: what it is about in English and Chinese, and the peripherals that belong to it."""

    en: Text
    zh: Text
    peripherals: tuple[Text, ...] = Field(min_length=1)


class Wanted(_Sheet):
    """How many seeds a broad set has: in all (`seeds`), for each target, `family` of them in each of at least
    `families` families, `hard` of difficulty 4 and 5, and `templates` of which each yields `fillings` programs or
    more by its holes alone."""

    seeds: Count
    mcs51: Count
    stm8: Count
    avr: Count
    cortex_m: Count = Field(alias="cortex-m")
    family: Count
    families: Count
    hard: Count
    templates: Count
    fillings: Count

    def of(self, target: Target) -> int:
        """How many seeds for one target."""
        found: int = getattr(self, target.replace("-", "_"))
        return found


class Taxonomy(_Sheet):
    """`datasets/taxonomy.yaml`. `chips` are part names by target, the one to take where nothing speaks for another
    first; `difficulty` says what each of 1 to 5 means."""

    families: dict[str, PeripheralFamily] = Field(min_length=1)
    chips: dict[Target, tuple[Text, ...]]
    difficulty: dict[Literal[1, 2, 3, 4, 5], Level]
    kinds: tuple[Text, ...] = Field(min_length=1)
    wanted: Wanted

    @property
    def family_of(self) -> Mapping[str, str]:
        """The family of each peripheral."""
        return {word: name for name, family in self.families.items() for word in family.peripherals}


def read_taxonomy(path: Path) -> Taxonomy:
    """Reads a taxonomy.

    Raises:
        TaxonomyError: it is missing or no YAML, a field is unknown, missing or wrong, a peripheral is in two families,
            a target has no chip, or more families are wanted than there are.
    """
    try:
        text, data = read_file(path, "taxonomy")
    except YamlError as error:
        raise TaxonomyError(f"{path}:{error.line}: {error.field}: {error.problem}") from None
    try:
        made = Taxonomy.model_validate(data)
    except ValidationError as error:
        raise _error(path, text, *fault_of(error, _known)) from None
    _consistent(path, text, made)
    return made


@cache
def taxonomy() -> Taxonomy:
    """The shipped one. Raises TaxonomyError."""
    return read_taxonomy(TAXONOMY)


def _known(place: tuple[int | str, ...]) -> tuple[str, ...]:
    models: Mapping[str, type[_Sheet]] = {"families": PeripheralFamily, "difficulty": Level, "wanted": Wanted}
    model = models[str(place[0])] if place else Taxonomy
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _consistent(path: Path, text: str, made: Taxonomy) -> None:
    seen: dict[str, str] = {}
    for name, family in made.families.items():
        for number, word in enumerate(family.peripherals):
            if word in seen:
                problem = f"{word!r} is in the family {seen[word]!r} as well; a peripheral belongs to one"
                raise _error(path, text, ("families", name, "peripherals", number), problem)
            seen[word] = name
    for target in get_args(Target):
        if not made.chips.get(target):
            raise _error(path, text, ("chips",), f"has no chip for {target!r}")
    if made.wanted.families > len(made.families):
        problem = f"wants {made.wanted.families} families, but there are {len(made.families)}"
        raise _error(path, text, ("wanted", "families"), problem)


def _error(path: Path, text: str, place: tuple[int | str, ...], problem: str) -> TaxonomyError:
    line = line_of(located(text), place)
    return TaxonomyError(f"{path}:{line}: {'.'.join(map(str, place)) or 'taxonomy'}: {problem}")
