"""Qualifiers: `const` where nothing is ever written, and where it says nothing, without."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import operator
from corpus.source.interface import access_mode
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.constant_tables import code_word, in_macro_call, only_code
from generators.rewrites.contexts import is_conditional
from generators.rewrites.declared import automatic, declarators, single
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import exposed

_COMPARED = (b"==", b"!=", b"<", b">", b"<=", b">=", b"&&", b"||")
_FOLLOWED = 20  # expressions around a pointer's use


@rewrite(
    family="declarations",
    en="Make the pointer parameter point to const; nothing is written through it",
    zh="指针参数只读不写，给它指向的类型加上 const",
    changes=[
        (
            "static int sum(int *p, unsigned char n);\n\nint g(void);\n\nstatic int sum(int *p, unsigned char n)\n{\n"
            "    int s = 0;\n\n    while (n--)\n        s += *p++;\n    return s;\n}\n",
            "static int sum(const int *p, unsigned char n);\n\nint g(void);\n\n"
            "static int sum(const int *p, unsigned char n)\n{\n"
            "    int s = 0;\n\n    while (n--)\n        s += *p++;\n    return s;\n}\n",
        ),
        (
            "static int first(const int *p)\n{\n    return p[0];\n}\n\nstatic int f(int *p)\n{\n"
            "    return p ? first(p + 1) : 0;\n}\n",
            "static int first(const int *p)\n{\n    return p[0];\n}\n\nstatic int f(const int *p)\n{\n"
            "    return p ? first(p + 1) : 0;\n}\n",
        ),
    ],
    keeps=[
        "static void f(int *p)\n{\n    *p = 1;\n}\n",
        "static void f(int *p)\n{\n    p[1]++;\n}\n",
        "void g(int *p);\nstatic void f(int *p)\n{\n    g(p);\n}\n",
        "static int *f(int *p)\n{\n    return p + 1;\n}\n",
        "static int f(int *p)\n{\n    int *q = p;\n    *q = 1;\n    return *p;\n}\n",
        "int f(int *p)\n{\n    return *p;\n}\n",
        "struct s { int a[2]; };\nstatic int f(struct s *p)\n{\n    int *q = p->a;\n    return *q;\n}\n",
        "static int f(int *p);\nstatic int (*const t[1])(int *) = {f};\nstatic int f(int *p)\n{\n    return *p;\n}\n",
    ],
)
def const_parameter(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`T *p` of a static function as `const T *p`, in its prototypes, too, where the function only reads through p.

    Sound: a qualifier of the target changes neither the pointer's memory space nor what is read; any pointer to T may
    be passed. Refuses a target that is written, a pointer that is stored, returned or given to what takes no const,
    functions of which an address is taken or that other files may call, and what the harness or macros name.
    """
    for function in unit.functions():
        name = unit.function_name(function)
        symbol = unit.symbols.lookup(name)
        if symbol is None or symbol.storage != b"static" or is_conditional(function) or not only_code(unit, symbol):
            continue
        called = all((use.parent is not None and use.parent.type == "call_expression"
                      and use.parent.child_by_field_name("function") == use) for use in symbol.uses)  # fmt: skip
        lists = [listed for d in symbol.declarations if (listed := _list_of(unit, d)) is not None]
        if len(lists) != len(symbol.declarations) or len({len(one) for one in lists}) != 1:
            continue
        for parameter in (s for s in unit.symbols.all("param") if s.scope == function):
            t = parameter.type
            t = t.decayed() if t is not None else None
            if (
                t is None
                or not t.pointer
                or t.of is None
                or t.of.const
                or t.of.kind in ("function", "array", "pointer")
            ):
                continue
            spots = [one[_place(lists, parameter)] for one in lists] if _place(lists, parameter) >= 0 else []
            start = parameter.declaration.start_byte if parameter.declaration is not None else function.start_byte
            if not spots or not called or name.decode() in context.held or not _spelt_out(unit, spots):
                yield Refusal(start, "seen-elsewhere")
            elif not all(_only_reads(unit, use) for use in parameter.uses) or not parameter.uses:
                yield Refusal(start, "may-be-written")
            else:
                yield Site(
                    tuple(Edit(spot.start_byte, spot.start_byte, b"const ") for spot in spots),
                    (("name", parameter.name.decode()),),
                )


def _list_of(unit: Unit, name: Node) -> list[Node] | None:
    """The parameters of a function's declaration."""
    declarator = unit.enclosing(name, "function_declarator")
    listed = declarator.child_by_field_name("parameters") if declarator is not None else None
    return [n for n in listed.named_children if n.type != "comment"] if listed is not None else None


