"""The forms in which compilers write their messages, by name, so that a description need not repeat them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Messages:
    """What a compiler says and how it is read.

    `forms` match one line each, with the groups file, line, column, severity, code and message as far as they exist;
    a line that `continuation` matches belongs to the message before. `crash` finds, in a line that no form matches,
    that the compiler itself failed; `ignored` finds an option that it does not know, which says that the tool is not
    the right one.
    """

    forms: tuple[re.Pattern[str], ...]
    continuation: re.Pattern[str]
    crash: re.Pattern[str]
    ignored: re.Pattern[str]


NEVER = re.compile(r"(?!)")

CRASH = re.compile(
    r"internal compiler error|Internal Error|Caught signal|terminated signal|signal terminated program"
    r"|frontend command failed|PLEASE submit a bug report|Segmentation fault|Aborted|Assertion .*failed"
    r"|out of memory|virtual memory exhausted|memory exhausted|Cannot allocate memory"
)

# Read off sdcc 4.2.0 (SDCCerr.c prints the first two), its preprocessor, its assemblers and its linkers.
_SDCC = Messages(
    forms=(
        re.compile(r"(?P<file>[^:\s][^:]*):(?P<line>\d+): (?P<severity>error|warning) (?P<code>\d+): (?P<message>.*)"),
        re.compile(
            r"(?P<file>[^:\s][^:]*):(?P<line>\d+): (?P<code>syntax) (?P<severity>error): "
            r"(?P<message>.*?)(?: ; column (?P<column>\d+))?$"
        ),
        re.compile(
            r"(?P<file>[^:\s][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? "
            # Where a macro stood before is said as an error, but is the second half of a warning.
            r"(?P<severity>(?:fatal )?error|warning): (?P<message>(?!this is the location of the previous).*)"
        ),
        re.compile(
            r"(?P<file>[^:\s]+\.asm):(?P<line>\d+): (?P<severity>Error|Warning): (?:<(?P<code>\w)> )?(?P<message>.*)"
        ),
        # Warnings by name that fail the link.
        re.compile(
            r"\?ASlink-Warning-(?P<message>(?:Undefined Global |Invalid address for |RAM value \d+ too large).*)"
        ),
        re.compile(r"\?ASlink-(?P<severity>Error|Warning)-(?P<message>.*)"),
        re.compile(r"at (?P<line>\d+): (?P<severity>error|warning) (?P<code>\d+): (?P<message>.*)"),
    ),
    continuation=re.compile(r"\s*(from|to) type '"),
    crash=CRASH,
    ignored=re.compile(r"at \d+: warning 117: (?P<message>.*)"),
)

# gcc 5 to 12 and clang 14 without the quoted lines, the assembler and the linker of GNU binutils. A message of the
# linker is left without a file, since it names an object that the driver made.
_GCC = Messages(
    forms=(
        re.compile(
            r"(?P<file>[^:\s][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? (?P<severity>(?:fatal )?error|warning): "
            r"(?P<message>.*?)(?: \[-W(?:error=|error,-W)?(?P<code>[^]\s]+)\])?$"
        ),
        re.compile(r"(?P<file>[^:\s][^:]*):(?P<line>\d+): (?P<severity>Error|Warning): (?P<message>.*)"),
        re.compile(r"[^\s:].*: (?P<message>undefined reference to .*)"),
        re.compile(
            r"(?:\S*[/-])?ld: (?P<message>.*(?:overflowed by|will not fit in region|overlaps section"
            r"|multiple definition of).*)"
        ),
        re.compile(r"(?P<file>cc1|(?:[\w.]+-)*gcc|clang): (?P<severity>(?:fatal )?error|warning): (?P<message>.*)"),
    ),
    continuation=NEVER,
    crash=CRASH,
    ignored=re.compile(
        r"(?:(?:[\w.]+-)*(?:gcc|cc1|clang): )?error: (?P<message>(?:unrecogni[sz]ed command[- ]line option"
        r"|unknown argument|unrecogni[sz]ed -m\w+ target|unknown target|unrecognized argument in option).*)"
    ),
)

NAMED = {"sdcc": _SDCC, "gcc": _GCC}


def joined(sets: Iterable[Messages]) -> Messages:
    """Several sets as one: each form is tried in turn, and one's continuation, crash or ignored option is any's."""
    sets = list(sets)
    return Messages(
        forms=tuple(form for one in sets for form in one.forms),
        continuation=_either(one.continuation for one in sets),
        crash=_either(one.crash for one in sets),
        ignored=next((one.ignored for one in sets if one.ignored is not NEVER), NEVER),
    )


def _either(patterns: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    texts = list(dict.fromkeys(pattern.pattern for pattern in patterns if pattern is not NEVER))
    return re.compile("|".join(f"(?:{text})" for text in texts)) if texts else NEVER
