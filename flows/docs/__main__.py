"""`python -m flows.docs`, which is `make docs`: writes every generated page that is not as it should be."""

from __future__ import annotations

from corpus.shards import write_bytes
from flows.docs.pages import pages
from flows.settings import ROOT


def main() -> None:
    """Writes what changed and names it."""
    for name, text in pages().items():
        path = ROOT / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_bytes(path, text.encode())
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
