"""Two traces compared, and one that failed, in the words of a firmware engineer."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from validators.simulators.machine import Trace
from validators.simulators.mcs51 import MCS51

Registers = Mapping[int, str]
"""The names of a machine's registers by address; others are told by their address."""

_FLAGS = {"8D": "TF0", "8F": "TF1", "CF": "TF2", "99": "TI", "98": "RI"}

_ENDINGS = {
    "done": "ends",
    "failed": "ends with failed expectations",
    "asleep": "falls asleep with nothing to wake it",
    "illegal-opcode": "runs into memory that holds no program",
    "illegal-command": "writes the simulator's own registers",
    "stack-overflow": "runs its stack over the end of internal RAM",
    "bad-access": "uses an address where the chip has nothing",
    "restarted": "starts anew from its reset vector",
    "bad-image": "is no image that fits the chip's program memory",
    "simulator-failed": "makes the simulator itself fail",
}


def difference(expected: Trace, actual: Trace, registers: Registers = MCS51.registers) -> str:
    """The first thing that `actual` did otherwise, with the call it happened in; empty when they did the same."""
    parted = witness(expected, actual)
    if parted is None:
        return ""
    number, want, got = parted
    mark = _call(expected.events.split(" ", number)[:number])
    if want or got:
        return mark + _otherwise(want or None, got or None, expected, actual, registers)
    return f"{mark}{ending(actual)}, expected: {ending(expected)}"


def witness(expected: Trace, actual: Trace) -> tuple[int, str, str] | None:
    """Where the traces part: the number of the event, counted from 0, and the two events as the traces spell them.

    An event is empty where its trace had ended; both are where only the outcomes differ. None when nothing differs.
    """
    if expected.events == actual.events:
        return None if expected.outcome == actual.outcome else (len(expected.events.split()), "", "")
    lengths = range(min(len(expected.events), len(actual.events)))
    same = bisect_left(lengths, True, key=lambda length: expected.events[: length + 1] != actual.events[: length + 1])
    start = expected.events.rfind(" ", 0, same) + 1  # of the event that holds the first character that differs
    wants, gots = expected.events[start:].split(), actual.events[start:].split()
    before = expected.events.count(" ", 0, start)
    for number, (want, got) in enumerate(zip_longest(wants, gots, fillvalue="")):
        if want != got:
            return before + number, want, got
    raise AssertionError("events that differ part somewhere")


def failure(trace: Trace, registers: Registers = MCS51.registers) -> str:
    """The first expectation that was not met, or how else the run went wrong; empty when it passed."""
    events = f" {trace.events}"
    at = events.find(" F")
    if at < 0:
        return "" if trace.passed else _call(events.split()) + ending(trace)
    return _call(events[:at].split()) + words(events[at + 1 :].split(" ", 1)[0], registers)


def _call(events: Sequence[str]) -> str:
    """The call of the harness that the last of these events happened in."""
    mark = next((event for event in reversed(events) if event.startswith("M")), "")
    return f"in call {mark[1:]}: " if mark else ""


def _otherwise(want: str | None, got: str | None, expected: Trace, actual: Trace, registers: Registers) -> str:
    if got is None:
        return f"{ending(actual)}, expected: {words(want, registers) if want else ending(expected)}"
    told = words(got, registers)
    if got.startswith("F") or want is None:
        return told if got.startswith("F") else f"{told}, expected: {ending(expected)}"
    if want.partition("=")[0] == got.partition("=")[0]:
        return f"{told}, expected 0x{want.partition('=')[2]}"
    if want[0] == got[0] and got[0] in "VD":
        return f"{told}, expected 0x{want[1:]}"
    return f"{told}, expected: {words(want, registers)}"


def words(event: str, registers: Registers = MCS51.registers) -> str:
    """One event as a trace spells it, in words: `W90=7F` is "P1 written 0x7F"."""
    kind, rest = event[0], event[1:]
    place, _, value = rest.partition("=" if kind in "WRXY" else ":")
    if kind in "WR":
        name = registers.get(int(place, 16), f"{'SFR' if len(place) == 2 else 'register'} 0x{place}")
        return f"{name} {'written' if kind == 'W' else 'read as'} 0x{value}"
    if kind in "XY":
        return f"external 0x{place} {'written' if kind == 'X' else 'read as'} 0x{value}"
    if kind in "EF":
        got, _, wanted = value.partition("!")
        return f"harness line {place}: got {_value(got)}" + (f", expected {_value(wanted)}" if wanted else "")
    if kind in "Ii":
        return f"interrupt {rest} {'taken' if kind == 'I' else 'ignored'}"
    if kind == "A":
        return f"{_flag(rest, registers)} cleared after it was seen set"
    if kind == "M":
        return f"call {rest} begins"
    if kind == "D":
        return f"stimulus 0x{rest} drawn"
    return f"0x{rest} reported" if kind == "V" else "left by the harness"


def _flag(place: str, registers: Registers) -> str:
    """A flag by its bit address (8051) or as register.bit."""
    register, point, bit = place.partition(".")
    if not point:
        return _FLAGS.get(place, f"flag {place}")
    return f"{registers.get(int(register, 16), f'register 0x{register}')} bit {bit}"


def _value(text: str) -> str:
    return "no write" if text == "none" else f"0x{text}"


def ending(trace: Trace) -> str:
    """How a run ended, in words; a stored trace, whose cycles are 0, does not tell them."""
    if trace.outcome == "cycle-limit":
        return f"never ends ({trace.cycles:,} cycles)" if trace.cycles else "never ends"
    if trace.outcome == "event-limit":
        return f"never ends ({len(trace.events.split()):,} register accesses)"
    return _ENDINGS.get(trace.outcome, trace.outcome)
