"""The file of remembered bytes: bounded, shared, and never a reason to stop."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from validators.toolchains.store import Store, StoreWarning

ROOT = Path(__file__).parents[3]

# Each value follows from its key, so that any process can check any entry.
WRITER = """
import sys
from pathlib import Path
from validators.toolchains.store import Store
store = Store(Path(sys.argv[1]))
for n in range(int(sys.argv[2]), int(sys.argv[3])):
    store.put(str(n).encode(), str(n * n).encode() * 50)
    print(n, flush=True)
"""


def writer(path: Path, first: int, end: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "error", "-c", WRITER, str(path), str(first), str(end)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def value(number: int) -> bytes:
    return str(number * number).encode() * 50


def test_what_is_put_is_found_again(tmp_path: Path) -> None:
    """Also by another store, after closing, and the last of two."""
    store = Store(tmp_path / "deep" / "store.sqlite")
    assert store.get(b"a") is None
    store.put(b"a", b"1")
    store.put(b"a", b"2")
    assert Store(store.path).get(b"a") == b"2"
    store.close()
    assert store.get(b"a") == b"2"


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    """Nothing is lost, nothing is said; the file itself is made by whoever is first."""
    path = tmp_path / "store.sqlite"
    writers = [writer(path, first * 50, first * 50 + 50) for first in range(4)]
    for one in writers:
        _, _ = one.communicate()
        assert one.returncode == 0
    store = Store(path)
    assert [number for number in range(200) if store.get(str(number).encode()) != value(number)] == []


def test_a_killed_writer_leaves_whole_entries(tmp_path: Path) -> None:
    """kill -9 in the middle of its work; what it had said to be kept is there."""
    path = tmp_path / "store.sqlite"
    one = writer(path, 0, 1_000_000)
    assert one.stdout is not None
    said = [int(one.stdout.readline()) for _ in range(50)]
    one.send_signal(signal.SIGKILL)
    said += [int(line) for line in one.communicate()[0].split()[:-1]]
    store = Store(path)
    assert [number for number in said if store.get(str(number).encode()) != value(number)] == []
    store.put(b"more", b"goes on")
    assert store.get(b"more") == b"goes on"


def test_a_forked_process_has_its_own_connection(tmp_path: Path) -> None:
    """A pool of workers inherits the store."""
    store = Store(tmp_path / "store.sqlite")
    store.put(b"parent", b"1")
    child = os.fork()
    if child == 0:
        store.put(b"child", store.get(b"parent") or b"")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert store.get(b"child") == b"1"


def test_the_oldest_entries_go_when_it_is_full(tmp_path: Path) -> None:
    """The file stays near its size, and the newest are there."""
    noise = random.Random(1)
    store = Store(tmp_path / "store.sqlite", most_bytes=1 << 20)
    for number in range(100):
        store.put(str(number).encode(), noise.randbytes(50_000))
    there = [number for number in range(100) if store.get(str(number).encode()) is not None]
    assert there == list(range(there[0], 100)) and 12 <= len(there) <= 21
    store.close()
    assert store.path.stat().st_size < 1.2 * (1 << 20)


def test_one_entry_larger_than_all_room_is_no_endless_work(tmp_path: Path) -> None:
    """It goes at once."""
    store = Store(tmp_path / "store.sqlite", most_bytes=100_000)
    store.put(b"large", bytes(200_000))
    assert store.get(b"large") is None


@pytest.mark.parametrize("damage", ["no database", "a torn page", "another table"])
def test_a_damaged_file_is_set_aside_and_begun_anew(tmp_path: Path, damage: str) -> None:
    """With a warning that names both."""
    path = tmp_path / "store.sqlite"
    store = Store(path)
    for number in range(500):
        store.put(str(number).encode(), value(number))
    store.close()
    if damage == "no database":
        path.write_bytes(b"this is no database" * 100)
    elif damage == "another table":
        path.unlink()
        subprocess.run([sys.executable, "-c", OTHER, str(path)], check=True)
    else:
        data = bytearray(path.read_bytes())
        data[4096:] = bytes(random.Random(2).randbytes(len(data) - 4096))
        path.write_bytes(data)
    with pytest.warns(StoreWarning, match=r"store\.sqlite is damaged .* it is now store\.sqlite\.damaged"):
        assert store.get(b"7") is None
    assert (tmp_path / "store.sqlite.damaged").is_file()
    store.put(b"7", b"again")
    assert Store(path).get(b"7") == b"again"


OTHER = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE kept (x)')"


def test_a_file_that_was_already_begun_anew_is_used(tmp_path: Path) -> None:
    """The second process that meets the damage does not set the new file aside."""
    path = tmp_path / "store.sqlite"
    first, second = Store(path), Store(path)
    for number in range(500):
        first.put(str(number).encode(), value(number))
    first.close()
    assert second.get(b"1") == value(1)
    path.write_bytes(b"no database at all" * 10_000)
    with pytest.warns(StoreWarning):
        first.put(b"a", b"1")
    assert second.get(b"400") is None
    assert second.get(b"a") == b"1"


def test_a_place_that_cannot_be_used_is_said_once(tmp_path: Path) -> None:
    """And everything is computed again."""
    (tmp_path / "file").write_bytes(b"")
    store = Store(tmp_path / "file" / "store.sqlite")
    with pytest.warns(StoreWarning, match="cannot be used"):
        store.put(b"a", b"1")
    assert store.get(b"a") is None
