"""How the runner and its worker talk: numbers of eight bytes, and texts and blobs behind their sizes.

`worker/main.c` is the other side. Each packet begins with the size of the rest.
"""

from __future__ import annotations

import math
import signal
import struct
from collections.abc import Sequence
from functools import lru_cache

from validators.sandbox.runs import Finished, ProgramNotFound, Request, RunOutcome

SIZE = struct.Struct("=Q")
_REQUEST = struct.Struct("=9Q")
_REPLY = struct.Struct("=QQQddqq")
_FILE = struct.Struct("=QQ")
_NOT_FOUND = 4
_STOPPED: dict[int, RunOutcome] = {1: "wall-limit", 2: "output-limit", 3: "disk-full"}


def filters_packet(filters: Sequence[bytes]) -> bytes:
    """The first packet: system-call filters, empty where there is none."""
    return _packet([part for data in filters for part in (SIZE.pack(len(data)), data)])


def request_bytes(request: Request) -> bytes:
    """One request, to be sent with others. Raises ValueError for a name that leaves the folder."""
    limits = request.limits
    if not request.argv:
        raise ValueError("no program is named")
    parts = [
        _REQUEST.pack(
            *(len(request.argv), len(request.files), len(request.keep), math.ceil(limits.cpu_s), limits.memory_bytes),
            *(limits.file_bytes, limits.output_bytes, limits.processes, int(limits.wall_s * 1e6)),
        )
    ]
    parts += map(_text, request.argv)
    for name, data in request.files.items():
        parts += (_name(name), SIZE.pack(len(data)), data)
    parts += (SIZE.pack(len(request.stdin)), request.stdin)
    parts += map(_name, request.keep)
    return b"".join(parts)


def requests_packet(requests: Sequence[bytes]) -> bytes:
    """Several requests, to be run in this order."""
    return _packet([SIZE.pack(len(requests)), *requests])


def split(data: memoryview) -> tuple[list[bytes], int]:
    """The whole replies at the start of what was received, their sizes left off, and the bytes they took."""
    whole = []
    place = 0
    while len(data) - place >= SIZE.size:
        end = place + SIZE.size + SIZE.unpack_from(data, place)[0]
        if end > len(data):
            break
        whole.append(bytes(data[place + SIZE.size : end]))
        place = end
    return whole, place


def finished(reply: bytes, request: Request) -> Finished:
    """What a reply says, its size left off. Raises ProgramNotFound."""
    found, out, err, cpu_s, wall_s, rc, stopped = _REPLY.unpack_from(reply)
    if stopped == _NOT_FOUND:
        raise ProgramNotFound(request.argv[0])
    outcome: RunOutcome = _STOPPED.get(stopped) or ("signal" if rc < 0 else "exited")
    # The process that met the limit may be a grandchild (cc1 under gcc), whose parent then exits with an error. The
    # kernel compares the limit with another clock than it reports: 0.89 s were seen at a limit of 1 s.
    if rc == -signal.SIGXCPU or (rc and not stopped and cpu_s >= 0.8 * request.limits.cpu_s):
        outcome = "cpu-limit"
    place = _REPLY.size + out + err
    files = {}
    for _ in range(found):
        index, size = _FILE.unpack_from(reply, place)
        place += _FILE.size
        files[request.keep[index]] = reply[place : place + size]
        place += size
    start = _REPLY.size
    return Finished(
        rc, outcome, reply[start : start + out], reply[start + out : start + out + err], cpu_s, wall_s, files
    )


def inside(name: str) -> str:
    """The name, if it stays inside the folder. Raises ValueError."""
    parts = name.split("/")
    if "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"not a name inside the folder: {name!r}")
    return name


def _packet(parts: Sequence[bytes]) -> bytes:
    return b"".join((SIZE.pack(sum(map(len, parts))), *parts))


@lru_cache(maxsize=1024)
def _text(text: str) -> bytes:
    data = text.encode(errors="surrogateescape") + b"\0"
    if b"\0" in data[:-1]:
        raise ValueError(f"a zero byte in {text!r}")
    return SIZE.pack(len(data)) + data


@lru_cache(maxsize=1024)
def _name(name: str) -> bytes:
    return _text(inside(name))
