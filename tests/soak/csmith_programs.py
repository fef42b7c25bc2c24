"""Programs by csmith, made for an int of 16 bits and run where it has 16 and where it has 32.

One program serves every target. csmith keeps what can overflow in functions on types of fixed width, and ours
(`csmith_arithmetic`) are defined for both widths; what it writes bare (comparisons, `&`, `|`, `^`, assignments)
cannot overflow. So the same text means something on each, though not always the same thing, and each target compares a
program with its variants only. A program of which this is not true is found on the host, where overflow traps.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from tests.soak.csmith_arithmetic import functions_for
from validators.sandbox.runner import Request, Sandbox

REMEDY = "csmith: not found. Remedy: ./setup.sh --tools soak  (or: apt-get install csmith)"

PLATFORM = b"integer size = 2\npointer size = 2\n"

_ALL = """
    --no-packed-struct --no-longlong --no-math64 --no-argc --no-float --no-bitfields --max-array-len-per-dim 4
"""
SMALL = """
    --max-funcs 3 --max-block-depth 2 --max-block-size 3 --max-expr-complexity 3 --max-array-dim 1 --max-struct-fields 3
    --max-pointer-depth 1 --no-unions --no-arg-structs --no-return-structs --no-const-pointers --no-volatile-pointers
"""
"""What sdcc takes: no structure is passed or returned by value."""

WIDE = """
    --max-funcs 4 --max-block-depth 3 --max-block-size 3 --max-expr-complexity 4 --max-array-dim 2 --max-struct-fields 4
    --max-union-fields 3 --max-pointer-depth 2
"""
"""More of C: unions, structures by value, pointers to pointers."""

_HEAD = """\
#include <stdint.h>

extern uint32_t crc32_context;
void platform_main_begin(void);
void platform_main_end(uint32_t crc, int flag);
void crc32_gentab(void);
void transparent_crc(uint32_t value, const char *name, int flag);

"""
_COMMENT = re.compile(r"^//[^\n]*\n|/\*(?s:.*?)\*/\n?", re.M)
_PRINTED = re.compile(r"^ *if \(print_hash_value\) printf\(.*\);\n", re.M)
_UNUSED = re.compile(r"^(?:#define NO_LONGLONG|static long __undefined;)\n", re.M)
_MORE = "    try_arithmetic();\n"
_COUNT = '    transparent_crc(unusable, "unusable", print_hash_value);\n'
_END = "    platform_main_end("
_GAPS = re.compile(r"\n{3,}")


def is_small(seed: int) -> bool:
    """Whether this seed's program is one that sdcc takes: every second one."""
    return seed % 2 == 0


def programs(sandbox: Sandbox, seeds: Sequence[int]) -> list[str]:
    """The program of each seed. Raises ProgramNotFound without csmith, RuntimeError where csmith itself fails."""
    requests = [
        Request(
            ["csmith", "--seed", str(seed), *_ALL.split(), *(SMALL if is_small(seed) else WIDE).split()],
            {"platform.info": PLATFORM},
            (),
        )
        for seed in seeds
    ]
    made = []
    for seed, done in zip(seeds, sandbox.run_all(requests), strict=True):
        if not done.ok:
            raise RuntimeError(f"csmith --seed {seed}: {done.outcome} {done.rc} {done.stderr.decode(errors='replace')}")
        made.append(adapted(done.stdout.decode(), seed))
    return made


def adapted(text: str, seed: int) -> str:
    """csmith's program with the arithmetic that it uses in place of its header, without what it would print.

    The count of what C leaves open is one more of its values. A wide program keeps csmith's comments, and tells at its
    end what its arithmetic gives for many operands, too; that would double what a compile for the 8051 costs.
    """
    small = is_small(seed)
    if small:
        text = _COMMENT.sub("", text)
    text = _UNUSED.sub("", _PRINTED.sub("", text))
    _, _, body = text.partition('#include "csmith.h"\n')
    arithmetic = functions_for(body, random.Random(seed), tried=not small)
    body = body.replace(_END, _MORE * (not small) + _COUNT + _END)
    return _GAPS.sub("\n\n", f"{_HEAD}{arithmetic}\n{body}").rstrip() + "\n"
