"""Images: a program and its harness compiled and linked for a board.

The harness is compiled once, against what it sees of the program (`validators.harness`); a variant then costs the
compile of its own file, which is its compile verdict too, and a link. Where that cannot be right, and on boards whose
objects we do not link, both are one file; the program is compiled alone as well, for its verdict and its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from corpus.records import Sizes, Verdict
from corpus.source.edits import apply_edits
from corpus.source.lexer import lex
from corpus.source.unit import Unit
from validators.boards import Board
from validators.elf_objects import code_of_elf
from validators.harness import PROGRAM_MAIN, Shell, View, seen_by, words_of
from validators.linking import Linker, renamed
from validators.sandbox.runner import Limits, Sandbox
from validators.simulators.machine import header
from validators.toolchains.compile import Compiled, compile_verdict
from validators.toolchains.toolchain import Toolchain

PROGRAM = "program.c"
_PROGRAM_OBJECT = "program.rel"
_ELF_OBJECT = "program.o"
_EXPLAINED = ("-g", "-fno-inline", "-fno-ipa-cp")
_DISASSEMBLY = Limits(cpu_s=5, wall_s=60.0, output_bytes=8 << 20)
_MOST = 64  # harness objects and images kept, some 10 KB each


@dataclass(frozen=True, slots=True)
class Joined:
    """Program and harness as one file: the compiler for it, the file, and what lies beside it."""

    toolchain: Toolchain
    text: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Built:
    """A program and its harness as one image; `image` is empty when it did not build, and `verdict` says why.

    `compiled` is what the compiler said and made of the program alone, its own `main` as an ordinary function; None
    where it was compiled only together with the harness. `objects` are what the image was linked from, by name, with
    the libraries in `folder`; empty where program and harness are one file, `joined`. `renamed` has the (new, old)
    names of what the program calls otherwise than its harness.
    """

    image: bytes
    verdict: Verdict
    compiled: Compiled | None = None
    objects: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    folder: str = ""
    joined: Joined | None = field(default=None, repr=False)
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def apart(self) -> bool:
        """Whether the image comes from two objects."""
        return bool(self.objects)

    @property
    def code(self) -> bytes:
        """What tells whether two programs became the same machine code: of the program's own object where the board
        makes one file of program and harness, since a compiler may mix the two there; else the image."""
        made = self.compiled.files.get(_ELF_OBJECT, b"") if self.compiled is not None else b""
        own = code_of_elf(made, self.renamed)
        return own or self.image

    @property
    def sizes(self) -> Sizes | None:
        """Bytes of the program alone, without harness, start-up code and library."""
        return self.compiled.sizes if self.compiled is not None else None


class Assembly:
    """Builds images for one board on one sandbox, which it does not own; remembers the harnesses that it compiled."""

    def __init__(self, sandbox: Sandbox, board: Board) -> None:
        self._sandbox = sandbox
        self._board = board
        self._linker = Linker(sandbox, board.link) if board.link is not None else None
        self._harnesses: dict[tuple[str, str], str] = {}
        self._views: dict[tuple[bytes, frozenset[bytes], tuple[tuple[str, str], ...]], View | None] = {}
        self._images: dict[tuple[str, tuple[bytes, ...]], bytes] = {}
        self._shell: Unit | None = None

    def build(
        self,
        source: str,
        harness: str,
        holes: Mapping[str, str],
        aliases: Mapping[str, str],
        model: str,
        *,
        together: bool = False,
        alone: Built | None = None,
    ) -> Built:
        """One program with its harness; `alone` is what `alone` made of it before. Raises MissingTool."""
        if together:
            return self._one_file(source, harness, holes, aliases, model)
        if self._linker is None:
            first = alone if alone is not None else self.alone(source, aliases, model)
            assert first is not None  # this board makes one file of both
            if not first.verdict.passed:
                return first
            both = self._one_file(source, harness, holes, aliases, model)
            return replace(both, compiled=first.compiled, renamed=first.renamed)
        unit = Unit.parse(_bytes(source))
        view = self._view(unit, _words(harness, tuple(holes.values())), aliases)
        shown = apply_edits(unit.src, view.edits).decode(errors="surrogatepass") if view is not None else source
        compiled = self._alone(self._object(model), shown)
        if not compiled.verdict.passed:
            return Built(b"", replace(compiled.verdict, gate="build"), compiled)
        objects = self._objects(compiled, view, harness, holes, model) if view is not None else {}
        image = self._linked(objects, self._board.libraries[model]) if objects else b""
        if image:
            folder = self._board.libraries[model]
            return Built(image, replace(compiled.verdict, gate="build"), compiled, objects, folder)
        return replace(self._one_file(source, harness, holes, aliases, model), compiled=compiled)

    def alone(self, source: str, aliases: Mapping[str, str], model: str) -> Built | None:
        """The program without an image, where that does not come from the program's own object; None elsewhere."""
        if self._linker is not None:
            return None
        compiled = self._alone(self._object(model), source)
        renamed = tuple((new, old) for old, new in aliases.items())
        return Built(b"", replace(compiled.verdict, gate="build"), compiled, renamed=renamed)

    def _object(self, model: str) -> Toolchain:
        return self._board.compiler("object", model, PROGRAM)

    def _view(self, unit: Unit, words: frozenset[bytes], aliases: Mapping[str, str]) -> View | None:
        """What the harness sees; of a variant that differs within function bodies it is what it was of its parent."""
        if unit.error is not None:
            return None
        shell = Shell.of(unit)
        key = shell.text, words, tuple(aliases.items())
        if key not in self._views:
            if len(self._views) >= _MOST:
                self._views.pop(next(iter(self._views)))
            if self._shell is None:
                self._shell = Unit.parse(shell.text)  # of the first program, which the others are made of
            self._views[key] = seen_by(self._shell.near(shell.text), words, aliases)
        view = self._views[key]
        return replace(view, edits=shell.placed(view.edits)) if view is not None else None

    def _alone(self, toolchain: Toolchain, source: str) -> Compiled:
        """The program's own file, in which `main` is an ordinary function: sdcc would put the start-up code there."""
        if "main" not in source:
            return compile_verdict(self._sandbox, toolchain, source)
        compiled = compile_verdict(self._sandbox, toolchain.with_flags(f"-Dmain={PROGRAM_MAIN}"), source)
        return replace(compiled, verdict=_with_main(compiled.verdict))

    def listing(self, built: Built) -> str:
        """The program's listing with C lines and the addresses of the image; "" where it was not built apart."""
        if self._linker is None or built.compiled is None or not built.apart:
            return ""
        text = built.compiled.files.get("program.lst", b"")
        return self._linker.listing(built.objects, built.folder, _PROGRAM_OBJECT, text) if text else ""

    def explained(self, built: Built) -> tuple[bytes, str]:
        """The image of one file with the line of each instruction, and its disassembly; (b"", "") where there is none.

        For this image no function is inlined: those of the program would be in the harness, with what it gives them.
        """
        if built.joined is None or not self._board.disassembler:
            return b"", ""
        toolchain = built.joined.toolchain.with_flags(*_EXPLAINED)
        name = f"unit.{self._board.image}"
        image = compile_verdict(self._sandbox, toolchain, built.joined.text, built.joined.files).files.get(name, b"")
        argv = [self._board.disassembler, "-dl", name]
        done = self._sandbox.run(argv, files={name: image}, limits=_DISASSEMBLY) if image else None
        return (image, done.stdout.decode(errors="replace")) if done is not None and done.ok else (b"", "")

    def _objects(
        self, compiled: Compiled, view: View, harness: str, holes: Mapping[str, str], model: str
    ) -> dict[str, bytes]:
        """The program's object and the harness's; nothing where they do not fit together."""
        program = renamed(compiled.object, view.symbols)
        facing = self._harness(view, harness, holes, model) if program is not None else ""
        if program is None or not facing:
            return {}
        return {_PROGRAM_OBJECT: program.encode(), "harness.rel": facing.encode()}

    def _linked(self, objects: Mapping[str, bytes], folder: str) -> bytes:
        """The image of these objects. Of the same objects it is the same, and many variants compile to the same."""
        assert self._linker is not None
        key = folder, tuple(objects.values())
        if key not in self._images:
            if len(self._images) >= _MOST:
                self._images.pop(next(iter(self._images)))
            self._images[key] = self._linker.link(objects, folder)
        return self._images[key]

    def _harness(self, view: View, harness: str, holes: Mapping[str, str], model: str) -> str:
        """The harness's object; empty where it does not compile against the view."""
        lines = ['#include "interface.h"', *_behind_the_program(holes)]
        text = "\n".join(lines)
        key = (model, "\0".join((text, harness, view.text.decode("latin-1"))))
        if key not in self._harnesses:
            files = {"interface.h": view.text, "harness.c": harness.encode(), "sim.h": header()}
            compiled = compile_verdict(self._sandbox, self._board.compiler("object", model, "unit.c"), text, files)
            if len(self._harnesses) >= _MOST:
                self._harnesses.pop(next(iter(self._harnesses)))
            self._harnesses[key] = compiled.object
        return self._harnesses[key]

    def _one_file(
        self, source: str, harness: str, holes: Mapping[str, str], aliases: Mapping[str, str], model: str
    ) -> Built:
        joined = self.joined(source, harness, holes, aliases, model)
        compiled = compile_verdict(self._sandbox, joined.toolchain, joined.text, joined.files)
        image = compiled.files.get(f"unit.{self._board.image}", b"") if compiled.verdict.passed else b""
        return Built(image, compiled.verdict, joined=joined)

    def joined(
        self, source: str, harness: str, holes: Mapping[str, str], aliases: Mapping[str, str], model: str
    ) -> Joined:
        """Program and harness as one file, not compiled yet."""
        toolchain = replace(self._board.compiler("image", model, "unit.c"), gate="build")
        files = {PROGRAM: _bytes(source), "harness.c": spoken_to(harness.encode(), aliases), "sim.h": header()}
        before = [f"#define main {PROGRAM_MAIN}", f'#include "{PROGRAM}"', "#undef main", *self._board.before_sim]
        return Joined(toolchain, "\n".join([*before, *_behind_the_program(holes)]), files)


