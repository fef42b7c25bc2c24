"""Types: fixed-width integers spelt one way over the whole file."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import INT, INT8, LONG, UINT, UINT8, ULONG, CType
from corpus.source.dialect import SDCC_SPACES
from corpus.source.edits import Edit
from corpus.source.headers import header_symbols, includes
from corpus.source.lexer import Token
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.declared import closed_up, removal
from generators.rewrites.lines import line_stop
from generators.rewrites.remembered import per_unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.targets import is_int_of_16_bits

# The type, its name in stdint.h, the short name, that of 8051 courses, that of Windows, the words; plain `char` is no
# number and `int` is its own name. Where a house has no name, it writes the words.
_TYPES: tuple[tuple[CType, bytes, bytes, bytes, bytes, bytes], ...] = (
    (UINT8, b"uint8_t", b"u8", b"uchar", b"BYTE", b"unsigned char"),
    (UINT, b"uint16_t", b"u16", b"uint", b"WORD", b"unsigned int"),
    (ULONG, b"uint32_t", b"u32", b"ulong", b"DWORD", b"unsigned long"),
    (INT8, b"int8_t", b"s8", b"signed char", b"signed char", b"signed char"),
    (INT, b"int16_t", b"s16", b"int", b"int", b"int"),
    (LONG, b"int32_t", b"s32", b"long", b"long", b"long"),
)
_OTHER_WORDS = {b"unsigned": b"unsigned int", b"unsigned long int": b"unsigned long"}
_WORDS = frozenset(b"unsigned signed char short int long float double".split())
_BETWEEN = SDCC_SPACES | {b"const", b"volatile", b"static", b"register"}
_COLUMN = {"stdint": 0, "short": 1, "uchar": 2, "byte": 3, "plain": 4}
_OWN = (1, 2, 3)  # columns of names that a file gives itself
_PLAIN = 4
_NAMES = tuple(row[1:] for row in _TYPES)
_SPELLINGS = frozenset((*_OTHER_WORDS, *(name for row in _NAMES for name in row)))


@rewrite(
    family="declarations",
    scope="file",
    en="Spell the integer types one way throughout the file",
    zh="统一整个文件里整数类型的写法",
    changes=[
        (
            "#include <8052.h>\n#include <stdint.h>\n\nstatic uint8_t a; /* one */\n\nuint16_t f(uint8_t b)\n{\n"
            "    return (uint16_t)b << 8;\n}\n",
            "#include <8052.h>\n\nstatic unsigned char a; /* one */\n\nunsigned int f(unsigned char b)\n{\n"
            "    return (unsigned int)b << 8;\n}\n",
        ),
        (
            "#include <8052.h>\n\n#define LOW(x) ((unsigned char)(x))\nunsigned char f(unsigned n)\n{\n"
            "    return LOW(n);\n}\n",
            "#include <8052.h>\n#include <stdint.h>\n\n#define LOW(x) ((uint8_t)(x))\nuint8_t f(uint16_t n)\n{\n"
            "    return LOW(n);\n}\n",
        ),
        (
            "#include <stdint.h>\n\nuint8_t f(int8_t n)\n{\n    return n;\n}\n",
            "#include <stdint.h>\n\ntypedef uint8_t u8;\ntypedef int8_t s8;\n\nu8 f(s8 n)\n{\n    return n;\n}\n",
        ),
        (
            "#include <stdint.h>\n\nuint8_t f(int8_t n)\n{\n    return n;\n}\n",
            "unsigned char f(signed char n)\n{\n    return n;\n}\n",
        ),
        (
            "#include <stdint.h>\n\nuint16_t f(int8_t n)\n{\n    return n;\n}\n",
            "#include <stdint.h>\n\ntypedef uint16_t u16;\ntypedef int8_t s8;\n\nu16 f(s8 n)\n{\n    return n;\n}\n",
        ),
        (
            "#include <stdint.h>\n\ntypedef struct {\n    uint8_t n;\n} item;\n\nuint8_t f(item *p);\n",
            "typedef struct {\n    unsigned char n;\n} item;\n\nunsigned char f(item *p);\n",
        ),
        (
            "typedef unsigned int __xdata cell_t;\n#include <stdint.h>\n\nint16_t f(uint32_t n);\n",
            "typedef unsigned int __xdata cell_t;\n\nint f(unsigned long n);\n",
        ),
    ],
    keeps=[
        "#define BYTE unsigned char\n#include <stdint.h>\nBYTE f(uint8_t n);\n",
        "char f(char c)\n{\n    return c;\n}\n",
        "int f(int n, long m)\n{\n    return n;\n}\n",
        '#include "board.h"\nunsigned char f(void);\n',
        "#include <stdlib.h>\nvoid __uitoa(unsigned int n, char *s, unsigned char radix)\n{\n}\n",
        "unsigned const char t[2];\n",
        "#include <stdint.h>\n\nint16_t f(uint32_t n)\n{\n    return (int16_t)(n >> 8);\n}\n\nunsigned long g(void);\n",
        "#include <stdint.h>\n\nuint8_t f(uint16_t n)\n{\n    return n >> 8;\n}\n\nunsigned int g(void);\n",
        "#include <stdint.h>\n#ifdef CHIP\n#include <8052.h>\n__xdata char x;\n#endif\n\nunsigned int f(uint16_t n);\n"
        "int16_t g(void);\n",
    ],
)
def type_spelling(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`uint8_t`, `u8`, `uchar`, `BYTE` or `unsigned char`, and so for 16 and 32 bits, in declarations, casts and macro
    bodies; the include or the typedefs that the new words need come along, those that nobody needs any more go.

    Sound: on a chip whose `int` has 16 bits all of them are the same type, width and sign alike, and those of one byte
    are everywhere. Plain `char`, `int` and `long` stay as they are. Refuses files that are not surely for such a chip
    where a wider type would change between its name with a width and C's own words; files whose headers are unknown or
    declare a function of this file (there sdcc takes `short` and `int` for two types), words split by a qualifier,
    names that mean something else here, and typedef names that the harness uses.
    """
    column = _COLUMN[context.style.types]
    shared = (s for s in unit.symbols.all("function", "global") if s.name in unit.symbols.header_names)
    if (symbol := next(shared, None)) is not None:
        yield Refusal(symbol.declarations[0].start_byte, "declared-in-a-header")
        return
    if unit.symbols.missing_headers:
        yield Refusal(0, "unknown-headers")
        return
    own = {s.name for s in unit.symbols.all("typedef")}
    spelt: dict[bytes, int] = {}
    for index, (t, stdint, *names, words) in enumerate(_TYPES):
        known = unit.symbols.lookup(stdint)
        if stdint not in own and known is not None and known.kind == "typedef" and known.type == t:
            spelt[stdint] = index
        for name in names:
            mine = unit.symbols.lookup(name) if name in own else None
            if mine is not None and mine.type == t and name.decode() not in context.held:
                spelt[name] = index
        if words not in (b"int", b"long"):
            spelt[words] = index
    spelt |= {other: spelt[words] for other, words in _OTHER_WORDS.items()}
    if any(name in unit.symbols.names and name not in spelt for name in (b"BYTE", b"WORD", b"uchar", b"uint")):
        yield Refusal(0, "other-typedefs")
        return
    edits: list[Edit] = []
    used: set[int] = set()
    narrow = is_int_of_16_bits(unit)
    for start, end, text in _places(unit):
        if text == b"?":
            yield Refusal(start, "split-words")
            return
        found = spelt.get(text)
        if found is not None and _NAMES[found][column] != text:
            if not narrow and not _same_everywhere(unit, found, text, column):
                yield Refusal(start, "width-of-int-unknown")
                return
            edits.append(Edit(start, end, _NAMES[found][column]))
            used.add(found)
    if not edits:
        return
    extra = _support(unit, context, column, used, edits)
    if isinstance(extra, Refusal):
        yield extra
    else:
        yield Site(aligned(unit, [*edits, *extra]), ask=_ASK[column], way=context.style.types)


