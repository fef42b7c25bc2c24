"""One return at the end with the result in a variable, or a return wherever the result is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import inner, operator
from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, arms, lead, lifted, plain_ifs, rebuilt, rest_of, tail
from generators.rewrites.contexts import is_conditional
from generators.rewrites.declared import automatic, beside, removal, single
from generators.rewrites.flow import ends_in_jump, has_labels, hides_flow
from generators.rewrites.independence import text_of, together
from generators.rewrites.rolling import room
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import condition_of

_NAMES = (b"result", b"status", b"answer")
_MANY = 6  # statements; more than this nobody indents for the sake of one exit
_GUARDED, _EXITS = 2, 4
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class _Arm:
    """Statements that end in `return value;` or `result = value;`, with the value and the comment behind it."""

    statements: list[Node]
    value: Node
    comment: bytes


def _returning(unit: Unit, statements: list[Node]) -> _Arm | None:
    last = statements[-1] if statements else None
    value = inner(last) if last is not None and last.type == "return_statement" else None
    if last is None or value is None or value.type == "comma_expression":
        return None
    return _Arm(statements[:-1], value, unit.src[unit.end(last) : tail(unit, last)])


def _setting(unit: Unit, statements: list[Node], name: bytes) -> _Arm | None:
    last = statements[-1] if statements else None
    what = inner(last) if last is not None and last.type == "expression_statement" else None
    if last is None or what is None or what.type != "assignment_expression" or operator(what) != b"=":
        return None
    target, value = what.child_by_field_name("left"), what.child_by_field_name("right")
    if target is None or value is None or unit.text(target) != name:
        return None
    return _Arm(statements[:-1], value, unit.src[unit.end(last) : tail(unit, last)])


def _result_type(unit: Unit, function: Node) -> bytes | None:
    """The type of a function's result as it is written, if it is a plain integer type."""
    kind, symbol = function.child_by_field_name("type"), unit.symbols.lookup(unit.function_name(function))
    declarator = function.child_by_field_name("declarator")
    result = symbol.type.of if symbol is not None and symbol.type is not None else None
    if kind is None or declarator is None or declarator.type != "function_declarator" or result is None:
        return None
    spaces = any(span.kind == "space" for span in unit.dialect(function.start_byte, declarator.start_byte))
    return None if result.kind != "int" or spaces or unit.in_opaque(kind.start_byte, kind.end_byte) else unit.text(kind)


