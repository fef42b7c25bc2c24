"""Memory spaces: sdcc's words for them, or a macro of the file's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.contexts import is_conditional
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_TWICE = 2  # a macro for a word that stands once saves nothing


@rewrite(
    family="dialects",
    scope="file",
    en="Hide sdcc's memory space words behind macros (`#define IDATA __idata`)",
    zh="把 sdcc 的存储区关键字用宏包起来（`#define IDATA __idata`）",
    changes=[
        (
            "#include <stdint.h>\n\nstatic __idata uint8_t a[4];\nstatic __idata uint8_t b[4];\n__xdata uint8_t c;\n",
            "#include <stdint.h>\n\n#define IDATA __idata\n\nstatic IDATA uint8_t a[4];\nstatic IDATA uint8_t b[4];\n"
            "__xdata uint8_t c;\n",
        ),
    ],
    keeps=[
        "#include <stdint.h>\nstatic __idata uint8_t a[4];\n",
        "static __idata char a[4];\nstatic __idata char b[4];\n",
        "#include <stdint.h>\n#define IDATA 0x20\nstatic __idata uint8_t a[4];\nstatic __idata uint8_t b[4];\n",
        "#include <reg52.h>\nunsigned char xdata a[4];\nunsigned char xdata b[4];\n",
    ],
)
def space_macro(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`#define IDATA __idata` behind the includes, and `IDATA` wherever the code says `__idata`; so for each space that
    stands twice or more.

    Sound: the preprocessor puts the word back. Refuses names that stand anywhere in the file, its headers or the
    harness, and files without includes, which show no place for the macro.
    """
    spaces = [(span, unit.src[span.start : span.end]) for span in unit.spans if span.kind == "space"]
    counts = Counter(word for _, word in spaces if word.startswith(b"__"))
    wanted = [word for word, count in counts.items() if count >= _TWICE]
    lines = [n for n in unit.root.named_children if n.type == "preproc_include"]
    if not wanted:
        return
    if not lines or any(span.kind == "isr" for span in unit.spans):
        yield Refusal(0, "no-includes")
        return
    names = {word: word[2:].upper() for word in wanted}
    taken = [name for name in names.values() if not unit.symbols.is_free(name) or name.decode() in context.held]
    if taken:
        yield Refusal(spaces[0][0].start, "name-taken")
        return
    end = line_stop(unit, lines[-1].start_byte)
    text = b"".join(unit.newline + b"#define " + name + b" " + word for word, name in names.items())
    edits = [Edit(span.start, span.end, names[word]) for span, word in spaces if word in names]
    yield Site(aligned(unit, [Edit(end, end, unit.newline + text), *edits]))


@rewrite(
    family="dialects",
    scope="file",
    en="Write sdcc's memory space words instead of the macros for them",
    zh="去掉存储区宏，直接写 sdcc 的关键字",
    changes=[
        (
            "#include <stdint.h>\n\n#define IDATA __idata\n\nstatic IDATA uint8_t a[4];\nstatic IDATA uint8_t b[4];\n",
            "#include <stdint.h>\n\nstatic __idata uint8_t a[4];\nstatic __idata uint8_t b[4];\n",
        ),
    ],
    keeps=[
        "#ifdef SDCC\n#define IDATA __idata\n#else\n#define IDATA idata\n#endif\nstatic IDATA char a[4];\n",
        "#define IDATA __idata /* the upper half */\nstatic IDATA char a[4];\n",
        "#define IDATA __idata\n#define BUFFER IDATA char\nBUFFER a[4];\nstatic IDATA char b[4];\n",
        "#define IDATA __idata\n",
    ],
)
def space_in_place(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`IDATA` as `__idata`, and its `#define` away.

    Sound: the preprocessor does the same. Refuses a macro that is defined twice or under a condition, that other
    directives or the harness use, and a definition with a comment.
    """
    edits: list[Edit] = []
    for macro in unit.symbols.all("macro"):
        if macro.function_like or macro.body is None or not re.fullmatch(rb"__[a-z]+data|__code", macro.body):
            continue
        own = macro.declarations[0]
        line, places = own.parent, unit.symbols.occurrences(macro.name)
        uses = [place for place in places if place.start != own.start_byte]
        if line is None or not uses:
            continue
        elsewhere = any(place.where != "code" for place in uses) or len(macro.declarations) != 1
        if elsewhere or is_conditional(line) or macro.name.decode() in context.held:
            yield Refusal(line.start_byte, "used-elsewhere")
            continue
        start, end = unit.line_start(line.start_byte), unit.line_end(line.start_byte)
        if unit.comments(start, end):
            yield Refusal(line.start_byte, "comment-in-the-way")
            continue
        end = min(end + 1, len(unit.src))
        blank = not unit.src[unit.line_start(start - 1) : start].strip() if start else True
        after = unit.line_end(end)
        if blank and end < len(unit.src) and not unit.src[end:after].strip():
            end = min(after + 1, len(unit.src))
        edits.append(Edit(start, end, b""))
        edits += [Edit(place.start, place.end, macro.body) for place in uses]
    if edits:
        yield Site(aligned(unit, edits))


RULES = (space_macro, space_in_place)
