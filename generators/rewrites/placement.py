"""Placement: where a variable is declared, at the beginning of its block (C90) or where it is first used (C99)."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.declared import (
    automatic,
    beside,
    declarators,
    head,
    mentions,
    opening,
    plain,
    removal,
    single,
    without,
)
from generators.rewrites.flow import has_labels
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time


def _assigns(unit: Unit, node: Node | None, name: bytes) -> Node | None:
    """The value in `name = value`."""
    if node is None or node.type != "assignment_expression":
        return None
    left, sign, right = (node.child_by_field_name(field) for field in ("left", "operator", "right"))
    if left is None or right is None or sign is None or unit.text(sign) != b"=" or left.type != "identifier":
        return None
    return right if unit.text(left) == name else None


def _within(node: Node, holder: Node) -> bool:
    return holder.start_byte <= node.start_byte and node.end_byte <= holder.end_byte


def _volatile(symbol: Symbol) -> bool:
    return symbol.type is None or symbol.type.volatile


@rewrite(
    family="declarations",
    en="Declare the loop variable in the `for` itself (C99)",
    zh="把循环变量的声明放进 for 语句里（C99 写法）",
    changes=[
        (
            "void f(int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++)\n        g(i);\n}\n",
            "void f(int n)\n{\n    for (int i = 0; i < n; i++)\n        g(i);\n}\n",
        ),
        (
            "void f(int n)\n{\n    int i, m;\n\n    for (i = 0; i < n; i++)\n        g(i);\n    for (i = n; i; i--)\n"
            "        g(m);\n}\n",
            "void f(int n)\n{\n    int m;\n\n    for (int i = 0; i < n; i++)\n        g(i);\n"
            "    for (int i = n; i; i--)\n"
            "        g(m);\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++)\n        g(i);\n    return i;\n}\n",
        "void f(int n)\n{\n    int i;\n\n    for (; i < n; i++)\n        g(i);\n}\n",
        "void f(int n)\n{\n    static int i;\n\n    for (i = 0; i < n; i++)\n        g(i);\n}\n",
        "void f(int n)\n{\n    int i; /* steps */\n\n    for (i = 0; i < n; i++)\n        g(i);\n}\n",
        "void f(int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++)\n        for (i = 0; i < n; i++)\n"
        "            g(i);\n}\n",
        "void f(int i)\n{\n    for (i = 0; i < 3; i++)\n        g(i);\n}\n",
    ],
)
def loop_variable_in(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`int i; ... for (i = 0; ...)` as `for (int i = 0; ...)`, in every loop that the variable counts.

    Sound: each of these loops sets the variable first and nobody reads it outside of them. Refuses a variable that is
    used elsewhere, nested loops over the same one, static and volatile ones, and functions with labels or that keep
    time.
    """
    for node in unit.walk("declaration"):
        if node.parent is None or node.parent.type != "compound_statement" or not plain(unit, node):
            continue
        for declarator in declarators(node):
            symbol = automatic(unit, declarator) if declarator.type == "identifier" else None
            if symbol is None or not symbol.uses:
                continue
            loops = [
                loop
                for loop in unit.walk("for_statement", under=node.parent)
                if _assigns(unit, loop.child_by_field_name("initializer"), symbol.name) is not None
                and any(_within(use, loop) for use in symbol.uses)
            ]
            if not loops:
                continue
            function = unit.enclosing_function(node)
            values = [_assigns(unit, loop.child_by_field_name("initializer"), symbol.name) for loop in loops]
            gone = without(unit, node, declarator)
            if keeps_time(unit, node):
                yield Refusal(node.start_byte, "keeps-time")
            elif not all(any(_within(use, loop) for loop in loops) for use in symbol.uses):
                yield Refusal(node.start_byte, "used-outside")
            elif any(_within(a, b) for a in loops for b in loops if a != b):
                yield Refusal(node.start_byte, "nested")
            elif any(value is not None and mentions(unit, value, [symbol.name]) for value in values):
                yield Refusal(node.start_byte, "reads-itself")
            elif _volatile(symbol) or function is None or has_labels(unit, function):
                yield Refusal(node.start_byte, "volatile-or-labels")
            elif gone is None or (len(declarators(node)) == 1 and beside(unit, node)):
                yield Refusal(node.start_byte, "comment-beside")
            else:
                starts = [loop.child_by_field_name("initializer") for loop in loops]
                words = head(unit, node) + b" "
                inserted = [Edit(s.start_byte, s.start_byte, words) for s in starts if s is not None]
                yield Site((gone, *inserted), (("name", symbol.name.decode()),))


