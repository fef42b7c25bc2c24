"""Exits of a function: the same clean-up at every return, or once behind a label that they all go to."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import inner
from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, lead, rebuilt, tail
from generators.rewrites.contexts import is_conditional
from generators.rewrites.flow import has_labels, hides_flow
from generators.rewrites.gotos import jumps_to
from generators.rewrites.independence import alike, is_simple, redeclared, together
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_LABELS = (b"out", b"done", b"finish")
_MOST = 3  # statements of a clean-up that a person still writes twice, and jumps to it


def _statements(block: Node) -> list[Node]:
    return [child for child in block.named_children if child.type != "comment"]


def _returns_nothing(unit: Unit, function: Node) -> bool:
    symbol = unit.symbols.lookup(unit.function_name(function))
    result = symbol.type.of if symbol is not None and symbol.type is not None else None
    return result is not None and result.kind == "void"


@rewrite(
    family="functions",
    en="Clean up in one place: let the early exits go to a label at the end",
    zh="收尾代码只保留一份：提前退出的地方都 goto 到函数末尾的标号",
    changes=[
        (
            "int f(int n)\n{\n    open(n);\n    if (!g(n)) {\n        close(n);\n        return 0;\n    }\n"
            "    if (h()) {\n        n++;\n        close(n);\n        return 0;\n    }\n    g(3);\n"
            "    close(n);\n    return 0;\n}\n",
            "int f(int n)\n{\n    open(n);\n    if (!g(n))\n        goto out;\n    if (h()) {\n        n++;\n"
            "        goto out;\n    }\n    g(3);\nout:\n    close(n);\n    return 0;\n}\n",
        ),
        (
            "void f(int n)\n{\n    open(n);\n    if (!g(n)) {\n        close(n);\n        return;\n    }\n\n"
            "    h();\n    close(n); /* at last */\n}\n",
            "void f(int n)\n{\n    open(n);\n    if (!g(n))\n        goto out;\n\n"
            "    h();\nout:\n    close(n); /* at last */\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    if (!g(n)) {\n        return 0;\n    }\n    h();\n    return 0;\n}\n",
        "int f(int n)\n{\n    if (!g(n)) {\n        close(n);\n        return 1;\n    }\n    h();\n    close(n);\n"
        "    return 0;\n}\n",
        "int f(int n)\n{\n    if (!g(n)) {\n        int n = h();\n        close(n);\n        return 0;\n    }\n"
        "    h();\n"
        "    close(n);\n    return 0;\n}\n",
        "int f(int n)\n{\n    if (!g(n)) {\n        close(n); /* not there */\n        return 0;\n    }\n    h();\n"
        "    close(n);\n    return 0;\n}\n",
        "int f(int n)\n{\n    if (!g(n)) {\n        close(n);\n        return 0;\n    } else {\n        h();\n    }\n"
        "    close(n);\n    return 0;\n}\n",
        "void f(int n)\n{\n    if (!g(n)) {\n        h();\n        return;\n    }\nagain:\n    if (g(n))\n"
        "        goto again;\n    h();\n}\n",
    ],
)
def shared_exit(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (bad) { close(); return x; } ... close(); return x;` as `if (bad) goto out; ... out: close(); return x;`.

    Sound: the statements behind the label are the very ones that stood at the exit, every name in them means the same
    there, and they end in the same return. Refuses a function with labels, exits with an else or with comments, an end
    with nothing to do but return, code within `#if`, and macros that may jump.
    """
    layout = Layout.of(unit, context.style)
    name = next((label for label in _LABELS if unit.symbols.is_free(label)), None)
    for function in unit.functions():
        body = function.child_by_field_name("body")
        if body is None:
            continue
        end = _statements(body)
        silent = _returns_nothing(unit, function)
        exits = [
            one.parent
            for one in unit.walk("return_statement", under=body)
            if one.parent is not None and one.parent.type == "compound_statement" and one.parent != body
        ]
        found = [(block, count) for block in exits if (count := _shared(unit, block, end, silent))]
        if not found:
            continue
        least = min(count for _, count in found)
        cut = len(end) - least + (0 if _closes_with_return(end) else 1)
        if name is None or has_labels(unit, function) or hides_flow(unit, function):
            yield Refusal(function.start_byte, "label")
        elif any(block.parent is None or _has_else(block) for block, _ in found):
            yield Refusal(function.start_byte, "has-else")
        elif cut == 0 or is_conditional(function) or unit.line(end[cut - 1].end_byte) == unit.line(end[cut].start_byte):
            yield Refusal(function.start_byte, "nothing-before")
        else:
            place = unit.line_start(lead(unit, end[cut]))
            label = unit.indent(function.start_byte) + name + b":" + layout.newline
            jump = b"goto " + name + b";"
            yield together(
                rebuilt(unit, place, place, label),
                *(_jump_instead(unit, layout, block, least, jump) for block, _ in found),
            )


