"""A symbol: one meaning of a name, with every identifier node that has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tree_sitter import Node

from corpus.source.ctype import CType

SymbolKind = Literal[
    "local", "param", "global", "static", "function", "macro", "enumerator", "typedef", "field", "label", "sfr", "sbit"
]


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """One meaning of a name.

    `static` is any variable with static storage that only this unit sees, in a block too (`scope` tells); `local` has
    automatic storage. `type` is None where it is not known. `declaration` is the identifier node that declares it, a
    definition's where there is one; `declarations` are all of them and `uses` the other identifier nodes that mean it,
    in code only: those in macro bodies and asm are found by `Symbols.occurrences`. A symbol of an included header has
    no declaration. `scope` is the block, function or prototype that holds the name, None for the file. `value` is an
    enumerator's value or a register's address; `body` a macro's replacement without comments.
    """

    name: bytes
    kind: SymbolKind
    type: CType | None = None
    declaration: Node | None = None
    declarations: tuple[Node, ...] = ()
    uses: tuple[Node, ...] = ()
    scope: Node | None = None
    storage: bytes = b""
    value: int | None = None
    body: bytes | None = None
    function_like: bool = False
    from_header: bool = False

    @property
    def is_variable(self) -> bool:
        """A variable or parameter, not a register."""
        return self.kind in ("local", "param", "global", "static")

    @property
    def is_register(self) -> bool:
        """A special function register or bit."""
        return self.kind in ("sfr", "sbit")


@dataclass(slots=True, eq=False)
class Draft:
    """A Symbol while its unit is being read."""

    name: bytes
    kind: SymbolKind
    type: CType | None
    scope: Node | None
    storage: bytes = b""
    value: int | None = None
    body: bytes | None = None
    function_like: bool = False
    from_header: bool = False
    defined: int = -1  # index into declarations of a definition
    declarations: list[Node] = field(default_factory=list)
    uses: list[Node] = field(default_factory=list)

    def done(self) -> Symbol:
        """The finished symbol."""
        best = self.declarations[max(self.defined, 0)] if self.declarations else None
        return Symbol(
            self.name, self.kind, self.type, best, tuple(self.declarations), tuple(self.uses), self.scope, self.storage,
            self.value, self.body, self.function_like, self.from_header,
        )  # fmt: skip
