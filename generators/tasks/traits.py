"""What can truthfully be asked of the very code at hand: traits of style and means, found by parsing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.dialect import is_vector
from corpus.source.lexer import significant
from corpus.source.unit import Unit

_CONTROL = ("if_statement", "while_statement", "for_statement", "switch_statement", "do_statement")
_CAMEL = re.compile(r"[a-z]+[a-z0-9]*(?:[A-Z][a-z0-9]*)+")


def traits(unit: Unit) -> frozenset[str]:
    """The traits that hold of this unit and are worth a wish; each is a group of the bank `constraints`."""
    return frozenset((*_arithmetic(unit), *_forms(unit), *_layout(unit), *_names(unit), *_storage(unit)))


def prototypes(unit: Unit) -> tuple[str, ...]:
    """The declarations of the functions that other files may call, `main` and interrupt handlers excluded."""
    found = []
    for function in unit.functions():
        body = function.child_by_field_name("body")
        head = unit.src[function.start_byte : body.start_byte if body else function.end_byte].decode()
        if not re.search(r"\bstatic\b|\b__interrupt\b|\bmain\s*\(|/\*|//|#", head) and not _is_handler(unit, function):
            found.append(" ".join(head.split()) + ";")
    return tuple(found)


def _is_handler(unit: Unit, function: Node) -> bool:
    """Whether a vector finds the function by its name."""
    return is_vector(unit.function_name(function))


def _operators(unit: Unit) -> list[str]:
    found = []
    for node in unit.walk("binary_expression", "assignment_expression"):
        operator = node.child_by_field_name("operator")
        if operator is not None:
            found.append(operator.type)
    return found


def _arithmetic(unit: Unit) -> Iterator[str]:
    operators = _operators(unit)
    macros = b" ".join(unit.src[start:end] for start, end in unit.directives if b"include" not in unit.src[start:end])
    if sum(op in ("+", "-", "<<", ">>", "+=", "-=", "<<=", ">>=", "*", "^", "^=") for op in operators) < 3:
        return
    dividing = any(op in ("/", "%", "/=", "%=") for op in operators) or b"/" in macros or b"%" in macros
    if not dividing:
        yield "no-division"
        if "*" not in operators and "*=" not in operators and b"*" not in macros:
            yield "no-arithmetic-library"
    words = {unit.src[t.start : t.end] for t in unit.tokens if t.kind == "identifier"}
    if not words & {b"float", b"double"}:
        yield "no-float"


def _forms(unit: Unit) -> Iterator[str]:
    count = Counter(node.type for node in unit.walk(*_CONTROL, "conditional_expression", "goto_statement"))
    if count["while_statement"] and not count["for_statement"] + count["do_statement"]:
        yield "while-only"
    if count["for_statement"] and not count["while_statement"] + count["do_statement"]:
        yield "for-only"
    if count["do_statement"]:
        yield "uses-do"
    chained = any(
        child.type == "if_statement" for clause in unit.walk("else_clause") for child in clause.named_children
    )
    if count["switch_statement"]:
        yield "uses-switch"
    elif chained:
        yield "no-switch"
    has_else = any(True for _ in unit.walk("else_clause"))
    if has_else and not any(unit.src[t.start : t.end] == b"?" for t in unit.tokens if t.kind == "punctuator"):
        yield "no-ternary"
    if all(_single_exit(unit, function) for function in unit.functions()) and any(
        True for _ in unit.walk("return_statement")
    ):
        yield "single-return"
    blocks = [b for f in unit.functions() for b in unit.walk("compound_statement", under=f)]
    inside = [n for n in unit.walk("for_statement") if _for_declares(n)]
    locals_ = [c for block in blocks for c in block.named_children if c.type == "declaration"]
    if locals_ and not inside and all(_declares_first(block) for block in blocks):
        yield "declarations-first"
    if inside and len(inside) == count["for_statement"]:
        yield "loop-variable-inside"


def _single_exit(unit: Unit, function: Node) -> bool:
    body = function.child_by_field_name("body")
    returns = list(unit.walk("return_statement", under=function))
    last = body.named_children[-1] if body is not None and body.named_children else None
    return not returns or (len(returns) == 1 and last is not None and last.start_byte == returns[0].start_byte)


def _for_declares(loop: Node) -> bool:
    start = loop.child_by_field_name("initializer")
    return start is not None and start.type == "declaration"


def _declares_first(block: Node) -> bool:
    kinds = [child.type for child in block.named_children if child.type != "comment"]
    return "declaration" not in kinds[next((i for i, k in enumerate(kinds) if k != "declaration"), len(kinds)) :]


def _layout(unit: Unit) -> Iterator[str]:
    indents = set()
    for function in unit.functions():
        body = function.child_by_field_name("body")
        for child in body.named_children if body is not None else ():
            if unit.src[unit.line_start(child.start_byte) : child.start_byte].strip() == b"":
                indents.add(unit.indent(child.start_byte))
    if len(indents) == 1:
        yield from {b"\t": ["tabs"], b"  ": ["two-spaces"], b"    ": ["four-spaces"]}.get(indents.pop(), [])
    control = [b for n in unit.walk(*_CONTROL) for b in n.named_children if b.type == "compound_statement"]
    every = [b for f in unit.functions() for b in unit.walk("compound_statement", under=f)]
    own = [unit.src[unit.line_start(b.start_byte) : b.start_byte].strip() == b"" for b in every]
    if control and every and all(own):
        yield "own-line-braces"
    if control and not any(unit.src[unit.line_start(b.start_byte) : b.start_byte].strip() == b"" for b in control):
        yield "attached-braces"
    openings = {unit.src[c.start : c.start + 2] for c in unit.comments()}
    yield from {
        frozenset({b"//"}): ["line-comments", "commented"],
        frozenset({b"/*"}): ["block-comments", "commented"],
        frozenset(): ["no-comments"],
    }.get(frozenset(openings), ["commented"])


def _names(unit: Unit) -> Iterator[str]:
    declared = {unit.function_name(f).decode() for f in unit.functions()} - {"main"}
    for node in unit.walk("declaration", "parameter_declaration"):
        for child in node.children_by_field_name("declarator"):
            name = _declared(child)
            if name is not None:
                declared.add(unit.text(name).decode())
    snake = {n for n in declared if "_" in n.strip("_") and n == n.lower()}
    camel = {n for n in declared if _CAMEL.fullmatch(n)}
    if len(snake) >= 2 and not any(n != n.lower() for n in declared):
        yield "snake"
    if len(camel) >= 2 and not any("_" in n for n in declared):
        yield "camel"
    words = {unit.src[t.start : t.end] for t in unit.tokens if t.kind == "identifier"}
    plain = words & {b"int", b"short", b"long", b"unsigned"}
    if words & {b"uint8_t", b"uint16_t"} and not plain and b"typedef" not in words:
        yield "stdint"
    if b"unsigned" in words and not any(w.endswith(b"_t") for w in words) and b"stdint" not in words:
        yield "plain-types"


def _declared(declarator: Node) -> Node | None:
    node: Node | None = declarator
    while node is not None and node.type != "identifier":
        inner = node.child_by_field_name("declarator")
        node = inner if inner is not None else next(iter(node.named_children), None)
    return node


def _storage(unit: Unit) -> Iterator[str]:
    state = False
    for node in unit.root.named_children:
        if node.type != "declaration" or any(
            s.kind == "register" for s in unit.dialect(node.start_byte, node.end_byte)
        ):
            continue
        text = unit.text(node)
        is_function = any(True for _ in unit.walk("function_declarator", under=node))
        if not is_function and b"typedef" not in text and not re.search(rb"\bconst\b|\b__code\b", text):
            state = True
        if b"PROGMEM" in text:
            yield "flash-tables"
        if b"__code" in text and any(True for _ in unit.walk("array_declarator", under=node)):
            yield "code-tables"
    loops = any(True for _ in unit.walk("for_statement", "while_statement"))
    if not state and loops and not any(True for _ in unit.walk("preproc_if", "preproc_ifdef")):
        yield "no-globals"
    if any(re.match(rb"static\b", unit.text(f)) for f in unit.functions()):
        yield "static-helpers"
    indirect = any(True for _ in unit.walk("pointer_declarator", "abstract_pointer_declarator", "pointer_expression"))
    arrays = any(True for _ in unit.walk("array_declarator", "subscript_expression"))
    if arrays and not indirect and not any(True for _ in unit.walk("string_literal")):
        yield "no-pointers"
    if state and not arrays and not indirect:
        yield "no-arrays"
    numbers = [unit.src[t.start : t.end].lower() for t in significant(unit.tokens) if t.kind == "number"]
    if sum(n.startswith(b"0b") for n in numbers) >= 2 and not any(n.startswith(b"0x") for n in numbers):
        yield "binary-masks"
    inner = [
        unit.src[t.start : t.end]
        for f in unit.functions()
        for t in unit.tokens
        if t.kind == "number" and f.start_byte <= t.start < f.end_byte
    ]
    named = sum(unit.src[start:end].startswith(b"#define") for start, end in unit.directives)
    if named >= 2 and inner and all(n.rstrip(b"uUlL") in (b"0", b"1", b"2") for n in inner):
        yield "named-values"
