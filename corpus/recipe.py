"""The recipe: the YAML file that says what set to make.

Every key has a default; an unknown one is refused with the nearest known name. `docs/recipe.md` is generated from the
descriptions here.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from corpus.chips import Family
from corpus.records import GRADES
from corpus.yamlfile import YamlError, did_you_mean, fault_of, line_of, located, read_file

AXES = ("task", "language", "target", "peripheral", "difficulty", "needs", "origin")
TASKS = ("write", "complete", "explain", "refactor", "fix", "port")


class RecipeError(ValueError):
    """A recipe that cannot be used; the text is `file:line: key: what is wrong`."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Templates(_Section):
    """Filling of typed holes."""

    fillings: Annotated[int, Field(ge=1)] = Field(12, description="different fillings a seed, its default among them")


class Rewrites(_Section):
    """Chains of behaviour-preserving rewrites."""

    variants: Count = Field(24, description="variants tried a seed")
    steps: Annotated[int, Field(ge=1, le=12)] = Field(
        4, description="rewrites in a chain, at most; about half of them at most change names, literals and layout only"
    )
    distance_min: Share = Field(
        0.0,
        description="distance of a variant's tree from its root's, at least, names, literals and layout left out: 0.01 "
        "is an operand, 0.04 a loop of a short program; 0 means any",
    )
    rules: tuple[str, ...] = Field((), description="only these rules; empty means all")


class Mutants(_Section):
    """Known faults, made on purpose and kept only when they are seen."""

    tried: Count = Field(40, description="mutants tried a seed")


class Prices(_Section):
    """What a million tokens cost, in the currency of `max_cost`; as the provider states them."""

    input: Annotated[float, Field(ge=0)] = Field(0.0, description="a million tokens of what is asked")
    output: Annotated[float, Field(ge=0)] = Field(0.0, description="a million tokens of what is answered")

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Money for so many tokens."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6


class Model(_Section):
    """Second generation by a language model behind any OpenAI-compatible endpoint. Off by default."""

    enabled: bool = Field(False, description="ask the endpoint")
    base_url: str = Field("", description="address of the endpoint, ending in /v1")
    name: str = Field("", description="model name as the endpoint knows it")
    api_key_env: str = Field(
        "OPENAI_API_KEY", description="environment variable that holds the key; may be unset for local servers"
    )
    strategies: dict[str, Count] = Field(
        default_factory=lambda: {"spirit": 1}, description="strategy -> answers asked for, a seed and language"
    )
    facts: bool = Field(
        True, description="show what the chip's file says of the registers, vectors and memory that a task needs"
    )
    repairs: Count = Field(
        0, description="times an answer that a gate rejects is asked for again, with what the gate said"
    )
    temperature: Annotated[float, Field(ge=0, le=2)] = Field(0.8, description="sampling temperature")
    max_tokens: Annotated[int, Field(ge=16)] = Field(2048, description="tokens of one answer, at most")
    extra: dict[str, Any] = Field(
        default_factory=dict, description="further parameters of the endpoint's own, sent with each request"
    )
    timeout_s: Annotated[float, Field(gt=0)] = Field(120.0, description="seconds to wait for one answer")
    retries: Count = Field(2, description="further tries after 429, 5xx, a timeout or an answer that does not parse")
    in_flight: Annotated[int, Field(ge=1)] = Field(
        16, description="requests in flight, at most; fewer while the server refuses or grows slower"
    )
    patience_s: Annotated[float, Field(ge=0)] = Field(
        60.0, description="seconds that a server that has gone is waited for, in all, before the asking ends"
    )
    max_requests: Count = Field(0, description="requests that the record may hold, failed ones too; 0 means no cap")
    max_total_tokens: Count = Field(0, description="tokens, of questions and answers, likewise")
    max_cost: Annotated[float, Field(ge=0)] = Field(0.0, description="money by `prices`, likewise")
    record: str = Field("answers.sqlite", description="file in the run's folder that keeps every answer and replays it")
    prices: Prices = Prices()

    @model_validator(mode="after")
    def _no_secret_and_no_cap_without_prices(self) -> Model:
        address = urlsplit(self.base_url)
        names = {name.lower() for name, _ in parse_qsl(address.query)}
        if "@" in address.netloc or any(word in name for name in names for word in ("key", "token", "secret")):
            raise ValueError("base_url holds a secret, and would be recorded: put the key in the variable api_key_env")
        if self.max_cost and not (self.prices.input or self.prices.output):
            raise ValueError("max_cost needs prices: give generate.model.prices.input and .output")
        return self


class Generate(_Section):
    """What makes Programs."""

    templates: Templates = Templates()
    rewrites: Rewrites = Rewrites()
    mutants: Mutants = Mutants()
    model: Model = Model()