def _closes_with_return(end: list[Node]) -> bool:
    return bool(end) and end[-1].type == "return_statement"


def _shared(unit: Unit, block: Node, end: list[Node], silent: bool) -> int:
    """How many statements at the end of an exit, its return counted, are those at the end of the function."""
    mine, others = _statements(block), list(end)
    if not _closes_with_return(mine):
        return 0
    if not _closes_with_return(others):
        if not silent:
            return 0
        mine = mine[:-1]
    count = 0
    while count < min(len(mine), len(others)):
        one, other = mine[-1 - count], others[-1 - count]
        if not is_simple(unit, one) or not alike(unit, one, other):
            break
        count += 1
    count += not _closes_with_return(others)
    return count if count > 1 else 0


def _has_else(block: Node) -> bool:
    parent = block.parent
    return parent is None or parent.type != "if_statement" or parent.child_by_field_name("alternative") is not None


def _jump_instead(unit: Unit, layout: Layout, block: Node, count: int, jump: bytes) -> Site | Refusal:
    """The last statements of a block as one jump; without braces if nothing else is left."""
    inside = _statements(block)
    node, left = block.parent, inside[:-count]
    condition = node.child_by_field_name("condition") if node is not None else None
    if node is None or condition is None:
        return Refusal(block.start_byte, "not-an-if")
    if left or layout.braces_all:
        return rebuilt(unit, inside[len(left)].start_byte, tail(unit, inside[-1]), jump)
    text = layout.under(b"", Body(jump, False, False, block), unit.indent(node.start_byte))
    return rebuilt(unit, unit.end(condition), unit.end(block), text)


def _exit_label(unit: Unit, node: Node) -> tuple[list[Node], list[Node]] | str | None:
    """(gotos, statements from the label to the end of the function); a reason where it is no plain exit."""
    function, block = unit.enclosing_function(node), node.parent
    label = node.child_by_field_name("label")
    first = [child for child in node.named_children if child.type not in ("comment", "statement_identifier")]
    if function is None or block is None or label is None or block != function.child_by_field_name("body"):
        return None
    jumps, rest = jumps_to(unit, node), list(first)
    after = node.next_named_sibling
    while after is not None:
        rest += [after] if after.type != "comment" else []
        after = after.next_named_sibling
    if not jumps or len(jumps) > _MOST or any(jump.start_byte > node.start_byte for jump in jumps):
        return None
    if len(unit.symbols.occurrences(unit.text(label))) != len(jumps) + 1:
        return "label-named-elsewhere"
    if any(one.type == "labeled_statement" for one in rest) or is_conditional(function):
        return "label"
    empty = len(rest) == 1 and rest[0].type == "expression_statement" and inner(rest[0]) is None
    if not empty and not all(is_simple(unit, one) for one in rest):
        return "not-plain"
    if rest[-1].type != "return_statement" and not _returns_nothing(unit, function):
        return "no-return"
    if any(one.type == "return_statement" for one in rest[:-1]) or any(hides_flow(unit, one) for one in rest):
        return "not-plain"
    starts = unit.line_start(node.start_byte) == node.start_byte - len(unit.indent(node.start_byte))
    alone = unit.line(label.start_byte) < unit.line(rest[0].start_byte)
    between = unit.src[label.end_byte : rest[0].start_byte].strip()
    if not starts or between != b":" or not (alone or empty or len(rest) == 1):
        return "shares-its-line"
    body = function.child_by_field_name("body")
    for one in rest:
        for name in unit.walk("identifier", under=one):
            symbol = unit.symbols.resolve(name)
            at = symbol.declaration if symbol is not None and symbol.scope is not None else None
            if at is not None and any(jump.start_byte < at.start_byte for jump in jumps):
                return "not-declared-there"
    inside = [child for child in _statements(body) if child != node] if body is not None else []
    if any(redeclared(unit, child, *rest) for child in inside if child.type != "declaration"):
        return "name-means-more"
    return jumps, rest


