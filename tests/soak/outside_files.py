"""Which files the soak reads: groups of C files in one dialect, each with the command that compiles one of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SAMPLES = Path(__file__).parent / "outside_samples"

# {root} is the package's folder, {here} the file's own.
_HOST = ("gcc", "-w", "-O2", "-DNDEBUG", "-I{root}", "-I{here}")
_AVR = ("avr-gcc", "-w", "-Os", "-std=gnu99", "-DNDEBUG", "-I{root}", "-I{here}")
_ARM = ("arm-none-eabi-gcc", "-w", "-Os", "-mcpu=cortex-m3", "-mthumb", "-DNDEBUG")
_SDCC = ("sdcc", "-mmcs51", "--model-large", "--less-pedantic", "-c", "-I{root}", "-I{here}")


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one kind.

    `package` is a source package of Debian, or "" where `root` is a folder of this machine; `patterns` and `but` choose
    below it; `compiler` is the command without input and output, empty where such files do not compile alone; `runs`
    says that a file holds sdcc's regression tests, which judge themselves when they run.
    """

    name: str
    dialect: str
    package: str
    root: str
    patterns: tuple[str, ...]
    compiler: tuple[str, ...] = ()
    but: str = r"$^"
    runs: bool = False


_SDCC_SHARE = "/usr/share/sdcc"
_REGRESSION = "support/regression/tests"

GROUPS: tuple[Group, ...] = (
    Group("sdcc-library", "sdcc", "", f"{_SDCC_SHARE}/lib/src", ("**/*.c",), _SDCC),
    Group("sdcc-headers", "sdcc", "", f"{_SDCC_SHARE}/include", ("**/*.h",)),
    Group("sdcc-regression", "sdcc", "sdcc", _REGRESSION, ("*.c",), (*_HOST, "-fwrapv", "-DPORT_HOST=1"), runs=True),
    Group("sdcc-devices", "sdcc", "sdcc", "device", ("lib/**/*.c", "examples/**/*.c"), _SDCC),
    Group("sdcc-compiler", "gcc", "sdcc", "src", ("**/*.c",)),
    Group("sdcc-tools", "gcc", "sdcc", ".", ("sdas/**/*.c", "debugger/**/*.c", "support/util/*.c"), _HOST),
    Group("avr-headers", "avr", "", "/usr/lib/avr/include", ("*.h", "util/*.h", "avr/[a-hj-z]*.h", "compat/*.h")),
    Group("arm-headers", "arm", "", "/usr/include/newlib", ("**/*.h",), but=r"c\+\+"),
    Group(
        "avr-libc",
        "avr",
        "avr-libc",
        "libc/avr-libc",
        ("**/*.c",),
        (*_AVR, "-mmcu=atmega128", "-I{root}/include", "-I{root}/common", "-I{root}/libc/stdlib", "-I{root}/libc/time"),
    ),
    Group("simavr-firmware", "avr", "simavr", ".", ("**/at*.c",), (*_AVR, "-mmcu=atmega644", "-I{root}/simavr/sim")),
    Group("simavr", "gcc", "simavr", ".", ("**/*.c",), (*_HOST, "-I{root}/simavr/sim"), but=r"/at\w+\.c$"),
    Group("stm32flash", "gcc", "stm32flash", ".", ("**/*.c",), _HOST),
    Group("zlib", "gcc", "zlib", ".", ("*.c", "examples/*.c", "test/*.c", "contrib/minizip/*.c"), _HOST),
    Group("bzip2", "gcc", "bzip2", ".", ("*.c",), _HOST),
    Group("lz4", "gcc", "lz4", ".", ("**/*.c",), (*_HOST, "-I{root}/lib")),
    Group("lzo2", "gcc", "lzo2", ".", ("**/*.c",), (*_HOST, "-I{root}/include", "-I{root}/src")),
    Group("lua", "gcc", "lua5.4", "src", ("*.c",), _HOST),
    Group("cjson", "gcc", "cjson", ".", ("*.c", "tests/*.c"), (*_HOST, "-I{root}/tests/unity/src")),
    Group("libtommath", "gcc", "libtommath", ".", ("*.c", "demo/*.c"), _HOST),
    Group("libmodbus", "gcc", "libmodbus", ".", ("**/*.c",), (*_HOST, "-I{root}/src")),
    Group("rtl-433", "gcc", "rtl-433", ".", ("**/*.c",), (*_HOST, "-I{root}/include")),
    Group("busybox", "gcc", "busybox", ".", ("**/*.c",)),
    Group("samples-keil", "keil", "", str(SAMPLES / "keil"), ("*.c",)),
    Group("samples-iar", "iar", "", str(SAMPLES / "iar"), ("*.c",)),
    Group("samples-cosmic", "cosmic", "", str(SAMPLES / "cosmic"), ("*.c",)),
    Group("samples-sdcc", "sdcc", "", str(SAMPLES / "sdcc"), ("*.c",), _SDCC),
    Group("samples-avr", "avr", "", str(SAMPLES / "avr"), ("*.c",), (*_AVR, "-mmcu=atmega328p")),
    Group("samples-arm", "arm", "", str(SAMPLES / "arm"), ("*.c",), _ARM),
)


@dataclass(frozen=True)
class Source:
    """One file: its group, where it lies, and its name in the figures."""

    group: Group
    name: str
    path: Path
    root: Path

    @cached_property
    def text(self) -> bytes:
        """What it holds."""
        return self.path.read_bytes()

    @cached_property
    def digest(self) -> str:
        """Sixteen hex digits of its text."""
        return hashlib.sha256(self.text).hexdigest()[:16]

    @property
    def command(self) -> tuple[str, ...]:
        """The compiler with its options for this file."""
        places = {"root": str(self.root), "here": str(self.path.parent)}
        return tuple(word.format(**places) for word in self.group.compiler)


def sources(fetched: Path, groups: tuple[Group, ...] = GROUPS, largest: int = 64 << 10) -> Iterator[Source]:
    """The files of all groups, each text once; what is larger than `largest` bytes, or a template, is left out."""
    seen: set[bytes] = set()
    for group in groups:
        top = fetched / group.package if group.package else Path(group.root)
        root = top / group.root if group.package else top
        found = {path for pattern in group.patterns for path in root.glob(pattern) if path.is_file()}
        for path in sorted(found):
            inside = str(path.relative_to(root))
            if re.search(group.but, inside) or "/.pc/" in f"/{inside}" or path.stat().st_size > largest:
                continue
            source = Source(group, f"{group.name}/{inside}", path, root)
            if source.digest.encode() in seen or (group.runs and is_template(source.text)):
                continue
            seen.add(source.digest.encode())
            yield source


def is_template(text: bytes) -> bool:
    """Whether sdcc's test generator has to fill `{names}` in before this is C."""
    return re.search(rb"\{[a-z]\w*\}", text) is not None