@rewrite(
    family="functions",
    en="Give the function a single return at its end, with the result in a variable",
    zh="函数只在末尾 return 一次，返回值先存到变量里",
    changes=[
        (
            "int f(int n)\n{\n    h();\n    if (!g(n))\n        return 3; /* absent */\n    n++;\n    h();\n"
            "    return n;\n}\n",
            "int f(int n)\n{\n    int result;\n\n    h();\n    if (!g(n)) {\n        result = 3; /* absent */\n"
            "    } else {\n        n++;\n        h();\n        result = n;\n    }\n    return result;\n}\n",
        ),
        (
            "unsigned char f(int n)\n{\n    int k;\n\n    if (n < 3)\n        return 1;\n    if (n > 9) {\n"
            "        h();\n"
            "        return 2;\n    }\n    k = g(n);\n    return k & 3;\n}\n",
            "unsigned char f(int n)\n{\n    int k;\n    unsigned char result;\n\n    if (n < 3) {\n"
            "        result = 1;\n"
            "    } else if (n > 9) {\n        h();\n        result = 2;\n    } else {\n        k = g(n);\n"
            "        result = k & 3;\n    }\n    return result;\n}\n",
        ),
        (
            "int f(int n)\n{\n    if (!g(n))\n        return 3; /* absent */\n    h(1);\n    /* ready? */\n"
            "    if (n > 9)\n"
            "        return 4;\n    h(2);\n    return 5;\n}\n",
            "int f(int n)\n{\n    int result;\n\n    if (!g(n)) {\n        result = 3; /* absent */\n    } else {\n"
            "        h(1);\n        /* ready? */\n        if (n > 9) {\n            result = 4;\n        } else {\n"
            "            h(2);\n            result = 5;\n        }\n    }\n    return result;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    h();\n    return n;\n}\n",
        "int f(int n)\n{\n    if (n)\n        return 3;\n    if (n > 3)\n        h();\n    else\n        return 4;\n"
        "    g(n);\n    return 5;\n}\n",
        "int f(int n)\n{\n    if (n)\n        return h(), 3;\n    g(n);\n    return 4;\n}\n",
        "int f(int n)\n{\n    while (n--)\n        if (g(n))\n            return n;\n    if (h())\n        return 3;\n"
        "    g(1);\n    return 4;\n}\n",
        "int f(int n)\n{\n    if (g(n))\n        return n;\n    return 3;\n}\n",
        "int *f(int *n)\n{\n    if (g(n))\n        return n;\n    h();\n    return n + 1;\n}\n",
        "int f(int n)\n{\n    if (g(n))\n        return n;\n    else\n        h();\n    g(3);\n    return 1;\n}\n",
        "int f(int n)\n{\n    if (g(n))\n        return n;\nagain:\n    if (h())\n        goto again;\n"
        "    return 1;\n}\n",
    ],
)
def one_return(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) { A return x; } B return y; }` as `if (c) { A r = x; } else { B r = y; } return r; }`.

    Sound: the same arm runs, and the result is converted to the function's type when it is stored as it was when it was
    returned; what follows a guard in turn may have guards. Refuses a function that returns anywhere else or more than
    four times, results that are no plain integers, an else that has nothing but the return, more than six statements or
    is more than two levels deep, declarations, labels, code within `#if`, and macros that may jump.
    """
    layout = Layout.of(unit, context.style)
    name = next((one for one in _NAMES if unit.symbols.is_free(one)), None)
    guards = {
        node.id: (node, condition, arm)
        for node, condition, then, other in plain_ifs(unit)
        if other is None and (arm := _returning(unit, then.statements)) is not None
    }
    for function in unit.functions():
        body = function.child_by_field_name("body")
        statements = [child for child in body.named_children if child.type != "comment"] if body is not None else []
        at = next((place for place, one in enumerate(statements) if one.id in guards), None)
        if body is None or at is None or _returning(unit, statements[at + 1 :]) is None:
            continue
        first, rest = statements[at], statements[at:]
        kind, place = _result_type(unit, function), room(unit, body)
        returns = sum(1 for _ in unit.walk("return_statement", under=body))
        if returns != sum(one.id in guards for one in rest) + 1 or not _GUARDED <= returns <= _EXITS:
            yield Refusal(first.start_byte, "other-returns")
        elif kind is None or name is None or place is None or place[0] > unit.line_start(first.start_byte):
            yield Refusal(first.start_byte, "result-not-plain")
        elif has_labels(unit, function) or hides_flow(unit, function) or is_conditional(function):
            yield Refusal(first.start_byte, "label")
        elif any(one.type == "declaration" for one in rest):
            yield Refusal(first.start_byte, "declares")
        else:
            text = _Nest(unit, layout, guards, name).text(rest, _DEEPEST)
            if text is None:
                yield Refusal(first.start_byte, "too-long-or-deep")
                continue
            indent = unit.indent(first.start_byte)
            whole = layout.lines(text, b"return " + name + b";", indent=indent)
            put = place[1] + kind + b" " + name + b";" + place[2]
            change = rebuilt(unit, lead(unit, first), tail(unit, rest[-1]), whole)
            yield together(Site((Edit(place[0], place[0], put),)), change)


@dataclass(frozen=True, slots=True)
class _Nest:
    """Statements with guards among them, written with an else for what follows each guard."""

    unit: Unit
    layout: Layout
    guards: dict[int, tuple[Node, Node, _Arm]]
    name: bytes

    def text(self, statements: list[Node], deep: int) -> bytes | None:
        """The statements at the left margin, the result stored instead of returned; None where they are too many."""
        at = next((place for place, one in enumerate(statements) if one.id in self.guards), None)
        if at is None:
            last = _returning(self.unit, statements)
            short = last is not None and len(last.statements) <= _MANY and len(statements) == len(last.statements) + 1
            return self._stored(last, statements) if last is not None and short else None
        before, after = statements[:at], statements[at + 1 :]
        node, condition, arm = self.guards[statements[at].id]
        chained = bool(after) and after[0].id in self.guards and lead(self.unit, after[0]) == after[0].start_byte
        otherwise = self.text(after, deep if chained else deep - 1) if deep and len(before) <= _MANY else None
        if otherwise is None or (len(after) == 1 and after[0].id not in self.guards):
            return None
        here = self.layout.at(self.unit, node)
        head = here.head(b"if", self.unit.text(condition))
        whole = here.block(head, self._stored(arm, arm.statements), b"")
        if chained:
            whole += (here.newline if here.else_own_line else b" ") + b"else " + otherwise
        else:
            whole = here.otherwise(whole, Body(otherwise, True, False, node), b"", closed=True)
        above = lifted(self.unit, lead(self.unit, node), node.start_byte).rstrip()
        parts = [text_of(self.unit, before), above, whole.replace(here.newline, b"\n")]
        return b"\n".join(part for part in parts if part)

    def _stored(self, arm: _Arm, statements: list[Node]) -> bytes:
        if len(statements) > len(arm.statements):  # with the comment above the return itself
            above = lifted(self.unit, lead(self.unit, statements[0]), statements[-1].start_byte).rstrip()
        else:
            above = text_of(self.unit, arm.statements)
        lines = [above, self.name + b" = " + self.unit.text(arm.value) + b";" + arm.comment]
        return b"\n".join(line for line in lines if line)


@rewrite(
    family="functions",
    en="Return as soon as the result is known instead of carrying it in a variable",
    zh="结果确定后直接 return，不再用变量带到函数末尾",
    changes=[
        (
            "int f(int n)\n{\n    int result;\n\n    h();\n    if (!g(n)) {\n        result = 3; /* absent */\n"
            "    } else {\n        n++;\n        h();\n        result = n;\n    }\n    return result;\n}\n",
            "int f(int n)\n{\n    h();\n    if (!g(n))\n        return 3; /* absent */\n    n++;\n    h();\n"
            "    return n;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    int result;\n\n    if (!g(n)) {\n        result = 3;\n    } else {\n        h();\n"
        "        result = n;\n    }\n    h();\n    return result;\n}\n",
        "int f(int n)\n{\n    unsigned char result;\n\n    if (!g(n)) {\n        result = n;\n    } else {\n"
        "        h();\n"
        "        result = 3;\n    }\n    return result;\n}\n",
        "int f(int n)\n{\n    int result;\n\n    if (!g(n)) {\n        result = 3;\n        h(result);\n    } else {\n"
        "        h();\n        result = n;\n    }\n    return result;\n}\n",
        "int f(int n)\n{\n    int result = 3;\n\n    if (!g(n)) {\n        result = h();\n    } else {\n"
        "        g(result);\n        result = n;\n    }\n    return result;\n}\n",
        "int f(int n)\n{\n    int result;\n\n    if (!g(n)) {\n        result = 3;\n    } else {\n"
        "        int n = h();\n"
        "        result = n;\n    }\n    g(n);\n    return result;\n}\n",
    ],
)
def result_returned(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) { A r = x; } else { B r = y; } return r; }` as `if (c) { A return x; } B return y; }`; r goes away.

    Sound: r has the type of the function, is set last in both arms and read by nothing but the return. Refuses a
    variable of another type or with another use, an else-if chain, an else that declares names, a comment at the
    variable or at the return, labels, and macros that may jump.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, _then, _other in plain_ifs(unit):
        function, rest = unit.enclosing_function(node), rest_of(node)
        body = function.child_by_field_name("body") if function is not None else None
        if function is None or node.parent != body or len(rest) != 1 or rest[0].type != "return_statement":
            continue
        value, both = inner(rest[0]), arms(unit, node)
        if value is None or value.type != "identifier" or both is None or both[1] is None:
            continue
        name = unit.text(value)
        then, other = _setting(unit, both[0].statements, name), _setting(unit, both[1].statements, name)
        if then is None or other is None:
            continue
        declared = _declared(unit, value)
        if declared is None or condition_of(node) is None or len(unit.symbols.occurrences(name)) != 4:
            yield Refusal(node.start_byte, "variable-not-private")
        elif has_labels(unit, function) or hides_flow(unit, function) or _result_type(unit, function) != declared[1]:
            yield Refusal(node.start_byte, "type-or-label")
        elif any(one.type == "declaration" for one in other.statements) or ends_in_jump(both[0].node):
            yield Refusal(node.start_byte, "declares")
        else:
            here, indent = layout.at(unit, node), unit.indent(node.start_byte)
            braced = bool(then.statements) or layout.braces_all
            first = Body(_returned(unit, then), braced, False, node)
            text = here.under(here.head(b"if", unit.text(condition)), first, indent)
            text += layout.newline + layout.indented(_returned(unit, other), indent)
            yield together(Site((declared[0],)), rebuilt(unit, node.start_byte, tail(unit, rest[0]), text))


def _declared(unit: Unit, value: Node) -> tuple[Edit, bytes] | None:
    """(the edit that takes the declaration of a variable away, its type), if it is declared alone, without a value."""
    symbol = unit.symbols.resolve(value)
    if symbol is None or not symbol.declarations or automatic(unit, value) is None:
        return None
    declaration = unit.enclosing(symbol.declarations[0], "declaration")
    found = single(unit, declaration) if declaration is not None else None
    if declaration is None or found is None or found[1] is not None or beside(unit, declaration):
        return None
    gone = removal(unit, declaration)
    kind = unit.src[declaration.start_byte : found[0].start_byte].strip()
    return (gone, kind) if gone is not None and symbol.type is not None and not symbol.type.volatile else None


def _returned(unit: Unit, arm: _Arm) -> bytes:
    lines = [text_of(unit, arm.statements), b"return " + unit.text(arm.value) + b";" + arm.comment]
    return b"\n".join(line for line in lines if line)


RULES = (one_return, result_returned)
