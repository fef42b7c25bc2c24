"""Seeds on disk: one folder each with `seed.yaml`, `program.c` and `harness.c`.

`docs/seeds.md` describes the format for the people who write it. A broken seed is a `SeedError` that names file, line
and field.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from corpus.chips import REFERENCE, Family
from corpus.yamlfile import YamlError, fault_of, line_of, located, read_yaml

LANGUAGES = ("en", "zh")

# A space between two Chinese characters comes from folding YAML lines, never from a writer.
_FOLDED = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef]) (?=[\u2e80-\u9fff\uff00-\uffef])")


FILES = ("seed.yaml", "program.c", "harness.c")
"""The files of a seed."""

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
"""What the name of a seed looks like."""


class SeedError(ValueError):
    """A seed that cannot be used; the text is `file:line: field: what is wrong`."""

    def __init__(self, file: Path, line: int, field: str, problem: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {problem}")
        self.file, self.line, self.field, self.problem = file, line, field, problem


Text = Annotated[str, Field(min_length=1)]
Value = int | float | str


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Sheet):
    """One text in English and Chinese."""

    en: Text
    zh: Text


Manner = Literal["specification", "ticket", "question", "review", "continuation", "port"]

MANNERS: tuple[Manner, ...] = get_args(Manner)

ASKING: tuple[Manner, ...] = ("specification", "ticket", "question")
"""The manners of asking for a whole program out of nothing; the others stand before given code."""


class Phrasings(_Sheet):
    """The natural ways to ask for the same program, in English and Chinese, by the manner of asking.

    A manner of `ASKING` is required in each language, and each has one text or several.
    """

    en: dict[Manner, tuple[Text, ...]]
    zh: dict[Manner, tuple[Text, ...]]

    @field_validator("en", "zh", mode="before")
    @classmethod
    def _one_or_several(cls, texts: Any) -> Any:
        if not isinstance(texts, Mapping):
            return texts
        return {manner: (text,) if isinstance(text, str) else text for manner, text in texts.items()}

    @field_validator("en", "zh")
    @classmethod
    def _asks(cls, texts: dict[Manner, tuple[str, ...]]) -> dict[Manner, tuple[str, ...]]:
        lacking = [manner for manner in ASKING if not texts.get(manner)]
        if lacking:
            raise ValueError(f"has no {lacking[0]!r}")
        return texts

    def of(self, language: str, manners: Sequence[Manner] = ASKING) -> tuple[str, ...]:
        """The texts of these manners in one language, in the manners' order."""
        texts = self.zh if language == "zh" else self.en
        return tuple(text for manner in manners for text in texts.get(manner, ()))


class Need(_Sheet):
    """A safety need of the program that an expert meets unasked.

    `names` are the program's names that it is about. `en` and `zh` make it explicit: a sentence for an instruction.
    """

    kind: Literal[
        "volatile", "bounded-wait", "atomic-access", "debounce", "flag-clear", "init-order", "pin-direction",
        "wrap-around", "range-check", "neighbour-bits", "short-isr", "reentrancy", "watchdog", "power-up-state",
    ]  # fmt: skip
    names: tuple[Text, ...] = ()
    en: Text
    zh: Text


class Hole(_Sheet):
    """A typed hole: `default`, and either `choices` or `range` [first, last, step]; `format` writes it as C.

    `in_words` marks a fact that the instruction states and that the code, which has no macro for it, is right for at
    every value (a crystal for which the same wait loops keep the device's limits).
    """

    default: Value
    choices: tuple[Value, ...] = ()
    range: tuple[int, int, int] | None = None
    format: str = "{}"
    in_words: bool = False

    @model_validator(mode="after")
    def _one_domain(self) -> Hole:
        if bool(self.choices) == (self.range is not None):
            raise ValueError("give either choices or range")
        if self.default not in self.domain:
            raise ValueError(f"the default {self.default!r} is not among its own values")
        return self

    @property
    def domain(self) -> tuple[Value, ...]:
        """Every value that the hole can take."""
        if self.range is None:
            return self.choices
        first, last, step = self.range
        return tuple(range(first, last + 1, step))


class Derived(_Sheet):
    """A value computed from the holes (an expression), and how it is written."""

    value: Text
    format: str = "{}"


class Constraint(_Sheet):
    """A condition that a filling must meet, and the reason in words."""

    require: Text
    because: Text


class Equivalent(_Sheet):
    """A fault of which the author has proved that no run can differ, so that no harness could catch it.

    `rule` is the mutation operator, `text` the line as it reads with the fault (or the line that is gone), stripped.
    """

    rule: Text
    text: Text
    because: Text


class Measured(_Sheet):
    """How strong the harness was found to be: faults that change what the program does, and those of them that it
    caught. `digest` is the first 12 hex digits of the SHA-256 of program and harness."""

    mutants: Annotated[int, Field(ge=1)]
    caught: Annotated[int, Field(ge=0)]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


