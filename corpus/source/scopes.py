"""Reads a unit's declarations: which name means what where, by C's scoping rules, in one pass over the tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tree_sitter import Node

from corpus.source.ctype import INT, SBIT, SFR, SFR16, SFR32, UINT, CType, literal_value
from corpus.source.declarators import TypeReader
from corpus.source.dialect import C_KEYWORDS
from corpus.source.lexer import lex, significant
from corpus.source.symbol import Draft, Symbol, SymbolKind
from corpus.source.unit import Unit

_SCOPES = ("function_definition", "compound_statement", "for_statement", "parameter_list")
# What sdcc's compiler.h declares registers with: the type, and which arguments add up to the address.
_REGISTER_MACROS = {
    b"SFR": SFR, b"SBIT": SBIT, b"SFR16": SFR16, b"SFR16E": SFR16, b"SFR32": SFR32, b"SFR32E": SFR32,
    b"SFRX": replace(SFR, space=b"__xdata"), b"SFR16LEX": replace(UINT, volatile=True, space=b"__xdata"),
}  # fmt: skip


class ScopeReader:
    """One pass; then `file` maps file-scope names, `of_node` identifier nodes (by id), `fields` struct members."""

    def __init__(
        self,
        unit: Unit,
        outer: Callable[[bytes], Symbol | None],
        constant: Callable[[bytes], int | None],
        label: bytes = b"",
    ) -> None:
        self.unit = unit
        self.outer = outer
        self.constant = constant
        self.file: dict[bytes, Draft] = {}
        self.macros: dict[bytes, Draft] = {}
        self.of_node: dict[int, Draft] = {}
        self.fields: dict[tuple[bytes, bytes], Draft] = {}
        self.unnamed: dict[bytes, list[bytes]] = {}  # struct -> the unnamed structs and unions inside it
        self.drafts: list[Draft] = []
        self.unknown: dict[bytes, list[Node]] = {}
        self._enums: dict[bytes, CType | None] = {}
        self._scopes: list[tuple[Node | None, dict[bytes, Draft]]] = [(None, self.file)]
        self._pending: dict[int, tuple[Draft, dict[bytes, Draft], bool]] = {}
        self._labels: dict[bytes, Draft] = {}
        self._own_parameters: set[int] = set()
        self._skipped: set[int] = set()
        self._next_enumerator: int | None = 0
        self.types = TypeReader(unit, self._typedef, self._enums.get, self._length, label)

    def run(self) -> None:
        """Reads the whole unit."""
        ends: list[int] = []  # of the scopes around
        for place, end, kind, node in self.unit.placed(*_READ):
            while ends and ends[-1] <= place:
                ends.pop()
                self._scopes.pop()
            if handler := _ENTER.get(kind):
                handler(self, node)
            if kind in _SCOPES and node.id not in self._own_parameters:
                self._scopes.append((node, {}))
                ends.append(end)
        del self._scopes[1:]
        for name, nodes in self.unknown.items():
            draft = self.file.get(name)
            if draft is None and (known := self.outer(name)) is not None:
                draft = Draft(name, known.kind, known.type, None, known.storage, known.value, known.body)
                draft.function_like, draft.from_header = known.function_like, True
                self.drafts.append(draft)
            if draft is not None:
                draft.uses += nodes
                self.of_node.update((node.id, draft) for node in nodes)

    # Names

    def _find(self, name: bytes) -> Draft | None:
        if name in self.macros:
            return self.macros[name]
        return next((names[name] for _, names in reversed(self._scopes) if name in names), None)

    def _use(self, node: Node, draft: Draft | None) -> None:
        if draft is None:
            self.unknown.setdefault(self.unit.text(node), []).append(node)
        else:
            draft.uses.append(node)
            self.of_node[node.id] = draft

    def _declare(self, node: Node, draft: Draft, names: dict[bytes, Draft], defines: bool = True) -> None:
        known = names.get(draft.name)
        if known is not None and known.kind == draft.kind:
            if known.type != draft.type:
                both = known.type is not None and draft.type is not None
                known.type = None if both and not _alike(known.type, draft.type) else (draft.type or known.type)
            known.body = known.body if known.body == draft.body else None
            known.storage = known.storage or draft.storage
            draft = known
        elif known is not None and {known.kind, draft.kind} == {"global", "static"}:
            draft = known
        else:
            self.drafts.append(draft)
            names[draft.name] = draft
        if defines and draft.defined < 0:
            draft.defined = len(draft.declarations)
        draft.declarations.append(node)
        self.of_node[node.id] = draft

    def _identifier(self, node: Node) -> None:
        if node.id in self._skipped:
            return
        if node.id in self._pending:
            draft, names, defines = self._pending.pop(node.id)
            self._declare(node, draft, names, defines)
        else:
            self._use(node, self._find(self.unit.text(node)))

    def _typedef(self, node: Node) -> CType | None:
        text = self.unit.text(node)
        if text in C_KEYWORDS and text != b"bool":
            return None
        draft = self._find(text)
        if draft is not None:
            return draft.type if draft.kind == "typedef" else None
        known = self.outer(text)
        return known.type if known is not None and known.kind == "typedef" else None

    def _length(self, node: Node) -> int | None:
        text = self.unit.text(node)
        value = literal_value(text)
        return self.constant(text) if value is None else value

    # Declarations

    def _pend(self, declarator: Node, base: CType | None, storage: bytes, kind: SymbolKind, defines: bool) -> None:
        name, t = self.types.declared(declarator, base)
        if name is None:
            return
        scope, names = self._scopes[-1]
        if t is not None and t.kind == "function":
            kind = kind if kind == "typedef" else "function"
        elif t is not None and t.space in (b"__sfr", b"__sbit"):
            kind = "sfr" if t.space == b"__sfr" else "sbit"
        elif kind == "local":
            if storage == b"static":
                kind = "static"
            elif scope is None or storage == b"extern":
                kind = "global"
        value = self._address(declarator) if kind in ("sfr", "sbit") else None
        draft = Draft(self.unit.text(name), kind, t, scope, storage, value)
        self._pending[name.id] = (draft, names, defines and kind != "function")

    def _address(self, declarator: Node) -> int | None:
        """Of `__sfr __at (0x90) P1`, `sfr P1 = 0x90`, `sbit LED = P1^0`."""
        holder = declarator.parent
        value = declarator.child_by_field_name("value")
        if value is not None:
            base, caret, bit = self.unit.text(value).partition(b"^")
            known = self._find(base.strip()) or self.outer(base.strip()) if caret else None
            address = known.value if known is not None else self._constant(base)
            offset = self._constant(bit) if caret else 0
            return None if address is None or offset is None else address + offset
        spans = self.unit.dialect(holder.start_byte, holder.end_byte) if holder is not None else ()
        text = next((self.unit.src[s.start : s.end] for s in spans if s.kind == "at"), b"")
        return self._constant(text.removeprefix(b"__at").strip().removeprefix(b"(").removesuffix(b")"))

    def _constant(self, text: bytes) -> int | None:
        text = text.strip()
        value = literal_value(text)
        return self.constant(text) if value is None and text else value

    def _function(self, node: Node) -> None:
        declarator = node.child_by_field_name("declarator")
        base = self.types.base(node)
        if declarator is None:
            return
        inner: Node | None = declarator
        while inner is not None:
            if inner.type == "function_declarator":
                parameters = inner.child_by_field_name("parameters")
                if parameters is not None:
                    own = parameters
            after = inner.child_by_field_name("declarator")
            inner = after or next((n for n in inner.named_children if "declarator" in n.type), None)
        self._labels = {}
        name, t = self.types.declared(declarator, base)
        if name is not None:
            if t is None or t.kind != "function":
                t = CType("function", of=t)
            else:
                self._own_parameters.add(own.id)
            draft = Draft(self.unit.text(name), "function", t, None, self.types.storage(node))
            self._pending[name.id] = (draft, self.file, True)

    def _declaration(self, node: Node) -> None:
        base, storage = self.types.base(node), self.types.storage(node)
        head = node.child_by_field_name("type")
        if head is not None and head.type == "enum_specifier" and base is not None:
            tag = head.child_by_field_name("name")
            if tag is not None:
                self._enums.setdefault(self.unit.text(tag), replace(base, const=False, volatile=False, space=b""))
        kind: SymbolKind = "local"
        if node.type == "type_definition":
            kind = "typedef"
        elif node.type == "parameter_declaration" or _in_head(node):
            kind = "param"
        for declarator in node.children_by_field_name("declarator"):
            defines = storage != b"extern" or declarator.type == "init_declarator"
            self._pend(declarator, base, storage, kind, defines)

    def _old_style(self, node: Node) -> None:
        """`f(a) int a; {`: the bare names in the list are parameters."""
        scope, names = self._scopes[-1]
        for child in node.named_children:
            if child.type == "identifier" and node.id in self._own_parameters:
                self._pending[child.id] = (Draft(self.unit.text(child), "param", None, scope), names, True)

    def _field(self, node: Node) -> None:
        holder = node.parent.parent if node.parent is not None else None
        while holder is not None and not holder.type.endswith(("struct_specifier", "union_specifier")):
            holder = holder.parent
        if holder is None:
            return
        key, base = self.types.key(holder), self.types.base(node)
        declarators = node.children_by_field_name("declarator")
        if not declarators and base is not None and base.kind == "struct":
            self.unnamed.setdefault(key, []).append(base.tag)
        for declarator in declarators:
            name, t = self.types.declared(declarator, base)
            width = self.types.field_width(declarator)
            if width is not None and t is not None:
                t = replace(t, width=width)
            if name is not None:
                draft = Draft(self.unit.text(name), "field", t, holder)
                draft.declarations.append(name)
                self.drafts.append(draft)
                self.fields.setdefault((key, draft.name), draft)
                self.of_node[name.id] = draft

    def _tag(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self._skipped.add(name.id)
        self._next_enumerator = 0
        if node.type == "enum_specifier" and node.child_by_field_name("body") is not None and name is not None:
            self._enums.setdefault(self.unit.text(name), self.types._enum(node))

    def _enumerator(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        number = self._next_enumerator if value is None else self._length(value)
        self._next_enumerator = None if number is None else number + 1
        if name is not None:
            scope, names = self._scopes[-1]
            self._pending[name.id] = (Draft(self.unit.text(name), "enumerator", INT, scope, value=number), names, True)

    def _macro(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        text = self.unit.text(value) if value is not None else b""
        body = b" ".join(text[t.start : t.end] for t in significant(lex(text)))
        draft = Draft(self.unit.text(name), "macro", None, None, body=body)
        draft.function_like = node.type == "preproc_function_def"
        self._pending[name.id] = (draft, self.macros, True)

    def _label(self, node: Node) -> None:
        name = node.child_by_field_name("label")
        if name is None or any(s.kind == "critical" for s in self.unit.dialect(name.start_byte, name.end_byte)):
            return
        text = self.unit.text(name)
        draft = self._labels.get(text)
        if draft is None:
            draft = self._labels[text] = Draft(text, "label", None, self._scopes[min(1, len(self._scopes) - 1)][0])
            self.drafts.append(draft)
        (draft.uses if node.type == "goto_statement" else draft.declarations).append(name)
        self.of_node[name.id] = draft

    def _register_macro(self, node: Node) -> None:
        called, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if called is None or arguments is None or len(self._scopes) > 1:
            return
        t = _REGISTER_MACROS.get(self.unit.text(called))
        given = arguments.named_children
        if t is not None and given and given[0].type == "identifier":
            kind: SymbolKind = "sbit" if t is SBIT else "sfr"
            terms = [self._length(n) for n in given[1:]]
            value = None if None in terms else sum(v for v in terms if v is not None)
            draft = Draft(self.unit.text(given[0]), kind, t, None, value=value)
            self._pending[given[0].id] = (draft, self.file, True)

    def _primitive(self, node: Node) -> None:
        """`typedef unsigned char bool;` declares one; `(byte_t)-x` reads `int` in the mask."""
        if node.id in self._pending:
            self._identifier(node)
        elif node.end_byte - node.start_byte > 3 or self.unit.end(node) != node.end_byte:
            draft = self._find(self.unit.text(node))
            if draft is not None:
                self._use(node, draft)


_ENTER: dict[str, Callable[[ScopeReader, Node], None]] = {
    "function_definition": ScopeReader._function,
    "declaration": ScopeReader._declaration,
    "type_definition": ScopeReader._declaration,
    "parameter_declaration": ScopeReader._declaration,
    "parameter_list": ScopeReader._old_style,
    "field_declaration": ScopeReader._field,
    "struct_specifier": ScopeReader._tag,
    "union_specifier": ScopeReader._tag,
    "enum_specifier": ScopeReader._tag,
    "enumerator": ScopeReader._enumerator,
    "preproc_def": ScopeReader._macro,
    "preproc_function_def": ScopeReader._macro,
    "labeled_statement": ScopeReader._label,
    "goto_statement": ScopeReader._label,
    "call_expression": ScopeReader._register_macro,
    "identifier": ScopeReader._identifier,
    "type_identifier": ScopeReader._identifier,
    "primitive_type": ScopeReader._primitive,
}
_READ = tuple(dict.fromkeys((*_ENTER, *_SCOPES)))


def _in_head(node: Node) -> bool:
    """A declaration between an old-style function's parameter list and its body."""
    return node.parent is not None and node.parent.type == "function_definition"


def _alike(a: CType | None, b: CType | None) -> bool:
    """Two declarations of one thing: `extern u8 t[];` and `u8 t[4];` agree."""
    if a is None or b is None or a.kind != b.kind or a.kind not in ("array", "function"):
        return False
    return a.of == b.of and (a.kind == "function" or None in (a.length, b.length))