def _same_everywhere(unit: Unit, index: int, text: bytes, column: int) -> bool:
    """Whether the two spellings mean the same where int may have 32 bits: those of one byte do, else only names of the
    very type of stdint.h."""
    stdint, short = _NAMES[index][0], _NAMES[index][1]
    if _TYPES[index][0].width == 8:
        return True
    named = {stdint} | ({short} if _is_name_of(unit, short, stdint) else set())
    new = _NAMES[index][column]
    made = new == short and unit.symbols.lookup(short) is None and "stdint.h" in includes(unit.src)
    return text in named and (new in named or made)


def _is_name_of(unit: Unit, name: bytes, stdint: bytes) -> bool:
    symbol = unit.symbols.lookup(name)
    node = unit.enclosing(symbol.declaration, "type_definition") if symbol and symbol.declaration else None
    head = node.child_by_field_name("type") if node is not None else None
    return head is not None and unit.text(head) == stdint


_ASK = {
    0: (
        "Use the stdint.h types (`uint8_t`, `uint16_t`) throughout",
        "整数类型统一用 stdint.h 里的 `uint8_t`、`uint16_t`",
    ),
    1: ("Use the short type names `u8` and `u16`", "整数类型统一用 `u8`、`u16` 这样的短名"),
    2: (
        "Use the type names `uchar` and `uint`, as 8051 courses do",
        "整数类型统一用 `uchar`、`uint`，自己 typedef 一下",
    ),
    3: ("Use the type names `BYTE` and `WORD`", "整数类型统一用 `BYTE`、`WORD`"),
    4: (
        "Spell the types out (`unsigned char`, `unsigned int`) instead of `uint8_t` and `uint16_t`",
        "不用 `uint8_t`、`uint16_t`，直接写 `unsigned char`、`unsigned int`",
    ),
}


