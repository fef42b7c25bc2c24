"""The symbols of a unit: what each name means, which type an expression has and what evaluating it does.

Whatever is not certain is None or `unknown`, and a rule that needs it must refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, lru_cache

from tree_sitter import Node

from corpus.source.ctype import BUILTIN, CType
from corpus.source.dialect import KEYWORDS
from corpus.source.effects import EffectReader, Effects
from corpus.source.expressions import ExpressionTypes, inner, operator, stripped
from corpus.source.headers import header_symbols, includes
from corpus.source.ranges import Interval, Ranges
from corpus.source.scopes import ScopeReader
from corpus.source.symbol import Draft, Symbol
from corpus.source.unit import Unit
from corpus.source.words import Occurrence, words

__all__ = ["CType", "Effects", "Interval", "Occurrence", "Symbol", "Symbols"]

_DEEPEST = 40  # macros that expand to macros

# A macro body of these kinds means the same wherever it stands; any other only where its use is delimited.
_TIGHT = frozenset(
    {
        "number_literal", "char_literal", "string_literal", "identifier", "parenthesized_expression", "call_expression",
        "subscript_expression", "field_expression", "sizeof_expression", "true", "false", "null",
    }
)  # fmt: skip
_UNARY = frozenset({"unary_expression", "pointer_expression", "cast_expression"})
_POSTFIX = frozenset({"subscript_expression", "field_expression", "update_expression", "call_expression"})
_DELIMITED = frozenset(
    {
        "parenthesized_expression", "argument_list", "expression_statement", "return_statement", "init_declarator",
        "initializer_list", "case_statement", "enumerator", "array_declarator", "assignment_expression",
    }
)  # fmt: skip


@lru_cache(maxsize=512)  # a rewrite seldom changes a macro, and a source has many
def _alone(body: bytes) -> tuple[Unit, Node] | None:
    """A macro's body as all that a function does, and the expression that it is; None where it is none."""
    unit = Unit.parse(b"void _(void){(\n" + body + b"\n);}")
    statement = next(iter(unit.walk("expression_statement")), None)
    whole = inner(statement) if statement is not None else None
    if whole is None or unit.error is not None or whole.type != "parenthesized_expression":
        return None
    node = inner(whole)
    return (unit, node) if node is not None and statement is not None and not statement.next_named_sibling else None


@lru_cache(maxsize=512)
def _of_numbers(body: bytes) -> tuple[Symbols, Node] | None:
    """The same with its symbols, for a body without names, which means the same in every source."""
    found = _alone(body)
    return None if found is None else (Symbols(found[0]), found[1])


_NUMBERS = re.compile(rb"(?:(?:0[xX][0-9a-fA-F]++|0[bB][01]++|[0-9]++)[uUlL]*+(?![\w.])|[\s()+*/%&|^~<>-])+")