def _place(lists: list[list[Node]], parameter: Symbol) -> int:
    at = parameter.declaration
    for one in lists:
        for index, node in enumerate(one):
            if at is not None and node.start_byte <= at.start_byte < node.end_byte:
                return index
    return -1


def _spelt_out(unit: Unit, spots: list[Node]) -> bool:
    """Whether each is `T *p` or `T p[]`, its star in sight and nothing opaque in it."""
    for spot in spots:
        declarator = spot.child_by_field_name("declarator")
        if declarator is None or declarator.type not in (
            "pointer_declarator", "array_declarator", "abstract_pointer_declarator"
        ):  # fmt: skip
            return False
        if spot.type != "parameter_declaration" or unit.in_opaque(spot.start_byte, spot.end_byte):
            return False
    return True


def _only_reads(unit: Unit, use: Node) -> bool:
    """Whether nothing is written through the pointer at this use, and no one gets it who might."""
    node = use
    for _ in range(_FOLLOWED):
        parent = node.parent
        if parent is None:
            return False
        kind, sign = parent.type, operator(parent)
        if kind == "parenthesized_expression":
            holder = parent.parent
            if holder is not None and holder.type in ("if_statement", "while_statement", "do_statement"):
                return True
        elif kind == "update_expression" or (kind == "binary_expression" and sign in (b"+", b"-")):
            t = unit.symbols.type_of(parent)
            if t is None:
                return False
            if t.integer:
                return True  # the distance of two pointers
        elif kind == "binary_expression":
            return sign in _COMPARED
        elif kind == "unary_expression":
            return sign == b"!"
        elif kind == "conditional_expression":
            return parent.child_by_field_name("condition") == node
        elif kind == "assignment_expression":
            left = parent.child_by_field_name("left")
            ends = parent.parent is not None and parent.parent.type in ("expression_statement", "for_statement")
            if left == node or left is None or not ends:
                return node == use and ends and sign in (b"=", b"+=", b"-=")
            t = unit.symbols.type_of(left)
            own = unit.symbols.resolve(left) == unit.symbols.resolve(use)
            return sign == b"=" and (own or (t is not None and t.of is not None and t.of.const and not t.of.space))
        elif (
            (kind == "pointer_expression" and sign == b"*")
            or (kind == "subscript_expression" and parent.child_by_field_name("argument") == node)
            or (kind == "field_expression" and sign == b"->")
        ):
            return _is_read(unit, parent)
        elif kind == "argument_list":
            return _given_to_const(unit, parent, node)
        else:
            return kind in ("expression_statement", "for_statement")
        node = parent
    return False


def _is_read(unit: Unit, lvalue: Node) -> bool:
    """Whether what a pointer leads to is only read, as a number or a pointer."""
    if in_macro_call(unit, lvalue):
        return False
    node = lvalue
    for _ in range(_FOLLOWED):
        t, parent = unit.symbols.type_of(node), node.parent
        if t is None or parent is None:
            return False
        if t.scalar:
            return access_mode(node) == "r"
        holder = parent.type
        inside = parent.child_by_field_name("argument") == node
        member = holder == "field_expression" and operator(parent) == b"." and t.kind == "struct"
        if not inside or not (member or (holder == "subscript_expression" and t.array)):
            return False
        node = parent
    return False


def _given_to_const(unit: Unit, listed: Node, node: Node) -> bool:
    """Whether the function that gets this argument promises to leave the target alone."""
    call = listed.parent
    called = call.child_by_field_name("function") if call is not None else None
    symbol = unit.symbols.resolve(called) if called is not None and called.type == "identifier" else None
    given = [n for n in listed.named_children if n.type != "comment"]
    if symbol is None or symbol.kind != "function" or symbol.declaration is None or node not in given:
        return False
    listed_there = _list_of(unit, symbol.declaration)
    if listed_there is None or len(listed_there) != len(given):
        return False
    spot = listed_there[given.index(node)]
    t = unit.symbols.described(spot) if spot.type == "parameter_declaration" else None
    t = t.decayed() if t is not None else None
    return t is not None and t.pointer and t.of is not None and t.of.const and not t.of.space


