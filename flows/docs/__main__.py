"""`python -m flows.docs`, which is `make docs`: writes every generated page that is not as it should be.

With the folder of a finished run it writes the README's figures of that run as well.
"""

from __future__ import annotations

import sys
from pathlib import Path

from corpus.shards import write_bytes
from flows.docs.figures import figures
from flows.docs.pages import pages, replaced
from flows.settings import ROOT


def main(arguments: list[str]) -> None:
    """Writes what changed and names it.

    Raises:
        UnreadableShard: a run is named that has no report.
    """
    made = pages()
    for run in arguments:
        made["README.md"] = replaced(made["README.md"], "figures", figures(Path(run)))
    for name, text in made.items():
        path = ROOT / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_bytes(path, text.encode())
            print(f"wrote {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