class Sheet(_Sheet):
    """`seed.yaml`.

    `timing` names the functions whose cycle count is part of what they do (a 1-Wire slot, an interrupt that stops a
    timer): a rewrite inside one must leave every run's cycles as they were. `delays` names the functions that only wait
    and on whose exact length nobody counts: their loops may be written another way. None is in both.
    """

    id: Annotated[str, Field(pattern=ID)]
    title: Bilingual
    author: Text
    license: Text
    target: Family
    dialect: Literal["sdcc", "gcc"]
    chip: Text
    clock_hz: int = 11059200
    model: Literal["small", "medium", "large"] = "small"
    kind: Literal["module", "program"]
    peripherals: tuple[Text, ...] = Field(min_length=1)
    difficulty: Annotated[int, Field(ge=1, le=5)]
    tags: tuple[Text, ...] = ()
    instruction: Phrasings
    idea: Bilingual
    comments: dict[str, str] = Field(default_factory=dict)
    holes: dict[str, Hole] = Field(default_factory=dict)
    derived: dict[str, Derived] = Field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()
    timing: tuple[Text, ...] = ()
    delays: tuple[Text, ...] = ()
    needs: tuple[Need, ...] = ()
    equivalent: tuple[Equivalent, ...] = ()
    strength: Measured | None = None

    @model_validator(mode="after")
    def _compiled_as_written(self) -> Sheet:
        dialect = "sdcc" if self.target in ("mcs51", "stm8") else "gcc"
        if self.dialect != dialect:
            raise ValueError(f"a program for {self.target} is compiled as {dialect!r}, not {self.dialect!r}")
        return self

    @model_validator(mode="after")
    def _free_or_timed(self) -> Sheet:
        both = sorted(set(self.timing) & set(self.delays))
        if both:
            raise ValueError(f"{both[0]!r} is in timing and in delays: its length counts or it does not")
        return self


@dataclass(frozen=True, slots=True)
class Seed:
    """What an expert wrote. `digest` is the SHA-256 of its three files."""

    folder: Path
    sheet: Sheet
    program: str
    harness: str
    digest: str

    @property
    def id(self) -> str:
        """The seed's name, which is its folder's."""
        return self.sheet.id


def load_seed(folder: Path) -> Seed:
    """Reads one seed folder.

    Raises:
        SeedError: a file is missing or unreadable, a field is unknown, missing or wrong.
    """
    path = folder / "seed.yaml"
    texts: dict[str, str] = {}
    for name in FILES:
        try:
            texts[name] = (folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise SeedError(
                folder / name, 1, "file", "is missing; a seed has seed.yaml, program.c, harness.c"
            ) from None
        except UnicodeDecodeError as error:
            raise SeedError(folder / name, 1, "file", f"is not UTF-8 ({error.reason} at byte {error.start})") from None
    if "SPDX-License-Identifier:" not in texts["seed.yaml"]:
        raise SeedError(path, 1, "license", "has no SPDX-License-Identifier comment line")
    try:
        data = read_yaml(texts["seed.yaml"])
    except YamlError as error:
        raise SeedError(path, error.line, "yaml", error.problem) from None
    try:
        sheet = Sheet.model_validate(_unfolded(data))
    except ValidationError as error:
        place, problem = fault_of(error, _fields_at)
        raise SeedError(
            path, line_of(located(texts["seed.yaml"]), place), ".".join(map(str, place)) or "seed", problem
        ) from None
    if sheet.id != folder.name:
        raise SeedError(
            path,
            line_of(located(texts["seed.yaml"]), ("id",)),
            "id",
            f"is {sheet.id!r} but the folder is {folder.name!r}",
        )
    digest = _digest(texts[name].encode() for name in sorted(FILES))
    return Seed(folder, sheet, texts["program.c"], texts["harness.c"], digest)


def files_digest(folder: Path) -> str:
    """The SHA-256 of whatever of a seed's files is there: of a broken seed, too."""
    return _digest(path.read_bytes() if (path := folder / name).is_file() else b"" for name in sorted(FILES))


def _digest(files: Iterable[bytes]) -> str:
    """Of a seed's files in alphabetical order of their names."""
    return hashlib.sha256(b"\0".join(files)).hexdigest()


def seed_folders(root: Path) -> list[Path]:
    """Every folder under `root`, by name: each should hold a seed. Hidden ones are passed over.

    Raises:
        SeedError: `root` is no folder or holds none.
    """
    if not root.is_dir():
        raise SeedError(root, 1, "seeds", "is not a folder")
    folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not folders:
        raise SeedError(root, 1, "seeds", "holds no seed folder")
    return folders


def asked_seeds(root: Path, only: Collection[str] = (), targets: Collection[str] = ()) -> list[Path]:
    """The folders under `root` of the seeds with these ids and for these chip families; empty means all.

    A seed that does not say its family is among them, so that it is named where it is read. Raises SeedError as
    `seed_folders` does.
    """
    found = [folder for folder in seed_folders(root) if not only or folder.name in only]
    return [one for one in found if not targets or not (of := targets_of([one])) or of[0] in targets]


def targets_of(folders: Iterable[Path]) -> tuple[Family, ...]:
    """The chip families of the seeds in these folders, in the families' order.

    Looked up in the text alone: what is wrong with a seed is said where it is read.
    """
    found = set()
    for folder in folders:
        sheet = folder / "seed.yaml"
        if sheet.is_file():
            text = sheet.read_text(encoding="utf-8", errors="replace")
            found |= {family for family in REFERENCE if f"\ntarget: {family}\n" in text}
    return tuple(family for family in REFERENCE if family in found)


def load_seeds(root: Path) -> Iterator[Seed]:
    """Reads the seeds under `root`, by name; raises `SeedError` at the first broken one."""
    for folder in seed_folders(root):
        yield load_seed(folder)


def _unfolded(data: Any) -> Any:
    if isinstance(data, str):
        return _FOLDED.sub("", data.strip())
    if isinstance(data, Mapping):
        return {_unfolded(key): _unfolded(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_unfolded(value) for value in data]
    return data


def _fields_at(place: tuple[int | str, ...]) -> tuple[str, ...]:
    models: dict[str, type[_Sheet]] = {
        "title": Bilingual,
        "idea": Bilingual,
        "instruction": Phrasings,
        "holes": Hole,
        "derived": Derived,
        "constraints": Constraint,
        "needs": Need,
        "equivalent": Equivalent,
        "strength": Measured,
    }
    model = models.get(str(place[0]), Sheet) if place else Sheet
    return tuple(model.model_fields)
