"""Whether a C function is pure: a value made of its arguments and constants only, the same by every compiler.

    calls = pure_calls(unit, function)     # what it calls, which has to be pure too; None where it is not pure

What two compilers for 16-bit int may take differently counts as impure: sizes of pointers and structs, floating point,
unions and bit-fields, predefined macros, the order of side effects, `c ? unsigned8 : signed8` (sdcc does not widen it).
"""

from __future__ import annotations

from tree_sitter import Node

from corpus.source.ctype import BUILTIN, CType, char_value, integer_named, literal_type, literal_value
from corpus.source.expressions import operator, stripped
from corpus.source.lexer import lex, significant
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit

_STATEMENTS = (
    *("compound_statement", "declaration", "init_declarator", "array_declarator", "initializer_list"),
    *("expression_statement", "return_statement", "if_statement", "else_clause", "for_statement", "while_statement"),
    *("do_statement", "switch_statement", "case_statement", "break_statement", "continue_statement", "comment"),
    *("goto_statement", "labeled_statement", "statement_identifier"),
)
_EXPRESSIONS = (
    *("assignment_expression", "update_expression", "unary_expression", "binary_expression", "cast_expression"),
    *("conditional_expression", "parenthesized_expression", "comma_expression", "call_expression", "argument_list"),
    *("subscript_expression", "field_expression", "field_identifier", "identifier", "number_literal", "char_literal"),
    *("string_literal", "string_content", "character", "escape_sequence", "true", "false"),
)
_TYPES = (
    *("type_descriptor", "type_identifier", "primitive_type", "sized_type_specifier", "type_qualifier"),
    *("storage_class_specifier", "struct_specifier", "enum_specifier"),
)
_KNOWN = frozenset((*_STATEMENTS, *_EXPRESSIONS, *_TYPES))
_NAMES = ("local", "param", "typedef", "enumerator", "macro", "label", "field", "function")
_NOT_EVERYWHERE = frozenset(b"wchar_t ptrdiff_t intptr_t uintptr_t".split())
"""Types of the headers whose width is sdcc's own."""

_ASKED = frozenset(b"defined __SDCC SDCC __SDCC_mcs51 SDCC_mcs51".split())
_PREDEFINED = frozenset(b"linux unix i386 MSP430".split())


def portable_directives(unit: Unit) -> bool:
    """Whether conditions ask for nothing that another compiler defines otherwise, and each macro has one meaning."""
    own = {symbol.name for symbol in unit.symbols.all("macro")}
    for start, end in unit.directives:
        text = unit.src[start:end]
        words = [text[t.start : t.end] for t in significant(lex(text)) if t.kind == "identifier"]
        kind = words[0] if words else b""
        if kind == b"undef" or (kind == b"pragma" and words[1:2] and words[1] in (b"GCC", b"clang", b"STDC", b"pack")):
            return False
        if kind in (b"if", b"elif", b"ifdef", b"ifndef") and not all(
            w in own or w in _ASKED or not (w.startswith((b"_", b"SDCC")) or w in _PREDEFINED) for w in words[1:]
        ):
            return False
    return _NOT_EVERYWHERE.isdisjoint(unit.symbols.names)


def pure_calls(unit: Unit, function: Node) -> frozenset[bytes] | None:
    """The names that a pure function calls; None where it is not pure."""
    body = function.child_by_field_name("body")
    if body is None or any(child.type == "declaration" for child in function.named_children):
        return None
    effects = unit.symbols.effects(body)
    if effects.unknown or effects.volatile_reads or effects.volatile_writes or b"*" in effects.reads | effects.writes:
        return None
    for span in unit.dialect(function.start_byte, unit.end(function)):
        word = unit.src[span.start : span.end]
        if span.kind == "cast" and not _plain(_named(unit, word.strip(b"() "))):
            return None
        if span.kind not in ("space", "comment", "cast", "short-cast") and not word.startswith(b"__reentrant"):
            return None
    for symbol in unit.symbols.all("local", "param", "static"):
        if symbol.declaration is not None and unit.enclosing_function(symbol.declaration) == function:
            known = _plain(symbol.type) if symbol.kind != "static" else _is_constant(unit, symbol)
            if not known or (symbol.kind == "local" and not _is_filled(unit, symbol)):
                return None
    if not all(_is_harmless(unit, function, node, effects.writes) for node in unit.walk(under=body)):
        return None
    return effects.calls


