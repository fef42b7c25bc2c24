"""Names of what structs and enums hold, and of labels, in one author's voice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.names import asked, variable
from generators.rewrites.renaming import Renaming, bare
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import LONG, SHORT, cased, pascal, respelt, words_of
from generators.rewrites.style import Style


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Rename the members of the structs to one naming convention",
    zh="把结构体成员改成统一的命名风格",
    changes=[
        (
            "struct timer {\n    unsigned int time_left; /* see time_left */\n};\n\nstatic struct timer timers[4];\n\n"
            "unsigned int left(struct timer *t)\n{\n    return t->time_left + timers[0].time_left;\n}\n",
            "struct timer {\n    unsigned int timeLeft; /* see timeLeft */\n};\n\nstatic struct timer timers[4];\n\n"
            "unsigned int left(struct timer *t)\n{\n    return t->timeLeft + timers[0].timeLeft;\n}\n",
        ),
        (
            "struct key {\n    unsigned char level;\n    void (*pressed)(void);\n};\n\nstruct key keys[4];\n\n"
            "void f(void)\n{\n    keys[0].level = 1;\n    keys[0].pressed();\n}\n",
            "struct key {\n    unsigned char u8Level;\n    void (*pfPressed)(void);\n};\n\nstruct key keys[4];\n\n"
            "void f(void)\n{\n    keys[0].u8Level = 1;\n    keys[0].pfPressed();\n}\n",
        ),
    ],
    keeps=[
        "struct t {\n    int time_left;\n};\nstruct t a = {.time_left = 1};\n",
        "#include <stddef.h>\nstruct t {\n    int time_left;\n};\nint n = offsetof(struct t, time_left);\n",
        "struct t {\n    int time_left;\n};\nint f(int time_left)\n{\n    return other->time_left;\n}\n",
        "struct t {\n    int time_left;\n};\n#define LEFT(t) ((t)->time_left)\n",
        '#include "board.h"\nint f(void)\n{\n    return port.time_left;\n}\n',
    ],
)
def rename_members(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Names of struct and union members in the style's case: `time_left`, `timeLeft`, `uiTimeLeft`.

    Sound: every place that means the member is known by the type of what stands before the dot or arrow, and the new
    name stands nowhere else. Refuses names of which a place is not resolved (a designator, `offsetof`, a pointer of
    unknown type), names in macros or asm, and, where the harness uses the name, one that means something else too; and
    with one member all of its struct.
    """
    renaming = Renaming(unit, avoid=context.held)
    comments = unit.comments()
    named = _by_name(unit)
    reasons: dict[str, Refusal] = {}
    wanted: dict[str, list[str]] = {}
    for name, members in named.items():
        wanted[name] = []
        words = words_of(name)
        said = bare(unit, comments, members[0].name)
        calls = {tuple(_called(unit, member, words, context.style, said)) for member in members} if words else set()
        if len(calls) == 1:
            wanted[name] = [call for call in calls.pop() if call]
        if wanted[name] and name not in wanted[name]:
            refused = _why_not(unit, renaming, members, context)
            if refused is not None:
                reasons[name] = refused
        elif len(calls) > 1:
            reasons[name] = Refusal(members[0].declarations[0].start_byte, "members-of-two-types")
    kept = _with_neighbours(named, set(reasons))
    yield from reasons.values()
    for name, members in named.items():
        if name in kept or not wanted[name] or name in wanted[name]:
            continue
        new = renaming.choose(wanted[name])
        if new is None:
            yield Refusal(members[0].declarations[0].start_byte, "name-taken")
            return
        renaming.add(members[0], new, comments, members[1:])
    site = renaming.site(aliases=True, only=context.held)
    if site is not None:
        yield asked(site, context.style, "members of the structs", "结构体成员")


def _why_not(unit: Unit, renaming: Renaming, members: list[Symbol], context: Context) -> Refusal | None:
    name = members[0].name
    others = (s.name == name and s.kind != "field" for s in unit.symbols.all())
    if name.decode("utf-8", "replace") in context.held and any(others):
        return Refusal(members[0].declarations[0].start_byte, "harness-means-another")
    return next((found for member in members if (found := renaming.refusal(member)) is not None), None)


def _with_neighbours(named: dict[str, list[Symbol]], kept: set[str]) -> set[str]:
    """The names that stay, and those that share a struct with one of them."""
    while True:
        structs = [member.scope for name in sorted(kept) for member in named[name]]
        more = {name for name, members in named.items() if any(member.scope in structs for member in members)}
        if more <= kept:
            return kept
        kept = kept | more


def _by_name(unit: Unit) -> dict[str, list[Symbol]]:
    found: dict[str, list[Symbol]] = defaultdict(list)
    for symbol in unit.symbols.all("field"):
        found[symbol.name.decode("utf-8", "replace")].append(symbol)
    return found