@per_unit
def _places(unit: Unit) -> tuple[tuple[int, int, bytes], ...]:
    """Type words in code and macro bodies, with blanks made one; b"?" for words that a qualifier splits."""
    return tuple(_found(unit))


def _found(unit: Unit) -> Iterator[tuple[int, int, bytes]]:
    typedefs = [place for node in unit.walk("type_definition") for place in _around_members(node)]
    spans = [(s.start, s.end) for s in unit.spans if s.kind in ("register", "asm", "at")]
    code = [t for t in unit.tokens if t.kind not in ("space", "newline", "comment")]
    index = 0
    while index < len(code):
        run = [code[index]] if code[index].kind == "identifier" else []
        while run and _word(unit, run[-1]) in _WORDS and index + len(run) < len(code):
            after = code[index + len(run)]
            if after.kind != "identifier" or _word(unit, after) not in _WORDS:
                break
            run.append(after)
        index += max(1, len(run))
        if not run:
            continue
        start, end = run[0].start, run[-1].end
        alone = _word(unit, run[-1]) in (b"unsigned", b"signed") and index < len(code)
        if alone and _word(unit, code[index]) in _BETWEEN:
            yield start, end, b"?"
        text = b" ".join(_word(unit, token) for token in run)
        if text not in _SPELLINGS or any(a <= start < b for a, b in (*typedefs, *spans)):
            continue
        if _convertible(unit, start):
            yield start, end, text


def _around_members(typedef: Node) -> tuple[tuple[int, int], ...]:
    """A typedef without the members of its struct, which are spelt as other declarations are."""
    head = typedef.child_by_field_name("type")
    members = head.child_by_field_name("body") if head is not None and "enum" not in head.type else None
    if members is None:
        return ((typedef.start_byte, typedef.end_byte),)
    return (typedef.start_byte, members.start_byte), (members.end_byte, typedef.end_byte)


