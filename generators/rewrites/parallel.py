"""Parallel tables: several constant tables with one index as one table of structs, and the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from corpus.source.ctype import CType
from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, tail
from generators.rewrites.constant_tables import Table, code_word, subscripts, table_text, tables, worded
from generators.rewrites.declared import beside, declarators
from generators.rewrites.grouping import file_word
from generators.rewrites.indexes import within
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import cased
from generators.rewrites.timing import keeps_time

_MOST = 4  # tables that make one
_HEAD = re.compile(rb"\b(?:static|const|__code)\s+")


@rewrite(
    family="tables",
    en="Merge the parallel constant tables into one table of structs",
    zh="把几个下标相同的常量表合并成一个结构体表",
    changes=[
        (
            "static const unsigned char tone_reload[2] = {0x10, 0x20};\nstatic const int tone_length[2] = {300, 200};\n"
            "\nint f(unsigned char n)\n{\n    return tone_reload[n & 1] + tone_length[n & 1];\n}\n",
            "static const struct {\n    unsigned char reload;\n    int length;\n} tones[2] = {\n    {0x10, 300},\n"
            "    {0x20, 200}\n};\n"
            "\nint f(unsigned char n)\n{\n    return tones[n & 1].reload + tones[n & 1].length;\n}\n",
        ),
    ],
    keeps=[
        "static const int a_x[2] = {1, 2};\nstatic const int a_y[3] = {1, 2, 3};\nint f(unsigned char n)\n{\n"
        "    return a_x[n & 1] + a_y[n & 1];\n}\n",
        "static const int a_x[2] = {1, 2};\nstatic const int a_y[2] = {1, 2};\nconst int *f(unsigned char n)\n{\n"
        "    return n ? a_x : a_y;\n}\n",
        "static const int a_x[2] = {1, 2};\nstatic const int a_y[2] = {1, 2};\nint f(unsigned char n, "
        "unsigned char m)\n{\n    return a_x[n & 1] + a_y[m & 1];\n}\n",
        "static int a_x[2] = {1, 2};\nstatic int a_y[2] = {1, 2};\nint f(unsigned char n)\n{\n"
        "    return a_x[n & 1] + a_y[n & 1];\n}\n",
        "static const int a_x[2] = {1, 2};\nstatic const int a_y[2] = {1, 2};\nint f(unsigned char n)\n{\n"
        "    return a_x[n] + a_y[n];\n}\n",
    ],
)
def tables_to_structs(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Two to four static constant tables of one length, line under line and indexed alike, as one table of structs.

    Sound: each element is the same constant of the same type in the same memory space, and each surely valid index
    finds it as a member. Refuses an index that might be outside, tables of which an address is taken, that are not
    indexed by the same expressions, that the harness, macros or assembly name, comments among them, and functions that
    keep time.
    """
    run: list[Table] = []
    found = [t for t in tables(unit) if t.declaration.parent == unit.root and t.element.scalar and _in_code(t)]
    for table in [*found, None]:
        if table is not None and (not run or _follows(unit, run[-1], table)):
            run.append(table)
            continue
        if 1 < len(run) <= _MOST:
            yield _merged(unit, context, run)
        run = [table] if table is not None else []


def _in_code(table: Table) -> bool:
    """Whether the table has no memory space or that of constants."""
    return table.element.space in (b"", b"__code")


def _follows(unit: Unit, before: Table, after: Table) -> bool:
    """Whether the second table is declared right under the first, as long and in the same space."""
    gap = unit.src[unit.end(before.declaration) : after.declaration.start_byte]
    alike = len(before.elements) == len(after.elements) and before.element.space == after.element.space
    return alike and not gap.strip() and gap.count(b"\n") == 1


def _indexes(unit: Unit, table: Table) -> list[Node] | None:
    """The indexes of all uses, if all are surely valid and outside of functions that keep time."""
    reads = subscripts(unit, table.symbol)
    if not reads or any(keeps_time(unit, n) or unit.in_opaque(n.start_byte, n.end_byte) for n in reads):
        return None
    indexes = [i for n in reads if (i := n.child_by_field_name("index")) is not None]
    return indexes if all(within(unit, i, len(table.elements)) for i in indexes) else None


