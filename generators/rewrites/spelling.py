"""Spelling of names: the words in a name, and a name of such words in one author's case."""

from __future__ import annotations

import re
from functools import lru_cache

from corpus.source.ctype import CType
from generators.rewrites.style import Style

_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*(?:[a-z]+[0-9]+)*[a-z]*|[A-Z]+[0-9]*|[0-9]+")
# Prefixes of Hungarian notation as Keil users write them; `Idx` in `ucIdx` is the name.
_HUNGARIAN = re.compile(
    r"^(?:g_|s_)?(?:(?:a|p)*(?:uc|us|ui|ul|sc|by|sz|c|i|l|b|f|n|w|dw|st|e|[us](?:8|16|32))|pf)(?=[A-Z])"
)
# What marks a variable of the whole file, whatever the convention of the rest.
_FILE_SCOPE = re.compile(r"^[gs]_(?=[A-Za-z]\w)")

SHORT = {
    "address": "addr", "argument": "arg", "average": "avg", "buffer": "buf", "character": "ch", "channel": "chan",
    "column": "col", "command": "cmd", "count": "cnt", "counter": "cnt", "current": "cur", "delay": "dly",
    "destination": "dst", "difference": "diff", "display": "disp", "frequency": "freq", "function": "func",
    "index": "idx", "initialise": "init", "length": "len", "level": "lvl", "maximum": "max", "message": "msg",
    "milliseconds": "ms", "minimum": "min", "number": "num", "offset": "off", "pointer": "ptr", "position": "pos",
    "previous": "prev", "receive": "rx", "received": "rcvd", "register": "reg", "request": "req", "response": "resp",
    "result": "res", "samples": "smps", "seconds": "secs", "source": "src", "status": "stat", "string": "str",
    "temperature": "temp", "temporary": "tmp", "threshold": "thr", "timeout": "tmo", "transmit": "tx", "value": "val",
}  # fmt: skip
LONG = {
    "addr": "address", "arg": "argument", "avg": "average", "buf": "buffer", "cmd": "command", "col": "column",
    "cnt": "count", "cur": "current", "dst": "destination", "idx": "index", "len": "length", "msg": "message",
    "num": "number", "pos": "position", "prev": "previous", "ptr": "pointer", "reg": "register", "req": "request",
    "resp": "response", "src": "source", "str": "string", "tmp": "temporary", "val": "value",
}  # fmt: skip
_ACRONYMS = frozenset(
    [
        "isr",
        "uart",
        "lcd",
        "adc",
        "dac",
        "crc",
        "i2c",
        "spi",
        "pwm",
        "led",
        "eeprom",
        "rtc",
        "fifo",
        "ir",
        "pid",
        "gpio",
        "crc8",
        "crc16",
        "usart",
        "can",
        "lin",
        "bcd",
        "ntc",
    ]
)


def words_of(name: str) -> list[str]:
    """The words of a name in small letters, a Hungarian prefix dropped; empty for a name of another kind.

    `rx_count`, `rxCount`, `s_rx_count`, `ucRxCount` and `u8RxCount` are all `rx`, `count`. Names in capitals or with
    outer or doubled underscores follow other conventions.
    """
    return list(_words_of(name))


@lru_cache(maxsize=4096)
def _words_of(name: str) -> tuple[str, ...]:
    if name.isupper() or name.startswith("_") or name.endswith("_") or "__" in name:
        return ()
    bare = _HUNGARIAN.sub("", name, count=1) if not name.islower() else name
    bare = _FILE_SCOPE.sub("", bare, count=1)
    pieces = bare.split("_")
    parts = [p for piece in pieces for p in ([piece] if piece.lower() in _ACRONYMS else _PART.findall(piece))]
    return tuple([part.lower() for part in parts]) if "".join(parts) == bare.replace("_", "") else ()


def respelt(words: list[str], style: Style) -> list[str]:
    """The words shortened or written out as the author does."""
    table = SHORT if style.shortens else LONG if style.spells_out else {}
    return [table.get(word, word) for word in words]


def cased(words: list[str], style: Style) -> str:
    """A variable's or function's name: `rx_count`, `rxCount`; Hungarian names get their prefix from `hungarian`."""
    if style.names in ("snake", "terse"):
        return "_".join(words)
    return words[0] + _humps(words[1:])


def pascal(words: list[str]) -> str:
    """A function of a Keil user: `UART_SendByte`, `PutByte`."""
    if words[0] in _ACRONYMS and len(words) > 1:
        return f"{words[0].upper()}_{_humps(words[1:])}"
    return _humps(words)


def _humps(words: list[str]) -> str:
    return "".join(word.upper() if word == "isr" else word[:1].upper() + word[1:] for word in words)


def hungarian(words: list[str], t: CType, text: bool, widths: bool) -> str | None:
    """`ucCount`, `pucBuf`, or with `widths` `u8Count`, `pu8Buf`; None where the type has no prefix.

    `text` says that the type is spelt `char`, which is a character and no number.
    """
    prefix = _prefix(t, text, widths)
    return None if prefix is None else prefix + _humps(words)


def file_scope(name: str, static: bool, style: Style) -> str:
    """The name of a variable of the whole file as the author marks it: `ticks`, `g_ticks` or `s_ticks`."""
    return name if not style.file_scope else f"{'s' if static and style.file_scope == 's-g' else 'g'}_{name}"


def _prefix(t: CType, text: bool, widths: bool) -> str | None:
    if t.kind == "pointer" and t.of is not None and t.of.kind == "function":
        return "pf"
    if t.kind in ("pointer", "array"):
        inner = _prefix(t.of, text, widths) if t.of is not None else None
        if inner is None:
            return None
        return inner if inner.startswith("p") and t.kind == "pointer" else ("p" if t.kind == "pointer" else "a") + inner
    if t.kind == "struct":
        return "st"
    if t.kind == "void":
        return ""
    if t.kind in ("bool", "float"):
        return t.kind[0]
    if t.kind != "int" or t.width > 32:
        return None
    if t.width == 8 and text:
        return "c"
    if t.width not in (8, 16, 32):  # a bit-field
        return "b" if t.width == 1 else "n"
    if widths:
        return f"{'s' if t.signed else 'u'}{t.width}"
    if t.width == 8:
        return "c" if t.signed else "uc"
    return ("" if t.signed else "u") + ("i" if t.width == 16 else "l")