def _word(unit: Unit, token: Token) -> bytes:
    return unit.src[token.start : token.end]


def _convertible(unit: Unit, start: int) -> bool:
    line = next((unit.src[a:b] for a, b in unit.directives if a <= start < b), None)
    if line is None:
        return not unit.in_opaque(start, start + 1) or any(
            s.kind == "short-cast" and s.start <= start < s.end for s in unit.spans
        )
    words = line[1:].split(None, 2)
    return len(words) == 3 and words[0] == b"define" and b"#" not in words[2]


def _support(unit: Unit, context: Context, column: int, used: set[int], edits: list[Edit]) -> list[Edit] | Refusal:
    """The edits of includes and typedefs that the new spelling needs or makes useless."""
    extra: list[Edit] = []
    lines = [n for n in unit.root.named_children if n.type == "preproc_include"]
    has_stdint = "stdint.h" in includes(unit.src)
    touched = {edit.start for edit in edits}
    if column == 0 and not has_stdint:
        if not lines:
            return Refusal(0, "no-includes")
        end = line_stop(unit, lines[-1].start_byte)
        extra.append(Edit(end, end, unit.newline + b"#include <stdint.h>"))
    added = b""
    if column in _OWN:
        named = [i for i in sorted(used) if _NAMES[i][column] != _NAMES[i][_PLAIN]]
        missing = [i for i in named if unit.symbols.lookup(_NAMES[i][column]) is None]
        new = [_NAMES[i][column] for i in missing]
        free = all(unit.symbols.is_free(name) and name.decode() not in context.held for name in new)
        if not free or not lines:
            return Refusal(0, "no-room-for-typedefs")
        base = 0 if has_stdint and column == 1 else _PLAIN
        made = [b"typedef " + _NAMES[i][base] + b" " + _NAMES[i][column] + b";" for i in missing]
        added = unit.newline.join(made)
    useless = _useless_stdint(unit, lines, {edit.start for edit in edits}) if column > 1 and has_stdint else None
    if useless is not None and useless == lines[-1] and added:
        blank = unit.newline if len(lines) > 1 else b""
        extra.append(Edit(useless.start_byte, line_stop(unit, useless.start_byte), blank + added))
    else:
        if useless is not None:
            end = min(unit.line_end(useless.start_byte) + 1, len(unit.src))
            extra += closed_up(unit, [Edit(unit.line_start(useless.start_byte), end, b"")])
        if added:
            end = line_stop(unit, lines[-1].start_byte)
            extra.append(Edit(end, end, unit.newline * 2 + added))
    others = {row[i] for row in _NAMES for i in _OWN if i != column and row[i] != row[_PLAIN]}
    touched = {edit.start for edit in edits}
    gone: list[Edit] = []
    for symbol in unit.symbols.all("typedef"):
        node = unit.enclosing(symbol.declarations[0], "type_definition")
        if symbol.name not in others or node is None or symbol.name.decode() in context.held:
            continue
        inside = range(node.start_byte, node.end_byte)
        if all(o.start in touched or o.start in inside for o in unit.symbols.occurrences(symbol.name)):
            edit = removal(unit, node)
            gone += [edit] if edit is not None else []
    return [*extra, *closed_up(unit, gone)]


def _useless_stdint(unit: Unit, lines: list[Node], touched: set[int]) -> Node | None:
    """The include of stdint.h, where it is one line and every name of it is replaced."""
    named = [n for n in lines if b"stdint.h" in unit.text(n)]
    header = header_symbols("stdint.h")
    places = [o.start for name in header.declared for o in unit.symbols.occurrences(name)] if header else [-1]
    return named[0] if len(named) == 1 and set(places) <= touched else None


RULES = (type_spelling,)
