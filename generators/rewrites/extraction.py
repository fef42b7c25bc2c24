"""Extraction: a paragraph of statements becomes a function with a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, lead, lifted, tail
from generators.rewrites.contexts import interrupt_side, is_conditional, is_special
from generators.rewrites.flow import has_labels, hides_flow
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import cased, pascal, words_of
from generators.rewrites.timing import keeps_time

_LEAST, _MOST, _PARAMETERS = 3, 8, 2
_GUARD = re.compile(rb"E[ATXS][0-9]?")  # interrupt enables: switched off and on around what must not be interrupted
# Registers that tell what a run of assignments sets up.
_UNITS = (
    ("timer0", re.compile(rb"T[HLRF]0|ET0|PT0")),
    ("timer1", re.compile(rb"T[HLRF]1|ET1|PT1")),
    ("timer2", re.compile(rb"T2CON|RCAP2[HL]|T[HLRF]2|ET2|T2MOD")),
    ("uart", re.compile(rb"SCON|SBUF|ES|TI|RI|REN|PCON")),
    ("int0", re.compile(rb"[IE][TEX]0")),
    ("int1", re.compile(rb"[IE][TEX]1")),
)


@rewrite(
    family="functions",
    en="Extract this group of statements into a static function of its own",
    zh="把这一组语句提取成一个单独的 static 函数",
    changes=[
        (
            "#include <8052.h>\nint ready;\n\n/* Starts. */\nvoid start(void)\n{\n    ready = 0;\n\n    SCON = 0x50;\n"
            "    TH1 = 0xFD;\n    TI = 1;\n\n    ready = 1;\n}\n",
            "#include <8052.h>\nint ready;\n\nstatic void uart_setup(void)\n{\n    SCON = 0x50;\n"
            "    TH1 = 0xFD;\n    TI = 1;\n}\n\n"
            "/* Starts. */\nvoid start(void)\n{\n    ready = 0;\n\n    uart_setup();\n\n    ready = 1;\n}\n",
        ),
        (
            "int a, b;\n\nint f(int n)\n{\n    int sum;\n\n    g();\n\n    /* all of it */\n    sum = a;\n"
            "    sum += b;\n"
            "    sum *= n;\n\n    return sum;\n}\n",
            "int a, b;\n\n/* all of it */\nstatic int get_sum(int n)\n{\n    int sum;\n\n    sum = a;\n"
            "    sum += b;\n    sum *= n;\n"
            "    return sum;\n}\n\nint f(int n)\n{\n    int sum;\n\n    g();\n\n    sum = get_sum(n);\n\n"
            "    return sum;\n}\n",
        ),
    ],
    keeps=[
        "int a, b, c;\nvoid t(void) __interrupt(1)\n{\n    g();\n\n    a = 1;\n    b = 2;\n    c = 3;\n\n    g();\n}\n",
        "int a, b, c;\nvoid h(void)\n{\n    g();\n\n    a = 1;\n    b = 2;\n    c = 3;\n\n    g();\n}\n"
        "void t(void) __interrupt(1)\n{\n    h();\n}\n",
        "void f(int n, int m)\n{\n    g();\n\n    n = 1;\n    m = 2;\n    n += m;\n\n    g(n, m);\n}\n",
        "#include <8052.h>\nint a;\nint f(void)\n{\n    int n;\n    g();\n\n    ET2 = 0;\n    n = a;\n"
        "    ET2 = 1;\n\n    return n;\n}\n",
        "#include <8052.h>\nint a;\nvoid f(void)\n{\n    g();\n\n    EA = 0;\n    a = 1;\n    EA = 1;\n\n    g();\n}\n",
        "int a, b, c;\nvoid f(void)\n{\n    a = 1;\n    b = 2;\n    c = 3;\n}\n",
    ],
)
def extract_function(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A paragraph of three to eight plain statements becomes a static function above; values go in as parameters, at
    most one comes out as its result.

    Sound: the statements run in the same order with the same values; the new function has one caller, in the main
    program, so that its fixed memory is its own. Refuses interrupts and what they call, functions with delay loops,
    assembly or waits, runs that switch interrupts off and on, locals that are arrays, bits, volatile or have their
    address taken, and a result that is not new."""
    layout = Layout.of(unit, context.style)
    shared = interrupt_side(unit)
    for function in unit.functions():
        body = function.child_by_field_name("body")
        if body is None or is_conditional(function) or unit.error is not None:
            continue
        runs = [run for block in unit.walk("compound_statement", under=body) for run in _paragraphs(unit, block, body)]
        for run in runs:
            start = run[0].start_byte
            if unit.function_name(function) in shared or is_special(unit, function):
                yield Refusal(start, "interrupt-side")
            elif keeps_time(unit, body) or _waits(unit, function) or has_labels(unit, function):
                yield Refusal(start, "timing-or-labels")
            else:
                yield _extracted(unit, context, layout, function, run)


