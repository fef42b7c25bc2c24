"""Faults that the compiler sees: the ones that fill a beginner's first week with sdcc."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from corpus.source.edits import Edit
from corpus.source.lexer import significant
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import dropped, field, nodes, replaced, short, shown, within

_FULL_WIDTH = {b";": "；", b",": "，", b"(": "（", b")": "）"}
_KEYWORDS = {
    b"return": (b"retrun", b"retun", b"Return"), b"while": (b"whlie", b"While"),
    b"static": (b"statci", b"satic"),
    b"volatile": (b"volatil", b"volitile"), b"unsigned": (b"unsinged",), b"switch": (b"swtich",), b"break": (b"braek",),
    b"for": (b"fro", b"For"), b"void": (b"viod",), b"struct": (b"sturct",), b"typedef": (b"typdef",),
    b"default": (b"defualt",), b"const": (b"cosnt",),
}  # fmt: skip


@operator("missing-semicolon", "compile", "syntax", "a semicolon is missing", "少了一个分号")
def missing_semicolon(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The semicolon at the end of a statement or declaration is forgotten."""
    for node in nodes(unit, "expression_statement", "declaration", "return_statement"):
        if unit.src[node.end_byte - 1 : node.end_byte] == b";" and node.end_byte - node.start_byte > 3:
            yield Mutation((Edit(node.end_byte - 1, node.end_byte, b""),), ";", "")