def _named(unit: Unit, word: bytes) -> CType | None:
    symbol = unit.symbols.lookup(word)
    if symbol is not None:
        return symbol.type if symbol.kind == "typedef" else None
    return BUILTIN.get(word) or integer_named(word.split())


def _plain(t: CType | None, counted: bool = True) -> bool:
    """An integer, a struct, or an array of them; unless `counted` it may have as many as its initialiser."""
    while t is not None and t.array:
        if t.length is None and counted:
            return False
        counted = True
        t = t.of
    return t is not None and (t.integer or t.kind == "struct")


def _is_filled(unit: Unit, local: Symbol) -> bool:
    """Whether it is a scalar, of which clang tells where it has no value yet, or gets its value at once."""
    return local.type is not None and (local.type.scalar or _initialiser(unit, local) is not None)


def _initialiser(unit: Unit, symbol: Symbol) -> Node | None:
    node = symbol.declaration
    while node is not None and node.type not in ("init_declarator", "declaration", "parameter_declaration"):
        node = node.parent
    return node.child_by_field_name("value") if node is not None and node.type == "init_declarator" else None


def _is_constant(unit: Unit, symbol: Symbol) -> bool:
    """A variable that nobody writes and whose value stands in this source."""
    if not symbol.is_variable or not _plain(symbol.type, False) or symbol.from_header or symbol.storage == b"extern":
        return False
    value = _initialiser(unit, symbol)
    if value is None or symbol.declaration is None or not all(_is_whole(unit, n) for n in unit.walk(under=value)):
        return False
    holder = unit.enclosing(symbol.declaration, "declaration")
    if holder is None or any(s.kind == "at" for s in unit.dialect(holder.start_byte, unit.end(holder))):
        return False
    t = symbol.type
    while t is not None and t.array:
        t = t.of
    return t is not None and not t.volatile and (t.const or t.space == b"__code")


def _is_whole(unit: Unit, node: Node) -> bool:
    """A part of a constant's value, without floating point and sizes."""
    t = literal_type(unit.text(node)) if node.type == "number_literal" else None
    return node.type in _KNOWN if node.type != "number_literal" else t is not None and t.integer


def _is_harmless(unit: Unit, function: Node, node: Node, written: frozenset[bytes]) -> bool:
    kind = node.type
    if kind not in _KNOWN or (kind in ("struct_specifier", "enum_specifier") and node.child_by_field_name("body")):
        return False
    if kind == "identifier":
        return _is_known_name(unit, function, node, written)
    if kind == "number_literal":
        t = literal_type(unit.text(node))
        return t is not None and t.integer
    if kind == "char_literal":
        return unit.text(node).startswith(b"'")
    if kind == "string_literal":
        return unit.text(node).startswith(b'"') and _is_subscripted(node)
    if kind == "cast_expression":
        described = node.child_by_field_name("type")
        t = unit.symbols.described(described) if described is not None else None
        return t is not None and (t.integer or t.kind == "void")
    if kind == "conditional_expression":
        return _is_widened(unit, node)
    if kind in ("subscript_expression", "field_expression"):
        if kind == "field_expression" and any(unit.walk("union_specifier", "bitfield_clause")):
            return False
        t = unit.symbols.type_of(node)
        if t is not None and t.array:
            # clang takes an array of one at the end of a struct for one of any length.
            return _is_subscripted(node) and (kind == "subscript_expression" or (t.length or 0) > 1)
        return _plain(t)
    return True