def _paragraphs(unit: Unit, block: Node, body: Node) -> Iterator[list[Node]]:
    """Runs of expression statements between blank lines or other statements; never all that a function does."""
    children = [child for child in block.named_children if child.type != "comment"]
    run: list[Node] = []
    for child in [*children, None]:
        plain = child is not None and child.type == "expression_statement" and child.named_child_count > 0
        joined = plain and (
            not run
            or (
                child is not None
                and unit.line(lead(unit, child)) == unit.line(tail(unit, run[-1])) + 1
                and lead(unit, child) == child.start_byte
            )
        )
        if joined and child is not None:
            run.append(child)
            continue
        if _LEAST <= len(run) <= _MOST and not (block == body and _opens(run, body) and _closes(run, body)):
            yield run
        run = [child] if plain and child is not None else []


def _waits(unit: Unit, function: Node) -> bool:
    for loop in unit.walk("for_statement", "while_statement", "do_statement", under=function):
        test = loop.child_by_field_name("condition")
        if test is not None and unit.symbols.effects(test).volatile_reads:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Flow:
    """The locals that a run takes in, and the one that it sets and gives out."""

    inputs: tuple[Symbol, ...]
    output: Symbol | None


def _flow(unit: Unit, run: list[Node]) -> _Flow | str:
    inputs: dict[bytes, Symbol] = {}
    outputs: dict[bytes, Symbol] = {}
    guards: set[bytes] = set()
    for statement in run:
        effects = unit.symbols.effects(statement)
        if effects.unknown or hides_flow(unit, statement):
            return "unknown-names"
        if b"EA" in effects.volatile_writes or any(g in guards for g in effects.volatile_writes):
            return "guards"
        guards.update(name for name in effects.volatile_writes if _GUARD.fullmatch(name))
        for node in unit.walk("identifier", under=statement):
            symbol = unit.symbols.resolve(node)
            if symbol is None or symbol.kind not in ("local", "param") or node in symbol.declarations:
                if symbol is not None and symbol.kind == "static" and symbol.scope is not None:
                    return "static-local"
                continue
            t = symbol.type
            taken = (
                node.parent is not None
                and node.parent.type == "pointer_expression"
                and unit.text(node.parent)[:1] == b"&"
            )
            if t is None or not t.scalar or t.kind == "bool" or t.volatile or symbol.storage or taken:
                return "local-not-plain"
            if symbol.name in effects.writes and symbol.name not in outputs:
                outputs[symbol.name] = symbol
                value = _set_by(unit, statement, symbol.name)
                if not value:
                    inputs.setdefault(symbol.name, symbol)
            elif symbol.name not in outputs:
                inputs.setdefault(symbol.name, symbol)
    if len(outputs) > 1:
        return "several-results"
    output = next(iter(outputs.values()), None)
    if output is not None and not _used_elsewhere(output, run):
        return "only-used-inside"
    if output is not None and output.name in inputs:
        return "result-is-input"
    return _Flow(tuple(inputs.values()), output)


def _set_by(unit: Unit, statement: Node, name: bytes) -> bool:
    """Whether the statement is `name = ...` with a value that does not need the old one."""
    expression = statement.named_children[0]
    left, sign = expression.child_by_field_name("left"), expression.child_by_field_name("operator")
    if expression.type != "assignment_expression" or left is None or sign is None:
        return False
    return (
        left.type == "identifier"
        and unit.text(left) == name
        and unit.text(sign) == b"="
        and [unit.text(n) for n in unit.walk("identifier", under=expression)].count(name) == 1
    )


def _used_elsewhere(symbol: Symbol, run: list[Node]) -> bool:
    start, end = run[0].start_byte, run[-1].end_byte
    return any(not start <= use.start_byte < end for use in symbol.uses) or symbol.kind == "param"


