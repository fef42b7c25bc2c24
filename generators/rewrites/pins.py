"""Names of pins and ports: a house's prefix tells hardware from constants."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.source.lexer import lexed
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.renaming import Renaming
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_HARDWARE = frozenset(("PIN", "PORT", "BIT", "REG", "IO", "GPIO"))
_PORT = re.compile(rb"P[0-9]")


@rewrite(
    family="names",
    scope="file",
    renames=True,
    en="Prefix the names of pins with `PIN_` and those of ports with `PORT_`",
    zh="引脚的宏名加 `PIN_` 前缀，端口的加 `PORT_` 前缀",
    changes=[
        (
            "#include <8052.h>\n\n#define LED P1_0\n#define ROWS P2\n\nvoid f(void)\n{\n    LED = 0; /* LED on */\n"
            "    ROWS = 0xFF;\n}\n",
            "#include <8052.h>\n\n#define PIN_LED P1_0\n#define PORT_ROWS P2\n\nvoid f(void)\n{\n"
            "    PIN_LED = 0; /* PIN_LED on */\n    PORT_ROWS = 0xFF;\n}\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\n#define LED_PIN P1_0\n#define IO P1_1\nvoid f(void)\n{\n    LED_PIN = IO;\n}\n",
        "#define LED 1\nint f(void)\n{\n    return LED;\n}\n",
        "#include <8052.h>\n#define MODE TMOD\n#define DONE TF0\nvoid f(void)\n{\n    MODE = DONE;\n}\n",
        "#include <8052.h>\n#define LED P1_0\n#define SHOW(x) x##LED\nvoid f(void)\n{\n    LED = 0;\n}\n",
        "#include <8052.h>\n#define LED P1_0\n#ifdef LED\nvoid f(void)\n{\n    LED = 0;\n}\n#endif\n",
        "#include <8052.h>\n#define LED P1_0\nint PIN_LED;\nvoid f(void)\n{\n    LED = 0;\n}\n",
    ],
)
def prefix_pins(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Macros that are another name of a port pin begin with `PIN_`, those of a whole port with `PORT_`, as houses write
    that prefix what belongs to a file (`g_`, `s_`).

    Sound: the preprocessor replaces the new word where it replaced the old; the register stays the same. Refuses names
    that say so already, other registers and flags, macros that a condition asks for or `#` and `##` touch, and new
    names that stand anywhere in the file or the harness.
    """
    if not context.style.file_scope:
        return
    renaming = Renaming(unit, avoid=context.held)
    comments = unit.comments()
    for symbol in unit.symbols.all("macro"):
        kind = _kind(unit, symbol)
        if not kind:
            continue
        name = symbol.name.decode("utf-8", "replace")
        if (refused := renaming.take_macro(symbol, f"{kind}_{name}", comments)) is not None:
            yield refused
    site = renaming.site(aliases=True)
    if site is not None:
        yield site


def _kind(unit: Unit, macro: Symbol) -> str:
    """PIN, PORT, or nothing for a macro that is no other name of one or says so already."""
    name = macro.name.decode("utf-8", "replace")
    words = lexed(macro.body or b"").words
    if macro.function_like or len(words) != 1 or not name.isupper() or not _HARDWARE.isdisjoint(name.split("_")):
        return ""
    register = unit.symbols.lookup(words[0][1])
    if register is None or not register.is_register:
        return ""
    port, _, pin = words[0][1].partition(b"_")
    if not _PORT.fullmatch(port):
        return ""
    return ("PIN" if pin.isdigit() else "") if pin else "PORT"


RULES = (prefix_pins,)
