"""How the runner and its worker talk: a JSON header and raw bytes, each frame behind its two lengths."""

from __future__ import annotations

import json
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:  # the worker starts and forks faster without typing
    from collections.abc import Sequence
    from typing import Any, BinaryIO

_LENGTHS = struct.Struct("<II")


class Closed(Exception):
    """The other side closed the pipe."""


def send(pipe: BinaryIO, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Write one frame and flush it. Raises BrokenPipeError when the reader is gone."""
    text = json.dumps(header).encode()
    pipe.write(_LENGTHS.pack(len(text), sum(map(len, blobs))) + text)
    for blob in blobs:
        pipe.write(blob)
    pipe.flush()


def receive(pipe: BinaryIO) -> tuple[dict[str, Any], memoryview]:
    """Read one frame: its header and the bytes after it. Raises Closed at the end of the stream."""
    header_size, body_size = _LENGTHS.unpack(_exactly(pipe, _LENGTHS.size))
    header: dict[str, Any] = json.loads(_exactly(pipe, header_size))
    return header, memoryview(_exactly(pipe, body_size))


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size) if size else b""
    if len(data) != size:
        raise Closed
    return data