def _merged(unit: Unit, context: Context, run: list[Table]) -> Site | Refusal:
    start, end = run[0].declaration.start_byte, tail(unit, run[-1].declaration)
    indexes = [_indexes(unit, table) for table in run]
    if any(found is None for found in indexes):
        return Refusal(start, "index-may-be-outside")
    spelt = [{unit.text(i) for i in found or ()} for found in indexes]
    if any(one != spelt[0] for one in spelt):
        return Refusal(start, "indexed-apart")
    if any(t.symbol.name.decode() in context.held for t in run):
        return Refusal(start, "used-by-the-harness")
    if unit.comments(start, end) or beside(unit, run[0].declaration) or unit.in_opaque(start, end):
        return Refusal(start, "comment-in-the-way")
    heads = [_plain_head(unit, table) for table in run]
    names = _names(unit, context, run)
    if names is None or any(head is None for head in heads):
        return Refusal(start, "no-name")
    name, members = names
    layout = Layout.of(unit, context.style)
    opening = unit.newline if layout.own_line else b" "
    space = run[0].element.space
    first = b"static const " + (space + b" " if space else b"") + b"struct" + opening + b"{" + unit.newline
    inside = [layout.step + (head or b"") + m + b";" for head, m in zip(heads, members, strict=True)]
    rows = zip(*([unit.text(n) for n in table.elements] for table in run), strict=True)
    items = [layout.step + b"{" + b", ".join(row) + b"}" for row in rows]
    text = first + unit.newline.join(inside) + unit.newline + b"} " + name + b"[" + _length(unit, run[0]) + b"] = {"
    text += unit.newline + (b"," + unit.newline).join(items) + unit.newline + b"};"
    edits = [Edit(start, end, text)]
    for table, member in zip(run, members, strict=True):
        for read in subscripts(unit, table.symbol) or ():
            use, stop = read.child_by_field_name("argument"), unit.end(read)
            assert use is not None
            edits += [Edit(use.start_byte, use.end_byte, name), Edit(stop, stop, b"." + member)]
    first_name, last_name = (t.symbol.name.decode() for t in (run[0], run[-1]))
    return Site(tuple(edits), (("name", first_name), ("last", last_name), ("new", name.decode())))


def _length(unit: Unit, table: Table) -> bytes:
    """The length between the brackets as it is written, or the number of elements."""
    at = table.symbol.declaration
    size = at.parent.child_by_field_name("size") if at is not None and at.parent is not None else None
    return unit.text(size) if size is not None else b"%d" % len(table.elements)


def _plain_head(unit: Unit, table: Table) -> bytes | None:
    """The type of an element as it is declared, without what the whole table is; None for a pointer."""
    first = declarators(table.declaration)[0]
    words = unit.src[table.declaration.start_byte : first.start_byte]
    return None if table.element.pointer else _HEAD.sub(b"", words + b" ").strip() + b" "


def _names(unit: Unit, context: Context, run: Sequence[Table]) -> tuple[bytes, list[bytes]] | None:
    """`tones` and `reload`, `length` for `tone_reload`, `tone_length`; else the file's word and the tables' names."""
    words = [worded(t.symbol.name) for t in run]
    common = _common(words)
    if common and all(len(w) > len(common) for w in words):
        table, members = [*common[:-1], _plural(common[-1])], [w[len(common) :] for w in words]
    else:
        table, members = [*([w] if (w := file_word(unit)) else []), "table"], words
    name = cased(list(table), context.style).encode()
    if not all(members) or not unit.symbols.is_free(name) or name.decode() in context.held:
        return None
    found = [cased(m, context.style).encode() for m in members]
    macros = any((s := unit.symbols.lookup(m)) is not None and s.kind == "macro" for m in found)
    return None if macros or len(set(found)) != len(found) else (name, found)


def _common(words: Sequence[list[str]]) -> list[str]:
    """The words that all names begin with."""
    found: list[str] = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        found.append(column[0])
    return found


def _plural(word: str) -> str:
    return word if word.endswith("s") else word + "s"


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 2 else word


