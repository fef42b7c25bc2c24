"""Switches: one choice among constants, as a switch or as a chain of ifs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.expressions import stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, arms, lifted, rebuilt, tail
from generators.rewrites.flow import ends_in_jump, has_labels, hides_flow, own_jumps
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import EQUALITY, condition_of, is_torn, sides, spelt

_ARMS = 8  # above this a chain of ifs is no longer what a person would write


@dataclass(frozen=True, slots=True)
class _Arm:
    """The constants of one arm (none for the default) and its statements at the left margin, without the break."""

    values: tuple[Node, ...]
    text: bytes


def _scrutinee(unit: Unit, node: Node) -> Node | None:
    """What is chosen by, if it may be read again: an integer variable or member of at most 16 bits, not volatile."""
    node = stripped(node)
    t = unit.symbols.type_of(node)
    if node.type not in ("identifier", "field_expression", "subscript_expression") or is_torn(unit, node):
        return None
    if t is None or t.kind != "int" or t.width > 16 or not unit.symbols.pure(node):
        return None
    return node


def _constant(unit: Unit, scrutinee: Node, node: Node) -> int | None:
    """The value of a case constant that the scrutinee's type holds: there `==` and `case` convert alike."""
    t, value = unit.symbols.type_of(scrutinee), unit.symbols.constant(node)
    held = t.range() if t is not None else None
    named = all(unit.symbols.type_of(name) is not None for name in unit.walk("identifier", under=node))
    if value is None or held is None or not named or is_torn(unit, node):
        return None
    return value if held[0] <= value <= held[1] else None


