"""A toolchain as its description file says it: the YAML schema, with the line of each mistake."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from corpus.yamlfile import YamlError, did_you_mean, first_error, line_of, located, read_file
from validators.toolchains.messages import CRASH, NAMED, NEVER, Messages, joined
from validators.toolchains.toolchain import COMPILE_LIMITS, Dialect, Kind, Library

Purpose = Literal["check", "object", "image"]
PURPOSES: tuple[Purpose, ...] = ("object", "check", "image")

_GROUPS = frozenset(("file", "line", "column", "severity", "code", "message"))
_LISTS = ("flags", "dialect")
_BUILT_IN = ("source", "stem", "output", "resources", *_LISTS)


class ToolchainError(ValueError):
    """A description that cannot be used, or an option that it does not have; the text is `file:line: field: what`."""


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _named_or_form(text: str) -> str:
    if text not in NAMED:
        _form(text)
    return text


Text = Annotated[str, Field(min_length=1)]
Word = Annotated[str, BeforeValidator(_text)]
Arguments = tuple[str, ...]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Section):
    """A choice that a caller has: one of `values`, or a whole number of `range` [first, last]."""

    default: Word
    values: tuple[Word, ...] = ()
    range: tuple[int, int] | None = None

    @model_validator(mode="after")
    def _one_domain(self) -> Option:
        if bool(self.values) == (self.range is not None):
            raise ValueError("give either values or range")
        if not self.allows(self.default):
            raise ValueError(f"the default {self.default!r} is not among its own values")
        return self

    def allows(self, value: str) -> bool:
        """Whether the option can take this value."""
        if self.range is None:
            return value in self.values
        return value.isascii() and value.isdigit() and self.range[0] <= int(value) <= self.range[1]

    @property
    def domain(self) -> str:
        """The values in words."""
        return ", ".join(self.values) if self.range is None else f"{self.range[0]} to {self.range[1]}"


class Made(_Section):
    """One way to run the program: its arguments, the file that it must leave and what that is, and further files."""

    arguments: Arguments = Field(min_length=1)
    output: str = ""
    kind: Kind = "none"
    keep: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _output_of_a_kind(self) -> Made:
        if bool(self.output) != (self.kind != "none"):
            raise ValueError(f"give output and kind ({', '.join(get_args(Kind))}) together")
        return self


class SizesOf(_Section):
    """How sizes are read; `file` is the output unless it says another file that is kept."""

    reader: Literal["sdas-areas", "elf"]
    file: str = "{output}"
    stack: str = ""
    rodata_in_ram: bool = False


class LimitsOf(_Section):
    """What one run may use, as far as it differs from what the others get."""

    cpu_s: Annotated[float, Field(ge=1, le=600)] = COMPILE_LIMITS.cpu_s
    wall_s: Annotated[float, Field(gt=0, le=3600)] = COMPILE_LIMITS.wall_s
    memory_mib: Annotated[int, Field(ge=16, le=65536)] = COMPILE_LIMITS.memory_bytes >> 20
    file_kib: Annotated[int, Field(ge=4, le=1 << 20)] = COMPILE_LIMITS.file_bytes >> 10
    output_kib: Annotated[int, Field(ge=4, le=1 << 16)] = COMPILE_LIMITS.output_bytes >> 10


class Asked(_Section):
    """What the program is asked, and a pattern whose first group is the answer."""

    arguments: Arguments = Field(min_length=1)
    pattern: Text = r"(\d+\.\d+(?:\.\d+)?)"

    @field_validator("pattern")
    @classmethod
    def _one_group(cls, pattern: str) -> str:
        if _compiled(pattern).groups < 1:
            raise ValueError("has no group for the answer")
        return pattern


class Description(_Section):
    """A whole description file."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+([-.][a-z0-9]+)*$")]
    target: Text
    int_bits: Literal[8, 16, 32, 64]
    program: Text
    gate: str = ""
    options: dict[Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")], Option] = Field(default_factory=dict)
    flags: Arguments = ()
    check: Made | None = None
    object: Made | None = None
    image: Made | None = None
    beside: tuple[Text, ...] = ()
    dialect: Dialect = "none"
    library: Library = "own"
    messages: tuple[Annotated[str, AfterValidator(_named_or_form)], ...] = Field(min_length=1)
    continuation: str = ""
    crash: str = ""
    sizes: SizesOf | None = None
    limits: LimitsOf = LimitsOf()
    version: Asked
    resources: Asked | None = None
    many_sources: bool = False
    tested: Text
    install: Text

    @field_validator("continuation", "crash")
    @classmethod
    def _pattern(cls, pattern: str) -> str:
        _compiled(pattern)
        return pattern

    @model_validator(mode="after")
    def _whole(self) -> Description:
        made = [(purpose, way) for purpose in PURPOSES if (way := self.way(purpose)) is not None]
        if not made:
            raise ValueError("says nothing to run: give check, object or image")
        taken = [name for name in self.options if name in (*_BUILT_IN, "purpose")]
        if taken:
            raise ValueError(f"options: {taken[0]!r} has a meaning of its own; choose another name")
        known = (*_BUILT_IN, *self.options)
        for argument in self.flags:
            _check_fields("flags", argument, tuple(name for name in known if name not in _LISTS))
        for purpose, way in made:
            for text in (*way.arguments, way.output, *way.keep):
                _check_fields(purpose, text, known)
            if not any("{source}" in argument for argument in way.arguments):
                raise ValueError(f"{purpose}: no argument holds {{source}}")
            self._check_sizes(purpose, way, known)
        if self.many_sources and any(way.output for _, way in made):
            raise ValueError("many_sources: is for checking only, but there is an output")
        if self.dialect == "sdcc" and not all("{dialect}" in way.arguments for _, way in made):
            raise ValueError("dialect: is sdcc, but not all arguments have {dialect}, which stands for the shim's")
        if self.resources is None and any("{resources}" in text for _, way in made for text in way.arguments):
            raise ValueError("resources: is missing, but arguments ask for {resources}")
        return self

    def _check_sizes(self, purpose: Purpose, way: Made, known: tuple[str, ...]) -> None:
        if self.sizes is None or not way.output:
            return
        for text in (self.sizes.file, self.sizes.stack):
            _check_fields("sizes", text, known)
        if self.sizes.file not in ("{output}", way.output, *way.keep):
            raise ValueError(f"sizes: {self.sizes.file!r} is not kept by {purpose}")

    def way(self, purpose: Purpose) -> Made | None:
        """How it is run for a purpose; None where it cannot be."""
        ways: Mapping[Purpose, Made | None] = {"check": self.check, "object": self.object, "image": self.image}
        return ways[purpose]

    def read_messages(self) -> Messages:
        """The forms of its messages, the named sets resolved."""
        sets = [
            NAMED[text] if text in NAMED else Messages((_form(text),), NEVER, NEVER, NEVER) for text in self.messages
        ]
        continuation = _compiled(self.continuation) if self.continuation else NEVER
        crash = _compiled(self.crash) if self.crash else CRASH
        own = Messages((), continuation, crash, NEVER)
        return joined([*sets, own])


def load_description(path: Path) -> Description:
    """Reads a description.

    Raises:
        ToolchainError: the file is missing, is no YAML, or a key is unknown, missing or wrong.
    """
    try:
        text, data = read_file(path, "file")
    except YamlError as error:
        raise ToolchainError(f"{path}:{error.line}: {error.field}: {error.problem}") from None
    try:
        return Description.model_validate(data)
    except ValidationError as error:
        first = first_error(error)
        place = tuple(part for part in first["loc"] if part != "[key]")
        problem = first["msg"].removeprefix("Value error, ").replace("a valid tuple", "a list")
        if first["type"] == "extra_forbidden":
            problem = "unknown key" + did_you_mean(str(place[-1]), _keys_at(place[:-1]))
        elif first["type"] == "value_error" and not place:
            # A check of the whole names its field first.
            field, colon, rest = problem.partition(": ")
            if colon and field in Description.model_fields:
                place, problem = (field,), rest
        where = ".".join(map(str, place)) or "toolchain"
        raise ToolchainError(f"{path}:{line_of(located(text), place)}: {where}: {problem}") from None


def fields_in(text: str) -> Iterator[str]:
    """The names in braces; doubled braces are braces. Raises ValueError."""
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is not None:
            if form or conversion or not name.isidentifier():
                raise ValueError(f"{text!r}: a placeholder is a name in braces")
            yield name


def _check_fields(field: str, text: str, known: tuple[str, ...]) -> None:
    try:
        names = list(fields_in(text))
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None
    for name in names:
        if name not in known:
            raise ValueError(f"{field}: {text!r} asks for an unknown {{{name}}}{did_you_mean(name, known)}")
        if name in _LISTS and text != f"{{{name}}}":
            raise ValueError(f"{field}: {{{name}}} stands for several arguments, so it stands alone")


def _keys_at(place: tuple[int | str, ...]) -> tuple[str, ...]:
    sections: dict[str, type[_Section]] = {
        "options": Option,
        "check": Made,
        "object": Made,
        "image": Made,
        "sizes": SizesOf,
        "limits": LimitsOf,
        "version": Asked,
        "resources": Asked,
    }
    section: Any = sections.get(str(place[0]), Description) if place else Description
    return tuple(section.model_fields)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None


def _form(text: str) -> re.Pattern[str]:
    form = _compiled(text)
    unknown = sorted(set(form.groupindex) - _GROUPS)
    if unknown:
        raise ValueError(f"unknown group {unknown[0]!r}{did_you_mean(unknown[0], _GROUPS)}")
    if "message" not in form.groupindex:
        raise ValueError(
            f"{text!r} is neither a named set ({', '.join(sorted(NAMED))}) nor a form with a group (?P<message>...)"
        )
    return form
