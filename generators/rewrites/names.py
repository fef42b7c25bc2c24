"""Names: locals, functions and macro constants in one author's voice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from tree_sitter import Node

from corpus.source.mask import Span
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.blocks import lead
from generators.rewrites.remembered import per_unit
from generators.rewrites.renaming import Renaming, bare
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.spelling import LONG, SHORT, cased, hungarian, pascal, respelt, words_of
from generators.rewrites.style import Style

# What a name without a meaning of its own stands for, and what each author calls it.
_ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "index": {"snake": ("i", "idx"), "camel": ("i", "index"), "hungarian": ("idx",), "terse": ("i",)},
    "buffer": {"snake": ("buf", "buffer"), "camel": ("buffer",), "hungarian": ("buf",), "terse": ("buf",)},
    "count": {"snake": ("count",), "camel": ("count", "counter"), "hungarian": ("cnt",), "terse": ("cnt", "n")},
    "temporary": {"snake": ("tmp",), "camel": ("temp",), "hungarian": ("temp",), "terse": ("tmp", "t")},
    "flag": {"snake": ("flag",), "camel": ("flag",), "hungarian": ("flag",), "terse": ("flg",)},
}
_INDEX = frozenset((b"i", b"j", b"k", b"n", b"idx", b"index", b"loop", b"ii"))
_BUFFER = frozenset((b"buf", b"buffer", b"buff", b"p", b"ptr", b"dat", b"arr"))
_COUNT = frozenset((b"n", b"cnt", b"count", b"counter", b"num"))
_TEMPORARY = frozenset((b"t", b"tmp", b"temporary"))
# Words of constants that are the board's, not the module's.
_OF_THE_BOARD = frozenset(("FOSC", "OSC", "CRYSTAL", "XTAL", "CPU", "CLOCK", "SYSCLK", "HZ"))
_FLAG = frozenset((b"f", b"flg", b"flag"))


@per_unit
def role_of(unit: Unit, symbol: Symbol) -> str | None:
    """What a name without a meaning of its own stands for: an index, a buffer, a count, ...; None for other names."""
    t = symbol.type
    if t is None:
        return None
    if t.kind in ("pointer", "array"):
        byte = t.of is not None and t.of.integer and t.of.width == 8
        return "buffer" if byte and symbol.name in _BUFFER else None
    if t.kind == "bool":
        return "flag" if symbol.name in _FLAG else None
    if not t.integer:
        return None
    if symbol.name in _INDEX and any(_counts_a_loop(unit, use) for use in symbol.uses):
        return "index"
    for role, names in (("count", _COUNT), ("temporary", _TEMPORARY), ("flag", _FLAG)):
        if symbol.name in names:
            return role
    return None


def _counts_a_loop(unit: Unit, use: Node) -> bool:
    loop = unit.enclosing(use, "for_statement", "compound_statement")
    if loop is None or loop.type != "for_statement":
        return False
    parts = [loop.child_by_field_name(name) for name in ("condition", "update")]
    return any(part is not None and part.start_byte <= use.start_byte < part.end_byte for part in parts)


@per_unit
def _spelt_char(unit: Unit, symbol: Symbol) -> bool:
    """Whether the declaration says plain `char`: text, not a number."""
    if symbol.declaration is None:
        return False
    holder = unit.enclosing(symbol.declaration, "declaration", "parameter_declaration", "field_declaration")
    head = holder.child_by_field_name("type") if holder is not None else None
    return head is not None and unit.text(head) == b"char"


def variable(unit: Unit, symbol: Symbol, words: list[str], style: Style) -> str | None:
    """What the author calls a variable (or member) of these words; None where its type has no prefix."""
    if style.names != "hungarian":
        return cased(words, style)
    if symbol.type is None:
        return None
    return hungarian(words, symbol.type, _spelt_char(unit, symbol), style.widths)


@per_unit
def _comments_of(unit: Unit, function: Node) -> tuple[Span, ...]:
    return unit.comments(lead(unit, function), function.end_byte)


@per_unit
def _locals(unit: Unit, function: Node) -> tuple[Symbol, ...]:
    """The parameters and variables of a function, static ones too."""
    own = unit.symbols.all("param", "local", "static")
    return tuple(
        s
        for s in own
        if s.scope is not None
        and s.declaration is not None
        and function.start_byte <= s.declaration.start_byte < function.end_byte
        and s.scope.type != "parameter_list"
    )


def _twins(unit: Unit, function: Node, parameter: Symbol) -> list[Symbol]:
    """The same parameter in the function's prototypes."""
    name = unit.function_name(function)
    found = []
    for other in unit.symbols.all("param"):
        if other.name == parameter.name and other.scope is not None and other.scope.type == "parameter_list":
            declarator = other.scope.parent
            named = declarator.child_by_field_name("declarator") if declarator is not None else None
            if named is not None and unit.text(named) == name:
                found.append(other)
    return found


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Rename the local variables and parameters so that they follow one naming convention",
    zh="把局部变量和参数按统一的命名规范重新命名",
    changes=[
        (
            "#include <stdint.h>\nuint8_t sum(const uint8_t *buf, uint8_t byte_count)\n{\n    uint8_t i, total = 0;\n\n"
            "    for (i = 0; i < byte_count; i++)\n        total += buf[i];\n    return total;\n}\n",
            "#include <stdint.h>\nuint8_t sum(const uint8_t *pucBuf, uint8_t ucByteCount)\n{\n"
            "    uint8_t ucIdx, ucTotal = 0;\n\n"
            "    for (ucIdx = 0; ucIdx < ucByteCount; ucIdx++)\n        ucTotal += pucBuf[ucIdx];\n"
            "    return ucTotal;\n}\n",
        ),
        (
            "/* Adds to *old_sum; old_sum is no null pointer. */\nvoid add(int *old_sum, int n)\n{\n"
            "    *old_sum += n; /* one step */\n}\n",
            "/* Adds to *oldSum; oldSum is no null pointer. */\nvoid add(int *oldSum, int count)\n{\n"
            "    *oldSum += count; /* one step */\n}\n",
        ),
    ],
    keeps=[
        "int f(int a_b)\n{\n    __asm\n        mov a,_a_b\n    __endasm;\n    return a_b;\n}\n",
        "#define TWICE (rx_n * 2)\nint f(int rx_n)\n{\n    return TWICE;\n}\n",
        "#define SHOW(x) trace(#x, x)\nvoid f(int rx_n)\n{\n    SHOW(rx_n);\n}\n",
        "int f(int P)\n{\n    return P;\n}\n",
    ],
)
def rename_locals(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Names of locals and parameters in the style's case (`rx_count`, `rxCount`, `ucRxCount`); a loop index, a buffer,
    a counter, a scratch value and a flag get the name that this author gives to such.

    Sound: a name that is no word of the file, of its headers or of any dialect captures nothing, and every place that
    means the old one changes, the comments of its function too. Refuses names that macros, asm or text that does not
    parse contain, and arguments of macros that make strings of them.
    """
    renaming = Renaming(unit)
    calls = {role: list(by_style[context.style.names]) for role, by_style in _ROLES.items()}
    for names in calls.values():
        context.rng.shuffle(names)
    for function in unit.functions():
        renaming.taken = set()
        comments = _comments_of(unit, function)
        for symbol in _locals(unit, function):
            words = words_of(symbol.name.decode("utf-8", "replace"))
            if not words:
                continue
            plain = variable(unit, symbol, words, context.style)
            said = bare(unit, comments, symbol.name)
            role = None if said else role_of(unit, symbol)
            wanted = [variable(unit, symbol, [call], context.style) for call in calls[role]] if role else []
            if not said and not role:
                wanted.append(variable(unit, symbol, respelt(words, context.style), context.style))
            wanted = [*wanted, plain]
            if symbol.name.decode() in wanted[:1] or not any(wanted):
                continue
            refused = renaming.refusal(symbol)
            if refused is not None:
                yield refused
                continue
            new = renaming.choose(name for name in wanted if name != symbol.name.decode())
            if new is None:
                if plain != symbol.name.decode():
                    yield Refusal(function.start_byte, "name-taken")
                continue
            twins = _twins(unit, function, symbol) if symbol.kind == "param" else []
            renaming.add(symbol, new, comments, twins)
    site = renaming.site(aliases=False)
    if site is not None:
        yield asked(site, context.style, "local variables and parameters", "局部变量和参数")


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Rename the functions to one naming convention",
    zh="把函数名改成统一的命名风格",
    changes=[
        (
            "void uart_put_byte(unsigned char b);\n\n/* Stops; see uart_put_byte(). */\nvoid uart_stop(void)\n{\n}\n",
            "void uart_put_byte(unsigned char b);\n\n/* Stops; see uart_put_byte(). */\nvoid uartStop(void)\n{\n}\n",
        ),
        (
            "void uart_stop(void)\n{\n}\n\n/* Calls uart_stop(). */\nvoid off(void)\n{\n    uart_stop();\n}\n",
            "void UART_Stop(void)\n{\n}\n\n/* Calls UART_Stop(). */\nvoid Off(void)\n{\n    UART_Stop();\n}\n",
        ),
    ],
    keeps=[
        "void main(void)\n{\n}\n",
        "#include <stdio.h>\nint putchar(int c)\n{\n    return c;\n}\n",
        "void wait_long(void);\nvoid main(void)\n{\n    wait_long();\n}\n",
        "void do_it(void)\n{\n}\nvoid main(void)\n{\n    __asm\n        lcall _do_it\n    __endasm;\n}\n",
        "static int rx_n;\n",
        "#include <avr/interrupt.h>\nISR(TIMER0_OVF_vect)\n{\n}\n",
        "void SysTick_Handler(void)\n{\n}\nvoid USART1_IRQHandler(void)\n{\n}\n",
        "API XXH_errorcode XXH32_update (S *p)\n{\n}\n",
        '#include "uart.h"\nvoid uart_stop(void)\n{\n}\n',
        'static void uart_stop(void)\n{\n}\n#include "uart.inc"\n',
    ],
)
def rename_functions(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Functions in the style's case: `uart_put`, `uartPut`, `UART_Put`.

    Sound: as for locals; a name that the harness uses is recorded, so that it is built with the new one, and with sdcc
    an interrupt's vector does not depend on its function's name. Refuses `main`, what the C library looks for, the
    handlers of an AVR or a Cortex-M, which their vector finds by name, what is only declared here, what a header of the
    project that is not here may declare or use, and names in macros, asm or text that does not parse.
    """
    renaming = Renaming(unit, avoid=context.held)
    comments = unit.comments()
    for symbol in unit.symbols.all("function"):
        words = words_of(symbol.name.decode("utf-8", "replace"))
        if symbol.scope is not None or symbol.declaration is None or not words:
            continue
        form = pascal if context.style.names == "hungarian" else partial(cased, style=context.style)
        said = bare(unit, comments, symbol.name)
        wanted = [form(spelt) for spelt in ([words] if said else [respelt(words, context.style), words])]
        if symbol.name.decode() in wanted:
            continue
        if symbol.storage == b"extern" or unit.function(symbol.name) is None:
            yield Refusal(symbol.declaration.start_byte, "only-declared")
            continue
        if (refused := renaming.take(symbol, wanted, comments)) is not None:
            yield refused
    site = renaming.site(aliases=True)
    if site is not None:
        yield asked(site, context.style, "functions", "函数名")


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Give the macro constants consistent names",
    zh="统一宏常量的命名",
    changes=[
        (
            "#define BUFFER_LENGTH 8\n#define LAST (BUFFER_LENGTH - 1)\n"
            "char b[BUFFER_LENGTH]; /* see BUFFER_LENGTH */\n",
            "#define BUF_LEN 8\n#define LAST (BUF_LEN - 1)\nchar b[BUF_LEN]; /* see BUF_LEN */\n",
        ),
        (
            "#define SIZE 8\n\nchar fifo_b[SIZE];\n\nvoid fifo_put(void)\n{\n}\n\nvoid fifo_get(void)\n{\n}\n",
            "#define FIFO_SIZE 8\n\nchar fifo_b[FIFO_SIZE];\n\nvoid fifo_put(void)\n{\n}\n\n"
            "void fifo_get(void)\n{\n}\n",
        ),
    ],
    keeps=[
        "#ifndef BUFFER_LENGTH\n#define BUFFER_LENGTH 8\n#endif\n",
        "#define BUFFER_LENGTH 8\n#define NAME(x) x##BUFFER_LENGTH\n",
        "#define BUFFER_LENGTH(n) n\n",
        "#if BUFFER_LENGTH > 3\n#endif\n#define BUFFER_LENGTH 8\n",
        '#define BUFFER_LENGTH 8\n#include "buffer.h"\nchar b[BUFFER_LENGTH];\n',
        "#define BUFFER_LENGTH 8\n#include BUFFERS\nchar b[BUFFER_LENGTH];\n",
    ],
)
def rename_macros(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Names of object-like macros with their words short or written out, or all with the module's prefix.

    Sound: the preprocessor replaces the new word where it replaced the old, the value stays where it is. Refuses a
    macro that `#if` or `#ifdef` asks for (it may come from the command line), bodies with `#` or `##`, a macro defined
    twice or above the include of a header that is not here, and new names that stand anywhere in the file or the
    harness.
    """
    renaming = Renaming(unit, avoid=context.held)
    prefix = _module(unit)
    prefixed = bool(prefix) and context.rng.random() < 0.5
    table = SHORT if context.style.names in ("terse", "hungarian") else LONG
    comments = unit.comments()
    for symbol in unit.symbols.all("macro"):
        name = symbol.name.decode("utf-8", "replace")
        if symbol.function_like or not symbol.body or not name.isupper() or name.startswith("_"):
            continue
        parts = name.split("_")
        if prefixed:
            general = parts[0] == prefix or not _OF_THE_BOARD.isdisjoint(parts)
            wanted = name if general else f"{prefix}_{name}"
        else:
            wanted = "_".join(table.get(part.lower(), part).upper() for part in parts)
        if wanted == name:
            continue
        if (refused := renaming.take_macro(symbol, wanted, comments)) is not None:
            yield refused
    site = renaming.site(aliases=True)
    if site is not None and prefixed:
        en = f"Prefix the macro constants with the module's name (`{prefix}_`)"
        yield replace(site, ask=(en, f"宏常量统一加上模块前缀 `{prefix}_`"), way="prefix")
    elif site is not None and table is SHORT:
        yield replace(site, ask=("Shorten the names of the macro constants", "宏常量的命名用缩写"), way="short")
    elif site is not None:
        yield replace(site, ask=("Write the names of the macro constants out in full", "宏常量的命名写全"), way="long")


def _module(unit: Unit) -> str:
    """What the names of most exported functions begin with, in capitals; empty where they share nothing."""
    firsts = [
        s.name.split(b"_")[0].decode("utf-8", "replace").upper()
        for s in unit.symbols.all("function")
        if s.storage != b"static" and b"_" in s.name
    ]
    best = max(sorted(set(firsts)), key=firsts.count, default="")
    return best if firsts.count(best) > 1 and len(best) > 1 and best.isalnum() else ""


_CONVENTIONS = {
    "snake": ("snake_case", "下划线命名法（snake_case）"),
    "camel": ("camelCase", "驼峰命名法（camelCase）"),
    "hungarian": ("Hungarian notation", "匈牙利命名法"),
    "terse": ("short names", "简短的名字"),
}


def asked(site: Site, style: Style, en: str, zh: str) -> Site:
    """The site with the convention in its request: `one convention` alone would not determine the names."""
    convention = _CONVENTIONS[style.names]
    ask = (f"Rename the {en} to {convention[0]}", f"把{zh}改成{convention[1]}")
    return replace(site, ask=ask, way=style.names)


RULES = (rename_locals, rename_functions, rename_macros)
