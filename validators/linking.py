"""Objects of sdcc linked by its linker alone, with just the library modules that they need.

    linker = Linker(sandbox, SDLD, folder)
    image = linker.link({"program.rel": ..., "harness.rel": ...}, "small")

Most of a link is reading libraries. Which modules a link takes from them follows from the symbols that its objects
leave open, so what the first such link took is given to the next ones as plain objects, for the same image.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from validators.sandbox.runner import Finished, Limits, ProgramNotFound, Sandbox
from validators.toolchains.toolchain import MissingTool

_IMAGE, _MAP = "image.ihx", "image.map"
_LIMITS = Limits(cpu_s=3, wall_s=60.0, memory_bytes=256 << 20, file_bytes=4 << 20, output_bytes=256 << 10)
_FOLDERS = ("/usr/share/sdcc/lib", "/usr/local/share/sdcc/lib", "/opt/sdcc/share/sdcc/lib")
_SYMBOL = re.compile(r"^S (\S+) (Def|Ref)[0-9A-F]+$", re.MULTILINE)
_PARAMETER = re.compile(r"_PARM_\d+$")
_TAKEN = re.compile(r"^(\S+\.lib)\s+\[ (\S+) \]$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Link:
    """How sdcc links for one target: its linker, where the areas begin, and its libraries, in order."""

    program: str
    areas: tuple[str, ...]
    libraries: tuple[str, ...]


MCS51_LINK = Link(
    "sdld",
    ("HOME = 0x0000", "XSEG = 0x0001", "PSEG = 0x0001", "ISEG = 0x0000", "BSEG = 0x0000"),
    ("mcs51", "libsdcc", "libint", "liblong", "libfloat"),
)
"""What `sdcc -mmcs51` writes into its link script; the libraries lie in a folder for each memory model."""

STM8_LINK = Link("sdldstm8", ("HOME = 0x8000", "DATA = 0x0001"), ("stm8",))
"""What `sdcc -mstm8` writes into its link script; the libraries lie in the folder `stm8`."""


class Linker:
    """Links on one sandbox, which it does not own; remembers which library modules a set of open symbols needs."""

    def __init__(self, sandbox: Sandbox, link: Link) -> None:
        self._sandbox = sandbox
        self._link = link
        self._needed: dict[tuple[str, frozenset[str]], dict[str, bytes]] = {}

    def link(self, objects: Mapping[str, bytes], folder: str) -> bytes:
        """The image (Intel HEX) of some .rel files, in their order, with the libraries of `folder`; b"" if they do not
        link. Raises MissingTool."""
        key = folder, _open(objects.values())
        if key in self._needed and (image := self._run({**objects, **self._needed[key]}, ()).get(_IMAGE, b"")):
            return image
        place = _libraries(folder)
        options = ["-mwx", f"-k {place}", *(f"-l {name}" for name in self._link.libraries)]
        files = self._run(objects, options)
        if _IMAGE in files:
            taken = _TAKEN.findall(files.get(_MAP, b"").decode(errors="replace"))
            self._needed[key] = {f"lib-{module}": _modules(Path(lib))[module] for lib, module in taken}
        return files.get(_IMAGE, b"")

    def listing(self, objects: Mapping[str, bytes], folder: str, name: str, listing: bytes) -> str:
        """The listing (.lst) of the object `name`, with the addresses that it has in the image; "" if it does not link.

        The objects were linked before.
        """
        needed = self._needed.get((folder, _open(objects.values())), {})
        stem = name.removesuffix(".rel")
        # The linker complains of the other objects' listings, which are not there, and goes on.
        done = self._start({**objects, **needed}, ("-u",), {f"{stem}.lst": listing}, f"{stem}.rst")
        return done.files.get(f"{stem}.rst", b"").decode(errors="replace")

    def _run(self, objects: Mapping[str, bytes], options: Sequence[str]) -> Mapping[str, bytes]:
        """The image and the map; nothing where the objects do not link."""
        done = self._start(objects, options, {}, _MAP)
        # An undefined symbol is a warning by name that sdcc takes for an error.
        return done.files if done.ok and b"?ASlink" not in done.stdout + done.stderr else {}

    def _start(
        self, objects: Mapping[str, bytes], options: Sequence[str], beside: Mapping[str, bytes], wanted: str
    ) -> Finished:
        lines = [*options, "-i image.ihx", *(f"-b {area}" for area in self._link.areas), *objects, "", "-e", ""]
        files = {**objects, **beside, "image.lk": "\n".join(lines).encode()}
        argv = [self._link.program, "-nf", "image.lk"]
        try:
            return self._sandbox.run(argv, files=files, keep=[_IMAGE, wanted], limits=_LIMITS)
        except ProgramNotFound as error:
            raise MissingTool(self._link.program, "apt-get install sdcc sdcc-libraries") from error


def renamed(rel: str, names: Mapping[str, str]) -> str | None:
    """The .rel with symbols renamed, their parameters' too; None when two would then have one name."""
    if not names:
        return rel
    seen: set[str] = set()

    def line(match: re.Match[str]) -> str:
        symbol = match[1]
        tail = found[0] if (found := _PARAMETER.search(symbol)) else ""
        stem = symbol[1:].removesuffix(tail)
        if symbol.startswith("_") and stem in names:
            symbol = f"_{names[stem]}{tail}"
        seen.add(symbol)
        return match[0].replace(match[1], symbol, 1)

    text, count = _SYMBOL.subn(line, rel)
    return text if len(seen) == count else None


def _open(objects: Iterable[bytes]) -> frozenset[str]:
    tables = [_symbols(data) for data in objects]
    return frozenset[str]().union(*(wanted for _, wanted in tables)).difference(*(given for given, _ in tables))


@lru_cache(maxsize=64)  # a harness's object is linked with each variant
def _symbols(data: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """The names that an object defines, and those that it refers to."""
    found = _SYMBOL.findall(data.decode(errors="replace"))
    given = frozenset(name for name, kind in found if kind == "Def")
    return given, frozenset(name for name, kind in found if kind == "Ref")


def _libraries(folder: str) -> Path:
    """Where the libraries of a memory model lie. Raises MissingTool."""
    roots = [Path(name) for name in _FOLDERS]
    if (compiler := shutil.which("sdcc")) is not None:
        roots.insert(0, Path(compiler).resolve().parent.parent / "share/sdcc/lib")
    place = next((root / folder for root in roots if (root / folder).is_dir()), None)
    if place is None:
        raise MissingTool("sdcc", "apt-get install sdcc-libraries", f"no library for {folder}")
    return place


@lru_cache(maxsize=32)
def _modules(library: Path) -> dict[str, bytes]:
    """The members of a library (an `ar` archive)."""
    data = library.read_bytes()
    found: dict[str, bytes] = {}
    names = b""
    at = 8
    while at + 60 <= len(data):
        head, size = data[at : at + 60], int(data[at + 48 : at + 58])
        body = data[at + 60 : at + 60 + size]
        name = head[:16].rstrip()
        if name == b"//":
            names = body
        elif name not in (b"/", b"/SYM64/"):
            if name.startswith(b"/"):
                start = int(name[1:])
                name = names[start : names.index(b"\n", start)]
            found[name.rstrip(b"/").decode()] = body
        at += 60 + size + size % 2
    return found
