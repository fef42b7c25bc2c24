"""Two traces compared, and one that failed, in the words of a firmware engineer."""

from __future__ import annotations

from itertools import zip_longest

from validators.simulators.mcs51 import Trace

REGISTERS = {
    0x80: "P0", 0x87: "PCON", 0x88: "TCON", 0x89: "TMOD", 0x8A: "TL0", 0x8B: "TL1", 0x8C: "TH0", 0x8D: "TH1",
    0x90: "P1", 0x98: "SCON", 0x99: "SBUF", 0xA0: "P2", 0xA8: "IE", 0xB0: "P3", 0xB8: "IP", 0xC8: "T2CON",
    0xC9: "T2MOD", 0xCA: "RCAP2L", 0xCB: "RCAP2H", 0xCC: "TL2", 0xCD: "TH2",
}  # fmt: skip


_FLAGS = {"8D": "TF0", "8F": "TF1", "CF": "TF2", "99": "TI", "98": "RI"}

_ENDINGS = {
    "done": "ends",
    "failed": "ends with failed expectations",
    "asleep": "falls asleep with nothing to wake it",
    "illegal-opcode": "runs into memory that holds no program",
    "illegal-command": "writes the simulator's own registers",
    "stack-overflow": "runs its stack over the end of internal RAM",
    "bad-image": "is no image that fits a 64 KB program memory",
}


def difference(expected: Trace, actual: Trace) -> str:
    """The first thing that `actual` did otherwise, with the call it happened in; empty when they did the same."""
    mark = ""
    for want, got in zip_longest(expected.events.split(), actual.events.split()):
        if want != got:
            return mark + _otherwise(want, got, expected, actual)
        if want.startswith("M"):
            mark = f"in call {want[1:]}: "
    if expected.outcome == actual.outcome:
        return ""
    return f"{mark}{_ending(actual)}, expected: {_ending(expected)}"


def failure(trace: Trace) -> str:
    """The first expectation that was not met, or how else the run went wrong; empty when it passed."""
    mark = ""
    for event in trace.events.split():
        if event.startswith("M"):
            mark = f"in call {event[1:]}: "
        if event.startswith("F"):
            return mark + _words(event)
    return "" if trace.passed else mark + _ending(trace)


def _otherwise(want: str | None, got: str | None, expected: Trace, actual: Trace) -> str:
    if got is None:
        return f"{_ending(actual)}, expected: {_words(want) if want else _ending(expected)}"
    if got.startswith("F") or want is None:
        return _words(got) if got.startswith("F") else f"{_words(got)}, expected: {_ending(expected)}"
    if want.partition("=")[0] == got.partition("=")[0]:
        return f"{_words(got)}, expected 0x{want.partition('=')[2]}"
    if want[0] == got[0] == "V":
        return f"{_words(got)}, expected 0x{want[1:]}"
    return f"{_words(got)}, expected: {_words(want)}"


def _words(event: str) -> str:
    kind, rest = event[0], event[1:]
    place, _, value = rest.partition("=" if kind in "WRXY" else ":")
    if kind in "WR":
        name = REGISTERS.get(int(place, 16), f"SFR 0x{place}")
        return f"{name} {'written' if kind == 'W' else 'read as'} 0x{value}"
    if kind in "XY":
        return f"external 0x{place} {'written' if kind == 'X' else 'read as'} 0x{value}"
    if kind in "EF":
        got, _, wanted = value.partition("!")
        return f"harness line {place}: got {_value(got)}" + (f", expected {_value(wanted)}" if wanted else "")
    if kind in "Ii":
        return f"interrupt {rest} {'taken' if kind == 'I' else 'ignored'}"
    if kind == "A":
        return f"{_FLAGS[place]} cleared after it was seen set"
    if kind == "M":
        return f"call {rest} begins"
    return f"0x{rest} reported" if kind == "V" else "left by the harness"


def _value(text: str) -> str:
    return "no write" if text == "none" else f"0x{text}"


def _ending(trace: Trace) -> str:
    if trace.outcome == "cycle-limit":
        return f"never ends ({trace.cycles:,} cycles)"
    if trace.outcome == "event-limit":
        return f"never ends ({len(trace.events.split()):,} register accesses)"
    return _ENDINGS.get(trace.outcome, trace.outcome)