@operator(
    "missing-struct-semicolon", "compile", "syntax", "the semicolon behind a type is missing", "类型定义后面少了分号"
)
def missing_struct_semicolon(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """A `struct`, `enum` or `typedef` without the semicolon behind its closing brace."""
    for node in nodes(unit, "struct_specifier", "enum_specifier", "type_definition"):
        if node.type != "type_definition" and (node.parent is None or node.parent.type != "translation_unit"):
            continue
        end = node.end_byte if node.type == "type_definition" else node.end_byte + 1
        if unit.src[end - 1 : end] == b";" and b"{" in unit.text(node):
            what = unit.text(node).split()[0].decode()
            yield Mutation((Edit(end - 1, end, b""),), ";", "", "", (("what", what),))


@operator("missing-brace", "compile", "syntax", "a closing brace is missing", "少了一个右花括号")
def missing_brace(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The closing brace of a block is forgotten."""
    for node in unit.walk("compound_statement"):
        end = node.end_byte
        if unit.src[end - 1 : end] == b"}" and not unit.in_opaque(end - 1, end):
            start = unit.line_start(end - 1)
            alone = unit.src[start:end].strip() == b"}" and unit.src[end : end + 1] == b"\n"
            edit = Edit(start, end + 1, b"") if alone else Edit(end - 1, end, b"")
            line = str(unit.line(node.start_byte))
            yield Mutation((edit,), "}", "", "", (("opened", line),))


@operator("missing-parenthesis", "compile", "syntax", "a parenthesis is missing", "少了一个括号")
def missing_parenthesis(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The last of several closing parentheses is forgotten."""
    for node in nodes(unit, "parenthesized_expression", "argument_list"):
        if unit.src[node.end_byte - 1 : node.end_byte] == b")" and node.named_child_count:
            edit = Edit(node.end_byte - 1, node.end_byte, b"")
            whole = unit.enclosing(node, "call_expression") if node.type == "argument_list" else node
            yield within(unit, whole if whole is not None else node, (edit,))


@operator(
    "string-for-character",
    "compile",
    "types",
    "a string stands where a character is needed",
    "该用字符的地方写成了字符串",
)
def string_for_character(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`"A"` for `'A'`: an address, and not the character's code."""
    for node in nodes(unit, "char_literal"):
        inner = unit.text(node)[1:-1]
        if inner not in (b'"', b"\\0"):
            yield replaced(unit, node, b'"' + inner + b'"')


@operator("missing-comma", "compile", "syntax", "a comma is missing", "少了一个逗号")
def missing_comma(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """Between two arguments, parameters or elements."""
    for node in nodes(unit, "argument_list", "parameter_list", "initializer_list", "enumerator_list"):
        for child in node.children:
            after = child.next_sibling
            if child.type == "," and after is not None and after.is_named and after.type != "comment":
                before = child.prev_named_sibling
                facts = (("after", shown(unit, before)), ("before", shown(unit, after))) if before is not None else ()
                yield Mutation((Edit(child.start_byte, child.end_byte, b""),), ",", "", node.type[:-5], facts)


@operator("missing-colon", "compile", "syntax", "the colon behind a label is missing", "标号后面少了冒号")
def missing_colon(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`case 1` without its colon, or with a semicolon."""
    for node in nodes(unit, "case_statement"):
        colon = next((child for child in node.children if child.type == ":"), None)
        if colon is not None:
            head = shown(unit, node.children[0])
            value = node.child_by_field_name("value")
            label = f"{head} {shown(unit, value)}" if value is not None else head
            now = rng.choice((b"", b";"))
            edit = Edit(colon.start_byte, colon.end_byte, now)
            yield Mutation((edit,), f"{label}:", label + now.decode(), "", (("label", label),))


@operator("full-width-mark", "compile", "syntax", "a punctuation mark is full-width", "用了全角标点")
def full_width_mark(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`；` for `;`: the input method was still on."""
    for token in significant(unit.tokens):
        text = unit.src[token.start : token.end]
        if text in _FULL_WIDTH and not unit.in_opaque(token.start, token.end):
            now = _FULL_WIDTH[text]
            yield Mutation((Edit(token.start, token.end, now.encode()),), text.decode(), now)


@operator("misspelt-keyword", "compile", "syntax", "a keyword is misspelt", "关键字拼错了")
def misspelt_keyword(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`retrun`, `whlie`, `unsinged`, or a capital letter."""
    for token in significant(unit.tokens):
        text = unit.src[token.start : token.end]
        if text in _KEYWORDS and not unit.in_opaque(token.start, token.end):
            now = rng.choice(_KEYWORDS[text])
            case = "capital" if now[:1].isupper() else ""
            yield Mutation((Edit(token.start, token.end, now),), text.decode(), now.decode(), case)


@operator(
    "undeclared-name",
    "compile",
    "syntax",
    "the name is misspelt and so was never declared",
    "名字拼错了，因此没有声明过",
)
def undeclared_name(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One use of a name is misspelt: two letters swapped, one dropped or the wrong case."""
    names = unit.symbols.names
    for node in nodes(unit, "identifier"):
        parent, name = node.parent, unit.text(node)
        if len(name) < 4 or parent is None:
            continue
        if "declarator" in parent.type or parent.type in ("declaration", "enumerator", "preproc_def"):
            continue
        at = rng.randrange(1, len(name) - 1)
        swapped = name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]
        cased = name.swapcase() if name.islower() or name.isupper() else name.lower()
        wrong = rng.choice((name[:at] + name[at + 1 :], swapped, cased))
        if wrong != name and wrong not in names:
            yield replaced(unit, node, wrong, "case" if wrong.lower() == name.lower() else "")


@operator("wrong-type-name", "compile", "types", "the type name does not exist here", "这里没有这个类型名")
def wrong_type_name(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`uint8` or `u8` or `byte` for `uint8_t`, without a typedef."""
    wrong = {
        b"uint8_t": (b"uint8", b"u8", b"byte", b"uchar"),
        b"uint16_t": (b"uint16", b"u16", b"word", b"uint"),
        b"uint32_t": (b"uint32", b"u32", b"ulong"),
        b"int16_t": (b"int16", b"s16"),
    }
    for node in nodes(unit, "primitive_type", "type_identifier"):
        if unit.text(node) in wrong:
            now = rng.choice(wrong[unit.text(node)])
            if now not in unit.symbols.names:
                yield replaced(unit, node, now)


@operator("missing-declaration", "compile", "syntax", "a variable is used that is not declared", "变量没有声明就使用了")
def missing_declaration(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The declaration of a local variable is forgotten."""
    for node in nodes(unit, "declaration"):
        name = node.child_by_field_name("declarator")
        if unit.enclosing_function(node) is None or name is None or name.type != "identifier":
            continue
        if len(node.children_by_field_name("declarator")) == 1:
            yield dropped(unit, node, "", name=shown(unit, name))


@operator(
    "redeclared-variable",
    "compile",
    "syntax",
    "a variable is declared twice in the same block",
    "同一个变量在同一个块里声明了两次",
)
def redeclared_variable(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """A declaration copied twice."""
    for node in nodes(unit, "declaration"):
        name = node.child_by_field_name("declarator")
        line = unit.src[unit.line_start(node.start_byte) : unit.line_end(node.end_byte) + 1]
        if name is None or unit.enclosing_function(node) is None or not line.strip().startswith(unit.text(node)):
            continue
        while name.type != "identifier" and (inner := name.child_by_field_name("declarator")) is not None:
            name = inner
        at = unit.line_end(node.end_byte) + 1
        edit = Edit(at, at, unit.indent(node.start_byte) + unit.text(node) + unit.newline)
        yield Mutation((edit,), "", shown(unit, node), "", (("name", shown(unit, name)),))


@operator(
    "used-before-declared",
    "compile",
    "syntax",
    "a function is called above its definition, without a prototype",
    "函数定义在调用之后，又没有先声明",
)
def used_before_declared(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """A helper at the end of the file: the compiler has not seen it yet where it is called."""
    functions = unit.functions()
    for function in functions[:-1]:
        name = unit.function_name(function)
        later = [one for one in functions if one.start_byte > function.end_byte]
        called = [n for one in later for n in unit.walk("call_expression", under=one)]
        called = [n for n in called if unit.text(field(n, "function")) == name]
        first, above = function, function.prev_sibling
        while (
            above is not None
            and above.type == "comment"
            and unit.line(above.end_byte) + 1 == unit.line(first.start_byte)
        ):
            first, above = above, above.prev_sibling
        start, end = unit.line_start(first.start_byte), unit.line_end(function.end_byte - 1) + 1
        # Without parameters and result sdcc's assumption happens to be right, and it only warns.
        if b"(void)" in unit.text(field(function, "declarator")):
            continue
        if not called or unit.src[start : first.start_byte].strip() or unit.src[function.end_byte : end].strip():
            continue
        if len(unit.symbols.occurrences(name)) == len(called) + 1:
            last = unit.line_end(functions[-1].end_byte - 1) + 1
            text = unit.newline + unit.src[start:end]
            tail = unit.src[end:]
            gap = len(tail) - len(tail.lstrip(b"\r\n"))
            edits = (Edit(start, end + gap, b""), Edit(last, last, text))
            callee = name.decode("utf-8", "replace")
            head = short(unit.src[function.start_byte : field(function, "body").start_byte])
            facts = (("callee", callee), ("call", shown(unit, called[0])))
            yield Mutation(edits, head, f"{head} at the end of the file", "", facts)


@operator("argument-count", "compile", "syntax", "the call has the wrong number of arguments", "调用时实参个数不对")
def argument_count(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One argument too few."""
    for call in nodes(unit, "call_expression"):
        called, listed = field(call, "function"), field(call, "arguments")
        given = [n for n in listed.named_children if n.type != "comment"]
        symbol = unit.symbols.resolve(called) if called.type == "identifier" else None
        if symbol is None or symbol.kind != "function" or symbol.declaration is None or not given:
            continue
        start = unit.end(given[-2]) if len(given) > 1 else given[-1].start_byte
        edit = Edit(start, unit.end(given[-1]), b"")
        facts = {"callee": shown(unit, called), "gone": shown(unit, given[-1])}
        yield within(unit, call, (edit,), "", **facts)


@operator(
    "reversed-operator",
    "compile",
    "syntax",
    "the characters of an operator are in the wrong order",
    "运算符的两个字符写反了",
)
def reversed_operator(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`=<` for `<=`, `=>` for `>=`."""
    for node in nodes(unit, "binary_expression"):
        sign = field(node, "operator")
        if unit.text(sign) in (b"<=", b">="):
            now = unit.text(sign)[::-1]
            yield Mutation((Edit(sign.start_byte, sign.end_byte, now),), shown(unit, sign), now.decode())


@operator(
    "call-without-parentheses", "behaviour", "syntax", "the function is named but not called", "只写了函数名，没有调用"
)
def call_without_parentheses(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`init;` for `init();`: an expression without effect."""
    for call in nodes(unit, "call_expression"):
        parent, called = call.parent, field(call, "function")
        symbol = unit.symbols.resolve(called) if called.type == "identifier" else None
        if parent is None or symbol is None or symbol.kind != "function" or parent.type == "field_expression":
            continue
        if re.fullmatch(rb"\(\s*\)", unit.text(field(call, "arguments"))):
            edit = Edit(unit.end(called), unit.end(call), b"")
            case = "statement" if parent.type == "expression_statement" else "value"
            yield within(unit, call, (edit,), case, callee=shown(unit, called))
