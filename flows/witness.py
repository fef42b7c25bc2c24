"""Finds what shows a fault: the first event in which a faulty program's trace leaves the right one, for words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from corpus.records import Witness
from validators.behaviour import Observed
from validators.simulators.differences import _REGISTERS as REGISTERS

_MACRO = re.compile(r"SIM_(EXPECT_NO_WRITE|EXPECT_WRITE|EXPECT)\s*\(")
_HANGS = ("cycle-limit", "event-limit", "asleep")


def witness(right: Observed, faulty: Observed, harness: str, source: str) -> Witness | None:
    """The first difference that can be told to a person who has the program but not the harness; None without one."""
    for want, got in zip(right.traces, faulty.traces, strict=True):
        expected, observed = list(_told(want.events)), list(_told(got.events))
        for index, (good, bad) in enumerate(zip_longest(expected, observed)):
            if good == bad:
                continue
            if bad is None:
                return Witness("hang" if got.outcome in _HANGS else "stuck")
            return _of(good, bad, observed[:index], harness, source)
        if got.outcome in _HANGS and want.outcome not in _HANGS:
            return Witness("hang")
    return None


def _told(events: str) -> Iterator[str]:
    """The events that a person can be told: writes, and what the harness found; reads and marks are not."""
    return (event for event in events.split() if event[0] in "WXEFV")


def _of(good: str | None, bad: str, before: list[str], harness: str, source: str) -> Witness | None:
    if bad[0] == "F":
        return _expectation(bad, harness, source)
    if bad[0] in "WX":
        place, _, value = bad[1:].partition("=")
        ordinal = 1 + sum(event[1:].partition("=")[0] == place and event[0] == bad[0] for event in before)
        if good is not None and good.partition("=")[0] == bad.partition("=")[0]:
            return Witness("write", _register(bad[0], place), f"0x{good.partition('=')[2]}", f"0x{value}", ordinal)
        return Witness("extra", _register(bad[0], place), observed=f"0x{value}")
    if good is not None and good[0] in "WX":
        place, _, value = good[1:].partition("=")
        return Witness("missing", _register(good[0], place), expected=f"0x{value}")
    return None


def _register(kind: str, place: str) -> str:
    address = int(place, 16)
    return REGISTERS.get(address, f"SFR 0x{address:02X}") if kind == "W" else f"external 0x{address:04X}"


def _expectation(event: str, harness: str, source: str) -> Witness | None:
    """A failed expectation in the words of the line that states it."""
    line, _, values = event[1:].partition(":")
    observed, _, expected = values.partition("!")
    found = _macro_at(harness.splitlines(), int(line))
    if found is None:
        return None
    kind, arguments = found
    if kind == "EXPECT":
        subject = _subject(arguments[0], harness.splitlines()[: int(line)], source)
        return Witness("value", subject, _number(expected), _number(observed)) if subject else None
    place = re.fullmatch(r"SIM_(?:SFR\((\w+)\)|XDATA\((\w+)\)|(P[0-3]))", arguments[0].strip())
    if place is None:
        return None
    where = place[3] or (_register("W", place[1]) if place[1] else _register("X", place[2]))
    if kind == "EXPECT_NO_WRITE":
        return Witness("extra", where, observed=_number(observed))
    if observed == "none":
        return Witness("missing", where, expected=_number(expected))
    return Witness("write", where, _number(expected), _number(observed))


def _macro_at(lines: list[str], number: int) -> tuple[str, list[str]] | None:
    """The expectation that stands at a line (a long one may have begun some lines before), with its arguments."""
    for start in range(number - 1, max(-1, number - 5), -1):
        text = "\n".join(lines[start:number])
        match = _MACRO.search(text)
        if match:
            return match[1], _arguments(text[match.end() :])
    return None


def _arguments(text: str) -> list[str]:
    depth, parts = 0, [""]
    for character in text:
        if character == ")" and not depth:
            break
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [" ".join(part.split()) for part in parts]


def _subject(expression: str, above: list[str], source: str) -> str:
    """What was looked at, as the program's reader knows it: an expression over the program's own names. A local of the
    harness stands for what was last assigned to it. Empty when it says nothing to that reader."""
    expression = re.sub(r"^\((?:u?int(?:8|16|32)_t)\)\s*", "", expression).strip()
    if re.fullmatch(r"[A-Za-z_]\w*", expression) and not _known(expression, source):
        for line in reversed(above):
            match = re.search(rb"\b%b\s*=\s*([^=].*?);" % expression.encode(), line.encode())
            if match:
                expression = match[1].decode()
                break
    names = [
        name
        for name in re.findall(r"[A-Za-z_]\w*", expression)
        if not re.fullmatch(r"u?int(8|16|32)_t|SIM_\w+|HOLE_\w+", name)
    ]
    return expression if names and _known(names[0], source) else ""


def _known(name: str, source: str) -> bool:
    return re.search(rf"\b{name}\b", source) is not None or name in REGISTERS.values() or name in ("TR0", "TR1", "EA")


def _number(text: str) -> str:
    value = int(text, 16)
    if value >= 0xFFFF8000:
        return str(value - 0x1_0000_0000)
    return str(value) if value < 10 else f"0x{value:02X}"