def _called(unit: Unit, member: Symbol, words: list[str], style: Style, said: bool) -> Iterator[str | None]:
    if not said:
        yield variable(unit, member, respelt(words, style), style)
    yield variable(unit, member, words, style)


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Give the enumerators names that say which enum they belong to",
    zh="枚举常量的名字加上所属枚举的前缀",
    changes=[
        (
            "enum state { IDLE, BITS };\n\nstatic unsigned char now;\n\nvoid f(void)\n{\n    if (now == IDLE)\n"
            "        now = BITS; /* after IDLE */\n}\n",
            "enum state { STATE_IDLE, STATE_BITS };\n\nstatic unsigned char now;\n\nvoid f(void)\n{\n"
            "    if (now == STATE_IDLE)\n        now = STATE_BITS; /* after STATE_IDLE */\n}\n",
        ),
        (
            "typedef enum {\n    OK = 0,\n    LOST\n} link_t;\n\nlink_t now = LOST;\n",
            "typedef enum {\n    LINK_OK = 0,\n    LINK_LOST\n} link_t;\n\nlink_t now = LINK_LOST;\n",
        ),
    ],
    keeps=[
        "enum { IDLE, BITS };\n",
        "enum state { STATE_IDLE, STATE_BITS };\n",
        "enum ir_event { IR_NONE, IR_KEY };\n",
        "enum state { IDLE, BITS };\n#define FIRST IDLE\n",
        "enum state { IDLE, BITS };\nint STATE_IDLE;\n",
    ],
)
def prefix_enumerators(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`enum state { IDLE, BITS }` as `enum state { STATE_IDLE, STATE_BITS }`, wherever the enumerators stand.

    Sound: as the renames; all of an enum are renamed, or none. Refuses an enum without tag and typedef name, one whose
    enumerators share a word already, names that are not in capitals, and names in macros, directives or asm.
    """
    renaming = Renaming(unit, avoid=context.held)
    comments = unit.comments()
    for enum, prefix in _named_enums(unit):
        own = [s for s in unit.symbols.all("enumerator") if _within(s, enum)]
        names = [s.name.decode("utf-8", "replace") for s in own]
        if len(own) < 2 or not all(name.isupper() for name in names):
            continue
        if len({name.split("_")[0] for name in names}) < len(names) and len({n.split("_")[0] for n in names}) == 1:
            continue
        firsts = {part.upper() for part in prefix.split("_")}
        if any(name.split("_")[0] in firsts for name in names):
            continue
        refused = next((found for symbol in own if (found := renaming.refusal(symbol)) is not None), None)
        chosen = [renaming.choose([f"{prefix}_{name}"]) for name in names]
        if refused is not None or None in chosen:
            yield refused or Refusal(enum.start_byte, "name-taken")
            continue
        for symbol, new in zip(own, chosen, strict=True):
            renaming.add(symbol, new or b"", comments)
    site = renaming.site(aliases=True)
    if site is not None:
        yield site


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Write the words in the names of the enumerators in one way, short or in full",
    zh="统一枚举常量名里单词的写法（缩写或全称）",
    changes=[
        (
            "enum { MAXIMUM_LEVEL = 8, RECEIVE_BUFFER = 2 };\nchar a[MAXIMUM_LEVEL];\n",
            "enum { MAX_LVL = 8, RX_BUF = 2 };\nchar a[MAX_LVL];\n",
        ),
        (
            "enum { CMD_NONE, CMD_STOP };\nint f = CMD_STOP;\n",
            "enum { COMMAND_NONE, COMMAND_STOP };\nint f = COMMAND_STOP;\n",
        ),
    ],
    keeps=[
        "enum { IDLE, BITS };\n",
        "enum { MSG_MAXIMUM };\n#if MSG_MAXIMUM\n#endif\n",
        "enum { CMD_maximum_n };\n",
    ],
)
def rename_enumerators(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Names of enumerators with their words short (`MAX_LEN`) or written out (`MAXIMUM_LENGTH`), as the style has them.

    Sound: as the renames: every place that means the name changes, and the new one stands nowhere else. Refuses names
    in macros, directives or asm, and names that are not in capitals.
    """
    renaming = Renaming(unit, avoid=context.held)
    table = SHORT if context.style.names in ("terse", "hungarian") else LONG
    comments = unit.comments()
    for symbol in unit.symbols.all("enumerator"):
        name = symbol.name.decode("utf-8", "replace")
        wanted = "_".join(table.get(part.lower(), part).upper() for part in name.split("_"))
        if not name.isupper() or wanted == name:
            continue
        refused, new = renaming.refusal(symbol), renaming.choose([wanted])
        if refused is not None or new is None:
            yield refused or Refusal(symbol.declarations[0].start_byte, "name-taken")
        else:
            renaming.add(symbol, new, comments)
    site = renaming.site(aliases=True)
    if site is not None and table is SHORT:
        yield replace(site, ask=_SHORTER, way="short")
    elif site is not None:
        yield replace(site, ask=_WRITTEN_OUT, way="long")


_SHORTER = ("Use short words in the names of the enumerators", "枚举常量名里的单词用缩写")
_WRITTEN_OUT = ("Write out the words in the names of the enumerators", "枚举常量名里的单词写全")


def _named_enums(unit: Unit) -> Iterator[tuple[Node, str]]:
    """Each enum with a body, and its tag or typedef name in capitals, without `_t`."""
    for enum in unit.walk("enum_specifier"):
        name = enum.child_by_field_name("name")
        holder = enum.parent
        if name is None and holder is not None and holder.type == "type_definition":
            name = holder.child_by_field_name("declarator")
        if enum.child_by_field_name("body") is None or name is None or "identifier" not in name.type:
            continue
        words = words_of(unit.text(name).decode("utf-8", "replace"))
        words = words[:-1] if words[-1:] in (["t"], ["e"]) else words
        if words:
            yield enum, "_".join(words).upper()


def _within(symbol: Symbol, enum: Node) -> bool:
    return enum.start_byte <= symbol.declarations[0].start_byte < enum.end_byte


# What authors call a place that is only jumped to for one purpose.
_LEAVES = {
    "snake": ("out", "done"),
    "camel": ("done", "finish"),
    "hungarian": ("Exit", "Done"),
    "terse": ("out", "end"),
}
_REPEATS = {
    "snake": ("again", "retry"),
    "camel": ("retry", "again"),
    "hungarian": ("Again", "Retry"),
    "terse": ("again",),
}


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Rename the goto labels by what they are for",
    zh="按用途重新命名 goto 标号",
    changes=[
        (
            "int f(int n)\n{\n    if (!n)\n        goto lbl_1;\n    g();\nlbl_1:\n    return n;\n}\n",
            "int f(int n)\n{\n    if (!n)\n        goto out;\n    g();\nout:\n    return n;\n}\n",
        ),
        (
            "void f(void)\n{\nsend_it:\n    g();\n    if (h())\n        goto send_it;\n    h();\n}\n",
            "void f(void)\n{\nretry:\n    g();\n    if (h())\n        goto retry;\n    h();\n}\n",
        ),
    ],
    keeps=[
        "void f(void)\n{\n    __asm\n    lbl_1:\n        sjmp lbl_1\n    __endasm;\n}\n",
        "#define FAIL goto lbl_1\nint f(int n)\n{\n    if (n)\n        FAIL;\n    if (!n)\n        goto lbl_1;\n"
        "lbl_1:\n"
        "    return 0;\n}\n",
        "void f(void)\n{\nlbl_1:\n    g();\n}\n",
    ],
)
def rename_labels(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Labels by their purpose: `out` before the return that they lead to, `again` where all jumps go back; others in
    the style's case.

    Sound: a label is known in its function only, and every goto to it changes. Refuses labels that nothing jumps to,
    names in macros or asm, and functions that have the new name for anything else.
    """
    renaming = Renaming(unit)
    for function in unit.functions():
        renaming.taken = set()
        comments = unit.comments(function.start_byte, function.end_byte)
        own = [
            s
            for s in unit.symbols.all("label")
            if s.uses and function.start_byte <= s.declarations[0].start_byte < function.end_byte
        ]
        for label in own:
            wanted = _label_names(label, context.style)
            name = label.name.decode("utf-8", "replace")
            if not wanted or name in (wanted[:-1] or wanted):
                continue
            refused, new = renaming.refusal(label), renaming.choose(call for call in wanted if call != name)
            if refused is not None or new is None:
                yield refused or Refusal(label.declarations[0].start_byte, "name-taken")
            else:
                renaming.add(label, new, comments)
    site = renaming.site(aliases=False)
    if site is not None:
        yield site


def _label_names(label: Symbol, style: Style) -> list[str]:
    """The names for a label, best first; empty where it has no words."""
    place = label.declarations[0]
    after = next((n for n in place.parent.named_children[1:] if n.type != "comment"), None) if place.parent else None
    words = words_of(label.name.decode("utf-8", "replace").lower())
    plain = (pascal(words) if style.names == "hungarian" else cased(words, style)) if words else ""
    if after is not None and after.type == "return_statement":
        return [*_LEAVES[style.names], plain]
    if all(use.start_byte > place.start_byte for use in label.uses):
        return [*_REPEATS[style.names], plain]
    return [plain] if plain else []


RULES = (rename_members, prefix_enumerators, rename_enumerators, rename_labels)