class Symbols:
    """Scopes, types and effects of one unit; made by `unit.symbols`."""

    def __init__(self, unit: Unit, outer: Symbols | None = None, label: bytes = b"") -> None:
        self.unit = unit
        self._outer = outer
        self._expanding: list[bytes] = outer._expanding if outer is not None else []
        self._expansions: dict[bytes, tuple[Symbols, Node] | None] = {}
        self._reader = ScopeReader(unit, self._declared_elsewhere, self.value_of, label)
        self._done: dict[int, Symbol] = {}
        self._elsewhere: dict[bytes, Symbol | None] = {}
        self._all: dict[tuple[str, ...], tuple[Symbol, ...]] = {}
        self._types = ExpressionTypes(self)
        self._ranges = Ranges(self)
        self._effects = EffectReader(self)
        self._reader.run()
        self._members_used()

    # Names

    def resolve(self, node: Node) -> Symbol | None:
        """What an identifier, typedef name, label or member name means; None where it is not declared."""
        draft = self._reader.of_node.get(node.id)
        return self._finished(draft) if draft is not None else None

    def lookup(self, name: bytes) -> Symbol | None:
        """What a name means at file scope, included headers last."""
        draft = self._reader.macros.get(name) or self._reader.file.get(name)
        return self._finished(draft) if draft is not None else self._declared_elsewhere(name)

    def all(self, *kinds: str) -> tuple[Symbol, ...]:
        """The symbols that this unit declares, in source order; only those of `kinds` where any are given."""
        if kinds not in self._all:
            own = (self._finished(draft) for draft in self._reader.drafts if draft.declarations)
            self._all[kinds] = tuple(symbol for symbol in own if not kinds or symbol.kind in kinds)
        return self._all[kinds]

    def registers(self) -> tuple[Symbol, ...]:
        """The SFRs and bits that this unit uses, whether it declares them or a header does."""
        return tuple(s for s in map(self._finished, self._reader.drafts) if s.is_register and s.uses)

    def _finished(self, draft: Draft) -> Symbol:
        if id(draft) not in self._done:
            self._done[id(draft)] = draft.done()
        return self._done[id(draft)]

    def _declared_elsewhere(self, name: bytes) -> Symbol | None:
        if self._outer is not None:
            return self._outer.lookup(name)
        if name not in self._elsewhere:
            self._elsewhere[name] = self._of_header(name)
        return self._elsewhere[name]

    def _of_header(self, name: bytes) -> Symbol | None:
        for header in self._headers:
            symbol = header.lookup(name)
            if symbol is not None:
                return replace(symbol, declaration=None, declarations=(), uses=(), scope=None, from_header=True)
        return None

    @cached_property
    def _headers(self) -> tuple[Symbols, ...]:
        found = (header_symbols(name) for name in includes(self.unit.src))
        return tuple(header for header in found if header is not None)

    @cached_property
    def missing_headers(self) -> tuple[str, ...]:
        """Included headers that are not installed: their names are unknown."""
        return tuple(name for name in includes(self.unit.src) if header_symbols(name) is None)

    @cached_property
    def declared(self) -> frozenset[bytes]:
        """The names that this source and its headers declare for others: file scope and macros."""
        names = set(self._reader.file) | set(self._reader.macros)
        return frozenset(names.union(*(header.declared for header in self._headers)))

    @cached_property
    def header_names(self) -> frozenset[bytes]:
        """The names that the included headers declare."""
        return frozenset[bytes]().union(*(header.declared for header in self._headers))

    @cached_property
    def _words(self) -> dict[bytes, list[Occurrence]]:
        return words(self.unit)

    @cached_property
    def names(self) -> frozenset[bytes]:
        """Every word outside comments and strings: in code, directives, macro bodies, dead branches and asm.

        A word in asm with a leading underscore counts without it too.
        """
        return frozenset(self._words)

    def occurrences(self, name: bytes) -> tuple[Occurrence, ...]:
        """Where a word stands, in source order; `_name` in asm counts for `name`."""
        return tuple(self._words.get(name, ()))

    def is_free(self, name: bytes) -> bool:
        """Whether a new name may be `name`: no word here, in the headers or in any dialect."""
        return not any(name in taken for taken in (self.names, KEYWORDS, BUILTIN, self.header_names))

    # Types

    def type_of(self, node: Node) -> CType | None:
        """The type of an expression on the 16-bit target, an lvalue's with its qualifiers; None where uncertain.

        A conversion is applied by the operator that asks for it: `type_of` of a `uint8_t` variable has 8 bits, of
        `x + 1` 16 and signed.
        """
        return self._types.type_of(node)

    def range_of(self, node: Node) -> Interval | None:
        """The least and greatest value of an integer expression; None where its type is unknown."""
        return self._ranges.range_of(node)

    def constant(self, node: Node) -> int | None:
        """The value of an integer constant expression, macros and enumerators included; None where it is none."""
        found = self.range_of(node)
        return found[0] if found is not None and found[0] == found[1] and self.pure(node) else None

    def non_negative(self, node: Node) -> bool:
        """Whether an integer expression is never below zero, whatever its variables hold."""
        found = self.range_of(node)
        return found is not None and found[0] >= 0

    def described(self, descriptor: Node) -> CType | None:
        """The type that a cast's or sizeof's type_descriptor spells."""
        types = self._reader.types
        return types.declared(descriptor.child_by_field_name("declarator"), types.base(descriptor))[1]

    def struct(self, tag: bytes) -> Node | None:
        """The struct of this unit that has its members under a type's tag."""
        found = (n for n in self.unit.walk("struct_specifier") if n.child_by_field_name("body") is not None)
        return next((node for node in found if self._reader.types.key(node) == tag), None)

    def cast_type(self, call: Node) -> CType | None:
        """The type of `(u8)(x)`, which the parser takes for a call; None for a real call."""
        called = call.child_by_field_name("function")
        if called is None or called.type != "parenthesized_expression":
            return None
        name = stripped(called)
        symbol = self.resolve(name) if name.type == "identifier" else None
        return symbol.type if symbol is not None and symbol.kind == "typedef" else None

    def member(self, field: Node, holder: CType | None) -> Symbol | None:
        """The symbol of `holder.name` in a field_expression."""
        holder = self.holder(field, holder)
        name = field.child_by_field_name("field")
        if holder is None or holder.kind != "struct" or name is None:
            return None
        return self._member_named(holder.tag, self.unit.text(name))

    @staticmethod
    def holder(field: Node, argument: CType | None) -> CType | None:
        """The struct that a field_expression looks into."""
        if argument is None or operator(field) != b"->":
            return argument
        return argument.of if argument.kind in ("pointer", "array") else None

    @staticmethod
    def within(t: CType, holder: CType | None) -> CType:
        """A member's type with the qualifiers that its struct gives it."""
        if holder is None or not (holder.volatile or holder.const or holder.space):
            return t
        if t.kind == "array" and t.of is not None:
            return replace(t, of=Symbols.within(t.of, holder))
        volatile, const = t.volatile or holder.volatile, t.const or holder.const
        return replace(t, volatile=volatile, const=const, space=t.space or holder.space)

    def _member_named(self, tag: bytes, name: bytes) -> Symbol | None:
        draft = self._member_draft(tag, name)
        if draft is not None:
            return self._finished(draft)
        others = self._headers if self._outer is None else (self._outer,)
        return next((s for other in others if (s := other._member_named(tag, name)) is not None), None)

    def _member_draft(self, tag: bytes, name: bytes) -> Draft | None:
        waiting, seen = [tag], set[bytes]()
        while waiting:
            key = waiting.pop(0)
            if key in seen:
                continue
            seen.add(key)
            if (key, name) in self._reader.fields:
                return self._reader.fields[key, name]
            waiting += self._reader.unnamed.get(key, ())
        return None

    def _members_used(self) -> None:
        """Adds the uses of struct members, which need types."""
        for node in self.unit.walk("field_expression"):
            name, argument = node.child_by_field_name("field"), node.child_by_field_name("argument")
            holder = self.holder(node, self.type_of(argument)) if argument is not None else None
            if name is None or holder is None or holder.kind != "struct":
                continue
            draft = self._member_draft(holder.tag, self.unit.text(name))
            if draft is not None:
                draft.uses.append(name)
                self._reader.of_node[name.id] = draft
        self._done.clear()
        self._all.clear()

    # Effects

    def effects(self, node: Node) -> Effects:
        """What evaluating an expression or running a statement may do."""
        return self._effects.effects(node)

    def effects_inside(self, statement: Node) -> Effects | None:
        """The effects of a statement of a larger piece that is being read; None where it goes too deep."""
        return self._effects.inside(statement)

    def pure(self, node: Node) -> bool:
        """No write, no call, no volatile read, no unknown name."""
        return self.effects(node).pure

    def has_side_effects(self, node: Node) -> bool:
        """Whether doing this twice, or not at all, could be noticed; True where that is not known."""
        return not self.pure(node)

    def root(self, lvalue: Node) -> bytes:
        """The variable that an lvalue lies in, b"*" where it is reached through a pointer."""
        node = stripped(lvalue)
        while node.type in ("subscript_expression", "field_expression"):
            argument = node.child_by_field_name("argument")
            if argument is None:
                return b"*"
            t = self.type_of(argument)
            if operator(node) == b"->" or t is None or t.kind == "pointer":
                return b"*"
            node = stripped(argument)
        return self.unit.text(node) if node.type == "identifier" else b"*"

    # Macros

    def expansion(self, macro: Symbol, use: Node) -> tuple[Symbols, Node] | None:
        """The body of an object-like macro as an expression, with the symbols to ask about it.

        None for a macro with arguments, of several bodies or of itself; and where the body is no expression, binds
        otherwise at `use` than in parentheses, or has a word that is a local's name somewhere.
        """
        if macro.function_like or not macro.body or macro.name in self._expanding or len(self._expanding) > _DEEPEST:
            return None
        found = self._expression(macro.body)
        if found is None or not self._local_names.isdisjoint(found[0].names):
            return None
        body, around = found[1].type, use.parent.type if use.parent is not None else ""
        binds = body in _TIGHT or around in _DELIMITED or (body in _UNARY and around not in _POSTFIX)
        return found if binds and body != "comma_expression" else None

    def body(self, macro: Symbol) -> tuple[Symbols, Node] | None:
        """The body of an object-like macro as an expression by itself, with the symbols to ask about it."""
        return None if macro.function_like or not macro.body else self._expression(macro.body)

    @cached_property
    def _local_names(self) -> frozenset[bytes]:
        return frozenset(
            d.name for d in self._reader.drafts if d.scope is not None and d.kind not in ("field", "label")
        )

    @contextmanager
    def expanding(self, name: bytes) -> Iterator[None]:
        """Within it, `name` does not expand again."""
        self._expanding.append(name)
        try:
            yield
        finally:
            self._expanding.pop()

    def _expression(self, text: bytes) -> tuple[Symbols, Node] | None:
        if text not in self._expansions:
            self._expansions[text] = None
            if _NUMBERS.fullmatch(text):
                self._expansions[text] = _of_numbers(text)
            elif (found := _alone(text)) is not None:
                self._expansions[text] = (Symbols(found[0], outer=self), found[1])
        return self._expansions[text]

    def value_of(self, text: bytes) -> int | None:
        """The value of a constant expression that stands nowhere in the source, an address's say; None for others."""
        if len(self._expanding) > _DEEPEST:
            return None
        found = self._expression(text)
        if found is None:
            return None
        with self.expanding(b""):
            return found[0].constant(found[1])