@rewrite(
    family="declarations",
    en="Declare the loop variable at the beginning of the function (C90)",
    zh="把 for 里声明的循环变量提到函数开头（C90 写法）",
    changes=[
        (
            "void f(int n)\n{\n    for (int i = 0; i < n; i++)\n        g(i);\n}\n",
            "void f(int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++)\n        g(i);\n}\n",
        ),
        (
            "void f(int n)\n{\n    int m = n;\n\n    for (int i = 0; i < n; i++)\n        g(i);\n"
            "    for (int i = 0; i < m; i++)\n"
            "        g(i);\n}\n",
            "void f(int n)\n{\n    int m = n;\n    int i;\n\n    for (i = 0; i < n; i++)\n        g(i);\n"
            "    for (i = 0; i < m; i++)\n"
            "        g(i);\n}\n",
        ),
    ],
    keeps=[
        "int i;\nvoid f(int n)\n{\n    for (int i = 0; i < n; i++)\n        g(i);\n}\n",
        "void f(int n)\n{\n    for (int i = 0, j = 0; i < n; i++)\n        g(j);\n}\n",
        "void f(int n)\n{\n    for (int i = 0; i < n; i++)\n        for (int i = 0; i < 3; i++)\n"
        "            g(i);\n}\n",
    ],
)
def loop_variable_out(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (int i = 0; ...)` as a declaration at the beginning of the function and an assignment in the loop.

    Sound: nothing else in the function has this name, so that the wider scope changes no meaning. Refuses names that
    also mean something else, loops of different types or within one another, several names in one head, and functions
    that keep time.
    """
    for function in unit.functions():
        body = function.child_by_field_name("body")
        if body is None:
            continue
        heads: dict[bytes, list[tuple[Node, Node]]] = {}
        for loop in unit.walk("for_statement", under=body):
            node = loop.child_by_field_name("initializer")
            found = single(unit, node) if node is not None and node.type == "declaration" else None
            if node is not None and found is not None and found[1] is not None and automatic(unit, found[0]):
                heads.setdefault(unit.text(found[0]), []).append((loop, node))
        for name, loops in heads.items():
            others = [s for s in unit.symbols.all() if s.name == name and s.kind != "field"]
            clash = [
                s
                for s in others
                if s.scope is None or (_within(s.scope, function) and s.scope not in [loop for loop, _ in loops])
            ]
            texts = {head(unit, node) for _, node in loops}
            nested = any(_within(a, b) for a, _ in loops for b, _ in loops if a != b)
            place = _place(unit, body)
            if keeps_time(unit, body):
                yield Refusal(loops[0][0].start_byte, "keeps-time")
            elif clash or len(texts) > 1 or nested or unit.symbols.lookup(name) is not None:
                yield Refusal(loops[0][0].start_byte, "name-means-more")
            elif place is None:
                yield Refusal(loops[0][0].start_byte, "no-room")
            else:
                words = loops[0][1]
                declarator = declarators(words)[0]
                start, before, after = place
                stars = unit.src[declarator.start_byte : declarator.start_byte + 1] == b"*"
                spelt = head(unit, words) + (b" *" if stars else b" ") + name + b";"
                cut = [Edit(n.start_byte, _name_start(n), b"") for _, n in loops]
                yield Site((Edit(start, start, before + spelt + after), *cut), (("name", name.decode()),))


def _name_start(declaration: Node) -> int:
    node = declarators(declaration)[0].child_by_field_name("declarator")
    while node is not None and node.type == "pointer_declarator":
        node = node.child_by_field_name("declarator")
    return node.start_byte if node is not None else declaration.start_byte


def _place(unit: Unit, body: Node) -> tuple[int, bytes, bytes] | None:
    """Where a declaration can be put in a function's body, and the text around it."""
    run = opening(body)
    children = [child for child in body.named_children if child.type != "comment"]
    if run:
        end = line_stop(unit, unit.end(run[-1]))
        return end, unit.newline + unit.indent(run[-1].start_byte), b""
    if not children or unit.line(children[0].start_byte) == unit.line(body.start_byte):
        return None
    end = line_stop(unit, body.start_byte)
    if unit.in_opaque(body.start_byte, end) or unit.src[body.start_byte + 1 : end].strip():
        return None
    return end, unit.newline + unit.indent(children[0].start_byte), unit.newline


@rewrite(
    family="declarations",
    en="Declare the variable where it is first used (C99)",
    zh="把变量声明移到第一次使用的地方（C99 写法）",
    changes=[
        (
            "int f(int a)\n{\n    int n;\n\n    g();\n    n = a + 1;\n    return n;\n}\n",
            "int f(int a)\n{\n    g();\n    int n = a + 1;\n    return n;\n}\n",
        ),
    ],
    keeps=[
        "int f(int a)\n{\n    int n;\n\n    if (a)\n        n = 1;\n    n = 2;\n    return n;\n}\n",
        "int f(int a)\n{\n    static int n;\n\n    g();\n    n = a;\n    return n;\n}\n",
        "int f(int a)\n{\n    int n; /* result */\n\n    g();\n    n = a;\n    return n;\n}\n",
        "int f(int a)\n{\n    int n;\n\nagain:\n    g();\n    n = a;\n    goto again;\n}\n",
        "int f(int a)\n{\n    int n;\n\n    g();\n    n = n + 1;\n    return n;\n}\n",
    ],
)
def declare_at_first_use(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`int n;` goes down to the assignment `n = a;` and becomes its declaration.

    Sound: the assignment stands in the same block and before every other use, so that nobody sees the variable
    earlier. Refuses static, volatile and const ones, uses before or outside, labels, declarations with a comment, and
    functions that keep time."""
    for node in unit.walk("declaration"):
        block = node.parent
        found = single(unit, node)
        if block is None or block.type != "compound_statement" or found is None or found[1] is not None:
            continue
        symbol = automatic(unit, found[0])
        if symbol is None or not symbol.uses:
            continue
        first = min(symbol.uses, key=lambda use: use.start_byte)
        statement = next((child for child in block.named_children if _within(first, child)), None)
        if statement is None or statement.type != "expression_statement" or statement in opening(block):
            continue
        value = _assigns(unit, next(iter(statement.named_children), None), symbol.name)
        before = statement.prev_named_sibling
        if value is None or before is None or before == node or mentions(unit, value, [symbol.name]):
            continue
        if before.type == "declaration":
            continue
        function = unit.enclosing_function(node)
        gone = removal(unit, node)
        if function is None or has_labels(unit, function) or _volatile(symbol) or _in_switch(block):
            yield Refusal(node.start_byte, "volatile-or-labels")
        elif keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
        elif gone is None or beside(unit, node) or unit.in_opaque(node.start_byte, unit.end(statement)):
            yield Refusal(node.start_byte, "comment-beside")
        else:
            words = unit.src[node.start_byte : found[0].start_byte]
            named = (("name", symbol.name.decode()),)
            yield Site((gone, Edit(statement.start_byte, statement.start_byte, words)), named)


def _in_switch(block: Node) -> bool:
    return block.parent is not None and block.parent.type in ("switch_statement", "case_statement")


@rewrite(
    family="declarations",
    en="Move the declaration to the beginning of the block (C90)",
    zh="把变量声明移到代码块开头（C90 写法）",
    changes=[
        (
            "int f(int a)\n{\n    int m;\n\n    g();\n    int n = a + 1;\n    m = n;\n    return m;\n}\n",
            "int f(int a)\n{\n    int m;\n    int n;\n\n    g();\n    n = a + 1;\n    m = n;\n    return m;\n}\n",
        ),
        (
            "int f(int a)\n{\n    g();\n    int n = a; /* kept */\n    return n;\n}\n",
            "int f(int a)\n{\n    int n;\n\n    g();\n    n = a; /* kept */\n    return n;\n}\n",
        ),
    ],
    keeps=[
        "int f(int a)\n{\n    g();\n    static int n = 1;\n    return n;\n}\n",
        "int n;\nint f(int a)\n{\n    g(n);\n    int n = a;\n    return n;\n}\n",
        "int f(int a)\n{\n    g();\n    const int n = a;\n    return n;\n}\n",
        "int f(int a)\n{\n    g();\n    int n[2] = {1, 2};\n    return n[a];\n}\n",
    ],
)
def declare_at_block_start(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`int n = a;` amid statements as `int n;` at the beginning of the block and `n = a;` at its place.

    Sound: the assignment happens where the initialisation did. Refuses static and const variables, arrays and structs,
    a name that means something else before, and functions that keep time.
    """
    for node in unit.walk("declaration"):
        block = node.parent
        found = single(unit, node)
        if block is None or block.type != "compound_statement" or found is None or node in opening(block):
            continue
        symbol = automatic(unit, found[0])
        place = _place(unit, block)
        if symbol is None or found[1] is None:
            yield Refusal(node.start_byte, "not-automatic")
        elif keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
        elif place is None or _in_switch(block):
            yield Refusal(node.start_byte, "no-room")
        elif any(
            unit.text(n) == symbol.name and n.start_byte < node.start_byte for n in unit.walk("identifier", under=block)
        ):
            yield Refusal(node.start_byte, "name-means-more")
        else:
            start, before, after = place
            spelt = unit.src[node.start_byte : unit.end(found[0])] + b";"
            cut = Edit(node.start_byte, found[0].start_byte, b"")
            yield Site((Edit(start, start, before + spelt + after), cut), (("name", symbol.name.decode()),))


RULES = (loop_variable_in, loop_variable_out, declare_at_first_use, declare_at_block_start)