def _return_instead(unit: Unit, layout: Layout, jump: Node, lines: list[bytes]) -> Site | Refusal:
    """The statements in place of a goto, in braces where it stood alone and they are several."""
    parent = jump.parent
    end = tail(unit, jump)
    lines = [*lines[:-1], lines[-1] + unit.src[unit.end(jump) : end]]
    if parent is not None and parent.type in ("compound_statement", "case_statement"):
        if unit.src[unit.line_start(jump.start_byte) : jump.start_byte].strip():
            return Refusal(jump.start_byte, "shares-its-line")
        return rebuilt(unit, jump.start_byte, end, layout.lines(*lines, indent=unit.indent(jump.start_byte)))
    if len(lines) == 1:
        return rebuilt(unit, jump.start_byte, end, lines[0])
    if parent is None or parent.type != "if_statement" or parent.child_by_field_name("alternative") is not None:
        return Refusal(jump.start_byte, "has-else")
    condition = parent.child_by_field_name("condition")
    if condition is None or unit.src[unit.end(condition) : jump.start_byte].strip():
        return Refusal(jump.start_byte, "comment-in-the-way")
    text = layout.at(unit, parent).block(b"", b"\n".join(lines), unit.indent(parent.start_byte))
    return rebuilt(unit, unit.end(condition), end, text)