class Verify(_Section):
    """What counts as proof."""

    accept: tuple[str, ...] = Field(
        ("same-tokens", "identical-object", "enumerated", "simulated", "harness"),
        description="evidence grades that may be emitted",
    )
    accept_model: tuple[str, ...] = Field(
        ("compiled",), description="the same for programs written by the model, which have no harness"
    )
    cycles: Annotated[int, Field(ge=1000)] = Field(2_000_000, description="machine cycles one harness run may take")

    enumerate: bool = Field(True, description="try every input of small pure functions that a rewrite changed")

    @model_validator(mode="after")
    def _known_grades(self) -> Verify:
        for grade in (*self.accept, *self.accept_model):
            if grade not in GRADES:
                raise ValueError(f"unknown evidence grade {grade!r}{did_you_mean(grade, GRADES)}")
        return self


class Tasks(_Section):
    """How many Examples a Program becomes, at most, over both languages."""

    write: Count = Field(2, description="write the program from an instruction")
    complete: Count = Field(2, description="fill in a missing part")
    explain: Count = Field(1, description="explain the program or a part of it")
    refactor: Count = Field(1, description="turn the parent into the variant, for a variant")
    fix: Count = Field(1, description="find and mend the fault, for a mutant")
    port: Count = Field(1, description="give an 8051 program in the other dialect, sdcc's or Keil C51's")


class Curate(_Section):
    """What is left out as a copy or as poor."""

    near_duplicate: Annotated[float, Field(gt=0, le=1)] = Field(
        0.8, description="Jaccard similarity above which programs of different seeds are copies"
    )
    lineage_cap: Count = Field(
        48, description="programs that one seed's lineage may keep, the most different first; 0 means all"
    )
    mutant_cap: Count = Field(40, description="mutants that one seed's lineage may keep; 0 means all")
    max_same_instruction: Annotated[int, Field(ge=1)] = Field(2, description="rows that may share one instruction text")


class Mixture(_Section):
    """What the set is made of, by share of tokens."""

    rows: Count = Field(0, description="rows to emit; 0 means all that the shares allow")
    tokens: Count = Field(0, description="tokens to emit instead of rows; 0 means by rows")
    repeat_cap: Annotated[int, Field(ge=1)] = Field(1, description="times one row may be repeated to fill a share")
    shares: dict[str, dict[str, Share]] = Field(
        default_factory=dict, description="axis -> value -> share of tokens; `*` stands for the rest"
    )

    @model_validator(mode="after")
    def _known_axes(self) -> Mixture:
        for axis in self.shares:
            if axis not in AXES:
                raise ValueError(f"unknown axis {axis!r}{did_you_mean(axis, AXES)}")
        if self.rows and self.tokens:
            raise ValueError("give rows or tokens, not both")
        return self


class Emit(_Section):
    """How the set is written."""

    validation: Share = Field(0.1, description="share of seed lineages held out for validation")
    rows_per_file: Annotated[int, Field(ge=1)] = Field(50_000, description="rows in one Parquet file, at most")


class Recipe(_Section):
    """A whole recipe."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        "firmseed", description="name of the set"
    )
    seed: int = Field(1, description="random seed; the same recipe, seed and tools give the same bytes")
    seeds: str = Field("../seeds", description="folder of seeds, relative to the recipe file")
    only: tuple[str, ...] = Field((), description="ids of the seeds to use; empty means all")
    targets: tuple[Family, ...] = Field((), description="chip families of the seeds to use; empty means all")
    languages: tuple[Literal["en", "zh"], ...] = Field(("en", "zh"), min_length=1, description="languages of the rows")
    shard: Annotated[int, Field(ge=1)] = Field(64, description="rewrite chains in one shard of work")
    generate: Generate = Generate()
    verify: Verify = Verify()
    tasks: Tasks = Tasks()
    curate: Curate = Curate()
    mixture: Mixture = Mixture()
    emit: Emit = Emit()

    def fingerprint(self, *sections: str) -> str:
        """SHA-256 of these top-level keys, for a stage that depends on no others."""
        data = self.model_dump(mode="json", include=set(sections))
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def load_recipe(path: Path) -> Recipe:
    """Reads a recipe file.

    Raises:
        RecipeError: the file is missing, is no YAML, or a key is unknown or wrong.
    """
    try:
        text, data = read_file(path, "recipe")
    except YamlError as error:
        raise RecipeError(f"{path}:{error.line}: {error.field}: {error.problem}") from None
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        place, problem = fault_of(error, lambda section: section_at(section).model_fields)
        problem = problem.removeprefix("Value error, ")
        where = ".".join(map(str, place)) or "recipe"
        raise RecipeError(f"{path}:{line_of(located(text), place)}: {where}: {problem}") from None


def section_at(place: tuple[int | str, ...]) -> type[BaseModel]:
    """The section that a path of keys leads to."""
    section: type[BaseModel] = Recipe
    for key in place:
        field: Any = section.model_fields.get(str(key))
        if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, BaseModel):
            break
        section = field.annotation
    return section
