"""Names of the variables of a whole file: one convention, and a prefix that tells who sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from corpus.source.unit import Unit
from generators.rewrites.names import asked, variable
from generators.rewrites.renaming import Renaming, bare
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import file_scope, respelt, words_of


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Rename the file-scope variables to one naming convention",
    zh="把全局变量名改成统一的命名风格",
    changes=[
        (
            "static unsigned char rx_count; /* waiting */\nint ticks;\n\nvoid stop(void)\n{\n    rx_count = 0;\n}\n",
            "static unsigned char rxCount; /* waiting */\nint ticks;\n\nvoid stop(void)\n{\n    rxCount = 0;\n}\n",
        ),
        (
            "static unsigned char rx_count;\n\nvoid stop(void)\n{\n    rx_count = 0;\n}\n",
            "static unsigned char g_ucRxCount;\n\nvoid stop(void)\n{\n    g_ucRxCount = 0;\n}\n",
        ),
        (
            "static unsigned char rx_count; /* see rx_count */\nunsigned int ticks;\n",
            "static unsigned char s_rx_count; /* see s_rx_count */\nunsigned int g_ticks;\n",
        ),
        (
            "static unsigned char rx_count;\nunsigned int ticks;\n",
            "static unsigned char s_u8RxCount;\nunsigned int g_u16Ticks;\n",
        ),
    ],
    keeps=[
        "int rx_n;\n#define N rx_n\n",
        "extern int rx_n;\nvoid f(void)\n{\n    rx_n = 0;\n}\n",
        "#if OLD\nint f(void)\n{\n    return rx_n;\n}\n#endif\n#ifdef TWO_PORTS\n#define rx_n rx_count[0]\n#endif\n"
        "int rx_n;\n",
        "static int rx_n;\nvoid f(void)\n{\n    __asm\n        mov a,_rx_n\n    __endasm;\n}\n",
        "__sfr __at(0x90) port_one;\n",
        '#include "uart.h"\nint rx_count;\n',
        "API XXH_errorcode XXH32_update (S *p);\n",
        "int *rx_type;\nint f(int n, ...)\n{\n    return va_arg(ap, struct rx_type);\n}\n",
    ],
)
def rename_globals(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Variables of the whole file in the style's case and with its prefix: `rx_count`, `rxCount`, `g_ucRxCount`,
    `s_rx_count`.

    Sound: as for locals; a name that the harness uses is recorded, so that it is built with the new one. Refuses
    registers, what is only declared here (`extern`), what a header of the project that is not here may declare or use,
    names in macros, directives, asm or text that does not parse, and new names that stand anywhere in the file, its
    headers or the harness.
    """
    renaming = Renaming(unit, avoid=context.held)
    comments = unit.comments()
    for symbol in unit.symbols.all("global", "static"):
        words = words_of(symbol.name.decode("utf-8", "replace"))
        if symbol.scope is not None or symbol.declaration is None or not words:
            continue
        static = symbol.storage == b"static"
        said = bare(unit, comments, symbol.name)
        wanted = []
        for spelt in [words] if said else [respelt(words, context.style), words]:
            name = variable(unit, symbol, spelt, context.style)
            wanted.append(file_scope(name, static, context.style) if name else "")
        if symbol.name.decode() in wanted or not wanted[0]:
            continue
        if symbol.storage == b"extern":
            yield Refusal(symbol.declaration.start_byte, "only-declared")
            continue
        if (refused := renaming.take(symbol, wanted, comments)) is not None:
            yield refused
    site = renaming.site(aliases=True)
    if site is not None:
        site = asked(site, context.style, "file-scope variables", "全局变量名")
        assert site.ask is not None
        prefix_en, prefix_zh = _PREFIXES[context.style.file_scope]
        way = "-".join(filter(None, (site.way, context.style.file_scope.replace("-", ""))))
        yield replace(site, ask=(site.ask[0] + prefix_en, site.ask[1] + prefix_zh), way=way)


_PREFIXES = {
    "": ("", ""),
    "g": (" with the prefix `g_`", "，并加 `g_` 前缀"),
    "s-g": (", `s_` before static ones and `g_` before the others", "，静态变量加 `s_` 前缀，其余加 `g_` 前缀"),
}

RULES = (rename_globals,)