def _behind_the_program(holes: Mapping[str, str]) -> list[str]:
    lines = ['#include "sim.h"', *(f"#define HOLE_{name} {text}" for name, text in holes.items())]
    return [*lines, '#include "harness.c"', ""]


def spoken_to(harness: bytes, aliases: Mapping[str, str]) -> bytes:
    """The harness with the program's own names for what it calls otherwise.

    Word by word, since `#define f g` and `#define g f` would undo each other. A word of the harness that the program
    now uses for something else gets another name.
    """
    if not aliases:
        return harness
    names = {old.encode(): new.encode() for old, new in aliases.items()}
    taken = {new: b"harness_" + new for new in names.values() if new not in names}
    parts = []
    for token in lex(harness):
        text = harness[token.start : token.end]
        parts.append(names.get(text, taken.get(text, text)) if token.kind == "identifier" else text)
    return b"".join(parts)


def _bytes(source: str) -> bytes:
    """A model can write half a surrogate pair: it becomes bytes that the compiler refuses or passes over."""
    return source.encode(errors="surrogatepass")


@lru_cache(maxsize=64)
def _words(harness: str, holes: tuple[str, ...]) -> frozenset[bytes]:
    """Every word by which a harness may mean something of its program; sim.h's words are the harness's too."""
    own = words_of(harness.encode(), header(), *(text.encode() for text in holes))
    return own - {b"main"} | ({b"main"} if PROGRAM_MAIN.encode() in own else frozenset())


def _with_main(verdict: Verdict) -> Verdict:
    """The verdict with the program's own word for its main function."""
    found = tuple(replace(d, message=d.message.replace(PROGRAM_MAIN, "main")) for d in verdict.diagnostics)
    return replace(verdict, evidence=verdict.evidence.replace(PROGRAM_MAIN, "main"), diagnostics=found)