@rewrite(
    family="branches",
    en="Write the switch as a chain of ifs",
    zh="把 switch 改写成 if/else if 链",
    changes=[
        (
            "void f(int n)\n{\n    switch (n) {\n    case 1:\n        g();\n        break;\n    case 2:\n    case 3:\n"
            "        h(); /* both */\n        break;\n    default:\n        g();\n        h();\n        break;\n"
            "    }\n}\n",
            "void f(int n)\n{\n    if (n == 1) {\n        g();\n    } else if (n == 2 || n == 3) {\n"
            "        h(); /* both */\n    } else {\n        g();\n        h();\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    switch (n) {\n    case 1:\n        g();\n    case 2:\n        h();\n"
        "        break;\n    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 1:\n        if (g())\n            break;\n        h();\n"
        "        break;\n"
        "    case 2:\n        h();\n        break;\n    }\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    switch (P1) {\n    case 1:\n        g();\n        break;\n"
        "    case 2:\n"
        "        h();\n        break;\n    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    default:\n        g();\n        break;\n    case 2:\n        h();\n"
        "        break;\n    }\n}\n",
        "void f(unsigned char n)\n{\n    switch (n) {\n    case 1:\n        g();\n        break;\n    case 257:\n"
        "        h();\n        break;\n    }\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 1:\n        g();\n        break;\n    case 2: {\n"
        "        int k = g();\n"
        "        h(k);\n    }\n    }\n}\n",
    ],
)
def switch_to_ifs(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`switch (x) { case 1: A break; default: B }` as `if (x == 1) { A } else { B }`.

    Sound: x is a plain variable, which is read again without effect, and no constant is outside of its type; every arm
    ends in its own break, return or continue. Refuses a volatile or computed x, an arm that falls through or has
    another `break`, a default that is not last, labels, declarations and empty arms.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("switch_statement"):
        condition, body = condition_of(node), node.child_by_field_name("body")
        scrutinee = _scrutinee(unit, condition) if condition is not None else None
        if scrutinee is None or body is None:
            yield Refusal(node.start_byte, "value-not-plain")
            continue
        found = _arms_of(unit, scrutinee, body)
        if isinstance(found, str):
            yield Refusal(node.start_byte, found)
            continue
        indent, name = unit.indent(node.start_byte), spelt(unit, scrutinee).within(EQUALITY + 1)
        text, joint = b"", b" " if not layout.else_own_line else layout.newline + indent
        for arm in found:
            tests = [name + b" == " + spelt(unit, value).within(EQUALITY + 1) for value in arm.values]
            head = layout.head(b"if", b" || ".join(tests)) if tests else b""
            head = b"else" + (b" " + head if head else b"") if text else head
            text += (joint if text else b"") + layout.block(head, arm.text, indent)
        yield rebuilt(unit, node.start_byte, unit.end(node), text)


def _arms_of(unit: Unit, scrutinee: Node, body: Node) -> list[_Arm] | str:
    """The arms of a switch, or why it has none that could stand alone."""
    cases = [child for child in body.named_children if child.type != "comment"]
    if len(cases) < 2 or any(case.type != "case_statement" for case in cases):
        return "not-plain-cases"
    found: list[_Arm] = []
    values: list[Node] = []
    seen: set[int] = set()
    for case in cases:
        value = case.child_by_field_name("value")
        number = _constant(unit, scrutinee, value) if value is not None else None
        if value is not None and (number is None or number in seen):
            return "constant-not-plain"
        if value is None and (values or case != cases[-1]):
            return "default-not-last"
        if value is not None and number is not None:
            values.append(value)
            seen.add(number)
        statements = [c for c in case.named_children if c.type != "comment" and c != value]
        if not statements:
            if case == cases[-1]:
                return "empty-arm"
            continue
        text = _arm_text(unit, case, statements, last=case == cases[-1])
        if text is None:
            return "arm-not-alone"
        found.append(_Arm(tuple(values), text))
        values = []
    return found if 2 <= len(found) <= _ARMS and found[0].values else "too-many-arms"


def _arm_text(unit: Unit, case: Node, statements: list[Node], last: bool) -> bytes | None:
    """The statements of an arm without its break; None where it falls through or breaks elsewhere too."""
    final = statements[-1]
    breaks = [jump for one in statements for jump in own_jumps(one, "break_statement")]
    if not (final.type == "break_statement" or ends_in_jump(final) or last) or final.type == "compound_statement":
        return None
    if breaks not in ([], [final]) or any(has_labels(unit, one) or hides_flow(unit, one) for one in statements):
        return None
    if any(one.type in ("declaration", "compound_statement") for one in statements):
        return None
    kept = statements[:-1] if final.type == "break_statement" else statements
    if not kept:
        return None
    colon = next(child for child in case.children if child.type == ":")
    start = unit.end(colon) + len(unit.src[unit.end(colon) :]) - len(unit.src[unit.end(colon) :].lstrip())
    if unit.line(start) == unit.line(colon.start_byte) and kept[0].start_byte != start:
        return None  # a comment beside the label speaks of the label
    end = tail(unit, kept[-1])
    text = lifted(unit, start, end)
    if unit.line(start) == unit.line(colon.start_byte):
        return b"\n".join(unit.text(one) for one in kept) if all(b"\n" not in unit.text(one) for one in kept) else None
    return text


@rewrite(
    family="branches",
    en="Write the chain of comparisons as a switch",
    zh="把这串 if/else if 比较改写成 switch",
    changes=[
        (
            "void f(int n)\n{\n    if (n == 1) {\n        g();\n    } else if (n == 2 || n == 3) {\n"
            "        h(); /* both */\n    } else {\n        g();\n        h();\n    }\n}\n",
            "void f(int n)\n{\n    switch (n) {\n    case 1:\n        g();\n        break;\n    case 2:\n    case 3:\n"
            "        h(); /* both */\n        break;\n    default:\n        g();\n        h();\n        break;\n"
            "    }\n}\n",
        ),
        (
            "int f(int n)\n{\n    if ('a' == n)\n        return 1;\n    else if (n == 'b')\n        return 2;\n"
            "    return 3;\n}\n",
            "int f(int n)\n{\n    switch (n) {\n    case 'a':\n        return 1;\n    case 'b':\n        return 2;\n"
            "    }\n    return 3;\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    if (n == 1) {\n        g();\n    } else {\n        h();\n    }\n}\n",
        "void f(int n, int m)\n{\n    if (n == 1) {\n        g();\n    } else if (m == 2) {\n        h();\n    }\n}\n",
        "void f(int n)\n{\n    while (n) {\n        if (n == 1)\n            break;\n        else if (n == 2)\n"
        "            g();\n    }\n}\n",
        "void f(int n)\n{\n    if (n == 1)\n        g();\n    else if (n == 1)\n        h();\n}\n",
        "void f(int n)\n{\n    if (n == 1)\n        g();\n    else if (n > 1)\n        h();\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    if (P1 == 1)\n        g();\n    else if (P1 == 2)\n        h();\n}\n",
    ],
)
def ifs_to_switch(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (x == 1) A else if (x == 2) B else C` as a switch over x.

    Sound: x is a plain integer variable, the constants are distinct and within its type, so exactly one arm is chosen
    in both. Refuses a volatile x (it was read once a comparison), other comparisons, a `break` of a loop further out
    (it would leave the switch), labels, and arms that declare names.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("if_statement"):
        if node.parent is not None and node.parent.type == "else_clause":
            continue
        found = _chain(unit, node)
        if found is None:
            continue
        if isinstance(found, str):
            yield Refusal(node.start_byte, found)
            continue
        name, chain = found
        lines = []
        for values, body in chain:
            lines += [b"case " + value + b":" for value in values] or [b"default:"]
            lines.append(layout.indented(body.text, layout.step).replace(layout.newline, b"\n"))
            if not ends_in_jump(body.node):
                lines.append(layout.step + b"break;")
        indent = unit.indent(node.start_byte)
        inside = layout.newline + layout.indented(b"\n".join(lines), indent + layout.case_step)
        opening = layout.block(layout.head(b"switch", name), b"", indent)[: -len(layout.newline + indent + b"}")]
        yield rebuilt(unit, node.start_byte, tail(unit, node), opening + inside + layout.newline + indent + b"}")


def _chain(unit: Unit, node: Node) -> tuple[bytes, list[tuple[list[bytes], Body]]] | str | None:
    """(variable, arms) of a chain of comparisons; None where it is no such chain, a reason where it may not be one."""
    subject: Node | None = None
    chain: list[tuple[list[bytes], Body]] = []
    seen: set[int] = set()
    at: Node | None = node
    while at is not None and at.type == "if_statement":
        condition, found = condition_of(at), arms(unit, at)
        tests = _equalities(condition) if condition is not None else None
        if tests is None or found is None:
            return None
        values = []
        for left, right in tests:
            if unit.symbols.constant(left) is not None:
                left, right = right, left
            variable = _scrutinee(unit, left)
            if variable is None or (subject is not None and unit.text(variable) != unit.text(subject)):
                return None
            subject = variable
            number = _constant(unit, subject, right)
            if number is None or number in seen or not _is_label(unit, right):
                return "constants-not-distinct"
            seen.add(number)
            values.append(unit.text(right))
        chain.append((values, found[0]))
        rest, at = found[1], found[1].node if found[1] is not None else None
        if rest is not None and rest.node.type != "if_statement":
            chain.append(([], rest))
    if subject is None or len(chain) < 2 or (len(chain) == 2 and not chain[1][0]):
        return None
    for _, body in chain:
        if own_jumps(body.node, "break_statement"):
            return "own-break"
        if has_labels(unit, body.node) or hides_flow(unit, body.node):
            return "label"
        if not body.statements or any(one.type == "declaration" for one in body.statements):
            return "arm-not-plain"
    return unit.text(subject), chain


def _equalities(condition: Node) -> list[tuple[Node, Node]] | None:
    """The sides of `a == b` or of several with `||` between."""
    found = sides(stripped(condition))
    if found is None:
        return None
    if found[1] == b"==":
        return [(stripped(found[0]), stripped(found[2]))]
    if found[1] != b"||":
        return None
    first, second = _equalities(found[0]), _equalities(found[2])
    return first + second if first is not None and second is not None else None


def _is_label(unit: Unit, node: Node) -> bool:
    """Whether this may stand behind `case`: made of literals, enumerators and macros, no const variable."""
    for name in unit.walk("identifier", under=node):
        symbol = unit.symbols.resolve(name)
        if symbol is None or symbol.kind not in ("macro", "enumerator"):
            return False
    return True


RULES = (switch_to_ifs, ifs_to_switch)