@rewrite(
    family="tables",
    en="Split the table of structs into one constant table for each member",
    zh="把结构体表按成员拆成几个常量表",
    changes=[
        (
            "struct tone {\n    unsigned char reload;\n    int length;\n};\n\n"
            "static const struct tone tones[2] = {\n    {0x10, 300},\n    {0x20, 200}\n};\n"
            "\nint f(unsigned char n)\n{\n    return tones[n & 1].reload + tones[n & 1].length;\n}\n",
            "static const unsigned char tone_reload[2] = {0x10, 0x20};\nstatic const int tone_length[2] = {300, 200};\n"
            "\nint f(unsigned char n)\n{\n    return tone_reload[n & 1] + tone_length[n & 1];\n}\n",
        ),
    ],
    keeps=[
        "struct tone {\n    int a;\n    int b;\n};\nstatic const struct tone tones[2] = {{1, 2}, {3, 4}};\n"
        "const struct tone *f(unsigned char n)\n{\n    return &tones[n & 1];\n}\n",
        "struct tone {\n    int a;\n    int b;\n};\nstatic const struct tone tones[2] = {{1, 2}, {3, 4}};\n"
        "int f(unsigned char n)\n{\n    struct tone t = tones[n & 1];\n    return t.a;\n}\n",
        "struct tone {\n    int a : 4;\n    int b : 4;\n};\nstatic const struct tone tones[2] = {{1, 2}, {3, 4}};\n"
        "int f(unsigned char n)\n{\n    return tones[n & 1].a + tones[n & 1].b;\n}\n",
        "struct tone {\n    int a;\n    int b;\n};\nstatic const struct tone tones[2] = {{1, 2}, {3, 4}};\n"
        "int f(unsigned char n)\n{\n    return tones[n].a + tones[n].b;\n}\n",
    ],
)
def structs_to_tables(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A static constant table of structs of which only members are read, as one table for each member; the struct goes
    with it where nothing else is of its type.

    Sound: each surely valid index finds the same constant of the same type. Refuses an index that might be outside, an
    element used as a whole, members that are no numbers, bit-fields, members that nobody reads, comments among the
    values, what the harness, macros or assembly name, and functions that keep time.
    """
    for table in tables(unit):
        if table.element.kind == "struct" and table.declaration.parent == unit.root and _in_code(table):
            found = _split(unit, context, table)
            yield Refusal(table.declaration.start_byte, found) if isinstance(found, str) else found


def _split(unit: Unit, context: Context, table: Table) -> Site | str:
    declaration, name = table.declaration, table.symbol.name
    kind = declaration.child_by_field_name("type")
    tag = kind.child_by_field_name("name") if kind is not None and kind.type == "struct_specifier" else None
    defined = [
        n for n in unit.walk("struct_specifier") if n.child_by_field_name("body") is not None
        and tag is not None and n.child_by_field_name("name") is not None
        and unit.text(_name_of(n)) == unit.text(tag)
    ]  # fmt: skip
    own = kind.child_by_field_name("body") if kind is not None else None
    holder = kind if own is not None else defined[0] if len(defined) == 1 else None
    if kind is None or holder is None or name.decode() in context.held or code_word(unit) is None:
        return "struct-not-in-sight"
    body = holder.child_by_field_name("body")
    fields = [c for c in body.named_children if c.type != "comment"] if body is not None else []
    if unit.comments(declaration.start_byte, unit.end(declaration)) or beside(unit, declaration):
        return "comment-in-the-way"
    reads = _indexes(unit, table)
    uses = subscripts(unit, table.symbol) or []
    if reads is None:
        return "index-may-be-outside"
    rows = [[c for c in n.named_children if c.type != "comment"] for n in table.elements]
    if any(n.type != "initializer_list" for n in table.elements) or any(len(r) != len(fields) for r in rows):
        return "values-not-plain"
    word = worded(name)
    heads: list[bytes] = []
    names: dict[bytes, bytes] = {}
    for field in fields:
        member = declarators(field)
        t = _type_of(unit, member[0]) if len(member) == 1 and field.type == "field_declaration" else None
        if t is None or not t.integer or t.kind == "bool" or member[0].type != "field_identifier":
            return "member-not-plain"
        if any(c.type == "bitfield_clause" for c in field.named_children):
            return "member-not-plain"
        words = [*word[:-1], _singular(word[-1]), *worded(unit.text(member[0]))] if word else []
        new = cased(words, context.style).encode() if words else b""
        if not words or not unit.symbols.is_free(new) or new.decode() in context.held or new in names.values():
            return "no-name"
        names[unit.text(member[0])] = new
        heads.append(unit.src[field.start_byte : member[0].start_byte])
    edits: list[Edit] = []
    seen: set[bytes] = set()
    for read in uses:
        use, parent = read.child_by_field_name("argument"), read.parent
        member_name = parent.child_by_field_name("field") if parent is not None else None
        if use is None or parent is None or member_name is None or parent.child_by_field_name("argument") != read:
            return "used-as-a-whole"
        seen.add(unit.text(member_name))
        edits.append(Edit(use.start_byte, use.end_byte, names[unit.text(member_name)]))
        edits.append(Edit(unit.end(read), unit.end(parent), b""))
    if seen != set(names):
        return "member-not-read"
    space = table.element.space
    first = b"static const " + (space + b" " if space else b"")
    texts = []
    for index, (head, new) in enumerate(zip(heads, names.values(), strict=True)):
        values = [unit.text(row[index]) for row in rows]
        spelt = first + head + new + b"[" + _length(unit, table) + b"]"
        texts.append(table_text(unit, context.style, spelt, values))
    edits.append(Edit(declaration.start_byte, unit.end(declaration), unit.newline.join(texts)))
    if own is None and tag is not None and len(unit.symbols.occurrences(unit.text(tag))) == 2:
        alone = holder.parent == unit.root and not unit.comments(holder.start_byte, holder.end_byte)
        apart = removal_of(unit, holder) if alone else None
        if apart is not None:
            edits.append(apart)
    return Site(tuple(edits), (("name", name.decode()),))


def _name_of(node: Node) -> Node:
    name = node.child_by_field_name("name")
    assert name is not None
    return name


def _type_of(unit: Unit, name: Node) -> CType | None:
    symbol = unit.symbols.resolve(name)
    return symbol.type if symbol is not None else None


def removal_of(unit: Unit, struct: Node) -> Edit | None:
    """The edit that takes a struct's definition away with its `;`."""
    stop = line_stop(unit, struct.end_byte)
    if unit.src[struct.end_byte : stop].strip() != b";" or beside(unit, struct):
        return None
    end = min(unit.line_end(stop) + 1, len(unit.src))
    after = unit.line_end(end)
    if end < len(unit.src) and not unit.src[end:after].strip():
        end = min(after + 1, len(unit.src))
    start = unit.line_start(struct.start_byte)
    return None if unit.src[start : struct.start_byte].strip() else Edit(start, end, b"")


RULES = (tables_to_structs, structs_to_tables)
