"""Which seeds a verb is about: ids, folders of one seed, or folders of seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpus.seeds import FILES, SeedError, seed_folders
from corpus.yamlfile import did_you_mean

SHIPPED = Path(__file__).parents[3] / "datasets" / "seeds"


def chosen(wanted: Sequence[str], seeds: Path | None) -> list[Path]:
    """The folders of the wanted seeds, in the order of the wishes; all of `seeds`, or of the shipped ones, where none
    is named.

    Raises:
        SeedError: there is no such seed or folder, or a folder holds no seed.
    """
    root = seeds or SHIPPED
    if not wanted:
        return seed_folders(root)
    known = {folder.name: folder for folder in seed_folders(root)} if root.is_dir() else {}
    found: dict[Path, None] = {}
    for word in wanted:
        path = Path(word).resolve()
        if word in known:
            found[known[word]] = None
        elif not path.is_dir():
            raise SeedError(root, 1, word, f"is no seed of this folder and no folder itself{did_you_mean(word, known)}")
        elif any((path / name).is_file() for name in FILES):
            found[path] = None
        else:
            found.update(dict.fromkeys(seed_folders(path)))
    return list(found)