@rewrite(
    family="functions",
    en="Clean up and return where the error is found instead of going to a label",
    zh="不用 goto：在出错的地方直接收尾并返回",
    changes=[
        (
            "int f(int n)\n{\n    open(n);\n    if (!g(n))\n        goto out; /* absent */\n    if (h()) {\n"
            "        n++;\n"
            "        goto out;\n    }\n    g(3);\nout:\n    close(n);\n    return 0;\n}\n",
            "int f(int n)\n{\n    open(n);\n    if (!g(n)) {\n        close(n);\n        return 0; /* absent */\n"
            "    }\n"
            "    if (h()) {\n        n++;\n        close(n);\n        return 0;\n    }\n    g(3);\n"
            "    close(n);\n    return 0;\n}\n",
        ),
        (
            "void f(int n)\n{\n    if (!g(n))\n        goto out;\n    h();\nout:\n    close(n);\n}\n",
            "void f(int n)\n{\n    if (!g(n)) {\n        close(n);\n        return;\n    }\n    h();\n"
            "    close(n);\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    if (!g(n))\n        goto out;\n    h();\nout:\n    n++;\n    if (n)\n"
        "        close(n);\n}\n",
        "void f(int n)\n{\n    while (g(n)) {\n        int n = h();\n        if (n)\n            goto out;\n    }\n"
        "    h();\nout:\n    close(n);\n}\n",
        "void f(int n)\n{\nagain:\n    h();\n    if (g(n))\n        goto again;\n}\n",
        "int f(int n)\n{\n    if (!g(n))\n        goto out;\n    h();\nout:\n    return n;\n}\n",
        "void f(int n)\n{\n    if (!g(n))\n        goto out;\n    int k = h();\n    g(k);\nout:\n    close(k);\n}\n",
        "void f(int n)\n{\n    if (!g(n))\n        goto out;\n    else\n        h();\n    g(3);\nout:\n"
        "    close(n);\n}\n",
    ],
)
def separate_exits(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (bad) goto out; ... out: close(); return x; }` as `if (bad) { close(); return x; } ... close(); return x; }`.

    Sound: the copy is all that ran behind the label, its names mean the same at the jump and are declared there.
    Refuses more than three jumps or three plain statements to copy, a jump backward, a label that is not at the end of
    the function, names that mean something else at the jump, and comments that would be needed twice.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("labeled_statement"):
        found = _exit_label(unit, node)
        if found is None or isinstance(found, str):
            if found is not None:
                yield Refusal(node.start_byte, found)
            continue
        jumps, rest = found
        cleanup = [one for one in rest if one.type != "return_statement" and inner(one) is not None]
        if not cleanup:
            continue
        if len(cleanup) > _MOST:
            yield Refusal(node.start_byte, "too-much-to-copy")
            continue
        lines = [unit.text(one) for one in rest]
        lines += [] if rest[-1].type == "return_statement" else [b"return;"]
        start = unit.line_start(node.start_byte)
        stop = unit.line_start(rest[0].start_byte)
        yield together(
            rebuilt(unit, start, stop, b""),
            *(_return_instead(unit, layout, jump, lines) for jump in jumps),
        )


@rewrite(
    family="functions",
    en="Return right there instead of going to a label that only returns",
    zh="标号后面只有 return，把 goto 直接换成 return",
    changes=[
        (
            "int f(int n)\n{\n    if (!g(n))\n        goto out;\n    n = h();\nout:\n    return n;\n}\n",
            "int f(int n)\n{\n    if (!g(n))\n        return n;\n    n = h();\n    return n;\n}\n",
        ),
        (
            "void f(int n)\n{\n    if (!g(n)) {\n        h();\n        goto out; /* absent */\n    }\n    h();\n"
            "out: ;\n}\n",
            "void f(int n)\n{\n    if (!g(n)) {\n        h();\n        return; /* absent */\n    }\n    h();\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    if (!g(n))\n        goto out;\n    n = h();\nout:\n    close(n);\n    return n;\n}\n",
        "int f(int n)\n{\n    while (h()) {\n        int n = g(3);\n        if (n)\n            goto out;\n    }\n"
        "    h();\nout:\n    return n;\n}\n",
        "int f(int n)\n{\n    if (!g(n))\n        goto out;\n    n = h();\nout:\n    /* all ways lead here */\n"
        "    return n;\n}\n",
    ],
)
def goto_as_return(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`goto out;` as `return x;`, where `out: return x; }` ends the function; in a void function `return;`.

    Sound: behind the label there is nothing but this return, of the same names. Refuses any other statement behind the
    label, more than three jumps, names that mean something else at the jump, and a comment at the label.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("labeled_statement"):
        found = _exit_label(unit, node)
        if found is None or isinstance(found, str):
            if found is not None:
                yield Refusal(node.start_byte, found)
            continue
        jumps, rest = found
        if len(rest) != 1 or (rest[0].type != "return_statement" and inner(rest[0]) is not None):
            continue
        value = inner(rest[0])
        start, stop = unit.line_start(node.start_byte), unit.line_end(unit.end(node)) + 1
        above = rebuilt(unit, start, stop if value is None else rest[0].start_byte, b"")
        if value is not None:
            indent = unit.indent(rest[0].start_byte)
            same_line = unit.line(node.start_byte) == unit.line(rest[0].start_byte)
            function = unit.enclosing_function(node)
            body = function.child_by_field_name("body") if function is not None else None
            others = [child for child in _statements(body) if child != node] if body is not None else []
            indent = unit.indent(others[0].start_byte) if same_line and others else indent
            above = rebuilt(unit, start, rest[0].start_byte, indent)
        line = unit.text(rest[0]) if value is not None else b"return;"
        yield together(above, *(_return_instead(unit, layout, jump, [line]) for jump in jumps))


@rewrite(
    family="functions",
    en="Leave the function in one place: let the early returns of the result go to a label at the end",
    zh="函数只留一个出口：提前返回结果的地方都 goto 到末尾的标号",
    changes=[
        (
            "int f(int n)\n{\n    if (!g(n))\n        return n; /* absent */\n    if (h()) {\n        n = 3;\n"
            "        return n;\n    }\n    n = h();\n    return n;\n}\n",
            "int f(int n)\n{\n    if (!g(n))\n        goto out; /* absent */\n    if (h()) {\n        n = 3;\n"
            "        goto out;\n    }\n    n = h();\nout:\n    return n;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    if (!g(n))\n        return 1;\n    n = h();\n    return n;\n}\n",
        "int f(int n)\n{\n    if (!g(n))\n        return 0;\n    h();\n    return 0;\n}\n",
        "int f(int n)\n{\n    if (g(n)) {\n        int n = h();\n        return n;\n    }\n    n = h();\n"
        "    return n;\n}\n",
        "int f(int n)\n{\n    if (g(n))\n        return n;\n    return n;\n}\n",
        "int f(int n)\n{\n    if (g(n))\n        return n;\n    n = h();\n    if (n)\n        return 3;\n"
        "    return n;\n}\n",
    ],
)
def return_as_goto(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) return n; ... return n; }` as `if (c) goto out; ... out: return n; }`, at every return before the last.

    Sound: the label stands at the same return of the same variable. Refuses a function in which another value is
    returned (it would still have several exits), with labels, with nothing between the returns, and code within `#if`.
    """
    layout = Layout.of(unit, context.style)
    name = next((label for label in _LABELS if unit.symbols.is_free(label)), None)
    for function in unit.functions():
        body = function.child_by_field_name("body")
        end = _statements(body) if body is not None else []
        if body is None or len(end) < 3 or not _closes_with_return(end):
            continue
        value, early = inner(end[-1]), [one for one in unit.walk("return_statement", under=body) if one != end[-1]]
        symbol = unit.symbols.resolve(value) if value is not None and value.type == "identifier" else None
        if symbol is None or symbol.kind not in ("local", "param") or not early:
            continue
        if not all(alike(unit, one, end[-1]) for one in early):
            yield Refusal(function.start_byte, "other-values")
        elif name is None or has_labels(unit, function) or hides_flow(unit, function) or is_conditional(function):
            yield Refusal(function.start_byte, "label")
        elif early[-1].start_byte > end[-2].start_byte:
            yield Refusal(function.start_byte, "nothing-between")
        else:
            place = unit.line_start(lead(unit, end[-1]))
            label = unit.indent(function.start_byte) + name + b":" + layout.newline
            jump = b"goto " + name + b";"
            yield together(
                rebuilt(unit, place, place, label),
                *(rebuilt(unit, one.start_byte, unit.end(one), jump) for one in early),
            )


RULES = (shared_exit, separate_exits, goto_as_return, return_as_goto)
