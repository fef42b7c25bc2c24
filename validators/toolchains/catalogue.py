"""The toolchains there are: those that come with firmseed, and a user's own, each one description file.

toolchain("sdcc-mcs51", model="large")
toolchain("avr-gcc", purpose="image", source="unit.c", dialect="sdcc")
load_toolchain(Path("mine.yaml"))
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from corpus.yamlfile import did_you_mean
from validators.sandbox.limits import Limits
from validators.toolchains.description import PURPOSES, Description, Purpose, ToolchainError, load_description
from validators.toolchains.dialect import ARGUMENTS
from validators.toolchains.toolchain import Dialect, Measured, Query, Toolchain

RESOURCES = "{resources}"
"""What stands in a command for the folder that the compiler names when asked."""

SHIPPED = Path(__file__).parent / "shipped"


@cache
def shipped() -> tuple[str, ...]:
    """The names of the toolchains that come with firmseed, in alphabetical order."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def toolchain(
    name: str,
    *,
    purpose: Purpose | None = None,
    source: str = "program.c",
    dialect: Dialect | None = None,
    **options: str | int,
) -> Toolchain:
    """A shipped toolchain with its options.

    `purpose` is to check only, to make an object or to link an image; by default the first of object, check and image
    that it can do. `source` is the name that the program is given. `dialect` replaces the description's own: "sdcc"
    has a program in sdcc's dialect turned into what gcc parses. Raises ToolchainError for an unknown name, option or
    value.
    """
    if name not in shipped():
        raise ToolchainError(f"toolchain: unknown {name!r}{did_you_mean(name, shipped())}")
    return _shipped(name, purpose, source, dialect, _chosen(options))


def load_toolchain(
    path: Path,
    *,
    purpose: Purpose | None = None,
    source: str = "program.c",
    dialect: Dialect | None = None,
    **options: str | int,
) -> Toolchain:
    """The toolchain of a user's description file; the rest as for `toolchain`. Raises ToolchainError."""
    return _made(path, load_description(path), purpose, source, dialect, _chosen(options))


@cache
def _shipped(
    name: str, purpose: Purpose | None, source: str, dialect: Dialect | None, chosen: tuple[tuple[str, str], ...]
) -> Toolchain:
    path = SHIPPED / f"{name}.yaml"
    return _made(path, load_description(path), purpose, source, dialect, chosen)


def _chosen(options: Mapping[str, str | int]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((option, str(value)) for option, value in options.items()))


def _made(
    path: Path,
    told: Description,
    purpose: Purpose | None,
    source: str,
    dialect: Dialect | None,
    chosen: tuple[tuple[str, str], ...],
) -> Toolchain:
    values = {name: option.default for name, option in told.options.items()}
    for name, value in chosen:
        if name not in told.options:
            raise ToolchainError(f"{path}:1: options: unknown option {name!r}{did_you_mean(name, told.options)}")
        if not told.options[name].allows(value):
            raise ToolchainError(
                f"{path}:1: options.{name}: cannot be {value!r}; it is one of {told.options[name].domain}"
            )
        values[name] = value
    wanted = next(one for one in PURPOSES if told.way(one) is not None) if purpose is None else purpose
    way = told.way(wanted)
    if way is None:
        raise ToolchainError(f"{path}:1: {wanted}: this toolchain has no such command")
    spoken = dialect or told.dialect
    if spoken == "sdcc" and "{dialect}" not in way.arguments:
        raise ToolchainError(f"{path}:1: dialect: cannot be sdcc, since the arguments have no {{dialect}}")
    stem = source.rpartition(".")[0] or source
    values |= {"source": source, "stem": stem, "resources": RESOURCES}
    values["output"] = way.output.format_map(values)
    lists = {"{flags}": told.flags, "{dialect}": ARGUMENTS if spoken == "sdcc" else ()}
    arguments = [part for argument in way.arguments for part in lists.get(argument, (argument,))]
    named = tuple(option for option in told.options)
    return Toolchain(
        name="-".join((told.name, *(values[option] for option in named))),
        gate=told.gate or f"compile-{told.name}",
        target=told.target,
        int_bits=told.int_bits,
        command=(told.program, *(argument.format_map(values) for argument in arguments)),
        source=source,
        dialect=spoken,
        library=told.library,
        messages=told.read_messages(),
        keep=tuple(text.format_map(values) for text in (way.output, *way.keep) if text),
        kind=way.kind,
        measured=_measured(told, values) if way.output else None,
        beside=tuple((name, _beside(path, name)) for name in told.beside),
        version=Query(told.version.arguments, re.compile(told.version.pattern)),
        resources=Query(told.resources.arguments, re.compile(told.resources.pattern)) if told.resources else None,
        many_sources=told.many_sources,
        tested=told.tested,
        remedy=told.install,
        limits=Limits(
            cpu_s=told.limits.cpu_s,
            wall_s=told.limits.wall_s,
            memory_bytes=told.limits.memory_mib << 20,
            file_bytes=told.limits.file_kib << 10,
            output_bytes=told.limits.output_kib << 10,
        ),
    )


def _measured(told: Description, values: Mapping[str, str]) -> Measured | None:
    how = told.sizes
    if how is None:
        return None
    return Measured(how.reader, how.file.format_map(values), how.stack.format_map(values), how.rodata_in_ram)


def _beside(path: Path, name: str) -> bytes:
    """A file that lies beside the description. Raises ToolchainError."""
    try:
        return (path.parent / name).read_bytes()
    except OSError as error:
        raise ToolchainError(f"{path}:1: beside: {name}: cannot be read ({error.strerror})") from None