def _extracted(unit: Unit, context: Context, layout: Layout, function: Node, run: list[Node]) -> Site | Refusal:
    begin, start, end = lead(unit, run[0]), run[0].start_byte, tail(unit, run[-1])
    flow = _flow(unit, run)
    if isinstance(flow, str):
        return Refusal(start, flow)
    if len(flow.inputs) > _PARAMETERS or unit.in_opaque(begin, end):
        return Refusal(start, "too-many-values")
    names = (_declared(unit, symbol) for symbol in flow.inputs)
    spelt = [text for text in names if text is not None]
    result = _declared(unit, flow.output) if flow.output is not None else b""
    name = _name(unit, context, function, run, flow.output)
    if len(spelt) != len(flow.inputs) or result is None or name is None:
        return Refusal(start, "no-name-or-type")
    remark = unit.src[begin:start].rstrip()
    if b"\n" in remark:
        return Refusal(start, "long-comment")
    kind = result[: -len(flow.output.name)].rstrip() if flow.output is not None else b"void"
    text = lifted(unit, start, end)
    if flow.output is not None:
        text = result + b";\n\n" + text + b"\nreturn " + flow.output.name + b";"
    joint = b"" if kind.endswith(b"*") else b" "
    head = b"static " + kind + joint + name + b"(" + (b", ".join(spelt) or b"void") + b")"
    body = function.child_by_field_name("body")
    above = unit.newline if body is None or unit.src[: body.start_byte].rstrip(b" \t").endswith(b"\n") else b" "
    helper = head + above + b"{" + unit.newline + layout.indented(text, layout.step) + unit.newline + b"}"
    call = name + b"(" + b", ".join(symbol.name for symbol in flow.inputs) + b");"
    if flow.output is not None:
        call = flow.output.name + b" = " + call
    place = unit.line_start(lead(unit, function))
    words = remark + unit.newline if remark else b""
    edits = (Edit(place, place, words + helper + unit.newline * 2), Edit(begin, end, call))
    return Site(edits, (("new", name.decode()),))


def _declared(unit: Unit, symbol: Symbol) -> bytes | None:
    """`const uint8_t *p`, as the variable is declared, without its initialiser."""
    if symbol.declaration is None:
        return None
    holder = unit.enclosing(symbol.declaration, "declaration", "parameter_declaration")
    first = holder.children_by_field_name("declarator")[0] if holder is not None else None
    if holder is None or first is None:
        return None
    outer: Node = symbol.declaration
    while outer.parent is not None and outer.parent.type == "pointer_declarator":
        outer = outer.parent
    if outer.parent is None or outer.parent.type not in ("declaration", "parameter_declaration", "init_declarator"):
        return None
    words = unit.src[holder.start_byte : first.start_byte].strip()
    if unit.comments(holder.start_byte, first.start_byte) or (
        words.startswith((b"static", b"register", b"const ")) and (symbol.type is not None and symbol.type.const)
    ):
        return None
    return words + b" " + unit.src[outer.start_byte : symbol.declaration.start_byte] + symbol.name


def _name(unit: Unit, context: Context, function: Node, run: list[Node], output: Symbol | None) -> bytes | None:
    """What the run sets up or works out, as far as registers and variables tell; else a part of the function."""
    effects = [unit.symbols.effects(statement) for statement in run]
    written = [n for one in effects for n in one.volatile_writes]
    votes = {what: sum(bool(pattern.fullmatch(n)) for n in written) for what, pattern in _UNITS}
    best = max(votes, key=lambda what: votes[what])
    body = function.child_by_field_name("body")
    own = words_of(unit.function_name(function).decode("utf-8", "replace"))
    result = words_of(output.name.decode("utf-8", "replace")) if output is not None else []
    kept = [
        n for one in effects for n in sorted(one.writes) if (s := unit.symbols.lookup(n)) is not None and s.is_variable
    ]
    candidates = [[best, "setup"], [best, "start"]] if votes[best] * 2 > len(run) and not result else []
    if result and own:
        candidates = [[own[0], *result] if len(own) > 1 else ["get", *result], ["compute", *result]]
    elif len(kept) * 2 >= len(run):
        last = words_of(kept[-1].decode("utf-8", "replace"))
        candidates += [["update", *last], ["store", *last]] if last else []
    if own == ["main"]:
        candidates += [["setup"], ["prepare"]] if _opens(run, body) else []
    elif own:
        place = "begin" if _opens(run, body) else "finish" if _closes(run, body) else ""
        place = "step" if run[0].parent != body else place
        candidates += [[*own, place]] if place else []
    for words in candidates:
        spelt = pascal(words) if _is_pascal(unit, function) else cased(words, context.style)
        if unit.function_name(function).islower():
            spelt = "_".join(words)
        if unit.symbols.is_free(spelt.encode()) and spelt not in context.held:
            return spelt.encode()
    return None


def _opens(run: list[Node], body: Node | None) -> bool:
    """Whether only declarations stand before the run in the function's body."""
    before = [] if body is None else [n for n in body.named_children if n.end_byte <= run[0].start_byte]
    return run[0].parent == body and all(n.type in ("declaration", "comment") for n in before)


def _closes(run: list[Node], body: Node | None) -> bool:
    """Whether at most a return stands behind the run in the function's body."""
    after = [] if body is None else [n for n in body.named_children if n.start_byte >= run[-1].end_byte]
    return run[0].parent == body and all(n.type in ("return_statement", "comment") for n in after)


def _is_pascal(unit: Unit, function: Node) -> bool:
    return unit.function_name(function)[:1].isupper()


RULES = (extract_function,)
