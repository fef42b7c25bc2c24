"""Types of one's own: what they are called, and whether a struct goes by its tag or by a typedef."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from corpus.source.ctype import BUILTIN
from corpus.source.dialect import KEYWORDS
from corpus.source.edits import Edit
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.contexts import is_conditional
from generators.rewrites.declared import removal
from generators.rewrites.renaming import Renaming, spoken, tag_refusal, tags
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import pascal, words_of
from generators.rewrites.style import Style

_TAGGED = ("struct_specifier", "union_specifier", "enum_specifier")
# How a convention is called in `Site.way`, and what a person asks for.
_CONVENTIONS = {
    "note_t": ("suffix", "Rename the types to lower case, typedefs with `_t`", "自定义类型改成小写，typedef 加 `_t`"),
    "Note": ("pascal", "Rename the types to PascalCase", "自定义类型的名字改成首字母大写（PascalCase）"),
    "NOTE": ("capitals", "Rename the typedefs to capitals, tags to PascalCase", "typedef 名改成全大写，标签首字母大写"),
    "Note_t": (
        "pascal-suffix",
        "Rename the types to PascalCase, typedefs with `_t`",
        "自定义类型首字母大写，typedef 加 `_t`",
    ),
}


def _words(name: str) -> list[str]:
    """The words of a type's name, without a final `_t`."""
    stem = name[:-2] if name[-2:] in ("_t", "_T") else name
    return words_of(stem.lower() if stem.isupper() else stem)


def _convention(style: Style) -> str:
    if style.names == "hungarian":
        return "Note_t" if style.widths else "NOTE"
    return "Note" if style.names == "camel" else "note_t"


def _type_name(words: list[str], style: Style) -> str:
    plain = {"NOTE": "_".join(words).upper(), "note_t": "_".join(words) + "_t", "Note": pascal(words)}
    return plain.get(_convention(style)) or pascal(words) + "_t"


