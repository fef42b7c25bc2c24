"""Parquet read a batch at a time, so that memory does not grow with the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.shards import UnreadableShard

_ROWS = 2000


def read_batches(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The file's rows in order, at most 2,000 at a time.

    Raises:
        UnreadableShard: the file is missing, cut short or no Parquet.
    """
    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(_ROWS, columns=list(columns) if columns else None)
    except FileNotFoundError:
        raise UnreadableShard(f"{path} is missing; run generate again to remake it") from None
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableShard(
            f"{path} cannot be read as Parquet ({reason}); delete it and run generate again"
        ) from None


def read_dicts(path: Path, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """The same, row by row."""
    for batch in read_batches(path, columns):
        yield from batch.to_pylist()