@rewrite(
    family="declarations",
    en="Make the array that is never written a constant table",
    zh="这个数组从不被改写，声明成 const 常量表",
    changes=[
        (
            "#include <8052.h>\n\nstatic unsigned char font[2] = {0x3F, 0x06};\n\nvoid f(unsigned char n)\n{\n"
            "    P1 = font[n & 1];\n}\n",
            "#include <8052.h>\n\nstatic const __code unsigned char font[2] = {0x3F, 0x06};\n\n"
            "void f(unsigned char n)\n{\n    P1 = font[n & 1];\n}\n",
        ),
        (
            "void g(const int *p);\n\nvoid f(void)\n{\n    static int setup[3] = {1, 2, 3};\n\n    g(setup);\n}\n",
            "void g(const int *p);\n\nvoid f(void)\n{\n    static const int setup[3] = {1, 2, 3};\n\n"
            "    g(setup);\n}\n",
        ),
    ],
    keeps=[
        "static int t[2] = {1, 2};\nvoid f(void)\n{\n    t[0] = 3;\n}\n",
        "static int t[2] = {1, 2};\nint *f(void)\n{\n    return t;\n}\n",
        "static int t[2];\nint f(void)\n{\n    return t[0];\n}\n",
        "static volatile int t[2] = {1, 2};\nint f(void)\n{\n    return t[0];\n}\n",
        "static __xdata int t[2] = {1, 2};\nint f(void)\n{\n    return t[0];\n}\n",
        "int t[2] = {1, 2};\nint f(void)\n{\n    return t[0];\n}\n",
        "static int t[2] = {1, 2};\nvoid g(int *p);\nvoid f(void)\n{\n    g(t);\n}\n",
    ],
)
def const_table(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A static array with values from the start that nobody writes as `static const`, in code memory on the 8051, as
    the file's other tables.

    Sound: what is never written always has its first values; each use reads an element or passes the array to a
    function that takes a pointer to const, which on the 8051 is generic and finds it in code memory too. Refuses an
    array whose address goes anywhere else, a memory space of its own, `volatile`, bits, what the harness, macros or
    assembly name, and Keil's dialect.
    """
    for symbol in unit.symbols.all("static"):
        t, at = symbol.type, symbol.declaration
        if t is None or not t.array or t.of is None or at is None or t.of.const or len(symbol.declarations) != 1:
            continue
        declaration = unit.enclosing(at, "declaration")
        holder = unit.enclosing(at, "init_declarator")
        if declaration is None or holder is None or len(declarators(declaration)) != 1:
            continue
        start = declaration.start_byte
        space = code_word(unit)
        plain = t.of.kind in ("int", "struct") and not t.of.volatile and not t.of.space
        if space is None or not plain or not unit.text(declaration).startswith(b"static "):
            yield Refusal(start, "not-plain")
        elif unit.dialect(start, holder.start_byte) or is_conditional(declaration) or not only_code(unit, symbol):
            yield Refusal(start, "seen-elsewhere")
        elif symbol.name.decode() in context.held or unit.in_opaque(start, holder.start_byte):
            yield Refusal(start, "used-by-the-harness")
        elif not symbol.uses or not all(_reads_element(unit, use) for use in symbol.uses):
            yield Refusal(start, "may-be-written")
        else:
            after = start + len(b"static ")
            yield Site((Edit(after, after, b"const " + space),), (("name", symbol.name.decode()),))


def _reads_element(unit: Unit, use: Node) -> bool:
    parent = use.parent
    if parent is None:
        return False
    if parent.type == "subscript_expression" and parent.child_by_field_name("argument") == use:
        return _is_read(unit, parent)
    return parent.type == "argument_list" and _given_to_const(unit, parent, use)


@rewrite(
    family="declarations",
    scope="file",
    en="Mark the locals that never change after their initialiser const",
    zh="初始化之后不再改变的局部变量加上 const",
    changes=[
        (
            "int g(int n);\n\nint f(int n)\n{\n    int twice = n * 2;\n    int i;\n\n    for (i = 0; i < twice; i++)\n"
            "        g(i);\n    return twice;\n}\n",
            "int g(int n);\n\nint f(int n)\n{\n    const int twice = n * 2;\n    int i;\n\n"
            "    for (i = 0; i < twice; i++)\n        g(i);\n    return twice;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    int m = n;\n\n    m++;\n    return m;\n}\n",
        "void g(int *p);\nint f(int n)\n{\n    int m = n;\n\n    g(&m);\n    return m;\n}\n",
        "int f(int *p)\n{\n    int *q = p;\n\n    return *q;\n}\n",
        "int f(void)\n{\n    int m;\n\n    m = 2;\n    return m;\n}\n",
        "int f(int n)\n{\n    volatile int m = n;\n\n    return m;\n}\n",
        "int f(void)\n{\n    int m = 5;\n\n    return m;\n}\n",
    ],
)
def const_locals(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`T n = ...;` in a function as `const T n = ...;` where nothing writes n afterwards.

    Sound: const only forbids what nobody does. Refuses variables whose address is taken, pointers, bits, memory spaces,
    a constant initialiser (it would be a constant with a name, which the file's macros are), names in macros or
    assembly, and a declaration of several names.
    """
    for node in unit.walk("declaration"):
        found = single(unit, node)
        symbol = automatic(unit, found[0]) if found is not None else None
        if found is None or found[1] is None or symbol is None or symbol.type is None:
            continue
        if symbol.type.kind != "int" or symbol.type.volatile or not symbol.uses or node.parent is None:
            continue
        if exposed(symbol) or (not only_code(unit, symbol) and _in_macros(unit, symbol)):
            yield Refusal(node.start_byte, "address-taken")
        elif any(access_mode(use) != "r" or in_macro_call(unit, use) for use in symbol.uses):
            yield Refusal(node.start_byte, "written")
        elif unit.symbols.constant(found[1]) is not None or node.parent.type != "compound_statement":
            yield Refusal(node.start_byte, "constant")
        else:
            yield Site((Edit(node.start_byte, node.start_byte, b"const "),))


def _in_macros(unit: Unit, symbol: Symbol) -> bool:
    """Whether a directive or assembly has the name of a local, which other functions may share."""
    return any(o.where != "code" for o in unit.symbols.occurrences(symbol.name))


@rewrite(
    family="declarations",
    scope="file",
    en="Drop const from locals and parameters that are plain values",
    zh="去掉普通局部变量和按值传递参数上的 const",
    changes=[
        (
            "int f(const int n)\n{\n    const int twice = n * 2;\n\n    return twice;\n}\n",
            "int f(int n)\n{\n    int twice = n * 2;\n\n    return twice;\n}\n",
        ),
    ],
    keeps=[
        "int f(const int *p)\n{\n    return *p;\n}\n",
        "const int a = 3;\nint f(void)\n{\n    return a;\n}\n",
        "int f(void)\n{\n    static const int a = 3;\n\n    return a;\n}\n",
        "int f(void)\n{\n    const int a[2] = {1, 2};\n\n    return a[1];\n}\n",
        "int f(int n)\n{\n    const int a = n;\n    const int *p = &a;\n\n    return *p;\n}\n",
        "int f(const int n);\nint f(const int n)\n{\n    return n;\n}\n",
    ],
)
def const_values_dropped(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`const T n` of a local or a parameter that is a number as `T n`.

    Sound: nothing writes it, or the compiler would have refused it; the caller passes a value in any case. Refuses
    pointers and arrays, statics, which const puts into code memory, variables whose address is taken, functions with a
    prototype of their own, macros, and memory spaces.
    """
    for node in unit.walk("declaration", "parameter_declaration"):
        names = declarators(node)
        words = [c for c in node.children if c.type == "type_qualifier" and unit.text(c) == b"const"]
        if len(names) != 1 or len(words) != 1 or unit.enclosing_function(node) is None:
            continue
        name = names[0].child_by_field_name("declarator") if names[0].type == "init_declarator" else names[0]
        symbol = unit.symbols.resolve(name) if name is not None and name.type == "identifier" else None
        t = symbol.type if symbol is not None else None
        if symbol is None or t is None or t.kind != "int" or symbol.kind not in ("local", "param") or t.space:
            continue
        function = unit.enclosing_function(node)
        own = unit.symbols.lookup(unit.function_name(function)) if function is not None else None
        end = words[0].end_byte
        rest = unit.src[end : names[0].start_byte]
        if symbol.kind == "param" and (own is None or len(own.declarations) != 1 or symbol.scope != function):
            yield Refusal(node.start_byte, "has-a-prototype")
        elif exposed(symbol) or _in_macros(unit, symbol) or symbol.storage or t.volatile:
            yield Refusal(node.start_byte, "address-taken")
        elif unit.in_opaque(node.start_byte, node.end_byte) or not rest[:1].isspace():
            yield Refusal(node.start_byte, "not-plain")
        else:
            blank = len(rest) - len(rest.lstrip(b" \t"))
            yield Site((Edit(words[0].start_byte, end + blank, b""),))


RULES = (const_parameter, const_table, const_locals, const_values_dropped)