def _tag_name(words: list[str], style: Style) -> str:
    return "_".join(words) if style.names in ("snake", "terse") else pascal(words)


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Rename the types to one convention",
    zh="统一自定义类型的命名",
    changes=[
        (
            "typedef struct {\n    int pitch;\n} Note;\n\nstatic Note *next; /* see Note[] */\n",
            "typedef struct {\n    int pitch;\n} note_t;\n\nstatic note_t *next; /* see note_t[] */\n",
        ),
        (
            "struct count_down {\n    int left;\n};\n\nstruct count_down count_down[4];\n"
            "typedef enum { OK } link_t;\nlink_t f(void);\n",
            "struct CountDown {\n    int left;\n};\n\nstruct CountDown count_down[4];\ntypedef enum { OK } Link;\n"
            "Link f(void);\n",
        ),
        ("typedef void (*task_fn)(void);\ntask_fn t;\n", "typedef void (*TaskFn_t)(void);\nTaskFn_t t;\n"),
    ],
    keeps=[
        "typedef unsigned char u8;\nu8 n;\n",
        "#include <stdint.h>\nuint8_t n;\n",
        "typedef struct {\n    int a;\n} Note;\n#define NOTES Note notes[4]\n",
        "struct port;\nvoid f(struct port *p);\n",
        "struct Tiny {\n    int a;\n};\nint f(int n, ...)\n{\n    struct Tiny x;\n\n    x = va_arg(ap, struct Tiny);\n"
        "    return x.a;\n}\n",
        'struct Tiny {\n    int a;\n};\ntypedef struct {\n    int b;\n} Note;\n#include "note.h"\n'
        "struct Tiny x;\nNote y;\n",
    ],
)
def rename_types(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Names of structs, unions, enums and function pointer types as the style has them: `note_t`, `Note`, `NOTE`.

    Sound: every place that means the typedef name or the tag changes; tags are a name space of their own. Refuses names
    of numbers (`u8` says its width), types that are only declared here or stand above the include of a header that is
    not here, names in macros, asm or text that does not parse (`va_arg(ap, struct note)`), and tags that the harness
    may mean where a variable has the same name.
    """
    renaming = Renaming(unit, avoid=context.held)
    comments = unit.comments()
    for symbol in unit.symbols.all("typedef"):
        name = symbol.name.decode("utf-8", "replace")
        wanted = _type_name(words, context.style) if (words := _words(name)) else name
        if wanted == name or symbol.scope is not None or not _of_its_own(unit, symbol):
            continue
        refused, new = renaming.refusal(symbol), renaming.choose([wanted])
        if refused is not None or new is None:
            yield refused or Refusal(symbol.declarations[0].start_byte, "name-taken")
        else:
            renaming.add(symbol, new, comments)
    seen = list(renaming.pairs)
    for tag, places in _own_tags(unit).items():
        name = tag.decode("utf-8", "replace")
        wanted = _tag_name(words, context.style) if (words := _words(name)) else name
        if wanted == name:
            continue
        other = unit.symbols.lookup(tag)
        if (hidden := tag_refusal(unit, tag, places)) is not None:
            yield hidden
        elif name in context.held and other is not None:
            yield Refusal(places[0].start_byte, "harness-means-another")
        elif (new := renaming.choose([wanted])) is None:
            yield Refusal(places[0].start_byte, "name-taken")
        else:
            renaming.taken.add(new)
            renaming.pairs.append((name, new.decode()))
            seen += [(name, new.decode())] if other is None else []
            for node in places:
                renaming.replace(node.start_byte, node.end_byte, new)
    site = renaming.site(aliases=False)
    if site is not None:
        way, *ask = _CONVENTIONS[_convention(context.style)]
        yield replace(site, aliases=tuple(seen), ask=(ask[0], ask[1]), way=way)


def _of_its_own(unit: Unit, symbol: Symbol) -> bool:
    """Whether a typedef names a struct, union, enum or function pointer, and not a number."""
    node = unit.enclosing(symbol.declarations[0], "type_definition")
    head = node.child_by_field_name("type") if node is not None else None
    t = symbol.type
    function = t is not None and t.kind == "pointer" and t.of is not None and t.of.kind == "function"
    return head is not None and (head.type in _TAGGED or function)


def _own_tags(unit: Unit) -> dict[bytes, list[Node]]:
    """The tags that this source defines once, and where they stand."""
    found: dict[bytes, list[Node]] = {}
    bodies: dict[bytes, int] = {}
    for node in tags(unit):
        tag = unit.text(node)
        found.setdefault(tag, []).append(node)
        specifier = node.parent
        bodies[tag] = bodies.get(tag, 0) + (specifier is not None and specifier.child_by_field_name("body") is not None)
    return {tag: nodes for tag, nodes in found.items() if bodies[tag] == 1 and tag not in unit.symbols.header_names}


@rewrite(
    family="declarations",
    en="Name the struct by a tag instead of a typedef",
    zh="不用 typedef，改成带标签的 struct",
    changes=[
        (
            "typedef struct {\n    int pitch;\n} Note;\n\nstatic const Note *next;\n\nint f(Note *n)\n{\n"
            "    return sizeof(Note) + n->pitch;\n}\n",
            "struct note {\n    int pitch;\n};\n\nstatic const struct note *next;\n\nint f(struct note *n)\n{\n"
            "    return sizeof(struct note) + n->pitch;\n}\n",
        ),
        (
            "typedef enum { OK, LOST } link_t;\nlink_t f(void);\n",
            "enum link { OK, LOST };\nenum link f(void);\n",
        ),
    ],
    keeps=[
        "typedef struct {\n    int a;\n} Note, *NotePointer;\n",
        "typedef volatile struct {\n    int a;\n} Port;\n",
        "typedef struct {\n    int a;\n} Note;\n#define NEW(n) Note n\n",
        "typedef struct {\n    int a;\n} Note; /* a Note[] is a melody */\nNote n;\n",
    ],
)
def typedef_to_tag(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`typedef struct { ... } Note;` as `struct note { ... };`, and `Note` as `struct note`.

    Sound: both name the same type. Refuses a typedef with qualifiers, of several names or of a pointer, names that the
    harness uses, that stand in macros, or that comments speak of.
    """
    for symbol in unit.symbols.all("typedef"):
        node = unit.enclosing(symbol.declarations[0], "type_definition")
        head = node.child_by_field_name("type") if node is not None else None
        if node is None or head is None or head.type not in _TAGGED or head.child_by_field_name("body") is None:
            continue
        start = node.start_byte
        names = node.children_by_field_name("declarator")
        given = head.child_by_field_name("name")
        plain = [child.type for child in node.children] == ["typedef", head.type, "type_identifier", ";"]
        if not plain or len(names) != 1 or len(symbol.declarations) != 1 or is_conditional(node):
            yield Refusal(start, "not-a-plain-typedef")
            continue
        words = _words(symbol.name.decode("utf-8", "replace"))
        refused = Renaming(unit).refusal(symbol)
        if refused is not None or symbol.name.decode() in context.held or symbol.scope is not None or not words:
            yield refused or Refusal(start, "seen-by-the-harness")
            continue
        tag = unit.text(given) if given is not None else _tag_name(words, context.style).encode()
        if given is None and not _is_free_tag(unit, tag):
            yield Refusal(start, "name-taken")
            continue
        if spoken(unit, unit.comments(), symbol.name) or unit.comments(head.end_byte, node.end_byte):
            yield Refusal(start, "named-in-a-comment")
            continue
        keyword = head.children[0]
        edits = [
            Edit(start, head.start_byte, b""),
            Edit(head.end_byte, names[0].end_byte, b""),
            *((Edit(keyword.end_byte, keyword.end_byte, b" " + tag),) if given is None else ()),
            *(Edit(use.start_byte, unit.end(use), unit.text(keyword) + b" " + tag) for use in symbol.uses),
        ]
        named = (("name", symbol.name.decode()), ("new", f"{unit.text(keyword).decode()} {tag.decode()}"))
        yield Site(aligned(unit, edits), params=named)


def _is_free_tag(unit: Unit, tag: bytes) -> bool:
    """Whether no struct, macro, header or dialect has the name; a variable of it is in another name space."""
    taken = tag in KEYWORDS or tag in BUILTIN or tag in unit.symbols.header_names
    code = all(place.where == "code" for place in unit.symbols.occurrences(tag))
    return not taken and code and not any(unit.text(other) == tag for other in tags(unit))


@rewrite(
    family="declarations",
    en="Give the struct a typedef name and use that instead of the tag",
    zh="给 struct 起 typedef 名，用它代替标签",
    changes=[
        (
            "struct phase {\n    int lamps;\n};\n\nstatic const struct phase phases[2];\n\n"
            "int f(struct phase *p)\n{\n    return sizeof(struct phase) + p->lamps;\n}\n",
            "typedef struct {\n    int lamps;\n} phase_t;\n\nstatic const phase_t phases[2];\n\n"
            "int f(phase_t *p)\n{\n    return sizeof(phase_t) + p->lamps;\n}\n",
        ),
    ],
    keeps=[
        "struct node {\n    struct node *next;\n};\n",
        "struct phase *first;\nstruct phase {\n    int lamps;\n};\n",
        "struct phase {\n    int lamps;\n} now;\nstruct phase then;\n",
        "struct phase {\n    int lamps;\n};\n#define PHASE struct phase\nstruct phase now;\n",
        "enum state { IDLE, BUSY };\n",
        "struct tiny {\n    int a;\n};\nint f(int n, ...)\n{\n    struct tiny x;\n\n    x = va_arg(ap, struct tiny);\n"
        "    return x.a;\n}\n",
        'struct phase {\n    int lamps;\n};\n#include "phase.h"\nstruct phase now;\n',
    ],
)
def tag_to_typedef(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`struct phase { ... };` as `typedef struct { ... } phase_t;`, and `struct phase` as `phase_t`.

    Sound: both name the same type. Refuses a struct that names itself, that is named before it is defined or only
    there, that declares variables with its body, that a header below may use, tags that the harness uses, and tags in
    macros or text that does not parse.
    """
    for tag, places in _own_tags(unit).items():
        holders = [node.parent for node in places if node.parent is not None]
        whole = next(h for h in holders if h.child_by_field_name("body") is not None)
        uses = [h for h in holders if h != whole]
        start = whole.start_byte
        after = whole.next_sibling
        alone = whole.parent == unit.root and after is not None and after.type == ";"
        if not alone or after is None or not uses or any(use.start_byte < whole.end_byte for use in uses):
            yield Refusal(start, "not-a-plain-struct")
            continue
        if (hidden := tag_refusal(unit, tag, places)) is not None:
            yield hidden
            continue
        if unit.in_opaque(start, after.end_byte) or tag.decode("utf-8", "replace") in context.held:
            yield Refusal(start, "seen-elsewhere")
            continue
        words = _words(tag.decode("utf-8", "replace"))
        name = _type_name(words, context.style).encode() if words else b""
        if not name or not unit.symbols.is_free(name) or name.decode() in context.held:
            yield Refusal(start, "name-taken")
            continue
        if any(unit.comments(use.start_byte, use.end_byte) for use in uses) or unit.comments(
            start,
            whole.child_by_field_name("body").start_byte,  # type: ignore[union-attr]
        ):
            yield Refusal(start, "comment-in-the-way")
            continue
        label = whole.child_by_field_name("name")
        assert label is not None
        edits = [
            Edit(start, start, b"typedef "),
            Edit(whole.children[0].end_byte, label.end_byte, b""),
            Edit(whole.end_byte, whole.end_byte, b" " + name),
            *(Edit(use.start_byte, unit.end(use), name) for use in uses),
        ]
        yield Site(aligned(unit, edits), params=(("name", tag.decode()), ("new", name.decode())))


@rewrite(
    family="declarations",
    en="Remove the typedef and write the type that it stands for",
    zh="去掉 typedef，直接写它代表的类型",
    changes=[
        (
            "typedef unsigned char byte_t;\n\nstatic byte_t last;\n\nbyte_t f(byte_t b)\n{\n    return (byte_t)~b;\n"
            "}\n",
            "static unsigned char last;\n\nunsigned char f(unsigned char b)\n{\n    return (unsigned char)~b;\n}\n",
        ),
        (
            "#include <stdint.h>\n\ntypedef uint16_t crc_t;\n\ncrc_t crc;\n",
            "#include <stdint.h>\n\nuint16_t crc;\n",
        ),
    ],
    keeps=[
        "typedef unsigned char *text_t;\ntext_t a, b;\n",
        "typedef unsigned char block_t[8];\nblock_t a;\n",
        "typedef const unsigned char byte_t;\nbyte_t a = 1;\n",
        "typedef unsigned char byte_t; /* eight bits */\nbyte_t a;\n",
        "typedef unsigned int word_t;\n#define W(x) ((word_t)(x))\nword_t a;\n",
        "typedef struct {\n    int a;\n} Note;\nNote n;\n",
        "typedef int code_t;\nint f(void)\n{\n    unsigned code_t;\n    return 0;\n}\n",
    ],
)
def typedef_in_place(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`typedef unsigned char byte_t;` away, and `byte_t` as `unsigned char`.

    Sound: a typedef name is another name of the same type. Refuses pointers, arrays, qualifiers and structs, names that
    the harness uses, that stand in macros or that comments speak of, and a line with a comment.
    """
    for symbol in unit.symbols.all("typedef"):
        node = unit.enclosing(symbol.declarations[0], "type_definition")
        head = node.child_by_field_name("type") if node is not None else None
        if node is None or head is None or head.type in _TAGGED or symbol.type is None or not symbol.type.integer:
            continue
        start = node.start_byte
        plain = [child.type for child in node.children] in _SIMPLE
        words = unit.text(head)
        if not plain or not re.fullmatch(rb"[A-Za-z_]\w*( [A-Za-z_]\w*)*", words) or symbol.type.volatile:
            yield Refusal(start, "not-a-plain-typedef")
            continue
        refused = Renaming(unit).refusal(symbol)
        if refused is not None or symbol.name.decode() in context.held or symbol.scope is not None or not symbol.uses:
            yield refused or Refusal(start, "seen-by-the-harness")
            continue
        gone = removal(unit, node)
        told = spoken(unit, unit.comments(), symbol.name)
        if gone is None or told or is_conditional(node) or len(symbol.declarations) != 1 or _led(unit, node):
            yield Refusal(start, "shares-its-line")
            continue
        edits = [gone, *(Edit(use.start_byte, unit.end(use), words) for use in symbol.uses)]
        yield Site(aligned(unit, edits), params=(("name", symbol.name.decode()), ("new", words.decode())))


_SIMPLE = (
    ["typedef", "primitive_type", "type_identifier", ";"],
    ["typedef", "sized_type_specifier", "type_identifier", ";"],
    ["typedef", "type_identifier", "type_identifier", ";"],
)


def _led(unit: Unit, node: Node) -> bool:
    """Whether a comment stands right above, which may speak of this line."""
    before = node.prev_sibling
    return (
        before is not None and before.type == "comment" and unit.line(node.start_byte) - unit.line(before.end_byte) < 2
    )


RULES = (rename_types, typedef_to_tag, tag_to_typedef, typedef_in_place)
