"""`python -m tests.soak PART`: one part of the soak, or without one all of them in turn."""

from __future__ import annotations

import argparse
import sys
from types import ModuleType

from tests.soak import csmith, outside

PARTS: dict[str, ModuleType] = {"csmith": csmith, "sources": outside}
"""Each has `add_arguments(parser)` and `run(args)`, which gives the exit code; its docstring begins with its help."""


def main(words: list[str]) -> int:
    """Runs what the words of the command line ask for; the worst exit code where it is all."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    commands = parser.add_subparsers(dest="part", metavar="PART")
    for name, part in PARTS.items():
        first = (part.__doc__ or "").partition("\n")[0]
        part.add_arguments(commands.add_parser(name, help=first, description=first))
    if parser.parse_args(words).part is None:
        return max(main([name]) for name in PARTS)
    args = parser.parse_args(words)
    return int(PARTS[args.part].run(args))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
