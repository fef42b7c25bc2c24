"""Shards on disk: files written whole or not at all, and the manifest that says a shard is done.

Resume rests on these manifests alone: a shard is done when its manifest names the same stage version, recipe and input,
and every file it lists is there with the same SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


class UnreadableShard(ValueError):
    """A Parquet file that cannot be read; the text names it and what to do."""


class UnwritableFolder(OSError):
    """A folder that the run cannot write to; the text names it and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What made a shard, and what it made: `files` maps each file's name to its SHA-256, `counts` are numbers for
    the report (records in, kept, rejected by reason ...)."""

    stage: str
    shard: str
    version: str
    recipe: str
    input: str
    files: Mapping[str, str]
    counts: Mapping[str, Any]


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file so that a reader sees the old one or the whole new one, also after a kill or a full disk.

    Raises:
        UnwritableFolder: the folder cannot be made or written, or the disk is full.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise UnwritableFolder(
            f"cannot write {path} ({error.strerror}); free the disk or choose another folder with --out"
        ) from None


def write_json(path: Path, data: Any) -> None:
    """Writes JSON with sorted keys, as `write_bytes`."""
    write_bytes(path, (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode())


def write_table(path: Path, table: pa.Table) -> None:
    """Writes Parquet (zstd, page index, row groups of 2,000), the same bytes for the same table and pyarrow."""
    sink = pa.BufferOutputStream()
    plain = table.replace_schema_metadata(None)
    pq.write_table(plain, sink, compression="zstd", row_group_size=2000, write_page_index=True)
    write_bytes(path, sink.getvalue().to_pybytes())


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Reads a Parquet file.

    Raises:
        UnreadableShard: the file is missing, cut short or no Parquet.
    """
    try:
        return pq.read_table(path, columns=columns)
    except FileNotFoundError:
        raise UnreadableShard(f"{path} is missing; run generate again to remake it") from None
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableShard(
            f"{path} cannot be read as Parquet ({reason}); delete it and run generate again"
        ) from None


def finish(folder: Path, manifest: Manifest) -> None:
    """Records that a shard is done; written last, after its files."""
    write_json(folder / f"{manifest.shard}.json", asdict(manifest))


def finished(folder: Path, stage: str, shard: str, version: str, recipe: str, input_hash: str) -> Manifest | None:
    """The manifest of a shard that need not be made again, else None."""
    path = folder / f"{shard}.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        found = Manifest(**data)
    except (OSError, ValueError, TypeError):
        return None
    asked = (stage, shard, version, recipe, input_hash)
    if (found.stage, found.shard, found.version, found.recipe, found.input) != asked:
        return None
    for name, digest in found.files.items():
        file = folder / name
        if not file.is_file() or sha256(file) != digest:
            return None
    return found