def _is_subscripted(node: Node) -> bool:
    above = node.parent
    return above is not None and above.type == "subscript_expression" and above.child_by_field_name("argument") == node


def _is_known_name(unit: Unit, function: Node, node: Node, written: frozenset[bytes]) -> bool:
    symbol = unit.symbols.resolve(node)
    if symbol is None:
        return False
    if symbol.kind == "macro":
        return _is_constant_macro(unit, symbol, function.start_byte, frozenset())
    if symbol.kind == "function":
        above = node.parent
        return above is not None and above.type == "call_expression" and above.child_by_field_name("function") == node
    if symbol.kind == "typedef":
        return _plain(symbol.type)
    if symbol.kind not in _NAMES and (not _is_constant(unit, symbol) or symbol.name in written):
        return False
    if symbol.kind == "local" and _stands_in(node, _initialiser(unit, symbol)):
        return False  # `int x = x;` silences the compiler
    array = symbol.type is not None and symbol.type.array and symbol.kind != "field"
    return not array or node in symbol.declarations or _is_subscripted(node)


def _stands_in(node: Node, outer: Node | None) -> bool:
    return outer is not None and outer.start_byte <= node.start_byte < outer.end_byte


def _is_constant_macro(unit: Unit, macro: Symbol, before: int, seen: frozenset[bytes]) -> bool:
    """Whether a macro stands for integers, enumerators and scalar constants, and was defined above."""
    place = macro.declaration
    if place is None or place.start_byte > before or len(macro.declarations) != 1:
        return False
    if macro.from_header or macro.function_like or macro.body is None or macro.name in seen:
        return False
    for token in significant(lex(macro.body)):
        word = macro.body[token.start : token.end]
        if token.kind == "number":
            t = literal_type(word)
            known = t is not None and t.integer
        elif token.kind == "identifier":
            symbol = unit.symbols.lookup(word)
            if symbol is None or symbol.kind == "typedef":
                t = _named(unit, word)
                known = t is not None and t.integer
            elif symbol.kind == "macro":
                known = _is_constant_macro(unit, symbol, before, seen | {macro.name})
            else:
                t = symbol.type
                scalar = t is not None and t.integer
                known = symbol.kind == "enumerator" or (scalar and _is_constant(unit, symbol))
        else:
            known = token.kind == "punctuator" or (token.kind == "char" and word.startswith(b"'"))
        if not known:
            return False
    return True


def _is_widened(unit: Unit, conditional: Node) -> bool:
    """Whether sdcc converts both values of `a ? b : c` to int, as C wants, or need not."""
    kinds = _arms(unit, conditional)
    return "wide" in kinds or len(kinds) == 1 or kinds in ({"unsigned", "constant"}, {"signed", "constant"})


def _arms(unit: Unit, conditional: Node) -> set[str]:
    kinds: set[str] = set()
    for name in ("consequence", "alternative"):
        arm = conditional.child_by_field_name(name)
        arm = stripped(arm) if arm is not None else None
        if arm is None or arm.type == "comma_expression":
            kinds.add("?")
        elif arm.type == "conditional_expression":
            inner = _arms(unit, arm)
            kinds |= {"wide"} if "wide" in inner else inner
        else:
            kinds.add(_arm(unit, arm))
    return kinds


def _arm(unit: Unit, arm: Node) -> str:
    value = char_value(unit.text(arm)) if arm.type == "char_literal" else unit.symbols.constant(arm)
    if arm.type == "number_literal":
        value = literal_value(unit.text(arm))
    if value is not None:
        return "constant" if value >= 0 else "signed"
    t = unit.symbols.type_of(arm)
    truth = arm.type in ("true", "false") or operator(arm) in (
        b"!",
        b"<",
        b">",
        b"<=",
        b">=",
        b"==",
        b"!=",
        b"&&",
        b"||",
    )
    if t is None or not t.integer or truth or t.kind == "bool":
        return "truth"
    if t.width >= 16:
        return "wide"
    return "signed" if t.signed else "unsigned"
